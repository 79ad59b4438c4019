"""Sending notifications as the manual shows it."""

import os
import pathlib
import random
import re
import subprocess

import papod_test

MANUAL = pathlib.Path(__file__).resolve().parents[2] / "man" / "papod.8.in"
PORT = 6659  # without a port, a listener takes datagrams there, and irker's hook sends there


def manual(section="NOTIFICATIONS"):
    """The section of papod(8)."""
    text = MANUAL.read_text(encoding="utf-8")
    return re.search(rf"(?ms)^\.Sh {section}\n(.*?)^\.Sh ", text)[1]


def commands(pattern):
    """The commands of the section that match, each on one line."""
    lines = [line.removeprefix(".Dl ") for line in manual().splitlines()]
    return [line for line in lines if re.search(pattern, line)]


def command(pattern):
    found = commands(pattern)
    if len(found) != 1:
        raise papod_test.Failure(f"papod(8) has {found} for {pattern}")
    return found[0]


def block(pattern, section="NOTIFICATIONS"):
    """The literal block of the section that matches."""
    found = [text for text in re.findall(r"(?ms)^\.Bd -literal[^\n]*\n(.*?)^\.Ed", manual(section))
             if re.search(pattern, text, re.M)]
    if len(found) != 1:
        raise papod_test.Failure(f"papod(8) has {found} for {pattern}")
    return found[0]


class Place:
    """The manual's address and path are those of an installed papod; this is where they are moved
    to, so that tests can run beside it and beside each other."""

    def __init__(self, directory):
        parts = [random.randrange(1, 255) for _ in range(3)]
        self.address = "127.{}.{}.{}".format(*parts)
        self.path = os.path.join(directory, "notify.sock")

    def move(self, text):
        return (text.replace("127.0.0.1", self.address)
                .replace("/run/papod/notify.sock", self.path))

    def config(self):
        """What the manual writes into papod.conf; and clients may connect."""
        tcp = '{ name = "tcp"; address = "127.0.0.1"; port = 0; }'
        return self.move(block("^listen = ")).replace("listen = (", f"listen = (\n{tcp},", 1)

    def run(self, text, **options):
        """Run the command in bash, as somebody who types it. Returns its output."""
        done = subprocess.run(
            ["bash", "-c", self.move(text)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=papod_test.DEADLINE, text=True, check=False, **options)
        if done.returncode != 0:
            raise papod_test.Failure(f"{text} fails: {done.stdout}")
        return done.stdout


class Repository:
    """A bare git repository with a hook, and a clone from which somebody pushes."""

    def __init__(self, directory, hook):
        self.directory = directory
        self.git("init", "--bare", "house.git", where=".")
        path = os.path.join(directory, "house.git", "hooks", "post-receive")
        with open(path, "w", encoding="utf-8") as file:
            file.write(hook)
        os.chmod(path, 0o755)
        self.git("clone", "house.git", "work", where=".")

    def run(self, *words, where="work"):
        done = subprocess.run(
            words, cwd=os.path.join(self.directory, where), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
            timeout=papod_test.DEADLINE,
            env={**os.environ, "HOME": self.directory, "GIT_CONFIG_NOSYSTEM": "1"})
        if done.returncode != 0:
            raise papod_test.Failure(f"{' '.join(words)} fails: {done.stdout}")

    def git(self, *words, where="work"):
        self.run("git", "-c", "init.defaultBranch=main", "-c", "user.name=Rui Pão",
                 "-c", "user.email=rui@example.org", *words, where=where)

    def push(self, message):
        self.git("commit", "--allow-empty", "-m", message)
        self.git("push", "origin", "HEAD:main")
