"""Tags over real sockets: their length, and ids that outlive the process."""

import re
import signal

import papod_test
import service_manager

TAGS = "+draft/react=" + "x" * (4094 - len("+draft/react="))
CONFIG = ('classes = ( { name = "all"; flood_rate = 0; } );\n'
          'operators = ( { name = "root"; } );\n')


class Tags(papod_test.TestCase):
    def setUp(self):
        self.papod = service_manager.Papod(CONFIG, restarts=True)
        self.addCleanup(self.papod.close)
        self.papod.start()
        self.ana, self.bea = self.enter("ana"), self.enter("bea")

    def enter(self, nick):
        client = self.papod.connect()
        self.addCleanup(client.close)
        client.register(nick)
        client.send("CAP REQ :message-tags echo-message batch labeled-response")
        client.expect(" ACK ")
        return client

    def hear(self, text):
        """The id of a message, which both get in the same form."""
        heard = [client.expect(f"^@(.*) :ana!.* PRIVMSG bea :{text}$")[1]
                 for client in (self.ana, self.bea)]
        self.assertEqual(*heard)
        return re.match("msgid=([0-9a-z]+)", heard[0])[1]

    def test_the_longest_line_comes_through_however_it_is_cut(self):
        line = f"@{TAGS} PRIVMSG bea :".encode()
        line += b"y" * (510 - len("PRIVMSG bea :")) + b"\r\n"
        for size in (1000, 4096, len(line)):
            for at in range(0, len(line), size):
                self.ana.send_bytes(line[at:at + size])
            self.assertIn(TAGS + " ", self.bea.expect("^.* PRIVMSG bea :yyy")[0])
        self.ana.send("PING end")
        self.ana.expect(" PONG ")

    def test_a_longer_one_is_refused(self):
        self.ana.send(f"@{TAGS}x PRIVMSG bea :hello")
        self.ana.expect(" 417 ana ")
        self.ana.send("PRIVMSG bea :still here")
        self.hear("still here")

    def test_ids_are_never_given_twice(self):
        ids = []
        for i in range(3):
            self.ana.send(f"@{TAGS[:4000]} PRIVMSG bea :{i}", f"PRIVMSG bea :again {i}")
            ids += [self.hear(i), self.hear(f"again {i}")]
            n_starts = self.papod.n_starts
            self.papod.kill(signal.SIGKILL)
            self.papod.wait_for_start(n_starts + 1)
        self.assertEqual(ids, sorted(set(ids)))

    def test_a_label_survives_while_a_password_is_checked(self):
        self.ana.send("@label=x OPER root secret")
        self.papod.restart()
        self.assertRegex(self.ana.expect("^.* 464 ")[0], "^@label=x ")


if __name__ == "__main__":
    papod_test.main()
