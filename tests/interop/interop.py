#!/usr/bin/python3
"""papod with the TLS clients of NSS, Go, Java and rustls, as Debian has them, and those of `make
check`: tests/e2e/test_interop.py. And with certbot and lego, which get certificates."""

import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import papod_test  # noqa: E402
import peers  # noqa: E402
import test_interop  # noqa: E402
from issuers import Manual  # noqa: E402,F401  pylint: disable=unused-import
from test_interop import Interop  # noqa: E402,F401  pylint: disable=unused-import

BUILD = pathlib.Path(papod_test.PAPOD).parent / "interop"
CRATES = pathlib.Path("/usr/share/cargo/registry")
OLD_RUSTLS = any(CRATES.glob("rustls-0.2[01].*"))  # of Debian 12
CARGO = """
[source.crates-io]
replace-with = "debian"
[source.debian]
directory = "{}"
"""


class NSS(peers.Peer):
    """tstclnt. It ends when both the server and its input have ended, and does not tell a
    close_notify from another end."""

    can_stop_sending = False

    def command(self, port, authority, version):
        store = "sql:" + self.directory
        subprocess.run(["certutil", "-N", "-d", store, "--empty-password"], check=True)
        subprocess.run(["certutil", "-A", "-d", store, "-n", "authority", "-t", "C,,",
                        "-i", authority], check=True)
        return ["tstclnt", "-h", peers.HOST, "-p", str(port), "-d", store, "-f", "-4",
                "-V", f"tls{version}:tls{version}"]

    def expect_clean_end(self):
        self.stop_sending()
        super().expect_clean_end()


class Go(peers.Peer):
    def command(self, port, authority, version):
        return [str(BUILD / "tube-go"), str(port), authority, version]


class Java(peers.Peer):
    can_update_keys = True

    def command(self, port, authority, version):
        return ["java", "-XX:+UseSerialGC", "-Djsse.enableMFLNExtension=true", "-cp", str(BUILD),
                "Tube", str(port), authority, version]

    def fragment_options(self, length):
        return [str(length)]

    def update_keys(self, is_asking):
        """It always asks."""
        self.send_bytes(b"^rekey^\n")


class Rustls(peers.Peer):
    can_update_keys = not OLD_RUSTLS
    update_keys = Java.update_keys

    def command(self, port, authority, version):
        der = os.path.join(self.directory, "authority.der")
        subprocess.run(["openssl", "x509", "-in", authority, "-outform", "der", "-out", der],
                       check=True)
        return [str(BUILD / "rustls/target/debug/tube"), str(port), der, version]


def build_with_cargo():
    directory = BUILD / "rustls"
    shutil.copytree(HERE / "rustls", directory, dirs_exist_ok=True)
    (directory / ".cargo").mkdir(exist_ok=True)
    (directory / ".cargo" / "config.toml").write_text(CARGO.format(CRATES), encoding="ascii")
    subprocess.run(["/usr/bin/cargo", "build", "--offline", "--quiet",
                    *(["--features", "old"] if OLD_RUSTLS else [])], cwd=directory, check=True,
                   env={**os.environ, "RUSTC": "/usr/bin/rustc"})


def setUpModule():  # pylint: disable=invalid-name
    BUILD.mkdir(exist_ok=True)
    subprocess.run(["go", "build", "-o", BUILD / "tube-go", HERE / "tube.go"], check=True,
                   env={**os.environ, "GO111MODULE": "off", "GOCACHE": str(BUILD / "go-cache")})
    subprocess.run(["javac", "-d", BUILD, HERE / "Tube.java"], check=True)
    build_with_cargo()


class More(test_interop.Case):
    def test_nss(self):
        self.check_both_versions(NSS)

    def test_go(self):
        self.check_both_versions(Go)

    def test_java(self):
        self.check_both_versions(Java)

    def test_java_with_small_fragments(self):
        self.check_both_versions(Java, fragment=512)

    def test_rustls(self):
        self.check_both_versions(Rustls)


if __name__ == "__main__":
    papod_test.main()
