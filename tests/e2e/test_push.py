"""Web push from a client's line to its device: papod, papod-push, and a push service of the test."""

import json
import os
import re
import shutil
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
        self.pusher = push_service.Pusher(
            [f"127.0.0.1 {self.service.port}"], authority=self.service.authority)
        self.addCleanup(self.pusher.close)
        self.state = os.path.join(self.directory, "state")
        os.mkdir(self.state)
        self.papod = self.start()
        self.device = push_crypto.Subscription()

    def start(self):
        return self.serve(
            f'push: {{ enabled = true; socket = "{self.pusher.path}"; delay = "0 s"; '
            f'allow = [ "127.0.0.1 {self.service.port}" ]; }};',
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


if __name__ == "__main__":
    papod_test.main()
