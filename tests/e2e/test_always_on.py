"""Several clients of one account, and users that stay without a client: when papod is killed, when
it is restarted, and after a stop, when nothing is left but the database."""

import base64
import contextlib
import os
import random
import re
import sqlite3
import struct
import tempfile

import papod_test
import service_manager

PASSWORD = "Vq3mTz8kWp5xRn2c"
CONFIG = ('classes = ( { name = "all"; flood_rate = 0; clients_per_address = 0; } );'
          'dns = { reverse = false; };'
          'accounts = { registrations_per_address = 0; };')


def log_in(client, name, device):
    client.send("CAP REQ :sasl draft/read-marker", f"NICK {name}", f"USER {name} 0 * :{name}",
                "AUTHENTICATE PLAIN")
    client.expect(r"^AUTHENTICATE \+$")
    text = base64.b64encode(f"\0{name}@{device}\0{PASSWORD}".encode()).decode()
    client.send(f"AUTHENTICATE {text}")
    client.expect(" 903 ")
    client.send("CAP END")
    client.expect(f" 001 {name} ")
    client.expect(" (376|422) ")


def make_always_on(client, nick):
    client.register(nick)
    client.send(f"REGISTER * * {PASSWORD}")
    client.expect(f"REGISTER SUCCESS {nick} ")
    client.send("NS SET ALWAYSON ON")
    client.expect("You stay on your channels")


class Rebooted(papod_test.TestCase):
    """The world of the process is gone each time, and only the database is left."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="papod-test-state-")
        self.addCleanup(directory.cleanup)
        self.state = directory.name

    def start(self, more=""):
        return self.serve(config=CONFIG + more, environment={"STATE_DIRECTORY": self.state})

    def rows(self, kind):
        path = os.path.join(self.state, "accounts.db")
        with contextlib.closing(sqlite3.connect(path)) as database:
            return database.execute(
                "SELECT name FROM account_marks WHERE kind = ? ORDER BY name", (kind,)).fetchall()

    def who(self, client, channel):
        client.send(f"NAMES {channel}")
        names = client.expect(f" 353 [^ ]+ . {channel} :(.*)$|( 366 )").group(1) or ""
        return sorted(names.split())

    def test_a_user_comes_back_with_its_channels(self):
        server = self.start()
        ana = self.client(server)
        make_always_on(ana, "ana")
        ana.send("JOIN #garden,#shed", "MODE #shed -o ana", "MODE ana +w", "AWAY :asleep",
                 "MARKREAD #garden")
        ana.expect(" 421 ")
        ana.send("QUIT")
        ana.expect_end()
        server.stop()
        self.assertEqual(self.rows("user"), [("ana",)])
        server = self.start()
        bea = self.client(server, "bea")
        self.assertEqual(self.who(bea, "#garden"), ["@ana"])
        bea.send("JOIN #shed", "PRIVMSG ana :hello")
        bea.expect(" 353 bea = #shed :ana bea")
        bea.expect(" 301 bea ana :asleep")
        eve = self.client(server)
        eve.send("NICK ana", "USER ana 0 * :Eve")
        eve.expect(" 433 ")
        phone = self.client(server)
        log_in(phone, "ana", "phone")
        phone.expect(r"^:ana!\S+ MODE ana :\+rw")
        phone.expect(r"^:ana!\S+ JOIN #garden")
        phone.expect("MARKREAD #garden [*]$")
        phone.expect(r"^:ana!\S+ JOIN #shed")
        phone.send("MARKREAD #garden timestamp=2024-01-02T03:04:05.678Z", "PART #shed",
                   "NICK Ana")
        phone.expect(r"^:ana!\S+ NICK Ana")
        server.stop()
        self.assertEqual(self.rows("device"), [("phone",)])
        server = self.start()
        bea = self.client(server, "bea")
        self.assertEqual(self.who(bea, "#garden"), ["@Ana"])
        self.assertEqual(self.who(bea, "#shed"), [])
        pad = self.client(server)
        log_in(pad, "Ana", "pad")
        pad.expect("MARKREAD #garden timestamp=2024-01-02T03:04:05.678Z")
        pad.send("NS SESSIONS")
        pad.expect("NOTICE Ana :1: Ana from .*, device pad, ")
        pad.expect("NOTICE Ana :Device phone was last here ")
        pad.send("NS SET ALWAYSON OFF")
        pad.expect("You leave when your last client does")
        server.stop()
        self.assertEqual(self.rows("user"), [])
        server = self.start()
        self.assertEqual(self.who(self.client(server, "bea"), "#garden"), [])

    def read_garden(self, client, nick):
        """The texts that the member may see."""
        log_in(client, nick, "phone")
        client.send("CAP REQ :batch draft/chathistory", "CHATHISTORY LATEST #garden * 50")
        begun = client.expect(r"BATCH \+(\S+) chathistory #garden")
        lines = client.expect_until(rf"BATCH -{begun[1]}$")
        return re.findall(r" PRIVMSG #garden :(\S+)", "\n".join(lines))

    def test_a_member_that_came_back_sees_what_was_said_while_it_was_there(self):
        """Neither more nor less, after each of two reboots; and the time of a later joining counts
        from then on."""
        server = self.start("history: { enabled = true; };")
        ana, bea = self.client(server), self.client(server)
        make_always_on(ana, "ana")
        make_always_on(bea, "bea")
        bea.send("JOIN #garden", "CS REGISTER #garden", "CS SET #garden HISTORY-SINCE JOIN",
                 "PRIVMSG #garden :before")
        bea.expect("only what was said since they joined")
        bea.sync()
        ana.send("JOIN #garden")
        ana.expect(" 366 ")
        bea.send("PRIVMSG #garden :while", "QUIT")
        bea.expect_end()
        for _ in range(2):
            server.stop()
            server = self.start("history: { enabled = true; };")
            self.assertEqual(self.read_garden(self.client(server), "ana"), ["while"])
            self.assertEqual(self.read_garden(self.client(server), "bea"), ["before", "while"])
        ana = self.client(server)
        log_in(ana, "ana", "pad")
        ana.send("PART #garden", "JOIN #garden", "PRIVMSG #garden :later")
        ana.sync()
        server.stop()
        server = self.start("history: { enabled = true; };")
        self.assertEqual(self.read_garden(self.client(server), "ana"), ["later"])

    def test_what_another_program_has_written_harms_nobody(self):
        server = self.start()
        make_always_on(self.client(server), "ana")
        server.stop()
        path = os.path.join(self.state, "accounts.db")
        dice = random.Random(1)
        with contextlib.closing(sqlite3.connect(path)) as database, database:
            for number in range(200):
                database.execute(
                    "INSERT INTO account_marks VALUES (1, ?, ?, 1, 5, ?)",
                    ("user", f"n{number}", dice.randbytes(number)))
        server = self.start()
        bea = self.client(server, "bea")
        bea.send("LUSERS")
        bea.expect(" 251 bea ")
        bea.sync()


def field(number, content):
    return struct.pack("<HI", number, len(content)) + content


class Many(papod_test.TestCase):
    """What thousands of users without a client cost, beside their accounts."""

    USERS = 5000
    CHANNELS = 3
    MOST_BYTES = 2048
    ALWAYS_ON = 1 << 18

    def row(self, number):
        texts = (f"~user{number}", f"host{number}.example.org", f"User number {number}",
                 "Not connected at the moment")
        row = b"".join(field(64 + i, text.encode()) for i, text in enumerate(texts))
        row += field(68, b"\1") + field(72, f"user{number}".encode())
        for place in range(self.CHANNELS):
            name = f"#channel{(number * 7 + place * 13) % 100}"
            row += field(84, field(1, name.encode()) + field(2, bytes(8)))
        return row

    def resident_bytes(self, has_users):
        with tempfile.TemporaryDirectory(prefix="papod-test-state-") as state:
            environment = {"STATE_DIRECTORY": state}
            self.serve(environment=environment).stop()
            with contextlib.closing(sqlite3.connect(f"{state}/accounts.db")) as database, database:
                flags = field(64, self.ALWAYS_ON.to_bytes(4, "little"))
                for number in range(1, self.USERS + 1):
                    name = f"user{number}"
                    database.execute("INSERT INTO accounts VALUES (?, 1, ?, ?, 1, NULL, NULL, ?)",
                                     (number, name, name, flags))
                    if has_users:
                        database.execute("INSERT INTO account_marks VALUES (?, ?, ?, 1, 5, ?)",
                                         (number, "user", name, self.row(number)))
            server = self.serve(environment=environment)
            bea = self.client(server, "bea")
            bea.send("LUSERS")
            there = self.USERS + 1 if has_users else 1
            bea.expect(f" 251 bea :There are {there} users ")
            bea.sync()
            with open(f"/proc/{server.process.pid}/statm", encoding="ascii") as file:
                pages = int(file.read().split()[1])
            server.stop()
        return pages * os.sysconf("SC_PAGE_SIZE")

    def bytes_of_a_user(self):
        return (self.resident_bytes(True) - self.resident_bytes(False)) / self.USERS

    def test_a_user_without_a_client_costs_little(self):
        cost = self.bytes_of_a_user()
        print(f"{cost:.0f} bytes for each user on {self.CHANNELS} channels")
        # Sanitizers put memory around each object.
        if "PAPOD_SANITIZERS" not in os.environ:
            self.assertLess(cost, self.MOST_BYTES)


class Survived(service_manager.TestCase):
    def test_it_stays_through_kills_and_restarts(self):
        papod = service_manager.Papod(CONFIG, restarts=True)
        self.addCleanup(papod.close)
        papod.start()
        ana, bea = papod.connect(), papod.connect()
        self.addCleanup(bea.close)
        make_always_on(ana, "ana")
        bea.register("bea")
        ana.send("JOIN #garden")
        ana.expect(" 366 ")
        bea.send("JOIN #garden")
        bea.expect(" 366 ")
        ana.close()
        for number in range(1, 4):
            phone = papod.connect()
            log_in(phone, "ana", f"phone{number}")
            phone.expect(" 366 ana #garden ")
            bea.send(f"PRIVMSG #garden :{number}")
            phone.expect(f"PRIVMSG #garden :{number}$")
            papod.kill()
            papod.wait_for_start(2 * number)
            phone.send(f"PRIVMSG #garden :{number} again")
            bea.expect(f"ana!.* PRIVMSG #garden :{number} again$")
            phone.close()
            papod.kill()
            papod.wait_for_start(2 * number + 1)
            bea.send("NAMES #garden")
            self.assertIn("ana", bea.expect(" 353 bea = #garden :(.*)$").group(1))
        bea.send("PING end")
        self.assertFalse([line for line in bea.expect_until("PONG") if " QUIT " in line])


if __name__ == "__main__":
    papod_test.main()
