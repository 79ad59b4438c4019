#!/usr/bin/env python3
"""container.py VOLUME: runs the image papod, which container.sh has made, and talks with it."""

import os
import pathlib
import signal
import ssl
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
os.environ.setdefault("PAPOD", "/usr/sbin/papod")

import papod_test  # noqa: E402

PLAIN, TLS = 6667, 6697
PASSWORD = "sesame-and-more"


class Container:
    """One run of the image, with /var/lib/papod in the volume."""

    def __init__(self, volume):
        self.volume = volume
        self.name = subprocess.run(["buildah", "from", "papod"], capture_output=True, text=True,
                                   check=True).stdout.strip()
        self.process = subprocess.Popen(self.command("/usr/sbin/papod"), stderr=subprocess.PIPE, text=True)
        self.log = []
        for line in self.process.stderr:
            self.log.append(line)
            if "The server is ready" in line:
                break
        else:
            raise papod_test.Failure(f"papod does not start: {self.log}")

    def command(self, *words):
        return ["buildah", "run", "--user", "papod", "-v", f"{self.volume}:/var/lib/papod", self.name, "--", *words]

    def pid(self):
        """Of papod, which buildah's isolation does not hide."""
        listing = subprocess.run(["ps", "-e", "-o", "pid=,ppid=,comm="], capture_output=True, text=True, check=True)
        rows = [line.split(None, 2) for line in listing.stdout.splitlines()]
        inside = {str(self.process.pid)}
        while True:
            more = {pid for pid, parent, _ in rows if parent in inside} - inside
            if not more:
                break
            inside |= more
        return next(int(pid) for pid, _, name in rows if pid in inside and name.strip() == "papod")

    def kill(self, number):
        os.kill(self.pid(), number)

    def wait(self):
        """Its exit status; the container is removed."""
        status = self.process.wait(papod_test.DEADLINE)
        subprocess.run(["buildah", "rm", self.name], stdout=subprocess.DEVNULL, check=True)
        return status


def connect(port, nick):
    end = time.monotonic() + papod_test.DEADLINE
    while True:
        try:
            client = papod_test.Client(("127.0.0.1", port))
            break
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
    if port == TLS:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        client.socket = context.wrap_socket(client.socket)
    client.register(nick)
    return client


def say(sender, hearer, text):
    sender.send(f"PRIVMSG {hearer.nick} :{text}")
    hearer.expect(f" PRIVMSG {hearer.nick} :{text}$")


def main():
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    volume = pathlib.Path(sys.argv[1])
    volume.mkdir()
    os.chown(volume, 990, 990)

    container = Container(volume)
    ana, bea = connect(PLAIN, "ana"), connect(TLS, "bea")
    ana.send(f"REGISTER * * {PASSWORD}")
    ana.expect("REGISTER SUCCESS ana ")
    say(ana, bea, "one")
    print("ok - clients talk, also over TLS, and accounts are stored", flush=True)

    container.kill(signal.SIGUSR2)
    say(bea, ana, "two")
    say(ana, bea, "three")
    print("ok - a restart inside the container keeps clients, also those with TLS", flush=True)

    container.kill(signal.SIGHUP)
    say(ana, bea, "four")
    backup = subprocess.run(container.command("papod", "--backup", "-"), capture_output=True, check=True)
    if not backup.stdout.startswith(b"SQLite format 3"):
        raise papod_test.Failure(f"there is no backup: {backup.stdout[:40]}")
    print("ok - reloads and backups are as the page says", flush=True)

    container.kill(signal.SIGTERM)
    for client in ana, bea:
        client.expect_end("^ERROR ")
    if container.wait() != 0:
        raise papod_test.Failure("papod has not stopped well")
    container = Container(volume)
    cid = connect(PLAIN, "cid")
    cid.send(f"NS IDENTIFY ana {PASSWORD}")
    cid.expect(" 900 ")
    container.kill(signal.SIGTERM)
    container.wait()
    print("ok - a new container tells clients why they are disconnected, and has the accounts", flush=True)


if __name__ == "__main__":
    main()
