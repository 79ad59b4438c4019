"""The cost of greedy requests: LISTs of many channels, which some clients read at once, others
never.

    PAPOD=build/papod python3 tests/bench/greedy.py [CHANNELS] [READERS]

Prints numbers and judges nothing.
"""

import os
import resource
import selectors
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import idle  # noqa: E402
from idle import papod_test  # noqa: E402

EACH = 500
CONFIG = idle.CONFIG + f"limits = {{ channels_per_user = {EACH}; }};\n"
END = b" 323 "


def found(server, first):
    founder = server.register(f"f{first}")
    for i in range(first, first + EACH):
        founder.send(f"JOIN #c{i}", f"TOPIC #c{i} :{'t' * 80}")
        if i % 50 == 49:
            founder.sync()
    return founder


def read_all(readers):
    """Read until each has the end of its list; returns the number of lines."""
    selector = selectors.DefaultSelector()
    tails = {reader: b"" for reader in readers}
    lines = 0
    for reader in readers:
        selector.register(reader, selectors.EVENT_READ)
    while tails:
        for key, _ in selector.select(papod_test.DEADLINE):
            got = key.fileobj.recv(1 << 20)
            lines += got.count(b"\n")
            tails[key.fileobj] = (tails[key.fileobj] + got)[-200:]
            if END in tails[key.fileobj]:
                del tails[key.fileobj]
                selector.unregister(key.fileobj)
    selector.close()
    return lines


def watch(witness, stop, waits):
    while not stop.is_set():
        start = time.monotonic()
        witness.sync()
        waits.append(time.monotonic() - start)


def measure(server, witness, readers):
    stop, waits = threading.Event(), []
    watcher = threading.Thread(target=watch, args=(witness, stop, waits))
    watcher.start()
    cpu, start = server.cpu_seconds(), time.monotonic()
    for reader in readers:
        reader.sendall(b"LIST\r\n")
    lines = read_all(readers)
    took, cpu = time.monotonic() - start, server.cpu_seconds() - cpu
    stop.set()
    watcher.join()
    print(f"listed             {lines / took:.0f} lines a second, this program's reading included")
    print(f"papod's CPU        {cpu / lines * 1e9:.0f} ns a line, the other client's included")
    print(f"another's PING     {max(waits) * 1000:.1f} ms at worst, of {len(waits)}")


def measure_never(server, witness, readers):
    before = idle.pss_kib(server.process.pid)
    for reader in readers:
        reader.sendall(b"LIST\r\n" * 50)
    witness.sync()
    time.sleep(1)  # until the kernel accepts no more from papod
    after = idle.pss_kib(server.process.pid)
    print(f"who never reads    {(after - before) / len(readers):.0f} KiB of papod's for each")


def main():
    n_channels = int(sys.argv[1]) if len(sys.argv) > 1 else 10000
    n_readers = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    server = papod_test.Server(config=CONFIG)
    founders = [found(server, first) for first in range(0, n_channels, EACH)]
    witness = server.register("witness")
    readers = idle.connect(("127.0.0.1", server.port), 0, n_readers)
    for reader in readers:
        reader.setblocking(True)
    print(f"channels, readers  {n_channels}, {n_readers}")
    measure(server, witness, readers)
    measure_never(server, witness, readers)
    for client in [*readers, *founders, witness]:
        client.close()
    server.stop()


if __name__ == "__main__":
    main()
