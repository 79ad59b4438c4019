"""Clients with TLS, from papod-gate to papod and through its restarts and deaths: once with a gate
that papod starts itself, and once with one that runs beside it."""

import os
import random
import re
import select
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import unittest

import gate_case
import gated
import papod_test
import service_manager

OPEN = 'classes = ( { name = "all"; flood_rate = 0; clients_per_address = 0; } );\n'
MANY = ('classes = ( { name = "all"; flood_rate = 0; clients_per_address = 0; '
        'clients_per_network = 0; } );\n')
PLAIN = '{ name = "tcp"; address = "127.0.0.1"; port = 0; }'
SECURE = '{ name = "secure"; address = "127.0.0.1"; port = 0; tls = true; }'
GATE_READY = "papod-gate: The gate is ready"


class TestCase(papod_test.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="papod-gate-test-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def secure(self, port, nick=None, context=None):
        client = gated.Client(("127.0.0.1", port), context)
        self.addCleanup(client.close)
        if nick:
            client.register(nick)
            client.send("JOIN #a")
            client.expect(" 366 ")
        return client

    def talk(self, ana, bea, text):
        """The next line is exactly this one: nothing was lost, doubled or added."""
        ana.send(f"PRIVMSG #a :{text}")
        self.assertRegex(bea.read_line(), f"^:ana!.* PRIVMSG #a :{re.escape(text)}$")

    def two_clients(self, port):
        ana, bea = self.secure(port, "ana"), self.secure(port, "bea")
        ana.expect("^:bea!.* JOIN ")
        return ana, bea


def gate_port(server, after=0):
    return int(re.search(r"listeners=127\.0\.0\.1:(\d+)", server.wait_for_log(GATE_READY, after))[1])


def gate_of(server):
    """The process that papod has started."""
    with open(f"/proc/{server.process.pid}/task/{server.process.pid}/children",
              encoding="ascii") as file:
        for pid in map(int, file.read().split()):
            with open(f"/proc/{pid}/comm", encoding="ascii") as name:
                if name.read() == "papod-gate\n":
                    return pid
    return None


def hand_over(server):
    position = server.log_position()
    server.process.send_signal(signal.SIGUSR2)
    server.wait_for_log("papod: The server is ready", position)


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class StartedByPapod(TestCase):
    def start(self, *listeners, **options):
        listen = f"listen = ( {', '.join(listeners or (PLAIN, SECURE))} );\n"
        return self.serve(OPEN, listen=listen, **options)

    def test_clients_with_and_without_tls_talk(self):
        server = self.start()
        ana, bea = self.secure(gate_port(server), "ana"), self.client(server, "bea")
        bea.send("JOIN #a")
        bea.expect(" 366 ")
        ana.expect("^:bea!.* JOIN ")
        self.talk(ana, bea, "from TLS")
        bea.send("PRIVMSG #a :to TLS " + "x" * 300)
        self.assertRegex(ana.read_line(), "^:bea!.* PRIVMSG #a :to TLS x{300}$")
        bea.send("WHOIS ana")
        bea.expect(" 671 bea ana .*TLSv1.3")

    def test_a_certificate_is_seen(self):
        pair = gate_case.Pair(self.directory, "ana", hosts=("ana",))
        server = self.start(SECURE)
        ana = self.secure(gate_port(server), "ana", gated.context(pair=pair))
        ana.send("WHOIS ana")
        ana.expect(f" 276 ana ana .*{pair.fingerprint}")

    def test_tls_alone_is_enough(self):
        server = self.start(SECURE)
        self.talk(*self.two_clients(gate_port(server)), "hello")

    def test_a_gate_is_started_again_although_sigchld_was_ignored(self):
        server = self.start(before_exec=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
        gate_port(server)
        position = server.log_position()
        os.kill(gate_of(server), signal.SIGKILL)
        server.wait_for_log("ended with signal 9", position)
        self.talk(*self.two_clients(gate_port(server, position)), "hello")

    def test_another_program_takes_over_papod_and_its_gate(self):
        server = self.start()
        port, pid = gate_port(server), gate_of(server)
        ana, bea = self.two_clients(port)
        for i in range(3):
            hand_over(server)
            self.talk(ana, bea, f"after handover {i}")
            self.secure(port, f"cid{i}")
            for client in (ana, bea):
                client.expect(f"^:cid{i}!.* JOIN ")
        self.assertEqual(gate_of(server), pid)

    def test_a_gate_that_dies_is_started_again(self):
        server = self.start()
        ana, bea = self.two_clients(gate_port(server))
        position = server.log_position()
        os.kill(gate_of(server), signal.SIGKILL)
        server.wait_for_log("The gate does not run: it ended with signal 9", position)
        self.talk(ana, bea, "without a gate")
        self.secure(gate_port(server, position), "cid")
        ana.expect("^:cid!.* JOIN ")

    def test_a_gate_ends_with_papod(self):
        server = self.start(is_checked=False)
        gate_port(server)
        pid = gate_of(server)
        server.process.kill()
        self.wait_until(lambda: not is_running(pid), "the gate ends")
        server.stop(is_checked=False)
        server = self.start()
        gate_port(server)
        pid = gate_of(server)
        server.stop()
        self.assertFalse(is_running(pid))

    def test_the_gate_follows_the_configuration(self):
        server = self.serve(OPEN)
        self.assertIsNone(gate_of(server))
        position = server.log_position()
        server.write("papod.conf", OPEN + f"listen = ( {PLAIN}, {SECURE} );\n")
        server.reload()
        ana = self.secure(gate_port(server, position), "ana")
        pid = gate_of(server)
        pair = gate_case.Pair(self.directory, "server")
        server.write("papod.conf",
                     OPEN + f"listen = ( {PLAIN}, {SECURE} );\n" + gate_case.tls_config(pair))
        position = server.log_position()
        server.reload()
        server.wait_for_log("Certificate loaded: .*" + pair.fingerprint, position)
        self.assertEqual(gate_of(server), pid)
        server.write("papod.conf", OPEN + f"listen = ( {PLAIN} );\n")
        server.reload()
        self.wait_until(lambda: not is_running(pid), "the gate ends")
        ana.sync()

    def wait_for_certificate(self, port, pair):
        """New clients see it within 2 seconds."""
        began = time.monotonic()

        def is_there():
            with gated.Client(("127.0.0.1", port)).socket as connection:
                return gate_case.fingerprint_of(connection) == pair.fingerprint

        self.wait_until(is_there, "the certificate is used")
        self.assertLess(time.monotonic() - began, 2)

    def test_certificates_change_under_many_clients(self):
        old, new, other = (gate_case.Pair(self.directory, name) for name in ("old", "new", "other"))
        listen = f"listen = ( {PLAIN}, {SECURE} );\n"
        server = self.serve(MANY + gate_case.tls_config(old), listen=listen)
        port = gate_port(server)
        clients = [self.secure(port) for _ in range(500)]
        for i, client in enumerate(clients):
            client.register(f"c{i}")
        new.replace(old)
        self.wait_for_certificate(port, new)
        server.write("papod.conf", MANY + listen + gate_case.tls_config(other))
        server.process.send_signal(signal.SIGHUP)
        self.wait_for_certificate(port, other)
        for client in clients:
            client.sync()

    def sts_of(self, client):
        client.send("CAP LS 302")
        words = client.expect(" CAP .* LS [*] :(.*)")[1].split()
        client.expect(" CAP .* LS :")
        return [word for word in words if word.startswith("sts")]

    def test_sts_waits_for_a_certificate_that_can_be_verified(self):
        """The issuer signs, so that the certificate of the server has not signed itself."""
        issuer = gate_case.Pair(self.directory, "issuer", hosts=("issuer.example",))
        pair = gate_case.Pair(self.directory, "server")
        request = os.path.join(self.directory, "request")
        for words in (["req", "-new", "-key", pair.key, "-subj", "/CN=irc.example.org",
                       "-out", request],
                      ["x509", "-req", "-in", request, "-CA", issuer.certificate, "-CAkey",
                       issuer.key, "-days", "30", "-out", pair.certificate]):
            subprocess.run(["openssl", *words], check=True, capture_output=True)
        sts = "sts = { port = 6697; days = 1; };\n"
        listen = f"listen = ( {PLAIN}, {SECURE} );\n"
        server = self.serve(OPEN + sts, listen=listen)
        gate_port(server)
        plain = server.connect()
        self.addCleanup(plain.close)
        self.wait_until(lambda: not self.sts_of(plain), "the gate has said that it is bad")
        server.write("papod.conf", listen + OPEN + sts + gate_case.tls_config(pair))
        server.reload()
        self.wait_until(lambda: self.sts_of(plain) == ["sts=port=6697"], "and that it is good")
        position = server.log_position()
        server.process.send_signal(signal.SIGUSR2)
        server.wait_for_log("papod: The server is ready", position)
        self.assertEqual(self.sts_of(plain), ["sts=port=6697"])

    def test_at_a_stop_clients_are_told_and_their_tls_is_closed(self):
        server = self.start()
        ana = self.secure(gate_port(server), "ana")
        server.process.terminate()
        ana.expect("^ERROR :.*shutting down")
        self.assertIsNone(ana.read_line())  # close_notify: anything else would raise an error


class BesideThePapod(TestCase):
    """As systemd runs them: each is a service."""
    listen = gate_case.LISTEN

    def start(self, config=OPEN, **options):
        path = os.path.join(self.directory, "handover.sock")
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.addCleanup(listener.close)
        listener.bind(path)
        listener.listen(8)
        self.handover = listener
        papod = service_manager.Papod(config, restarts=True,
                                      sockets=[("gate-handover", listener)])
        self.addCleanup(papod.close)
        papod.start()
        gate = self.serve(listen=self.listen, program=gated.GATE,
                          ready=gate_case.STARTED, arguments=("--handover", path), **options)
        return papod, gate

    def die(self, papod):
        n_starts = papod.n_starts
        papod.kill()
        papod.wait_for_start(n_starts + 1)

    def test_a_death_of_papod_is_not_noticed(self):
        papod, gate = self.start()
        ana, bea = self.two_clients(gate.port)
        for i in range(3):
            self.die(papod)
            self.talk(ana, bea, f"after death {i}")
            self.secure(gate.port, f"cid{i}")
            for client in (ana, bea):
                client.expect(f"^:cid{i}!.* JOIN ")

    def test_a_restart_of_papod_is_not_noticed(self):
        papod, gate = self.start()
        ana, bea = self.two_clients(gate.port)
        for i in range(3):
            papod.restart()
            self.talk(ana, bea, f"after restart {i}")

    def test_old_and_new_versions_survive(self):
        papod, gate = self.start()
        contexts = [gated.context(version=version)
                    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)]
        ana, bea = [self.secure(gate.port, nick, context)
                    for nick, context in zip(("ana", "bea"), contexts)]
        ana.expect("^:bea!.* JOIN ")
        self.die(papod)
        self.talk(ana, bea, "hello")

    def test_who_comes_while_papod_is_away_is_served_later(self):
        papod, gate = self.start()
        papod.restarts = False
        papod.kill()
        papod.wait_for_state(service_manager.DEAD)
        ana = self.secure(gate.port)
        ana.send("NICK ana", "USER ana 0 * :Ana")
        papod.start()
        ana.expect(" 001 ana ")

    def test_the_gate_may_die_at_any_time(self):
        papod, gate = self.start(is_checked=False)
        ana, bea = self.two_clients(gate.port)
        gate.process.kill()
        gate.stop(is_checked=False)
        self.talk(ana, bea, "without a gate")
        self.die(papod)
        self.talk(ana, bea, "without either")

    def test_clients_that_wait_for_papod_outlive_the_gate(self):
        """They are in the queue of the socket."""
        papod, gate = self.start(is_checked=False)
        papod.restarts = False
        papod.kill()
        papod.wait_for_state(service_manager.DEAD)
        self.wait_until(lambda: select.select([self.handover], [], [], 0)[0], "the gate has connected")
        clients = [self.secure(gate.port) for _ in range(30)]
        # Once the last connection is answered, all handshakes are finished.
        with socket.create_connection(("127.0.0.1", gate.port), papod_test.DEADLINE) as plain:
            plain.sendall(b"NICK ana\r\n")
            self.assertTrue(plain.recv(100))
        gate.process.kill()
        gate.stop(is_checked=False)
        papod.start()
        for number, client in enumerate(clients):
            client.send(f"NICK c{number}", "USER c 0 * :C")
            client.expect(f" 001 c{number} ")

    def check_lines(self, ana, bea, start, count):
        """bea gets the lines in order, each once."""
        number = start
        while number < start + count:
            line = bea.read_line()
            if line is None:
                raise papod_test.Failure(f"closed before line {number}; {bea.seen[-3:]}")
            if line.startswith("PING "):
                bea.send("PONG " + line[5:])
                continue
            self.assertRegex(line, f"^:{ana.nick}!.* PRIVMSG {bea.nick} :line {number}$")
            number += 1

    def test_no_line_is_lost_or_doubled_in_many_deaths(self):
        papod, gate = self.start()
        ana, bea = self.two_clients(gate.port)
        dice, sent, deaths = random.Random(5), 0, 0
        end = time.monotonic() + float(os.environ.get("PAPOD_TEST_TLS_SECONDS", "5"))
        while time.monotonic() < end:
            count = dice.randrange(1, 200)
            ana.send(*(f"PRIVMSG bea :line {sent + i}" for i in range(count)))
            time.sleep(dice.random() * 0.01)
            self.die(papod)
            self.check_lines(ana, bea, sent, count)
            sent += count
            deaths += 1
        print(f"{deaths} deaths, {sent} lines")
        self.assertGreater(deaths, 3)


if __name__ == "__main__":
    unittest.main()
