"""papoctl changes the level of the log in papod, and in the gates of that papod."""

import os

import gate_case
import gated
import papoctl
import papod_test
import test_gate_chat

LISTEN = ('listen = ( { name = "tcp"; address = "127.0.0.1"; port = 0; }, '
          '{ name = "secure"; address = "127.0.0.1"; port = 0; tls = true; } );\n')
LIMITS = 'classes = ( { name = "all"; flood_rate = 0; clients_per_address = 0; clients_per_network = 0; } );\n'
OFFERED = "papod-gate: debug: Client offered to papod"


class Level(papoctl.TestCase):
    def start_with_gate(self, processes, pair=None):
        """papod, and the gate that it starts."""
        server = self.serve(LIMITS + f"tls = {{ processes = {processes}; }};\n"
                            + (f'certificates = ( {pair} );\n' if pair else ""),
                            environment={"STATE_DIRECTORY": self.state}, listen=LISTEN)
        return server, ("127.0.0.1", test_gate_chat.gate_port(server))

    @staticmethod
    def lines(text, pattern):
        return sum(pattern in (line or "") for line in text)

    def offered(self, address, service):
        """So many debug entries of the gate come of two clients. Behind the second, a gate with one
        process has written all of the first."""
        before = self.lines(service.log, OFFERED)
        for nick in "ana", "bea":
            client = gated.Client(address)
            client.register(nick)
            client.send("QUIT")
            client.expect_end("^ERROR ")
            client.close()
        return self.lines(service.log, OFFERED) - before

    def check_a_change(self, processes):
        server, address = self.start_with_gate(processes)
        self.assertEqual(self.offered(address, server), 0)
        self.assertEqual(self.act("log-level", "debug"), "The log level was info, and is debug now")
        self.wait_until(lambda: self.offered(address, server) > 1, "the gate logs more")
        self.act("reload")
        self.wait_until(lambda: self.offered(address, server) > 1, "new processes do the same")
        self.act("log-level", "info")
        self.wait_until(lambda: not self.offered(address, server), "the gate logs less")

    def test_the_gate_that_papod_has_started_follows(self):
        self.check_a_change(processes=1)

    def test_each_of_its_processes_follows(self):
        self.check_a_change(processes=3)

    def test_the_process_that_starts_the_others_follows(self):
        """It is connected to no papod under systemd, and hears of the level from the others."""
        good, bad = gate_case.Pair(self.state, "good"), os.path.join(self.state, "bad")
        server, _ = self.start_with_gate(
            2, f'{{ name = "good"; certificate = "{good.certificate}"; key = "{good.key}"; }}, '
            f'{{ name = "bad"; certificate = "{bad}"; key = "{bad}"; }}')
        loaded, refused = "papod-gate: Certificate loaded", "papod-gate: error: A certificate cannot be used"

        def is_loaded_after_reload():
            """A certificate that cannot be used, each time for another reason, shows that it is over."""
            before = self.lines(server.log, loaded), self.lines(server.log, refused)
            gate_case.Pair(self.state, "new").replace(good)
            if os.path.exists(bad):
                os.unlink(bad)
            else:
                with open(bad, "w", encoding="ascii") as file:
                    file.write("nonsense\n")
            self.act("reload")
            self.wait_until(lambda: self.lines(server.log, refused) > before[1], "a reload")
            return self.lines(server.log, loaded) > before[0]

        self.wait_until(is_loaded_after_reload, "the gate logs that it has loaded a certificate")
        self.act("log-level", "error")
        self.wait_until(lambda: not is_loaded_after_reload(), "the gate logs errors only")
        self.act("log-level", "info")
        self.wait_until(is_loaded_after_reload, "the gate logs more again")

    def test_a_program_that_follows_in_the_same_process_begins_with_its_own(self):
        server, address = self.start_with_gate(1)
        self.act("log-level", "debug")
        self.wait_until(lambda: self.offered(address, server) > 1, "the gate logs more")
        test_gate_chat.hand_over(server)
        self.assertEqual(self.act("log-level"), "The log level is info")
        self.wait_until(lambda: not self.offered(address, server), "the gate logs less")

    def test_a_gate_beside_papod_follows_as_long_as_that_runs(self):
        gate = gated.Gate()
        self.addCleanup(gate.close)
        papod = gated.papod_beside(gate)
        self.addCleanup(papod.close)
        self.environment["STATE_DIRECTORY"] = papod.path("state")
        self.act("log-level", "debug")
        self.wait_until(lambda: self.offered(gate.address, gate) > 1, "the gate logs more")
        gate.restart()
        self.wait_until(lambda: self.offered(gate.address, gate) > 1, "so does the next gate")
        papod.restart()
        self.assertEqual(self.act("log-level"), "The log level is info")
        self.wait_until(lambda: not self.offered(gate.address, gate), "the gate logs less")


if __name__ == "__main__":
    papod_test.main()
