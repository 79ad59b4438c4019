"""New configuration while clients are connected: applied as a whole, or refused without any
change."""

import os
import socket

import papod_test
import service_manager


class Reload(papod_test.TestCase):
    def serve_with_motd(self):
        server = self.serve()
        server.write("motd.txt", "yesterday\n")
        server.write("conf.d/motd.conf", f'files = {{ motd = "{server.path("motd.txt")}"; }};\n')
        self.assertRegex(server.reload(), "Configuration reloaded")
        return server

    def test_a_changed_motd_is_seen(self):
        server = self.serve_with_motd()
        client = self.client(server, "ana")
        client.send("MOTD")
        client.expect(r" 372 ana :.*yesterday")
        server.write("motd.txt", "today\n")
        self.assertRegex(server.reload(), "Configuration reloaded")
        client.send("MOTD")
        client.expect(r" 372 ana :.*today")

    def test_a_changed_password_is_asked_for(self):
        _, old, _ = papod_test.run("--hash-password", stdin=b"old\n")
        _, new, _ = papod_test.run("--hash-password", stdin=b"new\n")
        server = self.serve(config='classes = ( { name = "all"; needs_password = true; } );\n',
                            secrets=f"[server]\npassword = {old}")
        self.client(server, "ana", password="old")
        server.write("secrets.ini", f"[server]\npassword = {new}", 0o600)
        self.assertRegex(server.reload(), "Configuration reloaded")
        refused = self.client(server)
        refused.send("PASS old", "NICK rui", "USER rui 0 * :rui")
        refused.expect_end(r" 464 ")
        self.client(server, "rui", password="new")

    def test_a_listener_comes_and_goes_and_its_clients_stay(self):
        server = self.serve()
        path = server.path("irc.sock")
        server.write("conf.d/10-unix.conf",
                     f'listen = ( {{ name = "tcp"; address = "127.0.0.1"; port = 0; }},'
                     f' {{ name = "unix"; path = "{path}"; }} );\n')
        self.assertRegex(server.reload(), "Configuration reloaded")
        local = self.client(server, "local", address=path)
        tcp = self.client(server, "tcp")
        os.unlink(server.path("conf.d/10-unix.conf"))
        self.assertRegex(server.reload(), "Configuration reloaded")
        self.assertFalse(os.path.exists(path))
        local.send("PRIVMSG tcp :still here")
        tcp.expect(r"PRIVMSG tcp :still here")

    def test_a_listener_that_cannot_be_opened_harms_no_other(self):
        server = self.serve()
        ana = self.client(server, "ana")
        server.write("conf.d/more.conf",
                     f'listen = ( {{ name = "tcp"; address = "127.0.0.1"; port = 0; }},'
                     f' {{ name = "taken"; path = "{server.path("papod.conf")}"; }} );\n')
        position = server.log_position()
        self.assertRegex(server.reload(), "Configuration reloaded")
        server.wait_for_log("listener could not be opened.*taken", position)
        ana.sync()
        self.client(server, "rui")
        self.assertTrue(os.path.isfile(server.path("papod.conf")))

    def test_a_listener_of_papods_own_in_the_way_is_named(self):
        with socket.create_server(("127.0.0.1", 0)) as passed:
            port = passed.getsockname()[1]
            server = self.serve(listen="", sockets=(passed,))
            server.write("conf.d/more.conf",
                         f'listen = ( {{ name = "all"; address = "*"; port = {port}; }} );\n')
            server.reload()
        line = server.wait_for_log("could not be opened")
        self.assertRegex(line, rf"papod itself listens at 127\.0\.0\.1:{port} already, with .* from papod.socket")

    def test_a_listener_that_cannot_be_opened_is_logged_once_a_start(self):
        service = service_manager.Papod()
        self.addCleanup(service.close)
        service.write("papod.conf", 'listen = ( { name = "taken"; path = "%s"; } );\n'
                      % service.path("papod.conf"))

        def check_start():
            position = len(service.log)
            service.restart()
            service.wait_for_log("The server is ready", position)
            self.assertEqual(sum("could not be opened" in line for line in service.log[position:]), 1)

        check_start()
        check_start()
        service.write("papod.conf", "nonsense")  # and continues with the previous settings
        check_start()

    def test_a_bad_file_changes_nothing_and_says_all_that_is_wrong(self):
        server = self.serve_with_motd()
        client = self.client(server, "ana")
        server.write("motd.txt", "today\n")
        server.write("conf.d/bad.conf", "limits = {\n nick_lenght = 20;\n topic_length = 7000000;\n};\n")
        position = server.log_position()
        self.assertRegex(server.reload(), "refused")
        server.wait_for_log(r"bad\.conf:2: .*nick_lenght.*nick_length", position)
        server.wait_for_log(r"bad\.conf:3: .*topic_length", position)
        client.send("MOTD")
        client.expect(r" 372 ana :.*yesterday")
        os.unlink(server.path("conf.d/bad.conf"))
        self.assertRegex(server.reload(), "Configuration reloaded")
        client.send("MOTD")
        client.expect(r" 372 ana :.*today")

    def test_an_operator_reloads_and_hears_the_outcome(self):
        _, hashed, _ = papod_test.run("--hash-password", stdin=b"secret\n")
        server = self.serve(config='operators = ( { name = "root"; } );\n',
                            secrets=f"[operator root]\npassword = {hashed}")
        client = self.client(server, "ana")
        client.send("OPER root wrong")
        client.expect(r" 464 ana ")
        client.send("OPER root secret", "REHASH")
        client.expect(r" 381 ana ")
        client.expect(r" 382 ana ")
        client.expect(r"NOTICE ana :.*in force")
        server.write("conf.d/bad.conf", "nonsense = 1;\n")
        client.send("REHASH")
        client.expect(r"NOTICE ana :.*refused.*nonsense")

    def test_secrets_that_others_may_write_are_refused(self):
        server = self.serve()
        server.write("secrets.ini", "", 0o666)
        position = server.log_position()
        self.assertRegex(server.reload(), "refused")
        server.wait_for_log(r"secrets\.ini.*mode 0666", position)
        os.chmod(server.path("secrets.ini"), 0o644)
        self.assertRegex(server.reload(), "reloaded")
        server.wait_for_log(r"every user may read", position)

    def test_many_reloads_leak_nothing(self):
        server = self.serve()
        for _ in range(20):
            server.reload()
        files, size = server.count_files(), self.resident(server)
        for _ in range(200):
            server.reload()
        self.assertEqual(server.count_files(), files)
        if "PAPOD_SANITIZERS" not in os.environ:
            self.assertLess(self.resident(server) - size, 1 << 20)

    @staticmethod
    def resident(server):
        with open(f"/proc/{server.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    papod_test.main()
