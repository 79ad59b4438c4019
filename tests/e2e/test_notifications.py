"""Notifications by datagram: as the manual shows them, in each form a sender can give them, and with
a papod that is reconfigured, replaced or killed meanwhile."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import threading
import time

import notify
import papod_test
import service_manager

TOKEN = "0123456789abcdef"  # of the manual
OPEN = 'classes = ( { name = "all"; flood_rate = 0; } );\n'
# A second source beside that of the manual, for senders with a token, and a listener on IPv6.
DROPIN = """
listen = ( { name = "six"; kind = "datagram"; address = "::1"; port = 0; } );
notifications = ( { name = "far"; channels = [ "#build" ]; member = true; rate = 1000; burst = 1000; } );
"""
SECRETS = f"[notification far]\ntoken = {TOKEN}\n"
# The source of the manual, with another rate and nickname.
SOURCE = ('notifications = ( { name = "ci"; channels = [ "#build" ]; member = true; rate = 1000; '
          'burst = 10000; addresses = [ "127.0.0.0/8", "local" ]; nick = "%s"; } );\n')
SOON = 0.5  # seconds; later, an answer is taken for lost
MOST_BYTES = 65507  # of a datagram on IPv4


def udp(address):
    sender = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET, socket.SOCK_DGRAM)
    sender.settimeout(papod_test.DEADLINE)
    sender.connect(address)
    return sender


def unix(path, name=None):
    """A socket without a name, unless it gets one; b"" is a name that the kernel chooses."""
    sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sender.settimeout(papod_test.DEADLINE)
    if name is not None:
        sender.bind(name)
    sender.connect(path)
    return sender


class TestCase(papod_test.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="papod-test-")
        self.addCleanup(shutil.rmtree, self.directory)
        self.place = notify.Place(self.directory)

    def path(self, name):
        return os.path.join(self.directory, name)

    def start(self, config="", **options):
        """A papod as the manual configures it, with more sources; and ana, who is in #build."""
        server = self.serve(self.place.config() + OPEN + config, listen="", secrets=SECRETS,
                            files={"conf.d/more.conf": DROPIN}, **options)
        return server, self.enter(server)

    def enter(self, server, nick="ana", address=None):
        client = self.client(server, nick, address)
        client.send("JOIN #build")
        client.expect(" 366 ")
        return client

    def open(self, sender):
        self.addCleanup(sender.close)
        return sender

    def udp(self):
        return self.open(udp((self.place.address, notify.PORT)))

    def six(self, server):
        return self.open(udp(("::1", int(re.search(r"\[::1\]:(\d+)", server.wait_for_log("listeners="))[1]))))

    def unix(self, name=None):
        return self.open(unix(self.place.path, name))

    def ask(self, sender, data):
        """The answer to a datagram."""
        sender.send(data if isinstance(data, bytes) else data.encode())
        return sender.recv(4096).decode()

    def expect_said(self, client, text, nick="ci", verb="PRIVMSG"):
        """The next line is exactly this one."""
        self.assertRegex(client.read_line(), f"^:{nick}!notify@\\S+ {verb} #build :{re.escape(text)}$")

    def expect_nothing_more(self, client):
        client.send("PING end")
        self.assertRegex(client.read_line(), "PONG .*end")


class Manual(TestCase):
    """Each command as papod(8) shows it."""

    def run_until_answered(self, text):
        """The command waits a second for the answer, which is short on a busy machine."""
        return next(filter(None, (self.place.run(text) for _ in range(10))), "")

    def test_nc(self):
        _, ana = self.start()
        self.assertEqual(self.run_until_answered(notify.command("tests pass.* nc ")), "ok")
        self.expect_said(ana, "All tests pass")

    def test_nc_with_a_token(self):
        _, ana = self.start()
        self.assertEqual(self.run_until_answered(notify.command(f"{TOKEN}.* nc ")), "ok")
        self.expect_said(ana, "Rain is near", "far")

    def test_bash(self):
        _, ana = self.start()
        self.place.run(notify.command("^echo .*> /dev/udp/"))
        self.expect_said(ana, "The backup is complete")

    def test_socat(self):
        _, ana = self.start()
        self.place.run(notify.command(r"\| socat "))
        self.expect_said(ana, "The disk is nearly full")

    def test_a_git_hook(self):
        _, ana = self.start()
        house = notify.Repository(self.directory, self.place.move(notify.block("^#!/bin/bash")))
        for subject in ("Paint the door", "Oil its hinges: 100% quiet"):
            house.push(f"{subject}\n\n#build is not this line")
            self.expect_said(ana, f"Rui Pão: {subject}")
        self.expect_nothing_more(ana)

    def test_a_unit_that_failed(self):
        _, ana = self.start()
        line = re.search("(?m)^ExecStart=(.*)$", notify.block("^ExecStart="))[1]
        words = [word.replace("%i", "backup.service").replace("${MONITOR_SERVICE_RESULT}", "exit-code")
                 for word in shlex.split(self.place.move(line))]
        subprocess.run(words, check=True, timeout=papod_test.DEADLINE)
        self.expect_said(ana, "backup.service has failed: exit-code")

    def test_each_example_is_tried(self):
        self.assertEqual(len(notify.commands(r"\| nc |/dev/udp/|\| socat ")), 6)  # two are in blocks


class Senders(TestCase):
    def test_both_families_and_a_unix_socket(self):
        server, ana = self.start()
        self.assertEqual(self.ask(self.udp(), "#build four"), "ok")
        self.expect_said(ana, "four")
        self.assertEqual(self.ask(self.six(server), f"{TOKEN} #build six"), "ok")
        self.expect_said(ana, "six", "far")
        self.assertEqual(self.ask(self.unix(b""), "#build abstract"), "ok")
        self.expect_said(ana, "abstract")
        self.assertEqual(self.ask(self.unix(self.path("me")), "#build named"), "ok")
        self.expect_said(ana, "named")

    def test_a_unix_sender_without_a_name_is_heard_and_not_answered(self):
        _, ana = self.start()
        sender = self.unix()
        sender.send(b"#build nameless")
        self.expect_said(ana, "nameless")
        sender.setblocking(False)
        self.assertRaises(BlockingIOError, sender.recv, 4096)

    def test_a_sender_that_is_gone_or_never_reads(self):
        """Its answers disturb nobody."""
        server, ana = self.start()
        server.write("conf.d/zz.conf", SOURCE % "ci")
        self.assertIn("reloaded", server.reload())
        deaf = self.unix(b"")
        for i in range(300):
            deaf.send(f"#build deaf {i}".encode())
            gone = unix(self.place.path, b"")
            gone.send(f"#build gone {i}".encode())
            gone.close()
        for i in range(300):
            self.expect_said(ana, f"deaf {i}")
            self.expect_said(ana, f"gone {i}")

    def test_other_addresses_may_not(self):
        """The first source of the manual is for all loopback addresses; here, for one."""
        server, ana = self.start()
        server.write("conf.d/zz.conf", 'notifications = ( { name = "ci"; channels = [ "#build" ]; '
                     'member = true; addresses = [ "127.0.0.1", "local" ]; } );')
        self.assertIn("reloaded", server.reload())
        forged = self.open(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        forged.settimeout(papod_test.DEADLINE)
        forged.bind(("127.9.8.7", 0))
        forged.connect((self.place.address, notify.PORT))
        self.assertEqual(self.ask(forged, "#build hello"), "error: this sender may not notify")
        self.assertIn("127.9.8.7", server.wait_for_log("Notifications were refused"))
        self.assertEqual(self.ask(self.unix(b""), "#build fine"), "ok")
        self.expect_said(ana, "fine")

    def test_bad_input_is_refused_and_counted(self):
        server, ana = self.start()
        bad = [
            b"", b"\n", b"#build", b"#build ", b"hello", b"#build \xc3", b"#build \xff\xfe", b"\0", b"#build a\0b",
            b"#build a\rb", b"#other hello", b"#nobody-is-here hello", b"0123456789abcdeF #build hello",
            b"{", b"[]]", b"{}", b'{"to": 1, "privmsg": "x"}', b"[" * 8000, b'{"a":' * 1600,
            json.dumps({"to": ["irc://x/build"] * 1000, "privmsg": "many"}).encode(),
            json.dumps({"to": "irc://x/build", "privmsg": "x\0y"}).encode(),
            json.dumps({"to": "irc://x/build", "privmsg": "many\n" * 1000}).encode(),
            json.dumps({"to": "irc://x/rui,isnick", "privmsg": "private"}).encode(),
            b'{"to": "irc://x/build", "privmsg": "\\ud83d"}', b"#build many\n" * 500,
            b"#build " + b"x" * (MOST_BYTES - 7), b"\xff" * MOST_BYTES, b"[" * MOST_BYTES,
        ]
        for sender in (self.udp(), self.unix(b"")):
            for data in bad:
                with self.subTest(data=data[:40], length=len(data)):
                    self.assertRegex(self.ask(sender, data), "^error: .")
        self.expect_nothing_more(ana)
        self.assertEqual(self.ask(self.udp(), "#build It lives"), "ok")
        self.expect_said(ana, "It lives")
        log = server.log
        self.assertEqual(sum("Notifications were refused" in line for line in log), 2, log)

    def test_an_empty_message_of_irker_says_nothing(self):
        _, ana = self.start()
        self.assertEqual(self.ask(self.udp(), '{"to": "irc://x/build", "privmsg": ""}'), "ok")
        self.expect_nothing_more(ana)


class Stream(threading.Thread):
    """Sends numbered messages by UDP, one after the other's answer, and remembers the answers.
    After one that did not come in time, another socket is used, to which it cannot come late."""

    def __init__(self, address, seconds):
        super().__init__(daemon=True)
        self.address, self.seconds = address, seconds
        self.answers = {}  # by number; None: it may or may not have been said
        self.stops = threading.Event()
        self.start()

    def run(self):
        while not self.stops.is_set():
            with udp(self.address) as sender:
                sender.settimeout(self.seconds)
                while self.ask(sender, len(self.answers)) and not self.stops.is_set():
                    time.sleep(0.001)

    def ask(self, sender, number):
        self.answers[number] = None
        try:
            sender.send(f"#build number {number}".encode())
            self.answers[number] = sender.recv(4096).decode()
        except (socket.timeout, ConnectionError):
            pass
        return self.answers[number]

    def end(self):
        self.stops.set()
        self.join()
        return self.answers


class StreamCase(TestCase):
    def stream(self, address=None, seconds=papod_test.DEADLINE):
        stream = Stream(address or (self.place.address, notify.PORT), seconds)
        self.addCleanup(stream.end)
        return stream

    def said(self, client):
        """The numbers that were said until now, in that order."""
        client.send("PING said")
        lines = client.expect_until("PONG .*said")
        return [int(found[1]) for line in lines if (found := re.search(r"#build :number (\d+)$", line))]

    def check(self, client, answers):
        """Whatever was answered with ok was said once; whatever with an error, never; and nothing
        twice."""
        said = self.said(client)
        self.assertEqual(said, sorted(set(said)), "something was said twice, or late")
        good = {number for number, answer in answers.items() if answer == "ok"}
        bad = {number for number, answer in answers.items() if answer and answer != "ok"}
        self.assertLessEqual(good, set(said))
        self.assertFalse(bad & set(said))
        self.assertGreater(len(good), 20, answers)
        return good, bad

    def wait_for_answers(self, stream, answer, count=10):
        """Until so many more of these came."""
        def n_answers():
            return sum(one == answer or bool(one and answer and one.startswith(answer))
                       for one in list(stream.answers.values()))

        wanted = n_answers() + count
        self.wait_until(lambda: n_answers() >= wanted, f"no answers {answer}: {list(stream.answers.items())[-5:]}")


class Changes(StreamCase):
    def test_a_reload_changes_sources_and_listeners_meanwhile(self):
        server, ana = self.start()
        server.write("conf.d/zz.conf", SOURCE % "ci")
        self.assertIn("reloaded", server.reload())
        main = self.place.config() + OPEN
        stream = self.stream()
        for text, answer in ((SOURCE % "bot", "ok"), ("", "error: "),
                             (SOURCE % "ci" + 'listen = ( { name = "new"; kind = "datagram"; '
                              f'path = "{self.path("new")}"; }} );', "ok"),
                             ("limits = { datagrams = 5000; };" + SOURCE % "other", "ok"),
                             (SOURCE.replace("127.0.0.0/8", "127.0.0.9") % "ci", "error: "),
                             (SOURCE % "ci", "ok")):
            server.write("papod.conf", main if text else main.split("notifications = ")[0])
            server.write("conf.d/zz.conf", text)
            self.assertIn("reloaded", server.reload())
            self.assertEqual(os.path.exists(self.path("new")), "new" in text)
            self.wait_for_answers(stream, answer)
        good, bad = self.check(ana, stream.end())
        self.assertEqual(len(good) + len(bad), len(stream.answers), "an answer was lost")

    def test_a_listener_that_goes_and_comes(self):
        server, ana = self.start()
        main = self.place.config() + OPEN
        server.write("conf.d/zz.conf", SOURCE % "ci")
        self.assertIn("reloaded", server.reload())
        stream = self.stream(seconds=SOON)
        self.wait_for_answers(stream, "ok")
        for _ in range(3):
            server.write("papod.conf", re.sub(r'(?m)^.*name = "udp".*$', "", main))
            self.assertIn("reloaded", server.reload())
            self.wait_for_answers(stream, None, 3)
            server.write("papod.conf", main)
            self.assertIn("reloaded", server.reload())
            self.wait_for_answers(stream, "ok")
        self.check(ana, stream.end())

    def test_a_handover_loses_nothing(self):
        server, ana = self.start()
        server.write("conf.d/zz.conf", SOURCE % "ci")
        self.assertIn("reloaded", server.reload())
        stream = self.stream()
        for _ in range(5):
            self.wait_for_answers(stream, "ok")
            position = server.log_position()
            server.process.send_signal(signal.SIGUSR2)
            server.wait_for_log("The server is ready", position)
        self.wait_for_answers(stream, "ok")
        self.check(ana, stream.end())
        self.assertEqual(set(stream.answers.values()), {"ok"})
        self.assertTrue(stat.S_ISSOCK(os.stat(self.place.path).st_mode))


class Deaths(StreamCase):
    """Under a service manager, which holds the sockets."""

    N_DEATHS = 20

    def papod(self, sources=None):
        receiver = self.open(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        receiver.bind(("127.0.0.1", 0))
        local = self.open(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        local.bind(self.place.path)
        self.address = receiver.getsockname()
        config = (f'listen = ( {{ name = "udp"; kind = "datagram"; address = "127.0.0.1"; port = {self.address[1]}; }}, '
                  f'{{ name = "unix"; kind = "datagram"; path = "{self.place.path}"; }} );\n')
        papod = service_manager.Papod(OPEN + config + (sources or SOURCE % "ci"), restarts=True,
                                      sockets=[("udp.socket", receiver), ("unix.socket", local)])
        self.addCleanup(papod.close)
        return papod

    def enter_papod(self, papod, nick="ana"):
        client = papod.connect()
        self.addCleanup(client.close)
        client.register(nick)
        client.send("JOIN #build")
        client.expect(" 366 ")
        return client

    def test_what_was_logged_is_said_exactly_once(self):
        papod = self.papod()
        papod.start()
        ana = self.enter_papod(papod)
        stream = self.stream(self.address, SOON)
        for death in range(self.N_DEATHS):
            self.wait_for_answers(stream, "ok", death % 5 + 1)
            papod.kill()
            papod.wait_for_start(death + 2)
        self.wait_for_answers(stream, "ok")
        self.check(ana, stream.end())

    def test_a_crowd_of_datagrams_and_deaths(self):
        """Without waiting for answers: many wait in the kernel while nobody reads. Of those that
        arrived, each death may lose the few that it had read and not yet logged."""
        papod = self.papod()
        papod.start()
        ana = self.enter_papod(papod)
        sender = self.open(unix(self.place.path))
        n_sent = 0
        for death in range(self.N_DEATHS):
            for _ in range(100):
                sender.send(f"#build number {n_sent}".encode())
                n_sent += 1
                if n_sent % 100 == death * 5:
                    papod.kill()
            papod.wait_for_start(death + 2)
        sender.send(f"#build number {n_sent}".encode())
        last = ana.expect_until(f"#build :number {n_sent}$")
        said = [int(found[1]) for line in last if (found := re.search(r"#build :number (\d+)$", line))]
        self.assertEqual(said, sorted(set(said)), "something was said twice, or late")
        self.assertGreater(len(said), n_sent * 0.8)

    def test_a_message_that_waits_outlives_restarts_and_deaths(self):
        papod = self.papod(SOURCE.replace("nick", 'wait = "10 min"; nick') % "ci")
        papod.start()
        sender = self.open(udp(self.address))
        self.assertEqual(self.ask(sender, "#build number 1"), "ok")
        papod.kill()
        papod.wait_for_start(2)
        papod.restart()
        papod.kill()
        papod.wait_for_start(4)
        ana = self.enter_papod(papod)
        self.assertEqual(self.said(ana), [1])
        papod.kill()
        papod.wait_for_start(5)
        self.assertEqual(self.said(ana), [])

    def test_a_datagram_is_the_first_to_reach_a_service(self):
        papod = self.papod(SOURCE.replace("nick", 'wait = "10 min"; nick') % "ci")
        with udp(self.address) as sender, unix(self.place.path) as local:
            sender.send(b"#build number 1")
            local.send(b"#build number 2")
            papod.start()
            self.assertEqual(sender.recv(4096), b"ok")
        papod.wait_for_message(STATUS="^0 users")
        self.assertEqual(self.said(self.enter_papod(papod)), [1, 2])
        papod.wait_for_message(STATUS="2 notifications said, 0 refused")


class Recording(TestCase):
    def expect_no_token(self, path):
        with open(path, "rb") as file:
            data = file.read()
        self.assertIn(b"[notification far]", data)
        for token in (TOKEN, TOKEN[::-1]):
            self.assertNotIn(token.encode(), data)

    def test_a_replay_says_the_same(self):
        path = self.path("events")
        server, ana = self.start(arguments=("--record", path))
        sender = self.udp()
        self.assertEqual(self.ask(sender, "#build one"), "ok")
        self.assertEqual(self.ask(sender, f"{TOKEN} #build two"), "ok")
        self.assertRegex(self.ask(sender, f"{TOKEN[::-1]} #build three"), "^error: ")
        self.assertEqual(self.ask(sender, "#build four\n#other five"),
                         "error: #other: this is not one of the channels of this source")
        ana.sync()
        server.stop()
        ana.expect_end()
        status, output, errors = papod_test.run("--replay", path)
        self.assertEqual((status, errors), (0, ""))
        first = re.search(r"send (\d+) :\S+ 001 ana ", output)[1]
        self.assertEqual(re.findall(rf"(?m)^send {first} (.*)$", output), ana.seen)
        self.assertEqual(len([line for line in ana.seen if "!notify@" in line]), 3)
        self.expect_no_token(path)

    def test_one_that_begins_with_what_is_there(self):
        path = self.path("events")
        server, ana = self.start(arguments=("--record", path))
        position = server.log_position()
        server.process.send_signal(signal.SIGUSR2)
        server.wait_for_log("The server is ready", position)
        self.assertEqual(self.ask(self.udp(), f"{TOKEN} #build after"), "ok")
        self.expect_said(ana, "after", "far")
        server.stop()
        self.assertIn("PRIVMSG #build :after", papod_test.run("--replay", path)[1])
        self.expect_no_token(path)


if __name__ == "__main__":
    papod_test.main()
