"""A papod-gate of several processes."""

import glob
import os
import re
import signal
import socket
import ssl
import time
import unittest

import gate_case
import gated
import papod_test
import service_manager
import test_gate_chat
import test_systemd

FAILED = "A process of the gate has failed: "


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def accepts(pid):
    """Does it wait for clients? proc(5): its epoll has a descriptor with EPOLLEXCLUSIVE."""
    paths = glob.glob(f"/proc/{pid}/fdinfo/*")
    return any(re.search("^tfd:.* events: 100000", read(path), re.MULTILINE) for path in paths)


class Hello:
    """The first message of a client, and a handshake that goes on when it is told to."""

    def __init__(self, plain):
        self.plain = plain
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = gated.context().wrap_bio(self.incoming, self.outgoing)
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            pass
        self.plain.sendall(self.outgoing.read())

    def finish(self):
        while True:
            try:
                self.tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self.incoming.write(self.plain.recv(65536))
        self.plain.sendall(self.outgoing.read())

    def read(self):
        while True:
            try:
                return self.tls.read(65536)
            except ssl.SSLWantReadError:
                self.incoming.write(self.plain.recv(65536))


class Case(test_gate_chat.TestCase):
    """A papod with a gate beside it."""
    processes = 3

    def setUp(self):
        super().setUp()
        path = os.path.join(self.directory, "handover.sock")
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.addCleanup(listener.close)
        listener.bind(path)
        listener.listen(8)
        self.papod = service_manager.Papod(test_gate_chat.OPEN, restarts=True,
                                           sockets=[("gate-handover", listener)])
        self.addCleanup(self.papod.close)
        self.papod.start()
        self.path = path

    def start_gate(self, config="", **options):
        self.gate = self.serve(
            gate_case.with_processes(config, self.processes), listen=gate_case.LISTEN,
            program=gated.GATE, ready=gate_case.STARTED,
            arguments=("--handover", self.path), **options)
        self.wait_for_processes()
        return self.gate

    def pids(self):
        return papod_test.children(self.gate.process.pid)

    def wait_for_processes(self, old=()):
        """A full set, of which none is among the old ones."""
        self.wait_until(lambda: len(self.pids()) == self.processes and
                        not set(self.pids()) & set(old), "all processes")

    def plain(self):
        plain = socket.create_connection(("127.0.0.1", self.gate.port), papod_test.DEADLINE)
        self.addCleanup(plain.close)
        return plain


class Processes(Case):
    def test_clients_of_all_processes_talk(self):
        self.start_gate()
        # A process that is stopped takes no one, so each of them gets one.
        clients = []
        for pid in self.pids():
            others = [other for other in self.pids() if other != pid]
            for other in others:
                os.kill(other, signal.SIGSTOP)
            clients.append(self.secure(self.gate.port, f"nick{len(clients)}"))
            for other in others:
                os.kill(other, signal.SIGCONT)
        clients[0].send("PRIVMSG #a :hello")
        for client in clients[1:]:
            client.expect("^:nick0!.* PRIVMSG #a :hello$")
        self.papod.kill()
        self.papod.wait_for_start(2)
        clients[0].send("PRIVMSG #a :again")
        for client in clients[1:]:
            client.expect("^:nick0!.* PRIVMSG #a :again$")

    def test_clients_are_spread_over_them(self):
        self.start_gate()
        self.wait_until(lambda: all(map(accepts, self.pids())), "all accept")
        # One process alone has room for 86 handshakes of an address.
        plains = []
        for _ in range(100):
            plains.append(self.plain())
            time.sleep(0.005)  # it is accepted, and does not begin
        for plain in plains:
            gated.context().wrap_socket(plain).close()

    def test_one_that_dies_is_replaced(self):
        self.start_gate()
        ana, bea = self.two_clients(self.gate.port)
        for pid in self.pids():
            position = self.gate.log_position()
            os.kill(pid, signal.SIGKILL)
            self.gate.wait_for_log(FAILED + "it ended with signal 9", position)
            self.wait_for_processes([pid])
        self.talk(ana, bea, "hello")
        self.secure(self.gate.port, "cid")

    def test_one_that_hangs_is_replaced(self):
        self.start_gate()
        hanging = self.pids()[0]
        os.kill(hanging, signal.SIGSTOP)
        ana, bea = self.two_clients(self.gate.port)
        self.talk(ana, bea, "hello")
        self.gate.wait_for_log(FAILED + "it did not answer for 10 seconds")
        self.wait_for_processes([hanging])
        self.secure(self.gate.port, "cid")

    def test_a_stop_of_all_is_no_hang(self):
        self.start_gate()
        before = self.pids()
        everyone = [self.gate.process.pid, *before]
        for pid in everyone:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(12)
        for pid in everyone:
            os.kill(pid, signal.SIGCONT)
        self.secure(self.gate.port, "ana")
        time.sleep(1)
        self.assertEqual(self.pids(), before)

    def test_they_end_with_their_parent(self):
        self.start_gate(is_checked=False)
        pids = self.pids()
        self.gate.process.kill()
        self.wait_until(lambda: not any(map(test_gate_chat.is_running, pids)), "all end")

    def test_at_a_reload_new_ones_follow(self):
        self.start_gate()
        old = self.pids()
        hello = Hello(self.plain())  # a handshake that an old one does
        pair = gate_case.Pair(self.directory, "server")
        self.gate.write("papod.conf", gate_case.LISTEN + gate_case.with_processes(
            gate_case.tls_config(pair), self.processes))
        self.gate.process.send_signal(signal.SIGHUP)
        self.wait_until(lambda: len(self.pids()) == self.processes + 1, "one of the old ones stays")
        connection = gated.context().wrap_socket(self.plain())
        self.assertEqual(gate_case.fingerprint_of(connection), pair.fingerprint)
        connection.close()
        hello.finish()
        hello.tls.write(b"NICK ana\r\nUSER ana 0 * :Ana\r\n")
        hello.plain.sendall(hello.outgoing.read())
        self.assertIn(b" 001 ana ", hello.read())
        self.wait_for_processes(old)
        self.assertFalse(any("has failed" in line for line in self.gate.log if line))

    def test_at_a_reload_old_ones_keep_no_listener_open(self):
        self.start_gate()
        old = self.pids()
        Hello(self.plain()).plain.recv(1)  # an old one has answered, and waits
        self.gate.write("papod.conf", gate_case.with_processes(
            gate_case.LISTEN.replace("127.0.0.1", "127.0.0.2"), self.processes))
        self.gate.process.send_signal(signal.SIGHUP)
        self.wait_until(lambda: len(set(self.pids()) - set(old)) == self.processes and
                        len(self.pids()) == self.processes + 1, "one of the old ones stays")
        with self.assertRaises(ConnectionRefusedError):
            self.plain()

    def test_a_changed_certificate_is_served_by_all(self):
        pair, fresh = (gate_case.Pair(self.directory, name) for name in ("server", "fresh"))
        self.start_gate(gate_case.tls_config(pair))
        old, wanted = self.pids(), fresh.fingerprint
        os.replace(fresh.key, pair.key)
        os.replace(fresh.certificate, pair.certificate)
        self.wait_for_processes(old)
        connection = gated.context().wrap_socket(self.plain())
        self.assertEqual(gate_case.fingerprint_of(connection), wanted)
        connection.close()

    def test_at_a_stop_handshakes_are_finished(self):
        self.start_gate()
        hello = Hello(self.plain())
        self.secure(self.gate.port)  # so the first one was accepted
        self.gate.process.terminate()
        time.sleep(0.1)
        hello.finish()
        hello.tls.write(b"NICK ana\r\nUSER ana 0 * :Ana\r\n")
        hello.plain.sendall(hello.outgoing.read())
        self.assertIn(b" 001 ana ", hello.read())
        self.assertEqual(self.gate.process.wait(papod_test.DEADLINE), 0)

    def test_at_a_stop_stalled_handshakes_are_not_waited_for(self):
        self.start_gate()
        Hello(self.plain())
        self.secure(self.gate.port)
        began = time.monotonic()
        self.gate.process.terminate()
        self.assertEqual(self.gate.process.wait(papod_test.DEADLINE), 0)
        self.assertLess(time.monotonic() - began, 3)

    def test_who_comes_while_papod_is_away_is_served_later(self):
        self.start_gate()
        self.papod.restarts = False
        self.papod.kill()
        self.papod.wait_for_state(service_manager.DEAD)
        clients = [self.secure(self.gate.port) for _ in range(30)]
        self.gate.process.send_signal(signal.SIGHUP)  # the old processes wait with them
        for number, client in enumerate(clients):
            client.send(f"NICK ana{number}", "USER ana 0 * :Ana")
        self.papod.start()
        for number, client in enumerate(clients):
            client.expect(f" 001 ana{number} ")

    def test_the_service_manager_is_notified(self):
        manager = test_systemd.Manager()
        self.addCleanup(manager.close)
        self.start_gate(environment={"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "300000"})
        self.assertRegex(manager.expect("^READY=1$"), "STATUS=3 processes; listening on 127")
        manager.expect("^WATCHDOG=1$")
        manager.expect("^WATCHDOG=1$")
        self.gate.process.terminate()
        manager.expect("^STOPPING=1$")


class StartedByPapod(test_gate_chat.TestCase):
    def start(self, **options):
        listen = f"listen = ( {test_gate_chat.PLAIN}, {test_gate_chat.SECURE} );\n"
        return self.serve(gate_case.with_processes(test_gate_chat.OPEN, 3), listen=listen, **options)

    def pids(self, server):
        return papod_test.children(test_gate_chat.gate_of(server))

    def test_clients_talk_and_stay_through_a_handover(self):
        server = self.start()
        port = test_gate_chat.gate_port(server)
        self.wait_until(lambda: len(self.pids(server)) == 3, "all processes")
        gate = test_gate_chat.gate_of(server)
        ana, bea = self.two_clients(port)
        self.talk(ana, bea, "hello")
        for i in range(2):
            test_gate_chat.hand_over(server)
            self.talk(ana, bea, f"after handover {i}")
            self.secure(port, f"cid{i}")
            for client in (ana, bea):
                client.expect(f"^:cid{i}!.* JOIN ")
        self.assertEqual(test_gate_chat.gate_of(server), gate)

    def test_one_that_dies_is_replaced(self):
        server = self.start()
        port = test_gate_chat.gate_port(server)
        self.wait_until(lambda: len(self.pids(server)) == 3, "all processes")
        ana, bea = self.two_clients(port)
        for pid in self.pids(server):
            position = server.log_position()
            os.kill(pid, signal.SIGKILL)
            server.wait_for_log(FAILED + "it ended with signal 9", position)
            self.wait_until(lambda: len(self.pids(server)) == 3, "all processes")
        self.talk(ana, bea, "hello")
        self.secure(port, "cid")

    def test_all_end_with_papod(self):
        server = self.start(is_checked=False)
        test_gate_chat.gate_port(server)
        self.wait_until(lambda: len(self.pids(server)) == 3, "all processes")
        pids = self.pids(server)
        server.process.kill()
        self.wait_until(lambda: not any(map(test_gate_chat.is_running, pids)), "all end")
        server.stop(is_checked=False)
        self.assertFalse(any("has failed" in line for line in server.log if line))


if __name__ == "__main__":
    unittest.main()
