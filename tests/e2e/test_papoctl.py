"""papoctl asks a papod that runs, also while that is restarted."""

import datetime
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import gate_case
import papoctl
import papod_test
import service_manager
import test_control
import test_gate_chat
import test_uploads
import varlink_grammar

CONFIG = 'classes = ( { name = "all"; flood_rate = 0; clients_per_address = 1000; } );\n'
# What a field of each report must be, in its JSON.
REPORTS = {"status": "server", "filters": "name", "filter test x": "name", "reports": "number", "lockdown": "level",
           "clients": "address", "users": "nick", "channels": "name",
           "accounts": "name", "bans": "mask", "registered": "name", "listeners": "name",
           "certificates": "certificate", "audit": "act",
           "whois ana": "nick", "why ana": "effect", "members #a": "nick", "whowas eva": "address",
           "metadata list ana": "key", "channel access #a": "account", "invitations": "id"}

NONE = ("bans", "why ana", "certificates", "audit", "filters", "filter test x", "reports", "invitations")


class Papoctl(papoctl.TestCase):
    CONFIG = CONFIG

    def test_each_command_answers_in_json_and_as_a_table(self):
        server = self.start()
        ana = self.client(server, "ana")
        ana.send("JOIN #a", "REGISTER * * sesame-and-more", "TOPIC #a :caf\u00e9 \x02bold")
        ana.expect(" TOPIC #a ")
        ana.send("CS REGISTER #a", "METADATA * SET url :https://ana.example/")
        ana.expect("ChanServ.*#a")
        ana.expect("https://ana.example/")
        eva = self.client(server, "eva")
        eva.send("QUIT")
        eva.expect_end("^ERROR ")
        for command, field in REPORTS.items():
            with self.subTest(command=command):
                rows = self.ask(command)
                rows = rows if isinstance(rows, list) else [rows]
                self.assertEqual(len(rows), 0 if command in NONE else 1)
                self.assertTrue(all(row[field] for row in rows))
                status, out, errors = self.run_papoctl(*command.split())
                self.assertEqual(status, 0)
                self.assertIn("nothing that papod knows" if command == "why ana" else "", errors)
                self.assertEqual(bool(errors), command == "why ana")
                self.assertTrue(out.startswith(("NICK ", "NAME ", "KIND ", "SERVER ", "EFFECT ", "TIME ", "NUMBER ", "LEVEL ", "KEY ",
                                                "ACCOUNT ", "ID ")), out)
        self.assertEqual(self.ask("users")[0]["account"], "ana")
        self.assertEqual(self.ask("status")["accounts"], 1)
        self.assertEqual(self.ask("registered")[0]["founder"], "ana")
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

    def test_acts_are_those_of_operators(self):
        server = self.start()
        ana, bea = self.client(server, "ana"), self.client(server, "bea")
        for client in ana, bea:
            client.send("JOIN #a")
            client.expect(" 366 ")
        self.assertEqual(self.act("notice", "#a", "hello", "-j", "all"), "Sent the notice to #a")
        self.assertEqual(self.act("notice", "*", "", " ", "", status=65), "The notice has no text")
        ana.expect("NOTICE #a :hello -j all")
        self.assertEqual(self.act("kick", "#a", "bea", "too", "loud"), "Removed bea from #a")
        bea.expect("KICK #a bea :too loud")
        self.assertEqual(self.act("kick", "#a", "bea", status=65), "bea is not in #a")
        self.assertEqual(self.act("ban", "add", "resv", "#evil", "--duration", "1h", "No", "evil"),
                         "Added RESV for [#evil] for 1h: No evil")
        self.assertEqual(self.ask("why #evil")[0]["reason"], "No evil")
        self.assertEqual([(ban["mask"], ban["hits"]) for ban in self.ask("bans")], [("#evil", 0)])
        for _ in range(2):
            ana.send("JOIN #evil")
            ana.expect(" 479 ana #evil ")
        self.assertEqual([(ban["reason"], ban["hits"]) for ban in self.ask("bans")], [("No evil", 2)])
        self.assertEqual(self.act("ban", "remove", "resv", "#evil"), "Removed RESV for [#evil]")
        self.assertEqual(self.act("kill", "bea", "spam"), "Disconnected bea")
        bea.expect("KILL bea :spam")
        server.wait_for_log("control socket, claimed by")
        self.assertEqual(json.loads(self.act("-j", "notice", "ana", "hello")), "Sent the notice to ana")
        self.assertEqual([(row["act"], row["target"], row["details"]) for row in self.audited(6)],
                         [("papoctl notice", "#a", None), ("papoctl kick", "#a", "bea too loud"),
                          ("papoctl ban add", "#evil", "resv No evil --duration 1h"),
                          ("papoctl ban remove", "#evil", "resv"), ("papoctl kill", "bea", "spam"),
                          ("papoctl notice", "ana", None)])
        self.assertEqual(len(self.ask("audit *kick")), 1)
        self.assertEqual(self.act("whois", "bea", status=67), "There is no user bea")
        self.assertEqual(self.act("members", "#evil", status=67), "There is no channel #evil")

    def test_an_invitation_is_known_to_papoctl_alone(self):
        """papod has its hash, and it registers an account where others cannot."""
        self.CONFIG = CONFIG + "accounts: { registration = false; invitations = true; };"
        server = self.start()
        said = self.act("invitation", "add", "--duration", "2d")
        token = re.search(r"The invitation (\w{8}) registers one account until .* The invitation is (\w{32}), ", said)
        self.assertTrue(token, said)
        self.assertEqual([(row["id"], row["creator"][:14]) for row in self.ask("invitations")], [(token[1], "control socket")])
        self.assertEqual(self.complete("bash", "invitation", "remove", ""), [token[1]])
        eva = self.client(server, "eva")
        eva.send("REGISTER * * sesame-and-more")
        eva.expect("FAIL REGISTER ")
        eva.send(f"REGISTER * {token[2]} sesame-and-more")
        eva.expect("REGISTER SUCCESS eva ")
        self.assertEqual(self.ask("invitations"), [])
        self.assertFalse([line for line in server.log if line and token[2] in line])
        said = self.act("-j", "invitation", "add", "--hash", hashlib.sha256(b"OWN-INVITATION-OF-MINE").hexdigest())
        self.assertNotIn("The invitation is", said)
        self.assertEqual(self.act("invitation", "remove", self.ask("invitations")[0]["id"])[-8:], "removed.")
        self.assertIn("no SHA-256", self.act("invitation", "add", "--hash", "0123", status=65))

    def test_an_e_line_counts_who_gets_in(self):
        server = self.start()
        self.act("ban", "add", "eline", "*@127.0.0.1")
        self.client(server, "ana")
        self.act("ban", "add", "kline", "*@127.0.0.1")
        for nick in "bea", "cid":
            self.client(server, nick)
        self.assertEqual([(ban["kind"], ban["hits"]) for ban in self.ask("bans")], [("E-line", 2), ("K-line", 0)])

    def test_uploaded_files_are_listed_and_deleted(self):
        self.CONFIG = CONFIG + 'uploads: { url = "http://127.0.0.1/upload"; };'
        server = self.serve(self.CONFIG, environment={"STATE_DIRECTORY": self.state},
                            listen=f"listen = ( {test_gate_chat.PLAIN}, {test_uploads.WEB % ''} );\n")
        ana = self.client(server, "ana")
        ana.send("REGISTER * * sesame-and-more")
        ana.expect("REGISTER SUCCESS")
        urls = [self.upload(server) for _ in range(2)]
        self.assertEqual(sorted(row["url"] for row in self.ask("uploads ana")), sorted(urls))
        self.assertIn("image/png", self.run_papoctl("uploads", "ana")[1])
        self.assertEqual(self.ask("uploads ana --page 2"), [])
        self.assertIn("of ana is deleted", self.act("upload", "delete", urls[0]))
        self.assertEqual([row["url"] for row in self.ask("uploads ana")], [urls[1]])
        self.assertIn("There is no such file", self.act("upload", "delete", urls[0], status=65))
        self.assertEqual(self.act("uploads", "eve", status=67), "There is no account eve.")
        self.assertIn(("NickServ UPLOADS", "DELETE"), [(row["act"], row["target"]) for row in self.audited(5)])

    def test_all_uploaded_files_of_an_account_are_listed(self):
        """Gates report ten at a time."""
        self.CONFIG = CONFIG + 'uploads: { url = "http://127.0.0.1/upload"; hourly = 100; };'
        server = self.serve(self.CONFIG, environment={"STATE_DIRECTORY": self.state},
                            listen=f"listen = ( {test_gate_chat.PLAIN}, {test_uploads.WEB % ''} );\n")
        ana = self.client(server, "ana")
        ana.send("REGISTER * * sesame-and-more")
        ana.expect("REGISTER SUCCESS")
        for count in 10, 13, 20, 21:
            urls = [self.upload(server) for _ in range(count - len(self.ask("uploads ana")))]
            rows = self.ask("uploads ana")
            self.assertEqual(len({row["url"] for row in rows}), count)
            self.assertTrue(set(urls) <= {row["url"] for row in rows})
        self.assertEqual([len(self.ask(f"uploads ana --page {page}")) for page in (1, 2, 3, 4)], [10, 10, 1, 0])
        self.assertEqual(self.ask("uploads ana --page 3"), rows[20:])
        caller = test_control.Caller(os.path.join(self.state, "control.sock"))
        self.addCleanup(caller.close)
        answer = caller.call(f"{test_control.CONTROL}.ListUploads", account="ana")["parameters"]
        self.assertEqual(answer["files"], rows[:10])

    def test_a_reload_is_shown_before(self):
        server = self.start()
        ana = self.client(server, "ana")
        self.assertEqual(self.ask("changes"), [])
        self.change(server, "limits: { nick_length = 12; };")
        self.assertEqual(self.ask("changes"), [{"option": "limits.nick_length", "current": "30",
                                                "new": "12", "needsRestart": False}])
        self.assertRegex(self.act("reload"), r"(?s)limits.nick_length  30 .*The new configuration is in force$")
        self.assertEqual(self.ask("changes"), [])
        server.wait_for_log("claimed by")
        self.change(server, "limits: { nick_length = 1; };\nnonsense = 2;")
        self.assertRegex(self.act("changes", status=65), r"(?s)papod.conf:\d+: .*papod.conf:\d+: ")
        self.act("reload", status=65)
        caller = test_control.Caller(os.path.join(self.state, "control.sock"))
        self.addCleanup(caller.close)
        answer = caller.call(f"{test_control.CONTROL}.Reload")
        self.assertEqual(answer["error"], f"{test_control.CONTROL}.Refused")
        self.assertIn("papod.conf:", answer["parameters"]["reason"])
        ana.sync()

    def complete(self, shell, *words):
        """What the shell offers for the last word."""
        scripts = {
            "bash": 'source "$0/papoctl.bash"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _papoctl; '
                    'printf "%s\\n" "${COMPREPLY[@]}"',
            "fish": 'source "$argv[1]/papoctl.fish"; '
                    'complete -C (string join " " -- (string escape -- $argv[2..-2]) $argv[-1])',
            "zsh": 'compadd() { shift; print -rl -- "$@"; }; _files() { print files; }; '
                   'words=("$@"); CURRENT=$#; . "$0/_papoctl"'}
        directory = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../completion")
        path = os.path.dirname(papoctl.PAPOCTL) + ":" + os.environ["PATH"]
        done = subprocess.run([shell, *(["-f"] if shell == "zsh" else []), "-c", scripts[shell],
                               directory, "papoctl", *words], env={**self.environment, "PATH": path, "HOME": self.state},
                              capture_output=True, text=True, timeout=papod_test.DEADLINE, check=False)
        self.assertEqual(done.stderr, "")
        return sorted(line for line in done.stdout.splitlines() if line)

    def test_shells_complete_commands_and_names(self):
        server = self.start()
        for nick in "ana", "Anton", "bea":
            self.client(server, nick).send("JOIN #a-" + nick)
        self.act("ban", "add", "resv", "#evil")
        self.act("filter", "add", "words", "literal", "text", "block", "evil words")
        with open(os.path.join(self.state, "papod-only.conf"), "w", encoding="ascii"):
            pass
        cid = self.client(server, "cid")
        cid.send("REGISTER * * sesame-and-more", "REPORT ana :rude")
        cid.expect("REGISTER SUCCESS")
        cid.sync()
        for shell in "bash", "zsh", "fish":
            if not shutil.which(shell):
                continue  # ./dev check installs them
            with self.subTest(shell=shell):
                self.assertEqual(self.complete(shell, "wh"), ["whois", "whowas", "why"])
                self.assertEqual(self.complete(shell, "ba"), ["backup", "ban", "bans"])
                self.assertEqual(self.complete(shell, "ban", ""), ["add", "remove"])
                self.assertEqual(self.complete(shell, "ban", "add", "k"), ["kline"])
                self.assertEqual(self.complete(shell, "whois", "an"), ["Anton", "ana"])
                self.assertEqual(self.complete(shell, "kick", "x", "b"), ["bea"])
                self.assertEqual([name.replace("\\", "") for name in self.complete(shell, "members", "\\#a-an"
                                                                                   if shell == "fish" else "#a-an")],
                                 ["#a-Anton", "#a-ana"])
                self.assertEqual(self.complete(shell, "ban", "add", "kline", "x", "--d"), ["--duration"])
                self.assertEqual(self.complete(shell, "me"), ["members", "metadata", "metrics"])
                self.assertEqual(self.complete(shell, "imp"), ["import"])
                self.assertEqual(self.complete(shell, "import", ""),
                                 ["anope", "atheme", "ergo", "ergo-accounts", "inspircd", "ngircd", "soju",
                                  "unrealircd", "znc"])
                self.assertEqual(self.complete(shell, "import", "--i"), ["--into"])
                self.assertEqual(self.complete(shell, "import", "--c"), ["--channel", "--charset"])
                self.assertEqual(self.complete(shell, "import", "--network", "znc", "s"), ["soju"])
                self.assertEqual(self.complete(shell, "import", "--dry-run", "ng"), ["ngircd"])
                self.assertIn("papod-only.conf" if shell != "zsh" else "files",
                              self.complete(shell, "import", "ngircd", self.state + "/papod-o")[0])
                self.assertEqual(self.complete(shell, "-i", "den", "force", "n"), ["nick"])
                self.assertEqual(self.complete(shell, "-j", "whois", "be"), ["bea"])
                self.assertEqual(self.complete(shell, "log-level", "in"), ["info"])
                self.assertEqual(self.complete(shell, "lo"), ["lockdown", "log-level"])
                self.assertEqual(self.complete(shell, "lockdown", "s"), ["set"])
                self.assertEqual(self.complete(shell, "lockdown", "set", "a"), ["accounts"])
                self.assertEqual(self.complete(shell, "force", ""), ["host", "join", "mode", "nick", "part"])
                self.assertEqual(self.complete(shell, "force", "nick", "b"), ["bea"])
                self.assertEqual(self.complete(shell, "filter", "add", "x", "g"), ["glob"])
                self.assertEqual(self.complete(shell, "filter", "remove", "w"), ["words"])
                self.assertEqual(self.complete(shell, "account", "suspend", "c"), ["cid"])
                self.assertEqual(self.complete(shell, "report", "take", ""), ["1"])
                self.assertEqual(self.complete(shell, "metadata", ""), ["clear", "list", "set"])
                self.assertEqual(self.complete(shell, "channel", ""), ["access", "drop", "hold", "transfer"])
                self.assertEqual(self.complete(shell, "metadata", "list", "be"), ["bea"])
                self.assertEqual(self.complete(shell, "uploads", "c"), ["cid"])
                self.assertEqual(self.complete(shell, "rename", "x", ""), [])
                self.assertEqual(self.complete(shell, "search", "x", "--in", "\\#a-b" if shell == "fish" else "#a-b"),
                                 self.complete(shell, "members", "\\#a-b" if shell == "fish" else "#a-b"))
                self.assertEqual(self.complete(shell, "history", "x", "--from", "be"), ["bea"])
                self.assertEqual(self.complete(shell, "status", ""), [])
                self.assertEqual(self.complete(shell, "nonsense", "x"), [])

    def test_the_log_level_is_changed_until_a_restart(self):
        server = self.start()
        self.assertEqual(self.act("log-level"), "The log level is info")
        self.assertEqual(self.act("log-level", "loud", status=65),
                         "There is no level loud; it is one of error, warning, notice, info and debug")
        self.assertEqual(self.act("log-level", "error"), "The log level was info, and is error now")
        self.client(server, "quiet")
        self.act("reload")
        self.assertEqual(self.act("log-level", "debug"), "The log level was error, and is debug now")
        self.client(server, "loud")
        server.wait_for_log("nick=loud")
        self.assertFalse([line for line in server.log if line and "nick=quiet" in line])
        self.assertEqual([(row["act"], row["target"]) for row in self.audited(3)],
                         [("papoctl log-level", "error"), ("papoctl reload", None), ("papoctl log-level", "debug")])

    def test_certificates_have_names_and_an_end(self):
        """papod-gate, which papod has started, tells of them, also after a restart and a change."""
        hosts = ("irc.example.org", "*.example.org")
        pair = gate_case.Pair(self.state, "pair", days=20, hosts=hosts)
        self.CONFIG = (CONFIG + f'tls = {{ certificate = "{pair.certificate}"; key = "{pair.key}"; }};\n')
        server = self.serve(self.CONFIG, environment={"STATE_DIRECTORY": self.state},
                            listen='listen = ( { name = "tcp"; address = "127.0.0.1"; port = 0; },\n'
                                   '{ name = "tls"; address = "127.0.0.1"; port = 0; tls = true; } );\n')

        def wait_for(days):
            day = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime("%Y-%m-%d")
            self.wait_until(lambda: (self.ask("certificates")[0]["expires"] or "").startswith(day), "the gate tells")
            self.assertEqual(self.ask("certificates")[0]["names"].split(), [*hosts])

        wait_for(20)
        server.wait_for_log("The server is ready")
        position = server.log_position()
        server.process.send_signal(signal.SIGUSR2)
        server.wait_for_log("The server is ready", position)
        wait_for(20)
        gate_case.Pair(self.state, "new", days=40, hosts=hosts).replace(pair)
        self.act("reload")
        wait_for(40)

    def test_filters_are_tested(self):
        self.start()
        self.act("filter", "add", "words", "literal", "text", "block:dry", "evil words")
        self.act("filter", "add", "caps", "regex", "text,topic", "kick", "^EVIL.*S")
        rows = self.ask("filter test some evil words")
        self.assertEqual(rows, [{"name": "words", "result": "match", "action": "block", "dryRun": True,
                                 "places": "text", "pattern": "evil words"}])
        self.assertEqual([row["name"] for row in self.ask("filter test EVIL WORDS SHOUTEDLOUDLY")], ["words", "caps"])
        self.assertEqual(self.ask("filter test hello"), [])
        self.assertEqual([(row["name"], row["state"], row["hits"]) for row in self.ask("filters")],
                         [("words", "dry", 0), ("caps", "on", 0)])

    def test_an_act_that_is_stored_is_answered_then(self):
        server = self.start()
        ana = self.client(server, "ana")
        ana.send("REGISTER * * sesame-and-more")
        ana.expect("REGISTER SUCCESS")
        self.assertEqual(self.act("account", "hold", "ana", "ON"), "The account ana does not expire.")
        self.assertIn("There is no account", self.act("account", "suspend", "eve", status=65))
        self.assertIn("is suspended", self.act("account", "suspend", "ana"))
        ana.expect("ERROR ")

    def test_watch_repeats_a_report(self):
        server = self.start()
        with subprocess.Popen([papoctl.PAPOCTL, "--watch=1", "users", "--json"], env=self.environment,
                              stdout=subprocess.PIPE, text=True) as watch:
            self.assertEqual(watch.stdout.readline(), "[]\n")
            self.client(server, "ana")
            for line in watch.stdout:
                if '"nick": "ana"' in line:
                    break
            watch.terminate()
        self.assertIn("is for reports", self.act("-w", "kill", "ana", "x", status=64))

    def test_backup_is_that_of_papod(self):
        self.start()
        copy = os.path.join(self.state, "copy.db")
        self.run_papoctl("backup", copy)
        with open(copy, "rb") as file:
            self.assertEqual(file.read(15), b"SQLite format 3")
        self.assertEqual(self.run_papoctl("backup", "/nowhere/copy.db")[0], 73)

    def upload(self, server):
        """The URL of a new file of ana."""
        made = http.client.HTTPConnection("127.0.0.1", test_gate_chat.gate_port(server), timeout=papod_test.DEADLINE)
        self.addCleanup(made.close)
        made.request("POST", "/upload", test_uploads.PNG,
                     {"Content-Type": "image/png", **test_uploads.basic(password="sesame-and-more")})
        return made.getresponse().headers["Location"]

    def test_answers_are_as_the_interface_says(self):
        """Each method is called, and its reply is compared with its description."""
        self.CONFIG = (CONFIG + 'history: { enabled = true; }; accounts: { invitations = true; };'
                       'uploads: { url = "http://127.0.0.1/upload"; };')
        server = self.serve(self.CONFIG, environment={"STATE_DIRECTORY": self.state},
                            listen=f"listen = ( {test_gate_chat.PLAIN}, {test_uploads.WEB % ''} );\n")
        ana, bea = self.client(server, "ana"), self.client(server, "bea")
        ana.send("REGISTER * * sesame-and-more", "JOIN #a", "PRIVMSG #a :hello")
        ana.expect("REGISTER SUCCESS")
        ana.send("CS REGISTER #a")
        ana.expect("#a is registered")
        ana.send("REPORT bea :rude", "REPORT bea :ruder")
        ana.expect("report 2")
        bea.send("REGISTER * * sesame-and-more", "JOIN #r")
        bea.expect("REGISTER SUCCESS")
        bea.expect(" 366 ")
        caller = test_control.Caller(os.path.join(self.state, "control.sock"))
        self.addCleanup(caller.close)
        interfaces = {}
        for name in caller.call(test_control.INFO)["parameters"]["interfaces"]:
            text = caller.call("org.varlink.service.GetInterfaceDescription", interface=name)
            interfaces[name] = varlink_grammar.Interface(text["parameters"]["description"])
            self.assertEqual(interfaces[name].name, name)
        interface = interfaces[test_control.CONTROL]
        values = {"nick": "ana", "channel": "#a", "subject": "ana", "target": "ana", "text": "hello",
                  "reason": "why", "kind": "xline", "mask": "Bad", "duration": "1d", "operator": "root",
                  "openMetrics": True, "place": "#a", "words": "hello", "in": "#a", "from": "ana", "since": "1h",
                  "before": "2100-01-01", "limit": "5", "level": "info", "name": "words", "match": "literal",
                  "places": "text", "action": "block", "pattern": "evil", "number": "1", "answer": "thanks",
                  "newNick": "bee", "host": "host.example", "modes": "+m", "account": "ana", "state": "ON", "dryRun": False,
                  "newName": "#s", "key": "url", "value": "https://ana.example/", "hash": "ab" * 32, "id": "ab" * 4,
                  "file": self.upload(server), "page": "1",
                  "accounts": [{"name": "cid", "created": 1, "nicks": ["cid2"]}],
                  "channels": [{"name": "#c", "created": 1, "founder": "cid", "topic": None,
                                "access": [{"account": "cid", "rank": "o"}]}],
                  "messages": [{"time": int(time.time()) - 3600, "position": 0, "command": "PRIVMSG", "source": "cid",
                                "text": "old"}], "continued": None}
        own = {"AddFilter": {"name": "words"}, "SetLockdown": {"level": "known"}, "ForceJoin": {"nick": "bea"},
               "ForcePart": {"nick": "bea"}, "ForceNick": {"nick": "bea"}, "ForceMode": {"modes": "+ov ana ana"},
               "SuspendAccount": {"account": "bea"}, "UnsuspendAccount": {"account": "bea"},
               "CloseReport": {"number": "2"}, "RenameChannel": {"channel": "#r"}}
        # In this order, and after all others.
        last = ("SetMetadata", "ClearMetadata", "DeleteUpload", "RemoveInvitation", "SetFilterReason", "DryRunFilter", "SwitchFilterOn", "RemoveFilter", "TakeReport", "CloseReport",
                "ForceJoin", "ForcePart", "ForceNick", "SuspendAccount", "UnsuspendAccount", "HoldChannel",
                "DropChannel", "EraseAccountMessages", "DropAccount", "Kick", "Kill")
        self.assertLessEqual(set(own) | set(last), set(interface.methods))
        called = [method for method in interface.methods if not method.startswith("Backup")]
        for method in sorted(called, key=lambda name: (last.index(name) if name in last else -1)):
            with self.subTest(method=method):
                parameters, reply = interface.methods[method]
                given = {**{name: values[name] for name in parameters if name != "code"}, **own.get(method, {})}
                answer = caller.call(f"{test_control.CONTROL}.{method}", **given)
                if "code" in parameters:
                    code = answer["parameters"]["reason"].rpartition(" ")[2]
                    answer = caller.call(f"{test_control.CONTROL}.{method}", **given, code=code)
                if method == "ResetTotp":
                    self.assertIn("needs no codes", answer["parameters"].pop("reason"))
                    continue
                self.assertNotIn("error", answer, answer)
                interface.check_fields(reply, answer["parameters"])
                wrong = caller.call(f"{test_control.CONTROL}.{method}", nonsense=7)
                self.assertEqual(wrong["error"], "org.varlink.service.InvalidParameter")
                interfaces["org.varlink.service"].check_fields(
                    interfaces["org.varlink.service"].errors["InvalidParameter"], wrong["parameters"])
        answer = caller.call(f"{test_control.CONTROL}.GetUser", nick="ana")
        self.assertEqual(answer["error"], f"{test_control.CONTROL}.NotFound")
        interface.check_fields(interface.errors["NotFound"], answer["parameters"])

    def test_an_act_is_repeated_after_a_crash(self):
        """It is in the log of events, so the next process does the same."""
        directory = self.enterContext(tempfile.TemporaryDirectory(prefix="papod-test-"))
        path = os.path.join(directory, "control.sock")
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(path)
        listener.listen(8)
        papod = service_manager.Papod(CONFIG, restarts=True, sockets=[("control", listener)])
        self.addCleanup(papod.close)
        papod.start()
        ana = papod.register("ana")
        self.addCleanup(ana.close)
        ana.send("JOIN #a")
        ana.expect(" 366 ")
        caller = test_control.Caller(path)
        answer = caller.call(f"{test_control.CONTROL}.AddBan", kind="resv", mask="#evil")
        self.assertIn("Added RESV", answer["parameters"]["message"])
        ana.send("JOIN #evil")
        ana.expect(" 479 ana #evil ")
        caller.call(f"{test_control.CONTROL}.Kick", channel="#a", nick="ana", reason="one")
        os.kill(papod.pid, signal.SIGKILL)
        caller.close()
        caller = test_control.Caller(path)
        self.addCleanup(caller.close)
        bans = caller.call(f"{test_control.CONTROL}.ListBans")["parameters"]["bans"]
        self.assertEqual([(ban["mask"], ban["hits"]) for ban in bans], [("#evil", 1)])
        self.assertEqual(caller.call(f"{test_control.CONTROL}.ListChannels")["parameters"]["channels"], [])
        ana.expect("KICK #a ana :one")
        ana.send("JOIN #evil")
        ana.expect(" 479 ana #evil ")

    def test_what_is_wrong_is_said(self):
        for words, status, message in (
                (("nonsense",), 64, "there is no command"), (("--nonsense",), 64, "--help"),
                (("users", "more"), 64, "unexpected: more"), (("ban",), 64, 'behind "ban" comes add or remove'),
                (("kill", "ana"), 64, "Usage: papoctl kill NICK REASON..."),
                (("ban", "add", "resv", "x", "--duration"), 64, "a value is missing"),
                (("whois", b"\xff"), 64, "no UTF-8"),
                (("-i", "a/b", "users"), 64, "no name of an instance"), (("-i", "no-den"), 69, "does not run"),
                (("import",), 64, "expected import [--dry-run]"),
                (("import", "--nonsense"), 64, "see papoctl import --help"),
                (("import", "nonsense", "x"), 64, "no kind"), (("-j", "import", "znc", "x"), 64, "not for import"),
                (("-i", "den", "import", "ngircd", "/nowhere"), 66, "/nowhere: No such file"),
                (("users",), 69, "does not run")):
            with self.subTest(words=words):
                got, out, errors = self.run_papoctl(*words)
                self.assertEqual((got, out), (status, ""))
                self.assertIn(message, errors)

    def test_an_instance_has_a_socket_and_a_configuration_of_its_own(self):
        self.start()
        self.assertIn("systemctl status papod@no-den", self.act("-i", "no-den", "status", status=69))
        del self.environment["STATE_DIRECTORY"]
        papod = os.path.join(os.path.dirname(papoctl.PAPOCTL), "papod")
        said = self.act("-i", "no-den", "status", status=69)
        self.assertRegex(said, r"nothing answers at /.*/papod/no-den/control.sock; see systemctl status papod@no-den")
        self.assertIn("instances/no-den/papod.conf.draft: No such", self.act("-i", "no-den", "edit", status=74))
        config = re.search(r"(/\S+)/papod.conf if it exists", subprocess.run(
            [papod, "--help"], capture_output=True, text=True, check=True).stdout)[1]
        done = subprocess.run([papod, "--config", config + "/instances/no-den/papod.conf", "--backup", "/dev/null"],
                              env=self.environment, capture_output=True, text=True, check=False)
        self.assertIn("/papod/no-den/control.sock", done.stderr)

    def test_help_and_version(self):
        status, out, _ = self.run_papoctl("--help")
        self.assertEqual(status, 0)
        for command in REPORTS:
            self.assertIn(f"  {command.split()[0]}", out)
        status, out, errors = self.run_papoctl("ban", "remove", "--help")
        self.assertEqual((status, errors), (0, ""))
        self.assertRegex(out, "^Usage: papoctl ban remove KIND MASK\nRemove a ban of the server\n  KIND: ")
        self.assertEqual(self.run_papoctl("edit", "--help")[0], 0)
        status, out, errors = self.run_papoctl("-i", "den", "import", "--help")
        self.assertEqual((status, errors, out.count("  znc ")), (0, "", 1))
        self.assertRegex(self.run_papoctl("--version")[1], r"^papoctl [0-9.]+\n$")


if __name__ == "__main__":
    papod_test.main()
