"""Snapshots that fail or hang lose no client: the server kills a hanging child, tries again, and
writes a snapshot itself before its log is full; after the fault everything works as before."""

import os
import re
import signal
import time

import papod_test
import service_manager

CLUMSY = os.path.join(os.path.dirname(papod_test.PAPOD), "tests/e2e/clumsy_papod")
OPEN = ('classes = ( { name = "all"; flood_rate = 0; } );\n'
        'operators = ( { name = "root"; } );\n')
SECRETS = """
[operator root]
password = $6$rounds=1000$papod$WQ2R30kxhz7ZRK1XBRK3XIhY38OwiFrjOuX3Mo1uT7FrsxbbdYO7nwfr.9oPI9ZtjiIfyiqlHyxbo7IGCIv991
"""
FAILED = "A snapshot could not be written"
RESUMED = "Snapshots are written again"
NOT_KEPT = "A restart would disconnect clients"
KEPT = "A restart disconnects no client any more"
TEXT = "x" * 400
YOUNG_S = 9
LINES_OF_FULL_LOG = 200000 // 400
CONTINUES = "continues where the last process stopped"


class Snapshots(papod_test.TestCase):
    def papod(self, faults="", program=CLUMSY):
        papod = service_manager.Papod(OPEN, restarts=True, files={"secrets.ini": SECRETS})
        self.addCleanup(papod.close)
        os.chmod(papod.path("secrets.ini"), 0o600)
        papod.arguments[0] = program
        papod.environment["PAPOD_TEST_FAULTS"] = papod.path("faults")
        self.n_lines = 0
        papod.write("faults", faults)
        papod.start()
        return papod

    def two_clients(self, papod):
        clients = []
        for nick in ("ana", "bea"):
            client = papod.connect()
            self.addCleanup(client.close)
            client.register(nick)
            client.send("JOIN #a")
            client.expect(" 366 ")
            clients.append(client)
        clients[0].expect("^:bea!.* JOIN ")
        return clients

    def talk(self, count=1):
        """The next lines are exactly these: nothing was lost, doubled or added."""
        for _ in range(count):
            self.n_lines += 1
            self.ana.send(f"PRIVMSG #a :{self.n_lines} {TEXT}")
        for number in range(self.n_lines - count + 1, self.n_lines + 1):
            self.assertRegex(self.bea.read_line(), f"^:ana!.* PRIVMSG #a :{number} {TEXT}$")

    def talk_until(self, papod, pattern, after=0):
        """Send lines until the log matches, because only input makes the server act; but so few
        that a child's deadline comes before the event log is nearly full."""
        self.wait_until(lambda: self.talk(2) or self.count(papod, pattern, after),
                        f"{pattern!r} is not in the log")

    def count(self, papod, pattern, after=0):
        with papod.changed:
            return sum(bool(re.search(pattern, line)) for line in papod.log[after:])

    def start_of_last(self, papod):
        with papod.changed:
            return max(i for i, line in enumerate(papod.log) if CONTINUES in line)

    def die(self, papod):
        """Returns how many events the next process replayed."""
        n_starts, after = papod.n_starts, len(papod.log)
        papod.kill(signal.SIGKILL)
        papod.wait_for_start(n_starts + 1)
        entry = papod.wait_for_log(f"{CONTINUES}.*clients=2", after)
        self.talk(10)
        return int(re.search(r"events=(\d+)", entry)[1])

    def n_faults_of_children(self, papod):
        """Counts page faults of ended children: each child has some."""
        with open(f"/proc/{papod.pid}/stat", encoding="ascii") as file:
            return int(file.read().rsplit(")", 1)[1].split()[8])

    def fill_young_log(self, papod):
        """More than an old log may contain: wait a second, or what a busy machine needs."""
        start = time.monotonic()
        self.talk(1500)
        if time.monotonic() - start < YOUNG_S:
            self.assertEqual(papod_test.children(papod.pid), [])
            self.assertEqual(self.n_faults_of_children(papod), 0)

    def check_one_episode(self, faults, reason):
        """Many snapshots fail, and the log would have filled often: one entry, no client lost."""
        papod = self.papod()
        self.ana, self.bea = self.two_clients(papod)
        papod.write("faults", faults)
        self.talk_until(papod, f"{FAILED}.*{reason}")
        for _ in range(2):
            self.talk(2 * LINES_OF_FULL_LOG)
            self.assertLess(self.die(papod), LINES_OF_FULL_LOG)
        self.assertEqual(self.count(papod, NOT_KEPT), 0)
        # An earlier process may have died before it failed; the last one has to, to resume.
        self.talk_until(papod, FAILED, self.start_of_last(papod))
        self.assertLessEqual(self.count(papod, FAILED), papod.n_starts)
        papod.write("faults", "")
        self.talk_until(papod, RESUMED)
        self.talk(4 * LINES_OF_FULL_LOG)
        self.assertEqual(self.count(papod, RESUMED), 1)
        # Snapshots by children continue.
        self.assertLess(self.die(papod), LINES_OF_FULL_LOG)

    def test_a_child_that_is_stopped(self):
        self.check_one_episode("hang", "had not ended after 30 seconds and was killed")

    def test_a_child_that_dies(self):
        self.check_one_episode("die", "its process ended before")

    def test_no_child_can_be_started(self):
        self.check_one_episode("fork", "Resource temporarily unavailable")

    def test_a_child_that_is_stopped_does_not_outlive_its_parent(self):
        papod = self.papod("hang")
        self.ana, self.bea = self.two_clients(papod)
        self.wait_until(lambda: self.talk(50) or papod_test.children(papod.pid),
                        "there is no child")
        pid = papod_test.children(papod.pid)[0]
        papod.restarts = False
        papod.kill(signal.SIGINT)
        papod.wait_for_state(service_manager.DEAD)
        self.ana.expect_end("^ERROR .*shutting down")
        self.wait_until(lambda: not os.path.exists(f"/proc/{pid}"), "the child is still there")
        self.assertEqual(papod.status, 0)
        self.assertEqual([line for line in papod.log if "Sanitizer" in line], [])

    def test_keeping_begins_again_after_nothing_has_worked(self):
        papod = self.papod()
        self.ana, self.bea = self.two_clients(papod)
        papod.write("faults", "fork write")
        self.talk_until(papod, f"{NOT_KEPT}.*log of events is full")
        papod.wait_for_message(STATUS="a restart would disconnect")
        self.talk(4 * LINES_OF_FULL_LOG)
        self.assertEqual(self.count(papod, NOT_KEPT), 1)
        self.assertLessEqual(self.count(papod, FAILED), 2)  # of the child, and of its parent
        n_messages = len(papod.messages)
        papod.write("faults", "fork")
        papod.wait_for_log(KEPT)
        papod.wait_for_message(after=n_messages, STATUS="channel(; snapshots fail.*)?$")
        self.talk(10)
        self.die(papod)
        papod.write("faults", "")
        self.talk(2 * LINES_OF_FULL_LOG)
        self.assertLess(self.die(papod), LINES_OF_FULL_LOG)
        self.assertEqual((self.count(papod, NOT_KEPT), self.count(papod, KEPT)), (1, 1))

    def test_a_reload_that_was_asked_for_is_not_forgotten(self):
        """The file crashes the server, and a snapshot would have been written before."""
        papod = self.papod()
        self.ana, self.bea = self.two_clients(papod)
        papod.write("faults", "full reload")
        self.ana.send("OPER root secret", "REHASH")  # the second is read at the end of a turn
        self.ana.expect("NOTICE ana :.* in force$")
        self.assertEqual((papod.n_starts, papod.status), (2, -signal.SIGKILL))

    def test_a_start_or_a_restart_is_followed_by_no_snapshot(self):
        papod = self.papod(program=papod_test.PAPOD)
        self.ana, self.bea = self.two_clients(papod)
        self.fill_young_log(papod)
        papod.restart()
        self.fill_young_log(papod)

    def test_a_planned_restart_makes_it_good_too(self):
        papod = self.papod()
        self.ana, self.bea = self.two_clients(papod)
        papod.write("faults", "fork write")
        self.talk_until(papod, f"{NOT_KEPT}.*log of events is full")
        papod.write("faults", "fork")
        papod.restart()
        self.talk(10)
        self.die(papod)

    def test_keeping_begins_when_there_was_no_memory_at_the_start(self):
        papod = self.papod("memory")
        papod.wait_for_log(f"{NOT_KEPT}.*Cannot allocate memory")
        papod.wait_for_message(STATUS="a restart would disconnect")
        self.ana, self.bea = self.two_clients(papod)
        self.talk(10)
        papod.write("faults", "")
        papod.wait_for_log(KEPT)
        self.talk(10)
        self.assertEqual(self.count(papod, NOT_KEPT), 1)
        self.die(papod)


if __name__ == "__main__":
    papod_test.main()
