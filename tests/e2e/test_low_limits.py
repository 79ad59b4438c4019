"""Fewer file descriptors after a restart, or few from the start: clients beyond the limit sleep
until they fit, and a client that could not be kept is refused. No client is lost or waits
unnoticed."""

import os
import re
import resource
import signal
import time

import papod_test
import service_manager
import test_proxy

OPEN = ('classes = ( { name = "all"; flood_rate = 0; clients_per_address = 0;'
        ' clients_per_network = 0; ping = 600; } );\n'
        'loop = { reserved_files = %d; };\n')
IMPATIENT = OPEN.replace("ping = 600", "ping = 1; ping_timeout = 1")
LIMIT = 'ulimit -n "$0" && exec "$@"'
ASLEEP = "Clients wait for file descriptors"
AWAKE = "No client waits for a file descriptor any more"


class LowLimits(papod_test.TestCase):
    def setUp(self):
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    def papod(self, limit=None, reserved=64, config=OPEN, is_proxied=False):
        papod = service_manager.Papod(config % reserved, restarts=True)
        self.addCleanup(papod.close)
        if is_proxied:
            listener = test_proxy.PROXIED.format(papod.address[1], test_proxy.LOCAL, "")
            papod.write("papod.conf", config % reserved + f"listen = ( {listener} );\n")
        self.plain = list(papod.arguments)
        self.limit(papod, limit)
        papod.start()
        return papod

    def limit(self, papod, limit):
        """Set the limit for later processes."""
        papod.arguments = ["/bin/sh", "-c", LIMIT, str(limit)] if limit else []
        papod.arguments += self.plain

    def register_many(self, papod, count, first=b""):
        clients = []
        for i in range(count):
            client = papod.connect(first=first)
            self.addCleanup(client.close)
            client.number = i
            client.send(f"NICK n{i}", f"USER n{i} 0 * :n")
            clients.append(client)
        for client in clients:
            client.expect(" 001 ")
            client.send("JOIN #a")
        for client in clients:
            client.expect(" 366 ")
        for client in clients:
            client.sync()
        return clients

    def files(self, papod):
        return len(os.listdir(f"/proc/{papod.pid}/fd"))

    def die(self, papod):
        """Returns the log entry of the next process, and the number of sleepers."""
        n_starts, after = papod.n_starts, len(papod.log)
        papod.kill(signal.SIGKILL)
        papod.wait_for_start(n_starts + 1)
        return self.went_on(papod, after)

    def went_on(self, papod, after):
        entry = papod.wait_for_log("continues where the last process stopped", after)
        asleep = [line for line in papod.log[after:] if ASLEEP in line]
        n_asleep = int(re.search(r"clients=(\d+)", asleep[0])[1]) if asleep else 0
        return int(re.search(r"clients=(\d+)", entry)[1]), n_asleep


    def hears(self, client, pattern):
        """The next line except QUITs is exactly this one."""
        while " QUIT " in (line := client.read_line()):
            pass
        self.assertRegex(line, pattern)

    def ask_all(self, clients, n_live):
        """Clients that are awake get answers at once."""
        for client in clients:
            client.send("PING hello")
        self.wait_until(lambda: sum(map(self.is_live, clients)) == n_live, "others are served")
        live = [client for client in clients if self.is_live(client)]
        for client in live:
            client.expect(" PONG .*hello")
        return live, [client for client in clients if client not in live]

    def wake_one(self, served, asleep):
        """One client leaves, so exactly one wakes: it gets the messages sent meanwhile, and is
        served."""
        leaver = served.pop(0)
        leaver.send("QUIT :bye")
        leaver.expect_end("^ERROR ")
        leaver.close()
        self.wait_until(lambda: any(map(self.is_live, asleep)), "nobody wakes")
        woken = [client for client in asleep if self.is_live(client)]
        self.assertEqual(len(woken), 1)
        asleep.remove(woken[0])
        self.hear_all(woken[0])
        served.append(woken[0])

    def hear_all(self, client):
        self.hears(client, "PRIVMSG #a :good night")
        self.hears(client, "PRIVMSG #a :good morning")
        self.hears(client, " PONG .*hello")
        client.sync()

    def test_those_who_do_not_fit_sleep_until_they_do(self):
        papod = self.papod()
        clients = self.register_many(papod, 300)
        self.limit(papod, 150)
        after = len(papod.log)
        papod.restart()
        n_live, n_asleep = self.went_on(papod, after)
        self.assertEqual(n_live + n_asleep, 300)
        self.assertGreater(n_live, 40)
        papod.wait_for_message(STATUS=f"300 users.*; {n_asleep} clients wait for file descriptors")
        served, asleep = self.ask_all(clients, n_live)

        # Messages before and after another kill wait for the sleepers.
        speaker = served.pop()
        speaker.send("PRIVMSG #a :good night")
        speaker.sync()
        self.assertEqual(self.die(papod), (n_live, n_asleep))
        speaker.send("PRIVMSG #a :good morning")
        speaker.sync()

        # A newcomer is refused: there is no room.
        late = papod.connect()
        self.addCleanup(late.close)
        late.expect_end("^ERROR .*full")

        while len(asleep) > n_asleep // 2:
            self.wake_one(served, asleep)
        self.assertEqual(self.die(papod), (n_live, len(asleep)))

        # All others are served when the limit is high enough.
        self.limit(papod, None)
        after = len(papod.log)
        papod.restart()
        self.assertEqual(self.went_on(papod, after), (n_live + len(asleep), 0))
        for client in asleep:
            self.hear_all(client)
        for client in served:
            client.sync()
        papod.wait_for_message(STATUS=r"users, 1 channel$")

    def is_live(self, client):
        """Does the kernel have input for the client? Does not wait."""
        client.socket.setblocking(False)
        try:
            return bool(client.socket.recv(1, 2))  # MSG_PEEK
        except BlockingIOError:
            return False
        finally:
            client.socket.settimeout(papod_test.DEADLINE)

    def test_all_wake_when_the_limit_is_raised_meanwhile(self):
        papod = self.papod(reserved=16)
        n_files = self.files(papod)
        clients = self.register_many(papod, 100)
        self.limit(papod, n_files + 16 + 30)
        self.assertGreater(self.die(papod)[1], 50)
        try:
            resource.prlimit(papod.pid, resource.RLIMIT_NOFILE, (4096, 4096))
        except PermissionError:
            self.skipTest("only root may raise the limit of a process that runs")
        papod.kill(signal.SIGHUP)  # so that something happens
        papod.wait_for_log(AWAKE)
        for client in clients:
            client.sync()
        self.assertEqual(sum(ASLEEP in line for line in papod.log), 1)

    def test_clients_of_a_proxy_sleep_too(self):
        """Just after they connected, their sockets are parked twice."""
        papod = self.papod(is_proxied=True)
        n_files = self.files(papod)
        clients = self.register_many(papod, 60, test_proxy.version_1("192.0.2.9"))
        for room in (90, 30, 90):
            self.limit(papod, n_files + 64 + room)
            n_live, n_asleep = self.die(papod)
            self.assertEqual(n_live + n_asleep, 60)
        time.sleep(test_proxy.HEADER_SECONDS + 1)
        self.limit(papod, None)
        self.assertEqual(self.die(papod), (60, 0))
        for client in clients:
            client.sync()

    def test_nobody_times_out_asleep(self):
        papod = self.papod(reserved=16)
        n_files = self.files(papod)
        clients = self.register_many(papod, 10)
        papod.write("papod.conf", IMPATIENT % 16)
        self.limit(papod, n_files + 16 + 1)
        n_live, n_asleep = self.die(papod)
        self.assertEqual(n_live + n_asleep, 10)
        self.assertGreater(n_asleep, 6)
        begun = time.monotonic()
        live, asleep = self.ask_all(clients, n_live)
        while time.monotonic() < begun + 4:
            for client in live:
                client.sync()
                time.sleep(0.01)
        for client in live:
            client.send("QUIT")
            client.expect_end()
            client.close()
        served = 0
        for client in asleep:
            self.wait_until(lambda client=client: self.is_live(client), "it does not wake")
            client.sync()
            client.send("QUIT")
            client.expect_end("^ERROR .*Quit")
            client.close()
            served += 1
        self.assertEqual(served, n_asleep)
        papod.wait_for_log(AWAKE)

    def test_too_much_is_sent_to_a_sleeper(self):
        papod = self.papod(reserved=16)
        n_files = self.files(papod)
        clients = self.register_many(papod, 10)
        self.limit(papod, n_files + 16 + 1)
        live, asleep = self.ask_all(clients, self.die(papod)[0])
        text = "x" * 400
        while not any(" QUIT :SendQ exceeded" in line for line in live[0].seen):
            live[0].send(*[f"PRIVMSG #a :{text}"] * 200)
            live[0].sync()
        for client in live:
            client.send("QUIT")
            client.close()
        for client in asleep:
            client.expect_end("^ERROR .*SendQ exceeded")

    def test_sleepers_are_told_of_a_stop(self):
        papod = self.papod(reserved=64)
        n_files = self.files(papod)
        clients = self.register_many(papod, 100)
        self.limit(papod, n_files + 64 + 10)
        self.assertGreater(self.die(papod)[1], 80)
        papod.restarts = False
        papod.kill(signal.SIGINT)
        for client in clients:
            client.expect_end("^ERROR .*shutting down")
        papod.wait_for_state(service_manager.DEAD)

    def test_who_cannot_be_parked_is_refused(self):
        papod = self.papod(limit=1024, reserved=16)
        clients, refused = [], 0
        for i in range(950):
            client = papod.connect()
            self.addCleanup(client.close)
            client.send(f"NICK n{i}", f"USER n{i} 0 * :n")
            line = client.read_line()
            if line.startswith("ERROR"):
                self.assertIn("full", line)
                client.expect_end()
                refused += 1
            else:
                client.expect(" 422 ")
                clients.append(client)
        self.assertGreater(refused, 10)
        self.assertGreater(len(clients), 800)
        papod.wait_for_log("Client refused.*stored for a restart; raise LimitNOFILE=")
        self.assertEqual([line for line in papod.log if "would disconnect clients" in line], [])
        self.assertEqual(self.die(papod), (len(clients), 0))
        for client in clients:
            client.sync()
        # Clients that leave make room at once.
        for client in clients[:200]:
            client.send("QUIT")
            client.expect_end("^ERROR ")
            client.close()
        for i in range(190):
            self.addCleanup(papod.register(f"m{i}").close)
        self.assertEqual(self.die(papod), (len(clients) - 10, 0))


if __name__ == "__main__":
    papod_test.main()
