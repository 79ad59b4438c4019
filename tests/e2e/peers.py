"""Clients that use other TLS libraries, as tubes for lines. Each verifies the certificate."""

import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time

import papod_test

HOST = "localhost"
VERSIONS = ("1.3", "1.2")


class Peer(papod_test.Client):
    """A program between a socket of the test and TLS. When its input ends, it sends close_notify;
    its output ends with the close_notify of the server. Anything else gives an exit status, or is
    a complaint.

    fragment: the max_fragment_length that it asks for."""

    complaint = None
    can_update_keys = False
    can_stop_sending = True

    def __init__(self, port, authority, version, fragment=None):  # pylint: disable=super-init-not-called
        # A program reads what one send() has sent, and no more.
        self.socket, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        self.socket.settimeout(papod_test.DEADLINE)
        self.bytes, self.seen, self.nick = b"", [], None
        self.directory = tempfile.mkdtemp(prefix="papod-peer-")
        self.errors = os.path.join(self.directory, "errors")
        command = self.command(port, authority, version)
        with open(self.errors, "wb") as errors:
            self.process = subprocess.Popen(
                command + (self.fragment_options(fragment) if fragment else []),
                stdin=theirs, stdout=theirs, stderr=errors)
        theirs.close()

    def command(self, port, authority, version):
        raise NotImplementedError

    def fragment_options(self, length):
        raise NotImplementedError

    def update_keys(self, is_asking):
        """Change its keys, and perhaps ask the server to do the same."""
        raise NotImplementedError

    def read_errors(self):
        with open(self.errors, encoding="utf-8", errors="replace") as errors:
            return errors.read()

    def stop_sending(self):
        self.socket.shutdown(socket.SHUT_WR)

    def expect_clean_end(self):
        self.expect_end()
        status, errors = self.process.wait(papod_test.DEADLINE), self.read_errors()
        if status or (self.complaint and self.complaint in errors):
            raise papod_test.Failure(f"it ended with status {status}: {errors}")

    def close(self):
        self.process.kill()
        self.process.wait()
        self.socket.close()
        shutil.rmtree(self.directory)


class OpenSSL(Peer):
    """s_client. It reads commands where an input begins, so inputs must be whole lines of less than
    16 KiB."""

    complaint = "unexpected eof"
    can_update_keys = True

    def command(self, port, authority, version):
        return ["openssl", "s_client", "-brief", "-connect", f"{HOST}:{port}", "-CAfile", authority,
                "-verify_return_error", "-verify_hostname", HOST,
                "-tls" + version.replace(".", "_")]

    def fragment_options(self, length):
        return ["-maxfraglen", str(length)]

    def update_keys(self, is_asking):
        count = self.read_errors().count("KEYUPDATE")
        self.send_bytes(b"K\n" if is_asking else b"k\n")
        end = time.monotonic() + papod_test.DEADLINE
        while self.read_errors().count("KEYUPDATE") == count:
            if time.monotonic() > end:
                raise papod_test.Failure(f"no KEYUPDATE: {self.read_errors()}")
            time.sleep(0.01)


class GnuTLS(Peer):
    """gnutls-cli. Of each input it sends only what fits into a record, so an input is a line."""

    complaint = "Fatal error"
    can_update_keys = True
    ciphers = ""

    def command(self, port, authority, version):
        return ["gnutls-cli", "--port", str(port), "--x509cafile", authority, "--inline-commands",
                "--logfile", os.devnull,
                "--priority", f"NORMAL:-VERS-ALL:+VERS-TLS{version}{self.ciphers}", HOST]

    def fragment_options(self, length):
        return ["--recordsize", str(length)]

    def send(self, *lines):
        for line in lines:
            super().send(line)

    def update_keys(self, is_asking):
        self.send_bytes(b"^rekey^\n" if is_asking else b"^rekey1^\n")


class Aes256(GnuTLS):
    ciphers = ":-CIPHER-ALL:+AES-256-GCM"


class ChaCha20(GnuTLS):
    ciphers = ":-CIPHER-ALL:+CHACHA20-POLY1305"


class Python(papod_test.Client):
    can_update_keys = False
    can_stop_sending = True

    def __init__(self, port, authority, version):
        super().__init__(("127.0.0.1", port))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(authority)
        context.minimum_version = context.maximum_version = (
            ssl.TLSVersion.TLSv1_3 if version == "1.3" else ssl.TLSVersion.TLSv1_2)
        self.plain = self.socket
        self.socket = context.wrap_socket(self.socket, server_hostname=HOST,
                                          suppress_ragged_eofs=False)

    def stop_sending(self):
        """And wait for the answer: an end without it is an error."""
        self.socket.unwrap().close()

    def expect_clean_end(self):
        if self.socket.fileno() >= 0:
            self.expect_end()
