"""Makes a snapshot of the format that papod writes now, for tests/unit/daemon/snapshots:

    PAPOD=build/papod python3 tests/e2e/record_snapshot.py tests/unit/daemon/snapshots/FORMAT.snapshot

One for each release that changed anything in it; an old one is never made again.
"""

import os
import sys

import papod_test
import service_manager

OPEN = 'classes = ( { name = "all"; flood_rate = 0; } );\n'


def enter(papod, nick):
    client = papod.register(nick)
    client.send("JOIN #tea")
    client.expect(" 366 ")
    return client


def stored_snapshot(papod):
    """The one of the two that is not empty."""
    for one in papod.stored:
        size = os.fstat(one.fd).st_size
        if one.name.startswith("papod-snapshot-") and size:
            return os.pread(one.fd, size, 0)
    raise papod_test.Failure(papod.stored_names())


def main(path):
    papod = service_manager.Papod(OPEN)
    papod.start()
    try:
        ana, bea = enter(papod, "ana"), enter(papod, "bea")
        ana.send("TOPIC #tea :Darjeeling", "MODE #tea +kb secret *!*@192.0.2.1", "AWAY :kettle",
                 "MODE ana +i", "CAP REQ :away-notify")
        ana.sync()
        stranger = papod.connect()
        stranger.send("NICK eve", "PING 1")
        stranger.expect("PONG")
        papod.restart()
        with open(path, "wb") as file:
            file.write(stored_snapshot(papod))
        for client in (ana, bea, stranger):
            client.close()
    finally:
        papod.close()


if __name__ == "__main__":
    main(sys.argv[1])
