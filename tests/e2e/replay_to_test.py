#!/usr/bin/env python3
"""netpeel replay --to: what a client said in a capture is said again to a live server. The server that was recorded gives no
difference; what another one says otherwise, not, or only now is named. Each conversation is recorded in the lab first."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

BIN = pathlib.Path(sys.argv.pop(1)).resolve()
CAPTURES = pathlib.Path(__file__).resolve().parents[2] / "captures"
os.environ["ASAN_OPTIONS"] = "detect_leaks=0"  # what looks for leaks cannot work in a namespace of processes

# ---- Servers and clients; {CHANGE} is what a test changes in a server. ----

TCP_SERVER = """
import socket, sys
port, change = int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
listener = socket.create_server(("", port))
print("up", flush=True)
while True:
    c, _ = listener.accept()
    with c, c.makefile("rwb", 0) as f:
        for line in f:
            if change == "silent" and line.startswith(b"second"): continue
            if change == "dies" and line.startswith(b"second"): break
            # In two segments: what counts is what is said, not how it is cut.
            answer = line.upper() * 50
            if change == "text": answer = answer.replace(b"SECOND", b"SECONT")
            f.write(answer[:40]); f.write(answer[40:])
            if change == "more" and line.startswith(b"third"): f.write(b"and one thing more\\n")
"""
TCP_CLIENT = """
import socket
c = socket.create_connection(("b", 7000))
for line in (b"first\\n", b"second\\n", b"third\\n"):
    c.sendall(line)
    got = b""
    while got.count(b"\\n") < 50: got += c.recv(9999)
c.close()
"""
UDP_SERVER = """
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("", int(sys.argv[1])))
print("up", flush=True)
while True:
    data, who = s.recvfrom(9999)
    if len(sys.argv) > 2 and data == b"two": continue
    s.sendto(b"got " + data, who)
"""
UDP_CLIENT = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(5)
for data in (b"one", b"two", b"three"):
    s.sendto(data, ("b", 7000)); s.recv(9999)
"""
HTTP_SERVER = """
import http.server, secrets, sys, time
known = set()
change = sys.argv[2] if len(sys.argv) > 2 else ""
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0" if change == "closes" else "HTTP/1.1"
    def log_message(self, *_): pass
    def answer(self, body, code=200):
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if change == "header" and self.path == "/a": self.send_header("X-New", "yes")
        if self.path == "/login":
            known.add(secrets.token_hex(8 if change != "cookie" else 12))
            self.send_header("Set-Cookie", "session=" + list(known)[-1] + "; Path=/")
        self.end_headers()
        if self.command != "HEAD": self.wfile.write(body)
    def do_GET(self):
        if self.path == "/login": return self.answer(b"{}")
        if self.path == "/mine": return self.answer(b"{}", 200 if self.headers.get("Cookie", "").removeprefix("session=") in known else 403)
        if self.path == "/missing": return self.answer(b"{}", 200 if change == "status" else 404)
        # Members in another order say the same.
        self.answer(b'{"z": 1, "path": "/a"}' if change == "order" else b'{"path":"/a","z":1}')
    do_HEAD = do_GET
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(b'{"you":"' + body[::-1] + b'","to":"' + self.headers["Host"].split(":")[0].encode()[:0] + b'"}')
server = http.server.ThreadingHTTPServer(("", int(sys.argv[1])), Handler)
print("up", flush=True)
server.serve_forever()
"""
HTTP_CLIENT = """
import http.client
c = http.client.HTTPConnection("b", 7000)
for method, path, body in (("GET", "/a", None), ("HEAD", "/a", None), ("POST", "/b", b"hello"), ("GET", "/missing", None)):
    c.request(method, path, body); c.getresponse().read()
c.request("GET", "/login"); r = c.getresponse(); r.read()
c.request("GET", "/mine", headers={"Cookie": r.headers["Set-Cookie"].split(";")[0]}); c.getresponse().read()
c.close()
"""
WS_SERVER = """
import base64, hashlib, socket, struct, sys
change = sys.argv[2] if len(sys.argv) > 2 else ""
listener = socket.create_server(("", int(sys.argv[1])))
print("up", flush=True)
def take(f):
    head = f.read(2)
    if len(head) < 2: return 8, b""
    n = head[1] & 127
    if n == 126: n = struct.unpack(">H", f.read(2))[0]
    assert head[1] & 128, "a client masks"
    mask = f.read(4); data = f.read(n)
    return head[0] & 15, bytes(b ^ mask[i % 4] for i, b in enumerate(data))
def put(f, opcode, data):
    f.write(bytes([0x80 | opcode]) + (bytes([len(data)]) if len(data) < 126 else b"\\x7e" + struct.pack(">H", len(data))) + data)
while True:
    c, _ = listener.accept()
    with c, c.makefile("rwb", 0) as f:
        lines = []
        while (line := f.readline().strip()): lines.append(line.decode())
        key = next((l.split(": ")[1] for l in lines if l.lower().startswith("sec-websocket-key")), None)
        if key is None: continue
        accept = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
        if change == "key": accept = accept[::-1]
        f.write(("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: " + accept + "\\r\\n\\r\\n").encode())
        put(f, 9, b"are you there")
        answered = False
        while True:
            opcode, data = take(f)
            answered = answered or (opcode, data) == (10, b"are you there")
            if opcode == 8: put(f, 8, data if answered else b"\\x0f\\xa0no pong"); break
            if opcode in (1, 2):
                if change == "text" and data == b"two": data = b"TWO"
                put(f, opcode, data)
"""
WS_CLIENT = """
import socket, struct
c = socket.create_connection(("b", 7000)); f = c.makefile("rwb", 0)
f.write(b"GET /chat?room=1 HTTP/1.1\\r\\nHost: b:7000\\r\\nOrigin: http://b:7000\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
        b"Sec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n")
while f.readline().strip(): pass
def take():
    head = f.read(2); n = head[1]
    if n == 126: n = struct.unpack(">H", f.read(2))[0]
    return head[0] & 15, f.read(n)
def put(opcode, data):
    mask = b"abcd"; n = len(data)
    size = bytes([128 | n]) if n < 126 else b"\\xfe" + struct.pack(">H", n)
    f.write(bytes([128 | opcode]) + size + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))
put(10, take()[1])
for opcode, data in ((1, b"one"), (1, b"two"), (2, bytes(range(256)) * 2), (1, b"three")): put(opcode, data); take()
put(8, b"\\x03\\xe8bye"); take(); c.close()
"""

POLLING_CLIENT = """
import http.client, re, threading
url, sid = "/socket.io/?EIO=4&transport=polling", ""
def ask(method, body=None):
    c = http.client.HTTPConnection("b", 7000); c.request(method, url + sid, body); text = c.getresponse().read().decode(); c.close()
    return text
sid = "&sid=" + re.search('"sid":"(.*?)"', ask("GET"))[1]
def say(body, until):
    # The poll waits already when the answer comes.
    got = []
    def listen():
        while until not in "".join(got): got.append(ask("GET"))
    listener = threading.Thread(target=listen); listener.start()
    ask("POST", body); listener.join()
say("40", '["auth"')
say('421["echo",1]\\x1e422["echo",2]', "432[")
say('423["echo",3]', "433[")
ask("POST", "41\\x1e1")
"""


def run(*words, **more):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, **more)


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def started(words, up):
    child = subprocess.Popen([str(w) for w in words], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    try:
        line = child.stdout.readline()
        assert up in line, line
        yield child
    finally:
        child.kill()
        child.stdout.close()
        child.wait()


class Bender(threading.Thread):
    """A wire that replaces some of the server's bytes by as many others, and knows what the clients said."""

    def __init__(self, to, old=None, new=None):
        super().__init__(daemon=True)
        self.to, self.old, self.new = to, old, new
        self.asked = b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.to))
            threading.Thread(target=self.carry, args=(client, server), daemon=True).start()
            threading.Thread(target=self.carry, args=(server, client), daemon=True).start()

    def carry(self, source, target):
        from_server = source.getpeername()[1] == self.to
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if not from_server:
                    self.asked += data
                target.sendall(data.replace(self.old, self.new) if from_server and self.old else data)
        for s in source, target:
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)


class To(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="netpeel-replay-to-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)

    def script(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def record(self, name, server, client):
        """A capture of that client with that server, made once."""
        file = self.folder / f"{name}.pcapng"
        server = self.script(f"{name}_server.py", server)
        if not file.exists():
            done = run(BIN / "netpeel-lab", "run", "-w", file, "--serve", f"b:{sys.executable} {server} 7000", "--", sys.executable, "-c", client)
            self.assertEqual(done.returncode, 0, done)
        return file, server

    def replay(self, file, port, *words):
        done = run(BIN / "netpeel-replay", file, "--to", f"127.0.0.1:{port}", "--json", "--patience", "2", *words)
        self.assertIn(done.returncode, (0, 1), done)
        said = json.loads(done.stdout)
        self.assertEqual(said["equal"], done.returncode == 0)
        return said

    def against(self, recording, change=None, *words):
        """Replayed to the same server, or to one that is changed."""
        file, server = recording
        kind = socket.SOCK_DGRAM if "udp" in str(server) else socket.SOCK_STREAM
        port = free_port(kind)
        with started([sys.executable, server, port, *([change] if change else [])], "up"):
            return self.replay(file, port, *words)

    def odd(self, said):
        return [(m["verdict"], m["what"]) for m in said["messages"] if m["verdict"] not in ("sent", "same")]

    def counts(self, said):
        return tuple(said[name] for name in ("same", "different", "missing", "new", "not_sent"))


class Bytes(To):
    def test_tcp(self):
        talk = self.record("tcp", TCP_SERVER, TCP_CLIENT)
        said = self.against(talk)
        self.assertEqual(said["conversations"][0]["protocol"], "TCP")
        self.assertEqual(self.counts(said), (3, 0, 0, 0, 0))
        said = self.against(talk, "text")
        self.assertEqual(self.counts(said), (2, 1, 0, 0, 0))
        difference = next(m for m in said["messages"] if m["verdict"] == "different")["differences"][0]
        self.assertEqual((difference["recorded"][:8], difference["live"][:8]), ("SECOND\nS", "SECONT\nS"))
        self.assertEqual(self.counts(self.against(talk, "more")), (3, 0, 0, 1, 0))
        said = self.against(talk, "silent")
        self.assertEqual((said["same"], said["equal"]), (2, False))
        said = self.against(talk, "dies")
        self.assertEqual(self.counts(said), (1, 0, 2, 0, 1))

    def test_udp(self):
        talk = self.record("udp", UDP_SERVER, UDP_CLIENT)
        self.assertEqual(self.counts(self.against(talk)), (3, 0, 0, 0, 0))
        said = self.against(talk, "loses")
        self.assertEqual(self.odd(said), [("missing", "datagram, 7 bytes")])
        self.assertEqual(said["same"], 2)


    def test_in_a_lab(self):
        file, server = self.record("tcp", TCP_SERVER, TCP_CLIENT)
        done = run(BIN / "netpeel-lab", "run", "--serve", f"b:{sys.executable} {server} 7000", "--", BIN / "netpeel-replay", file, "--to", "b:7000")
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("3 same, 0 different", done.stdout)


class Web(To):
    def test_http(self):
        talk = self.record("http", HTTP_SERVER, HTTP_CLIENT)
        said = self.against(talk)
        self.assertEqual((said["conversations"][0]["protocol"], self.counts(said)), ("HTTP", (6, 0, 0, 0, 0)))
        self.assertIn("cookie session is a name that the server made up", said["messages"][-3]["varies"])
        self.assertEqual(self.counts(self.against(talk, "cookie")), (6, 0, 0, 0, 0))
        self.assertEqual(self.counts(self.against(talk, "order"))[:2], (4, 2))  # Content-Length, and nothing of the body
        said = self.against(talk, "order")
        values = {d["value"] for m in said["messages"] for d in m.get("differences", [])}
        self.assertEqual(values, {"header content-length"})
        said = self.against(talk, "status")
        self.assertEqual([(d["value"], d["recorded"], d["live"]) for m in said["messages"] for d in m.get("differences", [])],
                         [("status", "404", "200")])
        said = self.against(talk, "header")
        self.assertEqual({(d["value"], d["live"]) for m in said["messages"] for d in m.get("differences", [])}, {("header x-new", "yes")})
        # A server that closes after each answer is asked in new connections.
        self.assertEqual(self.counts(self.against(talk, "closes")), (6, 0, 0, 0, 0))

    def test_websocket(self):
        talk = self.record("websocket", WS_SERVER, WS_CLIENT)
        said = self.against(talk)
        self.assertEqual((said["conversations"][0]["protocol"], self.counts(said)), ("WebSocket", (6, 0, 0, 0, 0)))
        said = self.against(talk, "text")
        self.assertEqual(self.odd(said), [("different", "text two")])
        said = self.against(talk, "key")
        self.assertEqual([(d["value"], d["live"]) for m in said["messages"] for d in m.get("differences", [])],
                         [("header sec-websocket-accept", "a wrong answer to the key")])
        said = self.against(talk, None, "--bytes")
        self.assertEqual(said["conversations"][0]["protocol"], "TCP")


@unittest.skipUnless((BIN / "netpeel-demo").exists(), "netpeel-demo is not built")
class Chat(To):
    """captures/chat.pcapng: npm's clients with npm's server, three of them; see captures/README.md."""

    @contextlib.contextmanager
    def demo(self, *words):
        port = free_port()
        with started([BIN / "netpeel-demo", "serve", "--port", port, "--tcp-port", "0", "--udp-port", "0", "--node", "node-3000", *words], "listening"):
            yield port

    def test_the_same_server(self):
        with self.demo() as port:
            for _ in range(2):  # the second finds the server as the first did
                said = self.replay(CAPTURES / "chat.pcapng", port, "--stream", "all")
                self.assertEqual(self.odd(said), [])
                self.assertEqual(len(said["conversations"]), 3)
                self.assertGreater(said["same"], 20)
            varies = {v for m in said["messages"] for v in m.get("varies", [])}
            self.assertIn("sid is a session's id", varies)
            shown = run(BIN / "netpeel-replay", CAPTURES / "chat.pcapng", "--to", f"127.0.0.1:{port}", "--stream", "all")
            self.assertEqual(shown.returncode, 0, shown)
            self.assertIn("0 different, 0 missing, 0 new.", shown.stdout)

    def test_as_it_was_carried(self):
        """From polling to WebSocket: the handshake, polls, what was posted, the probe on a WebSocket of the same session, the upgrade."""
        with self.demo() as port:
            wire = Bender(port)
            said = self.replay(CAPTURES / "chat.pcapng", wire.port, "--stream", "1")
            self.assertEqual([c["transports"] for c in said["conversations"]], [["polling", "websocket"]])
            told = [(m["side"], m["what"]) for m in said["messages"]]
            for what in ("client", "tries WebSocket (probe)"), ("server", "WebSocket works (probe answered)"), ("client", "upgrade to WebSocket"):
                self.assertEqual(told.count(what), 1)
            asked = re.findall(rb"(GET|POST) /socket.io/\?EIO=4&transport=(\w+)(?:&sid=(\S+))? HTTP", wire.asked)
            self.assertEqual(asked[0], (b"GET", b"polling", b""))
            sids = {sid for _, _, sid in asked[1:]}
            self.assertEqual(len(sids), 1)
            ways = [(method, transport) for method, transport, _ in asked[1:]]
            self.assertEqual([ways.count((b"POST", b"polling")), ways.count((b"GET", b"websocket"))], [1, 1])
            self.assertIn(b'40/chat,{"name":"student"}', wire.asked)
            # Nothing is polled any more once WebSocket carries the session.
            self.assertNotIn(b"transport=polling", wire.asked[wire.asked.index(b"transport=websocket"):].partition(b"GET")[2].partition(b"GET")[2])

    def test_a_probe_that_fails(self):
        with self.demo() as port:
            said = self.replay(CAPTURES / "chat.pcapng", Bender(port, b"3probe", b"3prove").port, "--stream", "all")
            lost = [("missing", "WebSocket works (probe answered)"), ("not sent", "upgrade to WebSocket")]
            self.assertEqual([o for o in self.odd(said) if o in lost], lost * 3)
            self.assertEqual({c["trouble"] for c in said["conversations"]}, {"the server did not answer on the WebSocket that was tried"})
            # Without a WebSocket the conversation goes on by polling, of which whoami tells; nobody hangs up a WebSocket in the end.
            refuses = Bender(port, b"HTTP/1.1 101 Switching Protocols", b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0").port
            for said in said, self.replay(CAPTURES / "chat.pcapng", refuses, "--stream", "all"):
                odd = [(verdict, what[:5]) for verdict, what in self.odd(said) if (verdict, what) not in lost]
                self.assertEqual(odd, [("different", "ack 0")] + [("missing", "close")] * 3)
            self.assertTrue(all(c["trouble"].startswith("the server answered the upgrade with 400") for c in said["conversations"]))

    def test_polling_alone(self):
        """What went in one request goes in one again."""
        client = self.script("polling_client.py", POLLING_CLIENT)
        file = self.folder / "polling.pcapng"
        serve = f"b:{BIN}/netpeel-demo serve -q --host 0.0.0.0 --port 7000 --tcp-port 0 --udp-port 0 >/dev/null"
        done = run(BIN / "netpeel-lab", "run", "-w", file, "--serve", serve, "--", sys.executable, client)
        self.assertEqual(done.returncode, 0, done)
        with self.demo() as port:
            wire = Bender(port)
            said = self.replay(file, wire.port)
            self.assertEqual(self.odd(said), [])
            self.assertEqual([c["transports"] for c in said["conversations"]], [["polling"]])
            self.assertEqual([m["what"] for m in said["messages"] if m["side"] == "server" and "ack" in m["what"]], ["ack 1 1", "ack 2 2", "ack 3 3"])
            bodies = re.findall(rb"POST [^\n]*\r\n(?:[^\n]+\r\n)*\r\n([^G]*?)(?=GET|POST|$)", wire.asked)
            self.assertEqual(bodies, [b"40", b'421["echo",1]\x1e422["echo",2]', b'423["echo",3]', b"41\x1e1"])

    def test_an_event_that_is_another(self):
        with self.demo() as port:
            bent = Bender(port, b'"typing"', b'"tiping"').port
            said = self.replay(CAPTURES / "chat.pcapng", bent, "--stream", "all")
            self.assertEqual(self.odd(said), [("missing", 'event "typing" in /chat {"username":"bob"}'),
                                              ("new", 'event "tiping" in /chat {"username":"bob"}')])

    def test_an_argument_that_is_another(self):
        with self.demo() as port:
            bent = Bender(port, b'"hello bob"', b'"hello Bob"').port
            said = self.replay(CAPTURES / "chat.pcapng", bent, "--stream", "all")
            self.assertEqual([d["value"] for m in said["messages"] for d in m.get("differences", [])], ["args"])
            self.assertEqual(self.counts(said)[1:], (1, 0, 0, 0))

    def test_an_answer_that_is_another(self):
        with self.demo("--node", "other") as port:
            said = self.replay(CAPTURES / "chat.pcapng", port, "--stream", "all")
            self.assertEqual(len(self.odd(said)), 1)
            self.assertEqual(self.odd(said)[0][0], "different")
            self.assertTrue(self.odd(said)[0][1].startswith("ack 0"), said)


class Refusals(To):
    def refused(self, code, says, *words):
        done = run(BIN / "netpeel-replay", *words)
        self.assertEqual(done.returncode, code, done)
        self.assertIn(says, done.stderr)

    def test_bad_input(self):
        (self.folder / "empty").touch()
        self.refused(4, "the input is empty", self.folder / "empty", "--to", "127.0.0.1:9")
        self.refused(2, "no conversation", CAPTURES / "igmp.pcapng", "--to", "127.0.0.1:9")
        self.refused(2, "no such conversation", CAPTURES / "tcp.pcapng", "--to", "127.0.0.1:9", "--stream", "7")
        self.refused(2, "--stream all", CAPTURES / "chat.pcapng", "--to", "127.0.0.1:9")
        middle = self.folder / "middle.pcapng"
        run(BIN / "netpeel-decode", CAPTURES / "tcp.pcapng", "-Y", "frame.number > 6", "-w", middle)
        self.refused(2, "begins in the middle", middle, "--to", "127.0.0.1:9")

    def test_tls(self):
        hello = "import socket, ssl\nc = socket.create_connection(('b', 7000))\nx = ssl.create_default_context()\n" \
                "try: x.wrap_socket(c, server_hostname='b')\nexcept OSError: pass"
        server = "import socket, sys\nl = socket.create_server(('', int(sys.argv[1])))\nwhile True: c, _ = l.accept(); c.recv(9999); c.close()"
        file, _ = self.record("tls", server, hello)
        self.refused(2, "encrypted by TLS", file, "--to", "127.0.0.1:9")

    def test_targets(self):
        f = CAPTURES / "tcp.pcapng"
        port = free_port()
        self.refused(3, "Nobody listens there", f, "--to", f"127.0.0.1:{port}")
        self.refused(2, "a host, a colon and a port", f, "--to", "127.0.0.1")
        self.refused(2, "a host, a colon and a port", f, "--to", "127.0.0.1:70000")
        self.refused(2, "--really 192.0.2.1", f, "--to", "192.0.2.1:80")
        self.refused(2, "--really 192.0.2.1", f, "--to", "192.0.2.1:80", "--really", "192.0.2.2")
        self.refused(2, "one at a time", f, "--to", "127.0.0.1:80", "-i", "lo")
        self.refused(2, "--stream is for a conversation", f, "--stream", "1")

    def test_ctrl_c(self):
        file, server = self.record("tcp", TCP_SERVER, TCP_CLIENT)
        port = free_port()
        with started([sys.executable, server, port, "silent"], "up"):
            child = subprocess.Popen([BIN / "netpeel-replay", file, "--to", f"127.0.0.1:{port}", "--patience", "60"], stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE, text=True)
            time.sleep(1)
            child.send_signal(signal.SIGINT)
            out, err = child.communicate(timeout=20)
        self.assertEqual(child.returncode, 1, err)
        self.assertIn("stopped before", err)
        self.assertIn("missing", out)


if __name__ == "__main__":
    trial = run(BIN / "netpeel-lab", "run", "--", "true")
    if trial.returncode == 3:
        print("skipped:", trial.stderr.strip())
        sys.exit(77)
    unittest.main(warnings="ignore")
