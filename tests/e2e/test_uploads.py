"""Files that clients upload to papod-gate: the way of one, and what may not happen on it."""

import base64
import http.client
import os
import re
import socket
import tempfile
import unittest

import gated
import papod_test
import test_gate_chat

PASSWORD = "correct-horse"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
CONFIG = """
classes = ( { name = "all"; flood_rate = 0; clients_per_address = 0; } );
dns = { reverse = false; };
accounts = { registrations_per_address = 0; };
tls = { processes = %(processes)d; };
uploads = { url = "%(url)s"; %(more)s };
"""
WEB = '{ name = "web"; address = "127.0.0.1"; port = 0; websocket = true; %s}'
URL = "http://127.0.0.1/upload"


def basic(name="ana", password=PASSWORD):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def bearer(token):
    return {"Authorization": "Bearer " + token}


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def __getitem__(self, name):
        return self.headers[name]


class TestCase(test_gate_chat.TestCase):
    def start(self, more="", web="", processes=1, url=URL):
        """A papod with a gate of its own and the account ana."""
        self.state = tempfile.mkdtemp(dir=self.directory)
        server = self.serve(
            CONFIG % {"more": more, "processes": processes, "url": url},
            listen=f"listen = ( {test_gate_chat.PLAIN}, {WEB % web} );\n",
            environment={"STATE_DIRECTORY": self.state})
        self.port = test_gate_chat.gate_port(server)
        self.is_tls = "tls" in web
        self.register(server, "ana")
        return server

    def register(self, server, nick):
        client = self.client(server, nick)
        client.send(f"REGISTER * * {PASSWORD}")
        client.expect(f"REGISTER SUCCESS {nick} ")
        return client

    def connection(self):
        if self.is_tls:
            made = http.client.HTTPSConnection(
                "127.0.0.1", self.port, timeout=papod_test.DEADLINE, context=gated.context())
        else:
            made = http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=papod_test.DEADLINE)
        self.addCleanup(made.close)
        return made

    def ask(self, method, path, body=None, headers=None):
        connection = self.connection()
        connection.request(method, path, body=body, headers=headers or {})
        return Answer(connection.getresponse())

    def upload(self, body=PNG, headers=None, **fields):
        wanted = {"Content-Type": "image/png", **basic(), **(headers or {})}
        wanted.update({name.replace("_", "-"): value for name, value in fields.items()})
        return self.ask("POST", "/upload", body,
                        {name: value for name, value in wanted.items() if value is not None})

    def path_of(self, answer):
        self.assertEqual(answer.status, 201, answer.body)
        found = re.fullmatch(r"https?://[^/]+(/upload/[A-Za-z0-9_-]{22}\.[a-z0-9]+)",
                             answer["Location"])
        self.assertTrue(found, answer["Location"])
        return found[1]

    def files(self):
        """Everything that is stored, by any name."""
        return sorted(os.path.join(at, name) for at, _, names in os.walk(self.state) for name in names
                      if len(name) == 22)


class Ways(TestCase):
    def test_a_file_is_uploaded_and_downloaded(self):
        for web in ("", "tls = true; "):
            with self.subTest(web=web):
                self.start(web=web)
                path = self.path_of(self.upload(Content_Disposition='attachment; filename="a b.png"'))
                answer = self.ask("GET", path)
                self.assertEqual((answer.status, answer.body), (200, PNG))
                self.assertEqual(answer["Content-Type"], "image/png")
                self.assertEqual(answer["Content-Disposition"], "inline; filename*=UTF-8''a%20b.png")
                self.assertEqual(answer["X-Content-Type-Options"], "nosniff")
                self.assertIn("sandbox; default-src 'none'", answer["Content-Security-Policy"])
                self.assertEqual(answer["Cross-Origin-Resource-Policy"], "cross-origin")
                head = self.ask("HEAD", path)
                self.assertEqual((head.status, head.body), (200, b""))
                self.assertEqual(head["Content-Length"], str(len(PNG)))


if __name__ == "__main__":
    papod_test.main()
