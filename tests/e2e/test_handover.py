"""SIGUSR2, and RESTART without a service manager: another program takes over, in the same process."""

import errno
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time

import papod_test
import service_manager
import test_survival

REFUSED = "The restart failed"
PUBLIC = ('listen = ( { name = "tcp"; address = "127.0.0.1"; port = 0; },'
          ' { name = "local"; path = "%s"; } );\n')


class TestCase(papod_test.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="papod-test-")
        self.addCleanup(shutil.rmtree, self.directory)
        self.program = self.path("papod")
        shutil.copy(papod_test.PAPOD, self.program)

    def path(self, name):
        return os.path.join(self.directory, name)

    def replace(self, text=None, mode=0o755):
        """Replace the program by one with this text, or by the same papod in another file."""
        if text is None:
            shutil.copy(papod_test.PAPOD, self.path("new"))
        else:
            with open(self.path("new"), "w", encoding="ascii") as file:
                file.write(text)
        os.chmod(self.path("new"), mode)
        os.rename(self.path("new"), self.program)

    def serve(self, config=test_survival.CROWD, **options):
        return super().serve(config, program=options.pop("program", self.program), **options)

    def ask(self, server):
        """Returns the log line with the result."""
        position = server.log_position()
        server.process.send_signal(signal.SIGUSR2)
        return server.wait_for_log(f"The server is ready|{REFUSED}", position)

    def hand_over(self, server):
        self.assertIn("ready", self.ask(server))

    def talk(self, ana, bea, text):
        ana.send(f"PRIVMSG #a :{text}")
        self.assertRegex(bea.read_line(), f"^:ana!.* PRIVMSG #a :{re.escape(text)}$")

    def two_clients(self, server, address=None):
        clients = [self.client(server, nick, address) for nick in ("ana", "bea")]
        for client in clients:
            client.send("JOIN #a")
            client.expect(" 366 ")
        clients[0].expect("^:bea!.* JOIN ")
        return clients


# Executes the program like a handover, but the listener in the list is no socket.
HAND_OVER = """
import os, struct, sys
def field(key, content):
    return struct.pack("<HI", key, len(content)) + content
def number(key, value):
    return field(key, value.to_bytes((value.bit_length() + 7) // 8, "little"))
listener = number(20, sys.stdin.fileno())
handed = os.memfd_create("handed", 0)
os.write(handed, number(1, os.getpid()) + field(3, field(1, listener)))
os.environ["PAPOD_HANDOVER"] = str(handed)
os.execv(sys.argv[1], sys.argv[1:])
"""


def status_of(server, key):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as file:
        return re.search(f"^{key}:\\s+(\\S+)", file.read(), re.MULTILINE)[1]


def open_sockets(server):
    directory = f"/proc/{server.process.pid}/fd"
    links = [os.readlink(os.path.join(directory, fd)) for fd in os.listdir(directory)]
    return sorted(link for link in links if link.startswith("socket:"))


class Handover(TestCase):
    def test_nobody_notices(self):
        server = self.serve()
        ana, bea = self.two_clients(server)
        ana.send("MODE #a +k secret", "AWAY :tea")
        bea.expect("^:ana!.* MODE #a .k secret")
        ana.expect(" 306 ")
        for i in range(5):
            self.hand_over(server)
            self.talk(ana, bea, f"after handover {i}")
        self.assertIsNone(server.process.poll())
        bea.send("MODE #a", "WHOIS ana")
        bea.expect(" 324 bea #a .*secret")
        bea.expect(" 301 bea ana :tea")
        self.client(server, "cid")

    def test_everything_stays_tidy(self):
        server = self.serve()
        self.two_clients(server)

        def look():
            return (server.count_files(), status_of(server, "SigBlk"), status_of(server, "SigIgn"),
                    status_of(server, "Threads"))
        before = look()
        for _ in range(3):
            self.hand_over(server)
        self.assertEqual(look(), before)
        with open(f"/proc/{server.process.pid}/environ", "rb") as file:
            variables = [one.split(b"=")[0] for one in file.read().split(b"\0")]
        self.assertEqual(set(variables) - {name.encode() for name in server.environment},
                         {b"", b"PAPOD_HANDOVER"})
        self.assertEqual(len(variables), len(set(variables)))

    def test_a_new_file_is_taken(self):
        server = self.serve()
        ana, bea = self.two_clients(server)
        old = os.readlink(f"/proc/{server.process.pid}/exe")
        self.assertEqual(old, self.program)
        self.replace()
        self.assertTrue(os.readlink(f"/proc/{server.process.pid}/exe").endswith("(deleted)"))
        self.hand_over(server)
        self.assertEqual(os.readlink(f"/proc/{server.process.pid}/exe"), self.program)
        self.talk(ana, bea, "with the new one")

    def test_a_relative_path_will_do(self):
        server = self.serve(program="./papod", before_exec=lambda: os.chdir(self.directory))
        ana, bea = self.two_clients(server)
        for _ in range(2):
            self.replace()
            self.hand_over(server)
        self.talk(ana, bea, "hello")

    def test_a_link_may_lead_to_another_file(self):
        os.rename(self.program, self.path("old"))
        os.symlink("old", self.program)
        server = self.serve()
        ana, bea = self.two_clients(server)
        shutil.copy(papod_test.PAPOD, self.path("other"))
        os.symlink("other", self.path("link"))
        os.rename(self.path("link"), self.program)
        self.hand_over(server)
        self.assertEqual(os.readlink(f"/proc/{server.process.pid}/exe"), self.path("other"))
        self.talk(ana, bea, "hello")

    def test_halves_and_the_unread_stay(self):
        server = self.serve()
        ana, bea = self.two_clients(server)
        for rounds in range(3):
            lines = "".join(f"PRIVMSG #a :{i} {'x' * 400}\r\n" for i in range(400))
            ana.send_bytes(f"{lines}PRIVMSG #a :first half".encode())
            for _ in range(rounds + 1):
                self.hand_over(server)
            ana.send_bytes(b", second half\r\n")
            for i in range(400):
                self.assertRegex(bea.read_line(), f" PRIVMSG #a :{i} x+$")
            self.assertRegex(bea.read_line(), "PRIVMSG #a :first half, second half$")

    def test_strangers_go_on_registering(self):
        server = self.serve()
        client = self.client(server)
        client.send("NICK ana", "CAP LS")
        client.expect(" CAP ")
        client.send("CAP END")
        self.hand_over(server)
        client.send("USER ana 0 * :Ana")
        client.expect(" 001 ana ")

    def test_timers_go_on(self):
        server = self.serve(config='limits = { registration = 1; };\n')
        stranger = self.client(server)
        stranger.socket.settimeout(0.05)
        begun = time.monotonic()
        line = None
        while line is None and time.monotonic() < begun + papod_test.DEADLINE:
            try:
                line = stranger.socket.recv(512)
            except socket.timeout:
                self.hand_over(server)
        self.assertIn(b"Registration timed out", line or b"")
        self.assertGreater(time.monotonic() - begun, 0.9)

    def test_listeners_stay_open(self):
        path = self.path("irc.sock")
        server = self.serve(listen=PUBLIC % path)
        ana, bea = self.two_clients(server, path)
        before = open_sockets(server)
        for i in range(3):
            self.hand_over(server)
            self.talk(ana, bea, f"over a Unix socket {i}")
        self.assertEqual(open_sockets(server), before)
        self.client(server, "cid", path)
        self.client(server, "dee")
        # Works as without a handover.
        server.write("papod.conf", PUBLIC % self.path("other.sock"))
        self.assertIn("loaded", server.reload())
        self.assertFalse(os.path.exists(path))
        self.client(server, "eve", self.path("other.sock"))
        server.process.terminate()
        self.assertEqual(server.process.wait(papod_test.DEADLINE), 0)
        self.assertFalse(os.path.exists(self.path("other.sock")))

    def test_passed_sockets_are_passed_on(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        server = self.serve(listen="", sockets=[listener])
        ana, bea = self.two_clients(server)
        for i in range(3):
            self.hand_over(server)
            self.talk(ana, bea, f"hello {i}")
        self.assertEqual(server.log[-1].count("127.0.0.1:"), 1)
        self.client(server, "cid", listener.getsockname())

    def test_cloaks_stay(self):
        server = self.serve()
        ana, bea = self.two_clients(server)
        bea.send("USERHOST ana")
        before = bea.expect(r" 302 bea :ana=\+~ana@(\S+)")[1]
        self.hand_over(server)
        self.client(server, "cid")
        bea.send("USERHOST ana cid")
        hosts = bea.expect(r" 302 bea :ana=\+~ana@(\S+) cid=\+~cid@(\S+)")
        self.assertEqual([hosts[1], hosts[2]], [before, before])

    def test_the_state_directory_stays_ours(self):
        state = self.path("state")
        os.mkdir(state, 0o700)
        server = self.serve(environment={"STATE_DIRECTORY": state})
        for _ in range(3):
            self.hand_over(server)
            second = subprocess.run(server.arguments, env=server.environment, check=False,
                                    capture_output=True, timeout=papod_test.DEADLINE)
            self.assertEqual(second.returncode, os.EX_UNAVAILABLE, second.stderr)

    def test_a_recording_begins_anew(self):
        path = self.path("events")
        server = self.serve(arguments=("--record", path))
        ana, bea = self.two_clients(server)
        self.hand_over(server)
        self.talk(ana, bea, "recorded after the handover")
        server.process.terminate()
        self.assertEqual(server.process.wait(papod_test.DEADLINE), 0)
        status, output, _ = papod_test.run("--replay", path)
        self.assertEqual(status, 0)
        self.assertIn("recorded after the handover", output)

    def test_a_recording_that_is_impossible_costs_nobody(self):
        os.mkdir(self.path("gone"))
        server = self.serve(arguments=("--record", self.path("gone/events")))
        ana, bea = self.two_clients(server)
        shutil.rmtree(self.path("gone"))
        self.hand_over(server)
        self.talk(ana, bea, "not recorded")

    def test_signals_meanwhile_are_not_lost(self):
        server = self.serve()
        ana, bea = self.two_clients(server)
        for i in range(10):
            position = server.log_position()
            for _ in range(i + 1):
                server.process.send_signal(signal.SIGUSR2)
                time.sleep(i / 10000)  # to hit a different place each time
            server.wait_for_log("The server is ready", position)
            self.talk(ana, bea, f"after {i + 1} signals")
        server.process.send_signal(signal.SIGUSR2)
        server.wait_for_log("hands over to the next process", server.log_position() - 1)
        server.process.send_signal(signal.SIGTERM)
        ana.expect_end("^ERROR .*shutting down")
        self.assertEqual(server.process.wait(papod_test.DEADLINE), 0)

    def test_a_listener_that_cannot_be_taken_over_is_told(self):
        server = self.serve(wrapper=(sys.executable, "-c", HAND_OVER))
        server.wait_for_log(f"could not be opened.*{os.strerror(errno.ENOTSOCK)}.*origin=papod")
        self.client(server, "ana")

    def test_a_stop_by_hand_is_a_stop(self):
        server = self.serve()
        ana, _ = self.two_clients(server)
        self.hand_over(server)
        server.process.send_signal(signal.SIGTERM)
        ana.expect_end("^ERROR .*shutting down")
        self.assertEqual(server.process.wait(papod_test.DEADLINE), 0)

    def test_too_many_for_the_limit_are_not_handed_over(self):
        server = self.serve(test_survival.CROWD + "loop = { reserved_files = 16; };\n",
                            before_exec=papod_test.limit_files(500))
        n_files = server.count_files() + 446
        clients = [self.client(server) for _ in range(446)]
        self.wait_until(lambda: server.count_files() == n_files, "not all are let in")
        self.assertIn("raise the limit of open files", self.ask(server))
        self.assertEqual(server.count_files(), n_files)
        for client in clients[:150]:
            client.close()
        ana, bea = self.two_clients(server)
        self.wait_until(lambda: server.count_files() < n_files - 140, "they are still there")
        self.hand_over(server)
        self.talk(ana, bea, "fewer")


class Refusal(TestCase):
    def refuse(self, server, reason):
        ana, bea = self.two_clients(server)
        n_files = server.count_files()
        for i in range(2):
            self.assertRegex(self.ask(server), f"{REFUSED}.*{self.program}: {reason}")
            self.talk(ana, bea, f"as if nothing had been, {i}")
        self.assertEqual(server.count_files(), n_files)
        self.replace()
        self.hand_over(server)
        self.talk(ana, bea, "with a good one")

    def test_without_a_file(self):
        server = self.serve()
        os.unlink(self.program)
        self.refuse(server, os.strerror(2))

    def test_with_a_file_that_is_no_program(self):
        server = self.serve()
        self.replace("nonsense", mode=stat.S_IRUSR)
        self.refuse(server, os.strerror(13))

    def test_with_a_program_that_fails(self):
        server = self.serve()
        self.replace("#!/bin/sh\nexit 3\n")
        self.refuse(server, ".*status 3")

    def test_with_a_program_that_dies(self):
        server = self.serve()
        self.replace("#!/bin/sh\nkill -SEGV $$\n")
        self.refuse(server, ".*signal 11")

    def test_with_a_program_that_can_be_tried_but_not_started(self):
        server = self.serve()
        ana, bea = self.two_clients(server)
        n_files = server.count_files()
        self.replace('#!/bin/sh\nrm -- "$0"\n')
        self.assertRegex(self.ask(server), f"{REFUSED}.*{os.strerror(2)}")
        self.assertEqual(server.count_files(), n_files)
        self.talk(ana, bea, "as if nothing had been")
        self.replace()
        self.hand_over(server)
        self.talk(ana, bea, "with a good one")

    def test_whoever_asks_during_the_trial_is_answered_as_well(self):
        server = self.serve()
        os.mkfifo(self.path("gate"))
        self.replace(f'#!/bin/sh\nread line < {self.path("gate")}\nrm -- "$0"\n')
        position = server.log_position()
        server.process.send_signal(signal.SIGUSR2)
        with open(self.path("gate"), "w", encoding="ascii") as gate:
            server.process.send_signal(signal.SIGUSR2)
            self.wait_until(lambda: int(status_of(server, "ShdPnd"), 16) == 0, "not heard")
            gate.write("\n")
        self.wait_until(lambda: sum(REFUSED in str(line) for line in server.log[position:]) == 2,
                        "nothing else happened, so the second one was forgotten")

    def test_a_stop_does_not_wait_for_the_trial(self):
        server = self.serve()
        self.replace("#!/bin/sh\nexec sleep 300\n")
        server.process.send_signal(signal.SIGUSR2)
        children = f"/proc/{server.process.pid}/task/{server.process.pid}/children"

        def is_tried():
            with open(children, encoding="ascii") as file:
                return file.read()
        self.wait_until(is_tried, "no trial")
        server.process.terminate()
        self.assertEqual(server.process.wait(papod_test.DEADLINE), 0)

    def test_with_a_bad_configuration(self):
        server = self.serve()
        ana, bea = self.two_clients(server)
        server.write("papod.conf", "nonsense = 1;\n")
        self.assertRegex(self.ask(server), f"{REFUSED}.*errors")
        server.wait_for_log("papod.conf:1.*nonsense")
        self.talk(ana, bea, "with the old one")
        server.write("papod.conf", papod_test.LISTEN + test_survival.OPEN)
        self.hand_over(server)
        self.talk(ana, bea, "with the new one")

    def test_listeners_that_cannot_be_opened_cost_nobody(self):
        server = self.serve()
        ana, bea = self.two_clients(server)
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            listen = f'listen = ( {{ name = "tcp"; address = "127.0.0.1"; port = {port}; }} );\n'
            server.write("papod.conf", listen + test_survival.CROWD)
            self.hand_over(server)
            server.wait_for_log("could not be opened")
            self.talk(ana, bea, "alone")
        self.assertIn("loaded", server.reload())
        self.client(server, "cid", ("127.0.0.1", port))


class UnderAManager(TestCase):
    """A service manager that also keeps everything, and need not know."""

    def test_nobody_notices(self):
        manager = service_manager.Papod(test_survival.CROWD)
        self.addCleanup(manager.close)
        manager.start()
        ana, bea = self.two_clients(manager)
        pid, stored = manager.pid, manager.stored_names()
        for i in range(5):
            n_told = len(manager.messages)
            manager.kill(signal.SIGUSR2)
            manager.wait_for_message(n_told, READY="1")
            self.talk(ana, bea, f"after handover {i}")
        self.assertEqual((manager.pid, manager.n_starts), (pid, 1))
        self.assertEqual(manager.stored_names(), stored)
        manager.restarts = True
        for i in range(3):
            manager.kill()
            manager.wait_for_start(i + 2)
            manager.kill(signal.SIGUSR2)
            self.talk(ana, bea, f"after death {i}")
        self.assertEqual(manager.stored_names(), stored)
        self.assertEqual(manager.strangers, [])
        manager.stop()
        ana.expect_end()
        self.assertEqual(manager.stored_names(), [])


class Upgrades(TestCase, test_survival.Crowd):
    """Many handovers while users talk, half of them on a Unix socket."""

    HANDOVERS = 40

    def hand_over_often(self, server, dice):
        for _ in range(int(os.environ.get("PAPOD_TEST_HANDOVERS", self.HANDOVERS))):
            time.sleep(dice.random() * 0.02)
            if self.failures:
                break
            if dice.random() < 0.3:
                self.replace()
            self.hand_over(server)
        self.replace()
        self.hand_over(server)
        self.assertEqual(os.readlink(f"/proc/{server.process.pid}/exe"), self.program)

    def test_every_line_arrives_once(self):
        self.unix_path = self.path("irc.sock")
        server = self.serve(listen=PUBLIC % self.unix_path)
        self.check_every_line(server, self.hand_over_often)
        self.assertEqual(self.n_turned_away, 0)

    def die_while_handing_over(self, manager, dice):
        for _ in range(int(os.environ.get("PAPOD_TEST_HANDOVERS", self.HANDOVERS))):
            if self.failures:
                break
            manager.kill(signal.SIGUSR2)
            time.sleep(dice.random() * 0.03)
            n_starts = manager.n_starts
            manager.kill(dice.choice((signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM)))
            manager.wait_for_start(n_starts + 1)

    def test_a_death_meanwhile_is_not_noticed(self):
        manager = service_manager.Papod(test_survival.CROWD, restarts=True)
        self.addCleanup(manager.close)
        manager.start()
        self.check_every_line(manager, self.die_while_handing_over)
        self.assertLessEqual(self.n_turned_away, self.HANDOVERS // 20 + 2)


if __name__ == "__main__":
    papod_test.main()
