"""Two programs are devices of one account and share a nick. Whichever was away, however it left and
whatever happens to papod meanwhile: what it has missed it shows once, as others have heard it."""

import re
import signal
import threading

import papod_test
import programs
import secure
import service_manager
import stages

ACCOUNT, PASSWORD, CHANNEL = "conta", "Vq3mTz8kWp5xRn2c", "#sala"
LINES = 8  # of each speaker at a time
SETTINGS = """
classes = ( { name = "all"; flood_rate = 0; clients_per_address = 0; clients_per_network = 0; } );
accounts = { registrations_per_address = 0; };
history = { enabled = true; };
"""
SAID = re.compile(r"\b(\w+ (?:diz|segreda) \d+)\b")


class Device:
    """Of a program; it logs in with the name of the device."""
    nick = ACCOUNT

    def leave(self):
        self.do("/quit")
        self.wait_for_end()
        self.stop()

    def said(self):
        """What it has shown, in the order of its logs."""
        return said_in([self.look()])


class Laptop(Device, programs.Weechat):
    """It understands what its user has written in private elsewhere, and does not say so."""
    device = "portatil"

    def login_options(self):
        return (*super().login_options(), "/set irc.server_default.capabilities *,znc.in/self-message")

    def come_back(self):
        self.write(f"core.weechat */connect {self.host}")

    def stop(self):
        super().stop()
        self.fifo = None


class Phone(Device, programs.Irssi):
    device = "telefone"

    def come_back(self):
        self.connect()

    def stop(self):
        if self.terminal is not None:
            super().stop()
        self.terminal = None


class Both:
    """For the table of clients.py."""
    name = "Devices"
    kinds = (Laptop, Phone)

    @classmethod
    def is_there(cls):
        return all(kind.is_there() for kind in cls.kinds)

    @classmethod
    def version(cls):
        return ", ".join(f"{kind.name} {kind.version()}" for kind in cls.kinds)


class Stage(stages.Stage):
    """With a papod of its own, as a service. The account founds the channel, and stays on it."""

    def __init__(self, kind, _papod, home, stack):  # pylint: disable=super-init-not-called
        self.kind, self.stack, self.channel, self.nick = kind, stack, CHANNEL, ACCOUNT
        self.start_papod()
        self.found()
        self.enter()
        self.start_programs(home)

    def start_papod(self):
        self.papod = service_manager.Papod(SETTINGS, restarts=True)
        self.stack.callback(self.papod.close)
        self.papod.start()
        self.port = self.papod.address[1]

    def start_programs(self, home):
        self.laptop, self.phone = (self.start_device(one, home) for one in self.kind.kinds)

    def found(self):
        owner = self.client(ACCOUNT)
        owner.send(f"REGISTER {ACCOUNT} * {PASSWORD}")
        owner.expect(f"REGISTER SUCCESS {ACCOUNT} ")
        owner.send(f"JOIN {CHANNEL}", f"CS REGISTER {CHANNEL}")
        owner.expect(f"{CHANNEL} is registered now")
        owner.send("NS SET ALWAYSON ON")
        owner.expect("You stay on your channels")
        stages.leave(owner)

    def enter(self):
        """The watcher hears everything, in the order of the server."""
        self.watcher = self.client("vizinho")
        self.watcher.send("CAP REQ :echo-message", f"JOIN {CHANNEL}")
        self.watcher.expect(" 366 ")

    def start_device(self, kind, home):
        login = programs.Login("PLAIN", f"{ACCOUNT}@{kind.device}", PASSWORD)
        device = kind(self.port, home, CHANNEL, login=login)
        self.stack.callback(device.stop)
        return device

    def sessions(self):
        """The devices that are there; None: a client without a name."""
        owner = self.connect()
        owner.send(f"PASS {ACCOUNT}@dona:{PASSWORD}")
        owner.register("dona")
        owner.send("NS SESSIONS")
        lines = owner.expect_until("End of the list")
        stages.leave(owner)
        found = [re.search(r":\d+: (\w+) from [^,]+(?:, device (\w+))?,", line) for line in lines]
        return [match[2] for match in found if match and match[1] == ACCOUNT]

    def wait_for(self, *devices):
        names = [device.device for device in devices]
        programs.wait_for(lambda: sorted(self.sessions(), key=str) == sorted(names, key=str),
                          f"{names} are there")


class Talk:
    """Numbered lines, and the programs that have to show them."""

    def __init__(self, stage):
        self.stage, self.numbers, self.before = stage, {}, []

    def next(self, what):
        number = self.numbers[what] = self.numbers.get(what, -1) + 1
        return f"{what} {number}"

    def say(self, *devices):
        self.say_to_devices()
        for device in devices:
            self.say_from(device)

    def say_to_devices(self):
        self.stage.watcher.send(f"PRIVMSG {CHANNEL} :{self.next('vizinho diz')}",
                                f"PRIVMSG {ACCOUNT} :{self.next('vizinho segreda')}")

    def say_from(self, device):
        device.in_channel(self.next(f"{device.device} diz"))
        device.do(f"/msg vizinho {self.next(f'{device.device} segreda')}")

    def through(self, event, *devices):
        thread = threading.Thread(target=event)
        for i in range(LINES):
            self.say(*devices)
            if i == LINES // 2:
                thread.start()
        thread.join()
        self.say(*devices)

    def heard(self):
        """What the watcher has heard, once that is all that was said."""
        last = {f"{what} {number}" for what, number in self.numbers.items()}
        while not last <= set(said := self.before + said_in(self.stage.watcher.seen)):
            self.stage.watcher.read_line()
        return said

    def check(self, *devices):
        """Each of them shows all, once, and each speaker's lines in their order."""
        heard = self.heard()
        for device in devices:
            programs.wait_for(lambda: set(heard) <= set(device.said()),  # pylint: disable=cell-var-from-loop
                              f"{device.name} shows {heard[-1]}")
            for what in self.numbers:
                compare(device, those(what, device.said()), those(what, heard))

    def miss(self, device, come_back, event, *others):
        """The device is not there during the event, and then shows all that it has missed in the
        order in which the watcher has heard it."""
        before, n_heard = device.said(), len(self.heard())
        self.through(event, *others)
        missed = self.heard()[n_heard:]
        come_back()
        self.check(device, *others)
        self.check_missed(device, before, missed)

    @staticmethod
    def check_missed(device, before, missed):
        """In the order of the server, also if several users spoke. Private messages have windows of their own."""
        for verb in (" diz ", " segreda "):
            n_before = len(those(verb, before))
            compare(device, those(verb, device.said())[n_before:], those(verb, missed))


def said_in(lines):
    return SAID.findall("\n".join(lines))


def those(words, lines):
    return [line for line in lines if words in line]


def compare(device, shown, heard):
    if shown != heard:
        raise papod_test.Failure(f"{device.name} shows {shown}, not {heard}")


def reboot(stage, talk):
    """Nothing is left but the database."""
    talk.before = talk.heard()
    stage.papod.restarts = False
    stage.papod.kill(signal.SIGINT)  # it would take another signal for a restart
    stage.papod.wait_for_state(service_manager.DEAD)
    stage.papod.stop()
    stage.papod.restarts = True
    stage.papod.start()
    stage.enter()


def leave_and_miss(stage, talk):
    """One after the other, while the other one stays."""
    laptop, phone = stage.laptop, stage.phone
    for absent, present in ((phone, laptop), (laptop, phone)):
        for end, way in ((absent.leave, "quits"), (absent.stop, "is killed")):
            for name, event in (("a restart", stage.papod.restart),
                                ("a crash", lambda: secure.die(stage.papod))):
                end()
                stage.wait_for(present)
                talk.miss(absent, absent.start, event, present)
                stage.ok(f"{absent.name} {way}, and is then shown what it missed, through {name}")


def stay_at_a_stop(stage, talk):
    """Both are disconnected, and connect again."""
    devices = stage.laptop, stage.phone
    reboot(stage, talk)
    for device in devices:
        device.wait_until_it_shows("The server is shutting down")
        device.come_back()
    stage.wait_for(*devices)
    talk.say(*devices)
    talk.check(*devices)
    stage.ok("show nothing twice after a reboot")


def both_leave(stage, talk):
    """Their user stays without them."""
    before = {device: device.said() for device in (stage.laptop, stage.phone)}
    n_heard = len(talk.heard())
    for device in before:
        device.leave()
    stage.wait_for()
    for _ in range(LINES):
        talk.say()
    reboot(stage, talk)
    for _ in range(LINES):
        talk.say()
    for device in before:
        device.start()
        talk.check(device)
        talk.check_missed(device, before[device], talk.heard()[n_heard:])
        stage.ok(f"{device.name} is shown what was said while both were away, through a reboot")


def use(stage):
    talk = Talk(stage)
    stage.wait_for(stage.laptop, stage.phone)
    for device in (stage.laptop, stage.phone):
        device.wait_for_join(CHANNEL)
    talk.say(stage.laptop, stage.phone)
    talk.check(stage.laptop, stage.phone)
    stage.ok("show what each of them and others say")
    leave_and_miss(stage, talk)
    stay_at_a_stop(stage, talk)
    both_leave(stage, talk)
