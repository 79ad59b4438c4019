"""papod-gate for tests, and clients that use TLS."""

import os
import shutil
import socket
import ssl
import tempfile

import papod_test
import service_manager

GATE = os.path.join(os.path.dirname(papod_test.PAPOD), "papod-gate")
CONFIG = """
listen = ( {{ name = "plain"; address = "127.0.0.1"; port = {plain}; }}, {secure} );
classes = ( {{ name = "all"; flood_rate = 0; clients_per_address = 0;
               clients_per_network = 0; }} );
"""
LISTENER = '{{ name = "secure"; address = "{0[0]}"; port = {0[1]}; {1} }}'


def context(version=None, pair=None, ciphers=None):
    """Of a client that accepts any certificate and shows its own pair, see gate_case.Pair."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    if version:
        made.minimum_version = made.maximum_version = version
    if ciphers:
        made.set_ciphers(ciphers)
    if pair:
        made.load_cert_chain(pair.certificate, pair.key)
    return made


class Client(papod_test.Client):
    """With TLS; an end of the stream without close_notify is an error."""

    def __init__(self, address, tls=None, **options):
        super().__init__(address, **options)
        try:
            self.socket = (tls or context()).wrap_socket(
                self.socket, server_hostname="irc.example.org", suppress_ragged_eofs=False)
        except BaseException:
            self.socket.close()
            raise


class Gate(service_manager.Service):
    """The built papod-gate as a service, with a listening socket of its own. The papod that takes
    its clients inherits the socket .handover, see .sockets_of_papod(), and has .listener_text in its
    list `listen`."""
    traits = "tls = true;"  # of the listener

    def __init__(self, **options):
        self.directory = tempfile.mkdtemp(prefix="papod-test-gate-")
        self.path = os.path.join(self.directory, "handover.sock")
        self.handover = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.handover.bind(self.path)
        self.handover.listen()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.address = self.listener.getsockname()
        self.listener_text = LISTENER.format(self.address, self.traits)
        state = os.path.join(self.directory, "state")
        os.mkdir(state, 0o700)
        super().__init__([GATE], {"STATE_DIRECTORY": state},
                         [("papod-gate.socket", self.listener)], restarts=True, **options)

    def sockets_of_papod(self):
        return [("gate-handover", self.handover)]

    def start_for(self, papod):
        self._start_with(papod.path("papod.conf"))

    def start_alone(self):
        """For one papod after the other, with configurations of their own."""
        config = os.path.join(self.directory, "papod.conf")
        with open(config, "w", encoding="ascii") as file:
            file.write(f"listen = ( {self.listener_text} );\n")
        self._start_with(config)

    def _start_with(self, config):
        self.arguments[1:] = ["--config", config, "--handover", self.path]
        self.start()

    def connect(self, version=ssl.TLSVersion.TLSv1_3, **options):
        return Client(self.address, context(version), **options)

    def close(self):
        super().close()
        self.handover.close()
        self.listener.close()
        shutil.rmtree(self.directory, ignore_errors=True)


def papod_beside(gate, config=""):
    """A papod, as a service, that takes the clients of the gate; both are started."""
    papod = service_manager.Papod(restarts=True, sockets=gate.sockets_of_papod())
    try:
        papod.write("papod.conf", config + CONFIG.format(
            plain=papod.address[1], secure=gate.listener_text))
        papod.start()
        gate.start_for(papod)
    except BaseException:
        papod.close()
        raise
    return papod
