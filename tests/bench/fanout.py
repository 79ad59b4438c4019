"""What a message to many costs: papod's CPU for each line that it delivers.

    PAPOD=build/papod python3 tests/bench/fanout.py [MEMBERS] [MESSAGES] [--kept]

With --kept, as a service whose clients survive it, which writes its events down. Prints numbers and judges nothing.
"""

import os
import resource
import selectors
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import idle  # noqa: E402
from idle import papod_test  # noqa: E402
import service_manager  # noqa: E402


def drain(clients, wanted_lines):
    """Read until each client has seen that many messages."""
    selector = selectors.DefaultSelector()
    missing = {client: wanted_lines for client in clients}
    for client in clients:
        selector.register(client, selectors.EVENT_READ)
    while missing:
        for key, _ in selector.select(papod_test.DEADLINE):
            client = key.fileobj
            missing[client] -= client.recv(1 << 20).count(b"\n")
            if missing[client] <= 0:
                del missing[client]
                selector.unregister(client)
    selector.close()


def serve(is_kept):
    """papod, where it listens, and how to end it."""
    if is_kept:
        papod = service_manager.Papod(idle.CONFIG)
        papod.start()
        return papod, papod.address, papod.close
    server = papod_test.Server(config=idle.CONFIG)
    return server, ("127.0.0.1", server.port), server.stop


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    n_members = int(words[0]) if words else 1000
    n_messages = int(words[1]) if len(words) > 1 else 1000
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    server, address, end = serve("--kept" in sys.argv)
    members = idle.connect(address, 0, n_members)
    for member in members:
        member.sendall(b"JOIN #bench\r\n")
    talker = server.register("talker")
    talker.send("JOIN #bench")
    talker.expect(" 366 ")
    talker.sync()
    time.sleep(0.5)  # the others' answers to their JOINs are not what is measured
    for member in members:
        try:
            while member.recv(1 << 20):
                pass
        except BlockingIOError:
            pass
    cpu, start = server.cpu_seconds(), time.monotonic()
    line = "PRIVMSG #bench :" + "x" * 80
    for _ in range(0, n_messages, 10):
        talker.send(*[line] * 10)
        drain(members, 10)
    took, cpu = time.monotonic() - start, server.cpu_seconds() - cpu
    lines = n_members * (n_messages // 10 * 10)
    print(f"members, messages  {n_members}, {n_messages}")
    print(f"delivered          {lines / took:.0f} lines a second, this program's reading included")
    print(f"papod's CPU        {cpu / lines * 1e9:.0f} ns a line")
    for member in members:
        member.close()
    talker.close()
    end()


if __name__ == "__main__":
    main()
