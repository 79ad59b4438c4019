"""What the services may do, and who may call them."""

import json
import os
import pathlib
import pwd
import re
import shutil
import sys

from machine import CONTROL, run, show, UNIX


def exposure_is_small():
    run("systemd-analyze", "security", "--threshold=3", "papod.service")
    run("systemd-analyze", "security", "--threshold=3", "papod-gate.service")
    run("systemd-analyze", "security", "--threshold=11", "papod-acme.service")
    run("systemd-analyze", "security", "--threshold=11", "papod-gate-certificates.service")
    run("systemd-analyze", "security", "--threshold=7", "papod-auth-pam.service")
    run("systemd-analyze", "security", "--threshold=12", "papod-push.service")
    run("systemd-analyze", "security", "--threshold=12", "papod-lookup.service")
    run("systemd-analyze", "security", "--threshold=63", "papod-mail@0.service")


def check_rights(unit, user):
    pid = show(unit, "MainPID")
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    assert re.search(r"^CapEff:\t0+$", status, re.M), "it has capabilities"
    assert re.search(r"^NoNewPrivs:\t1$", status, re.M), "it may gain rights"
    assert re.search(r"^Seccomp:\t2$", status, re.M), "its system calls are not filtered"
    uid = int(re.search(r"^Uid:\t(\d+)", status, re.M)[1])
    assert uid == pwd.getpwnam(user).pw_uid, f"it runs as {uid}"
    assert os.readlink(f"/proc/{pid}/ns/net") != os.readlink("/proc/1/ns/net"), "it has a network"


def processes_have_no_rights_and_no_network():
    check_rights("papod.service", "papod")
    check_rights("papod-gate.service", "papod-gate")
    own = os.stat("/run/papod-gate/handover.sock")
    assert (own.st_uid, own.st_mode & 0o777) == (pwd.getpwnam("papod-gate").pw_uid, 0o600), own


def tools_of_systemd_can_call_papod():
    """varlinkctl is younger than Debian 12."""
    if not shutil.which("varlinkctl"):
        return
    assert "io.github.papod.Control" in run("varlinkctl", "info", CONTROL)
    for interface in ("org.varlink.service", "io.github.papod.Control"):
        assert f"interface {interface}\n" in run("varlinkctl", "introspect", CONTROL, interface)
    methods = run("varlinkctl", "list-methods", CONTROL).split()
    assert "io.github.papod.Control.ListMessages" in methods, methods
    call = ("varlinkctl", "call", "--json=short", CONTROL)
    rows = json.loads(run(*call, "io.github.papod.Control.GetStatus", "{}"))["status"]
    assert rows[0]["server"] and rows[0]["storage"] == "works", rows
    rows = run("varlinkctl", "call", "--more", "--json=short", CONTROL, "io.github.papod.Control.ListListeners", "{}")
    assert json.loads(rows.strip("\x1e\n"))["listeners"], rows
    for method, parameters, sentence in (("AddBan", {"kind": "resv", "mask": "#varlinkctl"}, "Added RESV"),
                                         ("RemoveBan", {"kind": "resv", "mask": "#varlinkctl"}, "Removed RESV")):
        output = run(*call, f"io.github.papod.Control.{method}", json.dumps(parameters))
        assert sentence in json.loads(output)["message"], output
    status, output = run(*call, "io.github.papod.Control.GetUser", '{"nick": "nemo"}', is_checked=False)
    assert status and "NotFound" in output and "There is no user nemo" in output, output
    output = run("varlinkctl", "call", "-j", CONTROL, "io.github.papod.Control.Backup", "{}")
    assert json.loads(output)["fileDescriptor"] == 0, output


def anybody_may_use_the_unix_socket():
    code = f"import socket; socket.socket(socket.AF_UNIX).connect('{UNIX}')"
    run("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", sys.executable, "-c", code)
