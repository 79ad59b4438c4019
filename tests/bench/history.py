"""What it costs to record history, and to read it from a large one.

    PAPOD=build/papod python3 tests/bench/history.py [SCALE]

First 20,000 messages a second are said on channels, without history and with it, for a minute each:
meanwhile two other clients send PING, and one looks for words that were just said. Then two papods,
of which one records, take turns in delivering to a channel of 50: what counts is the CPU time of
the thread that serves clients, papod's first one. Last come questions to a history of 10 million
rows, see history_reading.py. If run by root, that thread and these two have a real-time
priority, so that they wait only for papod, and all that takes part comes before other programs.
SCALE, 1 by default, multiplies seconds and rows. Prints numbers with what is allowed.
"""

import atexit
import contextlib
import multiprocessing
import os
import pathlib
import signal
import sqlite3
import statistics
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import bench  # noqa: E402
import history_reading  # noqa: E402
import idle  # noqa: E402
from flood import put_first  # noqa: E402
from idle import papod_test  # noqa: E402
import service_manager  # noqa: E402

CPUS = sorted(os.sched_getaffinity(0))
TREE = pathlib.Path(papod_test.PAPOD).resolve().parent
RATE, SECONDS, ROWS = 20000, 60, 10_000_000
CHANNELS, MEMBERS = 200, 3
ROUNDS, LINES_AT_ONCE = 12, 16
NICE, PAUSE, CATCH_UP, AUTOGROUP = -15, 0.001, 1.5, "/proc/self/autogroup"
HISTORY = "history: { enabled = true; };\n"


def tell(what, figure, unit, most=None, more=""):
    allowed = f"at most {most:g}" if most is not None else ""
    print(f"{what:<66} {figure:>9.2f} {unit:<6} {allowed:<12} {more}".rstrip(), flush=True)


@contextlib.contextmanager
def papod_with(more, wrapper=()):
    papod = service_manager.Papod(idle.CONFIG + more, store_max=100000, wrapper=wrapper)
    with contextlib.closing(papod):
        papod.start()
        papod.port, papod.kind = papod.address[1], "irc"
        yield papod


@contextlib.contextmanager
def crowd(papod, n_clients, per_channel):
    load = bench.Load(TREE, papod, n_clients)
    try:
        for command in (f"connect 0 {n_clients} 64", f"join 0 {n_clients} {per_channel} 64", "settle",
                        "patience 20000"):
            ask(load, command)
        yield load
    finally:
        load.close()


def ask(load, command):
    if "void" in (result := load.ask(command)):
        raise papod_test.Failure(f"{command}: {result['void']}")
    return result


def ns_of_loop(pid):
    return int(pathlib.Path(f"/proc/{pid}/task/{pid}/schedstat").read_text("ascii").split()[0])


def prefer_this_session():
    """Over other programs of a busy machine: sched(7), "The autogroup feature"."""
    if os.geteuid() == 0 and os.path.exists(AUTOGROUP):
        atexit.register(pathlib.Path(AUTOGROUP).write_text, "0", "ascii")
        pathlib.Path(AUTOGROUP).write_text(str(NICE), "ascii")


def put_loop_first(pid):
    """The threads of history exist already."""
    if os.geteuid() == 0:
        os.sched_setscheduler(pid, os.SCHED_FIFO, os.sched_param(2))


# A minute


def watch(address, stop, result):
    """Runs in a process of its own."""
    put_first(2)
    witness, waits = papod_test.Client(address), []
    witness.register(f"witness{os.getpid()}")
    result.send("ready")
    while not stop.is_set():
        begun = time.monotonic()
        witness.sync()
        waits.append((begun, time.monotonic()))
        time.sleep(PAUSE)
    result.send(waits)
    witness.close()


def look_on(cpu, stop, result):
    """When this CPU was elsewhere, for the machine's own reasons: no program comes before this one."""
    put_first(3)
    os.sched_setaffinity(0, {cpu})
    stalls = []
    result.send("ready")
    while not stop.is_set():
        begun = time.monotonic()
        time.sleep(PAUSE)
        if (now := time.monotonic()) - begun > 2 * PAUSE:
            stalls.append((begun + PAUSE, now))
    result.send(stalls)


def look(address, stop, result):
    """How long it takes until a word is found, from when it was said on."""
    with contextlib.closing(history_reading.Asker(address, "batch soju.im/search")) as asker:
        asker.join(["#look"])
        waits, number = [], 0
        result.send("ready")
        while not stop.is_set():
            number += 1
            asker.ask(f"PRIVMSG #look :word{number}x\r\nPING end", b" PONG ")
            begun = time.monotonic()
            while b" PRIVMSG #look " not in asker.ask_past(f"SEARCH text=word{number}x")[1]:
                time.sleep(0.02)
            waits.append(time.monotonic() - begun)
            time.sleep(0.2)
        result.send(sorted(waits))


def common_to(waits, others):
    """When both waited, in order. Only papod keeps both waiting for long: one alone may be kept by the
    kernel, which brings what was sent to it later."""
    common, number = [], 0
    for begin, end in waits:
        while number < len(others) and others[number][1] <= begin:
            number += 1
        at = number
        while at < len(others) and others[at][0] < end:
            common.append((max(begin, others[at][0]), min(end, others[at][1])))
            at += 1
    return common


def without_stalls(waits, stalls):
    """Sorted, in milliseconds: what of the waits no stall explains. After one, papod has the work of
    the time that it missed as well as its own."""
    stalls = [(since, to + (to - since) * CATCH_UP) for since, to in stalls]

    def overlap(begin, end):
        return sum(max(0, min(end, to) - max(begin, since)) for since, to in stalls)
    return sorted((end - begin - (overlap(begin, end) if end - begin > PAUSE else 0)) * 1000
                  for begin, end in waits)


class Beside:
    """A function that runs in another process, from when it is ready until it is asked."""

    def __init__(self, function, what):
        self.stop = multiprocessing.Event()
        self.result, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=function, args=(what, self.stop, theirs))
        self.process.start()
        self.result.recv()

    def end(self):
        self.stop.set()
        found = self.result.recv()
        self.process.join()
        return found


def count_rows(papod):
    """Once papod has stopped: the rows, those in the index of words, and the bytes."""
    path = papod.path("state/history.db")
    with contextlib.closing(sqlite3.connect(path)) as database:
        counted = database.execute("SELECT count(*), count(number) - (SELECT count(*) FROM messages"
                                   " WHERE number > indexed) FROM messages, progress").fetchone()
    return *counted, os.path.getsize(path)


def say_for(seconds, name, more):
    """Returns for how long two clients waited for PING at once, and what came of the history."""
    with papod_with(more) as papod, crowd(papod, CHANNELS * MEMBERS, MEMBERS) as load:
        if more:
            asker = history_reading.Asker(papod.address)
            asker.join(["#ask"])
        put_loop_first(papod.pid)
        bystanders = [Beside(look_on, cpu) for cpu in CPUS]
        watchers = [Beside(watch, papod.address) for _ in range(2)]
        looker = Beside(look, papod.address) if more else None
        loop_ns, begun = ns_of_loop(papod.pid), time.monotonic()
        said = ask(load, f"talk 1 {seconds} {RATE}")
        took = time.monotonic() - begun
        if more:
            asker.ask_past("CHATHISTORY LATEST #ask * 1")  # answered when everything is written
            asker.close()
        written = time.monotonic() - begun
        share = (ns_of_loop(papod.pid) - loop_ns) / took / 1e9
        found = looker.end() if looker else None
        stalls = sum((one.end() for one in bystanders), [])
        both = [watcher.end() for watcher in watchers]
        waits, late = without_stalls(both[0], stalls), without_stalls(common_to(*both), stalls)[-1]
        lost = [line for line in papod.log if "could not be recorded" in line]
        print(f"said {RATE * seconds / took:,.0f} messages/s, {said['events'] / took:,.0f} deliveries/s, "
              f"{name}: PING p50 {statistics.median(waits):.2f} ms, p99 {waits[len(waits) * 99 // 100]:.2f}, "
              f"p99.9 {waits[len(waits) * 999 // 1000]:.2f}, max {waits[-1]:.2f}, two at once {late:.2f}; "
              f"the loop is busy {share:.0%}; the machine stalls for {max((to - since for since, to in stalls), default=0) * 1000:.1f} ms at worst",
              flush=True)
        papod.stop()
        return late, written, found, lost, count_rows(papod) if more else None


def measure_minute(seconds):
    calm, *_ = say_for(seconds, "no history", "")
    late, written, found, lost, (n_rows, n_indexed, n_bytes) = say_for(seconds, "history", HISTORY)
    n_said = int(RATE * seconds)
    tell(f"short of {RATE:,} messages a second on the disk", (1 - n_said / RATE / written) * 100, "%", 3,
         f"{n_said / written:,.0f} a second")
    tell("messages that were not recorded", max(0, n_said - n_rows), "rows", 0, f"{len(lost)} reports of that")
    tell("two clients wait for PING at once, longer with history, at worst", max(0, late - calm), "ms", 5)
    tell("a word is found after it was said, at worst", found[-1], "s", 2,
         f"median {statistics.median(found):.2f} s of {len(found)}")
    tell("disk for a message of the minute", n_bytes / n_rows, "bytes", 260, f"{n_indexed} indexed")


# The price of a delivery


def measure_price(rounds, seconds):
    """All threads of papod are on the last CPU, those of the load generator on others: if history's
    competed with these, each delivery would have to wake a receiver."""
    os.sched_setaffinity(0, CPUS[:-1] or CPUS)
    with contextlib.ExitStack() as stack:
        there = {}
        for name, more in (("no history", ""), ("history", HISTORY)):
            papod = stack.enter_context(papod_with(more, ("taskset", "-c", str(CPUS[-1]))))
            there[name] = papod, stack.enter_context(crowd(papod, 50, 50))
            put_loop_first(papod.pid)
        for in_flight in (1, LINES_AT_ONCE):
            found = {name: [] for name in there}
            for number in range(rounds):
                for name in list(there)[::-1 if number % 2 else 1]:
                    papod, load = there[name]
                    before = ns_of_loop(papod.pid)
                    said = ask(load, f"talk {in_flight} {seconds} 0")
                    found[name].append((ns_of_loop(papod.pid) - before) / said["events"])
            ratios = [with_ / without for with_, without in zip(found["history"], found["no history"])]
            more = " and ".join(f"{statistics.median(all_):.0f} ns a delivery with {name}"
                                for name, all_ in found.items())
            tell(f"CPU of a delivery to 50, {in_flight} in flight, more with history",
                 (statistics.median(ratios) - 1) * 100, "%", 3 if in_flight == 1 else None, more)
    os.sched_setaffinity(0, CPUS)


def main():
    scale = float(sys.argv[1]) if sys.argv[1:] else 1
    prefer_this_session()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the servers end too
    measure_minute(max(1, SECONDS * scale))
    measure_price(max(1, round(ROUNDS * min(1, scale * 4))), max(0.1, min(1, scale)))
    history_reading.measure(max(20000, round(ROWS * scale)), tell)


if __name__ == "__main__":
    main()
