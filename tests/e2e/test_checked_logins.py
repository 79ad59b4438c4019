"""papod asks an outside checker about logins, over a real socket: a checker in Python that does what
a test wants, and papod-auth-pam. Whatever dies, each login is answered once."""

import base64
import json
import os
import random
import shutil
import signal
import socket
import tempfile
import threading
import time

import papod_test
import sasl
import service_manager
import test_auth_pam
import test_secrets

PASSWORD = "Wn4hRc7tYx2kBv9m"
ROUNDS = int(os.environ.get("PAPOD_TEST_LOGINS", "20"))
LATER = "cannot be checked at the moment"


class Checker:
    """Knows the password of everybody. `answer` may be replaced: it gets a request, and returns the
    lines to send, or None to hang up."""

    def __init__(self, path):
        self.path = path
        self.changed = threading.Condition()
        self.requests = []
        self.connections = []
        self.n_connections = 0
        self.answer = self.check
        self.listener = None
        self.start()

    def start(self):
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(self.path)
        self.listener.listen()
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def stop(self):
        """As if it were killed: nothing of it is left but the name of its socket."""
        os.unlink(self.path)
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.changed:
            for connection in self.connections:
                self.hang_up(connection)

    @staticmethod
    def hang_up(connection):
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self.changed:
                self.connections.append(connection)
                self.n_connections += 1
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            with connection, connection.makefile("rb") as lines:
                for line in lines:
                    request = json.loads(line)
                    with self.changed:
                        self.requests.append(request)
                        self.changed.notify_all()
                        answer = self.answer
                    said = answer(request)
                    if said is None:
                        return
                    connection.sendall(said)
        except OSError:
            pass
        finally:
            with self.changed:
                self.connections.remove(connection)

    @staticmethod
    def check(request):
        if request["kind"] == "password" and request["password"] == PASSWORD:
            return say(request, result="ok", account=request["account"].capitalize())
        return say(request, result="no", text="the password is wrong")

    def wait_for_requests(self, number):
        with self.changed:
            if not self.changed.wait_for(
                    lambda: len(self.requests) >= number, papod_test.DEADLINE):
                raise papod_test.Failure(f"papod has asked {len(self.requests)} times")


def say(request, **members):
    return json.dumps({"id": request["id"], **members}).encode() + b"\n"


def say_nothing(_request):
    return b""


def config_of(path, options=""):
    return (f'accounts = {{ checker = "{path}"; {options} }};\n'
            'classes = ( { name = "all"; flood_rate = 0; } );\n')


class TestCase(service_manager.TestCase):
    """With a checker, and a papod that asks it."""

    def start(self, options=""):
        self.directory = tempfile.mkdtemp(prefix="papod-test-")
        self.addCleanup(shutil.rmtree, self.directory)
        self.checker = Checker(os.path.join(self.directory, "socket"))
        return self.start_papod(config_of(self.checker.path, options))

    def start_papod(self, config):
        papod = service_manager.Papod(config, restarts=True)
        self.addCleanup(papod.close)
        papod.start()
        return papod

    def client(self, papod, nick):
        client = papod.register(nick)
        self.addCleanup(client.close)
        return client


def begin_login(client, name="ana", password=PASSWORD):
    client.send("AUTHENTICATE PLAIN")
    client.expect(r"^AUTHENTICATE \+$")
    client.send(f"AUTHENTICATE {sasl.plain(name, password)}")


def log_in(client, name="ana", password=PASSWORD):
    return sasl.log_in_plainly(client, name, password)


class CheckedLogins(TestCase):
    def test_a_client_logs_in_by_each_command(self):
        papod = self.start()
        ana = self.client(papod, "ana")
        self.assertIn(" 903 ", log_in(ana))
        ana.send("WHOIS ana")
        ana.expect(" 330 ana ana Ana ")
        bea = self.client(papod, "bea")
        bea.send(f"NS IDENTIFY ana {PASSWORD}")
        bea.expect(" 900 bea .* Ana ")
        self.assertEqual(self.checker.requests[0], {
            "id": 1, "kind": "password", "account": "ana", "password": PASSWORD,
            "address": "127.0.0.1", "listener": self.checker.requests[0]["listener"], "tls": False})
        self.assertEqual(self.checker.requests[1]["id"], 2)
        self.assertEqual(self.checker.requests[1]["account"], "Ana")
        self.assertEqual(self.checker.n_connections, 1)
        papod.wait_for_log("The checker has let in a new account")

    def test_pass_logs_in(self):
        papod = self.start()
        client = papod.connect()
        self.addCleanup(client.close)
        client.send(f"PASS ana:{PASSWORD}", "NICK ana", "USER ana 0 * :Ana")
        client.expect(" 900 .* Ana ")
        client.expect(" 001 ana ")
        client.send("WHOIS ana")
        client.expect(" 330 ana ana Ana ")

    def send_token(self, client, message):
        client.send("AUTHENTICATE OAUTHBEARER")
        client.expect(r"^AUTHENTICATE \+$")
        text = sasl.encode(message)
        pieces = [text[at:at + 400] for at in range(0, len(text), 400)]
        client.send(*(f"AUTHENTICATE {piece}" for piece in pieces))
        if len(pieces[-1]) == 400:
            client.send("AUTHENTICATE +")

    def test_a_token_reaches_the_checker(self):
        papod = self.start("checker_tokens = true;")
        self.checker.answer = lambda request: (
            say(request, result="ok", account="ana") if request["token"].startswith("good")
            else say(request, result="no", text="it has expired"))
        client = self.client(papod, "ana")
        token = "good" + "x" * 6000
        self.send_token(client, f"n,a=Ana,\1auth=Bearer {token}\1\1")
        client.expect(" 900 ana .* ana ")
        client.expect(" 903 ")
        request = self.checker.requests[0]
        self.assertEqual(
            (request["kind"], request["mechanism"], request["token"], request["account"]),
            ("token", "OAUTHBEARER", token, "Ana"))
        self.assertNotIn("token_type", request)
        for message in "n,a=bea,\1auth=Bearer good\1\1", "n,,\1auth=Bearer bad\1\1":
            with self.subTest(message=message):
                self.send_token(client, message)
                challenge = client.expect("^AUTHENTICATE .").string.split()[1]
                self.assertEqual(
                    json.loads(base64.b64decode(challenge)), {"status": "invalid_token"})
                client.send("AUTHENTICATE AQ==")
                client.expect(" 904 ")
        client.send("AUTHENTICATE IRCV3BEARER")
        client.expect(r"^AUTHENTICATE \+$")
        client.send(f"AUTHENTICATE {sasl.encode(chr(0) + 'jwt' + chr(0) + 'good')}")
        client.expect(" 903 ")
        self.assertEqual(self.checker.requests[-1]["token_type"], "jwt")

    def test_a_wrong_password_is_refused_a_second_later(self):
        papod = self.start()
        client = self.client(papod, "ana")
        begin = time.monotonic()
        self.assertIn(" 904 ana :SASL authentication failed", log_in(client, password="wrong"))
        self.assertGreaterEqual(time.monotonic() - begin, 0.9)
        papod.wait_for_log(r"The checker has refused a login.*the password is wrong")

    def test_nobody_waits_for_a_slow_checker(self):
        papod = self.start()
        self.checker.answer = say_nothing
        slow, quick = self.client(papod, "slow"), self.client(papod, "quick")
        begin_login(slow)
        self.checker.wait_for_requests(1)
        quick.sync()
        self.checker.answer = self.checker.check
        self.assertIn(" 903 ", log_in(quick, "bea"))
        request = self.checker.requests[0]
        self.checker.connections[0].sendall(self.checker.check(request))
        slow.expect(" 900 slow .* Ana ")
        slow.expect(" 903 ")

    def test_a_checker_that_never_answers_is_given_up(self):
        papod = self.start("checker_timeout = 1;")
        self.checker.answer = say_nothing
        client = self.client(papod, "ana")
        self.assertIn(LATER, log_in(client))
        papod.wait_for_log(r"The checker of passwords does not work.*does not answer in time")
        self.checker.answer = self.checker.check
        self.assertIn(" 903 ", log_in(client))
        papod.wait_for_log("The checker of passwords works again")
        self.assertEqual(self.count(papod, "does not work"), 1)
        self.assertGreaterEqual(self.checker.n_connections, 2)

    def count(self, papod, text):
        return sum(text in line for line in papod.log if line)

    def test_a_checker_that_is_not_there_is_one_entry(self):
        papod = self.start()
        self.checker.stop()
        ana, bea = self.client(papod, "ana"), self.client(papod, "bea")
        for client in ana, bea, ana:
            self.assertIn(LATER, log_in(client))
        ana.send("PRIVMSG bea :the chat goes on")
        bea.expect("the chat goes on")
        papod.wait_for_log("The checker of passwords does not work.*No such file")
        self.checker.start()
        self.wait_until(lambda: " 903 " in log_in(ana), "papod does not come back to the checker")
        papod.wait_for_log("The checker of passwords works again")
        self.assertEqual(self.count(papod, "does not work"), 1)

    def test_what_makes_no_sense_closes_the_connection(self):
        papod = self.start()
        client = self.client(papod, "ana")
        for number, line in enumerate((
                b"HTTP/1.0 400 Bad Request\n", b"[]\n", b'{"id":1,"result":"perhaps"}\n',
                b'{"id":77,"result":"ok","account":"ana"}\n', b'{"id":1,"result":"ok"}\n',
                b"x" * 70000)):
            with self.subTest(line=line[:40]):
                self.checker.answer = lambda request, line=line: line
                self.assertIn(LATER, log_in(client))
                papod.wait_for_log("The checker of passwords does not work")
                self.checker.answer = self.checker.check
                self.wait_until(lambda: " 903 " in log_in(client), "it does not come back")
                self.assertEqual(self.count(papod, "does not work"), number + 1)

    def test_a_name_that_cannot_be_an_account_is_refused(self):
        papod = self.start()
        self.checker.answer = lambda request: say(request, result="ok", account="a b@example")
        self.assertIn("cannot be one here", log_in(self.client(papod, "ana")))

    def test_a_crowd_is_answered(self):
        papod = self.start()
        clients = [self.client(papod, f"n{number}") for number in range(40)]
        for number, client in enumerate(clients):
            begin_login(client, f"user{number % 10}")
        for client in clients:
            client.expect(" 903 ")
        ids = [request["id"] for request in self.checker.requests]
        self.assertEqual(len(set(ids)), 40)

    def test_a_reload_leads_to_another_checker(self):
        papod = self.start()
        client = self.client(papod, "ana")
        self.assertIn(" 903 ", log_in(client))
        other = Checker(os.path.join(self.directory, "other"))
        self.checker.answer = say_nothing
        begin_login(client)
        self.checker.wait_for_requests(2)
        papod.write("papod.conf", config_of(other.path))
        papod.kill(signal.SIGHUP)
        client.expect(" 903 ")
        self.assertEqual([request["account"] for request in other.requests], ["Ana"])
        papod.write("papod.conf", "")
        at = len(papod.log)
        papod.kill(signal.SIGHUP)
        papod.wait_for_log("Configuration reloaded", at)
        self.assertIn(" 904 ", log_in(client))
        self.assertEqual(len(other.requests), 1)

    def test_pam_lets_in(self):
        pam = test_auth_pam.Checker()
        self.addCleanup(pam.stop)
        papod = self.start_papod(config_of(pam.path))
        client = self.client(papod, "ana")
        self.assertIn(" 903 ", log_in(client, test_auth_pam.USER, test_auth_pam.PASSWORD))
        self.assertIn(" 904 ", log_in(client, test_auth_pam.USER, "wrong"))


class Deaths(TestCase):
    def check_answered_once(self, client, numeric):
        client.send("PING after")
        said = "\n".join(client.expect_until("PONG .*after"))
        self.assertEqual(said.count(f" {numeric} "), 1, said)
        self.assertEqual(said.count(" 903 ") + said.count(" 904 "), 1, said)

    def test_a_killed_papod_asks_again(self):
        papod = self.start()
        client = self.client(papod, "ana")
        self.checker.answer = say_nothing
        begin_login(client)
        self.checker.wait_for_requests(1)
        self.checker.answer = self.checker.check
        papod.kill()
        papod.wait_for_start(2)
        self.check_answered_once(client, 903)
        self.assertEqual(len(self.checker.requests), 2)
        self.assertEqual(self.checker.requests[1]["password"], PASSWORD)
        client.send(f"NS IDENTIFY ana {PASSWORD}")
        client.expect(" 900 ana .* Ana ")

    def test_logins_are_answered_once_whatever_dies(self):
        papod = self.start()
        dice = random.Random(int(os.environ.get("PAPOD_TEST_SEED", "1")))
        starts = 1
        for number in range(ROUNDS):
            client = self.client(papod, f"n{number}")
            begin_login(client, f"user{number}")
            time.sleep(dice.uniform(0, 0.02))  # the moment of the death
            papod.kill()
            starts += 1
            papod.wait_for_start(starts)
            self.check_answered_once(client, 903)
            client.close()

    def test_a_login_by_pass_is_answered_once(self):
        papod = self.start()
        client = papod.connect()
        self.addCleanup(client.close)
        self.checker.answer = say_nothing
        client.send("CAP LS 302", f"PASS ana:{PASSWORD}", "NICK ana", "USER ana 0 * :Ana", "CAP END")
        client.expect(" CAP ")
        self.checker.wait_for_requests(1)
        self.checker.answer = self.checker.check
        papod.kill()
        papod.wait_for_start(2)
        client.expect(" 001 ana ")
        client.send("PING after")
        client.expect_until("PONG .*after")
        client.send("WHOIS ana")
        client.expect(" 330 ana ana Ana ")
        self.assertEqual(len(self.checker.requests), 2)

    def test_a_checker_that_dies_is_asked_again(self):
        papod = self.start()
        dice = random.Random(int(os.environ.get("PAPOD_TEST_SEED", "1")))
        for number in range(ROUNDS):
            client = self.client(papod, f"n{number}")
            begin_login(client, f"user{number}")
            time.sleep(dice.uniform(0, 0.01))  # the moment of the death
            self.checker.stop()
            self.checker.start()
            self.check_answered_once(client, 903)
            client.close()

    def test_one_that_dies_of_each_request_is_given_up(self):
        papod = self.start()
        client = self.client(papod, "ana")
        self.checker.answer = lambda request: None
        begin_login(client)
        client.expect(LATER)
        self.assertEqual(len(self.checker.requests), 2)


class Secrets(TestCase):
    expect_nowhere = test_secrets.TestCase.expect_nowhere

    def test_no_password_stays(self):
        papod = self.start()
        client = self.client(papod, "ana")
        for name, password in ("ana", PASSWORD), ("eve", "Qz6pLf3wMd8sTc5n"):
            log_in(client, name, password)
            client.send(f"NS IDENTIFY {name} {password}")
            client.expect("You are logged in|The password is wrong")
        other = papod.connect()
        self.addCleanup(other.close)
        other.send(f"PASS ana:{PASSWORD}", "NICK other", "USER other 0 * :Other")
        other.expect(" 001 other ")
        self.expect_nowhere(papod, PASSWORD, "Qz6pLf3wMd8sTc5n")


if __name__ == "__main__":
    papod_test.main()
