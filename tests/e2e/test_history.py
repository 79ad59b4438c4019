"""What was said is in the history once, in the order in which it was heard, with the same ids and
times, whatever happens to the process meanwhile.

PAPOD_TEST_DEATHS is the number of deaths, PAPOD_TEST_SEED repeats a run."""

import contextlib
import os
import random
import re
import signal
import sqlite3
import threading
import time

import papod_test
import service_manager

CONFIG = ('classes = ( { name = "all"; flood_rate = 0; clients_per_address = 0;'
          ' clients_per_network = 0; } );\n'
          'history: { enabled = true; };\n')
CAPS = ("server-time message-tags batch echo-message draft/chathistory draft/event-playback"
        " account-tag")
PASSWORD = "correct-horse"
PAGE = 50


class Heard:
    """A line as it was heard, or as the history has it."""

    TAGS = re.compile(r"@(\S+) (.*)")

    def __init__(self, line):
        match = self.TAGS.match(line)
        tags, self.rest = (match[1], match[2]) if match else ("", line)
        tags = dict(tag.partition("=")[::2] for tag in tags.split(";"))
        self.time = tags.get("time")
        self.id = tags.get("msgid")
        self.account = tags.get("account")
        self.batch = tags.get("batch")

    @property
    def is_recorded(self):
        return re.match(r":\S+ (PRIVMSG|NOTICE|JOIN|PART|KICK|MODE|TOPIC) #h\b"
                        r"|:\S+ (NICK|QUIT) ", self.rest)

    def key(self):
        return (self.id, self.time, self.rest, self.account)


class TestCase(papod_test.TestCase):
    def enter(self, papod, nick, account=None):
        client = papod.connect()
        self.addCleanup(client.close)
        client.register(nick)
        client.send(f"CAP REQ :{CAPS}")
        client.expect(" CAP .* ACK ")
        if account:
            client.send(f"NS IDENTIFY {account} {PASSWORD}")
            client.expect(" 900 ")
        return client

    def make_channel(self, papod, client):
        client.send(f"REGISTER * * {PASSWORD}")
        client.expect("REGISTER SUCCESS")
        client.send("JOIN #h", "MODE #h -t", "CS REGISTER #h")
        client.expect("#h is registered now")
        client.sync()

    def read_page(self, client, request):
        client.send(request)
        begun = client.expect(r"BATCH \+(\S+) chathistory #h|FAIL ")
        if "FAIL" in begun[0]:
            raise papod_test.Failure(begun.string)
        lines = [Heard(line) for line in client.expect_until(rf"BATCH -{begun[1]}$")[:-1]]
        return [line for line in lines if line.batch == begun[1]]

    def read_back(self, client):
        """Everything, from the newest page on."""
        page = self.read_page(client, f"CHATHISTORY LATEST #h * {PAGE}")
        lines = page
        while page:
            page = self.read_page(client, f"CHATHISTORY BEFORE #h msgid={page[0].id} {PAGE}")
            lines = page + lines
        return lines

    def read_on(self, client, first):
        """Everything after the first line."""
        lines = []
        page = [first]
        while page:
            page = self.read_page(client, f"CHATHISTORY AFTER #h msgid={page[-1].id} {PAGE}")
            lines += page
        return lines

    def check_history(self, client, heard):
        """The client may have heard what was there before the history of the channel began."""
        back = self.read_back(client)
        self.assertEqual(len({line.id for line in back}), len(back))
        self.assertTrue(back)
        ids = [line.id for line in back]
        self.assertEqual(ids, sorted(ids))
        first = next(i for i, line in enumerate(back) if line.id == heard[0].id)
        self.assertEqual([line.key() for line in back[first:]], [line.key() for line in heard])
        on = self.read_on(client, back[0])
        self.assertEqual([line.key() for line in on], [line.key() for line in back[1:]])


class Talk:
    """Clients that talk on #h and change it, and one that hears everything."""

    def __init__(self, test, papod, listener, nicks=("ana", "bea", "cid")):
        self.test = test
        self.papod = papod
        self.listener = listener
        self.nicks = nicks
        self.heard = []
        self.failures = []
        self.is_over = threading.Event()
        self.said = dict.fromkeys(nicks, 0)
        self.echoed = dict.fromkeys(nicks, 0)

    def guard(self, function, *arguments):
        try:
            function(*arguments)
        except BaseException as failure:
            self.failures.append(failure)
            self.is_over.set()

    def listen(self):
        while True:
            line = self.listener.read_line()
            if line is None:
                raise papod_test.Failure("the listener was disconnected")
            heard = Heard(line)
            if heard.is_recorded:
                self.heard.append(heard)
            if re.search(r" PRIVMSG #h :over$", line):
                return

    def speak(self, nick, client):
        """Each line is sent once, and waits for its echo now and then."""
        while not self.is_over.is_set():
            number = self.said[nick] = self.said[nick] + 1
            text = f"{nick} says {number} {'x' * (number * 7 % 200)}"
            if number % 50 == 0:
                client.send(f"TOPIC #h :{text}")
            elif number % 30 == 0:
                client.send("PART #h :back soon", "JOIN #h")
            else:
                client.send(f"PRIVMSG #h :{text}")
            self.read_own(client, nick, number)
            self.is_over.wait(0.002)

    @staticmethod
    def read_own(client, nick, number):
        pattern = (" TOPIC #h " if number % 50 == 0 else " 366 " if number % 30 == 0 else
                   rf"PRIVMSG #h :{nick} says {number} ")
        client.expect(pattern)
        del client.seen[:-20]

    def come_and_go(self):
        number = 0
        while not self.is_over.is_set():
            number += 1
            try:
                client = self.test.enter(self.papod, f"churn{number}")
            except (papod_test.Failure, OSError):
                continue  # between accept(2) and the parking lot only the process has the socket
            client.send("JOIN #i,#h" if number % 3 else "JOIN #h,#i")
            client.expect(" 366 ")
            client.expect(" 366 ")
            if number % 2:
                client.send(f"NICK chorn{number}")
                client.expect(" NICK ")
            client.send("QUIT :gone")
            client.expect_end("ERROR ")
            client.close()

    def run(self, disturb):
        clients = {}
        for nick in self.nicks:
            clients[nick] = self.test.enter(self.papod, nick)
            clients[nick].send("JOIN #h")
            clients[nick].expect(" 366 ")
        threads = [threading.Thread(target=self.guard, args=(self.speak, nick, client))
                   for nick, client in clients.items()]
        threads.append(threading.Thread(target=self.guard, args=(self.come_and_go,)))
        listening = threading.Thread(target=self.guard, args=(self.listen,))
        for thread in (listening, *threads):
            thread.start()
        self.guard(disturb)
        self.is_over.set()
        for thread in threads:
            thread.join()
        if not self.failures:
            self.listener.send("PRIVMSG #h :over")
            listening.join()
        if self.failures:
            raise self.failures[0]
        return self.heard


class History(TestCase):
    DEATHS = 20

    def papod(self, **options):
        papod = service_manager.Papod(CONFIG, restarts=True, **options)
        self.addCleanup(papod.close)
        papod.start()
        return papod

    def dice(self):
        seed = int(os.environ.get("PAPOD_TEST_SEED", random.randrange(1 << 30)))
        print("seed", seed)
        return random.Random(seed)

    def deaths(self):
        return int(os.environ.get("PAPOD_TEST_DEATHS", self.DEATHS))

    def hear(self, papod, disturb):
        keeper = self.enter(papod, "keeper")
        self.make_channel(papod, keeper)
        heard = Talk(self, papod, keeper).run(disturb)
        print("lines", len(heard), "starts", papod.n_starts)
        return keeper, heard

    def check_file(self, papod):
        with contextlib.closing(sqlite3.connect(papod.path("state/history.db"))) as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])

    def kill_often(self, papod, signals):
        dice = self.dice()

        def kill():
            for _ in range(self.deaths()):
                time.sleep(dice.random() * 0.05)
                papod_test.begin_to_wait()
                n_starts = papod.n_starts
                papod.kill(dice.choice(signals))
                papod.wait_for_start(n_starts + 1)
        return kill

    def test_nothing_is_lost_or_doubled_by_deaths(self):
        papod = self.papod()
        keeper, heard = self.hear(
            papod, self.kill_often(papod, (signal.SIGKILL, signal.SIGSEGV)))
        self.check_history(keeper, heard)
        papod.stop()
        self.check_file(papod)

    def test_nothing_is_lost_or_doubled_by_restarts(self):
        papod = self.papod()
        keeper, heard = self.hear(
            papod, self.kill_often(papod, (signal.SIGTERM, signal.SIGKILL)))
        self.check_history(keeper, heard)

    def test_a_stop_loses_nothing(self):
        papod = self.papod()
        keeper, heard = self.hear(papod, lambda: time.sleep(0.5))
        keeper.close()
        papod.stop()
        self.check_file(papod)
        papod.start()
        keeper = self.enter(papod, "keeper", "keeper")
        keeper.send("JOIN #h")
        keeper.expect(" 366 ")
        back = self.read_back(keeper)
        first = next(i for i, line in enumerate(back) if line.id == heard[0].id)
        stored = [line.key() for line in back[first:first + len(heard)]]
        self.assertEqual(stored, [line.key() for line in heard])


class Trigrams(TestCase):
    """history.trigrams: the index is built anew when it changes."""

    def found(self, client, words):
        client.send(f"SEARCH in=#h;text={words}")
        begun = client.expect(r"BATCH \+(\S+) search")
        return [Heard(line).rest.split(" :")[-1] for line in client.expect_until(rf"BATCH -{begun[1]}$")[:-1]]

    def wait_until_found(self, client, words, texts):
        self.wait_until(lambda: self.found(client, words) == texts, f"{words} is found")

    def test_what_was_said_before_is_found_by_its_parts(self):
        papod = service_manager.Papod(CONFIG)
        self.addCleanup(papod.close)
        papod.start()
        ana = self.enter(papod, "ana")
        self.make_channel(papod, ana)
        ana.send("CAP REQ draft/search", "PRIVMSG #h :Donaudampfschiff")
        self.wait_until_found(ana, "donaudampfschiff", ["Donaudampfschiff"])
        self.assertEqual(self.found(ana, "dampf"), [])
        for trigrams, texts in (("true", ["Donaudampfschiff"]), ("false", [])):
            with open(papod.path("papod.conf"), "w", encoding="utf-8") as file:
                file.write(CONFIG.replace("enabled = true;", f"enabled = true; trigrams = {trigrams};"))
            papod.restart()
            ana.send(f"PRIVMSG #h :{trigrams}")
            papod.wait_for_log("The index of history is built anew")
            self.wait_until_found(ana, "dampf", texts)
            self.wait_until_found(ana, "donaudampfschiff", ["Donaudampfschiff"])


if __name__ == "__main__":
    papod_test.main()
