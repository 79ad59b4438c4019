"""Programs at the control socket, and what happens to them in restarts."""

import json
import os
import signal
import socket
import stat
import tempfile
import threading
import time

import papod_test
import service_manager

INFO = "org.varlink.service.GetInfo"
CONTROL = "io.github.papod.Control"


class Caller:
    """A program that calls over Varlink."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(papod_test.DEADLINE)
        self.socket.connect(path)
        self.bytes = b""

    def send(self, method, **parameters):
        self.socket.sendall(json.dumps({"method": method, "parameters": parameters}).encode() + b"\0")

    def read(self):
        """The next answer; None at the end."""
        while b"\0" not in self.bytes:
            got = self.socket.recv(65536)
            if not got:
                return None
            self.bytes += got
        message, self.bytes = self.bytes.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.send(method, **parameters)
        return self.read()

    def close(self):
        self.socket.close()


class ByHand(papod_test.TestCase):
    OPEN = 'classes = ( { name = "all"; flood_rate = 0; } );\n'

    def setUp(self):
        self.state = self.enterContext(tempfile.TemporaryDirectory(prefix="papod-test-"))
        self.path = os.path.join(self.state, "control.sock")
        self.server = self.serve(self.OPEN, environment={"STATE_DIRECTORY": self.state})

    def caller(self):
        caller = Caller(self.path)
        self.addCleanup(caller.close)
        return caller

    def test_the_socket_is_the_owners(self):
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o600)
        self.server.process.terminate()
        self.server.process.wait(papod_test.DEADLINE)
        self.assertFalse(os.path.exists(self.path))

    def test_it_describes_itself(self):
        caller = self.caller()
        info = caller.call(INFO)["parameters"]
        self.assertEqual((info["product"], info["interfaces"]), ("papod", ["org.varlink.service", CONTROL]))
        description = caller.call("org.varlink.service.GetInterfaceDescription", interface=CONTROL)
        self.assertIn("\nmethod Backup() -> (", description["parameters"]["description"])
        self.assertEqual(caller.call(CONTROL + ".Nothing"),
                         {"error": "org.varlink.service.MethodNotFound",
                          "parameters": {"method": CONTROL + ".Nothing"}})

    def test_what_is_not_there_leaves_nothing_of_the_call_before(self):
        ana, caller = self.client(self.server, "ana"), self.caller()
        for _ in range(2):
            self.assertEqual(caller.call(CONTROL + ".GetUser", nick="ana")["parameters"]["user"][0]["nick"], "ana")
            self.assertIn("error", caller.call(CONTROL + ".GetUser", nick="nobody"))
        self.assertIn("error", caller.call(CONTROL + ".GetUser", nick="nobody"))
        caller.close()
        ana.sync()
        self.assertEqual(self.caller().call(INFO)["parameters"]["product"], "papod")

    def flood(self, text, stops):
        while not stops.is_set():
            try:
                caller = Caller(self.path)
                caller.socket.settimeout(0.5)  # so it often leaves with answers unread
                while not stops.is_set():
                    caller.socket.sendall(text)
                    caller.socket.recv(65536)
            except OSError:
                pass
            finally:
                caller.close()

    def test_clients_of_the_chat_do_not_notice(self):
        witness, stops = self.client(self.server, "witness"), threading.Event()
        call = json.dumps({"method": INFO}).encode() + b"\0"
        texts = [call * 100, call * 100, call * 100, b"[" * 65000 + b"\0", b"x" * 200000, b"{}\0", b"\0" * 5000,
                 json.dumps({"method": CONTROL + ".ListClients", "more": True}).encode() + b"\0",
                 json.dumps({"method": INFO, "parameters": {str(i): i for i in range(4000)}}).encode() + b"\0"]
        idle = [Caller(self.path) for _ in range(5)]
        floods = [threading.Thread(target=self.flood, args=(text, stops)) for text in texts]
        for flood in floods:
            flood.start()
        slowest, end = 0.0, time.monotonic() + 3
        while time.monotonic() < end:
            begin = time.monotonic()
            witness.sync()
            slowest = max(slowest, time.monotonic() - begin)
        stops.set()
        for caller in idle:
            caller.close()
        for flood in floods:
            flood.join()
        if "PAPOD_SANITIZERS" not in os.environ:
            self.assertLess(slowest, 1)
        self.assertEqual(self.caller().call(INFO)["parameters"]["product"], "papod")
        self.server.wait_for_log("disconnected from the control socket.*something else than calls")
        self.server.wait_for_log("disconnected from the control socket.*more than 64 KiB")

    def test_it_is_there_again_after_a_handover(self):
        before, witness = self.caller(), self.client(self.server, "witness")
        before.call(INFO)
        position = self.server.log_position()
        self.server.process.send_signal(signal.SIGUSR2)
        self.server.wait_for_log("The server is ready", position)
        self.assertIsNone(before.read())
        self.assertEqual(self.caller().call(INFO)["parameters"]["product"], "papod")
        witness.sync()


class Passed(papod_test.TestCase):
    """The socket that the service manager has."""

    def setUp(self):
        directory = self.enterContext(tempfile.TemporaryDirectory(prefix="papod-test-"))
        self.path = os.path.join(directory, "control.sock")
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(self.path)
        listener.listen(8)
        self.papod = service_manager.Papod(restarts=True, sockets=[("control", listener)])
        self.addCleanup(self.papod.close)
        self.papod.start()

    def assert_answered(self):
        caller = Caller(self.path)
        self.assertEqual(caller.call(INFO)["parameters"]["product"], "papod")
        caller.close()

    def test_who_calls_during_a_crash_is_answered_by_the_next_process(self):
        self.assert_answered()
        for _ in range(3):
            os.kill(self.papod.pid, signal.SIGKILL)
            self.assert_answered()
        self.assertFalse(os.path.exists(self.papod.path("state/control.sock")))

    def test_a_handover_keeps_it(self):
        client = self.papod.register("ana")
        self.addCleanup(client.close)
        for _ in range(2):
            n_ready = sum("The server is ready" in line for line in self.papod.log)
            os.kill(self.papod.pid, signal.SIGUSR2)
            self.wait_until(lambda n=n_ready: sum("The server is ready" in line for line in self.papod.log) > n,
                            "the next program is ready")
            self.assert_answered()
        client.sync()


if __name__ == "__main__":
    papod_test.main()
