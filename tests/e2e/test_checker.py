"""The example of a checker in papod-checker(7), as it stands there."""

import http.server
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.parse

import papod_test
import test_auth_pam

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "man", "papod-checker.7")


def example():
    """The block after the mark, without the escape of mdoc."""
    with open(PAGE, encoding="utf-8") as file:
        found = re.search(
            r'^\.\\" run by test_checker\.py\n\.Bd [^\n]*\n(.*?)^\.Ed$', file.read(), re.M | re.S)
    return found[1].replace(r"\e", "\\")


class Issuer(http.server.BaseHTTPRequestHandler):
    """Says what a token is worth: RFC 7662."""

    def do_POST(self):  # pylint: disable=invalid-name
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        known = form["token"] == ["good token"]
        self.send_response(500 if form["token"] == ["trouble"] else 200)
        self.end_headers()
        self.wfile.write(b'{"active":true,"username":"Bea"}' if known else b'{"active":false}')

    def log_message(self, *arguments):  # pylint: disable=arguments-differ
        pass


class Example(papod_test.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="papod-test-")
        self.addCleanup(shutil.rmtree, self.directory)
        self.path = os.path.join(self.directory, "socket")
        issuer = http.server.HTTPServer(("127.0.0.1", 0), Issuer)
        self.addCleanup(issuer.server_close)
        threading.Thread(target=issuer.serve_forever, daemon=True).start()
        self.addCleanup(issuer.shutdown)
        # pylint: disable=consider-using-with
        checker = subprocess.Popen([sys.executable, "-c", example(), self.path,
                                    f"http://127.0.0.1:{issuer.server_port}/introspect"])
        self.addCleanup(checker.wait)
        self.addCleanup(checker.kill)
        self.wait_until(lambda: os.path.exists(self.path), "the example does not listen")

    def test_the_example_of_the_manual_works(self):
        connection = test_auth_pam.Connection(self.path)
        self.addCleanup(connection.close)
        self.assertEqual(connection.ask(account="ana", password="correct horse"),
                         {"result": "ok", "account": "ana"})
        self.assertEqual(connection.ask(account="ana", password="wrong"), {"result": "no"})
        self.assertEqual(connection.ask(account="eve", password="wrong"), {"result": "no"})
        bearer = {"kind": "token", "mechanism": "OAUTHBEARER"}
        self.assertEqual(connection.ask(**bearer, token="good token"),
                         {"result": "ok", "account": "Bea"})
        self.assertEqual(connection.ask(**bearer, token="bad token"), {"result": "no"})
        answer = connection.ask(**bearer, token="trouble")
        self.assertEqual(answer["result"], "error")
        self.assertIn("500", answer["text"])


if __name__ == "__main__":
    papod_test.main()
