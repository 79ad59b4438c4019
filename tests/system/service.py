#!/usr/bin/python3
"""The installed package under a real systemd, from the view of an administrator and users.

Run as root on a disposable machine or container with papod installed from its package and not
configured: the last check purges it.
"""

import base64
import contextlib
import grp
import gzip
import hashlib
import json
import os
import pathlib
import pwd
import random
import re
import resource
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import papod_test  # noqa: E402

import chat  # noqa: E402
import issuer  # noqa: E402
import secure_chat  # noqa: E402

DEADLINE = 30
CONFIG = pathlib.Path("/etc/papod")
TCP = ("127.0.0.1", 6667)
TLS = ("127.0.0.1", 6697)
GATE_UNITS = ("papod-gate.socket", "papod-gate.service")
UNIX = "/run/papod/irc.sock"
CONTROL = "/run/papod/control.sock"
UDP = ("127.0.0.1", 6659)
NOTIFY = "/run/papod/notify.sock"
EXAMPLES = pathlib.Path("/usr/share/doc/papod/examples/systemd")


class Client(papod_test.Client):
    """Also on IPv6."""

    def __init__(self, address, nick=None, password=None):
        if isinstance(address, str) or ":" not in address[0]:
            super().__init__(address)
        else:
            self.socket = socket.create_connection(address, DEADLINE)
            self.bytes, self.seen, self.nick = b"", [], None
        if nick:
            self.register(nick, password)


def run(*command, is_checked=True):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=120, check=False)
    if is_checked and done.returncode != 0:
        raise AssertionError(f"{' '.join(command)} fails: {done.stdout}")
    return done.stdout if is_checked else (done.returncode, done.stdout)


def show(unit, name):
    return run("systemctl", "show", "--value", "-p", name, unit).strip()


def state(unit):
    return show(unit, "ActiveState")


def wait_until(condition, what):
    end = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"in {DEADLINE} s it did not come true that {what}")
        time.sleep(0.05)


def write(path, text, mode=0o644):
    path = CONFIG / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def entries(*matches):
    """The journal's entries of papod, oldest first."""
    run("journalctl", "--sync")
    lines = run("journalctl", "-q", "-o", "json", "-u", "papod.service", *matches).splitlines()
    return [json.loads(line) for line in lines]


def entries_after(cursor, **fields):
    """Entries since the cursor with these fields. The journalctl of systemd 252 would miss the
    first one, when the entry at the cursor has others."""
    return [entry for entry in entries(f"--after-cursor={cursor}")
            if all(entry.get(name) == value for name, value in fields.items())]


def wait_until_said(unit, text, *matches):
    """What a program writes reaches the journal some time later, even if the program has ended."""
    wait_until(lambda: text in run("journalctl", "-q", "-u", unit, *matches), f"{unit} says {text!r}")


def text_of(value):
    """journalctl shows texts that it finds unprintable as arrays of bytes."""
    return bytes(value).decode() if isinstance(value, list) else value


def hash_of(password):
    done = subprocess.run(["papod", "--hash-password"], input=password + "\n", text=True,
                          stdout=subprocess.PIPE, timeout=60, check=True)
    return done.stdout.strip().splitlines()[-1]


def drop_in(unit, name, text):
    directory = pathlib.Path(f"/etc/systemd/system/{unit}.d")
    directory.mkdir(parents=True, exist_ok=True)
    (directory / name).write_text(text, encoding="utf-8")
    run("systemctl", "daemon-reload")


def is_refused(address):
    try:
        socket.create_connection(address, DEADLINE).close()
        return False
    except ConnectionRefusedError:
        return True


def commands_of(path, prefix):
    """The commands in a document, which are indented."""
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    return [line[len(prefix):] for line in lines if line.startswith(prefix)]


def do_as_written(commands):
    for command in commands:
        run("sh", "-ec", command)


def remove_drop_in(unit, name):
    pathlib.Path(f"/etc/systemd/system/{unit}.d/{name}").unlink()
    run("systemctl", "daemon-reload")


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


def datagram_socket(address, name=None):
    sender = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET, socket.SOCK_DGRAM)
    sender.settimeout(DEADLINE)
    if name is not None:
        sender.bind(name)
    sender.connect(address)
    return sender


def enter(nick, channel):
    client = Client(TCP, nick)
    client.send(f"JOIN {channel}")
    client.expect(" 366 ")
    return client


def a_datagram_starts_the_stopped_service():
    """As in papod(8), and the messages wait for their channel."""
    write("conf.d/notify.conf", """
        listen = ( { name = "udp"; kind = "datagram"; address = "127.0.0.1"; },
                   { name = "unix"; kind = "datagram"; path = "/run/papod/notify.sock"; } );
        notifications = ( { name = "ci"; channels = [ "#build" ]; member = true; wait = "1 min"; rate = 1000;
                            burst = 10000; addresses = [ "127.0.0.0/8", "local" ]; } );
        """)
    output = run("papod", "--apply")
    assert "127.0.0.1:6659/udp" in output and NOTIFY in output and "127.0.0.1:6667" in output, output
    for address, name in ((UDP, None), (NOTIFY, b"")):
        run("systemctl", "stop", "papod.service")
        assert (state("papod.service"), state("papod.socket")) == ("inactive", "active")
        with datagram_socket(address, name) as sender:
            sender.send(f"#build the first to {address}".encode())
            assert sender.recv(4096) == b"ok"
        assert state("papod.service") == "active", state("papod.service")
        ana = enter("ana", "#build")
        ana.expect(f"^:ci!notify@\\S+ PRIVMSG #build :the first to {re.escape(str(address))}$")
        ana.close()
    wait_until(lambda: "1 notification said, 0 refused" in show("papod.service", "StatusText"),
               "the status counts a notification")


def anybody_may_send_to_the_unix_socket():
    ana = enter("ana", "#build")
    code = (f"import socket; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(b''); "
            f"s.connect('{NOTIFY}'); s.send(b'#build from nobody'); print(s.recv(99))")
    output = run("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", sys.executable, "-c", code)
    assert "ok" in output, output
    ana.expect("^:ci!.* PRIVMSG #build :from nobody$")
    ana.close()


def send_numbers(address, answers, stops):
    """Numbered messages, each after the answer to the one before."""
    with datagram_socket(address, b"" if isinstance(address, str) else None) as sender:
        while not stops.is_set():
            sender.send(f"#build {address} number {len(answers)}".encode())
            answers.append(sender.recv(4096))


def restarts_lose_no_notification():
    ana, stops = enter("ana", "#build"), threading.Event()
    answers = {UDP: [], NOTIFY: []}
    senders = [threading.Thread(target=send_numbers, args=(address, got, stops), daemon=True)
               for address, got in answers.items()]
    for sender in senders:
        sender.start()
    for _ in range(10):
        count = len(answers[UDP])
        run("systemctl", "restart", "papod.service")
        wait_until(lambda n=count: len(answers[UDP]) > n + 5, "notifications are answered after a restart")
    stops.set()
    for sender in senders:
        sender.join()
    ana.sync()
    for address, got in answers.items():
        said = [line for line in ana.seen if f"PRIVMSG #build :{address} number " in line]
        assert set(got) == {b"ok"}, got
        numbers = [int(line.rsplit(" ", 1)[1]) for line in said]
        assert numbers == list(range(len(got))), (len(numbers), len(got))
    print("#", ", ".join(f"{len(got)} to {address}" for address, got in answers.items()), flush=True)
    ana.close()


def a_failed_unit_is_named_in_a_channel():
    """Follow the commands in the example."""
    ana = enter("ana", "#build")
    do_as_written([command for command in commands_of(EXAMPLES / "papod-notify@.service", "#     ")
                   if command.startswith(("cp ", "systemctl "))])
    failing = pathlib.Path("/etc/systemd/system/backup.service")
    failing.write_text("[Unit]\nOnFailure=papod-notify@%n.service\n[Service]\nExecStart=/bin/false\n", "utf-8")
    run("systemctl", "daemon-reload")
    run("systemctl", "start", "backup.service")
    ana.expect("^:ci!.* PRIVMSG #build :backup.service has failed: exit-code$")
    ana.close()
    run("systemctl", "reset-failed", "backup.service")
    failing.unlink()
    pathlib.Path("/etc/systemd/system/papod-notify@.service").unlink()
    run("systemctl", "daemon-reload")


def without_listeners_for_datagrams_none_arrive():
    (CONFIG / "conf.d/notify.conf").unlink()
    run("papod", "--apply")
    for address, name in ((UDP, None), (NOTIFY, b"")):
        try:
            with datagram_socket(address, name) as sender:
                sender.send(b"#build hello")
                raise AssertionError(f"something answers: {sender.recv(4096)}")
        except (ConnectionRefusedError, FileNotFoundError):  # systemd may leave the path
            pass
    Client(TCP, "first").close()


def both_units_stop_as_the_documents_say():
    commands = commands_of("/usr/share/doc/papod/README.Debian", "    ")
    units = ("papod.socket", "papod.service", *GATE_UNITS)
    stop, disable, enable = [command for command in commands if "papod.socket papod.service" in command]
    for command in (stop, "systemctl stop papod.socket"):
        do_as_written([command])
        assert {state(unit) for unit in units} == {"inactive"}, command
        assert is_refused(TCP) and is_refused(TLS), "something listens still"
        do_as_written([enable])
        secure_chat.Client(TLS, "first").close()
    do_as_written([stop, disable])
    assert {show(unit, "UnitFileState") for unit in units} == {"disabled"}
    assert "papod.socket is stopped" in run("papod", "--apply")
    assert state("papod.socket") == "inactive"
    do_as_written([enable])
    Client(TCP, "first").close()


def papod_conf_alone_opens_a_port():
    """As in README.Debian: uncomment the lines of the installed papod.conf."""
    stays = Client(TCP, "stays")
    before = (CONFIG / "papod.conf").read_text(encoding="utf-8")
    listen = re.search(r"^#listen.*?^#\);", before, re.M | re.S)[0]
    write("papod.conf", before.replace(listen, re.sub("^#", "", listen, flags=re.M)))
    run("systemctl", "reload", "papod.service")
    assert ("listeners wait for papod --apply, to open 0.0.0.0:6697 [::]:6697, to close"
            in show("papod.service", "StatusText")), show("papod.service", "StatusText")
    output = run("papod", "--apply")
    assert "papod-gate listens at 0.0.0.0:6697 [::]:6697" in output, output
    assert "wait" not in show("papod.service", "StatusText"), show("papod.service", "StatusText")
    stays.sync()
    for address in (("127.0.0.2", 6697), ("::1", 6697)):
        secure_chat.Client(address, "other").close()
    assert is_refused(TCP), "a port without TLS is open still"

    write("papod.conf", 'listen = ( { address = "*"; port = 6667; } );\n')
    run("systemctl", "reload", "papod.service")
    assert ("listeners wait for papod --apply, to open 0.0.0.0:6667 [::]:6667, to close"
            in show("papod.service", "StatusText")), show("papod.service", "StatusText")
    stays.sync()
    assert "listening at 0.0.0.0:6667 [::]:6667 /run/papod/irc.sock" in run("papod", "--apply")
    assert is_refused(TLS) and state("papod-gate.service") == "inactive", "papod-gate runs for nothing"
    assert "wait" not in show("papod.service", "StatusText"), show("papod.service", "StatusText")
    stays.sync()
    for address in (("127.0.0.2", 6667), ("::1", 6667), UNIX):
        Client(address, "other").close()

    write("papod.conf", 'listen = ( { address = "127.0.0.1"; port = 6697; } );\n')
    run("papod", "--apply")
    stays.sync()
    Client(TLS, "other").close()  # without TLS, at this port
    assert is_refused(TCP), "the port that was removed is open still"
    write("papod.conf", 'listen = ( { address = "127.0.0.1"; tls = true; } );\n')
    run("papod", "--apply")
    stays.sync()
    secure_chat.Client(TLS, "other").close()

    write("papod.conf", before)
    run("papod", "--apply")
    stays.sync()
    Client(TCP, "other").close()

    write("conf.d/name.conf", 'server: { network = "Other"; };\n')
    pid = show("papod.service", "MainPID")
    run("papod", "--apply")  # without a change of listeners nothing is restarted
    assert show("papod.service", "MainPID") == pid
    other = Client(TCP, "other")
    assert any("NETWORK=Other" in line for line in other.seen), other.seen
    other.close()
    (CONFIG / "conf.d/name.conf").unlink()
    run("papod", "--apply")
    stays.sync()
    stays.close()


def a_restart_by_somebody_else_is_as_good():
    """systemd reads papod.conf at daemon-reload, and so at a boot."""
    stays = Client(TCP, "stays")
    write("conf.d/port.conf", 'listen = ( { address = "127.0.0.1"; port = 6698; } );\nnonsense {')
    run("systemctl", "daemon-reload")
    (CONFIG / "conf.d/port.conf").write_text('listen = ( { address = "127.0.0.1"; port = 6698; } );\n')
    run("systemctl", "restart", "papod.service")
    stays.sync()
    assert "6698" in run("papod", "--apply")
    stays.sync()
    Client(("127.0.0.1", 6698), "other").close()
    (CONFIG / "conf.d/port.conf").unlink()
    run("papod", "--apply")
    stays.sync()
    stays.close()
    Client(TCP, "other").close()


def taken_addresses_change_nothing():
    stays = Client(TCP, "stays")
    with socket.create_server(("127.0.0.1", 6699)):
        write("conf.d/port.conf", 'listen = ( { address = "127.0.0.1"; port = 6699; } );\n')
        pid = show("papod.service", "MainPID")
        status, output = run("papod", "--apply", is_checked=False)
        assert status == 69 and "127.0.0.1:6699: Address already in use" in output, output
        assert "nothing was changed" in output and show("papod.service", "MainPID") == pid, output
        # The same after systemd has read the list without opening the sockets.
        run("systemctl", "daemon-reload")
        status, output = run("papod", "--apply", is_checked=False)
        assert status == 69 and "127.0.0.1:6699: Address already in use" in output, output
        assert "nothing was changed" in output and show("papod.service", "MainPID") == pid, output
        Client(TCP, "other").close()
    (CONFIG / "conf.d/port.conf").unlink()
    run("systemctl", "daemon-reload")
    # Nor with an address that the machine lacks: FreeBind= does not help against that.
    with socket.create_server(("0.0.0.0", 6699)):
        write("conf.d/port.conf", 'listen = ( { address = "198.51.100.7"; port = 6699; } );\n')
        status, output = run("papod", "--apply", is_checked=False)
        assert status == 69 and "198.51.100.7:6699: Address already in use" in output, output
        assert "nothing was changed" in output and show("papod.service", "MainPID") == pid, output
    # A conflict that only the restart finds: papod itself uses the port on another address.
    with socket.create_server(("127.0.0.3", 6667)):
        write("conf.d/port.conf", 'listen = ( { address = "*"; port = 6667; } );\n')
        status, output = run("papod", "--apply", is_checked=False)
        assert status == 69 and "0.0.0.0:6667: Address already in use" in output, output
        assert "earlier listeners are open again" in output and "Job failed" not in output, output
        stays.sync()
        Client(TCP, "other").close()
        Client(("::1", 6667), "other").close()
        Client(UNIX, "other").close()
    status, output = run("papod", "--apply", is_checked=False)
    assert status == 0 and "0.0.0.0:6667" in output, output
    stays.sync()
    Client(("127.0.0.3", 6667), "other").close()
    (CONFIG / "conf.d/port.conf").unlink()
    run("papod", "--apply")
    stays.sync()
    stays.close()


def errors_are_said_before_anything_changes():
    for text, words in (('listen = ( { address = "localhost"; } );', "getent ahosts"),
                        ('listen = ( { address = "127.0.0.1"; port = 0; } );', "port 0"),
                        ("limits: { nick_lenght = 20; };", "nick_length")):
        write("conf.d/bad.conf", text + "\n")
        status, output = run("papod", "--apply", is_checked=False)
        assert status == 78 and words in output, output
        (CONFIG / "conf.d/bad.conf").unlink()


def drop_ins_do_as_they_say():
    """Follow the commands in each example, and those in README.Debian."""
    stays = Client(TCP, "stays")
    write("conf.d/port.conf", 'listen = ( { address = "127.0.0.1"; port = 6697; } );\n')
    run("papod", "--apply")
    shown = commands_of(EXAMPLES / "public.conf", "#     ")
    readme = commands_of("/usr/share/doc/papod/README.Debian", "    ")
    first = readme.index(shown[0])
    assert readme[first:first + len(shown)] == shown, readme
    do_as_written(shown)
    stays.sync()
    Client(("127.0.0.2", 6667), "other").close()
    Client(UNIX, "other").close()
    assert is_refused(("127.0.0.1", 6697)), "the administrator's drop-in does not win"
    output = run("papod", "--apply")
    assert "systemctl cat papod.socket" in output and "wait for" not in output, output
    (CONFIG / "conf.d/port.conf").unlink()
    remove_drop_in("papod.socket", "public.conf")
    run("papod", "--apply")
    stays.sync()
    Client(TCP, "other").close()
    stays.close()


def exposure_is_small():
    run("systemd-analyze", "security", "--threshold=3", "papod.service")
    run("systemd-analyze", "security", "--threshold=3", "papod-gate.service")
    run("systemd-analyze", "security", "--threshold=11", "papod-acme.service")
    run("systemd-analyze", "security", "--threshold=11", "papod-gate-certificates.service")
    run("systemd-analyze", "security", "--threshold=7", "papod-auth-pam.service")
    run("systemd-analyze", "security", "--threshold=12", "papod-push.service")
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

def log_in(name, password):
    """The numeric that SASL PLAIN ends with."""
    client = papod_test.Client(TCP)
    client.send("AUTHENTICATE PLAIN")
    client.expect(r"^AUTHENTICATE \+$")
    client.send("AUTHENTICATE " + base64.b64encode(f"\0{name}\0{password}".encode()).decode())
    numeric = client.expect(" (90[34]) ")[1]
    client.close()
    return numeric


def users_of_the_machine_log_in_by_pam():
    do_as_written(["systemctl enable --now papod-auth-pam.socket"])
    run("useradd", "--password", hash_of("correct-horse"), "--no-create-home", "tomas")
    write("conf.d/checker.conf", 'accounts: { checker = "/run/papod-auth-pam/socket"; };\n')
    run("systemctl", "reload", "papod.service")
    try:
        assert log_in("tomas", "correct-horse") == "903"
        assert log_in("tomas", "wrong") == log_in("root", "correct-horse") == "904"
        run("systemctl", "kill", "--signal=KILL", "papod-auth-pam.service")
        assert log_in("tomas", "correct-horse") == "903"
        run("usermod", "--lock", "tomas")
        assert log_in("tomas", "correct-horse") == "904"
    finally:
        (CONFIG / "conf.d/checker.conf").unlink()
        run("systemctl", "reload", "papod.service")
        run("systemctl", "disable", "--now", "papod-auth-pam.socket")
        run("systemctl", "stop", "papod-auth-pam.service")
        run("userdel", "tomas")


MAILS = pathlib.Path("/var/lib/mails-of-the-test")


def mails_go_to_sendmail():
    """The steps of papod-mail(8), with a command that stores what it gets."""
    MAILS.mkdir()
    shutil.chown(MAILS, "papod-mail")
    drop_in("papod-mail@.service", "command.conf", "[Service]\nExecStart=\n"
            f"ExecStart=/usr/sbin/papod-mail /usr/bin/tee {MAILS}/mail\n")
    do_as_written(["systemctl enable --now papod-mail.socket"])
    write("conf.d/mail.conf", 'accounts: { email = "required"; verification = true; };\n'
          'mail: { from = "irc@example.org"; };\n')
    run("systemctl", "reload", "papod.service")
    client = Client(TCP, "vera2")
    try:
        client.send("REGISTER * vera@example.org correct-horse")
        client.expect("REGISTER VERIFICATION_REQUIRED vera2 ")
        wait_until(lambda: (MAILS / "mail").exists() and "vera2" in (MAILS / "mail").read_text("utf-8"),
                   "the mail is there")
        mail = (MAILS / "mail").read_text("utf-8")
        assert re.search("^To: vera@example.org$", mail, re.M) and re.search("^From: irc@example.org$", mail, re.M), mail
        code = re.search(r"VERIFY \S+ (\S+)", mail)[1]
        for _ in range(5):  # papod stores the code after sendmail has ended
            client.send(f"VERIFY vera2 {code}")
            if client.expect("(SUCCESS|FAIL VERIFY) ?.* vera2 ")[1] == "SUCCESS":
                break
        client.send("WHOIS vera2")
        client.expect(" 330 vera2 vera2 vera2 ")
    finally:
        client.close()
        (CONFIG / "conf.d/mail.conf").unlink()
        run("systemctl", "reload", "papod.service")
        run("systemctl", "disable", "--now", "papod-mail.socket")
        shutil.rmtree(MAILS)
        remove_drop_in("papod-mail@.service", "command.conf")


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


def people_chat_through_tcp_and_the_unix_socket():
    ana, bea = Client(TCP, "ana"), Client(UNIX, "bea")
    ana.send("JOIN #house")
    ana.expect(" 366 ana #house ")
    bea.send("JOIN #house")
    bea.expect(" 366 bea #house ")
    ana.expect("^:bea!.* JOIN ")
    ana.send("PRIVMSG #house :olá pelo TCP")
    bea.expect("^:ana!.* PRIVMSG #house :olá pelo TCP$")
    bea.send("PRIVMSG #house :olá pelo Unix")
    ana.expect("^:bea!.* PRIVMSG #house :olá pelo Unix$")
    wait_until(lambda: show("papod.service", "StatusText").startswith("2 users, 1 channel"),
               "the status counts 2 users and 1 channel")
    ana.send("QUIT :até logo")
    bea.expect("^:ana!.* QUIT ")
    bea.close()


def anybody_may_use_the_unix_socket():
    code = f"import socket; socket.socket(socket.AF_UNIX).connect('{UNIX}')"
    run("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", sys.executable, "-c", code)


def journal_has_fields():
    found = entries("MESSAGE_ID=d03219f510af4ea28fdf3354e5b13e6a")
    by_nick = {text_of(entry["NICK"]): entry for entry in found}
    ana, bea = by_nick["ana"], by_nick["bea"]
    assert ana["ADDRESS"].startswith("127.0.0.1"), ana
    assert ana["_SYSTEMD_UNIT"] == "papod.service" and ana["SYSLOG_IDENTIFIER"] == "papod", ana
    assert ana["PRIORITY"] == "6" and "USER" in ana and "CLASS" in ana, ana
    assert "LISTENER" in bea, bea
    explained = run("journalctl", "-q", "-x", "-u", "papod.service",
                    "MESSAGE_ID=d03219f510af4ea28fdf3354e5b13e6a")
    assert "completed its registration" in explained, "the catalog does not explain the entry"


def reload_changes_motd_password_and_listener():
    stays = Client(TCP, "stays")
    write("motd", "Bom dia, casa.\n")
    write("secrets.ini", f"[server]\npassword = {hash_of('sesame')}\n", 0o640)
    # The sandbox allows papod no TCP listeners of its own, but Unix sockets where it may write.
    write("conf.d/test.conf", 'files: { motd = "/etc/papod/motd"; };\n'
          'listen: ( { name = "irc"; address = "127.0.0.1"; port = 6667; },\n'
          '          { name = "extra"; path = "/var/lib/papod/extra.sock"; mode = "0666"; } );\n'
          'classes: ( { name = "default"; needs_password = true; } );\n')
    run("systemctl", "reload", "papod.service")
    wait_until(lambda: os.path.exists("/var/lib/papod/extra.sock"), "the added listener is there")

    greeted = Client("/var/lib/papod/extra.sock", "greeted", "sesame")
    assert any("Bom dia, casa." in line for line in greeted.seen), greeted.seen
    refused = Client(TCP)
    refused.send("PASS wrong", "NICK refused", "USER refused 0 * :x")
    refused.expect_end(" 464 ")
    Client(UNIX, "let-in", "sesame").close()
    stays.sync()
    stays.close()
    greeted.close()


def bad_reload_is_refused_and_the_old_configuration_stays():
    stays = Client(TCP, "stays", "sesame")
    since = entries()[-1]["__CURSOR"]
    write("conf.d/zz-bad.conf", "limits: { nick_lenght = 20; };\n")
    status, _ = run("systemctl", "reload", "papod.service", is_checked=False)
    assert status != 0, "systemctl reload says that all is well"
    wait_until(lambda: any(re.search("zz-bad.conf:1.*nick_length", text_of(entry["MESSAGE"]))
                           for entry in entries_after(since)), "the journal has the reason")
    greeted = Client(TCP, "greeted", "sesame")
    assert any("Bom dia, casa." in line for line in greeted.seen), greeted.seen
    stays.sync()
    (CONFIG / "conf.d/zz-bad.conf").unlink()
    run("systemctl", "reload", "papod.service")
    stays.sync()
    stays.close()
    greeted.close()


def check_by_root_warns_of_what_the_service_cannot_read():
    assert run("papod", "--check").count("warning") == 0, run("papod", "--check")
    write("conf.d/closed.conf", "\n", 0o600)
    output = run("papod", "--check")
    assert "closed.conf" in output and "papod.service" in output and "chgrp papod" in output, output
    advice = re.search(r"type (chgrp papod .*)$", output, re.M)[1]
    run("sh", "-c", advice)
    assert "warning" not in run("papod", "--check")
    run("systemctl", "reload", "papod.service")
    (CONFIG / "conf.d/closed.conf").unlink()
    run("systemctl", "reload", "papod.service")


def missing_resolver_is_reported():
    if os.path.exists("/run/systemd/resolve/io.systemd.Resolve"):
        return
    write("conf.d/dns.conf", "dns: { reverse = true; };\n")
    assert "systemd-resolved does not run" in run("papod", "--check")
    run("systemctl", "reload", "papod.service")
    since = entries()[-1]["__CURSOR"]
    source = socket.create_connection(TCP, DEADLINE, ("127.9.8.7", 0))
    source.sendall(b"NICK x\r\nUSER x 0 * :x\r\n")
    wait_until(lambda: entries_after(since, MESSAGE_ID="a608cda6891e44748743a7014d54b27d"),
               "the journal says that no name can be looked up")
    source.close()
    (CONFIG / "conf.d/dns.conf").unlink()
    run("systemctl", "reload", "papod.service")


def bad_configuration_past_the_check_is_refused_too():
    """Like a file that changes between the check and the reading."""
    stays = Client(TCP, "stays", "sesame")
    write("conf.d/zz-bad.conf", "limits: {\n")
    os.kill(int(show("papod.service", "MainPID")), signal.SIGHUP)
    wait_until(lambda: entries("MESSAGE_ID=fec5075c8ea6461780dd5dbcf663bbe5"),
               "the journal says that the reload was refused")
    stays.sync()
    (CONFIG / "conf.d/zz-bad.conf").unlink()
    stays.close()


def broken_cold_start_waits_for_a_better_file():
    run("systemctl", "stop", "papod.socket", "papod.service")
    since = entries()[-1]["__CURSOR"]
    write("conf.d/zz-bad.conf", "limits: { nick_lenght = 20; };\n")
    run("systemctl", "start", "papod.socket")
    waits = Client(TCP)
    waits.send("PASS sesame", "NICK waits", "USER waits 0 * :x")
    wait_until(lambda: show("papod.service", "StatusText").startswith("Waiting until"),
               "the status says that papod waits")
    assert "zz-bad.conf:1" in show("papod.service", "StatusText"), show("papod.service", "StatusText")
    assert state("papod.service") == "active"
    status, _ = run("systemctl", "reload", "papod.service", is_checked=False)
    assert status != 0, "systemctl reload says that all is well"
    assert show("papod.service", "NRestarts") == "0", show("papod.service", "NRestarts")
    pid = show("papod.service", "MainPID")
    (CONFIG / "conf.d/zz-bad.conf").unlink()
    waits.expect(" 001 waits ")
    assert show("papod.service", "MainPID") == pid
    found = entries_after(since, _PID=pid, PRIORITY="3")
    assert len(found) == 2, found  # the problem, and the entry that papod waits
    waits.close()


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


def an_operator_restarts_the_service():
    secrets = (CONFIG / "secrets.ini").read_text(encoding="utf-8")
    write("conf.d/root.conf", 'operators = ( { name = "root"; } );\n')
    write("secrets.ini", secrets + f"[operator root]\npassword = {hash_of('oper')}\n", 0o640)
    run("systemctl", "restart", "papod.service")
    pid = show("papod.service", "MainPID")
    client = Client(TCP, "root", "sesame")
    client.send("OPER root oper", "RESTART")
    name = client.expect(r"^:(\S+) 461 ")[1]
    client.send(f"RESTART {name}")
    wait_until(lambda: show("papod.service", "MainPID") not in ("0", pid),
               "systemd has started papod again")
    client.sync()
    client.close()
    Client(TCP, "again", "sesame").close()
    assert show("papod.service", "Result") == "success", "a restart counts as a failure"
    (CONFIG / "conf.d/root.conf").unlink()
    write("secrets.ini", secrets, 0o640)
    run("systemctl", "restart", "papod.service")


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


def make_pair(name, live="live", host="irc.example.org"):
    """A certificate and its key, in files of the configuration, as certbot replaces them: links."""
    directory = CONFIG / "tls"
    run("openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
        "-days", "90", "-subj", f"/CN={host}", "-keyout", str(directory / f"{name}.key"),
        "-out", str(directory / f"{name}.crt"))
    for end in ("crt", "key"):
        link = directory / f"{live}.{end}"
        link.unlink(missing_ok=True)
        link.symlink_to(f"{name}.{end}")
    pem = (directory / f"{name}.crt").read_text("ascii")
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def fingerprint(host=None):
    client = secure_chat.Client(TLS, host=host)
    found = client.fingerprint()
    client.close()
    return found


def a_renewed_certificate_is_used_and_a_bad_one_is_not():
    write("conf.d/many.conf", 'classes: ( { name = "default"; flood_rate = 0; '
          'clients_per_address = 0; clients_per_network = 0; } );\n')
    run("systemctl", "reload", "papod.service")
    clients = [secure_chat.Client(TLS, f"old{number}") for number in range(500)]
    made_itself = fingerprint()
    first = make_pair("first")
    write("conf.d/tls.conf", 'tls: { certificate = "/etc/papod/tls/live.crt"; key = "/etc/papod/tls/live.key"; };\n')
    run("papod", "--apply")
    assert fingerprint() == first != made_itself
    second = make_pair("second")
    began = time.monotonic()
    wait_until(lambda: fingerprint() == second, "new clients see the new certificate")
    print(f"# {len(clients)} clients, seen after {time.monotonic() - began:.1f} s", flush=True)
    wait_until(lambda: state("papod-gate-certificates.service") == "inactive", "the change is done with")
    (CONFIG / "tls/live.key").unlink()
    (CONFIG / "tls/live.key").symlink_to("first.key")  # of another certificate
    wait_until(lambda: state("papod-gate-certificates.service") == "failed", "the bad pair is refused")
    assert fingerprint() == second
    wait_until_said("papod-gate-certificates.service",
                    "live.key: the key does not belong to the certificate in")
    third = make_pair("third")
    wait_until(lambda: fingerprint() == third, "the next pair is used")
    for client in clients:
        client.sync()
        client.close()
    (CONFIG / "conf.d/tls.conf").unlink()
    (CONFIG / "conf.d/many.conf").unlink()
    run("papod", "--apply")
    assert fingerprint() == made_itself


def a_good_certificate_is_used_beside_a_bad_one():
    first, other = make_pair("first"), make_pair("other1", "other", OTHER_HOST)
    write("conf.d/tls.conf", """tls: { certificate = "/etc/papod/tls/live.crt"; key = "/etc/papod/tls/live.key"; };
certificates: ( { name = "other"; certificate = "/etc/papod/tls/other.crt";
                  key = "/etc/papod/tls/other.key"; } );
""")
    run("papod", "--apply")
    assert (fingerprint(), fingerprint(OTHER_HOST)) == (first, other)
    (CONFIG / "tls/live.key").unlink()
    (CONFIG / "tls/live.key").symlink_to("other1.key")
    fresh = make_pair("other2", "other", OTHER_HOST)
    wait_until(lambda: fingerprint(OTHER_HOST) == fresh, "the good pair is used")
    wait_until(lambda: state("papod-gate-certificates.service") == "failed", "the bad pair is reported")
    assert fingerprint() == first
    make_pair("third")
    wait_until(lambda: state("papod-gate-certificates.service") == "inactive", "both are good")
    (CONFIG / "conf.d/tls.conf").unlink()
    run("papod", "--apply")


OTHER_HOST = "other.example.org"
ACME_NAME, ACME_OTHER = "irc.test.example", "other.test.example"


def trust(pebble):
    """As an administrator whose issuer is not one that everybody knows."""
    pathlib.Path("/usr/local/share/ca-certificates").mkdir(exist_ok=True)
    shutil.copy(pebble.authority, "/usr/local/share/ca-certificates/authority.crt")
    run("update-ca-certificates")


def is_verified(root):
    """Does a client with that root certificate trust the server?"""
    with socket.create_connection(TLS, DEADLINE) as plain:
        try:
            ssl.create_default_context(cadata=root).wrap_socket(plain, server_hostname=ACME_NAME)
        except ssl.SSLCertVerificationError:
            return False
    return True


def said_by_papod_acme(since):
    return run("journalctl", "-q", "-u", "papod-acme.service", f"--since=@{since}")


def wait_until_acme_said(text, since):
    wait_until_said("papod-acme.service", text, f"--since=@{since}")


def ask_at_port_80(request):
    with socket.create_connection(("127.0.0.1", 80), DEADLINE) as client:
        client.sendall(f"{request}\r\nHost: {ACME_NAME}\r\n\r\n".encode("ascii"))
        return client.recv(65536).decode("ascii")


def check_directories_of_papod_acme():
    """The keys are for papod-acme alone; without a task it shows nothing."""
    status = os.stat("/var/lib/papod-acme")
    assert (status.st_uid, status.st_mode & 0o777) == (pwd.getpwnam("papod-acme").pw_uid, 0o700), status
    assert not os.path.exists("/run/papod-acme"), "proofs are left"
    assert os.stat("/var/lib/papod-acme/certs/papod/privkey.pem").st_mode & 0o077 == 0


def one_line_gets_a_certificate_and_renews_it():
    stays, made_itself = secure_chat.Client(TLS, "stays"), fingerprint()
    directory = pathlib.Path("/root/issuer")
    directory.mkdir()
    pebble = issuer.Issuer(str(directory), 80, 443)
    trust(pebble)
    pebble.start()
    began = int(time.time())
    try:
        write("conf.d/acme.conf", f'tls: {{ acme = [ "{ACME_NAME}" ]; acme_url = "{pebble.url}"; }};\n')
        assert f"papod-acme looks after the certificate of {ACME_NAME}" in run("papod", "--apply")
        wait_until(lambda: is_verified(pebble.root()), "clients get the certificate")
        print(f"# after {time.time() - began:.0f} s", flush=True)
        wait_until(lambda: state("papod-acme.service") == "inactive", "papod-acme has ended")
        wait_until_acme_said(f"the certificate for {ACME_NAME} is good", began)
        check_directories_of_papod_acme()
        assert state("papod-acme.timer") == "active"
        for package in pathlib.Path("/root").glob("papod_*.deb"):
            run("dpkg", "-i", str(package))
            assert state("papod-acme.timer") == "active", "the upgrade has stopped it"
        assert "404 " in ask_at_port_80("GET / HTTP/1.1"), "port 80 has pages"
        assert "404 " in ask_at_port_80("GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                        "Sec-WebSocket-Version: 13\r\n"
                                        "Sec-WebSocket-Key: a2tra2tra2tra2tra2traw=="), "port 80 takes clients"
        # At boot the generator may run before the file system is there; the certificate is passed.
        run("systemctl", "restart", "papod-gate.service")
        assert is_verified(pebble.root())

        run("systemctl", "start", "papod-acme.service")
        wait_until_acme_said("Skipping renew", began)
        first = fingerprint()
        pathlib.Path("/var/lib/papod-acme/issuer").unlink()  # a renewal, as it will be due one day
        run("systemctl", "start", "papod-acme.service")
        wait_until(lambda: fingerprint() != first and is_verified(pebble.root()), "the renewed one is used")

        pebble.forget_hosts()
        second, failed = fingerprint(), int(time.time())
        write("conf.d/acme.conf", f'tls: {{ acme = [ "{ACME_NAME}", "{ACME_OTHER}" ]; '
              f'acme_url = "{pebble.url}"; }};\n')
        assert subprocess.run(["systemctl", "start", "papod-acme.service"], check=False,
                              capture_output=True).returncode != 0
        assert state("papod-acme.service") == "failed"
        wait_until_acme_said(f"no certificate for {ACME_NAME} {ACME_OTHER} from {pebble.url}", failed)
        wait_until_acme_said("the certificate of before stays in use", failed)
        assert fingerprint() == second
        run("systemctl", "reset-failed", "papod-acme.service")
    except BaseException:
        print(said_by_papod_acme(began), pebble.log(), flush=True)
        raise
    finally:
        pebble.stop()
        (CONFIG / "conf.d/acme.conf").unlink()
        run("papod", "--apply")
    assert state("papod-acme.timer") == "inactive"
    assert is_refused(("127.0.0.1", 80)), "port 80 is open still"
    wait_until(lambda: fingerprint() == made_itself, "the certificate of before is back")
    stays.sync()
    stays.close()


def cloaks_stay_the_same_over_a_restart():
    def cloak():
        client = Client(TCP)
        client.send("PASS sesame", "NICK cloaked", "USER cloaked 0 * :Cloaked")
        host = client.expect(r" 001 cloaked :.*@(\S+)")[1]
        client.close()
        return host

    before = cloak()
    assert re.fullmatch(r"([a-z2-7]{8}\.){3}ip", before), before
    key = pathlib.Path("/var/lib/papod/cloak.key")
    assert key.stat().st_mode & 0o777 == 0o600, oct(key.stat().st_mode)
    run("systemctl", "restart", "papod.service")
    assert cloak() == before


def restarting_the_socket_restarts_the_service():
    run("systemctl", "restart", "papod.socket")
    assert state("papod.socket") == "active"
    Client(TCP, "again", "sesame").close()
    Client(UNIX, "again", "sesame").close()


def credential_is_used_instead_of_the_file():
    store = pathlib.Path("/etc/credstore/papod.secrets.ini")
    do_as_written(commands_of(EXAMPLES / "credential.conf", "#     "))
    Client(TCP, "by-credential", "sesame").close()
    store.write_text(f"[server]\npassword = {hash_of('open')}\n", encoding="utf-8")
    run("systemctl", "restart", "papod.service")
    Client(TCP, "by-credential", "open").close()
    run("systemctl", "reload", "papod.service")
    Client(TCP, "by-credential", "open").close()
    store.unlink()
    remove_drop_in("papod.service", "credential.conf")
    run("systemctl", "restart", "papod.service")
    Client(TCP, "by-file", "sesame").close()


def papod_may_bind_its_own_sockets():
    first = 'listen: ( { name = "tcp"; address = "127.0.0.1"; port = 6667; }%s );\n'
    write("conf.d/test.conf", first % "")
    do_as_written(commands_of(EXAMPLES / "own-sockets.conf", "#     "))
    stays = Client(TCP, "stays", "sesame")

    write("conf.d/test.conf", first % ', { name = "more"; address = "*"; port = 6668; }, '
          '{ name = "unix"; path = "%s"; mode = "0666"; }' % UNIX)
    run("papod", "--apply")  # the same as a reload here
    wait_until(lambda: os.path.exists(UNIX), "the Unix socket is there")
    moved = Client(("127.0.0.1", 6668), "moved", "sesame")
    Client(("::1", 6668), "sixth", "sesame").close()
    Client(UNIX, "local", "sesame").close()

    write("conf.d/test.conf", first % "")
    run("systemctl", "reload", "papod.service")
    wait_until(lambda: not os.path.exists(UNIX), "the Unix socket is gone")
    try:
        Client(("127.0.0.1", 6668))
        raise AssertionError("the removed listener is still there")
    except ConnectionRefusedError:
        pass
    moved.sync()
    stays.sync()
    run("systemctl", "stop", "papod.service")
    run("systemctl", "unmask", "papod.socket")
    run("systemctl", "start", "papod.socket")


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


CHECKS = [
    installing_is_all_that_is_needed,
    a_connection_starts_the_stopped_service,
    a_datagram_starts_the_stopped_service,
    anybody_may_send_to_the_unix_socket,
    restarts_lose_no_notification,
    a_failed_unit_is_named_in_a_channel,
    without_listeners_for_datagrams_none_arrive,
    both_units_stop_as_the_documents_say,
    exposure_is_small,
    processes_have_no_rights_and_no_network,
    members_of_papod_admin_make_backups,
    a_call_does_not_start_papod,
    a_restored_backup_has_the_accounts,
    the_timer_of_the_examples_makes_backups,
    tools_of_systemd_can_call_papod,
    users_of_the_machine_log_in_by_pam,
    mails_go_to_sendmail,
    people_chat_through_tcp_and_the_unix_socket,
    anybody_may_use_the_unix_socket,
    journal_has_fields,
    papod_conf_alone_opens_a_port,
    a_restart_by_somebody_else_is_as_good,
    taken_addresses_change_nothing,
    errors_are_said_before_anything_changes,
    drop_ins_do_as_they_say,
    nobody_notices_restarts_upgrades_and_deaths,
    clients_with_tls_do_not_notice_either,
    an_instance_is_a_server_of_its_own,
    a_crash_of_papod_is_nothing_to_the_gate,
    a_client_with_tls_starts_what_was_stopped,
    a_renewed_certificate_is_used_and_a_bad_one_is_not,
    a_good_certificate_is_used_beside_a_bad_one,
    one_line_gets_a_certificate_and_renews_it,
    reload_changes_motd_password_and_listener,
    bad_reload_is_refused_and_the_old_configuration_stays,
    check_by_root_warns_of_what_the_service_cannot_read,
    missing_resolver_is_reported,
    bad_configuration_past_the_check_is_refused_too,
    broken_cold_start_waits_for_a_better_file,
    watchdog_restarts_a_stopped_server,
    idle_server_keeps_its_watchdog_content,
    an_operator_restarts_the_service,
    cloaks_stay_the_same_over_a_restart,
    restarting_the_socket_restarts_the_service,
    credential_is_used_instead_of_the_file,
    papod_may_bind_its_own_sockets,
    stopping_tells_clients,
    removing_keeps_the_configuration,
    a_taken_port_of_tls_does_not_fail_the_installation,
    purging_leaves_nothing,
]


def main():
    failures = 0
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(f"1..{len(CHECKS)}", flush=True)
    for check in CHECKS:
        papod_test.begin_to_wait()
        name = check.__name__.replace("_", " ")
        try:
            check()
            print(f"ok - {name}", flush=True)
        except Exception as problem:  # the failure of one check must not hide others
            failures += 1
            print(f"not ok - {name}: {type(problem).__name__}: {problem}", flush=True)
            print(run("journalctl", "-q", "-n", "60", "-u", "papod*"), flush=True)
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())
