"""Running out of file descriptors: connected clients are served, new ones wait."""

import resource
import signal
import time

import papod_test

OPEN_CLASS = 'classes = ( { name = "all"; clients_per_address = 0; } );\n'


class Stall(papod_test.TestCase):
    def test_time_in_which_papod_was_stopped_does_not_count_against_clients(self):
        server = self.serve(config='limits = { registration = 1; };\n')
        client = self.client(server)
        client.send("NICK ana", "PING here")
        client.expect("PONG|451")
        server.process.send_signal(signal.SIGSTOP)
        time.sleep(3.5)
        server.process.send_signal(signal.SIGCONT)
        other = self.client(server, "other")
        other.sync()
        client.send("USER ana 0 * :ana")
        client.expect(" 001 ana ")


class Descriptors(papod_test.TestCase):
    def test_without_descriptors_clients_are_told_that_it_is_full(self):
        server = self.serve(config=OPEN_CLASS + "loop = { reserved_files = 16; };\n",
                            before_exec=papod_test.limit_files(48))
        clients = []
        for i in range(60):
            client = self.client(server)
            client.send(f"NICK n{i}", f"USER n{i} 0 * :n")
            clients.append(client)
        server.wait_for_log("Client refused.*descriptors")
        refused = clients[-1].expect_end("^ERROR ")
        self.assertTrue(refused)
        clients[0].sync()
        for client in clients[:20]:
            client.close()
        self.wait_until(lambda: server.count_files() < 25, "closed clients keep descriptors")
        self.client(server, "late").sync()

    def test_out_of_descriptors_accepting_pauses_without_a_busy_loop(self):
        server = self.serve(config=OPEN_CLASS)
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (32, 32))
        clients = [self.client(server) for _ in range(40)]
        server.wait_for_log("Out of file descriptors")
        before = server.cpu_seconds()
        clients[0].register("first")
        for _ in range(30):
            clients[0].sync()
        self.assertLess(server.cpu_seconds() - before, 0.5)
        warnings = [line for line in server.log if "Out of file descriptors" in line]
        self.assertEqual(len(warnings), 1, warnings)
        for client in clients[1:20]:
            client.close()
        clients[-1].register("last")
        server.wait_for_log("accepted again")

    def test_clients_over_the_servers_limit_are_told(self):
        server = self.serve(config=OPEN_CLASS + "limits = { clients = 2; };\n")
        for nick in ("ana", "rui"):
            self.client(server, nick)
        self.client(server).expect_end("^ERROR .*full")


if __name__ == "__main__":
    papod_test.main()
