#!/usr/bin/env python3
"""Measures papod beside the floors and its peers, and writes REPORT.md, results.json and plots.

    ./dev bench [--quick] [--rounds N] [--servers NAME,NAME] [STAGE]...

Without names of stages it is all of them. --quick: one short round of each. Only a full run
rewrites the report in the tree; what else is measured is printed, and kept in build/bench/.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

import report
import scenarios
import servers

HERE = pathlib.Path(__file__).resolve().parent
THREADS = 3


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


class Bench:
    def __init__(self, tree, options):
        self.tree = tree
        self.options = options
        cpus = sorted(os.sched_getaffinity(0))
        self.cpu = cpus[-1]
        os.sched_setaffinity(0, cpus[:-1] or cpus)
        self.results = {}  # act, server: rounds
        self.voids = []
        self.missing = set()
        self.record_welcome()

    def record_welcome(self):
        papod = servers.Papod(self.tree, self.cpu)
        try:
            papod.start()
            servers.Floor.welcome = servers.record_welcome(papod)
        finally:
            papod.close()

    def names_for(self, stage):
        asked = self.options.servers or stage.servers
        return [name for name in stage.servers if name in asked and name not in self.missing]

    def started(self, name, stage):
        """A server with its clients; None if it is not there or cannot do it."""
        server = servers.ALL[name](self.tree, self.cpu)
        try:
            server.start()
        except servers.Missing as error:
            print(f"bench: left out: {error}", file=sys.stderr)
            self.missing.add(name)
            server.close()
            return None
        load = Load(self.tree, server, stage.clients)
        for command in [*stage.caps, *stage.setup]:
            if (reason := load.ask(command).get("void")):
                self.voids.append((stage.name, name, f"{command}: {reason}"))
                load.close()
                server.close()
                return None
        return server, load

    def note(self, act, name, number, result):
        if "void" in result:
            self.voids.append((act, name, result["void"]))
        else:
            self.results.setdefault(act, {}).setdefault(name, {})[number] = result
        print(report.progress(act, name, result), flush=True)

    def run(self, stage):
        (self.run_fresh if stage.is_fresh else self.run_steady)(stage)

    def act(self, stage, command, load):
        seconds = min(stage.seconds, 0.3) if self.options.quick else stage.seconds
        return load.ask(command.format(seconds=seconds))

    def run_steady(self, stage):
        there = {}
        try:
            for name in self.names_for(stage):
                if (pair := self.started(name, stage)):
                    there[name] = pair
            for act, command in stage.acts.items():
                for number in range(self.options.rounds):
                    for name, (_, load) in there.items():
                        self.note(act, name, number, self.act(stage, command, load))
        finally:
            self.end(there)

    def run_fresh(self, stage):
        for number in range(self.options.rounds):
            for name in self.names_for(stage):
                pair = self.started(name, stage)
                if not pair:
                    continue
                try:
                    for act, command in stage.acts.items():
                        self.note(act, name, number, self.act(stage, command, pair[1]))
                finally:
                    self.end({name: pair})

    @staticmethod
    def end(there):
        for server, load in there.values():
            server.close()
            load.close()


def parse_options():
    parser = argparse.ArgumentParser(prog="./dev bench")
    parser.add_argument("stages", nargs="*", metavar="STAGE")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--servers", type=lambda text: text.split(","))
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 5)
    known = [stage.name for stage in scenarios.STAGES]
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
    bench = Bench(tree, options)
    start = time.monotonic()
    for stage in scenarios.STAGES:
        if not options.stages or stage.name in options.stages:
            bench.run(stage)
    print()
    print(report.table(bench.results))
    print(f"\n{time.monotonic() - start:.0f} seconds")
    for act, name, reason in bench.voids:
        print(f"void: {act}, {name}: {reason}")
    return 1 if bench.voids else 0


if __name__ == "__main__":
    sys.exit(main())
