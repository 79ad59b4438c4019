"""Reading from a history with many rows, which fill_history makes once and keeps for later runs.

The file is in the kernel's cache. The asker is logged in, on the busiest channels of the history and on one where hardly anything is
said, but users come and go. Its questions are about places and times drawn by chance.
"""

import contextlib
import hashlib
import json
import os
import pathlib
import random
import re
import socket
import statistics
import subprocess
import threading
import time

import logins
from flood import put_first
from idle import papod_test

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = pathlib.Path(papod_test.PAPOD).resolve().parent / "tests/bench/fill_history"
SOURCES = (HERE / "fill_history.c", HERE.parents[1] / "src/store/schema_history.c")
CAPS = "server-time message-tags batch draft/chathistory soju.im/search draft/search"
CHANNELS = 50  # of the asker
LINES = 100
ROUNDS = 5
CONFIG = ("history: { enabled = true; keep_days = 0; };\n"
          "limits: { channels_per_user = 1000; };\n")


def big_history(n_rows):
    """The path of the database, and what is in it. One from another schema is not used."""
    directory = PROGRAM.parents[2] / "histories"
    mark = hashlib.sha256(b"".join(one.read_bytes() for one in SOURCES)).hexdigest()[:12]
    path = directory / f"{n_rows}-{mark}.db"
    content = path.with_suffix(".json")
    directory.mkdir(exist_ok=True)
    if not content.exists():
        for old in directory.glob(f"{n_rows}-*"):
            old.unlink()
        begun = time.monotonic()
        made = subprocess.run([PROGRAM, path, str(n_rows)], check=True, capture_output=True)
        content.write_bytes(made.stdout)
        print(f"made a history of {n_rows} rows in {time.monotonic() - begun:.0f} s", flush=True)
    return path, json.loads(content.read_text("ascii"))


def field(number, content):
    """Of a pack, see base/pack.h."""
    return number.to_bytes(2, "little") + len(content).to_bytes(4, "little") + content


def channel_rows(content):
    """Their histories are those of the file: field 91 is the life of a channel."""
    for number, life in enumerate(content["lives"]):
        yield f"#c{number}", 1, None, field(91, life.to_bytes(8, "little"))


@contextlib.contextmanager
def papod_with(path, content):
    """The file stays where it is: it is large."""
    with logins.papod_with_tables(CONFIG) as papod:
        for end in ("", "-wal", "-shm"):
            pathlib.Path(papod.path("state/history.db" + end)).unlink(missing_ok=True)
        os.symlink(path, papod.path("state/history.db"))
        verifier = logins.verifier_of(1)
        logins.fill(papod, ((f"user{number}", verifier) for number in range(1, content["accounts"] + 1)))
        logins.fill(papod, channels=channel_rows(content))
        papod.start()
        if os.geteuid() == 0:  # also for its threads, which do not run yet
            os.sched_setscheduler(papod.pid, os.SCHED_FIFO, os.sched_param(2))
        yield papod
        papod.stop()


class Asker:
    """A client that asks, and measures how long the answers take."""

    def __init__(self, address, caps=CAPS):
        self.socket = socket.create_connection(address)
        self.ask(f"CAP REQ :{caps}", b" ACK ")
        self.nick = f"asker{self.socket.getsockname()[1]}"
        self.ask(f"NICK {self.nick}\r\nUSER asker 0 * :asker\r\nCAP END", b" 376 ", b" 422 ")

    def log_in(self):
        self.ask(f"NS IDENTIFY user1 {logins.password_of(1)}", b" 900 ")

    def ask(self, line, *ends):
        """Send a line; return the seconds until one of the ends was there, and what came until
        then."""
        begun = time.monotonic()
        self.socket.sendall(line.encode() + b"\r\n")
        got = b""
        while not any(end in got[-4096:] for end in ends) or got[-1:] != b"\n":
            if not (more := self.socket.recv(1 << 20)):
                raise papod_test.Failure(f"papod closed the connection: {got[-400:]}")
            got += more
        return time.monotonic() - begun, got

    def join(self, names):
        for name in names:
            self.ask(f"JOIN {name}", f" 366 {self.nick} {name} ".encode())

    def ask_past(self, line):
        """A NOTE may follow the batch."""
        took, got = self.ask(line + "\r\nPING end", b" PONG ")
        if b"FAIL " in got or b" BATCH -" not in got:
            raise papod_test.Failure(got.decode(errors="replace"))
        return took * 1000, got

    def close(self):
        self.socket.close()


def stamp(ms):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ms // 1000)) + f".{ms % 1000:03}Z"


def draw_question(dice, content, target):
    """Times are in the last nine tenths, so that there are lines before them."""
    begin, end = content["begin_ms"], content["end_ms"]
    first, second = sorted(stamp(begin + (end - begin) // 10 + dice.randrange((end - begin) * 9 // 10))
                           for _ in range(2))
    words = dice.choice((f"BEFORE {target} timestamp={second}", f"AFTER {target} timestamp={first}",
                         f"LATEST {target} *", f"AROUND {target} timestamp={first}",
                         f"BETWEEN {target} timestamp={first} timestamp={second}",
                         f"BETWEEN {target} timestamp={second} timestamp={first}"))
    return f"CHATHISTORY {words} {LINES}"


def page(asker, dice, content, targets, count):
    """The 99th percentile in milliseconds, and the share of the lines that were asked for."""
    waits, n_lines = [], 0
    for _ in range(count):
        took, got = asker.ask_past(draw_question(dice, content, dice.choice(targets)))
        waits.append(took)
        n_lines += len(re.findall(rb" (?:PRIVMSG|NOTICE|JOIN) ", got))
    waits.sort()
    return waits[len(waits) * 99 // 100], n_lines / count / LINES


def measure_pages(papod, content, count, tell):
    """Each round has askers of its own; the median of their percentiles counts."""
    busy = [f"#c{number}" for number in range(CHANNELS)]
    quiet = [f"#c{content['channels'] - 1}"]
    users = [f"user{number}" for number in range(2, 100)]
    dice = random.Random(1)
    for what, caps, targets in (("channels", CAPS, busy), ("users", CAPS, users),
                                ("a channel of comings and goings", CAPS, quiet),
                                ("the same with these", CAPS + " draft/event-playback", quiet)):
        found, shares = [], []
        for _ in range(ROUNDS):
            with contextlib.closing(Asker(papod.address, caps)) as asker:
                asker.log_in()
                asker.join(busy + quiet)
                p99, share = page(asker, dice, content, targets, count)
                found.append(p99)
                shares.append(share)
        tell(f"{LINES} lines of {what}, p99", statistics.median(found), "ms", 5,
             f"{statistics.median(shares):.0%} of the lines were there")


@contextlib.contextmanager
def another_searches(papod, content):
    """Without a pause, and each time until the time is up."""
    stop = threading.Event()

    def search():
        with contextlib.closing(Asker(papod.address)) as asker:
            asker.log_in()
            asker.join(["#c1"])
            while not stop.is_set():
                asker.ask_past(f"SEARCH text={spaced(content['common'])};from=nobody")

    thread = threading.Thread(target=search)
    thread.start()
    yield
    stop.set()
    thread.join()


def measure_beside_searches(papod, content, count, tell):
    dice, channels, found = random.Random(2), [f"#c{number}" for number in range(CHANNELS)], []
    with another_searches(papod, content), contextlib.closing(Asker(papod.address)) as asker:
        asker.join(channels)
        for _ in range(ROUNDS):
            found.append(page(asker, dice, content, channels, count)[0])
    tell(f"{LINES} lines while another client searches, p99", statistics.median(found), "ms", 5)


def spaced(words):
    return words.replace(" ", "\\s")


def measure_searches(papod, content, tell):
    """Words are drawn by their share of the messages: see fill_history.c."""
    names = [f"#c{number}" for number in range(CHANNELS)]
    with contextlib.closing(Asker(papod.address)) as asker:
        asker.log_in()
        asker.join(names)
        for what, name, limit in (("two words in 0.1 % each, together", "rare_together", 100),
                                  ("two words in 0.1 % each, apart", "rare_apart", 100),
                                  ("two words of every second message", "common", 600),
                                  ("two words in a quarter each, never together", "common_apart", 600),
                                  ("words that begin like many others", "common_start", 600)):
            for place in ("", ";in=#c40", ";from=nobody"):
                waits, is_partial, n_lines = [], False, 0
                for _ in range(ROUNDS):
                    took, got = asker.ask_past(f"SEARCH text={spaced(content[name])}{place}")
                    waits.append(took)
                    is_partial = is_partial or b"NOTE SEARCH PARTIAL" in got
                    n_lines = got.count(b" PRIVMSG ") + got.count(b" NOTICE ")
                tell(f"search: {what}{place}", statistics.median(waits), "ms", limit,
                     f"{n_lines} lines{', in part' if is_partial else ''}")


def warm_up(path):
    """The kernel's cache has the file, as on a server that is in use."""
    with open(path, "rb", buffering=0) as file:
        while file.read(1 << 24):
            pass


def measure(n_rows, tell):
    path, content = big_history(n_rows)
    warm_up(path)
    tell(f"disk for a row of {n_rows}", path.stat().st_size / n_rows, "bytes", 260)
    with papod_with(path, content) as papod:
        put_first(2)
        count = max(50, min(1000, n_rows // 1000))
        measure_pages(papod, content, count, tell)
        measure_beside_searches(papod, content, count // 5, tell)
        measure_searches(papod, content, tell)
