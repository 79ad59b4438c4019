"""A proxy between a program and the server that records each line in both directions."""

import re
import socket
import threading

import programs


class Wire:
    """Programs connect to its port, and it connects to the server's."""

    def __init__(self, port):
        self.server = port
        self.sent, self.received = [], []  # by programs
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        try:
            while True:
                program = self.door.accept()[0]
                server = socket.create_connection(("127.0.0.1", self.server))
                for ends in ((program, server, self.sent), (server, program, self.received)):
                    threading.Thread(target=self.carry, args=ends, daemon=True).start()
        except OSError:  # the end of a connection
            pass

    @staticmethod
    def carry(source, target, lines):
        rest = b""
        try:
            while data := source.recv(65536):
                *whole, rest = (rest + data).split(b"\n")
                lines += [line.rstrip(b"\r").decode(errors="replace") for line in whole]
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            target.close()

    @staticmethod
    def find(lines, pattern):
        return next(filter(None, (re.search(pattern, line) for line in list(lines))), None)

    def sends(self, pattern):
        return programs.wait_for(lambda: self.find(self.sent, pattern),
                                 f"{pattern!r} is sent; all was {self.sent[-20:]}")

    def receives(self, pattern):
        return programs.wait_for(lambda: self.find(self.received, pattern),
                                 f"{pattern!r} comes; all was {self.received[-20:]}")

    def close(self):
        self.door.close()
