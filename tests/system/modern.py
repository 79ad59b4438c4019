"""What modern clients do with IRCv3: each step is checked on the wire, with other clients, or on
the screen."""

import re

import papod_test
import programs

# Capabilities that all their versions request, and must be granted.
CAPS = {
    programs.Irssi: "multi-prefix extended-join setname invite-notify away-notify chghost "
                    "account-notify server-time",
    programs.Weechat: "account-notify away-notify cap-notify chghost extended-join invite-notify "
                      "message-tags multi-prefix server-time setname userhost-in-names",
    programs.Senpai: "cap-notify echo-message standard-replies batch multi-prefix "
                     "draft/metadata-2 labeled-response message-tags server-time away-notify "
                     "extended-monitor invite-notify setname",
}
# Capabilities that papod lacks.
ABSENT = r"(sasl|soju\.im/\S+|draft/(chathistory|event-playback|read-marker))"


class Play:
    """A program in its channel with a friend that knows all of IRCv3."""

    def __init__(self, stage):
        self.stage, self.program, self.wire = stage, stage.program, stage.wire
        self.channel = stage.channel
        self.caps = []  # granted capabilities
        self.friend = self.modern_client("friend")

    def can(self, step):
        need = NEEDS.get(step)
        if need == "MONITOR":
            return self.stage.kind is not programs.Irssi
        return not need or need in self.caps

    def modern_client(self, nick):
        client = self.stage.connect()
        client.send("CAP REQ :message-tags batch away-notify extended-join draft/channel-rename "
                    "draft/multiline")
        client.expect(" ACK :")
        client.send("CAP END")
        client.register(nick)
        return client

    def hears(self, what):
        """Wait until the friend gets this line from the program."""
        return self.friend.expect(rf"^(@\S+ )?:{self.stage.nick}!\S+ {what}")

    def gets(self, who, what):
        return self.wire.receives(rf"^(@\S+ )?:{who}!\S+ {what}")


def negotiates(play):
    for cap in CAPS[play.stage.kind].split():
        play.wire.receives(rf" CAP \S+ ACK :(.* )?{cap}( |$)")
    programs.wait_for(play.stage.is_here, f"{play.stage.nick} is here")
    play.program.wait_for_welcome()
    for line in play.wire.received:
        answer = re.search(r" CAP \S+ (ACK|NAK) :(.*)$", line)
        if answer and answer[1] == "ACK":
            play.caps += answer[2].split()
        elif answer and not re.fullmatch(ABSENT, answer[2]):
            raise papod_test.Failure(f"not granted: {answer[2]}")


def chats(play):
    play.program.do(f"/join {play.channel}")
    play.gets(play.stage.nick, f"JOIN :?{play.channel}")
    play.program.wait_for_join(play.channel)
    play.friend.send(f"JOIN {play.channel}")
    play.friend.expect(" 366 ")
    play.gets("friend", f"JOIN :?{play.channel}" + (
        r" \* :friend of the tests" if "extended-join" in play.caps else "$"))
    play.program.in_channel("olá, há alguém?")
    play.hears(f"PRIVMSG {play.channel} :olá, há alguém\\?$")
    play.friend.send(f"PRIVMSG {play.channel} :há, sim")
    play.program.wait_until_it_shows("friend.*há, sim")
    play.wire.receives(r"^@(\S+;)?time=\d{4}-\d\d-\d\dT\S+Z\S* :friend!\S+ PRIVMSG .*há, sim$")


def shows_its_echo_once(play):
    play.gets(play.stage.nick, "PRIVMSG .*há alguém")
    assert len(re.findall("há alguém", play.program.look())) == 1


def says_several_lines(play):
    play.program.in_channel_lines("uma linha", "outra linha")
    batch = play.friend.expect(rf"^(@\S+ )?:{play.stage.nick}!\S+ BATCH \+(\S+) draft/multiline")[2]
    play.friend.expect(f"^@batch={batch} .* PRIVMSG {play.channel} :uma linha$")
    play.friend.expect(f"^@batch={batch} .* PRIVMSG {play.channel} :outra linha$")
    play.friend.send(f"BATCH +1 draft/multiline {play.channel}",
                     f"@batch=1 PRIVMSG {play.channel} :mais uma",
                     f"@batch=1 PRIVMSG {play.channel} :e a última", "BATCH -1")
    play.program.wait_until_it_shows("friend.*mais uma\ne a última")


def types(play):
    play.friend.send(f"@+typing=active TAGMSG {play.channel}")
    play.wire.receives(rf"^@\S*\+typing=active\S* :friend!\S+ TAGMSG {play.channel}$")
    if play.stage.kind is programs.Senpai:
        play.program.wait_until_it_shows("friend is typing")
        play.program.begin("e eu")
        play.friend.expect(rf"^@\S*\+typing=active\S* :{play.stage.nick}!\S+ TAGMSG")
        play.program.do(" também")
        play.hears("PRIVMSG .*e eu também$")


def reacts(play):
    reaction = "@+reply={};+draft/react=👍 TAGMSG " + play.channel
    play.program.in_channel("que tal?")
    said = play.friend.expect(r"^@\S*msgid=([^; ]+)\S* :\S+ PRIVMSG .*que tal\?$")[1]
    play.friend.send(reaction.format(said), f"PRIVMSG {play.channel} :bem")
    play.program.wait_until_it_shows("friend.*bem")
    seen = play.wire.find(play.wire.received, rf"^@\S*\+reply={said};\+draft/react=👍 :friend!\S+ TAG")
    assert bool(seen) == ("message-tags" in play.caps)
    if play.stage.kind is programs.Weechat:
        answered = play.wire.receives(r"^@\S*msgid=([^; ]+)\S* :friend!\S+ PRIVMSG .*bem$")[1]
        play.program.in_channel("/quote " + reaction.format(answered))
        play.friend.expect(rf"^@\S*\+reply={answered};\+draft/react=👍 :{play.stage.nick}!\S+ TAGMSG")


def edits_the_topic(play):
    play.program.in_channel("/topic Uma casa portuguesa")
    play.hears(f"TOPIC {play.channel} :Uma casa portuguesa$")
    play.program.in_channel("/mode +o friend" if play.stage.kind is programs.Senpai else "/op friend")
    play.hears(f"MODE {play.channel} \\+o friend$")
    play.friend.send(f"TOPIC {play.channel} :Duas casas")
    play.program.wait_until_it_shows("Duas casas")


def is_told_of_others(play):
    play.friend.send("AWAY :volto já", "SETNAME :A friend indeed")
    play.gets("friend", "AWAY :volto já$")
    play.gets("friend", "SETNAME :A friend indeed$")
    if play.stage.kind is programs.Weechat:
        play.program.wait_until_it_shows("friend.*A friend indeed")
    play.friend.send("AWAY", f"INVITE watcher {play.channel}")
    play.gets("friend", "AWAY$")
    play.gets("friend", f"INVITE watcher :?{play.channel}$")
    play.program.wait_until_it_shows("friend.*invited.*watcher|watcher.*invited")


def waits_for_others(play):
    """MONITOR, and extended-monitor for users on no common channel."""
    guest = play.modern_client("guest")
    play.program.do("/notify add guest" if play.stage.kind is programs.Weechat else "/msg guest estás?")
    play.wire.sends(r"^(@\S+ )?MONITOR \+ :?guest")
    play.wire.receives(r" 730 \S+ :guest!\S+$")
    if "extended-monitor" in play.caps:
        guest.send("AWAY :a dormir")
        play.gets("guest", "AWAY :a dormir$")
    guest.send("QUIT")
    play.wire.receives(r" 731 \S+ :guest")
    if play.stage.kind is programs.Weechat:
        play.program.wait_until_it_shows("guest.* is offline|guest.* has (quit|left)")


def has_labeled_answers(play):
    label = play.wire.sends(r"^@label=(\S+) WHO ")[1]
    batch = play.wire.receives(rf"^@\S*label={label}[; ]\S*.* BATCH \+(\S+) labeled-response$")[1]
    play.wire.receives(rf"^@\S*batch={batch}[; ].* 315 ")
    play.wire.receives(rf" BATCH -{batch}$")


def pins_a_channel(play):
    play.program.in_channel("/pin")
    play.wire.sends(f"METADATA {play.channel} SET soju.im/pinned :?1$")
    play.wire.receives(f" 761 .*{play.channel} soju.im/pinned ")


def follows_a_renamed_channel(play):
    old, new = play.channel, play.channel + "-2"
    play.friend.send(f"RENAME {old} {new} :Mudámos")
    play.friend.expect(f" RENAME {old} {new} :Mudámos$")
    play.gets(play.stage.nick, f"JOIN :?{new}")
    play.program.wait_for_join(new)
    play.channel = play.program.channel = new
    play.program.in_channel("já cá estou")
    play.hears(f"PRIVMSG {new} :já cá estou$")


def quits(play):
    play.program.do("/quit tchau")
    play.hears("QUIT :.*tchau")
    play.program.wait_for_end()


# The capabilities that steps need.
NEEDS = {
    shows_its_echo_once: "echo-message",
    says_several_lines: "draft/multiline",
    types: "message-tags",
    waits_for_others: "MONITOR",
    has_labeled_answers: "labeled-response",
    pins_a_channel: "draft/metadata-2",
}

STEPS = (negotiates, chats, shows_its_echo_once, says_several_lines, types, reacts, edits_the_topic,
         is_told_of_others, waits_for_others, has_labeled_answers, pins_a_channel,
         follows_a_renamed_channel, quits)


def use(stage):
    play = Play(stage)
    for step in STEPS:
        if play.can(step):
            step(play)
            stage.ok(f"with IRCv3 {step.__name__.replace('_', ' ')}")
