"""Clients behind a proxy that speaks the PROXY protocol: at papod, through its restarts and deaths,
and at papod-gate."""

import random
import re
import signal
import socket
import struct
import time

import gated
import papod_test
import service_manager
import test_gate_chat
import test_gate_web

OPEN = test_gate_chat.OPEN
PROXIED = '{{ name = "proxied"; address = "127.0.0.1"; port = {}; proxy_protocol = {}; {} }}'
LOCAL = '[ "127.0.0.1" ]'
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
HEADER_SECONDS = 5  # until then a header must be complete
NO_HEADER = "The connection begins with no PROXY header"
STRANGER = "Only the proxies that proxy_protocol lists may connect here"


def version_1(address, port=5000):
    family = "TCP6" if ":" in address else "TCP4"
    return f"PROXY {family} {address} {'::1' if ':' in address else '192.0.2.1'} {port} 6667\r\n".encode()


def field(kind, value):
    return struct.pack(">BH", kind, len(value)) + value


def tls_field(version=b"TLSv1.3", cipher=b"TLS_AES_256_GCM_SHA384", bits=1):
    return field(0x20, struct.pack(">BI", bits, 1) + field(0x21, version) + field(0x23, cipher))


def version_2(address, *fields, command=0x21):
    is_v6 = ":" in address
    packed = socket.inet_pton(socket.AF_INET6 if is_v6 else socket.AF_INET, address)
    block = packed * 2 + struct.pack(">HH", 5000, 6667) + b"".join(fields)
    return SIGNATURE + struct.pack(">BBH", command, 0x21 if is_v6 else 0x11, len(block)) + block


def registration(nick):
    return f"NICK {nick}\r\nUSER {nick} 0 * :{nick}\r\n".encode()


class TestCase(papod_test.TestCase):
    def papod(self, config="", proxies=LOCAL, **options):
        """The listener of the service manager is the proxied one."""
        papod = service_manager.Papod(config or OPEN, restarts=True, **options)
        self.addCleanup(papod.close)
        self.configure(papod, config or OPEN, proxies)
        papod.start()
        return papod

    def configure(self, papod, config, proxies):
        listener = PROXIED.format(papod.address[1], proxies, "")
        papod.write("papod.conf", config + f"listen = ( {listener} );\n")

    def connect(self, papod, first=b"", source=None):
        client = papod_test.Client(papod.address, source, first=first)
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.addCleanup(client.close)
        return client

    def expect_address(self, papod, nick, address):
        papod.wait_for_log(rf"Client registered.*address={address} .*nick={nick} ")

    def die(self, papod):
        n_starts = papod.n_starts
        papod.kill(signal.SIGKILL)
        papod.wait_for_start(n_starts + 1)

    def wait_until_parked(self, papod, n_files, other):
        """Another client is served after that: between accept4() and the parking, papod serves none."""
        self.wait_until(lambda: papod.count_files() >= n_files, "all are accepted")
        other.sync()


class Headers(TestCase):
    def test_the_address_in_the_header_is_that_of_the_client(self):
        papod = self.papod()
        rows = (("ana", version_1("192.0.2.9"), "192.0.2.9"),
                ("bea", version_1("2001:db8::9"), "2001:db8::9"),
                ("cid", version_2("192.0.2.10"), "192.0.2.10"),
                ("dan", version_2("2001:db8::10"), "2001:db8::10"),
                ("eve", version_2("::ffff:192.0.2.11"), "192.0.2.11"),
                ("fay", b"PROXY UNKNOWN\r\n", "127.0.0.1"),
                ("gus", version_2("192.0.2.12", command=0x20), "127.0.0.1"))
        for nick, header, address in rows:
            client = self.connect(papod, header + registration(nick))
            client.expect(" 001 ")
            self.expect_address(papod, nick, address)

    def test_a_header_may_come_byte_by_byte(self):
        papod = self.papod()
        for nick, header in (("ana", version_1("192.0.2.9")), ("bea", version_2("192.0.2.9"))):
            client = self.connect(papod)
            for byte in header:
                client.send_bytes(bytes([byte]))
                time.sleep(0.001)
            client.register(nick)
            self.expect_address(papod, nick, "192.0.2.9")

    def test_limits_and_bans_are_about_the_client(self):
        _, hashed, _ = papod_test.run("--hash-password", stdin=b"secret\n")
        papod = self.papod(
            'classes = ( { name = "all"; clients_per_address = 1; } );\n'
            'operators = ( { name = "root"; } );\n',
            files={"secrets.ini": f"[operator root]\npassword = {hashed}"})
        root = self.connect(papod, version_1("192.0.2.1"))
        root.register("root")
        self.connect(papod, version_1("192.0.2.2")).register("ana")
        self.connect(papod, version_1("192.0.2.2")).expect_end("^ERROR .*192.0.2.2 ")
        root.send("OPER root secret", "DLINE 192.0.2.3 :Too much")
        root.expect("Added D-line")
        self.connect(papod, version_1("192.0.2.3")).expect_end("D-lined: Too much")
        root.send("DLINE 127.0.0.1 :the proxy itself")
        root.expect("Added D-line")
        self.connect(papod, version_1("192.0.2.4")).register("bea")

    def test_a_connection_from_elsewhere_is_refused(self):
        papod = self.papod()
        for first in (b"", version_1("192.0.2.9") + registration("ana")):
            self.connect(papod, first, source="127.0.0.2").expect_end(
                rf"^ERROR :Closing link: 127\.0\.0\.2 \({STRANGER}\)$")
        papod.wait_for_log(rf"PROXY header refused: {STRANGER} \(address=127\.0\.0\.2 ")
        self.assertFalse([line for line in papod.log if "nick=ana" in line])

    def test_what_is_no_header_is_refused(self):
        papod = self.papod()
        rows = ((registration("ana"), NO_HEADER),
                (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", NO_HEADER),
                (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", NO_HEADER),
                (b"PROXY TCP4 192.0.2.1\r\n", "The addresses of the PROXY line are malformed"),
                (b"PROXY UNKNOWN" + b" " * 94, "The PROXY line is too long"),
                (SIGNATURE + b"\x21\x11\xff\xff", "The PROXY header is too long"))
        for i, (first, reason) in enumerate(rows):
            after = len(papod.log)
            self.connect(papod, first).expect_end(re.escape(reason))
            papod.wait_for_log(f"PROXY header refused: {reason} .*listener=proxied", after)
            self.assertEqual(papod.n_starts, 1, i)

    def test_a_late_header_is_refused(self):
        papod = self.papod()
        silent, slow = self.connect(papod), self.connect(papod, version_2("192.0.2.9")[:-1])
        for client in (silent, slow):
            client.expect_end(f"The PROXY header was not complete after {HEADER_SECONDS} seconds")
        self.assertLess(papod.cpu_seconds(), 1)

    def test_a_health_check_is_no_client(self):
        papod = self.papod()
        n_files = papod.count_files()
        self.connect(papod).close()
        self.connect(papod, version_1("192.0.2.9")).register("ana")
        self.wait_until(lambda: papod.count_files() == n_files + 1, "the check is closed")
        self.assertFalse([line for line in papod.log if "refused" in line])

    def test_tls_before_the_proxy_counts(self):
        papod = self.papod()
        ana = self.connect(papod, version_2("192.0.2.9", tls_field()))
        ana.register("ana")
        old = self.connect(papod, version_2("192.0.2.9", tls_field(b"TLSv1.9", b"odd")))
        old.register("old")
        bea = self.connect(papod, version_2("192.0.2.9", tls_field(bits=0)))
        bea.register("bea")
        bea.send("WHOIS ana", "WHOIS old", "WHOIS bea", "PING end")
        seen = "\n".join(bea.expect_until("PONG .*end"))
        self.assertRegex(seen, " 671 bea ana .*TLSv1.3.*TLS_AES_256_GCM_SHA384")
        self.assertRegex(seen, " 671 bea old ")
        self.assertNotRegex(seen, " 671 bea bea ")
        self.die(papod)
        bea.send("WHOIS ana")
        bea.expect(" 671 bea ana .*TLSv1.3")

    def test_a_unix_socket_may_be_that_of_a_proxy(self):
        server = self.serve(OPEN)
        path = server.path("proxy.sock")
        server.write("papod.conf", OPEN + f'listen = ( {{ path = "{path}";'
                     ' proxy_protocol = [ "local" ]; } );\n')
        server.reload()
        client = self.client(server, address=path)
        client.send_bytes(version_2("192.0.2.9", tls_field()))
        client.register("ana")
        server.wait_for_log(r"Client registered.*address=192\.0\.2\.9 .*nick=ana ")
        client.send("WHOIS ana")
        client.expect(" 671 ana ana ")


class Survival(TestCase):
    HEADERS = (version_1("192.0.2.9"), version_2("192.0.2.9", tls_field()))

    def test_half_a_header_outlives_papod(self):
        for end in (self.die, service_manager.Papod.restart):
            papod = self.papod()
            other = self.connect(papod, version_1("192.0.2.1"))
            other.register("other")
            for nick, header in zip(("ana", "bea"), self.HEADERS):
                for length in (0, 1, len(header) - 1):
                    n_files = papod.count_files()
                    client = self.connect(papod, header[:length])
                    self.wait_until_parked(papod, n_files + 1, other)
                    end(papod)
                    client.send_bytes(header[length:])
                    client.register(f"{nick}{length}")
                    self.expect_address(papod, f"{nick}{length}", "192.0.2.9")
                    end(papod)
                    client.sync()
            self.assertFalse([line for line in papod.log if "Clients were lost" in line])

    def test_half_a_header_outlives_a_change_of_programs(self):
        server = self.serve(OPEN, listen=f"listen = ( {PROXIED.format(0, LOCAL, '')} );\n")
        header = version_2("192.0.2.9")
        n_files = server.count_files()
        client = papod_test.Client(("127.0.0.1", server.port), first=header[:20])
        self.addCleanup(client.close)
        self.wait_until(lambda: server.count_files() > n_files, "papod accepts it")
        test_gate_chat.hand_over(server)
        client.send_bytes(header[20:])
        client.register("ana")
        test_gate_chat.hand_over(server)
        client.sync()
        server.wait_for_log(r"Client registered.*address=192\.0\.2\.9 .*nick=ana ")

    def test_plain_clients_that_came_later_do_not_confuse_it(self):
        papod = self.papod()
        n_files = papod.count_files()
        waiting = [self.connect(papod, version_1("192.0.2.9")[:i]) for i in range(20)]
        served = [self.connect(papod, version_1(f"192.0.2.{i}")) for i in range(20)]
        for i, client in enumerate(served):
            client.register(f"nick{i}")
        self.wait_until_parked(papod, n_files + 40, served[0])
        self.die(papod)
        for i, client in enumerate(waiting):
            client.send_bytes(version_1("192.0.2.9")[i:])
            client.register(f"late{i}")
            self.expect_address(papod, f"late{i}", "192.0.2.9")

    def test_nobody_is_lost_at_random_deaths(self):
        """Only one that is just being accepted may be."""
        papod = self.papod()
        seed = random.randrange(1 << 30)
        print("seed", seed)
        dice, n_lost = random.Random(seed), 0
        for i in range(20):
            header = dice.choice(self.HEADERS)
            client = self.connect(papod, header[:5])
            n_starts = papod.n_starts
            time.sleep(dice.random() / 200)
            client.send_bytes(header[5:] + registration(f"nick{i}"))
            time.sleep(dice.random() / 200)
            papod.kill(signal.SIGKILL)
            papod.wait_for_start(n_starts + 1)
            try:
                client.expect(f" 001 nick{i} ")
                client.send(f"WHOIS nick{i}")  # its log entry may be lost with papod
                client.expect(r" 378 .*@192\.0\.2\.9 ")
            except (papod_test.Failure, OSError):
                self.assertEqual(client.seen, [])
                n_lost += 1
        self.assertLess(n_lost, 3)
        self.assertFalse([line for line in papod.log if "Clients were lost" in line])

    def test_many_that_wait_are_bounded(self):
        papod = self.papod()
        crowd = [self.connect(papod, b"P") for _ in range(1100)]
        ana = self.connect(papod, version_1("192.0.2.9"))
        ana.register("ana")
        crowd[0].expect_end("Too many connections wait for their PROXY header")


class AtTheGate(test_gate_web.TestCase):
    """Its connections are like those of papod."""

    def start_proxied(self, traits):
        return self.start(PROXIED.format("%d", LOCAL, traits))

    def test_the_header_comes_before_tls(self):
        server, port = self.start_proxied("tls = true;")
        for nick, header in (("ana", version_1("192.0.2.9")), ("bea", version_2("192.0.2.9"))):
            client = gated.Client(("127.0.0.1", port), first=header)
            self.addCleanup(client.close)
            client.register(nick)
            server.wait_for_log(rf"Client registered.*address=192\.0\.2\.9 .*nick={nick} ")
            test_gate_chat.hand_over(server)
            client.sync()

    def test_the_header_comes_before_http(self):
        for traits, context in (("websocket = true;", None),
                                ("websocket = true; tls = true;", gated.context())):
            server, port = self.start_proxied(traits)
            self.web(port, context, "ana", first=version_2("192.0.2.9"))
            server.wait_for_log(r"Client registered.*address=192\.0\.2\.9 .*nick=ana ")

    def test_forged_and_malformed_headers_are_refused(self):
        server, port = self.start_proxied("tls = true;")
        rows = (("127.0.0.2", version_1("192.0.2.9"), STRANGER),
                ("127.0.0.1", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", NO_HEADER))
        for source, first, reason in rows:
            client = papod_test.Client(("127.0.0.1", port), source, first=first)
            self.addCleanup(client.close)
            client.expect_end(re.escape(reason))
            server.wait_for_log(f"papod-gate: .*PROXY header refused.*{reason}")

    def test_handshakes_are_counted_by_client(self):
        """Not by proxy: of 300 that stall, with addresses of their own, none gives way."""
        server, port = self.start_proxied("tls = true;")
        crowd = [papod_test.Client(("127.0.0.1", port), first=version_1(f"192.0.{i // 250}.{i % 250}"))
                 for i in range(300)]
        for client in crowd:
            self.addCleanup(client.close)
        last = gated.Client(("127.0.0.1", port), first=version_1("192.0.2.9"))
        self.addCleanup(last.close)
        last.register("ana")
        crowd[0].socket = gated.context().wrap_socket(crowd[0].socket)
        crowd[0].register("bea")
        self.assertFalse([line for line in server.log if "too many handshakes" in line])


if __name__ == "__main__":
    papod_test.main()
