"""Bans of the server, on real connections."""

import papod_test


class Bans(papod_test.TestCase):
    def serve_operator(self):
        _, hashed, _ = papod_test.run("--hash-password", stdin=b"secret\n")
        server = self.serve(config='operators = ( { name = "root"; } );\n',
                            secrets=f"[operator root]\npassword = {hashed}")
        operator = self.client(server, "root")
        operator.send("OPER root secret")
        operator.expect(r" 381 root ")
        return server, operator

    def client_from(self, server, source):
        client = papod_test.Client(("127.0.0.1", server.port), source)
        self.addCleanup(client.close)
        return client

    def test_a_banned_address_is_refused_before_it_says_anything(self):
        server, operator = self.serve_operator()
        operator.send("DLINE 1h 127.0.0.2/31 :Too much")
        operator.expect(r"NOTICE root :Added D-line for \[127\.0\.0\.2/31\]")
        for source in ("127.0.0.2", "127.0.0.3"):
            self.client_from(server, source).expect_end(r"^ERROR .*\(D-lined: Too much\)")
        self.client_from(server, "127.0.0.4").register("far")
        operator.send("UNDLINE 127.0.0.2/31")
        operator.expect("Removed D-line")
        self.client_from(server, "127.0.0.2").register("back")

    def test_who_is_here_is_disconnected(self):
        server, operator = self.serve_operator()
        ana = self.client_from(server, "127.0.0.2")
        ana.register("ana")
        quiet = self.client_from(server, "127.0.0.2")
        operator.send("KLINE *@127.0.0.2 :Enough")
        ana.expect_end(r"^ERROR .*\(K-lined: Enough\)")
        quiet.send("NICK quiet", "USER quiet 0 * :Quiet")
        quiet.expect(r" 465 .*Enough")
        quiet.expect_end(r"^ERROR ")

    def test_a_ban_ends_by_itself(self):
        server, operator = self.serve_operator()
        operator.send("MODE root +s x", "KLINE 1s ~eve@127.0.0.2")
        operator.expect(r"NOTICE root :Added K-line .* for 1s")
        operator.expect(r"NOTICE \* :\*\*\* K-line for \[~eve@127\.0\.0\.2\] has expired")
        self.client_from(server, "127.0.0.2").register("eve")


if __name__ == "__main__":
    papod_test.main()
