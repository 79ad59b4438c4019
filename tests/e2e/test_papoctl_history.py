"""papoctl reads what was said, and the audit log says who has read it."""

import json
import os
import subprocess
import time

import papoctl
import papod_test
import test_control

CONFIG = ('classes = ( { name = "all"; flood_rate = 0; clients_per_address = 1000; } );\n'
          'history: { enabled = true; };\n')
PASSWORD = "correct-horse"


class History(papoctl.TestCase):
    CONFIG = CONFIG

    def enter(self, server, *nicks):
        clients = [self.client(server, nick) for nick in nicks]
        for client in clients:
            client.send("JOIN #a")
            client.expect(" 366 ")
        return clients

    def say(self, client, *lines, target="#a"):
        for line in lines:
            client.send(f"PRIVMSG {target} :{line}")
        client.sync()

    def texts(self, *words):
        status, out, errors = self.run_papoctl(*words, "--json")
        self.assertEqual((status, errors), (0, ""))
        return [row["text"] for row in json.loads(out)]

    def test_the_newest_messages_of_a_channel_are_shown(self):
        server = self.start()
        ana, bea = self.enter(server, "ana", "bea")
        self.say(ana, "one", "two")
        self.say(bea, "three")
        rows = self.ask("history #a")
        self.assertEqual([(row["source"].split("!")[0], row["target"], row["command"], row["text"])
                          for row in rows],
                         [("ana", "#a", "PRIVMSG", "one"), ("ana", "#a", "PRIVMSG", "two"),
                          ("bea", "#a", "PRIVMSG", "three")])
        self.assertRegex(rows[0]["time"], r"^20\d\d-.*Z$")
        self.assertEqual(len({row["msgid"] for row in rows}), 3)
        self.assertEqual(self.texts("history", "#a", "--limit", "1"), ["three"])
        self.assertEqual(self.texts("history", "#a", "--from", "ana", "--limit", "1"), ["two"])
        for row in rows:
            self.assertEqual(self.texts("history", "#a", "--since", row["time"]),
                             [other["text"] for other in rows if other["time"] >= row["time"]])
            self.assertEqual(self.texts("history", "#a", "--since", "1h", "--before", row["time"]),
                             [other["text"] for other in rows if other["time"] < row["time"]])
        self.assertEqual(self.texts("history", "#a", "--before", "2020-01-31"), [])
        self.assertRegex(self.act("history", "#a"), r"^TIME .*TEXT\n.*one\n.*two\n.*three$")
        audit = self.audited(2, act="papoctl history")
        self.assertEqual([(row["target"], row["details"]) for row in audit][:2],
                         [("#a", None), ("#a", "--limit 1")])
        self.assertIn("control socket, claimed by", audit[0]["operator"])

    def find(self, *texts):
        """Words are found a little later."""
        end = time.monotonic() + papod_test.DEADLINE
        while self.texts("search", "quick") != list(texts):
            self.assertLess(time.monotonic(), end)

    def test_words_are_found_in_channels_and_for_accounts(self):
        server = self.start()
        ana, bea = self.enter(server, "ana", "bea")
        for client in ana, bea:
            client.send(f"REGISTER * * {PASSWORD}")
            client.expect("REGISTER SUCCESS")
        self.say(ana, "the quick fox")
        self.say(ana, "a quick word", target="bea")
        bea.expect("a quick word")
        bea.send("JOIN #b")
        self.say(bea, "quick again", target="#b")
        self.find("the quick fox", "quick again")
        self.assertEqual(self.texts("search", "quick", "fox", "--in", "#a"), ["the quick fox"])
        self.assertEqual(self.texts("search", "quick", "--from", "bea"), ["quick again"])
        self.assertEqual(self.texts("search", "quick", "--in", "bea"), ["a quick word"])
        self.assertEqual(self.texts("history", "ana"), ["a quick word"])
        self.assertEqual(self.ask("history bea")[0]["target"], "bea")
        self.assertEqual([row["details"] for row in self.audited(1, target="quick fox")], ["--in #a"])

    def export(self, *words):
        status, out, errors = self.run_papoctl("export", *words)
        self.assertEqual((status, errors), (0, ""))
        return [json.loads(line) for line in out.splitlines()]

    def test_a_channel_is_exported_in_parts_while_the_chat_goes_on(self):
        server = self.start()
        ana, bea = self.enter(server, "ana", "bea")
        said = [f"message {number}" for number in range(1300)]
        self.say(ana, *said)
        with subprocess.Popen([papoctl.PAPOCTL, "export", "#a"], env=self.environment,
                              stdout=subprocess.PIPE, text=True) as export:
            for _ in range(20):
                bea.sync()
            rows = [json.loads(line) for line in export.stdout]
        self.assertEqual(export.returncode, 0)
        self.assertEqual([row["text"] for row in rows if row["command"] == "PRIVMSG"], said)
        self.assertEqual([row["source"].split("!")[0] for row in rows if row["command"] == "JOIN"],
                         ["ana", "bea"])
        self.assertEqual(len({row["msgid"] for row in rows}), len(rows))
        self.assertEqual(self.export("#a", "--before", "2020-01-01"), [])
        caller = test_control.Caller(os.path.join(self.state, "control.sock"))
        self.addCleanup(caller.close)
        answer = caller.call(f"{test_control.CONTROL}.ExportMessages", channel="#a")
        self.assertEqual(answer["error"], "org.varlink.service.ExpectedMore")
        answer = caller.call(f"{test_control.CONTROL}.ListMessages", place="#a", limit="3")
        self.assertEqual([row["text"] for row in answer["parameters"]["messages"]], said[-3:])
        self.assertFalse(answer["parameters"]["partial"])

    def test_a_caller_that_leaves_or_a_papod_that_dies_harms_no_one(self):
        server = self.start()
        ana, = self.enter(server, "ana")
        self.say(ana, *("x" * 300 for _ in range(2000)))
        for _ in range(5):
            caller = test_control.Caller(os.path.join(self.state, "control.sock"))
            call = {"method": f"{test_control.CONTROL}.ExportMessages", "more": True,
                    "parameters": {"channel": "#a"}}
            caller.socket.sendall(json.dumps(call).encode() + b"\0")
            caller.close()
        ana.sync()
        self.assertEqual(len(self.texts("history", "#a", "--limit", "1000")), 1000)

    def test_refusals_have_reasons(self):
        server = self.start()
        ana, = self.enter(server, "ana")
        ana.send(f"REGISTER * * {PASSWORD}", "JOIN #off", "CS REGISTER #off")
        ana.expect("#off is registered")
        ana.send("CS SET #off HISTORY OFF")
        ana.send("CS " + ana.expect("send: (SET #off HISTORY OFF .*)")[1])
        ana.expect("has no history")
        for words, reason in (("history #b", "There is no channel #b"), ("history eve", "There is no account eve"),
                              ("export ana", "There is no channel ana"),
                              ("history #off", "Messages in #off are not recorded"),
                              ("history #a --since yesterday", "A time is like"),
                              ("history #a --limit 1001", "The limit is a number from 1 to 1000"),
                              ("history #a --limit none", "The limit is a number from 1 to 1000"),
                              ("search x --in #b", "There is no channel #b")):
            with self.subTest(words=words):
                status = 67 if reason.startswith("There is no ") else 65
                self.assertIn(reason, self.act(*words.split(), status=status))
        self.assertEqual([row for row in self.ask("audit") if row["act"].startswith("papoctl ")], [])

    def test_without_history_that_is_said(self):
        self.CONFIG = CONFIG.replace("true", "false")
        server = self.start()
        self.enter(server, "ana")
        self.assertEqual(self.act("history", "#a", status=65),
                         "Messages are not recorded: history.enabled is off")


if __name__ == "__main__":
    papod_test.main()
