#!/usr/bin/env python3
"""Measures papod, the floors and its peers, and writes REPORT.md, results.json and plots.

    ./dev bench [--quick] [--rounds N] [--servers NAME,NAME] [STAGE]...

Without names of stages it runs all. --quick: one short round of each. Only a full run rewrites the
report in the tree; other runs only print.
"""

import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import time

import report
import scenarios
import servers

HERE = pathlib.Path(__file__).resolve().parent
THREADS = 3
STARTS = 5  # per round
N_SETS = 12
# Capabilities that change the bytes of a message come first.
SET_CAPS = ("server-time", "echo-message", "message-tags", "account-tag", "labeled-response",
            "batch", "away-notify", "extended-join", "multi-prefix", "setname")


class Load:
    """The load generator, with clients of one server."""

    def __init__(self, tree, server, n_clients):
        self.process = subprocess.Popen(
            [tree / "tests/bench/load", str(server.port), str(server.pid), server.kind,
             str(n_clients), str(THREADS)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, command):
        self.process.stdin.write(command + " \n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        return json.loads(answer) if answer else {"void": "the load generator ended"}

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def count_calls(server, load, command):
    """System calls per event, counted with strace, which slows the server down, so that each turn
    has more work."""
    output = server.directory / "calls"
    tracer = subprocess.Popen(["strace", "-f", "-c", "-U", "calls,name", "-o", output, "-p",
                               str(server.pid)], stderr=subprocess.PIPE, text=True)
    tracer.stderr.readline()  # attached
    result = load.ask(command)
    tracer.send_signal(signal.SIGINT)
    tracer.communicate()
    found = re.search(r"^\s*(\d+)\s+total$", output.read_text(), re.MULTILINE)
    return int(found[1]) / result["events"] if found and result.get("events") else None


class Bench:
    def __init__(self, tree, options):
        self.tree = tree
        self.options = options
        cpus = sorted(os.sched_getaffinity(0))
        self.all_cpus = cpus
        self.cpu = cpus[-1]
        os.sched_setaffinity(0, cpus[:-1] or cpus)
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        self.results = {}  # act: server: round: result of the load generator
        self.calls = {}  # act: server: per event
        self.listening = {}  # server: nanoseconds, by round
        self.voids = []
        self.missing = {}
        self.command = " ".join(["./dev bench", *sys.argv[1:]])
        self.told = []  # title, name, output
        self.load_average = [os.getloadavg()[0]]
        self.version = report.first_line(tree / "papod", "--version").split()[-1]
        self.peer_versions = servers.peer_versions(tree)
        self.learn_of_papod()

    def learn_of_papod(self):
        """What a floor has to send."""
        papod = servers.Papod(self.tree, self.cpu)
        try:
            papod.start()
            servers.Floor.welcome = servers.record_welcome(papod)
            offered = servers.capabilities(papod)
            caps = [cap for cap in SET_CAPS if cap in offered][:4]
            self.sets = [[cap for bit, cap in enumerate(caps) if number >> bit & 1]
                         for number in range(N_SETS)]
            self.tags = [servers.record_tag(papod, one) for one in self.sets]
        finally:
            papod.close()

    def names_for(self, stage):
        asked = self.options.servers or stage.servers
        names = [name for name in stage.servers if name in asked and name not in self.missing]
        for name in list(names):
            if not servers.is_room_for(stage.clients * servers.ALL[name].stored_times):
                self.missing[f"{name} in {stage.name}"] = "too few open files are allowed"
                names.remove(name)
        return names

    def setup_of(self, stage):
        commands = list(stage.setup)
        if stage.has_sets:
            commands[:0] = [f"caps {N_SETS} {number} {self.tags[number]} {','.join(one) or '-'}"
                            for number, one in enumerate(self.sets)]
        return commands

    def started(self, name, stage):
        """A server with its clients; None if it is not installed or cannot run the stage."""
        server = servers.ALL[name](self.tree, self.cpu)
        try:
            server.start()
        except servers.Missing as error:
            self.missing[name] = str(error)
            server.close()
            return None
        load = Load(self.tree, server, stage.clients)
        if not self.prepare(stage.name, server, load, self.setup_of(stage)):
            self.end({name: (server, load)})
            return None
        return server, load

    def prepare(self, what, server, load, commands):
        for command in commands:
            if (reason := load.ask(command.format(window=server.window)).get("void")):
                self.voids.append((what, server.name, f"{command}: {reason}"))
                return False
        return True

    def note(self, act, name, number, result):
        if "void" in result:
            self.voids.append((act.name, name, result["void"]))
        else:
            self.results.setdefault(act.name, {}).setdefault(name, {})[number] = result
        print(report.progress(act.name, name, result), flush=True)

    def compare_bytes(self, act):
        """A floor that sends other bytes than papod measures something else."""
        if act.unit != scenarios.DELIVERY:
            return
        each = {name: [one["bytes"] / one["events"] for one in rounds.values()]
                for name, rounds in self.results.get(act.name, {}).items()
                if name in ("papod", "papod-kept", "floor", "floor-batch")}
        figures = sorted(figure for all_ in each.values() for figure in all_)
        if figures and figures[-1] > figures[0] * 1.001:
            self.voids.append((act.name, "floor", f"bytes differ from papod's: {each}"))

    def perform(self, stage, act, number, server, load):
        seconds = min(stage.seconds, 0.2) if self.options.quick else stage.seconds
        command = act.command.format(seconds=seconds, window=server.window)
        self.note(act, server.name, number, load.ask(command))

    def run(self, stage):
        (self.run_fresh if stage.is_fresh else self.run_steady)(stage)
        for act in stage.acts:
            self.compare_bytes(act)

    def run_steady(self, stage):
        rounds = range(min(self.options.rounds, stage.rounds))
        if not stage.is_renewed:
            self.run_life(stage, rounds, counts_calls=True)
            return
        for number in rounds:
            self.run_life(stage, range(number * scenarios.TURNS, (number + 1) * scenarios.TURNS),
                          counts_calls=number == rounds[-1])

    def run_life(self, stage, numbers, counts_calls):
        """Run the acts on all servers, for each number of a round."""
        there = {}
        try:
            for name in self.names_for(stage):
                if (pair := self.started(name, stage)):
                    there[name] = pair
            for act in stage.acts:
                for server, load in there.values():
                    self.prepare(act.name, server, load, act.before)
                for number in numbers:
                    # The order alternates, so that no server always comes last.
                    for server, load in list(there.values())[::-1 if number % 2 else 1]:
                        self.perform(stage, act, number, server, load)
                if act.calls and counts_calls and not self.options.quick and shutil.which("strace"):
                    self.calls[act.name] = {
                        name: count_calls(server, load, act.command.format(seconds=0.2))
                        for name, (server, load) in there.items()}
        finally:
            self.end(there)

    def run_fresh(self, stage):
        for number in range(min(self.options.rounds, stage.rounds)):
            for name in self.names_for(stage):
                pair = self.started(name, stage)
                if not pair:
                    continue
                try:
                    for act in stage.acts:
                        self.perform(stage, act, number, *pair)
                finally:
                    self.end({name: pair})

    def run_starting(self):
        """The time from start to listening. papod-kept inherits a listening socket, so it is left
        out."""
        for _ in range(STARTS * self.options.rounds):
            for name in ("papod", "floor-batch", "ngIRCd", "InspIRCd"):
                server = servers.ALL[name](self.tree, self.cpu)
                try:
                    answer = subprocess.run(
                        [self.tree / "tests/bench/starting", str(self.cpu), str(server.port),
                         *server.command()], env=server.environment(), check=True,
                        capture_output=True, text=True)
                    result = json.loads(answer.stdout)
                    if "void" in result:
                        self.voids.append(("starting", name, result["void"]))
                    else:
                        self.listening.setdefault(name, []).append(result["listening_ns"])
                except servers.Missing as error:
                    self.missing[name] = str(error)
                finally:
                    server.close()

    def run_program(self, name):
        """Run a program on all CPUs; it starts papod itself."""
        title, program = PROGRAMS[name]
        arguments = QUICK.get(name, []) if self.options.quick else []
        command = [sys.executable, HERE / program] if program.endswith(".py") else [
            self.tree / "tests/bench" / program]
        done = subprocess.run([*command, *arguments], capture_output=True,
                              text=True, env={**os.environ, "PAPOD": str(self.tree / "papod")},
                              preexec_fn=lambda: os.sched_setaffinity(0, self.all_cpus))
        if done.returncode:
            self.voids.append((name, "papod", done.stderr.strip().split("\n")[-1]))
        print(done.stdout, end="", flush=True)
        self.told.append((title, name, done.stdout))

    @staticmethod
    def end(there):
        for server, load in there.values():
            server.close()
            load.close()


# Separate programs, whose output is copied into the report.
PROGRAMS = {
    "restart": ("Restarts", "restart.py"),
    "greedy": ("Greedy questions", "greedy.py"),
    "starving": ("Work that keeps others waiting", "starving.py"),
    "flood": ("A flood of datagrams", "flood.py"),
    "senders": ("Sending from more threads", "senders"),
    "records": ("Records of TLS", "records"),
    "filters": ("Filters", "filters"),
    "spam": ("A flood of spammers", "spam.py"),
    "secure": ("TLS and WebSocket", "secure.py"),
    "logins": ("Logins and accounts", "logins.py"),
    "always-on": ("Users without a client", "always_on.py"),
    "history": ("History", "history.py"),
}
# What they are given in a quick run.
QUICK = {"restart": ["100"], "flood": ["1"], "spam": ["0.1"], "secure": ["0.01"], "logins": ["0.01"],
         "history": ["0.02"]}


def parse_options():
    parser = argparse.ArgumentParser(prog="./dev bench")
    parser.add_argument("stages", nargs="*", metavar="STAGE")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, help="at most this many")
    parser.add_argument("--servers", type=lambda text: text.split(","))
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 5)
    known = [*(stage.name for stage in scenarios.STAGES), "starting", *PROGRAMS]
    for name in options.stages:
        if name not in known:
            parser.error(f"there is no stage {name}; there are {', '.join(known)}")
    for name in options.servers or []:
        if name not in servers.ALL:
            parser.error(f"there is no server {name}; there are {', '.join(servers.ALL)}")
    return options


def main():
    options = parse_options()
    tree = pathlib.Path(os.environ.get("BENCH", HERE.parents[1] / "build/bench"))
    # Signals end the servers too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(1))
    bench = Bench(tree, options)

    def is_asked(name):
        return not options.stages or name in options.stages

    def is_due(stage):
        return is_asked(stage.name) and (options.stages or not (options.quick and stage.is_long))

    for stage in filter(is_due, scenarios.STAGES):
        start = time.monotonic()
        bench.run(stage)
        print(f"-- {stage.name}: {time.monotonic() - start:.0f} s", flush=True)
    if is_asked("starting"):
        bench.run_starting()
    for name in filter(is_asked, PROGRAMS):
        bench.run_program(name)
    bench.load_average.append(os.getloadavg()[0])
    result = report.Report(bench)
    print(f"\n{result.summary()}")
    if not options.stages and not options.quick and not options.servers:
        result.write(HERE)
    return 1 if bench.voids else 0


if __name__ == "__main__":
    sys.exit(main())
