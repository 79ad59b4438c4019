"""What papod-push talks with: a push service on loopback, a resolver, and papod-push itself."""

import http.server
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

import issuer
import papod_test
import push_crypto

PROGRAM = os.path.join(os.path.dirname(papod_test.PAPOD), "papod-push")


class Request:
    def __init__(self, path, headers, body):
        self.path, self.headers, self.body = path, headers, body


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):  # pylint: disable=invalid-name
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.service.take(self, Request(self.path, self.headers, body))

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def get_request(self):
        connection, address = super().get_request()
        self.service.n_connections += 1
        return self.service.context.wrap_socket(
            connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, *_):  # pylint: disable=arguments-differ
        pass


class PushService:
    """HTTPS on 127.0.0.1, for push.test and 127.0.0.1. What it answers is a list; then 201."""

    def __init__(self, directory, names="DNS:push.test,IP:127.0.0.1"):
        self.requests, self.answers, self.n_connections = [], [], 0
        self.changed = threading.Condition()
        self.authority = os.path.join(directory, "authority.crt")
        self._make_certificate(directory, names)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(
            os.path.join(directory, "service.crt"), os.path.join(directory, "service.key"))
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.service = self
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def _make_certificate(self, directory, names):
        def path(name):
            return os.path.join(directory, name)
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        issuer.openssl("req", "-x509", *key, "-keyout", path("authority.key"), "-out",
                       self.authority, "-days", "2", "-subj", "/CN=authority", "-addext",
                       "keyUsage=critical,keyCertSign")
        issuer.openssl("req", *key, "-keyout", path("service.key"), "-out", path("service.csr"),
                       "-subj", "/CN=push.test")
        issuer.openssl("x509", "-req", "-in", path("service.csr"), "-CA", self.authority,
                       "-CAkey", path("authority.key"), "-CAcreateserial", "-out",
                       path("service.crt"), "-days", "2", "-extfile", "/dev/stdin",
                       stdin=f"subjectAltName={names}\nauthorityKeyIdentifier=keyid\n")

    def take(self, handler, request):
        with self.changed:
            self.requests.append(request)
            status, headers = self.answers.pop(0) if self.answers else (201, {})
            self.changed.notify_all()
        if status is None:  # it goes away without an answer
            handler.close_connection = True
            handler.connection.close()
            return
        handler.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()

    def wait_for(self, count):
        """The first requests, so many of them."""
        with self.changed:
            if not self.changed.wait_for(lambda: len(self.requests) >= count, papod_test.DEADLINE):
                raise papod_test.Failure(f"only {len(self.requests)} requests of {count}")
            return self.requests[:count]

    def url(self, path="/one", host="127.0.0.1"):
        return f"https://{host}:{self.port}{path}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Resolver:
    """io.systemd.Resolve: .names has the answers for each host; the last of them stays."""

    def __init__(self, path):
        self.names, self.asked = {}, []
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(path)
        self.listener.listen(64)
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                data = b""
                while not data.endswith(b"\0"):
                    more = connection.recv(4096)
                    if not more:
                        break
                    data += more
                if data:
                    connection.sendall(json.dumps(self._answer(json.loads(data[:-1]))).encode() + b"\0")

    def _answer(self, call):
        name = call["parameters"]["name"]
        self.asked.append(name)
        answers = self.names.get(name)
        if not answers:
            return {"error": "io.systemd.Resolve.NoSuchResourceRecord", "parameters": {}}
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return {"parameters": {"name": name, "addresses": [self._entry(one) for one in addresses]}}

    @staticmethod
    def _entry(address):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return {"ifindex": 2, "family": int(family),
                "address": list(socket.inet_pton(family, address))}

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()


class Pusher:
    """A papod-push with a socket, a state directory and a papod.conf of its own."""

    def __init__(self, allow=(), contact="mailto:admin@example.org", authority=None,
                 environment=None):
        self.directory = tempfile.mkdtemp(prefix="papod-test-")
        self.path = os.path.join(self.directory, "socket")
        self.state = os.path.join(self.directory, "state")
        os.mkdir(self.state)
        self.log_path = os.path.join(self.directory, "log")
        self.authority, self.environment = authority, environment or {}
        self.resolver = Resolver(os.path.join(self.directory, "resolver"))
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(self.path)
        self.listener.listen()
        self.configure(allow, contact)
        self.process = None
        self.start()

    def configure(self, allow, contact="mailto:admin@example.org"):
        with open(os.path.join(self.directory, "papod.conf"), "w", encoding="utf-8") as file:
            allowed = ", ".join(f'"{one}"' for one in allow)
            file.write(f'push: {{ contact = "{contact}"; allow = [ {allowed} ]; }};\n')

    def start(self):
        options = ["--ca-file", self.authority] if self.authority else []
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", papod_test.PASS_SOCKETS, str(self.listener.fileno()),
                 PROGRAM, "--config", os.path.join(self.directory, "papod.conf"), "--resolver",
                 os.path.join(self.directory, "resolver"), *options],
                stdin=subprocess.DEVNULL, stderr=log, pass_fds=[self.listener.fileno()],
                env={**os.environ, "STATE_DIRECTORY": self.state, **self.environment})

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_for_log(self, text):
        end = time.monotonic() + papod_test.DEADLINE
        while text not in self.log():
            if time.monotonic() > end:
                raise papod_test.Failure(f"{text!r} is not in the log: {self.log()}")
            time.sleep(0.01)

    def close(self):
        self.process.terminate()
        status = self.process.wait(papod_test.DEADLINE)
        self.listener.close()
        self.resolver.close()
        log = self.log()
        shutil.rmtree(self.directory)
        if status not in (0, -signal.SIGKILL):
            raise papod_test.Failure(f"papod-push ended with status {status}: {log}")


class Papod:
    """The side of papod: a connection to papod-push."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(papod_test.DEADLINE)
        self.socket.connect(path)
        self.lines = self.socket.makefile("rb")
        self.key = self.read()["key"]

    def read(self):
        line = self.lines.readline()
        return json.loads(line) if line else None

    def send(self, endpoint, subscription=None, **members):
        subscription = subscription or push_crypto.Subscription()
        message = {"id": "1", "endpoint": endpoint, "text": "hello", "urgency": "high", "ttl": 60,
                   "p256dh": push_crypto.encode(subscription.public),
                   "auth": push_crypto.encode(subscription.auth), **members}
        self.send_text(json.dumps(message) + "\n")

    def send_text(self, text):
        self.socket.sendall(text.encode())

    def ask(self, endpoint, **members):
        self.send(endpoint, **members)
        return self.read()

    def close(self):
        self.lines.close()
        self.socket.close()
