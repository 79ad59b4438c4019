#!/usr/bin/python3
"""Draws doc/kill.svg from a real run: two irssi chat, and papod is killed between two lines.

picture.py FILE: papod runs under the service manager of the end-to-end tests, on a port of
127.0.0.1 that the kernel picks; a tmux of its own holds both irssi and a shell. Everything ends
with the script, which takes at most a minute.
"""

import contextlib
import html
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "e2e"))
import papod_test  # noqa: E402
import service_manager  # noqa: E402

MOST_SECONDS = 60
COLUMNS, ROWS = 58, 8  # of each irssi
SHELL_COLUMNS, SHELL_ROWS = 2 * COLUMNS + 3, 4
SHELL_TITLE = "a shell on the server, between the second and the third line"
CELL_WIDTH, CELL_HEIGHT, TITLE_HEIGHT, MARGIN, FONT_SIZE = 8, 18, 24, 12, 13

FOREGROUND, BACKGROUND, FRAME, TITLE = "#d8dee9", "#1b1f27", "#3b4252", "#aab4c5"
COLOURS = ["#2e3440", "#bf616a", "#a3be8c", "#ebcb8b", "#5e81ac", "#b48ead", "#88c0d0", "#d8dee9",
           "#4c566a", "#d8737d", "#b8d29f", "#f0d9a4", "#81a1c1", "#c8a2c8", "#9fd4e2", "#eceff4"]

IRSSI_CONFIG = """
servers = ( {{ address = "127.0.0.1"; port = "{port}"; chatnet = "papod"; }} );
chatnets = {{ papod = {{ type = "IRC"; }}; }};
"""


class Terminal:
    """A tmux server of its own, with one window for each program."""

    def __init__(self, directory):
        self.socket = os.path.join(directory, "tmux")
        self.environment = {"HOME": directory, "LANG": "C.UTF-8", "TERM": "xterm-256color",
                            "PATH": os.environ["PATH"], "PS1": "# "}

    def tmux(self, *words):
        return subprocess.run(["tmux", "-S", self.socket, "-f", os.devnull, *words], check=True,
                              env=self.environment, capture_output=True, text=True,
                              timeout=MOST_SECONDS).stdout

    def open(self, name, command, columns, rows):
        self.tmux("new-session", "-d", "-s", name, "-x", str(columns), "-y", str(rows), command,
                  ";", "set-option", "status", "off")

    def type(self, name, text):
        self.tmux("send-keys", "-t", name, "-l", text)
        self.tmux("send-keys", "-t", name, "Enter")

    def shows(self, name):
        return self.tmux("capture-pane", "-p", "-t", name)

    def wait_until_it_shows(self, name, pattern):
        while not re.search(pattern, self.shows(name)):  # the alarm bounds it
            time.sleep(0.05)

    def capture(self, name):
        return self.tmux("capture-pane", "-e", "-N", "-p", "-t", name).split("\n")

    def close(self):
        with contextlib.suppress(subprocess.SubprocessError):
            self.tmux("kill-server")


class Chat:
    """Two users in a channel."""

    def __init__(self, terminal, directory, port):
        self.terminal = terminal
        for nick in ("ana", "bea"):
            home = os.path.join(directory, nick)
            os.mkdir(home)
            with open(os.path.join(home, "config"), "w", encoding="utf-8") as file:
                file.write(IRSSI_CONFIG.format(port=port))
            terminal.open(nick, f"irssi --noconnect --home={shlex.quote(home)}", COLUMNS, ROWS)
            terminal.wait_until_it_shows(nick, r"\[\(status\)\]")
            for command in ("set timestamp_format %H:%M:%S", "set cmd_queue_speed 10msec",
                            f"set nick {nick}", "connect papod"):
                terminal.type(nick, "/" + command)
            terminal.wait_until_it_shows(nick, "is now your")
            terminal.type(nick, "/join #garden")
            terminal.wait_until_it_shows(nick, "Channel #garden created")
        terminal.wait_until_it_shows("ana", r"bea \[")
        terminal.wait_until_it_shows("bea", "was synced")
        for nick in ("ana", "bea"):
            terminal.type(nick, "/window 1")  # nothing is unread there
            terminal.type(nick, "/window 2")
            terminal.type(nick, "/clear")

    def say(self, nick, text):
        self.terminal.type(nick, text)
        for other in ("ana", "bea"):
            self.terminal.wait_until_it_shows(other, re.escape(text))
        time.sleep(1)  # another second on the clock, so that the picture shows the order


def play(terminal, directory):
    papod = service_manager.Papod(store_max=1000, restarts=True)
    try:
        papod.start()
        chat = Chat(terminal, directory, papod.address[1])
        terminal.open("shell", "exec sh", SHELL_COLUMNS, SHELL_ROWS)
        chat.say("ana", "Can you restart the server some time?")
        chat.say("bea", "Any time. I will kill it right now.")
        with papod.changed:
            before, pid = len(papod.log), papod.pid
        terminal.type("shell", f"kill -9 {pid}")
        papod.wait_for_start(2)
        log = papod.wait_for_log("continues where the last process stopped", before)
        time.sleep(1)
        chat.say("ana", "And? I am still here.")
        chat.say("bea", "That was it. This is the next process.")
        with open(os.path.join(directory, "log"), "w", encoding="utf-8") as file:
            file.write(log + "\n")
        terminal.type("shell", "tail -n 1 log")
        terminal.wait_until_it_shows("shell", "clients=2")
        return {name: terminal.capture(name) for name in ("ana", "bea", "shell")}
    finally:
        papod.close()


class Pen:
    """The state that SGR sequences change."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.front = self.back = None
        self.is_bold = self.is_reverse = False

    @staticmethod
    def palette(index):
        if index < 16:
            return COLOURS[index]
        if index >= 232:
            return "#" + f"{8 + 10 * (index - 232):02x}" * 3
        levels = [0, 95, 135, 175, 215, 255]
        index -= 16
        return "#" + "".join(f"{levels[index // n % 6]:02x}" for n in (36, 6, 1))

    def apply(self, parameters):
        codes = [int(code or 0) for code in parameters.split(";")]
        while codes:
            code = codes.pop(0)
            if code == 0:
                self.reset()
            elif code in (1, 22):
                self.is_bold = code == 1
            elif code in (7, 27):
                self.is_reverse = code == 7
            elif code in (38, 48) and codes[:1] == [5]:
                self.set_colour(code == 38, codes[1])
                codes = codes[2:]
            elif 30 <= code % 60 <= 37 and code < 98:
                self.set_colour(True, code % 60 - 30 + (8 if code >= 90 else 0))
            elif 40 <= code % 60 <= 47 and code < 108:
                self.set_colour(False, code % 60 - 40 + (8 if code >= 100 else 0))
            elif code == 39:
                self.front = None
            elif code == 49:
                self.back = None

    def set_colour(self, is_front, index):
        if is_front:
            self.front = index
        else:
            self.back = index

    def colours(self):
        front, back = self.front, self.back
        if front is not None and front < 8 and self.is_bold:
            front += 8
        front = FOREGROUND if front is None else self.palette(front)
        back = BACKGROUND if back is None else self.palette(back)
        return (back, front) if self.is_reverse else (front, back)


def runs_of(line, pen):
    """Pieces of a line: column, text, colours, bold."""
    column = 0
    for piece in re.split(r"(\x1b\[[0-9;]*m|\x1b.|[\x0e\x0f])", line):
        sequence = re.fullmatch(r"\x1b\[([0-9;]*)m", piece)
        if sequence:
            pen.apply(sequence[1])
        elif piece and not re.match(r"[\x1b\x0e\x0f]", piece):
            yield column, piece, pen.colours(), pen.is_bold
            column += len(piece)


def draw_window(out, title, lines, place, size):
    (left, top), (columns, rows) = place, size
    width, height = columns * CELL_WIDTH + 16, rows * CELL_HEIGHT + TITLE_HEIGHT + 14
    out.append(f'<rect x="{left}" y="{top}" width="{width}" height="{height}" rx="6" '
               f'fill="{BACKGROUND}" stroke="{FRAME}"/>')
    out.append(f'<text x="{left + 10}" y="{top + 17}" fill="{TITLE}">{html.escape(title)}</text>')
    out.append(f'<path d="M{left} {top + TITLE_HEIGHT}h{width}" stroke="{FRAME}"/>')
    pen = Pen()
    for row, line in enumerate(lines[:rows]):
        y = top + TITLE_HEIGHT + 8 + row * CELL_HEIGHT
        for column, text, (front, back), is_bold in runs_of(line, pen):
            x = left + 8 + column * CELL_WIDTH
            length = len(text) * CELL_WIDTH
            if back != BACKGROUND:
                out.append(f'<rect x="{x}" y="{y}" width="{length}" height="{CELL_HEIGHT}" '
                           f'fill="{back}"/>')
            if text.strip():
                weight = ' font-weight="bold"' if is_bold else ""
                out.append(f'<text x="{x}" y="{y + 13}" fill="{front}"{weight} '
                           f'textLength="{length}" xml:space="preserve">{html.escape(text)}</text>')
    return width, height


def draw(windows):
    body = []
    width, height = draw_window(body, "ana: irssi", windows["ana"], (MARGIN, MARGIN),
                                (COLUMNS, ROWS))
    draw_window(body, "bea: irssi", windows["bea"], (2 * MARGIN + width - 4, MARGIN),
                (COLUMNS, ROWS))
    total, below = draw_window(body, SHELL_TITLE, windows["shell"], (MARGIN, 2 * MARGIN + height - 4),
                               (SHELL_COLUMNS, SHELL_ROWS))
    total += 2 * MARGIN
    height += below + 3 * MARGIN - 4
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {height}" width="{total}" '
        f'height="{height}" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" '
        f'font-size="{FONT_SIZE}">',
        "<title>Two users chat while papod is killed between two lines</title>", *body, "</svg>",
        ""])


def out_of_time(_number, _frame):
    raise papod_test.Failure(f"it took more than {MOST_SECONDS} seconds")


def main():
    signal.signal(signal.SIGALRM, out_of_time)
    signal.alarm(MOST_SECONDS)
    target = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="papod-picture-") as directory:
        terminal = Terminal(directory)
        try:
            os.chdir(directory)
            picture = draw(play(terminal, directory))
        finally:
            terminal.close()
    with open(target, "w", encoding="utf-8") as file:
        file.write(picture)


if __name__ == "__main__":
    main()
