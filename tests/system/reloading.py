"""Good and bad files in /etc/papod, at reloads and starts."""

import os
import pathlib
import re
import signal
import socket

from machine import (
    Client, commands_of, commands_under, CONFIG, DEADLINE, do_as_written, entries, entries_after, EXAMPLES,
    hash_of, remove_drop_in, run, show, state, TCP, text_of, UNIX, wait_until,
    write)
import papod_test


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
    assert "neither systemd-resolved nor papod-lookup runs" in run("papod", "--check")
    run("systemctl", "reload", "papod.service")
    since = entries()[-1]["__CURSOR"]
    source = socket.create_connection(TCP, DEADLINE, ("127.9.8.7", 0))
    source.sendall(b"NICK x\r\nUSER x 0 * :x\r\n")
    wait_until(lambda: entries_after(since, MESSAGE_ID="a608cda6891e44748743a7014d54b27d"),
               "the journal says that no name can be looked up")
    source.close()
    (CONFIG / "conf.d/dns.conf").unlink()
    run("systemctl", "reload", "papod.service")


def papod_lookup_finds_names_where_resolved_is_not():
    """As in papod-lookup(8)."""
    hosts = pathlib.Path("/etc/hosts")
    before = hosts.read_text(encoding="utf-8") if hosts.exists() else None
    hosts.write_text((before or "") + "127.9.8.7 guest.example.org\n", encoding="utf-8")
    write("conf.d/dns.conf", "dns: { reverse = true; };\n")
    output = run("papod", "--apply")
    assert "papod-lookup asks name servers" in output and "neither" not in output, output
    for _ in range(2):
        guest = papod_test.Client(TCP, source="127.9.8.7")
        guest.register("guest", "sesame")
        guest.send("WHOIS guest")
        guest.expect(r" 378 guest guest :is connecting from \S+@guest\.example\.org 127\.9\.8\.7$")
        guest.close()
        run("systemctl", "kill", "--signal=KILL", "papod-lookup.service")
    (CONFIG / "conf.d/dns.conf").unlink()
    run("systemctl", "reload", "papod.service")
    run("systemctl", "disable", "--now", "papod-lookup.socket")
    run("systemctl", "stop", "papod-lookup.service")
    if before is None:
        hosts.unlink()
    else:
        hosts.write_text(before, encoding="utf-8")


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


def the_kit_against_spam_is_applied_as_written():
    member = Client(TCP, "member", "sesame")
    member.send("JOIN #talk")
    member.expect(" 366 member #talk ")
    do_as_written(commands_under("Keep spammers out"))
    spammer = Client(TCP, "spammer", "sesame")
    spammer.send("JOIN #talk", "PRIVMSG #talk :discord.gg/spam")
    spammer.expect("Please do not advertise other places")
    spammer.send("PRIVMSG #talk :good morning")
    seen = member.expect_until("good morning")
    assert not [line for line in seen if "discord.gg" in line], seen
    (CONFIG / "conf.d/moderation.conf").unlink()
    run("papod", "--apply")
    member.close()
    spammer.close()
