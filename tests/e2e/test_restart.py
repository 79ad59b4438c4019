"""RESTART: an operator restarts the server, and all clients stay connected."""

import os
import socket
import tempfile

import papod_test

CONFIG = 'server: { name = "irc.test"; }; operators = ( { name = "root"; } );\n'


class Restart(papod_test.TestCase):
    def restart(self, serve=None, **options):
        _, hashed, _ = papod_test.run("--hash-password", stdin=b"secret\n")
        server = (serve or self.serve)(
            config=CONFIG, secrets=f"[operator root]\npassword = {hashed}", **options)
        client = self.client(server, "ana")
        client.send("OPER root secret")
        client.expect(" 381 ")
        position = server.log_position()
        client.send("RESTART irc.test")
        server.wait_for_log("Operator asked for a restart", position)
        return server, client, position

    def test_started_by_hand_it_starts_itself_again(self):
        server, client, position = self.restart()
        server.wait_for_log("The server is ready", position)
        client.sync()
        client.send("RESTART irc.test")  # still an operator
        server.wait_for_log("The server is ready", server.log_position())
        client.sync()
        self.client(server, "bea")
        self.assertIsNone(server.process.poll())

    def test_it_does_not_start_again_with_a_bad_configuration(self):
        server, client, position = self.restart()
        server.wait_for_log("The server is ready", position)
        server.write("conf.d/bad.conf", "nonsense = 1;\n")
        client.send("RESTART irc.test")
        client.expect("NOTICE ana :The restart failed.*errors")
        client.sync()

    def test_whoever_started_it_is_to_start_it_again(self):
        with tempfile.TemporaryDirectory(prefix="papod-test-") as directory, \
                socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(os.path.join(directory, "notify"))
            server, _, _ = self.restart(papod_test.Server,
                                        environment={"NOTIFY_SOCKET": manager.getsockname()})
            self.assertEqual(server.process.wait(papod_test.DEADLINE), 75)
            server.stop(is_checked=False)


if __name__ == "__main__":
    papod_test.main()
