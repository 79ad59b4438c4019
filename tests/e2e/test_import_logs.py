"""papoctl import adds the logs of bouncers to the history: once, in the order of time, whatever dies
meanwhile."""

import datetime
import json
import os
import random
import re
import subprocess
import tempfile
import time

import papoctl
import papod_test
import service_manager

CONFIG = ('classes = ( { name = "all"; flood_rate = 0; clients_per_address = 1000; } );\n'
          'history: { enabled = true; keep_days = 0; channels = true; };\n')
DAY = """[00:00:01] *** Joins: bea (~bea@host.example)
[10:00:00] <bea> Roses are red
[10:00:00] <bea> Roses are red
[10:00:00] * cid looks at the roses
[10:00:01] -srv- a notice
[10:00:02] *** bea sets mode: +o cid
[10:00:02] *** bea changes topic to 'Garden's \x02plan\x02'
[10:00:03] *** cid is now known as dan
[10:00:04] *** dan was kicked by bea (no reason (at all))
[10:00:05] *** Quits: eve (eve@2001:db8::1) (Ping timeout: 240 seconds)
[10:00:06] *** Parts: fred (f@h) ()
[10:00:07] <bea> caf\xe9 \x80
"""


class Logs(papoctl.TestCase):
    CONFIG = CONFIG

    def setUp(self):
        super().setUp()
        self.environment["TZ"] = "UTC"

    def log(self, path, text):
        path = os.path.join(self.state, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode("latin-1"))
        return path

    def open_channel(self, server, nick="ana", channel="#a"):
        client = self.client(server, nick)
        client.send("CAP REQ :batch server-time message-tags draft/chathistory draft/event-playback "
                    "echo-message", "JOIN " + channel)
        client.expect(" 366 ")
        return client

    def run_import(self, *words, status=0):
        got, out, errors = self.run_papoctl("import", *words)
        self.assertEqual(got, status, errors)
        return out, errors

    def history(self, client, command):
        """Time, and command with the text, of what a CHATHISTORY shows."""
        client.send("CHATHISTORY " + command)
        client.expect("BATCH [+]")
        lines = []
        for line in client.expect_until(" BATCH -")[:-1]:
            tags, rest = line[1:].split(" ", 1)
            tags = dict(tag.split("=", 1) for tag in tags.split(";") if "=" in tag)
            lines.append((tags["time"], tags["msgid"], rest))
        return lines

    def test_a_log_of_znc_becomes_history(self):
        server = self.start()
        ana = self.open_channel(server)
        ana.send("PRIVMSG #a :said now")
        ana.expect("said now")
        self.log("znc/users/ana/moddata/log/libera/#a/2024-01-02.log", DAY)
        self.log("znc/users/ana/moddata/log/libera/bea/2024-01-02.log", "[10:00:00] <bea> secret\n")
        self.log("znc/users/ana/moddata/log/libera/status/2024-01-02.log", "[10:00:00] Connected to IRC (x)\n")
        dry, notes = self.run_import("--dry-run", "znc", self.state + "/znc")
        self.assertEqual(dry, "#a: 12 would be imported, 0 there already, 0 too old to be kept, 0 too new, "
                              "0 not recorded\n")
        self.assertIn("2 files are of private messages or of the bouncer itself", notes)
        self.assertIn("1 lines were not in UTF-8, and are taken for Windows-1252", notes)
        self.assertEqual(len(self.ask("history #a")), 1)
        for expected in "12 imported, 0 there already", "0 imported, 12 there already":
            self.assertIn(expected, self.run_import("znc", self.state + "/znc")[0])
            rows = self.ask("history #a")
            self.assertEqual([(row["time"], row["source"], row["command"], row["text"]) for row in rows[:-1]], [
                ("2024-01-02T10:00:00.000Z", "bea", "PRIVMSG", "Roses are red"),
                ("2024-01-02T10:00:00.001Z", "bea", "PRIVMSG", "Roses are red"),
                ("2024-01-02T10:00:00.002Z", "cid", "PRIVMSG", "\1ACTION looks at the roses\1"),
                ("2024-01-02T10:00:01.000Z", "srv", "NOTICE", "a notice"),
                ("2024-01-02T10:00:07.000Z", "bea", "PRIVMSG", "café €")])
            self.assertEqual(rows[-1]["text"], "said now")
        self.assertEqual([rest for _, _, rest in self.history(ana, "AFTER #a timestamp=2000-01-01T00:00:00.000Z 12")], [
            ":bea!~bea@host.example JOIN #a", ":bea PRIVMSG #a :Roses are red", ":bea PRIVMSG #a :Roses are red",
            ":cid PRIVMSG #a :\1ACTION looks at the roses\1", ":srv NOTICE #a :a notice", ":bea MODE #a +o cid",
            ":bea TOPIC #a :Garden's \x02plan\x02", ":cid NICK dan", ":bea KICK #a dan :no reason (at all)",
            ":eve!eve@2001:db8::1 QUIT :Ping timeout: 240 seconds", ":fred!f@h PART #a",
            ":bea PRIVMSG #a :café €"])
        self.assertEqual(len([row for row in self.ask("audit") if row["act"] == "papoctl import"]), 1)

    def test_pages_have_what_is_old_and_new_in_order(self):
        server = self.start()
        ana = self.open_channel(server)
        ana.send(*(f"PRIVMSG #a :now {number}" for number in range(20)))
        ana.sync()
        lines = {}
        for day in range(1, 29):
            lines[f"2024-02-{day:02}"] = [f"[{hour:02}:00:00] <bea> line {day} {hour} {part}"
                                          for hour in range(0, 24, 6) for part in range(3)]
        for day, text in lines.items():
            self.log(f"soju/ana/libera/#A/{day}.log", "\n".join(text) + "\n")
        late = self.log("soju/ana/libera/#A/2024-01-31.log", "[23:59:59] <cid> came last, said first\n")
        os.rename(late, late + "x")
        self.run_import("soju", self.state + "/soju")
        os.rename(late + "x", late)
        self.assertIn("#A: 1 imported, 336 there already", self.run_import("soju", self.state + "/soju")[0])
        expected = (["came last, said first"] + [line.split("> ")[1] for text in lines.values() for line in text] +
                    [f"now {number}" for number in range(20)])
        for forward in True, False:
            for reference in "timestamp", "msgid":
                seen = []
                bound = "timestamp=2000-01-01T00:00:00.000Z" if forward else "timestamp=2100-01-01T00:00:00.000Z"
                while page := self.history(ana, f"{'AFTER' if forward else 'BEFORE'} #a {bound} 17"):
                    messages = [row for row in page if " PRIVMSG " in row[2]]
                    seen = seen + messages if forward else messages + seen
                    edge = page[-1 if forward else 0]
                    bound = f"{reference}={edge[reference == 'msgid']}"
                texts = [row[2].split(" :")[1] for row in seen]
                if reference == "timestamp":  # what was said now may have one millisecond
                    self.assertEqual([text for text in texts if "now" not in text], expected[:-20])
                else:
                    self.assertEqual(texts, expected)
                self.assertEqual(len({row[1] for row in seen}), len(texts))
        middle = self.history(ana, "AROUND #a timestamp=2024-02-14T06:00:00.000Z 4")
        self.assertEqual([row[2].split(" :")[1] for row in middle],
                         ["line 14 0 1", "line 14 0 2", "line 14 6 0", "line 14 6 1"])
        between = self.history(ana, "BETWEEN #a timestamp=2024-02-28T18:00:00.001Z timestamp=2100-01-01T00:00:00.000Z 3")
        self.assertEqual(between[0][2].split(" :")[1], "line 28 18 2")
        found = json.loads(self.run_papoctl("search", "line", "--limit", "3", "--json")[1])
        self.assertEqual([row["text"] for row in found], ["line 28 18 0", "line 28 18 1", "line 28 18 2"])
        found = json.loads(self.run_papoctl("search", "line", "--from", "bea", "--before", "2024-02-02", "--limit", "1",
                                            "--json")[1])
        self.assertEqual([row["text"] for row in found], ["line 1 18 2"])

    def test_lines_of_this_minute_and_of_the_future_wait(self):
        server = self.start()
        self.open_channel(server)
        for ahead in 0, 3:
            said = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=ahead)
            self.log(f"znc/net/#a/{said:%Y-%m-%d}.log", f"[{said:%H:%M:%S}] <ana> said\n")
        self.assertIn("#a: 0 imported, 0 there already, 0 too old to be kept, 2 too new",
                      self.run_import("znc", self.state + "/znc")[0])

    def test_retention_counts(self):
        self.CONFIG = CONFIG.replace("keep_days = 0;", "keep_days = 30; keep_messages = 5;")
        server = self.start()
        self.open_channel(server)
        now = datetime.datetime.now(datetime.timezone.utc)
        for days in 3, 40:
            day = now - datetime.timedelta(days=days)
            self.log(f"znc/net/#a/{day:%Y-%m-%d}.log",
                     "".join(f"[12:00:{number:02}] <bea> {number}\n" for number in range(8)))
        self.assertIn("#a: 8 imported, 0 there already, 8 too old to be kept",
                      self.run_import("znc", self.state + "/znc")[0])
        self.assertIn("#a: 0 imported, 5 there already, 11 too old to be kept",
                      self.run_import("znc", self.state + "/znc")[0])

    def test_zones_and_hours_that_come_twice(self):
        server = self.start()
        self.open_channel(server)
        self.log("soju/u/n/#a/2023-10-29.log", "".join(
            f"[{time}] <bea> {time}\n" for time in ("01:30:00", "02:30:00", "02:45:00", "02:15:00", "03:00:00")))
        self.log("soju/u/n/#a/2023-03-26.log", "[01:59:59] <bea> x\n[02:30:00] <bea> left out\n[03:00:00] <bea> y\n")
        self.run_import("--time-zone", "Europe/Berlin", "soju", self.state + "/soju")
        self.assertEqual([row["time"] for row in self.ask("history #a")], [
            "2023-03-26T00:59:59.000Z", "2023-03-26T01:00:00.000Z", "2023-03-26T01:30:00.000Z",
            "2023-10-28T23:30:00.000Z", "2023-10-29T00:30:00.000Z", "2023-10-29T00:45:00.000Z",
            "2023-10-29T01:15:00.000Z", "2023-10-29T02:00:00.000Z"])
        self.assertIn("Europe/Nowhere: is no time zone",
                      self.run_import("--time-zone", "Europe/Nowhere", "soju", self.state, status=64)[1])

    def test_channels_and_networks_are_chosen(self):
        server = self.start()
        self.open_channel(server)
        self.open_channel(server, "bea", "#new")
        for network, channel in ("one", "#a"), ("two", "#a"), ("one", "#old"), ("one", "#gone"):
            self.log(f"soju/u/{network}/{channel}/2024-01-01.log", f"[10:00:00] <bea> {network} {channel}\n")
        self.assertIn('several networks, such as "', self.run_import("soju", self.state + "/soju", status=64)[1])
        out, errors = self.run_import("--network", "one", "--channel", "#a", "--channel", "#old=#new", "soju",
                                      self.state + "/soju")
        self.assertEqual(sorted(line.split(",")[0] for line in out.splitlines()), ["#a: 1 imported", "#new: 1 imported"])
        out, errors = self.run_import("--network", "one", "soju", self.state + "/soju", status=65)
        self.assertIn("There is no channel #gone", errors)
        self.assertIn("There is no channel #old", errors)
        self.assertIn("#a: 0 imported, 1 there already", out)
        self.assertEqual([row["text"] for row in self.ask("history #new")], ["one #old"])
        out, _ = self.run_import("--network", "two", "--before", "2024-01-01", "soju", self.state + "/soju")
        self.assertIn("#a: 0 imported", out)

    def test_strange_files_are_named(self):
        server = self.start()
        self.open_channel(server)
        path = self.log("znc/net/#a/2024-01-01.log", b"no time\n[10:00:00] <bea> a\0b\n[10:00:00] <bea> " +
                        b"x" * 40000 + b"\n[10:00:00] <bea> " + b"y" * 3000 + b"\n[25:00:00] <bea> z\n" +
                        b"[10:00:01] <bea> good\r\n[10:00:02] <bea> " + b"w\xcc\x82" * 300 + b"\n" +
                        "[10:00:03] <bea> \u202eevil \x9b31m\n".encode() + b"[10:00:04] <bea> no end")
        os.symlink(path, os.path.join(os.path.dirname(path), "2024-01-02.log"))
        os.mkfifo(os.path.join(os.path.dirname(path), "2024-01-03.log"))
        self.log("znc/net/#a/notes.txt", "hello")
        out, errors = self.run_import("znc", self.state + "/znc", status=65)
        self.assertIn("#a: 4 imported", out)
        for line in 1, 2, 3, 4, 5:
            self.assertIn(f"{path}:{line}: the line ", errors)
        self.assertIn("1 symbolic links are not followed", errors)
        texts = [row["text"] for row in self.ask("history #a")]
        self.assertEqual([texts[0], texts[2], texts[3]], ["good", "\u202eevil \x9b31m", "no end"])
        self.assertEqual(texts[1], "w\u0302" * 300)
        for words, reason in ((("soju", "/dev/null"), "is no directory with logs"),
                              (("soju", self.state + "/none"), "No such file or directory"),
                              (("znc", os.path.dirname(path) + "/../../.."), "")):
            status = 66 if reason else 65
            self.assertIn(reason, self.run_import(*words, status=status)[1])
        os.mkdir(self.state + "/empty")
        self.assertIn("no logs of channels are there", self.run_import("znc", self.state + "/empty", status=66)[1])
        database = self.log("soju.db", "SQLite format 3\0" + "x" * 100)
        self.assertIn("a database of SQLite is not read", self.run_import("soju", database, status=66)[1])
        self.assertIn("are for logs", self.run_papoctl("import", "--channel", "#a", "ngircd", "x")[2])
        self.assertIn("2026-02-31: is no day",
                      self.run_import("--before", "2026-02-31", "znc", self.state, status=64)[1])
        self.assertIn("koi9: is no character set", self.run_import("--charset", "koi9", "znc", self.state, status=64)[1])

    def test_a_character_set_is_chosen(self):
        server = self.start()
        self.open_channel(server)
        self.log("znc/net/#a/2024-01-01.log", "[10:00:00] <bea> ".encode() + "привет".encode("koi8-r") +
                 "\n[10:00:01] <bea> привет\n".encode())
        self.run_import("--charset", "KOI8-R", "znc", self.state + "/znc")
        self.assertEqual([row["text"] for row in self.ask("history #a")], ["привет", "привет"])

    def test_members_of_a_channel_with_history_since_joining_see_nothing_of_it(self):
        server = self.start()
        ana = self.open_channel(server)
        ana.send("REGISTER * * correct-horse", "CS REGISTER #a")
        ana.expect("#a is registered")
        self.log("znc/net/#a/2024-01-01.log", "[10:00:00] <bea> before\n")
        self.run_import("znc", self.state + "/znc")
        bea = self.open_channel(server, "bea")
        after = "AFTER #a timestamp=2000-01-01T00:00:00.000Z 1"
        self.assertEqual([row[2] for row in self.history(bea, after)], [":bea PRIVMSG #a :before"])
        ana.send("CS SET #a HISTORY-SINCE JOIN")
        ana.expect("NOTICE ana :.*since")
        self.assertRegex(self.history(bea, after)[0][2], "^:bea!.* JOIN #a$")
        self.assertEqual([row["text"] for row in self.ask("history #a")], ["before"])
        ana.send("CS SET #a HISTORY OFF")
        ana.send("CS " + ana.expect("send: (SET #a HISTORY OFF .*)")[1])
        ana.expect("has no history")
        self.assertIn("Messages in #a are not recorded", self.run_import("znc", self.state + "/znc", status=65)[1])


class Deaths(papod_test.TestCase):
    """What is interrupted is begun again."""

    N_LINES = 12000

    def run_import(self, papod, directory):
        with subprocess.Popen([papoctl.PAPOCTL, "import", "znc", directory], text=True, stdout=subprocess.PIPE,
                              env={**os.environ, "STATE_DIRECTORY": papod.path("state"), "TZ": "UTC"},
                              stderr=subprocess.PIPE) as process:
            yield process
            yield process.communicate(timeout=papod_test.DEADLINE)

    def test_deaths_lose_and_double_nothing(self):
        directory = self.enterContext(tempfile.TemporaryDirectory(prefix="papod-test-"))
        os.makedirs(directory + "/net/#a")
        expected = []
        for number in range(self.N_LINES):
            day, second = divmod(number, self.N_LINES // 20)
            expected.append((f"2024-03-{day + 1:02}", f"line {number // 2}"))
            with open(f"{directory}/net/#a/2024-03-{day + 1:02}.log", "a", encoding="ascii") as file:
                file.write(f"[{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}] <bea> line {number // 2}\n")
        papod = service_manager.Papod(CONFIG, restarts=True)
        self.addCleanup(papod.close)
        papod.start()
        ana = papod.connect()
        self.addCleanup(ana.close)
        ana.register("ana")
        ana.send("JOIN #a")
        ana.expect(" 366 ")
        dice = random.Random(int(os.environ.get("PAPOD_TEST_SEED", "1")))
        status, n_deaths = None, 0
        while status != 0:
            steps = self.run_import(papod, directory)
            process = next(steps)
            if n_deaths < 6:
                time.sleep(dice.random() * 0.3)
                n_starts = papod.n_starts
                papod.kill()
                papod.wait_for_start(n_starts + 1)
                n_deaths += 1
            out, errors = next(steps)
            status = process.returncode
            self.assertIn(status, (0, 69, 75), errors)
            ana.send("PRIVMSG #a :alive")
            ana.sync()
        counts = re.match(r"#a: (\d+) imported, (\d+) there already, 0 ", out)
        self.assertEqual(int(counts[1]) + int(counts[2]), self.N_LINES)
        environment = {**os.environ, "STATE_DIRECTORY": papod.path("state")}
        done = subprocess.run([papoctl.PAPOCTL, "export", "#a"], env=environment, capture_output=True, text=True,
                              timeout=papod_test.DEADLINE, check=True)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([(row["time"][:10], row["text"]) for row in rows if row["source"] == "bea"], expected)
        self.assertEqual(len({row["msgid"] for row in rows}), len(rows))


if __name__ == "__main__":
    papod_test.main()
