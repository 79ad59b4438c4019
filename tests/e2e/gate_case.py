"""A papod-gate with a papod of the tests behind it (fake_papod.c), which answers with the keys that
it was given: what the tests of the gate share."""

import hashlib
import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time

import gated
import papod_test

PROGRAMS = os.path.dirname(papod_test.PAPOD)
FAKE_PAPOD = os.path.join(PROGRAMS, "tests/e2e/fake_papod")
LISTEN = 'listen = ( { name = "secure"; address = "127.0.0.1"; port = 0; tls = true; } );\n'
STARTED = "The gate is ready"


class FakePapod:
    """The program, its lines and its commands."""

    def __init__(self, path):
        self.lines, self.changed = [], threading.Condition()
        self.process = subprocess.Popen([FAKE_PAPOD, path], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.expect("LISTENING")

    def _read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.decode().rstrip("\n"))
                self.changed.notify_all()

    def expect(self, pattern):
        """Drop lines up to the first that matches, and return the match."""
        end = time.monotonic() + papod_test.DEADLINE
        with self.changed:
            while True:
                while self.lines:
                    found = re.search(pattern, self.lines.pop(0))
                    if found:
                        return found
                if not self.changed.wait(end - time.monotonic()):
                    raise papod_test.Failure(f"the gate did not send {pattern!r}")

    def has_line(self, pattern):
        with self.changed:
            return any(re.search(pattern, line) for line in self.lines)

    def command(self, text):
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()

    def client(self):
        """The next client that is offered: a dictionary."""
        line = self.expect("^CLIENT (.*)")[1]
        return dict(word.split("=", 1) if "=" in word else (word, True) for word in line.split())

    def take(self):
        client = self.client()
        self.command(f"take {client['number']}")
        return client

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.reader.join(papod_test.DEADLINE)
        self.process.stdin.close()
        self.process.stdout.close()


class Pair:
    """PEM files of a certificate that signs itself, or is signed by another pair."""

    def __init__(self, directory, name, key="ec -pkeyopt ec_paramgen_curve:P-256", days=100,
                 hosts=("irc.example.org",), signer=None):
        self.certificate = os.path.join(directory, name + ".crt")
        self.key = os.path.join(directory, name + ".key")
        subprocess.run(
            ["openssl", "req", "-x509", "-nodes", "-newkey", *key.split(), "-days", str(days),
             "-keyout", self.key, "-out", self.certificate, "-subj", f"/CN={hosts[0]}",
             "-addext", "subjectAltName=" + ",".join("DNS:" + host for host in hosts),
             *(self.signed_by(signer) if signer else ())],
            check=True, capture_output=True)

    @staticmethod
    def signed_by(signer):
        return ("-CA", signer.certificate, "-CAkey", signer.key,
                "-addext", "basicConstraints=critical,CA:FALSE")

    @property
    def der(self):
        with open(self.certificate, encoding="ascii") as file:
            return ssl.PEM_cert_to_DER_cert(file.read())

    @property
    def fingerprint(self):
        return hashlib.sha256(self.der).hexdigest()

    def replace(self, old):
        """Move it to where the other one is."""
        os.replace(self.key, old.key)
        os.replace(self.certificate, old.certificate)
        self.key, self.certificate = old.key, old.certificate


def fingerprint_of(connection):
    return hashlib.sha256(connection.getpeercert(binary_form=True)).hexdigest()


def with_processes(config, count):
    """The configuration of a gate with so many processes."""
    if "tls = {" in config:
        return config.replace("tls = {", f"tls = {{ processes = {count};")
    return f"tls = {{ processes = {count}; }};\n" + config


class GateCase(papod_test.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="papod-gate-test-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.socket_path = os.path.join(self.directory, "handover.sock")

    def start_papod(self):
        papod = FakePapod(self.socket_path)
        self.addCleanup(papod.stop)
        return papod

    def start_gate(self, config="", listen=LISTEN, processes=1, **options):
        return self.serve(with_processes(config, processes), listen=listen, program=gated.GATE,
                          ready=STARTED, arguments=("--handover", self.socket_path), **options)

    def start(self, config="", **options):
        papod = self.start_papod()
        gate = self.start_gate(config, **options)
        papod.expect("^HELLO version=1 ")
        return papod, gate

    def pair(self, name="server", **options):
        return Pair(self.directory, name, **options)

    def plain(self, gate):
        connection = socket.create_connection(("127.0.0.1", gate.port), papod_test.DEADLINE)
        self.addCleanup(connection.close)
        return connection

    def connect(self, gate, context=None, host=None):
        connection = (context or gated.context()).wrap_socket(
            self.plain(gate), server_hostname=host)
        self.addCleanup(connection.close)
        return connection

    def check_echo(self, connection, text=b"hello\r\n"):
        connection.sendall(text)
        got = b""
        while len(got) < len(text) + 6:
            got += connection.recv(65536)
        self.assertEqual(got, b"echo: " + text)


def tls_config(*pairs):
    entries = ", ".join(f'{{ name = "pair{i}"; certificate = "{pair.certificate}"; key = "{pair.key}"; }}'
                        for i, pair in enumerate(pairs))
    return f"certificates = ( {entries} );\n"
