"""What idle clients cost: memory of papod for each, and how long they take to come.

    PAPOD=build/papod python3 tests/bench/idle.py [CLIENTS] [--channel]

Prints numbers and judges nothing. The memory is papod's own (PSS); what the kernel keeps
for the sockets comes on top.
"""

import os
import resource
import selectors
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
import papod_test  # noqa: E402

CONFIG = ('classes = ( { name = "all"; flood_rate = 0; clients_per_address = 0;'
          ' clients_per_network = 0; } );\n')


def pss_kib(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Pss:"))


def heap_kib(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Private_Dirty:"))


def connect(address, first, count, n_channels=0):
    """Clients that have registered, and joined one of the channels: all in flight at once."""
    selector = selectors.DefaultSelector()
    sockets = []
    for i in range(first, first + count):
        client = socket.create_connection(address)
        join = f"JOIN #c{i % n_channels}\r\n" if n_channels else ""
        client.sendall(f"NICK n{i}\r\nUSER u{i} 0 * :number {i}\r\n{join}PING end\r\n".encode())
        client.setblocking(False)
        selector.register(client, selectors.EVENT_READ)
        sockets.append(client)
    waiting = {client: b"" for client in sockets}
    while waiting:
        for key, _ in selector.select(papod_test.DEADLINE):
            client = key.fileobj
            got = client.recv(65536)
            if not got:
                raise papod_test.Failure("papod closed a client")
            tail = waiting.get(client, b"")[-100:] + got
            if b"PONG " in tail:
                waiting.pop(client, None)
                selector.unregister(client)
            elif client in waiting:
                waiting[client] = tail
    selector.close()
    return sockets


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    n_clients = int(words[0]) if words else 5000
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    server = papod_test.Server(config=CONFIG)
    address = ("127.0.0.1", server.port)
    n_channels = 100 if "--channel" in sys.argv else 0
    clients = connect(address, 0, 10, n_channels)
    before, private = pss_kib(server.process.pid), heap_kib(server.process.pid)
    cpu, start = server.cpu_seconds(), time.monotonic()
    while len(clients) < n_clients:
        clients += connect(address, len(clients), min(500, n_clients - len(clients)),
                           n_channels)
    took, cpu = time.monotonic() - start, server.cpu_seconds() - cpu
    after = pss_kib(server.process.pid)
    added = len(clients) - 10
    print(f"clients            {len(clients)}")
    print(f"PSS before, after  {before} KiB, {after} KiB")
    print(f"each               {(after - before) / added:.3f} KiB PSS, "
          f"{(heap_kib(server.process.pid) - private) / added:.3f} KiB private")
    print(f"coming             {took:.2f} s, {cpu / added * 1e6:.0f} us of papod's CPU each")
    cpu, start = server.cpu_seconds(), time.monotonic()
    time.sleep(5)
    print(f"idle CPU           {(server.cpu_seconds() - cpu) / (time.monotonic() - start):.4f}")
    for client in clients:
        client.close()
    server.stop()


if __name__ == "__main__":
    main()
