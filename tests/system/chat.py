"""Very many clients in pairs that send each other numbers, from one thread. Counts disconnected
clients and lines that are lost, repeated, out of order or torn."""

import re
import select
import socket
import threading
import time

EVERY = 1.0  # seconds between two lines of a client
LINE = re.compile(rb":(\S+?)!\S+ PRIVMSG (#pair\d+) :(\d+) end")


class Talker:
    def __init__(self, number, address, password):
        self.number = number
        self.channel = f"#pair{number // 2}"
        self.nick = f"t{number}"
        self.partner = f"t{number ^ 1}".encode()
        self.socket = socket.create_connection(address, 30)
        self.rest = b""
        self.said = self.heard = 0
        self.heard_at = time.monotonic()
        self.is_in = False
        words = [f"PASS {password}"] if password else []
        words += [f"NICK {self.nick}", f"USER {self.nick} 0 * :talks", f"JOIN {self.channel}"]
        self.socket.sendall("".join(word + "\r\n" for word in words).encode())


class Chat:
    def __init__(self, count, address, password=None):
        self.lost = self.repeated = self.torn = self.disconnects = self.lines = 0
        self.longest_gap = 0.0
        self.is_over = False
        self.unsent = set()
        self.epoll = select.epoll()
        self.talkers = {}
        for number in range(count):
            talker = Talker(number, address, password)
            talker.socket.setblocking(False)
            self.talkers[talker.socket.fileno()] = talker
            self.epoll.register(talker.socket.fileno(), select.EPOLLIN)
            self.read(0)
        self.thread = threading.Thread(target=self.run)

    def start(self):
        while not all(talker.is_in for talker in self.talkers.values()):
            self.read(1)
        self.thread.start()

    def end(self):
        """Stop sending, and read until everything has arrived."""
        self.is_over = True
        self.thread.join()
        for talker in self.talkers.values():
            talker.socket.close()
        self.epoll.close()

    def result(self):
        return (f"{len(self.talkers)} clients, {self.lines} lines: {self.disconnects} disconnects, "
                f"{self.lost} lost, {self.repeated} repeated, {self.torn} torn; "
                f"longest gap {self.longest_gap:.2f} s")

    def is_good(self):
        return not (self.disconnects or self.lost or self.repeated or self.torn)

    def take(self, talker, line):
        match = LINE.fullmatch(line)
        if not match:
            if b" 366 " in line:
                talker.is_in = True
            if b" PRIVMSG #" in line or line.startswith(b"ERROR"):
                self.torn += 1
            if line.startswith(b"PING"):
                talker.socket.send(b"PONG" + line[4:] + b"\r\n")
            return
        number = int(match[3])
        if match[1] != talker.partner:
            self.torn += 1
        elif number <= talker.heard:
            self.repeated += 1
        else:
            self.lost += number - talker.heard - 1
            talker.heard = number
        now = time.monotonic()
        self.longest_gap = max(self.longest_gap, now - talker.heard_at - EVERY)
        talker.heard_at = now
        self.lines += 1

    def read(self, timeout):
        for fd, _ in self.epoll.poll(timeout):
            talker = self.talkers[fd]
            try:
                data = talker.socket.recv(65536)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            if not data:
                self.disconnects += 1
                self.epoll.unregister(fd)
                continue
            *lines, talker.rest = (talker.rest + data).split(b"\r\n")
            for line in lines:
                self.take(talker, line)

    def speak(self, talker):
        talker.said += 1
        data = f"PRIVMSG {talker.channel} :{talker.said} end\r\n".encode()
        try:
            if talker.socket.send(data) != len(data):
                self.torn += 1
        except OSError:
            talker.said -= 1  # its end is counted when it is read

    def run(self):
        order = list(self.talkers.values())
        start, turn = time.monotonic(), 0
        for talker in order:
            talker.heard_at = start
        while not self.is_over:
            due = int((time.monotonic() - start) / EVERY * len(order))
            while turn < due:
                self.speak(order[turn % len(order)])
                turn += 1
            self.read(0.005)
        end = time.monotonic() + 30
        while time.monotonic() < end and any(
                order[i].heard != order[i ^ 1].said for i in range(len(order))):
            self.read(0.1)
        self.lost += sum(order[i ^ 1].said - order[i].heard for i in range(len(order)))
