"""papoctl asks a papod that runs, also while that is restarted."""

import json
import os
import subprocess
import tempfile

import papod_test
import test_control

PAPOCTL = os.path.join(os.path.dirname(os.path.abspath(papod_test.PAPOD)), "papoctl")
CONFIG = 'classes = ( { name = "all"; flood_rate = 0; clients_per_address = 1000; } );\n'
# What a field of each report must be, in its JSON.
REPORTS = {"status": "server", "clients": "address", "users": "nick", "channels": "name",
           "accounts": "name", "bans": "mask"}


class Papoctl(papod_test.TestCase):
    def setUp(self):
        self.state = self.enterContext(tempfile.TemporaryDirectory(prefix="papod-test-"))
        self.environment = {**os.environ, "STATE_DIRECTORY": self.state}

    def start(self):
        return self.serve(CONFIG, environment={"STATE_DIRECTORY": self.state})

    def run_papoctl(self, *words):
        done = subprocess.run([PAPOCTL, *words], env=self.environment, capture_output=True,
                              text=True, timeout=papod_test.DEADLINE, check=False)
        return done.returncode, done.stdout, done.stderr

    def ask(self, command):
        status, out, errors = self.run_papoctl("--json", command)
        self.assertEqual((status, errors), (0, ""))
        return json.loads(out)

    def test_each_command_answers_in_json_and_as_a_table(self):
        server = self.start()
        ana = self.client(server, "ana")
        ana.send("JOIN #a", "REGISTER * * sesame-and-more", "TOPIC #a :caf\u00e9 \x02bold")
        ana.expect(" TOPIC #a ")
        for command, field in REPORTS.items():
            with self.subTest(command=command):
                rows = self.ask(command)
                rows = rows if isinstance(rows, list) else [rows]
                self.assertEqual(len(rows), 0 if command == "bans" else 1)
                self.assertTrue(all(row[field] for row in rows))
                status, out, errors = self.run_papoctl(command)
                self.assertEqual((status, errors), (0, ""))
                self.assertTrue(out.startswith(("NICK ", "NAME ", "KIND ", "SERVER ")), out)
        self.assertEqual(self.ask("users")[0]["account"], "ana")
        self.assertEqual(self.ask("status")["accounts"], 1)
        self.assertIn("caf\u00e9 ?bold", self.run_papoctl("channels")[1])
        self.assertEqual(self.run_papoctl(), self.run_papoctl("status"))

    def test_a_long_list_comes_in_parts_while_the_chat_goes_on(self):
        server = self.start()
        clients = [self.client(server, f"u{number}") for number in range(200)]
        self.assertEqual([row["nick"] for row in self.ask("users")],
                         [f"u{number}" for number in range(200)])
        self.assertEqual(len(self.ask("clients")), 200)
        clients[0].sync()
        caller = test_control.Caller(os.path.join(self.state, "control.sock"))
        self.addCleanup(caller.close)
        answer = caller.call(f"{test_control.CONTROL}.ListUsers")
        self.assertEqual(answer["error"], "org.varlink.service.ExpectedMore")
        self.assertEqual(len(caller.call(f"{test_control.CONTROL}.GetStatus")
                             ["parameters"]["status"]), 1)

    def test_what_is_wrong_is_said(self):
        for words, status, message in (
                (("nonsense",), 64, "there is no command"), (("--nonsense",), 64, "--help"),
                (("users", "more"), 64, "unexpected argument"),
                (("users",), 69, "does not run")):
            with self.subTest(words=words):
                got, out, errors = self.run_papoctl(*words)
                self.assertEqual((got, out), (status, ""))
                self.assertIn(message, errors)

    def test_help_and_version(self):
        status, out, _ = self.run_papoctl("--help")
        self.assertEqual(status, 0)
        for command in REPORTS:
            self.assertIn(f"  {command} ", out)
        self.assertRegex(self.run_papoctl("--version")[1], r"^papoctl [0-9.]+\n$")


if __name__ == "__main__":
    papod_test.main()
