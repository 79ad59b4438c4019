"""DNS blocklists: a name server of the test, papod-lookup, papod, and clients whose public addresses a
gateway reports."""

import json
import os
import shutil
import socket
import tempfile
import threading

import metrics_text
import name_server
import papoctl
import papod_test
import service_manager

PROGRAM = os.path.join(os.path.dirname(papod_test.PAPOD), "papod-lookup")
LISTS = """
gateways = ( { name = "web"; addresses = [ "127.0.0.2" ]; } );
classes = ( { name = "all"; flood_rate = 0; clients_per_address = 1000; } );
blocklists = ( { zone = "refuse.example"; action = "refuse"; reason = "see https://refuse.example/"; },
               { zone = "tell.example"; } );
"""


def secrets():
    _, hashed, _ = papod_test.run("--hash-password", stdin=b"secret\n")
    return f"[gateway web]\npassword = {hashed}"


def listed(address, zone, *answers):
    """The record of a list."""
    return {".".join(reversed(address.split("."))) + "." + zone: {"a": answers or ["127.0.0.2"]}}


class Case(papoctl.TestCase):
    def arrive(self, address, server_address, nick=None):
        client = papod_test.Client(server_address, source="127.0.0.2")
        self.addCleanup(client.close)
        client.send(f"WEBIRC secret web {address} {address}")
        if nick:
            client.send(f"NICK {nick}", f"USER {nick} 0 * :{nick}")
        return client


class WithNameServer(Case):
    def begin(self, records, timeout="10 s"):
        lookup = name_server.Lookup(PROGRAM, records)
        self.addCleanup(lookup.close)
        self.server = self.serve(
            f'{LISTS}dns: {{ timeout = "{timeout}"; socket = "{lookup.socket}"; }};\n',
            secrets=secrets(), environment={"STATE_DIRECTORY": self.state})
        return lookup

    def come(self, address, nick):
        return self.arrive(address, ("127.0.0.1", self.server.port), nick)

    def count(self, what, zone):
        status, text, _ = self.run_papoctl("metrics")
        self.assertEqual(status, 0)
        return metrics_text.read(text)[f"papod_blocklist_{what}_total", (f'zone="{zone}"',)]

    def test_a_listed_client_is_refused_and_others_are_not(self):
        lookup = self.begin({**listed("1.2.3.4", "refuse.example"),
                             **listed("1.2.3.5", "tell.example", "127.0.0.7")})
        self.come("1.2.3.4", "ana").expect_end(
            r"^ERROR .*1\.2\.3\.4 is listed in refuse\.example \(127\.0\.0\.2\): "
            "see https://refuse.example/")
        self.come("1.2.3.5", "bea").expect(" 001 bea ")
        self.come("1.2.3.6", "cid").expect(" 001 cid ")
        self.server.wait_for_log(r"Client is in a blocklist.*tell.example \(127.0.0.7\)")
        self.assertEqual({one["nick"]: one.get("listed") for one in self.ask("clients")},
                         {"bea": "tell.example (127.0.0.7)", "cid": None})
        self.assertEqual([(one["effect"], one["reason"]) for one in self.ask("why bea")],
                         [("listed", "tell.example (127.0.0.7)")])
        self.assertEqual([(one["effect"], one["reason"]) for one in self.ask("why 1.2.3.4")],
                         [("refused", "refuse.example (127.0.0.2)")])
        self.assertEqual(self.ask("why 1.2.3.6"), [])
        self.assertEqual(self.count("questions", "refuse.example"), 3)
        self.assertEqual(self.count("listings", "refuse.example"), 1)
        self.assertEqual(self.count("listings", "tell.example"), 1)
        self.assertEqual(self.count("silence", "tell.example"), 0)
        self.assertNotIn("2.0.0.127.tell.example", lookup.records.asked())

    def test_a_silent_list_delays_clients_only_so_long(self):
        self.begin({"4.3.2.1.refuse.example": {"silent": True},
                    **listed("1.2.3.4", "tell.example")}, "300 ms")
        self.come("1.2.3.4", "ana").expect(" 001 ana ")
        self.server.wait_for_log("A blocklist does not answer.*refuse.example")
        self.assertEqual(self.count("silence", "refuse.example"), 1)
        self.assertEqual(self.count("listings", "tell.example"), 1)

    def test_what_is_no_answer_lists_no_address(self):
        """Complaints, answers of a name server that invents addresses, garbage and failures."""
        self.begin({**listed("1.2.3.1", "refuse.example", "127.255.255.254"),
                    **listed("1.2.3.2", "refuse.example", "93.184.216.34"),
                    "3.3.2.1.refuse.example": {"garbage": True},
                    "4.3.2.1.refuse.example": {"rcode": 2}}, "2 s")
        for i in range(1, 5):
            self.come(f"1.2.3.{i}", f"n{i}").expect(f" 001 n{i} ")
        self.server.wait_for_log(r"does not answer.*127\.255\.255\.254.*refuse\.example")

    def test_a_flood_from_one_address_asks_once(self):
        lookup = self.begin(listed("1.2.3.4", "refuse.example"))
        clients = [self.come("1.2.3.4", f"n{i}") for i in range(100)]
        for client in clients:
            client.expect_end("^ERROR .*refuse.example")
        asked = lookup.records.asked()
        self.assertEqual(asked.count("4.3.2.1.refuse.example"), 1)
        self.assertEqual(asked.count("4.3.2.1.tell.example"), 1)

    def test_many_addresses_at_once_get_their_own_verdicts(self):
        addresses = [f"1.2.{i // 100 + 1}.{i % 100 + 1}" for i in range(200)]
        records = {}
        for address in addresses[::2]:
            records.update(listed(address, "refuse.example"))
        self.begin(records, "60 s")
        clients = [self.come(address, f"n{i}") for i, address in enumerate(addresses)]
        for i, client in enumerate(clients):
            if i % 2:
                client.expect(f" 001 n{i} ")
            else:
                client.expect_end("^ERROR .*refuse.example")


class FakeResolver:
    """io.systemd.Resolve, which answers when the test lets it."""

    def __init__(self, path):
        self.may_answer, self.changed, self.asked = threading.Event(), threading.Condition(), []
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(path)
        self.listener.listen(64)
        self.threads = [threading.Thread(target=self._serve)]
        self.threads[0].start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.threads.append(threading.Thread(target=self._answer, args=(connection,)))
            self.threads[-1].start()

    def _answer(self, connection):
        with connection:
            data = b""
            while not data.endswith(b"\0"):
                more = connection.recv(4096)
                if not more:
                    return
                data += more
            name = json.loads(data[:-1])["parameters"]["name"]
            with self.changed:
                self.asked.append(name)
                self.changed.notify_all()
            self.may_answer.wait(papod_test.DEADLINE)
            reply = {"error": "io.systemd.Resolve.NoSuchResourceRecord", "parameters": {}}
            if name.endswith("refuse.example."):
                reply = {"parameters": {"addresses": [{"family": 2, "address": [127, 0, 0, 2]}]}}
            try:
                connection.sendall(json.dumps(reply).encode() + b"\0")
            except OSError:
                pass  # papod has died

    def wait_for(self, count):
        with self.changed:
            if not self.changed.wait_for(lambda: len(self.asked) >= count, papod_test.DEADLINE):
                raise papod_test.Failure(f"only these were asked: {self.asked}")

    def close(self):
        self.may_answer.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join()


class Deaths(Case):
    def setUp(self):
        super().setUp()
        directory = tempfile.mkdtemp(prefix="papod-test-")
        self.addCleanup(shutil.rmtree, directory)
        path = os.path.join(directory, "resolver")
        self.resolver = FakeResolver(path)
        self.addCleanup(self.resolver.close)
        self.papod = service_manager.Papod(
            f'{LISTS}dns: {{ socket = "{path}"; timeout = "60 s"; }};\n', restarts=True,
            files={"secrets.ini": secrets()})
        os.chmod(self.papod.path("secrets.ini"), 0o600)
        self.addCleanup(self.papod.close)
        self.papod.start()

    def test_a_death_before_the_answer_asks_again(self):
        client = self.arrive("1.2.3.4", self.papod.address, "ana")
        self.resolver.wait_for(2)
        self.papod.kill()
        self.papod.wait_for_start(2)
        self.resolver.wait_for(4)
        self.resolver.may_answer.set()
        client.expect_end("^ERROR .*refuse.example")

    def test_a_death_after_the_answer_asks_no_list(self):
        self.resolver.may_answer.set()
        client = self.arrive("1.2.3.4", self.papod.address)
        self.resolver.wait_for(2)
        # Its answer is remembered from then on, so a second client is not asked about.
        self.arrive("1.2.3.4", self.papod.address, "bea").expect_end("^ERROR .*refuse.example")
        client.sync()
        self.papod.kill()
        self.papod.wait_for_start(2)
        client.send("NICK ana", "USER ana 0 * :Ana")
        client.expect_end("^ERROR .*refuse.example")
        self.assertEqual(len(self.resolver.asked), 2)

    def test_a_restart_keeps_the_verdict(self):
        self.resolver.may_answer.set()
        client = self.arrive("1.2.3.4", self.papod.address)
        self.resolver.wait_for(2)
        self.arrive("1.2.3.4", self.papod.address, "bea").expect_end("^ERROR .*refuse.example")
        self.papod.restart()
        client.send("NICK ana", "USER ana 0 * :Ana")
        client.expect_end("^ERROR .*refuse.example")
        self.assertEqual(len(self.resolver.asked), 2)


if __name__ == "__main__":
    papod_test.main()
