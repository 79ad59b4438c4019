"""Answers longer than any queue: a client that reads gets all of them, and one that does not costs
little.

Readers are on a Unix socket, for which the kernel buffers little: unsent output stays in papod.
"""

import os
import re
import tempfile

import papod_test

CHANNELS = 4000
EACH = 500  # founded by each client
QUEUE = 64 * 1024
CONFIG = (f'classes = ( {{ name = "all"; flood_rate = 0; clients_per_address = 0;'
          f' send_queue = {QUEUE}; }} );\n'
          f'limits = {{ channels_per_user = {EACH}; who_matches = 0; }};\n')
TOPIC = "t" * 280


def private_bytes(server):
    with open(f"/proc/{server.process.pid}/smaps_rollup", encoding="ascii") as file:
        return 1024 * next(int(line.split()[1]) for line in file if line.startswith("Pss:"))


class LongAnswers(papod_test.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="papod-test-")
        cls.addClassCleanup(directory.cleanup)
        cls.directory = directory.name
        cls.path = os.path.join(cls.directory, "socket")
        cls.server = papod_test.Server(
            listen=f'listen = ( {{ path = "{cls.path}"; }} );\n', config=CONFIG)
        cls.addClassCleanup(cls.server.stop)
        cls.founders = [cls.found(i * EACH) for i in range(CHANNELS // EACH)]

    @classmethod
    def found(cls, first):
        founder = cls.server.register(f"f{first}", cls.path)
        cls.addClassCleanup(founder.close)
        for name in (f"#c{first + i}" for i in range(EACH)):
            founder.send(f"JOIN {name}", f"TOPIC {name} :{name} {TOPIC}")
            founder.sync()
        return founder

    def reader(self, nick):
        return self.client(self.server, nick, address=self.path)

    def read_list(self, client):
        """The channels of a LIST, to its end."""
        client.expect(" 321 ")
        names = []
        while not re.search(r"^\S+ 323 ", line := client.read_line()):
            if found := re.search(r"^\S+ 322 \S+ (\S+) 1 :(\S+) t+$", line):
                self.assertEqual(found[1], found[2])
                names.append(found[1])
            else:
                self.assertRegex(line, "^PING ")
        return names

    def assert_small(self, before, most_bytes):
        if "PAPOD_SANITIZERS" not in os.environ:
            self.assertLess(private_bytes(self.server) - before, most_bytes)

    def test_a_list_of_many_times_the_queue_is_whole_and_in_order(self):
        reader = self.reader("whole")
        reader.send("LIST", "PING after")
        self.assertEqual(self.read_list(reader), [f"#c{i}" for i in range(CHANNELS)])
        self.assertRegex(reader.read_line(), "PONG .*after")

    def test_who_never_reads_costs_less_than_his_queue(self):
        witness = self.reader("witness")
        readers = [self.reader(f"never{i}") for i in range(40)]
        before = private_bytes(self.server)
        for reader in readers:
            reader.send("LIST", "WHO *", "NAMES #c1", *["LIST"] * 10)
            witness.sync()
        self.assert_small(before, len(readers) * QUEUE)
        for reader in readers[:20]:
            reader.close()
        witness.sync()
        self.assertEqual(len(self.read_list(readers[-1])), CHANNELS)
        self.assertEqual(len([line for line in readers[-1].expect_until(" 315 ")
                              if " 352 " in line]), CHANNELS // EACH + 41 - 20)

    def test_what_comes_and_goes_meanwhile_is_never_said_twice(self):
        reader = self.reader("slow")
        reader.send("LIST")
        founder = self.founders[0]
        last = self.founders[-1]
        for i in range(0, 100):
            founder.send(f"PART #c{i}", f"JOIN #c{i}", f"TOPIC #c{i} :#c{i} {TOPIC}")
            last.send(f"PART #c{CHANNELS - 1 - i}")
            founder.sync()
            last.sync()
        names = self.read_list(reader)
        self.assertEqual(names, [f"#c{i}" for i in range(CHANNELS - 100)])
        for i in range(0, 100):
            name = f"#c{CHANNELS - 100 + i}"
            last.send(f"JOIN {name}", f"TOPIC {name} :{name} {TOPIC}")
            last.sync()
        reader.send("LIST")
        self.assertEqual(sorted(self.read_list(reader)), sorted(f"#c{i}" for i in range(CHANNELS)))

    def test_the_server_stops_in_the_middle_of_an_answer(self):
        path = os.path.join(self.directory, "other")
        server = papod_test.Server(listen=f'listen = ( {{ path = "{path}"; }} );\n', config=CONFIG)
        founder = server.register("founder", path)
        for i in range(EACH):
            founder.send(f"JOIN #c{i}", f"TOPIC #c{i} :{TOPIC}")
            founder.sync()
        reader = server.register("reader", path)
        reader.send("LIST")
        founder.sync()
        server.stop()
        self.assertRegex(reader.expect_end("^ERROR ")[-1], "^ERROR ")
        for client in (founder, reader):
            client.close()


if __name__ == "__main__":
    papod_test.main()
