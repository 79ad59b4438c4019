"""A broken configuration and no earlier settings: papod waits for a valid one."""

import os
import signal
import socket
import subprocess

import papod_test
import service_manager

BROKEN = "limits = {\n nick_lenght = 20;\n topic_length = 7000000;\n};\n"
AWAITED = "waits until the configuration has no errors"


class ColdStart(papod_test.TestCase):
    def start(self, config=BROKEN, **options):
        service = service_manager.Papod(config, **options)
        self.addCleanup(service.close)
        service.start()
        return service

    def enter(self, service, nick):
        """A client that has sent everything, and waits in the queue for an answer."""
        client = service.connect()
        self.addCleanup(client.close)
        client.send(f"NICK {nick}", f"USER {nick} 0 * :{nick}")
        return client

    def reload(self, service):
        """Reload, and wait like systemctl reload."""
        after = len(service.messages)
        service.kill(signal.SIGHUP)
        service.wait_for_message(after, RELOADING="1")
        return service.wait_for_message(after, READY="1")["STATUS"]

    def test_it_is_ready_and_says_what_is_wrong(self):
        service = self.start()
        status = service.wait_for_message(READY="1")["STATUS"]
        self.assertRegex(status, r"Waiting until .*papod\.conf:2: .*nick_lenght.*and 1 more")
        self.assertEqual(sum(AWAITED in line for line in service.log), 1)
        self.assertEqual(sum("papod.conf:" in line for line in service.log), 3)
        self.assertEqual(service.n_starts, 1)

    def test_its_clients_wait_and_are_served_after_a_reload(self):
        service = self.start()
        ana = self.enter(service, "ana")
        service.write("papod.conf.later", "")
        os.rename(service.path("papod.conf.later"), service.path("papod.conf"))
        self.assertRegex(self.reload(service), "^[01] user")
        ana.expect(" 001 ana ")
        pid = service.pid
        self.assertEqual(service.n_starts, 1)
        service.kill(signal.SIGHUP)
        service.wait_for_log("Configuration reloaded")
        self.assertEqual(service.pid, pid)

    def test_a_changed_file_is_read_without_being_asked(self):
        for name, broken in (("papod.conf", BROKEN), ("conf.d/more.conf", BROKEN),
                             ("secrets.ini", "[server]\npassword = plain\n")):
            with self.subTest(name):
                service = self.start("", files={name: broken})
                ana = self.enter(service, "ana")
                service.write(name, "", 0o600)
                ana.expect(" 001 ana ")

    def test_a_file_that_the_configuration_names_is_awaited_too(self):
        service = self.start('files = { motd = "motd"; };\n')
        service.wait_for_message(STATUS=r"Waiting.*papod\.conf:1: files\.motd: /.*/motd cannot")
        ana = self.enter(service, "ana")
        service.write("motd", "Good morning.\n")
        ana.expect(" 372 ana :.*Good morning")

    def test_new_mistakes_are_reported_and_old_ones_only_when_asked_for(self):
        service = self.start()
        position = len(service.log)
        self.assertRegex(self.reload(service), "nick_lenght")
        service.wait_for_log(AWAITED, position)
        position = len(service.log)
        service.write("papod.conf", BROKEN)
        service.write("conf.d/more.conf", "nonsense = 1;\n")
        service.wait_for_log(AWAITED, position)
        service.wait_for_message(STATUS="Waiting.*and 2 more")
        self.assertEqual(sum("nick_lenght" in line for line in service.log[position:]), 1)
        service.write("papod.conf", "")
        service.wait_for_message(STATUS="Waiting.*nonsense")

    def test_what_changes_while_the_files_are_read_is_read_too(self):
        service = self.start()
        for attempt in range(12):
            # A new directory, which takes a while to read; files are added at different moments.
            for i in range(60):
                service.write(f"later.{attempt}/{i}.conf", f"nonsense_{i} = 1;\n")
            if attempt:
                os.rename(service.path("conf.d"), service.path(f"earlier.{attempt}"))
            os.rename(service.path(f"later.{attempt}"), service.path("conf.d"))
            for _ in range(200 * attempt):
                os.stat(service.path("papod.conf"))
            service.write(f"conf.d/z{attempt}.conf", "nonsense = 1;\n")
            service.wait_for_log(f"conf.d/z{attempt}.conf:1: ")

    def test_the_watchdog_is_fed_meanwhile_at_no_cost(self):
        service = self.start(environment={"WATCHDOG_USEC": "300000"})
        before = service.cpu_seconds()
        for _ in range(3):
            service.wait_for_message(len(service.messages), WATCHDOG="1")
        self.assertLess(service.cpu_seconds() - before, 0.1)

    def test_it_can_be_stopped_and_restarted(self):
        service = self.start()
        self.assertEqual(service.stop(), 0)
        service.start()
        service.kill(signal.SIGUSR2)
        service.wait_for_state(service_manager.DEAD)
        self.assertEqual(service.status, 75)  # RestartForceExitStatus=
        service.write("papod.conf", "")
        service.start()
        service.register("ana").close()

    def test_clients_of_an_earlier_process_are_kept_as_before(self):
        service = self.start("")
        ana = service.register("ana")
        self.addCleanup(ana.close)
        service.write("papod.conf", BROKEN)
        service.restart()
        ana.sync()
        service.wait_for_message(STATUS="reload refused: .*nick_lenght")

    def test_without_any_listener_it_tries_again(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            service = service_manager.Papod(
                f'listen = ( {{ address = "127.0.0.1"; port = {port}; }} );\n')
            self.addCleanup(service.close)
            service.sockets.clear()
            service.start()
            service.wait_for_message(READY="1", STATUS="1 listener is not open")
        client = self.connect_when_it_listens(service, port)
        client.register("ana")
        self.assertEqual(sum("could not be opened" in line for line in service.log), 1)

    def connect_when_it_listens(self, service, port):
        service.wait_for_log("Listening")
        client = service.connect(("127.0.0.1", port))
        self.addCleanup(client.close)
        return client

    def test_by_hand_it_ends(self):
        service = service_manager.Papod(BROKEN)
        self.addCleanup(service.close)
        environment = {key: value for key, value in os.environ.items() if key != "NOTIFY_SOCKET"}
        done = subprocess.run(service.arguments, env=environment, stderr=subprocess.PIPE,
                              text=True, timeout=papod_test.DEADLINE, check=False)
        self.assertEqual(done.returncode, 78)
        self.assertIn("nick_lenght", done.stderr)
        self.assertNotIn(AWAITED, done.stderr)


if __name__ == "__main__":
    papod_test.main()
