"""What came out: figures from the rounds, the table of targets, tables, and what REPORT.md says."""

import statistics


def per_event(result):
    """CPU time of the server for each event, in microseconds."""
    return result["cpu_ns"] / max(result["events"], 1) / 1000


def user_share(results):
    """Ticks are coarse: of all rounds together."""
    user = sum(one["user_ticks"] for one in results)
    return user / max(user + sum(one["system_ticks"] for one in results), 1)


def progress(act, name, result):
    if "void" in result:
        return f"{act:28} {name:12} void: {result['void']}"
    rate = result["events"] / result["wall_ns"] * 1e9
    return (f"{act:28} {name:12} {per_event(result):9.3f} us each, {rate:9.0f}/s, "
            f"p99 {result['p99_ns'] / 1e6:.2f} ms, server {result['cpu_ns'] / result['wall_ns']:.0%} "
            f"busy")


def ratio(rounds, base):
    """To another server: the median of the ratios within each round."""
    both = [number for number in rounds if number in base]
    return statistics.median(per_event(rounds[number]) / per_event(base[number])
                             for number in both) if both else None


def row(act, name, rounds, base):
    ones = list(rounds.values())
    middle = statistics.median(per_event(one) for one in ones)
    share = user_share(ones)
    rate = statistics.median(one["events"] / one["wall_ns"] * 1e9 for one in ones)
    p50, p99, worst = (statistics.median(one[key] for one in ones) / 1e6
                       for key in ("p50_ns", "p99_ns", "max_ns"))
    times = ratio(rounds, base) if base else None
    return (f"| {act} | {name} | {rate:.0f} | {middle:.3f} | {middle * share:.3f} | "
            f"{middle * (1 - share):.3f} | {f'{times:.2f}' if times else '–'} | "
            f"{p50:.2f} | {p99:.2f} | {worst:.2f} |")


def table(results):
    lines = ["| scenario | server | per second | CPU, µs each | user | system | × floor-batch | "
             "p50, ms | p99 | max |", "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for act, by_server in results.items():
        base = by_server.get("floor-batch")
        lines += [row(act, name, rounds, base) for name, rounds in by_server.items()]
    return "\n".join(lines)
