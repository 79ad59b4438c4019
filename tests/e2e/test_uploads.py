"""Files that clients upload to papod-gate: the way of one, and what may not happen on it."""

import base64
import collections
import concurrent.futures
import http.client
import os
import re
import signal
import socket
import tempfile
import time

import gated
import papod_test
import test_gate_chat

PASSWORD = "correct-horse"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
CONFIG = """
classes = ( { name = "all"; flood_rate = 0; clients_per_address = 0; } );
dns = { reverse = false; };
accounts = { registrations_per_address = 0; };
tls = { processes = %(processes)d; };
uploads = { url = "%(url)s"; %(more)s };
"""
WEB = '{ name = "web"; address = "127.0.0.1"; port = 0; websocket = true; %s}'
URL = "http://127.0.0.1/upload"
SECRETS = """[operator root]
password = $6$rounds=1000$papod$IgKfV2Nvdc4McxMRTfpZcCa9Jr10X0pFBuKVOw658GfgMlR1dGWHZusfa0bYMn.ivpqGtZU4FkDZVbF7ZB5/9.
"""


def basic(name="ana", password=PASSWORD):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def bearer(token):
    return {"Authorization": "Bearer " + token}


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def __getitem__(self, name):
        return self.headers[name]


class TestCase(test_gate_chat.TestCase):
    source = None  # the address of clients that use no TLS

    def start(self, more="", web="", processes=1, url=URL, web_group="", secrets=None):
        """A papod with a gate of its own and the account ana."""
        self.state = tempfile.mkdtemp(dir=self.directory)
        server = self.serve(
            CONFIG % {"more": more, "processes": processes, "url": url} + web_group,
            listen=f"listen = ( {test_gate_chat.PLAIN}, {WEB % web} );\n",
            environment={"STATE_DIRECTORY": self.state}, secrets=secrets)
        self.port = test_gate_chat.gate_port(server)
        self.is_tls = "tls" in web
        self.register(server, "ana")
        return server

    def register(self, server, nick):
        client = self.client(server, nick)
        client.send(f"REGISTER * * {PASSWORD}")
        client.expect(f"REGISTER SUCCESS {nick} ")
        return client

    def connection(self):
        if self.is_tls:
            made = http.client.HTTPSConnection(
                "127.0.0.1", self.port, timeout=papod_test.DEADLINE, context=gated.context())
        else:
            made = http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=papod_test.DEADLINE,
                source_address=self.source and (self.source, 0))
        self.addCleanup(made.close)
        return made

    def ask(self, method, path, body=None, headers=None):
        connection = self.connection()
        connection.request(method, path, body=body, headers=headers or {})
        return Answer(connection.getresponse())

    def upload(self, body=PNG, headers=None, **fields):
        wanted = {"Content-Type": "image/png", **basic(), **(headers or {})}
        wanted.update({name.replace("_", "-"): value for name, value in fields.items()})
        return self.ask("POST", "/upload", body,
                        {name: value for name, value in wanted.items() if value is not None})

    def path_of(self, answer):
        self.assertEqual(answer.status, 201, answer.body)
        found = re.fullmatch(r"https?://[^/]+(/upload/[A-Za-z0-9_-]{22}\.[a-z0-9]+)",
                             answer["Location"])
        self.assertTrue(found, answer["Location"])
        return found[1]

    def head(self, *fields, length=5, kind="image/png", login=basic()["Authorization"], body=b"",
             headers=None):
        lines = ["POST /upload HTTP/1.1", "Host: a", *fields]
        lines += [headers] if headers else []
        lines += [f"Content-Length: {length}"] if length is not None else []
        lines += [f"Content-Type: {kind}"] if kind else []
        lines += [f"Authorization: {login}"] if login else []
        return "\r\n".join([*lines, "", ""]).encode() + body

    def raw(self, data):
        link = socket.create_connection(("127.0.0.1", self.port), timeout=papod_test.DEADLINE)
        if self.is_tls:
            link = gated.context().wrap_socket(link)
        self.addCleanup(link.close)
        link.sendall(data)
        return link

    def rest(self, link, seconds=papod_test.DEADLINE):
        link.settimeout(seconds)
        data = b""
        while got := link.recv(65536):
            data += got
        return data

    def say(self, data):
        return self.rest(self.raw(data))

    def wait_for_files(self, count):
        end = time.monotonic() + papod_test.DEADLINE
        while len(self.files()) != count:
            self.assertLess(time.monotonic(), end, self.files())
            time.sleep(0.01)

    def start_beside(self, more="", web_group="", **_):
        """A gate that is no child of papod."""
        self.gate = gated.Gate()
        self.gate.traits = "websocket = true;"
        self.gate.listener_text = gated.LISTENER.format(self.gate.address, self.gate.traits)
        self.addCleanup(self.gate.close)
        papod = gated.papod_beside(
            self.gate, f'uploads = {{ url = "{URL}"; {more} }}; dns = {{ reverse = false; }};{web_group}')
        self.addCleanup(papod.close)
        self.state = os.path.join(self.gate.directory, "state")
        self.port, self.is_tls = self.gate.address[1], False
        client = papod.connect()
        self.addCleanup(client.close)
        client.register("ana")
        client.send(f"REGISTER * * {PASSWORD}")
        client.expect("REGISTER SUCCESS ana ")
        return papod

    def files(self):
        """Everything that is stored, by any name."""
        return sorted(os.path.join(at, name) for at, _, names in os.walk(self.state) for name in names
                      if len(name) == 22)


class Ways(TestCase):
    def test_a_file_is_uploaded_and_downloaded(self):
        for web in ("", "tls = true; "):
            with self.subTest(web=web):
                self.start(web=web)
                path = self.path_of(self.upload(Content_Disposition='attachment; filename="a b.png"'))
                answer = self.ask("GET", path)
                self.assertEqual((answer.status, answer.body), (200, PNG))
                self.assertEqual(answer["Content-Type"], "image/png")
                self.assertEqual(answer["Content-Disposition"], "inline; filename*=UTF-8''a%20b.png")
                self.assertEqual(answer["X-Content-Type-Options"], "nosniff")
                self.assertIn("sandbox; default-src 'none'", answer["Content-Security-Policy"])
                self.assertEqual(answer["Cross-Origin-Resource-Policy"], "cross-origin")
                head = self.ask("HEAD", path)
                self.assertEqual((head.status, head.body), (200, b""))
                self.assertEqual(head["Content-Length"], str(len(PNG)))


    def test_parts_and_versions_of_a_file_can_be_asked_for(self):
        self.start()
        path = self.path_of(self.upload(body=b"0123456789"))
        for asked, status, body, said in (
                ("bytes=2-5", 206, b"2345", "bytes 2-5/10"), ("bytes=7-", 206, b"789", "bytes 7-9/10"),
                ("bytes=-3", 206, b"789", "bytes 7-9/10"), ("bytes=-99", 206, b"0123456789", "bytes 0-9/10"),
                ("bytes=10-", 416, b"", "bytes */10"), ("bytes=-0", 416, b"", "bytes */10"),
                ("bytes=5-2", 200, b"0123456789", None), ("bytes=0-1,4-5", 200, b"0123456789", None),
                ("lines=1-2", 200, b"0123456789", None)):
            with self.subTest(asked=asked):
                answer = self.ask("GET", path, headers={"Range": asked})
                self.assertEqual((answer.status, answer.body), (status, body))
                self.assertEqual(answer["Content-Range"], said)
        etag = self.ask("HEAD", path)["ETag"]
        self.assertEqual(self.ask("GET", path, headers={"If-None-Match": etag}).status, 304)
        self.assertEqual(self.ask("GET", path, headers={"Range": "bytes=1-1", "If-Range": etag}).status, 206)
        self.assertEqual(self.ask("GET", path, headers={"Range": "bytes=1-1", "If-Range": '"x"'}).status, 200)

    def test_a_token_is_good_for_one_file(self):
        server = self.start()
        client = self.register(server, "bea")
        client.send("FILEHOST TOKEN")
        token = client.expect("FILEHOST TOKEN ([0-9a-f]{80})$")[1]
        path = self.path_of(self.upload(headers=bearer(token)))
        self.assertEqual(self.ask("GET", path).status, 200)
        for wrong in (token, "f" * 80):
            answer = self.upload(headers=bearer(wrong))
            self.assertEqual(answer.status, 401)
            self.assertIn("Bearer", answer.headers.get_all("WWW-Authenticate"))

    def test_only_its_owner_removes_a_file(self):
        server = self.start()
        self.register(server, "bea")
        path = self.path_of(self.upload())
        self.assertEqual(self.ask("DELETE", path).status, 401)
        self.assertEqual(self.ask("DELETE", path, headers=basic("bea")).status, 403)
        self.assertEqual(self.ask("GET", path).status, 200)
        self.assertEqual(self.ask("DELETE", path, headers=basic()).status, 204)
        self.assertEqual(self.ask("GET", path).status, 404)
        for gone in (path, "/upload"):
            answer = self.say(f"HEAD {gone} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            self.assertRegex(answer, rb"^HTTP/1.1 40[45] ")
            self.assertTrue(answer.endswith(b"\r\n\r\n"), answer)
        self.assertEqual(self.ask("DELETE", path, headers=basic()).status, 404)
        self.assertEqual(self.files(), [])

    def notices(self, client, line, last):
        client.send("PRIVMSG NickServ :" + line)
        return client.expect(last)

    def test_files_are_listed_and_deleted_over_irc(self):
        """With one process of the gate, and with several; then by an operator."""
        for processes in 1, 3:
            with self.subTest(processes=processes):
                server = self.start(processes=processes)
                ana, bea = self.client(server, "ana2"), self.register(server, "bea")
                ana.send(f"NS IDENTIFY ana {PASSWORD}")
                ana.expect(" 900 ")
                path = self.path_of(self.upload(Content_Disposition='attachment; filename="a b.png"'))
                other = self.path_of(self.upload(body=b"0123", headers=basic("bea")))
                self.notices(ana, "UPLOADS", re.escape(path) + r" image/png, 10248 bytes, uploaded .* as a b.png$")
                ana.expect("Files of ana: 1, with 14344 bytes")
                self.notices(ana, "UPLOADS DELETE " + other, "There is no such file of yours")
                self.notices(bea, "UPLOADS LIST ana", "not the account that you are logged in to")
                self.assertEqual(self.ask("GET", other).status, 200)
                position = server.log_position()
                self.notices(ana, "UPLOADS DELETE http://127.0.0.1" + path, "of ana is deleted")
                server.wait_for_log("deleted an uploaded file", position)
                self.assertEqual(self.ask("GET", path).status, 404)
                self.notices(ana, "UPLOADS", "Files of ana: 0, with 0 bytes")
                self.assertEqual(len(self.files()), 2)

    def test_an_operator_deletes_any_file(self):
        server = self.start(web_group='operators = ( { name = "root"; privileges = [ "force" ]; } );',
                            secrets=SECRETS)
        root = self.client(server, "bea")
        root.send("OPER root sesame")
        root.expect(" 381 ")
        path = self.path_of(self.upload())
        self.notices(root, "UPLOADS LIST ana", re.escape(path))
        self.notices(root, "UPLOADS DELETE " + path, "of ana is deleted")
        self.assertEqual(self.ask("GET", path).status, 404)

    def test_questions_outlive_papod(self):
        """papod is killed while the gate is stopped: the next papod asks again."""
        server = self.start_beside()
        self.path_of(self.upload())
        client = server.connect()
        self.addCleanup(client.close)
        client.register("ana2")
        client.send(f"NS IDENTIFY ana {PASSWORD}")
        client.expect(" 900 ")
        self.gate.kill(signal.SIGSTOP)
        client.send("NS UPLOADS")
        client.send("PING behind")
        server.kill()
        self.gate.kill(signal.SIGCONT)
        client.expect("Files of ana: 1, with 14344 bytes")
        client.expect("PONG .*behind")

    def test_files_end_with_their_account(self):
        server = self.start()
        client = self.register(server, "bea")
        other = self.path_of(self.upload())
        path = self.path_of(self.upload(headers=basic("bea")))
        position = server.log_position()
        client.send("PRIVMSG NickServ :DROP bea")
        code = client.expect("DROP bea ([A-Za-z0-9]+)")
        client.send("PRIVMSG NickServ :" + code[0])
        server.wait_for_log("uploaded files of an account were removed.*files=1", position)
        self.assertEqual(self.ask("GET", path).status, 404)
        self.assertEqual(self.ask("GET", other).status, 200)
        self.assertEqual(len(self.files()), 2)

    def test_pages_of_admitted_origins_may_upload(self):
        self.start(web_group='web = { origins = [ "https://chat.example.org" ]; };')
        answer = self.ask("OPTIONS", "/upload", headers={"Origin": "https://chat.example.org"})
        self.assertEqual(answer.status, 204)
        self.assertEqual(answer["Access-Control-Allow-Origin"], "https://chat.example.org")
        self.assertIn("POST", answer["Access-Control-Allow-Methods"])
        self.assertIn("Authorization", answer["Access-Control-Allow-Headers"])
        self.assertIn("image/*", answer["Accept-Post"])
        answer = self.upload(Origin="https://chat.example.org")
        self.path_of(answer)
        self.assertEqual(answer["Access-Control-Expose-Headers"], "Location")
        for method in "OPTIONS", "POST":
            self.assertEqual(self.ask(method, "/upload", b"x", {
                "Origin": "https://evil.example", "Content-Type": "image/png", **basic()}).status,
                403 if method == "POST" else 413)
        self.assertEqual(self.ask("OPTIONS", "/upload", headers={"Origin": "https://evil.example"}).status, 403)

    def test_a_client_that_waits_for_continue_gets_it(self):
        for web in ("", "tls = true; "):
            with self.subTest(web=web):
                self.start(web=web)
                link = self.raw(self.head("Expect: 100-continue", length=5))
                self.assertTrue(link.recv(100).startswith(b"HTTP/1.1 100 Continue\r\n\r\n"))
                link.sendall(b"hello")
                self.assertIn(b" 201 ", self.rest(link))
                self.assertIn(b" 417 ", self.say(self.head("Expect: a-miracle", length=5)))

    def test_an_upload_outlives_papod(self):
        """papod dies while it checks the password, and while the body comes in."""
        server = self.start_beside()
        link = self.raw(self.head(length=4))
        server.kill()
        link.sendall(b"half")
        self.assertIn(b" 201 ", self.rest(link))
        link = self.raw(self.head(length=8, headers="Expect: 100-continue"))
        self.assertTrue(link.recv(100).startswith(b"HTTP/1.1 100 "))
        link.sendall(b"half")
        server.kill()
        link.sendall(b"half")
        self.assertIn(b" 201 ", self.rest(link))

    def test_all_processes_agree_on_the_space(self):
        """Many at once, with room for 5 of 16 KiB: exactly those are stored."""
        self.start('account_size = "104 KiB";', processes=4)
        body = b"x" * (16 * 1024)
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda _: self.upload(body), range(16)))
        statuses = collections.Counter(answer.status for answer in answers)
        self.assertLessEqual(set(statuses), {201, 429, 507})
        while statuses[201] < 5:
            self.path_of(self.upload(body))
            statuses[201] += 1
        self.assertEqual(self.upload(body).status, 507)
        self.assertEqual(len(self.files()), 10)


class Refusals(TestCase):
    def test_each_has_its_status(self):
        self.start('size = "10 KiB"; types = [ "image/*", "text/plain" ];')
        for status, answer in (
                (411, self.say(self.head(length=None))),
                (411, self.say(self.head("Transfer-Encoding: chunked", length=None, body=b"5\r\nhello\r\n0\r\n\r\n"))),
                (400, self.say(self.head("Transfer-Encoding: chunked", length=5))),
                (400, self.say(self.head(length=0))),
                (400, self.say(self.head(length=-5))),
                (400, self.say(self.head("Content-Length: 6", length=5))),
                (400, self.say(self.head(length="5, 5"))),
                (400, self.say(self.head("Content-Range: bytes 0-4/10", length=5))),
                (413, self.say(self.head(length=10241))),
                (413, self.say(self.head(length=10 ** 30))),
                (415, self.say(self.head("Content-Encoding: gzip", length=5))),
                (415, self.say(self.head(length=5, kind="application/zip"))),
                (415, self.say(self.head(length=5, kind="image"))),
                (415, self.say(self.head(length=5, kind="image/*"))),
                (415, self.say(self.head(length=5, kind=None))),
                (401, self.say(self.head(length=5, login=None))),
                (401, self.say(self.head(length=5, login="Basic ***"))),
                (401, self.say(self.head(length=5, login="Digest x"))),
                (401, self.say(self.head(length=5, login=basic("nobody")["Authorization"]))),
                (401, self.say(self.head(length=5, login="Bearer nonsense"))),
                (405, self.say(b"GET /upload HTTP/1.1\r\nHost: a\r\n\r\n")),
                (405, self.say(b"DELETE /upload HTTP/1.1\r\nHost: a\r\n\r\n")),
                (405, self.say(b"PUT /upload HTTP/1.1\r\nHost: a\r\n\r\n")),
                (405, self.say(b"POST /other HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")),
                (405, self.say(b"POST /uploads HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"))):
            self.assertTrue(answer.startswith(b"HTTP/1.1 %d " % status), (status, answer))
        self.assertEqual(self.files(), [])
        self.path_of(self.upload(body=b"x" * 10240, headers={"Content-Type": "IMAGE/x; a=b"}))

    def test_passwords_do_not_travel_in_the_clear(self):
        """From another machine, which a PROXY header stands for here."""
        server = self.start(web='proxy_protocol = [ "127.0.0.1" ]; ')
        head = b"PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\r\n"
        self.assertIn(b" 403 ", self.say(head + self.head(length=5, body=b"hello")))
        server.stop()

    def test_guessing_is_limited_as_on_irc(self):
        """Not for the address from which the owner has logged in lately."""
        self.start()
        self.source = "127.0.0.2"
        for _ in range(10):
            self.assertEqual(self.upload(headers=basic(password="wrong-one")).status, 401)
        self.assertEqual(self.upload().status, 401)
        self.source = None
        self.assertEqual(self.upload().status, 201)

    def test_space_files_and_hours_are_limited(self):
        self.start('account_size = "1 MiB"; total_mebibytes = 1; hourly = 3;')
        answer = self.upload(body=b"x" * (1024 * 1024))
        self.assertEqual(answer.status, 507)
        for _ in range(3):
            self.path_of(self.upload())
        answer = self.upload()
        self.assertEqual(answer.status, 429)
        self.assertTrue(answer["Retry-After"])

    def test_a_full_server_takes_nothing(self):
        server = self.start('account_size = "1 MiB"; total_mebibytes = 1; hourly = 100;')
        self.register(server, "bea")
        self.path_of(self.upload(body=b"x" * 700000))
        answer = self.upload(body=b"x" * 700000, headers=basic("bea"))
        self.assertEqual(answer.status, 507)
        self.assertIn(b"server has no space", answer.body)
        self.assertEqual(len(self.files()), 2)

    def test_young_accounts_wait(self):
        self.start('account_age = "1 h";')
        self.assertEqual(self.upload().status, 403)

    def test_without_papod_the_client_is_told_to_try_again(self):
        server = self.start_beside()
        server.stop()
        answer = self.upload()
        self.assertEqual(answer.status, 503)
        self.assertTrue(answer["Retry-After"])

    def test_without_the_option_there_is_nothing(self):
        server = self.serve(test_gate_chat.OPEN, listen=f"listen = ( {WEB % ''} );\n")
        self.port, self.is_tls = test_gate_chat.gate_port(server), False
        self.assertEqual(self.upload().status, 405)


class Attacks(TestCase):
    def test_names_lead_nowhere_and_lie_about_nothing(self):
        self.start('types = [ "*/*" ];')
        for given, shown in (
                ('filename="../../etc/passwd"', "passwd"), ('filename="..\\\\..\\\\boot.ini"', "boot.ini"),
                ('filename="/"', ""), ('filename=".."', ""), ('filename=".htaccess"', "htaccess"),
                ("filename*=UTF-8''a%0d%0aSet-Cookie:%20x", "a__Set-Cookie_%20x"),
                ("filename*=UTF-8''a%00b", "a_b"), ("filename*=UTF-8''%e2%80%aegpj.exe", "gpj.exe"),
                ("filename*=UTF-8''%ff%fe", "__"), ("filename*=latin1''x; filename=y", "y"),
                ('filename="a\\"b;c"; x=y', "a_b_c"), ("filename*=UTF-8''%c3%a4.png", "%C3%A4.png"),
                ('filename="' + "x" * 300 + '"', "x" * 119), ("", "")):
            with self.subTest(given=given):
                answer = self.ask("HEAD", self.path_of(
                    self.upload(Content_Disposition="attachment; " + given)))
                disposition = answer["Content-Disposition"]
                self.assertEqual(disposition, "inline" + (f"; filename*=UTF-8''{shown}" if shown else ""))
                self.assertIsNone(answer["Set-Cookie"])

    def test_bytes_that_end_lines_are_refused(self):
        self.start()
        for byte in b"\0", b"\n", b"\r", b"\x7f":
            head = self.head(length=5).replace(b"image/png", b"image/png" + byte + b"X: y")
            self.assertIn(b" 400 ", self.say(head)[:20])

    def test_nothing_that_runs_is_shown(self):
        self.start('types = [ "*/*" ];')
        for kind in ("text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript", "text/xml",
                     "application/pdf", "text/css", "application/wasm", "multipart/x-mixed-replace"):
            answer = self.ask("GET", self.path_of(self.upload(
                b"<script>alert(1)</script>", Content_Type=kind, Content_Disposition='x; filename="a.html"')))
            self.assertEqual(answer["Content-Type"], "application/octet-stream", kind)
            self.assertTrue(answer["Content-Disposition"].startswith("attachment"), kind)
            self.assertEqual(answer["X-Content-Type-Options"], "nosniff")
            self.assertTrue(answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'"))

    def test_paths_lead_to_no_other_file(self):
        self.start()
        path = self.path_of(self.upload())
        name = path.split("/")[2]
        os.symlink("/etc/passwd", os.path.join(self.state, "uploads/files/" + "a" * 22))
        with open(os.path.join(self.state, "uploads/files/" + "b" * 22), "wb") as file:
            file.write(b"x" * 5000)
        for wrong in ("/upload/", "/upload/..", "/upload/../upload/" + name, "/upload/%2e%2e/lock",
                      "/upload/lock", "/upload/" + name[:-4], "/upload/" + name + "x", "/upload/" + name[:22] + ".html",
                      "/upload/" + name[:22] + "/.png", "/upload//" + name, "/upload/files/" + name,
                      "/upload/" + "a" * 22 + ".bin", "/upload/" + "b" * 22 + ".bin", "/upload/" + "c" * 22 + ".png",
                      "/upload/" + "%00" * 7 + ".png", "/upload/" + "x" * 3000):
            answer = self.say(b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n" % wrong.encode())
            self.assertRegex(answer, rb"^HTTP/1.1 (404|405) ", wrong)

    def test_half_a_body_leaves_nothing(self):
        self.start()
        for _ in range(3):
            link = self.raw(self.head(length=100000, body=b"x" * 50000))
            self.wait_for_files(1)
            link.close()
            self.wait_for_files(0)
        self.path_of(self.upload())

    def test_what_follows_the_body_is_no_request(self):
        self.start()
        answer = self.say(self.head(length=5, body=b"helloGET /upload/x HTTP/1.1\r\nHost: a\r\n\r\n"))
        self.assertEqual(answer.count(b"HTTP/1.1 "), 1)
        self.assertIn(b" 201 ", answer)

    def test_a_killed_gate_leaves_nothing_that_can_be_read(self):
        server = self.start_beside(seconds=60)
        link = self.raw(self.head(length=100000, body=b"x" * 50000))
        self.wait_for_files(1)
        self.gate.kill()
        self.gate.wait_for_start(2)
        link.close()
        self.wait_for_files(0)
        self.assertTrue(server)

    def test_a_slow_body_is_ended(self):
        self.start()
        link = self.raw(self.head(length=100000, body=b"x"))
        begin = time.monotonic()
        self.assertIn(b" 408 ", self.rest(link, 30))
        self.assertLess(time.monotonic() - begin, 20)
        self.wait_for_files(0)

    def test_an_account_has_few_uploads_under_way(self):
        self.start()
        links = [self.raw(self.head(length=1000, body=b"x")) for _ in range(4)]
        self.wait_for_files(4)
        self.assertEqual(self.upload().status, 429)
        for link in links:
            link.sendall(b"x" * 999)
            self.assertIn(b" 201 ", self.rest(link))
        self.path_of(self.upload())


if __name__ == "__main__":
    papod_test.main()
