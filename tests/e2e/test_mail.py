"""Mails with codes: papod, papod-mail with a script as sendmail, and all of them killed on the way."""

import email
import email.policy
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading

import papod_test
import service_manager

PROGRAM = os.path.join(os.path.dirname(papod_test.PAPOD), "papod-mail")
ROUNDS = int(os.environ.get("PAPOD_TEST_MAILS", "8"))
SEED = os.environ.get("PAPOD_TEST_SEED") or str(random.randrange(1 << 32))
RANDOM = random.Random(SEED)
CODE = re.compile(r"[a-z0-9]{4}(?:-[a-z0-9]{4}){3}")

# A mail is a file; what "behaviour" says comes first.
SENDMAIL = """#!/bin/sh
directory={directory}
[ ! -e $directory/behaviour ] || . $directory/behaviour
file=$(mktemp $directory/new.XXXXXX)
cat > $file
mv $file $directory/mail.${{file##*.}}
"""


class MailSystem:
    """What systemd does with papod-mail.socket: a process for each connection."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="papod-test-")
        self.path = os.path.join(self.directory, "socket")
        self.processes = []
        self.dies_early = False
        self.write("sendmail", SENDMAIL.format(directory=self.directory))
        self.listen()

    def listen(self):
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(self.path)
        self.listener.listen()
        self.thread = threading.Thread(target=self.accept, args=(self.listener,))
        self.thread.start()

    def accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                process = subprocess.Popen(
                    [PROGRAM, os.path.join(self.directory, "sendmail")], stdin=connection,
                    stdout=connection, stderr=subprocess.DEVNULL)
                self.processes.append(process)
                if self.dies_early:
                    process.kill()

    def close_door(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()
        os.unlink(self.path)

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path + ".new", "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o755)
            file.write(text)
        os.rename(path + ".new", path)

    def mails(self):
        names = [name for name in os.listdir(self.directory) if name.startswith("mail.")]
        paths = [os.path.join(self.directory, name) for name in names]
        paths.sort(key=lambda path: os.stat(path).st_mtime_ns)
        found = []
        for path in paths:
            with open(path, "rb") as file:
                found.append(email.message_from_binary_file(file, policy=email.policy.default))
        return found

    def close(self):
        if self.listener.fileno() >= 0:
            self.close_door()
        for process in self.processes:
            process.kill()
            process.wait()
        shutil.rmtree(self.directory)


class Mails(service_manager.TestCase):
    CONFIG = ('classes = ( {{ name = "all"; flood_rate = 0; }} ); dns = {{ reverse = false; }};'
              'accounts = {{ registrations_per_address = 0; verification = true;'
              ' mails_per_day = 1000; }};'
              'mail = {{ socket = "{path}"; from = "irc@irc.test"; reset = "reset.txt"; }};')
    RESET = "Subject: Reset {account} at {server}\n\nHere it is: {code}\n"

    def setUp(self):
        super().setUp()
        self.system = MailSystem()
        self.addCleanup(self.system.close)
        self.server = service_manager.Papod(
            self.CONFIG.format(path=self.system.path), files={"reset.txt": self.RESET},
            restarts=True)
        self.addCleanup(self.server.close)
        self.server.start()

    def enter_as(self, nick):
        client = self.server.connect()
        self.addCleanup(client.close)
        client.register(nick)
        return client

    def register(self, nick):
        client = self.enter_as(nick)
        client.send(f"REGISTER * {nick}@example.org sesame-{nick}")
        client.expect(f"REGISTER VERIFICATION_REQUIRED {nick} ")
        return client

    def await_mails(self, count):
        self.wait_until(lambda: len(self.system.mails()) >= count, f"{count} mails")
        return self.system.mails()

    def code_of(self, mail):
        return CODE.search(mail.get_content()).group()

    def verify(self, client, nick, code):
        """The hash of a code is stored a moment after the mail is sent."""
        for _ in range(10):
            client.send(f"VERIFY {nick} {code}")
            if client.expect(f"VERIFY (SUCCESS|INVALID_CODE) {nick} ").group(1) == "SUCCESS":
                return
        raise papod_test.Failure("the code is not accepted")

    def test_a_code_verifies_and_another_resets(self):
        ana = self.register("ana")
        mail = self.await_mails(1)[0]
        self.assertEqual(mail["To"], "ana@example.org")
        self.assertEqual(mail["From"], "irc@irc.test")
        self.assertIn("account ana", mail["Subject"])
        self.verify(ana, "ana", self.code_of(mail))
        bea = self.enter_as("bea")
        bea.send("NS SENDPASS ana")
        mail = self.await_mails(2)[1]
        self.assertRegex(mail["Subject"], "^Reset ana at ")
        code = self.code_of(mail)
        for _ in range(10):
            bea.send(f"NS SETPASS ana {code} open-barley")
            if bea.expect("The (password|code) ").group(1) == "password":
                break
        bea.send("NS IDENTIFY ana open-barley")
        bea.expect("logged in as ana")
        for code in [self.code_of(mail) for mail in self.system.mails()]:
            self.assertNotIn(code, "\n".join(self.server.log))

    def test_texts_come_from_files(self):
        self.server.write("verify.txt", "Subject: Verify\n\nBring {code} within {time}.\n")
        self.server.write("papod.conf", self.CONFIG.format(path=self.system.path).replace(
            "reset =", 'verify = "verify.txt"; reset ='))
        self.server.restart()
        self.register("ana")
        mail = self.await_mails(1)[0]
        self.assertEqual(mail["Subject"], "Verify")
        self.assertRegex(mail.get_content(), "^Bring .* within 24 hours[.]$")

    def test_failures_are_told(self):
        self.system.write("behaviour", "exit 75\n")
        ana = self.register("ana")
        ana.expect("FAIL VERIFY TEMPORARILY_UNAVAILABLE ana :The mail could not be sent")
        self.server.wait_for_log("Mails cannot be sent.*status 75")
        self.system.write("behaviour", "exit 67\n")
        ana.send("NS RESEND ana")
        ana.expect("The mail was refused")
        self.system.write("behaviour", "")
        ana.send("NS RESEND ana")
        self.verify(ana, "ana", self.code_of(self.await_mails(1)[-1]))
        self.server.wait_for_log("Mails can be sent again")
        self.system.close_door()
        bea = self.register("bea")
        bea.send("PING still-there")
        bea.expect("PONG.*still-there")
        bea.expect("FAIL VERIFY TEMPORARILY_UNAVAILABLE bea :The mail could not be sent")
        self.server.wait_for_log("Mails cannot be sent.*(No such file|refused)")

    def test_a_dead_papod_mail_is_asked_again(self):
        self.system.dies_early = True
        ana = self.register("ana")
        self.wait_until(lambda: self.system.processes, "a process")
        self.system.dies_early = False
        self.await_mails(1)
        self.verify_with_any(ana, "ana")

    def test_a_killed_papod_sends_its_mails_again(self):
        for number in range(ROUNDS):
            nick = f"ana{number}"
            hold = RANDOM.choice(["", "sleep 0.2\n", "kill -KILL $PPID; exit 1\n"])
            self.system.write("behaviour", hold)
            client = self.enter_as(nick)
            client.send(f"REGISTER * {nick}@example.org sesame-{nick}")
            if RANDOM.random() < 0.5:
                client.expect("VERIFICATION_REQUIRED")
            self.server.kill(signal.SIGKILL)
            self.server.wait_for_start(number + 2)
            self.system.write("behaviour", "")
            client.sync()
            self.wait_until(
                lambda: any(mail["To"] == f"{nick}@example.org" for mail in self.system.mails()),
                f"a mail for {nick}")
            self.verify_with_any(client, nick)

    def verify_with_any(self, client, nick):
        """A sendmail whose papod-mail has died may send a mail too, before the one whose code counts
        or after it."""
        for number in range(10):
            mails = [mail for mail in self.system.mails()
                     if mail["To"] == f"{nick}@example.org"]
            client.send(f"VERIFY {nick} {self.code_of(mails[-1 - number % len(mails)])}")
            if client.expect(f"VERIFY (SUCCESS|INVALID_CODE) {nick} ").group(1) == "SUCCESS":
                return
        raise papod_test.Failure(f"none of {len(mails)} codes is accepted")


if __name__ == "__main__":
    papod_test.main()
