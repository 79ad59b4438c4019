"""The large history for the benchmark has what its measurements rely on."""

import contextlib
import json
import os
import sqlite3
import subprocess
import tempfile
import unittest

PROGRAM = os.path.join(os.path.dirname(os.environ.get("PAPOD", "papod")), "tests", "bench", "fill_history")
ROWS = 20000


class FillHistory(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="papod-test-"))
        path = os.path.join(directory, "history.db")
        made = subprocess.run([PROGRAM, path, str(ROWS)], check=True, capture_output=True, timeout=60)
        cls.content = json.loads(made.stdout)
        cls.database = cls.enterClassContext(contextlib.closing(sqlite3.connect(path)))

    def count(self, sql, *values):
        return self.database.execute(f"SELECT count(*) FROM {sql}", values).fetchone()[0]

    def count_with(self, words):
        return self.count("words WHERE words MATCH ?", words)

    def test_all_messages_are_there_and_in_the_index(self):
        self.assertEqual(self.count("messages"), ROWS)
        self.assertEqual(self.count("messages, progress WHERE number > indexed"), 0)

    def test_rare_words_stand_in_a_thousandth(self):
        n_messages = self.count("messages WHERE verb <= 2")
        for words in (self.content["rare_together"], *self.content["rare_apart"].split()):
            self.assertTrue(n_messages / 2000 < self.count_with(words) < n_messages / 500, words)

    def test_common_words_stand_in_many(self):
        n_messages = self.count("messages WHERE verb <= 2")
        self.assertGreater(self.count_with(self.content["common"]), n_messages / 10)
        self.assertGreater(self.count_with(self.content["common_start"]), n_messages / 2)
        for word in self.content["common_apart"].split():
            self.assertGreater(self.count_with(word), n_messages / 5)
        self.assertEqual(self.count_with(self.content["common_apart"]), 0)

    def test_users_come_and_go_on_the_last_channel(self):
        last = self.content["lives"][-1]
        n_rows = self.count("messages WHERE target = ?", last)
        self.assertGreater(n_rows, ROWS / 30)
        self.assertLess(self.count("messages WHERE target = ? AND verb <= 2", last), n_rows / 100)

    def test_others_talk_in_private(self):
        self.assertGreater(self.count("messages WHERE target < 0"), ROWS / 20)
        self.assertGreater(self.count("conversations WHERE owner = 1"), 10)


if __name__ == "__main__":
    unittest.main()
