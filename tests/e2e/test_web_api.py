"""The HTTP API of papod-gate: every answer fits its own description, and each token does what its
scopes allow, no more."""

import json
import re
import signal
import time
import urllib.parse

import papod_test
import test_uploads

TOKEN = "api-0123456789abcdef"
SCOPES = ("status", "channels", "users", "clients", "accounts", "bans", "audit", "history", "send")
CONFIG = """web = { api = true; };
history: { enabled = true; };
notifications = ( { name = "ci"; nick = "bot"; channels = [ "#garden" ]; member = true; burst = 40;
                    addresses = [ "127.0.0.1", "127.0.0.7" ]; } );
api_tokens = ( { name = "all"; source = "ci"; scopes = [ %s ]; }, { name = "few"; scopes = [ "status" ]; },
               { name = "far"; scopes = [ "status" ]; addresses = [ "127.0.0.9" ]; },
               { name = "mute"; scopes = [ "send" ]; },
               { name = "none"; scopes = [ "status" ]; } );
bans = ( { kind = "kline"; mask = "*bad@*"; reason = "no"; } );
""" % ", ".join(f'"{scope}"' for scope in SCOPES)
SECRETS = "".join(
    f"[api {name}]\ntoken = {TOKEN}-{name}\n" for name in ("all", "few", "far", "mute"))
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
TYPES = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict, "null": type(None)}


def check_schema(document, schema, value, where=""):
    """What the description of the API uses of JSON Schema 2020-12, and nothing that it does not
    name."""
    if "$ref" in schema:
        found = document
        for name in schema["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        schema = found
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(type(value) is TYPES[kind] for kind in kinds):
        raise papod_test.Failure(f"{where}: {value!r} is no {kinds}")
    if isinstance(value, int) and not isinstance(value, bool) and value < schema.get("minimum", value):
        raise papod_test.Failure(f"{where}: {value} is too small")
    if schema.get("format") == "date-time" and value is not None and not DATE.fullmatch(value):
        raise papod_test.Failure(f"{where}: {value} is no date")
    for i, item in enumerate(value if isinstance(value, list) else ()):
        check_schema(document, schema["items"], item, f"{where}[{i}]")
    if isinstance(value, dict) and "properties" in schema:
        missing = set(schema.get("required", ())) - set(value)
        unknown = set(value) - set(schema["properties"])
        if missing or unknown:
            raise papod_test.Failure(f"{where}: lacks {missing}, has unknown {unknown}")
        for name, item in value.items():
            check_schema(document, schema["properties"][name], item, f"{where}.{name}")


def bearer(name):
    return {"Authorization": f"Bearer {TOKEN}-{name}"}


class TestCase(test_uploads.TestCase):
    def start_api(self, more="", **options):
        server = self.start(web_group=CONFIG + more, secrets=SECRETS, **options)
        self.ana = self.client(server, "lea")
        self.ana.send("JOIN #garden", "TOPIC #garden :r\u00f6ses")
        self.ana.expect(" TOPIC #garden ")
        return server

    def get(self, path, name="all", **query):
        target = "/api/v1" + path + ("?" + urllib.parse.urlencode(query) if query else "")
        return self.ask("GET", target, headers=bearer(name) if name else {})

    def document(self):
        answer = self.get("/openapi.json")
        self.assertEqual(answer.status, 200, answer.body)
        return json.loads(answer.body)

    def fitting(self, document, path, answer):
        """The JSON of an answer, which fits the description of its path."""
        described = document["paths"]["/api/v1" + path]["get"]["responses"][str(answer.status)]["content"]
        self.assertEqual([answer["Content-Type"]], list(described))
        found = json.loads(answer.body)
        check_schema(document, described[answer["Content-Type"]]["schema"], found)
        return found


class Reports(TestCase):
    def test_every_answer_fits_its_description(self):
        self.start_api()
        document = self.document()
        self.assertEqual(document["openapi"], "3.1.0")
        values = {"channel": "#garden", "nick": "lea", "place": "#garden"}
        self.ana.send("PRIVMSG #garden :hello")
        self.ana.sync()
        seen = {}
        for path, item in document["paths"].items():
            for parameter in item.get("get", item.get("post"))["parameters"]:
                if parameter["in"] == "path":
                    path = path.replace("{%s}" % parameter["name"],
                                        urllib.parse.quote(values[parameter["name"]], safe=""))
            if path.endswith("/events"):
                continue
            answer = self.ask("GET", path, headers=bearer("all"))
            self.assertEqual(answer.status, 200, (path, answer.body))
            short = next(known.removeprefix("/api/v1") for known in document["paths"]
                         if document["paths"][known] is item)
            seen[short] = self.fitting(document, short, answer)
        self.assertEqual([row["name"] for row in seen["/channels"]["channels"]], ["#garden"])
        self.assertEqual([row["nick"] for row in seen["/channels/{channel}/members"]["members"]], ["lea"])
        self.assertEqual([row["nick"] for row in seen["/users"]["users"]], ["ana", "lea"])
        self.assertEqual(seen["/users/{nick}"]["user"][0]["nick"], "lea")
        self.assertEqual([row["name"] for row in seen["/accounts"]["accounts"]], ["ana"])
        self.assertEqual([row["kind"] for row in seen["/bans"]["bans"]], ["K-line"])
        self.assertEqual([row["text"] for row in seen["/channels/{place}/messages"]["messages"]], ["hello"])
        self.assertGreater(len(seen), 11)

    def test_a_schema_that_is_not_kept_is_noticed(self):
        self.start_api()
        document = self.document()
        schema = document["paths"]["/api/v1/channels"]["get"]["responses"]["200"]["content"][
            "application/json"]["schema"]
        good = json.loads(self.get("/channels").body)
        check_schema(document, schema, good)
        for change in ({"members": -1}, {"members": "1"}, {"other": 1}, {"name": 5}):
            bad = {"channels": [{**good["channels"][0], **change}]}
            with self.assertRaises(papod_test.Failure):
                check_schema(document, schema, bad)
        with self.assertRaises(papod_test.Failure):
            check_schema(document, schema, {})

    def test_long_lists_come_in_parts(self):
        self.start_api()
        for i in range(12):
            self.ana.send(*(f"JOIN #a{i * 30 + j}" for j in range(30)))
        self.ana.send("PING :done")
        self.ana.expect("PONG .*done")
        limit = len(json.loads(self.get("/channels").body)["channels"])
        self.assertGreater(limit, 20)
        for web in (b"HTTP/1.0", b"HTTP/1.1"):
            answer = self.say(b"GET /api/v1/channels " + web + b"\r\nHost: a\r\nAuthorization: Bearer "
                              + f"{TOKEN}-all".encode() + b"\r\n\r\n")
            self.assertEqual(answer.count(b'"name":"#'), limit)

    def test_empty_lists_are_lists(self):
        self.start_api()
        self.assertEqual(json.loads(self.get("/registered-channels").body), {"channels": []})
        self.assertEqual(self.get("/clients", nick="nobody").status, 404)
        self.assertEqual(len(json.loads(self.get("/clients", nick="lea").body)["clients"]), 1)


    def test_the_history_is_read_in_parts_and_the_audit_log_says_by_whom(self):
        self.start_api()
        texts = [f"{i}" * 50 for i in range(300)]
        for i in range(0, 300, 50):
            self.ana.send(*(f"PRIVMSG #garden :{text}" for text in texts[i:i + 50]))
            self.ana.sync()
        path = "/channels/%23garden/messages"
        found = json.loads(self.get(path, limit="250").body)["messages"]
        self.assertEqual([row["text"] for row in found], texts[-250:])
        self.assertEqual(len(json.loads(self.get(path).body)["messages"]), 100)
        self.assertEqual(json.loads(self.get(path, **{"from": "nobody"}).body), {"messages": []})

        def readers():
            entries = json.loads(self.get("/audit", mask="#garden").body)["entries"]
            return [row["operator"].split()[-1] for row in entries]
        self.wait_until(lambda: readers() == ["api:all"] * 3, "the audit log lacks an entry")

    def test_texts_that_json_makes_long_come_whole(self):
        self.start_api()
        stream = Stream(self)
        stream.block()
        texts = [f"{i}" + "\x02" * 380 for i in range(90)]
        self.ana.send(*(f"PRIVMSG #garden :{text}" for text in texts))
        self.ana.sync()
        found = json.loads(self.get("/channels/%23garden/messages").body)["messages"]
        self.assertEqual([row["text"] for row in found], texts)
        self.assertEqual([stream.event()["text"] for _ in texts], texts)

    def test_whoever_leaves_while_the_history_is_read_leaves_nothing(self):
        server = self.start_api()
        self.ana.send("PRIVMSG #garden :hello")
        self.ana.sync()
        before = server.count_files()
        for _ in range(20):
            self.raw(b"GET /api/v1/channels/%23garden/messages HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
                     + f"{TOKEN}-all".encode() + b"\r\n\r\n").close()
        self.assertEqual(len(json.loads(self.get("/channels/%23garden/messages").body)["messages"]), 1)
        self.wait_until(lambda: server.count_files() <= before, "descriptors are left")


class Stream:
    """Server-sent events, read like a browser reads them."""

    def __init__(self, test, channel="%23garden", name="all"):
        self.link = test.raw(f"GET /api/v1/channels/{channel}/events HTTP/1.1\r\nHost: a\r\n"
                             f"Authorization: Bearer {TOKEN}-{name}\r\n\r\n".encode())
        self.file = self.link.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers = {}
        while (line := self.file.readline().strip()):
            name, value = line.decode().split(": ", 1)
            self.headers[name] = value
        self.text = self.seen = b""
        self.is_open = True

    def more(self):
        """False: the stream has ended well; an EOFError, that it was broken off."""
        head = self.file.readline()
        if not head:
            raise EOFError
        chunk = self.file.read(int(head, 16))
        self.file.readline()
        self.text += chunk
        self.seen = self.seen[-1000:] + chunk
        self.is_open = bool(chunk)
        return self.is_open

    def block(self):
        """The lines of the next one, without those of comments."""
        lines = []
        while not lines:
            while b"\n\n" not in self.text:
                if not self.more():
                    return None
            found, self.text = self.text.split(b"\n\n", 1)
            lines = [line for line in found.decode().split("\n") if not line.startswith(":")]
        return lines

    def event_or_end(self):
        lines = self.block()
        return lines and json.loads(lines[1].removeprefix("data: "))

    def event(self):
        kind, data = self.block()
        assert kind == "event: message" and data.startswith("data: "), (kind, data)
        return json.loads(data.removeprefix("data: "))


class Events(TestCase):
    def test_what_is_said_comes_at_once(self):
        for web in ("", "tls = true; "):
            with self.subTest(web=web):
                server = self.start_api(web=web)
                stream = Stream(self)
                self.assertEqual((stream.status, stream.headers["Content-Type"]), (200, "text/event-stream"))
                self.assertEqual(stream.block(), ["retry: 5000"])
                bea = self.client(server, "bea")
                bea.send("JOIN #garden,#other", "PRIVMSG #other :elsewhere", "PRIVMSG #garden :r\u00f6ses",
                         "PRIVMSG lea :private")
                self.assertEqual(stream.event()["command"], "JOIN")
                event = stream.event()
                check_schema(self.document(), {"$ref": "#/components/schemas/Message"}, event)
                self.assertEqual((event["source"].split("!")[0], event["target"], event["text"]),
                                 ("bea", "#garden", "r\u00f6ses"))
                bea.send("NOTICE #garden :two")
                self.assertEqual(stream.event()["command"], "NOTICE")
                found = json.loads(self.get("/channels/%23garden/messages").body)["messages"]
                self.assertIn(event, found)

    def test_a_quiet_stream_stays_open(self):
        self.start_api()
        stream = Stream(self)
        stream.block()
        started = time.monotonic()
        while time.monotonic() - started < 13:
            self.assertTrue(stream.more())
        self.assertLessEqual(3, stream.text.count(b":\n\n"))
        self.ana.send("PRIVMSG #garden :late")
        self.assertEqual(stream.event()["text"], "late")

    def test_a_reader_that_is_too_slow_is_ended_and_no_client_waits(self):
        self.start_api()
        stream = Stream(self)
        stream.block()
        for i in range(40):
            self.ana.send(*(f"PRIVMSG #garden :{i} " + "x" * 400 for _ in range(500)), f"PRIVMSG #garden :{i}")
            self.ana.sync()
        texts = []
        try:
            while stream.is_open and "39" not in texts:
                texts += [event["text"] for event in [stream.event_or_end()] if event]
            self.assertFalse(stream.is_open, "20 MB fit into the buffers of the kernel")
            self.assertIn(b"too slowly", stream.seen)
        except EOFError:  # it has not read for 10 seconds, which is too long for the gate
            pass
        self.assertTrue(texts)
        self.assertNotIn("39", texts)
        stream = Stream(self)
        stream.block()
        self.ana.send("PRIVMSG #garden :again")
        self.assertEqual(stream.event()["text"], "again")

    def test_it_ends_with_the_settings_that_allowed_it(self):
        server = self.start_api()
        stream = Stream(self)
        stream.block()
        server.write("secrets.ini", SECRETS.replace("-all", "-none"), mode=0o600)
        server.reload()
        self.assertIsNone(stream.block())
        self.assertEqual(Stream(self).status, 401)

    def test_a_papod_that_ends_breaks_it_off(self):
        server = self.start_api()
        stream = Stream(self)
        stream.block()
        position = server.log_position()
        server.process.send_signal(signal.SIGUSR2)
        server.wait_for_log("papod: The server is ready", position)
        with self.assertRaises(EOFError):
            stream.block()
        stream = Stream(self)
        self.assertEqual(stream.block(), ["retry: 5000"])

    def test_streams_are_limited_and_those_that_left_do_not_count(self):
        server = self.start_api()
        streams = [Stream(self) for _ in range(64)]
        self.assertEqual({stream.status for stream in streams}, {200})
        self.assertEqual(Stream(self).status, 503)
        for stream in streams:
            stream.file.close()
            stream.link.close()
        self.wait_until(lambda: Stream(self).status == 200, "none has left")
        self.assertLess(server.cpu_seconds(), 5)

    def test_only_channels_that_are_recorded_have_one(self):
        self.start_api()
        for channel, name, status in (("%23nowhere", "all", 404), ("lea", "all", 404), ("%23garden", "few", 403),
                                      ("%23garden", "x", 401)):
            self.assertEqual(Stream(self, channel, name).status, status, channel)


class Sending(TestCase):
    def send(self, body, name="all", channel="%23garden"):
        return self.ask("POST", f"/api/v1/channels/{channel}/messages", json.dumps(body).encode(), bearer(name))

    def test_a_program_sends_as_its_source(self):
        self.start_api()
        answer = self.send({"text": "one\ntwo"})
        self.assertEqual((answer.status, answer.body), (200, b'{"messages":2}\n'))
        self.ana.expect("^:bot!notify@.* PRIVMSG #garden :one$")
        self.ana.expect("^:bot!notify@.* PRIVMSG #garden :two$")

    def test_what_its_source_may_not_is_refused(self):
        self.start_api()
        for body, name, channel, status in (
                ({"text": "x"}, "all", "%23other", 422), ({"text": "x"}, "all", "lea", 422),
                ({"text": "x"}, "mute", "%23garden", 403), ({"text": "x"}, "few", "%23garden", 403),
                ({"text": "x", "channels": ["#garden"]}, "all", "%23garden", 400),
                ({"text": ""}, "all", "%23garden", 400), ([], "all", "%23garden", 400),
                ({"groupKey": "", "alerts": []}, "all", "%23garden", 400),
                ({"text": "x"}, "all", "%23garden,%23other", 400)):
            answer = self.send(body, name, channel)
            self.assertEqual(answer.status, status, (body, answer.body))
            self.assertEqual(json.loads(answer.body)["status"], status)
        statuses = [self.send({"text": "x\n" * 20}).status for _ in range(4)]
        self.assertEqual((statuses[0], statuses[-1]), (200, 429))
        self.source = "127.0.0.8"
        self.assertEqual(self.send({"text": "x"}).status, 422)


class Refusals(TestCase):
    def refused(self, path, status, name="all", **query):
        answer = self.get(path, name, **query)
        self.assertEqual((answer.status, answer["Content-Type"]),
                         (status, "application/problem+json"), answer.body)
        return json.loads(answer.body)["detail"]

    def test_a_token_does_what_its_scopes_allow(self):
        self.start_api()
        document = self.document()
        seen = set()
        for path, item in document["paths"].items():
            for method, described in item.items():
                scopes = described["security"][0]["token"]
                where = re.sub("{(channel|place)}", "%23garden", path).replace("{nick}", "lea")
                answer = self.ask(method.upper(), where, b"{}" if method == "post" else None, bearer("few"))
                self.assertEqual(answer.status, 200 if scopes in ([], ["status"]) else 403, path)
                seen.update(scopes)
        self.assertEqual(seen, set(SCOPES))
        self.assertIn("scope channels", self.refused("/channels", 403, "few"))

    def test_only_tokens_of_programs_are_admitted(self):
        server = self.start_api()
        for name in ("none", "nobody", "al", "alll"):
            self.refused("/status", 401, name)
        self.assertIn("Bearer", self.refused("/status", 401, None))
        self.assertIn("address", self.refused("/status", 403, "far"))
        self.source = "127.0.0.9"
        self.assertEqual(self.get("/status", "far").status, 200)
        self.source = "127.0.0.8"
        statuses = [self.get("/status", "x").status for _ in range(12)]
        self.assertEqual((statuses[0], statuses[-1]), (401, 429))
        self.refused("/status", 429)
        self.assertNotIn(TOKEN, "".join(map(str, server.log)))

    def test_what_is_not_there_is_not_found(self):
        self.start_api()
        self.refused("/channels/%23nowhere/members", 404)
        self.refused("/users/nobody", 404)
        self.refused("/nothing", 404)
        self.assertEqual(self.ask("DELETE", "/api/v1/status", headers=bearer("all")).status, 405)
        self.refused("/status", 400, other="x")
        self.refused("/clients", 400, nick="a", more="b")
        self.refused("/users/%00", 400)
        self.refused("/users/lea", 400, nick="ana")
        for end in "messages", "events":
            self.refused("/channels/%23garden/" + end, 400, place="#other")
        self.refused("/channels/ana/messages", 404)
        self.refused("/channels/%23nowhere/messages", 404)
        self.refused("/channels/%23garden/messages", 400, operator="root")
        self.refused("/channels/%23garden/messages", 422, limit="many")

    def test_it_is_off_by_default(self):
        self.start(web_group=CONFIG.replace("api = true", "api = false"), secrets=SECRETS)
        self.assertEqual(self.get("/status").status, 404)

    def test_a_reload_takes_a_token_away(self):
        server = self.start_api()
        self.assertEqual(self.get("/status", "few").status, 200)
        server.write("secrets.ini", SECRETS.replace("-few", "-many"), mode=0o600)
        server.reload()
        self.refused("/status", 401, "few")
        self.assertEqual(self.get("/status", "many").status, 200)


if __name__ == "__main__":
    papod_test.main()
