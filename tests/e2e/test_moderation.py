"""The example etc/moderation.conf: an ordinary conversation is not touched, and of a flood nearly
nothing is seen.

All users are new, so what applies to users who are not known applies to everyone. Without the flood
control of their class, hours of conversation take a second: repetitions are nearer than ever.
"""

import pathlib
import re

import papod_test

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHANNEL = """
dns: { reverse = false; };
permanent_channels = ( { name = "#plaza"; modes = "ntD"; } );
"""
ADVERT = "Earn 5000 a week from home, ask {} on the web how it is done"


def kit():
    text = (ROOT / "etc/moderation.conf").read_text(encoding="utf-8")
    return text.replace("clients_per_address = 10;", "clients_per_address = 10; flood_rate = 0;")


def read_conversation():
    text = (ROOT / "tests/bench/conversation.txt").read_text(encoding="utf-8")
    return [line.split(": ", 1) for line in text.splitlines()]


class Moderation(papod_test.TestCase):
    def setUp(self):
        self.server = self.serve(config=CHANNEL + kit())
        self.n_clients = 0
        self.witness = self.come("witness")

    def come(self, nick):
        """A user of an address of its own, in the channel."""
        self.n_clients += 1
        client = papod_test.Client(("127.0.0.1", self.server.port),
                                   source=f"127.1.0.{self.n_clients}")
        self.addCleanup(client.close)
        client.register(nick)
        client.send("JOIN #plaza")
        client.sync()
        return client

    def seen(self):
        """What the witness has seen of others since the last call."""
        before = len(self.witness.seen)
        self.witness.sync()
        return [line for line in self.witness.seen[before:]
                if not line.startswith(":witness!") and re.match(r"^:\S+!", line)]

    def hits(self):
        return [line for line in self.server.log if line and "A filter matched" in line]

    def test_an_ordinary_conversation_is_not_touched(self):
        conversation = read_conversation()
        speakers = {nick: self.come(nick) for nick in sorted({nick for nick, _ in conversation})}
        refused = []
        self.seen()
        for nick, text in conversation:
            speakers[nick].send(f"PRIVMSG #plaza :{text}")
            speakers[nick].sync()
            if any(" 404 " in line.split(" :")[0] + " " for line in speakers[nick].seen[-2:]):
                refused.append(text)
        said = [line.split(" :", 1)[1] for line in self.seen() if " PRIVMSG " in line]
        links = [text for _, text in conversation if "://" in text or "www." in text]
        self.assertGreater(len(conversation), 300)
        self.assertEqual(refused, links)
        self.assertEqual(said, [text for _, text in conversation if text not in links])
        self.assertEqual(self.hits(), [])

    def test_of_copies_three_are_seen_and_then_the_senders_are_muted(self):
        spammers = [self.come(f"spam{number}") for number in range(8)]
        self.seen()
        for number, spammer in enumerate(spammers):
            spammer.send(f"PRIVMSG #plaza :{ADVERT.format(number)}")
            spammer.sync()
        texts = [line for line in self.seen() if " PRIVMSG " in line]
        self.assertEqual(len(texts), 3)
        # Whoever was muted can say nothing at all, and is not told.
        spammers[-1].send("PRIVMSG #plaza :why does nobody answer me")
        spammers[-1].sync()
        self.assertNotIn(" 404 ", " ".join(spammers[-1].seen[-2:]))
        self.assertEqual(self.seen(), [])
        self.server.wait_for_log("copies")

    def test_nothing_else_of_spammers_is_seen(self):
        nicks = [self.come(f"user{number}").nick for number in range(7)]
        spammers = [self.come(f"spam{number}") for number in range(7)]
        heaps = "".join(letter + "\u0301\u0302\u0303\u0304\u0305" for letter in "moonlight")
        lines = [
            [f"PRIVMSG #plaza :{' '.join(nicks)} look at me"],
            ["PRIVMSG #plaza :see https://x.example/1", "PART #plaza :www.x.example"],
            ["NICK BUYNOW", "NICK BUYIT"],
            [f"PRIVMSG #plaza :{heaps}"],
            ["PRIVMSG #plaza :b\u0435st \u0441rypt\u043e c\u0430sin\u043e",
             "PRIVMSG #plaza :BEST Crypto CASINO"],
            ["PRIVMSG witness :hello dear", "NOTICE witness :hello dear", "INVITE witness #plaza"],
            ["JOIN #spam", "QUIT :www.x.example"],
        ]
        self.seen()
        for spammer, said in zip(spammers, lines):
            spammer.send(*said)
            if not said[-1].startswith("QUIT"):
                spammer.sync()
            else:
                spammer.expect_end()
        # Members who have said nothing come and go unseen.
        self.assertEqual(self.seen(), [])


if __name__ == "__main__":
    papod_test.main()
