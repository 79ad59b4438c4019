"""Starting the built papod and talking to it: what all end-to-end tests share.

Nothing here sleeps for a guessed time: each wait names its condition and has a deadline, and a
failure shows what was seen instead.
"""

import array
import faulthandler
import fcntl
import os
import re
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unittest

PAPOD = os.path.abspath(os.environ.get("PAPOD", "papod"))
DEADLINE = float(os.environ.get("PAPOD_TEST_DEADLINE", "20"))

# A shell that starts the tests in the background may ignore these signals, and each papod would
# inherit that.
for _number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
    if signal.getsignal(_number) == signal.SIG_IGN:
        signal.signal(_number, signal.SIG_DFL)

# Like systemd before it starts a service with sockets: descriptors from 3 on, and the process id,
# which only the process itself knows.
PASS_SOCKETS = """
import os, sys
parked = [os.dup2(int(number), 100 + i) for i, number in enumerate(sys.argv[1].split(","))]
for i, number in enumerate(parked):
    os.dup2(number, 3 + i)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(parked)))
os.execv(sys.argv[2], sys.argv[2:])
"""

LISTEN = 'listen = ( { name = "tcp"; address = "127.0.0.1"; port = 0; } );\n'


def begin_to_wait():
    """A test that hangs prints where, and ends; a long one may call this again when it makes
    progress."""
    faulthandler.dump_traceback_later(240, exit=True)


begin_to_wait()


class Failure(AssertionError):
    pass


class Server:
    """A papod of its own in a directory of its own."""

    def __init__(self, config="", listen=LISTEN, secrets=None, files=None, arguments=(),
                 environment=None, sockets=(), before_exec=None, wrapper=(), program=PAPOD,
                 ready="The server is ready"):
        self.directory = tempfile.mkdtemp(prefix="papod-test-")
        self._lines = []
        self.ready = ready
        self.changed = threading.Condition()
        self.write("papod.conf", listen + config)
        for name, text in (files or {}).items():
            self.write(name, text)
        if secrets is not None:
            self.write("secrets.ini", secrets, 0o600)
        self.arguments = [*wrapper, program, "--config", self.path("papod.conf"), *arguments]
        numbers = [one.fileno() for one in sockets]
        if numbers:
            self.arguments = [sys.executable, "-c", PASS_SOCKETS,
                              ",".join(map(str, numbers)), *self.arguments]
        self.environment = {
            key: value for key, value in os.environ.items()
            if key not in ("NOTIFY_SOCKET", "JOURNAL_STREAM", "LISTEN_FDS", "LISTEN_PID",
                           "CREDENTIALS_DIRECTORY", "RUNTIME_DIRECTORY", "STATE_DIRECTORY",
                           "WATCHDOG_USEC", "WATCHDOG_PID")
        }
        self.environment.update(environment or {})
        self.process = subprocess.Popen(
            self.arguments, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env=self.environment, pass_fds=numbers, preexec_fn=before_exec)
        self.reader = threading.Thread(target=self._read_log, daemon=True)
        self.reader.start()
        try:
            self.wait_for_log(ready)
        except BaseException:
            self.stop(is_checked=False)
            raise

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path + ".new", "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(text if isinstance(text, bytes) else text.encode())
        os.rename(path + ".new", path)

    def _read_log(self):
        pipe, got, rest = self.process.stderr.fileno(), None, b""
        while got != b"":
            select.select([pipe], [], [])
            with self.changed:
                got = os.read(pipe, 65536)
                *lines, rest = (rest + got).split(b"\n")
                self._lines += [line.decode(errors="replace") for line in lines]
                if not got:
                    self._lines += [rest.decode(errors="replace"), None] if rest else [None]
                self.changed.notify_all()

    def _is_read(self):
        unread = array.array("i", [0])
        fcntl.ioctl(self.process.stderr, termios.FIONREAD, unread)
        return not unread[0]

    @property
    def log(self):
        """What papod has logged before this call, all of it; None at its end."""
        with self.changed:
            while self.reader.is_alive() and not self._is_read():
                self.changed.wait(DEADLINE)
            return list(self._lines)

    def wait_for_log(self, pattern, after=0):
        """The first matching log line, from the given position on."""
        end = time.monotonic() + DEADLINE
        at = after
        with self.changed:
            while True:
                while at < len(self._lines):
                    if self._lines[at] is None:
                        raise Failure(f"papod ended before it logged {pattern!r}: {self._lines}")
                    if re.search(pattern, self._lines[at]):
                        return self._lines[at]
                    at += 1
                if not self.changed.wait(end - time.monotonic()):
                    raise Failure(f"{pattern!r} is not in the log: {self._lines}")

    def log_position(self):
        return len(self.log)

    @property
    def port(self):
        """Of its own listener: the gate that it starts has others, and may log them earlier."""
        line = self.wait_for_log(self.ready + ".*listeners=")
        return int(re.search(r"127\.0\.0\.1:(\d+)", line)[1])

    def connect(self, address=None, **options):
        """A client on TCP, or on the Unix socket of that path."""
        return Client(address or ("127.0.0.1", self.port), **options)

    def register(self, nick, address=None, password=None):
        client = self.connect(address)
        client.register(nick, password)
        return client

    def reload(self):
        """Returns the log line with the result."""
        position = self.log_position()
        self.process.send_signal(signal.SIGHUP)
        return self.wait_for_log("Configuration reloaded|New configuration refused", position)

    def stop(self, is_checked=True):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            status = self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.reader.join(DEADLINE)
        self.process.stderr.close()
        shutil.rmtree(self.directory, ignore_errors=True)
        if is_checked and status != 0:
            raise Failure(f"papod ended with status {status}: {self.log[-30:]}")
        return status

    def cpu_seconds(self):
        return cpu_seconds(self.process.pid)

    def count_files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


class Client:
    """A connection that reads lines; .nick is set after registration."""

    def __init__(self, address, source=None, receive_bytes=None, segment_bytes=None, first=b""):
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(DEADLINE)
        if source:
            self.socket.bind((source, 0))
        if receive_bytes:
            # Not later: a kernel that fills segments to half of the largest window it has seen
            # may not send at all into one that shrank below that.
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        if segment_bytes:  # with small ones, the kernel buffers less for clients that do not read
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, segment_bytes)
        self.socket.connect(address)
        if first:  # even nothing may not be sent to a socket whose peer has gone
            self.socket.sendall(first)
        self.bytes = b""
        self.seen = []
        self.nick = None

    def send(self, *lines):
        self.send_bytes("".join(line + "\r\n" for line in lines).encode())

    def send_bytes(self, data):
        self.socket.sendall(data)

    def read_line(self):
        """The next line, or None at the end of the stream."""
        while b"\n" not in self.bytes:
            try:
                got = self.socket.recv(65536)
            except ConnectionResetError:
                got = b""
            except socket.timeout:
                raise Failure(f"nothing came; before: {self.seen[-20:]}") from None
            if not got:
                return None
            self.bytes += got
        line, self.bytes = self.bytes.split(b"\n", 1)
        text = line.rstrip(b"\r").decode(errors="surrogateescape")
        self.seen.append(text)
        return text

    def expect(self, pattern):
        """Read until a line matches, answering PINGs. Returns the match."""
        while True:
            line = self.read_line()
            if line is None:
                raise Failure(f"closed while waiting for {pattern!r}; before: {self.seen[-20:]}")
            found = re.search(pattern, line)
            if found:
                return found
            if line.startswith("PING "):
                self.send("PONG " + line[5:])

    def expect_until(self, pattern):
        """All lines up to and including the first that matches."""
        lines = [self.read_line()]
        while lines[-1] is not None and not re.search(pattern, lines[-1]):
            lines.append(self.read_line())
        if lines[-1] is None:
            raise Failure(f"closed while waiting for {pattern!r}; before: {self.seen[-20:]}")
        return lines

    def expect_end(self, pattern=None):
        """Read until the server closes; one of the lines must match."""
        lines = []
        while (line := self.read_line()) is not None:
            lines.append(line)
        if pattern and not any(re.search(pattern, line) for line in lines):
            raise Failure(f"closed without {pattern!r}: {lines}")
        return lines

    def register(self, nick, password=None):
        if password:
            self.send(f"PASS {password}")
        self.send(f"NICK {nick}", f"USER {nick} 0 * :{nick} of the tests")
        self.expect(r"^:\S+ 001 ")
        self.expect(r"^:\S+ (376|422) ")
        self.nick = nick

    def sync(self):
        """Wait until everything sent before was handled."""
        token = f"sync-{len(self.seen)}-{id(self)}"
        self.send(f"PING {token}")
        self.expect(f"PONG .*{token}")

    def close(self):
        self.socket.close()


class TestCase(unittest.TestCase):
    """Cleans up servers and clients that are created through it."""

    def serve(self, *arguments, is_checked=True, **options):
        """is_checked: it must end well when the test stops it."""
        server = Server(*arguments, **options)
        self.addCleanup(server.stop, is_checked)
        return server

    def client(self, server, nick=None, address=None, password=None):
        client = server.connect(address)
        self.addCleanup(client.close)
        if nick:
            client.register(nick, password)
        return client

    def wait_until(self, condition, what):
        """Poll a condition that is not reported, such as numbers in /proc."""
        end = time.monotonic() + DEADLINE
        while not condition():
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.01)


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children(pid):
    """Processes that it started; those that have ended too, until it notices."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


def run(*arguments, stdin=b"", environment=None):
    """Run a papod that ends by itself: returns status, output, errors."""
    kept = {key: value for key, value in os.environ.items()
            if key not in ("CREDENTIALS_DIRECTORY", "JOURNAL_STREAM")}
    kept.update(environment or {})
    done = subprocess.run([PAPOD, *arguments], input=stdin, capture_output=True,
                          timeout=DEADLINE, env=kept, check=False)
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(
        errors="replace")


def limit_files(count):
    """For before_exec."""
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))


def main():
    if not os.access(PAPOD, os.X_OK):
        sys.exit(f"{PAPOD} is not there: build it, or set PAPOD")
    unittest.main(verbosity=2)
