"""papod --backup, with a papod that answers well and with some that do not."""

import contextlib
import json
import os
import pty
import pwd
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import tempfile
import threading
import time

import papod_test
import service_manager

DATABASE = "accounts.db"
CALL = {"method": "io.github.papod.Control.Backup"}


class FakePapod:
    """Accepts one caller at a control socket, and answers its call with these bytes and a file."""

    def __init__(self, directory, answer=b"", content=None, delay=0):
        self.call = None
        self.delay = delay
        self.answer = answer
        self.content = content
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.settimeout(papod_test.DEADLINE)
        self.listener.bind(os.path.join(directory, "control.sock"))
        self.listener.listen(1)
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self):
        caller, _ = self.listener.accept()
        with caller:
            got = b""
            while not got.endswith(b"\0"):
                got += caller.recv(4096)
            self.call = json.loads(got[:-1])
            time.sleep(self.delay)
            if self.content is None:
                caller.sendall(self.answer)
                return
            with tempfile.TemporaryFile() as file:
                file.write(self.content)
                file.seek(0)
                socket.send_fds(caller, [self.answer], [file.fileno()])

    def close(self):
        self.thread.join()
        self.listener.close()


class CommandLine(papod_test.TestCase):
    """The side of the caller."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="papod-test-")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.file = os.path.join(self.directory, "backup.db")

    def back_up(self, *arguments):
        return papod_test.run("--backup", *(arguments or (self.file,)),
                              environment={"STATE_DIRECTORY": self.directory})

    def back_up_from(self, answer, content=None, name=None):
        """Returns the exit status and what was printed."""
        if not isinstance(answer, bytes):
            answer = json.dumps(answer).encode() + b"\0"
        fake = FakePapod(self.directory, answer, content)
        status, output, errors = self.back_up(name or self.file)
        fake.close()
        os.unlink(os.path.join(self.directory, "control.sock"))
        self.assertEqual(fake.call, CALL)
        self.assertEqual(output, "")
        self.assertFalse(os.path.exists(self.file + ".new"))
        return status, errors

    def write(self, text):
        with open(self.file, "w", encoding="ascii") as file:
            file.write(text)

    def read(self):
        with open(self.file, "rb") as file:
            return file.read()

    def test_the_file_is_replaced_when_the_copy_is_complete(self):
        content = os.urandom(300000)
        self.write("before")
        os.chmod(self.file, 0o644)
        answer = {"parameters": {"fileDescriptor": 0, "size": len(content)}}
        self.assertEqual(self.back_up_from(answer, content), (0, ""))
        self.assertEqual(self.read(), content)
        self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o600)

    def test_a_file_of_an_interrupted_backup_is_no_obstacle(self):
        with open(self.file + ".new", "w", encoding="ascii") as file:
            file.write("half")
        self.assertEqual(self.back_up_from({"parameters": {"size": 8}}, b"accounts"), (0, ""))
        self.assertEqual(self.read(), b"accounts")

    def test_nobody_answers(self):
        status, _, errors = self.back_up()
        self.assertEqual(status, 69)
        self.assertIn("papod does not run, or is just being restarted", errors)
        self.assertIn(f"{self.directory}/control.sock", errors)
        stale = socket.socket(socket.AF_UNIX)
        stale.bind(os.path.join(self.directory, "control.sock"))
        stale.close()
        self.assertEqual(self.back_up()[0], 69)
        self.assertEqual(os.listdir(self.directory), ["control.sock"])

    def test_the_service_is_called_without_a_state_directory(self):
        environment = {key: value for key, value in os.environ.items() if key != "STATE_DIRECTORY"}
        done = subprocess.run([papod_test.PAPOD, "--backup", self.file], env=environment, capture_output=True,
                              text=True, timeout=papod_test.DEADLINE, check=False)
        self.assertIn(done.returncode, (69, 77))
        self.assertIn("/papod/control.sock", done.stderr)

    def test_who_may_not_connect_learns_who_may(self):
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(os.path.join(self.directory, "control.sock"))
        listener.listen(1)
        os.chmod(os.path.join(self.directory, "control.sock"), 0)
        nobody = pwd.getpwnam("nobody")
        programs = tempfile.TemporaryDirectory(prefix="papod-test-")
        self.addCleanup(programs.cleanup)
        os.chmod(programs.name, 0o755)
        program = shutil.copy(papod_test.PAPOD, programs.name)

        def become_nobody():
            if os.geteuid() == 0:
                os.setgroups([])
                os.setresgid(nobody.pw_gid, nobody.pw_gid, nobody.pw_gid)
                os.setresuid(nobody.pw_uid, nobody.pw_uid, nobody.pw_uid)

        done = subprocess.run([program, "--backup", self.file], preexec_fn=become_nobody,
                              env={**os.environ, "STATE_DIRECTORY": self.directory}, capture_output=True,
                              text=True, timeout=papod_test.DEADLINE, check=False)
        self.assertEqual(done.returncode, 77, done.stderr)
        self.assertIn("only for the user who has started that papod", done.stderr)

    def test_the_reason_of_a_refusal_is_printed(self):
        self.write("before")
        status, errors = self.back_up_from({"error": "io.github.papod.Control.BackupFailed",
                                            "parameters": {"reason": "no space is left"}})
        self.assertEqual((status, errors), (69, "papod: papod could not copy its database: no space is left\n"))
        self.assertEqual(self.read(), b"before")

    def test_another_release_is_recognised(self):
        status, errors = self.back_up_from({"error": "org.varlink.service.MethodNotFound", "parameters": {
            "method": "io.github.papod.Control.Backup"}})
        self.assertEqual(status, 76)
        self.assertIn("org.varlink.service.MethodNotFound; is it of the same release?", errors)

    def test_nonsense_is_refused(self):
        for answer in (b"{\0", b"[]\0", {}, {"parameters": {"size": 7}}, b"x" * 70000, b"{}\0{}\0"):
            with self.subTest(answer):
                self.assertEqual(self.back_up_from(answer)[0], 76)
        self.assertEqual(self.back_up_from({"parameters": {"size": "7"}}, b"content")[0], 76)
        self.assertEqual(os.listdir(self.directory), [])

    def test_a_restart_meanwhile_is_reported(self):
        for answer in (b"", b"{"):
            with self.subTest(answer):
                status, errors = self.back_up_from(answer)
                self.assertEqual(status, 75)
                self.assertIn("papod was restarted or stopped before the backup was complete; try again", errors)

    def test_a_copy_that_is_too_short_is_none(self):
        self.write("before")
        status, errors = self.back_up_from({"parameters": {"size": 9}}, b"accounts")
        self.assertEqual((status, errors), (74, "papod: the copy ends after 8 of 9 bytes\n"))
        self.assertEqual(self.read(), b"before")

    def test_only_files_are_replaced(self):
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(os.path.join(self.directory, "control.sock"))
        listener.listen(8)
        for name in ("/dev/null", os.path.join(self.directory, "control.sock")):
            with self.subTest(name):
                status, _, errors = self.back_up(name)
                self.assertEqual((status, errors), (73, f"papod: {name} is not a file; name one\n"))
        status, _, errors = self.back_up(os.path.join(self.directory, "missing", "backup.db"))
        self.assertEqual(status, 73)
        self.assertIn("missing/backup.db.new cannot be written: No such file or directory", errors)

    def test_a_copy_goes_to_standard_output(self):
        for stdout, wanted in ((subprocess.PIPE, 0), ("/dev/full", 74)):
            with self.subTest(stdout):
                fake = FakePapod(self.directory, b'{"parameters":{"size":8}}\0', b"accounts")
                file = open(stdout, "wb") if isinstance(stdout, str) else stdout
                done = subprocess.run([papod_test.PAPOD, "--backup", "-"], stdout=file, stderr=subprocess.PIPE,
                                      env={**os.environ, "STATE_DIRECTORY": self.directory},
                                      timeout=papod_test.DEADLINE, check=False)
                fake.close()
                os.unlink(os.path.join(self.directory, "control.sock"))
                self.assertEqual(done.returncode, wanted, done.stderr)
                if wanted == 0:
                    self.assertEqual(done.stdout, b"accounts")
                else:
                    file.close()

    def test_who_waits_at_a_terminal_sees_why(self):
        fake = FakePapod(self.directory, b'{"parameters":{"size":3145728}}\0', bytes(3 << 20), delay=1.5)
        terminal, other_end = pty.openpty()
        process = subprocess.Popen([papod_test.PAPOD, "--backup", "-"], stdout=subprocess.PIPE, stderr=other_end,
                                   env={**os.environ, "STATE_DIRECTORY": self.directory})
        os.close(other_end)
        shown = os.read(terminal, 1024)
        first = os.read(process.stdout.fileno(), 1)
        time.sleep(1.2)  # as a slow disk
        self.assertEqual(len(first + process.stdout.read()), 3 << 20)
        while b"MiB" not in shown:
            shown += os.read(terminal, 1024)
        self.assertEqual(process.wait(papod_test.DEADLINE), 0)
        process.stdout.close()
        os.close(terminal)
        fake.close()
        self.assertRegex(shown, b"^papod: the server is copying its database\r\n\rpapod: [0-3] of 3 MiB")


class Databases(papod_test.TestCase):
    """A real papod, whose database has many accounts."""

    COUNT = 40000

    def setUp(self):
        papod_test.begin_to_wait()
        self.directory = self.enterContext(tempfile.TemporaryDirectory(prefix="papod-test-"))
        self.file = os.path.join(self.directory, "backup.db")
        self.state = os.path.join(self.directory, "state")
        os.mkdir(self.state, 0o700)

    def serve_from(self, state):
        return self.serve(environment={"STATE_DIRECTORY": state})

    def fill(self, state, count=COUNT):
        """While no papod runs."""
        papod_test.Server(environment={"STATE_DIRECTORY": state}).stop()
        with contextlib.closing(sqlite3.connect(os.path.join(state, DATABASE))) as database, database:
            database.executemany(
                "INSERT INTO accounts (version, name, folded, created, verifier, rest) VALUES (1, ?, ?, 1, ?, X'')",
                ((f"Ana{i}", f"ana{i}", "x" * 100) for i in range(count)))

    def back_up(self, file=None, state=None):
        return papod_test.run("--backup", file or self.file, environment={"STATE_DIRECTORY": state or self.state})

    def names_in(self, file):
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
            self.assertEqual(copy.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            return [name for name, in copy.execute("SELECT name FROM accounts ORDER BY id")]

    def assert_complete(self, file=None, count=COUNT):
        self.assertEqual(self.names_in(file or self.file), [f"Ana{i}" for i in range(count)])

    def test_a_restored_backup_has_all_accounts(self):
        self.fill(self.state)
        server = self.serve_from(self.state)
        self.assertEqual(self.back_up(), (0, "", ""))
        server.wait_for_log("A backup was made")
        self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o600)
        self.assert_complete()
        other = os.path.join(self.directory, "other")
        os.mkdir(other, 0o700)
        shutil.copy(self.file, os.path.join(other, DATABASE))
        self.serve_from(other)
        self.assertEqual(self.back_up(state=other), (0, "", ""))
        self.assert_complete()

    def test_what_was_acknowledged_before_is_in_the_copy(self):
        self.fill(self.state)
        server = self.serve("accounts: { registrations_per_address = 0; };\n"
                            'classes = ( { name = "all"; flood_rate = 0; clients_per_address = 0; } );\n',
                            environment={"STATE_DIRECTORY": self.state})
        acknowledged, stops = [], threading.Event()

        def register_accounts(number):
            for i in range(1000):
                if stops.is_set():
                    return
                name = f"bea-{number}-{i}"
                client = server.register(name)
                client.send(f"REGISTER * * secret-{name}")
                client.expect(f"REGISTER SUCCESS {name} ")
                acknowledged.append(name)
                client.close()

        threads = [threading.Thread(target=register_accounts, args=(i,)) for i in range(3)]
        for thread in threads:
            thread.start()
        try:
            for i in range(10):
                self.wait_until(lambda n=i: len(acknowledged) >= n * 3, "accounts are registered")
                before = list(acknowledged)
                self.assertEqual(self.back_up(), (0, "", ""))
                self.assertEqual(set(before) - set(self.names_in(self.file)), set())
        finally:
            stops.set()
            for thread in threads:
                thread.join()
        self.assertEqual(self.back_up(), (0, "", ""))
        names = self.names_in(self.file)
        self.assertEqual(names[:self.COUNT], [f"Ana{i}" for i in range(self.COUNT)])
        self.assertEqual(sorted(names[self.COUNT:]), sorted(acknowledged))

    def test_several_at_once_get_the_same(self):
        self.fill(self.state)
        witness = self.client(self.serve_from(self.state), "witness")
        files = [f"{self.file}.{i}" for i in range(8)]
        processes = [subprocess.Popen([papod_test.PAPOD, "--backup", file],
                                      env={**os.environ, "STATE_DIRECTORY": self.state}) for file in files]
        slowest = 0.0
        while any(process.poll() is None for process in processes):
            begin = time.monotonic()
            witness.sync()
            slowest = max(slowest, time.monotonic() - begin)
        self.assertEqual([process.wait() for process in processes], [0] * len(files))
        for file in files:
            self.assert_complete(file)
        if "PAPOD_SANITIZERS" not in os.environ:
            self.assertLess(slowest, 1)

    def wait_for_moment(self, i, process, state):
        """First while the copy is made, then at any time."""
        while i < 5 and not os.path.exists(os.path.join(state, "backup.db.new")) and process.poll() is None:
            time.sleep(0.001)
        time.sleep(i % 5 * 0.01)

    def test_after_a_death_in_the_middle_it_is_tried_again(self):
        papod = service_manager.Papod(restarts=True)
        self.addCleanup(papod.close)
        self.fill(papod.path("state"))
        papod.start()
        state, statuses = papod.path("state"), []
        for i in range(10):
            process = subprocess.Popen([papod_test.PAPOD, "--backup", self.file], stderr=subprocess.PIPE,
                                       env={**os.environ, "STATE_DIRECTORY": state})
            self.wait_for_moment(i, process, state)
            starts = papod.n_starts
            papod.kill()
            _, errors = process.communicate(timeout=papod_test.DEADLINE)
            statuses.append(process.returncode)
            self.assertIn(process.returncode, (0, 69, 75), errors)
            self.assertFalse(os.path.exists(self.file + ".new"))
            if process.returncode == 0:
                self.assert_complete()
                os.unlink(self.file)
            self.assertFalse(os.path.exists(self.file))
            papod.wait_for_start(starts + 1)
            self.assertEqual([name for name in os.listdir(state) if "backup" in name], [])
        self.assertIn(75, statuses)
        self.assertEqual(self.back_up(state=state), (0, "", ""))
        self.assert_complete()

    def test_a_handover_in_the_middle_is_reported(self):
        self.fill(self.state)
        server, statuses = self.serve_from(self.state), []
        witness = self.client(server, "witness")
        for i in range(10):
            process = subprocess.Popen([papod_test.PAPOD, "--backup", self.file], stderr=subprocess.PIPE,
                                       env={**os.environ, "STATE_DIRECTORY": self.state})
            self.wait_for_moment(i, process, self.state)
            position = server.log_position()
            server.process.send_signal(signal.SIGUSR2)
            _, errors = process.communicate(timeout=papod_test.DEADLINE)
            statuses.append(process.returncode)
            self.assertIn(process.returncode, (0, 69, 75), errors)
            self.assertIn(b"restarted", errors or b"restarted")
            if process.returncode == 0:
                self.assert_complete()
            server.wait_for_log("The server is ready", position)
            witness.sync()
        self.assertIn(75, statuses)
        self.assertEqual(self.back_up(), (0, "", ""))
        self.assert_complete()
        self.assertEqual([name for name in os.listdir(self.state) if "backup" in name], [])


class Histories(papod_test.TestCase):
    """papod --backup DIRECTORY: what was said, too."""

    CONFIG = ('classes = ( { name = "all"; flood_rate = 0; clients_per_address = 0;'
              ' send_queue = "64 MiB"; } );\n'
              "accounts = { registrations_per_address = 0; };\n"
              "history = { enabled = true; events = false; };\n")

    def setUp(self):
        papod_test.begin_to_wait()
        self.directory = self.enterContext(tempfile.TemporaryDirectory(prefix="papod-test-"))
        self.copies = os.path.join(self.directory, "copies")
        self.state = os.path.join(self.directory, "state")
        os.mkdir(self.copies)
        os.mkdir(self.state, 0o700)

    def serve_from(self, state, config=CONFIG):
        return self.serve(config, environment={"STATE_DIRECTORY": state})

    def back_up(self):
        return papod_test.run("--backup", self.copies, environment={"STATE_DIRECTORY": self.state})

    def texts(self):
        with contextlib.closing(sqlite3.connect(f"file:{self.copies}/history.db?mode=ro", uri=True)) as copy:
            self.assertEqual(copy.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            return [text for text, in copy.execute("SELECT text FROM messages ORDER BY id")]

    def enter(self, server, nick):
        client = self.client(server, nick)
        client.send("CAP REQ :echo-message batch draft/chathistory", "JOIN #a")
        client.expect(" 366 ")
        return client

    def test_a_restored_backup_has_what_was_said(self):
        server = self.serve_from(self.state)
        ana = self.enter(server, "ana")
        ana.send("REGISTER * * correct-horse")
        ana.expect("REGISTER SUCCESS")
        ana.send("CS REGISTER #a", "PRIVMSG #a :before the backup")
        ana.expect("ana!.* PRIVMSG #a :before the backup")
        self.assertEqual(self.back_up(), (0, "", ""))
        server.wait_for_log("A backup was made")
        self.assertEqual(sorted(os.listdir(self.copies)), ["accounts.db", "history.db"])
        for name in os.listdir(self.copies):
            self.assertEqual(stat.S_IMODE(os.stat(os.path.join(self.copies, name)).st_mode), 0o600)
        self.assertEqual([name for name in os.listdir(self.state) if "backup" in name], [])
        other = os.path.join(self.directory, "other")
        shutil.copytree(self.copies, other)
        os.chmod(other, 0o700)
        bea = self.enter(self.serve_from(other), "bea")
        bea.send("CHATHISTORY LATEST #a * 10")
        bea.expect("ana!.* PRIVMSG #a :before the backup")
        bea.expect("BATCH -")

    def test_without_history_there_are_only_accounts(self):
        self.serve_from(self.state, "")
        self.assertEqual(self.back_up(), (0, "", ""))
        self.assertEqual(os.listdir(self.copies), ["accounts.db"])

    def test_a_history_that_cannot_be_used_is_reported(self):
        with open(os.path.join(self.state, "history.db"), "wb") as file:
            file.write(b"x" * 4096)
        server = self.serve_from(self.state)
        server.wait_for_log("history")
        status, _, errors = self.back_up()
        self.assertEqual((status, errors), (69, "papod: papod could not copy its database: the history cannot be"
                                                " used; the log says why\n"))

    def test_what_was_heard_before_is_in_the_copy(self):
        server = self.serve_from(self.state)
        ana, stops = self.enter(server, "ana"), threading.Event()

        def talk(client):
            while not stops.is_set():
                client.send("PRIVMSG #a :between")
                client.expect("bea!.* PRIVMSG #a :between")

        thread = threading.Thread(target=talk, args=(self.enter(server, "bea"),))
        thread.start()
        try:
            for i in range(10):
                ana.send(f"PRIVMSG #a :number {i}")
                ana.expect(f"ana!.* PRIVMSG #a :number {i}$")
                self.assertEqual(self.back_up(), (0, "", ""))
                self.assertEqual([text for text in self.texts() if text != "between"],
                                 [f"number {n}" for n in range(i + 1)])
        finally:
            stops.set()
            thread.join()

    def fill(self):
        """While no papod runs."""
        self.serve_from(self.state).stop()
        with contextlib.closing(sqlite3.connect(os.path.join(self.state, "history.db"))) as database, database:
            database.executemany(
                "INSERT INTO messages (id, target, verb, birth, source, text) VALUES (?, 5, 1, 0, 'a!b@c', ?)",
                ((i + 1, "x" * 300) for i in range(200000)))

    def test_who_talks_does_not_wait_for_a_copy_and_a_restart_ends_it(self):
        self.fill()
        server, statuses = self.serve_from(self.state), []
        witness, slowest = self.enter(server, "witness"), 0.0
        for i in range(4):
            process = subprocess.Popen([papod_test.PAPOD, "--backup", self.copies], stderr=subprocess.PIPE,
                                       env={**os.environ, "STATE_DIRECTORY": self.state})
            self.wait_until(lambda: os.path.exists(os.path.join(self.state, "backup-history.db.new"))
                            or process.poll() is not None, "the copy begins")
            for n in range(5 if i % 2 else 0):
                begin = time.monotonic()
                witness.send(f"PRIVMSG #a :{i}.{n}", "CHATHISTORY LATEST #a * 1")
                witness.expect(f"PRIVMSG #a :{i}.{n}$")
                witness.expect("BATCH -")
                slowest = max(slowest, time.monotonic() - begin)
            position = server.log_position()
            server.process.send_signal(signal.SIGUSR2)
            _, errors = process.communicate(timeout=papod_test.DEADLINE)
            statuses.append(process.returncode)
            self.assertIn(process.returncode, (0, 69, 75), errors)
            server.wait_for_log("The server is ready", position)
            witness.sync()
        self.assertIn(75, statuses)
        self.assertEqual(self.back_up(), (0, "", ""))
        self.assertEqual([text for text in self.texts() if not text.startswith("x")],
                         [f"{i}.{n}" for i in (1, 3) for n in range(5)])
        self.assertEqual([name for name in os.listdir(self.state) if "backup" in name], [])
        if "PAPOD_SANITIZERS" not in os.environ:
            self.assertLess(slowest, 2)


if __name__ == "__main__":
    papod_test.main()
