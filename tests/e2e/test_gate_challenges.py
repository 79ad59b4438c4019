"""papod-gate and issuers of certificates that connect with acme-tls/1 (RFC 8737)."""

import os
import signal
import ssl
import subprocess
import unittest

import gate_case
import gated
import papod_test

PROTOCOL = "acme-tls/1"


class Challenges(gate_case.GateCase):
    def setUp(self):
        super().setUp()
        self.proofs = os.path.join(self.directory, "proofs")
        os.mkdir(self.proofs)
        self.config = f'tls = {{ challenges = "{self.proofs}"; }};\n'

    def prove(self, host, name=None):
        """The files that dehydrated makes in its ALPNCERTDIR."""
        pair = self.pair(f"proofs/{name or host}", hosts=(host,))
        os.rename(pair.certificate, os.path.join(self.proofs, f"{name or host}.crt.pem"))
        os.rename(pair.key, os.path.join(self.proofs, f"{name or host}.key.pem"))
        pair.certificate = os.path.join(self.proofs, f"{name or host}.crt.pem")
        return pair.fingerprint

    def ask(self, gate, host, protocols=(PROTOCOL,), **options):
        context = gated.context(**options)
        context.set_alpn_protocols(protocols)
        return self.connect(gate, context, host)

    def s_client(self, gate, *options):
        return subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{gate.port}", "-alpn", PROTOCOL, *options],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            timeout=papod_test.DEADLINE)

    def check_refused(self, gate, *options):
        position = gate.log_position()
        done = self.s_client(gate, *options)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertIn("unrecognized name", done.stderr)
        return gate.wait_for_log("The handshake of a client failed", position)

    def check_clients(self, papod, gate):
        """The next one that papod is offered is the first, so none came before."""
        connection = self.connect(gate)
        self.assertEqual(papod.take()["number"], "1")
        self.check_echo(connection)

    def test_an_issuer_sees_the_proof_of_the_name_and_no_client_is_made_of_it(self):
        papod, gate = self.start(self.config)
        for host in ("one.example", "two.example"):
            proof = self.prove(host)  # while the gate runs
            for version in (None, ssl.TLSVersion.TLSv1_2):
                connection = self.ask(gate, host, version=version)
                self.assertEqual(gate_case.fingerprint_of(connection), proof)
                self.assertEqual(connection.selected_alpn_protocol(), PROTOCOL)
                self.assertEqual(connection.recv(100), b"")
                gate.wait_for_log(f"An issuer of certificates was shown a proof.*{host}")
        self.check_clients(papod, gate)

    def test_a_proof_comes_before_a_certificate_of_the_name(self):
        own = self.pair("own", hosts=("one.example",))
        _, gate = self.start(self.config + gate_case.tls_config(own))
        proof = self.prove("one.example")
        self.assertEqual(gate_case.fingerprint_of(self.ask(gate, "one.example")), proof)
        self.assertEqual(gate_case.fingerprint_of(self.connect(gate, host="one.example")),
                         own.fingerprint)

    def test_web_clients_have_the_same_port(self):
        _, gate = self.start(self.config, listen='listen = ( { address = "127.0.0.1"; port = 0; '
                             'tls = true; websocket = true; } );\n')
        proof = self.prove("one.example")
        self.assertEqual(gate_case.fingerprint_of(self.ask(gate, "one.example")), proof)

    def test_the_name_is_read_in_any_case(self):
        _, gate = self.start(self.config)
        self.prove("one.example")
        self.assertIn("CN = one.example", self.s_client(gate, "-servername", "One.EXAMPLE").stdout)

    def test_a_proof_that_is_gone_is_shown_no_more(self):
        papod, gate = self.start(self.config)
        self.prove("one.example")
        self.ask(gate, "one.example")
        for file in os.listdir(self.proofs):
            os.unlink(os.path.join(self.proofs, file))
        self.check_refused(gate, "-servername", "one.example")
        self.check_clients(papod, gate)

    def test_a_name_leads_nowhere_else(self):
        papod, gate = self.start(self.config)
        self.prove("one.example", "../outside")
        for name in ("../outside", "..", "a/../../outside", "one example"):
            self.check_refused(gate, "-servername", name)
        self.check_refused(gate, "-noservername")
        self.check_clients(papod, gate)

    def test_files_that_are_no_proof_are_named_in_the_log(self):
        papod, gate = self.start(self.config)
        self.prove("one.example")
        key = os.path.join(self.proofs, "one.example.key.pem")
        os.unlink(key)
        os.mkfifo(key)
        self.assertIn("one.example.key.pem: cannot be read",
                      self.check_refused(gate, "-servername", "one.example"))
        os.unlink(key)
        with open(key, "wb") as file:
            file.write(b"x" * 2 * 1024 * 1024)
        self.assertIn("the file is too large",
                      self.check_refused(gate, "-servername", "one.example"))
        self.check_clients(papod, gate)

    def test_only_clients_that_want_nothing_else_are_issuers(self):
        papod, gate = self.start(self.config)
        proof = self.prove("one.example")
        connection = self.ask(gate, "one.example", (PROTOCOL, "irc"))
        self.assertEqual(connection.selected_alpn_protocol(), "irc")
        self.assertNotEqual(gate_case.fingerprint_of(connection), proof)
        self.assertEqual(papod.take()["number"], "1")

    def test_without_a_directory_no_proof_is_shown(self):
        papod, gate = self.start()
        proof = self.prove("one.example")
        connection = self.ask(gate, "one.example")
        self.assertIsNone(connection.selected_alpn_protocol())
        self.assertNotEqual(gate_case.fingerprint_of(connection), proof)
        papod.take()

    def test_a_reload_changes_the_directory(self):
        _, gate = self.start()
        proof = self.prove("one.example")
        gate.write("papod.conf", gate_case.LISTEN + self.config)
        gate.process.send_signal(signal.SIGHUP)
        self.wait_until(lambda: gate_case.fingerprint_of(self.ask(gate, "one.example")) == proof,
                        "the proof is shown")

    def test_a_flood_of_issuers_leaves_nothing(self):
        papod, gate = self.start(self.config)
        self.prove("one.example")
        files = gate.count_files()
        for _ in range(200):
            self.ask(gate, "one.example").close()
        self.wait_until(lambda: gate.count_files() <= files, "all are closed")
        self.check_clients(papod, gate)


class Awaited(gate_case.GateCase):
    """The certificate of papod-acme, which systemd passes as a credential, or a text instead."""
    CONFIG = 'tls = { acme = [ "irc.example.org" ]; };\n'

    def setUp(self):
        super().setUp()
        self.credentials = os.path.join(self.directory, "credentials")
        os.mkdir(self.credentials)
        self.environment = {"CREDENTIALS_DIRECTORY": self.credentials}

    def put(self, certificate, key):
        for name, content in (("acme.crt", certificate), ("acme.key", key)):
            with open(os.path.join(self.credentials, name), "wb") as file:
                file.write(content)

    def check(self):
        """papod-gate --check"""
        config = os.path.join(self.directory, "check.conf")
        with open(config, "w", encoding="ascii") as file:
            file.write(self.CONFIG)
        done = subprocess.run([gated.GATE, "--check", "--config", config], text=True,
                              capture_output=True, check=False, timeout=papod_test.DEADLINE,
                              env={**os.environ, **self.environment})
        return done.returncode, done.stderr

    def test_until_it_is_there_the_server_signs_one_itself(self):
        self.put(b"none", b"none")
        self.assertEqual(self.check(), (0, ""))
        papod, gate = self.start(self.CONFIG, environment=self.environment)
        gate.wait_for_log("A certificate is not there yet.*/acme.crt")
        connection = self.connect(gate)
        papod.take()
        self.check_echo(connection)
        self.assertFalse(any("cannot be used" in line for line in gate.log if line))

    def test_then_it_is_used(self):
        pair = self.pair()
        with open(pair.certificate, "rb") as certificate, open(pair.key, "rb") as key:
            self.put(certificate.read(), key.read())
        self.assertEqual(self.check(), (0, ""))
        _, gate = self.start(self.CONFIG, environment=self.environment)
        self.assertEqual(gate_case.fingerprint_of(self.connect(gate)), pair.fingerprint)

    def test_a_damaged_one_is_reported(self):
        self.put(b"not a certificate", b"not a key, but long enough")
        status, said = self.check()
        self.assertEqual(status, 78)
        self.assertIn("acme.crt: has no certificate that can be read", said)


if __name__ == "__main__":
    unittest.main()
