"""What lines from clients cost: papod's CPU for each line that comes in.

    PAPOD=build/papod python3 tests/bench/lines.py [CLIENTS] [ROUNDS]

Once with one line in each read, as people type, each answered (PING); and once with a hundred
in each read, as scripts send, answered by nothing (PONG). Prints numbers and judges nothing.
"""

import os
import selectors
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import idle  # noqa: E402
from idle import papod_test  # noqa: E402

BATCH = 100


def round_of(clients, selector, text):
    """Each client says that and hears the answer to its last line."""
    for client in clients:
        client.send(text)
    waiting = set(clients)
    while waiting:
        for key, _ in selector.select(papod_test.DEADLINE):
            if b"PONG" in key.fileobj.recv(65536):
                waiting.discard(key.fileobj)


def measure(server, clients, text, rounds):
    """Nanoseconds of CPU, and lines in a second, this program's work included."""
    selector = selectors.DefaultSelector()
    for client in clients:
        selector.register(client, selectors.EVENT_READ)
    round_of(clients, selector, text)
    cpu, start = server.cpu_seconds(), time.monotonic()
    for _ in range(rounds):
        round_of(clients, selector, text)
    cpu, took = server.cpu_seconds() - cpu, time.monotonic() - start
    selector.close()
    lines = len(clients) * rounds * text.count(b"\n")
    return cpu / lines * 1e9, lines / took


def main():
    n_clients = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    n_rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    server = papod_test.Server(config=idle.CONFIG)
    clients = idle.connect(("127.0.0.1", server.port), 0, n_clients)
    print(f"clients, rounds    {n_clients}, {n_rounds}")
    one, rate = measure(server, clients, b"PING now\r\n", n_rounds)
    print(f"one line a read    {one:.0f} ns of CPU a line, {rate:.0f} lines a second")
    batch = b"PONG now\r\n" * (BATCH - 1) + b"PING now\r\n"
    many, rate = measure(server, clients, batch, n_rounds // 10)
    print(f"{BATCH} lines a read   {many:.0f} ns of CPU a line, {rate:.0f} lines a second")
    for client in clients:
        client.close()
    server.stop()


if __name__ == "__main__":
    main()
