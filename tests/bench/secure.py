"""TLS and WebSocket in CPU time of the server: delivered lines, handshakes, memory of idle clients.

    PAPOD=build/bench/papod python3 tests/bench/secure.py [SCALE]

papod is the service with papod-gate. It is compared with a loop of SSL_write() (ssl_floor.c), with
InspIRCd and ngIRCd if they are there, all with one certificate, and with itself without TLS. The
servers take turns, and each figure is the median of the rounds. SCALE, 1 by default, multiplies the
rounds and the idle clients. Prints numbers without a verdict.

InspIRCd and ngIRCd leave Nagle's algorithm on: a line may wait 40 ms for an acknowledgment and is then
sent with the next ones, which is cheaper.
"""

import contextlib
import os
import pathlib
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import idle  # noqa: E402
import servers  # noqa: E402
from idle import papod_test  # noqa: E402
import gated  # noqa: E402
import service_manager  # noqa: E402
import test_gate_web  # noqa: E402

TREE = pathlib.Path(papod_test.PAPOD).resolve().parent
CPUS = sorted(os.sched_getaffinity(0))
RECEIVERS = 100
LINE_BYTES = 100
LINES = 300  # of a round
BATCH = 10  # lines that a client sends at once
HANDSHAKES = 200  # of a round
WEB_ROUNDS = 3  # of a pair of processes
REST = 12  # seconds after which a snapshot has replaced the events
TLS, TLS12, PLAIN, WEB = "TLS 1.3", "TLS 1.2", "plain", "WebSocket"
VERSIONS = {TLS: ssl.TLSVersion.TLSv1_3, TLS12: ssl.TLSVersion.TLSv1_2}


def make_pair(directory):
    paths = os.path.join(directory, "cert.pem"), os.path.join(directory, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-days", "30", "-subj", "/CN=irc.localhost", "-out",
                    paths[0], "-keyout", paths[1]], check=True, capture_output=True)
    for path in (directory, *paths):
        os.chmod(path, 0o755)  # peers read it as another user
    return paths


def children(pid):
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        yield from map(int, (task / "children").read_text("ascii").split())


def cpu_ns(pid):
    """Of all threads of a process, and of its children."""
    own = sum(int((task / "schedstat").read_text("ascii").split()[0])
              for task in pathlib.Path(f"/proc/{pid}/task").iterdir())
    return own + sum(map(cpu_ns, children(pid)))


class Client:
    """A client of any kind. It either reads text, or is only drained once it is there."""
    thrown_away = bytearray(1 << 20)

    def __init__(self, address, kind):
        self.socket = socket.create_connection(address, papod_test.DEADLINE)
        self.kind, self.seen = kind, b""
        if kind in VERSIONS:
            self.socket = gated.context(VERSIONS[kind]).wrap_socket(self.socket)
        if kind == WEB:
            self.socket.sendall(test_gate_web.request())
            self.read_until(b"\r\n\r\n")

    def send(self, *lines):
        if self.kind == WEB:
            self.socket.sendall(b"".join(map(test_gate_web.frame, lines)))
        else:
            self.socket.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def read_until(self, pattern, times=1):
        """All bytes that came before it too; they are forgotten."""
        while self.seen.count(pattern) < times:
            if not (got := self.socket.recv(65536)):
                raise papod_test.Failure("the server closed a client")
            self.seen += got
        found, self.seen = self.seen, b""
        return found

    def drain(self):
        """Throw away what has arrived, below TLS."""
        own = socket.socket(fileno=os.dup(self.socket.fileno()))
        own.setblocking(False)
        try:
            while own.recv_into(self.thrown_away):
                pass
        except BlockingIOError:
            pass
        finally:
            own.close()

    def close(self):
        self.socket.close()


class Gate(gated.Gate):
    """A second listener speaks WebSocket."""

    def __init__(self, pair, **options):
        super().__init__(**options)
        self.web = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.web_address = self.web.getsockname()
        self.sockets.append(("papod-gate.socket", self.web))
        self.listener_text += (f', {{ name = "web"; address = "127.0.0.1"; '
                               f'port = {self.web_address[1]}; websocket = true; }}')
        self.pair_text = f'tls: {{ certificate = "{pair[0]}"; key = "{pair[1]}"; }};\n'

    def close(self):
        super().close()
        self.web.close()


class Papod:
    """With its gate, on the last CPU, like the others."""
    name = "papod"

    def __init__(self, pair):
        self.gate = Gate(pair)
        pin = ("taskset", "-c", str(CPUS[-1]))
        self.papod = service_manager.Papod(
            servers.PAPOD_CONFIG + self.gate.pair_text, wrapper=pin, store_max=100000,
            sockets=self.gate.sockets_of_papod())
        plain = (f'{{ name = "plain"; address = "127.0.0.1"; '
                 f'port = {self.papod.address[1]}; }}')
        self.papod.write("papod.conf", f"listen = ( {plain}, {self.gate.listener_text} );\n" +
                         servers.PAPOD_CONFIG + self.gate.pair_text)
        self.papod.start()
        self.gate.start_for(self.papod)
        self.pid, self.gate_pid = self.papod.pid, self.gate.pid
        os.sched_setaffinity(self.gate_pid, CPUS[-1:])

    def move_away(self):
        """Where the clients are: it takes clients over from the gate, which is measured."""
        for task in pathlib.Path(f"/proc/{self.pid}/task").iterdir():
            os.sched_setaffinity(int(task.name), CPUS[:-1] or CPUS)

    def address(self, kind):
        return {PLAIN: self.papod.address, WEB: self.gate.web_address}.get(kind, self.gate.address)

    def close(self):
        self.gate.close()
        self.papod.close()


class Other(servers.Server):
    """One that listens at a single port, with TLS."""

    def __init__(self, pair):
        super().__init__(TREE, CPUS[-1])
        self.pair = pair
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        self.gate_pid = self.pid

    def address(self, _):
        return "127.0.0.1", self.port


class Floor(Other):
    name, mode = "SSL_write loop", "each"

    def command(self):
        return [TREE / "tests/bench/ssl_floor", self.mode, str(self.port), *self.pair]


class FloorBatch(Floor):
    name, mode = "SSL_write loop, batched", "batch"


class NgIrcd(Other, servers.NgIrcd):
    name = "ngIRCd"

    def written(self, **more):
        path = super().written(**more)
        text = path.read_text().replace(f"Ports = {self.port}\n", "")
        path.write_text(f"{text}[SSL]\nPorts = {self.port}\nCertFile = {self.pair[0]}\n"
                        f"KeyFile = {self.pair[1]}\n")
        return path


class InspIrcd(Other, servers.InspIrcd):
    name = "InspIRCd"

    def written(self, **more):
        path = super().written(**more)
        text = path.read_text().replace('type="clients"', 'type="clients" sslprofile="tls"')
        path.write_text(f'{text}<module name="ssl_gnutls">\n<sslprofile name="tls" '
                        f'provider="gnutls" certfile="{self.pair[0]}" keyfile="{self.pair[1]}">\n')
        return path


class Audience:
    """A speaker, a witness whom he waits for, and others whose bytes are thrown away."""

    def __init__(self, server, kind):
        self.server, self.kind = server, kind
        there = [Client(server.address(kind), kind) for _ in range(RECEIVERS + 1)]
        for number, client in enumerate(there):
            client.send(f"NICK n{number}", f"USER u{number} 0 * :bench")
        for client in there:  # InspIRCd registers clients once a second
            client.read_until(b" 001 ")
            client.send("JOIN #a", "PING end")
            client.read_until(b"PONG ")
        self.speaker, *self.others, self.witness = there
        self.witness.send("PING here")
        self.witness.read_until(b"PONG ")
        self.text = "x"
        self.text = "x" * (1 + LINE_BYTES - self.line_bytes())

    def line_bytes(self):
        self.speaker.send(f"PRIVMSG #a :{self.text}")
        found = self.witness.read_until(b" PRIVMSG #a :x")
        return len(found[found.rindex(b":n0"):].rstrip(b"\r\n")) + 2

    def say(self, at_once):
        """CPU time of the server for each line that a client was sent, in microseconds."""
        before = cpu_ns(self.server.pid)
        for _ in range(LINES // at_once):
            self.speaker.send(*[f"PRIVMSG #a :{self.text}"] * at_once)
            self.witness.read_until(b" PRIVMSG ", at_once)
        used = cpu_ns(self.server.pid) - before
        for client in self.others:
            client.drain()
        return used / 1000 / LINES / RECEIVERS

    def close(self):
        for client in (self.speaker, self.witness, *self.others):
            client.close()


def shake_hands(server, kind):
    """CPU time of the process that does the handshakes, in microseconds each."""
    before = cpu_ns(server.gate_pid)
    for _ in range(HANDSHAKES):
        gated.context(VERSIONS[kind]).wrap_socket(socket.create_connection(server.address(kind))).close()
    time.sleep(0.05)  # it closes the last one
    return (cpu_ns(server.gate_pid) - before) / 1000 / HANDSHAKES


def in_turns(rounds, measures):
    """By name, the median; the order alternates."""
    found = {name: [] for name in measures}
    for number in range(rounds):
        for name in list(measures)[::-1 if number % 2 else 1]:
            found[name].append(measures[name]())
    return {name: statistics.median(all_) for name, all_ in found.items()}


def tell(what, figures, base, digits=2):
    for name, figure in figures.items():
        ratio = f"{figure / figures[base]:.2f} x {base}" if name != base else ""
        print(f"{what:<34} {name:<24} {figure:>8.{digits}f} us   {ratio}", flush=True)


def measure_deliveries(there, rounds):
    for kind in (TLS, TLS12):
        audiences = {one.name: Audience(one, kind) for one in there}
        for at_once in (1, BATCH):
            lines = "a line" if at_once == 1 else f"{at_once} lines at once"
            tell(f"{kind}, delivered, {lines}", in_turns(rounds, {
                name: lambda a=audience, n=at_once: a.say(n)
                for name, audience in audiences.items()}), Floor.name)
        for audience in audiences.values():
            audience.close()


def measure_web(pair, rounds):
    """On a server of its own for each, as both speak in one channel. Two processes of one program
    differ more than their rounds do, so there are several pairs of them."""
    found = {at_once: {PLAIN: [], WEB: []} for at_once in (1, BATCH)}
    for number in range(rounds):
        with contextlib.ExitStack() as stack:
            audiences = {
                kind: stack.enter_context(contextlib.closing(Audience(
                    stack.enter_context(contextlib.closing(Papod(pair))), kind)))
                for kind in (PLAIN, WEB)[::-1 if number % 2 else 1]}
            for at_once, by_kind in found.items():
                for kind, figure in in_turns(WEB_ROUNDS, {
                        kind: lambda a=audience, n=at_once: a.say(n)
                        for kind, audience in audiences.items()}).items():
                    by_kind[kind].append(figure)
    for at_once, by_kind in found.items():
        lines = "a line" if at_once == 1 else f"{at_once} lines at once"
        tell(f"{WEB}, delivered, {lines}",
             {kind: statistics.median(figures) for kind, figures in by_kind.items()}, PLAIN)


def measure_idle(pair, count):
    """PSS of papod with that many clients at rest, in bytes each."""
    for kind in (PLAIN, TLS):
        with contextlib.closing(Papod(pair)) as papod:
            first = idle_clients(papod, kind, 10, 0)  # what the first ones need is not theirs
            before = idle.pss_kib(papod.pid)
            rest = idle_clients(papod, kind, count, 10)
            time.sleep(REST)
            each = (idle.pss_kib(papod.pid) - before) * 1024 / count
            print(f"idle clients, {count} {kind:<14} {each:.0f} bytes each", flush=True)
            for fd in first + rest:
                os.close(fd)


def idle_clients(papod, kind, count, first):
    """Their descriptors: without the objects of Python's TLS, which are large."""
    there = []
    for number in range(first, first + count):
        client = Client(papod.address(kind), kind)
        client.send(f"NICK n{number}", f"USER u{number} 0 * :bench", "PING end")
        client.read_until(b"PONG ")
        there.append(client.socket.detach())
    return there


def start_all(pair, stack):
    there = []
    for kind in (Papod, Floor, FloorBatch, InspIrcd, NgIrcd):
        try:
            there.append(stack.enter_context(contextlib.closing(kind(pair))))
        except servers.Missing as error:
            print(f"left out: {error}", flush=True)
    return there


def main():
    scale = float(sys.argv[1]) if sys.argv[1:] else 1
    rounds = max(1, round(9 * scale))
    os.sched_setaffinity(0, CPUS[:-1] or CPUS)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the servers end too
    with contextlib.ExitStack() as stack:
        pair = make_pair(stack.enter_context(tempfile.TemporaryDirectory(prefix="papod-bench-")))
        there = start_all(pair, stack)
        measure_deliveries(there, rounds)
        there[0].move_away()
        for kind in (TLS, TLS12):
            tell(f"{kind}, a handshake", in_turns(rounds, {
                one.name: lambda o=one, k=kind: shake_hands(o, k)
                for one in there if one.name != FloorBatch.name}), Floor.name, 0)
        measure_web(pair, rounds)
        measure_idle(pair, max(100, round(10000 * scale)))


if __name__ == "__main__":
    main()
