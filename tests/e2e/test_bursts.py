"""All input of clients that write much at once is read, and each line is handled once."""

import os
import re
import select
import signal
import time

import papod_test
import service_manager

OPEN = ('classes = ( { name = "all"; flood_rate = 0; clients_per_address = 0;'
        ' clients_per_network = 0; } );\n')
PAUSED = OPEN.replace("flood_rate = 0;", "flood_rate = 1000; flood_burst = 30;")
ROUNDS = int(os.environ.get("PAPOD_TEST_BURSTS", "2"))  # of a hundred bursts


class Burst:
    """What one client still has to send; it receives its lines back with numbers."""

    def __init__(self, client, bytes_to_send, comes_back):
        self.client = client
        self.comes_back = comes_back
        count = bytes_to_send // 300
        self.expected = count if comes_back else 0
        self.number = 0
        self.bytes = b""
        head = "PRIVMSG {} :".format(client.nick) if comes_back else "PONG :"
        lines = (f"{head}{i + 1} ".ljust(298, "x") + "\r\n" for i in range(count))
        self.left = memoryview(("".join(lines) + "PING done\r\n").encode())
        client.socket.setblocking(False)

    def write(self):
        try:
            self.left = self.left[self.client.socket.send(self.left):]
        except BlockingIOError:
            pass

    def read(self):
        """True: complete."""
        self.bytes += self.client.socket.recv(65536)
        *lines, self.bytes = self.bytes.split(b"\r\n")
        for line in lines:
            if b" PONG " in line:
                if self.number != self.expected or self.left:
                    raise papod_test.Failure(f"{self.number} of {self.expected} lines came back")
                return True
            match = re.match(rb":\S+ PRIVMSG \S+ :(\d+) x+$", line)
            if not match or int(match[1]) != self.number + 1:
                raise papod_test.Failure(f"after line {self.number} came {line!r}")
            self.number += 1
        return False


class Bursts(papod_test.TestCase):
    def play(self, bursts, disturb=lambda: None):
        """Send all at once, until all is answered. Silence is a failure."""
        poll = select.poll()
        left = {burst.client.socket.fileno(): burst for burst in bursts}
        for number in left:
            poll.register(number, select.POLLIN | select.POLLOUT)
        while left:
            disturb()
            ready = poll.poll(1000 * papod_test.DEADLINE)
            if not ready:
                raise papod_test.Failure(f"{len(left)} of {len(bursts)} are not read any more")
            for number, events in ready:
                burst = left[number]
                if events & select.POLLOUT:
                    burst.write()
                if not burst.left:
                    poll.modify(number, select.POLLIN)
                if events & select.POLLIN and burst.read():
                    poll.unregister(number)
                    del left[number]

    def burst(self, server, count, size, comes_back=False):
        clients = [server.register(f"n{i}") for i in range(count)]
        for client in clients:
            self.addCleanup(client.close)
        for _ in range(ROUNDS):
            self.play([Burst(client, size, comes_back) for client in clients])
            for client in clients:
                client.socket.setblocking(True)

    def papod(self, **options):
        papod = service_manager.Papod(OPEN, **options)
        self.addCleanup(papod.close)
        papod.start()
        return papod

    def test_a_hundred_clients_are_read(self):
        self.burst(self.serve(config=OPEN), 100, 1_000_000)

    def test_a_hundred_clients_of_a_service_are_read(self):
        self.burst(self.papod(), 100, 1_000_000)

    def test_after_each_pause_they_are_read_again(self):
        self.burst(self.serve(config=PAUSED), 100, 100_000)

    def test_deaths_are_not_noticed(self):
        papod = self.papod(restarts=True)
        clients = [papod.register(f"n{i}") for i in range(20)]
        for client in clients:
            self.addCleanup(client.close)
        deaths = iter([signal.SIGKILL, signal.SIGTERM, signal.SIGKILL] * 4)
        last = time.monotonic()

        def disturb():
            nonlocal last
            if time.monotonic() < last + 0.03:
                return
            with papod.changed:
                if papod.state == service_manager.RUNNING and (number := next(deaths, None)):
                    papod.kill(number)
            last = time.monotonic()
        self.play([Burst(client, 1_000_000, True) for client in clients], disturb)
        self.assertGreater(papod.n_starts, 2)


if __name__ == "__main__":
    papod_test.main()
