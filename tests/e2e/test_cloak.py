"""Cloaks: others never see an address, and cloaks stay the same after a restart."""

import os
import re
import stat

import papod_test

HIDDEN = "127.98.7.6"


class Cloak(papod_test.TestCase):
    def cloak_of(self, server):
        """The visible host of a client of the server."""
        client = self.client(server)
        client.send("NICK guest", "USER guest 0 * :Guest")
        cloak = client.expect(r" 396 guest (\S+) ")[1]
        client.send("QUIT")
        client.expect_end("ERROR")
        return cloak

    def state(self):
        directory = papod_test.tempfile.mkdtemp(prefix="papod-state-")
        self.addCleanup(papod_test.shutil.rmtree, directory)
        return {"STATE_DIRECTORY": directory}

    def test_the_same_client_has_the_same_cloak_after_a_restart(self):
        state = self.state()
        first = self.serve(environment=state)
        cloak = self.cloak_of(first)
        self.assertRegex(cloak, r"^[a-z2-7]{8}\.[a-z2-7]{8}\.[a-z2-7]{8}\.ip$")
        first.wait_for_log("A cloak key was created")
        first.reload()
        self.assertEqual(self.cloak_of(first), cloak)
        first.process.terminate()
        first.process.wait(papod_test.DEADLINE)
        path = os.path.join(state["STATE_DIRECTORY"], "cloak.key")
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        second = self.serve(environment=state)
        self.assertEqual(self.cloak_of(second), cloak)

    def test_another_key_gives_another_cloak(self):
        key = "[cloak]\nkey = 000102030405060708090a0b0c0d0e0{}\n"
        state = self.state()
        cloaks = set()
        for digit in "abc":
            server = self.serve(secrets=key.format(digit), environment=state)
            cloaks.add(self.cloak_of(server))
            server.stop()
        self.assertEqual(len(cloaks), 3)
        self.assertNotIn("cloak.key", os.listdir(state["STATE_DIRECTORY"]))

    def test_without_a_place_for_the_key_the_log_says_so_once(self):
        server = self.serve()
        cloak = self.cloak_of(server)
        server.reload()
        self.assertEqual(self.cloak_of(server), cloak)
        said = [line for line in server.log if "valid for this run only" in line]
        self.assertEqual(len(said), 1, server.log)

    def test_no_line_that_others_get_has_the_address(self):
        server = self.serve(environment=self.state())
        ana = self.client(server, "ana")
        bea = papod_test.Client(("127.0.0.1", server.port), source=HIDDEN)
        self.addCleanup(bea.close)
        ana.send("CAP REQ :away-notify setname userhost-in-names invite-notify echo-message")
        ana.send("JOIN #a", "JOIN #b")
        ana.sync()
        ana.seen.clear()
        bea.send("NICK bea", "USER bea 0 * :Bea")
        bea.expect(r" 422 ")
        bea.send("JOIN #a", "PRIVMSG #a :hello", "NOTICE ana :hello", "MODE bea -x", "AWAY :gone",
                 "SETNAME :New", "NICK bee", "MODE bee +i", "TOPIC #a :no", "INVITE ana #a",
                 "KNOCK #b", "PART #a :bye", "JOIN #a", "PRIVMSG ana :\x01VERSION\x01")
        bea.sync()
        ana.send("MODE #a +o bee", "WHOIS bee", "WHO bee", "WHO #a", "WHO #a %tcuihsnfdlaor,152",
                 "WHO *", f"WHO {HIDDEN}", "USERHOST bee", "USERIP bee", "NAMES #a",
                 "ISON bee", "LIST", f"WHOIS {HIDDEN}", "WHOWAS bee", "MODE #a b")
        ana.sync()
        bea.send("MODE #a +b x!*@*", "TOPIC #a :mine", "QUIT :bye")
        ana.expect(r"^:bee!\S+ QUIT ")
        ana.send("WHOWAS bee", "WHOWAS bea", "MODE #a b", "TOPIC #a")
        ana.sync()
        self.assertGreater(len(ana.seen), 25)
        # The ends of the queries repeat Ana's requests, and are empty.
        leaks = [line for line in ana.seen if re.search(r"98[.-]7[.-]6", line)
                 and not re.search(r" (315|318|401) ana " + HIDDEN, line)]
        self.assertEqual(leaks, [])


if __name__ == "__main__":
    papod_test.main()
