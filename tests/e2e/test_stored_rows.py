"""Registered channels and bans in the database: they come back when papod starts, and what changes
is there after it has stopped."""

import contextlib
import os
import sqlite3
import tempfile
import time

import papod_test
import sasl

CHANNELS = 10000
ACCOUNTS = 100000


class StoredRows(papod_test.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="papod-test-state-")
        self.addCleanup(directory.cleanup)
        self.state = directory.name
        self.start().stop()  # makes the tables

    def start(self, **options):
        return self.serve(environment={"STATE_DIRECTORY": self.state}, **options)

    def database(self):
        connection = sqlite3.connect(os.path.join(self.state, "accounts.db"))
        connection.execute("PRAGMA foreign_keys = ON")
        return contextlib.closing(connection)

    def add(self, table, *rows):
        with self.database() as database, database:
            places = ", ".join("?" * len(rows[0]))
            database.executemany(f"INSERT INTO {table} VALUES ({places})", rows)

    def read(self, question):
        with self.database() as database:
            return database.execute(question).fetchall()

    def add_roses(self):
        self.add("accounts", (1, 1, "ana", "ana", 1000, None, None, b""))
        self.add("channels", (1, 1, "#Roses", "#roses", 1000, 1, "Red ones", b""))
        self.add("channel_access", (1, 1, 1, "o", b""))
        self.add("channel_lists", (1, "b", "x!*@*", 1, "ana!ana@example.org", 2000, b""))

    def test_a_channel_comes_back(self):
        self.add_roses()
        server = self.start()
        bea = self.client(server, "bea")
        bea.send("JOIN #roses", "MODE #roses b")
        bea.expect(" 332 bea #Roses :Red ones")
        bea.expect(r" 333 bea #Roses [\w.-]+ 0$")
        bea.expect(" 353 bea = #Roses :bea")
        bea.expect(r" 367 bea #Roses x!\*@\* ana!ana@example.org 2")
        bea.send("CS INFO #roses")
        bea.expect("NOTICE bea :Channel #Roses, .*founder: ana")

    def test_a_founder_comes_back(self):
        server = self.start()
        ana = self.client(server, "ana")
        ana.send("REGISTER * * correct-horse")
        ana.expect("REGISTER SUCCESS ana")
        ana.send("JOIN #garden", "MODE #garden +ik key", "CS REGISTER #garden")
        ana.expect("NOTICE ana :#garden is registered now")
        ana.expect(":ChanServ!ChanServ@services MODE #garden .q ana")
        server.stop()
        server = self.start()
        bea = self.client(server, "bea")
        bea.send("JOIN #garden key")
        bea.expect(" 473 bea #garden ")
        ana = self.client(server)
        self.assertIn(" 903 ", sasl.log_in_plainly(ana, "ana", "correct-horse"))
        ana.register("ana2")
        ana.send("JOIN #garden")
        ana.expect(":ChanServ!ChanServ@services MODE #garden .q ana2")

    def test_changes_are_there_after_a_stop(self):
        self.add_roses()
        server = self.start()
        bea = self.client(server, "bea")
        bea.send("JOIN #roses", *(f"TOPIC #roses :{colour} ones" for colour in
                                  ("Yellow", "Pink", "White")), "PART #roses", "JOIN #roses")
        bea.expect(" 332 bea #Roses :White ones")
        bea.sync()
        server.stop()
        self.assertEqual(self.read("SELECT name, founder, topic FROM channels"),
                         [("#Roses", 1, "White ones")])
        self.assertEqual(self.read("SELECT account, modes FROM channel_access"), [(1, "o")])
        self.assertEqual(self.read("SELECT mode, mask FROM channel_lists"), [("b", "x!*@*")])
        cid = self.client(self.start(), "cid")
        cid.send("JOIN #roses")
        cid.expect(" 332 cid #Roses :White ones")
        cid.expect(r" 333 cid #Roses bea!\S+ ")

    def test_a_channel_without_a_founder_makes_nobody_its_operator(self):
        self.add_roses()
        with self.database() as database, database:
            database.execute("DELETE FROM accounts")
        bea = self.client(self.start(), "bea")
        bea.send("JOIN #roses")
        bea.expect(" 353 bea = #Roses :bea")

    def start_with_operator(self):
        _, hashed, _ = papod_test.run("--hash-password", stdin=b"secret\n")
        server = self.start(config='operators = ( { name = "root"; } );\n',
                            secrets=f"[operator root]\npassword = {hashed}")
        operator = self.client(server, "root")
        operator.send("OPER root secret")
        operator.expect(r" 381 root ")
        return server, operator

    def test_bans_come_back(self):
        server, operator = self.start_with_operator()
        operator.send("DLINE 127.0.0.2 :Too much", "DLINE 1h 127.0.0.3 :For an hour",
                      "RESV bad* :Bad names", "XLINE *spam* :Spam", "UNXLINE *spam*")
        operator.expect("Removed X-line")
        operator.sync()
        server.stop()
        rows = self.read("SELECT kind, mask, reason, expires > 0 FROM server_bans ORDER BY mask")
        self.assertEqual(rows, [("dline", "127.0.0.2", "Too much", 0),
                                ("dline", "127.0.0.3", "For an hour", 1),
                                ("resv", "bad*", "Bad names", 0)])
        server, operator = self.start_with_operator()
        for address in ("127.0.0.2", "127.0.0.3"):
            client = papod_test.Client(("127.0.0.1", server.port), address)
            self.addCleanup(client.close)
            client.expect_end("^ERROR .*D-lined")
        operator.send("UNDLINE 127.0.0.2", "NICK badly")
        operator.expect("Removed D-line")
        operator.sync()
        server.stop()
        self.assertEqual(self.read("SELECT mask FROM server_bans ORDER BY mask"),
                         [("127.0.0.3",), ("bad*",)])

    def test_filters_and_a_lockdown_come_back(self):
        server, operator = self.start_with_operator()
        operator.send("FILTER ADD one literal text block :one word", "FILTER REASON one :No ones",
                      "FILTER ADD two regex text,nick ban:1d:dry t.o", "FILTER ADD three glob text kick *3*",
                      "FILTER DEL three", "LOCKDOWN closed 1h :Quiet")
        operator.expect("Lockdown: closed")
        server.stop()
        self.assertEqual(self.read("SELECT kind, name, text FROM moderation ORDER BY name"),
                         [("lockdown", "lockdown", "Quiet"), ("filter", "one", "one word"),
                          ("filter", "two", "t.o")])
        with self.database() as database, database:
            database.execute("DELETE FROM moderation WHERE kind = 'lockdown'")
        server, operator = self.start_with_operator()
        operator.send("FILTER LIST")
        operator.expect(" 229 root one literal text block on 0 :one word")
        operator.expect(" 229 root two regex text,nick ban:1d dry 0 :t.o")
        operator.expect(" 230 root ")
        bea = self.client(server, "bea")
        bea.send("PRIVMSG root :one word")
        bea.expect(" 531 bea root :Your message was refused: No ones")
        operator.send("LOCKDOWN closed 1h :Quiet")
        operator.expect("Lockdown: closed")
        server.stop()
        server = self.start()
        cid = self.client(server)
        cid.send("NICK cid", "USER cid 0 * :Cid")
        cid.expect("ERROR .*no new users at the moment: Quiet")
        server.stop()
        self.assertEqual(self.hits("one"), b"\x01")

    def test_known_addresses_come_back(self):
        config = """known: {{ addresses = 10; }};
classes = ( {{ name = "all"; known_after = "{}"; newcomers_deny = [ "link" ]; }} );
"""
        server = self.start(config=config.format("1 ms"))
        ana = self.client(server, "ana")
        ana.send("JOIN #chat")
        ana.sync()
        end = time.monotonic() + 0.002
        while time.monotonic() < end:
            ana.sync()
        ana.send("PRIVMSG #chat :hello")
        ana.sync()
        server.stop()
        self.assertEqual(self.read("SELECT kind, name FROM moderation"),
                         [("address", "127.0.0.1")])
        server = self.start(config=config.format("1 h"))
        for address, is_new in (("127.0.0.1", False), ("127.0.0.2", True)):
            client = papod_test.Client(("127.0.0.1", server.port), address)
            self.addCleanup(client.close)
            client.register("bea" + address[-1])
            client.send("JOIN #chat", "PRIVMSG #chat :https://x.example")
            client.sync()
            self.assertEqual("you are new here" in " ".join(client.seen), is_new)

    def hits(self, name):
        """The counter in the row, whose other fields are stored together."""
        rest = self.read(f"SELECT rest FROM moderation WHERE name = '{name}'")[0][0]
        number = rest[rest.index(b"\x46\x00"):]  # field 70
        return number[6:7]

    def test_a_ban_that_has_expired_is_removed(self):
        self.add("server_bans", ("kline", "*@192.0.2.1", 1, "Old", "ana!a@b", 1000, 2000, b""),
                 ("nonsense", "*@192.0.2.2", 1, "New", "ana!a@b", 1000, 0, b""))
        server, operator = self.start_with_operator()
        operator.send("STATS k", "RESV bad* :Bad names")
        operator.expect(" 219 ")
        self.assertNotIn("192.0.2.1", "".join(operator.seen))
        operator.sync()
        server.stop()
        self.assertEqual(self.read("SELECT kind FROM server_bans ORDER BY kind"),
                         [("nonsense",), ("resv",)])

    def test_many_rows_come_in_quickly(self):
        self.add("accounts", *((i, 1, f"a{i}", f"a{i}", 1000, None, None, b"")
                               for i in range(1, ACCOUNTS + 1)))
        self.add("channels", *((i, 1, f"#c{i}", f"#c{i}", 1000, i, f"Topic {i}", b"")
                               for i in range(1, CHANNELS + 1)))
        begun = time.monotonic()
        server = self.start()
        seconds = time.monotonic() - begun
        with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
            resident = next(line.split()[1] for line in status if line.startswith("VmRSS"))
        print(f"{ACCOUNTS} accounts and {CHANNELS} channels: {seconds:.2f} s, {resident} KiB")
        bea = self.client(server, "bea")
        bea.send(f"JOIN #c{CHANNELS}")
        bea.expect(f" 332 bea #c{CHANNELS} :Topic {CHANNELS}")
        self.assertLess(seconds, 10, "far more than the second that a quiet machine needs at most")


if __name__ == "__main__":
    papod_test.main()
