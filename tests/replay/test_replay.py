"""Replaying NAME.events gives the same bytes as before, in NAME.expected.

    UPDATE=1 PAPOD=build/papod python3 tests/replay/test_replay.py

writes new expectations; read the difference before you commit it.
"""

import glob
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))
import papod_test  # noqa: E402


class Replay(papod_test.TestCase):
    maxDiff = 4000

    def test_recordings_give_what_is_expected(self):
        recordings = sorted(glob.glob(os.path.join(HERE, "*.events")))
        self.assertTrue(recordings)
        for recording in recordings:
            with self.subTest(recording):
                self.check(recording)

    def check(self, recording):
        status, output, errors = papod_test.run("--replay", recording)
        self.assertEqual((status, errors), (0, ""))
        output = re.sub(r"papod-\d[\w.~+-]*", "papod-VERSION", output)
        expected = recording[:-len("events")] + "expected"
        if os.environ.get("UPDATE"):
            with open(expected, "w", encoding="utf-8") as file:
                file.write(output)
        with open(expected, encoding="utf-8") as file:
            self.assertEqual(output.splitlines(), file.read().splitlines())


if __name__ == "__main__":
    papod_test.main()
