"""WebSocket through restarts and deaths, with TLS and without: frames of all kinds, and the storm of
test_tls.py."""

import random
import signal
import ssl
import struct
import time
import unittest

import gated
import papod_test
import test_gate_web
import test_tls
from test_gate_web import BINARY, CLOSE, PING, PONG, TEXT, frame

MASKED = 0x80


def piece(text, opcode=0):
    """A frame after which the message goes on."""
    data = bytearray(frame(text, opcode))
    data[0] &= 0x7f
    return bytes(data)


class Framed:
    """A socket for lines: each is a message, some are sent in pieces with a ping in between."""

    def __init__(self, below, received=b""):
        self.below, self.received = below, received
        self.dice = random.Random(1)
        self.controls = []  # what else has arrived: pairs of opcode and payload
        self.protocol = TEXT

    def __getattr__(self, name):  # close(), settimeout() ...
        return getattr(self.below, name)

    def pack(self, line):
        chance = self.dice.randrange(4)
        if chance > 1 or len(line) < 2:
            return frame(line, self.protocol)
        at = self.dice.randrange(1, len(line))
        return (piece(line[:at], self.protocol) + (frame(b"?", PING) if chance else b"") +
                frame(line[at:], 0))

    def send(self, data):
        """Whole lines."""
        unsent = b"".join(map(self.pack, data.rstrip(b"\r\n").split(b"\r\n")))
        while unsent:
            try:
                unsent = unsent[self.below.send(unsent):]
            except (ssl.SSLWantWriteError, ssl.SSLWantReadError, BlockingIOError):
                time.sleep(0.001)
        return len(data)

    sendall = send

    def take_frame(self):
        if len(self.received) < 2:
            return None
        length, at = self.received[1], 2
        if length == 126:
            if len(self.received) < 4:
                return None
            length, at = struct.unpack(">H", self.received[2:4])[0], 4
        if len(self.received) < at + length:
            return None
        opcode = self.received[0] & 15
        data, self.received = self.received[at:at + length], self.received[at + length:]
        return opcode, data

    def take_lines(self):
        lines = b""
        while (taken := self.take_frame()) is not None:
            opcode, data = taken
            if opcode == self.protocol:
                lines += data + b"\r\n"
            else:
                self.controls.append(taken)
        return lines

    def recv(self, count):
        while not (lines := self.take_lines()):
            got = self.below.recv(count)
            if not got:
                return b""
            self.received += got
        return lines


class Client(papod_test.Client):
    def __init__(self, address, version=None, protocol="text.ircv3.net", **options):
        super().__init__(address, **options)
        try:
            if version:
                self.socket = gated.context(version).wrap_socket(self.socket)
            self.upgrade(protocol)
        except BaseException:
            self.socket.close()
            raise

    def upgrade(self, protocol):
        self.socket.sendall(test_gate_web.request(protocol=protocol))
        got = b""
        while b"\r\n\r\n" not in got:
            if not (more := self.socket.recv(65536)):
                raise papod_test.Failure(f"no upgrade: {got}")
            got += more
        head, received = got.split(b"\r\n\r\n", 1)
        if not head.startswith(b"HTTP/1.1 101 "):
            raise papod_test.Failure(f"no upgrade: {head}")
        self.socket = Framed(self.socket, received)
        if protocol.startswith("binary"):
            self.socket.protocol = BINARY

    def send_frames(self, *frames):
        self.socket.below.sendall(b"".join(frames))

    def control(self):
        """The next frame that is no line, and answers no ping of pack(); lines are stored. None: the
        connection has ended."""
        framed = self.socket
        while True:
            self.bytes += framed.take_lines()
            while framed.controls:
                if (taken := framed.controls.pop(0)) != (PONG, b"?"):
                    return taken
            if not (got := framed.below.recv(65536)):
                return None
            framed.received += got


class Gate(gated.Gate):
    traits = "websocket = true;"

    def connect(self, version=None, **options):
        return Client(self.address, **options)


class SecureGate(Gate):
    traits = "websocket = true; tls = true;"

    def connect(self, version=ssl.TLSVersion.TLSv1_3, **options):
        return Client(self.address, version, **options)


class Web(test_tls.SecureCase):
    make_gate = Gate

    def plain(self, nick):
        client = papod_test.Client(self.papod.address)
        self.addCleanup(client.close)
        client.register(nick)
        client.send("JOIN #a")
        client.expect(" 366 ")
        return client

    def test_restarts_and_deaths_are_not_noticed(self):
        ana, bea = self.enter("ana"), self.plain("bea")
        ana.expect("^:bea!.* JOIN ")
        for i in range(4):
            self.papod.restart()
            self.talk(ana, bea, f"after restart {i}")
        for number in (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT):
            self.die(self.papod, number)
            self.talk(ana, bea, f"after signal {number}")

    def test_a_death_of_the_gate_is_not_noticed(self):
        ana, bea = self.pair()
        for number in (signal.SIGKILL, signal.SIGTERM):
            self.die(self.gate, number)
            self.talk(ana, bea, f"after {number}")
            self.enter(f"n{number}").close()
            for client in (ana, bea):
                client.expect("QUIT")

    def test_a_message_goes_on_after_a_death(self):
        ana, bea = self.pair()
        for end in (self.papod.restart, lambda: self.die(self.papod)):
            ana.send_frames(piece("PRIVMSG #a :one", TEXT), piece(" two"), frame("1", PING))
            self.assertEqual(ana.control(), (PONG, b"1"))
            end()
            ana.send_frames(piece(" three"), frame("2", PING), frame(" four", 0))
            self.assertRegex(bea.read_line(), " PRIVMSG #a :one two three four$")
            self.assertEqual(ana.control(), (PONG, b"2"))
            ana.send_frames(frame("3", PING))
            self.assertEqual(ana.control(), (PONG, b"3"))

    def test_a_half_frame_goes_on_after_a_death(self):
        ana, bea = self.pair()
        data = frame("PRIVMSG #a :" + "x" * 300)
        for at in (1, 3, 7, 8, 100, len(data) - 1):
            ana.send_frames(data[:at])
            bea.sync()
            self.die(self.papod)
            ana.send_frames(data[at:])
            self.assertRegex(bea.read_line(), " PRIVMSG #a :x{300}$")

    def test_characters_may_be_divided_between_pieces(self):
        ana, bea = self.pair()
        text = "PRIVMSG #a :gr\u00fc\u00df \U0001f600".encode()
        data = [piece(text[:1], TEXT), *(piece(text[i:i + 1]) for i in range(1, len(text))),
                frame(b"", 0)]
        ana.send_frames(*data)
        self.assertRegex(bea.read_line(), "PRIVMSG #a :gr\u00fc\u00df \U0001f600$")

    def test_what_is_wrong_is_closed_with_its_code(self):
        unmasked = bytearray(frame("PING a"))
        unmasked[1] &= 0x7f
        for data, code in ((bytes(unmasked), 1002),
                           (b"\xf1" + frame("a")[1:], 1002),
                           (frame("a", 3), 1002),
                           (frame("a", 0), 1002),
                           (piece("a", PING), 1002),
                           (frame("x" * 200, PING), 1002),
                           (frame(b"\xff"), 1007),
                           (frame(b"PRIVMSG #a :a", BINARY), 1003),
                           (b"\x81\xff" + struct.pack(">Q", 1 << 62) + b"mask", 1009),
                           (frame(b"\x00\x00", CLOSE), 1002)):
            client = self.gate.connect()
            self.addCleanup(client.close)
            client.send_frames(frame("NICK cid"), data, frame("USER cid 0 * :C"))
            opcode, payload = client.control()
            self.assertEqual((opcode, struct.unpack(">H", payload[:2])[0]), (CLOSE, code), data)
            self.assertIsNone(client.control())

    def test_a_close_is_answered(self):
        ana, bea = self.pair()
        ana.send_frames(frame(struct.pack(">H", 1001) + b"gone", CLOSE))
        opcode, payload = ana.control()
        self.assertEqual((opcode, payload[:2]), (CLOSE, struct.pack(">H", 1001)))
        self.assertIsNone(ana.control())
        bea.expect("^:ana!.* QUIT ")

    def test_bytes_that_are_no_utf8_come_in_binary_messages_only(self):
        self.papod.write("conf.d/bytes.conf", "server: { utf8_only = false; };\n")
        self.papod.restart()
        ana = self.enter("ana", protocol="binary.ircv3.net")
        bea, cid = self.plain("bea"), self.enter("cid")
        ana.expect("^:cid!.* JOIN ")
        bea.send_bytes(b"PRIVMSG #a :a\xffb\r\n")
        self.assertRegex(ana.read_line().encode(errors="surrogateescape"), b" :a\xffb$")
        self.assertRegex(cid.read_line(), " :a[^\udcff]b$")


class SecureWeb(Web):
    make_gate = SecureGate


class Storm(test_tls.Storm):
    make_gate = Gate


class SecureStorm(test_tls.Storm):
    make_gate = SecureGate


if __name__ == "__main__":
    unittest.main()
