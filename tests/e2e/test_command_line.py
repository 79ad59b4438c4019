"""What papod does besides serving, and how it ends."""

import os
import pty
import re
import shutil
import signal
import subprocess
import tempfile
import termios

import papod_test


class CommandLine(papod_test.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="papod-test-")
        self.addCleanup(self.directory.cleanup)

    def write(self, name, text, mode=0o644):
        path = os.path.join(self.directory.name, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        os.chmod(path, mode)
        return path

    def test_version_and_help(self):
        status, output, _ = papod_test.run("--version")
        self.assertEqual(status, 0)
        self.assertRegex(output, r"^papod \d+\.\d+\.\d+\n$")
        status, output, _ = papod_test.run("--help")
        self.assertEqual(status, 0)
        for option in ("--config FILE", "--check [FILE]", "--record FILE", "--replay FILE"):
            self.assertIn(option, output)

    def test_a_wrong_command_line_says_so(self):
        status, _, errors = papod_test.run("--chekc")
        self.assertEqual(status, 64)
        self.assertIn("--help", errors)
        self.assertEqual(papod_test.run("surplus")[0], 64)

    def test_only_the_files_of_the_service_are_applied(self):
        status, _, errors = papod_test.run("--config", self.write("papod.conf", ""), "--apply")
        self.assertEqual(status, 64)
        self.assertRegex(errors, r"^papod: --apply is for papod\.service, which reads \S+/papod\.conf, "
                         r"so leave out --config; or for an instance, with --config "
                         r"\S+/instances/NAME/papod\.conf\n$")

    def test_what_cannot_be_printed_is_an_error(self):
        path = self.write("papod.conf", "")
        for arguments, wanted in ((("--show-config", path), 74), (("--sample-config",), 74),
                                  (("--hash-password",), 71)):
            with self.subTest(arguments), open("/dev/full", "wb") as full:
                done = subprocess.run([papod_test.PAPOD, *arguments], input=b"segredo\n", stdout=full,
                                      timeout=papod_test.DEADLINE, check=False)
                self.assertEqual(done.returncode, wanted)

    def test_a_good_configuration_passes_the_check(self):
        path = self.write("papod.conf", 'server = { name = "irc.example.org"; };\n')
        status, output, errors = papod_test.run("--check", path)
        self.assertEqual((status, errors), (0, ""))
        self.assertEqual(output.splitlines()[0], f"papod: the configuration is good ({path})")

    def test_the_check_tells_what_listens_where(self):
        path = self.write("papod.conf", 'listen = ( { address = "*"; tls = true; },\n'
                          '{ address = "127.0.0.1"; }, { address = "::1"; } );\n')
        _, output, _ = papod_test.run("--check", path)
        self.assertEqual(output.splitlines()[1:], [
            "papod: clients connect at 127.0.0.1:6667, [::1]:6667",
            "papod: clients connect with TLS at port 6697 of every address"])

    def test_all_errors_are_told_at_once_with_their_place(self):
        path = self.write("papod.conf", "limits = {\n  nick_lenght = 20;\n  topic_length = -1;\n};\n")
        status, _, errors = papod_test.run("--check", path)
        self.assertEqual(status, 78)
        self.assertRegex(errors, re.escape(path) + r":2: .*nick_lenght.*nick_length")
        self.assertRegex(errors, re.escape(path) + r":3: .*topic_length")
        self.assertRegex(errors, r"\npapod: 2 errors in the configuration\n$")
        _, _, errors = papod_test.run("--check", self.write("papod.conf", "nonsense = 1;\n"))
        self.assertRegex(errors, r"\npapod: 1 error in the configuration\n$")
        self.write("secrets.ini", "", 0o644)
        _, _, errors = papod_test.run("--check", self.write("papod.conf", "nonsense = 1;\n"))
        self.assertIn("warning: ", errors)
        self.assertRegex(errors, r"\npapod: 1 error in the configuration\n$")

    def check_errors(self, config, secrets=None):
        """The problems, without the name of the file."""
        path = self.write("papod.conf", config)
        if secrets is not None:
            self.write("secrets.ini", secrets, 0o600)
        status, _, errors = papod_test.run("--check", path)
        self.assertEqual(status, 78, errors)
        return [line.replace(self.directory.name + "/", "") for line in errors.splitlines()[:-1]]

    def test_one_mistake_is_one_error(self):
        _, hashed, _ = papod_test.run("--hash-password", stdin=b"x\n")
        secrets = f"[gateway web]\npassword = {hashed}[operator root]\npassword = {hashed}"
        lists = ('classes: ( { name = "a"; listeners = [ "tcp" ]; needs_password = true; } );\n'
                 'operators: ( { name = "root"; } );\n'
                 'gateways: ( { name = "web"; addresses = [ "192.0.2.1" ]; } );\n')
        for mistake, place in (
                ("server: { name = ; };\n" + lists, "papod.conf:1"),
                (lists.replace('"web"', ""), "papod.conf:3"),
                (lists.replace('"web"', "5").replace("needs_password = true; ", ""), "papod.conf:3"),
                (lists.replace("operators", "operator").replace("needs_password = true; ", ""),
                 "papod.conf:2"),
                ('listen: ( { name = "tcp"; address = 5; } );\n'
                 + lists.replace("needs_password = true; ", ""), "papod.conf:1")):
            with self.subTest(mistake):
                errors = self.check_errors(mistake, secrets)
                self.assertEqual(len(errors), 1, errors)
                self.assertTrue(errors[0].startswith(place), errors)
        errors = self.check_errors("", "[cloack]\nkey = 00112233445566778899aabbccddeeff\n")
        self.assertEqual(len(errors), 1, errors)

    def test_other_quotes_and_units_are_explained(self):
        for config, words in (
                ("server: { description = 'Home'; };\n", "texts need double quotes"),
                ("server: { description = \u201cHome\u201d; };\n", "texts need double quotes"),
                ('limits: { registration = "1 day"; };\n', 'no unit "day"; a day is "24 h"'),
                ('limits: { registration = 1 day; };\n', "numbers with a unit, need double quotes"),
                ('classes: ( { name = "a"; send_queue = "64 KB"; } );\n', "a kilobyte is \"1 KiB\"")):
            with self.subTest(config):
                errors = self.check_errors(config)
                self.assertEqual(len(errors), 1, errors)
                self.assertIn(words, errors[0])

    def test_two_listeners_at_one_address_are_both_named(self):
        for first, second in (('address = "*"; port = 6667;', 'address = "127.0.0.1"; port = 6667;'),
                              ('address = "::1";', 'address = "0:0::1"; port = 6667;'),
                              ('address = "0.0.0.0";', 'address = "192.0.2.1";'),
                              ('path = "/run/a";', 'name = "b"; path = "/run/a";'),
                              ('address = "*";', 'address = "*";')):
            with self.subTest(first + second):
                errors = self.check_errors(f"listen: ( {{ {first} }},\n{{ {second} }} );\n")
                self.assertEqual(len(errors), 1, errors)
                self.assertRegex(errors[0], "^papod.conf:2: listen: (papod.conf:1 listens|line 1 has)")
        for config in ('{ address = "*"; port = 0; }, { name = "b"; address = "*"; port = 0; }',
                       '{ address = "0.0.0.0"; }, { address = "::"; }',
                       '{ address = "::1"; }, { address = "127.0.0.1"; }'):
            path = self.write("papod.conf", f"listen: ( {config} );\n")
            self.assertEqual(papod_test.run("--check", path)[0], 0, config)

    def test_strange_files_are_refused_without_waiting(self):
        for name, text in (("nul.conf", b"a\0b"), ("large.conf", b"#" * (2 << 20))):
            self.assertEqual(papod_test.run("--check", self.write(name, text))[0], 78)
        fifo = os.path.join(self.directory.name, "fifo.conf")
        os.mkfifo(fifo)
        self.assertEqual(papod_test.run("--check", fifo)[0], 78)
        self.assertEqual(papod_test.run("--check", self.directory.name)[0], 78)
        self.assertEqual(papod_test.run("--check", fifo + ".missing")[0], 78)

    def test_a_missing_motd_is_an_error(self):
        path = self.write("papod.conf", 'files = { motd = "/nonexistent/nowhere.txt"; };\n')
        status, _, errors = papod_test.run("--check", path)
        self.assertEqual(status, 78)
        self.assertIn("nowhere.txt", errors)

    def test_a_relative_path_begins_beside_the_file_that_names_it(self):
        path = self.write("papod.conf", 'files = { motd = "texts/motd"; };\n')
        self.write("conf.d/rules.conf", '\nfiles = { rules = "rules"; };\n')
        self.write("conf.d/rules", "Be nice.\n")
        self.write("texts/motd", "Good morning.\n")
        status, output, errors = papod_test.run("--check", path)
        self.assertEqual((status, errors), (0, ""))
        self.assertIn(os.path.join(self.directory.name, "conf.d/rules"), output)
        os.unlink(os.path.join(self.directory.name, "conf.d/rules"))
        self.write("rules", "This is elsewhere.\n")
        here = os.getcwd()
        os.chdir(self.directory.name)
        try:
            status, _, errors = papod_test.run("--check", "papod.conf")
        finally:
            os.chdir(here)
        self.assertEqual(status, 78)
        self.assertRegex(errors, r"^\./conf\.d/rules\.conf:2: files\.rules: "
                         + re.escape(os.path.realpath(self.directory.name))
                         + "/conf.d/rules cannot be read: No such file")

    def test_secrets_for_all_eyes_are_closed_without_shutting_the_service_out(self):
        path = self.write("papod.conf", "")
        for mode, status, advice in ((0o644, 0, "chmod o-rwx "), (0o660, 78, "chmod go-w,o-rwx ")):
            secrets = self.write("secrets.ini", "", mode)
            got, _, errors = papod_test.run("--check", path)
            self.assertEqual(got, status)
            self.assertIn(advice + secrets, errors)

    def test_somebody_who_may_not_read_the_secrets_is_told_what_to_do(self):
        path = self.write("papod.conf", "")
        self.write("secrets.ini", "", 0o000)
        program = shutil.copy(papod_test.PAPOD, self.directory.name)
        os.chmod(self.directory.name, 0o755)
        for variables, advice in (({}, "papod --config FILE"),
                                  ({"NOTIFY_SOCKET": "/nowhere"}, "chgrp papod .*secrets.ini && chmod g\\+r")):
            done = subprocess.run([program, "--check", path], stderr=subprocess.PIPE, text=True,
                                  user=65534 if os.geteuid() == 0 else None, check=False,
                                  env={**os.environ, **variables}, timeout=papod_test.DEADLINE)
            self.assertEqual(done.returncode, 78)
            self.assertRegex(done.stderr, "secrets.ini: cannot be read: permission denied for user .*"
                             + advice)

    def test_a_directory_that_may_not_be_read_is_named(self):
        path = self.write("papod.conf", "")
        self.write("conf.d/10-a.conf", "")
        dropins = os.path.join(self.directory.name, "conf.d")
        program = shutil.copy(papod_test.PAPOD, self.directory.name)
        os.chmod(self.directory.name, 0o755)
        os.chmod(dropins, 0o000)
        self.addCleanup(os.chmod, dropins, 0o755)
        done = subprocess.run([program, "--check", path], stderr=subprocess.PIPE, text=True,
                              user=65534 if os.geteuid() == 0 else None, check=False,
                              env={**os.environ, "NOTIFY_SOCKET": "/nowhere"},
                              timeout=papod_test.DEADLINE)
        self.assertEqual(done.returncode, 78)
        self.assertRegex(done.stderr, "/conf.d: cannot be read: permission denied for user .*; as root, "
                         f"type chgrp papod {dropins} && chmod g\\+rx {dropins}")

    def test_dropins_are_read_in_the_order_of_their_names(self):
        path = self.write("papod.conf", 'server = { name = "a.example"; };\n')
        self.write("conf.d/20-b.conf", 'server = { name = "b.example"; };\n')
        self.write("conf.d/10-c.conf", 'server = { name = "c.example"; };\n')
        self.write("conf.d/99.conf.bak", "nonsense")
        status, output, _ = papod_test.run("--show-config", path)
        self.assertEqual(status, 0)
        self.assertRegex(output, r"b\.example.*20-b\.conf:1")

    def test_show_config_hides_hashes_and_shows_origins(self):
        path = self.write("papod.conf", "limits = { nick_length = 20; };\n")
        _, hashed, _ = papod_test.run("--hash-password", stdin=b"x\n")
        self.write("secrets.ini", f"[server]\npassword = {hashed}", 0o600)
        status, output, _ = papod_test.run("--show-config", path)
        self.assertEqual(status, 0)
        self.assertRegex(output, r"nick_length.*20.*papod\.conf:1")
        self.assertRegex(output, r"topic_length.*default")
        self.assertNotIn(hashed.strip(), output)

    def test_only_what_was_changed_is_shown(self):
        path = self.write("papod.conf", 'limits = { nick_length = 20; };\n'
                          'operators = ( { name = "root"; } );\n')
        self.write("secrets.ini", "[cloak]\nkey = 00112233445566778899aabbccddeeff\n", 0o600)
        status, output, _ = papod_test.run("--show-config", "--changed", path)
        self.assertEqual(status, 0)
        shown = [line.split(" #")[0].strip() for line in output.splitlines()]
        self.assertEqual(shown, ["limits: {", "nick_length = 20;", "};", "# the cloak's key is set",
                                 "operators = (", "{", 'name = "root";', "}", ");"])
        self.assertEqual(papod_test.run("--show-config", "--changed", self.write("none.conf", ""))[1]
                         .replace("# the cloak's key is set", "").split(" #")[0].strip(), "")
        again = self.write("again.conf", output)
        self.assertEqual(papod_test.run("--check", again)[0], 0)
        self.assertEqual(papod_test.run("--changed")[0], 64)

    def test_the_sample_is_a_good_configuration(self):
        status, output, _ = papod_test.run("--sample-config")
        self.assertEqual(status, 0)
        self.assertEqual(papod_test.run("--check", self.write("papod.conf", output))[0], 0)

    def test_a_password_from_standard_input_is_hashed(self):
        status, output, _ = papod_test.run("--hash-password", stdin=b"segredo\n")
        self.assertEqual(status, 0)
        self.assertRegex(output, r"^\$y\$\S+\n$")
        self.assertEqual(papod_test.run("--hash-password", stdin=b"segredo")[0], 0)
        self.assertEqual(papod_test.run("--hash-password", stdin=b"x" * 511 + b"\n")[0], 0)
        for stdin, reason in ((b"\n", "the password is empty"),
                              (b"", "no password was entered, or it is longer than 511 bytes"),
                              (b"x" * 512 + b"\n", "no password was entered, or it is longer than 511 bytes")):
            status, output, errors = papod_test.run("--hash-password", stdin=stdin)
            self.assertEqual((status, output), (64, ""))
            self.assertEqual(errors, f"papod: {reason}; nothing was hashed\n")

    def test_a_password_on_the_terminal_is_not_shown(self):
        status, output, shown = self.type_passwords(b"segredo", b"segredo")
        self.assertTrue(output.startswith(b"$y$"))
        self.assertEqual(status, 0)
        self.assertNotIn(b"segredo", shown)

    def test_two_passwords_on_the_terminal_must_be_the_same(self):
        status, output, shown = self.type_passwords(b"segredo", b"segreda")
        self.assertEqual((status, output), (64, b""))
        self.assertIn(b"papod: the two passwords differ; nothing was hashed", shown)

    @staticmethod
    def type_passwords(*passwords):
        """Answer both prompts of a terminal: returns status, output, and what it showed."""
        master, slave = pty.openpty()
        before = termios.tcgetattr(slave)
        with subprocess.Popen([papod_test.PAPOD, "--hash-password"], stdin=slave, stderr=slave,
                              stdout=subprocess.PIPE) as process:
            shown = b""
            for prompt, password in zip((b"Password: ", b"Again: "), passwords):
                while prompt not in shown:
                    shown += os.read(master, 1000)
                os.write(master, password + b"\n")
            output = process.stdout.read()
            status = process.wait()
        os.set_blocking(master, False)
        shown += os.read(master, 1000)
        assert termios.tcgetattr(slave) == before, "the terminal no longer shows what is typed"
        os.close(slave)
        os.close(master)
        return status, output, shown

    def test_it_does_not_start_with_a_bad_configuration(self):
        path = self.write("papod.conf", "nonsense = 1;\n")
        status, _, errors = papod_test.run("--config", path)
        self.assertEqual(status, 78)
        self.assertIn("nonsense", errors)

    def test_it_does_not_start_without_any_listener(self):
        server = papod_test.Server()
        self.addCleanup(server.stop)
        path = self.write("papod.conf",
                          f'listen = ( {{ address = "127.0.0.1"; port = {server.port}; }} );\n')
        status, _, errors = papod_test.run("--config", path)
        self.assertEqual(status, 69)
        self.assertIn(str(server.port), errors)

    def test_it_says_how_to_connect(self):
        server = self.serve()
        self.assertIn(str(server.port), server.wait_for_log("connect with:"))

    def test_closing_the_terminal_stops_it(self):
        path = self.write("papod.conf", papod_test.LISTEN)
        master, slave = pty.openpty()
        with subprocess.Popen([papod_test.PAPOD, "--config", path], stdin=subprocess.DEVNULL,
                              stderr=slave) as process:
            os.close(slave)
            shown = b""
            while b"is ready" not in shown:
                shown += os.read(master, 1000)
            os.close(master)
            process.send_signal(signal.SIGHUP)
            self.assertEqual(process.wait(papod_test.DEADLINE), 0)

    def test_interrupt_stops_it_in_order(self):
        server = papod_test.Server()
        client = self.client(server, "ana")
        server.process.send_signal(signal.SIGINT)
        client.expect_end("^ERROR ")
        self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    papod_test.main()
