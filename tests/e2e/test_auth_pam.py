"""papod-auth-pam: the lines of papod-checker(7) on one side, PAM with scripts as modules on the other.

The modules are those of libpam-modules: pam_exec runs the scripts, pam_deny says no. The user is
"nobody", whom every Debian has, and whose ID is not below 1000.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import papod_test

PROGRAM = os.path.join(os.path.dirname(papod_test.PAPOD), "papod-auth-pam")
USER = "nobody"
PASSWORD = 'right "\\ zoë'

# Each kind of modules decides by the exit status of a script.
SERVICE = """
{before}
auth [success=1 default=ignore] pam_exec.so expose_authtok quiet {directory}/auth
auth requisite pam_deny.so
auth required pam_permit.so
account [success=1 default=ignore] pam_exec.so quiet {directory}/account
account requisite pam_deny.so
account required pam_permit.so
"""

AUTH = """#!/bin/sh
echo "$PAM_USER $PAM_RHOST $PAM_TTY" >> {directory}/asked
password=$(tr -d '\\000')
case $password in
slow*) sleep 1 ;;
hang) echo $$ >> {directory}/hanging; exec sleep 1000 ;;
crash) kill -SEGV $PPID ;;
esac
[ "$password" = '{password}' ] || [ "$password" = slow-right ]
"""

ACCOUNT = """#!/bin/sh
[ ! -e {directory}/expired ]
"""


class Checker:
    """A papod-auth-pam with a PAM service of its own."""

    def __init__(self, *arguments, before=""):
        self.directory = tempfile.mkdtemp(prefix="papod-test-")
        os.chmod(self.directory, 0o755)
        self.write("papod", SERVICE.format(directory=self.directory, before=before), 0o644)
        self.write("auth", AUTH.format(directory=self.directory, password=PASSWORD))
        self.write("account", ACCOUNT.format(directory=self.directory))
        self.path = os.path.join(self.directory, "socket")
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(self.path)
        self.listener.listen()
        with open(os.path.join(self.directory, "log"), "wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", papod_test.PASS_SOCKETS, str(self.listener.fileno()),
                 PROGRAM, "--pam-directory", self.directory, *arguments],
                stdin=subprocess.DEVNULL, stderr=log, pass_fds=[self.listener.fileno()])

    def write(self, name, text, mode=0o755):
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), mode)
            file.write(text)

    def read(self, name):
        try:
            with open(os.path.join(self.directory, name), encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def stop(self):
        self.process.terminate()
        try:
            status = self.process.wait(papod_test.DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.listener.close()
        log = self.read("log")
        hanging = self.read("hanging")
        shutil.rmtree(self.directory)
        for number in hanging.split():  # pam_exec does not end what it has started
            os.kill(int(number), signal.SIGKILL)
        if status != 0 or PASSWORD in log or "slow-right" in log:
            raise papod_test.Failure(f"papod-auth-pam ended with status {status}: {log}")


class Connection:
    """The side of papod."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(papod_test.DEADLINE)
        self.socket.connect(path)
        self.lines = self.socket.makefile("rb")
        self.id = 0

    def send(self, **members):
        self.id += 1
        request = {"id": self.id, "kind": "password", "account": USER, "address": "192.0.2.1",
                   "listener": "tcp", "tls": False, **members}
        self.socket.sendall(json.dumps(request, ensure_ascii=False).encode() + b"\n")
        return self.id

    def read(self):
        try:
            line = self.lines.readline()
        except ConnectionResetError:  # it had not read everything
            line = b""
        return json.loads(line) if line else None

    def ask(self, **members):
        """The answer without its id."""
        number = self.send(**members)
        answer = self.read()
        assert answer.pop("id") == number
        return answer

    def close(self):
        self.lines.close()
        self.socket.close()


class AuthPam(papod_test.TestCase):
    def start(self, *arguments, **options):
        checker = Checker(*arguments, **options)
        self.addCleanup(checker.stop)
        return checker, self.connect(checker)

    def connect(self, checker):
        connection = Connection(checker.path)
        self.addCleanup(connection.close)
        return connection

    def check_refused_unasked(self, checker, connection, text, **members):
        self.assertEqual(connection.ask(**members), {"result": "no", "text": text})
        self.assertEqual(checker.read("asked"), "")

    def test_pam_decides(self):
        checker, connection = self.start()
        self.assertEqual(connection.ask(password=PASSWORD), {"result": "ok", "account": USER})
        self.assertEqual(connection.ask(password="wrong")["result"], "no")
        self.assertEqual(connection.ask(password=PASSWORD.upper())["result"], "no")
        self.assertEqual(checker.read("asked"), f"{USER} 192.0.2.1 papod\n" * 3)

    def test_an_account_that_has_expired_is_refused(self):
        checker, connection = self.start()
        checker.write("expired", "")
        self.assertEqual(connection.ask(password=PASSWORD)["result"], "no")

    def test_nobody_asks_pam_for_root_the_system_and_those_who_are_not_there(self):
        checker, connection = self.start()
        for user in ("root", "daemon"):
            self.check_refused_unasked(checker, connection, "the user belongs to the system",
                                       account=user, password=PASSWORD)
        self.check_refused_unasked(checker, connection, "there is no such user",
                                   account="papod-test-no-user", password=PASSWORD)
        self.check_refused_unasked(checker, connection, "the password is empty", password="")
        self.check_refused_unasked(checker, connection, "PAM knows no tokens", kind="token",
                                   mechanism="OAUTHBEARER", token="abc")

    def test_the_least_uid_is_an_option(self):
        _, connection = self.start("--least-uid", "1")
        self.assertEqual(connection.ask(account="daemon", password=PASSWORD),
                         {"result": "ok", "account": "daemon"})
        self.assertEqual(connection.ask(account="root", password=PASSWORD)["result"], "no")

    def test_a_slow_check_holds_no_one(self):
        _, connection = self.start()
        slow = connection.send(password="slow-right")
        quick = connection.send(password=PASSWORD)
        self.assertEqual(connection.read(), {"id": quick, "result": "ok", "account": USER})
        self.assertEqual(connection.read(), {"id": slow, "result": "ok", "account": USER})

    def test_more_than_there_are_processes_wait(self):
        _, connection = self.start("--processes", "2")
        begin = time.monotonic()
        numbers = {connection.send(password="slow-right") for _ in range(4)}
        answers = [connection.read() for _ in numbers]
        self.assertEqual({answer["id"] for answer in answers}, numbers)
        self.assertEqual({answer["result"] for answer in answers}, {"ok"})
        self.assertGreaterEqual(time.monotonic() - begin, 2)

    def test_a_check_that_hangs_is_ended(self):
        checker, connection = self.start("--timeout", "1", "--processes", "1")
        hanging = connection.send(password="hang")
        self.wait_until(lambda: checker.read("hanging"), "the script was not run")
        self.assertEqual(connection.read(), {"id": hanging, "result": "error",
                                             "text": "PAM gave no answer in time"})
        self.assertEqual(connection.ask(password=PASSWORD)["result"], "ok")

    def test_those_who_wait_too_long_are_told(self):
        checker, connection = self.start("--timeout", "1", "--processes", "1")
        connection.send(password="hang")
        busy = connection.send(password=PASSWORD)
        self.wait_until(lambda: checker.read("hanging"), "the script was not run")
        answers = {answer["id"]: answer for answer in (connection.read(), connection.read())}
        self.assertEqual(answers[busy], {"id": busy, "result": "busy",
                                         "text": "no process was free in time"})

    def test_a_crash_is_one_failed_check(self):
        _, connection = self.start()
        crash = connection.send(password="crash")
        self.assertEqual(connection.read(), {"id": crash, "result": "error",
                                             "text": "the process that asks PAM has crashed"})
        self.assertEqual(connection.ask(password=PASSWORD)["result"], "ok")

    def test_a_failure_is_not_delayed(self):
        _, connection = self.start(before="auth optional pam_faildelay.so delay=5000000")
        begin = time.monotonic()
        self.assertEqual(connection.ask(password="wrong")["result"], "no")
        self.assertLess(time.monotonic() - begin, 4)

    def test_no_more_than_64_are_under_way(self):
        _, connection = self.start("--processes", "1", "--timeout", "1")
        connection.socket.sendall(b"".join(
            json.dumps({"id": 1 + i, "kind": "password", "account": USER,
                        "password": "hang"}).encode() + b"\n" for i in range(80)))
        answers = [connection.read() for _ in range(80)]
        self.assertEqual(answers[:16], [
            {"id": 65 + i, "result": "busy", "text": "too many requests have no answer yet"}
            for i in range(16)])
        self.assertEqual({answer["id"] for answer in answers[16:]}, set(range(1, 65)))

    def test_nonsense_closes_its_connection_only(self):
        checker, other = self.start()
        for line in (b"GET / HTTP/1.0\n", b'{"id":1}\n', b'{"id":1,"kind":"password"}\n',
                     b"x" * 70000):
            connection = self.connect(checker)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.socket.sendall(line)
            self.assertIsNone(connection.read())
        self.assertEqual(other.ask(password=PASSWORD)["result"], "ok")
        self.assertEqual(checker.read("log").count("does not understand papod"), 4)

    def test_a_later_kind_of_request_is_an_error(self):
        _, connection = self.start()
        self.assertEqual(connection.ask(kind="fingerprint"),
                         {"result": "error", "text": "papod asks for something new"})

    def test_who_hangs_up_is_forgotten(self):
        checker, connection = self.start("--processes", "1")
        connection.send(password="hang")
        self.wait_until(lambda: checker.read("hanging"), "the script was not run")
        connection.send(password="slow-right")
        connection.close()
        self.assertEqual(self.connect(checker).ask(password=PASSWORD)["result"], "ok")
        self.assertNotIn("slow", checker.read("asked"))

    def test_without_its_service_pam_is_an_error(self):
        checker, connection = self.start("--service", "papod-test-no-service")
        self.assertEqual(connection.ask(password=PASSWORD)["result"], "error")
        self.assertEqual(checker.read("asked"), "")

    def test_without_its_socket_it_does_not_start(self):
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("LISTEN_FDS", "LISTEN_PID", "JOURNAL_STREAM")}
        done = subprocess.run([PROGRAM], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=papod_test.DEADLINE, check=False, env=environment)
        self.assertEqual(done.returncode, 64)
        self.assertIn("start papod-auth-pam.socket", done.stderr)

    def test_its_options_are_checked(self):
        for arguments in (["--least-uid", "0"], ["--processes", "65"], ["--timeout", "x"],
                          ["--nonsense"], ["nonsense"]):
            done = subprocess.run([PROGRAM, *arguments], stdin=subprocess.DEVNULL,
                                  capture_output=True, timeout=papod_test.DEADLINE, check=False)
            self.assertEqual(done.returncode, 64, arguments)
        done = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=True,
                              timeout=papod_test.DEADLINE)
        for name in ("least-uid", "pam-directory", "processes", "service", "timeout"):
            self.assertIn(f"--{name} ", done.stdout)


if __name__ == "__main__":
    papod_test.main()
