"""Addresses that operators have banned: papod-gate closes their connections before the handshake."""

import os
import signal
import socket

import gated
import papod_test
import service_manager
import test_gate_chat

OPEN = 'classes = ( { name = "all"; flood_rate = 0; } );\noperators = ( { name = "root"; } );\n'
BANNED = "127.0.0.2"
REFUSED = r"The handshake of a client failed: the server has banned this address \(address=127\.0\.0\.2 "


class TestCase(test_gate_chat.TestCase):
    @classmethod
    def setUpClass(cls):
        _, hashed, _ = papod_test.run("--hash-password", stdin=b"secret\n")
        cls.secrets = f"[operator root]\npassword = {hashed}"

    def become_operator(self, client):
        self.addCleanup(client.close)
        client.register("root")
        client.send("OPER root secret")
        client.expect(" 381 ")
        return client

    def ban(self, operator, mask, command="DLINE"):
        operator.send(f"{command} {mask}")
        operator.expect(f"(Added|Removed) D-line for .*{mask}")

    def is_closed_at_once(self, port, source=BANNED, first=b"\x16"):
        """Without a byte to it. The client speaks first: before, the kernel does not show it."""
        with socket.create_connection(("127.0.0.1", port), papod_test.DEADLINE,
                                      (source, 0)) as client:
            client.sendall(first)
            client.settimeout(0.3)
            try:
                return client.recv(1) == b""
            except ConnectionResetError:  # its byte was not read
                return True
            except (socket.timeout, TimeoutError):
                return False

    def expect_banned(self, port, is_banned=True, source=BANNED):
        """Each process of the gate hears of it at its own time."""
        self.wait_until(lambda: self.is_closed_at_once(port, source) == is_banned,
                        f"banned: {is_banned}")


class WithOnePapod(TestCase):
    def start(self, config="", listener=test_gate_chat.SECURE):
        server = self.serve(OPEN + config, secrets=self.secrets,
                            listen=f"listen = ( {test_gate_chat.PLAIN}, {listener} );\n")
        return server, test_gate_chat.gate_port(server), self.become_operator(server.connect())

    def test_a_banned_address_is_closed_before_its_handshake(self):
        server, port, operator = self.start()
        self.expect_banned(port, False)
        self.ban(operator, "127.0.0.2/31")
        self.expect_banned(port)
        server.wait_for_log("papod-gate: .*" + REFUSED)
        self.assertFalse(self.is_closed_at_once(port, "127.0.0.4"))
        self.ban(operator, "127.0.0.2/31", "UNDLINE")
        self.expect_banned(port, False)
        self.secure(port, "ana")

    def test_a_ban_ends_by_itself(self):
        _, port, operator = self.start()
        self.ban(operator, "127.0.0.9")
        operator.send(f"DLINE 1s {BANNED}")
        operator.expect("Added D-line")
        self.expect_banned(port)
        self.expect_banned(port, False)

    def test_web_clients_are_closed_too(self):
        listener = '{ name = "web"; address = "127.0.0.1"; port = 0; websocket = true; }'
        _, port, operator = self.start(listener=listener)
        self.ban(operator, BANNED)
        self.expect_banned(port)

    def test_behind_a_proxy_the_client_is_judged(self):
        listener = test_gate_chat.SECURE.replace("tls", 'proxy_protocol = [ "127.0.0.2" ]; tls')
        _, port, operator = self.start(listener=listener)
        self.ban(operator, BANNED)
        self.ban(operator, "192.0.2.9")
        banned, other = (f"PROXY TCP4 {address} 192.0.2.1 5000 6697\r\n".encode()
                         for address in ("192.0.2.9", "192.0.2.8"))
        self.wait_until(lambda: self.is_closed_at_once(port, first=banned), "it is banned")
        client = gated.Client(("127.0.0.1", port), source=BANNED, first=other)
        self.addCleanup(client.close)
        client.register("ana")

    def test_two_thousand_bans(self):
        _, port, operator = self.start()
        for i in range(20):
            operator.send(*(f"DLINE 10.0.{i}.{j}" for j in range(100)))
            operator.sync()
        self.ban(operator, BANNED)
        self.expect_banned(port)
        self.ban(operator, "10.0.0.0", "UNDLINE")
        self.ban(operator, BANNED, "UNDLINE")
        self.expect_banned(port, False)

    def test_a_ban_of_the_configuration_and_an_exemption(self):
        server, port, _ = self.start()
        config = (f"{OPEN}listen = ( {test_gate_chat.PLAIN}, {test_gate_chat.SECURE} );\n"
                  'bans = ( { kind = "dline"; mask = "127.0.0.2/31"; } );\n')
        server.write("papod.conf", config)
        server.reload()
        self.expect_banned(port)
        self.expect_banned(port, source="127.0.0.3")
        server.write("papod.conf", config + f'exempt: {{ addresses = [ "{BANNED}" ]; }};\n')
        server.reload()
        self.expect_banned(port, False)
        client = gated.Client(("127.0.0.1", port), source=BANNED)
        self.addCleanup(client.close)
        client.register("ana")
        other = gated.Client(("127.0.0.1", port), source="127.0.0.3")
        self.addCleanup(other.close)
        other.expect("ERROR :Closing link: .*D-lined")

    def test_a_new_gate_knows_the_bans(self):
        server, port, operator = self.start()
        self.ban(operator, BANNED)
        for _ in range(3):
            position = server.log_position()
            os.kill(test_gate_chat.gate_of(server), signal.SIGKILL)
            port = test_gate_chat.gate_port(server, position)
            self.expect_banned(port)

    def test_after_a_handover_the_gate_hears_more(self):
        server, port, operator = self.start()
        self.ban(operator, "127.0.0.9")
        test_gate_chat.hand_over(server)
        self.ban(operator, BANNED)
        self.expect_banned(port)


class Survival(TestCase):
    def test_bans_stay_in_force_while_papod_is_away(self):
        gate = gated.Gate()
        self.addCleanup(gate.close)
        papod = service_manager.Papod(OPEN, files={"secrets.ini": self.secrets}, restarts=True,
                                      sockets=gate.sockets_of_papod())
        self.addCleanup(papod.close)
        os.chmod(papod.path("secrets.ini"), 0o600)
        papod.write("papod.conf", OPEN + 'listen = ( { name = "tcp"; address = "127.0.0.1"; port ='
                    f' {papod.address[1]}; }}, {gate.listener_text} );\n')
        papod.start()
        gate.start_for(papod)
        port = gate.address[1]
        operator = self.become_operator(papod.connect())
        self.ban(operator, BANNED)
        self.expect_banned(port)
        papod.kill(signal.SIGSTOP)
        self.expect_banned(port)
        papod.kill()
        papod.wait_for_start(2)
        self.expect_banned(port)
        self.ban(operator, BANNED, "UNDLINE")
        self.expect_banned(port, False)
        self.ban(operator, BANNED)
        self.expect_banned(port)
        papod.stop()
        papod.start()  # the database has the ban
        self.expect_banned(port)
        self.ban(self.become_operator(papod.connect()), BANNED, "UNDLINE")
        self.expect_banned(port, False)


if __name__ == "__main__":
    papod_test.main()
