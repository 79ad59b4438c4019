"""What systemd does for papod and gets from it, with this program in place of systemd."""

import os
import re
import signal
import socket
import stat
import subprocess
import tempfile

import papod_test


class Manager:
    """The other end of $NOTIFY_SOCKET."""

    def __init__(self, abstract=False):
        self.directory = tempfile.TemporaryDirectory(prefix="papod-test-")
        self.path = os.path.join(self.directory.name, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.settimeout(papod_test.DEADLINE)
        if abstract:
            name = "papod-test-notify-%d" % os.getpid()
            self.socket.bind("\0" + name)
            self.path = "@" + name
        else:
            self.socket.bind(self.path)
        self.seen = []

    def expect(self, pattern):
        while True:
            try:
                message = self.socket.recv(65536).decode()
            except socket.timeout:
                raise papod_test.Failure(f"no {pattern!r} in {self.seen}") from None
            self.seen.append(message)
            if re.search(pattern, message, re.MULTILINE):
                return message

    def close(self):
        self.socket.close()
        self.directory.cleanup()


class Notify(papod_test.TestCase):
    def manage(self, **options):
        manager = Manager(options.pop("abstract", False))
        self.addCleanup(manager.close)
        environment = {"NOTIFY_SOCKET": manager.path, **options.pop("environment", {})}
        return manager, self.serve(environment=environment, **options)

    def test_readiness_and_status_are_told(self):
        manager, server = self.manage()
        self.assertRegex(manager.expect("^READY=1$"), "STATUS=0 users, 0 channels")
        self.client(server, "ana").send("JOIN #papo")
        manager.expect("^STATUS=1 user, 1 channel$")

    def test_an_abstract_socket_is_told_too(self):
        manager, _ = self.manage(abstract=True)
        manager.expect("^READY=1$")

    def test_a_reload_is_told_from_its_beginning_to_its_end(self):
        manager, server = self.manage()
        manager.expect("^READY=1$")
        server.reload()
        self.assertRegex(manager.expect("^RELOADING=1$"), r"(?m)^MONOTONIC_USEC=\d+$")
        manager.expect("^READY=1$")

    def test_a_refused_reload_is_in_the_status(self):
        manager, server = self.manage()
        server.write("conf.d/bad.conf", "nonsense = 1;\n")
        server.reload()
        manager.expect("^RELOADING=1$")
        self.assertRegex(manager.expect("^READY=1$"), "reload refused: .*bad.conf:1")
        os.unlink(server.path("conf.d/bad.conf"))
        server.reload()
        manager.expect("^RELOADING=1$")
        self.assertNotIn("refused", manager.expect("^READY=1$"))

    def test_the_stop_is_told(self):
        manager, server = self.manage()
        manager.expect("^READY=1$")
        server.process.terminate()
        manager.expect("^STOPPING=1$")

    def test_the_watchdog_is_fed_while_the_loop_turns(self):
        manager, server = self.manage(environment={"WATCHDOG_USEC": "300000"})
        for _ in range(3):
            manager.expect("^WATCHDOG=1$")
        server.process.send_signal(signal.SIGSTOP)
        manager.socket.settimeout(0.01)
        try:
            while True:
                manager.socket.recv(65536)
        except socket.timeout:
            pass
        manager.socket.settimeout(1)
        with self.assertRaises(socket.timeout):
            manager.socket.recv(65536)
        server.process.send_signal(signal.SIGCONT)
        manager.socket.settimeout(papod_test.DEADLINE)
        manager.expect("^WATCHDOG=1$")

    def test_a_manager_that_does_not_read_holds_nothing_up(self):
        manager, server = self.manage(environment={"WATCHDOG_USEC": "30000"})
        client = self.client(server, "ana")
        for _ in range(20):
            server.reload()
            client.sync()
        manager.expect("^READY=1$")


class Activation(papod_test.TestCase):
    def make_sockets(self):
        tcp = socket.socket()
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        directory = tempfile.TemporaryDirectory(prefix="papod-test-")
        self.addCleanup(directory.cleanup)
        path = os.path.join(directory.name, "irc.sock")
        unix = socket.socket(socket.AF_UNIX)
        unix.bind(path)
        unix.listen()
        self.addCleanup(tcp.close)
        self.addCleanup(unix.close)
        return tcp, unix, path

    def activate(self, listen=""):
        tcp, unix, path = self.make_sockets()
        server = self.serve(listen=listen, sockets=(tcp, unix),
                            environment={"LISTEN_FDNAMES": "irc:irc"})
        return server, tcp.getsockname(), path

    def test_passed_sockets_are_plain_irc_listeners(self):
        server, address, path = self.activate()
        ana = self.client(server, "ana", address=address)
        rui = self.client(server, "rui", address=path)
        ana.send("PRIVMSG rui :over there")
        rui.expect("PRIVMSG rui :over there")

    def test_no_other_listeners_are_opened_beside_them(self):
        server, _, _ = self.activate()
        self.assertNotIn(":6667", server.wait_for_log("The server is ready"))

    def test_a_passed_unix_socket_outlives_the_server(self):
        tcp, unix, path = self.make_sockets()
        server = papod_test.Server(listen="", sockets=(tcp, unix),
                                   environment={"LISTEN_FDNAMES": "irc:irc"})
        server.stop()
        self.assertTrue(os.path.exists(path))

    def test_listeners_in_the_file_come_on_top(self):
        server, address, _ = self.activate(listen=papod_test.LISTEN)
        self.client(server, "ana", address=address)
        listeners = server.wait_for_log("listeners=")
        self.assertEqual(len(re.findall(r"127\.0\.0\.1:\d+", listeners)), 2, listeners)


class Waiting(papod_test.TestCase):
    """Sockets that papod.socket has yet to open or close, according to papod.conf."""

    def serve_awaiting(self, listen, secrets=None, config=""):
        tcp = socket.socket()
        self.addCleanup(tcp.close)
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        self.passed = "127.0.0.1:%d" % tcp.getsockname()[1]
        self.port = tcp.getsockname()[1]
        directory = tempfile.TemporaryDirectory(prefix="papod-test-")
        self.addCleanup(directory.cleanup)
        self.generated = os.path.join(directory.name, "papod.socket.d", "00-listen.conf")
        manager = Manager()
        self.addCleanup(manager.close)
        server = self.serve(
            listen=listen.replace("PORT", str(self.port)), sockets=(tcp,), secrets=secrets,
            config=config, environment={"LISTEN_FDNAMES": "irc", "NOTIFY_SOCKET": manager.path,
                                        "PAPOD_GENERATED": self.generated})
        return manager, server

    def generate(self, server):
        directory = os.path.dirname(os.path.dirname(self.generated))
        generator = os.path.join(os.path.dirname(papod_test.PAPOD), "papod-generator")
        subprocess.run([generator, directory, directory, directory, server.path("papod.conf")],
                       check=True, timeout=papod_test.DEADLINE)

    def status_after_reload(self, manager, server):
        server.reload()
        manager.expect("^RELOADING=1$")
        return manager.expect("^READY=1$")

    def test_a_port_that_systemd_has_yet_to_open_is_in_log_and_status(self):
        manager, server = self.serve_awaiting(
            'listen = ( { address = "127.0.0.1"; port = PORT; },\n'
            '           { name = "new"; address = "127.0.0.1"; port = 7; } );\n')
        self.assertIn("listeners wait for papod --apply, to open 127.0.0.1:7",
                      manager.expect("^READY=1$"))
        self.assertIn("127.0.0.1:7", server.wait_for_log("Listeners wait for papod --apply"))
        self.assertFalse([line for line in server.log if line and "could not be opened" in line])

    def test_a_port_that_systemd_has_yet_to_close_is_in_log_and_status(self):
        manager, server = self.serve_awaiting('listen = ();\n')
        self.assertIn("to close " + self.passed, manager.expect("^READY=1$"))

    def test_ports_of_papod_gate_that_wait_are_in_the_status_too(self):
        manager, server = self.serve_awaiting(
            'listen = ( { address = "127.0.0.1"; port = PORT; },\n'
            '           { address = "127.0.0.1"; port = 7; tls = true; } );\n')
        self.assertIn("listeners wait for papod --apply, to open 127.0.0.1:7",
                      manager.expect("^READY=1$"))
        self.generate(server)
        self.assertNotIn("wait for", self.status_after_reload(manager, server))

    def test_what_a_drop_in_of_the_administrator_opens_is_no_difference(self):
        manager, server = self.serve_awaiting('listen = ();\n')
        self.generate(server)
        self.assertNotIn("wait", self.status_after_reload(manager, server))

    def test_without_a_list_the_unit_decides(self):
        manager, server = self.serve_awaiting("")
        self.assertNotIn("wait", manager.expect("^READY=1$"))
        server.write("papod.conf", f'listen = ( {{ address = "127.0.0.1"; port = {self.port}; }} );\n')
        self.generate(server)
        self.assertNotIn("wait", self.status_after_reload(manager, server))
        server.write("papod.conf", "")
        self.assertIn("to close " + self.passed, self.status_after_reload(manager, server))

    def test_an_operator_who_reloads_is_told(self):
        _, hashed, _ = papod_test.run("--hash-password", stdin=b"oper\n")
        _, server = self.serve_awaiting(
            'listen = ( { address = "127.0.0.1"; port = PORT; } );\n',
            config='operators = ( { name = "root"; } );\n',
            secrets=f"[operator root]\npassword = {hashed}")
        ana = self.client(server, "ana", address=("127.0.0.1", self.port))
        ana.send("OPER root oper", "REHASH")
        ana.expect("new configuration is in force")
        server.write("conf.d/new.conf", 'listen = ( { address = "::1"; port = 7; } );\n')
        ana.send("REHASH")
        ana.expect(r"But listeners wait for papod --apply, to open \[::1\]:7")


class UnixSocket(papod_test.TestCase):
    def test_mode_and_name_are_as_configured(self):
        with tempfile.TemporaryDirectory(prefix="papod-test-") as directory:
            path = os.path.join(directory, "irc.sock")
            server = papod_test.Server(listen=f'listen = ( {{ path = "{path}"; mode = "0600"; }} );\n')
            self.addCleanup(lambda: server.process.poll() is None and server.stop())
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
            self.client(server, "ana", address=path)
            server.stop()
            self.assertFalse(os.path.exists(path))

    def test_by_default_there_is_one_in_the_runtime_directory(self):
        with tempfile.TemporaryDirectory(prefix="papod-test-") as directory:
            server = papod_test.Server(listen="", environment={"RUNTIME_DIRECTORY": directory})
            try:
                self.client(server, "ana", address=os.path.join(directory, "irc.sock"))
            finally:
                server.stop()


class Credentials(papod_test.TestCase):
    def test_secrets_from_the_credentials_directory_win(self):
        _, hashed, _ = papod_test.run("--hash-password", stdin=b"sesame\n")
        with tempfile.TemporaryDirectory(prefix="papod-test-") as directory:
            with open(os.path.join(directory, "secrets.ini"), "w", encoding="ascii") as file:
                file.write(f"[server]\npassword = {hashed}")
            os.chmod(file.name, 0o444)
            server = self.serve(
                config='classes = ( { name = "all"; needs_password = true; } );\n',
                secrets="this would be an error", environment={"CREDENTIALS_DIRECTORY": directory})
            self.client(server, "ana", password="sesame")


if __name__ == "__main__":
    papod_test.main()
