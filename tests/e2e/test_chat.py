"""Users connect, talk and leave."""

import papod_test


class Chat(papod_test.TestCase):
    def test_two_users_meet_in_a_channel_and_talk(self):
        server = self.serve()
        ana, rui = self.client(server, "ana"), self.client(server, "rui")
        ana.send("JOIN #papo")
        ana.expect(r"^:ana!\S+ JOIN :?#papo")
        ana.expect(r" 366 ana #papo ")
        rui.send("JOIN #papo")
        self.assertRegex(rui.expect(r" 353 rui . #papo :(.*)")[1], r"@ana")
        ana.expect(r"^:rui!\S+ JOIN :?#papo")
        rui.send("PRIVMSG #papo :Olá, Ana")
        ana.expect(r"^:rui!\S+ PRIVMSG #papo :Olá, Ana$")
        ana.send("PRIVMSG rui :em segredo")
        rui.expect(r"^:ana!\S+ PRIVMSG rui :em segredo$")
        rui.send("QUIT :até logo")
        ana.expect(r"^:rui!\S+ QUIT :.*até logo")
        rui.expect_end(r"^ERROR ")

    def test_lines_may_come_one_byte_at_a_time(self):
        server = self.serve()
        client = self.client(server)
        for byte in b"NICK gota\r\nUSER gota 0 * :gota\r\n":
            client.send_bytes(bytes([byte]))
        client.expect(r" 001 gota ")

    def test_a_client_that_stops_writing_is_still_answered(self):
        server = self.serve()
        client = self.client(server, "meia")
        client.send("PING last-words")
        client.socket.shutdown(papod_test.socket.SHUT_WR)
        client.expect_end(r"PONG .*last-words")

    def test_names_are_looked_up_and_nobody_waits_for_ever(self):
        server = self.serve(config='dns = { reverse = true; timeout = 2; };\n'
                            'cloak = { hosts = false; };\n')
        ana = self.client(server, "ana")
        ana.send("JOIN #papo")
        self.assertIn(ana.expect(r"^:ana!\S+@(\S+) JOIN")[1], ("localhost", "127.0.0.1"))

    def test_a_wrong_password_keeps_out_and_the_right_one_lets_in(self):
        _, hashed, _ = papod_test.run("--hash-password", stdin=b"sesame\n")
        server = self.serve(config='classes = ( { name = "all"; needs_password = true; } );\n',
                            secrets=f"[class all]\npassword = {hashed}")
        for words in ((), ("PASS wrong",)):
            client = self.client(server)
            client.send(*words, "NICK ana", "USER ana 0 * :ana")
            client.expect(r" 464 ")
            client.expect_end("^ERROR ")
        self.client(server, "ana", password="sesame")

    def test_the_end_of_the_server_is_told(self):
        server = papod_test.Server()
        client = self.client(server, "ana")
        self.assertEqual(server.stop(), 0)
        client.expect_end(r"^ERROR :.*shutting down")

    def test_messages_reach_two_hundred_members_in_order(self):
        server = self.serve(
            config='classes = ( { name = "all"; flood_rate = 0; clients_per_address = 0; } );\n')
        ana = self.client(server, "ana")
        others = [self.client(server) for _ in range(200)]
        for i, other in enumerate(others):
            other.send(f"NICK n{i}", f"USER n{i} 0 * :n{i}", "JOIN #papo")
        for other in others:
            other.expect(r" 366 ")
        ana.send("JOIN #papo", *(f"PRIVMSG #papo :{i}" for i in range(50)))
        for other in others:
            for i in range(50):
                self.assertEqual(int(other.expect(r"^:ana!\S+ PRIVMSG #papo :(\d+)")[1]), i)


if __name__ == "__main__":
    papod_test.main()
