"""Web clients: WebSocket with and without TLS, from papod-gate to papod and through its deaths."""

import base64
import os
import socket
import struct
import time
import unittest

import gate_case
import gated
import papod_test
import test_gate_chat

WEB = '{ name = "web"; address = "127.0.0.1"; port = %d; websocket = true; }'
SECURE_WEB = '{ name = "secure web"; address = "127.0.0.1"; port = %d; websocket = true; tls = true; }'
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def request(*fields, path="/", protocol="text.ircv3.net"):
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Upgrade: websocket",
             "Connection: Upgrade", "Sec-WebSocket-Key: " + base64.b64encode(b"k" * 16).decode(),
             "Sec-WebSocket-Version: 13"]
    if protocol:
        lines.append("Sec-WebSocket-Protocol: " + protocol)
    return "\r\n".join([*lines, *fields, "", ""]).encode()


def frame(text, opcode=TEXT):
    data, mask = text if isinstance(text, bytes) else text.encode(), os.urandom(4)
    head = bytes([0x80 | opcode])
    if len(data) < 126:
        head += bytes([0x80 | len(data)])
    else:
        head += bytes([0x80 | 126]) + struct.pack(">H", len(data))
    return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))


class WebClient(papod_test.Client):
    """Like a client with lines; each is a message."""

    def __init__(self, address, context=None, first=b"", **options):
        super().__init__(address, first=first)
        self.raw = b""
        self.close_code = None
        if context:
            self.socket = context.wrap_socket(self.socket)
        self.upgrade(**options)

    def upgrade(self, head=None, behind=b"", pieces=None):
        data = (head or request()) + behind
        for at in range(0, len(data), pieces or len(data)):
            self.socket.sendall(data[at:at + (pieces or len(data))])
            if pieces:
                time.sleep(0.002)
        while b"\r\n\r\n" not in self.raw:
            if not (got := self.socket.recv(65536)):
                break
            self.raw += got
        self.answer, _, self.raw = self.raw.partition(b"\r\n\r\n")

    def send(self, *lines):
        self.socket.sendall(b"".join(map(frame, lines)))

    def read_bytes(self, count):
        while len(self.raw) < count:
            try:
                got = self.socket.recv(65536)
            except socket.timeout:
                raise papod_test.Failure(f"nothing came; before: {self.seen[-20:]}") from None
            if not got:
                return None
            self.raw += got
        data, self.raw = self.raw[:count], self.raw[count:]
        return data

    def read_frame(self):
        head = self.read_bytes(2)
        if head is None:
            return None, b""
        length = head[1]
        if length == 126:
            length = struct.unpack(">H", self.read_bytes(2))[0]
        return head[0] & 15, self.read_bytes(length) if length else b""

    def read_line(self):
        opcode, data = self.read_frame()
        if opcode is None:
            return None
        if opcode == CLOSE:
            self.close_code = struct.unpack(">H", data[:2])[0] if data else None
            return None
        text = data.decode(errors="surrogateescape")
        self.seen.append(text)
        return text


class TestCase(test_gate_chat.TestCase):
    def start(self, listener, **options):
        """A papod with a gate of its own, and the port of the gate's only listener."""
        server = self.serve(test_gate_chat.OPEN, listen=f"listen = ( {listener % 0} );\n", **options)
        return server, test_gate_chat.gate_port(server)

    def web(self, port, context=None, nick=None, **options):
        client = WebClient(("127.0.0.1", port), context, **options)
        self.addCleanup(client.close)
        self.assertRegex(client.answer, b"^HTTP/1.1 101 ")
        if nick:
            client.register(nick)
            client.send("JOIN #a")
            client.expect(" 366 ")
        return client


class Upgrades(TestCase):
    contexts = ((WEB, lambda: None), (SECURE_WEB, gated.context))

    def test_web_clients_talk(self):
        for listener, context in self.contexts:
            _, port = self.start(listener)
            ana = self.web(port, context(), "ana")
            bea = self.web(port, context(), "bea")
            ana.expect("^:bea!.* JOIN ")
            self.talk(ana, bea, "hello")
            self.talk(ana, bea, "x" * 300)

    def test_web_clients_survive_another_program(self):
        for listener, context in self.contexts:
            server, port = self.start(listener)
            ana, bea = self.web(port, context(), "ana"), self.web(port, context(), "bea")
            ana.expect("^:bea!.* JOIN ")
            for i in range(3):
                test_gate_chat.hand_over(server)
                self.talk(ana, bea, f"after handover {i}")

    def test_frames_behind_the_request_are_kept(self):
        for listener, context in self.contexts:
            _, port = self.start(listener)
            behind = frame("NICK ana") + frame("USER ana 0 * :Ana")
            self.web(port, context(), behind=behind).expect(" 001 ana ")

    def test_a_request_may_come_in_pieces(self):
        for listener, context in self.contexts:
            _, port = self.start(listener)
            behind = frame("NICK ana") + frame("USER ana 0 * :Ana")
            for pieces in (1, 7, 100):
                client = self.web(port, context(), behind=behind, pieces=pieces)
                client.expect(" 001 ana ")
                client.send("QUIT")
                client.expect_end()

    def test_binary_frames_are_negotiated(self):
        _, port = self.start(WEB)
        head = request(protocol="unknown, binary.ircv3.net, text.ircv3.net")
        client = self.web(port, head=head)
        self.assertIn(b"\r\nSec-WebSocket-Protocol: binary.ircv3.net", client.answer)
        client.socket.sendall(frame("NICK ana", BINARY) + frame("USER ana 0 * :Ana", BINARY))
        opcode, _ = client.read_frame()
        self.assertEqual(opcode, BINARY)

    def test_web_clients_are_not_asked_for_a_certificate(self):
        pair = gate_case.Pair(self.directory, "ana", hosts=("ana",))
        _, port = self.start(SECURE_WEB)
        context = gated.context(pair=pair)
        context.set_alpn_protocols(["http/1.1"])
        ana = self.web(port, context, "ana")
        self.assertEqual(ana.socket.selected_alpn_protocol(), "http/1.1")
        ana.send("WHOIS ana")
        lines = ana.expect_until(" 318 ")
        self.assertTrue(any(" 671 " in line for line in lines))
        self.assertFalse(any(" 276 " in line for line in lines))


    def test_endless_pings_are_a_flood(self):
        """They are no lines, so they cost no budget."""
        _, port = self.start(WEB)
        ana, bea = self.web(port, nick="ana"), self.web(port, nick="bea")
        ana.expect("^:bea!.* JOIN ")
        pings = frame("", PING) * 1000
        with self.assertRaises((BrokenPipeError, ConnectionResetError)):
            for _ in range(1000):
                bea.socket.sendall(pings)
                bea.socket.setblocking(False)
                while True:
                    try:
                        if not bea.socket.recv(65536):
                            raise BrokenPipeError
                    except BlockingIOError:
                        break
                bea.socket.settimeout(papod_test.DEADLINE)
        ana.expect("^:bea!.* QUIT :.*Excess flood")


class Refusals(TestCase):
    def ask(self, port, data, context=None):
        """All that comes back until the end."""
        connection = socket.create_connection(("127.0.0.1", port), papod_test.DEADLINE)
        if context:
            connection = context.wrap_socket(connection, suppress_ragged_eofs=False)
        self.addCleanup(connection.close)
        connection.sendall(data)
        got = b""
        while chunk := connection.recv(65536):  # with TLS an end without close_notify is an error
            got += chunk
        return got

    def test_what_is_no_websocket_is_answered_and_closed(self):
        for listener, make_context in Upgrades.contexts:
            _, port = self.start(listener)
            for data, status in (
                    (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 404),
                    (b"NICK ana\r\nUSER ana 0 * :Ana\r\n", 400),
                    (b"GET / HTTP/1.1\r\nHost: x\nY: z\r\n\r\n", 400),
                    (b"POST / HTTP/1.1\r\nHost: x\r\n\r\n", 405),
                    (b"GET /" + b"x" * 9000, 414),
                    (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 40000, 431),
                    (request("Origin: https://evil.example"), 403),
                    (request().replace(b": 13", b": 12"), 426)):
                got = self.ask(port, data, make_context())
                self.assertRegex(got, b"^HTTP/1.[01] (405|501) " if status == 405
                                 else b"^HTTP/1.[01] %d " % status, data[:60])

    def test_who_stops_in_the_middle_costs_no_time(self):
        server, port = self.start(WEB)
        gate = test_gate_chat.gate_of(server)
        half = [socket.create_connection(("127.0.0.1", port), papod_test.DEADLINE)
                for _ in range(20)]
        for one in half:
            self.addCleanup(one.close)
            one.sendall(request()[:50])
        self.web(port, nick="ana")
        before = papod_test.cpu_seconds(gate)
        time.sleep(1)
        self.assertLess(papod_test.cpu_seconds(gate) - before, 0.3)


class BesideThePapod(test_gate_chat.BesideThePapod):
    """The same deaths as with TLS alone, for WebSocket in TLS."""
    listen = f"listen = ( {SECURE_WEB % 0} );\n"

    def secure(self, port, nick=None, context=None):
        client = WebClient(("127.0.0.1", port), context or gated.context())
        self.addCleanup(client.close)
        if nick:
            client.register(nick)
            client.send("JOIN #a")
            client.expect(" 366 ")
        return client


if __name__ == "__main__":
    unittest.main()
