"""No client with TLS is disconnected by restarts or crashes of papod or of its gate.

PAPOD_TEST_KILLS sets the number of kills of the storm, PAPOD_TEST_SEED repeats one."""

import os
import random
import re
import signal
import ssl
import threading
import time

import gated
import papod_test
import service_manager

VERSIONS = (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2)
KILLS = int(os.environ.get("PAPOD_TEST_KILLS", "60"))


class SecureCase(papod_test.TestCase):
    make_gate = gated.Gate

    def config(self):
        """More of papod.conf."""
        return ""

    def setUp(self):
        self.gate = self.make_gate()
        self.addCleanup(self.gate.close)
        self.papod = gated.papod_beside(self.gate, self.config())
        self.addCleanup(self.papod.close)

    def enter(self, nick, version=ssl.TLSVersion.TLSv1_3, **options):
        client = self.gate.connect(version, **options)
        self.addCleanup(client.close)
        client.register(nick)
        client.send("JOIN #a")
        client.expect(" 366 ")
        return client

    def pair(self):
        ana, bea = (self.enter(nick, version) for nick, version in zip(("ana", "bea"), VERSIONS))
        ana.expect("^:bea!.* JOIN ")
        return ana, bea

    def talk(self, ana, bea, text):
        """The next line is exactly this one: nothing was lost, doubled or added."""
        for sender, other, nick in ((ana, bea, "ana"), (bea, ana, "bea")):
            sender.send(f"PRIVMSG #a :{text}")
            self.assertRegex(other.read_line(),
                             f"^:{nick}!.* PRIVMSG #a :{re.escape(text)}$")

    def die(self, service, number=signal.SIGKILL):
        n_starts = service.n_starts
        service.kill(number)
        service.wait_for_start(n_starts + 1)


class Tls(SecureCase):
    def test_restarts_and_deaths_are_not_noticed(self):
        ana, bea = self.pair()
        for i in range(4):
            self.papod.restart()
            self.talk(ana, bea, f"after restart {i}")
        for i in range(6):
            self.die(self.papod, (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT)[i % 3])
            self.talk(ana, bea, f"after death {i}")
        bea.send("WHOIS ana")
        bea.expect(" 671 bea ana :.*TLSv1.3")

    def test_a_death_of_the_gate_is_not_noticed(self):
        ana, bea = self.pair()
        for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL):
            self.die(self.gate, number)
            self.talk(ana, bea, f"after {number}")
            self.enter(f"n{number}{self.gate.n_starts}").close()
            for client in (ana, bea):
                client.expect("QUIT")

    def test_whoever_connects_while_papod_is_away_comes_in_afterwards(self):
        """The handshake is done; the gate keeps the client, and offers it to the next process."""
        for i in range(3):
            self.papod.restarts = False
            self.papod.kill()
            self.papod.wait_for_state(service_manager.DEAD)
            client = self.gate.connect()
            self.addCleanup(client.close)
            client.send(f"NICK c{i}", "USER c 0 * :c")
            self.papod.restarts = True
            self.papod.start()
            client.expect(" 001 ")

    def test_many_lines_in_the_buffers_survive(self):
        ana = self.enter("ana")
        cid = self.enter("cid", receive_bytes=4096, segment_bytes=1000)
        ana.expect("^:cid!.* JOIN ")
        for i in range(400):
            ana.send(f"PRIVMSG #a :{i} {'x' * 400}")
        ana.sync()
        for i in range(400):
            if i % 100 == 50:
                self.die(self.papod)
            self.assertRegex(cid.read_line(), f"^:ana!.* PRIVMSG #a :{i} x+$")

    def test_plain_text_is_told_to_use_tls(self):
        client = papod_test.Client(self.gate.address)
        self.addCleanup(client.close)
        client.send("NICK ana", "USER a 0 * :a")
        client.expect_end("^ERROR :.*TLS")

    def test_tls_on_the_plain_port_is_refused(self):
        with self.assertRaises((ssl.SSLError, ConnectionResetError)):
            gated.Client(self.papod.address)
        self.papod.wait_for_log("TLS")


class Talker:
    """A client that sends numbered lines to the next one, and checks those that it receives."""

    def __init__(self, client, nick, before, after):
        self.client, self.nick = client, nick
        self.before, self.after = before, after
        self.n_sent = self.n_heard = 0
        self.failure = None
        self.stops = self.is_silent = False
        self.dice = random.Random(f"{nick}")
        self.lock = threading.Lock()  # Python's ssl objects are not for two threads at a time
        client.socket.setblocking(False)
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        try:
            while not self.has_heard_all():
                if self.stops:
                    self.is_silent = True
                elif self.n_sent - self.after.n_heard < 200:
                    self.say()
                self.hear()
        except Exception as error:  # pylint: disable=broad-except
            self.failure = error

    def has_heard_all(self):
        return (self.is_silent and self.before.is_silent and
                self.n_heard == self.before.n_sent)

    def say(self):
        text = f"PRIVMSG {self.after.nick} :{self.n_sent} {'y' * self.dice.randrange(300)}\r\n"
        data = text.encode()
        while data:
            try:
                data = data[self.client.socket.send(data):]
            except (ssl.SSLWantWriteError, ssl.SSLWantReadError):
                self.hear()
        self.n_sent += 1

    def hear(self):
        try:
            got = self.client.socket.recv(65536)
            if not got:
                raise papod_test.Failure(f"{self.nick} was disconnected")
            self.client.bytes += got
        except (ssl.SSLWantReadError, BlockingIOError):
            time.sleep(0.001)
        while b"\n" in self.client.bytes:
            line, self.client.bytes = self.client.bytes.split(b"\n", 1)
            if line.startswith(b"PING "):
                continue
            found = re.match(rb":(\S+)!\S+ PRIVMSG \S+ :(\d+) y*\r$", line)
            if not found or int(found[2]) != self.n_heard:
                raise papod_test.Failure(f"{self.nick} awaited {self.n_heard}: {line[:100]}")
            self.n_heard += 1


class Storm(SecureCase):
    PROCESSES = 3  # of the gate

    def config(self):
        return f"tls: {{ processes = {self.PROCESSES}; }};\n"

    def pids_of_gate(self):
        return papod_test.children(self.gate.pid)

    def kill_one(self, number, dice):
        """Mostly papod; now and then the gate, or one of its processes, which it replaces."""
        if number % 10 == 4:
            self.wait_until(lambda: len(self.pids_of_gate()) == self.PROCESSES, "all processes")
            os.kill(dice.choice(self.pids_of_gate()), signal.SIGKILL)
        else:
            self.die(self.gate if number % 10 == 9 else self.papod)

    def talkers(self, count):
        clients = [self.gate.connect(VERSIONS[i % 2]) for i in range(count)]
        talkers = []
        for i, client in enumerate(clients):
            self.addCleanup(client.close)
            client.register(f"t{i}")
            client.sync()
        for i, client in enumerate(clients):
            talkers.append(Talker(client, f"t{i}", None, None))
        for i, talker in enumerate(talkers):
            talker.before = talkers[i - 1]
            talker.after = talkers[(i + 1) % count]
        return talkers

    def test_nothing_is_lost_or_said_twice_in_a_storm_of_kills(self):
        seed = os.environ.get("PAPOD_TEST_SEED", str(random.randrange(1 << 32)))
        dice = random.Random(seed)
        talkers = self.talkers(6)
        for talker in talkers:
            talker.thread.start()
        for i in range(KILLS):
            time.sleep(dice.random() * 0.03)
            self.kill_one(i, dice)
            for talker in talkers:
                self.assertIsNone(talker.failure, f"seed {seed}")
        for talker in talkers:
            talker.stops = True
        for talker in talkers:
            talker.thread.join(papod_test.DEADLINE)
            self.assertFalse(talker.thread.is_alive(), f"seed {seed}")
            self.assertIsNone(talker.failure, f"seed {seed}")
        self.assertEqual([one.n_heard for one in talkers], [one.before.n_sent for one in talkers])
        print(f"{KILLS} kills, {sum(one.n_sent for one in talkers)} lines, seed {seed}")


if __name__ == "__main__":
    papod_test.main()
