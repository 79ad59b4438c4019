"""A channel that is recorded in memory: its history outlives crashes and restarts of papod, is lost with
the machine, and is never on the disk."""

import os
import shutil

import papod_test
import service_manager

CONFIG = ('classes = ( { name = "all"; flood_rate = 0; } );\n'
          "history: { enabled = true; };\n"
          "accounts = { registrations_per_address = 0; };\n")
PASSWORD = "correct horse"


class Memory(service_manager.TestCase):

    def start(self):
        papod = service_manager.Papod(CONFIG, restarts=True)
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
