"""Kept state that cannot be used, because it is damaged or of another release: clients get the
reason, nothing is restored, and the server continues."""

import os
import select
import signal
import socket

import papod_test
import service_manager


class Skew(papod_test.TestCase):
    def recover(self, damage, has_snapshot=True):
        """Two clients connect, papod is killed, and the kept state is damaged."""
        papod = service_manager.Papod()
        self.addCleanup(papod.close)
        papod.start()
        clients = [self.client_of(papod, nick) for nick in ("ana", "bea")]
        for client in clients:
            client.send("JOIN #a")
            client.expect(" 366 ")
        if has_snapshot:
            papod.restart()
        for client in clients:
            client.sync()
        names = sorted(papod.stored_names())
        papod.kill(signal.SIGKILL)
        papod.wait_for_state(service_manager.DEAD)
        for client in clients:  # a socket that is closed with unread input would lose its last line
            client.send("PING :nobody reads this")
        damage(papod)
        papod.start()
        return papod, clients, names

    def client_of(self, papod, nick, address=None):
        client = papod.connect(address)
        self.addCleanup(client.close)
        client.register(nick)
        return client

    def check(self, damage, reason, is_told=True, has_snapshot=True):
        papod, clients, names = self.recover(damage, has_snapshot)
        papod.wait_for_log(f"could not continue where the last process stopped: .*{reason}")
        for client in clients:
            client.expect_end(f"^ERROR :.*{reason}" if is_told else None)
        ana = self.client_of(papod, "ana")
        ana.send("JOIN #a", "LUSERS")
        self.assertEqual(ana.expect(" 353 ana . #a :(.*)")[1], "@ana")
        ana.expect(" 255 ana :I have 1 clients")
        # And it can be restarted as usual.
        self.assertEqual(sorted(papod.stored_names()), names)
        papod.kill(signal.SIGKILL)
        papod.wait_for_state(service_manager.DEAD)
        papod.start()
        ana.sync()

    def file(self, papod, prefix):
        """The file of that kind that is not empty."""
        return next(one.fd for one in papod.stored if one.name.startswith(f"papod-{prefix}")
                    and os.fstat(one.fd).st_size)

    def write(self, prefix, offset, data):
        return lambda papod: os.pwrite(self.file(papod, prefix), data, offset)

    def test_what_is_handed_over_keeps_its_size(self):
        """Another release refuses a memory of another size."""
        papod = service_manager.Papod(self.on_unix_sockets()[0])
        self.addCleanup(papod.close)
        papod.start()
        self.client_of(papod, "ana", self.on_unix_sockets()[1])
        sizes = {one.name: os.fstat(one.fd).st_size for one in papod.stored}
        self.assertEqual(
            {name: sizes[name] for name in sizes if name != "papod-head" and sizes[name]},
            {"papod-positions": 131072 * 40, "papod-half-lines": 35766296,
             "papod-wrappings": 2728419328, "papod-events-a": 1 << 28,
             "papod-events-b": 1 << 28})

    def flip(self, prefix, offset):
        def damage(papod):
            fd = self.file(papod, prefix)
            at = offset % os.fstat(fd).st_size
            os.pwrite(fd, bytes([os.pread(fd, 1, at)[0] ^ 1]), at)
        return damage

    def test_flipped_bits(self):
        for offset in (30, 100, -100, -1):
            with self.subTest(offset):
                self.check(self.flip("snapshot", offset), "it is (damaged|cut short)")

    def test_another_layout_of_the_snapshot(self):
        self.check(self.write("snapshot", 0, b"papod snapshot 2\n"), "the layout of another release")

    def test_a_foreign_snapshot(self):
        self.check(self.write("snapshot", 0, b"GIF89a"), "does not start as a snapshot does")

    def test_a_snapshot_that_is_cut_short(self):
        self.check(lambda papod: os.truncate(self.file(papod, "snapshot"), 99), "cut short")

    def test_another_layout_of_the_log(self):
        self.check(self.write("head", 8, b"\x63"), "of another version")

    def test_a_foreign_log(self):
        self.check(self.write("head", 0, b"xxxxxxxx"), "of another version")

    def test_a_log_of_another_size(self):
        def damage(papod):
            fd = self.file(papod, "events-a")
            # Not even its owner can truncate it.
            self.assertRaises(PermissionError, os.truncate, fd, 8192)
            other = os.memfd_create("other")
            os.truncate(other, 8192)
            os.dup2(other, fd)
            os.close(other)
        self.check(damage, "other sizes")

    def test_a_damaged_log(self):
        def damage(papod):
            os.pwrite(self.file(papod, "events-a"), b"\x63", 4)
        self.check(damage, "of an unknown kind", has_snapshot=False)

    def test_a_damaged_event(self):
        def damage(papod):
            fd = self.file(papod, "events-a")
            text = os.pread(fd, 1 << 16, 0)
            os.pwrite(fd, b"cea", text.index(b"NICK bea") + 5)
        self.check(damage, "another outcome", has_snapshot=False)

    def check_log(self, damage, reason):
        """An unreadable log only loses clients with events since the snapshot."""
        papod = service_manager.Papod()
        self.addCleanup(papod.close)
        papod.start()
        ana, bea = (self.client_of(papod, nick) for nick in ("ana", "bea"))
        bea.send("JOIN #a")
        bea.expect(" 366 ")
        papod.restart()
        ana.send("NICK anna")
        ana.expect(" NICK :?anna")
        papod.kill(signal.SIGKILL)
        papod.wait_for_state(service_manager.DEAD)
        damage(papod)
        papod.start()
        papod.wait_for_log(f"Events since the last snapshot were dropped.*{reason}")
        ana.expect_end("^ERROR :Closing link: 127.0.0.1 .*your last messages were lost")
        bea.send("WHOIS ana")
        bea.expect(" 401 bea ana ")
        bea.send("NAMES #a")
        bea.expect(" 353 bea . #a :@bea")

    def test_an_event_that_comes_to_something_else(self):
        def damage(papod):
            fd = self.file(papod, "events-b")
            text = os.pread(fd, 1 << 16, 0)
            os.pwrite(fd, b"NICK bea ", text.index(b"NICK anna"))
        self.check_log(damage, "another outcome")

    def test_what_was_understood_before_it_counts(self):
        papod = service_manager.Papod()
        self.addCleanup(papod.close)
        papod.start()
        ana, bea = (self.client_of(papod, nick) for nick in ("ana", "bea"))
        papod.restart()
        cid = self.client_of(papod, "cid")
        cid.send("JOIN #c", "PRIVMSG bea :hello")
        bea.expect("^:cid!.* PRIVMSG bea :hello")
        ana.send("NICK anna")
        ana.expect(" NICK :?anna")
        self.client_of(papod, "dan").close()
        papod.kill(signal.SIGKILL)
        papod.wait_for_state(service_manager.DEAD)
        fd = self.file(papod, "events-b")
        text = os.pread(fd, 1 << 16, 0)
        os.pwrite(fd, b"NICK bea ", text.index(b"NICK anna"))
        for _ in range(3):
            papod.start()
            cid.send("NAMES #c", "PRIVMSG bea :still here")
            cid.expect(" 353 cid . #c :@cid$")
            self.assertRegex(bea.read_line(), "^:cid!.* PRIVMSG bea :still here$")
            papod.kill(signal.SIGKILL)
            papod.wait_for_state(service_manager.DEAD)
        papod.wait_for_log("Events since the last snapshot were dropped.*another outcome")
        ana.expect_end("^ERROR :Closing link: .*your last messages were lost")

    def test_a_record_of_a_later_release(self):
        def damage(papod):
            os.pwrite(self.file(papod, "events-b"), b"\x63", 4)
        self.check_log(damage, "of an unknown kind")

    def test_a_record_that_is_longer_than_the_log(self):
        def damage(papod):
            os.pwrite(self.file(papod, "events-b"), b"\xff\xff", 1)
        self.check_log(damage, "longer than the log")

    def damage_first_record(self, papod):
        """Damage an event since the snapshot."""
        os.pwrite(self.file(papod, "events-b"), b"\x63", 4)

    def lose_log(self, damage, config="", address=None):
        """Five clients: ana and bea are in the snapshot, and ana then sends a line; cid, dan and
        eve follow. Eve sends nothing. The last input of cid is not read yet."""
        papod = service_manager.Papod(config)
        self.addCleanup(papod.close)
        papod.start()
        ana, bea = (self.client_of(papod, nick, address) for nick in ("ana", "bea"))
        for client in (ana, bea):
            client.send("JOIN #a")
            client.expect(" 366 ")
        ana.expect(" JOIN ")
        papod.restart()
        dan, cid = (self.client_of(papod, nick, address) for nick in ("dan", "cid"))
        eve = papod.connect(address)
        self.addCleanup(eve.close)
        ana.send("PRIVMSG dan :hello")
        dan.expect(" PRIVMSG dan :hello")
        ana.sync()
        papod.kill(signal.SIGKILL)
        papod.wait_for_state(service_manager.DEAD)
        cid.send("PRIVMSG bea :nobody reads this")
        damage(papod)
        papod.start()
        return papod, ana, bea, cid, dan, eve

    def check_lost_log(self, papod, ana, bea, cid, dan, eve):
        ana.expect_end("^ERROR :Closing link: .*your last messages were lost")
        for client in (cid, dan):
            client.expect_end("^ERROR :Closing link: .*your session was lost")
        papod.wait_for_log("Clients were lost in a restart: they connected after.*count=2")
        papod.wait_for_log("Clients were lost in a restart: papod could not restore.*count=1")
        papod.wait_for_log("continues where the last process stopped .clients=1 ")
        self.assertRegex(bea.read_line(), "^:ana!.* QUIT :Lost while the server restarted$")
        eve.register("eve")
        eve.sync()
        for _ in range(3):
            papod.kill(signal.SIGKILL)
            papod.wait_for_state(service_manager.DEAD)
            papod.start()
            bea.send("PRIVMSG eve :still here", "LUSERS")
            self.assertRegex(eve.read_line(), "^:bea!.* PRIVMSG eve :still here$")
            bea.expect(" 255 bea :I have 2 clients")
        self.assertEqual(len([line for line in papod.log if "Clients were lost" in line]), 2)

    def test_clients_whose_events_were_lost_get_the_reason(self):
        self.check_lost_log(*self.lose_log(self.damage_first_record))

    def on_unix_sockets(self):
        address = f"/tmp/papod-test-{os.getpid()}.sock"
        return f'listen = ( {{ name = "here"; path = "{address}"; }} );\n', address

    def test_so_do_those_on_unix_sockets(self):
        self.check_lost_log(*self.lose_log(self.damage_first_record, *self.on_unix_sockets()))

    def test_without_positions_nobody_on_a_unix_socket_can_stay(self):
        def damage(papod):
            self.damage_first_record(papod)
            papod._drop(lambda one: one.name == "papod-positions")
        papod, *clients = self.lose_log(damage, *self.on_unix_sockets())
        for client in clients:
            client.expect_end("^ERROR :Closing link: .*lost")
        papod.wait_for_log("Clients were lost in a restart: they connected after.*count=3")
        papod.wait_for_log("Clients were lost in a restart: papod could not restore.*count=2")
        self.client_of(papod, "ana", self.on_unix_sockets()[1]).sync()

    def test_a_partial_line_that_was_lost(self):
        """The partial line was removed from the kernel, and the memory that stored it is
        missing."""
        papod = service_manager.Papod()
        self.addCleanup(papod.close)
        papod.start()
        ana, bea = (self.client_of(papod, nick) for nick in ("ana", "bea"))
        ana.send_bytes(b"PING a\r\nPRIVMSG bea :first half")
        ana.expect(" PONG .*a")
        papod.kill(signal.SIGKILL)
        papod.wait_for_state(service_manager.DEAD)
        self.drop("papod-half-lines")(papod)
        papod.start()
        ana.expect_end("^ERROR :Closing link: .*your last messages were lost")
        papod.wait_for_log("Clients were lost in a restart: papod could not restore.*count=1")
        bea.sync()

    def test_a_socket_that_nobody_knows_gets_the_reason(self):
        """Its note in the parking lot is of another release."""
        papod = service_manager.Papod()
        self.addCleanup(papod.close)
        papod.start()
        ana = self.client_of(papod, "ana")
        papod.kill(signal.SIGKILL)
        papod.wait_for_state(service_manager.DEAD)
        one, other = socket.socketpair()
        self.addCleanup(one.close)
        lots = [socket.socket(fileno=os.dup(end.fd)) for end in papod.stored if end.name == "lot0"]
        for lot in lots:
            self.addCleanup(lot.close)
        # One end receives what is sent to the other.
        sending = lots[1] if select.select([lots[0]], [], [], 0)[0] else lots[0]
        socket.send_fds(sending, [b"\xff\xff"], [other.fileno()])
        other.close()
        one.send(b"PING unread\r\n")
        papod.start()
        one.settimeout(papod_test.DEADLINE)
        self.assertRegex(one.recv(1000), b"ERROR :Closing link: .*your session was lost")
        papod.wait_for_log("Clients were lost in a restart: another release.*count=1")
        ana.sync()

    def test_up_and_down_between_two_releases(self):
        """PAPOD_OTHER is the program of another release; without it the same one is used."""
        other = os.environ.get("PAPOD_OTHER", papod_test.PAPOD)
        papod = service_manager.Papod(restarts=True)
        self.addCleanup(papod.close)
        papod.start()
        ana, bea = (self.client_of(papod, nick) for nick in ("ana", "bea"))
        for client in (ana, bea):
            client.send("JOIN #a")
            client.expect(" 366 ")
        ana.send("MODE #a +kt secret", "AWAY :tea", "CAP REQ :away-notify server-time",
                 "PRIVMSG #a :half a")
        ana.sync()
        for i in range(4):
            at = papod.arguments.index(papod_test.PAPOD if i % 2 == 0 else other)
            papod.arguments[at] = other if i % 2 == 0 else papod_test.PAPOD
            ana.send_bytes(b"PRIVMSG #a :half ")
            papod.restart()
            ana.send_bytes(b"and half %d\r\n" % i)
            bea.expect(f"^:ana!.* PRIVMSG #a :half and half {i}$")
            papod.wait_for_log("continues where the last process stopped .clients=2")
        bea.send("MODE #a", "WHOIS ana")
        bea.expect(" 324 bea #a .*secret")
        bea.expect(" 301 bea ana :tea")
        self.assertFalse([line for line in papod.log if "error:" in line])

    def test_files_of_a_later_release_are_not_kept(self):
        """Otherwise a later release would restore outdated files after an upgrade."""
        papod = service_manager.Papod()
        self.addCleanup(papod.close)
        papod.start()
        ana = self.client_of(papod, "ana")
        papod._store("papod-tomorrow", os.memfd_create("tomorrow"), False)
        papod.restart()
        ana.sync()
        self.assertNotIn("papod-tomorrow", papod.stored_names())

    def drop(self, name):
        return lambda papod: papod._drop(lambda one: one.name == name)

    def test_a_file_that_was_not_kept(self):
        for name in ("papod-head", "papod-events-b", "papod-snapshot-a", "papod-snapshot-b"):
            with self.subTest(name):
                self.check(self.drop(name), "one of its files was not kept")

    def test_parking_lots_that_were_not_kept(self):
        def damage(papod):
            papod._drop(lambda one: one.name.startswith("lot"))
        papod, clients, names = self.recover(damage)
        for client in clients:
            client.expect_end()
        self.assertEqual(sorted(papod.stored_names()), names)
        self.client_of(papod, "ana").sync()


if __name__ == "__main__":
    papod_test.main()
