"""papoctl import makes a configuration with which papod runs, and old passwords stay valid."""

import os
import subprocess
import tempfile

import papod_test

PAPOCTL = os.path.join(os.path.dirname(os.path.abspath(papod_test.PAPOD)), "papoctl")
NGIRCD = """[Global]
Name = old.example.org
MotdPhrase = Hello from before
Password = open-sesame
Listen = 127.0.0.1
Ports = 0
[Options]
Mystery = yes
[Operator]
Name = root
Password = of-all-evil
[Channel]
Name = #garden
Topic = Roses
Modes = +ntm
Autojoin = yes
"""
INSPIRCD = """<define name="domain" value="example.org">
<server name="old.&domain;" description="An old server" network="Old">
<bind address="127.0.0.1" port="0" type="clients">
<connect name="main" allow="*" password="open-sesame">
<class name="All" commands="*"><type name="Admin" classes="All">
<oper name="root" password="$2b$05$abcdefghijklmnopqrstuu.RtggNlWUQWdsXw1EnqNnFX/cPj3CMm"
      hash="bcrypt" host="*@*" type="Admin">
<permchannels channel="#garden" topic="Roses" modes="ntm">
<autojoin channel="#garden">
"""
UNREALIRCD = """me { name old.example.org; info "An old server"; sid 001; }
class clients { pingfreq 90; }
allow { mask *; class clients; password open-sesame; }
listen { ip 127.0.0.1; port 0; }
oper root { mask *@*; operclass netadmin; password "of-all-evil"; }
set { network-name Old; auto-join "#garden"; }
"""
ERGO = """
network: { name: Old }
server:
    name: old.example.org
    password: "$2b$05$abcdefghijklmnopqrstuutXu9KzOt.1yBoZUeFWoT/914/JfszCO"
    listeners:
        "127.0.0.1:0":
oper-classes:
    all: { capabilities: [ kill, ban, samode ] }
opers:
    root: { class: all, password: "$2b$05$abcdefghijklmnopqrstuu.RtggNlWUQWdsXw1EnqNnFX/cPj3CMm" }
channels:
    auto-join: [ "#garden" ]
"""


class Import(papod_test.TestCase):
    def setUp(self):
        self.directory = self.enterContext(tempfile.TemporaryDirectory(prefix="papod-test-"))

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def read(self, name):
        with open(os.path.join(self.directory, name), encoding="utf-8") as file:
            return file.read()

    def run_import(self, *words):
        done = subprocess.run([PAPOCTL, "import", *words], capture_output=True, text=True,
                              timeout=papod_test.DEADLINE, check=False)
        return done.returncode, done.stdout, done.stderr

    def import_and_serve(self, kind, text):
        old = self.write("old.conf", text)
        status, out, _ = self.run_import("--into", self.directory, kind, old)
        self.assertEqual(status, 0)
        self.assertIn(f"{self.directory}/secrets.ini\n", out)
        checked = papod_test.run("--check", os.path.join(self.directory, "papod.conf"))
        self.assertEqual(checked[0], 0, checked)
        files = {"motd": self.read("motd")} if "/motd\n" in out else {}
        return self.serve(self.read("papod.conf"), listen="", files=files,
                          secrets=self.read("secrets.ini"))

    def assert_moved(self, server, server_name, topic="Roses"):
        stranger = self.client(server)
        stranger.send("NICK bea", "USER bea 0 * :Bea")
        stranger.expect_end("ERROR")
        ana = self.client(server)
        ana.send("PASS open-sesame", "NICK ana", "USER ana 0 * :Ana")
        ana.expect(f"^:{server_name} 001 ana ")
        ana.expect(" JOIN #garden")
        if topic:
            ana.expect(f" 332 ana #garden :{topic}")
        ana.send("OPER root wrong")
        ana.expect(" 464 ana ")
        ana.send("OPER root of-all-evil")
        ana.expect(" 381 ana ")
        ana.send("MODE #garden")
        ana.expect(r" 324 ana #garden \+\S*m" if topic else " 324 ana #garden ")

    def test_a_server_of_ngircd_moves_with_its_passwords(self):
        server = self.import_and_serve("ngircd", NGIRCD)
        self.assert_moved(server, "old.example.org")
        self.assertEqual(self.read("motd"), "Hello from before")
        self.assertNotIn("sesame", self.read("secrets.ini"))

    def test_a_server_of_inspircd_moves_with_its_passwords(self):
        server = self.import_and_serve("inspircd", INSPIRCD)
        self.assert_moved(server, "old.example.org")

    def test_a_server_of_unrealircd_moves_with_its_passwords(self):
        server = self.import_and_serve("unrealircd", UNREALIRCD)
        self.assert_moved(server, "old.example.org", topic=None)

    def test_a_server_of_ergo_moves_with_its_passwords(self):
        server = self.import_and_serve("ergo", ERGO)
        self.assert_moved(server, "old.example.org", topic=None)

    def test_a_dry_run_writes_nothing_and_shows_no_secret(self):
        old = self.write("old.conf", NGIRCD)
        status, out, errors = self.run_import("--dry-run", "-d", self.directory, "ngircd", old)
        self.assertEqual(status, 0)
        self.assertEqual(os.listdir(self.directory), ["old.conf"])
        self.assertIn('name = "old.example.org";', out)
        self.assertIn("# secrets.ini: [operator root]\n", out)
        self.assertNotIn("$y$", out)
        self.assertNotIn("evil", out + errors)
        self.assertEqual(errors, f"{old}:8: Mystery: papod has no equivalent\n")

    def test_no_file_is_replaced(self):
        old = self.write("old.conf", NGIRCD)
        self.write("papod.conf", "# mine\n")
        status, _, errors = self.run_import("--into", self.directory, "ngircd", old)
        self.assertEqual(status, 73)
        self.assertIn("name another directory with --into", errors)
        self.assertEqual(self.read("papod.conf"), "# mine\n")
        self.assertEqual(sorted(os.listdir(self.directory)), ["old.conf", "papod.conf"])

    def test_mistakes_are_explained(self):
        bad = self.write("bad.conf", "Name = x\n")
        for words, status, said in (
                ((), 64, "expected import"),
                (("ngircd",), 64, "expected import"),
                (("--wet-run", "ngircd", bad), 64, "--wet-run"),
                (("unknown", bad), 64, 'there is no kind "unknown"'),
                (("ngircd", "/nowhere/at-all"), 66, "/nowhere/at-all"),
                (("ngircd", self.directory), 66, self.directory),
                (("ngircd", bad), 65, f"{bad}:1: this setting is in no section")):
            with self.subTest(words=words):
                found, out, errors = self.run_import(*words)
                self.assertEqual((found, out), (status, ""))
                self.assertIn(said, errors)


if __name__ == "__main__":
    papod_test.main()
