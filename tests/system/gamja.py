"""The web client gamja, in Chromium and from papod's own port: what was said while its page was
closed, and long before. GAMJA is its directory; none: where README.md puts it."""

import os
import pathlib
import re

import browser
import devices
import gated
import papod_test
import programs
import secure
import test_web

DIRECTORY = pathlib.Path(os.environ.get("GAMJA", "/usr/local/share/gamja"))
PAGE = 100  # gamja asks for so many lines at a time
BUFFERS = "[...document.querySelectorAll('#buffer-list li:not(.type-server) a')]"
UNREAD = f"{BUFFERS}.filter(a => a.parentNode.className.includes('unread-')).map(a => a.innerText)"
LINES = "[...document.querySelectorAll('#buffer .logline')].map(line => line.innerText).join('\\n')"


class Gamja(browser.Chromium):
    """Its home has what the page remembers, so a page that is opened again is the same client."""
    name, nick, device = "gamja", devices.ACCOUNT, "navegador"

    @classmethod
    def is_there(cls):
        return super().is_there() and (DIRECTORY / "index.html").exists()

    def fragment(self):
        """None: with the name of a channel that gamja opens, it asks twice for what was missed, as
        nothing is shown there yet, and shows it twice, from whatever server."""
        return ""

    def is_loaded(self):
        try:
            return self.evaluate("document.querySelector('form, #composer') !== null")
        except papod_test.Failure:
            return False

    def type_into(self, selector, text):
        self.evaluate(f"document.querySelector({selector!r}).focus()")
        self.call("Input.insertText", text=text)

    def log_in(self):
        self.type_into("input[name=nick]", self.nick)
        self.type_into("input[name=password]", devices.PASSWORD)
        self.evaluate("document.querySelector('input[name=rememberMe]').click()")
        self.evaluate("document.querySelector('summary').click()")
        self.type_into("input[name=username]", f"{self.nick}@{self.device}")
        self.evaluate("document.querySelector('form button').click()")

    def do(self, text):
        self.evaluate("document.querySelector('#composer input').focus()")
        super().do(text)

    def go_to(self, name):
        """False: there is no such conversation."""
        link = f"{BUFFERS}.find(link => link.innerText === {name!r})"
        return self.evaluate(f"{link} ? ({link}.click(), true) : false")

    def in_channel(self, text):
        programs.wait_for(lambda: self.go_to(self.channel), f"gamja opens {self.channel}")
        self.do(text)

    def look(self):
        """All conversations."""
        names = self.evaluate(f"{BUFFERS}.map(link => link.innerText).join(' ')") or ""
        return "\n".join(self.evaluate(LINES) for name in names.split() if self.go_to(name))

    def said(self):
        return devices.said_in([self.look()])

    def scroll_up(self, name):
        self.go_to(name)
        self.evaluate("document.querySelector('#buffer').scrollTop = 1")
        self.evaluate("document.querySelector('#buffer').scrollTop = 0")

    def leave(self):
        """Close the page, not the browser."""
        self.call("Page.close")
        self.session = {}


class Stage(devices.Stage):
    """With a gate, which has the page."""

    def start_papod(self):
        self.gate = test_web.Gate()
        self.stack.callback(self.gate.close)
        self.papod = gated.papod_beside(self.gate, f"""
            accounts = {{ registrations_per_address = 0; }};
            history = {{ enabled = true; }};
            web = {{ directory = "{DIRECTORY}"; }};
            """)
        self.stack.callback(self.papod.close)
        self.port, self.door = self.papod.address[1], self.gate.address[1]

    def enter(self):
        super().enter()
        self.watcher.send("CAP REQ :server-time")
        self.watcher.expect(" ACK :server-time")

    def start_programs(self, home):
        self.program = self.kind(self.door, home, self.channel)
        self.stack.callback(self.program.stop)


class Talk(devices.Talk):
    """gamja asks for what is older than a time, and misses lines of the same one: in each
    conversation, each line has a time of its own. The clock is the server's, whose turns of the
    loop may take long on a busy machine."""

    def say_to_devices(self):
        super().say_to_devices()
        self.wait_for_other_time()

    def say_from(self, device):
        super().say_from(device)
        self.wait_for_other_time()

    def wait_for_other_time(self):
        self.heard()
        watcher = self.stage.watcher
        said = [line for line in watcher.seen if devices.SAID.search(line)]
        last = re.search("^@time=([^ ;]+)", said[-1])[1]
        now = last
        while now == last:
            watcher.send("PING clock")
            now = watcher.expect("^@time=([^ ;]+)[^ ]* .* PONG .*clock")[1]


def read_all(stage, talk, name):
    """Scroll up until the first line is shown."""
    first = next(line for line in talk.heard() if (name == stage.channel) == (" diz " in line))

    def is_shown():
        stage.program.scroll_up(name)
        return stage.program.shows(rf"{first}\b")

    programs.wait_for(is_shown, f"gamja shows {first!r} in {name}")


def show_all(stage, talk):
    for name in (stage.channel, "vizinho"):
        read_all(stage, talk, name)
    talk.check(stage.program)


def check_order(gamja, talk, missed):
    """Each conversation is shown from some line on, in the order of the server."""
    shown = gamja.said()
    if not set(missed) <= set(shown):
        raise papod_test.Failure(f"gamja shows {shown}, without some of {missed}")
    for verb in ("diz", "segreda"):
        lines = devices.those(f" {verb} ", shown)
        devices.compare(gamja, lines, devices.those(f" {verb} ", talk.heard())[-len(lines):])


def use(stage):
    gamja, talk = stage.program, Talk(stage)
    for _ in range(PAGE + PAGE // 2):
        talk.say()
    gamja.log_in()
    stage.wait_for(gamja)
    programs.wait_for(lambda: gamja.go_to(stage.channel), "gamja shows its channel")
    read_all(stage, talk, stage.channel)
    gamja.in_channel("/query vizinho")
    show_all(stage, talk)
    stage.ok("logs in, and scrolls back to what was said before it came")

    talk.through(stage.papod.restart, gamja)
    talk.check(gamja)
    stage.ok("talks through a restart")

    for name, event in (("a restart", stage.papod.restart), ("a crash", lambda: secure.die(stage.papod))):
        n_heard = len(talk.heard())
        gamja.leave()
        stage.wait_for()
        talk.through(event)
        missed = talk.heard()[n_heard:]
        gamja.open_page()
        programs.wait_for(lambda: set(gamja.evaluate(f"{UNREAD}.join(' ')").split()) ==
                          {stage.channel, "vizinho"}, "gamja marks what it has missed")
        check_order(gamja, talk, missed)
        stage.ok(f"is shown what was said while it was away, through {name}")
        show_all(stage, talk)
        stage.ok("scrolls back to what it had shown before")
