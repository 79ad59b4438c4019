"""Bytes that are not IRC: never a crash, a busy loop, or a stuck client."""

import random
import socket

import papod_test


class BadInput(papod_test.TestCase):
    def setUp(self):
        self.server = self.serve()
        self.witness = self.client(self.server, "witness")

    def tearDown(self):
        """Others are served, and papod is not busy."""
        self.witness.sync()

    def refused(self, data, protocol):
        position = self.server.log_position()
        client = self.client(self.server)
        client.send_bytes(data)
        lines = client.expect_end()
        self.assertEqual(len(lines), 1, lines)
        self.assertRegex(lines[0], f"^ERROR :This port speaks IRC without TLS.* sent {protocol}: ")
        self.server.wait_for_log(f"does not speak IRC.*protocol={protocol}", position)
        self.server.wait_for_log(f"Client disconnected.*Speaks {protocol}, not IRC", position)

    def test_http_is_refused(self):
        self.refused(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP")

    def test_http_post_cannot_smuggle_commands(self):
        self.refused(b"POST / HTTP/1.1\r\nHost: x\r\n\r\nNICK evil\r\nUSER e 0 * :e\r\n", "HTTP")

    def test_http_is_refused_however_it_is_written(self):
        for request in (b"get /\r\n", b"POST  / HTTP/1.0\r\n\r\n", b"\r\nPOST / HTTP/1.1\r\n",
                        b"MKCOL / HTTP/1.1\r\n", b"BREW / HTTP/1.1\r\n"):
            self.refused(request, "HTTP")

    def test_the_answer_outlives_what_is_still_sent(self):
        self.refused(b"PUT / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n" + bytes(1000000), "HTTP")

    def test_ssh_is_refused(self):
        self.refused(b"SSH-2.0-OpenSSH_9.2p1\r\n", "SSH")

    def test_a_client_that_begins_like_http_is_served(self):
        client = self.client(self.server)
        client.send("PASS /x HTTP/1.1", "USER /x HTTP/1.1 * :a", "NICK get")
        client.expect(" 001 get ")

    def test_tls_is_refused(self):
        self.refused(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500), "TLS")

    def test_a_proxy_header_is_refused(self):
        self.refused(b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nNICK a\r\n", "PROXY")

    def test_a_binary_proxy_header_is_refused(self):
        self.refused(b"\r\n\r\n\x00\r\nQUIT\n" + bytes(16), "PROXY")

    def test_a_passer_by_is_logged_and_forgotten(self):
        client = self.client(self.server)
        client.send_bytes("Hello, servidor!".encode())
        client.close()
        self.server.wait_for_log("Client disconnected")

    def test_an_unknown_command_is_answered(self):
        self.witness.send("Hello, servidor!")
        self.witness.expect(r" 421 witness Hello, ")

    def test_a_nul_byte_spoils_only_its_line(self):
        self.witness.send_bytes(b"PRIVMSG witness :a\0b\r\n")
        self.witness.send("PRIVMSG witness :clean")
        self.assertEqual(self.witness.expect(r"PRIVMSG witness :(.*)$")[1], "clean")

    def test_a_carriage_return_alone_ends_nothing(self):
        self.witness.send_bytes(b"PRIVMSG witness :a\rQUIT :evil\r\n")
        self.witness.sync()
        self.assertFalse([line for line in self.witness.seen if line.startswith("ERROR")])

    def test_a_line_feed_alone_ends_a_line(self):
        self.witness.send_bytes(b"PING one\nPING two\n")
        self.witness.expect("PONG .*one")
        self.witness.expect("PONG .*two")

    def test_a_long_line_is_told_once_and_swallowed(self):
        self.witness.send_bytes(b"PRIVMSG witness :" + b"x" * 100000 + b"\r\nPING after\r\n")
        self.witness.expect(r" 417 witness ")
        self.witness.expect(r"PONG .*after")
        self.assertEqual(len([line for line in self.witness.seen if " 417 " in line]), 1)

    def test_no_newline_costs_nothing(self):
        client = self.client(self.server)
        client.send_bytes(b"N" * 700)
        self.witness.sync()
        before = self.server.cpu_seconds()
        for _ in range(20):
            self.witness.sync()
        self.assertLess(self.server.cpu_seconds() - before, 0.5)

    def test_empty_lines_are_nothing(self):
        self.witness.send_bytes(b"\r\n\n\r\n   \r\n:\r\n:x\r\n")
        self.witness.sync()

    def test_invalid_utf8_breaks_nothing(self):
        self.witness.send_bytes(b"PRIVMSG witness :\xff\xfe\xc0\x80\r\n")
        self.witness.sync()

    def test_many_parameters_are_fine(self):
        self.witness.send("MODE " + " ".join("x" * 1 for _ in range(200)))
        self.witness.sync()

    def test_a_reset_is_survived(self):
        for _ in range(20):
            client = self.client(self.server)
            client.send_bytes(b"NICK r\r\n")
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                     b"\x01\x00\x00\x00\x00\x00\x00\x00")
            client.close()


class Noise(papod_test.TestCase):
    WORDS = (b"NICK", b"USER", b"JOIN", b"MODE", b"PRIVMSG", b"WHO", b"CAP", b"PASS", b"KICK",
             b"#a", b"#b", b"+ovb-k", b"*!*@*", b"n1", b"n2", b",", b":", b"@a=b;c", b"\0", b"\r",
             b"\xff", b"0", b"-1", b"999999999999", b"x" * 600)

    def test_random_words_from_many_clients_do_no_harm(self):
        dice = random.Random(6667)
        server = self.serve(config='classes = ( { name = "all"; flood_rate = 0;'
                                   ' clients_per_address = 0; } );\n')
        for i in range(50):
            client = self.client(server, f"n{i}" if i % 2 else None)
            for _ in range(40):
                line = b" ".join(dice.choice(self.WORDS) for _ in range(dice.randrange(1, 8)))
                client.send_bytes(line + dice.choice((b"\r\n", b"\n", b"")))
        self.client(server, "witness").sync()

    def test_random_bytes_do_no_harm(self):
        dice = random.Random(6697)
        server = self.serve(config='classes = ( { name = "all"; clients_per_address = 0; } );\n')
        for _ in range(50):
            client = self.client(server)
            try:
                client.send_bytes(dice.randbytes(dice.randrange(1, 20000)))
            except (BrokenPipeError, ConnectionResetError):
                pass
            client.close()
        self.client(server, "witness").sync()


class Unregistered(papod_test.TestCase):
    def test_those_who_never_register_are_timed_out(self):
        server = self.serve(
            config='limits = { registration = 1; };\n'
                   'classes = ( { name = "all"; clients_per_address = 0; } );\n')
        witness = self.client(server, "witness")
        silent = [self.client(server) for _ in range(100)]
        dripping = self.client(server)
        dripping.send_bytes(b"NIC")
        for client in silent:
            client.expect_end(r"^ERROR ")
        dripping.expect_end(r"^ERROR ")
        witness.sync()


class SlowReader(papod_test.TestCase):
    def test_who_does_not_read_is_closed_and_others_are_not(self):
        server = self.serve(
            config='classes = ( { name = "all"; flood_rate = 0; send_queue = 65536; } );\n')
        slow, ana = self.client(server, "slow"), self.client(server, "ana")
        slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.send("JOIN #papo")
        slow.expect(" 366 ")
        ana.send("JOIN #papo")
        ana.expect(" 366 ")
        text = "x" * 400
        for _ in range(200):
            ana.send(*(f"PRIVMSG #papo :{text}" for _ in range(100)))
            ana.sync()
            if any("QUIT" in line for line in ana.seen):
                break
        self.assertTrue(any("SendQ exceeded" in line for line in ana.seen), ana.seen[-5:])


if __name__ == "__main__":
    papod_test.main()
