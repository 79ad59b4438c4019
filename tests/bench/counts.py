"""Counts papod's instructions for each command and each delivery, independent of other load on the
machine, and compares them with tests/bench/counts.txt.

    ./dev counts [SCENE]
    UPDATE=1 BECAUSE="lines are checked for x" ./dev counts

papod is built as for its package. It runs under callgrind, with real sockets, as a service whose
clients outlive it. "core" is dispatch(), "whole" is the whole process without the kernel. Each
scene is between two reloads, at which callgrind writes its counters. With the name of a scene, its
most expensive functions are shown too.

A growth of more than 5 % fails, until the table has a reason. UPDATE=1 writes only rows that
changed by more than that, so that many small steps are noticed too. Figures of different compilers,
C libraries and machines are not comparable: each toolchain has its own rows, and one without rows
is not compared.
"""

import collections
import os
import platform
import re
import resource
import select
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import idle  # noqa: E402
from idle import papod_test  # noqa: E402
import service_manager  # noqa: E402

TABLE = os.path.join(HERE, "counts.txt")
MOST_CHANGE = 0.05
# Use the C library's functions for any x86-64, so that counts do not depend on the CPU.
ANY_CPU = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-AVX,-ERMS,-FSRM,-AVX_Fast_Unaligned_Load"}
MARK = "reload_now"
CORE = "dispatch"
DEAREST = 25
HEAD = """\
# Instructions in user space for one of each, see counts.py. A growth of more than 5 % is written by
# UPDATE=1 BECAUSE="why" ./dev counts
#
"""
COLUMNS = ("# toolchain", "scene", "core", "whole", "why it grew")
LINE = "{:<26}  {:<26}  {:>8}  {:>8}  {}"
TALK = "x" * 80
CROWD = 50  # as many as one turn serves and one line names
SETS = 12
SET_OF = "server-time", "message-tags", "multi-prefix", "setname"
MOST_FOR_SETS = 1.3

Row = collections.namedtuple("Row", "core whole why")


class Stage:
    """papod under callgrind, and the scenes run so far."""

    def __init__(self, directory):
        self.scenes = []
        self.served = service_manager.Papod(
            idle.CONFIG, environment=ANY_CPU,
            wrapper=("valgrind", "--tool=callgrind", "-q",
                     f"--callgrind-out-file={directory}/out.%p",
                     f"--dump-before={MARK}", f"--dump-after={MARK}"))
        self.served.start()
        self.files = f"{directory}/out.{self.served.pid}"

    def mark(self):
        position = len(self.served.log)
        self.served.kill(signal.SIGHUP)
        self.served.wait_for_log("Configuration reloaded", position)

    def scene(self, name, count, play):
        """play() makes papod do it `count` times."""
        self.mark()
        play()
        self.mark()
        self.scenes.append((name, count))

    def end(self):
        """The profile of each scene."""
        self.served.stop()
        log = self.served.log
        self.served.close()
        # Each mark writes two files: the counts before it, and those of the reload.
        paths = [f"{self.files}.{4 * i + 3}" for i in range(len(self.scenes))]
        if not os.path.exists(paths[-1]):
            raise papod_test.Failure(f"callgrind did not write {paths[-1]}; papod said {log}")
        return {name: Profile(path, count) for (name, count), path in zip(self.scenes, paths)}


class Profile:
    """One of callgrind's files: https://valgrind.org/docs/manual/cl-format.html"""

    def __init__(self, path, count):
        self.count = count
        self.own = collections.Counter()  # by function, without callees
        self.inclusive = collections.Counter()
        self.names = {}
        with open(path, encoding="utf-8") as file:
            self._read(iter(file))

    def _name(self, text):
        number, _, name = text.strip().partition(" ")
        return self.names.setdefault(number, name)

    def _read(self, lines):
        function = callee = None
        for line in lines:
            key, _, value = line.partition("=")
            if key == "fn":
                function = self._name(value)
            elif key == "cfn":
                callee = self._name(value)
            elif key == "calls":
                self.inclusive[callee] += int(next(lines).split()[1])
            elif line[0] in "+-*" or line[0].isdigit():
                self.own[function] += int(line.split()[1])

    def row(self):
        if not self.inclusive[CORE]:  # the compiler has renamed or inlined it
            raise papod_test.Failure(f"callgrind did not see {CORE}()")
        return Row(round(self.inclusive[CORE] / self.count),
                   round(sum(self.own.values()) / self.count), "")

    def describe(self):
        return [f"{cost / self.count:12.1f}  {name}"
                for name, cost in self.own.most_common(DEAREST)]


def hear(clients, n_lines):
    """Wait until each client has got that many lines."""
    selector = selectors.DefaultSelector()
    missing = {client: n_lines for client in clients}
    for client in clients:
        selector.register(client, selectors.EVENT_READ)
    while missing:
        ready = selector.select(papod_test.DEADLINE)
        if not ready:
            raise papod_test.Failure(f"{len(missing)} clients wait for lines")
        for key, _ in ready:
            missing[key.fileobj] -= key.fileobj.recv(1 << 20).count(b"\n")
            if missing[key.fileobj] <= 0:
                del missing[key.fileobj]
                selector.unregister(key.fileobj)
    selector.close()


def ask(client, line, answer):
    client.send(line)
    client.expect(answer)


def tell(client, hearers, *lines):
    """Send the lines in one piece, and wait until all hearers got them."""
    client.send(*lines)
    hear(hearers, len(lines))


def repeat(count, step):
    """A function that runs the step that many times."""
    def play():
        for _ in range(count):
            step()
    return play


def join_at_once(stage, clients, channel):
    """Clients send it while papod is stopped, which then serves them in some order."""
    stage.served.kill(signal.SIGSTOP)
    for client in clients:
        client.sendall(f"JOIN {channel}\r\n".encode())
    stage.served.kill(signal.SIGCONT)
    # Each gets its own JOIN, 353 and 366, and the JOINs of those behind it.
    left = sum(3 + len(clients) - place for place in range(1, len(clients) + 1))
    while left:
        readable, _, _ = select.select(clients, [], [], papod_test.DEADLINE)
        if not readable:
            raise papod_test.Failure(f"{left} lines have not come")
        left -= sum(client.recv(1 << 16).count(b"\n") for client in readable)


def fill(stage, channel, first, count):
    """A channel with that many members, which have read everything."""
    members = idle.connect(stage.served.address, first, count)
    for i, member in enumerate(members):
        member.setblocking(True)
        member.sendall(f"JOIN {channel}\r\n".encode())
        seen = b""
        while b" 366 " not in seen:
            seen = seen[-1000:] + member.recv(1 << 16)
        hear(members[:i], 1)
    return members


def play_alone(stage, ana):
    stage.scene("PING", 200, repeat(200, lambda: ask(ana, "PING x", "PONG")))

    def many():
        ana.send(*["PING x"] * 99, "PING last")
        ana.expect("PONG .*last")
    stage.scene("PING, 100 at once", 1000, repeat(10, many))
    stage.scene("a client comes and goes", 50, repeat(
        50, lambda: stage.served.register("guest").close() or ask(ana, "PING x", "PONG")))
    stage.scene("PRIVMSG to oneself", 200, repeat(
        200, lambda: ask(ana, f"PRIVMSG ana :{TALK}", "PRIVMSG")))
    stage.scene("WHOIS", 50, repeat(50, lambda: ask(ana, "WHOIS ana", " 318 ")))

    crowd = idle.connect(stage.served.address, 20, CROWD)
    stage.scene(f"JOIN, {CROWD} at once", CROWD, lambda: join_at_once(stage, crowd, "#crowd"))

    stage.scene("JOIN or PART, alone", 100, repeat(
        50, lambda: ask(ana, "JOIN #new", " 366 ") or ask(ana, "PART #new", " PART ")))


def play_among_ten(stage, ana, ten):
    """Members see the actions of ana, who is an operator there until she leaves."""
    def do(line, answer):
        ask(ana, line, answer)
        hear(ten, 1)

    def twice(name, count, first, second):
        stage.scene(name, 2 * count, repeat(count, lambda: do(*first) or do(*second)))

    twice("MODE, 10 see it", 50,
          ("MODE #ten +m", r" MODE #ten \+m"), ("MODE #ten -m", " MODE #ten -m"))
    twice("NICK, 10 see it", 50, ("NICK anna", " NICK "), ("NICK ana", " NICK "))
    stage.scene("PRIVMSG to 10", 1000, repeat(
        100, lambda: tell(ana, ten, f"PRIVMSG #ten :{TALK}")))
    twice("PART or JOIN, 10 see it", 50, ("PART #ten", " PART "), ("JOIN #ten", " 366 "))


def play_among_many(stage, ana, members):
    count = len(members)
    line = f"PRIVMSG #{count} :{TALK}"
    ask(ana, f"JOIN #{count}", " 366 ")
    hear(members, 1)
    stage.scene(f"PRIVMSG to {count}", count * 20, repeat(20, lambda: tell(ana, members, line)))
    stage.scene(f"PRIVMSG to {count}, 16 at once", count * 16 * 5, repeat(
        5, lambda: tell(ana, members, *[line] * 16)))
    stage.scene(f"NAMES of {count}", 10, repeat(10, lambda: ask(ana, f"NAMES #{count}", " 366 ")))
    stage.scene(f"WHO of {count}", 5, repeat(5, lambda: ask(ana, f"WHO #{count}", " 315 ")))


def play_with_sets(stage, ana, members):
    """The cost of capabilities: first the same for all, then as many sets as possible."""
    count = len(members)
    line = f"PRIVMSG #{count} :{TALK}"

    def ask_for(members, caps):
        for member in members:
            member.sendall(f"CAP REQ :{caps}\r\n".encode())
        hear(members, 1)

    ask_for(members, " ".join(SET_OF))
    stage.scene(f"PRIVMSG to {count}, 1 set", count * 20, repeat(
        20, lambda: tell(ana, members, line)))
    for i in range(SETS):
        caps = [name for bit, name in enumerate(SET_OF) if not (i + 1) & 1 << bit]
        ask_for(members[i::SETS], " ".join(f"-{name}" for name in caps))
    stage.scene(f"PRIVMSG to {count}, {SETS} sets", count * 20, repeat(
        20, lambda: tell(ana, members, line)))


def measure():
    with tempfile.TemporaryDirectory(prefix="papod-counts-") as directory:
        stage = Stage(directory)
        ana = stage.served.register("ana")
        play_alone(stage, ana)
        ask(ana, "JOIN #ten", " 366 ")
        play_among_ten(stage, ana, fill(stage, "#ten", 0, 10))
        play_among_many(stage, ana, fill(stage, "#100", 100, 100))
        thousand = fill(stage, "#1000", 1000, 1000)
        play_among_many(stage, ana, thousand)
        play_with_sets(stage, ana, thousand)
        return stage.end()


def toolchain():
    comment = subprocess.run(["readelf", "-p", ".comment", papod_test.PAPOD], check=True,
                             capture_output=True, text=True).stdout
    kinds = set(re.findall(r"(GCC|clang)\b.*?(\d+)\.\d+\.\d+", comment))
    # The C library's objects are gcc's.
    kind, version = next((one for one in kinds if one[0] == "clang"), min(kinds))
    return f"{kind.lower()}-{version},{'-'.join(platform.libc_ver())},{platform.machine()}"


def read_table():
    """A dictionary of rows by toolchain and scene."""
    rows = {}
    with open(TABLE, encoding="utf-8") as file:
        for line in file:
            if line.startswith("#"):
                continue
            chain, scene, core, whole, *why = re.split(r"  +", line.strip())
            rows[chain, scene] = Row(int(core), int(whole), *why or [""])
    return rows


def write_table(rows):
    with open(TABLE, "w", encoding="utf-8") as file:
        file.write(HEAD)
        file.write(LINE.format(*COLUMNS) + "\n")
        for (chain, scene), row in sorted(rows.items()):
            file.write(LINE.format(chain, scene, *row).rstrip() + "\n")


def change(old, new):
    """The largest relative change."""
    return max((new.core / old.core - 1, new.whole / old.whole - 1), key=abs)


def compare(rows, chain, found):
    """Print differences, and return how many scenes are worse or unknown."""
    n_bad = 0
    for scene, new in found.items():
        old = rows.get((chain, scene))
        if not old:
            print(f"FAIL {scene}: {new.core}, {new.whole}, and no row in the table")
        elif abs(change(old, new)) > MOST_CHANGE:
            word = "FAIL" if change(old, new) > 0 else "less"
            print(f"{word} {scene}: core {old.core} -> {new.core},"
                  f" whole {old.whole} -> {new.whole}")
        n_bad += not old or change(old, new) > MOST_CHANGE
    one, many = (next(row for scene, row in found.items() if scene.endswith(f", {sets}"))
                 for sets in ("1 set", f"{SETS} sets"))
    if many.whole > MOST_FOR_SETS * one.whole:
        print(f"FAIL {SETS} sets of capabilities cost {many.whole / one.whole:.2f} times one")
        n_bad += 1
    for _, scene in sorted(key for key in rows if key[0] == chain and key[1] not in found):
        print(f"FAIL {scene}: it is in the table, but no scene")
        n_bad += 1
    return n_bad


def update(rows, chain, found, why):
    """The new table; growth needs a reason."""
    kept = {key: row for key, row in rows.items() if key[0] != chain or key[1] in found}
    for scene, new in found.items():
        old = rows.get((chain, scene))
        if not old or change(old, new) < -MOST_CHANGE:
            kept[chain, scene] = new
        elif change(old, new) > MOST_CHANGE:
            if not why:
                sys.exit(f"{scene} takes {change(old, new):.1%} more: say BECAUSE=\"why\"")
            kept[chain, scene] = new._replace(why=why)
    return kept


def main():
    if not shutil.which("valgrind"):
        print("SKIPPED: valgrind is not installed, nothing was counted")
        return 0
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    profiles = measure()
    found = {scene: profile.row() for scene, profile in profiles.items()}
    chain, rows = toolchain(), read_table()
    for scene in sys.argv[1:]:
        print(scene, *profiles[scene].describe(), sep="\n")
    if os.environ.get("UPDATE"):
        write_table(update(rows, chain, found, os.environ.get("BECAUSE", "")))
        rows = read_table()
    if not any(key[0] == chain for key in rows):
        print(f"SKIPPED: counts.txt has no figures of {chain} to compare with")
        return 0
    n_bad = compare(rows, chain, found)
    print(f"{len(found) - n_bad} passed, {n_bad} failed")
    return n_bad > 0


if __name__ == "__main__":
    sys.exit(main())
