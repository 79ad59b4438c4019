"""Accounts over real sockets and a real database: who registers one can log in to it by each
mechanism, also when papod is restarted or killed at any moment of that, and no password stays."""

import base64
import contextlib
import os
import random
import sqlite3
import time

import papod_test
import sasl
import test_secrets
from sasl import PASSWORD, Scram, encode, log_in_plainly, plain

OTHER = "Jd7sLw4hYb9gKf6q"
# Of PASSWORD, by crypt(3) with few rounds.
IMPORTED_SHA512 = (
    "$6$rounds=1000$abcdefgh$iXoPpkopGqCqfJ8Fm3BgIcTc9arqzY0WVMR7JvnxV6c7k8"
    "yWQeI1ALtt4Y0p/oBp/dTM7LiX8VxUYvKfe0t.q.")
IMPORTED_BCRYPT = "$2b$04$abcdefghijklmnopqrstuuzV7PcoFIRxpmDkJJE3s5YtC7a7zKgZu"
IMPORTED_YESCRYPT = "$y$j75$abcdefgh$bgII/kqJovYXvjcPHab03BI/PFILVw0YKJYjvs21zG3"
ROUNDS = int(os.environ.get("PAPOD_TEST_LOGINS", "20"))


class Accounts(sasl.TestCase):
    def log_in_by_scram(self, client, name, password):
        scram = Scram(name, password)
        client.send("AUTHENTICATE SCRAM-SHA-256")
        client.expect(r"^AUTHENTICATE \+$")
        client.send(f"AUTHENTICATE {scram.first()}")
        challenge = client.expect("^AUTHENTICATE .").string.split()[1]
        client.send(f"AUTHENTICATE {scram.proof(challenge)}")
        line = client.expect("^AUTHENTICATE .| 904 ").string
        if " 904 " in line:
            return line
        self.assertTrue(scram.knows(line.split()[1]))
        client.send("AUTHENTICATE +")
        return client.expect(" 90[34] ").string

    def import_account(self, papod, name, verifier):
        """While papod does not run."""
        path = papod.path("state/accounts.db")
        with contextlib.closing(sqlite3.connect(path)) as database, database:
            database.execute(
                "INSERT INTO accounts (version, name, folded, created, verifier, rest)"
                " VALUES (1, ?, ?, 1, ?, X'')", (name, name, verifier))

    def stored_verifier(self, papod, name):
        path = papod.path("state/accounts.db")
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return database.execute(
                "SELECT verifier FROM accounts WHERE name = ?", (name,)).fetchone()[0]

    def test_an_imported_hash_becomes_a_verifier(self):
        papod = self.start()
        papod.stop()
        hashes = [IMPORTED_SHA512, IMPORTED_BCRYPT, IMPORTED_YESCRYPT]
        for number, imported in enumerate(hashes):
            self.import_account(papod, f"old{number}", imported)
        self.import_account(papod, "argon", "$argon2id$v=19$m=65536,t=3,p=4$c29t$RdescudvJCsgt3ub")
        papod.start()
        papod.wait_for_log("No password fits some accounts.*count=1 accounts=argon")
        for number in range(len(hashes)):
            client = self.connect(papod, f"c{number}")
            self.assertIn(" 904 ", self.log_in_by_scram(client, f"old{number}", PASSWORD))
            self.assertIn(" 904 ", log_in_plainly(client, f"old{number}", OTHER))
            self.assertIn(" 903 ", log_in_plainly(client, f"old{number}", PASSWORD))
            client.sync()
            if number == 1:
                starts = papod.n_starts
                papod.kill()
                papod.wait_for_start(starts + 1)
            other = self.connect(papod, f"d{number}")
            answers = (self.log_in_by_scram(other, f"old{number}", PASSWORD) for _ in range(5))
            self.assertTrue(any(" 903 " in answer for answer in answers))
        papod.stop()
        for number in range(len(hashes)):
            self.assertRegex(self.stored_verifier(papod, f"old{number}"), "^SCRAM-SHA-256[$]")
        self.assertRegex(self.stored_verifier(papod, "argon"), "^[$]argon2id[$]")

    def test_each_mechanism_takes_the_password(self):
        papod = self.start()
        self.register(papod, "ana")
        for log_in in log_in_plainly, self.log_in_by_scram:
            for name, password, numeric in (
                    ("ana", PASSWORD, " 903 "), ("ANA", PASSWORD, " 903 "),
                    ("ana", OTHER, " 904 "), ("nobody", PASSWORD, " 904 ")):
                with self.subTest(log_in=log_in.__name__, name=name, password=password):
                    client = self.connect(papod)
                    self.assertIn(numeric, log_in(client, name, password))
                    client.close()

    def test_an_account_outlasts_everything(self):
        papod = self.start()
        ana = self.register(papod, "ana")
        papod.kill()
        papod.wait_for_start(2)
        ana.send("WHOIS ana")
        ana.expect(" 330 ana ana ana ")
        self.assertIn(" 903 ", self.log_in_by_scram(self.connect(papod), "ana", PASSWORD))
        papod.stop()
        papod.start()
        for log_in in log_in_plainly, self.log_in_by_scram:
            self.assertIn(" 903 ", log_in(self.connect(papod), "ana", PASSWORD))

    def test_a_forged_challenge_of_an_unknown_name_looks_like_others(self):
        papod = self.start()
        self.register(papod, "ana")

        def salt(name):
            client = self.connect(papod)
            client.send("AUTHENTICATE SCRAM-SHA-256", f"AUTHENTICATE {Scram(name, '').first()}")
            challenge = base64.b64decode(client.expect("^AUTHENTICATE .{20}").string.split()[1]).decode()
            client.close()
            return challenge.split(",", 1)[1]

        self.assertEqual(salt("nobody"), salt("NOBODY"))
        self.assertNotEqual(salt("nobody"), salt("another"))
        self.assertEqual(len(salt("nobody")), len(salt("ana")))

    def test_logins_are_answered_once_whatever_dies(self):
        """The line of a password is in flight, logged, being checked, or answered."""
        papod = self.start()
        self.register(papod, "ana")
        dice = random.Random(int(os.environ.get("PAPOD_TEST_SEED", "1")))
        starts = 1
        for number in range(ROUNDS):
            client = self.connect(papod)
            client.send("CAP LS 302", f"NICK n{number}", f"USER n{number} 0 * :N", "AUTHENTICATE PLAIN")
            client.expect(r"^AUTHENTICATE \+$")
            client.send(f"AUTHENTICATE {plain('ana', PASSWORD)}", "CAP END")
            time.sleep(dice.uniform(0, 0.03))  # the moment of the death
            papod.kill()
            starts += 1
            papod.wait_for_start(starts)
            lines = client.expect_until(f" 422 n{number} | 376 n{number} ")
            said = "\n".join(lines)
            self.assertEqual(said.count(" 903 "), 1, said)
            self.assertEqual(said.count(" 900 "), 1, said)
            self.assertNotIn(" 904 ", said)
            client.close()

    def drop(self, papod, client, death_s):
        """Drop the account while papod dies; returns all that was said meanwhile."""
        client.send("NS DROP ana")
        command = client.expect("send: (DROP ana [0-9a-f]{8})$").group(1)
        client.send(f"NS {command}", "PING done")
        starts = papod.n_starts
        time.sleep(death_s)  # the moment of the death
        papod.kill()
        papod.wait_for_start(starts + 1)
        return "\n".join(client.expect_until(" PONG .*done"))

    def test_a_dropped_account_is_gone_whatever_dies(self):
        """Another one of its name has nothing of it: neither its logins nor its rank."""
        papod = self.start()
        bea = self.register(papod, "bea")
        bea.send("JOIN #a", "NS REGISTER #a", "CS REGISTER #a")
        bea.expect("#a is registered now")
        dice = random.Random(int(os.environ.get("PAPOD_TEST_SEED", "1")))
        for _ in range(min(max(ROUNDS // 4, 2), 5)):  # an address may fail only so often
            ana = self.register(papod, "ana")
            bea.send("CS ACCESS #a ADD ana o", "MODE #a +I $a:ana")
            bea.expect("ana gets .o on #a")
            other = self.connect(papod, "other")
            self.assertIn(" 903 ", log_in_plainly(other, "ana", PASSWORD))
            said = self.drop(papod, ana, dice.uniform(0, 0.03))
            self.assertEqual(said.count("The account ana has ended"), 1, said)
            self.assertEqual(said.count(" 901 ana "), 1, said)
            other.expect(" 901 other ")
            other.close()
            ana.close()
            new = self.register(papod, "ana", OTHER)
            self.assertIn(" 904 ", log_in_plainly(self.connect(papod), "ana", PASSWORD))
            new.send("JOIN #a")
            self.assertIn(" :~bea ana", new.expect(" 353 ").string)
            bea.send("MODE #a I", "CS ACCESS #a LIST")
            self.assertNotIn("ana", bea.expect_until("End of the list")[-2])
            self.drop(papod, new, 0)
            new.close()
        papod.stop()
        papod.start()
        self.assertIn(" 904 ", log_in_plainly(self.connect(papod), "ana", OTHER))
        self.assertIn(" 903 ", log_in_plainly(self.connect(papod), "bea", PASSWORD))


class Secrets(test_secrets.TestCase):
    def start_with_account(self):
        papod = self.start(test_secrets.hash_of(test_secrets.SERVER))
        ana = self.connect(papod)
        ana.register("ana", test_secrets.SERVER)
        ana.send(f"REGISTER * * {PASSWORD}")
        ana.expect("REGISTER SUCCESS ana ")
        return papod, ana

    def test_the_password_of_a_registration(self):
        papod, _ = self.start_with_account()
        self.expect_nowhere(papod, PASSWORD)

    def test_the_passwords_of_logins(self):
        papod, ana = self.start_with_account()
        for name, password in ("ana", PASSWORD), ("ana", OTHER), ("nobody", OTHER):
            ana.send("AUTHENTICATE PLAIN", f"AUTHENTICATE {plain(name, password)}")
            ana.expect(" 90[34] ")
        self.expect_nowhere(papod, PASSWORD, OTHER)
        needles = [encode(f"\0{name}\0{word}")[4:20].encode()
                   for name, word in (("ana", PASSWORD), ("ana", OTHER), ("nobody", OTHER))]
        self.assertEqual(test_secrets.search_files(papod.pid, needles), [])

    def test_a_death_after_a_login(self):
        papod, ana = self.start_with_account()
        ana.send("AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('ana', PASSWORD)}")
        ana.expect(" 903 ")
        self.expect_nowhere(papod, PASSWORD)
        papod.kill()
        papod.wait_for_start(2)
        papod.wait_for_log(r"where the last process stopped.*\(clients=1 ")
        ana.send("WHOIS ana")
        ana.expect(" 330 ana ana ana ")
        self.expect_nowhere(papod, PASSWORD)


if __name__ == "__main__":
    papod_test.main()
