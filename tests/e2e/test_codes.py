"""Codes of six digits over real sockets and a real database: each counts once, also when papod is
killed or restarted right after it, and so does an invitation; and neither codes nor secrets stay
where they should not."""

import base64
import hashlib
import hmac
import os
import random
import struct
import tempfile
import time

import papod_test
import sasl
import test_secrets
from sasl import PASSWORD, plain

ROUNDS = int(os.environ.get("PAPOD_TEST_LOGINS", "20")) // 4
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


class App:
    """What makes the codes. The second one is of a step that is not over yet, whenever it is sent
    within half a minute."""

    def __init__(self, secret):
        self.secret = base64.b32decode(secret)
        self.begun = int(time.time()) // 30

    def code(self, step):
        digest = hmac.digest(self.secret, struct.pack(">Q", self.begun + step), hashlib.sha1)
        number = struct.unpack_from(">I", digest, digest[-1] & 15)[0] & 0x7fffffff
        return f"{number % 1000000:06}"


def ask_for_codes(client):
    """Make the account of the client need codes; returns what makes the next ones."""
    client.send("NS TOTP ON")
    app = App(client.expect("every 30 seconds: ([A-Z2-7]{32})$").group(1))
    client.expect("TOTP CONFIRM and the code")
    client.send(f"NS TOTP CONFIRM {app.code(0)}")
    client.expect("From now on")
    return app


class Codes(sasl.TestCase):
    def register(self, papod, nick):
        client = super().register(papod, nick)
        return client, ask_for_codes(client)

    def log_in(self, papod, name, code):
        client = self.connect(papod)
        numeric = sasl.log_in_plainly(client, name, PASSWORD + code).split()[1]
        client.close()
        return numeric

    def test_a_code_counts_once_whatever_happens(self):
        papod = self.start()
        ana, app = self.register(papod, "ana")
        self.assertEqual(self.log_in(papod, "ana", ""), "904")
        self.assertEqual(self.log_in(papod, "ana", app.code(0)), "904")
        self.assertEqual(self.log_in(papod, "ana", app.code(1)), "903")
        papod.kill()
        papod.wait_for_start(2)
        self.assertEqual(self.log_in(papod, "ana", app.code(1)), "904")
        ana.sync()
        papod.stop()
        papod.start()
        self.assertEqual(self.log_in(papod, "ana", app.code(1)), "904")
        self.assertEqual(self.log_in(papod, "ana", ""), "904")

    def test_a_code_counts_once_whatever_dies(self):
        """The line with it is in flight, logged, being checked, being stored, or answered."""
        papod = self.start()
        dice = random.Random(int(os.environ.get("PAPOD_TEST_SEED", "1")))
        for number in range(ROUNDS):
            ana, app = self.register(papod, f"ana{number}")
            client = self.connect(papod)
            client.send("CAP LS 302", f"NICK n{number}", f"USER n{number} 0 * :N", "AUTHENTICATE PLAIN")
            client.expect(r"^AUTHENTICATE \+$")
            starts = papod.n_starts
            client.send(f"AUTHENTICATE {plain(f'ana{number}', PASSWORD + app.code(1))}", "CAP END")
            time.sleep(dice.uniform(0, 0.03))  # the moment of the death
            papod.kill()
            papod.wait_for_start(starts + 1)
            said = "\n".join(client.expect_until(f" 422 n{number} | 376 n{number} "))
            self.assertEqual(said.count(" 903 "), 1, said)
            self.assertNotIn(" 904 ", said)
            self.assertEqual(self.log_in(papod, f"ana{number}", app.code(1)), "904")
            client.close()
            ana.close()

    def test_a_code_of_an_operator(self):
        secrets = (f"[operator root]\npassword = {test_secrets.hash_of(PASSWORD)}"
                   f"totp = {SECRET}\n")
        papod = self.start('operators = ( { name = "root"; } );', files={"secrets.ini": secrets})
        app = App(SECRET)

        def oper(nick, code):
            client = self.connect(papod, nick)
            client.send(f"OPER root {PASSWORD}{code}")
            numeric = client.expect(" (381|464) ").group(1)
            client.close()
            return numeric

        self.assertEqual(oper("ana", ""), "464")
        self.assertEqual(oper("bea", app.code(1)), "381")
        papod.kill()
        papod.wait_for_start(2)
        self.assertEqual(oper("cid", app.code(1)), "464")
        papod.stop()
        papod.start()
        self.assertEqual(oper("dan", app.code(1)), "464")

    def test_a_recording_shows_other_secrets(self):
        with tempfile.TemporaryDirectory(prefix="papod-test-") as directory:
            path = os.path.join(directory, "events")
            papod = self.start()
            _, app = self.register(papod, "ana")
            secret = base64.b32encode(app.secret)
            papod.stop()
            papod.arguments += ("--record", path)
            papod.start()
            bea, other = self.register(papod, "bea")
            bea.sync()
            papod.stop()
            with open(path, "rb") as file:
                recorded = file.read()
            self.assertNotIn(secret, recorded)
            self.assertNotIn(base64.b32encode(other.secret), recorded)
            self.assertIn(b"$totp$" + b"A" * 32, recorded)
            status, output, _ = papod_test.run("--replay", path)
            self.assertEqual(status, 0)
            self.assertIn("every 30 seconds: " + "A" * 32, output)


class Invitations(sasl.TestCase):
    CONFIG = sasl.TestCase.CONFIG.replace(
        "accounts = { ", "accounts = { registration = false; invitations = true; ")

    def test_an_invitation_counts_once_whatever_happens(self):
        secrets = f"[operator root]\npassword = {test_secrets.hash_of(PASSWORD)}"
        papod = self.start('operators = ( { name = "root"; } );', files={"secrets.ini": secrets})
        root = papod.register("root")
        self.addCleanup(root.close)
        root.send(f"OPER root {PASSWORD}", "NS INVITATION ADD")
        invitation = root.expect("The invitation is ([A-Z2-7]{32})$").group(1)
        papod.stop()
        papod.start()

        def register(nick):
            client = papod.register(nick)
            client.send(f"REGISTER * {invitation} {PASSWORD}")
            answer = client.expect("REGISTER (SUCCESS|INVALID_EMAIL) ").group(1)
            client.close()
            return answer

        self.assertEqual(register("ana"), "SUCCESS")
        starts = papod.n_starts
        papod.kill()
        papod.wait_for_start(starts + 1)
        self.assertEqual(register("bea"), "INVALID_EMAIL")
        papod.stop()
        papod.start()
        self.assertEqual(register("cid"), "INVALID_EMAIL")
        with open(papod.path("state/accounts.db"), "rb") as file:
            self.assertNotIn(invitation.encode(), file.read())


class Secrets(test_secrets.TestCase):
    def test_the_password_before_a_code(self):
        papod = self.start(test_secrets.hash_of(test_secrets.SERVER))
        ana = self.connect(papod)
        ana.register("ana", test_secrets.SERVER)
        ana.send(f"REGISTER * * {PASSWORD}")
        ana.expect("REGISTER SUCCESS ana ")
        app = ask_for_codes(ana)
        ana.send(f"NS IDENTIFY ana {PASSWORD}{app.code(1)}")
        ana.expect("You are logged in as ana")
        ana.send(f"NS IDENTIFY ana {PASSWORD}{app.code(1)}")
        ana.expect("The password is wrong")
        self.expect_nowhere(papod, PASSWORD)


if __name__ == "__main__":
    papod_test.main()
