"""RESTART: an operator stops the server, and it comes back."""

import os
import re
import socket
import tempfile

import papod_test


class Restart(papod_test.TestCase):
    def restart(self, serve=None, **options):
        _, hashed, _ = papod_test.run("--hash-password", stdin=b"secret\n")
        server = (serve or self.serve)(
            config='server: { name = "irc.test"; }; operators = ( { name = "root"; } );\n',
            secrets=f"[operator root]\npassword = {hashed}", **options)
        client = self.client(server, "ana")
        client.send("OPER root secret", "RESTART irc.test")
        client.expect(r"^ERROR .*The server is restarting")
        client.expect_end()
        return server

    def test_started_by_hand_it_starts_itself_again(self):
        server = self.restart()
        server.wait_for_log("Operator asked for a restart")
        stopped = server.log.index(server.wait_for_log("The server is stopping"))
        ready = server.wait_for_log("The server is ready", stopped)
        port = int(re.search(r"127\.0\.0\.1:(\d+)", ready)[1])
        client = self.client(server, "bea", address=("127.0.0.1", port))
        client.send("PING again")
        client.expect("PONG .*again")
        self.assertIsNone(server.process.poll())

    def test_no_file_stays_open(self):
        server = self.serve()
        before = server.count_files()
        again = self.restart()
        stopped = again.log.index(again.wait_for_log("The server is stopping"))
        again.wait_for_log("The server is ready", stopped)
        self.assertLessEqual(again.count_files(), before)

    def test_whoever_started_it_is_to_start_it_again(self):
        with tempfile.TemporaryDirectory(prefix="papod-test-") as directory, \
                socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(os.path.join(directory, "notify"))
            server = self.restart(papod_test.Server,
                                  environment={"NOTIFY_SOCKET": manager.getsockname()})
            self.assertEqual(server.process.wait(papod_test.DEADLINE), 75)
            server.stop(is_checked=False)


if __name__ == "__main__":
    papod_test.main()
