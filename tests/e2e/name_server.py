"""A name server for papod-lookup, in a network and an /etc of its own, so that the test needs neither
port 53 nor the configuration of the machine. Run as a program, this file is what is in there."""

import ctypes
import fcntl
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

TYPE_A, TYPE_PTR, TYPE_AAAA = 1, 12, 28
NAME_ERROR = 3


class Records:
    """What the server knows, in a file that the test rewrites; and what it was asked, in another."""

    def __init__(self, directory):
        self.path = os.path.join(directory, "records.json")
        self.asked_path = os.path.join(directory, "asked")

    def write(self, records):
        with open(self.path + ".new", "w", encoding="ascii") as file:
            json.dump(records, file)
        os.rename(self.path + ".new", self.path)

    def find(self, name):
        with open(self.asked_path, "a", encoding="ascii") as file:
            file.write(name + "\n")
        with open(self.path, encoding="ascii") as file:
            return json.load(file).get(name.lower())

    def asked(self):
        try:
            with open(self.asked_path, encoding="ascii") as file:
                return file.read().split()
        except FileNotFoundError:
            return []


# The side of the test

class Lookup:
    """A papod-lookup that asks this server. records: { name: { "a": [ ... ], "ptr": name } }; instead
    of these, "silent", "garbage" or "rcode" say how it misbehaves."""

    def __init__(self, program, records, options=()):
        self.directory = tempfile.mkdtemp(prefix="papod-test-")
        self.records = Records(self.directory)
        self.records.write(records)
        self.socket = os.path.join(self.directory, "socket")
        self.log_path = os.path.join(self.directory, "log")
        self.command = [*make_unshare(), sys.executable, os.path.abspath(__file__), self.directory,
                        program, "--listen", self.socket, *options]
        self.process = None
        self.start()

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stderr=log)
        end = time.monotonic() + 60
        while not self._listens():
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"papod-lookup did not start: {self.log()}")
            time.sleep(0.01)

    def _listens(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as one:
            return one.connect_ex(self.socket) == 0

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def stop(self):
        self.process.terminate()
        return self.process.wait(60)

    def close(self):
        status = self.stop()
        log = self.log()
        shutil.rmtree(self.directory)
        if status != 0:
            raise AssertionError(f"papod-lookup ended with status {status}: {log}")


def make_unshare():
    command = ["unshare", "-mn" if os.geteuid() == 0 else "-rmn"]
    if not shutil.which("unshare") or subprocess.run(
            [*command, "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        raise unittest.SkipTest("no namespace with a network of its own can be made here")
    return command


def reverse(address):
    return ".".join(reversed(address.split("."))) + ".in-addr.arpa"


# The side of the namespace

def read_name(packet, at):
    labels = []
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode("ascii"))
        at += 1 + packet[at]
    return ".".join(labels), at + 1


def put_name(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def answers_to(records, kind):
    if kind == TYPE_A:
        return [socket.inet_aton(one) for one in records.get("a", ()) if ":" not in one]
    if kind == TYPE_AAAA:
        return [socket.inet_pton(socket.AF_INET6, one) for one in records.get("a", ()) if ":" in one]
    return [put_name(records["ptr"])] if kind == TYPE_PTR and "ptr" in records else []


def answer(packet, known):
    """The packet with the answer, or None."""
    name, end = read_name(packet, 12)
    kind, = struct.unpack(">H", packet[end:end + 2])
    records = known.find(name)
    if records and "silent" in records:
        return None
    if records and "garbage" in records:
        return packet[:2] + os.urandom(100)
    found = answers_to(records or {}, kind)
    rcode = NAME_ERROR if records is None else records.get("rcode", 0)
    head = packet[:2] + struct.pack(">HHHHH", 0x8180 | rcode, 1, len(found), 0, 0)
    return head + packet[12:end + 4] + b"".join(
        b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 0, len(one)) + one for one in found)


def serve(server, known):
    while True:
        packet, client = server.recvfrom(4096)
        reply = answer(packet, known)
        if reply:
            server.sendto(reply, client)


def raise_loopback():
    siocsifflags, flags = 0x8914, 0x1 | 0x40  # IFF_UP, IFF_RUNNING
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        fcntl.ioctl(one, siocsifflags, struct.pack("16sH14s", b"lo", flags, b""))


def replace_etc(directory):
    etc = os.path.join(directory, "etc")
    os.makedirs(etc, exist_ok=True)
    for name, text in (("resolv.conf", "nameserver 127.0.0.1\nsearch trap.example\n"),
                       ("nsswitch.conf", "hosts: files dns\n"), ("hosts", "")):
        with open(os.path.join(etc, name), "w", encoding="ascii") as file:
            file.write(text)
    bind = 4096  # MS_BIND
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(etc.encode(), b"/etc", None, bind, None) != 0:
        raise OSError(ctypes.get_errno(), "mount")


def inside(directory, *command):
    raise_loopback()
    replace_etc(directory)
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))
    threading.Thread(target=serve, args=(server, Records(directory)), daemon=True).start()
    with subprocess.Popen(command) as process:
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        return process.wait()


if __name__ == "__main__":
    sys.exit(inside(*sys.argv[1:]))
