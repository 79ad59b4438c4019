"""papoctl import gives the accounts and channels of other services to a running papod: old passwords
log in, founders have their rank, and nothing is imported twice."""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import sqlite3
import subprocess
import tempfile

import papod_test
import sasl
import test_accounts
import test_control
from sasl import PASSWORD, log_in_plainly

PAPOCTL = os.path.join(os.path.dirname(os.path.abspath(papod_test.PAPOD)), "papoctl")
PRINT = "ab" * 32


def b64(data):
    return base64.b64encode(data).decode()


def pbkdf2(digest, salt, rounds=10000):
    return hashlib.pbkdf2_hmac(digest, PASSWORD.encode(), salt, rounds)


def atheme():
    """A database with a hash of each kind that papod checks, and one that it does not."""
    salt = b"0123456789abcdef"
    salted = pbkdf2("sha256", salt)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    hashes = {
        "ana": test_accounts.IMPORTED_BCRYPT,
        "crypt": test_accounts.IMPORTED_SHA512,
        "sha256": f"$z$25$10000${b64(salt)}${b64(salted)}",
        "rawsalt": f"$z$5$10000${salt.decode()}${b64(salted)}",
        "scram": f"$z$65$10000${b64(salt)}${b64(server)}${b64(stored)}",
        "sha512": f"$z$26$10000${b64(salt)}${b64(pbkdf2('sha512', salt))}",
        "old": salt.decode() + pbkdf2("sha512", salt, 128000).hex(),
        "argon": "$argon2id$v=19$m=65536,t=3,p=4$c29t$RdescudvJCsgt3ub",
    }
    rows = ["GRVER 1", "DBV 12", "MDEP crypto/pbkdf2v2", "LUID AAAAAAAAH", "CF +AFORVbefhiorstv",
            "TS 1700000000"]
    for number, (name, hash_) in enumerate(hashes.items()):
        rows.append(f"MU AAAAAAAA{number} {name} {hash_} {name}@example.org 1600000000 1699999999 +sC default")
        rows.append(f"MN {name} {name} 1600000000 1699999999")
    return "\n".join(rows + [
        "MU AAAAAAAAX plain sesame-in-clear noemail 1600000000 0 +s default",
        "MU AAAAAAAAY late * late@example.org 1600000000 0 +WC default",
        "MU AAAAAAAAZ taken * taken@example.org 1600000000 0 +C default",
        "MN ana ana_away 1600000001 1699999999",
        f"MCFP ana {PRINT.upper()}",
        "ME ana crypt 1650000000 0 a memo with words",
        "MDU crypt private:freeze:freezer root",
        "MC #garden 1600000000 1700000000 +k 272 0 0 ",
        "CA #garden ana +AFRefiorstv 1600000000 *",
        "CA #garden sha512 +Ao 1600000001 ana",
        "CA #garden scram +AVv 1600000002 ana",
        "CA #garden !group +o 1600000002 ana",
        "CA #garden *!*@bad.example +b 1600000003 ana",
        "MDC #garden private:topic:text Roses are red",
        "MDC #garden private:topic:setter ana",
        "MDC #garden private:topic:ts 1600000005",
        "MC #lost 1600000000 1700000000 + 0 0 0 ",
        "CA #lost late +AFRefiorstv 1600000000 *",
        "MC #theirs 1600000000 1700000000 + 0 0 0 ",
        "CA #theirs taken +AFRefiorstv 1600000000 *",
    ]) + "\n"


ANOPE = f"""VERSION 2
OBJECT NickCore
ID 1
DATA display ana
DATA uniqueid 11
DATA pass bcrypt:{test_accounts.IMPORTED_BCRYPT}
DATA email ana@example.org
DATA cert {PRINT} deadbeef\x20
DATA AUTOOP 1
END
OBJECT NickCore
ID 2
DATA display bea
DATA uniqueid 12
DATA pass plain:{b64(PASSWORD.encode())}
END
OBJECT NickCore
ID 3
DATA display md5
DATA pass md5:0123456789abcdef0123456789abcdef
END
OBJECT NickAlias
DATA nick ana
DATA time_registered 1600000000
DATA nc ana
END
OBJECT NickAlias
DATA nick ana_away
DATA time_registered 1600000001
DATA nc ana
END
OBJECT ChannelInfo
DATA name #garden
DATA founder ana
DATA time_registered 1600000000
DATA last_topic Roses are red
DATA last_topic_setter ana
DATA last_topic_time 1600000005
DATA levels AUTOOP 7 AUTOVOICE 3\x20
END
OBJECT ChanAccess
DATA provider access/access
DATA ci #garden
DATA mask bea
DATA data 3
END
OBJECT AutoKick
DATA ci #garden
DATA mask *!*@bad.example
DATA reason Spam
DATA creator ana
DATA addtime 1600000003
END
"""
KEY = bytes(range(32))
ANOPE_JSON = json.dumps({
    "generator": "Anope 2.1", "version": 1, "updated": 1700000000, "data": {
        "NickCore": [{"@id": 1, "display": "ana", "uniqueid": 77, "registered": 1600000000,
                      "pass": f"hmac-sha256:{hmac.digest(KEY, PASSWORD.encode(), 'sha256').hex()}:{KEY.hex()}"},
                     {"display": "bea", "uniqueid": 78, "registered": 1600000000,
                      "pass": f"hmac-sha512:{hmac.digest(KEY, PASSWORD.encode(), 'sha512').hex()}:{KEY.hex()}"}],
        "NickAlias": [{"nick": "ana", "ncid": 77, "registered": 1600000000},
                      {"nick": "ana_away", "ncid": 77, "registered": 1600000000}],
        "ChannelInfo": [{"name": "#garden", "founderid": 77, "registered": 1600000000,
                         "last_topic": "Roses are red"}],
        "ChanAccess": [{"provider": "access/xop", "ci": "#garden", "mask": "bea", "data": "VOP"}],
    }})
ERGO = json.dumps({
    "version": 1, "source": "atheme",
    "users": {"ana": {"name": "ana", "hash": test_accounts.IMPORTED_BCRYPT,
                      "email": "ana@example.org", "registeredAt": 1600000000 * 10**9,
                      "additionalNicks": ["ana_away"], "certfps": [PRINT]},
              "bea": {"name": "bea", "hash": test_accounts.IMPORTED_SHA512,
                      "registeredAt": 1600000000 * 10**9}},
    "channels": {"#garden": {"name": "#garden", "founder": "ana", "registeredAt": 1600000000 * 10**9,
                             "topic": "Roses are red", "topicSetBy": "ana",
                             "topicSetAt": 1600000005 * 10**9, "amode": {"ana": "q", "bea": "v"},
                             "modes": "nt"}}})


class ImportAccounts(sasl.TestCase):
    def setUp(self):
        self.directory = self.enterContext(tempfile.TemporaryDirectory(prefix="papod-test-"))

    def write(self, text):
        path = os.path.join(self.directory, "old.db")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def run_import(self, papod, *words, status=0):
        done = subprocess.run(
            [PAPOCTL, "import", *words], env={**os.environ, "STATE_DIRECTORY": papod.path("state")},
            capture_output=True, text=True, timeout=papod_test.DEADLINE, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout, done.stderr

    def rows(self, papod):
        """What a backup has of accounts and channels."""
        subprocess.run([papod_test.PAPOD, "--backup", self.directory], check=True,
                       env={**os.environ, "STATE_DIRECTORY": papod.path("state")},
                       stdout=subprocess.DEVNULL, timeout=papod_test.DEADLINE)
        return self.rows_of(os.path.join(self.directory, "accounts.db"))

    @staticmethod
    def rows_of(path):
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return [database.execute(query).fetchall() for query in (
                "SELECT name, verifier, email FROM accounts ORDER BY name",
                "SELECT name FROM account_nicks ORDER BY name",
                "SELECT fingerprint FROM account_certificates",
                "SELECT name, topic FROM channels ORDER BY name",
                "SELECT modes FROM channel_access ORDER BY modes",
                "SELECT mode, mask, setter FROM channel_lists ORDER BY mask")]

    def log_in(self, papod, nick, password=PASSWORD):
        client = self.connect(papod, nick)
        self.assertIn(" 903 ", log_in_plainly(client, nick, password), nick)
        return client

    def check_garden(self, papod, voiced):
        """The founder and another member come to the channel."""
        ana = self.log_in(papod, "ana")
        ana.send("JOIN #garden")
        ana.expect(" 332 ana #garden :Roses are red$")
        ana.expect(r" MODE #garden \+q ana$")
        ana.send("MODE #garden")
        self.assertEqual(set(ana.expect(r" 324 ana #garden \+(\w+)").group(1)), set("nt"))
        bea = self.log_in(papod, voiced)
        bea.send("JOIN #garden")
        ana.expect(rf" MODE #garden \+v {voiced}$")
        ana.send("NS INFO ana")
        ana.expect("ana_away")
        return ana

    def import_twice(self, kind, text):
        """Returns papod, the output of a dry run, and that of the import."""
        papod = self.start()
        path = self.write(text)
        dry = self.run_import(papod, "--dry-run", kind, path)
        self.assertEqual(self.rows(papod)[0], [])
        wet = self.run_import(papod, kind, path)
        before = self.rows(papod)
        again = self.run_import(papod, kind, path)
        self.assertRegex(again[0], "^accounts: 0 imported, [1-9]")
        self.assertEqual(self.rows(papod), before)
        return papod, dry, wet

    def test_atheme(self):
        papod = self.start()
        taken = self.register(papod, "taken")
        path = self.write(atheme())
        dry, notes = self.run_import(papod, "--dry-run", "atheme", path, status=65)
        self.assertIn("account ana: with its password, ana@example.org, 2 other nicknames, 1 certificate\n", dry)
        self.assertIn("channel #garden: founder ana, 2 ranks, 1 mask\n", dry)
        self.assertIn("accounts: 9 would be imported, 0 there already, 1 refused\n", dry)
        self.assertIn("account taken: there is an account taken already, which is not from this import", notes)
        self.assertRegex(notes, "old.db:[0-9]+: argon: the hash of its password is of a kind")
        self.assertRegex(notes, "old.db:[0-9]+: late: left out: its e-mail address was not verified")
        self.assertRegex(notes, "#lost: left out: no account is its founder")
        self.assertRegex(notes, "papod has no equivalent: 1 memos")
        self.assertEqual(len(self.rows(papod)[0]), 1)

        out = self.run_import(papod, "atheme", path, status=65)[0]
        self.assertEqual(out, "accounts: 9 imported, 0 there already, 1 refused\n"
                              "channels: 1 imported, 0 there already, 0 refused\n")
        before = self.rows(papod)
        self.assertEqual(before[1:], [
            [("ana_away",)], [(PRINT,)], [("#garden", "Roses are red")],
            [("o",), ("v",)], [("b", "*!*@bad.example", "ana")]])
        out = self.run_import(papod, "atheme", path, status=65)[0]
        self.assertIn("accounts: 0 imported, 9 there already, 1 refused\n", out)
        self.assertEqual(self.rows(papod), before)

        ana = self.check_garden(papod, "scram")
        for name in "sha256", "rawsalt", "sha512", "old":
            self.log_in(papod, name)
        self.log_in(papod, "plain", "sesame-in-clear")
        suspended = self.connect(papod, "crypt")
        self.assertIn(" 904 ", log_in_plainly(suspended, "crypt", PASSWORD))
        wrong = self.connect(papod, "w")
        self.assertIn(" 904 ", log_in_plainly(wrong, "sha512", PASSWORD + "x"))
        self.assertIn(" 904 ", log_in_plainly(wrong, "argon", PASSWORD))
        ana.send("MODE #garden b")
        ana.expect(r" 367 ana #garden \*!\*@bad.example ana 1600000003$")
        taken.send("CS INFO #theirs")
        taken.expect("not a registered channel")
        papod.kill()
        papod.wait_for_start(2)
        self.assertIn(" 903 ", log_in_plainly(self.connect(papod, "late"), "sha512", PASSWORD))
        papod.stop()
        self.assertTrue(all(row[1].startswith("SCRAM-SHA-256$")
                            for row in self.rows_of(papod.path("state/accounts.db"))[0] if row[0] in ("ana", "sha512", "old", "plain")))

    def test_anope(self):
        papod, (dry, _), (_, notes) = self.import_twice("anope", ANOPE)
        self.assertIn("account bea: with its password\n", dry)
        self.assertIn("md5: the hash of its password", notes)
        self.assertIn("the fingerprint deadbeef is left out", notes)
        self.check_garden(papod, "bea")

    def test_anope_json(self):
        papod, _, _ = self.import_twice("anope", ANOPE_JSON)
        self.check_garden(papod, "bea")

    def test_ergo_accounts(self):
        papod, _, _ = self.import_twice("ergo-accounts", ERGO)
        self.check_garden(papod, "bea")

    def test_a_channel_that_is_in_use_gets_its_ranks(self):
        papod = self.start()
        squatter = self.connect(papod, "zoe")
        squatter.send("JOIN #garden", "TOPIC #garden :Thistles")
        squatter.expect(" TOPIC #garden ")
        notes = self.run_import(papod, "anope", self.write(ANOPE))[1]
        self.assertIn("channel #garden: the channel exists: it keeps", notes)
        squatter.expect(" MODE #garden -o zoe$")
        ana = self.log_in(papod, "ana")
        ana.send("JOIN #garden")
        ana.expect(" 332 ana #garden :Thistles$")
        squatter.expect(r" MODE #garden \+q ana$")

    def test_a_large_channel_comes_in_parts(self):
        papod = self.start()
        masks = "".join(f"OBJECT AutoKick\nDATA ci #garden\nDATA mask *!*@h{number}.example\nEND\n"
                        for number in range(90))
        accounts = "".join(f"OBJECT NickCore\nDATA display u{number}\nDATA pass x\nEND\n"
                           for number in range(150))
        path = self.write(ANOPE + masks + accounts)
        out = self.run_import(papod, "anope", path)[0]
        self.assertEqual(out, "accounts: 153 imported, 0 there already, 0 refused\n"
                              "channels: 1 imported, 0 there already, 0 refused\n")
        rows = self.rows(papod)
        self.assertEqual((len(rows[0]), len(rows[5])), (153, 91))
        papod.kill()
        papod.wait_for_start(2)
        self.run_import(papod, "anope", path)
        self.assertEqual(self.rows(papod), rows)

    def test_topics_and_setters_that_are_none_here_are_left_out(self):
        papod = self.start()
        channels = [{"name": f"#{name}", "founder": "bea", "created": 1, "topic": topic, "topicSetter": setter}
                    for name, topic, setter in (("a", "a\r\nQUIT", "ana"), ("b", "", "ana"), ("c", "Red", "a" * 65),
                                                ("d", "Red", "a b"), ("e", "Red", "a\nb"))]
        caller = test_control.Caller(papod.path("state/control.sock"))
        self.addCleanup(caller.close)
        answer = caller.call(test_control.CONTROL + ".Import", accounts=[{"name": "bea", "created": 1}])
        self.assertEqual(answer["parameters"]["results"], [{"outcome": "new", "notes": []}])
        answer = caller.call(test_control.CONTROL + ".Import", channels=channels)
        self.assertEqual([row["outcome"] for row in answer["parameters"]["results"]], ["new"] * 5)
        large = {"name": "#large", "created": 1, "founder": "bea",
                 "masks": [{"mode": "b", "mask": f"*!*@h{number}"} for number in range(90)]}
        answer = caller.call(test_control.CONTROL + ".Import", channels=[large], dryRun=True)
        self.assertEqual(answer["parameters"]["results"][0]["notes"], ["it has more than fits into one record"])
        self.assertEqual(self.rows(papod)[3], [("#a", None), ("#b", None), ("#c", "Red"), ("#d", "Red"), ("#e", "Red")])
        ana = self.connect(papod, "ana")
        ana.send("JOIN #c")
        ana.expect(r" 332 ana #c :Red$")
        ana.expect(r" 333 ana #c irc\.localhost ")

    def test_without_papod_only_a_dry_run_works(self):
        papod = self.start()
        papod.stop()
        path = self.write(ANOPE)
        errors = self.run_import(papod, "anope", path, status=69)[1]
        self.assertIn("imported into a papod that runs; start it first", errors)
        out, errors = self.run_import(papod, "-n", "anope", path)
        self.assertIn("accounts: 3 would be imported", out)
        self.assertIn("names that are taken there are not found", errors)

    def test_names_cannot_disturb_the_terminal(self):
        papod = self.start()
        database = json.loads(ERGO)
        database["channels"]["#\x1b[2J\u009b1m"] = {**database["channels"]["#garden"], "name": "#\x1b[2J\u009b1m"}
        path = self.write(json.dumps(database))
        for words in (("-n",), ()):
            out, errors = self.run_import(papod, *words, "ergo-accounts", path, status=65)
            self.assertIn("channel #[2J?1m", errors)
            self.assertNotRegex(out + errors, "[\x1b\u009b]")

    def test_a_malformed_file_is_refused(self):
        papod = self.start()
        for kind, text, problem in (
                ("atheme", "hello\n", "old.db:1: no database of Atheme"),
                ("anope", "OBJECT NickCore\nhello\n", "old.db:2: no database of Anope"),
                ("anope", "{}", "no database of Anope"),
                ("ergo-accounts", "{}", "not the JSON of ergo importdb"),
                ("ergo-accounts", "[", "old.db: ")):
            with self.subTest(kind=kind, text=text):
                self.assertIn(problem, self.run_import(papod, kind, self.write(text), status=65)[1])


if __name__ == "__main__":
    papod_test.main()
