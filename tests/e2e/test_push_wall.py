"""papod-push alone: what a client can make it connect to, and what it does with answers."""

import os
import random
import shutil
import signal
import socket
import tempfile
import threading

import papod_test
import push_crypto
import push_service

PUBLIC = "1.1.1.1"


class Trap:
    """Listens on loopback and counts who connects: nobody may."""

    def __init__(self, address):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.listener = socket.socket(family, socket.SOCK_STREAM)
        self.listener.bind((address, 0))
        self.listener.listen()
        self.port = self.listener.getsockname()[1]
        self.caught = 0
        self.thread = threading.Thread(target=self._count)
        self.thread.start()

    def _count(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.caught += 1
            connection.close()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()


class Case(papod_test.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="papod-test-")
        self.addCleanup(shutil.rmtree, self.directory)
        self.service = push_service.PushService(self.directory)
        self.addCleanup(self.service.close)
        self.port = self.service.port

    def push(self, allow=(), **options):
        self.pusher = push_service.Pusher(allow, authority=self.service.authority, **options)
        self.addCleanup(self.pusher.close)
        return self.connect()

    def connect(self):
        papod = push_service.Papod(self.pusher.path)
        self.addCleanup(papod.close)
        return papod

    @property
    def allowed(self):
        return [f"127.0.0.1 {self.port}"]


class Wall(Case):
    """Nothing is in push.allow but another port of loopback, so that ports alone refuse nothing."""

    def setUp(self):
        super().setUp()
        self.trap = Trap("127.0.0.1")
        self.addCleanup(self.trap.close)
        # Each range but those that the tests forbid is allowed at this port.
        self.papod = self.push([f"192.0.2.0/24 {self.trap.port}"])

    def refuse(self, url, reason=None):
        answer = self.papod.ask(url, id=f"{random.randrange(1 << 60)}")
        if answer is None:  # no URL of an endpoint at all: the connection ends
            self.papod = self.connect()
        else:
            self.assertEqual(answer["result"], "failed", url)
            self.assertIn(reason or "not on the Internet", answer["reason"], url)
        self.assertEqual(self.trap.caught, 0, url)
        self.assertEqual(self.service.n_connections, 0, url)
        return answer

    def refuse_before(self, url):
        self.assertIsNone(self.refuse(url), f"{url} is an endpoint")
        self.pusher.wait_for_log("is no URL of an endpoint")

    def test_inner_addresses_in_digits(self):
        port = self.trap.port
        for address in ("127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.0.1",
                        "169.254.169.254", "100.64.0.1", "192.0.0.1", "198.18.0.1", "198.51.100.1",
                        "203.0.113.1", "224.0.0.1", "255.255.255.255"):
            self.refuse(f"https://{address}/")
            self.refuse(f"https://{address}:{port}/")

    def test_numbers_that_are_addresses(self):
        for host in ("2130706433", "0x7f000001", "017700000001", "0x7f.0.0.1", "0177.0.0.1", "127.1",
                     "127.0.0.1.", "127.0.0.01"):
            self.refuse_before(f"https://{host}:{self.trap.port}/")

    def test_loopback_of_ipv6(self):
        for address in ("::1", "0:0:0:0:0:0:0:1", "::"):
            self.refuse(f"https://[{address}]:{self.trap.port}/")
            self.refuse(f"https://[{address}]/")

    def test_mapped_addresses(self):
        for address in ("::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::127.0.0.1"):
            self.refuse(f"https://[{address}]:{self.trap.port}/")
            self.refuse(f"https://[{address}]/")

    def test_translated_addresses(self):
        for address in ("64:ff9b::127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::",
                        "2001:0:7f00:1::"):
            self.refuse(f"https://[{address}]/")

    def test_local_addresses_of_ipv6(self):
        for address in ("fd00::1", "fc00::1", "fe80::1", "fec0::1", "ff02::1", "2001:db8::1"):
            self.refuse(f"https://[{address}]/")
        self.refuse_before("https://[fe80::1%25lo]/")

    def test_a_name_with_an_inner_address(self):
        for address in ("127.0.0.1", "10.1.2.3", "::1", "::ffff:127.0.0.1", "fd00::1"):
            self.pusher.resolver.names["inner.test"] = [[address]]
            self.refuse("https://inner.test/")
            self.refuse(f"https://inner.test:{self.trap.port}/")

    def test_a_name_with_a_public_and_an_inner_address(self):
        for addresses in ([PUBLIC, "127.0.0.1"], ["127.0.0.1", PUBLIC], [PUBLIC, "::1"]):
            self.pusher.resolver.names["both.test"] = [addresses]
            self.refuse("https://both.test/")

    def test_a_name_without_addresses(self):
        self.pusher.resolver.names["many.test"] = [[PUBLIC] * 17]
        self.papod.send("https://many.test/", id="many")
        self.papod.send("https://nothing.test/", id="nothing")
        answers = {answer["id"]: answer for answer in (self.papod.read(), self.papod.read())}
        self.assertIn("too many addresses", answers["many"]["reason"])
        self.assertIn("finds no address", answers["nothing"]["reason"])

    def test_other_ports(self):
        self.pusher.resolver.names["public.test"] = [[PUBLIC]]
        for port in (22, 25, 80, 6379, 8443):
            self.refuse(f"https://public.test:{port}/")
            self.refuse(f"https://{PUBLIC}:{port}/")

    def test_other_schemes(self):
        for scheme in ("http", "ftp", "file", "gopher", "HTTPS", "dict", "unix"):
            self.refuse_before(f"{scheme}://127.0.0.1:{self.trap.port}/")

    def test_users_and_backslashes(self):
        for url in ("https://push.test@127.0.0.1/", "https://127.0.0.1@push.test/",
                    "https://push.test:443@127.0.0.1/", "https://127.0.0.1\\\\@push.test/",
                    "https://push.test#@127.0.0.1/", "https://push.test?@127.0.0.1/",
                    "https://127.0.0.1\\\\.push.test/", "https://localhost/"):
            self.refuse_before(url)


class Door(Case):
    """Loopback is allowed at the port of the push service."""

    def test_the_name_is_looked_up_once(self):
        papod = self.push(self.allowed)
        self.pusher.resolver.names["push.test"] = [["127.0.0.1"], ["127.0.0.2"], ["::1"]]
        answer = papod.ask(self.service.url(host="push.test"))
        self.assertEqual(answer["result"], "sent", answer)
        self.assertEqual(self.pusher.resolver.asked, ["push.test"])
        self.assertEqual(len(self.service.requests), 1)

    def test_a_second_try_uses_the_address_that_was_checked(self):
        """Between the check and the connection, the name leads elsewhere."""
        papod = self.push(self.allowed)
        self.pusher.resolver.names["push.test"] = [["127.0.0.1"], ["127.0.0.2"]]
        self.service.answers = [(503, {}), (None, {}), (201, {})]
        answer = papod.ask(self.service.url(host="push.test"))
        self.assertEqual(answer["result"], "sent", answer)
        self.assertEqual(self.pusher.resolver.asked, ["push.test"])
        self.assertEqual(len(self.service.requests), 3)

    def test_redirects_are_not_followed(self):
        papod = self.push(self.allowed)
        trap = Trap("127.0.0.1")
        self.addCleanup(trap.close)
        for i, status in enumerate((301, 302, 303, 307, 308)):
            self.service.answers = [(status, {"Location": f"https://127.0.0.1:{trap.port}/"})]
            answer = papod.ask(self.service.url(), id=f"r{i}")
            self.assertEqual((answer["result"], answer["reason"]),
                             ("failed", f"the push service answers {status}"))
        self.assertEqual(trap.caught, 0)
        self.assertEqual(len(self.service.requests), 5)

    def test_proxies_of_the_environment_are_not_used(self):
        trap = Trap("127.0.0.1")
        self.addCleanup(trap.close)
        proxy = f"http://127.0.0.1:{trap.port}"
        papod = self.push(self.allowed, environment={
            "https_proxy": proxy, "HTTPS_PROXY": proxy, "ALL_PROXY": proxy, "no_proxy": ""})
        self.assertEqual(papod.ask(self.service.url())["result"], "sent")
        self.assertEqual(trap.caught, 0)

    def test_the_certificate_must_be_good(self):
        self.pusher = push_service.Pusher(self.allowed)  # which trusts the system's issuers
        self.addCleanup(self.pusher.close)
        papod = self.connect()
        self.assertEqual(papod.ask(self.service.url())["result"], "failed")
        self.assertEqual(self.service.requests, [])

    def test_what_services_answer(self):
        papod = self.push(self.allowed)
        expected = {200: "sent", 201: "sent", 202: "sent", 204: "sent", 400: "failed", 401: "failed",
                    403: "failed", 404: "gone", 410: "gone", 413: "failed"}
        for status, result in expected.items():
            self.service.answers = [(status, {})]
            self.assertEqual(papod.ask(self.service.url(), id=f"s{status}")["result"], result, status)

    def test_a_busy_service_is_asked_again(self):
        papod = self.push(self.allowed)
        self.service.answers = [(429, {"Retry-After": "1"}), (201, {})]
        self.assertEqual(papod.ask(self.service.url())["result"], "sent")
        self.assertEqual(len(self.service.requests), 2)

    def test_an_endless_answer_is_cut(self):
        papod = self.push(self.allowed)
        self.service.answers = [(201, {"X-Long": "x" * 80000})]
        self.assertIn(papod.ask(self.service.url())["result"], ("sent", "failed"))
        self.assertEqual(papod.ask(self.service.url(), id="2")["result"], "sent")

    def test_bad_keys_send_nothing(self):
        papod = self.push(self.allowed)
        device = push_crypto.Subscription()
        device.public = b"\x04" + bytes(64)
        self.assertEqual(papod.ask(self.service.url(), subscription=device)["result"], "failed")
        self.assertEqual(self.service.requests, [])

    def test_a_message_is_sent_once_however_often_it_is_asked_for(self):
        papod = self.push(self.allowed)
        self.assertEqual(papod.ask(self.service.url(), id="a-1")["result"], "sent")
        again = self.connect()
        self.assertEqual(again.ask(self.service.url(), id="a-1")["result"], "sent")
        self.assertEqual(again.ask(self.service.url(), id="a-2")["result"], "sent")
        self.assertEqual(len(self.service.requests), 2)

    def test_a_lost_papod_loses_no_message(self):
        papod = self.push(self.allowed)
        self.service.answers = [(429, {"Retry-After": "2"})]
        papod.send(self.service.url(), id="b-1")
        self.service.wait_for(1)
        papod.close()
        again = self.connect()
        self.assertEqual(again.ask(self.service.url(), id="b-1")["result"], "sent")
        self.assertEqual(len(self.service.requests), 2)

    def test_the_key_stays(self):
        papod = self.push(self.allowed)
        path = os.path.join(self.pusher.state, "vapid.key")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        self.pusher.kill()
        self.pusher.start()
        self.assertEqual(self.connect().key, papod.key)

    def test_nonsense_closes_the_connection(self):
        papod = self.push(self.allowed)
        for text in ("\n", "hello\n", "[" * 40000, '{"id":"a"}\n', "x" * 40000):
            papod.send_text(text)
            self.assertIsNone(papod.read())
            papod = self.connect()
        self.assertEqual(papod.ask(self.service.url())["result"], "sent")

    def test_a_reload_changes_what_is_allowed(self):
        papod = self.push([])
        self.assertEqual(papod.ask(self.service.url())["result"], "failed")
        self.pusher.configure(self.allowed)
        self.pusher.process.send_signal(signal.SIGHUP)
        self.wait_until(lambda: papod.ask(
            self.service.url(), id=f"{random.randrange(1 << 60)}")["result"] == "sent",
            "the address is not allowed")


if __name__ == "__main__":
    papod_test.main()
