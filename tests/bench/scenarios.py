"""What is measured: stages with clients, and on each stage what the clients do.

On a Stage each server gets its clients once; then the servers take turns, round after round. A
Fresh stage starts each server anew in each round, as what it measures happens once in a life.
Commands are those of the load generator, see load.c.
"""

import dataclasses

EVERY = ("papod", "papod-kept", "floor", "floor-batch", "ngIRCd", "InspIRCd")
# A write for each message to each of 5,000 takes too long to set up, and says nothing more.
LARGE = ("papod", "papod-kept", "floor-batch", "ngIRCd", "InspIRCd")
OURS = ("papod", "floor-batch")
# At a time: more would fill the queues of servers that limit them.
WINDOW = 64


@dataclasses.dataclass
class Stage:
    name: str
    clients: int
    setup: list
    acts: dict  # what is measured, by name
    servers: tuple = EVERY
    seconds: float = 1.0  # of each act, where {seconds} stands
    is_fresh: bool = False
    caps: list = dataclasses.field(default_factory=list)


def channel_stage(name, members, channels=1, acts=None, **more):
    clients = members * channels
    return Stage(name, clients, [f"connect 0 {clients} {WINDOW}",
                                 f"join 0 {clients} {members} {WINDOW}", "settle"], acts, **more)


def fan_out(members, **more):
    acts = {f"fan-out {members}, {n} in flight": f"talk {n} {{seconds}} 0" for n in (1, 16, 128)
            if n <= members}
    return channel_stage(f"fan-out-{members}", members, acts=acts, **more)


def pairs(n):
    return Stage(f"pairs-{n}", 2 * n, [f"connect 0 {2 * n} {WINDOW}", f"pair 0 {2 * n}"],
                 {f"private pairs, {n}": "talk 1 {seconds} 0"})


STAGES = [
    fan_out(1000),
    channel_stage("rate", 1000, acts={"fan-out 1000 at 80/s": "talk 1 {seconds} 80"}, seconds=2),
    fan_out(100),
    fan_out(5000, servers=LARGE),
    pairs(50),
    pairs(500),
    channel_stage("channels", 20, 500, {"500 channels of 20": "talk 1 {seconds} 0"}),
]
