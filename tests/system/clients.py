#!/usr/bin/python3
"""irssi and WeeChat connect, join, talk and quit, as their users make them; a third client watches.

clients.py [PORT]: papod listens there, on 127.0.0.1.
"""

import os
import pathlib
import pty
import re
import select
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import papod_test  # noqa: E402

DEADLINE = 30


def wait_for(look, what):
    end = time.monotonic() + DEADLINE
    while not (found := look()):
        if time.monotonic() > end:
            raise AssertionError(f"in {DEADLINE} s it did not happen that {what}")
        time.sleep(0.05)
    return found


class Irssi:
    """On a terminal of its own; what it shows is read, or it would wait for us."""

    def __init__(self, port, home):
        self.screen = ""
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm", HOME=home, LANG="C.UTF-8")
            os.execvp("irssi", ["irssi", f"--home={home}/irssi", "--connect=127.0.0.1",
                                f"--port={port}", "--nick=irssi"])

    def type(self, text):
        os.write(self.terminal, text.encode() + b"\r")

    def shows(self, pattern):
        while select.select([self.terminal], [], [], 0)[0]:
            try:
                self.screen += os.read(self.terminal, 65536).decode(errors="replace")
            except OSError:  # how a terminal ends
                break
        return re.search(pattern, self.screen)

    def wait_until_it_shows(self, pattern):
        wait_for(lambda: self.shows(pattern), f"irssi shows {pattern!r}")

    def wait_for_end(self):
        wait_for(lambda: self.shows("\0never") or os.waitpid(self.pid, os.WNOHANG)[0], "irssi ends")


class Weechat:
    """Without a terminal; commands go into its FIFO, and what it shows is in its logs."""

    def __init__(self, port, home):
        self.home = pathlib.Path(home) / "weechat"
        self.process = subprocess.Popen(
            ["weechat-headless", "--dir", str(self.home), "--stdout", "--run-command",
             f"/connect irc://weechat@127.0.0.1:{port}/#casa"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env={**os.environ, "LANG": "C.UTF-8"})

    def do(self, text):
        fifo = wait_for(lambda: list(self.home.glob("weechat_fifo_*")), "WeeChat makes its FIFO")[0]
        with open(fifo, "w", encoding="utf-8") as file:
            file.write(text + "\n")

    def shows(self, pattern):
        logs = self.home.glob("**/*.weechatlog")
        return any(re.search(pattern, log.read_text(encoding="utf-8")) for log in logs)


def talk(port, home):
    watcher = papod_test.Client(("127.0.0.1", port))
    watcher.register("watcher")
    watcher.send("JOIN #casa")
    watcher.expect(" 366 ")

    irssi = Irssi(port, home)
    irssi.wait_until_it_shows("End of /?MOTD|MOTD File is missing|no message of the day|[Mm]otd")
    irssi.type("/join #casa")
    watcher.expect("^:irssi!.* JOIN ")
    print("ok - irssi connects and joins", flush=True)

    weechat = Weechat(port, home)
    watcher.expect("^:weechat!.* JOIN ")
    print("ok - WeeChat connects and joins", flush=True)

    irssi.type("/window goto #casa")
    irssi.type("/msg #casa olá do irssi")
    watcher.expect("^:irssi!.* PRIVMSG #casa :olá do irssi$")
    wait_for(lambda: weechat.shows("irssi.*olá do irssi"), "WeeChat shows what irssi says")
    print("ok - WeeChat hears irssi", flush=True)

    buffer = f"irc.127.0.0.1.#casa"
    weechat.do(f"{buffer} *olá do weechat")
    watcher.expect("^:weechat!.* PRIVMSG #casa :olá do weechat$")
    irssi.wait_until_it_shows("olá do weechat")
    print("ok - irssi hears WeeChat", flush=True)

    irssi.type("/quit até logo")
    watcher.expect("^:irssi!.* QUIT ")
    irssi.wait_for_end()
    weechat.do("core.weechat */quit tchau")
    watcher.expect("^:weechat!.* QUIT ")
    weechat.process.wait(DEADLINE)
    print("ok - both quit, and others see it", flush=True)


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 6667
    with tempfile.TemporaryDirectory() as home:
        try:
            talk(port, home)
        except Exception as problem:
            print(f"not ok - {type(problem).__name__}: {problem}", flush=True)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
