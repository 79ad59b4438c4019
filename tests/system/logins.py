"""Programs log in to an account, by each mechanism that they know."""

import functools
import re

import gated
import programs
import secure
import stages

ACCOUNT, PASSWORD, WRONG = "conta", "Vq3mTz8kWp5xRn2c", "Jd7sLw4hYb9gKf6q"


class Stage(secure.Stage):
    """Its papod has an account, with a password and the certificate of the program."""

    def __init__(self, mechanism, *words, password=PASSWORD):
        self.login = programs.Login(mechanism, ACCOUNT, password)
        super().__init__(*words)

    def owner(self):
        """With the program's certificate, which then suffices to log in, without the account."""
        if not self.has_tls:
            return self.client("owner")
        client = gated.Client(("127.0.0.1", self.door), gated.context(pair=self.own))
        self.stack.callback(stages.leave, client)
        client.register("owner")
        return client

    def start_program(self, home):
        owner = self.owner()
        owner.send(f"REGISTER {ACCOUNT} * {PASSWORD}")
        owner.expect(f"REGISTER SUCCESS {ACCOUNT} ")
        owner.send(f"NICKSERV CERT ADD {self.own.fingerprint}")
        owner.expect("NOTICE owner :You can log in by SASL EXTERNAL")
        return self.kind(self.door, home, self.channel, self.pairs, self.login)


class PlainStage(Stage):
    """Without TLS."""
    has_tls = False

    def start_papod(self, stack):
        plain, _ = super().start_papod(stack)
        return plain, plain


def is_logged_in(stage):
    stage.watcher.send(f"WHOIS {stage.nick}")
    lines = stage.watcher.expect_until(" 318 ")
    return any(re.search(f" 330 watcher {stage.nick} {ACCOUNT} ", line) for line in lines)


def use(stage):
    programs.wait_for(stage.is_here, f"{stage.nick} is here")
    stage.program.wait_for_welcome()
    assert is_logged_in(stage)
    stage.ok(f"logs in by {stage.login.mechanism}")
    stage.program.do(f"/join {stage.channel}")
    stage.program.wait_for_join(stage.channel)
    stage.watcher.send(f"JOIN {stage.channel}")
    for name, event in stage.events():
        event()
        stage.program.in_channel(f"depois de {name}")
        stage.sees(f"PRIVMSG {stage.channel} :depois de {name}")
        assert is_logged_in(stage)
        stage.ok(f"is still logged in after {name}")


def use_wrongly(stage):
    """With a wrong password."""
    stage.program.wait_until_it_shows("(?i)SASL.*failed|authentication failed")
    assert not is_logged_in(stage)
    stage.ok(f"is not logged in by {stage.login.mechanism} with a wrong password")


def rows(stage, *mechanisms):
    """For the table of clients.py."""
    right = [(use, functools.partial(stage, mechanism)) for mechanism in mechanisms]
    wrong = [(use_wrongly, functools.partial(stage, mechanism, password=WRONG))
             for mechanism in mechanisms if mechanism != "EXTERNAL"]
    return (*right, *wrong)
