"""For measurements in Python: many registered clients, and the memory of a server."""

import os
import selectors
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
import papod_test  # noqa: E402

papod_test.faulthandler.cancel_dump_traceback_later()  # only tests are bounded like that

CONFIG = ('classes = ( { name = "all"; flood_rate = 0; clients_per_address = 0;'
          ' clients_per_network = 0; } );\n')


def pss_kib(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Pss:"))


def connect(address, first, count, n_channels=0):
    """Clients that register and join one of the channels, all at the same time."""
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
