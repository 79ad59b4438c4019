"""Clients that use TLS, in pairs that send each other numbers."""

import hashlib
import socket
import ssl
import threading

import papod_test

DEADLINE = 30


def context(version=None):
    """Of a client that accepts every certificate."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    if version:
        made.minimum_version = made.maximum_version = version
    return made


class Client(papod_test.Client):
    def __init__(self, address, nick=None, version=None, over=None, host=None):
        self.socket = context(version).wrap_socket(
            over or socket.create_connection(address, DEADLINE), server_hostname=host)
        self.bytes, self.seen, self.nick = b"", [], None
        if nick:
            self.register(nick)

    def fingerprint(self):
        """SHA-256 of the server's certificate."""
        return hashlib.sha256(self.socket.getpeercert(binary_form=True)).hexdigest()


class Pair:
    """One says numbers, and the other repeats each."""

    def __init__(self, number, address):
        version = (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2)[number % 2]
        self.first = Client(address, f"s{number}a", version)
        self.second = Client(address, f"s{number}b", version)
        self.is_over, self.said, self.problem = False, 0, None
        self.threads = [threading.Thread(target=self.run, args=(work,)) for work in (self.say, self.repeat)]

    def run(self, work):
        try:
            work()
        except Exception as problem:  # of a thread, for result()
            self.problem = problem

    def say(self):
        while not self.is_over:
            self.first.send(f"PRIVMSG {self.second.nick} :{self.said}")
            self.first.expect(f" PRIVMSG {self.first.nick} :{self.said}$")
            self.said += 1
        self.first.send(f"PRIVMSG {self.second.nick} :end")

    def repeat(self):
        while (text := self.second.expect(f" PRIVMSG {self.second.nick} :(\\w+)$")[1]) != "end":
            self.second.send(f"PRIVMSG {self.first.nick} :{text}")

    def heard(self, client):
        """The texts in their order, with those that were repeated."""
        return [line.rsplit(":", 1)[1] for line in client.seen if f" PRIVMSG {client.nick} :" in line]

    def end(self):
        self.is_over = True
        for thread in self.threads:
            thread.join()
        numbers = [str(number) for number in range(self.said)]
        if not self.problem and (self.heard(self.first), self.heard(self.second)) != (numbers, numbers + ["end"]):
            self.problem = f"{self.first.nick} has said {self.said}, but lines are lost or repeated"
        self.first.close()
        self.second.close()


class Chat:
    def __init__(self, n_pairs, address):
        self.pairs = [Pair(number, address) for number in range(n_pairs)]

    def start(self):
        for pair in self.pairs:
            for thread in pair.threads:
                thread.start()

    def end(self):
        for pair in self.pairs:
            pair.end()

    def result(self):
        problems = [str(pair.problem) for pair in self.pairs if pair.problem]
        return (f"{len(self.pairs)} pairs with TLS, {sum(pair.said for pair in self.pairs)} lines repeated, "
                f"{len(problems)} problems {problems[:3]}")

    def is_good(self):
        return not any(pair.problem for pair in self.pairs) and all(pair.said for pair in self.pairs)
