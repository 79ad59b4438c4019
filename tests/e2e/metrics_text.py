"""A strict reader of the formats of Prometheus (0.0.4) and OpenMetrics (1.0)."""

import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (-?[0-9]+(?:\.[0-9]+)?)")
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}


def suffixes_of(kind, is_open):
    return ("",) if kind == "counter" and not is_open else SUFFIXES[kind]


def check_histogram(name, samples):
    """Of each set of other labels: buckets grow, the last is +Inf and equals the count."""
    groups = {}
    for sample, labels, value in samples:
        others = tuple(part for part in labels if not part.startswith('le="'))
        groups.setdefault(others, []).append((sample, labels, value))
    for group in groups.values():
        buckets = [(labels, value) for sample, labels, value in group if sample == name + "_bucket"]
        bounds = [re.search(r'le="([^"]*)"', ",".join(labels))[1] for labels, _ in buckets]
        assert bounds[-1] == "+Inf" and bounds[:-1] == sorted(bounds[:-1], key=float), bounds
        values = [value for _, value in buckets]
        assert values == sorted(values), values
        assert [value for sample, _, value in group if sample == name + "_count"] == values[-1:]
        assert len([sample for sample, _, _ in group if sample == name + "_sum"]) == 1


def read(text, is_open=False):
    """{(name, labels): value}; AssertionError: the text breaks a rule."""
    assert text.endswith("\n"), "it has no line end at the end"
    lines = text[:-1].split("\n")
    if is_open:
        assert lines.pop() == "# EOF"
    found, families, samples = {}, {}, []
    name = kind = None

    def end_family():
        if kind == "histogram" and samples:
            check_histogram(name, samples)

    for line in lines:
        if line.startswith("# HELP "):
            end_family()
            name, kind, samples = line.split(" ", 3)[2], None, []
            assert name not in families, f"{name} comes twice"
            assert re.fullmatch(rf"# HELP {NAME} \S.*", line), line
            families[name] = None
        elif line.startswith("# TYPE "):
            kind = line.split(" ")[3]
            assert line == f"# TYPE {name} {kind}" and kind in SUFFIXES, line
            assert not (is_open and name.endswith("_total"))
            families[name] = kind
        else:
            sample = SAMPLE.fullmatch(line)
            assert sample, f"no sample: {line!r}"
            assert kind and sample[1] in [name + suffix for suffix in suffixes_of(kind, is_open)], line
            labels = tuple(re.findall(LABEL, sample[2] or ""))
            assert (sample[1], labels) not in found, f"twice: {line}"
            found[sample[1], labels] = float(sample[3])
            samples.append((sample[1], labels, float(sample[3])))
    end_family()
    return found
