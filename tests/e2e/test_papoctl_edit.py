"""papoctl edit replaces a file of the configuration, and reloads it."""

import os
import resource
import signal
import stat
import subprocess

import papoctl
import papod_test

CONFIG = 'classes = ( { name = "all"; flood_rate = 0; } );\n'


class Edit(papoctl.TestCase):
    CONFIG = CONFIG

    def edit(self, server, script, status=0):
        return self.edit_with(server, f"sed -i {script}", status)

    def edit_with(self, server, editor, status=0):
        self.environment["EDITOR"] = editor
        got, out, errors = self.run_papoctl("edit", server.path("papod.conf"))
        self.assertEqual(got, status, errors)
        return out + errors

    def test_edit_replaces_the_file_by_a_good_one_only(self):
        server = self.start()
        ana, path = self.client(server, "ana"), server.path("papod.conf")
        self.change(server, "limits: { nick_length = 12; };\n")
        self.act("reload")
        self.assertIn("nothing was changed", self.edit(server, "s/nothing/else/"))
        self.assertRegex(self.edit(server, "s/12/20/"),
                         r"(?s)limits.nick_length  12 .*20 .*The new configuration is in force")
        with open(path, encoding="utf-8") as file:
            good = file.read()
        self.assertIn("nick_length = 20", good)
        self.assertIn("nick_length", self.edit(server, "s/20/2/", status=78))
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read(), good)
        with open(path + ".draft", encoding="utf-8") as file:
            self.assertIn("nick_length = 2;", file.read())
        self.assertIn("going on with", self.edit(server, 's/=.2;/=15;/'))
        self.assertEqual(sorted(name for name in os.listdir(os.path.dirname(path)) if "papod.conf" in name),
                         ["papod.conf"])
        os.mkdir(server.path("conf.d"))
        self.environment["EDITOR"] = "cp " + path + ".drop"
        server.write("papod.conf.drop", "limits: { nick_length = 16; };\n")
        got, out, errors = self.run_papoctl("edit", server.path("conf.d/x.conf"))
        self.assertEqual(got, 0, errors)
        self.assertRegex(out, "nick_length  15 .*16")
        ana.sync()

    def test_a_draft_is_for_those_who_may_read_its_file(self):
        server = self.start()
        path = server.path("secrets.ini")
        os.mkfifo(path, 0o600)  # the copy waits until the test has written it
        self.environment["EDITOR"] = "false"
        with subprocess.Popen([papoctl.PAPOCTL, "edit", path], env=self.environment,
                              preexec_fn=lambda: os.umask(0)) as edit:  # pylint: disable=subprocess-popen-preexec-fn
            with open(path, "w", encoding="utf-8") as file:
                self.wait_until(lambda: os.path.exists(path + ".draft"), "the draft")
                mode = os.stat(path + ".draft").st_mode
                file.write("[server]\n")
            self.assertEqual(edit.wait(papod_test.DEADLINE), 1)
        self.assertEqual(stat.S_IMODE(mode), 0o600)

    def test_a_draft_is_whole_or_not_there(self):
        server = self.start()
        path = server.path("papod.conf")
        self.environment["EDITOR"] = "false"

        def leave_no_room():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))

        done = subprocess.run([papoctl.PAPOCTL, "edit", path], env=self.environment, preexec_fn=leave_no_room,
                              capture_output=True, text=True, timeout=papod_test.DEADLINE, check=False)
        self.assertEqual(done.returncode, 74, done.stderr)
        self.assertIn("File too large", done.stderr)
        self.assertFalse(os.path.exists(path + ".draft"))

    def test_an_editor_that_makes_a_new_file_does_not_change_its_mode(self):
        server = self.start()
        path = server.path("papod.conf")
        os.chmod(path, 0o640)
        server.write("editor", 'sed "\\$a limits: { nick_length = 15; };" "$1" > "$1.new"; '
                               'chmod 666 "$1.new"; mv "$1.new" "$1"\n')
        self.assertIn("The new configuration is in force", self.edit_with(server, "sh " + server.path("editor")))
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o640)

    def test_edit_keeps_a_symbolic_link_and_writes_its_target(self):
        server = self.start()
        path, target = server.path("papod.conf"), server.path("elsewhere/real.conf")
        os.mkdir(server.path("elsewhere"))
        os.rename(path, target)
        os.chmod(target, 0o640)
        os.symlink("elsewhere/real.conf", path)
        server.write("editor", 'echo "limits: { user_length = 11; };" >> "$1"\n')
        self.assertIn("The new configuration is in force", self.edit_with(server, "sh " + server.path("editor")))
        self.assertEqual(os.readlink(path), "elsewhere/real.conf")
        self.assertEqual(stat.S_IMODE(os.stat(target).st_mode), 0o640)
        with open(target, encoding="utf-8") as file:
            self.assertIn("user_length = 11", file.read())
        self.assertEqual(os.listdir(server.path("elsewhere")), ["real.conf"])
        os.mkdir(server.path("conf.d"))
        server.write("conf.d/x.conf", "nonsense = 1;\n")
        self.assertIn("conf.d/x.conf:1: ", self.edit(server, "s/11/12/", status=78))
        self.assertEqual(sorted(os.listdir(server.path("elsewhere"))), ["real.conf", "real.conf.draft"])

    def test_a_configuration_may_have_another_name(self):
        server = self.start()
        os.rename(server.path("papod.conf"), server.path("my.conf"))
        server.write("my.conf.new", "limits: { nick_length = 1; };\n")
        self.environment["EDITOR"] = "cp " + server.path("my.conf.new")
        status, _, errors = self.run_papoctl("edit", server.path("my.conf"))
        self.assertEqual(status, 78, errors)
        self.assertIn("my.conf:1: limits.nick_length", errors)

    def test_edit_may_start_in_a_directory_that_is_gone(self):
        server = self.start()
        self.environment["EDITOR"] = "false"
        gone = server.path("gone")
        os.mkdir(gone)
        done = subprocess.run(["sh", "-c", 'cd "$1" && rmdir "$1" && exec "$2" edit papod.conf', "sh",
                               gone, papoctl.PAPOCTL], env=self.environment, capture_output=True,
                              text=True, timeout=papod_test.DEADLINE, check=False)
        self.assertGreater(done.returncode, 0, done.stderr)
        self.assertIn("papod.conf", done.stderr)

    def test_edit_says_which_target_of_a_link_cannot_be_written(self):
        server = self.start()
        path = server.path("papod.conf")
        os.rename(path, server.path("real.conf"))
        os.symlink("nowhere.conf", path)
        self.assertIn(path + " is a symbolic link to a file that is not there", self.edit(server, "s/a/b/", status=66))
        os.unlink(path)
        os.symlink("/proc/version", path)
        self.assertRegex(self.edit(server, "s/a/b/", status=74),
                         "/proc/version.draft: .*; " + path + " is a symbolic link to /proc/version\n")
        self.assertEqual(os.readlink(path), "/proc/version")


if __name__ == "__main__":
    papod_test.main()
