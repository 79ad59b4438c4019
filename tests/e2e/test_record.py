"""A recording is replayed byte for byte."""

import os
import re
import subprocess
import tempfile

import papod_test


class Record(papod_test.TestCase):
    def record(self):
        directory = tempfile.TemporaryDirectory(prefix="papod-test-")
        self.addCleanup(directory.cleanup)
        path = os.path.join(directory.name, "events")
        server = papod_test.Server(arguments=("--record", path))
        ana, rui = server.register("ana"), server.register("rui")
        self.ana = ana
        for client in (ana, rui):
            client.send("JOIN #papo")
            client.expect(" 366 ")
        ana.send("PRIVMSG #papo :gravado")
        rui.expect("PRIVMSG #papo :gravado")
        server.write("conf.d/name.conf", 'server = { network = "outra"; };\n')
        server.reload()
        ana.sync()
        ana.close()
        rui.expect("QUIT")
        server.stop()
        rui.close()
        return path

    def test_a_replay_gives_a_client_what_it_has_seen(self):
        path = self.record()
        _, output, _ = papod_test.run("--replay", path)
        first = re.search(r"send (\d+) :\S+ 001 ana ", output)[1]
        sent = re.findall(rf"(?m)^send {first} (.*)$", output)
        self.assertEqual(sent, self.ana.seen)

    def test_a_replay_does_what_the_server_did(self):
        path = self.record()
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        status, first, errors = papod_test.run("--replay", path)
        self.assertEqual((status, errors), (0, ""))
        self.assertRegex(first, r"send \d+ :rui!\S+ JOIN :?#papo")
        self.assertRegex(first, r"send \d+ :ana!\S+ PRIVMSG #papo :gravado")
        self.assertRegex(first, "shutting down")
        self.assertEqual(papod_test.run("--replay", path)[1], first)

    def test_a_recording_that_was_cut_is_good_up_to_there(self):
        path = self.record()
        _, whole, _ = papod_test.run("--replay", path)
        os.truncate(path, os.stat(path).st_size - 3)
        status, output, errors = papod_test.run("--replay", path)
        self.assertEqual(status, 65)
        self.assertEqual(errors, f"papod: {path} ends in the middle of an event\n")
        self.assertTrue(whole.startswith(output))

    def test_other_files_are_refused(self):
        status, _, errors = papod_test.run("--replay", "/dev/null")
        self.assertEqual((status, errors), (65, "papod: /dev/null is not a recording of papod --record\n"))
        status, _, errors = papod_test.run("--replay", "/nonexistent")
        self.assertEqual((status, errors),
                         (66, "papod: /nonexistent cannot be read: No such file or directory\n"))

    def test_a_replay_that_cannot_be_printed_is_an_error(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([papod_test.PAPOD, "--replay", self.record()], stdout=full,
                                  timeout=papod_test.DEADLINE, check=False)
        self.assertEqual(done.returncode, 74)


if __name__ == "__main__":
    papod_test.main()
