"""Clients of other TLS libraries talk through crashes of papod, new keys and small fragments, and
both sides close in order. The others of Debian are in tests/interop: ./dev interop."""

import shutil
import tempfile

import gate_case
import papod_test
import peers
import test_tls

LINES = 30  # in a row, see peers.py
LENGTHS = (1, 2, 15, 16, 17, 100, 255, 256, 380)


class Case(test_tls.SecureCase):
    def config(self):
        """With a certificate that an authority has signed, which all clients verify."""
        directory = tempfile.mkdtemp(prefix="papod-test-interop-")
        self.addCleanup(shutil.rmtree, directory)
        self.authority = gate_case.Pair(directory, "authority", hosts=("authority",))
        pair = gate_case.Pair(directory, "server", hosts=(peers.HOST,), signer=self.authority)
        return gate_case.tls_config(pair)

    def connect(self, kind, version, **options):
        peer = kind(self.gate.address[1], self.authority.certificate, version, **options)
        self.addCleanup(peer.close)
        peer.register("peer")
        peer.send("JOIN #a")
        peer.expect(" 366 ")
        self.watcher.expect("^:peer!.* JOIN ")
        return peer

    def expect_lines(self, client, sender, lines):
        for text in lines:
            while (line := client.read_line()) and line.startswith("PING "):
                client.send("PONG " + line[5:])
            self.assertRegex(line or "the end", f"^:{sender}!\\S+ PRIVMSG #a :{text}$")

    def talk(self, peer, number, between=lambda: None):
        """A row of lines in each direction."""
        lines = [f"{number} {i} " + "y" * LENGTHS[(number + i) % len(LENGTHS)]
                 for i in range(LINES)]
        for one, other, nick in ((peer, self.watcher, "peer"), (self.watcher, peer, "watcher")):
            one.send(*(f"PRIVMSG #a :{line}" for line in lines))
            between()
            self.expect_lines(other, nick, lines)

    def check(self, kind, version, **options):
        with self.subTest(version=version, **options):
            self.talk_and_close(kind, version, **options)

    def talk_and_close(self, kind, version, suite="AES_128_GCM_SHA256", **options):
        peer = self.connect(kind, version, **options)
        self.watcher.send("WHOIS peer")
        self.watcher.expect(f" 671 watcher peer :.*TLSv{version}, TLS_\\w*{suite}\\]")
        self.watcher.expect(" 318 ")
        for i in range(3):
            self.talk(peer, i)
        self.talk(peer, 3, lambda: self.die(self.papod))
        if kind.can_update_keys and version == "1.3":
            self.talk_with_new_keys(peer)
        if kind.can_stop_sending:
            peer.stop_sending()
            self.watcher.expect("^:peer!.* QUIT ")
            peer.expect_clean_end()
            peer = self.connect(kind, version, **options)
        peer.send("QUIT")
        self.watcher.expect("^:peer!.* QUIT ")
        peer.expect_clean_end()

    def talk_with_new_keys(self, peer):
        for i in range(8):
            peer.update_keys(is_asking=i % 3 != 2)
            if i % 4 == 1:
                self.die(self.papod)
            self.talk(peer, i, self.papod.restart if i % 4 == 3 else lambda: None)

    def check_both_versions(self, kind, **options):
        self.watcher = self.papod.register("watcher")
        self.addCleanup(self.watcher.close)
        self.watcher.send("JOIN #a")
        self.watcher.expect(" 366 ")
        for version in peers.VERSIONS:
            self.check(kind, version, **options)


class Interop(Case):
    def test_openssl(self):
        self.check_both_versions(peers.OpenSSL)

    def test_openssl_with_small_fragments(self):
        self.check_both_versions(peers.OpenSSL, fragment=512)

    def test_gnutls(self):
        self.check_both_versions(peers.GnuTLS)

    def test_gnutls_with_small_fragments(self):
        self.check_both_versions(peers.GnuTLS, fragment=512)

    def test_gnutls_with_aes_256(self):
        self.check_both_versions(peers.Aes256, suite="AES_256_GCM_SHA384")

    def test_gnutls_with_chacha20(self):
        self.check_both_versions(peers.ChaCha20, suite="CHACHA20_POLY1305_SHA256")

    def test_python(self):
        self.check_both_versions(peers.Python)


if __name__ == "__main__":
    papod_test.main()
