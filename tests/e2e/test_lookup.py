"""Names of clients through papod-lookup, from a name server of the test."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import shutil

import name_server
import papod_test

PROGRAM = os.path.join(os.path.dirname(papod_test.PAPOD), "papod-lookup")


class Case(papod_test.TestCase):
    def look_up(self, records, *options):
        lookup = name_server.Lookup(PROGRAM, records, options)
        self.addCleanup(lookup.close)
        return lookup

    def serve_names(self, lookup, timeout="10 s"):
        return self.serve(f'dns: {{ reverse = true; timeout = "{timeout}"; '
                          f'socket = "{lookup.socket}"; }};\n')

    def arrive(self, server, nick, source="127.0.0.1"):
        """The host that others see."""
        client = papod_test.Client(("127.0.0.1", server.port), source=source)
        self.addCleanup(client.close)
        client.register(nick)
        client.send(f"USERHOST {nick}")
        return client.expect(r" 302 .*@(\S+)")[1]


def names(*pairs):
    """A record in each direction."""
    records = {}
    for address, name in pairs:
        records[name_server.reverse(address)] = {"ptr": name}
        records[name] = {"a": [address]}
    return records


class Names(Case):
    def test_a_name_that_leads_back_is_shown(self):
        lookup = self.look_up(names(("127.0.0.1", "ana.example"), ("127.0.0.2", "bea.example")))
        server = self.serve_names(lookup)
        self.assertEqual(self.arrive(server, "ana"), "ana.example")
        self.assertEqual(self.arrive(server, "bea", "127.0.0.2"), "bea.example")

    def test_a_name_that_leads_elsewhere_is_not(self):
        records = names(("127.0.0.1", "ana.example"))
        records["ana.example"] = {"a": ["127.0.0.9", "::1"]}
        server = self.serve_names(self.look_up(records))
        self.assertEqual(self.arrive(server, "ana"), "127.0.0.1")

    def test_no_name_is_completed_by_the_search_list(self):
        lookup = self.look_up({name_server.reverse("127.0.0.1"): {"ptr": "ana.example"},
                               "ana.example.trap.example": {"a": ["127.0.0.1"]}})
        server = self.serve_names(lookup)
        self.assertEqual(self.arrive(server, "ana"), "127.0.0.1")
        self.assertEqual([name for name in lookup.records.asked() if "trap" in name], [])

    def test_a_silent_name_server_delays_a_client_only_so_long(self):
        lookup = self.look_up({name_server.reverse("127.0.0.1"): {"silent": True},
                               **names(("127.0.0.2", "bea.example"))})
        server = self.serve_names(lookup, "300 ms")
        self.assertEqual(self.arrive(server, "ana"), "127.0.0.1")
        self.assertEqual(self.arrive(server, "bea", "127.0.0.2"), "bea.example")

    def test_garbage_and_refusals_of_name_servers_are_no_names(self):
        lookup = self.look_up({name_server.reverse("127.0.0.1"): {"garbage": True},
                               name_server.reverse("127.0.0.2"): {"rcode": 5},
                               name_server.reverse("127.0.0.3"): {"rcode": 2}})
        server = self.serve_names(lookup, "1 s")
        for i in range(1, 4):
            self.assertEqual(self.arrive(server, f"ana{i}", f"127.0.0.{i}"), f"127.0.0.{i}")

    def test_many_clients_at_once_get_their_own_names(self):
        sources = [f"127.0.{i // 50 + 1}.{i % 50 + 1}" for i in range(300)]
        lookup = self.look_up(names(*((one, f"host-{one.replace('.', '-')}.example")
                                      for one in sources)))
        server = self.serve_names(lookup, "60 s")
        clients = []
        for i, source in enumerate(sources):
            clients.append(papod_test.Client(("127.0.0.1", server.port), source=source))
            self.addCleanup(clients[-1].close)
            clients[-1].send(f"NICK n{i}", f"USER n{i} 0 * :x")
        for i, (client, source) in enumerate(zip(clients, sources)):
            client.expect(" 001 ")
            client.send(f"USERHOST n{i}")
            self.assertEqual(client.expect(r" 302 .*@(\S+)")[1],
                             f"host-{source.replace('.', '-')}.example")

    def test_papod_goes_on_without_it_and_asks_the_next_one(self):
        lookup = self.look_up(names(("127.0.0.1", "ana.example")))
        server = self.serve_names(lookup)
        self.assertEqual(self.arrive(server, "ana1"), "ana.example")
        self.assertEqual(lookup.stop(), 0)
        self.assertEqual(self.arrive(server, "ana2"), "127.0.0.1")
        server.wait_for_log("A helper failed")
        lookup.start()
        self.assertEqual(self.arrive(server, "ana3"), "ana.example")


class Program(Case):
    def start(self, *options):
        """With the socket that systemd would pass."""
        self.directory = tempfile.mkdtemp(prefix="papod-test-")
        self.addCleanup(shutil.rmtree, self.directory)
        self.path = os.path.join(self.directory, "socket")
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.addCleanup(self.listener.close)
        self.listener.bind(self.path)
        self.listener.listen()
        return self.start_again(*options)

    def start_again(self, *options):
        process = subprocess.Popen(
            [sys.executable, "-c", papod_test.PASS_SOCKETS, str(self.listener.fileno()), PROGRAM,
             *options], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            pass_fds=[self.listener.fileno()])
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def ask(self, method, **parameters):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
            one.settimeout(papod_test.DEADLINE)
            one.connect(self.path)
            one.sendall(json.dumps({"method": f"io.systemd.Resolve.{method}",
                                    "parameters": parameters}).encode() + b"\0")
            reply = b""
            while not reply.endswith(b"\0"):
                got = one.recv(65536)
                self.assertTrue(got, reply)
                reply += got
            return json.loads(reply[:-1])

    def test_a_question_that_comes_while_it_is_away_is_answered_by_the_next_one(self):
        first = self.start("--idle", "1")
        reply = self.ask("ResolveHostname", name="127.0.0.7", family=2)
        self.assertEqual([one["address"] for one in reply["parameters"]["addresses"]],
                         [[127, 0, 0, 7]])
        self.assertEqual(first.wait(papod_test.DEADLINE), 0)
        self.start_again()
        self.assertNotIn("error", self.ask("ResolveHostname", name="127.0.0.7", family=2))

    def test_it_ends_when_it_is_told_to(self):
        process = self.start()
        self.ask("ResolveHostname", name="127.0.0.7", family=2)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(papod_test.DEADLINE), 0)

    def test_a_path_is_listened_at_by_one_and_taken_over_from_a_dead_one(self):
        self.start().kill()
        path = os.path.join(self.directory, "own")
        self.path = path
        arguments = {"stdin": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        for _ in range(2):  # the second finds the file of the first
            process = subprocess.Popen([PROGRAM, "--listen", path], **arguments)
            self.addCleanup(process.stderr.close)
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
            self.wait_until(self.listens, "papod-lookup listens")
            other = subprocess.run([PROGRAM, "--listen", path], **arguments, check=False)
            self.assertNotEqual(other.returncode, 0)
            self.assertIn(b"Address already in use", other.stderr)
            self.assertNotIn("error", self.ask("ResolveHostname", name="127.0.0.7", family=2))
            process.kill()
            process.wait()

    def listens(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
            return one.connect_ex(self.path) == 0

    def test_without_a_socket_it_says_what_to_do(self):
        done = subprocess.run([PROGRAM], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b"papod-lookup.socket", done.stderr)


if __name__ == "__main__":
    papod_test.main()
