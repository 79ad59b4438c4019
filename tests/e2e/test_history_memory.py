"""A channel that is recorded in memory: its history outlives crashes and restarts of papod, is lost with
the machine, and is never on the disk."""

import contextlib
import json
import os
import shutil
import sqlite3
import time

import papod_test
import service_manager

CONFIG = ('classes = ( { name = "all"; flood_rate = 0; } );\n'
          "history: { enabled = true; };\n"
          "accounts = { registrations_per_address = 0; };\n")
PASSWORD = "correct horse"


class Memory(service_manager.TestCase):

    def start(self, more=""):
        papod = service_manager.Papod(CONFIG.replace("enabled = true;", "enabled = true; " + more), restarts=True)
        self.addCleanup(papod.close)
        papod.environment["RUNTIME_DIRECTORY"] = papod.path("runtime")
        os.mkdir(papod.path("runtime"), 0o700)
        papod.start()
        return papod

    def enter(self, papod, nick):
        client = papod.register(nick)
        self.addCleanup(client.close)
        client.send("CAP REQ :draft/chathistory batch")
        client.expect(" ACK ")
        return client

    def record_in_memory(self, ana):
        ana.send("JOIN #a", "CS REGISTER #a", "CS SET #a HISTORY MEMORY")
        code = ana.expect("SET #a HISTORY MEMORY ([0-9a-f]{8})$")[1]
        ana.send(f"CS SET #a HISTORY MEMORY {code}")
        ana.expect("#a is recorded in memory now")

    def said(self, client):
        """What CHATHISTORY finds on #a."""
        client.send("CHATHISTORY LATEST #a * 10", "PING :end")
        texts = []
        while True:
            line = client.read_line()
            if " PONG " in line:
                return texts
            if " PRIVMSG #a :" in line:
                texts.append(line.split(" PRIVMSG #a :")[1])

    def expect_said(self, client, *texts):
        client.sync()
        self.assertEqual(self.said(client), list(texts))

    def read_directory(self, path):
        content = b""
        for name in os.listdir(path):
            if os.path.isfile(os.path.join(path, name)):
                with open(os.path.join(path, name), "rb") as file:
                    content += file.read()
        return content

    def test_history_in_memory_is_lost_with_the_machine_only(self):
        papod = self.start()
        ana = self.enter(papod, "ana")
        ana.send(f"REGISTER * * :{PASSWORD}")
        ana.expect("REGISTER SUCCESS ana ")
        self.record_in_memory(ana)
        ana.send("PRIVMSG #a :marmalade one")
        self.expect_said(ana, "marmalade one")

        starts = papod.n_starts
        papod.kill()
        papod.wait_for_start(starts + 1)
        self.expect_said(ana, "marmalade one")
        ana.send("PRIVMSG #a :marmalade two")
        papod.restart()
        self.expect_said(ana, "marmalade one", "marmalade two")
        self.assertEqual(papod.stop(), 0)
        self.assertIn(b"marmalade", self.read_directory(papod.path("runtime")))
        self.assertNotIn(b"marmalade", self.read_directory(papod.path("state")))

        # The machine is restarted.
        shutil.rmtree(papod.path("runtime"))
        os.mkdir(papod.path("runtime"), 0o700)
        papod.start()
        bea = self.enter(papod, "ana")
        bea.send(f"NS IDENTIFY ana {PASSWORD}")
        bea.expect("MODE ana :\\+r|900 ")
        bea.send("JOIN #a")
        bea.expect(" 366 ")
        self.expect_said(bea)
        bea.send("PRIVMSG #a :marmalade three")
        self.expect_said(bea, "marmalade three")

    def export(self, client):
        """What EXPORT MESSAGES of NickServ sends, as a mapping of targets to texts."""
        client.send("NS EXPORT MESSAGES")
        lines = client.expect_until(r" NOTICE \S+ :\]\}$")
        text = "".join(line.split(" :", 1)[1] for line in lines
                       if line.startswith(":NickServ!"))
        found = {}
        for message in json.loads(text)["messages"]:
            if message["command"] == "PRIVMSG":
                name = message.get("target") or message.get("channel")
                found.setdefault(name, []).append("".join(message["text"]))
        return found

    def test_what_is_in_memory_is_exported_with_the_rest(self):
        """More than one part of both, of which a crash interrupts neither; and what is on a channel that
        one has left has its number instead of its name."""
        papod = self.start()
        ana = self.enter(papod, "ana")
        ana.send(f"REGISTER * * :{PASSWORD}")
        ana.expect("REGISTER SUCCESS ana ")
        self.record_in_memory(ana)
        ana.send("JOIN #disk")
        for number in range(150):
            ana.send(f"PRIVMSG #a :memory {number}", f"PRIVMSG #disk :disk {number}")
        ana.sync()
        bea = self.enter(papod, "bea")
        bea.send("JOIN #a", "PRIVMSG #a :of somebody else", "QUIT")
        bea.expect_end()
        expected = {"#a": [f"memory {number}" for number in range(150)],
                    "#disk": [f"disk {number}" for number in range(150)]}
        self.assertEqual(self.export(ana), expected)
        starts = papod.n_starts
        papod.kill()
        papod.wait_for_start(starts + 1)
        self.assertEqual(self.export(ana), expected)
        ana.send("NS EXPORT MESSAGES")
        papod.kill()
        lines = ana.expect_until(r" NOTICE \S+ :\]\}$")
        self.assertEqual(sum('"memory ' in line for line in lines), 150)
        self.assertEqual(sum('"disk ' in line for line in lines), 150)
        ana.send("PART #a")
        ana.sync()
        found = self.export(ana)
        self.assertEqual(found["#disk"], expected["#disk"])
        self.assertEqual([texts for name, texts in found.items() if name != "#disk"], [expected["#a"]])

    def test_what_was_erased_is_exported_no_more(self):
        papod = self.start()
        ana = self.enter(papod, "ana")
        ana.send(f"REGISTER * * :{PASSWORD}")
        ana.expect("REGISTER SUCCESS ana ")
        self.record_in_memory(ana)
        ana.send("PRIVMSG #a :marmalade", "NS ERASE ana")
        code = ana.expect("ERASE ana ([0-9a-f]{8})$")[1]
        self.assertEqual(self.export(ana), {"#a": ["marmalade"]})
        ana.send(f"NS ERASE ana {code}")
        ana.expect("is removed from the history now")
        end = time.monotonic() + papod_test.DEADLINE
        while self.export(ana):  # it is removed in steps, between what others write
            self.assertLess(time.monotonic(), end)
        self.assertEqual(self.said(ana), [])

    def test_memory_has_an_end(self):
        """With room for 1 MiB, the oldest of 2 MiB go; the newest stay."""
        papod = self.start('memory_size = "1 MiB"; memory_messages = 100000;')
        ana = self.enter(papod, "ana")
        ana.send(f"REGISTER * * :{PASSWORD}")
        ana.expect("REGISTER SUCCESS ana ")
        self.record_in_memory(ana)
        for number in range(5000):
            ana.send(f"PRIVMSG #a :{number} {'x' * 400}")
            if number % 500 == 499:
                ana.sync()
        self.assertTrue(self.said(ana)[-1].startswith("4999 "))
        path = os.path.join(papod.path("runtime"), "history.db")
        end = time.monotonic() + papod_test.DEADLINE
        while True:
            with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
                used, oldest = database.execute(
                    "SELECT (page_count - freelist_count) * page_size, (SELECT min(text) FROM messages"
                    " WHERE id = (SELECT min(id) FROM messages WHERE verb = 1)) FROM pragma_page_count,"
                    " pragma_freelist_count, pragma_page_size").fetchone()
            if used <= 1 << 20:
                break
            self.assertLess(time.monotonic(), end, used)
        self.assertGreater(int(oldest.split()[0]), 1000)
        self.assertTrue(self.said(ana)[-1].startswith("4999 "))

    def test_without_the_directory_nothing_is_recorded_in_memory(self):
        papod = self.start()
        ana = self.enter(papod, "ana")
        ana.send(f"REGISTER * * :{PASSWORD}")
        ana.expect("REGISTER SUCCESS ana ")
        self.record_in_memory(ana)
        del papod.environment["RUNTIME_DIRECTORY"]
        papod.restart()
        ana.sync()
        ana.send("PRIVMSG #a :marmalade", "CS INFO #a")
        ana.expect_until("Messages are not recorded")
        self.expect_said(ana)
        self.assertEqual(papod.stop(), 0)
        self.assertNotIn(b"marmalade", self.read_directory(papod.path("state")))


if __name__ == "__main__":
    papod_test.main()
