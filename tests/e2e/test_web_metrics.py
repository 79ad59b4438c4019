"""The metrics at /metrics of papod-gate: who may read them, in which format, and what happens when
papod is slow or away."""

import json
import signal
import time

import metrics_text
import papod_test
import test_metrics
import test_uploads

PROMETHEUS = ("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
              "application/openmetrics-text;version=0.0.1;q=0.4,"
              "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1")
OPEN = "application/openmetrics-text; version=1.0.0; charset=utf-8"
PLAIN = "text/plain; version=0.0.4; charset=utf-8"


class Metrics(test_uploads.TestCase):
    def serve_metrics(self, addresses='"127.0.0.0/30"', web="", processes=1):
        return self.start(web=web, processes=processes, web_group=f"web = {{ metrics = [ {addresses} ]; }};\n")

    def test_prometheus_reads_them(self):
        for web, processes in (("", 1), ("tls = true; ", 1), ("tls = true; ", 3)):
            with self.subTest(web=web, processes=processes):
                self.serve_metrics(web=web, processes=processes)
                plain = self.ask("GET", "/metrics")
                self.assertEqual((plain.status, plain["Content-Type"]), (200, PLAIN))
                self.assertEqual(plain["Cache-Control"], "no-store")
                found = metrics_text.read(plain.body.decode())
                self.assertEqual(found["papod_clients", ()], 1)
                answer = self.ask("GET", "/metrics?a=b", headers={"Accept": PROMETHEUS})
                self.assertEqual((answer.status, answer["Content-Type"]), (200, OPEN))
                self.assertEqual(set(metrics_text.read(answer.body.decode(), is_open=True)), set(found))
                head = self.ask("HEAD", "/metrics")
                self.assertEqual((head.status, head.body, head["Content-Type"]), (200, b"", PLAIN))

    def test_promtool_finds_no_fault(self):
        self.serve_metrics()
        done = test_metrics.run_promtool(
            "check", "metrics", stdin=self.ask("GET", "/metrics").body.decode())
        if done:
            self.assertEqual(done[0], 0, done[1])

    def test_the_client_chooses_the_format(self):
        self.serve_metrics()
        for accept, kind in ((None, PLAIN), ("*/*", PLAIN), ("text/plain", PLAIN), ("text/*", PLAIN),
                             ("application/openmetrics-text", OPEN),
                             ("application/openmetrics-text; version=0.0.1", PLAIN),
                             ('application/openmetrics-text; version="1.0.0"; q=0.2', OPEN),
                             ("application/openmetrics-text; q=0.2, text/plain", PLAIN),
                             ("text/plain, application/openmetrics-text", PLAIN),
                             ("text/plain;q=0.9, application/openmetrics-text", OPEN),
                             ("application/openmetrics-text; q=0", PLAIN),
                             ("application/openmetrics-text; q=nonsense", PLAIN), (";;,=,q", PLAIN)):
            with self.subTest(accept=accept):
                answer = self.ask("GET", "/metrics", headers={"Accept": accept} if accept else {})
                self.assertEqual((answer.status, answer["Content-Type"]), (200, kind))

    def test_old_clients_get_them_without_chunks(self):
        self.serve_metrics()
        answer = self.say(b"GET /metrics HTTP/1.0\r\n\r\n")
        head, body = answer.split(b"\r\n\r\n", 1)
        self.assertNotIn(b"chunked", head)
        metrics_text.read(body.decode())

    def test_others_learn_nothing(self):
        self.serve_metrics(addresses='"127.0.0.2"')
        self.source = "127.0.0.2"
        self.assertEqual(self.ask("GET", "/metrics").status, 200)
        self.source = "127.0.0.3"
        answer = self.ask("GET", "/metrics")
        self.assertEqual((answer.status, answer["Content-Type"]), (403, "application/problem+json"))
        self.assertEqual(json.loads(answer.body),
                         {"type": "about:blank", "title": "Forbidden", "status": 403})

    def test_they_are_off_by_default(self):
        server = self.start()
        self.assertEqual(self.ask("GET", "/metrics").status, 404)
        position = server.log_position()
        server.write("conf.d/web.conf", 'web = { metrics = [ "127.0.0.1" ]; };\n')
        server.reload()
        server.wait_for_log("metrics", position)
        self.wait_until(lambda: self.ask("GET", "/metrics").status == 200, "the gate has not reloaded")

    def test_only_the_path_itself_has_them(self):
        self.serve_metrics()
        for path in ("/metrics/", "/metrics/a", "/metricsa", "/Metrics", "//metrics"):
            self.assertEqual(self.ask("GET", path).status, 404, path)
        self.assertEqual(self.ask("GET", "/metrics?%zz").status, 400)
        for method in ("POST", "DELETE", "OPTIONS"):
            answer = self.ask(method, "/metrics", body=b"" if method == "POST" else None)
            self.assertEqual((answer.status, answer["Allow"]), (405, "GET, HEAD"), method)

    def test_a_body_is_checked_before_it_is_read(self):
        self.serve_metrics()
        for fields, status in ((b"Content-Length: 262145\r\n", b"413"),
                               (b"Transfer-Encoding: chunked\r\n", b"411"), (b"", b"411"),
                               (b"Content-Length: 5\r\nContent-Encoding: gzip\r\n", b"415"),
                               (b"Content-Length: 5\r\nExpect: miracles\r\n", b"417")):
            answer = self.say(b"POST /metrics HTTP/1.1\r\nHost: a\r\n" + fields + b"\r\n")
            self.assertEqual(answer.split(b" ")[1], status, answer)
            self.assertEqual(json.loads(answer.split(b"\r\n\r\n")[1])["status"], int(status))
        link = self.raw(b"POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        self.assertEqual(link.recv(25), b"HTTP/1.1 100 Continue\r\n\r\n")
        link.sendall(b"abc")
        self.assertEqual(self.rest(link).split(b" ")[1], b"405")

    def test_whoever_reads_slowly_or_leaves_holds_nobody_up(self):
        server = self.serve_metrics()
        ana = self.client(server, "bea")
        links = [self.raw(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n") for _ in range(100)]
        for link in links[::2]:
            link.close()
        ana.send("PING :still")
        ana.expect("PONG .*still")
        for link in links[1::2]:
            self.assertTrue(self.rest(link).endswith(b"0\r\n\r\n"))
        self.assertEqual(self.ask("GET", "/metrics").status, 200)

    def test_a_papod_that_comes_back_answers(self):
        papod = self.start_beside(web_group=' web = { metrics = [ "127.0.0.1" ]; };')
        self.assertEqual(self.ask("GET", "/metrics").status, 200)
        papod.kill(signal.SIGSTOP)
        links = [self.raw(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n") for _ in range(3)]
        papod.kill()
        papod.wait_for_start(2)
        for link in links:  # papod had them, or not
            answer = self.rest(link)
            self.assertIn(answer.split(b" ")[1], (b"200", b"503"), answer)
            self.assertTrue(answer.endswith((b"0\r\n\r\n", b"}\n")), answer)
        self.assertEqual(self.ask("GET", "/metrics").status, 200)

    def test_a_stopped_papod_answers_later_or_is_unavailable(self):
        server = self.serve_metrics()
        server.process.send_signal(signal.SIGSTOP)
        try:
            link = self.raw(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
            started = time.monotonic()
            answer = self.rest(link)
        finally:
            server.process.send_signal(signal.SIGCONT)
        self.assertEqual(answer.split(b" ")[1], b"503")
        self.assertIn(b"\r\nRetry-After: 5\r\n", answer)
        self.assertGreater(time.monotonic() - started, 5)
        self.assertEqual(self.ask("GET", "/metrics").status, 200)


if __name__ == "__main__":
    papod_test.main()
