"""Clients stay through restarts, upgrades, crashes and deaths."""

import grp
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import time

from machine import (
    Client, CONFIG, DEADLINE, drop_in, hash_of, is_refused, run, show, state, TCP, TLS,
    wait_until, write)
import chat
import secure_chat


def watchdog_restarts_a_stopped_server():
    drop_in("papod.service", "watchdog.conf",
            "[Service]\nWatchdogSec=2s\nTimeoutAbortSec=2s\n")
    run("systemctl", "restart", "papod.service")
    pid, restarts = show("papod.service", "MainPID"), int(show("papod.service", "NRestarts"))
    os.kill(int(pid), signal.SIGSTOP)
    wait_until(lambda: int(show("papod.service", "NRestarts")) > restarts and
               show("papod.service", "MainPID") not in ("0", pid), "systemd has restarted papod")
    Client(TCP, "again", "sesame").close()
    run("journalctl", "--sync")
    assert "watchdog" in run("journalctl", "-q", "-u", "papod.service").lower()


def idle_server_keeps_its_watchdog_content():
    restarts, pid = show("papod.service", "NRestarts"), show("papod.service", "MainPID")
    time.sleep(3.5)  # longer than WatchdogSec=2s, without events
    assert (show("papod.service", "NRestarts"), show("papod.service", "MainPID")) == (restarts, pid)


def wait_for_another(pid):
    wait_until(lambda: show("papod.service", "MainPID") not in ("0", pid) and
               state("papod.service") == "active", f"systemd has started papod again after {pid}")
    return show("papod.service", "MainPID")


def a_crash_of_papod_is_nothing_to_the_gate():
    gate, papod = (show(unit, "MainPID") for unit in ("papod-gate.service", "papod.service"))
    plain = socket.create_connection(TLS, DEADLINE)
    os.kill(int(papod), signal.SIGKILL)
    client = secure_chat.Client(TLS, "during", over=plain)
    client.sync()
    client.close()
    assert show("papod-gate.service", "MainPID") == gate


def a_client_with_tls_starts_what_was_stopped():
    run("systemctl", "stop", "papod.service")
    wait_until(lambda: state("papod-gate.service") == "inactive", "the gate stops too")
    secure_chat.Client(TLS, "starter").close()
    assert state("papod.service") == state("papod-gate.service") == "active"


def with_version(package, version):
    """Builds the same package with another version, once; returns its path."""
    other = pathlib.Path("/root/other")
    if other.exists():
        return f"{other}.deb"
    run("dpkg-deb", "-R", package, str(other))
    control = other / "DEBIAN/control"
    control.write_text(re.sub("(?m)^Version: .*", f"Version: {version}",
                              control.read_text(encoding="utf-8")), encoding="utf-8")
    run("dpkg-deb", "-b", str(other), f"{other}.deb")
    return f"{other}.deb"


def installed_version():
    return run("dpkg-query", "-W", "-f", "${Version}", "papod")


def nobody_notices_restarts_upgrades_and_deaths():
    write("conf.d/chat.conf", 'classes: ( { name = "default"; flood_rate = 0; '
          'clients_per_address = 0; clients_per_network = 0; } );\n')
    run("systemctl", "restart", "papod.service")
    packages = [str(path) for path in pathlib.Path("/root").glob("papod_*.deb")]
    newer = with_version(packages[0], "99") if packages else None
    talk = chat.Chat(int(os.environ.get("PAPOD_TEST_CLIENTS", "2000")), TCP)
    talk.start()
    try:
        for _ in range(20):
            run("systemctl", "restart", "papod.service")
        for _ in range(2 if packages else 0):
            run("dpkg", "-i", newer)
            assert installed_version() == "99"
            run("dpkg", "-i", *packages)  # a downgrade
            assert installed_version() != "99"
        pid = show("papod.service", "MainPID")
        assert pid != "0", "the upgrade has stopped papod"
        for i in range(100):
            time.sleep(random.random() / 10)
            os.kill(int(pid), (signal.SIGKILL, signal.SIGSEGV)[i % 2])
            pid = wait_for_another(pid)
    finally:
        talk.end()
        (CONFIG / "conf.d/chat.conf").unlink()
        run("systemctl", "reload", "papod.service")
    print("#", talk.result(), flush=True)
    assert talk.is_good(), talk.result()


def clients_with_tls_do_not_notice_either():
    write("conf.d/chat.conf", 'classes: ( { name = "default"; flood_rate = 0; '
          'clients_per_address = 0; clients_per_network = 0; } );\n')
    run("systemctl", "reload", "papod.service")
    packages = [str(path) for path in pathlib.Path("/root").glob("papod_*.deb")]
    newer = with_version(packages[0], "99") if packages else None
    talk = secure_chat.Chat(10, TLS)
    talk.start()
    try:
        for unit in ("papod.service", "papod-gate.service", "papod.socket") * 5:
            run("systemctl", "restart", unit)
        if packages:
            run("dpkg", "-i", newer)
            run("dpkg", "-i", *packages)
        for unit in ("papod.service", "papod-gate.service") * 20:
            pid = show(unit, "MainPID")
            os.kill(int(pid), signal.SIGKILL)
            wait_until(lambda u=unit, p=pid: show(u, "MainPID") not in ("0", p) and state(u) == "active",
                       f"systemd has started {unit} again")
        secure_chat.Client(TLS, "newcomer").close()
    finally:
        talk.end()
        (CONFIG / "conf.d/chat.conf").unlink()
        run("systemctl", "reload", "papod.service")
    print("#", talk.result(), flush=True)
    assert talk.is_good(), talk.result()


def an_instance_is_a_server_of_its_own():
    name, plain, tls = "instances/den/papod.conf", ("127.0.0.1", 7000), ("127.0.0.1", 7001)
    write(name, 'server: { name = "den.example.org"; };\n'
          'listen = ( { address = "127.0.0.1"; port = 7000; }, '
          '{ address = "127.0.0.1"; port = 7001; tls = true; } );\n')
    write("instances/den/secrets.ini", f"[operator root]\npassword = {hash_of('sesame')}\n", 0o600)
    run("systemd-tmpfiles", "--create", "papod.conf")
    assert (CONFIG / "instances/den/secrets.ini").stat().st_gid == grp.getgrnam("papod").gr_gid
    write(name, (CONFIG / name).read_text(encoding="utf-8") +
          'operators = ( { name = "root"; privileges = [ "*" ]; } );\n')
    run("systemctl", "daemon-reload")
    run("systemctl", "enable", "--now", "papod@den.socket")
    first, client, secure = Client(TCP, "first"), Client(plain, "den"), secure_chat.Client(tls, "dens")
    local = Client("/run/papod/den/irc.sock", "local")
    client.send("OPER root sesame", "JOIN #den")
    client.expect(" 381 den ")
    client.expect(" 366 den #den ")
    secure.send("JOIN #den")
    client.expect(":dens!.* JOIN ")
    for _ in range(3):
        run("systemctl", "restart", "papod@den.service", "papod-gate@den.service")
        pid = show("papod@den.service", "MainPID")
        os.kill(int(pid), signal.SIGKILL)
        wait_until(lambda p=pid: show("papod@den.service", "MainPID") not in ("0", p), "it runs again")
    secure.send("PRIVMSG #den :still here")
    client.expect(":dens!.* PRIVMSG #den :still here")
    local.send("PING :local")
    local.expect("PONG")
    first.send("LIST")
    assert not [line for line in first.expect_until(" 323 ") if "#den" in line]

    write(name, (CONFIG / name).read_text(encoding="utf-8").replace("7000", "7002"))
    said = run("papod", "--apply", "--config", str(CONFIG / name))
    assert "127.0.0.1:7002" in said and is_refused(plain), said
    client.send("PRIVMSG dens :over the change")
    secure.expect("over the change")
    run("journalctl", "--sync")
    assert "den.example.org" not in run("journalctl", "-q", "-t", "papod")
    assert "clients" not in run("journalctl", "-q", "-t", "papod@den", "-p", "err")
    assert run("journalctl", "-q", "-t", "papod@den").count("The server is ready") >= 1
    run("papod", "--config", str(CONFIG / name), "--backup", "/var/tmp/den.db")
    assert json.loads(run("papoctl", "-i", "den", "status", "--json"))["server"] == "den.example.org"
    assert run("papoctl", "complete", "-i", "d") == "den\n"
    assert run("papoctl", "complete", "-i", "den", "lo") == "lockdown\nlog-level\n"
    assert pathlib.Path("/var/lib/papod@den/accounts.db").exists() and state("papod.service") == "active"

    run("systemctl", "disable", "--now", "papod@den.socket", "papod@den.service")
    for unit in ("papod@den.service", "papod-gate@den.socket", "papod-gate@den.service", "papod-control@den.socket"):
        wait_until(lambda u=unit: state(u) == "inactive", f"{unit} stops with its socket")
    pathlib.Path("/var/tmp/den.db").unlink()
    shutil.rmtree(CONFIG / "instances/den")
    run("systemctl", "daemon-reload")
    first.send("PING :first")
    first.expect("PONG")
    for one in (first, client, secure, local):
        one.close()
