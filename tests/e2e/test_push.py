"""Web push from a client's line to its device: papod, papod-push, and a push service of the test."""

import json
import os
import re
import shutil
import signal
import socket
import tempfile

import papod_test
import push_crypto
import push_service

PASSWORD = "Vq3mTz8kWp5xRn2c"
CAPS = "batch draft/webpush message-tags server-time account-tag standard-replies"


class Push(papod_test.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="papod-test-")
        self.addCleanup(shutil.rmtree, self.directory)
        self.service = push_service.PushService(self.directory)
        self.addCleanup(self.service.close)
        self.silent = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.addCleanup(self.silent.close)
        self.silent_port = self.silent.getsockname()[1]
        self.pusher = push_service.Pusher(
            [f"127.0.0.1 {self.service.port}", f"127.0.0.1 {self.silent_port}"],
            authority=self.service.authority)
        self.addCleanup(self.pusher.close)
        self.state = os.path.join(self.directory, "state")
        os.mkdir(self.state)
        self.papod = self.start()
        self.device = push_crypto.Subscription()

    def start(self):
        return self.serve(
            'classes: ( { name = "all"; flood_rate = 0; } );\n'
            f'push: {{ enabled = true; socket = "{self.pusher.path}"; delay = "0 s"; '
            f'allow = [ "127.0.0.1 {self.service.port}", "127.0.0.1 {self.silent_port}" ]; }};',
            environment={"STATE_DIRECTORY": self.state})

    def member(self, nick, is_new=True):
        """A client that is logged in to the account of its nick, and can push."""
        client = papod_test.Client(("127.0.0.1", self.papod.port))
        self.addCleanup(client.close)
        client.send("CAP LS 302", f"NICK {nick}", f"USER {nick} 0 * :{nick}")
        client.expect_until(r"CAP \* (LS|NEW) .*draft/webpush")
        client.send("CAP REQ :" + CAPS, "CAP END")
        client.expect_until(r" ACK ")
        line = client.expect_until(r" 005 .*VAPID=")[-1]
        client.key = re.search(r"VAPID=(\S+)", line).group(1)
        client.nick = nick
        client.sync()
        client.send(f"REGISTER * * {PASSWORD}" if is_new
                    else f"PRIVMSG NickServ :IDENTIFY {PASSWORD}")
        client.expect_until(r" 900 ")
        return client

    def subscribe(self, client, url=None):
        client.send(f"WEBPUSH REGISTER {url or self.service.url()} {self.device.keys()}")
        return client.expect_until(r" WEBPUSH REGISTER ")[-1]

    def test_a_private_message_reaches_the_device(self):
        bea = self.member("bea")
        self.assertTrue(self.subscribe(bea).endswith(self.service.url()))
        ana = self.client(self.papod, "ana")
        ana.send("PRIVMSG bea :hello, träumer")
        heard = bea.expect_until(r" PRIVMSG bea :hello")[-1]
        request, = self.service.wait_for(1)
        self.assertEqual(self.device.open(request.body), heard)
        self.assertIn("msgid=", heard)
        self.check_headers(request, bea.key, re.search(r"msgid=([^; ]*)", heard).group(1))

    def check_headers(self, request, key, msgid):
        headers = request.headers
        self.assertEqual(headers["Content-Encoding"], "aes128gcm")
        self.assertEqual(headers["Urgency"], "high")
        self.assertEqual(headers["TTL"], "604800")
        self.assertEqual(headers["Topic"], msgid)
        token, used_key = re.fullmatch(r"vapid t=(\S+), k=(\S+)", headers["Authorization"]).groups()
        self.assertEqual(used_key, key)
        text, signature = token.rsplit(".", 1)
        self.assertTrue(push_crypto.is_signed(
            text.encode(), push_crypto.decode(signature), push_crypto.decode(key)))
        claims = json.loads(push_crypto.decode(text.split(".")[1]))
        self.assertEqual(claims["aud"], f"https://127.0.0.1:{self.service.port}")
        self.assertEqual(claims["sub"], "mailto:admin@example.org")

    @staticmethod
    def has_subscription(client):
        client.send("PRIVMSG NickServ :EXPORT")
        has = '"push":[]' not in client.expect(r'"push":\[').string
        client.expect('NOTICE .* :}$')
        return has

    def test_a_subscription_that_the_service_has_forgotten_ends(self):
        bea = self.member("bea")
        self.subscribe(bea)
        self.assertTrue(self.has_subscription(bea))
        self.service.answers = [(410, {})]
        ana = self.client(self.papod, "ana")
        ana.send("PRIVMSG bea :first")
        self.service.wait_for(1)
        self.wait_until(lambda: not self.has_subscription(bea), "the subscription is still there")
        ana.send("PRIVMSG bea :second")
        bea.expect("PRIVMSG bea :second")
        self.subscribe(bea, self.service.url("/two"))
        ana.send("PRIVMSG bea :third")
        requests = self.service.wait_for(2)
        self.assertEqual([request.path for request in requests], ["/one", "/two"])
        self.assertIn("third", self.device.open(requests[1].body))

    def test_subscriptions_outlast_a_restart(self):
        bea = self.member("bea")
        self.subscribe(bea)
        self.papod.stop()
        self.papod = self.start()
        again = self.member("bea", is_new=False)
        self.assertEqual(again.key, bea.key)
        ana = self.client(self.papod, "ana")
        ana.send("PRIVMSG bea :after")
        request, = self.service.wait_for(1)
        self.assertIn("after", self.device.open(request.body))

    def test_a_papod_push_that_hangs_delays_nobody(self):
        bea = self.member("bea")
        self.subscribe(bea)
        ana = self.client(self.papod, "ana")
        self.pusher.process.send_signal(signal.SIGSTOP)
        for i in range(200):
            ana.send(f"PRIVMSG bea :{i}")
            bea.expect(f"PRIVMSG bea :{i}$")
        self.assertEqual(self.service.requests, [])
        self.pusher.process.send_signal(signal.SIGCONT)
        requests = self.service.wait_for(64)  # no more wait for one account
        texts = {self.device.open(request.body).rsplit(":", 1)[1] for request in requests}
        self.assertEqual(texts, {str(i) for i in range(64)})

    def test_endpoints_that_never_answer_hold_up_no_other_account(self):
        cid, bea = self.member("cid"), self.member("bea")
        self.subscribe(cid, f"https://127.0.0.1:{self.silent_port}/none")
        self.subscribe(bea)
        ana = self.client(self.papod, "ana")
        for i in range(64):
            ana.send(f"PRIVMSG cid :{i}")
            cid.expect(f"PRIVMSG cid :{i}$")
        ana.send("PRIVMSG bea :hello")
        request, = self.service.wait_for(1)
        self.assertIn("hello", self.device.open(request.body))

    def test_a_papod_push_that_dies_is_asked_again_once(self):
        bea = self.member("bea")
        self.subscribe(bea)
        ana = self.client(self.papod, "ana")
        self.service.answers = [(503, {"Retry-After": "60"})]
        ana.send("PRIVMSG bea :important")
        self.service.wait_for(1)
        self.pusher.kill()
        self.pusher.start()
        requests = self.service.wait_for(2)
        self.assertIn("important", self.device.open(requests[1].body))
        ana.send("PRIVMSG bea :later")
        self.assertIn("later", self.device.open(self.service.wait_for(3)[2].body))


if __name__ == "__main__":
    papod_test.main()
