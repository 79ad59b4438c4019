"""Where the programs of clients.py appear."""

import papod_test
import wire


def leave(client):
    """Quit, so that the next client can have the name at once."""
    try:
        client.send("QUIT")
        client.expect_end()
    except (OSError, papod_test.Failure):
        pass
    client.close()


class Stage:
    """A program, its channel, and clients that see what it does."""

    def __init__(self, kind, papod, home, stack):
        self.port, self.place = papod
        self.stack = stack
        self.kind, self.channel = kind, "#" + kind.name.lower()
        self.watcher = self.client("watcher")
        self.program = self.start_program(home)
        self.nick = self.program.nick
        stack.callback(self.program.stop)

    def start_program(self, home):
        # pylint: disable=attribute-defined-outside-init
        self.wire = wire.Wire(self.port)
        self.stack.callback(self.wire.close)
        return self.kind(self.wire.port, home, self.channel)

    def connect(self):
        client = papod_test.Client(("127.0.0.1", self.port))
        self.stack.callback(leave, client)
        return client

    def client(self, nick):
        client = self.connect()
        client.register(nick)
        return client

    def guest(self, nick, joins=True):
        client = self.client(nick)
        if joins:
            client.send(f"JOIN {self.channel}")
            client.expect(" 366 ")
        return client

    def sees(self, what):
        """Wait until the watcher sees the program do it."""
        return self.watcher.expect(f"^:{self.nick}!\\S+ {what}")

    def ok(self, step):
        print(f"ok - {self.kind.name} {step}", flush=True)

    def is_here(self):
        self.watcher.send(f"ISON {self.nick}")
        return self.watcher.expect(" 303 watcher :(.*)$")[1].strip() == self.nick

    def watch(self):
        self.watcher.send(f"JOIN {self.channel}")
        self.watcher.expect(" 366 ")

    def refused(self, guest):
        guest.send(f"JOIN {self.channel}")
        guest.expect(f" 474 {guest.nick} {self.channel} ")
