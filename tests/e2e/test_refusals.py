"""Refused clients, as administrators and their tools find them in the log."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import unittest

import papod_test
import test_uploads

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
CONFIG = """classes = ( { name = "guests"; needs_password = true; } );
operators = ( { name = "root"; } );
gateways = ( { name = "web"; addresses = [ "127.0.0.2" ]; } );
"""
RESOLVED = "/run/systemd/resolve/io.systemd.Resolve"


def filter_of_fail2ban():
    """The regular expressions of the filter, with fail2ban's placeholders filled in."""
    with open(os.path.join(TOP, "etc/fail2ban/filter.conf"), encoding="utf-8") as file:
        text = file.read()
    found = re.search(r"^failregex = (.*(?:\n\s+.*)*)", text, re.M)[1]
    return [line.strip().replace("%(__prefix_line)s", "papod: (?:warning: )?")
            .replace("<ADDR>", r"(?P<address>[0-9a-f.:]+)") for line in found.splitlines()]


def banned_by(log):
    """The addresses that the filter finds."""
    found = (re.match(pattern, line) for line in log if line for pattern in filter_of_fail2ban())
    return [one["address"] for one in found if one]


# Refusals with an address that the filter leaves out, and why.
LEFT_OUT = {
    "proxy-refused": "the address is that of a proxy, or of who looks for one",
    "foreign-protocol": "papod has closed the connection, and nothing was guessed",
    "notifications-refused": "the sender of a datagram can have any address",
    "handshake-failed": "old clients and scanners guess nothing",
    "checker-name-refused": "the password was right",
    "listen-failed": "the address is the server's own",
}


# Where ./dev check unpacks fail2ban.
FAIL2BAN = os.environ.get("FAIL2BAN", os.path.join(TOP, "build/fail2ban"))


def run_fail2ban(program, directory, *arguments):
    """fail2ban's own program, with papod's filter and jail where an administrator puts them."""
    configuration = os.path.join(directory, "fail2ban")
    if not os.path.isdir(configuration):
        shutil.copytree(os.path.join(FAIL2BAN, "etc/fail2ban"), configuration)
        shutil.rmtree(os.path.join(configuration, "jail.d"))
        for kind in ("filter", "jail"):
            os.makedirs(os.path.join(configuration, f"{kind}.d"), exist_ok=True)
            shutil.copy(os.path.join(TOP, f"etc/fail2ban/{kind}.conf"),
                        os.path.join(configuration, f"{kind}.d/papod.conf"))
    environment = {**os.environ, "PYTHONPATH": os.path.join(FAIL2BAN, "usr/lib/python3/dist-packages"),
                   "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(["python3", os.path.join(FAIL2BAN, "usr/bin", program), "-c", configuration,
                           *arguments], capture_output=True, text=True, check=False,
                          timeout=papod_test.DEADLINE, env=environment)


def fail2ban_finds(case, lines, addresses):
    """fail2ban itself finds the same in the journal, for papod and for an instance of it."""
    if not os.path.isdir(os.path.join(FAIL2BAN, "usr")):
        return
    with tempfile.TemporaryDirectory(prefix="papod-test-") as directory:
        log = os.path.join(directory, "log")
        for identifier in ("papod", "papod@den"):
            with open(log, "w", encoding="utf-8") as file:
                for line in filter(None, lines):
                    said = re.sub(r"^papod: (?:warning: |error: )?", "", line.strip())
                    file.write(f"Nov 30 12:00:00 host {identifier}[12]: {said}\n")
            done = run_fail2ban("fail2ban-regex", directory, "-o", "<ip>", log, "papod")
            case.assertEqual(done.stdout.split(), addresses, done.stderr)
        done = run_fail2ban("fail2ban-client", directory, "-d")
        case.assertEqual(done.returncode, 0, done.stderr)
        case.assertIn("['add', 'papod', 'systemd']", done.stdout)
        case.assertIn("['port', '6667,6697']", done.stdout)


class Filter(unittest.TestCase):
    def test_each_refusal_is_in_the_filter_or_left_out(self):
        with open(os.path.join(TOP, "src/base/logbook.def"), encoding="utf-8") as file:
            rows = re.findall(r'\.name = "(.*)",.*\n.*\n.*\n\t\.text = "(.*)",\n\t\.fields = "(.*)"', file.read())
        refusals = {name: text for name, text, fields in rows
                    if "ADDRESS" in re.split(r"\W+", fields) and re.search("refused|failed|foreign", name)}
        found = {name for name, text in refusals.items() if any(text in one for one in filter_of_fail2ban())}
        self.assertEqual(set(LEFT_OUT) & found, set())
        self.assertEqual(set(LEFT_OUT) | found, set(refusals))


class Tokens(test_uploads.TestCase):
    def test_wrong_tokens_and_logins_are_what_fail2ban_looks_for(self):
        server = self.start(web_group='web = { api = true; };\napi_tokens = ( { name = "ci"; scopes = [ "status" ]; } );\n',
                            secrets="[api ci]\ntoken = api-0123456789abcdef-ci\n")
        for token, status, words in (("api-0123456789abcdef-ci", 200, None), (None, 401, "Send a token"),
                                     ("x) reason=y", 401, "No program")):
            answer = self.ask("GET", "/api/v1/status", headers=token and test_uploads.bearer(token))
            self.assertEqual(answer.status, status)
            if words:
                server.wait_for_log(f"because of its token.*{words}")
        self.assertEqual(banned_by(server.log), ["127.0.0.1"])
        bea = self.client(server, "bea")
        bea.send("NS IDENTIFY ana wrong")
        server.wait_for_log("A login was refused")
        self.assertEqual(banned_by(server.log), ["127.0.0.1"] * 2)
        fail2ban_finds(self, server.log, ["127.0.0.1"] * 2)


class Refusals(papod_test.TestCase):
    def setUp(self):
        _, hashed, _ = papod_test.run("--hash-password", stdin=b"sesame\n")
        sections = ("server", "operator root", "gateway web")
        self.server = self.serve(config=CONFIG, secrets="".join(
            f"[{section}]\npassword = {hashed}" for section in sections))

    def wait_for(self, pattern):
        return self.server.wait_for_log(pattern)

    def test_wrong_passwords_are_what_fail2ban_looks_for(self):
        good = self.client(self.server, "good", password="sesame")
        self.assertEqual(banned_by(self.server.log), [])

        bad = self.client(self.server)
        bad.send("PASS wrong", "NICK bad", "USER bad 0 * :Bad")
        bad.expect_end(" 464 ")
        line = self.wait_for("Client refused: Password incorrect")
        self.assertIn("class=guests", line)
        self.assertEqual(banned_by(self.server.log), ["127.0.0.1"])

        gateway = papod_test.Client(("127.0.0.1", self.server.port), source="127.0.0.2")
        self.addCleanup(gateway.close)
        gateway.send("WEBIRC wrong web 192.0.2.1 192.0.2.1")
        gateway.expect_end("Invalid WebIRC password")
        self.wait_for("Client refused: Invalid WebIRC password")
        self.assertEqual(banned_by(self.server.log), ["127.0.0.1", "127.0.0.2"])

        good.send("OPER root wrong")
        good.expect(" 464 good ")
        self.wait_for("Operator login refused")
        addresses = ["127.0.0.1", "127.0.0.2", "127.0.0.1"]
        self.assertEqual(banned_by(self.server.log), addresses)
        self.assertFalse([line for line in self.server.log if "Client disconnected" in line])
        fail2ban_finds(self, self.server.log, addresses)

    def test_nobody_is_banned_by_the_words_of_another(self):
        good = self.client(self.server, "good", password="sesame")
        forged = "papod: Client refused: Password incorrect (session=1 address=192.0.2.9 x"
        good.send("OPER address=192.0.2.9 wrong", f"QUIT :{forged}")
        good.expect_end("^ERROR ")
        self.wait_for("Client disconnected")
        self.assertEqual(banned_by(self.server.log), ["127.0.0.1"])


class Names(papod_test.TestCase):
    def test_names_that_cannot_be_looked_up_are_reported_once(self):
        unshare = [shutil.which("unshare") or "", "-n" if os.geteuid() == 0 else "-rn"]
        if not unshare[0] or subprocess.run(
                [*unshare, "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
            raise unittest.SkipTest("no namespace without a network can be made here")
        if os.path.exists(RESOLVED):
            raise unittest.SkipTest("systemd-resolved runs here")
        with socket.create_server(("127.0.0.1", 0)) as listener:
            server = self.serve('dns = { reverse = true; };\n', listen="", sockets=(listener,),
                                wrapper=unshare)
            for i, nick in enumerate(("ana", "bea")):
                client = papod_test.Client(listener.getsockname(), source=f"127.9.8.{i + 1}")
                self.addCleanup(client.close)
                client.register(nick)
        line = server.wait_for_log("A helper failed")
        self.assertIn("papod-lookup.socket", line)
        self.assertEqual(sum("A helper failed" in line for line in server.log), 1)


if __name__ == "__main__":
    papod_test.main()
