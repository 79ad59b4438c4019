"""What the members of a channel see of a flood of spammers, without and with the example
etc/moderation.conf.

    PAPOD=build/papod python3 tests/bench/spam.py [SCALE]

500 members are in a channel, 20 of them talk as in conversation.txt; 200 spammers of eight kinds
come from as many addresses, and 10 users who are new and mean well. A scale of 0.1 takes a tenth of
the clients. The automatic lockdown needs two minutes after a start, which the second run waits for;
a newcomer is one for 90 seconds instead of 10 minutes, so that the members are known, and the ten
spammers who came with them, too. Exits with 1 if a limit is missed.
"""

import asyncio
import collections
import os
import pathlib
import random
import re
import resource
import statistics
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import papod_test  # noqa: E402

ROOT = HERE.parents[1]
FLOOD_SECONDS = 60
CALM_SECONDS = 125
KNOWN_AFTER = "90 s"
SERVER = """
cloak = { hosts = false; };
dns = { reverse = false; };
limits = { filters = 20; };
"""
CHANNEL = 'permanent_channels = ( { name = "#plaza"; modes = "%s"; } );\n'
ADVERTS = ("Earn 5000 a week from home, ask {} on the web how it is done",
           "Best crypto casino in town, double your money today, code {}",
           "Hot singles wait for you near the station, call 555-01{}",
           "Your computer has {} viruses, download the cleaner now for free",
           "Cheap followers for all networks, {} for the price of a coffee")
WORDS = ("moon", "river", "apple", "engine", "window", "garden", "copper", "silver", "winter")
SEEN = re.compile(rb"^(?:@\S+ )?:[^ ]*!~evil@[^ ]* ([A-Z]+) (#?)", re.MULTILINE)
REFUSED = re.compile(rb"^:\S+ (?:404|432|531) ", re.MULTILINE)
KICKED = re.compile(rb"^:\S+ KICK #plaza ", re.MULTILINE)
TALKED = re.compile(rb" PRIVMSG #plaza :T([\d.]+) ")


class Wire(asyncio.Protocol):
    """A client; what it needs to do with lines is in the subclasses."""

    def __init__(self, crowd, nick, user):
        self.crowd, self.nick, self.user = crowd, nick, user
        self.rest, self.is_closed = b"", False
        self.welcome = crowd.loop.create_future()

    def connection_made(self, transport):
        self.transport = transport
        self.send(f"NICK {self.nick}", f"USER {self.user} 0 * :{self.nick}")

    def data_received(self, data):
        text = self.rest + data
        end = text.rfind(b"\n") + 1
        text, self.rest = text[:end], text[end:]
        if b"PING :" in text or text.startswith(b"PING "):
            for token in re.findall(rb"^PING (.*?)\r?$", text, re.MULTILINE):
                self.send("PONG " + token.decode())
        if not self.welcome.done() and (b" 422 " in text or b" 376 " in text):
            self.welcome.set_result(True)
        self.lines(text)

    def lines(self, text):
        """Whole lines have come."""

    def connection_lost(self, _):
        self.is_closed = True
        if not self.welcome.done():
            self.welcome.set_result(False)

    def send(self, *lines):
        if not self.transport.is_closing():
            self.transport.write("".join(line + "\r\n" for line in lines).encode())


class Member(Wire):
    """Counts what it sees of spammers."""

    def lines(self, text):
        run = self.crowd
        for verb, is_channel in SEEN.findall(text):
            run.seen[verb.decode(), bool(is_channel)] += 1
            if verb in (b"PRIVMSG", b"NOTICE", b"INVITE", b"NICK"):
                run.last_spam = time.monotonic()
        run.kicks += len(KICKED.findall(text))
        if self is run.witness:
            for said in TALKED.findall(text):
                run.latencies.append(time.time() - float(said))
        run.refused += len(REFUSED.findall(text))


class Spammer(Wire):
    def lines(self, text):
        self.crowd.spam_refused += len(REFUSED.findall(text))


class Honest(Wire):
    def lines(self, text):
        self.crowd.honest_refused += len(REFUSED.findall(text))


class Run:
    def __init__(self, config, scale, calm_seconds):
        self.scale, self.calm_seconds = scale, calm_seconds
        self.server = papod_test.Server(config=config)
        self.loop = asyncio.get_running_loop()
        self.seen = collections.Counter()
        self.kicks = self.refused = self.spam_refused = self.honest_refused = 0
        self.n_said = self.n_sent = self.n_admitted = self.n_honest = 0
        self.latencies, self.witness, self.last_spam = [], None, None
        self.dice = random.Random(4)

    def count(self, number):
        return max(1, round(number * self.scale))

    async def connect(self, kind, nick, user, address):
        _, wire = await self.loop.create_connection(
            lambda: kind(self, nick, user), "127.0.0.1", self.server.port,
            local_addr=(address, 0))
        return wire if await wire.welcome else None

    async def gather_members(self):
        self.members = []
        for number in range(self.count(500)):
            member = await self.connect(Member, f"member{number}", "good",
                                        f"127.2.{number // 250}.{number % 250 + 1}")
            member.send("JOIN #plaza")
            self.members.append(member)
        self.witness = self.members[-1]

    # What spammers of each kind do, in turn; each yields after what it did how long it waits.

    def advert(self):
        return self.dice.choice(ADVERTS).format(self.dice.randrange(10, 99))

    def victim(self):
        return self.dice.choice(self.members).nick

    def do_advert(self, wire):
        yield from self.say(wire, [f"PRIVMSG #plaza :{self.advert()}"] * 3)
        wire.send(f"QUIT :{self.advert()}")
        yield 1

    def do_private(self, wire):
        for _ in range(40):
            victims = ",".join(self.victim() for _ in range(4))
            yield from self.say(wire, [f"PRIVMSG {victims} :{self.advert()}",
                                       f"NOTICE {self.victim()} :{self.advert()}",
                                       f"INVITE {self.victim()} #plaza2"])

    def do_nick(self, wire):
        for number in range(100):
            yield from self.say(wire, [f"NICK BUY{number}x{self.dice.randrange(10**6)}"])

    def do_mention(self, wire):
        for _ in range(40):
            names = " ".join(self.victim() for _ in range(20))
            yield from self.say(wire, [f"PRIVMSG #plaza :{names} look {self.words()}"])

    def do_link(self, wire):
        for _ in range(40):
            yield from self.say(wire, [f"PRIVMSG #plaza :{self.words()} https://x.example/"
                                       f"{self.dice.randrange(10**6)}",
                                       f"PART #plaza :www.x.example/{self.words()}", "JOIN #plaza"])

    def do_zalgo(self, wire):
        marks = [chr(0x300 + mark) for mark in range(0x60)]
        for _ in range(40):
            heaps = "".join(letter + "".join(self.dice.choices(marks, k=6))
                            for letter in self.words())
            alike = "bеst сryptо cаsinо" + self.words()
            yield from self.say(wire, [f"PRIVMSG #plaza :{heaps}", f"PRIVMSG #plaza :{alike}"])

    def do_drip(self, wire):
        for _ in range(6):
            yield from self.say(wire, [f"PRIVMSG #plaza :{self.words()}? {ADVERTS[0].format(7)}"])
            yield 10

    def do_sleeper(self, wire):
        for _ in range(6):
            yield from self.say(wire, [f"PRIVMSG #plaza :{self.words()}, {ADVERTS[1].format(8)}"])
            yield 10

    def words(self):
        return " ".join(self.dice.choices(WORDS, k=5))

    def say(self, wire, lines):
        for line in lines:
            self.n_sent += 1
            wire.send(line)
            yield 0.5

    async def play(self, script, wire, until):
        for pause in script(wire):
            await asyncio.sleep(pause * self.dice.uniform(0.5, 1.5))
            if wire.is_closed or time.monotonic() > until:
                return

    async def spam(self, kind, number, until):
        """Spammers come within ten seconds, and come back when they are gone."""
        await asyncio.sleep(self.dice.uniform(0, 10))
        turn = 0
        while time.monotonic() < until:
            turn += 1
            wire = await self.connect(Spammer, f"{kind}{number}x{turn}", "evil",
                                      f"127.1.{number // 250}.{number % 250 + 1}")
            if wire:
                wire.send("JOIN #plaza", "JOIN #plaza2")
                await self.play(getattr(self, "do_" + kind), wire, until)
                wire.transport.close()
            await asyncio.sleep(2)

    async def sleep_and_spam(self, wire, flood):
        until = await flood
        await self.play(self.do_sleeper, wire, until)

    async def be_honest(self, number, until):
        await asyncio.sleep(number * 5)
        self.n_honest += 1
        wire = await self.connect(Honest, f"honest{number}", "fair", f"127.3.0.{number + 1}")
        if not wire:
            return
        self.n_admitted += 1
        wire.send("JOIN #plaza", f"PRIVMSG #plaza :hello, I am new here ({number})")
        await asyncio.sleep(max(0, until - time.monotonic()))
        wire.transport.close()

    async def talk(self, lines, until):
        speakers = self.members[:20]
        while time.monotonic() < until:
            text = next(lines)
            speakers[self.n_said % len(speakers)].send(f"PRIVMSG #plaza :T{time.time()} {text}")
            self.n_said += 1
            await asyncio.sleep(0.2)

    async def run(self):
        kinds = {"advert": 40, "private": 30, "nick": 20, "mention": 30, "link": 30, "zalgo": 20,
                 "drip": 20}
        conversation = [line.split(": ", 1)[1] for line in read_conversation()]
        flood = self.loop.create_future()
        await self.gather_members()
        sleepers = []
        for number in range(self.count(10)):
            wire = await self.connect(Spammer, f"sleeper{number}", "evil", f"127.1.9.{number + 1}")
            wire.send("JOIN #plaza")
            sleepers.append(wire)
        self.server.wait_for_log("The server is ready")
        await asyncio.sleep(self.calm_seconds)
        self.seen.clear()
        cpu, begun = self.server.cpu_seconds(), time.monotonic()
        until = begun + FLOOD_SECONDS
        flood.set_result(until)
        tasks = [self.sleep_and_spam(wire, flood) for wire in sleepers]
        number = 0
        for kind, count in kinds.items():
            for _ in range(self.count(count)):
                tasks.append(self.spam(kind, number, until))
                number += 1
        tasks += [self.be_honest(number, until) for number in range(self.count(10))]
        tasks.append(self.talk(iter(conversation * 10), until))
        await asyncio.gather(*tasks)
        self.cpu = (self.server.cpu_seconds() - cpu) / (time.monotonic() - begun)
        await asyncio.sleep(1)
        self.quiet_after = (self.last_spam or begun) - begun
        for member in self.members:
            member.transport.close()
        self.server.stop()

    def texts_seen(self):
        """Texts and the like for each member, not joins."""
        return sum(count for (verb, _), count in self.seen.items()
                   if verb in ("PRIVMSG", "NOTICE", "INVITE", "NICK")) / len(self.members)

    def report(self, name):
        each = {f"{verb}{' to it' if verb in ('PRIVMSG', 'NOTICE') and not is_channel else ''}":
                count / len(self.members) for (verb, is_channel), count in self.seen.items()}
        latencies = sorted(self.latencies)
        print(f"{name}\n"
              f"    spammers sent            {self.n_sent} lines, {self.spam_refused} refused\n"
              f"    a member saw of them     {self.texts_seen():.1f} texts, nicks and invitations, "
              f"the last after {self.quiet_after:.0f} s of {FLOOD_SECONDS}\n"
              f"    by command               "
              + ", ".join(f"{verb} {count:.1f}" for verb, count in sorted(each.items()))
              + f"{', KICK' if self.kicks else ''}\n"
              f"    members said             {self.n_said} lines, of which "
              f"{len(latencies)} came, after {statistics.median(latencies) * 1000:.0f} ms "
              f"(p50) and {latencies[len(latencies) * 99 // 100] * 1000:.0f} ms (p99); "
              f"{self.refused} were refused\n"
              f"    new and honest           {self.n_admitted} of {self.n_honest} came in, "
              f"{self.honest_refused} lines were refused\n"
              f"    papod's CPU              {self.cpu:.0%}", flush=True)


def read_conversation():
    return (HERE / "conversation.txt").read_text(encoding="utf-8").splitlines()


def kit():
    """The example, with times that the bench can wait for."""
    text = (ROOT / "etc/moderation.conf").read_text(encoding="utf-8")
    return text.replace('known_after = "10 min"', f'known_after = "{KNOWN_AFTER}"')


async def measure(scale):
    before = Run(SERVER + CHANNEL % "nt", scale, 1)
    await before.run()
    before.report("without a kit")
    after = Run(SERVER + kit() + CHANNEL % "ntD", scale, CALM_SECONDS)
    await after.run()
    after.report("with etc/moderation.conf, mode D in the channel")
    return before, after


def main():
    scale = float(sys.argv[1]) if len(sys.argv) > 1 else 1
    papod_test.faulthandler.cancel_dump_traceback_later()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    before, after = asyncio.run(measure(scale))
    print(f"a member sees            {before.texts_seen() / max(after.texts_seen(), 0.1):.0f} times "
          "less")
    if after.refused or len(after.latencies) < after.n_said or \
            after.texts_seen() > before.texts_seen() / 20:
        print("MISSED: lines of members were lost, or more than a twentieth of the spam was seen")
        sys.exit(1)


if __name__ == "__main__":
    main()
