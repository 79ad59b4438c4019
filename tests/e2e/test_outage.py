"""Time without a running server does not count: not for connected clients, which would all time
out, nor for clients that all reconnect."""

import signal
import time

import papod_test
import service_manager

LONGER = 3.5  # than any of these, and than a turn of the loop may be late
IMPATIENT = """limits = { registration = 3; };
classes = ( { name = "all"; ping = 1; ping_timeout = 1; flood_rate = 0; } );
"""
FEW = 'classes = ( { name = "all"; clients_per_address = 5; } );\n'


class Outage(papod_test.TestCase):
    def papod(self, config):
        papod = service_manager.Papod(config)
        self.addCleanup(papod.close)
        papod.start()
        return papod

    def client_of(self, papod, nick=None):
        client = papod.connect()
        self.addCleanup(client.close)
        if nick:
            client.register(nick)
        return client

    def stranger_of(self, papod):
        stranger = self.client_of(papod)
        stranger.send("NICK eve", "CAP LS 302")
        stranger.expect(" CAP ")
        return stranger

    def check_outage(self, papod, outage):
        clients = [self.client_of(papod, f"ana{i}") for i in range(10)]
        stranger = self.stranger_of(papod)
        outage()
        stranger.send("USER eve 0 * :Eve", "NICK eva", "CAP END")
        stranger.expect(" 001 eva ")
        for client in clients:
            client.sync()
        # A client that is silent for too long times out as usual.
        clients[0].expect_end("^ERROR .*[Pp]ing timeout")

    def test_nobody_times_out_while_nobody_serves(self):
        papod = self.papod(IMPATIENT)

        def outage():
            papod.kill(signal.SIGKILL)
            papod.wait_for_state(service_manager.DEAD)
            time.sleep(LONGER)
            papod.start()
        self.check_outage(papod, outage)

    def stop_for_a_while(self, papod):
        papod._end(is_kept=True)
        time.sleep(LONGER)
        papod.start()

    def test_nobody_times_out_during_a_slow_upgrade(self):
        papod = self.papod(IMPATIENT)
        self.check_outage(papod, lambda: self.stop_for_a_while(papod))

    def test_nobody_times_out_while_the_process_is_stopped(self):
        papod = self.papod(IMPATIENT)

        def outage():
            papod.kill(signal.SIGSTOP)
            time.sleep(LONGER)
            papod.kill(signal.SIGCONT)
        self.check_outage(papod, outage)

    def test_what_was_left_goes_on(self):
        papod = self.papod(IMPATIENT)
        begun = time.monotonic()
        stranger = self.stranger_of(papod)
        time.sleep(2)
        self.stop_for_a_while(papod)
        back = time.monotonic()
        stranger.expect_end("^ERROR ")
        self.assertLess(time.monotonic() - back, 2.5)
        self.assertGreater(time.monotonic() - begun, 2.5 + LONGER)

    def test_all_may_come_back_at_once(self):
        """Although they connected just before, and more of them would exceed the limit."""
        papod = self.papod(FEW)
        first = [self.client_of(papod, f"ana{i}") for i in range(5)]
        papod.kill(signal.SIGKILL)
        papod.wait_for_state(service_manager.DEAD)
        papod._drop(lambda one: one.name.startswith("lot"))
        papod.start()
        for client in first:
            client.expect_end()
        second = [self.client_of(papod, f"ana{i}") for i in range(5)]
        for client in second:
            client.sync()
        papod.stop()
        for client in second:
            client.expect_end()
        papod.start()
        for i in range(5):
            self.client_of(papod, f"ana{i}").sync()


if __name__ == "__main__":
    papod_test.main()
