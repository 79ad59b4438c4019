"""One session, with a kill at each of its system calls: no client notices.

The session is played undisturbed first. Then, each time with a new server, the process is killed
immediately before or after one of its system calls, and what every client reads must be the
same, byte for byte. There are three series: kills in the life of a process, from its start to the
end of a restart, and kills of a process that continues after a kill, or after a restart.

Only a selection of points fits into the time. PAPOD_TEST_KILL_SECONDS sets the time, "all" tries
all; PAPOD_TEST_SEED repeats a selection; PAPOD_TEST_KILL_AT=life:123 tries only that point.
"""

import contextlib
import os
import random
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

import gated
import papod_test
import service_manager

PROGRAMS = os.path.join(os.path.dirname(papod_test.PAPOD), "tests/e2e")
HASTY = os.path.join(PROGRAMS, "hasty_papod")  # writes snapshots all the time
KILLER = os.path.join(PROGRAMS, "killer")
SKIPPED = 77  # as automake defines it
SECRETS = """
[operator root]
password = $6$rounds=1000$papod$WQ2R30kxhz7ZRK1XBRK3XIhY38OwiFrjOuX3Mo1uT7FrsxbbdYO7nwfr.9oPI9ZtjiIfyiqlHyxbo7IGCIv991
"""
CONFIG = """
listen = ( {{ name = "plain"; address = "127.0.0.1"; port = {port}; }},
           {{ name = "here"; path = "{path}"; }}, {secure},
           {{ name = "proxied"; address = "127.0.0.1"; port = {proxied};
              proxy_protocol = [ "127.0.0.1" ]; }} );
classes = ( {{ name = "all"; flood_rate = 0; clients_per_address = 0; }} );
files: {{ motd = "{directory}/motd"; }};
operators = ( {{ name = "root"; }} );
"""
LONG = "x" * 400
HEADER = b"PROXY TCP4 192.0.2.9 192.0.2.1 5000 6667\r\n"
VOLATILE = [
    (re.compile(r"( 003 \S+ ).*"), r"\1"),  # the start time
    (re.compile(r"(!~\w+@| 396 \w+ |link: )\S+"), r"\1"),  # the key of the cloaks differs
]


def tidy(line):
    for pattern, kept in VOLATILE:
        line = pattern.sub(kept, line)
    return line


class Session:
    """The steps of the session: each ends when all clients have read its output."""

    def __init__(self, gate, series, stop):
        self.gate = gate
        self.series = series
        self.stop = stop  # 0: no kill
        self.clients = {}
        self.n_lost = 0
        self.stops = []
        self.directory = tempfile.TemporaryDirectory(prefix="papod-test-")
        self.path = os.path.join(self.directory.name, "socket")
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(self.path)
        self.listener.listen()
        self.proxied = socket.create_server(("127.0.0.1", 0))
        self.papod = service_manager.Papod(
            restarts=True, sockets=[("here.socket", self.listener),
                                    ("proxied.socket", self.proxied), *gate.sockets_of_papod()],
            files={"motd": "Tea.\n", "secrets.ini": SECRETS})
        os.chmod(self.papod.path("secrets.ini"), 0o600)
        self.papod.write("papod.conf", CONFIG.format(
            directory=self.papod.directory, port=self.papod.address[1], path=self.path,
            secure=gate.listener_text, proxied=self.proxied.getsockname()[1]))
        at = self.papod.arguments.index(papod_test.PAPOD)
        self.papod.arguments[at:at + 1] = [KILLER, self.papod.path("plan"), HASTY]
        # Leak detection does not work in a traced process.
        self.papod.environment["ASAN_OPTIONS"] = "detect_leaks=0"

    def play(self):
        """Returns what each client read."""
        try:
            if self.series == "life":
                self.aim()
            self.papod.start(waits=False)
            self.happen()
            return {nick: [tidy(line) for line in client.seen]
                    for nick, client in self.clients.items()}
        finally:
            self.stops = self.read_stops()
            self.papod.close()
            self.listener.close()
            self.proxied.close()
            self.directory.cleanup()
            for client in self.clients.values():
                client.close()

    def read_stops(self):
        """The stops of the process to be killed."""
        try:
            with open(self.papod.path("plan.stops"), encoding="ascii") as file:
                return file.read().splitlines()
        except FileNotFoundError:
            return []

    def aim(self):
        """Plan the kill for the next process."""
        self.papod.write("plan", str(self.stop))

    def happen(self):
        ana, bea = self.enter("ana"), self.enter("bea", self.path)
        ana.expect("^:bea!.* JOIN ")
        slow = self.enter("slow", receive_bytes=4096, segment_bytes=536,
                          version=ssl.TLSVersion.TLSv1_2)
        dan = self.enter("dan", self.path)
        for client in (ana, bea):
            client.expect("^:dan!.* JOIN ")
        for i in range(3):
            self.talk(ana, bea, i)
        fay = self.arrive("fay", "CAP LS 302", version=ssl.TLSVersion.TLSv1_3)
        bea.send_bytes(b"PRIVMSG #a :first half")
        ana.send(*(f"PRIVMSG #a :{i} {LONG}" for i in range(200)))
        for client in (bea, dan):
            client.expect(" PRIVMSG #a :199 ")
        fay.send("PING :it is read")
        fay.expect(" PONG ")
        hal = papod_test.Client(self.proxied.getsockname())
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it shows again below
            hal.send_bytes(HEADER[:9])
        ana.send("PING :hal is parked")  # a process that dies right after accept4() would lose him
        ana.expect(" PONG ")
        self.end_process()
        hal = self.come_through_proxy(hal)
        bea.send_bytes(b", second half\r\n")
        for client in (ana, dan):
            client.expect("^:bea!.* PRIVMSG #a :first half, second half$")
        fay.send("CAP END", "USER fay 0 * :Fay")
        fay.expect(" 422 | 376 ")
        self.come_and_go(ana, bea)
        self.operate(ana, bea, dan)
        self.leave_without_a_word(ana, bea)
        for i in range(3):
            self.talk(ana, bea, f"more {i}")
        if self.series == "life":
            self.papod.restart()
            self.talk(bea, ana, "on and on")
        ana.send("PRIVMSG #a :over")
        bea.expect(" PRIVMSG #a :over$")
        slow.expect(" PRIVMSG #a :over$")
        for client in (ana, bea, slow, fay, hal):
            client.send("PING :the end", "QUIT :bye")
            client.expect_end("^ERROR ")

    def end_process(self):
        if self.series == "death":
            self.papod.wait_for_state(service_manager.RUNNING)
            self.aim()
            self.papod.kill(signal.SIGKILL)
        elif self.series == "restart":
            self.papod.wait_for_state(service_manager.RUNNING)
            self.aim()
            self.papod.restart(waits=False)

    def come_through_proxy(self, client):
        """The rest of the header follows; all of it, if the connection is lost: see arrive()."""
        rest = HEADER[9:]
        for _ in range(2):
            self.clients["hal"] = client
            try:
                client.send_bytes(rest + b"NICK hal\r\nUSER hal 0 * :Hal\r\n")
                if client.read_line() is not None:
                    client.expect(" 422 | 376 ")
                    return client
            except (BrokenPipeError, ConnectionResetError):
                pass
            client.close()
            self.n_lost += 1
            client, rest = papod_test.Client(self.proxied.getsockname()), HEADER
        raise papod_test.Failure("hal was turned away twice")

    def come_and_go(self, ana, bea):
        eve = self.enter("eve", version=ssl.TLSVersion.TLSv1_3)
        eve.send("NICK eva", "PART #a :see you", "QUIT :gone")
        eve.expect_end("^ERROR ")
        for client in (ana, bea):
            client.expect("^:eva!.* PART #a")

    def operate(self, ana, bea, dan):
        ana.send("OPER root secret")
        ana.expect(" 381 ")
        self.papod.write("motd", "Cake.\n")
        ana.send("REHASH")
        ana.expect("NOTICE ana :.* in force$")
        ana.send("MOTD")
        ana.expect(":- Cake")
        ana.expect(" 376 ")
        ana.send("KILL dan :enough")
        dan.expect_end("^ERROR ")
        bea.expect("^:dan!.* QUIT ")
        ana.expect("^:dan!.* QUIT ")

    def leave_without_a_word(self, ana, bea):
        gus = self.enter("gus", self.path)
        bea.expect("^:gus!.* JOIN ")
        gus.send("PART #a", "JOIN #a")
        gus.expect(" 366 ")
        gus.close()
        for client in (ana, bea):
            client.expect("^:gus!.* QUIT ")

    def talk(self, speaker, hearer, text):
        speaker.send(f"PRIVMSG #a :{text} and more")
        hearer.expect(f"^:{speaker.nick}!.* PRIVMSG #a :{text} and more$")
        hearer.send(f"NOTICE {speaker.nick} :{text} indeed")
        speaker.expect(f"^:{hearer.nick}!.* NOTICE {speaker.nick} :{text} indeed$")

    def enter(self, nick, *address, **options):
        client = self.arrive(nick, f"USER {nick} 0 * :{nick}", *address, **options)
        client.expect(" 422 | 376 ")
        client.send("JOIN #a")
        client.expect(" 366 ")
        return client

    def connect(self, *address, **options):
        if "version" in options:
            return self.gate.connect(**options)
        return papod_test.Client(*(address or (self.papod.address,)), **options)

    def arrive(self, nick, line, *address, **options):
        """Connect once more if nothing arrived: the caller decides whether that is allowed."""
        for _ in range(2):
            client = self.clients[nick] = self.connect(*address, **options)
            client.nick = nick
            try:
                client.send(f"NICK {nick}", line)
                if client.read_line() is not None:
                    return client
            except (BrokenPipeError, ConnectionResetError):
                pass
            client.close()
            self.n_lost += 1
        raise papod_test.Failure(f"{nick} was turned away twice")


def is_accepting(stops):
    """Only the process has the socket that it has just accepted, until the next call parks it;
    calls of its threads and children do not matter. At a stop of one of these, the call that the
    main thread has entered may be over."""
    mains = [stop for stop in stops if stop.endswith(" main")]
    is_inside = mains[-1:] == ["entry accept4 main"] and stops[-1] != mains[-1]
    return is_inside or "exit accept4 main" in mains[-2:]


def compare(read, expected):
    for nick, lines in expected.items():
        for i, line in enumerate(lines):
            if read[nick][i:i + 1] != [line]:
                return f"{nick} reads {read[nick][i:i + 3]}, not {line!r}"
        if len(read[nick]) != len(lines):
            return f"{nick} reads more: {read[nick][len(lines):]}"
    return None


class KillPoints(papod_test.TestCase):
    SECONDS = 30

    def setUp(self):
        self.expected = {}  # by series
        self.n_tried, self.n_lost, self.wrong = 0, 0, []
        self.gate = gated.Gate()
        self.addCleanup(self.gate.close)
        self.gate.start_alone()

    def points(self):
        """Find all points. The number of calls varies a little between sessions."""
        found = []
        for series in ("life", "death", "restart"):
            session = Session(self.gate, series, 0)
            self.expected[series] = session.play()
            found += [(series, stop) for stop in range(1, len(session.stops) + 1)]
            print(f"{series}: {len(session.stops)} stops at system calls")
        return found

    def try_one(self, series, stop):
        papod_test.begin_to_wait()
        session = Session(self.gate, series, stop)
        self.n_tried += 1
        try:
            wrong = compare(session.play(), self.expected[series])
        except Exception as error:  # a disturbed server may cause any error
            text = str(error)
            wrong = f"{type(error).__name__}: {text[:100]} ... {text[-300:]}"
        self.n_lost += session.n_lost
        if session.n_lost > is_accepting(session.stops):
            wrong = wrong or "somebody was accepted and lost"
        if wrong:
            where = ", ".join(session.stops[-3:])
            told = [line for line in session.papod.log if re.search("warning: |error: ", line)]
            self.wrong.append(f"{series}:{stop} ({where}): {wrong} {told}")
            print(self.wrong[-1], flush=True)

    def choose(self, points):
        """Try points in an order from the seed, until time is up."""
        seed = int(os.environ.get("PAPOD_TEST_SEED", random.randrange(1 << 30)))
        seconds = os.environ.get("PAPOD_TEST_KILL_SECONDS", self.SECONDS)
        end = time.monotonic() + (float("inf") if seconds == "all" else float(seconds))
        print("seed", seed)
        random.Random(seed).shuffle(points)
        for point in points:
            if time.monotonic() > end:
                return
            yield point

    def test_nobody_notices(self):
        points = self.points()
        alone = os.environ.get("PAPOD_TEST_KILL_AT")
        if alone:
            series, stop = alone.split(":")
            self.try_one(series, int(stop))
        else:
            for point in self.choose(points):
                self.try_one(*point)
        print(f"killed at {self.n_tried} of {len(points)}, wrong {len(self.wrong)},"
              f" lost while being accepted {self.n_lost}")
        self.assertEqual(self.wrong, [])


class Farewells(papod_test.TestCase):
    """A client that cannot be kept gets the reason, even if the process that sends it is killed."""

    def restart_without_positions(self, stop):
        """Returns what the client read after that, and the stops at which the next process could be
        killed."""
        with tempfile.TemporaryDirectory(prefix="papod-test-") as directory:
            path = os.path.join(directory, "socket")
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
                listener.bind(path)
                listener.listen()
                papod = service_manager.Papod(restarts=True, sockets=[("here.socket", listener)])
                self.addCleanup(papod.close)
                at = papod.arguments.index(papod_test.PAPOD)
                papod.arguments[at:at] = [KILLER, papod.path("plan")]
                papod.environment["ASAN_OPTIONS"] = "detect_leaks=0"
                papod.start()
                ana = papod.connect(path)
                self.addCleanup(ana.close)
                ana.register("ana")
                papod.write("plan", str(stop))
                with papod.changed:
                    papod._drop(lambda one: one.name == "papod-positions")
                papod.kill()
                lines = ana.expect_end()
                with open(papod.path("plan.stops"), encoding="ascii") as file:
                    stops = file.read().splitlines()
                papod.close()
                return lines, stops

    def test_they_arrive_over_another_death(self):
        _, stops = self.restart_without_positions(0)
        end = stops.index("entry shutdown main") + 1  # the reason is sent
        for stop in range(end - 16, end):
            lines, _ = self.restart_without_positions(stop)
            self.assertRegex("\n".join(lines), "ERROR .*your last messages were lost",
                             stops[stop - 3:stop])


def may_trace():
    with tempfile.TemporaryDirectory(prefix="papod-test-") as directory:
        plan = os.path.join(directory, "plan")
        with open(plan, "w", encoding="ascii") as file:
            file.write("0")
        return subprocess.run([KILLER, plan, "/bin/true"], check=False).returncode == 0


if __name__ == "__main__":
    if not may_trace():
        print("SKIPPED: no process may be traced here (ptrace), so none was killed", flush=True)
        sys.exit(SKIPPED)
    papod_test.main()
