"""What users of TLS see: their certificate counts, and nothing of restarts and crashes."""

import itertools
import re
import signal
import threading

import gate_case
import gated
import papod_test
import programs
import stages

LINES = 30  # in each direction, for each event
OPERATORS = """
operators = ( {{ name = "root"; certificates = [ "{}" ]; privileges = [ "kill" ]; }} );
"""


class Stage(stages.Stage):
    """With a papod and a gate of its own, as services."""
    make_gate = gated.Gate
    has_tls = True

    def __init__(self, kind, _papod, home, stack):
        self.server = gate_case.Pair(home, "server", hosts=("localhost",))
        self.own = gate_case.Pair(home, "own", hosts=(kind.name,))
        self.pairs = (self.server, self.own) if self.has_tls else ()
        plain, self.door = self.start_papod(stack)
        super().__init__(kind, (plain, None), home, stack)

    def settings(self):
        return gate_case.tls_config(self.server) + OPERATORS.format(self.own.fingerprint)

    def start_papod(self, stack):
        """Returns its port without TLS, and that of the gate."""
        # pylint: disable=attribute-defined-outside-init
        self.gate = self.make_gate()
        stack.callback(self.gate.close)
        self.papod = gated.papod_beside(self.gate, self.settings())
        stack.callback(self.papod.close)
        return self.papod.address[1], self.gate.address[1]

    def events(self):
        """Pairs of a name, and a function that returns when it is over."""
        return (("a restart", self.papod.restart),
                ("a crash", lambda: die(self.papod)),
                ("a crash of the gate", lambda: die(self.gate)))

    def start_program(self, home):
        return self.kind(self.door, home, self.channel, self.pairs)


def enter(stage):
    programs.wait_for(stage.is_here, f"{stage.nick} is here")
    stage.program.wait_for_welcome()
    stage.program.do(f"/join {stage.channel}")
    stage.program.wait_for_join(stage.channel)
    stage.watch()
    stage.watcher.send(f"WHOIS {stage.nick}")
    lines = stage.watcher.expect_until(" 318 ")
    assert any(re.search(" 671 .*TLSv1.3", line) for line in lines) == stage.has_tls, lines


def show_the_certificate(stage):
    stage.program.do(f"/whois {stage.nick}")
    stage.program.wait_until_it_shows(f"fingerprint {stage.own.fingerprint}")
    stage.program.do("/quote OPER root")
    stage.program.wait_until_it_shows("You are now an? (IRC )?operator")
    stage.watcher.send(f"WHOIS {stage.nick}")
    stage.watcher.expect(f" 313 watcher {stage.nick} ")


class Talk:
    """Numbered lines between the program and the watcher. None is lost, repeated or out of order,
    and nobody leaves or comes back."""

    def __init__(self, stage):
        self.stage, self.numbers, self.n_sent = stage, itertools.count(), 0

    def say(self):
        stage, number = self.stage, next(self.numbers)
        stage.program.in_channel(f"daqui {number}")
        stage.watcher.send(f"PRIVMSG {stage.channel} :dali {number}")
        self.n_sent = number + 1

    def hear(self, first):
        stage = self.stage
        for number in range(first, self.n_sent):
            while (line := stage.watcher.read_line()) and line.startswith("PING "):
                stage.watcher.send("PONG " + line[5:])
            wanted = f":{stage.nick}!\\S+ PRIVMSG {stage.channel} :daqui {number}"
            if not re.fullmatch(wanted, line or ""):
                raise papod_test.Failure(f"the watcher gets {line!r}, not {wanted!r}")
        stage.program.wait_until_it_shows(f"dali {self.n_sent - 1}\\b")
        shown = re.findall(r"dali (\d+)", stage.program.look())
        if shown != [str(number) for number in range(self.n_sent)]:
            raise papod_test.Failure(f"the program shows {shown} of {self.n_sent} lines")

    def through(self, event):
        first = self.n_sent
        thread = threading.Thread(target=event)
        for i in range(LINES):
            self.say()
            if i == LINES // 3:
                thread.start()
        thread.join()
        self.say()
        self.hear(first)


def die(service):
    n_starts = service.n_starts
    service.kill(signal.SIGKILL)
    service.wait_for_start(n_starts + 1)


def talk_through_everything(stage):
    talk = Talk(stage)
    stage.watcher.sync()
    for name, event in stage.events():
        talk.through(event)
        stage.ok(f"talks through {name}")
    stage.watcher.sync()
    if any(re.search(f"^:{stage.nick}!\\S+ (JOIN|QUIT)", line) for line in stage.watcher.seen):
        raise papod_test.Failure(f"{stage.nick} left or came back: {stage.watcher.seen[-50:]}")


def use(stage):
    enter(stage)
    stage.ok("connects with TLS, and joins")
    show_the_certificate(stage)
    stage.ok("shows its certificate and becomes an operator")
    talk_through_everything(stage)
    stage.program.do("/quit tchau")
    stage.sees("QUIT :.*tchau")
    stage.program.wait_for_end()
    stage.ok("quits with TLS")
