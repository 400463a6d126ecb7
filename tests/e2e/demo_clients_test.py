#!/usr/bin/env python3
"""The clients of netpeel demo, as a person uses them: one-shot, in a pipe, on a terminal, with broken rules. The cases for
WebSocket, HTTP and Socket.IO are run twice, against netpeel demo serve and against the Node reference server; that half is
skipped where node or its modules are not there."""
import json
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest

BIN = pathlib.Path(sys.argv.pop(1)).resolve()
ROOT = pathlib.Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "tests/oracle/contract/reference.mjs"
MODULES = [p for p in [*os.environ.get("NODE_PATH", "").split(":"), str(ROOT / "build/node/node_modules")]
           if p and pathlib.Path(p, "socket.io").is_dir()]
PATIENCE = 60


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def demo(*words, stdin=b"", env=None, timeout=PATIENCE):
    done = subprocess.run([str(BIN / "netpeel"), "demo", *map(str, words)], input=stdin, capture_output=True, timeout=timeout,
                          env=env)
    return done.returncode, done.stdout, done.stderr.decode()


def lines(*words, stdin=b""):
    code, out, err = demo(*words, stdin=stdin)
    return code, out.decode().splitlines(), err


def objects(*words, stdin=b""):
    code, out, err = demo(*words, "--json", stdin=stdin)
    return code, [json.loads(line) for line in out.decode().splitlines()], err


class Server:
    def __init__(self, command, port, **more):
        self.port = port
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)
        self.wait(port)

    def wait(self, port):
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    raise RuntimeError("the server ended")
                time.sleep(0.05)
        raise RuntimeError("the server does not listen")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, *words):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm"
            os.execv(str(BIN / "netpeel"), ["netpeel", "demo", *map(str, words)])
        self.seen = b""

    def expect(self, text, within=PATIENCE):
        end = time.monotonic() + within
        while text.encode() not in self.seen:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                raise AssertionError(f"{text!r} did not come; what came: {self.seen!r}")
            try:
                self.seen += os.read(self.fd, 65536)
            except OSError:
                raise AssertionError(f"{text!r} did not come before the end; what came: {self.seen!r}") from None
        self.seen = self.seen.split(text.encode(), 1)[1]

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self):
        while True:
            try:
                if not os.read(self.fd, 65536):
                    break
            except OSError:
                break
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


class Echo(unittest.TestCase):
    """TCP and UDP."""

    @classmethod
    def setUpClass(cls):
        cls.tcp, cls.udp, cls.http = free_port(), free_port(socket.SOCK_DGRAM), free_port()
        cls.server = Server([str(BIN / "netpeel"), "demo", "serve", "--tcp-port", str(cls.tcp), "--udp-port", str(cls.udp),
                             "--port", str(cls.http)], cls.tcp)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def test_tcp_pipe_byte_for_byte(self):
        data = os.urandom(3_000_000)
        code, out, _ = demo("tcp", f"localhost:{self.tcp}", stdin=data)
        self.assertEqual((code, len(out)), (0, len(data)))
        self.assertEqual(out, data)

    def test_tcp_file_as_input(self):
        """A file cannot be waited for as a pipe can."""
        with open(BIN / "netpeel", "rb") as file:
            done = subprocess.run([str(BIN / "netpeel"), "demo", "tcp", f"localhost:{self.tcp}"], stdin=file, capture_output=True,
                                  timeout=PATIENCE)
        self.assertEqual(done.stdout, (BIN / "netpeel").read_bytes())

    def test_tcp_one_shot_and_json(self):
        self.assertEqual(lines("tcp", f"127.0.0.1:{self.tcp}", "two", "words")[:2], (0, ["two words"]))
        code, got, _ = objects("tcp", f":{self.tcp}", "hi")
        self.assertEqual((code, "".join(o["text"] for o in got[:-1])), (0, "hi\n"))
        self.assertEqual(got[-1], {"what": "done", "sent": 3, "received": 3})

    def test_lines_at_a_pace(self):
        began = time.monotonic()
        code, got, _ = objects("tcp", f":{self.tcp}", "--pace", 150, stdin=b"one\ntwo\nthree")
        self.assertGreater(time.monotonic() - began, 0.3)
        self.assertEqual((code, [o.get("text") for o in got]), (0, ["one\n", "two\n", "three\n", None]))
        code, got, _ = objects("udp", f":{self.udp}", "--pace", 50, "--timeout", 300, stdin=b"one\ntwo\n")
        self.assertEqual((code, [o.get("text") for o in got]), (0, ["one", "two", None]))
        self.assertEqual(got[-1], {"what": "done", "sent": 2, "received": 2})

    def test_a_pace_goes_on_behind_the_servers_end(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            client = subprocess.Popen([str(BIN / "netpeel"), "demo", "tcp", f":{server.getsockname()[1]}", "--pace", "100"],
                                      stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
            client.stdin.write(b"one\ntwo\n")
            client.stdin.close()
            there, _ = server.accept()
            there.shutdown(socket.SHUT_WR)
            heard = b"".join(iter(lambda: there.recv(100), b""))
            there.close()
        self.assertEqual((client.wait(20), heard), (0, b"one\ntwo\n"))

    def test_abort(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            client = subprocess.Popen([str(BIN / "netpeel"), "demo", "tcp", f":{server.getsockname()[1]}", "hi", "--abort"],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            there, _ = server.accept()
            self.assertEqual(there.recv(100), b"hi\n")
            there.send(b"hi\n")
            with self.assertRaises(ConnectionResetError):
                there.recv(100)
            there.close()
        self.assertEqual(client.wait(20), 0)

    def test_tcp_wire(self):
        code, out, _ = lines("tcp", f":{self.tcp}", "hi\x1b[31m", "--show", "wire")
        self.assertEqual(code, 0)
        self.assertEqual(out[0], "-> sent bytes, 8 bytes")
        self.assertIn("68 69 1b 5b 33 31 6d 0a", out[1])
        self.assertEqual(out[2].split(), ["text", "hi\\x1b[31m\\n"])
        self.assertTrue(out[3].startswith("<- received bytes"))

    def test_tcp_silence(self):
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            code, _, err = demo("tcp", f":{deaf.getsockname()[1]}", "hello", "--timeout", 200)
        self.assertEqual(code, 1)
        self.assertIn("nothing came for 200 ms", err)

    def test_nobody_there(self):
        for tool in ("tcp", "http", "ws", "sio"):
            code, _, err = demo(tool, f"127.0.0.1:{free_port()}", *(["x"] if tool in ("tcp", "ws") else []))
            self.assertEqual(code, 3, tool)
            self.assertIn("netpeel demo serve", err, tool)

    def test_udp(self):
        self.assertEqual(lines("udp", f":{self.udp}", "#7 hi")[:2], (0, ["ack 7"]))
        self.assertEqual(lines("udp", f":{self.udp}", "hi")[:2], (0, ["hi"]))
        code, out, _ = demo("udp", f":{self.udp}", "--timeout", 500, stdin=b"x" * 5000)
        self.assertEqual((code, out), (0, b"x" * 5000))

    def test_udp_nobody(self):
        code, _, err = demo("udp", f"127.0.0.1:{free_port(socket.SOCK_DGRAM)}", "hi")
        self.assertEqual(code, 3)
        self.assertIn("ICMP", err)

    def test_udp_no_answer(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
            deaf.bind(("127.0.0.1", 0))
            code, _, err = demo("udp", f":{deaf.getsockname()[1]}", "hi", "--timeout", 100)
        self.assertEqual(code, 1)
        self.assertIn("UDP does not tell which", err)

    def test_wrong_use(self):
        for words in (("tcp", "https://localhost"), ("tcp", "localhost:99999"), ("sio", "localhost:1", "fly"),
                      ("sio", "localhost:1", "wait"), ("sio", "localhost:1", "--auth", "[]"), ("ws", ":1", "--opcode", "16"),
                      ("http", ":1", "-H", "no colon"), ("load", ":1", "--clients", "0"), ("load", ":1", "--size", "1000000000000")):
            code, _, err = demo(*words)
            self.assertEqual(code, 2, (words, err))

    def test_on_a_terminal(self):
        t = Terminal("tcp", f"localhost:{self.tcp}")
        t.expect("connected to 127.0.0.1")
        t.expect("tcp> ")
        t.type("hello\n")
        t.expect("hello")  # as typed
        t.expect("hello")  # as answered
        t.type("wrong\x15again\n")  # Ctrl-U takes a line back
        t.expect("again\r\n")  # as typed
        t.expect("\x1b[Kagain\r\n")
        t.type("\x04")
        self.assertEqual(t.end(), 0)

    def test_ctrl_c(self):
        t = Terminal("sio", f"localhost:{self.http}")
        t.expect("connected / ")
        t.type("help\n")
        t.expect("An ARG is JSON")
        t.type("emit echo [1, 2]\n")
        t.expect("event echo [[1,2]]")
        t.type("\x03")
        self.assertEqual(t.end(), 0)


class Both:
    """Whatever the server is, this is what the clients get from it."""

    def target(self, path=""):
        return f"localhost:{self.server.port}{path}"

    def sio(self, *words, stdin=b""):
        code, got, err = objects("sio", self.target(), *words, stdin=stdin)
        self.assertNotIn("Sanitizer", err)
        return code, got, err

    # ---- HTTP and WebSocket ----

    def test_http(self):
        self.assertEqual(demo("http", self.target("/healthz"))[:2], (0, b"ok\n"))
        code, _, err = demo("http", self.target("/nothing/here"))
        self.assertEqual(code, 1)
        self.assertIn("404", err)
        code, out, _ = lines("http", self.target("/healthz"), "-i")
        self.assertEqual(out[0], "HTTP/1.1 200 OK")
        code, got, _ = objects("http", self.target("/healthz"))
        self.assertEqual((got[0]["status"], got[0]["text"]), (200, "ok\n"))

    def test_http_rule_broken(self):
        if isinstance(self, Node) and int(subprocess.check_output(["node", "--version"], text=True)[1:].split(".")[0]) < 20:
            self.skipTest("Node asks for Host from release 20 on")
        code, _, err = demo("http", self.target("/healthz"), "--no-host")
        self.assertEqual(code, 1)
        self.assertIn("400", err)

    def test_ws_one_shot_and_pipe(self):
        self.assertEqual(lines("ws", self.target("/ws/echo"), "one", "two")[:2], (0, ["one", "two"]))
        code, out, _ = demo("ws", self.target("/ws/echo"), stdin="a\nüü\n\nlast".encode())
        self.assertEqual((code, out.decode()), (0, "a\nüü\n\nlast\n"))
        self.assertEqual(lines("ws", self.target("/ws/broadcast"), "mine")[:2], (0, ["mine"]))

    def test_ws_binary_and_long(self):
        data = os.urandom(200_000)
        path = pathlib.Path(self.id() + ".bin")
        path.write_bytes(data)
        self.addCleanup(path.unlink)
        self.assertEqual(demo("ws", self.target("/ws/echo"), "--binary", f"@{path}")[1], data)
        self.assertEqual(objects("ws", self.target("/ws/echo"), "--binary", "hex:00ff80")[1][0]["hex"], "00ff80")

    def test_ws_fragments(self):
        code, out, _ = lines("ws", self.target("/ws/echo"), "--fragment", 2, "--show", "wire", "hello")
        self.assertEqual(code, 0)
        frames = [line.split(None, 1)[1] for line in out if line.split()[:1] == ["frame"]]
        self.assertRegex(frames[0], r"^text, no FIN: more follows, masked with [0-9a-f]{8}, 2 bytes")
        self.assertTrue(frames[1].startswith("continuation, no FIN"))
        self.assertTrue(frames[2].startswith("continuation, FIN"))
        self.assertEqual(frames[3], "text, FIN, not masked, 5 bytes of payload")

    def test_ws_broken_rules(self):
        for words, what in ((["--no-mask"], "closed with 1002"), (["--opcode", "3"], "closed with 1002"),
                            (["--opcode", "0"], "closed with 1002")):
            code, _, err = demo("ws", self.target("/ws/echo"), *words, "hello")
            self.assertEqual(code, 1, words)
            self.assertIn(what, err, words)
        for words, status in ((["--version", "7"], (400, 426)), (["--key", "short"], (400,))):
            code, got, _ = objects("ws", self.target("/ws/echo"), *words, "hello")
            self.assertEqual(code, 1, words)
            self.assertIn(got[0]["status"], status, words)
        code, got, _ = objects("ws", self.target("/ws/nowhere"), "hello")
        self.assertEqual((code, got[0]["what"], got[0]["status"]), (1, "refused", 404))

    # ---- Socket.IO ----

    def kinds(self, got, what):
        return [o for o in got if o["what"] == what]

    def test_sio_ack_over_each_transport(self):
        for transport in ("polling", "websocket", "both"):
            code, got, err = self.sio("--transport", transport, "emit", "echo", '"hi"', '{"a":[1,null]}', "ack")
            self.assertEqual(code, 0, err)
            self.assertEqual(self.kinds(got, "ack")[0]["args"], ["hi", {"a": [1, None]}], transport)
            self.assertEqual(self.kinds(got, "event")[0]["event"], "auth")

    def test_sio_upgrade(self):
        code, got, _ = self.sio("sleep", 500, "then", "emit", "whoami", "ack")
        self.assertEqual(code, 0)
        self.assertEqual(self.kinds(got, "ack")[0]["args"][0]["transport"], "websocket")
        self.assertEqual([o["transport"] for o in self.kinds(got, "transport")], ["polling", "websocket"])

    def test_sio_binary_both_ways(self):
        for transport in ("polling", "websocket"):
            code, got, _ = self.sio("--transport", transport, "emit", "echo", "hex:00ff", '"between"', "hex:", "ack", "then",
                                    "emit", "binary:make", 300, "ack")
            self.assertEqual(code, 0)
            acks = self.kinds(got, "ack")
            self.assertEqual(acks[0]["args"], [{"_hex": "00ff"}, "between", {"_hex": ""}])
            self.assertEqual(acks[1]["args"], [{"_hex": bytes(i & 255 for i in range(300)).hex()}])

    def test_sio_rooms(self):
        code, got, _ = self.sio("join", "b", "a", "then", "emit", "room:all", '"a"', '"hello"', "then", "wait", "room:message",
                                "then", "leave", "a")
        self.assertEqual(code, 0)
        acks = self.kinds(got, "ack")
        me = self.kinds(got, "connected")[0]["id"]
        self.assertEqual(acks[0]["args"], [{"ok": True, "rooms": sorted(["a", "b", me])}])
        self.assertIn(["a", "b"], [sorted(set(acks[0]["args"][0]["rooms"]) - {me})])
        said = [o for o in got if o.get("event") == "room:message"]
        self.assertEqual(said[0]["args"][:2], [me, "hello"])
        self.assertEqual(acks[-1]["args"], [{"ok": True, "rooms": sorted(["b", me])}])

    def test_sio_answers_questions(self):
        code, got, _ = self.sio("--answer", "question=[42]", "emit", "ask", 2000, '"why"', "ack")
        self.assertEqual((code, self.kinds(got, "ack")[0]["args"]), (0, [{"ok": True, "answer": [42]}]))
        code, got, _ = self.sio("emit", "ask", 100, '"why"', "ack")
        self.assertEqual(self.kinds(got, "ack")[0]["args"], [{"ok": False, "error": "operation has timed out"}])

    def test_sio_namespaces(self):
        code, got, _ = self.sio("--nsp", "/custom", "--auth", '{"who":"me"}', "wait", "auth")
        self.assertEqual(code, 0)
        self.assertEqual(self.kinds(got, "event")[0]["args"][0], {"who": "me"})
        code, got, _ = self.sio("nsp", "/dyn-7", "then", "wait", "welcome", "then", "nsp", "/custom", "then", "wait", "auth", 2)
        self.assertEqual(code, 0)
        self.assertEqual([o["nsp"] for o in self.kinds(got, "connected")], ["/", "/dyn-7", "/custom"])
        code, got, _ = self.sio("nsp", "/admin", '{"token":"netpeel"}', "then", "emit", "nodes", "ack")
        self.assertEqual(code, 0)
        self.assertEqual(len(self.kinds(got, "ack")[0]["args"][0]), 1)

    def test_sio_refused(self):
        code, got, _ = self.sio("nsp", "/nope", "then", "emit", "x")
        self.assertEqual(code, 1)
        self.assertEqual(self.kinds(got, "connect_error")[0]["message"], "Invalid namespace")
        code, got, _ = self.sio("nsp", "/admin")
        said = self.kinds(got, "connect_error")[0]
        self.assertEqual((code, said["message"], said["data"]), (1, "unauthorized", {"code": 401}))

    def test_sio_no_answer(self):
        code, _, err = self.sio("emit", "nobody-listens", "ack", "--timeout", 300)
        self.assertEqual(code, 1)
        self.assertIn("timed out", err)
        code, _, err = self.sio("wait", "never", "--timeout", 300)
        self.assertEqual(code, 1)

    def test_sio_server_ends_it(self):
        code, got, _ = self.sio("emit", "kick", "then", "wait", "never")
        self.assertEqual(code, 1)
        self.assertEqual(self.kinds(got, "disconnected")[0]["reason"], "io server disconnect")

    def test_sio_recovery(self):
        """Over polling a server notices a loss at once only where a poll hangs: hence the sleep."""
        for transport in ("polling", "websocket"):
            code, got, err = self.sio("--transport", transport, "join", "r", "then", "emit", "echo", "1", "then", "wait", "echo",
                                      "then", "sleep", 300, "then", "drop", "then", "emit", "whoami", "ack", "then", "emit", "echo", "2", "then", "wait",
                                      "echo")
            self.assertEqual(code, 0, err)
            first, second = self.kinds(got, "connected")
            self.assertEqual((first["id"], second["recovered"]), (second["id"], True), transport)
            self.assertIn("r", self.kinds(got, "ack")[-1]["args"][0]["rooms"])
            self.assertEqual([o["args"][0] for o in got if o.get("event") == "auth"], [{}])

    def test_sio_forced_reconnect(self):
        code, got, err = self.sio("emit", "drop", "then", "sleep", 3000, "then", "emit", "echo", "1", "ack")
        self.assertEqual(code, 0, err)
        self.assertEqual(self.kinds(got, "disconnected")[0]["reason"], "transport close")
        self.assertEqual(len(self.kinds(got, "connected")), 2)

    def test_sio_burst_in_a_pipe(self):
        """Polling's payloads hold many packets; the pipe's lines are done one after another."""
        for transport in ("polling", "websocket"):
            code, got, err = self.sio("--transport", transport, stdin=b"emit burst 2000\nwait burst 2000\nemit echo 1 ack\n")
            self.assertEqual(code, 0, err)
            burst = [o["args"][0] for o in got if o.get("event") == "burst"]
            self.assertEqual(burst, list(range(2000)))
            self.assertEqual(self.kinds(got, "ack")[0]["args"], [1])

    def test_sio_wrong_lines_in_a_pipe(self):
        code, got, err = self.sio(stdin=b"fly\nemit echo [1\nemit echo 1 ack\n")
        self.assertEqual(code, 2)
        self.assertIn('"fly" is no command', err)
        self.assertIn("has no end", err)
        self.assertEqual(self.kinds(got, "ack")[0]["args"], [1])

    def test_sio_wire(self):
        code, out, _ = lines("sio", self.target(), "--transport", "websocket", "--show", "wire", "emit", "echo", "hex:01", "ack")
        self.assertEqual(code, 0)
        text = "\n".join(re.sub(r"^\s+(\S+)\s+", r"  \1 ", line) for line in out)
        self.assertIn("Engine.IO 4 message\n  Socket.IO 5 BINARY_EVENT, namespace /, asks for acknowledgment 0, attachments: 1\n"
                      '  event echo\n  arguments {"_placeholder":true,"num":0}', text)
        self.assertIn("Engine.IO message of bytes: a binary frame needs no type\n  Socket.IO an attachment", text)
        self.assertIn("Socket.IO 6 BINARY_ACK, namespace /, answers 0", text)
        code, got, _ = objects("sio", self.target(), "--transport", "polling", "--show", "wire", "emit", "echo", "1", "ack")
        packets = [o for o in got if o.get("kind") == "packet" and "event" in o]
        self.assertIn(("out", "echo", "1"), [(o["way"], o["event"], o["arguments"]) for o in packets])

    # ---- Load ----

    def test_load(self):
        for proto in ("ws", "sio"):
            code, out, err = demo("load", self.target(), "--proto", proto, "--clients", 10, "--messages", 500, "--seconds", 0,
                                  "--json")
            got = json.loads(out)
            self.assertEqual((code, got["sent"], got["received"], got["unanswered"]), (0, 500, 500, 0), err)
            self.assertEqual(got["pid"], self.server.process.pid)
            self.assertGreater(got["server_us"], 0)
            self.assertLessEqual(got["ms_p50"], got["ms_p99"])
            code, out, err = demo("load", self.target(), "--proto", proto, "--test", "broadcast", "--clients", 20, "--messages",
                                  50, "--seconds", 0, "--json")
            got = json.loads(out)
            self.assertEqual((code, got["sent"], got["received"], got["unanswered"]), (0, 50, 1000, 0), err)
            code, out, err = demo("load", self.target(), "--proto", proto, "--test", "churn", "--clients", 10, "--messages", 200,
                                  "--json")
            self.assertEqual((code, json.loads(out)["received"]), (0, 200), err)
            code, out, err = demo("load", self.target(), "--proto", proto, "--test", "idle", "--clients", 50, "--seconds", 1,
                                  "--json")
            self.assertEqual((code, json.loads(out)["connected"]), (0, 50), err)


class Ours(Both, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        port = free_port()
        cls.server = Server([str(BIN / "netpeel-demo"), "serve", "--port", str(port), "--tcp-port", str(free_port()), "--udp-port",
                             str(free_port(socket.SOCK_DGRAM)), "--recovery", "10000"], port)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def test_http_sends_a_body_with_post(self):
        self.assertTrue(demo("http", self.target("/http/echo"), "-d", "a=1")[1].startswith(b"POST /http/echo HTTP/1.1"))
        self.assertTrue(demo("http", self.target("/http/echo"), "-d", "a=1", "-X", "PUT")[1].startswith(b"PUT /http/echo HTTP/1.1"))
        self.assertTrue(demo("http", self.target("/http/echo"))[1].startswith(b"GET /http/echo HTTP/1.1"))

    def test_http_answers_every_line_of_a_pipe(self):
        code, out, _ = demo("http", self.target(), "--interactive", stdin=b"/healthz\nPOST /http/echo hi\nnonsense\n/no/such\n/healthz\n")
        self.assertEqual(code, 1)  # one was not found
        self.assertEqual(out[:3] + out[-3:], b"ok\nok\n")
        self.assertIn(b"POST /http/echo HTTP/1.1", out)


class Node(Both, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if shutil.which("node") is None or not MODULES:
            raise unittest.SkipTest("node, or npm's socket.io in build/node, is not there")
        port = free_port()
        cls.server = Server(["node", str(REFERENCE), "--port", str(port), "--recovery", "10000"], port,
                            env={**os.environ, "NODE_PATH": MODULES[0]})

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()


if __name__ == "__main__":
    unittest.main(verbosity=1)
