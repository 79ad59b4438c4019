"""Accounts are registered while papod is killed: each REGISTER is answered once, and what was
acknowledged is on the disk. And a disk that is full refuses, without disturbing the chat.

PAPOD_TEST_DEATHS says how often papod is killed; PAPOD_TEST_SEED repeats a run.
"""

import os
import random
import re
import resource
import shutil
import sqlite3
import threading
import time

import papod_test
import service_manager

CONFIG = ('classes = ( { name = "all"; flood_rate = 0; clients_per_address = 0;'
          ' clients_per_network = 0; } );\n'
          "accounts = { registrations_per_address = 0; };\n")
PASSWORD = "correct horse"
ANSWER = r"REGISTER (SUCCESS|[A-Z_]+) (\S+) :"
FULL_BYTES = 256 << 10


class Registrations(service_manager.TestCase):
    DEATHS = 40
    CLIENTS = 4

    def start(self):
        papod = service_manager.Papod(CONFIG)
        self.addCleanup(papod.close)
        papod.start()
        return papod

    def database(self, papod):
        return papod.path("state/accounts.db")

    def read_names(self, path):
        """From a file that no papod uses."""
        connection = sqlite3.connect(path)
        self.assertEqual(connection.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        names = [name for name, in connection.execute("SELECT name FROM accounts")]
        connection.close()
        self.assertEqual(len(names), len(set(names)))
        return set(names)

    def copy_and_read(self, papod):
        """As the killed process left it; the next one gets the original."""
        directory = papod.path("copy")
        os.makedirs(directory, exist_ok=True)
        for ending in ("", "-wal"):
            path = os.path.join(directory, "accounts.db" + ending)
            if os.path.exists(path):
                os.unlink(path)
            if os.path.exists(self.database(papod) + ending):
                shutil.copyfile(self.database(papod) + ending, path)
        return self.read_names(os.path.join(directory, "accounts.db"))

    def enter_in_spite(self, papod, nick):
        """A connection that has got no line yet may end with a process."""
        deadline = time.monotonic() + papod_test.DEADLINE
        while True:
            client = None
            try:
                client = papod.connect()
                client.register(nick)
                return client
            except (OSError, papod_test.Failure):
                if client:
                    client.close()
                if time.monotonic() > deadline:
                    raise

    def ask(self, client, name):
        """The answer to REGISTER, of which there must be exactly one."""
        client.send(f"REGISTER {name} * :{PASSWORD}")
        answers = [client.expect(ANSWER).groups()]
        client.send(f"PING after-{name}")
        lines = client.expect_until(rf"PONG .*after-{name}")
        answers += [found.groups() for found in map(re.compile(ANSWER).search, lines) if found]
        self.assertEqual(len(answers), 1, answers)
        self.assertEqual(answers[0][1], name)
        return answers[0][0]

    def register_many(self, papod, prefix):
        try:
            number = 0
            while not self.is_over.is_set():
                name = f"{prefix}{number}"
                client = self.enter_in_spite(papod, name)
                answer = self.ask(client, name)
                if answer != "SUCCESS":
                    raise papod_test.Failure(f"{name}: {answer}")
                self.acknowledged.add(name)
                client.send("QUIT")
                client.close()
                number += 1
        except Exception as failure:  # of any kind: the main thread reports it
            self.failures.append(failure)

    def test_nothing_acknowledged_is_lost_or_doubled(self):
        seed = int(os.environ.get("PAPOD_TEST_SEED", random.randrange(1 << 30)))
        print("seed", seed)
        dice = random.Random(seed)
        papod = self.start()
        self.is_over, self.acknowledged, self.failures = threading.Event(), set(), []
        threads = [threading.Thread(target=self.register_many, args=(papod, f"{letter}u"))
                   for letter in "abcdefgh"[:self.CLIENTS]]
        for thread in threads:
            thread.start()
        try:
            for _ in range(int(os.environ.get("PAPOD_TEST_DEATHS", self.DEATHS))):
                papod_test.begin_to_wait()
                time.sleep(dice.random() * 0.05)
                papod.kill()
                papod.wait_for_state(service_manager.DEAD)
                acknowledged = set(self.acknowledged)
                self.assertLessEqual(acknowledged, self.copy_and_read(papod))
                papod.start()
                self.assertEqual(self.failures, [])
        finally:
            self.is_over.set()
            for thread in threads:
                thread.join()
        self.assertEqual(self.failures, [])
        papod.stop()
        self.assertEqual(self.read_names(self.database(papod)), self.acknowledged)
        print(len(self.acknowledged), "accounts")
        self.assertGreater(len(self.acknowledged), self.CLIENTS)
        self.assertFalse([line for line in papod.log if "not as papod left it" in line])

    def register_until_refused(self, papod):
        for number in range(200):
            client = papod.register(f"user{number}")
            answer = self.ask(client, f"user{number}")
            client.close()
            if answer != "SUCCESS":
                return number, answer
        raise self.failureException("no file became too large")

    def count_failures(self, papod):
        return sum("The database of accounts cannot be used" in line for line in papod.log)

    def test_full_disk_refuses_and_chat_goes_on(self):
        papod = self.start()
        ana, bea = self.enter(papod, "ana"), self.enter(papod, "bea")
        ana.expect(":bea!.* JOIN ")
        unlimited = resource.prlimit(papod.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(papod.pid, resource.RLIMIT_FSIZE, (FULL_BYTES, unlimited[1]))
        number, answer = self.register_until_refused(papod)
        self.assertEqual(answer, "TEMPORARILY_UNAVAILABLE")
        papod.wait_for_log("The database of accounts cannot be used")
        self.talk(ana, bea, "the disk is full")
        self.assertEqual(self.ask(ana, "ana"), "TEMPORARILY_UNAVAILABLE")
        self.assertEqual(self.count_failures(papod), 1)
        resource.prlimit(papod.pid, resource.RLIMIT_FSIZE, unlimited)
        papod.wait_for_log("The database of accounts works again")
        self.assertEqual(self.ask(ana, "ana"), "SUCCESS")
        self.talk(ana, bea, "there is room again")
        self.assertEqual(self.count_failures(papod), 1)
        papod.stop()
        names = self.read_names(self.database(papod))
        self.assertEqual(names, {f"user{i}" for i in range(number)} | {"ana"})


if __name__ == "__main__":
    papod_test.main()
