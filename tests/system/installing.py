"""The package is installed, stopped, removed and purged."""

import pathlib
import re
import socket

from machine import Client, CONFIG, GATE_UNITS, run, show, state, TCP, TLS
import secure_chat


def installing_is_all_that_is_needed():
    for unit in ("papod.socket", "papod.service", *GATE_UNITS, "papod-gate-certificates.path"):
        assert state(unit) == "active", f"{unit} is not active"
        assert show(unit, "UnitFileState") == "enabled", f"{unit} is not enabled"
    if pathlib.Path("/install.log").exists():  # from run.sh
        said = re.findall("^papod: .*", pathlib.Path("/install.log").read_text("utf-8"), re.M)
        assert len(said) == 4 and "127.0.0.1:6667 [::1]:6667 /run/papod/irc.sock" in said[0], said
        assert "with TLS at 127.0.0.1:6697 [::1]:6697" in said[1], said
    run("systemctl", "reload", "papod")
    client = Client(TCP, "first")
    client.close()
    Client(("::1", 6667), "sixth").close()


def a_connection_starts_the_stopped_service():
    run("systemctl", "stop", "papod.service")
    assert state("papod.service") == "inactive", state("papod.service")
    Client(TCP, "first").close()
    assert state("papod.service") == "active", "papod.service is not active"


def stopping_tells_clients():
    (CONFIG / "conf.d/test.conf").unlink()
    pathlib.Path("/etc/systemd/system/papod.service.d/own-sockets.conf").unlink()
    run("systemctl", "daemon-reload")
    client = Client(TCP, "last", "sesame")
    run("systemctl", "stop", "papod.socket", "papod.service")
    client.expect_end("^ERROR ")
    assert show("papod.service", "Result") == "success", show("papod.service", "Result")
    run("systemctl", "start", "papod.socket")


def removing_keeps_the_configuration():
    run("systemctl", "start", "papod-acme.timer")
    run("apt-get", "-qy", "remove", "papod")
    assert state("papod-acme.timer") == "inactive"
    assert (CONFIG / "papod.conf").exists() and (CONFIG / "secrets.ini").exists()
    assert {state(unit) for unit in ("papod.service", "papod.socket", *GATE_UNITS)} == {"inactive"}


def a_taken_port_of_tls_does_not_fail_the_installation():
    packages = [str(path) for path in pathlib.Path("/root").glob("papod_*.deb")]
    if not packages:
        return
    (CONFIG / "secrets.ini").write_text("", "utf-8")
    with socket.create_server(TLS):
        run("apt-get", "-qy", "install", *packages)
        assert run("dpkg-query", "-W", "-f", "${db:Status-Status}", "papod") == "installed"
        Client(TCP, "first").close()
        assert state("papod-gate.socket") == "failed", state("papod-gate.socket")
    run("systemctl", "restart", *GATE_UNITS)
    secure_chat.Client(TLS, "first").close()
    run("apt-get", "-qy", "remove", "papod")


def purging_leaves_nothing():
    for unit in ("papod.service", "papod.socket"):
        run("rm", "-rf", f"/etc/systemd/system/{unit}.d")  # created here, not by the package
    run("apt-get", "-qy", "purge", "papod")
    run("systemctl", "daemon-reload")
    left = run("find", "/etc", "/usr", "/var", "/run", "-xdev", "-path", "/usr/local/share/papod-tests",
               "-prune", "-o", "-path", "/var/lib/dpkg", "-prune", "-o", "-path", "/var/cache/apt",
               "-prune", "-o", "-iname", "*papod*", "-print").split()
    assert not left, left
    assert "papod" not in pathlib.Path("/etc/passwd").read_text(encoding="utf-8"), "the user is left"
    assert "papod" not in pathlib.Path("/etc/group").read_text(encoding="utf-8"), "the group is left"
    assert run("dpkg-query", "-W", "-f", "${db:Status-Status}", "papod", is_checked=False)[0] != 0
