"""The servers that are compared: how to start each on its own port, on one CPU, with limits that do
not distort results, and how to end it.

papod as its package builds it, plain and as a service whose clients outlive it (with an event log);
the two floors; and ngIRCd and InspIRCd, from Debian's packages or installed.
"""

import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

PAPOD_CONFIG = """\
server = { name = "irc.localhost"; };
cloak = { hosts = false; };
limits = { channels_per_user = 1000; };
classes = ( { name = "all"; flood_rate = 0; clients_per_address = 0; clients_per_network = 0;
	send_queue = "256 MiB"; ping = "10 h"; ping_timeout = "10 h"; } );
"""
LISTEN = 'listen = ( {{ name = "tcp"; address = "127.0.0.1"; port = {port}; }} );\n'

NGIRCD_CONFIG = """\
[Global]
Name = irc.localhost
Info = bench
Listen = 127.0.0.1
Ports = {port}
ServerUID = {user}
ServerGID = {group}
[Limits]
ConnectRetry = 60
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxListSize = 0
MaxPenaltyTime = 0
PingTimeout = 36000
PongTimeout = 36000
[Options]
DNS = no
Ident = no
PAM = no
SyslogFacility = local1
"""

INSPIRCD_CONFIG = """\
<server name="irc.localhost" description="bench" network="bench">
<admin name="bench" nick="bench" email="bench@localhost">
<bind address="127.0.0.1" port="{port}" type="clients">
<connect allow="*" timeout="60" pingfreq="10h" hardsendq="268435456" softsendq="268435456"
 recvq="268435456" threshold="1000000000" commandrate="1000000000" fakelag="no" localmax="100000"
 globalmax="100000" resolvehostnames="no" useident="no" maxchans="1000" limit="100000">
<performance softlimit="100000" somaxconn="4096" netbuffersize="65535" quietbursts="yes">
<options prefixquit="Quit: " syntaxhints="no" nouserdns="yes" moronbanner="" exemptchanops="">
<path configdir="{directory}" datadir="{directory}" logdir="{directory}" moduledir="{modules}"
 runtimedir="{directory}">
<log method="file" type="* -USERINPUT -USEROUTPUT" level="default" target="{directory}/log">
<pid file="{directory}/pid">
<security maxtargets="20" runasuser="{user}" runasgroup="{group}">
"""


class Missing(Exception):
    """A server that is not installed."""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class Server:
    """A process with a port, pinned to a CPU. Subclasses define its command line."""

    name = ""
    kind = "irc"
    window = 64  # how many clients connect at a time
    stored_times = 1  # how often a client counts as an open file

    def __init__(self, tree, cpu):
        self.tree = tree
        self.cpu = cpu
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="papod-bench-"))
        self.port = free_port()
        self.process = None

    def command(self):
        raise NotImplementedError

    def environment(self):
        return {key: value for key, value in os.environ.items()
                if key not in ("NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "JOURNAL_STREAM")}

    @property
    def pid(self):
        return self.process.pid

    def spawn(self):
        with open(self.directory / "output", "ab") as output:
            self.process = subprocess.Popen(
                ["taskset", "-c", str(self.cpu), *self.command()], stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, env=self.environment())

    def start(self):
        self.spawn()
        end = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise Missing(f"{self.name} does not start: {self.said()}") from None
                time.sleep(0.001)

    def said(self):
        return (self.directory / "output").read_text(errors="replace")[-2000:]

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def close(self):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


class Papod(Server):
    name = "papod"

    def command(self):
        path = self.directory / "papod.conf"
        path.write_text(LISTEN.format(port=self.port) + PAPOD_CONFIG)
        return [self.tree / "papod", "--config", path]


class KeptPapod(Server):
    """As a service: events are logged, so that the next process can continue."""

    name = "papod-kept"
    stored_times = 2  # sockets that systemd stores count as open, see parking.h

    def start(self):
        os.environ["PAPOD"] = str(self.tree / "papod")
        import papod_test
        import service_manager
        papod_test.faulthandler.cancel_dump_traceback_later()
        papod_test.PAPOD = os.environ["PAPOD"]
        self.manager = service_manager.Papod(PAPOD_CONFIG, store_max=100000,
                                             wrapper=("taskset", "-c", str(self.cpu)))
        self.manager.start()
        self.port = self.manager.address[1]

    @property
    def pid(self):
        return self.manager.pid

    def stop(self):
        self.manager.close()


class Floor(Server):
    name = "floor"
    kind = "floor"
    mode = "write"
    welcome = b""  # papod's welcome; set before the start

    def command(self):
        path = self.directory / "welcome"
        path.write_bytes(self.welcome)
        return [self.tree / "tests/bench/floor", str(self.port), self.mode, path]


class FloorBatch(Floor):
    name = "floor-batch"
    mode = "batch"


def peer(tree, program):
    """The program from the unpacked packages, otherwise the installed one."""
    for path in (tree / "peers/root/usr/sbin" / program, pathlib.Path("/usr/sbin") / program):
        if path.exists():
            return path
    raise Missing(f"{program} is not there")


def unprivileged():
    """A user and a group for peers that refuse to run as root."""
    return ("nobody", "nogroup") if os.getuid() == 0 else (str(os.getuid()), str(os.getgid()))


def peer_versions(tree):
    """The version texts of the installed peers."""
    said = []
    for program in ("ngircd", "inspircd"):
        try:
            path = peer(tree, program)
        except Missing:
            continue
        answer = subprocess.run([path, "--version"], env=peer_environment(tree), text=True,
                                capture_output=True, check=False)
        said += re.findall(r"(?:ngIRCd |InspIRCd-)[\d.]+\d", answer.stdout)[:1]
    return said


def peer_environment(tree):
    libraries = tree / "peers/root/usr/lib/x86_64-linux-gnu"
    return {**os.environ, "LD_LIBRARY_PATH": str(libraries)}


class Peer(Server):
    config = ""

    def written(self, **more):
        user, group = unprivileged()
        path = self.directory / "server.conf"
        path.write_text(self.config.format(port=self.port, directory=self.directory, user=user,
                                           group=group, **more))
        self.directory.chmod(0o777)
        path.chmod(0o644)
        return path

    def environment(self):
        return peer_environment(self.tree)


class NgIrcd(Peer):
    name = "ngIRCd"
    window = 9  # its listen(2) has room for ten, and later ones wait for seconds
    config = NGIRCD_CONFIG

    def command(self):
        return [peer(self.tree, "ngircd"), "-n", "-f", self.written()]


class InspIrcd(Peer):
    name = "InspIRCd"
    window = 1000  # it registers clients once a second
    config = INSPIRCD_CONFIG

    def command(self):
        program = peer(self.tree, "inspircd")
        modules = program.parents[1] / "lib/inspircd/modules"
        return [program, "--nofork", "--config", self.written(modules=modules),
                *(["--runasroot"] if os.getuid() == 0 else [])]


ALL = {one.name: one for one in (Papod, KeptPapod, Floor, FloorBatch, NgIrcd, InspIrcd)}


def is_room_for(n_clients):
    """Does the limit of open files allow that many clients?"""
    return n_clients + 200 <= resource.getrlimit(resource.RLIMIT_NOFILE)[1]


def capabilities(server):
    """The capabilities that it offers."""
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"CAP LS\r\n")
        line = client.makefile("rb").readline().decode()
        return line.split(" :", 1)[1].split()


def record_tag(server, caps):
    """The tags of a message from another client to one with these capabilities, and of its own if
    it gets an echo."""
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        request = f"CAP REQ :{' '.join(caps)}\r\n" if caps else ""
        client.sendall(f"{request}NICK tagged\r\nUSER bench 0 * :bench\r\nCAP END\r\n"
                       "JOIN #tags\r\nPRIVMSG tagged :hello\r\n".encode())
        for line in client.makefile("rb"):
            if b" PRIVMSG " in line:
                return line.decode().split(" ")[0] if line.startswith(b"@") else "-"
    raise Missing(f"{server.name} closed")


def record_welcome(server, nick="n00000"):
    """What it sends to a client that registers while others do too."""
    address = ("127.0.0.1", server.port)
    with socket.create_connection(address), socket.create_connection(address) as client:
        client.sendall(f"NICK {nick}\r\nUSER bench 0 * :bench\r\n".encode())
        got = b""
        while b" 422 " not in got and b" 376 " not in got or not got.endswith(b"\r\n"):
            got += client.recv(65536)
        return got
