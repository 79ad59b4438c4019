"""What papod-generator writes for systemd, and how it handles invalid files."""

import os
import subprocess
import tempfile

import papod_test

GENERATOR = os.path.join(os.path.dirname(papod_test.PAPOD), "papod-generator")


class Generator(papod_test.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="papod-test-")
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.config = self.path("papod.conf")
        for name in ("normal", "early", "late"):
            os.mkdir(self.path(name))

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def generate(self, *arguments):
        """Returns the lines of the drop-in of papod.socket, and the messages."""
        arguments = arguments or (self.path("normal"), self.path("early"), self.path("late"),
                                  self.config)
        environment = {key: value for key, value in os.environ.items() if key != "SYSTEMD_SCOPE"}
        done = subprocess.run([GENERATOR, *arguments], capture_output=True, text=True,
                              timeout=papod_test.DEADLINE, env=environment, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((os.listdir(self.path("early")), os.listdir(self.path("late"))), ([], []))
        return self.lines_for("papod.socket"), done.stderr

    def lines_for(self, unit):
        """The drop-in of a unit; None if there is none."""
        try:
            with open(self.path(f"normal/{unit}.d/00-listen.conf"), encoding="utf-8") as file:
                return [line.strip() for line in file if not line.startswith("#")]
        except FileNotFoundError:
            return None

    def test_listeners_become_addresses_of_the_socket_unit(self):
        self.write("papod.conf", 'listen = ( { address = "*"; port = 6697; } );\n')
        self.assertEqual(self.generate(), ([
            "[Socket]", "ListenStream=", "ListenStream=0.0.0.0:6697", "ListenStream=[::]:6697",
            "ListenStream=/run/papod/irc.sock"], ""))

    def test_datagrams_are_added_to_what_the_unit_listens_at(self):
        self.write("papod.conf", """listen = (
            { name = "notify"; kind = "datagram"; address = "*"; },
            { name = "local"; kind = "datagram"; path = "/run/papod/notify.sock"; } );\n""")
        self.assertEqual(self.generate(), ([
            "[Socket]", "ListenDatagram=0.0.0.0:6659", "ListenDatagram=[::]:6659",
            "ListenDatagram=/run/papod/notify.sock"], ""))
        self.write("conf.d/a.conf", 'listen = ( { address = "127.0.0.1"; port = 6659; } );\n')
        self.assertEqual(self.generate(), ([
            "[Socket]", "ListenStream=", "ListenStream=127.0.0.1:6659",
            "ListenStream=/run/papod/irc.sock", "ListenDatagram=0.0.0.0:6659",
            "ListenDatagram=[::]:6659", "ListenDatagram=/run/papod/notify.sock"], ""))

    def test_dropins_are_read_in_the_order_of_their_names(self):
        self.write("papod.conf", 'listen = ( { address = "127.0.0.1"; } );\n')
        self.write("conf.d/b.conf", 'listen = ( { address = "127.0.0.3"; } );\n')
        self.write("conf.d/a.conf", "listen = ();\n")
        self.write("conf.d/c.conf.bak", 'listen = ( { address = "127.0.0.4"; } );\n')
        lines, _ = self.generate()
        self.assertEqual(lines[2:-1], ["ListenStream=127.0.0.3:6667"])

    def test_nothing_set_is_nothing_written(self):
        self.assertEqual(self.generate()[0], None)  # and no file at all
        self.write("papod.conf", "# listen = ();\n")
        self.assertEqual(self.generate(), (None, ""))
        self.assertEqual(os.listdir(self.path("normal")), [])

    def test_listeners_with_tls_are_for_the_gate(self):
        self.write("papod.conf", 'listen = ( { address = "*"; tls = true; }, '
                   '{ address = "::1"; websocket = true; }, { address = "::1"; } );\n')
        lines, said = self.generate()
        self.assertEqual((lines[2:-1], said), (["ListenStream=[::1]:6667"], ""))
        self.assertEqual(self.lines_for("papod-gate.socket"), [
            "[Socket]", "ListenStream=", "ListenStream=0.0.0.0:6697", "ListenStream=[::]:6697",
            "ListenStream=[::1]:8067"])
        self.assertEqual(self.lines_for("papod-gate.service"), None)

    def test_without_such_listeners_the_gate_does_not_run(self):
        self.write("papod.conf", 'listen = ( { address = "127.0.0.1"; } );\n')
        self.generate()
        for unit in ("papod-gate.socket", "papod-gate.service"):
            self.assertEqual(self.lines_for(unit), ["[Unit]", "ConditionPathExists=!/"])

    def test_certificates_that_exist_are_passed_and_all_are_watched(self):
        certificate, key, missing = self.path("a.crt"), self.path("a.key"), self.path("missing")
        self.write("a.crt", "")
        self.write("a.key", "")
        self.write("papod.conf", f"""nonsense {{
            tls = {{ certificate = "{certificate}"; key = "{key}"; }};
            certificates = ( {{ name = "rsa"; certificate = "{certificate}"; key = "{missing}"; }} );
            """)
        self.assertEqual(self.generate(), (None, ""))
        self.assertEqual(self.lines_for("papod-gate.service"), [
            "[Service]", f"LoadCredential=tls.crt:{certificate}", f"LoadCredential=tls.key:{key}"])
        self.assertEqual(self.lines_for("papod-gate-certificates.path"), [
            "[Path]", f"PathChanged={self.directory}"])

    def test_a_certificate_of_papod_acme_needs_port_80_and_a_timer(self):
        self.write("papod.conf", 'tls: { acme = [ "irc.example.org" ]; };\n')
        self.assertEqual(self.generate(), (None, ""))
        self.assertEqual(self.lines_for("papod-gate.socket"), [
            "[Socket]", "ListenStream=0.0.0.0:80", "ListenStream=[::]:80"])
        self.assertEqual(self.lines_for("papod-gate.service")[:2], [
            "[Service]", "SetCredential=acme.crt:none"])
        with open(self.path("normal/timers.target.d/papod-acme.conf"), encoding="ascii") as file:
            self.assertIn("[Unit]\nWants=papod-acme.timer\n", file.read())

    def test_the_sandbox_of_papod_push_admits_what_push_allow_does(self):
        """Also if the rest of the file makes no sense; and nothing that only looks like an address."""
        self.write("papod.conf", 'nonsense {\npush = { allow = [ "10.1.2.3", "fd00::/8 8443" ]; };\n')
        self.assertEqual(self.generate(), (None, ""))
        self.assertEqual(os.listdir(self.path("normal")), ["papod-push.service.d"])
        self.assertEqual(self.lines_for("papod-push.service"), [
            "[Service]", "IPAddressAllow=10.1.2.3", "IPAddressAllow=fd00::/8"])
        self.write("conf.d/a.conf", 'push = { allow = [ "any" ]; };\n')
        _, said = self.generate()
        self.assertRegex(said, r"a\.conf:1: push\.allow")
        self.assertNotIn("IPAddressAllow=any", self.lines_for("papod-push.service") or [])

    def test_mistakes_elsewhere_do_not_matter(self):
        self.write("papod.conf", 'nonsense {\nlisten = ( { address = "127.0.0.1"; } );\n')
        self.write("conf.d/a.conf", 'limits = "x";\n')
        lines, said = self.generate()
        self.assertEqual((lines[2:-1], said), (["ListenStream=127.0.0.1:6667"], ""))

    def test_a_name_is_refused_with_a_hint_and_the_rest_is_used(self):
        self.write("papod.conf", 'listen = ( { address = "irc.example.org"; },\n'
                   '{ address = "127.0.0.1"; } );\n')
        lines, said = self.generate()
        self.assertEqual(lines[2:-1], ["ListenStream=127.0.0.1:6667"])
        self.assertRegex(said, r"papod\.conf:1: .*irc\.example\.org.*getent ahosts")

    def test_each_instance_has_units_of_its_own(self):
        self.write("papod.conf", "")
        self.write("instances/den/papod.conf", """listen = (
            { address = "127.0.0.1"; port = 7000; }, { address = "127.0.0.1"; port = 7001; tls = true; },
            { kind = "datagram"; path = "/run/papod/den/notify.sock"; } );
            tls: { certificate = "/etc/ssl/den/a.pem"; key = "/etc/ssl/den/a.key"; };\n""")
        self.write("instances/plain/papod.conf", "")
        self.write("instances/empty/README", "no instance")
        self.write("instances/a b/papod.conf", "")
        self.assertEqual(self.generate(), (None, f"{self.path('instances/a b/papod.conf')}: is ignored: the name of "
                                           "an instance consists of letters, digits and hyphens, at most 32; rename "
                                           "the directory\n"))
        self.assertEqual(self.lines_for("papod@den.socket"), [
            "[Socket]", "ListenStream=", "ListenStream=127.0.0.1:7000", "ListenStream=/run/papod/den/irc.sock",
            "ListenDatagram=/run/papod/den/notify.sock"])
        self.assertEqual(self.lines_for("papod-gate@den.socket"),
                         ["[Socket]", "ListenStream=", "ListenStream=127.0.0.1:7001"])
        with open(self.path("normal/papod-gate-certificates.path.d/10-den.conf"), encoding="utf-8") as file:
            self.assertIn("PathChanged=/etc/ssl/den\n", file.read())
        # Without a list, systemd listens for it at its Unix socket alone.
        self.assertEqual(self.lines_for("papod@plain.socket"), None)
        self.assertIn("ConditionPathExists=!/", self.lines_for("papod-gate@plain.socket"))
        self.assertEqual(sorted(os.listdir(self.path("normal"))), [
            "papod-gate-certificates.path.d", "papod-gate@den.socket.d", "papod-gate@plain.service.d",
            "papod-gate@plain.socket.d", "papod@den.socket.d"])

    def test_only_the_first_papod_asks_for_certificates(self):
        self.write("papod.conf", "")
        self.write("instances/den/papod.conf", """tls: { acme = [ "irc.example.org" ]; };
            listen = ( { address = "127.0.0.1"; port = 7001; tls = true; } );\n""")
        self.assertEqual(self.generate(), (None, ""))
        self.assertEqual(self.lines_for("papod-gate@den.socket"),
                         ["[Socket]", "ListenStream=", "ListenStream=127.0.0.1:7001"])
        self.assertNotIn("timers.target.d", os.listdir(self.path("normal")))
        self.assertTrue(any(line.startswith("LoadCredential=") for line in self.lines_for("papod-gate@den.service")))

    def test_what_cannot_be_read_is_said_and_no_failure(self):
        os.mkdir(self.config)
        lines, said = self.generate()
        self.assertEqual(lines, None)
        self.assertIn("cannot be read", said)

    def test_what_cannot_be_written_is_said_and_no_failure(self):
        self.write("papod.conf", 'listen = ( { address = "127.0.0.1"; } );\n')
        missing = self.path("missing")
        _, said = self.generate(missing, missing, missing, self.config)
        self.assertEqual(said, "".join(
            f"{missing}/{unit}.d/00-listen.conf: cannot be written: No such file or directory\n"
            for unit in ("papod.socket", "papod-gate.socket", "papod-gate.service")))

    def test_systemd_and_everybody_can_read_the_drop_in(self):
        self.write("papod.conf", 'listen = ( { address = "127.0.0.1"; } );\n')
        subprocess.run([GENERATOR, self.path("normal"), self.path("early"), self.path("late"),
                        self.config], umask=0, timeout=papod_test.DEADLINE, check=True)
        for name, mode in (("normal/papod.socket.d", 0o755),
                           ("normal/papod.socket.d/00-listen.conf", 0o644)):
            self.assertEqual(os.stat(self.path(name)).st_mode & 0o777, mode)

    def test_a_wrong_command_line_is_explained(self):
        for arguments in ((), (self.path("normal"), self.path("early"))):
            done = subprocess.run([GENERATOR, *arguments], capture_output=True, text=True,
                                  timeout=papod_test.DEADLINE, check=False)
            self.assertEqual(done.returncode, 64)
            self.assertTrue(done.stderr.startswith("Usage: papod-generator NORMAL [EARLY LATE [FILE]]\n"))

    def test_only_the_system_writes_into_the_log_of_the_kernel(self):
        os.mkdir(self.config)
        done = subprocess.run([GENERATOR, self.path("normal"), self.path("early"), self.path("late"),
                               self.config], capture_output=True, text=True, check=True,
                              timeout=papod_test.DEADLINE, env={**os.environ, "SYSTEMD_SCOPE": "user"})
        self.assertEqual(done.stderr, f"{self.config}: cannot be read: this is not a regular file\n")


if __name__ == "__main__":
    papod_test.main()
