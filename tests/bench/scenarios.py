"""What is measured: stages with clients, and on each stage the acts of the clients.

On a stage each server gets its clients once; then the servers take turns, round after round. A
renewed stage starts them again in each round, and they take some shorter turns in it: the place of
a server and its sockets in memory is random, fixed for its life, and can change results by a fifth.
A fresh stage runs one server after the other, started again in each round, because what it measures
happens once. Commands are those of the load generator, see load.c; {window} is the number of
clients that a server accepts at a time, {seconds} the duration of an act.
"""

import dataclasses

EVERY = ("papod", "papod-kept", "floor", "floor-batch", "ngIRCd", "InspIRCd")
# "floor" takes too long to set up a large channel, and shows nothing new there.
LARGE = ("papod", "papod-kept", "floor-batch", "ngIRCd", "InspIRCd")
OURS = ("papod", "floor-batch")
TURNS = 4  # per start, on a renewed stage
JOINING = 256  # at a time, if joining is not measured

DELIVERY = "delivery"


@dataclasses.dataclass
class Act:
    """Something that is measured; `before` are commands that run once before all rounds."""
    name: str
    command: str
    unit: str = DELIVERY
    before: tuple = ()
    calls: bool = False  # whether system calls are counted


@dataclasses.dataclass
class Stage:
    name: str
    clients: int
    setup: list
    acts: list
    servers: tuple = EVERY
    seconds: float = 1.0
    rounds: int = 5  # at most
    is_fresh: bool = False
    is_renewed: bool = False
    is_long: bool = False  # left out of a quick run
    has_sets: bool = False  # of capabilities: twelve different ones


def in_channels(name, members, channels, acts, **more):
    n = members * channels
    return Stage(name, n, [f"connect 0 {n} {{window}}", f"join 0 {n} {members} {min(n, JOINING)}", "settle"],
                 acts, **more)


def fan_out(members, **more):
    return in_channels(
        f"fan-out-{members}", members, 1,
        [Act(f"fan-out {members}, {n} in flight", f"talk {n} {{seconds}} 0",
             calls=members == 1000) for n in (1, 16, 128) if n <= members], **more)


def pairs(n):
    return Stage(f"pairs-{n}", 2 * n, [f"connect 0 {2 * n} {{window}}", f"pair 0 {2 * n}"],
                 [Act(f"private pairs, {n}", "talk 1 {seconds} 0", calls=n == 500)],
                 seconds=0.25, is_renewed=True)


def idle():
    """The rest takes longer than papod-kept keeps events before a snapshot replaces them
    (pace.c)."""
    return Stage("idle", 9000, ["connect 0 10 8"],
                 [Act("idle clients, 1000", "connect 10 990 {window}", "client"),
                  Act("idle clients, 9000", "connect 1000 8000 {window}", "client"),
                  Act("rest, 9000 clients", "rest 12", "")],
                 is_fresh=True, is_long=True, rounds=1)


CLIENTS = (100, 1000, 5000, 10000, 15000)
CHANNELS = (5, 50, 200, 400, 700)
MEMBERS = (100, 1000, 2500, 5000, 10000)


def grown_clients():
    """The same 100 talk while more and more silent clients are connected."""
    acts, last = [], 100
    for n in CLIENTS:
        before = (f"connect {last} {n - last} {{window}}", "settle") if n > last else ()
        acts.append(Act(f"100 members of {n} clients", "talk 1 {seconds} 0", before=before))
        last = n
    return Stage("clients", CLIENTS[-1],
                 ["connect 0 100 {window}", "join 0 100 100 64", "settle"], acts, OURS, 0.6)


def grown_channels():
    """At a fixed rate, so that batches do not grow with the channels."""
    acts, last = [], 0
    for n in CHANNELS:
        first, count = 20 * last, 20 * (n - last)
        acts.append(Act(f"{n} channels of 20 at 2000/s", "talk 1 {seconds} 2000", before=(
            f"connect {first} {count} {{window}}", f"join {first} {count} 20 64", "settle")))
        last = n
    return Stage("channel-count", 20 * CHANNELS[-1], [], acts, OURS, 0.6)


def members(n):
    """Only for the plot; more clients join at a time, because joining is not measured."""
    return Stage(f"members-{n}", n,
                 [f"connect 0 {n} {{window}}", f"join 0 {n} {n} 1000", "settle"],
                 [Act(f"fan-out {n}, 1 in flight", "talk 1 {seconds} 0")], OURS, 0.6,
                 is_long=n > 5000)


STAGES = [
    fan_out(1000, seconds=0.25, is_renewed=True),
    in_channels("rate", 1000, 1, [Act("fan-out 1000 at 80/s", "talk 1 {seconds} 80")],
                seconds=0.4, is_renewed=True),
    pairs(50),
    pairs(500),
    # The maximum for papod-kept with a limit of 20,000 open files.
    in_channels("channels", 20, 450, [Act("450 channels of 20", "talk 1 {seconds} 0", calls=True)],
                seconds=0.4, is_renewed=True),
    Stage("join", 1000, ["connect 0 1000 {window}"],
          [Act("join storm, 1000 at once", "join 0 1000 1000 0")], is_fresh=True),
    Stage("join-64", 1000, ["connect 0 1000 {window}"],
          [Act("join storm, 64 at a time", "join 0 1000 1000 64")], is_fresh=True),
    idle(),
    Stage("connect", 5000, ["connect 0 10 8"],
          [Act("registration, 5000", "connect 10 4990 {window}", "registration")], is_fresh=True),
    fan_out(100, seconds=0.6),
    fan_out(5000, servers=LARGE, seconds=0.8, is_long=True),
    in_channels("sets", 1000, 1,
                [Act(f"fan-out 1000, 12 sets, {n} in flight", f"talk {n} {{seconds}} 0")
                 for n in (1, 16, 128)], servers=("papod", "papod-kept", "floor-batch"),
                has_sets=True),
    in_channels("churn", 20, 50, [Act("churn: part and join", "churn join {seconds}", "turn"),
                                  Act("churn: nick", "churn nick {seconds}", "turn"),
                                  Act("churn: quit and connect", "churn connect {seconds}", "turn")],
                seconds=0.6),
    Stage("lines", 200, ["connect 0 200 {window}", "settle"],
          [Act("lines in, one a read", "ask 1 {seconds}", "line"),
           Act("lines in, 100 a read", "ask 100 {seconds}", "line")],
          ("papod", "papod-kept", "floor-batch", "InspIRCd"), 0.6),
    grown_clients(),
    grown_channels(),
    members(2500),
    members(10000),
]


@dataclasses.dataclass
class Plot:
    name: str
    title: str
    axis: str
    height: str
    points: list  # pairs of a number and an act
    per_message: bool = False  # instead of per delivery


PLOTS = [
    Plot("clients", "One delivery: 100 talk, the others are there", "clients connected",
         "µs of CPU for a delivery", [(n, f"100 members of {n} clients") for n in CLIENTS]),
    Plot("channels", "One delivery: 2,000 messages a second, spread over all channels",
         "channels of 20", "µs of CPU for a delivery",
         [(n, f"{n} channels of 20 at 2000/s") for n in CHANNELS]),
    Plot("members", "One message to a channel", "members", "ms of CPU for a message",
         [(n, f"fan-out {n}, 1 in flight") for n in MEMBERS], per_message=True),
]


@dataclasses.dataclass
class Target:
    """A row of the first table; limit and p99 are multiples of floor-batch's CPU time and 99th
    percentile."""
    act: str
    limit: float
    user_us: float = None
    p99: float = None

    def says(self):
        parts = [f"≤ {self.limit} ×"]
        if self.user_us:
            parts.append(f"user part ≤ {self.user_us} µs")
        if self.p99:
            parts.append(f"p99 ≤ {self.p99} ×")
        return "; ".join(parts)


# The papod of Debian's package.
COUNTS = "papod-kept"
TARGETS = [
    Target("fan-out 1000, 1 in flight", 1.05, user_us=0.45),
    Target("fan-out 1000, 16 in flight", 0.7),
    Target("fan-out 1000, 128 in flight", 1.1),
    Target("fan-out 1000 at 80/s", 1.05, p99=1.2),
    Target("private pairs, 50", 1.08, user_us=0.8),
    Target("private pairs, 500", 1.08, user_us=0.8),
    Target("450 channels of 20", 1.1),
    Target("join storm, 1000 at once", 1.1),
    Target("join storm, 64 at a time", 1.1),
    Target("registration, 5000", 1.5),
    Target("churn: quit and connect", 1.2),
]
PSS_LIMIT_KIB = 1.0
RESTARTED = 10000  # clients
RESTART_LIMIT_MS = 100
FLOOD_LIMIT_MS = 5
LISTENING_LIMIT_MS = 10
# By what secure.py measures: the server, what it is compared with, and the limit.
SECURE_TARGETS = {
    "TLS 1.3, delivered, a line": ("papod", "SSL_write loop", 0.8),
    "TLS 1.3, delivered, 10 lines at once": ("papod", "SSL_write loop", 0.67),
    "TLS 1.3, a handshake": ("papod", "SSL_write loop", 1.1),
    "WebSocket, delivered, a line": ("WebSocket", "plain", 1.15),
}
SECURE_IDLE_BYTES = 512

# What logins.py measures, of a crowd of 1,000 and a database with 100,000 accounts and 10,000 channels.
LOGINS_TIMES_LIMIT = 1.2  # of PBKDF2 in a loop
LOGINS_PING_LIMIT_MS = 20
REMEMBERED_LIMIT_S = 0.5
FULL_START_LIMIT_S = 1
ACCOUNT_LIMIT_BYTES = 300
