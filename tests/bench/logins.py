"""A crowd that logs in at once, and a start with many accounts and channels.

    PAPOD=build/papod python3 tests/bench/logins.py [SCALE]

1,000 clients send SASL PLAIN at the same time: to a papod that has just started, and once more to
the same papod, which remembers what it has checked. The time of the first is compared with that of
the same number of PBKDF2 in a loop of one thread, as papod has one for them. Meanwhile another client
sends PING; if run by root, it has a real-time priority, so that it waits only for papod. SCALE, 1 by
default, multiplies the clients and the rows. Prints numbers without a verdict.
"""

import base64
import contextlib
import hashlib
import hmac
import multiprocessing
import os
import pathlib
import selectors
import socket
import sqlite3
import statistics
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import idle  # noqa: E402
from flood import put_first  # noqa: E402
from idle import papod_test  # noqa: E402
import service_manager  # noqa: E402

CROWD, ACCOUNTS, CHANNELS = 1000, 100000, 10000
ROUNDS = 16384
STARTS = 5
CONFIG = idle.CONFIG + "dns = { reverse = false; };\n"


def derive(password, salt):
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ROUNDS)


def time_of_derivations(count):
    begun = time.monotonic()
    for _ in range(count):
        derive("correct-horse", b"0123456789abcdef")
    return time.monotonic() - begun


def password_of(number):
    return f"correct-horse-{number}"


def verifier_of(number):
    """Like proto/scram_verifier.h."""
    salt = number.to_bytes(16, "big")
    salted = derive(password_of(number), salt)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    text = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${ROUNDS}:{text[0]}${text[1]}:{text[2]}"


def fill(papod, accounts=(), channels=()):
    """Rows of the database, while papod is stopped. A channel is a name, a founder, a topic, and the
    fields that have no column."""
    with contextlib.closing(sqlite3.connect(papod.path("state/accounts.db"))) as database, database:
        database.executemany("INSERT INTO accounts (version, name, folded, created, verifier, rest)"
                             " VALUES (1, ?1, ?1, 1700000000000, ?2, X'')", accounts)
        database.executemany("INSERT INTO channels (version, name, folded, created, founder, topic,"
                             " rest) VALUES (1, ?1, ?1, 1700000000000, ?2, ?3, ?4)", channels)


@contextlib.contextmanager
def papod_with_tables(more=""):
    with contextlib.closing(service_manager.Papod(CONFIG + more)) as papod:
        papod.start()
        papod.stop()
        yield papod


# The crowd


class Crowd:
    """Clients that have all begun SASL PLAIN."""

    def __init__(self, address, count):
        self.selector = selectors.DefaultSelector()
        self.clients = {}
        for number in range(count):
            client = socket.create_connection(address)
            self.clients[client] = number
            self.selector.register(client, selectors.EVENT_READ)
            client.sendall(b"AUTHENTICATE PLAIN\r\n")
        self.wait_for(b"AUTHENTICATE +\r\n")

    def wait_for(self, pattern):
        seen = dict.fromkeys(self.clients, b"")
        while seen:
            for key, _ in self.selector.select(papod_test.DEADLINE):
                client = key.fileobj
                if not (got := client.recv(4096)):
                    raise papod_test.Failure("papod closed a client")
                seen[client] = seen.get(client, b"") + got
                if b" 904 " in seen[client]:
                    raise papod_test.Failure(f"a login was refused: {seen[client]}")
                if pattern in seen[client]:
                    del seen[client]

    def log_in(self):
        """Returns the seconds until the last one has its answer."""
        begun = time.monotonic()
        for client, number in self.clients.items():
            message = f"\0crowd{number}\0{password_of(number)}".encode()
            client.sendall(b"AUTHENTICATE " + base64.b64encode(message) + b"\r\n")
        self.wait_for(b" 903 ")
        return time.monotonic() - begun

    def close(self):
        for client in self.clients:
            client.close()
        self.selector.close()


def watch(address, stop, result):
    """Runs in a process of its own."""
    put_first(2)
    witness, waits = papod_test.Client(address), []
    witness.register("witness")
    result.send("ready")
    while not stop.is_set():
        begun = time.monotonic()
        witness.sync()
        waits.append((time.monotonic() - begun) * 1000)
        time.sleep(0.001)
    result.send(sorted(waits))
    witness.close()


def measure_crowd(papod, name, count):
    crowd, stop = Crowd(papod.address, count), multiprocessing.Event()
    result, theirs = multiprocessing.Pipe()
    watcher = multiprocessing.Process(target=watch, args=(papod.address, stop, theirs))
    watcher.start()
    result.recv()
    seconds = crowd.log_in()
    stop.set()
    waits = result.recv()
    watcher.join()
    crowd.close()
    print(f"{count} logins, {name:<10} {seconds:.2f} s; another's PING p50 {statistics.median(waits):.2f} ms, "
          f"p99 {waits[len(waits) * 99 // 100]:.2f}, max {waits[-1]:.2f}", flush=True)
    return seconds


def measure_crowds(count):
    with papod_with_tables() as papod:
        fill(papod, ((f"crowd{number}", verifier_of(number)) for number in range(count)))
        papod.start()
        alone = time_of_derivations(count)
        cold = measure_crowd(papod, "cold", count)
        print(f"{count} PBKDF2 in a loop   {alone:.2f} s; the logins took {cold / alone:.2f} x that", flush=True)
        measure_crowd(papod, "remembered", count)


# The start


def resident_bytes(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text("ascii")
    return next(int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("RssAnon"))


def seconds_of_start(papod):
    """Until a client is welcome, with everything known."""
    begun = time.monotonic()
    papod.start()
    client = papod_test.Client(papod.address)
    client.register("first")
    seconds = time.monotonic() - begun
    client.close()
    return seconds


def measure_start(n_accounts, n_channels, what, name, more=""):
    verifier = verifier_of(0)
    with papod_with_tables(more) as papod:
        papod.start()
        empty = resident_bytes(papod.pid)
        papod.stop()
        fill(papod, ((f"{name}{number}", verifier) for number in range(n_accounts)))
        papod.start()
        each = (resident_bytes(papod.pid) - empty) / n_accounts
        papod.stop()
        fill(papod, channels=((f"#channel{number}", number + 1, f"Topic {number}", b"") for number in range(n_channels)))
        found = []
        for _ in range(STARTS):
            found.append(seconds_of_start(papod))
            papod.stop()
        print(f"{what} with {n_accounts} accounts, {n_channels} channels: {statistics.median(found):.2f} s; "
              f"{each:.0f} bytes an account", flush=True)


def main():
    scale = float(sys.argv[1]) if sys.argv[1:] else 1
    measure_crowds(max(10, round(CROWD * scale)))
    counts = max(100, round(ACCOUNTS * scale)), max(10, round(CHANNELS * scale))
    measure_start(*counts, "start", "account")
    # Names that look unlike their folded forms: see world/looks.h.
    measure_start(*counts, "utf8: start", "\u043c\u0430\u0440\u0438\u044f", 'server: { casemapping = "utf8"; };\n')


if __name__ == "__main__":
    main()
