"""papod is killed faster than it can replay its log: no client and no line is lost, a replay makes
progress, and an event that really crashes papod is still found.

PAPOD_TEST_DEATHS is the number of kills, PAPOD_TEST_EVENTS the number of events in the log.
"""

import os
import random
import re
import signal
import struct
import time

import papod_test
import service_manager

POISONED = os.path.join(os.path.dirname(papod_test.PAPOD), "tests/e2e/poisoned_papod")
HASTY = os.path.join(os.path.dirname(papod_test.PAPOD), "tests/e2e/hasty_papod")
SWITCHING = 2  # PHASE_SWITCHING of event_log.c
DEATHS = int(os.environ.get("PAPOD_TEST_DEATHS", "15"))
EVENTS = int(os.environ.get("PAPOD_TEST_EVENTS", "20000"))
BATCH = 500


class KillStorm(service_manager.TestCase):
    def read(self, bea, first, after):
        """Checks that bea gets the lines with these numbers, and no others."""
        while bea.bytes.count(b"\n") < after - first:
            got = bea.socket.recv(1 << 20)
            self.assertTrue(got, bea.bytes[-200:])
            bea.bytes += got
        *lines, bea.bytes = bea.bytes.split(b"\n", after - first)
        self.assertEqual([line.split(b"PRIVMSG #a :")[-1] for line in lines],
                         [b"%d\r" % number for number in range(first, after)])

    def fill_log(self, ana, bea):
        """Send EVENTS lines, of which bea has not read the last."""
        for first in range(0, EVENTS, BATCH):
            ana.send(*(f"PRIVMSG #a :{i}" for i in range(first, first + BATCH)))
            self.read(bea, max(first - BATCH, 0), first)
        ana.sync()
        return EVENTS - BATCH

    def measure(self, papod):
        """The time that a process needs until it is ready."""
        begun = time.monotonic()
        n_starts = papod.n_starts
        papod.kill(signal.SIGKILL)
        papod.wait_for_start(n_starts + 1)
        return time.monotonic() - begun

    def kill(self, papod):
        """Kill the process at any moment; True: it was ready."""
        with papod.changed:
            was_ready = papod.state == service_manager.RUNNING
            if papod.pid is not None:
                papod.kill(signal.SIGKILL)
        return was_ready

    def seed(self):
        seed = int(os.environ.get("PAPOD_TEST_SEED", random.randrange(1 << 30)))
        print("seed", seed)
        return random.Random(seed)

    def check_all_is_there(self, papod, ana, bea, n_read):
        papod.wait_for_state(service_manager.RUNNING)
        self.read(bea, n_read, EVENTS)
        self.talk(ana, bea, "still here")
        bea.send("PRIVMSG ana :so am I")
        ana.expect("^:bea!.* PRIVMSG ana :so am I$")
        self.assertFalse([line for line in papod.log if "error:" in line])

    def test_deaths_at_random_moments_lose_nobody(self):
        dice = self.seed()
        papod = self.papod()
        ana, bea = self.enter(papod, "ana"), self.enter(papod, "bea")
        n_read = self.fill_log(ana, bea)
        longest = self.measure(papod)
        for _ in range(DEATHS):
            time.sleep(dice.random() * longest)
            self.kill(papod)
        self.check_all_is_there(papod, ana, bea, n_read)

    def head(self, papod):
        """The notes of a new process in the head of the log: which snapshot is valid, and which
        event is being replayed."""
        phase, event = struct.unpack("<16xI60xQ", os.pread(self.head_fd(papod), 88, 0))
        return phase & 1, event

    def kill_when(self, papod, is_time):
        """Wait until is_time(); False: the process was ready before."""
        while not is_time(*self.head(papod)):
            if papod.state == service_manager.RUNNING:
                return False
            time.sleep(0.0002)
        self.kill(papod)
        return True

    def live_shortly(self, papod):
        """Kill each process as soon as it made progress; returns their number."""
        with papod.changed:
            papod.environment["PAPOD_TEST_EVENT_US"] = "50"  # too long to be ready before
            papod.kill(signal.SIGKILL)
            papod.state = service_manager.STARTING
        place, _ = self.head(papod)
        self.assertTrue(self.kill_when(papod, lambda _, event: event > 100))
        lives = 0
        while self.kill_when(papod, lambda now, _, before=place: now != before):
            place, _ = self.head(papod)
            lives += 1
        del papod.environment["PAPOD_TEST_EVENT_US"]
        return lives

    def test_what_was_gone_through_stays_so(self):
        papod = self.papod(POISONED)
        ana, bea = self.enter(papod, "ana"), self.enter(papod, "bea")
        n_read = self.fill_log(ana, bea)
        lives = self.live_shortly(papod)
        print("lives", lives)
        self.assertGreater(lives, 0)
        self.check_all_is_there(papod, ana, bea, n_read)
        events = re.search("continues where.* events=([0-9]+)", "\n".join(reversed(papod.log)))
        self.assertLess(int(events[1]), EVENTS)

    def test_a_death_with_half_a_snapshot_does_not_end_snapshots(self):
        papod = self.papod(HASTY)
        ana, bea = self.enter(papod, "ana"), self.enter(papod, "bea")
        ana.expect("^:bea!.* JOIN ")
        for i in range(3):
            papod.restarts = False
            papod.kill(signal.SIGKILL)
            papod.wait_for_state(service_manager.DEAD)
            self.begin_snapshot(papod)
            papod.restarts = True
            papod.start()
            self.assertFalse(self.phase(papod) & SWITCHING)
            place = self.phase(papod) & 1
            for number in range(1000):
                self.talk(ana, bea, f"{i} {number}")
                if self.phase(papod) & 1 != place:
                    break
            self.assertNotEqual(self.phase(papod) & 1, place)

    def head_fd(self, papod):
        return next(one.fd for one in papod.stored if one.name == "papod-head")

    def phase(self, papod):
        return struct.unpack("<I", os.pread(self.head_fd(papod), 4, 16))[0]

    def begin_snapshot(self, papod):
        """Make the log look as if the killed process had just begun a snapshot."""
        os.pwrite(self.head_fd(papod), struct.pack("<I", self.phase(papod) & 1 | SWITCHING), 16)

    def test_poison_is_found_in_a_storm(self):
        dice = self.seed()
        papod = self.papod(POISONED)
        ana, bea = self.enter(papod, "ana"), self.enter(papod, "bea")
        n_read = self.fill_log(ana, bea)
        eve = self.enter(papod, "eve")
        longest = self.measure(papod)
        eve.send("PRIVMSG #a :arsenic")
        for _ in range(DEATHS):
            time.sleep(dice.random() * 2 * longest)
            self.kill(papod)
        # A crash in the turn that closes the client loses the reason; see test_poison.py.
        eve.expect_end()
        papod.wait_for_state(service_manager.RUNNING)
        self.read(bea, n_read, EVENTS)
        self.assertRegex(bea.read_line(), "^:eve!.* JOIN #a$")
        self.assertRegex(bea.read_line(), "^:eve!.* QUIT :The server crashed on input")
        self.talk(ana, bea, "she is gone")
        papod.wait_for_log("crashed the server")
        self.assertFalse([line for line in papod.log if "Clients were lost" in line])


if __name__ == "__main__":
    papod_test.main()
