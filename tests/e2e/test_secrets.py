"""Passwords vanish once they are checked: from memory, from what outlives the process, and from
recordings. Socket buffers in the kernel cannot be checked."""

import os
import re
import socket
import tempfile

import papod_test
import service_manager

SERVER = "Zq7vWmK3xP9tLr5c"
OPERATOR = "Hb2nYd8sGk4jQw6f"
GATEWAY = "Tm5rXc9pVz3hNs7u"
# Takes so long to check that the process can be killed before the answer.
SLOW_HASH = ("$6$rounds=2000000$papod$DLmo1k06dQMvMoeDxyqYLeFGJqCQaZr1z/Cp"
             "QkIxONnAL4zTcl/mSfhFxP3SYzNoEfjq1a3NbqJlA0q5Y00bL1")

LARGEST = 1 << 30  # only memory of sanitizers is larger
CONFIG = """
dns = { reverse = false; };
classes = ( { name = "all"; needs_password = true; flood_rate = 0; } );
operators = ( { name = "root"; hosts = [ "*@*" ]; privileges = [ "accounts" ]; } );
accounts = { invitations = true; };
gateways = ( { name = "web"; addresses = [ "127.0.0.2" ]; } );
"""


def hash_of(password):
    return papod_test.run("--hash-password", stdin=password.encode() + b"\n")[1]


def secrets(hashed=None):
    return (f"[server]\npassword = {hashed or hash_of(SERVER)}\n"
            f"[operator root]\npassword = {hash_of(OPERATOR)}"
            f"[gateway web]\npassword = {hash_of(GATEWAY)}")


def data_of(fd):
    """Yield each part of a file that is not a hole, with its offset."""
    at, size = 0, os.fstat(fd).st_size
    while at < size:
        try:
            at = os.lseek(fd, at, os.SEEK_DATA)
        except OSError:
            return
        end = os.lseek(fd, at, os.SEEK_HOLE)
        yield at, os.pread(fd, end - at, at)
        at = end


def find(needles, where, start, data):
    return [f"{where}+{start + found.start():#x}: {data[max(found.start() - 48, 0):found.end() + 24]}"
            for needle in needles for found in re.finditer(re.escape(needle), data)]


def search_memory(pid, needles):
    """The private memory of the process. Shared memory is searched as files, because reading its
    holes through the mapping would fill them."""
    places = []
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, \
            open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            span, rights, *_, name = (line.rstrip("\n") + " ").split(" ", 5)
            start, end = (int(number, 16) for number in span.split("-"))
            if rights[:2] != "rw" or rights[3] == "s" or end - start > LARGEST:
                continue
            memory.seek(start)
            try:
                data = memory.read(end - start)
            except OSError:  # unmapped meanwhile
                continue
            places += find(needles, name.strip() or "memory", start, data)
    return places


def search_files(pid, needles):
    places = []
    for number in os.listdir(f"/proc/{pid}/fd"):
        path = f"/proc/{pid}/fd/{number}"
        try:
            name = os.readlink(path)
            fd = os.open(path, os.O_RDONLY) if name.startswith("/memfd:") else None
        except FileNotFoundError:  # closed meanwhile
            continue
        if fd is None:
            continue
        for at, data in data_of(fd):
            places += find(needles, name, at, data)
        os.close(fd)
    return places


class TestCase(service_manager.TestCase):
    def start(self, hashed=None, **options):
        papod = service_manager.Papod(CONFIG, restarts=True, files={"secrets.ini": secrets(hashed)},
                                      **options)
        self.addCleanup(papod.close)
        papod.start()
        return papod

    def connect(self, papod, address=None, **options):
        client = papod.connect(address, **options)
        self.addCleanup(client.close)
        return client

    def begin(self, papod):
        """A client that waits for the answer to its password."""
        ana = self.connect(papod)
        ana.send(f"PASS {SERVER}", "NICK ana", "USER ana 0 * :Ana")
        self.wait_until(lambda: search_files(papod.pid, [SERVER.encode()]), "it is not logged")
        return ana

    def expect_nowhere(self, papod, *passwords):
        needles = [part.encode() for one in passwords for part in (one[:8], one[8:])]

        def places():
            logged = "\n".join(papod.log).encode()
            return (search_memory(papod.pid, needles) + search_files(papod.pid, needles) +
                    find(needles, "the log", 0, logged))

        try:
            self.wait_until(lambda: not places(), "a password is still there")
        except AssertionError:
            raise papod_test.Failure("\n".join(["a password is still there:", *places()])) from None


class Secrets(TestCase):
    def test_the_password_of_the_server(self):
        papod = self.start()
        self.connect(papod).register("ana", SERVER)
        self.expect_nowhere(papod, SERVER)

    def test_the_password_of_an_operator(self):
        papod = self.start()
        ana = self.connect(papod)
        ana.register("ana", SERVER)
        ana.send(f"OPER root {OPERATOR}")
        ana.expect(" 381 ")
        self.expect_nowhere(papod, SERVER, OPERATOR)

    def test_the_password_of_a_gateway(self):
        papod = self.start()
        ana = self.connect(papod, source="127.0.0.2")
        ana.send(f"WEBIRC {GATEWAY} web client.example 192.0.2.7 :secure")
        ana.register("ana", SERVER)
        self.expect_nowhere(papod, SERVER, GATEWAY)

    def test_a_password_in_pieces(self):
        papod = self.start()
        other = self.connect(papod)
        other.register("other", SERVER)
        ana = self.connect(papod)
        for piece in ("PA", f"SS {SERVER[:8]}", f"{SERVER[8:]}\r\nNICK a", "na\r\nUSER ana 0 * "):
            ana.send_bytes(piece.encode())
            other.sync()
        ana.send(":Ana")
        ana.expect(" 001 ")
        for piece in (f"OPER root {OPERATOR[:8]}", f"{OPERATOR[8:]}\r\nPRIVMSG other :aft", "er it\r\n"):
            ana.send_bytes(piece.encode())
            other.sync()
        other.expect("PRIVMSG other :after it")
        self.expect_nowhere(papod, SERVER, OPERATOR)

    def test_a_password_among_other_lines(self):
        papod = self.start()
        ana = self.connect(papod)
        ana.send("CAP LS 302", f"PASS {SERVER}", "NICK ana", "USER ana 0 * :Ana", "CAP END",
                 "JOIN #a", f"OPER root {OPERATOR}", "PRIVMSG ana :after it")
        ana.expect("PRIVMSG ana :after it")
        self.expect_nowhere(papod, SERVER, OPERATOR)

    def test_a_password_over_a_unix_socket(self):
        directory = tempfile.TemporaryDirectory(prefix="papod-test-")
        self.addCleanup(directory.cleanup)
        path = os.path.join(directory.name, "socket")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(path)
            listener.listen()
            papod = self.start(sockets=[("here.socket", listener)])
            ana = self.connect(papod, path)
            ana.send_bytes(f"PASS {SERVER[:8]}".encode())
            self.connect(papod).register("other", SERVER)
            ana.send(SERVER[8:], "NICK ana", "USER ana 0 * :Ana", f"OPER root {OPERATOR}")
            ana.expect(" 381 ")
            self.expect_nowhere(papod, SERVER, OPERATOR)

    def test_a_password_in_a_line_that_is_refused(self):
        papod = self.start()
        ana = self.connect(papod)
        ana.register("ana", SERVER)
        for line in (f"OPER {OPERATOR}", f"oper nobody {OPERATOR}", f"@a=b :c PASS :{OPERATOR} and more",
                     f"PASS {OPERATOR}\0", f"WEBIRC {OPERATOR} a b", f"OPER root {'x' * 600}{OPERATOR}"):
            ana.send(line)
        ana.sync()
        self.expect_nowhere(papod, SERVER, OPERATOR)

    def test_a_client_that_leaves_before_the_answer(self):
        papod = self.start(SLOW_HASH)
        self.begin(papod).close()
        self.expect_nowhere(papod, SERVER)

    def test_a_death_before_the_answer(self):
        papod = self.start(SLOW_HASH)
        ana = self.begin(papod)
        papod.kill()
        papod.wait_for_start(2)
        ana.expect(" 001 ana ")
        self.expect_nowhere(papod, SERVER)

    def test_a_restart_before_the_answer(self):
        papod = self.start(SLOW_HASH)
        ana = self.begin(papod)
        papod.restart()
        ana.expect(" 001 ana ")
        self.expect_nowhere(papod, SERVER)

    def test_a_death_after_the_answer(self):
        """A replay of the rest of the log has the same result."""
        papod = self.start()
        ana = self.connect(papod)
        ana.register("ana", SERVER)
        ana.send(f"OPER root {OPERATOR}")
        ana.expect(" 381 ")
        self.expect_nowhere(papod, SERVER, OPERATOR)
        papod.kill()
        papod.wait_for_start(2)
        ana.send("MODE ana")
        self.assertRegex(ana.read_line(), r" MODE ana \+o$| 221 ana \+\w*o")
        papod.wait_for_log(r"where the last process stopped.*\(clients=1 ")
        self.expect_nowhere(papod, SERVER, OPERATOR)


class Invitations(TestCase):
    def test_an_invitation_is_told_once(self):
        """It stays in the log of events alone, which is shared memory and is searched elsewhere."""
        papod = self.start()
        ana = self.connect(papod)
        ana.register("ana", SERVER)
        ana.send(f"OPER root {OPERATOR}")
        ana.expect(" 381 ")
        ana.send("CAP REQ :batch labeled-response server-time", "@label=one NS INVITATION ADD")
        invitation = ana.expect("The invitation is ([A-Z2-7]+)").group(1).encode()
        ana.expect("It registers one account until")
        ana.sync()
        self.wait_until(lambda: not search_memory(papod.pid, [invitation]),
                        "the invitation is still in memory")


class Tokens(TestCase):
    """The configuration contains tokens of notifications; datagrams leave no other copies."""

    def start_with_datagrams(self):
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(receiver.close)
        receiver.bind(("127.0.0.1", 0))
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(sender.close)
        sender.settimeout(papod_test.DEADLINE)
        sender.connect(receiver.getsockname())
        papod = service_manager.Papod(
            f'listen = ( {{ name = "udp"; kind = "datagram"; address = "127.0.0.1"; port = {receiver.getsockname()[1]}; }} );'
            'notifications = ( { name = "ci"; channels = [ "#*" ]; wait = "1 min"; } );\n',
            restarts=True, sockets=[("udp.socket", receiver)],
            files={"secrets.ini": f"[notification ci]\ntoken = {SERVER}\n"})
        self.addCleanup(papod.close)
        papod.start()
        return papod, sender

    def send(self, sender, token, answer):
        for text in (f"{token} #a hello", f'{{"to": "irc://x/a", "privmsg": "hello", "token": "{token}"}}',
                     f"{token} #a hello\n{token} #b hello", f"#a hello\n{token} #a hello", f"{token}{' ' * 9000}"):
            sender.send(text.encode())
            said = sender.recv(4096).decode()
            if text.startswith(f"{token} #"):
                self.assertEqual(said, answer)

    def test_a_wrong_token(self):
        papod, sender = self.start_with_datagrams()
        self.send(sender, OPERATOR, "error: no source has this token")
        self.expect_nowhere(papod, OPERATOR)

    def test_a_right_token(self):
        papod, sender = self.start_with_datagrams()

        def count():
            return len(search_memory(papod.pid, [SERVER.encode()]))

        before = count()
        self.assertGreater(before, 0)
        self.send(sender, SERVER, "ok")
        self.wait_until(lambda: count() <= before, "there are more copies than before")
        self.assertEqual(search_files(papod.pid, [f"{SERVER} #".encode(), f'"{SERVER}"'.encode()]), [])


class Recordings(papod_test.TestCase):
    def test_a_recording_has_no_passwords(self):
        directory = tempfile.TemporaryDirectory(prefix="papod-test-")
        self.addCleanup(directory.cleanup)
        path = os.path.join(directory.name, "events")
        server = papod_test.Server(CONFIG, secrets=secrets(), arguments=("--record", path))
        ana = server.register("ana", password=SERVER)
        ana.send(f"OPER root {OPERATOR}")
        ana.expect(" 381 ")
        server.stop()
        self.assertEqual(ana.expect_end()[-1:], ana.seen[-1:])
        ana.close()
        with open(path, "rb") as file:
            recorded = file.read()
        for part in (SERVER[:8], SERVER[8:], OPERATOR[:8], OPERATOR[8:]):
            self.assertNotIn(part.encode(), recorded)
        status, output, errors = papod_test.run("--replay", path)
        self.assertEqual((status, errors), (0, ""))
        first = re.search(r"send (\d+) :\S+ 001 ana ", output)[1]
        self.assertEqual(re.findall(rf"(?m)^send {first} (.*)$", output), ana.seen)


if __name__ == "__main__":
    papod_test.main()
