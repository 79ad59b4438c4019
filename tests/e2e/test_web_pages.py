"""The pages that papod-gate offers to browsers beside WebSocket, and what must not get out."""

import contextlib
import gzip
import os
import re
import socket
import time
import unittest

import gated
import papod_test
import test_gate_chat
import test_gate_web

WEB, SECURE_WEB = test_gate_web.WEB, test_gate_web.SECURE_WEB
CONTEXTS = ((WEB, lambda: None), (SECURE_WEB, gated.context))
INDEX = b"<!DOCTYPE html><title>Chat</title>"
SECRET = b"the secret of this machine"
BIG = bytes(range(256)) * (12 << 10)
SECURITY = (b"Content-Security-Policy", b"Cross-Origin-Opener-Policy",
            b"Cross-Origin-Resource-Policy", b"Referrer-Policy", b"X-Content-Type-Options",
            b"X-Frame-Options")


class Answer:
    def __init__(self, got):
        head, _, self.body = got.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        self.status = int(lines[0].split()[1]) if lines[0] else None
        self.fields = dict(line.split(b": ", 1) for line in lines[1:])


def get(path, *fields, method="GET"):
    lines = [f"{method} {path} HTTP/1.1", "Host: chat.example.org", *fields, "", ""]
    return "\r\n".join(lines).encode()


def count_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


class TestCase(test_gate_web.TestCase):
    def write(self, name, data):
        path = os.path.join(self.site, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def setUp(self):
        super().setUp()
        self.site = os.path.join(self.directory, "site")
        self.write("index.html", INDEX)
        self.write("js/app.js", b"let a = 1;" * 100)
        self.write("../secret", SECRET)
        self.write("../site-2/secret", SECRET)

    def pages(self, listener=WEB, more=""):
        return self.start(listener, config=f'web = {{ directory = "{self.site}"; {more} }};\n')

    def start(self, listener, config="", **options):
        server = self.serve(test_gate_chat.OPEN + config,
                            listen=f"listen = ( {listener % 0} );\n", **options)
        return server, test_gate_chat.gate_port(server)

    def open(self, port, context=None):
        connection = socket.create_connection(("127.0.0.1", port), papod_test.DEADLINE)
        if context:
            connection = context.wrap_socket(connection, suppress_ragged_eofs=False)
        self.addCleanup(connection.close)
        return connection

    def read_answer(self, connection):
        got = b""
        while chunk := connection.recv(65536):  # with TLS an end without close_notify is an error
            got += chunk
        connection.close()
        return Answer(got)

    def ask(self, port, data, context=None):
        connection = self.open(port, context)
        connection.sendall(data)
        return self.read_answer(connection)

    def get(self, port, path, *fields, **options):
        return self.ask(port, get(path, *fields, **options))


class Pages(TestCase):
    def test_a_file_is_sent_with_its_type(self):
        for listener, context in CONTEXTS:
            _, port = self.pages(listener)
            for path, kind, body in (("/", b"text/html; charset=utf-8", INDEX),
                                     ("/?a=b", b"text/html; charset=utf-8", INDEX),
                                     ("/js/../index.html", b"text/html; charset=utf-8", INDEX),
                                     ("/js/app.js", b"text/javascript; charset=utf-8",
                                      b"let a = 1;" * 100)):
                answer = self.ask(port, get(path), context())
                self.assertEqual((answer.status, answer.body), (200, body))
                self.assertEqual(answer.fields[b"Content-Type"], kind)
                self.assertEqual(answer.fields[b"Content-Length"], str(len(body)).encode())
                self.assertEqual(answer.fields[b"Connection"], b"close")
                for name in SECURITY:
                    self.assertIn(name, answer.fields)

    def test_head_has_no_body(self):
        _, port = self.pages()
        answer = self.get(port, "/", method="HEAD")
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertEqual(answer.fields[b"Content-Length"], str(len(INDEX)).encode())

    def test_a_big_file_arrives_whole(self):
        self.write("big.bin", BIG)
        for listener, context in CONTEXTS:
            _, port = self.pages(listener)
            self.assertEqual(self.ask(port, get("/big.bin"), context()).body, BIG)

    def test_an_empty_file_arrives_too(self):
        self.write("empty.txt", b"")
        _, port = self.pages()
        answer = self.get(port, "/empty.txt")
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertEqual(answer.fields[b"Content-Length"], b"0")

    def test_a_file_that_has_not_changed_is_not_sent_again(self):
        _, port = self.pages()
        tag = self.get(port, "/").fields[b"ETag"].decode()
        answer = self.get(port, "/", f'If-None-Match: "other", W/{tag}')
        self.assertEqual((answer.status, answer.body), (304, b""))
        self.assertEqual(answer.fields[b"ETag"], tag.encode())
        self.write("index.html", INDEX + b"new")
        answer = self.get(port, "/", f"If-None-Match: {tag}")
        self.assertEqual((answer.status, answer.body), (200, INDEX + b"new"))
        self.assertNotEqual(answer.fields[b"ETag"], tag.encode())

    def test_smaller_copies_go_to_those_who_can_read_them(self):
        packed = gzip.compress(b"let a = 1;" * 100)
        self.write("js/app.js.gz", packed)
        self.write("js/app.js.br", b"brotli")
        _, port = self.pages()
        tags = set()
        for accepted, encoding, body in (("gzip, deflate, br", b"br", b"brotli"),
                                         ("gzip", b"gzip", packed),
                                         ("br;q=0.1, gzip", b"gzip", packed),
                                         ("br;q=0", None, b"let a = 1;" * 100)):
            answer = self.get(port, "/js/app.js", "Accept-Encoding: " + accepted)
            self.assertEqual((answer.status, answer.body), (200, body), accepted)
            self.assertEqual(answer.fields.get(b"Content-Encoding"), encoding)
            self.assertEqual(answer.fields[b"Vary"], b"Accept-Encoding")
            self.assertEqual(answer.fields[b"Content-Type"], b"text/javascript; charset=utf-8")
            tags.add(answer.fields[b"ETag"])
        self.assertEqual(len(tags), 3)
        self.assertNotIn(b"Vary", self.get(port, "/", "Accept-Encoding: br").fields)

    def test_the_next_file_is_of_the_new_directory(self):
        """Whoever installs a web client anew may move directories."""
        _, port = self.pages()
        os.rename(self.site, self.site + "-old")
        self.assertEqual(self.get(port, "/").status, 404)
        self.write("index.html", b"new")
        self.assertEqual(self.get(port, "/").body, b"new")

    def test_the_configuration_may_change(self):
        one = "tls = { processes = 1; };\n"  # several follow one after the other
        server, port = self.start(WEB, one + f'web = {{ directory = "{self.site}"; }};\n')
        missing = os.path.join(self.directory, "missing")
        config = test_gate_chat.OPEN + one + f"listen = ( {WEB % 0} );\n"
        position = server.log_position()
        server.write("papod.conf", config + f'web = {{ directory = "{missing}"; }};\n')
        server.reload()
        server.wait_for_log("A directory for clients cannot be opened.*" + missing, position)
        self.wait_until(lambda: self.get(port, "/").status == 404, "the new directory is used")
        server.write("papod.conf",
                     config + 'web = { origins = [ "https://chat.example.org" ]; };\n')
        server.reload()
        self.wait_until(lambda: b"no pages" in self.get(port, "/").body, "there are no pages")
        for origin, status in (("https://chat.example.org", 101),
                               ("https://CHAT.example.org", 101),
                               ("http://chat.example.org", 403), ("null", 403)):
            client = test_gate_web.WebClient(
                ("127.0.0.1", port), head=test_gate_web.request("Origin: " + origin))
            client.close()
            self.assertRegex(client.answer, b"^HTTP/1.1 %d " % status, origin)

    def test_challenges_of_acme_are_answered(self):
        challenges = os.path.join(self.directory, "challenges")
        self.write("../challenges/token", b"token.thumbprint")
        self.write(".well-known/other", b"other")
        path = "/.well-known/acme-challenge/"
        for more, status in ((f'challenges = "{challenges}";', 200), ("", 404)):
            _, port = self.pages(more=more)
            answer = self.get(port, path + "token")
            self.assertEqual(answer.status, status)
            self.assertEqual(answer.body == b"token.thumbprint", status == 200)
            self.assertEqual(self.get(port, "/.well-known/other").body, b"other")
            for other in ("none", "../secret", "../../secret", "%2e%2e/secret", ".hidden", ""):
                answer = self.get(port, path + other)
                self.assertIn(answer.status, (400, 404), other)
        _, port = self.start(WEB, config=f'web = {{ challenges = "{challenges}"; }};\n')
        self.assertEqual(self.get(port, path + "token").body, b"token.thumbprint")
        self.assertIn(b"no pages", self.get(port, "/").body)


class Attacks(TestCase):
    def test_nothing_outside_the_directory_is_read(self):
        self.write(".hidden", SECRET)
        self.write("js/.git/config", SECRET)
        os.symlink("../secret", os.path.join(self.site, "relative"))
        os.symlink(os.path.join(self.directory, "secret"), os.path.join(self.site, "absolute"))
        os.symlink("..", os.path.join(self.site, "up"))
        os.symlink("/proc/self/root", os.path.join(self.site, "root"))
        _, port = self.pages()
        secret = os.path.join(self.directory, "secret")
        for path in ("/../secret", "/js/../../secret", "/%2e%2e/secret", "/%2e%2e%2fsecret",
                     "/..%2fsecret", "/%2e./secret", "/.%2E/secret", "/..%5csecret",
                     "/..\\secret", "/%252e%252e/secret", "/%c0%ae%c0%ae/secret",
                     "/%c0%ae%c0%ae%c0%afsecret", "/..;/secret", "//" + secret, "/" + secret,
                     "/%2f" + secret[1:], "/js%00/../../secret", "/../secret%00.html",
                     "/..//secret", "/./../secret", "/js/%2e%2e/%2e%2e/secret", "/../site-2/secret",
                     "/.hidden", "/%2ehidden", "/js/.git/config", "/relative", "/absolute",
                     "/up/secret", "/root" + secret, "http://chat.example.org/../secret",
                     "file://" + secret, secret[1:], "*"):
            answer = self.get(port, path)
            self.assertIn(answer.status, (400, 403, 404), path)
            self.assertNotIn(SECRET, answer.body, path)
        self.assertEqual(self.get(port, "/relative").status, 403)
        self.assertEqual(self.get(port, "/.hidden").status, 404)

    def test_links_inside_the_directory_are_followed(self):
        os.symlink("js/app.js", os.path.join(self.site, "link.js"))
        _, port = self.pages()
        self.assertEqual(self.get(port, "/link.js").status, 200)

    def test_what_is_no_file_is_not_found(self):
        os.mkfifo(os.path.join(self.site, "pipe"))
        connection = socket.socket(socket.AF_UNIX)
        self.addCleanup(connection.close)
        connection.bind(os.path.join(self.site, "socket"))
        _, port = self.pages()
        for path in ("/pipe", "/socket", "/js", "/js/", "/index.html/", "/index.html/x", "/none"):
            answer = self.get(port, path)
            self.assertEqual(answer.status, 404, path)
            self.assertEqual(answer.fields[b"Content-Type"], b"text/plain; charset=utf-8")
            self.assertIn(b"There is no such page", answer.body)

    def test_nothing_behind_the_first_request_is_answered(self):
        for listener, context in CONTEXTS:
            _, port = self.pages(listener)
            for behind in (get("/js/app.js"), b"\0" * 100000, test_gate_web.request(),
                           b"NICK ana\r\n" * 1000):
                answer = self.ask(port, get("/") + behind, context())
                self.assertEqual((answer.status, answer.body), (200, INDEX))

    def test_a_head_in_very_many_records_is_refused(self):
        _, port = self.pages(SECURE_WEB)
        for count, status in ((500, 200), (600, 400)):
            connection = self.open(port, gated.context())
            connection.sendall(get("/", "X: " + "y" * (8000 - count))[:-count])
            for byte in ("y" * (count - 4) + "\r\n\r\n").encode():
                connection.sendall(bytes([byte]))
            self.assertEqual(self.read_answer(connection).status, status)

    def test_only_get_and_head_are_allowed(self):
        _, port = self.pages()
        for method, status in (("POST", 405), ("PUT", 405), ("DELETE", 405), ("OPTIONS", 405),
                               ("BREW", 501), ("get", 501)):
            self.assertEqual(self.get(port, "/", method=method).status, status, method)
        self.assertEqual(self.get(port, "/", method="PUT").fields[b"Allow"], b"GET, HEAD")

    def test_bad_upgrades_are_answered(self):
        _, port = self.pages()
        good = test_gate_web.request()
        for data, status in ((re.sub(rb"Sec-WebSocket-Key: .*\r\n", b"", good), 400),
                             (good.replace(b"Key: a", b"Key: -"), 400),
                             (good.replace(b": 13", b": 8"), 426),
                             (re.sub(rb"Connection: .*\r\n", b"", good), 400),
                             (good.replace(b"HTTP/1.1", b"HTTP/1.0"), 400),
                             (good.replace(b"GET", b"HEAD"), 400)):
            answer = self.ask(port, data)
            self.assertEqual(answer.status, status, data)
            self.assertEqual(answer.fields[b"Connection"],
                             b"Upgrade, close" if status == 426 else b"close")
        self.assertEqual(self.ask(port, good.replace(b": 13", b": 8"))
                         .fields[b"Sec-WebSocket-Version"], b"13")

    def test_https_is_recommended_on_its_port(self):
        server, port = self.pages(SECURE_WEB)
        for data in (get("/"), b"NICK ana\r\n"):
            answer = self.ask(port, data)
            self.assertEqual(answer.status, 400)
            self.assertIn(b"https://", answer.body)
        server.wait_for_log("papod-gate: The handshake of a client failed.*HTTP")

    def test_http_on_a_port_for_irc_with_tls_is_told_so(self):
        server = self.serve(test_gate_chat.OPEN,
                            listen=f"listen = ( {test_gate_chat.SECURE} );\n")
        connection = self.open(test_gate_chat.gate_port(server), gated.context())
        connection.sendall(get("/"))
        got = b""
        while chunk := connection.recv(65536):
            got += chunk
        self.assertRegex(got, b"ERROR :.*IRC")

    def test_who_stalls_is_told_if_possible_and_closed(self):
        """Both with and without TLS: half a head, and an answer that nobody reads."""
        self.write("big.bin", BIG * 8)
        server = self.serve(test_gate_chat.OPEN + f'web = {{ directory = "{self.site}"; }};\n',
                            listen=f"listen = ( {WEB % 0}, {SECURE_WEB % 0} );\n")
        ports = re.findall(r"127\.0\.0\.1:(\d+)",
                           server.wait_for_log(test_gate_chat.GATE_READY))
        places = list(zip(map(int, ports), (None, gated.context())))
        gate, slow = test_gate_chat.gate_of(server), []
        for place in places:
            for data in (get("/")[:-2], get("/big.bin")):
                slow += [self.open(*place) for _ in range(10)]
                for one in slow[-10:]:
                    one.sendall(data)
        for port, context in places:
            self.assertEqual(self.ask(port, get("/"), context).status, 200)
        before, started = papod_test.cpu_seconds(gate), time.monotonic()
        for one in slow[0], slow[20]:
            self.assertEqual(self.read_answer(one).status, 408)
        self.assertGreater(time.monotonic() - started, 8)
        self.wait_until(lambda: count_files(gate) < 20, "all are closed")
        self.assertLess(papod_test.cpu_seconds(gate) - before, 0.5)
        server.wait_for_log("papod-gate: The handshake of a client failed.*10 seconds")

    def test_a_client_that_reads_slowly_gets_all(self):
        self.write("big.bin", BIG)
        _, port = self.pages()
        connection = socket.socket()
        self.addCleanup(connection.close)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
        connection.settimeout(papod_test.DEADLINE)
        connection.connect(("127.0.0.1", port))
        connection.sendall(get("/big.bin"))
        got, started = b"", time.monotonic()
        while chunk := connection.recv(65536):
            got += chunk
            papod_test.begin_to_wait()
            if time.monotonic() - started < 12:
                time.sleep(0.2)
        self.assertEqual(Answer(got).body, BIG)
        self.assertGreater(time.monotonic() - started, 11)

    def test_a_file_that_becomes_shorter_ends_the_answer(self):
        path = self.write("big.bin", BIG * 8)
        server, port = self.pages()
        connection = self.open(port)
        connection.sendall(get("/big.bin"))
        got = connection.recv(1000)
        os.truncate(path, 1000)
        with contextlib.suppress(ConnectionResetError):
            while chunk := connection.recv(65536):
                got += chunk
        self.assertLess(len(got), len(BIG * 8))
        self.assertEqual(self.get(port, "/").status, 200)
        self.assertEqual(server.process.poll(), None)

    def test_no_descriptor_is_left(self):
        self.write("js/app.js.gz", b"gzip")
        server, port = self.pages()
        gate = test_gate_chat.gate_of(server)

        self.get(port, "/")
        before = count_files(gate)
        for _ in range(20):
            self.get(port, "/js/app.js")
            self.get(port, "/none")
            self.get(port, "/js/app.js", method="HEAD")
        connection = self.open(port)
        connection.sendall(get("/js/app.js"))
        connection.close()
        self.wait_until(lambda: count_files(gate) <= before, "all descriptors are closed")


if __name__ == "__main__":
    unittest.main()
