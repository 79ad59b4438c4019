"""Hostile clients over real sockets: they achieve nothing, and others do not notice."""

import array
import os
import socket
import struct
import time

import papod_test

OPEN = 'classes = ( { name = "all"; flood_rate = 0; clients_per_address = 0; } );\n'
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: the close is a reset


def memory(server):
    """Resident bytes."""
    with open(f"/proc/{server.process.pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class TestCase(papod_test.TestCase):
    def assert_served(self, witness, seconds=2):
        """Another client is answered at once."""
        start = time.monotonic()
        witness.sync()
        if "PAPOD_SANITIZERS" not in os.environ:
            self.assertLess(time.monotonic() - start, seconds)

    def assert_small(self, server, before, most_bytes):
        if "PAPOD_SANITIZERS" not in os.environ:
            self.assertLess(memory(server) - before, most_bytes)


class Bytes(TestCase):
    def test_five_hundred_commands_at_once_are_taken_one_after_the_other(self):
        server = self.serve(config='classes = ( { name = "all"; flood_rate = 500; } );\n')
        witness, client = self.client(server, "witness"), self.client(server, "ana")
        client.send(*(f"PING {i}" for i in range(500)))
        self.assert_served(witness)
        for i in range(500):
            client.expect(rf"PONG \S+ :{i}$")

    def test_a_mebibyte_without_an_end_is_forgiven_once(self):
        server = self.serve()
        witness, client = self.client(server, "witness"), self.client(server, "ana")
        before = memory(server)
        client.send_bytes(b"x" * (1 << 20))
        self.assert_served(witness)
        client.send("", "PING still-here")
        client.expect(" 417 ")
        client.expect("PONG .*still-here")
        try:
            for _ in range(2):
                client.send_bytes(b"x" * (1 << 20))
                self.assert_served(witness)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it was disconnected already
        client.expect_end("^ERROR .*Excess flood")
        self.assert_small(server, before, 1 << 20)

    def test_dripping_bytes_do_not_keep_a_stranger_in(self):
        server = self.serve(config='limits = { registration = 1; };\n')
        client = self.client(server)
        start = time.monotonic()
        client.socket.settimeout(0.05)
        line = None
        while time.monotonic() < start + papod_test.DEADLINE:
            try:
                client.send_bytes(b"N")
                line = client.socket.recv(512)
                break
            except socket.timeout:
                pass
        self.assertIn(b"Registration timed out", line or b"")
        self.assertLess(time.monotonic() - start, 5)

    def test_strangers_are_small(self):
        server = self.serve(config=OPEN)
        witness = self.client(server, "witness")
        before = memory(server)
        for _ in range(1000):
            self.client(server).send_bytes(b"NICK some")
        self.assert_served(witness)
        self.assert_small(server, before, 1000 * 8192)

    def test_commands_before_the_end_of_the_stream_are_done_even_when_slowed_down(self):
        server = self.serve(
            config='classes = ( { name = "all"; flood_rate = 100; flood_burst = 10; } );\n')
        client = self.client(server, "ana")
        client.send(*(f"PING {i}" for i in range(60)))
        client.socket.shutdown(socket.SHUT_WR)
        heard = "\n".join(client.expect_end())
        for i in range(60):
            self.assertIn(f" :{i}", heard)

    def test_descriptors_sent_along_are_not_kept(self):
        with papod_test.tempfile.TemporaryDirectory(prefix="papod-test-") as directory:
            path = os.path.join(directory, "irc.sock")
            server = papod_test.Server(listen=f'listen = ( {{ path = "{path}"; }} );\n')
            self.addCleanup(server.stop)
            client = self.client(server, "ana", address=path)
            before = server.count_files()
            null = os.open("/dev/null", os.O_RDONLY)
            self.addCleanup(os.close, null)
            for i in range(20):
                files = array.array("i", [null] * 50)
                client.socket.sendmsg([f"PING {i}\r\n".encode()],
                                      [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
            client.sync()
            self.assertEqual(server.count_files(), before)

    def test_urgent_bytes_are_no_trouble(self):
        server = self.serve()
        client = self.client(server, "ana")
        client.send_bytes(b"PI")
        client.socket.send(b"!", socket.MSG_OOB)
        client.send_bytes(b"NG urgent\r\nPING next\r\n")
        client.expect("PONG .*next")
        self.assertFalse(any("urgent" in line for line in client.seen))


class Crowd(TestCase):
    def join(self, server, count, channel="#papo"):
        members = [self.client(server) for _ in range(count)]
        for i, member in enumerate(members):
            member.send(f"NICK m{i}", f"USER m{i} 0 * :m", f"JOIN {channel}")
        for member in members:
            member.expect(" 366 ")
        return members

    def test_resets_in_the_middle_of_a_broadcast_harm_no_other_member(self):
        server = self.serve(config=OPEN)
        ana = self.client(server, "ana")
        members = self.join(server, 100)
        ana.send("JOIN #papo")
        ana.expect(" 366 ")
        for member in members[::2]:
            member.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        for i, member in enumerate(members[::2]):
            ana.send(*(f"PRIVMSG #papo :{i}-{j}" for j in range(10)))
            member.close()
        ana.sync()
        for member in members[1::2]:
            for i in range(50):
                for j in range(10):
                    self.assertTrue(member.expect(rf"PRIVMSG #papo :{i}-{j}$"))

    def test_when_all_leave_at_once_each_is_told_of_once(self):
        server = self.serve(config=OPEN)
        ana = self.client(server, "ana")
        ana.send("JOIN #papo")
        ana.expect(" 366 ")
        members = self.join(server, 150)
        for member in members:
            member.send("QUIT")
        for member in members:
            member.close()
        for _ in members:
            ana.expect("^:m[0-9]+!.* QUIT ")
        ana.sync()
        quits = [line for line in ana.seen if " QUIT " in line]
        self.assertEqual(len(quits), len(members))

    def test_a_reader_who_stops_is_closed_in_the_middle_of_a_storm(self):
        server = self.serve(config='classes = ( { name = "all"; flood_rate = 0;'
                                   ' clients_per_address = 0; send_queue = 16384; } );\n')
        ana = self.client(server, "ana")
        ana.send("JOIN #papo")
        members = self.join(server, 30)
        members[0].socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        end = time.monotonic() + papod_test.DEADLINE
        while time.monotonic() < end and not any("SendQ exceeded" in line for line in ana.seen):
            for i, member in enumerate(members[1:]):
                member.send(f"PRIVMSG #papo :{'x' * 400}", f"NICK n{i}", f"NICK m{i}")
            for member in members[1:]:
                member.sync()
            ana.sync()
        self.assertTrue(any("m0!" in line and "SendQ exceeded" in line for line in ana.seen))
        for member in members[1:]:
            member.sync()

    def test_too_many_from_one_address_are_refused_cheaply(self):
        server = self.serve(config='classes = ( { name = "all"; clients_per_address = 2; } );\n')
        witness = self.client(server, "witness")
        kept = self.client(server)
        kept.send("PING here")
        kept.expect("PONG .*here")
        before, files = server.cpu_seconds(), server.count_files()
        for _ in range(500):
            self.client(server).expect_end("^ERROR .*Too many connections")
        if "PAPOD_SANITIZERS" not in os.environ:
            self.assertLess(server.cpu_seconds() - before, 0.5)
        self.assert_served(witness)
        self.wait_until(lambda: server.count_files() <= files, "refused clients keep descriptors")

    def test_coming_and_going_again_and_again_is_refused(self):
        server = self.serve(config='classes = ( { name = "all"; clients_per_address = 20; } );\n')
        witness = self.client(server, "witness")
        for _ in range(39):
            client = papod_test.Client(("127.0.0.1", server.port))
            client.send("QUIT")
            client.expect_end("^ERROR .*Quit")
            client.close()
        for _ in range(100):
            client = papod_test.Client(("127.0.0.1", server.port))
            if any("lately" in line for line in client.expect_end("^ERROR ")):
                break
            client.close()
        client.close()
        self.assertTrue(any("lately" in line for line in client.seen), client.seen)
        self.assert_served(witness)


class Greed(TestCase):
    QUESTIONS = ("LIST", "NAMES #papo", "WHO *", "WHO #papo", "WHOIS m1,m2,m3,m4,ana", "HELP",
                 "INFO", "LINKS", "MOTD", "VERSION", "LUSERS", "STATS u", "WHOWAS m1",
                 "MODE #papo b", "ISON m1 m2 m3", "USERHOST m1 m2 m3", "HELP JOIN", "ADMIN")

    def test_who_asks_and_does_not_listen_costs_no_more_than_his_queue(self):
        server = self.serve(config='classes = ( { name = "all"; flood_rate = 0;'
                                   ' clients_per_address = 0; send_queue = 65536; } );\n')
        witness = self.client(server, "witness")
        for i in range(50):
            member = self.client(server, f"m{i}")
            member.send("JOIN #papo", f"JOIN #c{i}", f"TOPIC #c{i} :{'t' * 300}")
            member.sync()
        before = memory(server)
        greedy = [self.client(server, f"g{i}") for i in range(20)]
        for client in greedy:
            client.socket.setblocking(False)
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        words = "".join(question + "\r\n" for question in self.QUESTIONS).encode() * 20
        for _ in range(10):
            for client in greedy:
                try:
                    client.socket.send(words)
                except OSError:
                    pass
            self.assert_served(witness)
        self.assert_small(server, before, 20 * (2 * 65536 + 65536))
        for client in greedy:
            client.close()
        self.assert_served(witness)


class Churn(TestCase):
    def test_coming_and_going_leaves_nothing_behind(self):
        server = self.serve(config=OPEN)
        witness = self.client(server, "witness")
        files = server.count_files()

        def come_and_go(count):
            for i in range(count):
                client = papod_test.Client(("127.0.0.1", server.port))
                client.send(f"NICK c{i}", "USER c 0 * :c", f"JOIN #c{i}", f"AWAY :{i}", "QUIT")
                client.expect_end("^ERROR ")
                client.close()

        come_and_go(300)
        before = memory(server)
        come_and_go(1500)
        witness.sync()
        self.wait_until(lambda: server.count_files() == files, "descriptors are left")
        self.assert_small(server, before, 1 << 20)

    def test_channels_and_nicks_that_change_for_ever_need_no_more_room(self):
        server = self.serve(config=OPEN)
        client = self.client(server, "ana")

        def change(rounds):
            for i in range(rounds):
                client.send(*(f"NICK a{i}x{j}\r\nJOIN #c{i}x{j}\r\nMODE #c{i}x{j} +b x{j}\r\n"
                              f"TOPIC #c{i}x{j} :{j}\r\nPART #c{i}x{j}" for j in range(50)))
                client.sync()
                client.seen.clear()

        change(40)
        before = memory(server)
        change(160)
        self.assert_small(server, before, 1 << 20)


class Passwords(TestCase):
    def test_who_goes_while_the_password_is_checked_is_forgotten(self):
        _, hashed, _ = papod_test.run("--hash-password", stdin=b"sesame\n")
        server = self.serve(config='classes = ( { name = "all"; needs_password = true;'
                                   ' clients_per_address = 0; } );\n'
                                   'operators = ( { name = "root"; } );\n',
                            secrets=f"[class all]\npassword = {hashed}"
                                    f"[operator root]\npassword = {hashed}")
        for i in range(20):
            client = self.client(server)
            client.send("PASS sesame", f"NICK n{i}", f"USER n{i} 0 * :n")
            if i % 2:
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            client.close()
        ana = self.client(server, "ana", password="sesame")
        ana.send("OPER root sesame", "NICK eva", "PING after", "QUIT")
        heard = "\n".join(ana.expect_end("^ERROR "))
        self.assertRegex(heard, r"(?s) 381 ana .*NICK :?eva.*PONG \S+ :after")
        again = self.client(server, "again", password="sesame")
        again.send("OPER root sesame")
        again.close()
        self.client(server, "last", password="sesame").sync()

    def test_an_endless_password_is_a_wrong_one(self):
        _, hashed, _ = papod_test.run("--hash-password", stdin=b"sesame\n")
        server = self.serve(config='classes = ( { name = "all"; needs_password = true; } );\n',
                            secrets=f"[class all]\npassword = {hashed}")
        for password in ("x" * 490, "%n" * 200, "sesame sesame", "\x01", ":"):
            client = self.client(server)
            client.send(f"PASS :{password}", "NICK ana", "USER ana 0 * :ana")
            client.expect_end(" 464 ")


if __name__ == "__main__":
    papod_test.main()
