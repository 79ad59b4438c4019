"""A service manager for tests: does what systemd does for one service with sockets.

It starts the service with its listening sockets, receives its notifications, stores descriptors for
it (FDSTORE=1) and passes them to the next process: see sd_notify(3), sd_listen_fds(3) and
FileDescriptorStoreMax= in systemd.service(5). One thread receives everything; messages of a process
are handled before its end, as in systemd.
"""

import array
import fcntl
import os
import re
import select
import shutil
import signal
import socket
import struct
import tempfile
import threading
import time

import papod_test

FIRST_FD = 3  # SD_LISTEN_FDS_START
FDS_IN_MESSAGE = 253
# Only the process itself knows its id.
EXECUTE = 'LISTEN_PID=$$ && export LISTEN_PID && exec "$@"'

DEAD = "dead"
STARTING = "starting"
RUNNING = "running"
RELOADING = "reloading"
STOPPING = "stopping"


class Stored:
    """A descriptor in the store."""

    def __init__(self, name, fd):
        self.name = name
        self.fd = fd
        status = os.fstat(fd)
        # The ends of a pipe are one file.
        self.identity = (status.st_dev, status.st_ino, fcntl.fcntl(fd, fcntl.F_GETFL))


class Service:
    """A service and its manager. sockets are pairs of a name (FileDescriptorName=) and a
    listening socket, which stay the caller's."""

    def __init__(self, arguments, environment=None, sockets=(), store_max=64, restarts=False,
                 preserves=False):
        self.arguments = list(arguments)
        self.environment = dict(environment or {})
        self.sockets = list(sockets)
        self.store_max = store_max
        self.restarts = restarts  # Restart=always
        self.preserves = preserves  # FileDescriptorStorePreserve=yes
        self.changed = threading.Condition(threading.RLock())
        self.state = DEAD
        self.pid = None
        self.status = None  # exit status of the last process; a signal is negative
        self.n_starts = 0
        self.messages = []  # all messages, each as a dictionary
        self.strangers = []  # messages of other processes
        self._lines = []
        self.stored = []  # newest first, as they are passed
        self._is_kept = True  # whether the store is kept when the process ends
        self._actions = {}
        self._logs = {}  # by pipe, a partial line
        self._directory = tempfile.mkdtemp(prefix="papod-test-manager-")
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._notify.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._notify.setblocking(False)
        self._notify.bind(os.path.join(self._directory, "notify"))
        self._epoll = select.epoll()
        self._watch(self._notify.fileno(), self._hear)
        self._wake = os.eventfd(0, os.EFD_CLOEXEC)
        self._epoll.register(self._wake, select.EPOLLIN)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    # Actions of tests

    def start(self, waits=True):
        """Starts a process; returns once it is ready, unless told not to wait."""
        with self.changed:
            if self.pid is not None:
                raise papod_test.Failure("it runs already")
            self._spawn()
        if waits:
            self.wait_for_state(RUNNING)

    def kill(self, number=signal.SIGKILL):
        with self.changed:
            if self.pid is None:
                raise papod_test.Failure("there is no process to send a signal to")
            os.kill(self.pid, number)

    def restart(self, waits=True):
        """Like systemctl restart: the store stays."""
        self._end(is_kept=True)
        self.start(waits)

    def stop(self):
        """Like systemctl stop: the store is dropped, unless it is preserved. Returns the exit
        status."""
        return self._end(is_kept=self.preserves)

    def wait_for_state(self, state):
        """A process that ends instead is a failure, unless it is restarted."""
        def is_there():
            if self.state == DEAD and state != DEAD and not self.restarts:
                raise papod_test.Failure(
                    f"it ended with {self.status}, not {state}: {self.log[-30:]}")
            return self.state == state
        self.wait_until(is_there, f"not {state}")

    def wait_for_start(self, number):
        """Wait until the process with that number, from 1, is ready."""
        self.wait_until(lambda: self.n_starts >= number and self.state == RUNNING,
                        f"start {number} did not come")

    def wait_for_message(self, after=0, **fields):
        """Wait for the first message after the given number whose fields match these patterns."""
        def find():
            for message in self.messages[after:]:
                if all(re.search(pattern, message.get(key, "")) and key in message
                       for key, pattern in fields.items()):
                    return message
            return None
        return self.wait_until(find, f"not told: {fields}")

    @property
    def log(self):
        """What its processes have logged before this call, all of it."""
        with self.changed:
            if not self._epoll.closed:
                for pipe in list(self._logs):
                    self._read_log(pipe)
            return list(self._lines)

    def wait_for_log(self, pattern, after=0):
        return self.wait_until(
            lambda: next((line for line in self.log[after:] if re.search(pattern, line)), None),
            f"{pattern!r} is not in the log")

    def wait_until(self, condition, what):
        """Wait until the condition is true and return its value; it is called whenever something
        arrives."""
        end = time.monotonic() + papod_test.DEADLINE
        with self.changed:
            while not (value := condition()):
                if not self.changed.wait(end - time.monotonic()):
                    raise papod_test.Failure(
                        f"{what}; {self.state}, told {self.messages[-5:]}, log {self.log[-30:]}")
            return value

    def stored_names(self):
        with self.changed:
            return [one.name for one in self.stored]

    def close(self):
        """Ends everything; a running process is killed."""
        if self._epoll.closed:
            return
        with self.changed:
            self.restarts = False
            self._is_kept = False
            if self.pid is not None:
                os.kill(self.pid, signal.SIGKILL)
        self.wait_for_state(DEAD)
        os.eventfd_write(self._wake, 1)
        self._reader.join()
        self._drop(lambda one: True)
        for fd in list(self._actions):
            if fd != self._notify.fileno():
                self._forget(fd)
        self._epoll.close()
        os.close(self._wake)
        self._notify.close()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _end(self, is_kept):
        with self.changed:
            restarts, self.restarts = self.restarts, False
            self._is_kept = is_kept
            if self.pid is not None:
                os.kill(self.pid, signal.SIGTERM)
            elif not is_kept:
                self._drop(lambda one: True)
        self.wait_for_state(DEAD)
        with self.changed:
            self.restarts = restarts
            self._is_kept = True
            return self.status

    # Starting

    def _spawn(self):
        self._hear()
        fds = [one.fileno() for _, one in self.sockets] + [one.fd for one in self.stored]
        names = [name for name, _ in self.sockets] + [one.name for one in self.stored]
        environment = {key: value for key, value in os.environ.items()
                       if key not in ("JOURNAL_STREAM", "CREDENTIALS_DIRECTORY", "LISTEN_PID",
                                      "RUNTIME_DIRECTORY", "STATE_DIRECTORY", "WATCHDOG_PID",
                                      "WATCHDOG_USEC")}
        environment.update(self.environment)
        environment.update(NOTIFY_SOCKET=self._notify.getsockname())
        if fds:
            environment.update(LISTEN_FDS=str(len(fds)), LISTEN_FDNAMES=":".join(names))
        self.state = STARTING
        self.n_starts += 1
        self.pid = self._execute(environment, fds)
        pidfd = os.pidfd_open(self.pid)
        self._watch(pidfd, lambda: self._bury(pidfd))
        self.changed.notify_all()

    def _execute(self, environment, fds):
        from_child, to_manager = os.pipe2(os.O_CLOEXEC)
        # Move them out of the way of their final numbers.
        high = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, FIRST_FD + len(fds)) for fd in fds]
        actions = [(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                   (os.POSIX_SPAWN_DUP2, to_manager, 2)]
        actions += [(os.POSIX_SPAWN_DUP2, fd, FIRST_FD + i) for i, fd in enumerate(high)]
        try:
            pid = os.posix_spawn("/bin/sh", ["sh", "-c", EXECUTE, "sh", *self.arguments],
                                 environment, file_actions=actions, setsigmask=())
        finally:
            for fd in (to_manager, *high):
                os.close(fd)
        os.set_blocking(from_child, False)
        self._logs[from_child] = b""
        self._watch(from_child, lambda: self._read_log(from_child))
        return pid

    # Receiving; all in the reader thread, or with the lock

    def _watch(self, fd, action):
        self._actions[fd] = action
        self._epoll.register(fd, select.EPOLLIN)

    def _forget(self, fd):
        del self._actions[fd]
        self._epoll.unregister(fd)
        os.close(fd)

    def _read(self):
        while True:
            self._epoll.poll(maxevents=1)
            with self.changed:
                if not self._act():
                    return
                self.changed.notify_all()

    def _act(self):
        """Handle one event. It is polled with the lock and handled before the next one, so its
        descriptor cannot have been closed and reused meanwhile."""
        for fd, events in self._epoll.poll(0, maxevents=1):
            if fd == self._wake:
                return False
            if fd in self._actions:
                self._actions[fd]()
            elif events & (select.EPOLLHUP | select.EPOLLERR):
                self._drop(lambda one, fd=fd: one.fd == fd)
        return True

    def _read_log(self, fd):
        """Read all that is available."""
        got = None
        try:
            while got != b"":
                got = os.read(fd, 65536)
                *lines, self._logs[fd] = (self._logs[fd] + got).split(b"\n")
                self._lines += [line.decode(errors="replace") for line in lines]
        except BlockingIOError:
            return
        rest = self._logs.pop(fd)
        self._lines += [rest.decode(errors="replace")] if rest else []
        self._forget(fd)

    def _bury(self, pidfd):
        self._hear()
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if not pid:
            return
        self._forget(pidfd)
        self.status = os.waitstatus_to_exitcode(status)
        self.pid = None
        self.state = DEAD
        if not self._is_kept:
            self._drop(lambda one: True)
        if self.restarts:
            self._spawn()

    def _hear(self):
        room = socket.CMSG_SPACE(FDS_IN_MESSAGE * 4) + socket.CMSG_SPACE(12)
        while True:
            try:
                data, ancillary, flags, _ = self._notify.recvmsg(
                    65536, room, socket.MSG_CMSG_CLOEXEC)
            except BlockingIOError:
                return
            fds = array.array("i")
            pid = None
            for level, kind, content in ancillary:
                if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                    fds.frombytes(content[:len(content) - len(content) % fds.itemsize])
                elif (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
                    pid = struct.unpack("iII", content)[0]
            assert not flags & (socket.MSG_CTRUNC | socket.MSG_TRUNC)
            # Log lines that the process wrote before this message must be read first.
            for log in list(self._logs):
                self._read_log(log)
            for fd in self._handle(pid, data.decode(errors="replace"), list(fds)):
                os.close(fd)

    def _handle(self, pid, text, fds):
        """Returns the descriptors that are not stored."""
        message = dict(line.split("=", 1) for line in text.split("\n") if "=" in line)
        if pid != self.pid:
            # NotifyAccess=main. A barrier is passed by closing it, whoever sent it.
            self.strangers.append(message)
            return fds
        self.messages.append(message)
        for key, state in (("READY", RUNNING), ("RELOADING", RELOADING), ("STOPPING", STOPPING)):
            if message.get(key) == "1":
                self.state = state
        name = message.get("FDNAME", "stored")
        if message.get("FDSTOREREMOVE") == "1":
            self._drop(lambda one: one.name == name)
        elif message.get("FDSTORE") == "1":
            return [fd for fd in fds if not self._store(name, fd, message.get("FDPOLL") != "0")]
        return fds

    def _store(self, name, fd, is_polled):
        new = Stored(name, fd)
        if len(self.stored) >= self.store_max or any(
                one.identity == new.identity for one in self.stored):
            return False
        self.stored.insert(0, new)
        if is_polled:
            try:
                self._epoll.register(fd, 0)
            except PermissionError:
                pass  # a file or memory, which has no events
        return True

    def _drop(self, is_meant):
        for one in [one for one in self.stored if is_meant(one)]:
            self.stored.remove(one)
            try:
                self._epoll.unregister(one.fd)
            except (FileNotFoundError, PermissionError):
                pass
            os.close(one.fd)


# A SIGSEGV from a test may arrive while a sanitizer holds its own locks, and then its report would
# hang.
LET_DIE = "handle_segv=0"


class Papod(Service):
    """The built papod as such a service, with a listening socket, a state directory and a
    configuration of its own."""

    def __init__(self, config="", wrapper=(), environment=None, files=None, **options):
        self.directory = tempfile.mkdtemp(prefix="papod-test-")
        self.write("papod.conf", config)
        for name, text in (files or {}).items():
            self.write(name, text)
        os.mkdir(self.path("state"), 0o700)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.address = self.listener.getsockname()
        super().__init__(
            [*wrapper, papod_test.PAPOD, "--config", self.path("papod.conf")],
            {"STATE_DIRECTORY": self.path("state"), "ASAN_OPTIONS": LET_DIE, **(environment or {})},
            [("papod.socket", self.listener), *options.pop("sockets", ())], **options)

    path = papod_test.Server.path
    write = papod_test.Server.write

    def connect(self, address=None, **options):
        return papod_test.Client(address or self.address, **options)

    def register(self, nick):
        client = self.connect()
        client.register(nick)
        return client

    def cpu_seconds(self):
        return papod_test.cpu_seconds(self.pid)

    def count_files(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def close(self):
        super().close()
        self.listener.close()
        shutil.rmtree(self.directory, ignore_errors=True)


class TestCase(papod_test.TestCase):
    """One papod that is restarted, and clients that talk on #a."""

    OPEN = 'classes = ( { name = "all"; flood_rate = 0; } );\n'

    def papod(self, program=papod_test.PAPOD):
        papod = Papod(self.OPEN, restarts=True)
        self.addCleanup(papod.close)
        papod.arguments[papod.arguments.index(papod_test.PAPOD)] = program
        papod.start()
        return papod

    def enter(self, papod, nick):
        client = papod.connect()
        self.addCleanup(client.close)
        client.register(nick)
        client.send("JOIN #a")
        client.expect(" 366 ")
        return client

    def talk(self, ana, bea, text):
        """The next line is exactly this one: nothing was lost, doubled or added."""
        ana.send(f"PRIVMSG #a :{text}")
        self.assertRegex(bea.read_line(), f"^:ana!.* PRIVMSG #a :{re.escape(text)}$")
