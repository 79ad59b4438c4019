"""Numbers for Prometheus, as papod counts them and others read them."""

import json
import os
import re
import subprocess
import tempfile

import metrics_text
import papod_test
import test_control

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
EXAMPLES = os.path.join(TOP, "etc/prometheus")
PAPOCTL = os.path.join(os.path.dirname(os.path.abspath(papod_test.PAPOD)), "papoctl")
# Where ./dev check unpacks Debian's prometheus.
PROMTOOL = os.path.join(TOP, "build/prometheus/usr/bin/promtool")
METHOD = test_control.CONTROL + ".GetMetrics"
CONFIG = 'classes = ( { name = "all"; flood_rate = 0; clients_per_address = 1000; } );\n'


def run_promtool(*arguments, stdin=None):
    """Returns what it says; None if there is no promtool."""
    if not os.path.exists(PROMTOOL):
        return None
    done = subprocess.run([PROMTOOL, *arguments], input=stdin, capture_output=True, text=True,
                          timeout=papod_test.DEADLINE, check=False)
    return done.returncode, done.stdout + done.stderr


class Metrics(papod_test.TestCase):
    def setUp(self):
        self.state = self.enterContext(tempfile.TemporaryDirectory(prefix="papod-test-"))
        self.server = self.serve(CONFIG, environment={"STATE_DIRECTORY": self.state})

    def text(self):
        done = subprocess.run([PAPOCTL, "metrics"], env={**os.environ, "STATE_DIRECTORY": self.state},
                              capture_output=True, text=True, timeout=papod_test.DEADLINE, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def numbers(self):
        return metrics_text.read(self.text())

    def open_text(self):
        caller = test_control.Caller(os.path.join(self.state, "control.sock"))
        self.addCleanup(caller.close)
        caller.socket.sendall(json.dumps({"method": METHOD, "parameters": {"openMetrics": True},
                                          "more": True}).encode() + b"\0")
        parts = []
        while True:
            answer = caller.read()
            parts.append(answer["parameters"]["text"])
            if not answer.get("continues"):
                return "".join(parts), len(parts)

    def test_what_clients_do_is_counted(self):
        ana, bea = self.client(self.server, "ana"), self.client(self.server, "bea")
        before = self.numbers()
        ana.send("JOIN #a")
        bea.send("JOIN #a", "NONSENSE", "NS IDENTIFY nobody wrong-password")
        bea.expect(" 421 bea NONSENSE ")
        bea.expect(":NickServ!.* NOTICE bea ")
        ana.send("privmsg #a :hello")
        bea.expect(" PRIVMSG #a :hello")
        now = self.numbers()
        grown = {key: now[key] - before.get(key, 0) for key in now}

        def command(name):
            return grown["papod_commands_total", (f'command="{name}"',)]

        self.assertEqual((command("JOIN"), command("PRIVMSG"), command("unknown")), (2, 1, 1))
        self.assertEqual(command("KICK"), 0)
        self.assertEqual(grown["papod_lines_total", ('direction="received"',)], 5)
        self.assertGreater(grown["papod_bytes_total", ('direction="sent"',)],
                           grown["papod_bytes_total", ('direction="received"',)])
        self.assertEqual(grown["papod_logins_total", ('result="refused"',)], 1)
        self.assertEqual(now["papod_clients", ()], 2)
        self.assertEqual(now["papod_users", ()], 2)
        self.assertEqual(now["papod_channels", ()], 1)
        self.assertEqual(now["papod_send_queue_bytes", ()], 0)
        self.assertEqual(now["papod_handshakes_total", ('tls="none"',)], 2)
        self.assertEqual(now["papod_log_entries_total", ('entry="client-registered"',)], 2)
        self.assertGreater(now["papod_process_resident_memory_bytes", ()], 1000000)

    def test_times_of_lines_are_a_sample(self):
        ana = self.client(self.server, "ana")
        for _ in range(5):
            ana.send(*["PING :x"] * 64)
            for _ in range(64):
                ana.expect("PONG")
        now = self.numbers()
        timed = now["papod_command_duration_seconds_count", ('command="PING"',)]
        self.assertTrue(19 <= timed <= 21, timed)
        self.assertGreater(now["papod_loop_duration_seconds_count", ()], 5)
        self.assertGreater(now["papod_loop_duration_seconds_sum", ()], 0)

    def test_bytes_that_nobody_reads_wait(self):
        ana = self.client(self.server, "ana")
        slow = self.client(self.server, "slow")
        slow.send("JOIN #a")
        slow.expect(" 366 ")
        ana.send("JOIN #a")
        ana.expect(" 366 ")
        text = "x" * 400
        for _ in range(40):
            ana.send(*[f"PRIVMSG slow :{text}"] * 500, "PING :done")
            ana.expect("PONG .*done")
            waiting = self.numbers()["papod_send_queue_bytes", ()]
            if waiting:
                break
        self.assertGreater(waiting, 400)
        slow.close()
        ana.expect(":slow!.* QUIT ")
        ana.send("PART #a")
        ana.expect(" PART ")
        self.assertEqual(self.numbers()["papod_send_queue_bytes", ()], 0)

    def test_a_ban_that_is_hit_counts(self):
        ana = self.client(self.server, "ana")
        self.server.write("conf.d/bans.conf", 'bans = ( { kind = "resv"; mask = "evil"; reason = "no"; },\n'
                          '{ kind = "kline"; mask = "*bad@*"; reason = "no"; } );\n')
        self.server.reload()
        ana.send("NICK evil", "NICK good")
        ana.expect(" NICK :?good")
        self.assertEqual(self.numbers()["papod_bans_hit_total", ()], 1)
        bad = self.client(self.server)
        bad.send("NICK bad", "USER bad 0 * :Bad")
        bad.expect_end("^ERROR ")
        self.assertEqual(self.numbers()["papod_bans_hit_total", ()], 2)

    def test_openmetrics_has_the_same_in_its_own_format_and_in_parts(self):
        text, n_parts = self.open_text()
        found = metrics_text.read(text, is_open=True)
        self.assertEqual({name for name, _ in self.numbers()}, {name for name, _ in found})
        self.assertGreater(n_parts, 1)

    def test_a_call_without_more_gets_all_at_once(self):
        caller = test_control.Caller(os.path.join(self.state, "control.sock"))
        self.addCleanup(caller.close)
        found = metrics_text.read(caller.call(METHOD)["parameters"]["text"])
        self.assertIn(("papod_process_max_fds", ()), found)
        self.assertEqual(caller.call(METHOD, openMetrics="yes")["error"],
                         "org.varlink.service.InvalidParameter")
        self.assertEqual(caller.call(METHOD, other=1)["error"], "org.varlink.service.InvalidParameter")

    def test_promtool_finds_no_fault(self):
        for status in filter(None, (run_promtool("check", "metrics", stdin=self.text()),
                                    run_promtool("check", "rules", os.path.join(EXAMPLES, "alerts.yml")))):
            self.assertEqual(status[0], 0, status[1])

    def test_the_examples_name_metrics_that_exist(self):
        families = set(re.findall(r"^# TYPE (\S+)", self.text(), re.M))
        with open(os.path.join(EXAMPLES, "dashboard.json"), encoding="utf-8") as file:
            dashboard = json.load(file)
        expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
        with open(os.path.join(EXAMPLES, "alerts.yml"), encoding="utf-8") as file:
            expressions += re.findall(r"^\s+(?:expr: )?(.*(?:papod_|process_).*)$", file.read(), re.M)
        names = [name for expression in expressions
                 for name in re.findall(r"\b(?:papod|process)_[a-z_]+", expression)]
        self.assertGreater(len(names), 20)
        for name in names:
            self.assertIn(re.sub("_bucket$", "", name), families)
        self.assertEqual(len({panel["id"] for panel in dashboard["panels"]}), len(dashboard["panels"]))


if __name__ == "__main__":
    papod_test.main()
