#!/usr/bin/python3
"""irssi, WeeChat, senpai, Limnoria, ZNC and a page in Chromium, used as people use them, while
other clients watch.

clients.py [--port PORT] [PROGRAM]...: uses the papod on that port of 127.0.0.1, or starts one;
those that use TLS or WebSocket have one of their own.
Prints ok or not ok for each program and step.
"""

import argparse
import contextlib
import pathlib
import re
import signal
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import browser  # noqa: E402
import devices  # noqa: E402
import gamja  # noqa: E402
import logins  # noqa: E402
import modern  # noqa: E402
import notified  # noqa: E402
import notify  # noqa: E402
import papod_test  # noqa: E402
import programs  # noqa: E402
import searches  # noqa: E402
import secure  # noqa: E402
import stages  # noqa: E402
import web  # noqa: E402

MOST_SECONDS = 900


def use_by_hand(stage):
    """What users do with a normal client."""
    program, channel, watcher = stage.program, stage.channel, stage.watcher

    programs.wait_for(stage.is_here, f"{stage.nick} is here")
    program.wait_for_welcome()
    stage.ok("connects")

    program.do(f"/join {channel}")
    program.wait_for_join(channel)
    stage.watch()
    program.in_channel("olá, há alguém?")
    stage.sees(f"PRIVMSG {channel} :olá, há alguém\\?$")
    watcher.send(f"PRIVMSG {channel} :há, sim")
    program.wait_until_it_shows("watcher.*há, sim")
    stage.ok("joins and talks")

    program.in_channel("/op watcher")
    stage.sees(f"MODE {channel} \\+o watcher$")
    # The program does not undo a mode that it has not seen.
    program.wait_until_it_shows("\\[\\+o watcher\\]")
    program.in_channel("/deop watcher")
    stage.sees(f"MODE {channel} -o watcher$")
    stage.ok("makes operators")

    program.in_channel("/topic Uma casa portuguesa")
    stage.sees(f"TOPIC {channel} :Uma casa portuguesa$")
    stage.ok("sets a topic")

    program.ask_for_list()
    program.wait_until_it_shows(f"{channel}\\W+2\\W.*Uma casa portuguesa")
    stage.ok("lists the channels")

    program.do("/whois watcher")
    program.wait_until_it_shows("watcher of the tests")
    program.wait_until_it_shows("End of /?WHOIS")
    stage.ok("asks who somebody is")

    program.do("/away volto já")
    program.wait_until_it_shows("You have been marked as being away")
    watcher.send(f"WHOIS {stage.nick}")
    watcher.expect(f" 301 watcher {stage.nick} :volto já$")
    program.do("/away")
    program.wait_until_it_shows("You are no longer marked as being away")
    stage.ok("goes away and comes back")

    guest = stage.guest("guest")
    program.wait_until_it_shows("guest.*has joined")
    program.in_channel("/ban guest!*@*")
    stage.sees(f"MODE {channel} \\+b guest!\\*@\\*")
    program.in_channel("/kick guest chega")
    stage.sees(f"KICK {channel} guest :chega$")
    guest.expect(f" KICK {channel} guest :chega$")
    stage.refused(guest)
    program.wait_until_it_shows("\\[\\+b guest!\\*@\\*\\]")
    program.in_channel("/unban guest!*@*")
    stage.sees(f"MODE {channel} -b guest!\\*@\\*")
    guest.send(f"JOIN {channel}")
    guest.expect(" 366 ")
    stage.ok("bans, kicks and pardons")

    program.do("/reconnect")
    stage.sees("QUIT ")
    stage.sees(f"JOIN {channel}$")
    stage.ok("connects anew and comes back to its channel")

    program.do("/quit tchau")
    stage.sees("QUIT :.*tchau")
    program.wait_for_end()
    stage.ok("quits")


def use_as_owner(stage):
    """What a bot does for its owner."""
    channel, watcher = stage.channel, stage.watcher
    owner = stage.client("owner")

    def ask(words):
        owner.send(f"PRIVMSG {stage.nick} :{words}")

    programs.wait_for(stage.is_here, f"{stage.nick} is here")
    stage.ok("connects")

    ask(f"join {channel}")
    programs.wait_for(lambda: is_member(stage), f"{stage.nick} has joined {channel}")
    stage.watch()
    owner.send(f"JOIN {channel}", f"PRIVMSG {channel} :@ping")
    owner.expect(f"^:{stage.nick}!\\S+ PRIVMSG {channel} :.*pong")
    stage.ok("joins and answers")

    ask(f"op {channel} owner")
    stage.sees(f"MODE {channel} \\+o owner")
    stage.ok("makes operators")

    ask(f"topic set {channel} Uma casa portuguesa")
    stage.sees(f"TOPIC {channel} :Uma casa portuguesa")
    stage.ok("sets a topic")

    ask("network whois watcher")
    owner.expect(f"^:{stage.nick}!\\S+ (PRIVMSG|NOTICE) owner :.*watcher of the tests")
    stage.ok("asks who somebody is")

    ask("ircquote AWAY :volto já")
    programs.wait_for(lambda: is_away(stage), f"{stage.nick} is away")
    stage.ok("goes away")

    guest = stage.guest("guest")
    stage.watcher.expect("^:guest!.* JOIN ")
    ask(f"kban {channel} guest chega")
    stage.sees(f"MODE {channel} \\+b \\S+")
    stage.sees(f"KICK {channel} guest ")
    guest.expect(f" KICK {channel} guest ")
    stage.refused(guest)
    stage.ok("bans and kicks")

    ask("reconnect")
    stage.sees("QUIT ")
    stage.sees(f"JOIN {channel}$")
    stage.ok("connects anew and comes back to its channel")

    ask("quit tchau")
    stage.sees("QUIT :.*tchau")
    stage.program.wait_for_end()
    stage.ok("quits")
    watcher.sync()


def is_member(stage):
    stage.watcher.send(f"NAMES {stage.channel}", f"WHOIS {stage.nick}")
    stage.watcher.expect(" 318 ")
    return any(f" 319 watcher {stage.nick} " in line for line in stage.watcher.seen)


def is_away(stage):
    stage.watcher.send(f"WHOIS {stage.nick}")
    stage.watcher.expect(" 318 ")
    return any(re.search(f" 301 watcher {stage.nick} :volto já$", line)
               for line in stage.watcher.seen)


def use_as_bouncer(stage):
    """What a client does behind a bouncer."""
    channel, watcher = stage.channel, stage.watcher

    user = stage.program.connect()
    stage.stack.callback(user.close)
    programs.wait_for(stage.is_here, f"{stage.nick} is here")
    stage.ok("connects, and its user to it")

    programs.wait_for(lambda: is_member(stage), f"{stage.nick} has joined {channel}")
    stage.watch()
    user.expect(f"^:watcher!\\S+ JOIN {channel}")
    user.send(f"PRIVMSG {channel} :olá, há alguém?")
    stage.sees(f"PRIVMSG {channel} :olá, há alguém\\?$")
    watcher.send(f"PRIVMSG {channel} :há, sim")
    user.expect(f"PRIVMSG {channel} :há, sim$")
    stage.ok("joins, and its user talks")

    user.send(f"MODE {channel} +o watcher")
    stage.sees(f"MODE {channel} \\+o watcher")
    user.send(f"TOPIC {channel} :Uma casa portuguesa")
    stage.sees(f"TOPIC {channel} :Uma casa portuguesa$")
    user.send("LIST")
    user.expect(f" 322 {stage.nick} {channel} 2 :.*Uma casa portuguesa$")
    user.send("WHOIS watcher")
    user.expect(" 311 .*watcher of the tests")
    user.expect(" 318 ")
    stage.ok("passes on operators, topic, list and whois")

    guest = stage.guest("guest")
    user.expect("^:guest!.* JOIN ")
    user.send(f"MODE {channel} +b guest!*@*", f"KICK {channel} guest :chega")
    stage.sees(f"MODE {channel} \\+b guest!\\*@\\*")
    guest.expect(f" KICK {channel} guest :chega$")
    stage.refused(guest)
    stage.ok("passes on bans and kicks")

    user.send("AWAY :volto já")
    user.expect(" 306 ")
    programs.wait_for(lambda: is_away(stage), f"{stage.nick} is away")
    user.send("AWAY")
    user.expect(" 305 ")
    stage.ok("passes on going away")

    user.send("QUIT")
    user.expect_end()
    watcher.send(f"PRIVMSG {channel} :enquanto dormes", f"PRIVMSG {stage.nick} :em segredo")
    watcher.sync()
    assert stage.is_here()
    user = stage.program.connect()
    stage.stack.callback(user.close)
    heard = [user.expect("PRIVMSG .*enquanto dormes|PRIVMSG .*em segredo")[0] for _ in range(2)]
    assert heard[0] != heard[1], heard
    user.send(f"NAMES {channel}")
    assert f"@{stage.nick}" in user.expect(f" 353 .* {channel} :(.*)")[1]
    stage.ok("stays while its user is gone, and tells what was said")

    user.send("PRIVMSG *status :Jump")
    stage.sees("QUIT ")
    stage.sees(f"JOIN {channel}$")
    user.expect(f"^:{stage.nick}!\\S+ JOIN {channel}|PRIVMSG {stage.nick} :Connected!")
    stage.ok("connects anew and comes back to its channel")

    user.send("PRIVMSG *status :Shutdown")
    stage.sees("QUIT ")
    stage.program.wait_for_end()
    stage.ok("quits")


USES = {
    programs.Irssi: ((use_by_hand, stages.Stage), (modern.use, stages.Stage),
                     (notified.use, stages.Stage), (secure.use, secure.Stage),
                     *logins.rows(logins.Stage, "PLAIN", "EXTERNAL")),
    programs.Weechat: ((use_by_hand, stages.Stage), (modern.use, stages.Stage),
                       (secure.use, secure.Stage),
                       *logins.rows(logins.Stage, "PLAIN", "SCRAM-SHA-256", "EXTERNAL")),
    programs.Senpai: ((modern.use, stages.Stage), (searches.use, searches.Stage),
                      *logins.rows(logins.PlainStage, "PLAIN")),
    programs.Limnoria: ((use_as_owner, stages.Stage),),
    programs.Znc: ((use_as_bouncer, stages.Stage),),
    devices.Both: ((devices.use, devices.Stage),),
    gamja.Gamja: ((gamja.use, gamja.Stage),),
    browser.Chromium: ((web.use, web.Stage), (web.use, web.SecureStage), (web.use, web.ByHand)),
}

# Debian 12 lacks senpai, and no Debian has gamja.
OPTIONAL = (programs.Senpai, gamja.Gamja)


def try_out(kind, papod):
    """True: all steps succeeded."""
    if not kind.is_there():
        print(f"skipped: {kind.name} is not installed", flush=True)
        return kind in OPTIONAL
    return all([try_use(kind, use, make_stage, papod) for use, make_stage in USES[kind]])


def try_use(kind, use, make_stage, papod):
    with tempfile.TemporaryDirectory(prefix="papod-clients-") as home, \
            contextlib.ExitStack() as stack:
        try:
            print(f"# {kind.name} {kind.version()}", flush=True)
            use(make_stage(kind, papod, home, stack))
            return True
        except Exception as problem:  # pylint: disable=broad-exception-caught
            print(f"not ok - {kind.name}: {type(problem).__name__}: {problem}", flush=True)
            return False


def out_of_time(_number, _frame):
    raise papod_test.Failure(f"all together took more than {MOST_SECONDS} s")


def start_papod(stack):
    """Returns its port, and the place where it takes notifications."""
    place = notify.Place(stack.enter_context(tempfile.TemporaryDirectory(prefix="papod-clients-")))
    server = papod_test.Server(place.config(), listen="")
    stack.callback(server.stop)
    return server.port, place


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--port", type=int, help="papod listens there; none: one is started")
    words.add_argument("program", nargs="*", help=", ".join(kind.name for kind in USES))
    given = words.parse_args()
    kinds = [kind for kind in USES
             if not given.program or kind.name.lower() in map(str.lower, given.program)]
    signal.signal(signal.SIGALRM, out_of_time)
    signal.alarm(MOST_SECONDS)
    with contextlib.ExitStack() as stack:
        papod = (given.port, None) if given.port else start_papod(stack)
        return 0 if all([try_out(kind, papod) for kind in kinds]) else 1


if __name__ == "__main__":
    sys.exit(main())
