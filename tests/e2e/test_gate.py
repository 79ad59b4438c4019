"""papod-gate: handshakes of Python's ssl and of openssl s_client, passed to a papod of the tests
(fake_papod.c), which answers with the keys that it was given."""

import contextlib
import hashlib
import signal
import socket
import ssl
import subprocess
import time
import unittest

import gate_case
import gated
import papod_test
import test_systemd


class Handshakes(gate_case.GateCase):
    def check_suites(self, version, ciphers, name):
        papod, gate = self.start()
        connection = self.connect(gate, gated.context(version=version, ciphers=ciphers))
        client = papod.take()
        self.assertEqual(client["suite"], name)
        self.assertEqual(client["listener"], "secure")
        self.assertEqual(client["address"], "127.0.0.1")
        self.check_echo(connection)
        self.check_echo(connection, b"x" * 10000 + b"\n")

    def test_tls_1_3_continues_with_the_keys(self):
        self.check_suites(ssl.TLSVersion.TLSv1_3, None, "TLS_AES_128_GCM_SHA256")

    def test_tls_1_2_continues_with_the_keys(self):
        for ciphers, name in (
                ("ECDHE+AES128+AESGCM", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
                ("ECDHE+AES256+AESGCM", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
                ("ECDHE+CHACHA20", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256")):
            with self.subTest(name):
                self.check_suites(ssl.TLSVersion.TLSv1_2, ciphers, name)

    def s_client(self, gate, *options):
        process = subprocess.Popen(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{gate.port}", "-quiet", *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stdin.close)
        return process

    def check_s_client(self, options, **wanted):
        papod, gate = self.start()
        process = self.s_client(gate, *options)
        client = papod.take()
        for name, value in wanted.items():
            self.assertEqual(client[name], value)
        process.stdin.write(b"hello\n")
        process.stdin.flush()
        self.assertEqual(process.stdout.readline(), b"echo: hello\n")

    def test_openssl_s_client_is_served(self):
        self.check_s_client(["-tls1_3"], version="TLSv1.3")
        self.check_s_client(["-tls1_2"], version="TLSv1.2")

    def test_all_suites_of_tls_1_3(self):
        for suite in ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
                      "TLS_CHACHA20_POLY1305_SHA256"):
            with self.subTest(suite):
                self.check_s_client(["-tls1_3", "-ciphersuites", suite], suite=suite)

    def test_chacha_is_chosen_only_if_the_client_prefers_it(self):
        self.check_s_client(["-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"],
                            suite="TLS_CHACHA20_POLY1305_SHA256")
        self.check_s_client(["-ciphersuites", "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:"
                             "TLS_AES_128_GCM_SHA256"], suite="TLS_AES_128_GCM_SHA256")

    def test_a_maximum_of_fragments_is_handed_on(self):
        self.check_s_client(["-tls1_3", "-maxfraglen", "512"], max_fragment="512")
        self.check_s_client(["-tls1_2", "-maxfraglen", "2048"], max_fragment="2048")
        self.check_s_client([], max_fragment="16384")

    def test_old_versions_and_suites_are_refused(self):
        papod, gate = self.start()
        for options in (["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
                        ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"],
                        ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-CCM"]):
            self.assertNotEqual(self.s_client(gate, *options).wait(papod_test.DEADLINE), 0)
        self.connect(gate)
        self.assertEqual(papod.client()["number"], "1")

    def test_lines_that_follow_the_handshake_at_once_are_kept(self):
        papod, gate = self.start()
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            # The socket is corked, so that the line travels with the client's Finished.
            plain = self.plain(gate)
            connection = gated.context(version=version).wrap_socket(
                plain, do_handshake_on_connect=False)
            self.addCleanup(connection.close)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
            connection.do_handshake()
            connection.sendall(b"early\n")
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)
            papod.take()
            self.assertEqual(connection.recv(100), b"echo: early\n")

    def test_alpn_is_irc(self):
        _, gate = self.start()
        context = gated.context()
        context.set_alpn_protocols(["h2", "irc"])
        self.assertEqual(self.connect(gate, context).selected_alpn_protocol(), "irc")
        context.set_alpn_protocols(["h2"])
        self.assertIsNone(self.connect(gate, context).selected_alpn_protocol())

    def test_no_tickets_are_sent_and_no_session_is_resumed(self):
        papod, gate = self.start()
        context = gated.context(version=ssl.TLSVersion.TLSv1_2)
        first = self.connect(gate, context)
        papod.take()
        self.check_echo(first)
        again = context.wrap_socket(self.plain(gate), session=first.session)
        self.addCleanup(again.close)
        self.assertFalse(again.session_reused)

    def test_sni_chooses_the_certificate(self):
        one = self.pair("one", hosts=("one.example",))
        two = self.pair("two", hosts=("two.example", "*.two.example"))
        _, gate = self.start(gate_case.tls_config(one, two))
        for host, pair in (("one.example", one), ("two.example", two), ("www.two.example", two),
                           ("other.example", one), (None, one)):
            self.assertEqual(gate_case.fingerprint_of(self.connect(gate, host=host)), pair.fingerprint, host)

    def test_ecdsa_and_rsa_stand_side_by_side(self):
        ecdsa, rsa = self.pair("ecdsa"), self.pair("rsa", key="rsa:2048")
        _, gate = self.start(gate_case.tls_config(ecdsa, rsa))
        for ciphers, pair in (("ECDHE+aRSA", rsa), ("ECDHE+aECDSA", ecdsa)):
            context = gated.context(version=ssl.TLSVersion.TLSv1_2, ciphers=ciphers)
            for host in ("irc.example.org", None):
                self.assertEqual(gate_case.fingerprint_of(self.connect(gate, context, host)),
                                 pair.fingerprint)

    def test_the_fingerprints_of_a_client_are_handed_on(self):
        mine = self.pair("mine", hosts=("ana",))
        papod, gate = self.start()
        key = subprocess.run(["openssl", "pkey", "-in", mine.key, "-pubout", "-outform", "der"],
                             check=True, capture_output=True).stdout
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            connection = self.connect(gate, gated.context(version, mine))
            client = papod.take()
            self.assertEqual(client["certificate"], "1")
            self.assertEqual(client["sha256"], hashlib.sha256(mine.der).hexdigest())
            self.assertEqual(client["sha512"], hashlib.sha512(mine.der).hexdigest())
            self.assertEqual(client["key256"], hashlib.sha256(key).hexdigest())
            self.assertEqual(client["key512"], hashlib.sha512(key).hexdigest())
            self.check_echo(connection)
        self.connect(gate)
        client = papod.client()
        self.assertEqual(client["certificate"], "0")
        self.assertEqual(client["sha256"], "0" * 64)


class Listeners(gate_case.GateCase):
    def test_passed_sockets_are_served(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        port = listener.getsockname()[1]
        papod = self.start_papod()
        # The first one has a name in papod.conf.
        for listen, name in ((gate_case.LISTEN.replace("port = 0", f"port = {port}"), "secure"),
                             ("", "unknown")):
            gate = self.start_gate(listen=listen, sockets=[listener])
            papod.expect("^HELLO ")
            connection = self.connect(gate)
            self.assertEqual(papod.take()["listener"], name)
            self.check_echo(connection)
            gate.stop()


class HandingOver(gate_case.GateCase):
    def test_a_client_is_offered_until_papod_takes_it(self):
        papod, gate = self.start()
        connection = self.connect(gate)
        first = papod.client()
        papod.stop()
        gate.wait_for_log("The gate waits for papod")
        second = self.connect(gate)
        papod = self.start_papod()
        self.assertEqual(papod.expect("^HELLO .*gate=(.*)")[1], first["gate"])
        self.assertEqual(papod.take()["number"], first["number"])
        self.assertEqual(papod.take()["number"], str(int(first["number"]) + 1))
        self.check_echo(connection)
        self.check_echo(second)
        gate.wait_for_log("The gate has found papod again")

    def test_the_last_answer_of_a_papod_counts(self):
        papod, gate = self.start()
        self.connect(gate)
        first = papod.client()["number"]
        papod.process.send_signal(signal.SIGSTOP)
        self.connect(gate)
        time.sleep(0.1)  # the gate offers it, and papod never reads that
        gate.process.send_signal(signal.SIGSTOP)
        papod.command(f"last {first}")
        papod.process.send_signal(signal.SIGCONT)
        papod.process.wait(papod_test.DEADLINE)
        gate.process.send_signal(signal.SIGCONT)
        papod.stop()
        papod = self.start_papod()
        self.assertEqual(papod.client()["number"], str(int(first) + 1))

    def test_papod_may_come_later_than_the_gate(self):
        gate = self.start_gate()
        connection = self.connect(gate)
        papod = self.start_papod()
        papod.take()
        self.check_echo(connection)

    def test_a_refused_client_is_told_and_closed(self):
        papod, gate = self.start()
        connection = self.connect(gate)
        papod.command(f"refuse {papod.client()['number']} the server is full")
        gate.wait_for_log("papod has refused a client of the gate: the server is full")
        self.assertRegex(connection.recv(100), rb"^ERROR :The server .*try again later\r\n$")
        self.assertEqual(connection.recv(100), b"")  # close_notify

    def test_nonsense_of_papod_ends_only_the_connection(self):
        papod, gate = self.start()
        for nonsense in ("00", "ff" * 400, "0301ff", "01", "0300" + "00" * 8):
            papod.command(f"say {nonsense}")
        papod.expect("^GONE")
        papod.expect("^HELLO ")
        connection = self.connect(gate)
        papod.take()
        self.check_echo(connection)

    def test_taken_clients_outlive_the_gate(self):
        papod, gate = self.start(is_checked=False)
        connection = self.connect(gate)
        papod.take()
        self.check_echo(connection)
        gate.process.kill()
        gate.stop(is_checked=False)
        papod.expect("^GONE")
        self.check_echo(connection)
        gate = self.start_gate()
        papod.expect("^HELLO ")
        self.connect(gate)
        self.assertEqual(papod.client()["number"], "1")

    def test_on_sigterm_handshakes_under_way_are_finished(self):
        papod, gate = self.start()
        plain = self.plain(gate)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = gated.context().wrap_bio(incoming, outgoing)
        with self.assertRaises(ssl.SSLWantReadError):
            client.do_handshake()
        hello = outgoing.read()
        plain.sendall(hello[:100])
        gate.process.send_signal(signal.SIGTERM)
        time.sleep(0.1)  # the handshake continues while the gate stops
        plain.sendall(hello[100:])
        while True:
            try:
                client.do_handshake()
                break
            except ssl.SSLWantReadError:
                incoming.write(plain.recv(65536))
        plain.sendall(outgoing.read())
        papod.take()
        self.assertEqual(gate.process.wait(papod_test.DEADLINE), 0)
        client.write(b"hello\n")
        plain.sendall(outgoing.read())
        incoming.write(plain.recv(65536))
        self.assertEqual(client.read(100), b"echo: hello\n")

    def test_on_sigterm_stalled_handshakes_are_not_waited_for(self):
        _, gate = self.start()
        self.plain(gate).sendall(b"\x16\x03\x01")
        self.connect(gate)  # so the first one was accepted
        began = time.monotonic()
        gate.process.send_signal(signal.SIGTERM)
        self.assertEqual(gate.process.wait(papod_test.DEADLINE), 0)
        self.assertLess(time.monotonic() - began, 3)


class Managed(gate_case.GateCase):
    def test_the_service_manager_is_notified(self):
        manager = test_systemd.Manager()
        self.addCleanup(manager.close)
        gate = self.start_gate(environment={"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "300000"})
        self.assertRegex(manager.expect("^READY=1$"), "STATUS=0 handshakes; listening on 127")
        manager.expect("^WATCHDOG=1$")
        manager.expect("^WATCHDOG=1$")
        gate.process.send_signal(signal.SIGHUP)
        manager.expect("^RELOADING=1$")
        manager.expect("^READY=1$")
        gate.process.terminate()
        manager.expect("^STOPPING=1$")


class BadInput(gate_case.GateCase):
    def check_alive(self, papod, gate):
        connection = self.connect(gate)
        papod.take()
        self.check_echo(connection)

    def read_all(self, connection):
        got = b""
        with contextlib.suppress(ConnectionResetError):
            while chunk := connection.recv(65536):
                got += chunk
        return got

    def test_irc_without_tls_is_told_in_plain_text(self):
        papod, gate = self.start()
        plain = self.plain(gate)
        plain.sendall(b"CAP LS 302\r\nNICK ana\r\nUSER ana 0 * :Ana\r\n")
        self.assertRegex(self.read_all(plain), rb"^ERROR :This port speaks IRC with TLS only.*\r\n$")
        gate.wait_for_log("The handshake of a client failed .*protocol=IRC without TLS")
        plain = self.plain(gate)
        plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
        self.assertRegex(self.read_all(plain), rb"^ERROR :")
        gate.wait_for_log("protocol=HTTP")
        self.check_alive(papod, gate)

    def test_garbage_gets_an_alert(self):
        papod, gate = self.start()
        for garbage in (b"\x16" + b"\xff" * 100, b"\x16\x03\x01\x00\x00", b"\x16\x03\x01\x40\x01",
                        b"\x16\x03\x03\x00\x05\x0b\x00\x00\x01\x00",
                        b"\x16\x03\x01\x00\x04\x01\x00\x00\x00"):
            plain = self.plain(gate)
            plain.sendall(garbage)
            plain.shutdown(socket.SHUT_WR)
            self.read_all(plain)
        for garbage in (b"\x00", b"\x80\x2e\x01\x00\x02", b"\x15\x03\x03\x00\x02\x02\x28"):
            plain = self.plain(gate)
            plain.sendall(garbage)
            self.read_all(plain)
        self.check_alive(papod, gate)

    def test_who_says_nothing_costs_nothing_and_is_closed(self):
        papod, gate = self.start()
        silent = [self.plain(gate) for _ in range(50)]
        half = self.plain(gate)
        half.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc")
        self.check_alive(papod, gate)
        before = gate.cpu_seconds()
        for one in [*silent, half]:
            one.settimeout(15)
            self.assertEqual(self.read_all(one), b"")
        self.assertLess(gate.cpu_seconds() - before, 0.5)
        gate.wait_for_log("not finished after 10 seconds")

    def test_a_slow_handshake_arrives(self):
        papod, gate = self.start()
        plain = self.plain(gate)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = gated.context().wrap_bio(incoming, outgoing)
        while True:
            try:
                client.do_handshake()
                break
            except ssl.SSLWantReadError:
                self.send_slowly(plain, outgoing.read())
                incoming.write(plain.recv(65536))
        self.send_slowly(plain, outgoing.read())
        papod.take()

    def send_slowly(self, plain, data):
        for i in range(0, len(data), 40):
            plain.sendall(data[i:i + 40])
            time.sleep(0.01)

    def test_a_handshake_without_end_is_ended(self):
        papod, gate = self.start()
        plain = self.plain(gate)
        # A ClientHello that claims 64 KiB, in many records.
        record = b"\x16\x03\x01\x10\x00" + b"\x01\x00\xff\xff\x03\x03" + b"\x00" * 4090
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(16):
                plain.sendall(record)
                record = b"\x16\x03\x01\x10\x00" + b"\x00" * 4096
        self.read_all(plain)
        gate.wait_for_log("The handshake of a client failed")
        self.check_alive(papod, gate)

    def test_a_flood_of_stalled_handshakes_keeps_no_one_out(self):
        papod, gate = self.start()
        stalled = []
        for _ in range(700):
            one = socket.create_connection(("127.0.0.1", gate.port), papod_test.DEADLINE)
            stalled.append(one)
            one.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        began = time.monotonic()
        self.check_alive(papod, gate)
        self.assertLess(time.monotonic() - began, 2)
        gate.wait_for_log("too many handshakes of this address at once")
        self.assertLess(gate.count_files(), 400)
        for one in stalled:
            one.close()

    def test_a_client_that_closes_at_any_byte_leaves_nothing(self):
        papod, gate = self.start()
        files = gate.count_files()
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = gated.context().wrap_bio(incoming, outgoing)
        with self.assertRaises(ssl.SSLWantReadError):
            client.do_handshake()
        hello = outgoing.read()
        for length in range(0, len(hello) + 1, 7):
            plain = self.plain(gate)
            plain.sendall(hello[:length])
            plain.close()
        self.check_alive(papod, gate)
        self.wait_until(lambda: gate.count_files() <= files, "all are closed")

    def test_without_descriptors_the_gate_waits(self):
        papod = self.start_papod()
        gate = self.start_gate(before_exec=lambda: papod_test.resource.setrlimit(
            papod_test.resource.RLIMIT_NOFILE, (64, 64)))
        papod.expect("^HELLO ")
        flood = [self.plain(gate) for _ in range(200)]
        for one in flood:
            one.close()
        self.check_alive(papod, gate)


if __name__ == "__main__":
    unittest.main()
