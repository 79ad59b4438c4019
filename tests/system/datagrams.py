"""Notifications as datagrams."""

import pathlib
import re
import socket
import sys
import threading

from machine import (
    Client, commands_of, CONFIG, DEADLINE, do_as_written, EXAMPLES, NOTIFY, run, show,
    state, TCP, UDP, wait_until, write)


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
