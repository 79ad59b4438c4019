"""The load generator notices when a server loses, doubles, swaps, or changes messages.

The server here is a thread that knows just enough of IRC, and makes one mistake.
"""

import json
import os
import selectors
import socket
import subprocess
import threading
import unittest

LOAD = os.path.join(os.path.dirname(os.environ.get("PAPOD", "papod")), "tests", "bench", "load")
CLIENTS = 3
FAULTY = 1  # the number of the message with the mistake: on a busy machine there may be no later
# one Time for a server that answers, and for one that does not.
PATIENT_MS = 60000
IMPATIENT_MS = 300


class Server:
    """All clients are in one channel. fault() turns a line into the lines that the others get."""

    def __init__(self, fault):
        self.fault = fault
        self.n_messages = 0
        self.nicks = {}
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.wake, self.wakes = socket.socketpair()
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.selector.register(self.wake, selectors.EVENT_READ)
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    @property
    def port(self):
        return self.listener.getsockname()[1]

    def close(self):
        self.wakes.close()
        self.thread.join()
        for one in (self.listener, self.wake, *self.nicks):
            one.close()
        self.selector.close()

    def serve(self):
        while True:
            for key, _ in self.selector.select():
                if key.fileobj is self.wake:
                    return
                if key.fileobj is self.listener:
                    client = self.listener.accept()[0]
                    self.nicks[client] = ""
                    self.selector.register(client, selectors.EVENT_READ)
                else:
                    self.read(key.fileobj)

    def read(self, client):
        try:
            got = client.recv(65536).decode()
        except ConnectionResetError:
            got = ""
        if not got:
            self.selector.unregister(client)
        for line in got.split("\r\n")[:-1]:
            self.obey(client, line)

    def obey(self, client, line):
        source = f":{self.nicks[client]}!bench@host "
        if line.startswith("NICK "):
            self.nicks[client] = line[5:]
        elif line.startswith("USER "):
            client.sendall(b":irc 422 you :none\r\n")
        elif line.startswith("PRIVMSG "):
            self.n_messages += 1
            lines = self.fault(source + line) if self.n_messages == FAULTY else [source + line]
            for other in self.nicks:
                if other is not client:
                    other.sendall("".join(f"{one}\r\n" for one in lines).encode())
        elif line.startswith("JOIN "):
            names = " ".join(self.nicks.values())
            client.sendall(f":irc 353 you = #0 :{names}\r\n:irc 366 you #0 :End\r\n".encode())


class LoadTest(unittest.TestCase):
    def talk(self, fault, patience_ms=PATIENT_MS):
        server = Server(fault)
        load = subprocess.Popen(
            [LOAD, str(server.port), str(os.getpid()), "irc", str(CLIENTS), "2"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            output = load.communicate(
                f"patience {PATIENT_MS}\nconnect 0 {CLIENTS} 0 \njoin 0 {CLIENTS} {CLIENTS} 0 \n"
                f"patience {patience_ms}\ntalk 1 0.05 0 \n", timeout=200)[0]
        finally:
            load.kill()
            server.close()
        *setup, result = map(json.loads, output.splitlines())
        self.assertEqual([one.get("void") for one in setup], [None] * 4)
        return result

    def test_all_is_well(self):
        result = self.talk(lambda line: [line])
        self.assertNotIn("void", result)
        self.assertGreaterEqual(result["events"], CLIENTS - 1)
        self.assertEqual(result["events"] % (CLIENTS - 1), 0)

    def test_lost(self):
        self.assertEqual(self.talk(lambda line: [], IMPATIENT_MS)["void"],
                         "something did not come")

    def test_twice(self):
        self.assertEqual(self.talk(lambda line: [line, line])["void"],
                         "a message came twice or out of order")

    def test_changed(self):
        self.assertEqual(self.talk(lambda line: [line[:-1] + "!"])["void"],
                         "a message was changed")

    def test_cut(self):
        self.assertEqual(self.talk(lambda line: [line[:-1]])["void"], "a message was changed")

    def test_of_another(self):
        self.assertEqual(self.talk(lambda line: [":n00001" + line[7:]])["void"],
                         "a message has a wrong source")


if __name__ == "__main__":
    unittest.main()
