"""A program with CHATHISTORY and SEARCH comes when much has been said, and papod has been restarted
since."""

import devices
import programs

NEEDLE = "uma agulha no palheiro"
SCREENS = 120  # more lines than senpai shows


class Senpai(programs.Senpai):
    nick = devices.ACCOUNT


class Stage(devices.Stage):
    """The program logs in as the account, whose user is on the channel already."""

    def start_programs(self, home):
        self.watcher.send(f"PRIVMSG {self.channel} :{NEEDLE}")
        self.talk = devices.Talk(self)
        for _ in range(SCREENS):
            self.talk.say()
        self.talk.heard()
        self.papod.restart()
        login = programs.Login("PLAIN", f"{self.nick}@senpai", devices.PASSWORD)
        self.program = Senpai(self.port, home, self.channel, login=login)
        self.stack.callback(self.program.stop)


def use(stage):
    program, last = stage.program, f"vizinho diz {SCREENS - 1}"
    program.wait_until_it_shows(f"{stage.channel} ")
    program.do(f"/buffer {stage.channel}")
    program.wait_until_it_shows(rf"{last}\b")
    shown = devices.said_in([program.look()])
    devices.compare(program, shown, devices.those(" diz ", stage.talk.heard())[-len(shown):])
    stage.ok("shows once what was said before it came")
    assert not program.shows(NEEDLE)
    program.do("/search agulha")
    program.wait_until_it_shows(NEEDLE)
    assert not program.shows(rf"{last}\b")
    stage.ok("searches, and shows what is found")
