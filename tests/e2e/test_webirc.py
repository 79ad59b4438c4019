"""Gateways of web clients, on real connections."""

import papod_test

CONFIG = """
gateways = ( { name = "web"; addresses = [ "127.0.0.2" ]; } );
classes = ( { name = "all"; clients_per_address = 1; } );
cloak = { hosts = false; };
"""


class Webirc(papod_test.TestCase):
    def serve_gateway(self):
        _, hashed, _ = papod_test.run("--hash-password", stdin=b"secret\n")
        return self.serve(config=CONFIG, secrets=f"[gateway web]\npassword = {hashed}")

    def connect(self, server, source):
        client = papod_test.Client(("127.0.0.1", server.port), source)
        self.addCleanup(client.close)
        return client

    def come_from(self, server, address, password="secret"):
        client = self.connect(server, "127.0.0.2")
        client.send(f"WEBIRC {password} web {address} {address} :secure remote-port=4242")
        return client

    def test_clients_of_a_gateway_are_told_apart(self):
        server = self.serve_gateway()
        clients = [self.come_from(server, f"192.0.2.{i}") for i in range(1, 9)]
        for i, client in enumerate(clients, 1):
            client.send(f"NICK n{i}", f"USER n{i} 0 * :n")
            client.expect(rf" 001 n{i} .* n{i}!~n{i}@192\.0\.2\.{i}$")
        self.come_from(server, "192.0.2.1").expect_end("^ERROR .*192.0.2.1 .*your address")

    def test_passwords_are_checked(self):
        server = self.serve_gateway()
        self.come_from(server, "192.0.2.1", "wrong").expect_end(
            r"^ERROR .*\(Invalid WebIRC password\)")

    def test_others_are_no_gateways(self):
        server = self.serve_gateway()
        client = self.connect(server, "127.0.0.3")
        client.send("WEBIRC secret web 192.0.2.1 192.0.2.1")
        client.expect_end(r"^ERROR .*127\.0\.0\.3 .*not that of a WebIRC gateway")
        self.connect(server, "127.0.0.3").register("ana")


if __name__ == "__main__":
    papod_test.main()
