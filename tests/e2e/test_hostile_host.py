"""A hostile machine: signals, files and system calls at the wrong moment."""

import os
import shutil
import signal
import subprocess
import time
import unittest

import papod_test

OPEN = 'classes = ( { name = "all"; flood_rate = 0; clients_per_address = 0; } );\n'


def may_trace():
    """Does strace work? It does not with a sanitizer that looks for leaks."""
    if "PAPOD_SANITIZERS" in os.environ or not shutil.which("strace"):
        return False
    return subprocess.run(["strace", "-D", "-qq", "-o", "/dev/null", "true"], timeout=10,
                          stderr=subprocess.DEVNULL, check=False).returncode == 0


class Signals(papod_test.TestCase):
    def test_a_storm_of_reloads_disconnects_nobody(self):
        server = self.serve(config=OPEN)
        ana, rui = self.client(server, "ana"), self.client(server, "rui")
        for i in range(300):
            server.process.send_signal(signal.SIGHUP)
            ana.send(f"PRIVMSG rui :{i}")
        for i in range(300):
            rui.expect(rf"PRIVMSG rui :{i}$")
        self.assertRegex(server.reload(), "Configuration reloaded")

    def test_the_end_may_come_in_a_storm(self):
        for _ in range(5):
            server = papod_test.Server(config=OPEN)
            self.addCleanup(lambda server=server: server.process.poll() is None and server.stop())
            client = self.client(server, "ana")
            for _ in range(20):
                server.process.send_signal(signal.SIGHUP)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
                server.process.send_signal(number)
            client.expect_end("^ERROR .*shutting down")
            self.assertEqual(server.stop(), 0)

    def test_the_end_may_come_while_it_starts(self):
        with papod_test.tempfile.TemporaryDirectory(prefix="papod-test-") as directory:
            path = os.path.join(directory, "papod.conf")
            with open(path, "w", encoding="ascii") as file:
                file.write(papod_test.LISTEN)
            for number in (signal.SIGTERM, signal.SIGINT):
                for after_ms in range(0, 40, 4):
                    process = subprocess.Popen([papod_test.PAPOD, "--config", path],
                                               stdin=subprocess.DEVNULL,
                                               stderr=subprocess.DEVNULL)
                    self.addCleanup(process.kill)
                    time.sleep(after_ms / 1000)
                    process.send_signal(number)
                    self.assertIn(process.wait(papod_test.DEADLINE), (0, -number))

    def test_other_signals_that_are_ignored_harm_nothing(self):
        server = self.serve()
        client = self.client(server, "ana")
        for _ in range(10):
            for number in (signal.SIGPIPE, signal.SIGCHLD, signal.SIGURG, signal.SIGCONT,
                           signal.SIGWINCH):
                server.process.send_signal(number)
            client.sync()


class Instances(papod_test.TestCase):
    def test_a_second_server_leaves_the_place_to_the_first(self):
        server = self.serve()
        client = self.client(server, "ana")
        path = server.path("second.conf")
        server.write("second.conf", 'listen = ( { address = "127.0.0.1"; port = %d; } );\n'
                     % server.port)
        status, _, errors = papod_test.run("--config", path)
        self.assertEqual(status, 69)
        self.assertIn(str(server.port), errors)
        client.sync()


class Files(papod_test.TestCase):
    def serve_motd(self, text):
        server = self.serve()
        server.write("motd.txt", text)
        server.write("conf.d/motd.conf", f'files = {{ motd = "{server.path("motd.txt")}"; }};\n')
        return server, self.client(server, "ana")

    def refuse(self, server, client):
        """The new configuration is refused at once, and the old one stays in force."""
        start = time.monotonic()
        self.assertRegex(server.reload(), "New configuration refused")
        self.assertLess(time.monotonic() - start, papod_test.DEADLINE / 2)
        client.send("MOTD")
        client.expect(" 376 ana | 422 ana ")

    def test_a_motd_of_any_bytes_breaks_no_line(self):
        server, client = self.serve_motd(b"\x01\x02\xff\xfe\r\rPRIVMSG ana :evil\r\n\r\n\x7f" + b"y" * 9000)
        if "refused" not in server.reload():
            client.send("MOTD")
            client.expect(" 376 ana ")
        self.assertFalse([line for line in client.seen if line.startswith("PRIVMSG")])
        self.assertFalse([line for line in client.seen if len(line) > 510])
        client.sync()

    def test_a_motd_without_end_is_refused(self):
        server, client = self.serve_motd("short\n")
        self.assertRegex(server.reload(), "Configuration reloaded")
        with open(server.path("motd.txt"), "wb") as file:
            file.truncate(100 << 20)
        self.refuse(server, client)
        client.send("MOTD")
        client.expect(" 372 ana :- short")

    def test_a_motd_that_is_a_pipe_is_not_waited_for(self):
        server, client = self.serve_motd("short\n")
        os.unlink(server.path("motd.txt"))
        os.mkfifo(server.path("motd.txt"))
        self.refuse(server, client)

    def test_a_motd_that_has_vanished_is_told(self):
        server, client = self.serve_motd("short\n")
        self.assertRegex(server.reload(), "Configuration reloaded")
        os.unlink(server.path("motd.txt"))
        self.refuse(server, client)
        server.wait_for_log("motd.txt")

    def test_a_configuration_that_is_none_is_refused(self):
        server = self.serve()
        client = self.client(server, "ana")
        for text in (b"\x7fELF" + bytes(1000), b"#" * (4 << 20), b"(" * 5000, b"{" * 5000,
                     b'@include "/etc/passwd"\n', b"a = \"" + b"x" * 100000, b"= = =;",
                     b"limits = { nick_length = 99999999999999999999; };\n",
                     b"limits = { nick_length = -1; };\n", b"limits = ( 1, 2 );\n",
                     b"server = { name = \"a.b\"; }; server = { name = \"c.d\"; };\n"):
            server.write("conf.d/bad.conf", text)
            self.refuse(server, client)
        os.unlink(server.path("conf.d/bad.conf"))
        self.assertRegex(server.reload(), "Configuration reloaded")

    def test_a_configuration_that_points_to_itself_is_refused(self):
        server = self.serve()
        client = self.client(server, "ana")
        os.symlink(server.path("conf.d/loop.conf"), server.path("papod.conf") + ".loop")
        os.makedirs(server.path("conf.d"), exist_ok=True)
        os.symlink(server.path("papod.conf") + ".loop", server.path("conf.d/loop.conf"))
        self.refuse(server, client)

    def test_a_log_that_nobody_reads_holds_nothing_up(self):
        out, into = os.pipe()
        self.addCleanup(os.close, out)
        with papod_test.tempfile.TemporaryDirectory(prefix="papod-test-") as directory:
            path = os.path.join(directory, "irc.sock")
            config = os.path.join(directory, "papod.conf")
            with open(config, "w", encoding="ascii") as file:
                file.write(f'listen = ( {{ path = "{path}"; }} );\n' + OPEN)
            process = subprocess.Popen([papod_test.PAPOD, "--verbose", "--config", config],
                                       stdin=subprocess.DEVNULL, stderr=into)
            os.close(into)
            self.addCleanup(process.kill)
            with papod_test.socket.socket(papod_test.socket.AF_UNIX) as first:
                self.wait_until(lambda: first.connect_ex(path) == 0, "it listens")
            for i in range(1000):
                client = papod_test.Client(path)
                client.send(f"NICK n{i}", "QUIT")
                client.expect_end("^ERROR ")
                client.close()
            process.terminate()
            self.assertEqual(process.wait(papod_test.DEADLINE), 0)


class Faults(papod_test.TestCase):
    """strace makes each system call that serving needs fail now and then."""

    FAULTS = (
        "accept4:error=ECONNABORTED:when=1+3", "accept4:error=EPROTO:when=1+3",
        "accept4:error=EPERM:when=1+3", "accept4:error=EINTR:when=1+2",
        "accept4:error=EMFILE:when=2+7", "accept4:error=ENFILE:when=2+7",
        "accept4:error=ENOBUFS:when=2+7", "accept4:error=ENOMEM:when=2+7",
        "recvmsg:error=EINTR:when=1+3", "recvmsg:error=EAGAIN:when=1+3",
        "recvfrom:error=EINTR:when=1+3", "recvfrom:error=EAGAIN:when=1+3",
        "epoll_wait:error=EINTR:when=1+2", "epoll_pwait:error=EINTR:when=1+2",
        "setsockopt:error=ENOBUFS:when=3+2", "getsockopt:error=ENOBUFS:when=3+2",
        "sendto:error=EINTR:when=1+2", "sendto:error=EAGAIN:when=1+3",
        "clock_gettime:error=EINVAL:when=5+9",
    )

    def serve_with(self, fault):
        wrapper = ["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e",
                   "trace=" + fault.split(":")[0], "-e", "inject=" + fault]
        return self.serve(config=OPEN, wrapper=wrapper)

    def chat(self, server):
        members = [self.client(server, f"n{i}") for i in range(8)]
        for member in members:
            member.send("JOIN #papo")
            member.expect(" 366 ")
        for i, member in enumerate(members):
            member.send(*(f"PRIVMSG #papo :{i}-{j}" for j in range(20)))
            member.sync()
        for i, member in enumerate(members):
            member.sync()
            heard = [line.split(" :")[1] for line in member.seen if " PRIVMSG #papo :" in line]
            self.assertEqual(heard, [f"{other}-{j}" for other in range(8) for j in range(20)
                                     if other != i])
        for member in members:
            member.send("QUIT")
            member.expect_end("^ERROR ")

    @unittest.skipUnless(may_trace(), "strace is not installed or not allowed")
    def test_no_system_call_that_fails_now_and_then_is_noticed(self):
        for fault in self.FAULTS:
            with self.subTest(fault=fault):
                self.chat(self.serve_with(fault))


if __name__ == "__main__":
    papod_test.main()
