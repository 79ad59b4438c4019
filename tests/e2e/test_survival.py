"""No client is disconnected by restarts or crashes, whatever the process was doing."""

import os
import random
import re
import signal
import threading
import time

import papod_test
import service_manager

CHURN = re.compile(r":churn\S+ (JOIN #chaos|QUIT :Quit: gone)")
CROWD = ('classes = ( { name = "all"; flood_rate = 0; clients_per_address = 0;'
         ' clients_per_network = 0; } );\n')
OPEN = 'classes = ( { name = "all"; flood_rate = 0; } );\n'


class Survival(papod_test.TestCase):
    def papod(self, config=OPEN, **options):
        papod = service_manager.Papod(config, restarts=True, **options)
        self.addCleanup(papod.close)
        papod.start()
        return papod

    def die(self, papod, number=signal.SIGKILL):
        """Send the signal and wait for the next process."""
        n_starts = papod.n_starts
        papod.kill(number)
        papod.wait_for_start(n_starts + 1)

    def enter(self, papod, nick, address=None):
        client = papod.connect(address)
        self.addCleanup(client.close)
        client.register(nick)
        client.send("JOIN #a")
        client.expect(" 366 ")
        return client

    def two_clients(self, papod, address=None):
        ana, bea = self.enter(papod, "ana", address), self.enter(papod, "bea", address)
        ana.expect("^:bea!.* JOIN ")
        return ana, bea

    def talk(self, ana, bea, text):
        """The next line is exactly this one: nothing was lost, doubled or added."""
        ana.send(f"PRIVMSG #a :{text}")
        self.assertRegex(bea.read_line(), f"^:ana!.* PRIVMSG #a :{re.escape(text)}$")

    def test_a_restart_is_not_noticed(self):
        papod = self.papod()
        ana, bea = self.two_clients(papod)
        ana.send("MODE #a +k secret", "AWAY :tea")
        bea.expect("^:ana!.* MODE #a .k secret")
        ana.expect(" 306 ")
        for i in range(5):
            papod.restart()
            self.talk(ana, bea, f"after restart {i}")
        papod.wait_for_log(r"continues.*clients=2 events=\d+ load_ms=\d+ replay_ms=\d+ attach_ms=\d+\)")
        bea.send("MODE #a", "WHOIS ana")
        bea.expect(" 324 bea #a .*secret")
        bea.expect(" 301 bea ana :tea")

    def test_cloaks_stay(self):
        papod = self.papod()
        ana, bea = self.two_clients(papod)
        bea.send("USERHOST ana")
        before = bea.expect(r" 302 bea :ana=\+~ana@(\S+)")[1]
        papod.restart()
        self.enter(papod, "cid")
        bea.send("USERHOST ana cid")
        hosts = bea.expect(r" 302 bea :ana=\+~ana@(\S+) cid=\+~cid@(\S+)")
        self.assertEqual([hosts[1], hosts[2]], [before, before])

    def test_a_death_is_not_noticed(self):
        papod = self.papod()
        ana, bea = self.two_clients(papod)
        for i in range(9):
            self.die(papod, (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT)[i % 3])
            self.talk(ana, bea, f"after death {i}")

    def test_a_partial_line_survives(self):
        papod = self.papod()
        ana, bea = self.two_clients(papod)
        ana.send_bytes(b"PRIVMSG #a :first half")
        self.die(papod)
        ana.send_bytes(b", second half\r\n")
        self.assertRegex(bea.read_line(), "PRIVMSG #a :first half, second half$")
        papod.restart()
        self.talk(ana, bea, "whole")

    def test_a_partial_line_behind_much_survives(self):
        """A partial line that does not stay in the kernel."""
        papod = self.papod()
        ana, bea = self.two_clients(papod)
        for deaths in range(1, 6):
            lines = "".join(f"PRIVMSG #a :{i} {'x' * 400}\r\n" for i in range(300))
            ana.send_bytes(f"{lines}PRIVMSG #a :first half".encode())
            for i in range(300):
                self.assertRegex(bea.read_line(), f" PRIVMSG #a :{i} x+$")
            for _ in range(deaths):
                self.die(papod)
            ana.send_bytes(b", second half\r\n")
            self.assertRegex(bea.read_line(), "PRIVMSG #a :first half, second half$")
            papod.restart()
            self.talk(ana, bea, "whole")

    def test_what_nobody_has_read_yet_survives(self):
        papod = self.papod()
        ana, bea = self.two_clients(papod)
        text = "x" * 400
        for i in range(500):
            ana.send(f"PRIVMSG #a :{i} {text}")
        ana.sync()
        self.die(papod)
        papod.restart()
        self.die(papod)
        for i in range(500):
            self.assertRegex(bea.read_line(), f"PRIVMSG #a :{i} x+$")
        self.talk(ana, bea, "done")

    def test_unix_sockets_survive_too(self):
        papod = self.papod(OPEN + 'listen = ( { name = "here"; path = "@"; } );\n'.replace(
            '"@"', '"/tmp/papod-test-%d.sock"' % os.getpid()))
        address = f"/tmp/papod-test-{os.getpid()}.sock"
        ana, bea = self.two_clients(papod, address)
        papod.restart()
        self.talk(ana, bea, "after a restart")
        for i in range(5):
            self.die(papod)
            self.talk(ana, bea, f"after death {i}")

    def test_a_unix_socket_that_is_not_wanted_any_more_goes(self):
        papod = self.papod()
        ana, bea = self.two_clients(papod)
        path = papod.path("here")
        papod.write("papod.conf", OPEN + f'listen = ( {{ name = "here"; path = "{path}"; }} );\n')
        papod.restart()
        self.assertTrue(os.path.exists(path))
        papod.write("papod.conf", OPEN)
        papod.restart()
        self.assertFalse(os.path.exists(path))
        for client in (ana, bea):
            client.sync()  # which modes there are depends on the listeners
        self.talk(ana, bea, "as before")

    def test_strangers_go_on_registering(self):
        papod = self.papod()
        client = papod.connect()
        self.addCleanup(client.close)
        client.send("NICK ana", "CAP LS")
        client.expect(" CAP ")
        client.send("CAP END")
        self.die(papod)
        client.send("USER ana 0 * :Ana")
        client.expect(" 001 ana ")

    def test_a_bad_configuration_does_not_cost_the_clients(self):
        papod = self.papod()
        ana, bea = self.two_clients(papod)
        papod.write("papod.conf", "nonsense = 1;\n")
        papod.restart()
        papod.wait_for_log("nonsense")
        self.talk(ana, bea, "with the old one")
        papod.write("papod.conf", OPEN)
        papod.kill(signal.SIGHUP)
        papod.wait_for_log("loaded")
        self.talk(ana, bea, "with the new one")

    def test_a_changed_configuration_counts_after_a_restart(self):
        papod = self.papod()
        ana, bea = self.two_clients(papod)
        papod.write("motd", "Tea is ready.\n")
        papod.write("papod.conf", OPEN + f'files: {{ motd = "{papod.path("motd")}"; }};\n')
        papod.restart()
        ana.send("MOTD")
        ana.expect("Tea is ready")
        self.talk(ana, bea, "as before")

    def test_who_leaves_while_nobody_serves_is_gone(self):
        papod = self.papod()
        ana, bea = self.two_clients(papod)
        papod.kill(signal.SIGSTOP)
        bea.close()
        self.die(papod)
        ana.expect("^:bea!.* QUIT ")

    def test_a_death_before_it_has_begun_does_not_matter(self):
        for i in range(10):
            papod = service_manager.Papod(OPEN, restarts=True)
            self.addCleanup(papod.close)
            papod.start(waits=False)
            time.sleep(i / 1000)  # to be killed at a different place each time
            with papod.changed:
                if papod.pid is not None:
                    papod.kill(signal.SIGKILL)
            papod.wait_for_start(papod.n_starts)
            ana, bea = self.two_clients(papod)
            self.talk(ana, bea, "hello")

    def test_two_do_not_share_a_state_directory(self):
        papod = self.papod()
        ana, bea = self.two_clients(papod)
        second = service_manager.Service(papod.arguments, papod.environment, papod.sockets)
        self.addCleanup(second.close)
        second.start(waits=False)
        second.wait_for_log(f"{papod.path('state')}/?: another papod .process {papod.pid}. uses it")
        second.wait_for_state(service_manager.DEAD)
        self.assertEqual(second.status, os.EX_UNAVAILABLE)
        self.talk(ana, bea, "as if nothing had been")
        papod.restart()
        self.talk(ana, bea, "and the first can be restarted")

    def test_a_state_directory_that_cannot_be_locked_does_not_cost_the_clients(self):
        papod = self.papod()
        ana, bea = self.two_clients(papod)
        os.rename(papod.path("state"), papod.path("elsewhere"))
        papod.restart()
        papod.wait_for_log("state directory could not be locked: No such file.*state/")
        self.talk(ana, bea, "as before")

    def test_a_stop_by_hand_is_a_stop(self):
        papod = self.papod()
        ana, _ = self.two_clients(papod)
        papod.restarts = False
        papod.kill(signal.SIGINT)
        ana.expect_end("^ERROR .*shutting down")


class Crowd(papod_test.TestCase):
    """Users talk, whatever happens: each line arrives once, whole and in order."""

    TALKERS = 6
    unix_path = None  # every other client uses it; None: unused

    def listen(self, client, nick):
        """Check the numbers of every talker's lines, until "over" is sent."""
        seen = dict.fromkeys(self.nicks, 0)
        while not (line := client.read_line()).endswith(" PRIVMSG #chaos :over"):
            if CHURN.fullmatch(line):
                continue
            match = re.fullmatch(r":(\w+)!\S+ PRIVMSG #chaos :(\d+) (\S*) end", line)
            if not match:
                raise papod_test.Failure(f"{nick} reads {line!r}")
            other, number, rest = match[1], int(match[2]), match[3]
            if number != seen[other] + 1 or len(rest) != number * 7 % 300:
                raise papod_test.Failure(f"{nick} reads {line!r} after {seen[other]}")
            seen[other] = number
        del seen[nick]
        if any(seen[other] != self.said[other] for other in seen):
            raise papod_test.Failure(f"{nick} read {seen} of {self.said}")

    def hear(self, client, _):
        while " PONG " not in (line := client.read_line()):
            match = re.match(r":(\w+)!\S+ PRIVMSG #chaos :(\d+) ", line)
            if match:
                self.heard[match[1]] = int(match[2])

    def speak(self, client, nick):
        while not self.is_over.is_set():
            number = self.said[nick] + 1
            data = f"PRIVMSG #chaos :{number} {'x' * (number * 7 % 300)} end\r\n".encode()
            cut = number % len(data)
            client.send_bytes(data[:cut])
            client.send_bytes(data[cut:])
            self.said[nick] = number
            self.is_over.wait(0.001)

    def come_and_go(self, papod, name):
        number = 0
        while not self.is_over.is_set():
            number += 1
            try:
                client = self.enter(papod, f"{name}x{number}")
            except papod_test.Failure as failure:
                # Between accept(2) and the parking lot only the process has the socket.
                if not str(failure).endswith("before: []"):
                    raise
                self.n_turned_away += 1
                continue
            self.is_over.wait(0.01)
            client.send("QUIT :gone")
            client.expect_end("^ERROR ")
            client.close()

    def guard(self, function, *arguments):
        try:
            function(*arguments)
        except BaseException as failure:
            self.failures.append(failure)
            self.is_over.set()

    def in_threads(self, function, clients):
        threads = [threading.Thread(target=self.guard, args=(function, client, nick))
                   for nick, client in clients.items()]
        for thread in threads:
            thread.start()
        return threads

    def enter(self, papod, nick):
        # A slow reader is sent small pieces.
        client = papod.connect(self.unix_path if nick[-1] in "13579" else None,
                               receive_bytes=16384 if nick == "talker0" else None)
        self.addCleanup(client.close)
        client.register(nick)
        client.send("JOIN #chaos")
        client.expect(" 366 ")
        return client

    def check_every_line(self, papod, disturb):
        seed = int(os.environ.get("PAPOD_TEST_SEED", random.randrange(1 << 30)))
        print("seed", seed)
        self.nicks = [f"talker{i}" for i in range(self.TALKERS)]
        self.said, self.failures = dict.fromkeys(self.nicks, 0), []
        self.heard, self.n_turned_away = dict.fromkeys(self.nicks, 0), 0
        self.is_over = threading.Event()
        clients = {nick: self.enter(papod, nick) for nick in self.nicks}
        last = self.enter(papod, "last")
        for client in clients.values():
            client.sync()
        listeners = self.in_threads(self.listen, clients)
        listeners += self.in_threads(self.hear, {"last": last})
        speakers = self.in_threads(self.speak, clients)
        churn = [threading.Thread(target=self.guard, args=(self.come_and_go, papod, f"churn{i}"))
                 for i in range(2)]
        for thread in churn:
            thread.start()
        self.guard(disturb, papod, random.Random(seed))
        self.is_over.set()
        for thread in speakers + churn:
            thread.join()
        self.wait_until(lambda: self.failures or self.heard == self.said, "not all was heard")
        last.send("PRIVMSG #chaos :over", "PING over")
        for thread in listeners:
            thread.join()
        if self.failures:
            raise self.failures[0]
        print("lines", sum(self.said.values()),
              "turned away before the first word", self.n_turned_away)


class Chaos(Crowd):
    """Random kills."""

    DEATHS = 40

    def kill_often(self, papod, dice):
        for _ in range(int(os.environ.get("PAPOD_TEST_DEATHS", self.DEATHS))):
            time.sleep(dice.random() * 0.02)
            if self.failures:
                break
            n_starts = papod.n_starts
            papod.kill(dice.choice((signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM)))
            papod.wait_for_start(n_starts + 1)

    def kill_whatever_it_does(self, papod, dice):
        """Mostly during recovery, as it lives hardly longer than it takes to be ready."""
        begun = time.monotonic()
        papod.restart()
        longest = 1.5 * (time.monotonic() - begun)
        for _ in range(int(os.environ.get("PAPOD_TEST_DEATHS", self.DEATHS))):
            time.sleep(dice.random() * longest)
            with papod.changed:
                if papod.pid is not None:
                    papod.kill(signal.SIGKILL)
        papod.wait_for_state(service_manager.RUNNING)

    def check(self, kill):
        papod = service_manager.Papod(CROWD, restarts=True)
        self.addCleanup(papod.close)
        papod.start()
        self.check_every_line(papod, kill)
        deaths = papod.n_starts - 1
        print("deaths", deaths)
        self.assertLessEqual(self.n_turned_away, deaths // 20 + 2)

    def test_every_line_arrives_once(self):
        self.check(self.kill_often)

    def test_every_line_arrives_once_if_starts_die_too(self):
        self.check(self.kill_whatever_it_does)


if __name__ == "__main__":
    papod_test.main()
