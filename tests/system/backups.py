"""Backups of accounts, and what is made of them."""

import contextlib
import grp
import gzip
import os
import pathlib
import pwd
import re
import sqlite3
import time

from machine import commands_of, CONTROL, do_as_written, entries, EXAMPLES, run, state, wait_until


def back_up_as(group, path="/var/tmp/papod-backup.db"):
    """As nobody, with that group or without any."""
    groups = f"--groups={group}" if group else "--clear-groups"
    return run("setpriv", "--reuid=nobody", "--regid=nogroup", groups, "papod", "--backup", path, is_checked=False)


def members_of_papod_admin_make_backups():
    own = os.stat(CONTROL)
    assert (own.st_uid, grp.getgrgid(own.st_gid).gr_name, own.st_mode & 0o777) == (0, "papod-admin", 0o660), own
    status, output = back_up_as(None)
    assert status == 77 and "usermod -aG papod-admin USER" in output, (status, output)
    backup = pathlib.Path("/var/tmp/papod-backup.db")
    for _ in range(2):
        assert back_up_as("papod-admin") == (0, ""), back_up_as("papod-admin")
        own = backup.stat()
        assert (own.st_uid, own.st_mode & 0o777) == (pwd.getpwnam("nobody").pw_uid, 0o600), own
        assert backup.read_bytes().startswith(b"SQLite format 3\0")
        run("systemctl", "restart", "papod.service")
    run("systemctl", "kill", "--signal=KILL", "papod.service")
    wait_until(lambda: back_up_as("papod-admin")[0] == 0, "a backup is made after a crash")
    assert not [name for name in os.listdir("/var/lib/papod") if "backup" in name]
    backup.unlink()


def a_call_does_not_start_papod():
    run("systemctl", "stop", "papod.socket", "papod.service")
    status, output = run("papod", "--backup", "/var/tmp/papod-backup.db", is_checked=False)
    assert status == 69 and "papod does not run" in output, (status, output)
    assert state("papod.service") == state("papod-control.socket") == "inactive"
    run("systemctl", "start", "papod-gate.socket", "papod.socket", "papod.service")
    assert state("papod-control.socket") == "active", state("papod-control.socket")


def restore_as_written(backup):
    """The commands of papod(8)."""
    page = next(pathlib.Path("/usr/share/man/man8").glob("papod.8*"))
    with (gzip.open if page.suffix == ".gz" else open)(page, "rt", encoding="utf-8") as file:
        commands = re.search(r"^systemctl stop papod.socket papod.service\n.*?(?=^\.Ed)", file.read(), re.M | re.S)[0]
    do_as_written(commands.replace("FILE", backup).splitlines())


def count_accounts():
    return [int(entry["ACCOUNTS"]) for entry in entries("MESSAGE_ID=6e4dd354bd92439b98bc4bb9f46a6f07")][-1]


def a_restored_backup_has_the_accounts():
    backup = "/var/tmp/papod-backup.db"
    run("systemctl", "stop", "papod.socket", "papod.service")
    with contextlib.closing(sqlite3.connect("/var/lib/papod/accounts.db")) as database, database:
        database.execute("INSERT INTO accounts (version, name, folded, created, rest) VALUES (1, 'Vera', 'vera', 1, X'')")
    run("systemctl", "start", "papod-gate.socket", "papod.socket", "papod.service")
    assert count_accounts() == 1
    run("papod", "--backup", backup)
    run("systemctl", "stop", "papod.socket", "papod.service")
    for path in pathlib.Path("/var/lib/papod").glob("accounts.db*"):
        path.unlink()
    run("systemctl", "start", "papod-gate.socket", "papod.socket", "papod.service")
    assert count_accounts() == 0
    restore_as_written(backup)
    assert count_accounts() == 1
    run("papod", "--backup", backup)  # papod can write to it
    pathlib.Path(backup).unlink()


def the_timer_of_the_examples_makes_backups():
    do_as_written(commands_of(EXAMPLES / "papod-backup.service", "#     "))
    assert state("papod-backup.timer") == "active", state("papod-backup.timer")
    run("systemctl", "start", "papod-backup.service")
    directory = pathlib.Path("/var/backups") / time.strftime("papod-%a")
    backup = directory / "accounts.db"
    assert directory.stat().st_mode & 0o777 == 0o700, directory.stat()
    assert backup.read_bytes().startswith(b"SQLite format 3\0")
    run("systemctl", "disable", "--now", "papod-backup.timer")
    run("systemctl", "clean", "--what=state", "papod-backup.timer")
    for name in ("papod-backup.service", "papod-backup.timer"):
        pathlib.Path("/etc/systemd/system", name).unlink()
    run("systemctl", "daemon-reload")
    for path in directory.iterdir():
        path.unlink()
    directory.rmdir()
