"""The service manager of the tests behaves like systemd, with a tiny service in Python."""

import os
import signal
import socket
import sys
import tempfile
import threading

import papod_test
import service_manager

# It evaluates one expression per connection to its first listening socket.
SERVICE = r"""
import array, os, signal, socket, subprocess, sys

def notify(text, *fds):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
        one.connect(os.environ["NOTIFY_SOCKET"])
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        one.sendmsg([text.encode()], rights)

def memory(text):
    fd = os.memfd_create("text")
    os.write(fd, text.encode())
    return fd

def end(*_):
    notify("STOPPING=1")
    sys.exit(0)

signal.signal(signal.SIGTERM, end)
if len(sys.argv) > 1:
    sys.exit(sys.argv[1])
assert os.environ["LISTEN_PID"] == str(os.getpid())
names = os.environ["LISTEN_FDNAMES"].split(":")
fds = range(3, 3 + int(os.environ["LISTEN_FDS"]))
print("started with", names, file=sys.stderr, flush=True)
notify("READY=1\nSTATUS=waiting")
listener = socket.socket(fileno=3)
kept = []
while True:
    client, _ = listener.accept()
    client.sendall(repr(eval(client.recv(65536).decode())).encode())
    client.close()
"""


class Busy(service_manager.Service):
    """With a barrier, the manager is busy while messages arrive."""

    barrier = None

    def _hear(self):
        if not self.barrier:
            super()._hear()
            return
        barrier, self.barrier = self.barrier, None
        barrier.wait(papod_test.DEADLINE)
        barrier.wait(papod_test.DEADLINE)


class ServiceTest(papod_test.TestCase):
    kind = service_manager.Service

    def manage(self, *arguments, **options):
        directory = tempfile.TemporaryDirectory(prefix="papod-test-")
        self.addCleanup(directory.cleanup)
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        self.address = os.path.join(directory.name, "control")
        listener.bind(self.address)
        listener.listen()
        service = self.kind([sys.executable, "-c", SERVICE, *arguments],
                            sockets=[("control", listener)], **options)
        self.addCleanup(service.close)
        return service

    def ask(self, expression):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(papod_test.DEADLINE)
            client.connect(self.address)
            client.sendall(expression.encode())
            answer = b""
            while got := client.recv(65536):
                answer += got
        return eval(answer.decode())

    def store(self, text, *fds):
        """Stores descriptors, and returns when the manager has handled it."""
        n_before = len(self.service.messages)
        self.ask(f"notify({text!r}, {', '.join(fds)})")
        self.ask("notify('STATUS=done')")
        self.service.wait_for_message(STATUS="done", after=n_before)


class Life(ServiceTest):
    def test_it_is_running_once_it_says_so(self):
        service = self.manage()
        self.assertEqual(service.state, "dead")
        service.start()
        self.assertEqual(service.state, "running")
        self.assertEqual(service.messages, [{"READY": "1", "STATUS": "waiting"}])

    def test_its_words_are_recorded(self):
        service = self.manage()
        service.start()
        self.ask(r"notify('RELOADING=1\nMONOTONIC_USEC=1')")
        service.wait_for_state("reloading")
        self.ask(r"notify('READY=1\nSTATUS=again')")
        service.wait_for_state("running")
        self.ask("notify('WATCHDOG=1')")
        self.assertEqual(service.wait_for_message(WATCHDOG="1"), {"WATCHDOG": "1"})

    def test_a_restart_is_another_process(self):
        service = self.manage()
        service.start()
        pid = service.pid
        service.restart()
        self.assertNotEqual(service.pid, pid)
        self.assertEqual(service.status, 0)
        service.wait_for_message(STOPPING="1")
        service.wait_for_log("started", after=1)

    def test_a_death_is_told(self):
        service = self.manage()
        service.start()
        service.kill(signal.SIGSEGV)
        service.wait_for_state("dead")
        self.assertEqual(service.status, -signal.SIGSEGV)

    def test_one_that_does_not_start_is_a_failure_with_its_last_words(self):
        service = self.manage("no luck")
        with self.assertRaisesRegex(papod_test.Failure, "ended with 1"):
            service.start()
        service.wait_for_log("no luck")

    def test_with_restarts_a_dead_one_is_followed_by_another(self):
        service = self.manage(restarts=True)
        service.start()
        for number in (2, 3, 4):
            service.kill()
            service.wait_for_start(number)
        self.assertEqual(service.stop(), 0)
        self.assertEqual((service.state, service.n_starts), ("dead", 4))

    def test_what_others_say_is_not_its_word(self):
        service = self.manage()
        service.start()
        self.ask("subprocess.run([sys.executable, '-c', sys.orig_argv[2].split('def memory')[0]"
                 " + 'notify(\"STOPPING=1\")']).returncode")
        service.wait_until(lambda: service.strangers, "nothing was heard of it")
        self.assertEqual(service.state, "running")

    def test_a_barrier_is_passed(self):
        service = self.manage()
        service.start()
        reader, writer = os.pipe()
        os.close(reader)
        os.close(writer)
        self.ask("kept.extend(os.pipe())")
        self.ask("[notify('BARRIER=1', kept[1]), os.close(kept[1])]")
        # The other end is closed when the manager has handled the message.
        self.assertEqual(self.ask("os.read(kept[0], 1)"), b"")
        service.wait_for_message(BARRIER="1")


class Store(ServiceTest):
    def manage(self, *arguments, **options):
        self.service = super().manage(*arguments, **options)
        self.service.start()
        return self.service

    def names(self):
        return self.ask("names")

    def test_what_is_stored_comes_after_the_sockets_newest_first(self):
        service = self.manage()
        self.store("FDSTORE=1\nFDNAME=one", "memory('1')")
        self.store("FDSTORE=1\nFDNAME=two", "memory('2')")
        self.store("FDSTORE=1", "memory('3')")
        service.restart()
        self.assertEqual(self.names(), ["control", "stored", "two", "one"])
        self.assertEqual(self.ask("[os.pread(fd, 9, 0) for fd in fds[1:]]"), [b"3", b"2", b"1"])

    def test_it_survives_any_death(self):
        service = self.manage()
        self.store("FDSTORE=1\nFDNAME=log", "memory('kept')")
        for number in (signal.SIGKILL, signal.SIGABRT, signal.SIGKILL):
            service.kill(number)
            service.wait_for_state("dead")
            service.start()
            self.assertEqual(self.names(), ["control", "log"])
            self.assertEqual(self.ask("os.pread(fds[1], 9, 0)"), b"kept")

    def test_what_was_stored_is_there_though_it_is_heard_after_the_death(self):
        self.kind = Busy
        service = self.manage()
        barrier = service.barrier = threading.Barrier(2)
        self.ask(r"[notify('FDSTORE=1\nFDNAME=' + name, memory(name)) for name in 'abc']")
        barrier.wait(papod_test.DEADLINE)
        os.kill(service.pid, signal.SIGKILL)
        os.waitid(os.P_PID, service.pid, os.WEXITED | os.WNOWAIT)
        barrier.wait(papod_test.DEADLINE)
        service.wait_for_state("dead")
        # Its log has ended too, and a stored file has reused its descriptor.
        service.start()
        self.assertEqual(self.names(), ["control", "c", "b", "a"])

    def test_several_may_come_in_one_message(self):
        service = self.manage()
        self.store("FDSTORE=1\nFDNAME=pair\nFDPOLL=0", *["memory('a')"] * 200)
        self.assertEqual(len(service.stored), 64)
        service.restart()
        self.assertEqual(self.names(), ["control"] + ["pair"] * 64)

    def test_more_than_the_store_holds_is_dropped(self):
        service = self.manage(store_max=2)
        for name in "abc":
            self.store(f"FDSTORE=1\nFDNAME={name}", "memory(' ')")
        self.assertEqual(service.stored_names(), ["b", "a"])

    def test_the_same_one_is_stored_once(self):
        service = self.manage()
        self.ask("kept.append(memory('x'))")
        self.store("FDSTORE=1\nFDNAME=a", "kept[0]")
        self.store("FDSTORE=1\nFDNAME=a", "os.dup(kept[0])")
        self.assertEqual(service.stored_names(), ["a"])

    def test_all_of_a_name_are_removed(self):
        service = self.manage()
        self.store("FDSTORE=1\nFDNAME=a", "memory('1')", "memory('2')")
        self.store("FDSTORE=1\nFDNAME=b", "memory('3')")
        self.store("FDSTOREREMOVE=1\nFDNAME=a")
        self.assertEqual(service.stored_names(), ["b"])

    def test_who_hung_up_is_dropped_unless_it_is_not_polled(self):
        service = self.manage()
        self.ask("kept.extend(socket.socketpair() + socket.socketpair())")
        self.store("FDSTORE=1\nFDNAME=polled", "kept[0].fileno()")
        self.store("FDSTORE=1\nFDNAME=unpolled\nFDPOLL=0", "kept[2].fileno()")
        self.ask("kept[3].close()")
        self.ask("kept[1].close()")
        service.wait_until(lambda: service.stored_names() == ["unpolled"], "it is still there")

    def test_a_stop_drops_the_store(self):
        service = self.manage()
        self.store("FDSTORE=1", "memory('x')")
        service.stop()
        self.assertEqual(service.stored_names(), [])
        service.start()
        self.assertEqual(self.names(), ["control"])

    def test_a_preserved_store_outlives_a_stop(self):
        service = self.manage(preserves=True)
        self.store("FDSTORE=1", "memory('x')")
        service.stop()
        service.start()
        self.assertEqual(self.names(), ["control", "stored"])

    def test_nothing_is_left_open(self):
        before = len(os.listdir("/proc/self/fd"))
        service = self.manage()
        self.store("FDSTORE=1", "memory('x')")
        service.kill()
        service.wait_for_state("dead")
        service.start()
        service.close()
        self.assertEqual(len(os.listdir("/proc/self/fd")), before + 1)  # the control socket


class Built(papod_test.TestCase):
    def test_papod_serves_under_it(self):
        service = service_manager.Papod()
        self.addCleanup(service.close)
        service.start()
        ana = service.register("ana")
        self.addCleanup(ana.close)
        ana.sync()
        service.restart()
        rui = service.register("rui")
        self.addCleanup(rui.close)
        service.stop()


if __name__ == "__main__":
    papod_test.main()
