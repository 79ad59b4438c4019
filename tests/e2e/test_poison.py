"""An event that crashes the process costs its sender at most, and never the listeners.

poisoned_papod is papod with poison.c: it crashes at the word "arsenic" and, depending on its
environment, at any line, at any client's end, or in each recovery.
"""

import os
import signal
import stat
import subprocess

import papod_test
import service_manager

POISONED = os.path.join(os.path.dirname(papod_test.PAPOD), "tests/e2e/poisoned_papod")


class Poison(service_manager.TestCase):
    def three_clients(self, papod):
        ana, bea, eve = (self.enter(papod, nick) for nick in ("ana", "bea", "eve"))
        ana.expect("^:eve!.* JOIN ")
        bea.expect("^:eve!.* JOIN ")
        return ana, bea, eve

    def die(self, papod, **environment):
        """Crash and restart with these variables in the environment."""
        n_starts = papod.n_starts
        papod.environment.update(environment)
        papod.kill(signal.SIGKILL)
        papod.wait_for_start(n_starts + 1)

    def test_poison_costs_its_sender_alone(self):
        papod = self.papod(POISONED)
        ana, bea, eve = self.three_clients(papod)
        for i in range(10):
            ana.send(f"PRIVMSG #a :{i}")
        ana.sync()
        eve.send("PRIVMSG #a :tea", "PRIVMSG #a :arsenic", "PRIVMSG #a :cake")
        eve.expect_end("^ERROR .*The server crashed on input")
        seen = bea.expect_until("QUIT")
        self.assertEqual([line.rsplit(":", 1)[1] for line in seen if ":ana!" in line],
                         [str(i) for i in range(10)])
        self.assertEqual([line for line in seen if ":eve!" in line][0][-4:], ":tea")
        self.assertEqual(len(seen), 12)
        ana.expect("^:eve!.* QUIT :The server crashed on input")
        self.talk(ana, bea, "she is gone")
        self.talk_over_a_death(papod, ana, bea)
        self.assertEqual(papod.n_starts, 4)

    def talk_over_a_death(self, papod, ana, bea):
        """The poison is not replayed again."""
        self.die(papod)
        self.talk(ana, bea, "over a death")

    def test_poison_is_kept_for_who_wants_to_see_it(self):
        papod = self.papod(POISONED)
        _, _, eve = self.three_clients(papod)
        eve.send("PRIVMSG #a :arsenic")
        eve.expect_end("^ERROR ")
        entry = papod.wait_for_log("crashed the server twice")
        path = papod.path("state/poison.events")
        self.assertIn(path, entry)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        died = subprocess.run([POISONED, "--replay", path], capture_output=True,
                              timeout=papod_test.DEADLINE, check=False)
        self.assertEqual(died.returncode, -signal.SIGABRT)
        status, output, errors = papod_test.run("--replay", path)
        self.assertEqual((status, errors), (0, ""))
        self.assertIn("PRIVMSG #a :arsenic", output)

    def test_what_is_kept_has_no_passwords(self):
        papod = self.papod(POISONED)
        _, _, eve = self.three_clients(papod)
        for password in ("sesame", "mellon"):
            client = papod.connect()
            self.addCleanup(client.close)
            client.send(f"PASS {password}", "CAP LS")
            client.expect(" CAP ")
            if password == "sesame":  # this one is in the snapshot
                papod.restart()
        eve.send("PRIVMSG #a :arsenic")
        eve.expect_end("^ERROR ")
        path = papod.path("state/poison.events")
        with open(path, "rb") as file:
            kept = file.read()
        self.assertNotIn(b"sesame", kept)
        self.assertNotIn(b"mellon", kept)
        self.assertEqual(papod_test.run("--replay", path)[::2], (0, ""))

    def test_poison_at_the_door(self):
        papod = self.papod(POISONED)
        ana, bea, _ = self.three_clients(papod)
        for i in range(3):
            stranger = papod.connect()
            self.addCleanup(stranger.close)
            stranger.send("NICK arsenic")
            stranger.expect_end("^ERROR ")
            self.talk(ana, bea, f"after {i}")

    def test_an_end_that_kills_is_not_tried_for_ever(self):
        papod = self.papod(POISONED)
        ana, bea, eve = self.three_clients(papod)
        self.die(papod, PAPOD_TEST_DIES_OF="close")
        n_starts = papod.n_starts
        eve.close()
        papod.wait_for_start(n_starts + 2)
        self.talk(ana, bea, "without her")
        self.assertEqual(papod.n_starts, n_starts + 2)

    def check_old_configuration(self, papod, ana, bea, is_fresh):
        papod.wait_for_log("The configuration crashed the server and was skipped")
        self.talk(ana, bea, "with the old configuration")
        papod.wait_for_message(READY="1", STATUS="refused: the configuration crashed the server")
        papod.environment["PAPOD_TEST_DIES_OF"] = "nothing"
        n_entries = len(papod.log)
        papod.write("papod.conf", self.OPEN + 'server: { description = "mended"; };\n')
        if is_fresh:
            self.die(papod)
        else:
            papod.kill(signal.SIGHUP)
        papod.wait_for_log("Configuration reloaded", n_entries)
        ana.send("VERSION")
        ana.expect(" 351 .*mended")
        self.talk(ana, bea, "with the new one")

    def test_settings_that_kill_are_skipped(self):
        papod = self.papod(POISONED)
        ana, bea, _ = self.three_clients(papod)
        papod.write("papod.conf", self.OPEN + 'server: { description = "arsenic"; };\n')
        papod.kill(signal.SIGHUP)
        papod.wait_for_start(3)
        path = papod.path("state/poison.events")
        self.check_old_configuration(papod, ana, bea, is_fresh=False)
        self.assertEqual(papod.n_starts, 3)
        died = subprocess.run([POISONED, "--replay", path], capture_output=True,
                              timeout=papod_test.DEADLINE, check=False)
        self.assertEqual(died.returncode, -signal.SIGABRT)

    def test_settings_that_kill_at_a_restart_are_skipped(self):
        papod = self.papod(POISONED)
        ana, bea, _ = self.three_clients(papod)
        papod.write("papod.conf", self.OPEN + 'server: { description = "arsenic"; };\n')
        papod.restart()
        self.check_old_configuration(papod, ana, bea, is_fresh=False)
        self.assertEqual(papod.n_starts, 4)

    def test_files_that_kill_who_reads_them_are_left_unread(self):
        papod = self.papod(POISONED)
        ana, bea, _ = self.three_clients(papod)
        self.die(papod, PAPOD_TEST_DIES_OF="files")
        self.check_old_configuration(papod, ana, bea, is_fresh=True)

    def test_who_is_only_unlucky_is_not_dropped(self):
        """No event is blamed for kills during recovery, for example by an impatient
        administrator."""
        papod = self.papod(POISONED)
        ana, bea, _ = self.three_clients(papod)
        papod.restarts = False
        for _ in range(3):
            papod.kill(signal.SIGKILL)
            papod.wait_for_state(service_manager.DEAD)
            papod.environment["PAPOD_TEST_DIES_OF"] = "check"
            for _ in range(4):
                papod.start(waits=False)
                papod.wait_for_state(service_manager.DEAD)
            papod.environment["PAPOD_TEST_DIES_OF"] = "nothing"
            papod.start()
            self.talk(ana, bea, "still here")

    def test_when_the_log_kills_it_goes_on_without(self):
        papod = self.papod(POISONED)
        ana, bea, eve = self.three_clients(papod)
        papod.restart()
        eve.sync()
        self.die(papod, PAPOD_TEST_DIES_OF="line")
        papod.wait_for_log("since the last snapshot were dropped")
        eve.expect_end("^ERROR :Closing link: .*your last messages were lost")
        papod.environment["PAPOD_TEST_DIES_OF"] = "nothing"
        for client in (ana, bea):
            client.expect("^:eve!.* QUIT :Lost")
        self.die(papod)
        self.talk(ana, bea, "here")

    def test_no_death_loses_the_listeners(self):
        papod = self.papod(POISONED)
        ana, bea, eve = self.three_clients(papod)
        papod.restart()
        eve.sync()
        self.die(papod, PAPOD_TEST_DIES_OF="check")
        papod.wait_for_log("could not continue.*crashed repeatedly")
        for client in (ana, bea, eve):
            client.expect_end("^ERROR :.*crashed repeatedly")
        papod.environment["PAPOD_TEST_DIES_OF"] = "nothing"
        self.assertEqual(papod.n_starts, 10)  # the first, a restart, and eight recoveries
        ana, bea, _ = self.three_clients(papod)
        self.talk_over_a_death(papod, ana, bea)


if __name__ == "__main__":
    papod_test.main()
