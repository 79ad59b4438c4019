"""How clients log in: mechanisms of SASL, and a test case whose clients have accounts."""

import base64
import hashlib
import hmac
import os

import service_manager

PASSWORD = "Vq3mTz8kWp5xRn2c"


def encode(data):
    return base64.b64encode(data if isinstance(data, bytes) else data.encode()).decode()


def plain(name, password):
    return encode(f"\0{name}\0{password}")


class Scram:
    """The client's side of RFC 7677."""

    def __init__(self, name, password):
        self.password = password.encode()
        self.bare = f"n={name},r={encode(os.urandom(15))}"

    def first(self):
        return encode("n,," + self.bare)

    def proof(self, challenge):
        challenge = base64.b64decode(challenge).decode()
        fields = dict(part.split("=", 1) for part in challenge.split(","))
        salted = hashlib.pbkdf2_hmac(
            "sha256", self.password, base64.b64decode(fields["s"]), int(fields["i"]))
        key = hmac.digest(salted, b"Client Key", "sha256")
        without = f"c=biws,r={fields['r']}"
        message = f"{self.bare},{challenge},{without}".encode()
        signature = hmac.digest(hashlib.sha256(key).digest(), message, "sha256")
        self.expected = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), message, "sha256")
        return encode(f"{without},p={encode(bytes(a ^ b for a, b in zip(key, signature)))}")

    def knows(self, last):
        return base64.b64decode(base64.b64decode(last)[2:]) == self.expected


def log_in_plainly(client, name, password):
    """Returns the line with the numeric."""
    client.send("AUTHENTICATE PLAIN")
    client.expect(r"^AUTHENTICATE \+$")
    client.send(f"AUTHENTICATE {plain(name, password)}")
    return client.expect(" 90[34] ").string


class TestCase(service_manager.TestCase):
    CONFIG = ('classes = ( { name = "all"; flood_rate = 0; clients_per_address = 0; } );'
              'dns = { reverse = false; };'
              'accounts = { registrations_per_address = 0; };')

    def start(self, config="", **options):
        papod = service_manager.Papod(self.CONFIG + config, restarts=True, **options)
        self.addCleanup(papod.close)
        papod.start()
        return papod

    def connect(self, papod, nick=None):
        client = papod.connect()
        self.addCleanup(client.close)
        if nick:
            client.register(nick)
        return client

    def register(self, papod, nick, password=PASSWORD):
        client = self.connect(papod, nick)
        client.send(f"REGISTER * * {password}")
        client.expect(f"REGISTER SUCCESS {nick} ")
        return client
