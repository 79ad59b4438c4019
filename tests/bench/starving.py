"""How long others wait while clients of one address give papod as much work as they can.

    PAPOD=build/papod python3 tests/bench/starving.py [CLIENTS] [MASKS]

Each client joins 40 channels at once, whose lists of bans are full of masks that take long to
refuse, under the default limits. Meanwhile a client of another address sends PING without a pause.
Prints numbers and judges nothing.
"""

import multiprocessing
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import idle  # noqa: E402
from idle import papod_test  # noqa: E402

CHANNELS = 40
PREPARES, WATCHES, ATTACKS = "127.0.0.9", "127.0.0.8", "127.0.0.1"
# Only the attackers are in the default class.
CONFIG = idle.CONFIG.replace("{ name", f'{{ addresses = [ "{PREPARES}", "{WATCHES}" ]; name')
# Masks that begin like the attackers' names, but end differently.
MASKS = {
    "plain": "*!*@192.0.2.{n}",
    "stars": "*a" * 40 + "{n}*!*@*",
    "a long part": "*" + "a" * 24 + "{n}*!*@*",
    "question marks": "*" + "a?" * 12 + "{n}*!*@*",
}


def client(server, source, nick):
    one = papod_test.Client(("127.0.0.1", server.port), source=source)
    one.register(nick)
    return one


def prepare(server, n_masks, mask):
    founder = client(server, PREPARES, "founder")
    for channel in range(CHANNELS):
        founder.send(f"JOIN #c{channel}",
                     *(f"MODE #c{channel} +b {mask.replace('{n}', f'b{n}')}"
                       for n in range(n_masks)))
        founder.sync()
    return founder


def watch(server, stop, result):
    """Runs in its own process, so that only papod makes it wait."""
    witness, waits = client(server, WATCHES, "witness"), []
    result.send("ready")
    while not stop.is_set():
        start = time.monotonic()
        witness.sync()
        waits.append(time.monotonic() - start)
    result.send((len(waits), max(waits)))


def attack(clients):
    joins = "JOIN " + ",".join(f"#c{channel}" for channel in range(CHANNELS))
    for one in clients:
        one.send(joins, "PING end")
    for one in clients:
        one.expect("PONG .*end")


def measure(name, n_clients, n_masks):
    server = papod_test.Server(
        config=CONFIG + f"limits = {{ list_entries = {max(n_masks, 100)}; }};\n")
    founder = prepare(server, n_masks, MASKS[name])
    clients = [client(server, ATTACKS, "a" * 24 + str(i)) for i in range(n_clients)]
    stop = multiprocessing.Event()
    result, theirs = multiprocessing.Pipe()
    watcher = multiprocessing.Process(target=watch, args=(server, stop, theirs))
    watcher.start()
    result.recv()
    cpu, start = server.cpu_seconds(), time.monotonic()
    attack(clients)
    took, cpu = time.monotonic() - start, server.cpu_seconds() - cpu
    stop.set()
    n_pings, longest = result.recv()
    watcher.join()
    print(f"{name:16} another's PING {longest * 1000:6.1f} ms at worst, of {n_pings};"
          f" attack {took:.2f} s, papod's CPU {cpu:.2f} s")
    for one in [*clients, founder]:
        one.close()
    server.stop()


def main():
    n_clients = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    n_masks = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    print(f"{n_clients} clients, {CHANNELS} channels, {n_masks} masks each")
    for name in MASKS:
        measure(name, n_clients, n_masks)


if __name__ == "__main__":
    main()
