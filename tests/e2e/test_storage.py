"""The database of accounts: what is in it is there after a start, and a database that cannot be used
never stops the chat."""

import os
import shutil
import sqlite3

import papod_test
import service_manager

FAILED = "The database of accounts cannot be used"
REPLACED = "The database is not as papod left it"


class Storage(service_manager.TestCase):
    def start(self, **options):
        papod = service_manager.Papod(self.OPEN, **options)
        self.addCleanup(papod.close)
        papod.start()
        return papod

    def database(self, papod):
        return papod.path("state/accounts.db")

    def run_sql(self, papod, *statements):
        """While papod is stopped."""
        connection = sqlite3.connect(self.database(papod))
        with connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()

    def add_account(self, papod, name):
        self.run_sql(papod, "INSERT INTO accounts (version, name, folded, created, rest)"
                     f" VALUES (1, '{name}', '{name.lower()}', 1700000000000, x'')")

    def count(self, papod, text):
        return sum(text in line for line in papod.log)

    def expect_accounts(self, papod, number, after=0):
        papod.wait_for_log(rf"The database of accounts is open.*accounts={number}\)", after)

    def expect_chat(self, papod):
        """For some time, so that an entry that is repeated shows."""
        ana, bea = self.enter(papod, "ana"), self.enter(papod, "bea")
        ana.expect(":bea!.* JOIN ")
        for number in range(5):
            self.talk(ana, bea, f"hello {number}")
        ana.close()
        bea.close()

    def test_account_written_by_hand_is_there_after_a_start(self):
        papod = self.start()
        self.expect_accounts(papod, 0)
        papod.stop()
        self.add_account(papod, "Ana")
        papod.start()
        self.expect_accounts(papod, 1)
        self.assertEqual(os.stat(self.database(papod)).st_mode & 0o777, 0o600)
        self.assertEqual(self.count(papod, FAILED), 0)

    def test_account_survives_a_crash(self):
        papod = self.start(restarts=True)
        papod.stop()
        self.add_account(papod, "Ana")
        papod.start()
        ana = self.enter(papod, "ana")
        after = len(papod.log)
        papod.kill()
        papod.wait_for_start(3)
        self.expect_accounts(papod, 1, after)
        ana.sync()
        self.assertEqual(self.count(papod, REPLACED), 0)

    def test_malformed_row_is_reported_and_left_out(self):
        papod = self.start()
        papod.stop()
        self.add_account(papod, "Ana")
        self.add_account(papod, "a b")
        papod.start()
        self.expect_accounts(papod, 1)
        self.assertEqual(self.count(papod, "Some rows of the database make no sense"), 1)

    def check_unusable(self, spoil, repair):
        papod = self.start()
        papod.stop()
        self.add_account(papod, "Ana")
        spoil(self.database(papod))
        papod.start()
        papod.wait_for_log(FAILED)
        self.expect_chat(papod)
        self.assertEqual(self.count(papod, FAILED), 1)
        repair(self.database(papod))
        after = len(papod.log)
        papod.restart()
        self.expect_accounts(papod, 1, after)
        self.expect_chat(papod)
        self.assertEqual(self.count(papod, FAILED), 1)

    def put_aside(self, path):
        os.rename(path, path + ".aside")

    def put_back(self, path):
        os.rename(path + ".aside", path)

    def test_chat_goes_on_with_a_foreign_file(self):
        def spoil(path):
            self.put_aside(path)
            with open(path, "wb") as file:
                file.write(b"This is the diary of somebody, and no database. " * 100)

        def repair(path):
            with open(path, "rb") as file:
                self.assertEqual(file.read(), b"This is the diary of somebody, and no database. " * 100)
            self.put_back(path)

        self.check_unusable(spoil, repair)

    def test_chat_goes_on_with_a_database_of_another_program(self):
        def spoil(path):
            self.put_aside(path)
            connection = sqlite3.connect(path)
            connection.execute("CREATE TABLE bookmarks (id INTEGER)")
            connection.close()

        self.check_unusable(spoil, self.put_back)

    def test_chat_goes_on_with_a_damaged_database(self):
        def spoil(path):
            shutil.copyfile(path, path + ".aside")
            with open(path, "r+b") as file:
                for page in range(2, 8):
                    file.seek(page * 4096)
                    file.write(b"Z" * 4000)

        self.check_unusable(spoil, self.put_back)

    def test_chat_goes_on_with_a_locked_database(self):
        connections = []

        def spoil(path):
            connection = sqlite3.connect(path)
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("UPDATE about SET probes = 1")
            connection.commit()
            connections.append(connection)

        def repair(path):
            del path
            connections.pop().close()

        self.check_unusable(spoil, repair)

    def test_chat_goes_on_if_the_file_cannot_be_written(self):
        def spoil(path):
            self.put_aside(path)
            os.mkdir(path)

        def repair(path):
            os.rmdir(path)
            self.put_back(path)

        self.check_unusable(spoil, repair)

    def test_chat_goes_on_without_a_state_directory(self):
        papod = self.start(environment={"STATE_DIRECTORY": ""})
        papod.wait_for_log("There are no accounts")
        self.expect_chat(papod)

    def test_accounts_stay_while_the_file_of_a_restart_is_unusable(self):
        papod = self.start()
        papod.stop()
        self.add_account(papod, "Ana")
        papod.start()
        ana = self.enter(papod, "ana")
        for _ in range(2):
            self.put_aside(self.database(papod))
            os.mkdir(self.database(papod))
            papod.restart()
            ana.sync()
            os.rmdir(self.database(papod))
            self.put_back(self.database(papod))
        after = len(papod.log)
        papod.restart()
        self.expect_accounts(papod, 1, after)
        ana.sync()
        self.assertEqual(self.count(papod, REPLACED), 0)

    def test_another_database_counts_after_a_restart(self):
        papod = self.start()
        ana = self.enter(papod, "ana")
        other = self.start()
        other.stop()
        self.add_account(other, "Bea")
        self.put_aside(self.database(papod))
        shutil.copyfile(self.database(other), self.database(papod))
        after = len(papod.log)
        papod.restart()
        self.expect_accounts(papod, 1, after)
        self.assertEqual(self.count(papod, REPLACED), 1)
        ana.sync()
        papod.restart()
        ana.sync()
        self.assertEqual(self.count(papod, REPLACED), 1)


if __name__ == "__main__":
    papod_test.main()
