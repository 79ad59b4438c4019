"""Notifications over HTTP: as the manual shows it, in each form a program can send them, and what
is refused."""

import contextlib
import hashlib
import hmac
import http.client
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import tempfile
import threading
import unittest

import notify
import papod_test
import test_metrics
import test_uploads

ALERTMANAGER = os.path.join(test_metrics.TOP, "build/prometheus/usr/bin/prometheus-alertmanager")
TOKEN = "0123456789abcdef"  # of the manual
SECTION = "NOTIFICATIONS OVER HTTP"
JSON = "application/json"
SOURCES = """
notifications = ( { name = "ci"; channels = [ "#build" ]; member = true; rate = 1000; burst = 1000; },
    { name = "forge"; channels = [ "#build", "#ops*" ]; rate = 1; burst = 3; },
    { name = "far"; member = true; channels = [ "#build" ]; addresses = [ "127.0.0.9" ]; },
    { name = "bound"; channels = [ "#build" ]; listeners = [ "udp" ]; },
    { name = "both"; member = true; channels = [ "#build" ]; listeners = [ "udp", "papod-gate" ]; },
    { name = "open"; channels = [ "#build" ]; addresses = [ "127.0.0.1" ]; } );
"""
SECRETS = "".join(f"[notification {name}]\ntoken = {TOKEN}-{name}\n" for name in
                  ("forge", "far", "bound", "both")) + f"[notification ci]\ntoken = {TOKEN}\n"
REPOSITORY = {"full_name": "ana/garden"}
PUSH = {
    "ref": "refs/heads/main", "compare": "https://example.org/compare/1...2", "repository": REPOSITORY,
    "sender": {"login": "ana"}, "deleted": False, "total_commits": 0,
    "commits": [{"id": f"{i}" * 40, "message": f"Plant tree {i}\n\nIt grows.", "author": {"name": "Ana"}}
                for i in range(5)],
}


def can_run_alertmanager():
    return os.path.exists(ALERTMANAGER) and subprocess.run(
        ["unshare", "-rm", "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0


def bearer(token=TOKEN):
    return {"Authorization": "Bearer " + token}


def signed(body, token=TOKEN, field="X-Hub-Signature-256", scheme="sha256="):
    return {field: scheme + hmac.new(token.encode(), body, hashlib.sha256).hexdigest()}


class TestCase(test_uploads.TestCase):
    def start_notified(self, sources=SOURCES, **options):
        udp = '{ name = "udp"; kind = "datagram"; address = "127.0.0.1"; port = 0; }'
        web = options.pop("web", "") + "}, " + udp[:-2]
        server = self.start(web_group="web = { notifications = true; };" + sources, secrets=SECRETS,
                            web=web, **options)
        self.is_tls = "tls" in web
        self.ana = self.client(server, "lea")
        self.ana.send("JOIN #build")
        self.ana.expect(" 366 ")
        return server

    def post(self, body, path="/notify/ci", headers=None, kind=None):
        body = body if isinstance(body, bytes) else (
            body.encode() if isinstance(body, str) else json.dumps(body).encode())
        fields = dict(bearer() if headers is None else headers)
        if kind:
            fields["Content-Type"] = kind
        return self.ask("POST", path, body, fields)

    def said(self, answer, *lines, nick="ci"):
        self.assertEqual((answer.status, answer["Content-Type"]), (200, JSON), answer.body)
        for line in lines:
            self.assertRegex(self.ana.read_line(), f"^:{nick}!notify@\\S+ PRIVMSG #build :{re.escape(line)}$")
        self.ana.send("PING :end")
        self.assertRegex(self.ana.read_line(), "PONG .*end")
        return json.loads(answer.body)

    def refused(self, answer, status, pattern="."):
        self.assertEqual((answer.status, answer["Content-Type"]),
                         (status, "application/problem+json"), answer.body)
        problem = json.loads(answer.body)
        self.assertEqual(problem["status"], status)
        self.assertRegex(problem["detail"], pattern)
        return problem


class Ways(TestCase):
    @unittest.skipUnless(shutil.which("curl"), "curl is not installed")
    def test_the_manual_shows_how(self):
        found = [line.removeprefix(".Dl ") for line in notify.manual(SECTION).splitlines()
                 if line.startswith(".Dl curl ")]
        self.assertEqual(len(found), 1, found)
        for web in ("", "tls = true; "):
            with self.subTest(web=web):
                self.start_notified(web=web)
                scheme = "https" if web else "http"
                command = found[0].replace("https://irc.example.org/", f"{scheme}://127.0.0.1:{self.port}/")
                words = shlex.split(command)
                if web:
                    words.insert(1, "--insecure")
                done = subprocess.run(words, capture_output=True, text=True, timeout=papod_test.DEADLINE,
                                      check=False)
                self.assertEqual((done.returncode, done.stdout), (0, '{"messages":1}\n'), done.stderr)
                self.assertRegex(self.ana.read_line(), "^:ci!notify@.* PRIVMSG #build :All tests pass$")

    def test_a_text_has_a_message_in_each_line(self):
        self.start_notified()
        self.assertEqual(self.said(self.post("one\r\n\ntw\u00f6  \n"), "one", "tw\u00f6  "), {"messages": 2})
        self.said(self.post("x", path="/notify/ci?channels=%23build"), "x")
        self.said(self.post("x", path="/notify/both", headers=bearer(TOKEN + "-both")), "x", nick="both")

    def test_json_names_text_and_channels(self):
        self.start_notified()
        self.said(self.post({"text": "one\ntwo"}, kind=JSON), "one", "two")
        self.said(self.post({"text": "x", "channels": ["#build"], "more": [1, {}]},
                            kind=JSON + "; charset=utf-8"), "x")
        self.refused(self.post({"text": "x", "channels": ["#other"]}, kind=JSON), 422,
                     "#other: this is not one of the channels")

    def test_forges_say_what_happened(self):
        self.start_notified()
        issue = {"number": 5, "title": "It is \x02dry\nhere", "html_url": "https://example.org/5"}
        pull = {**issue, "merged": False}
        for event, body, lines in (
                ("push", PUSH, ["[ana/garden] ana pushed 5 commits to main https://example.org/compare/1...2",
                                "  0000000 Plant tree 0 (Ana)", "  1111111 Plant tree 1 (Ana)",
                                "  2222222 Plant tree 2 (Ana)"]),
                ("push", {**PUSH, "deleted": True, "commits": []}, ["[ana/garden] ana deleted branch main"]),
                ("push", {**PUSH, "ref": "refs/tags/v1", "commits": [], "compare": "javascript:x"},
                 ["[ana/garden] ana pushed tag v1"]),
                ("issues", {"action": "opened", "issue": issue},
                 ["[ana/garden] ana opened issue #5: It is  dry https://example.org/5"]),
                ("pull_request", {"action": "closed", "pull_request": {**pull, "merged": True}},
                 ["[ana/garden] ana merged pull request #5: It is  dry https://example.org/5"]),
                ("pull_request", {"action": "closed", "pull_request": pull},
                 ["[ana/garden] ana closed pull request #5: It is  dry https://example.org/5"]),
                ("issue_comment", {"action": "created", "issue": issue, "comment": {"html_url": "https://a/b"}},
                 ["[ana/garden] ana commented on #5: It is  dry https://a/b"]),
                ("release", {"action": "published", "release": {"tag_name": "v2", "html_url": "https://a/v2"}},
                 ["[ana/garden] ana published release v2 https://a/v2"]),
                ("create", {"ref": "v3", "ref_type": "tag"}, ["[ana/garden] ana created tag v3"]),
                ("workflow_run", {"workflow_run": {"name": "CI", "head_branch": "main", "conclusion": "failure",
                                                   "html_url": "https://a/1"}},
                 ["[ana/garden] ana ran CI on main: failure https://a/1"]),
                ("ping", {"zen": "Keep it logically awesome."}, ["[ana/garden] ana set up this webhook"])):
            with self.subTest(event=event, lines=lines):
                body = {"repository": REPOSITORY, "sender": {"login": "ana"}, **body}
                answer = self.post(body, kind=JSON, headers={"X-GitHub-Event": event, **bearer()})
                self.assertEqual(self.said(answer, *lines), {"messages": len(lines)})

    def test_other_events_say_nothing(self):
        self.start_notified()
        for event, body in (("star", {}), ("issue_comment", {"action": "deleted"}),
                            ("workflow_run", {"workflow_run": {"conclusion": None}})):
            answer = self.post(body, kind=JSON, headers={"X-Forgejo-Event": event, **bearer()})
            self.assertEqual(self.said(answer)["messages"], 0)

    def test_a_forge_signs_with_the_token(self):
        self.start_notified()
        body = json.dumps({**PUSH, "commits": []}).encode()
        line = "[ana/garden] ana pushed 0 commits to main https://example.org/compare/1...2"
        for fields in (signed(body), signed(body, field="X-Forgejo-Signature", scheme=""),
                       signed(body, field="X-Gitea-Signature", scheme=""), {**signed(body), **bearer()}):
            self.said(self.post(body, kind=JSON, headers={"X-Gitea-Event": "push", **fields}), line)
        wrong = signed(body + b" ")
        for fields in (wrong, {**wrong, **bearer()}, {"X-Hub-Signature-256": "sha256=00"},
                       {**signed(body), **bearer("wrong")}, signed(body, token="")):
            self.refused(self.post(body, kind=JSON, headers={"X-Gitea-Event": "push", **fields}), 401)

    def test_alertmanager_names_each_alert(self):
        self.start_notified()
        alert = {"status": "firing", "labels": {"alertname": "PapodDown", "severity": "page", "instance": "a:1"},
                 "annotations": {"summary": "papod is down"}, "generatorURL": "http://a/g?x=1"}
        body = {"version": "4", "groupKey": "{}:{}", "status": "firing", "truncatedAlerts": 1,
                "alerts": [alert, {"status": "resolved", "labels": {"alertname": "Full"}}]}
        self.said(self.post(body, kind=JSON), "[firing, page] PapodDown at a:1: papod is down http://a/g?x=1",
                  "[resolved] Full", "and 1 more alerts")
        body["alerts"] = [alert] * 20
        body["truncatedAlerts"] = 0
        self.assertEqual(json.loads(self.post(body, kind=JSON).body), {"messages": 9})

    def start_alertmanager(self):
        """With what the manual says. Returns the port of its own API."""
        directory = self.enterContext(tempfile.TemporaryDirectory(prefix="papod-test-"))
        receivers = notify.block("^receivers:", SECTION).replace(
            "https://irc.example.org/", f"http://127.0.0.1:{self.port}/")
        with open(os.path.join(directory, "alertmanager.yml"), "w", encoding="ascii") as file:
            file.write("route: { receiver: irc, group_wait: 1ms }\n" + receivers)
        # It looks for its templates where the package would install them.
        process = subprocess.Popen(
            ["unshare", "-rm", "sh", "-c",
             'mount -t overlay -o lowerdir="$0:/usr/share" overlay /usr/share && exec "$@"',
             os.path.abspath(ALERTMANAGER + "/../../share"), os.path.abspath(ALERTMANAGER), "--config.file=alertmanager.yml", "--storage.path=.", "--cluster.listen-address=",
             "--web.listen-address=127.0.0.1:0"],
            cwd=directory, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        watchdog = threading.Timer(papod_test.DEADLINE, process.kill)
        watchdog.start()
        self.addCleanup(watchdog.cancel)
        log = []
        for line in process.stderr:
            log.append(line)
            if found := re.search(r"Listening on.*127\.0\.0\.1:(\d+)", line):
                return int(found[1])
        return self.fail("".join(log))

    @unittest.skipUnless(can_run_alertmanager(), "no Alertmanager in build/prometheus, or no namespaces")
    def test_debians_alertmanager_delivers(self):
        self.start_notified()
        connection = http.client.HTTPConnection("127.0.0.1", self.start_alertmanager(),
                                                timeout=papod_test.DEADLINE)
        self.addCleanup(connection.close)
        alert = {"labels": {"alertname": "PapodDown", "severity": "page", "instance": "a:1"},
                 "annotations": {"summary": "papod is down"}, "generatorURL": "http://a/g?x=1"}
        connection.request("POST", "/api/v2/alerts", json.dumps([alert]), {"Content-Type": JSON})
        self.assertEqual(connection.getresponse().status, 200)
        self.ana.expect(re.escape("PRIVMSG #build :[firing, page] PapodDown at a:1: papod is down "
                                  "http://a/g?x=1") + "$")

    def test_bodies_that_do_not_come_take_no_room(self):
        self.start_notified()
        for _ in range(80):
            idle = self.enterContext(contextlib.closing(socket.create_connection(("127.0.0.1", self.port))))
            idle.sendall(b"POST /notify/ci HTTP/1.1\r\nHost: a\r\nContent-Length: 262144\r\n\r\nx")
        self.said(self.post("one"), "one")

    def test_they_go_on_after_a_restart(self):
        server = self.start_notified()
        self.post("one")
        self.assertRegex(self.ana.read_line(), "PRIVMSG #build :one$")
        position = server.log_position()
        server.process.send_signal(papod_test.signal.SIGUSR2)
        server.wait_for_log("papod: The server is ready", position)
        self.said(self.post("two"), "two")


class Refusals(TestCase):
    def test_only_the_token_of_the_source_admits(self):
        server = self.start_notified()
        position = server.log_position()
        for path, fields in (("ci", {}), ("ci", bearer(TOKEN + "x")), ("nobody", bearer()),
                             ("forge", bearer()), ("open", bearer()), ("ci", {"Authorization": "Basic eA=="}),
                             ("open", bearer(""))):
            with self.subTest(path=path, fields=fields):
                answer = self.post("x", path=f"/notify/{path}", headers=fields)
                self.refused(answer, 401)
                self.assertEqual(answer["WWW-Authenticate"], "Bearer")
                self.assertNotIn(TOKEN.encode(), answer.body)
        log = server.wait_for_log("was refused, because of its token", position)
        self.assertIn("address=127.0.0.1", log)
        self.assertNotIn(TOKEN, log)

    def test_addresses_and_listeners_of_the_source_count(self):
        self.start_notified()
        self.refused(self.post("x", path="/notify/far", headers=bearer(TOKEN + "-far")), 422,
                     "not one of the channels")
        self.refused(self.post("x", path="/notify/bound", headers=bearer(TOKEN + "-bound")), 422)
        self.source = "127.0.0.9"
        self.said(self.post("x", path="/notify/far", headers=bearer(TOKEN + "-far")), "x", nick="far")

    def test_guessing_is_limited(self):
        self.start_notified()
        self.source = "127.0.0.5"
        answers = [self.post("x", headers=bearer("guess-number-" + str(i))).status for i in range(15)]
        self.assertEqual(answers[:10], [401] * 10)
        self.assertEqual(answers[-1], 429)
        answer = self.post("x")
        self.refused(answer, 429, "wait a minute")
        self.assertEqual(answer["Retry-After"], "60")
        self.source = None
        self.said(self.post("x"), "x")

    def test_tokens_do_not_travel_in_the_clear(self):
        # A proxy without TLS in front, on this machine, speaks for a client of another one.
        self.start_notified(web='proxy_protocol = [ "127.0.0.1" ]; ')
        head = f"POST /notify/ci HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n{'Authorization: Bearer ' + TOKEN}\r\n\r\nx"
        answer = self.say(b"PROXY TCP4 192.0.2.1 192.0.2.2 5000 80\r\n" + head.encode())
        self.assertEqual(answer.split(b" ")[1], b"403", answer)
        self.assertIn(b"https", answer)

    def test_the_rate_of_the_source_counts(self):
        self.start_notified()
        answers = [self.post("x", path="/notify/forge?channels=%23build", headers=bearer(TOKEN + "-forge"))
                   for _ in range(5)]
        self.assertEqual([answer.status for answer in answers[:2]], [422, 422], answers[0].body)  # no member
        self.assertEqual(answers[-1].status, 429)
        self.assertEqual(answers[-1]["Retry-After"], "10")

    def test_malformed_bodies_are_refused(self):
        self.start_notified()
        event = {"X-GitHub-Event": "push", **bearer()}
        for body, kind, headers, status, pattern in (
                ("", None, None, 400, "empty"), (" \n\t\r\n", None, None, 400, "empty"),
                (b"\xff\xfe", None, None, 400, "UTF-8"), (b"a\0b", None, None, 400, "NUL"),
                ("a\rb", None, None, 400, "carriage return"), ("x" * 8193, None, None, 400, "too long"),
                ("x\n" * 33, None, None, 400, "32 lines"), ("{", JSON, None, 400, "."),
                ("[]", JSON, None, 400, "no JSON object"), ('{"text": 5}', JSON, None, 400, '"text"'),
                ('{"text": "a", "channels": "#build"}', JSON, None, 400, '"channels"'),
                ('{"text": "a", "channels": ["#a,#b"]}', JSON, None, 400, '"channels"'),
                ('{"text": "a\\u0000b"}', JSON, None, 400, "."), ("[" * 100000, JSON, None, 400, "."),
                ('{"text": "' + "x" * 9000 + '"}', JSON, None, 400, "8 KiB"),
                ("payload=%7B%7D", "application/x-www-form-urlencoded", event, 400, "content type"),
                ("x\n" * 20, None, None, 422, "32 messages")):
            with self.subTest(body=body[:20]):
                path = "/notify/ci" + ("?channels=%23build,%23build" if status == 422 else "")
                self.refused(self.post(body, kind=kind, headers=headers, path=path), status, pattern)
        self.said(self.post("still"), "still")

    def test_texts_of_strangers_stay_in_their_line(self):
        self.start_notified()
        nasty = "x\r\nQUIT :\x01\x03" + "y" * 500
        body = {**PUSH, "commits": [], "ref": nasty, "compare": "https://a/\r\nQUIT",
                "repository": {"full_name": nasty}, "sender": {"login": nasty}}
        answer = self.post(body, kind=JSON, headers={"X-GitHub-Event": "push", **bearer()})
        self.said(answer, "[x] x pushed 0 commits to x")

    def test_they_are_off_by_default(self):
        self.start(secrets=SECRETS, web_group=SOURCES)
        self.assertEqual(self.post("x").status, 405)  # like every other path of pages
        self.start_notified()
        self.assertEqual(self.ask("GET", "/notify/ci").status, 405)
        self.assertEqual(self.ask("GET", "/notify/ci")["Allow"], "POST")
        self.assertEqual(self.ask("GET", "/notify").status, 404)


if __name__ == "__main__":
    papod_test.main()
