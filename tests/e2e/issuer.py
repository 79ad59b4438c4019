"""An issuer of certificates that speaks ACME: Debian's pebble, with a name server of its own. All on
this machine."""

import json
import os
import shutil
import socket
import ssl
import subprocess
import time
import urllib.request

DEADLINE = 30
PROGRAMS = ("pebble", "pebble-challtestsrv", "dehydrated", "curl", "openssl")


def is_installed(*programs):
    return all(shutil.which(program) for program in programs or PROGRAMS)


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def openssl(*arguments, stdin=""):
    subprocess.run(["openssl", *arguments], input=stdin, check=True, capture_output=True, text=True,
                   timeout=DEADLINE)


class Issuer:
    """.url is the one of ACME, .authority the file that verifies it (not what it issues)."""

    def __init__(self, directory, http_port, tls_port):
        self.directory = directory
        self.processes = []
        self.authority = self.path("authority.crt")
        self.ports = {name: free_port() for name in ("acme", "management", "dns", "names")}
        self.url = f"https://127.0.0.1:{self.ports['acme']}/dir"
        self._make_certificate()
        with open(self.path("pebble.json"), "w", encoding="ascii") as file:
            json.dump({"pebble": {
                "listenAddress": f"127.0.0.1:{self.ports['acme']}",
                "managementListenAddress": f"127.0.0.1:{self.ports['management']}",
                "certificate": self.path("issuer.crt"), "privateKey": self.path("issuer.key"),
                "httpPort": http_port, "tlsPort": tls_port, "ocspResponderURL": "",
                "externalAccountBindingRequired": False}}, file)
        self.context = ssl.create_default_context(cafile=self.authority)

    def path(self, name):
        return os.path.join(self.directory, name)

    def _make_certificate(self):
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        openssl("req", "-x509", *key, "-keyout", self.path("authority.key"), "-out", self.authority,
                "-days", "2", "-subj", "/CN=authority", "-addext",
                "keyUsage=critical,keyCertSign")
        openssl("req", *key, "-keyout", self.path("issuer.key"), "-out", self.path("issuer.csr"),
                "-subj", "/CN=127.0.0.1")
        openssl("x509", "-req", "-in", self.path("issuer.csr"), "-CA", self.authority, "-CAkey",
                self.path("authority.key"), "-CAcreateserial", "-out", self.path("issuer.crt"),
                "-days", "2", "-extfile", "/dev/stdin",
                stdin="subjectAltName=IP:127.0.0.1\nauthorityKeyIdentifier=keyid\n")

    def start(self):
        dns = f"127.0.0.1:{self.ports['dns']}"
        self._run("names", ["pebble-challtestsrv", "-management", f"127.0.0.1:{self.ports['names']}",
                            "-dns01", dns, "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "",
                            "-http01", "", "-https01", "", "-tlsalpn01", ""])
        # It refuses 5 % of all requests unless told otherwise, to test its clients.
        self._run("pebble", ["pebble", "-config", self.path("pebble.json"), "-dnsserver", dns],
                  PEBBLE_VA_NOSLEEP="1", PEBBLE_WFE_NONCEREJECT="0")
        end = time.monotonic() + DEADLINE
        while True:
            try:
                self.get(self.url)
                return
            except OSError as error:
                if time.monotonic() > end or self.processes[1].poll() is not None:
                    raise RuntimeError(f"pebble does not answer: {self.log()}") from error
                time.sleep(0.05)

    def _run(self, name, command, **environment):
        with open(self.path(name + ".log"), "wb") as log:
            self.processes.append(subprocess.Popen(command, stdout=log, stderr=log, cwd="/",
                                                   env={**os.environ, **environment}))

    def log(self):
        with open(self.path("pebble.log"), encoding="utf-8", errors="replace") as file:
            return file.read()[-4000:]

    def get(self, url):
        with urllib.request.urlopen(url, context=self.context, timeout=DEADLINE) as answer:
            return answer.read().decode("ascii")

    def root(self):
        """The certificate that verifies what it issues, as PEM. It is another one after each start."""
        return self.get(f"https://127.0.0.1:{self.ports['management']}/roots/0")

    def forget_hosts(self):
        """No name server knows any from now on."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.ports['names']}/set-default-ipv4",
            json.dumps({"ip": ""}).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=DEADLINE):
            pass

    def stop(self):
        for process in self.processes:
            process.kill()
            process.wait()
