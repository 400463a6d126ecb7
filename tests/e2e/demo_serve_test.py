#!/usr/bin/env python3
"""demo serve as a person and a program meet it: echo over TCP and UDP, HTTP, the ticker four ways, WebSocket, limits, the end."""
import base64
import gzip
import json
import pathlib
import re
import signal
import socket
import struct
import subprocess
import sys
import time
import unittest

BIN = pathlib.Path(sys.argv.pop(1)).resolve()
PROGRAM = str(BIN / "netpeel-demo")


class Serve:
    """The server on ports that are free."""

    def __init__(self, *words, **more):
        self.process = subprocess.Popen([PROGRAM, "serve", "--port", "0", "--tcp-port", "0", "--udp-port", "0", *map(str, words)],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
        self.first, second = self.process.stdout.readline(), self.process.stdout.readline()
        self.host, self.port = re.fullmatch(r"listening on (\S+):(\d+) \(.+\)\n", self.first).groups()
        self.tcp, self.udp = map(int, re.fullmatch(r"TCP echo on port (\d+), UDP echo on port (\d+)\n", second).groups())
        self.port = int(self.port)

    def end(self, number=signal.SIGTERM):
        begin = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
        out, err = self.process.communicate(timeout=10)
        self.took = time.monotonic() - begin
        return err

    def open(self, port=None):
        return socket.create_connection(("127.0.0.1", port or self.port), timeout=10)

    def ask(self, text):
        """What comes back until the server ends the connection."""
        with self.open() as s:
            s.sendall(text if isinstance(text, bytes) else text.encode())
            return everything(s)

    def get(self, path, *headers, method="GET", body=None):
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers]
        data = b"" if body is None else body.encode()
        if body is not None:
            lines.append(f"Content-Length: {len(data)}")
        return Answer(self.ask("\r\n".join([*lines, "", ""]).encode() + data))


def everything(s):
    out = b""
    while piece := s.recv(65536):
        out += piece
    return out


def until(s, wanted, kept=b""):
    while wanted not in kept:
        piece = s.recv(65536)
        if not piece:
            raise AssertionError(f"ended before {wanted}: {kept}")
        kept += piece
    return kept


class Answer:
    def __init__(self, text):
        head, self.body = text.split(b"\r\n\r\n", 1)
        first, *lines = head.decode().split("\r\n")
        self.code = int(first.split()[1])
        self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        if self.headers.get("transfer-encoding") == "chunked":
            self.chunks = list(chunks(self.body))
            self.body = b"".join(self.chunks)
        self.text = self.body.decode(errors="replace")


def chunks(body):
    while True:
        size, body = body.split(b"\r\n", 1)
        if int(size, 16) == 0:
            return
        yield body[: int(size, 16)]
        body = body[int(size, 16) + 2 :]


class WebSocket:
    def __init__(self, server, path, *headers):
        self.socket = server.open()
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade",
                 "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + base64.b64encode(b"0123456789abcdef").decode(), *headers]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        head, self.kept = until(self.socket, b"\r\n\r\n").split(b"\r\n\r\n", 1)
        self.code = int(head.split()[1])

    def send(self, payload, opcode=1):
        size = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack("!H", len(payload))
        self.socket.sendall(bytes([0x80 | opcode]) + size + b"\0\0\0\0" + payload)

    def take(self, n):
        while len(self.kept) < n:
            piece = self.socket.recv(65536)
            if not piece:
                raise AssertionError("ended")
            self.kept += piece
        out, self.kept = self.kept[:n], self.kept[n:]
        return out

    def frame(self):
        first, size = self.take(2)
        if size == 126:
            size = struct.unpack("!H", self.take(2))[0]
        elif size == 127:
            size = struct.unpack("!Q", self.take(8))[0]
        return first & 15, self.take(size)


class Test(unittest.TestCase):
    def serve(self, *words, **more):
        server = Serve(*words, **more)
        self.addCleanup(server.end, signal.SIGKILL)
        return server


class Echo(Test):
    def test_tcp(self):
        server = self.serve()
        with server.open(server.tcp) as s:
            s.sendall(b"hello")
            self.assertEqual(s.recv(100), b"hello")
            s.sendall(b"bye")
            s.shutdown(socket.SHUT_WR)
            self.assertEqual(everything(s), b"bye")

    def test_ways_to_behave(self):
        server = self.serve("--chunk", 3, "--delay", 60)
        with server.open(server.tcp) as s:
            s.sendall(b"abcdefgh")
            begin = time.monotonic()
            self.assertEqual([s.recv(100) for _ in range(3)], [b"abc", b"def", b"gh"])
            self.assertGreater(time.monotonic() - begin, 0.17)
        server = self.serve("--half-close")
        with server.open(server.tcp) as s:
            s.sendall(b"one")
            self.assertEqual(everything(s), b"one")
            s.sendall(b"two")  # it still reads
        server = self.serve("--abort")
        with server.open(server.tcp) as s:
            s.sendall(b"x")
            with self.assertRaises(ConnectionResetError):
                s.recv(100)

    def test_udp(self):
        server = self.serve()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(5)
            for sent, wanted in [(b"text", [b"text"]), (b"#7 text", [b"ack 7", b"#7 text"]), (b"#7", [b"ack 7", b"#7"]), (b"#x", [b"#x"])]:
                s.sendto(sent, ("127.0.0.1", server.udp))
                self.assertEqual([s.recv(100) for _ in wanted], wanted)

    def test_one_port_number_for_both(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = self.serve("--tcp-port", port, "--udp-port", port)
        self.assertEqual((server.tcp, server.udp), (port, port))


class Http(Test):
    @classmethod
    def setUpClass(cls):
        cls.server = Serve("--max-payload", 2000)

    @classmethod
    def tearDownClass(cls):
        cls.server.end()

    def test_pages(self):
        get = self.server.get
        self.assertRegex(get("/").text, "(?i)^<!doctype html>")
        self.assertEqual(get("/chat.css").headers["content-type"], "text/css; charset=UTF-8")
        self.assertEqual((get("/healthz").code, get("/healthz").text), (200, "ok\n"))
        links = re.findall(r'href="([^"]+)"', get("/http/").text)
        self.assertGreater(len(links), 8)
        for link in links:
            if "events" not in link:
                wanted = {"redirect": 302, "status/404": 404}.get(link, 200)
                self.assertEqual(get("/http/" + link.replace("&amp;", "&").replace("2000", "20").replace("500", "5")).code, wanted, link)
        for path in "/nothing", "/http/nothing", "/../etc/passwd", "/%2e%2e/etc/passwd", "/index.html/":
            self.assertEqual(get(path).code, 404, path)
        self.assertEqual(get("/", method="DELETE").headers["allow"], "GET, HEAD")
        self.assertEqual((get("/healthz", method="HEAD").headers["content-length"], get("/healthz", method="HEAD").body), ("3", b""))

    def test_echo_and_forms_escape(self):
        answer = self.server.get("/http/echo?a=b", "X-One: 1", method="PATCH", body="the body")
        self.assertTrue(answer.text.startswith("PATCH /http/echo?a=b HTTP/1.1\n"), answer.text)
        self.assertIn("\nX-One: 1\n", answer.text)
        self.assertTrue(answer.text.endswith("\n\nthe body"))
        self.assertEqual(answer.headers["content-type"], "text/plain; charset=UTF-8")
        form = self.server.get("/http/form", "Content-Type: application/x-www-form-urlencoded", method="POST", body="a=%3Cb%3E&c=1+2")
        self.assertIn("<dt>a<dd>&lt;b&gt;\n<dt>c<dd>1 2\n", form.text)
        self.assertEqual(self.server.get("/http/form", "Content-Type: text/plain", method="POST", body="a").code, 415)

    def test_gzip_cached_status(self):
        plain = self.server.get("/http/gzip")
        packed = self.server.get("/http/gzip", "Accept-Encoding: br, gzip;q=0.8")
        self.assertNotIn("content-encoding", plain.headers)
        self.assertEqual(packed.headers["content-encoding"], "gzip")
        self.assertEqual(gzip.decompress(packed.body), plain.body)
        self.assertNotIn("content-encoding", self.server.get("/http/gzip", "Accept-Encoding: gzip;q=0").headers)
        tag = self.server.get("/http/cached").headers["etag"]
        again = self.server.get("/http/cached", "If-None-Match: " + tag)
        self.assertEqual((again.code, again.body), (304, b""))
        self.assertEqual(self.server.get("/http/status/503").code, 503)
        self.assertEqual(self.server.get("/http/status/99").code, 400)

    def test_chunked_and_slow(self):
        begin = time.monotonic()
        answer = self.server.get("/http/chunked?n=3&ms=100")
        self.assertEqual(answer.chunks, [b"This is chunk %d.\n" % n for n in (1, 2, 3)])
        self.assertGreater(time.monotonic() - begin, 0.19)
        begin = time.monotonic()
        self.assertEqual(self.server.get("/http/slow?ms=150").text, "This took 150 ms.\n")
        self.assertGreater(time.monotonic() - begin, 0.14)
        self.assertEqual(self.server.get("/http/slow?ms=9999999").code, 400)

    def test_pipelined_behind_a_slow_one(self):
        host = "Host: h\r\n"
        got = self.server.ask(f"GET /http/slow?ms=200 HTTP/1.1\r\n{host}\r\nGET /healthz HTTP/1.1\r\n{host}\r\n"
                              f"GET /http/chunked?n=2 HTTP/1.1\r\n{host}\r\nGET /nothing HTTP/1.1\r\n{host}Connection: close\r\n\r\n").decode()
        self.assertEqual(re.findall(r"HTTP/1\.1 (\d+)", got), ["200", "200", "200", "404"])
        self.assertLess(got.index("This took"), got.index("ok\n"))
        self.assertLess(got.index("chunk 2"), got.index("not found"))

    def test_nonsense_is_answered(self):
        for text in "nonsense\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n", "\x16\x03\x01\x02", "GET / HTTP/3.0\r\n":
            answer = Answer(self.server.ask(text))
            self.assertIn(answer.code, (400, 505), text)
            self.assertRegex(answer.text, r"^[A-Z].*\.\n$")

    def test_a_request_byte_by_byte(self):
        text = b"POST /http/echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
        with self.server.open() as s:
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in text:
                s.sendall(bytes([byte]))
                time.sleep(0.0005)
            self.assertTrue(everything(s).endswith(b"\n\nabc"))

    def test_bundle_or_a_sentence(self):
        answer = self.server.get("/socket.io/socket.io.js")
        if answer.code == 200:
            self.assertIn("Socket.IO", answer.text)
        else:
            self.assertEqual(answer.code, 404)
            self.assertIn("npm install socket.io-client", answer.text)

    def test_payload_limit_holds_for_engine_io_alone(self):
        path = "/engine.io/?EIO=4&transport=polling"
        sid = json.loads(self.server.get(path).text[1:])["sid"]
        self.assertEqual(self.server.get(f"{path}&sid={sid}", method="POST", body="4" * 2001).code, 413)
        self.assertEqual(self.server.get(f"{path}&sid={sid}", method="POST", body="4" * 2000).code, 200)
        self.assertEqual(self.server.get("/http/echo", method="POST", body="x" * 2001).code, 200)


class Ticker(Test):
    def test_four_ways(self):
        server = self.serve()
        now = json.loads(server.get("/http/ticker").text)
        self.assertRegex(now["at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        ws = WebSocket(server, "/ws/ticker")
        self.assertEqual(ws.code, 101)
        waited = json.loads(server.get(f"/http/ticker/wait?after={now['tick']}").text)
        self.assertEqual(waited[0]["tick"], now["tick"] + 1)
        opcode, payload = ws.frame()
        self.assertEqual((opcode, json.loads(payload)), (1, waited[0]))
        # who was away is told what was missed
        with server.open() as s:
            s.sendall(f"GET /http/ticker/events HTTP/1.1\r\nHost: h\r\nLast-Event-ID: {now['tick']}\r\n\r\n".encode())
            got = until(s, b"\n\n\r\n")
            self.assertIn(b"Content-Type: text/event-stream\r\n", got)
            self.assertIn(b"retry: 2000\n\nid: %d\nevent: tick\ndata: %s\n\n" % (waited[0]["tick"], payload), got)
            until(s, b"id: %d\n" % (waited[0]["tick"] + 1), got)
        self.assertEqual(server.get("/http/ticker/wait?after=x").code, 400)

    def test_how_long_a_question_may_wait(self):
        """RFC 7240: what the client prefers, and what it was granted; never more than the server's own patience."""
        server = self.serve()
        for asked, granted in (("wait=2", "2"), ("respond-async, wait=600", "25")):
            with server.open() as s:
                s.sendall(f"GET /http/ticker/wait?after={1 if granted == '25' else 10**9} HTTP/1.1\r\nHost: h\r\nPrefer: {asked}\r\n\r\n".encode())
                began = time.monotonic()
                head = until(s, b"\r\n\r\n")
            self.assertIn(b"Preference-Applied: wait=" + granted.encode() + b"\r\n", head)
            if granted == "2":
                self.assertIn(b" 204 ", head)
                self.assertTrue(1.9 < time.monotonic() - began < 10, time.monotonic() - began)


class WebSockets(Test):
    def test_paths(self):
        server = self.serve()
        echo = WebSocket(server, "/ws/echo")
        echo.send(b"hello")
        self.assertEqual(echo.frame(), (1, b"hello"))
        two = WebSocket(server, "/ws/broadcast"), WebSocket(server, "/ws/broadcast")
        two[0].send(b"\1\2", 2)
        self.assertEqual([w.frame() for w in two], [(2, b"\1\2")] * 2)
        self.assertEqual(WebSocket(server, "/ws/nothing").code, 404)
        self.assertEqual(server.get("/ws/echo").code, 426)

    def test_origin_is_looked_at_where_cors_is_set(self):
        server = self.serve("--cors", "http://good.example")
        self.assertEqual(WebSocket(server, "/ws/echo", "Origin: http://evil.example").code, 403)
        self.assertEqual(WebSocket(server, "/ws/echo", "Origin: http://good.example").code, 101)
        self.assertEqual(WebSocket(server, "/ws/echo").code, 101)
        self.assertEqual(WebSocket(self.serve(), "/ws/echo", "Origin: http://evil.example").code, 101)

    def flood(self, server):
        """A member of /ws/broadcast that does not read, and one that writes, until the server has done something about it."""
        stalled, writer = WebSocket(server, "/ws/broadcast"), WebSocket(server, "/ws/broadcast")
        for n in range(400):
            writer.send(b"x" * 65000)
            while writer.frame()[1] != b"x" * 65000:
                pass
        return stalled, writer

    def test_a_slow_client_is_closed_and_told_why(self):
        server = self.serve("--max-queue", 1_000_000)
        stalled, writer = self.flood(server)
        while (frame := stalled.frame())[0] != 8:
            self.assertEqual(frame, (1, b"x" * 65000))
        self.assertEqual(struct.unpack("!H", frame[1][:2])[0], 1013)
        self.assertRegex(frame[1][2:].decode(), "slowly")
        numbers = metrics(server.get("/metrics").text)
        self.assertEqual(numbers["netpeel_slow_connections_closed_total"], 1)
        self.assertLessEqual(numbers["netpeel_queue_high_water_bytes"], 1_000_000)

    def test_or_loses_messages_and_stays(self):
        server = self.serve("--max-queue", 1_000_000, "--slow", "drop")
        stalled, writer = self.flood(server)
        numbers = metrics(server.get("/metrics").text)
        lost = numbers["netpeel_dropped_messages_total"]
        self.assertGreater(lost, 0)
        self.assertEqual(numbers["netpeel_slow_connections_closed_total"], 0)
        for n in range(400 - lost):
            self.assertEqual(stalled.frame(), (1, b"x" * 65000))
        writer.send(b"still here?")
        self.assertEqual(stalled.frame(), (1, b"still here?"))


def metrics(text):
    return {name: int(value) for name, value in re.findall(r"^(\w+)(?:\{.*\})? (\d+)$", text, re.M)}


class Process(Test):
    def test_metrics_on_a_path_and_on_a_signal(self):
        server = self.serve()
        kept = WebSocket(server, "/ws/broadcast")
        answer = server.get("/metrics")
        self.assertEqual(answer.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8")
        for line in answer.text.splitlines():
            self.assertRegex(line, r'^# (HELP|TYPE) netpeel_\w+ .+$|^netpeel_\w+(\{\w+="[^"]*"\})? \d+$')
        numbers = metrics(answer.text)
        self.assertEqual((numbers["netpeel_connections"], numbers["netpeel_broadcast_websockets"]), (2, 1))
        server.process.send_signal(signal.SIGUSR1)
        time.sleep(0.3)
        del kept
        self.assertIn("netpeel_connections_opened_total 2\n", server.end())

    def test_it_ends_within_a_second_and_tells(self):
        for number in signal.SIGTERM, signal.SIGINT:
            server = self.serve()
            ws, tcp = WebSocket(server, "/ws/echo"), server.open(server.tcp)
            with server.open() as events, server.open() as idle:
                events.sendall(b"GET /http/ticker/events HTTP/1.1\r\nHost: h\r\n\r\n")
                until(events, b"retry")
                server.process.send_signal(number)
                opcode, payload = ws.frame()
                self.assertEqual((opcode, payload[:2]), (8, struct.pack("!H", 1001)))
                self.assertTrue(everything(events).endswith(b"0\r\n\r\n"))
                self.assertEqual((everything(idle), tcp.recv(10)), (b"", b""))
                server.end(number)
            self.assertEqual(server.process.returncode, 0)
            self.assertLess(server.took, 1)

    def test_it_ends_amid_everything(self):
        server = self.serve("--delay", 5000)
        asked = ["/http/slow?ms=50000", "/http/chunked?n=100&ms=1000", "/http/ticker/wait?after=1000000", "/engine.io/?EIO=4&transport=polling"]
        kept = [server.open() for _ in asked]
        for s, path in zip(kept, asked):
            s.sendall(f"GET {path} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
        half, stalled, echo = server.open(), WebSocket(server, "/ws/broadcast"), server.open(server.tcp)
        half.sendall(b"POST /http/echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc")
        echo.sendall(b"answered late")
        stalled.send(b"x" * 60000)
        time.sleep(0.2)
        self.assertEqual(server.end(), "")
        self.assertEqual(server.process.returncode, 0)
        self.assertLess(server.took, 1)

    def test_a_port_that_is_taken(self):
        server = self.serve()
        done = subprocess.run([PROGRAM, "serve", "--port", str(server.port), "--tcp-port", "0", "--udp-port", "0"], capture_output=True, text=True, timeout=10)
        self.assertEqual(done.returncode, 3)
        self.assertIn(f"could not listen on 127.0.0.1:{server.port}: Address already in use", done.stderr)
        self.assertIn("--port 0", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_wrong_use(self):
        for words in ["--port", "70000"], ["--ping-interval", "0"], ["--slow", "maybe"], ["--nothing"], ["--host", "no such host"]:
            done = subprocess.run([PROGRAM, "serve", *words], capture_output=True, text=True, timeout=10)
            self.assertEqual(done.returncode, 3 if words[0] == "--host" else 2, words)
            self.assertRegex(done.stderr, "^netpeel demo", words)

    def test_who_can_reach_it_is_said(self):
        server = self.serve("--host", "0.0.0.0", "--node", "mine")
        self.assertRegex(server.first, r"^listening on 0\.0\.0\.0:\d+ \(mine\)\n$")
        said = server.end()
        self.assertIn("everybody who can reach this machine", said)
        self.assertIn("--admin-token sets another", said)
        server = self.serve("--host", "0.0.0.0", "--admin-token", "of my own")
        self.assertNotIn("--admin-token", server.end())
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError:
            return  # no IPv6 here
        server = self.serve("--host", "::1")
        self.assertRegex(server.first, r"^listening on \[::1\]:\d+ ")
        self.assertEqual(server.end(), "")

    def test_without_file_descriptors_it_waits_and_goes_on(self):
        import resource
        if b"__asan_init" in pathlib.Path(PROGRAM).read_bytes():
            self.skipTest("the sanitizers' own checks open files, and take it for an error where they cannot")
        server = self.serve(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40)))
        many = [server.open() for _ in range(60)]
        time.sleep(0.3)
        for one in many:
            one.close()
        self.assertEqual(server.get("/healthz").code, 200)
        err = server.end()
        self.assertEqual(err.count("no file descriptor is left"), 1)
        self.assertEqual(err.count("\n"), 1)

    def test_at_the_limit_of_descriptors_who_leaves_makes_room(self):
        import resource
        if b"__asan_init" in pathlib.Path(PROGRAM).read_bytes():
            self.skipTest("the sanitizers' own checks open files, and take it for an error where they cannot")
        server = self.serve(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40)))
        stays = [server.open() for _ in range(60)]
        time.sleep(0.3)
        begin = time.monotonic()
        # As many again and again, all behind those that stay: each place that is given back is used at once.
        for _ in range(10):
            comes = [server.open() for _ in range(100)]
            for one in comes:
                one.close()
        for one in stays:
            one.close()
        self.assertEqual(server.get("/healthz").code, 200)
        self.assertLess(time.monotonic() - begin, 2)
        self.assertGreater(metrics(server.get("/metrics").text)["netpeel_shortages_total"], 0)
        self.assertEqual(server.end().count("\n"), 1)

    def test_more_connections_than_are_allowed_are_refused_and_counted(self):
        server = self.serve("--max-clients", "3")
        stay = [server.open() for _ in range(3)]
        echoes = [server.open(server.tcp) for _ in range(3)]
        for one in stay:
            one.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertIn(b" 200 OK", one.recv(1000))
        refused = server.get("/healthz")
        self.assertEqual(refused.code, 503)
        self.assertIn("as many connections as it takes (3)", refused.text)
        done = subprocess.run([PROGRAM, "ws", f"127.0.0.1:{server.port}/ws/echo", "x"], capture_output=True, text=True, timeout=10)
        self.assertEqual(done.returncode, 1)
        self.assertIn("503", done.stderr)
        with self.assertRaises(ConnectionResetError), server.open(server.tcp) as one:  # perhaps while it still connects
            one.recv(1)
        for one in echoes:  # those who are there notice nothing
            one.sendall(b"x")
            self.assertEqual(one.recv(1), b"x")
        for one in stay:
            one.close()
        time.sleep(0.2)
        self.assertEqual(metrics(server.get("/metrics").text)["netpeel_refused_connections_total"], 3)
        err = server.end()
        self.assertEqual(err.count("who comes now is refused"), 2)  # one of each port

    def test_help(self):
        done = subprocess.run([PROGRAM, "serve", "--help"], capture_output=True, text=True, timeout=10)
        self.assertEqual(done.returncode, 0)
        for word in "--max-queue", "--half-close", "/ws/ticker", "ack N":
            self.assertIn(word, done.stdout)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
