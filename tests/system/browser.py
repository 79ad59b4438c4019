"""A page in Chromium without a screen, controlled through its DevTools protocol."""

import base64
import fcntl
import hashlib
import itertools
import json
import os
import re
import select
import subprocess
import time

import papod_test
import programs

# The protocol is on descriptors 3 and 4. A sandbox needs rights that containers do not give.
EXECUTE = 'exec "$@" 3<&{} 4>&{}'
OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
           "--disable-background-networking", "--no-first-run", "--window-size=900,600",
           "--remote-debugging-pipe")
HIGH = 10  # other descriptors are above


def pipe():
    """Its ends, with high numbers."""
    ends = os.pipe()
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, HIGH) for end in ends]
    for end in ends:
        os.close(end)
    return high


def key_hash(certificate):
    """As --ignore-certificate-errors-spki-list= takes it."""
    public = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-pubkey"],
                            check=True, capture_output=True).stdout
    key = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], input=public,
                         check=True, capture_output=True).stdout
    return base64.b64encode(hashlib.sha256(key).digest()).decode()


class Chromium(programs.Program):
    """Its page is that of the directory page, which the server offers."""

    name, command = "Chromium", "chromium"

    def start(self):
        options = [f"--user-data-dir={self.home}/data"]
        if self.tls:
            options.append("--ignore-certificate-errors-spki-list=" + key_hash(self.tls.authority))
        from_us, self.output = pipe()
        self.input, to_us = pipe()
        self.run("bash", "-c", EXECUTE.format(from_us, to_us), "bash", self.command, *OPTIONS,
                 *options, pass_fds=(from_us, to_us))
        os.close(from_us)
        os.close(to_us)
        self.received, self.numbers, self.session = b"", itertools.count(1), {}
        self.open_page()

    def open_page(self):
        self.open(f"http{'s' if self.tls else ''}://{self.host}:{self.port}/#{self.fragment()}")

    def fragment(self):
        """What the page is told behind the # of its address."""
        return self.nick

    def open(self, address):
        target = self.call("Target.createTarget", url=address)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.session = {"sessionId": session}
        programs.wait_for(self.is_loaded, f"{address} is loaded")

    def is_loaded(self):
        try:
            return self.evaluate("document.readyState === 'complete' && nick")
        except papod_test.Failure:  # there is no page yet that could evaluate anything
            return False

    def call(self, method, **parameters):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": parameters, **self.session}
        os.write(self.output, json.dumps(message).encode() + b"\0")
        while (answer := self.read()).get("id") != number:
            pass
        if "error" in answer:
            raise papod_test.Failure(f"{method}: {answer['error']}")
        return answer["result"]

    def read(self):
        """The next answer or event."""
        end = time.monotonic() + programs.DEADLINE
        while b"\0" not in self.received:
            if not select.select([self.input], [], [], end - time.monotonic())[0]:
                raise papod_test.Failure("Chromium does not answer")
            if not (got := os.read(self.input, 1 << 20)):
                raise papod_test.Failure("Chromium has ended")
            self.received += got
        message, self.received = self.received.split(b"\0", 1)
        return json.loads(message)

    def evaluate(self, expression):
        """None if the expression fails."""
        return self.call("Runtime.evaluate", expression=expression)["result"].get("value")

    def do(self, text):
        self.call("Input.insertText", text=text)
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", text="\r",
                      windowsVirtualKeyCode=13)

    def in_channel(self, text):
        self.do(text)

    def look(self):
        return self.evaluate("document.getElementById('lines').innerText")

    def shows(self, pattern):
        return re.search(pattern, self.look())

    def wait_for_welcome(self):
        self.wait_until_it_shows("Welcome to the")

    def take_picture(self, path):
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def quit(self):
        self.session = {}
        self.call("Browser.close")

    def stop(self):
        super().stop()
        os.close(self.input)
        os.close(self.output)
