"""People chat and log in, and the journal tells of it."""

import base64
import pathlib
import re
import shutil

from machine import (
    Client, commands_under, CONFIG, do_as_written, drop_in, entries, hash_of, remove_drop_in, run, show,
    TCP, text_of, UNIX, wait_until, write)
import papod_test


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


def an_operator_is_made_as_written():
    config, *section = commands_under("Become an operator")
    secrets = (CONFIG / "secrets.ini").read_text(encoding="utf-8")
    write("conf.d/operators.conf", config + "\n")
    write("secrets.ini", secrets + "\n".join(section).replace("HASH", hash_of("tea")) + "\n", 0o640)
    run("papod", "--apply")
    client = Client(TCP, "someone", "sesame")
    client.send("OPER ana tea")
    client.expect(" 381 ")
    client.send("PRIVMSG NickServ :help")
    client.expect("NOTICE someone :REGISTER ")
    client.close()
    (CONFIG / "conf.d/operators.conf").unlink()
    write("secrets.ini", secrets, 0o640)
    run("papod", "--apply")


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


def cloaks_stay_the_same_over_a_restart():
    def cloak():
        client = Client(TCP)
        client.send("PASS sesame", "NICK cloaked", "USER cloaked 0 * :Cloaked")
        host = client.expect(r" 396 cloaked (\S+) ")[1]
        client.close()
        return host

    before = cloak()
    assert re.fullmatch(r"([a-z2-7]{8}\.){3}ip", before), before
    key = pathlib.Path("/var/lib/papod/cloak.key")
    assert key.stat().st_mode & 0o777 == 0o600, oct(key.stat().st_mode)
    run("systemctl", "restart", "papod.service")
    assert cloak() == before
