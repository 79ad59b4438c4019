"""Calling papoctl, for tests."""

import json
import os
import subprocess
import tempfile
import time

import papod_test

PAPOCTL = os.path.join(os.path.dirname(os.path.abspath(papod_test.PAPOD)), "papoctl")


class TestCase(papod_test.TestCase):
    CONFIG = ""

    def setUp(self):
        self.state = self.enterContext(tempfile.TemporaryDirectory(prefix="papod-test-"))
        self.environment = {**os.environ, "STATE_DIRECTORY": self.state}

    def start(self):
        return self.serve(self.CONFIG, environment={"STATE_DIRECTORY": self.state})

    def run_papoctl(self, *words):
        done = subprocess.run([PAPOCTL, *words], env=self.environment, capture_output=True,
                              text=True, timeout=papod_test.DEADLINE, check=False)
        return done.returncode, done.stdout, done.stderr

    def ask(self, command):
        status, out, errors = self.run_papoctl(*command.split(), "--json")
        self.assertEqual((status, errors), (0, ""))
        return json.loads(out)

    def act(self, *words, status=0):
        """The sentence."""
        got, out, errors = self.run_papoctl(*words)
        self.assertEqual(got, status, errors)
        return (errors if status else out).rstrip("\n").removeprefix("papoctl: ")

    def change(self, server, text):
        if not hasattr(server, "first"):
            with open(server.path("papod.conf"), encoding="utf-8") as file:
                server.first = file.read() + "\n"
        server.write("papod.conf", server.first + text)

    def audited(self, count, **fields):
        """So many entries with these fields; they are there once they are stored."""
        end, rows = time.monotonic() + papod_test.DEADLINE, []
        while len(rows) < count and time.monotonic() < end:
            rows = [row for row in self.ask("audit") if fields.items() <= row.items()]
        return rows
