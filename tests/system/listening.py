"""Listeners: which addresses papod.conf, drop-ins and units open and close."""

import os
import re
import socket

from machine import (
    Client, commands_of, CONFIG, do_as_written, EXAMPLES, GATE_UNITS, is_refused,
    remove_drop_in, run, show, state, TCP, TLS, UNIX, wait_until, write)
import secure_chat


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


def restarting_the_socket_restarts_the_service():
    run("systemctl", "restart", "papod.socket")
    assert state("papod.socket") == "active"
    Client(TCP, "again", "sesame").close()
    Client(UNIX, "again", "sesame").close()


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
