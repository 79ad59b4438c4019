"""Certificates of TLS: renewed, bad, and from an issuer."""

import hashlib
import os
import pathlib
import pwd
import shutil
import socket
import ssl
import subprocess
import time

from machine import (
    CONFIG, DEADLINE, is_refused, run, state, TLS, wait_until, wait_until_said, write)
import issuer
import secure_chat


def make_pair(name, live="live", host="irc.example.org"):
    """A certificate and its key, in files of the configuration, as certbot replaces them: links."""
    directory = CONFIG / "tls"
    run("openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
        "-days", "90", "-subj", f"/CN={host}", "-keyout", str(directory / f"{name}.key"),
        "-out", str(directory / f"{name}.crt"))
    for end in ("crt", "key"):
        link = directory / f"{live}.{end}"
        link.unlink(missing_ok=True)
        link.symlink_to(f"{name}.{end}")
    pem = (directory / f"{name}.crt").read_text("ascii")
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def fingerprint(host=None):
    client = secure_chat.Client(TLS, host=host)
    found = client.fingerprint()
    client.close()
    return found


def a_renewed_certificate_is_used_and_a_bad_one_is_not():
    write("conf.d/many.conf", 'classes: ( { name = "default"; flood_rate = 0; '
          'clients_per_address = 0; clients_per_network = 0; } );\n')
    run("systemctl", "reload", "papod.service")
    clients = [secure_chat.Client(TLS, f"old{number}") for number in range(500)]
    made_itself = fingerprint()
    first = make_pair("first")
    write("conf.d/tls.conf", 'tls: { certificate = "/etc/papod/tls/live.crt"; key = "/etc/papod/tls/live.key"; };\n')
    run("papod", "--apply")
    assert fingerprint() == first != made_itself
    second = make_pair("second")
    began = time.monotonic()
    wait_until(lambda: fingerprint() == second, "new clients see the new certificate")
    print(f"# {len(clients)} clients, seen after {time.monotonic() - began:.1f} s", flush=True)
    wait_until(lambda: state("papod-gate-certificates.service") == "inactive", "the change is done with")
    (CONFIG / "tls/live.key").unlink()
    (CONFIG / "tls/live.key").symlink_to("first.key")  # of another certificate
    wait_until(lambda: state("papod-gate-certificates.service") == "failed", "the bad pair is refused")
    assert fingerprint() == second
    wait_until_said("papod-gate-certificates.service",
                    "live.key: the key does not belong to the certificate in")
    third = make_pair("third")
    wait_until(lambda: fingerprint() == third, "the next pair is used")
    for client in clients:
        client.sync()
        client.close()
    (CONFIG / "conf.d/tls.conf").unlink()
    (CONFIG / "conf.d/many.conf").unlink()
    run("papod", "--apply")
    assert fingerprint() == made_itself


def a_good_certificate_is_used_beside_a_bad_one():
    first, other = make_pair("first"), make_pair("other1", "other", OTHER_HOST)
    write("conf.d/tls.conf", """tls: { certificate = "/etc/papod/tls/live.crt"; key = "/etc/papod/tls/live.key"; };
certificates: ( { name = "other"; certificate = "/etc/papod/tls/other.crt";
                  key = "/etc/papod/tls/other.key"; } );
""")
    run("papod", "--apply")
    assert (fingerprint(), fingerprint(OTHER_HOST)) == (first, other)
    (CONFIG / "tls/live.key").unlink()
    (CONFIG / "tls/live.key").symlink_to("other1.key")
    fresh = make_pair("other2", "other", OTHER_HOST)
    wait_until(lambda: fingerprint(OTHER_HOST) == fresh, "the good pair is used")
    wait_until(lambda: state("papod-gate-certificates.service") == "failed", "the bad pair is reported")
    assert fingerprint() == first
    make_pair("third")
    wait_until(lambda: state("papod-gate-certificates.service") == "inactive", "both are good")
    (CONFIG / "conf.d/tls.conf").unlink()
    run("papod", "--apply")


OTHER_HOST = "other.example.org"
ACME_NAME, ACME_OTHER = "irc.test.example", "other.test.example"


def trust(pebble):
    """As an administrator whose issuer is not one that everybody knows."""
    pathlib.Path("/usr/local/share/ca-certificates").mkdir(exist_ok=True)
    shutil.copy(pebble.authority, "/usr/local/share/ca-certificates/authority.crt")
    run("update-ca-certificates")


def is_verified(root):
    """Does a client with that root certificate trust the server?"""
    with socket.create_connection(TLS, DEADLINE) as plain:
        try:
            ssl.create_default_context(cadata=root).wrap_socket(plain, server_hostname=ACME_NAME)
        except ssl.SSLCertVerificationError:
            return False
    return True


def said_by_papod_acme(since):
    return run("journalctl", "-q", "-u", "papod-acme.service", f"--since=@{since}")


def wait_until_acme_said(text, since):
    wait_until_said("papod-acme.service", text, f"--since=@{since}")


def ask_at_port_80(request):
    with socket.create_connection(("127.0.0.1", 80), DEADLINE) as client:
        client.sendall(f"{request}\r\nHost: {ACME_NAME}\r\n\r\n".encode("ascii"))
        return client.recv(65536).decode("ascii")


def check_directories_of_papod_acme():
    """The keys are for papod-acme alone; without a task it shows nothing."""
    status = os.stat("/var/lib/papod-acme")
    assert (status.st_uid, status.st_mode & 0o777) == (pwd.getpwnam("papod-acme").pw_uid, 0o700), status
    assert not os.path.exists("/run/papod-acme"), "proofs are left"
    assert os.stat("/var/lib/papod-acme/certs/papod/privkey.pem").st_mode & 0o077 == 0


def one_line_gets_a_certificate_and_renews_it():
    stays, made_itself = secure_chat.Client(TLS, "stays"), fingerprint()
    directory = pathlib.Path("/root/issuer")
    directory.mkdir()
    pebble = issuer.Issuer(str(directory), 80, 443)
    trust(pebble)
    pebble.start()
    began = int(time.time())
    try:
        write("conf.d/acme.conf", f'tls: {{ acme = [ "{ACME_NAME}" ]; acme_url = "{pebble.url}"; }};\n')
        assert f"papod-acme looks after the certificate of {ACME_NAME}" in run("papod", "--apply")
        wait_until(lambda: is_verified(pebble.root()), "clients get the certificate")
        print(f"# after {time.time() - began:.0f} s", flush=True)
        wait_until(lambda: state("papod-acme.service") == "inactive", "papod-acme has ended")
        wait_until_acme_said(f"the certificate for {ACME_NAME} is good", began)
        check_directories_of_papod_acme()
        assert state("papod-acme.timer") == "active"
        for package in pathlib.Path("/root").glob("papod_*.deb"):
            run("dpkg", "-i", str(package))
            assert state("papod-acme.timer") == "active", "the upgrade has stopped it"
        assert "404 " in ask_at_port_80("GET / HTTP/1.1"), "port 80 has pages"
        assert "404 " in ask_at_port_80("GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                        "Sec-WebSocket-Version: 13\r\n"
                                        "Sec-WebSocket-Key: a2tra2tra2tra2tra2traw=="), "port 80 takes clients"
        # At boot the generator may run before the file system is there; the certificate is passed.
        run("systemctl", "restart", "papod-gate.service")
        assert is_verified(pebble.root())

        run("systemctl", "start", "papod-acme.service")
        wait_until_acme_said("Skipping renew", began)
        first = fingerprint()
        pathlib.Path("/var/lib/papod-acme/issuer").unlink()  # a renewal, as it will be due one day
        run("systemctl", "start", "papod-acme.service")
        wait_until(lambda: fingerprint() != first and is_verified(pebble.root()), "the renewed one is used")

        pebble.forget_hosts()
        second, failed = fingerprint(), int(time.time())
        write("conf.d/acme.conf", f'tls: {{ acme = [ "{ACME_NAME}", "{ACME_OTHER}" ]; '
              f'acme_url = "{pebble.url}"; }};\n')
        assert subprocess.run(["systemctl", "start", "papod-acme.service"], check=False,
                              capture_output=True).returncode != 0
        assert state("papod-acme.service") == "failed"
        wait_until_acme_said(f"no certificate for {ACME_NAME} {ACME_OTHER} from {pebble.url}", failed)
        wait_until_acme_said("the certificate of before stays in use", failed)
        assert fingerprint() == second
        run("systemctl", "reset-failed", "papod-acme.service")
    except BaseException:
        print(said_by_papod_acme(began), pebble.log(), flush=True)
        raise
    finally:
        pebble.stop()
        (CONFIG / "conf.d/acme.conf").unlink()
        run("papod", "--apply")
    assert state("papod-acme.timer") == "inactive"
    assert is_refused(("127.0.0.1", 80)), "port 80 is open still"
    wait_until(lambda: fingerprint() == made_itself, "the certificate of before is back")
    stays.sync()
    stays.close()
