"""Creates a snapshot in papod's current format, for tests/unit/daemon/snapshots:

    PAPOD=build/papod python3 tests/e2e/record_snapshot.py tests/unit/daemon/snapshots/FORMAT.snapshot

There is one for each release that changed the format; an old one is never created again. It
contains some of everything: for a new field, make sure that the next one contains a value.
"""

import array
import fcntl
import os
import sys
import termios

import papod_test
import service_manager

CONFIG = """server: { name = "irc.test"; network = "Tea"; };
classes = ( { name = "all"; flood_rate = 0; clients_per_address = 0; send_queue = "16 KiB"; } );
operators = ( { name = "root"; privileges = [ "*" ]; }, { name = "slow"; } );
listen = ( { name = "here"; path = "%s"; } );
"""
# So slow that the check is running when the snapshot is written.
SLOW = "$6$rounds=9000000$papod$" + "x" * 86
CHANNEL = ("CDFKMNOQRSTUcgimnpstuz", "+k secret", "+d 3", "+f #other", "+j 5:60", "+l 99",
           "+x 9:10", "+b *!*@192.0.2.1", "+b gecos:*spam*", "+e *!*@192.0.2.2",
           "+I *!*@192.0.2.3", "+y *!*@192.0.2.4")


def enter(papod, nick, channel="#tea"):
    client = papod.register(nick)
    client.send(f"JOIN {channel}")
    client.expect(" 366 ")
    return client


def stored_snapshot(papod):
    """The one of the two snapshots that is not empty."""
    for one in papod.stored:
        size = os.fstat(one.fd).st_size
        if one.name.startswith("papod-snapshot-") and size:
            return os.pread(one.fd, size, 0)
    raise papod_test.Failure(papod.stored_names())


def waiting(client):
    """The number of unread bytes that the kernel has for the client."""
    count = array.array("i", [0])
    fcntl.ioctl(client.socket, termios.FIONREAD, count)
    return count[0]


def fill(ana, reader):
    """Until the kernel accepts no more for it, and a little longer."""
    before = -1
    while before < waiting(reader):
        before = waiting(reader)
        for i in range(3):
            ana.send(f"PRIVMSG reader :{i} {'x' * 400}")
        ana.sync()


def make_operators(root):
    root.send("OPER root sesame", "MODE root +sHBDITWdgw x",
              "KLINE 0 *@192.0.2.7 :Spam", "KLINE 9w bad@*.example :Spam", "DLINE 192.0.2.0/24 :Spam",
              "XLINE *spam* :Spam", "RESV evil* :No", "RESV #evil* :No",
              "SILENCE +*!*@192.0.2.9", "JOIN #forever", "MODE #forever +P", "PART #forever")
    root.sync()


def make_channels(root, ana, bea, cid):
    root.send("ACCEPT ana")
    root.sync()
    ana.send("TOPIC #tea :Darjeeling", "MODE #tea +qa ana ana", "MODE #tea +hv bea cid",
             "JOIN #other", *(f"MODE #tea {mode if mode[0] == '+' else '+' + mode}"
                              for mode in CHANNEL),
             "INVITE dan #tea", "AWAY :kettle", "MODE ana +i", "CAP REQ :away-notify server-time")
    ana.sync()
    bea.send("CAP LS 302", "CAP REQ :echo-message multi-prefix", "PRIVMSG #tea :hello", "SETNAME :Bea")
    cid.send("KNOCK #tea")
    for i in range(14):
        bea.send(f"JOIN #long{i}", f"TOPIC #long{i} :{'long ' * 60}")
    for client in (bea, cid):
        client.sync()


def make_strangers(papod):
    stranger, loud, past = papod.connect(), papod.connect(), papod.register("past")
    stranger.send("NICK eve", "CAP LS 302", "PING 1")
    stranger.expect("PONG|451")
    loud.send_bytes(b"NICK loud\r\n" + b"x" * 20000)
    loud.expect(" 417 ")
    past.send("QUIT :gone")
    past.expect_end("^ERROR")
    return [stranger, loud]


def main(path):
    _, hashed, _ = papod_test.run("--hash-password", stdin=b"sesame\n")
    directory = papod_test.tempfile.mkdtemp(prefix="papod-test-")
    here = os.path.join(directory, "irc.sock")
    secrets = f"[operator root]\npassword = {hashed}\n[operator slow]\npassword = {SLOW}\n"
    papod = service_manager.Papod(CONFIG % here)
    papod.write("secrets.ini", secrets, 0o600)
    papod.start()
    try:
        root = papod.register("root")
        make_operators(root)
        clients = [enter(papod, nick) for nick in ("ana", "bea", "cid")]
        dan, reader = papod.register("dan"), papod.connect(here)
        reader.register("reader")
        make_channels(root, *clients)
        clients += [root, dan, reader, *make_strangers(papod)]
        fill(clients[0], reader)
        reader.send("LIST", "PRIVMSG ana :all read")
        dan.send("OPER slow x", "PRIVMSG #other :comes later")
        root.sync()
        papod.restart()
        snapshot = stored_snapshot(papod)
        with open(path, "wb") as file:
            file.write(snapshot)
        print(len(snapshot), "bytes")
        for client in clients:
            client.close()
    finally:
        papod.close()
        papod_test.shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1])
