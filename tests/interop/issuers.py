"""What papod-gate(8) shows for certbot and lego, with an issuer of the test, Debian's pebble."""

import pathlib
import re

import test_acme

MANUAL = pathlib.Path(__file__).resolve().parents[2] / "man/papod-gate.8"


class Manual(test_acme.AcmeCase):
    """The commands that papod-gate(8) shows, with directories of the test and its issuer."""

    def commands(self, program, **replaced):
        with open(MANUAL, encoding="ascii") as file:
            blocks = re.findall(r"(?ms)^\.Bd -literal -offset indent\n(.*?)^\.Ed$", file.read())
        found = [block for block in blocks if re.search(f"(?m)^{program} ", block)]
        self.assertEqual(len(found), 1)
        text = found[0].replace("\\e\n", "\\\n")
        for old, new in {"/var/www/papod": self.path("www"), "irc.example.org": test_acme.ONE, **replaced}.items():
            self.assertIn(old, text)
            text = text.replace(old, new)
        return text

    def check(self, commands, **environment):
        status, said = self.run_program("sh", "-ec", commands, **environment)
        self.assertEqual(status, 0, said + self.issuer.log())
        self.wait_for_certificate(test_acme.ONE)

    def test_certbot(self):
        live = self.path(f"certbot/live/{test_acme.ONE}")
        self.start(f"{live}/fullchain.pem", f"{live}/privkey.pem",
                   self.path("www/.well-known/acme-challenge"))
        own = f"--config-dir {self.path('certbot')} --work-dir {self.path('work')} --logs-dir {self.path('logs')}"
        self.check(self.commands("certbot", **{
            "certonly": f"certonly -n --agree-tos --register-unsafely-without-email "
                        f"--server {self.issuer.url} {own}"}),
            REQUESTS_CA_BUNDLE=self.issuer.authority)

    def test_lego(self):
        certificates = self.path("lego/certificates")
        self.start(f"{certificates}/{test_acme.ONE}.crt", f"{certificates}/{test_acme.ONE}.key",
                   self.path("www/.well-known/acme-challenge"))
        self.check(self.commands("lego", **{
            "/etc/papod/tls": self.path("lego"), "--accept-tos": f"--accept-tos --server {self.issuer.url}"}),
            LEGO_CA_CERTIFICATES=self.issuer.authority)
