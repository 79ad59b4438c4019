"""Certificates from an issuer, Debian's pebble: papod-acme with dehydrated."""

import os
import re
import shutil
import ssl
import subprocess
import tempfile
import unittest

import issuer
import papod_test

PROGRAMS = os.path.dirname(os.path.abspath(papod_test.PAPOD))
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../systemd/papod-acme")
LISTEN = """listen = ( {{ name = "web"; address = "127.0.0.1"; port = 0; websocket = true; }},
           {{ name = "secure"; address = "127.0.0.1"; port = 0; tls = true; }} );
certificates = ( {{ name = "issued"; certificate = "{0}"; key = "{1}"; }} );
web: {{ challenges = "{2}"; }};
tls: {{ challenges = "{3}"; }};
"""
ONE, TWO = "irc.test.example", "chat.test.example"


class AcmeCase(papod_test.TestCase):
    def setUp(self):
        self.n_clients = 0
        self.directory = tempfile.mkdtemp(prefix="papod-acme-test-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        for name in ("state", "runtime", "runtime/http", "runtime/alpn", "issuer"):
            os.mkdir(self.path(name))

    def path(self, name):
        return os.path.join(self.directory, name)

    def start(self, certificate, key, challenges):
        """A papod that uses these files as soon as they are there, and an issuer that asks it."""
        self.config = LISTEN.format(certificate, key, challenges, self.path("runtime/alpn"))
        self.papod = self.serve(self.config, listen="")
        ready = self.papod.wait_for_log("The gate is ready")
        http_port, self.port = map(int, re.findall(r"127\.0\.0\.1:(\d+)", ready))
        self.issuer = issuer.Issuer(self.path("issuer"), http_port, self.port)
        self.addCleanup(self.issuer.stop)
        self.issuer.start()
        with open(self.path("root.pem"), "w", encoding="ascii") as file:
            file.write(self.issuer.root())

    def run_program(self, *command, **environment):
        """Returns its exit status and its output."""
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=120, check=False, env={
                **os.environ, "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
                "CURL_CA_BUNDLE": self.issuer.authority, **environment})
        return done.returncode, done.stdout

    def certificate_for(self, host):
        """What a client gets that verifies it; None: it refuses."""
        context = ssl.create_default_context(cafile=self.path("root.pem"))
        client = papod_test.Client(("127.0.0.1", self.port))
        self.addCleanup(client.close)
        try:
            client.socket = context.wrap_socket(client.socket, server_hostname=host)
        except ssl.SSLCertVerificationError:
            client.close()
            return None
        self.n_clients += 1
        client.register(f"ana{self.n_clients}")
        certificate = client.socket.getpeercert(binary_form=True)
        client.close()
        return certificate

    def wait_for_certificate(self, host, old=None):
        found = []

        def is_new():
            found.append(self.certificate_for(host))
            return found[-1] not in (None, old)

        self.wait_until(is_new, f"clients get a certificate for {host}")
        return found[-1]


@unittest.skipUnless(issuer.is_installed(), "pebble, dehydrated, curl or openssl is not installed")
class PapodAcme(AcmeCase):
    def setUp(self):
        super().setUp()
        newest = self.path("state/certs/papod")
        self.start(f"{newest}/fullchain.pem", f"{newest}/privkey.pem", self.path("runtime/http"))

    def renew(self, acme, **environment):
        """The configuration that papod-acme reads; papod need not."""
        with open(self.path("acme.conf"), "w", encoding="ascii") as file:
            file.write(re.sub("^tls: {", f"tls: {{ {acme} ", self.config, flags=re.M))
        return self.run_program(SCRIPT, "--config", self.path("acme.conf"), **{
            "STATE_DIRECTORY": self.path("state"), "RUNTIME_DIRECTORY": self.path("runtime"),
            **environment})

    def acme(self, *names, more=""):
        listed = ", ".join(f'"{name}"' for name in names)
        return f'acme = [ {listed} ]; acme_url = "{self.issuer.url}"; {more}'

    def check_renewed(self, *names, more=""):
        status, said = self.renew(self.acme(*names, more=more))
        self.assertEqual(status, 0, said + self.issuer.log())
        self.assertRegex(said, f"(?m)^<6>the certificate for {' '.join(names)} is good: notAfter=")
        return said

    def test_http_01_gets_a_certificate_and_the_next(self):
        self.assertIsNone(self.certificate_for(ONE))
        self.check_renewed(ONE, more='acme_contact = "root@example.org";')
        first = self.wait_for_certificate(ONE)
        self.assertIsNone(self.certificate_for(TWO))
        self.assertIn("Skipping renew", self.check_renewed(ONE))
        self.check_renewed(ONE, TWO)
        both = self.wait_for_certificate(TWO)
        self.assertEqual(self.certificate_for(ONE), both)
        self.assertNotEqual(first, both)
        # What the issuer was shown is gone, and no one else can read the keys. A lock would be where
        # systemd removes it with the service.
        self.assertEqual(os.listdir(self.path("runtime/http")), [])
        self.assertNotIn("lock", os.listdir(self.path("state")))
        for file in os.listdir(self.path("state/certs/papod")):
            self.assertEqual(os.stat(self.path(f"state/certs/papod/{file}")).st_mode & 0o077, 0)

    def test_tls_alpn_01_gets_a_certificate(self):
        self.check_renewed(ONE, more='acme_challenge = "tls-alpn-01";')
        self.wait_for_certificate(ONE)
        self.papod.wait_for_log(f"An issuer of certificates was shown a proof.*{ONE}")
        self.assertEqual(os.listdir(self.path("runtime/alpn")), [])

    def test_a_failure_names_the_issuer_and_changes_nothing(self):
        self.check_renewed(ONE)
        first = self.wait_for_certificate(ONE)
        self.issuer.forget_hosts()
        status, said = self.renew(self.acme(ONE, TWO))
        self.assertEqual(status, 1, said)
        self.assertIn(f"<3>no certificate for {ONE} {TWO} from {self.issuer.url}; see above why", said)
        self.assertRegex(said, "(?m)^<4>the certificate of before stays in use: notAfter=")
        self.assertEqual(self.certificate_for(ONE), first)

    def test_another_issuer_is_asked_at_once(self):
        self.check_renewed(ONE)
        first = self.wait_for_certificate(ONE)
        with open(self.path("state/issuer"), "w", encoding="ascii") as file:
            file.write("https://staging.example/dir\n")
        self.check_renewed(ONE)
        self.wait_for_certificate(ONE, first)

    def test_without_names_nothing_is_asked(self):
        status, said = self.renew("")
        self.assertEqual((status, said), (0, "<5>papod.conf asks for no certificate: tls.acme is empty\n"))
        self.assertEqual(os.listdir(self.path("state")), [])

    def test_without_dehydrated_its_package_is_named(self):
        lacking = self.path("programs")
        os.mkdir(lacking)
        for program in ("cat", "mkdir"):
            os.symlink(shutil.which(program), os.path.join(lacking, program))
        os.symlink(os.path.join(PROGRAMS, "papod-gate"), os.path.join(lacking, "papod-gate"))
        status, said = self.renew(self.acme(ONE), PATH=lacking)
        self.assertEqual((status, said), (1, "<3>dehydrated, which gets certificates, is not "
                                             "installed: apt install dehydrated\n"))


if __name__ == "__main__":
    papod_test.main()
