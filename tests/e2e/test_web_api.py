"""The HTTP API of papod-gate: every answer fits its own description, and each token does what its
scopes allow, no more."""

import json
import re
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
        self.refused("/channels/ana/messages", 404)
        self.refused("/channels/%23nowhere/messages", 422)
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
