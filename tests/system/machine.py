"""What the checks of the installed package share: units, the journal, files of /etc/papod."""

import json
import pathlib
import re
import socket
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import papod_test  # noqa: E402

DEADLINE = 30
CONFIG = pathlib.Path("/etc/papod")
TCP = ("127.0.0.1", 6667)
TLS = ("127.0.0.1", 6697)
GATE_UNITS = ("papod-gate.socket", "papod-gate.service")
UNIX = "/run/papod/irc.sock"
CONTROL = "/run/papod/control.sock"
UDP = ("127.0.0.1", 6659)
NOTIFY = "/run/papod/notify.sock"
README = pathlib.Path(__file__).resolve().parent.parent.parent / "README.md"
EXAMPLES = pathlib.Path("/usr/share/doc/papod/examples/systemd")


class Client(papod_test.Client):
    """Also on IPv6."""

    def __init__(self, address, nick=None, password=None):
        if isinstance(address, str) or ":" not in address[0]:
            super().__init__(address)
        else:
            self.socket = socket.create_connection(address, DEADLINE)
            self.bytes, self.seen, self.nick = b"", [], None
        if nick:
            self.register(nick, password)


def run(*command, is_checked=True):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=120, check=False)
    if is_checked and done.returncode != 0:
        raise AssertionError(f"{' '.join(command)} fails: {done.stdout}")
    return done.stdout if is_checked else (done.returncode, done.stdout)


def show(unit, name):
    return run("systemctl", "show", "--value", "-p", name, unit).strip()


def state(unit):
    return show(unit, "ActiveState")


def wait_until(condition, what):
    end = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"in {DEADLINE} s it did not come true that {what}")
        time.sleep(0.05)


def write(path, text, mode=0o644):
    path = CONFIG / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def entries(*matches):
    """The journal's entries of papod, oldest first."""
    run("journalctl", "--sync")
    lines = run("journalctl", "-q", "-o", "json", "-u", "papod.service", *matches).splitlines()
    return [json.loads(line) for line in lines]


def entries_after(cursor, **fields):
    """Entries since the cursor with these fields. The journalctl of systemd 252 would miss the
    first one, when the entry at the cursor has others."""
    return [entry for entry in entries(f"--after-cursor={cursor}")
            if all(entry.get(name) == value for name, value in fields.items())]


def wait_until_said(unit, text, *matches):
    """What a program writes reaches the journal some time later, even if the program has ended."""
    wait_until(lambda: text in run("journalctl", "-q", "-u", unit, *matches), f"{unit} says {text!r}")


def text_of(value):
    """journalctl shows texts that it finds unprintable as arrays of bytes."""
    return bytes(value).decode() if isinstance(value, list) else value


def hash_of(password):
    done = subprocess.run(["papod", "--hash-password"], input=password + "\n", text=True,
                          stdout=subprocess.PIPE, timeout=60, check=True)
    return done.stdout.strip().splitlines()[-1]


def drop_in(unit, name, text):
    directory = pathlib.Path(f"/etc/systemd/system/{unit}.d")
    directory.mkdir(parents=True, exist_ok=True)
    (directory / name).write_text(text, encoding="utf-8")
    run("systemctl", "daemon-reload")


def is_refused(address):
    try:
        socket.create_connection(address, DEADLINE).close()
        return False
    except ConnectionRefusedError:
        return True


def commands_of(path, prefix):
    """The commands in a document, which are indented."""
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    return [line[len(prefix):] for line in lines if line.startswith(prefix)]


def commands_under(heading):
    """Those that README.md shows under it."""
    section = re.search(rf"^## {heading}$(.*?)^## ", README.read_text(encoding="utf-8"), re.M | re.S)[1]
    return re.findall("^    (.*)$", section, re.M)


def do_as_written(commands):
    for command in commands:
        run("sh", "-ec", command)


def remove_drop_in(unit, name):
    pathlib.Path(f"/etc/systemd/system/{unit}.d/{name}").unlink()
    run("systemctl", "daemon-reload")
