"""Notifications by datagram, over real sockets."""

import os
import socket

import papod_test
import service_manager

SOURCE = ('notifications = ( { name = "ci"; addresses = [ "127.0.0.0/8", "local" ];'
          ' channels = [ "#a" ]; member = true; rate = 100; burst = 100; } );\n')


def udp():
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(("127.0.0.1", 0))
    one.settimeout(papod_test.DEADLINE)
    return one


def free_port():
    with udp() as probe:
        return probe.getsockname()[1]


def listener(place):
    return f'{{ name = "notify"; kind = "datagram"; {place} }}'


def listen(*places):
    tcp = '{ name = "tcp"; address = "127.0.0.1"; port = 0; }'
    return f'listen = ( {", ".join([tcp, *map(listener, places)])} );\n'


class BoundByPapod(papod_test.TestCase):
    def enter(self, server):
        ana = self.client(server, "ana")
        ana.send("JOIN #a")
        ana.expect(" 366 ")
        return ana

    def sender(self, family, name=None):
        one = socket.socket(family, socket.SOCK_DGRAM)
        self.addCleanup(one.close)
        one.settimeout(papod_test.DEADLINE)
        if name is not None:
            one.bind(name)
        return one

    def test_a_line_by_udp_is_said_and_answered(self):
        port = free_port()
        server = self.serve(SOURCE, listen=listen(f'address = "127.0.0.1"; port = {port};'))
        ana, cron = self.enter(server), self.sender(socket.AF_INET)
        cron.sendto(b"#a a build has failed\n", ("127.0.0.1", port))
        ana.expect(":ci!notify@.* #a :a build has failed")
        self.assertEqual(cron.recv(1000), b"ok")
        cron.sendto(b"#b a build has failed\n", ("127.0.0.1", port))
        self.assertRegex(cron.recv(1000), b"^error: ")
        cron.sendto(b"x" * 65507, ("127.0.0.1", port))
        self.assertRegex(cron.recv(1000), b"^error: ")

    def test_everywhere_takes_ipv6_too(self):
        port = free_port()
        server = self.serve(SOURCE.replace('"local"', '"::1"'),
                            listen=listen(f'address = "*"; port = {port};'))
        ana = self.enter(server)
        for family, address in (socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"):
            cron = self.sender(family)
            cron.sendto(f"#a by {address}".encode(), (address, port))
            ana.expect(f" #a :by {address}")
            self.assertEqual(cron.recv(1000), b"ok")

    def test_a_unix_socket_answers_those_with_a_name(self):
        server = self.serve(SOURCE)
        path = server.path("notify.sock")
        server.write("papod.conf", listen(f'path = "{path}";') + SOURCE)
        server.reload()
        server.wait_for_log("notify.sock")
        ana = self.enter(server)
        for number, name in enumerate([None, "", server.path("cron")]):
            cron = self.sender(socket.AF_UNIX, name)
            cron.sendto(f"#a number {number}".encode(), path)
            ana.expect(f" #a :number {number}")
            if name is not None:
                self.assertEqual(cron.recv(1000), b"ok")

    def test_one_socket_takes_the_place_of_a_dead_one(self):
        server = self.serve(SOURCE)
        path = server.path("notify.sock")
        left = self.sender(socket.AF_UNIX, path)
        server.write("papod.conf", listen(f'path = "{path}";') + SOURCE)
        server.reload()
        server.wait_for_log("another program listens there")
        left.close()
        server.reload()
        server.wait_for_log("Listening .*notify.sock")
        self.sender(socket.AF_UNIX).sendto(b"#b", path)
        server.stop()
        self.assertFalse(os.path.exists(path))


class PassedIn(service_manager.TestCase):
    def papod_with(self, config, passed):
        papod = service_manager.Papod(self.OPEN + config, sockets=[("notify.socket", passed)],
                                      restarts=True)
        self.addCleanup(papod.close)
        papod.start()
        return papod

    def config_for(self, passed):
        place = 'address = "127.0.0.1"; port = %d;' % passed.getsockname()[1]
        return SOURCE + f"listen = ( {listener(place)} );\n"

    def test_datagrams_wait_for_a_restart(self):
        passed, cron = udp(), udp()
        self.addCleanup(passed.close)
        self.addCleanup(cron.close)
        papod = self.papod_with(self.config_for(passed), passed)
        ana = self.enter(papod, "ana")
        cron.sendto(b"#a before", passed.getsockname())
        ana.expect(" #a :before")
        papod.kill()
        cron.sendto(b"#a meanwhile", passed.getsockname())
        papod.wait_for_start(2)
        ana.expect(" #a :meanwhile")
        cron.sendto(b"#a after", passed.getsockname())
        ana.expect(" #a :after")
        self.assertEqual(sum("meanwhile" in line for line in ana.seen), 1)
        self.assertEqual([cron.recv(1000) for _ in range(3)], [b"ok"] * 3)

    def test_a_socket_that_no_listener_names_is_not_read(self):
        passed, cron = udp(), udp()
        self.addCleanup(passed.close)
        self.addCleanup(cron.close)
        papod = self.papod_with(SOURCE, passed)
        papod.wait_for_log("Datagrams are not read")
        ana = self.enter(papod, "ana")
        cron.sendto(b"#a early", passed.getsockname())
        ana.sync()
        papod.write("papod.conf", self.OPEN + self.config_for(passed))
        os.kill(papod.pid, 1)
        ana.expect(" #a :early")
        self.assertEqual(cron.recv(1000), b"ok")


if __name__ == "__main__":
    papod_test.main()
