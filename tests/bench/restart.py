"""How long clients get no answer: during a restart, after a kill, during snapshots.

    PAPOD=build/papod python3 tests/bench/restart.py [CLIENTS]...

Clients in 200 channels have each sent a request when papod stops; the time ends when the last one
has its answer. A fake service manager replaces systemd, without its overhead. With SIGUSR2, without
a service manager, papod continues to serve while it tries the new program. Prints numbers and
judges nothing.
"""

import multiprocessing
import os
import re
import resource
import select
import signal
import statistics
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import idle  # noqa: E402
from idle import papod_test  # noqa: E402
import service_manager  # noqa: E402

CHANNELS = 200
ROUNDS = 5
LINES = 25  # of each client, between a start and a kill: they are replayed
BATCH = 100
TALKERS = 20
SNAPSHOTS = 3
ANSWER = b":now\r\n"


class Clients:
    """Clients in a process of their own, to answer while the manager works."""

    def __init__(self, address, count):
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=live, args=(theirs, address, count), daemon=True)
        self.process.start()
        self.wait()

    def begin(self, text, at_most=None):
        """The first clients send the text, which ends with the question."""
        self.pipe.send((text, at_most))

    def has_answers(self):
        if not self.pipe.poll():
            return False
        self.pipe.recv()
        return True

    def wait(self):
        """The time when the last client had its answer."""
        if not self.pipe.poll(papod_test.DEADLINE):
            raise papod_test.Failure("not all were answered")
        return self.pipe.recv()

    def ask(self, text):
        self.begin(text)
        return self.wait()

    def close(self):
        self.pipe.send(None)
        self.process.join()


def live(pipe, address, count):
    raise_limit()
    sockets = idle.connect(address, 0, count, CHANNELS)
    poll = select.epoll()
    for client in sockets:
        poll.register(client.fileno(), select.EPOLLIN)
    by_number = {client.fileno(): client for client in sockets}
    pipe.send(None)
    while (command := pipe.recv()):
        text, at_most = command
        for client in sockets[:at_most]:
            client.sendall(text)
        read_answers(poll, by_number, sockets[:at_most])
        pipe.send(time.monotonic())


def read_answers(poll, by_number, asked):
    waiting = {client.fileno(): b"" for client in asked}
    while waiting:
        for number, _ in poll.poll(papod_test.DEADLINE):
            got = by_number[number].recv(65536)
            if not got:
                raise papod_test.Failure("papod closed a client")
            text = waiting.get(number, b"")[-100:] + got
            if ANSWER in text:
                waiting.pop(number, None)
            elif number in waiting:
                waiting[number] = text


def raise_limit():
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))


def measure(papod, clients, number):
    """Seconds, by part. Clients ask only after papod has stopped answering."""
    clients.ask(b"PONG x\r\n" * LINES + b"PING now\r\n")
    n_starts, n_messages, n_lines = papod.n_starts, len(papod.messages), len(papod.log)
    start = time.monotonic()
    papod.kill(number)
    if number == signal.SIGTERM:
        papod.wait_for_message(n_messages, STOPPING="1")
    clients.begin(b"PING now\r\n")
    papod.wait_until(lambda: papod.n_starts > n_starts, "it did not end")
    ended = time.monotonic()
    papod.wait_for_start(n_starts + 1)
    ready = time.monotonic()
    answered = clients.wait()
    papod.wait_for_log("The server is ready", n_lines)
    entries = "".join(papod.log[n_lines:])
    save, load, replay, attach = (milliseconds_of(entries, name) / 1000
                                  for name in ("save", "load", "replay", "attach"))
    return {"all": answered - start, "save": save, "end": ended - start - save,
            "exec": ready - ended - load - replay - attach, "load": load, "replay": replay,
            "attach": attach, "first turns": answered - ready}


def measure_handover(papod, clients):
    """Clients ask once the new program was tried."""
    clients.ask(b"PONG x\r\n" * LINES + b"PING now\r\n")
    n_lines = papod.log_position()
    start = time.monotonic()
    papod.process.send_signal(signal.SIGUSR2)
    papod.wait_for_log("hands over to the next process", n_lines)
    saved = time.monotonic()
    clients.begin(b"PING now\r\n")
    papod.wait_for_log("The server is ready", n_lines)
    ready = time.monotonic()
    answered = clients.wait()
    entries = "".join(papod.log[n_lines:])
    save, load, attach = (milliseconds_of(entries, name) / 1000
                          for name in ("save", "load", "attach"))
    return {"all": answered - start, "trial and parking": saved - start - save, "save": save,
            "exec": ready - saved - load - attach, "load": load, "attach": attach,
            "first turns": answered - ready}


def milliseconds_of(entries, name):
    found = re.search(rf"\b{name}_ms=(\d+)", entries)
    return float(found[1]) if found else 0.0


def show(n_clients, title, rounds):
    middle = {part: statistics.median(one[part] for one in rounds) for part in rounds[0]}
    worst = max(one["all"] for one in rounds)
    parts = ", ".join(f"{part} {seconds * 1000:.0f}" for part, seconds in middle.items()
                      if part != "all")
    print(f"{n_clients:6} {title}  {middle['all'] * 1000:.0f} ms, at worst {worst * 1000:.0f}: "
          f"{parts}", flush=True)


def count_children(pid):
    """Page faults of ended children: a child writes a snapshot."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return int(file.read().rsplit(")", 1)[1].split()[8])


def through_snapshot(papod, clients, n_clients):
    """Some clients send much, so that a snapshot is due; another one gets answers meanwhile."""
    witness = papod.register("witness")
    before, waits, calm = count_children(papod.pid), [], None
    clients.begin(b"PONG x\r\n" * BATCH + b"PING now\r\n", TALKERS)
    while calm is None or len(waits) < 2 * calm:
        if clients.has_answers():
            clients.begin(b"PONG x\r\n" * BATCH + b"PING now\r\n", TALKERS)
        start = time.monotonic()
        witness.sync()
        waits.append(time.monotonic() - start)
        if calm is None and count_children(papod.pid) != before:
            calm = len(waits)
    clients.wait()
    witness.close()
    waits.sort()
    print(f"{n_clients:6} snapshot another's PING {waits[-1] * 1000:.1f} ms at worst, then "
          f"{waits[-2] * 1000:.1f}, {statistics.median(waits) * 1000:.1f} in the middle, "
          f"of {len(waits)}", flush=True)


def run(n_clients):
    papod = service_manager.Papod(idle.CONFIG, restarts=True)
    try:
        papod.start()
        clients = Clients(papod.address, n_clients)
        clients.ask(b"PING now\r\n")
        for title, number in (("restart", signal.SIGTERM), ("kill -9", signal.SIGKILL)):
            show(n_clients, title, [measure(papod, clients, number) for _ in range(ROUNDS)])
        for _ in range(SNAPSHOTS):
            through_snapshot(papod, clients, n_clients)
        clients.close()
    finally:
        papod.close()


def run_by_hand(n_clients):
    papod = papod_test.Server(idle.CONFIG)
    try:
        clients = Clients(("127.0.0.1", papod.port), n_clients)
        clients.ask(b"PING now\r\n")
        show(n_clients, "SIGUSR2", [measure_handover(papod, clients) for _ in range(ROUNDS)])
        clients.close()
    finally:
        papod.stop()


def main():
    raise_limit()
    for n_clients in [int(word) for word in sys.argv[1:]] or [100, 1000, 10000]:
        run(n_clients)
        run_by_hand(n_clients)


if __name__ == "__main__":
    main()
