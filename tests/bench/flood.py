"""How long clients wait during a flood of datagrams, and how much CPU time papod uses.

    PAPOD=build/papod python3 tests/bench/flood.py [SECONDS]

A client says PING a thousand times a second, without a flood and with 100,000 datagrams a second
on loopback. papod has the last CPU; the flood and the client share the others. If run by root,
papod, the client and the flood have real-time priority over other programs of a busy machine. The
kernel drops the datagrams that limits.datagrams does not allow. Prints numbers without a verdict.
"""

import multiprocessing
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import idle  # noqa: E402
from idle import papod_test  # noqa: E402

RATE = 100000
PAUSE = 0.001
CPUS = sorted(os.sched_getaffinity(0))
FLOOD = pathlib.Path(papod_test.PAPOD).resolve().parent / "tests/bench/flood"
CONFIG = idle.CONFIG + """
notifications = ( { name = "ci"; listeners = [ "notify" ]; addresses = [ "127.0.0.1" ];
	channels = [ "#build" ]; member = true; } );
"""
SAID = "#build a build has failed"
REFUSED = "#secret a build has failed"


def free_udp_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def put_first(priority):
    """Give this process, and those that it starts, a real-time priority if root runs it."""
    if os.geteuid() == 0:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))


def start(limit):
    """Start papod on the last CPU; also return its UDP port."""
    port = free_udp_port()
    listen = ('listen = ( { name = "tcp"; address = "127.0.0.1"; port = 0; }, { name = "notify";'
              f' kind = "datagram"; address = "127.0.0.1"; port = {port}; }} );\n')
    return papod_test.Server(config=CONFIG + f"limits = {{ datagrams = {limit}; }};\n",
                             listen=listen, wrapper=("taskset", "-c", str(CPUS[-1])),
                             before_exec=lambda: put_first(2)), port


def watch(port, stop, result):
    """Runs in a separate process, so that it waits only for papod and the machine."""
    put_first(2)
    witness, waits = papod_test.Client(("127.0.0.1", port)), []
    witness.register("witness")
    witness.send("JOIN #build")
    witness.sync()
    result.send("ready")
    while not stop.is_set():
        begin = time.monotonic()
        witness.sync()
        waits.append((time.monotonic() - begin) * 1000)
        time.sleep(PAUSE)
    result.send(sorted(waits))
    witness.close()


def count_dropped(port):
    """The datagrams for this port that the kernel dropped: the last column."""
    for line in pathlib.Path("/proc/net/udp").read_text(encoding="ascii").splitlines()[1:]:
        fields = line.split()
        if int(fields[1].split(":")[1], 16) == port:
            return int(fields[-1])
    raise papod_test.Failure("papod does not listen for datagrams")


def send_flood(port, seconds, text):
    done = subprocess.run([FLOOD, str(port), str(RATE), str(seconds), text], check=True,
                          capture_output=True, text=True, preexec_fn=lambda: put_first(1))
    return int(done.stdout.split()[0])


def describe_flood(n_sent, seconds, n_dropped):
    n_taken = n_sent - n_dropped
    return (f"; {n_sent / seconds:,.0f} datagrams/s, {n_taken / seconds:,.0f} taken, "
            f"{n_dropped / seconds:,.0f} dropped")


def measure(name, seconds, text=None, limit=1000):
    server, port = start(limit)
    stop = multiprocessing.Event()
    result, theirs = multiprocessing.Pipe()
    watcher = multiprocessing.Process(target=watch, args=(server.port, stop, theirs))
    watcher.start()
    result.recv()
    cpu, begin, n_sent = server.cpu_seconds(), time.monotonic(), 0
    if text:
        n_sent = send_flood(port, seconds, text)
    else:
        time.sleep(seconds)
    cpu, took = server.cpu_seconds() - cpu, time.monotonic() - begin
    stop.set()
    waits = result.recv()
    watcher.join()
    time.sleep(1)  # so that papod reads the rest from the kernel's buffer
    print(f"{name:30} PING p50 {statistics.median(waits):.2f} ms, "
          f"p99 {waits[len(waits) * 99 // 100]:.2f}, max {waits[-1]:.2f}; "
          f"papod's CPU {cpu / took:.1%}"
          f"{describe_flood(n_sent, took, count_dropped(port)) if text else ''}", flush=True)
    server.stop()


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5
    os.sched_setaffinity(0, CPUS[:-1] or CPUS)
    measure("no flood", seconds)
    measure("flood, refused", seconds, REFUSED)
    measure("flood, said as rates allow", seconds, SAID)
    measure("flood, limit 10,000, refused", seconds, REFUSED, 10000)
    measure("flood, limit 100,000, refused", seconds, REFUSED, RATE)


if __name__ == "__main__":
    main()
