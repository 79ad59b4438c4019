"""What was kept and cannot be used, because it is damaged or another release's: clients are
told why, nothing of it is restored, and the server serves on."""

import os
import signal

import papod_test
import service_manager


class Skew(papod_test.TestCase):
    def recover(self, damage, has_snapshot=True):
        """Two clients before a death, and what was kept is damaged after it."""
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
        damage(papod)
        papod.start()
        return papod, clients, names

    def client_of(self, papod, nick):
        client = papod.connect()
        self.addCleanup(client.close)
        client.register(nick)
        return client

    def check(self, damage, reason, is_told=True, has_snapshot=True):
        papod, clients, names = self.recover(damage, has_snapshot)
        papod.wait_for_log(f"could not go on where the last process stopped: .*{reason}")
        for client in clients:
            client.expect_end(f"^ERROR :.*{reason}" if is_told else None)
        ana = self.client_of(papod, "ana")
        ana.send("JOIN #a", "LUSERS")
        self.assertEqual(ana.expect(" 353 ana . #a :(.*)")[1], "@ana")
        ana.expect(" 255 ana :I have 1 clients")
        # And it survives as ever.
        self.assertEqual(sorted(papod.stored_names()), names)
        papod.kill(signal.SIGKILL)
        papod.wait_for_state(service_manager.DEAD)
        papod.start()
        ana.sync()

    def file(self, papod, prefix):
        """The one of that kind that is not empty."""
        return next(one.fd for one in papod.stored if one.name.startswith(f"papod-{prefix}")
                    and os.fstat(one.fd).st_size)

    def write(self, prefix, offset, data):
        return lambda papod: os.pwrite(self.file(papod, prefix), data, offset)

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
            # Not even its owner can cut it short.
            self.assertRaises(PermissionError, os.truncate, fd, 8192)
            other = os.memfd_create("other")
            os.truncate(other, 8192)
            os.dup2(other, fd)
            os.close(other)
        self.check(damage, "other sizes")

    def test_a_damaged_log(self):
        def damage(papod):
            os.pwrite(self.file(papod, "events-a"), b"\x63", 4)
        self.check(damage, "strange record", has_snapshot=False)

    def test_a_damaged_event(self):
        def damage(papod):
            fd = self.file(papod, "events-a")
            text = os.pread(fd, 1 << 16, 0)
            os.pwrite(fd, b"cea", text.index(b"NICK bea") + 5)
        self.check(damage, "another outcome", has_snapshot=False)

    def check_log(self, damage, reason):
        """A log that is not understood costs only those to whom something has happened since
        the snapshot."""
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
        papod.wait_for_log(f"What happened since the last snapshot was forgotten.*{reason}")
        ana.expect_end()
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

    def test_a_record_of_a_later_release(self):
        def damage(papod):
            os.pwrite(self.file(papod, "events-b"), b"\x63", 4)
        self.check_log(damage, "strange record")

    def test_a_record_that_is_longer_than_the_log(self):
        def damage(papod):
            os.pwrite(self.file(papod, "events-b"), b"\xff\xff", 1)
        self.check_log(damage, "longer than the log")

    def test_up_and_down_between_two_releases(self):
        """PAPOD_OTHER is the program of another one; else there is but one."""
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
            papod.wait_for_log("went on where the last process stopped .clients=2")
        bea.send("MODE #a", "WHOIS ana")
        bea.expect(" 324 bea #a .*secret")
        bea.expect(" 301 bea ana :tea")
        self.assertFalse([line for line in papod.log if "error:" in line])

    def test_files_of_a_later_release_are_not_kept(self):
        """Else it would take them for what is true when it comes back."""
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
