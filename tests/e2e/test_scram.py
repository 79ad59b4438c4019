"""A client of GNU SASL proves passwords to papod's side of SCRAM (scram_server.c), and checks that
the server knows them."""

import base64
import os
import shutil
import subprocess
import unittest

import papod_test

SERVER = os.path.join(os.path.dirname(papod_test.PAPOD), "tests/e2e/scram_server")


@unittest.skipUnless(shutil.which("gsasl"), "gsasl is not installed")
class Scram(papod_test.TestCase):
    def start(self, *command):
        # In this locale gsasl takes its arguments as UTF-8.
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, bufsize=1, env={**os.environ, "LC_ALL": "C.UTF-8"})
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    @staticmethod
    def pass_line(giver, taker, change=lambda line: line):
        """False: there is none."""
        line = giver.stdout.readline()
        if line:
            taker.stdin.write(change(line))
        return bool(line)

    def exchange(self, name, password, *options, account=None, change=lambda line: line):
        """Exit statuses of client and server, and what the server reports. The account is the name
        and the password that the server knows; change() gets its last message."""
        client = self.start("gsasl", "--client", "--mechanism=SCRAM-SHA-256", "--no-cb", "--quiet",
                            f"--authentication-id={name}", f"--password={password}", *options)
        server = self.start(SERVER, *(account or (name, password)))
        self.assertEqual(client.stdout.readline(), "SCRAM-SHA-256\n")
        self.assertTrue(self.pass_line(client, server))
        self.assertTrue(self.pass_line(server, client))
        self.assertTrue(self.pass_line(client, server))
        if self.pass_line(server, client, change) and client.stdout.readline() == "\n":
            client.stdin.write("\n")  # the client's empty message is followed by the end
        client.stdin.close()
        status = client.wait(papod_test.DEADLINE), server.wait(papod_test.DEADLINE)
        client.stdin = None
        return *status, server.stderr.read().strip()

    def test_right_passwords_are_proved(self):
        for name, password in (
                ("user", "pencil"),
                ("a,b=c", "p,w=,"),
                ("åsa", "très secret"),
                ("ana", "two  spaces"),
                ("ana", "Motörhead"),
                ("ana", "x" * 300)):
            with self.subTest(name=name, password=password):
                self.assertEqual(self.exchange(name, password), (0, 0, ""))

    def test_a_client_may_ask_for_another_name(self):
        self.assertEqual(self.exchange("ana", "pencil", "--authorization-id=b,e=a"), (0, 0, ""))

    def test_composed_and_decomposed_letters_are_equal(self):
        for one, other in ("e\u0301te\u0301", "été"), ("été", "e\u0301te\u0301"):
            self.assertEqual(self.exchange("ana", one, account=("ana", other)), (0, 0, ""))

    def test_wrong_passwords_and_unknown_names_are_refused(self):
        for account in ("user", "pencils"), ("another", "pencil"):
            client, server, error = self.exchange("user", "pencil", account=account)
            self.assertNotEqual(client, 0)
            self.assertEqual((server, error), (1, "invalid-proof"))

    def test_the_client_checks_the_server(self):
        def forge(line):
            text = base64.b64decode(line).decode()
            other = "B" if text[2] == "A" else "A"
            return base64.b64encode((text[:2] + other + text[3:]).encode()).decode() + "\n"

        client, server, _ = self.exchange("user", "pencil", change=forge)
        self.assertNotEqual(client, 0)
        self.assertEqual(server, 0)


if __name__ == "__main__":
    papod_test.main()
