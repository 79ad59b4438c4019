"""IRC programs that people use, each started and controlled by a script."""

import hashlib
import os
import pathlib
import pty
import re
import secrets
import shutil
import signal
import socket
import subprocess
import threading
import time
import typing

import papod_test

DEADLINE = float(os.environ.get("PAPOD_TEST_DEADLINE", "30"))


def wait_for(look, what):
    end = time.monotonic() + DEADLINE
    while not (found := look()):
        if time.monotonic() > end:
            raise papod_test.Failure(f"in {DEADLINE} s it did not happen that {what}")
        time.sleep(0.02)
    return found


class Tls:
    """PEM files for a program: the certificate of the server, and its own with its key."""

    def __init__(self, directory, server, own):
        self.authority, self.certificate, self.key, self.both = (
            directory / name for name in ("authority.pem", "own.crt", "own.key", "both.pem"))
        shutil.copy(server.certificate, self.authority)
        shutil.copy(own.certificate, self.certificate)
        shutil.copy(own.key, self.key)
        self.both.write_bytes(self.key.read_bytes() + self.certificate.read_bytes())


class Login(typing.NamedTuple):
    """What a program is told about its account."""
    mechanism: str  # of SASL
    account: str
    password: str


class Program:
    """A running program. do() types as its user, shows() checks what its user sees.

    pairs: the certificates of the server and of the program, for a connection with TLS.
    login: for those that are used with an account."""

    name = command = None

    def __init__(self, port, home, channel, pairs=(), login=None):
        self.port, self.channel, self.login = port, channel, login
        self.home = pathlib.Path(home) / self.name.lower()
        self.home.mkdir()
        self.tls = Tls(self.home, *pairs) if pairs else None
        # The certificate of the server has this name.
        self.host = "localhost" if pairs else "127.0.0.1"
        self.start()

    @property
    def nick(self):
        return self.name.lower()

    @classmethod
    def is_there(cls):
        return shutil.which(cls.command) is not None

    @classmethod
    def version(cls):
        done = subprocess.run([cls.command, "--version"], capture_output=True, timeout=DEADLINE,
                              text=True, check=False)
        return re.search(r"\d+\.[\w.+-]+", done.stdout + done.stderr)[0]

    def run(self, *words, **options):
        """Start it as another user than root, which some programs refuse and none needs."""
        # pylint: disable=attribute-defined-outside-init
        if os.geteuid() == 0:
            options.update(user="nobody", group="nogroup", extra_groups=[])
            self.home.parent.chmod(0o711)
            for path in (self.home, *self.home.rglob("*")):
                shutil.chown(path, "nobody", "nogroup")
        self.process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, cwd=self.home,
            env={**os.environ, "HOME": str(self.home), "LANG": "C.UTF-8"}, **options)

    def wait_until_it_shows(self, pattern):
        wait_for(lambda: self.shows(pattern), f"{self.name} shows {pattern!r}")

    def wait_for_welcome(self):
        """Programs that accept no commands before the welcome wait for it here."""

    def wait_for_join(self, channel):
        """Others see the join earlier than a program that has no place for its text yet."""
        self.wait_until_it_shows(f"joined {channel}|has joined {channel}")

    def wait_for_end(self):
        self.process.wait(DEADLINE)

    def stop(self):
        """End the program in any case."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Irssi(Program):
    """Runs on its own terminal; its output also goes into a log."""

    name, command = "irssi", "irssi"

    def start(self):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm", HOME=str(self.home), LANG="C.UTF-8")
            os.execvp("irssi", ["irssi", f"--home={self.home}/irssi", "--noconnect"])
        self.reader = threading.Thread(target=self.read_terminal, args=(self.terminal,), daemon=True)
        self.reader.start()
        self.log = self.home / f"{len(self.logs())}.log"
        wait_for(self.open_log, "irssi opens a log")
        self.do("/set cmds_max_at_once 1000")  # of the others it sends few a second
        self.do("/set paste_verify_line_count 0")  # it would ask before it sends lines typed fast
        if self.login:
            self.do(f"/network add {self.sasl()} papod")
        self.connect()

    def connect(self):
        network = "-network papod " if self.login else ""
        self.do(f"/connect {network}{self.options()}{self.host} {self.port} '' {self.nick}")

    def options(self):
        if not self.tls:
            return ""
        return (f"-4 -tls -tls_verify -tls_cafile {self.tls.authority} "
                f"-tls_cert {self.tls.certificate} -tls_pkey {self.tls.key} ")

    def sasl(self):
        login = self.login
        return (f"-sasl_mechanism {login.mechanism.lower()} -sasl_username {login.account} "
                f"-sasl_password {login.password}")

    def logs(self):
        """One of each start."""
        return sorted(self.home.glob("*.log"))

    def open_log(self):
        if not self.log.exists():
            self.do(f"/log open {self.log} ALL")
            time.sleep(0.1)
        return self.log.exists()

    @staticmethod
    def read_terminal(terminal):
        """Read the terminal, because the program would block otherwise."""
        try:
            while os.read(terminal, 65536):
                pass
        except OSError:  # the end of a terminal
            pass

    def do(self, text):
        os.write(self.terminal, text.encode() + b"\r")

    def in_channel(self, text):
        self.do(f"/window goto {self.channel}")
        self.do(text)

    def ask_for_list(self):
        self.do("/list -yes")

    def look(self):
        return "\n".join(log.read_text(encoding="utf-8", errors="replace") for log in self.logs())

    def shows(self, pattern):
        return re.search(pattern, self.look())

    def has_ended(self):
        if self.pid and os.waitpid(self.pid, os.WNOHANG)[0]:
            self.pid = 0
        return not self.pid

    def wait_for_end(self):
        wait_for(self.has_ended, "irssi ends")

    def stop(self):
        if not self.has_ended():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.terminal)


class Weechat(Program):
    """Without a terminal: commands go into its FIFO, and its output is in its logs."""

    name, command = "WeeChat", "weechat-headless"
    fifo = None

    # It delays lines against floods; the option has had two names.
    COMMANDS = ("/set logger.file.flush_delay 0", "/set irc.look.temporary_servers on",
                "/set irc.server_default.anti_flood 0",
                "/set irc.server_default.anti_flood_prio_high 0",
                "/set irc.server_default.anti_flood_prio_low 0")

    def start(self):
        commands = (*self.COMMANDS, *self.options(), f"/connect {self.address()}")
        self.run("weechat-headless", "--dir", str(self.home / "weechat"), "--stdout",
                 *(word for text in commands for word in ("--run-command", text)))

    def options(self):
        return (*self.tls_options(), *self.login_options())

    def login_options(self):
        if not self.login:
            return ()
        mechanism, account, password = self.login
        return (f"/set irc.server_default.sasl_mechanism {mechanism.lower()}",
                f"/set irc.server_default.sasl_username {account}",
                f"/set irc.server_default.sasl_password {password}")

    def tls_options(self):
        """One of them has had two names, too."""
        if not self.tls:
            return ()
        return (f"/set weechat.network.gnutls_ca_user {self.tls.authority}",
                f"/set irc.server_default.ssl_cert {self.tls.both}",
                f"/set irc.server_default.tls_cert {self.tls.both}")

    def address(self):
        return f"irc{'s' if self.tls else ''}://{self.nick}@{self.host}:{self.port}"

    def open_fifo(self):
        """Find the FIFO only once: at its end WeeChat creates another, and writes to it would be
        lost."""
        path = self.home / f"weechat/weechat_fifo_{self.process.pid}"
        wait_for(path.exists, "WeeChat makes its FIFO")
        return os.open(path, os.O_WRONLY)

    def write(self, text):
        if self.fifo is None:
            self.fifo = self.open_fifo()
        os.write(self.fifo, (text + "\n").encode())

    def stop(self):
        super().stop()
        if self.fifo is not None:
            os.close(self.fifo)

    def wait_for_welcome(self):
        self.wait_until_it_shows("Welcome to the")

    def do(self, text):
        self.write(f"irc.server.{self.host} *{text}")

    def in_channel(self, text):
        self.write(f"irc.{self.host}.{self.channel} *{text}")

    def in_channel_lines(self, *texts):
        self.write(f"irc.{self.host}.{self.channel} \\" + "\\n".join(texts))

    def ask_for_list(self):
        self.do("/quote LIST")

    def look(self):
        return "\n".join(log.read_text(encoding="utf-8", errors="replace")
                         for log in self.home.glob("**/*.weechatlog"))

    def shows(self, pattern):
        return re.search(pattern, self.look())


class Limnoria(Program):
    """A bot; its owner is a client named owner, whose commands it executes."""

    name, command = "Limnoria", "supybot"

    SETTINGS = """
        supybot.nick: limnoria
        supybot.networks: papod
        supybot.networks.papod.servers: 127.0.0.1:{port}
        supybot.networks.papod.ssl: False
        supybot.reply.whenAddressedBy.chars: @
        supybot.reply.error.detailed: True
        supybot.log.stdout: False
        supybot.protocols.irc.throttleTime: 0.0
        supybot.drivers.maxReconnectWait: 1.0
        supybot.plugins: {plugins}
        """
    PLUGINS = ("Admin", "Channel", "Config", "Misc", "Network", "Owner", "Topic", "User")

    def start(self):
        text = self.SETTINGS.format(port=self.port, plugins=" ".join(self.PLUGINS))
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        lines += [f"supybot.plugins.{plugin}: True" for plugin in self.PLUGINS]
        lines += [f"supybot.directories.{name}: {self.home}/{name}"
                  for name in ("backup", "conf", "data", "log")]
        (self.home / "conf").mkdir()
        (self.home / "bot.conf").write_text("\n".join(lines) + "\n", encoding="ascii")
        (self.home / "conf" / "users.conf").write_text(self.owner(), encoding="ascii")
        self.run("supybot", str(self.home / "bot.conf"))

    @staticmethod
    def owner():
        salt = secrets.token_hex(4)
        hashed = hashlib.sha1((salt + "owner").encode()).hexdigest()
        return ("user 1\n  name owner\n  ignore False\n  secure False\n  hashed True\n"
                f"  password {salt}|{hashed}\n  capability owner\n  hostmask owner!*@*\n\n")

    @classmethod
    def version(cls):
        done = subprocess.run(["supybot", "--version"], capture_output=True, timeout=DEADLINE,
                              text=True, check=False)
        return re.search(r"\d+\.[\w.+-]+", done.stdout)[0]


class Znc(Program):
    """A bouncer: it stays connected, and clients connect to it."""

    name, command = "ZNC", "znc"

    SETTINGS = """
        Version = 1.8.2
        ConnectDelay = 1
        ServerThrottle = 1
        <Listener l>
            Port = {own_port}
            IPv4 = true
            IPv6 = false
            SSL = false
            Host = 127.0.0.1
        </Listener>
        <User people>
            Admin = true
            Pass = plain#sesame
            Nick = {nick}
            AltNick = {nick}_
            Ident = bouncer
            RealName = A bouncer
            Buffer = 100
            AutoClearChanBuffer = true
            QuitMsg = ate logo
            <Network papod>
                Server = 127.0.0.1 {port}
                FloodRate = 100.00
                FloodBurst = 99
                <Chan {channel}>
                </Chan>
            </Network>
        </User>
        """

    def start(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.own_port = free.getsockname()[1]
        (self.home / "configs").mkdir()
        (self.home / "configs" / "znc.conf").write_text(
            self.SETTINGS.format(own_port=self.own_port, port=self.port, nick=self.nick,
                                 channel=self.channel), encoding="ascii")
        self.run("znc", "--foreground", "--datadir", str(self.home))

    def connect(self):
        """A client of the bouncer."""
        def attempt():
            try:
                return papod_test.Client(("127.0.0.1", self.own_port))
            except ConnectionRefusedError:
                return None

        client = wait_for(attempt, "ZNC listens")
        client.send("PASS people/papod:sesame", f"NICK {self.nick}", "USER people 0 * :people")
        client.expect(" 001 ")
        return client


class Senpai(Program):
    """Runs on a terminal of tmux; its user sees only the current screen."""

    name, command = "senpai", "senpai"

    SETTINGS = """
        address irc+insecure://127.0.0.1:{port}
        nickname {nick}
        local-integrations false
        """

    def start(self):
        settings = self.home / "senpai.scfg"
        text = self.SETTINGS.format(port=self.port, nick=self.nick)
        if self.login:
            text += f"username {self.login.account}\npassword {self.login.password}\n"
        settings.write_text(text, encoding="ascii")
        self.run("tmux", *self.terminal(), "-f", "/dev/null", "-D")
        wait_for((self.home / "terminal").exists, "tmux listens")
        # Separate words: a single text would need the user's shell, and "nobody" has none.
        self.tmux("new-session", "-d", "-x", "160", "-y", "60", "senpai", "-config", str(settings))

    def terminal(self):
        return "-S", str(self.home / "terminal")

    def tmux(self, *words):
        return subprocess.run(("tmux", *self.terminal(), *words), capture_output=True,
                              timeout=DEADLINE, text=True, check=False).stdout

    def begin(self, text):
        """Type the text without sending it."""
        self.tmux("send-keys", "-l", "--", text)

    def do(self, text):
        self.begin(text)
        self.tmux("send-keys", "Enter")

    def wait_for_join(self, channel):
        """in_channel() waits."""

    def in_channel(self, text):
        """Switch to the channel, which the bar to the right of its name marks."""
        self.wait_until_it_shows(f"{self.channel} ")
        if not self.shows(f"{self.channel} +▐"):
            self.do(f"/buffer {self.channel}")
            self.wait_until_it_shows(f"{self.channel} +▐")
        self.do(text)

    def look(self):
        return self.tmux("capture-pane", "-p")

    def shows(self, pattern):
        return re.search(pattern, self.look())

    @classmethod
    def version(cls):
        """senpai does not report its version."""
        done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "senpai"],
                              capture_output=True, timeout=DEADLINE, text=True, check=False)
        return done.stdout

    def has_ended(self):
        return not self.tmux("list-sessions")

    def wait_for_end(self):
        wait_for(self.has_ended, "senpai ends")

    def stop(self):
        """Wait for its end, because it would write into its home during the removal."""
        pids = self.tmux("list-panes", "-a", "-F", "#{pane_pid}").split()
        for pid in pids:
            os.kill(int(pid), signal.SIGKILL)
        wait_for(self.has_ended, "senpai ends")
        super().stop()
