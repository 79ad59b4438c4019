"""papod-gate and papod under load, stopped, and dead, while clients with TLS come and stay."""

import contextlib
import os
import resource
import signal
import socket
import ssl
import time
import unittest

import gate_case
import gated
import papod_test
import service_manager
import test_gate_processes

ADDRESSES = 48


class Case(test_gate_processes.Case):
    processes = 2

    def setUp(self):
        super().setUp()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        self.most = min(10000, hard // 2)

    def flood(self, count, data=b""):
        """So many connections, from many addresses; they are closed at the end."""
        sockets = []
        self.addCleanup(lambda: [one.close() for one in sockets])
        for number in range(count):
            one = socket.create_connection(("127.0.0.1", self.gate.port), papod_test.DEADLINE,
                                           source_address=(f"127.1.0.{number % ADDRESSES + 1}", 0))
            one.sendall(data)
            sockets.append(one)
        return sockets

    def check_served(self, seconds=2):
        began = time.monotonic()
        client = self.secure(self.gate.port, f"n{began}".replace(".", ""))
        self.assertLess(time.monotonic() - began, seconds)
        return client

    def stop(self, pids, seconds):
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


class Stalled(Case):
    def check_stalled(self, data, count):
        self.start_gate()
        ana, bea = self.two_clients(self.gate.port)
        stalled = self.flood(count, data)
        self.check_served()
        ana.expect(" JOIN ")
        bea.expect(" JOIN ")
        self.talk(ana, bea, "hello")
        return stalled

    def count_files(self):
        return [len(os.listdir(f"/proc/{pid}/fd")) for pid in self.pids()]

    def test_clients_that_send_nothing(self):
        self.check_stalled(b"", self.most)
        # The oldest gave way: a process holds at most half of 4096.
        self.assertLess(max(self.count_files()), 2500)

    def test_clients_that_send_half_a_hello(self):
        self.check_stalled(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", self.most // 2)

    def test_clients_that_send_a_byte_a_second(self):
        slow = self.check_stalled(b"\x16", 500)
        for byte in b"\x03\x01\x02":
            time.sleep(1)
            for one in slow:
                with contextlib.suppress(OSError):
                    one.send(bytes([byte]))
            self.check_served()

    def test_chains_of_64_kib(self):
        self.start_gate()
        pair = gate_case.Pair(self.directory, "mine", hosts=("ana",))
        issuer = gate_case.Pair(self.directory, "issuer", key="rsa:4096", hosts=("issuer",))
        with open(issuer.certificate, encoding="ascii") as file:
            text = file.read()
        with open(pair.certificate, "a", encoding="ascii") as file:
            for _ in range(50):
                file.write(text)
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            position = self.gate.log_position()
            for _ in range(20):
                with contextlib.suppress(OSError), \
                        gated.context(version, pair).wrap_socket(self.plain()) as one:
                    one.sendall(b"NICK ana\r\n")
                    self.assertEqual(one.recv(100), b"")
            self.gate.wait_for_log("The handshake of a client failed", position)
        self.check_served()

    def test_connections_that_are_half_closed(self):
        self.start_gate()
        self.check_served()
        # One that has not reached papod yet has fewer than it will have.
        before = max(self.count_files())
        for one in self.flood(200, b"\x16\x03\x01") + self.flood(200):
            one.shutdown(socket.SHUT_WR)
        for _ in range(20):
            test_gate_processes.Hello(self.plain()).plain.shutdown(socket.SHUT_WR)
        self.check_served()
        self.wait_until(lambda: max(self.count_files()) <= before, "all are closed")


class Stopped(Case):
    def check_many(self, count, action):
        """Clients that connect meanwhile are served afterwards."""
        ana, bea = self.two_clients(self.gate.port)
        plain = [self.plain() for _ in range(count)]
        hellos = [test_gate_processes.Hello(one) for one in plain]
        action()
        for number, hello in enumerate(hellos):
            hello.finish()
            hello.tls.write(f"NICK c{number}\r\nUSER c 0 * :C\r\n".encode())
            hello.plain.sendall(hello.outgoing.read())
            self.assertIn(f" 001 c{number} ".encode(), hello.read())
        self.talk(ana, bea, "hello")

    def test_the_gate(self):
        self.start_gate()
        self.check_many(100, lambda: self.stop([self.gate.process.pid, *self.pids()], 3))

    def test_papod(self):
        self.start_gate()
        self.check_many(100, lambda: self.stop([self.papod.pid], 3))

    def test_papod_while_clients_finish(self):
        self.start_gate()
        os.kill(self.papod.pid, signal.SIGSTOP)
        clients = [self.secure(self.gate.port) for _ in range(200)]
        for number, client in enumerate(clients):
            client.send(f"NICK c{number}", "USER c 0 * :C")
        os.kill(self.papod.pid, signal.SIGCONT)
        for number, client in enumerate(clients):
            client.expect(f" 001 c{number} ")


class Restarted(Case):
    def test_papod_is_dead_while_1000_clients_connect(self):
        self.start_gate()
        self.papod.restarts = False
        self.papod.kill()
        self.papod.wait_for_state(service_manager.DEAD)
        clients = [self.secure(self.gate.port) for _ in range(1000)]
        for number, client in enumerate(clients):
            client.send(f"NICK c{number}", "USER c 0 * :C")
        self.papod.start()
        for number, client in enumerate(clients):
            client.expect(f" 001 c{number} ")

    def test_full_send_queues_outlive_restarts(self):
        self.start_gate()
        ana, bea = self.two_clients(self.gate.port)
        sent = 0
        for number in range(4):
            for _ in range(1000):  # more than the kernel takes: bea does not read
                ana.send(f"PRIVMSG bea :{sent} " + "x" * 300)
                sent += 1
            ana.sync()
            if number % 2:
                self.papod.restart()
            else:
                n_starts = self.papod.n_starts
                self.papod.kill()
                self.papod.wait_for_start(n_starts + 1)
        for number in range(sent):
            line = bea.read_line()
            while line.startswith("PING"):
                bea.send("PONG " + line[5:])
                line = bea.read_line()
            self.assertRegex(line, rf"^:ana!.* PRIVMSG bea :{number} x{{300}}$")


if __name__ == "__main__":
    unittest.main()
