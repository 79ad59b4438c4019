"""The results: figures from the rounds, REPORT.md with its tables, results.json and the plots."""

import datetime
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess

import plot
import scenarios

PEERS = ("ngIRCd", "InspIRCd")
HERE = pathlib.Path(__file__).resolve().parent

INTRODUCTION = """\
# Speed, measured

`{command}` wrote this page, results.json and the plots beside it, on {date}, from papod {version}.

{machine}

Each server runs on one CPU of its own (the same for all), the load generator on the others, over
loopback. CPU time is what the kernel accounts to the server's process, with children that it
waited for; ratios are the median, over {rounds} rounds in which the servers take turns, of the
ratio within a round. Fan-outs to 1,000, pairs and channels are measured on servers that are
started anew in each round and take {turns} turns in it, of which each counts as a round; storms and
registrations on such that take one; memory once. User and system are told apart by the kernel's
ticks, so they are coarse.
Each receiver checks each message: once, in order, unchanged; a run in which one is not is void,
and said so below.

- **papod-kept** is papod as Debian's package builds and runs it: a service whose clients survive
  it, which writes all events down in memory. It has to reach the targets. **papod** is the same
  program by itself, with its log in a file: the difference is the price of survival.
- **floor** is one thread with epoll and no IRC that sends the same bytes to the same sockets, a
  write for each message. **floor-batch** does one write for each connection and turn.
- **ngIRCd** and **InspIRCd** are Debian's ({peers}), without limits on rates and queues. ngIRCd
  takes {ngircd} connections at a time, as its backlog is short, the others 64, InspIRCd 1000, as
  it registers clients once a second: their latencies there say that.
"""


def per_event(result):
    """CPU time of the server per event, in microseconds."""
    return result["cpu_ns"] / max(result["events"], 1) / 1000


def user_share(results):
    """The share of user time, from all rounds together, because ticks are coarse."""
    user = sum(one["user_ticks"] for one in results)
    return user / max(user + sum(one["system_ticks"] for one in results), 1)


def middle(rounds, figure):
    return statistics.median(figure(one) for one in rounds.values())


def progress(act, name, result):
    if "void" in result:
        return f"{act:32} {name:12} void: {result['void']}"
    rate = result["events"] / result["wall_ns"] * 1e9
    return (f"{act:32} {name:12} {per_event(result):9.3f} us each, {rate:9.0f}/s, "
            f"p99 {result['p99_ns'] / 1e6:.2f} ms, server {result['cpu_ns'] / result['wall_ns']:.0%} "
            f"busy")


def ratios(rounds, base, figure=per_event):
    """Ratios to another server, within each round."""
    return [figure(one) / figure(base[number]) for number, one in rounds.items()
            if number in base and figure(base[number])]


def times(value):
    return f"{value:.2f} ×" if value else "–"


def pss_kib(result):
    return (result["pss_after"] - result["pss_before"]) / max(result["events"], 1) / 1024


class Report:
    def __init__(self, bench):
        self.bench = bench
        self.results = bench.results

    def get(self, act, name):
        return self.results.get(act, {}).get(name)

    def ratios(self, act, name, figure=per_event, base="floor-batch"):
        ours, theirs = self.get(act, name), self.get(act, base)
        return ratios(ours, theirs, figure) if ours and theirs else []

    def ratio(self, act, name, figure=per_event, base="floor-batch"):
        found = self.ratios(act, name, figure, base)
        return statistics.median(found) if found else None

    def best_peer(self, act):
        found = [(value, name) for name in PEERS if (value := self.ratio(act, name))]
        return "{0:.2f} × ({1})".format(*min(found)) if found else "–"

    # The first table

    def target_row(self, target):
        found = self.ratios(target.act, scenarios.COUNTS)
        if not found:
            return None
        middle_ratio = statistics.median(found)
        is_met, more = middle_ratio <= target.limit, ""
        if target.user_us:
            rounds = self.get(target.act, scenarios.COUNTS)
            user = middle(rounds, per_event) * user_share(rounds.values())
            is_met = is_met and user <= target.user_us
            more = f"; user {user:.2f} µs"
        if target.p99:
            tail = self.ratio(target.act, scenarios.COUNTS, lambda one: one["p99_ns"])
            is_met = is_met and tail <= target.p99
            more = f"; p99 {tail:.2f} ×"
        if target.act.startswith("registration"):
            more = f"; {times(self.ratio(target.act, scenarios.COUNTS, base='floor'))} floor"
        is_sure = len({one <= target.limit for one in found}) == 1
        return (f"| {target.act} | {target.says()} | {times(middle_ratio)}{more} | "
                f"{min(found):.2f}–{max(found):.2f} | "
                f"{times(self.ratio(target.act, 'papod'))} | {self.best_peer(target.act)} | "
                f"{'yes' if is_met else 'no'}{'' if is_sure else ', rounds differ'} |")

    def at_rest_kib(self):
        """By server: the memory of a client after all have connected and are idle."""
        first, more, rest = (self.results.get(act, {}) for act in (
            "idle clients, 1000", "idle clients, 9000", "rest, 9000 clients"))
        return {name: statistics.median(
            pss_kib({"pss_before": first[name][number]["pss_before"],
                     "pss_after": one["pss_after"],
                     "events": first[name][number]["events"] + more[name][number]["events"]})
            for number, one in rounds.items())
            for name, rounds in rest.items() if name in first and name in more}

    def idle_row(self):
        figures = self.at_rest_kib()
        if scenarios.COUNTS not in figures:
            return None
        found = [(figures[name], name) for name in PEERS if name in figures]
        best = "{0:.2f} KiB ({1})".format(*min(found)) if found else "–"
        plain = f"{figures['papod']:.2f} KiB" if "papod" in figures else "–"
        floor = f"; floor {figures['floor-batch']:.2f}" if "floor-batch" in figures else ""
        is_met = figures[scenarios.COUNTS] <= scenarios.PSS_LIMIT_KIB
        return (f"| idle client at rest, PSS | ≤ {scenarios.PSS_LIMIT_KIB} KiB | "
                f"{figures[scenarios.COUNTS]:.2f} KiB{floor} |  | {plain} | {best} | "
                f"{'yes' if is_met else 'no'} |")

    def restart_row(self):
        """From the output of restart.py; no peer has anything comparable."""
        told = "".join(output for _, name, output in self.bench.told if name == "restart")
        found = re.search(rf"^ *{scenarios.RESTARTED} restart +(\d+) ms, at worst (\d+)", told,
                          re.MULTILINE)
        if not found:
            return None
        is_met = int(found[1]) <= scenarios.RESTART_LIMIT_MS
        limit = scenarios.RESTART_LIMIT_MS
        return (f"| restart of {scenarios.RESTARTED:,} clients | ≤ {limit} ms | "
                f"{found[1]} ms | at worst {found[2]} | – | – | {'yes' if is_met else 'no'} |")

    def flood_row(self):
        """Out of the words of flood.py, with the limit that papod.conf has by default."""
        told = "".join(output for _, name, output in self.bench.told if name == "flood")
        found = re.findall(r"^(no flood|flood, said).* max ([\d.]+); papod's CPU ([\d.]+%)", told,
                           re.MULTILINE)
        if len(found) != 2:
            return None
        (_, calm, before), (_, worst, after) = found
        limit = scenarios.FLOOD_LIMIT_MS
        return (f"| PING in a flood of 100,000 datagrams/s | ≤ {limit} ms | {worst} ms; CPU {after} "
                f"| without: {calm} ms; CPU {before} | – | – | "
                f"{'yes' if float(worst) <= limit else 'no'} |")

    def secure_rows(self):
        """From the output of secure.py. The first and the last column of its lines."""
        told = "".join(output for _, name, output in self.bench.told if name == "secure")
        for what, (name, base, limit) in scenarios.SECURE_TARGETS.items():
            found = re.search(rf"^{re.escape(what)} +{name} +([\d.]+) us +([\d.]+) x {base}$", told,
                              re.MULTILINE)
            if found:
                peers = [(float(figure), peer) for peer in PEERS for figure in re.findall(
                    rf"^{re.escape(what)} +{peer} .* ([\d.]+) x {base}$", told, re.MULTILINE)]
                best = "{0:.2f} × ({1})".format(*min(peers)) if peers else "–"
                yield (f"| {what} | ≤ {limit} × {base} | {found[2]} × ({found[1]} µs) |  | – | {best} | "
                       f"{'yes' if float(found[2]) <= limit else 'no'} |")
        idle = dict(re.findall(r"^idle clients, \d+ (.*?) +(\d+) bytes each$", told, re.MULTILINE))
        if len(idle) == 2:
            more = int(idle["TLS 1.3"]) - int(idle["plain"])
            limit = scenarios.SECURE_IDLE_BYTES
            yield (f"| idle client with TLS, PSS over a plain one | ≤ {limit} bytes | {more} bytes "
                   f"|  | – | – | {'yes' if more <= limit else 'no'} |")

    def logins_rows(self):
        """From the output of logins.py."""
        told = "".join(output for _, name, output in self.bench.told if name == "logins")
        found = [re.search(pattern, told, re.MULTILINE) for pattern in (
            r"^\d+ logins, cold +([\d.]+) s; .* max ([\d.]+)", r"the logins took ([\d.]+) x that$",
            r"^\d+ logins, remembered +([\d.]+) s", r"^start with .* channels: ([\d.]+) s; (\d+) bytes")]
        if not all(found):
            return
        cold, times_more, remembered, start = found
        for what, unit, limit, figure in (
                ("logins at once, cold", " × PBKDF2 in a loop", scenarios.LOGINS_TIMES_LIMIT, times_more[1]),
                ("another's PING meanwhile, at worst", " ms", scenarios.LOGINS_PING_LIMIT_MS, cold[2]),
                ("the same crowd, remembered", " s", scenarios.REMEMBERED_LIMIT_S, remembered[1]),
                ("start with 100,000 accounts", " s", scenarios.FULL_START_LIMIT_S, start[1]),
                ("memory of an account", " bytes", scenarios.ACCOUNT_LIMIT_BYTES, start[2])):
            yield (f"| {what} | ≤ {limit}{unit} | {figure}{unit} |  | – | – | "
                   f"{'yes' if float(figure) <= limit else 'no'} |")

    def bounded_rows(self):
        """From the output of programs that print what is allowed beside what they measured."""
        for _, name, output in self.bench.told:
            if name in ("history", "always-on"):
                for what, figure, unit, most in re.findall(
                        r"^(.+?) +([\d.]+) (\S+) +at most ([\d.]+)", output, re.MULTILINE):
                    yield (f"| {what} | ≤ {most} {unit} | {figure} {unit} |  | – | – | "
                           f"{'yes' if float(figure) <= float(most) else 'no'} |")

    def starting_row(self):
        figures = {name: statistics.median(all_ns) / 1e6
                   for name, all_ns in self.bench.listening.items()}
        if "papod" not in figures:
            return None
        found = [(figures[name], name) for name in PEERS if name in figures]
        best = "{0:.1f} ms ({1})".format(*min(found)) if found else "–"
        is_met = figures["papod"] <= scenarios.LISTENING_LIMIT_MS
        return (f"| start to listening | ≤ {scenarios.LISTENING_LIMIT_MS} ms | "
                f"at once |  | {figures['papod']:.1f} ms | {best} | {'yes' if is_met else 'no'} |")

    def targets(self):
        rows = [self.target_row(target) for target in scenarios.TARGETS]
        rows += [self.idle_row(), self.restart_row(), self.flood_row(), self.starting_row(),
                 *self.secure_rows(), *self.logins_rows(), *self.bounded_rows()]
        return "\n".join(["| scenario | target | papod-kept | its rounds | papod | best peer here | reached |",
                          "|---|---|---|---|---|---|---|", *filter(None, rows)])

    # All figures

    def row(self, act, name, rounds):
        ones = list(rounds.values())
        cpu = middle(rounds, per_event)
        share = user_share(ones)
        rate = middle(rounds, lambda one: one["events"] / one["wall_ns"] * 1e9)
        p50, p99, worst = (middle(rounds, lambda one, key=key: one[key]) / 1e6
                           for key in ("p50_ns", "p99_ns", "max_ns"))
        busy = middle(rounds, lambda one: one["cpu_ns"] / one["wall_ns"])
        calls = self.bench.calls.get(act, {}).get(name)
        return (f"| {act} | {name} | {rate:,.0f} | {cpu:.3f} | {cpu * share:.3f} | "
                f"{cpu * (1 - share):.3f} | {times(self.ratio(act, name))} | {p50:.2f} | "
                f"{p99:.2f} | {worst:.2f} | {busy:.0%} | {f'{calls:.3f}' if calls else ''} |")

    def table(self):
        lines = ["| scenario | server | a second | CPU, µs each | user | system | floor-batch | "
                 "p50, ms | p99 | max | busy | calls |",
                 "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"]
        for act, by_server in self.results.items():
            if not act.startswith("rest"):
                lines += [self.row(act, name, rounds) for name, rounds in by_server.items()]
        return "\n".join(lines)

    def memory(self):
        lines = ["| server | 10 to 1,000 clients | to 9,000 | at rest with 9,000 | CPU then |",
                 "|---|--:|--:|--:|--:|"]
        at_rest = self.at_rest_kib()
        for name, rounds in self.results.get("idle clients, 9000", {}).items():
            first, rest = self.get("idle clients, 1000", name), self.get("rest, 9000 clients", name)
            busy = middle(rest, lambda one: one["cpu_ns"] / one["wall_ns"]) if rest else 0
            lines.append(f"| {name} | {middle(first, pss_kib):.2f} KiB | "
                         f"{middle(rounds, pss_kib):.2f} KiB | {at_rest.get(name, 0):.2f} KiB | "
                         f"{busy:.2%} |")
        return "\n".join(lines)

    def plots(self):
        """The plots, by name, whose acts were all measured."""
        drawn = {}
        for one in scenarios.PLOTS:
            lines = {}
            for name in scenarios.OURS:
                points = [(x, middle(rounds, per_event) *
                           ((x - 1) / 1000 if one.per_message else 1))
                          for x, act in one.points if (rounds := self.get(act, name))]
                if len(points) == len(one.points):
                    lines[name] = points
            if lines:
                drawn[one.name] = plot.draw(one.title, one.axis, one.height, lines)
        return drawn

    def summary(self):
        voids = [f"void: {act}, {name}: {reason}" for act, name, reason in self.bench.voids]
        missing = [f"left out: {name}: {why}" for name, why in self.bench.missing.items()]
        return "\n\n".join([self.targets(), self.table(), self.memory(), *voids, *missing])

    # The page

    def page(self):
        voids = [f"- {act}, {name}: {reason}" for act, name, reason in self.bench.voids]
        left_out = [f"- {name}: {reason}" for name, reason in self.bench.missing.items()]
        parts = [
            introduction(self.bench),
            "## Targets\n\nCPU time for each delivery (registration, ...), as a multiple of "
            "floor-batch's. The targets are for papod-kept, the service as Debian runs it, whose "
            "socket systemd opens before papod starts. Where the rounds lie on both sides of the target, the machine was too "
            "busy to tell: run it again on a quiet one.\n\n" + self.targets(),
            "## Void or left out\n\n" + ("\n".join(voids + left_out) or "Nothing."),
            "## Straight lines\n\n" + "\n".join(f"![{name}]({name}.svg)" for name in self.plots()),
            "## Memory\n\nPSS of the server for each client that came, without what the kernel "
            "keeps for sockets. While clients come, papod-kept also has the events of the last "
            "ten seconds; a snapshot replaces them.\n\n" + self.memory(),
            "## All figures\n\nMedians. Each is a delivery, or what the scenario is named for: a "
            "registration, a line in, a turn of churn with all that others hear of it. Busy is "
            "the share of its CPU that the server used: where it is low, the generator or a wait "
            "was the limit, and only the CPU time counts. Calls are system calls each, counted "
            "by strace in a run of its own, which slows a server down and makes its batches "
            "larger.\n\n" + self.table(),
            *(f"## {title}\n\n    ./dev bench {name}\n\n"
              f"```\n{output.rstrip()}\n```" for title, name, output in self.bench.told),
            "## The commands\n\n    ./dev bench                     all of this\n"
            "    ./dev bench STAGE...            some of it, printed\n"
            "    ./dev bench --quick             one short round of each, printed\n"
            "    ./dev bench --servers papod,floor-batch fan-out-1000\n\nStages: " +
            ", ".join(stage.name for stage in scenarios.STAGES) + ", starting, restart, greedy, starving, flood, senders, records, secure, logins.",
        ]
        return "\n\n".join(part.strip() for part in parts) + "\n"

    def write(self, directory):
        (directory / "REPORT.md").write_text(self.page())
        for name, drawing in self.plots().items():
            (directory / f"{name}.svg").write_text(drawing)
        (directory / "results.json").write_text(self.as_json())

    def as_json(self):
        """A line for each scenario and server, so that a change can be seen."""
        lines = [json.dumps({"machine": machine(), "papod": self.bench.version,
                             "void": self.bench.voids, "left_out": self.bench.missing,
                             "listening_ns": self.bench.listening})]
        for act, by_server in self.results.items():
            for name, rounds in by_server.items():
                lines.append(json.dumps({
                    "scenario": act, "server": name, "rounds": [
                        {key: value for key, value in one.items() if value}
                        for one in rounds.values()],
                    "calls": self.bench.calls.get(act, {}).get(name)}))
        return "[\n" + ",\n".join(lines) + "\n]\n"


def first_line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True,
                              check=True).stdout.split("\n")[0]
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def machine():
    model = re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(),
                      re.MULTILINE)
    kernel = re.match(r"[\d.]+", platform.release())
    return {"cpu": model[1] if model else platform.machine(), "cores": os.cpu_count(),
            "kernel": f"Linux {kernel[0] if kernel else ''}".strip(),
            "compiler": first_line("gcc", "--version"),
            "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)}


def introduction(bench):
    here = machine()
    load = bench.load_average
    return INTRODUCTION.format(
        command=bench.command,
        date=datetime.date.today().isoformat(), version=bench.version, rounds=bench.options.rounds,
        turns=scenarios.TURNS,
        peers=", ".join(bench.peer_versions) or "not here", ngircd=9,
        machine=f"The machine: {here['cpu']}, {here['cores']} cores, {here['memory_gib']} GiB, "
                f"{here['kernel']}, {here['compiler']}. Its load average was {load[0]:.1f} when "
                f"the run began and {load[1]:.1f} when it ended, of which the run itself makes "
                "up to 4.")
