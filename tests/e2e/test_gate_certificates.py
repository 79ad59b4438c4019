"""papod-gate: certificates that are made, bad, changed, or near their end."""

import os
import shutil
import signal
import subprocess
import time
import unittest

import gate_case
import gated
import papod_test


class Certificates(gate_case.GateCase):
    def test_without_a_certificate_one_is_made_and_kept(self):
        state = os.path.join(self.directory, "state")
        os.mkdir(state)
        seen = set()
        for _ in range(2):
            papod, gate = self.start('server = { name = "irc.example.net"; };\n',
                                     environment={"STATE_DIRECTORY": state})
            connection = self.connect(gate)
            seen.add(gate_case.fingerprint_of(connection))
            self.assertIn(gate_case.fingerprint_of(connection), gate.wait_for_log("fingerprint="))
            self.assertIn("irc.example.net", gate.wait_for_log("Certificate loaded"))
            gate.stop()
            papod.stop()
        self.assertEqual(len(seen), 1)
        kept = os.path.join(state, "self-signed.pem")
        self.assertEqual(os.stat(kept).st_mode & 0o777, 0o600)
        text = subprocess.run(["openssl", "x509", "-in", kept, "-noout", "-text"], check=True,
                              capture_output=True).stdout.decode()
        self.assertIn("prime256v1", text)
        self.assertIn("DNS:irc.example.net", text)
        subprocess.run(["openssl", "x509", "-in", kept, "-noout", "-checkend",
                        str(3650 * 86400)], check=True, capture_output=True)

    def test_a_bad_pair_names_its_file_and_its_reason(self):
        one, other = self.pair("one"), self.pair("other")
        small = self.pair("small", key="rsa:1024")
        locked = os.path.join(self.directory, "locked.key")
        subprocess.run(["openssl", "pkey", "-in", one.key, "-aes256", "-passout", "pass:secret",
                        "-out", locked], check=True)
        missing = os.path.join(self.directory, "missing.key")
        garbage = os.path.join(self.directory, "garbage.key")
        with open(garbage, "w", encoding="ascii") as file:
            file.write("garbage\n")
        der = os.path.join(self.directory, "der.crt")
        subprocess.run(["openssl", "x509", "-in", one.certificate, "-outform", "der", "-out", der],
                       check=True)
        for certificate, key, reason in (
                (one.certificate, other.key, f"{other.key}: the key does not belong to the "
                                             f"certificate in {one.certificate}"),
                (one.certificate, missing, f"{missing}: cannot be read: "),
                (one.certificate, garbage, f"{garbage}: has no private key"),
                (one.certificate, locked, f"{locked}: the key has a password"),
                (garbage, one.key, f"{garbage}: has no certificate"),
                (der, one.key, f"{der}: cannot be read: it is not a text"),
                (small.certificate, small.key, f"{small.certificate}: OpenSSL refuses")):
            with self.subTest(reason):
                gate = self.start_gate(
                    f'tls = {{ certificate = "{certificate}"; key = "{key}"; }};\n')
                self.assertIn(reason, gate.wait_for_log("A certificate cannot be used"))
                gate.wait_for_log("A self-signed certificate was made")
                gate.stop()

    def test_the_check_tells_good_pairs_from_bad_ones(self):
        one, other = self.pair("one"), self.pair("other")
        path = os.path.join(self.directory, "checked.conf")
        good, bad = (one.certificate, one.key), (one.certificate, other.key)
        mismatch = f"{other.key}: the key does not belong to the certificate in {one.certificate}"
        for option, pairs, status, said in (
                ("--check", [], 0, "no certificate is configured"),
                ("--check", [good, (other.certificate, other.key)], 0,
                 "the certificates are good (2)"),
                ("--check", [good, bad], 78, mismatch),
                ("--check-any", [], 0, "no certificate is configured"),
                ("--check-any", [good], 0, "the certificates are good (1)"),
                ("--check-any", [bad, good], 0, "of the certificates (2), some are good (1)"),
                ("--check-any", [bad], 78, mismatch)):
            with open(path, "w", encoding="utf-8") as file:
                file.write("certificates = (" + ",".join(
                    f'{{ name = "c{number}"; certificate = "{certificate}"; key = "{key}"; }}'
                    for number, (certificate, key) in enumerate(pairs)) + ");\n")
            done = subprocess.run([gated.GATE, option, "--config", path], capture_output=True, text=True,
                                  timeout=papod_test.DEADLINE, check=False)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(said, done.stdout + done.stderr)

    def test_changed_files_are_read_again(self):
        pair, fresh = self.pair("server"), self.pair("fresh")
        _, gate = self.start(gate_case.tls_config(pair))
        before, after = pair.fingerprint, fresh.fingerprint
        self.assertEqual(gate_case.fingerprint_of(self.connect(gate)), before)
        began = time.monotonic()
        fresh.replace(pair)
        self.wait_until(lambda: gate_case.fingerprint_of(self.connect(gate)) == after, "the new one")
        self.assertLess(time.monotonic() - began, 2)

    def test_at_a_reload_a_bad_pair_leaves_the_old_one(self):
        pair, other = self.pair("server"), self.pair("other")
        _, gate = self.start(gate_case.tls_config(pair))
        before = gate_case.fingerprint_of(self.connect(gate))
        position = gate.log_position()
        os.replace(other.key, pair.key)
        gate.process.send_signal(signal.SIGHUP)
        gate.wait_for_log("does not belong to the certificate", position)
        self.assertEqual(gate_case.fingerprint_of(self.connect(gate)), before)

    def start_with_state(self, config):
        state = os.path.join(self.directory, "state")
        os.makedirs(state, exist_ok=True)
        return self.start_gate(config, environment={"STATE_DIRECTORY": state})

    def test_at_a_start_with_bad_files_the_last_good_copy_serves(self):
        pair, other = self.pair("server"), self.pair("other")
        copy = os.path.join(self.directory, "state", "last-good-tls.pair0.crt")
        gate = self.start_with_state(gate_case.tls_config(pair))
        gate.wait_for_log("Certificate loaded")
        gate.stop()
        self.assertEqual(os.stat(copy).st_mode & 0o777, 0o600)
        os.replace(other.key, pair.key)
        gate = self.start_with_state(gate_case.tls_config(pair))
        gate.wait_for_log("last good copy of a certificate is used: .*does not belong to the certificate")
        self.assertEqual(gate_case.fingerprint_of(self.connect(gate)), pair.fingerprint)
        self.assertFalse(any("cannot be used:" in line for line in gate.log if line))
        gate.stop()
        # Good files replace it, and what is not configured any more has no copy.
        fresh = self.pair("fresh")
        before = fresh.fingerprint
        fresh.replace(pair)
        gate = self.start_with_state(gate_case.tls_config(pair))
        self.assertEqual(gate_case.fingerprint_of(self.connect(gate)), before)
        gate.stop()
        self.start_with_state("certificates = nonsense;\n").stop()
        self.assertTrue(os.path.exists(copy))
        self.start_with_state("").stop()
        self.assertFalse(os.path.exists(copy))

    def test_sighup_reads_the_configuration_again(self):
        pair = self.pair("server")
        _, gate = self.start()
        gate.write("papod.conf", gate_case.LISTEN + gate_case.tls_config(pair))
        position = gate.log_position()
        gate.process.send_signal(signal.SIGHUP)
        gate.wait_for_log("Certificate loaded: .*" + pair.fingerprint, position)
        self.assertEqual(gate_case.fingerprint_of(self.connect(gate)), pair.fingerprint)

    def test_credentials_come_first(self):
        pair, wrong = self.pair("server"), self.pair("wrong")
        credentials = os.path.join(self.directory, "credentials")
        os.mkdir(credentials)
        shutil.copy(pair.certificate, os.path.join(credentials, "tls.crt"))
        shutil.copy(pair.key, os.path.join(credentials, "tls.key"))
        _, gate = self.start(
            f'tls = {{ certificate = "{wrong.certificate}"; key = "{wrong.key}"; }};\n',
            environment={"CREDENTIALS_DIRECTORY": credentials})
        self.assertEqual(gate_case.fingerprint_of(self.connect(gate)), pair.fingerprint)

    def test_the_end_of_a_certificate_is_announced(self):
        for days, text in ((13, r"expires soon: .*days=1[23]"), (15, None)):
            pair = self.pair(f"days{days}", days=days)
            gate = self.start_gate(gate_case.tls_config(pair))
            gate.wait_for_log(gate_case.STARTED)
            if text:
                gate.wait_for_log(text)
            else:
                self.connect(gate)  # it has been through a turn
                self.assertFalse(any("expires soon" in line for line in gate.log if line))
            gate.stop()


if __name__ == "__main__":
    unittest.main()
