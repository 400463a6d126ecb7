"""HTTP and WebSocket by hand, for tests that compare what two servers say: nothing is mended, hidden or tried again."""
import base64
import os
import re
import socket
import struct
import time

PATIENCE = 3  # seconds for what has to come
ASKED = ("content-type", "cache-control", "vary", "access-control-allow-origin", "access-control-allow-methods",
         "access-control-allow-headers", "access-control-allow-credentials")


def masked(text, sids):
    for n, sid in enumerate(sids):
        text = text.replace(sid, f"<sid{n}>")
    return text


class Request:
    """One request on a connection of its own; the answer is read when somebody asks."""

    def __init__(self, port, method, target, headers=(), body=b"", hold=0):
        """hold: so many of the body's last bytes are kept back until finish()."""
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        lines = [f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{port}", *headers]
        if method == "POST" and not any(h.lower().startswith("content-length") for h in headers):
            lines.append(f"Content-Length: {len(body)}")
        self.rest = body[len(body) - hold:] if hold else b""
        self.method = method
        self.socket.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body[:len(body) - hold])
        self.got = b""

    def finish(self):
        try:
            self.socket.sendall(self.rest)
        except OSError:
            pass

    def leave(self):
        self.socket.close()

    def more(self, until):
        self.socket.settimeout(max(0.001, until - time.monotonic()))
        data = self.socket.recv(65536)
        self.got += data
        return data

    def answer(self, patience=PATIENCE):
        """(status, {header: value}, body); or a word for how it ended without."""
        until = time.monotonic() + patience
        try:
            while b"\r\n\r\n" not in self.got:
                if not self.more(until):
                    return "closed"
            head, self.got = self.got.split(b"\r\n\r\n", 1)
            status, *lines = head.decode("latin-1").split("\r\n")
            headers = {}
            for line in lines:
                name, value = line.split(":", 1)
                name = name.lower()
                headers[name] = f"{headers[name]}, {value.strip()}" if name in headers else value.strip()
            body = b"" if self.method == "HEAD" or status.split()[1] in ("204", "304") else self.body(headers, until)
        except socket.timeout:
            return "no answer"
        except OSError as why:
            return "reset" if isinstance(why, ConnectionResetError) else why.strerror
        self.socket.close()
        return int(status.split()[1]), headers, body

    def body(self, headers, until):
        if "content-length" in headers:
            size = int(headers["content-length"])
            while len(self.got) < size and self.more(until):
                pass
            return self.got[:size]
        if headers.get("transfer-encoding") != "chunked":
            while self.more(until):
                pass
            return self.got
        out = b""
        while True:
            while b"\r\n" not in self.got:
                self.more(until)
            size, self.got = self.got.split(b"\r\n", 1)
            size = int(size, 16)
            while len(self.got) < size + 2:
                self.more(until)
            out, self.got = out + self.got[:size], self.got[size + 2:]
            if size == 0:
                return out


class WebSocket:
    def __init__(self, port, target, headers=()):
        key = base64.b64encode(os.urandom(16)).decode()
        self.request = Request(port, "GET", target, ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                                                     f"Sec-WebSocket-Key: {key}", *headers])
        self.socket = self.request.socket
        self.status = self.head()

    def head(self):
        until = time.monotonic() + PATIENCE
        r = self.request
        while b"\r\n\r\n" not in r.got:
            if not r.more(until):
                return "closed"
        if not r.got.startswith(b"HTTP/1.1 101"):
            return r.answer()
        head, r.got = r.got.split(b"\r\n\r\n", 1)
        self.headers = {line.split(":")[0].lower(): line.split(":", 1)[1].strip() for line in head.decode().split("\r\n")[1:]}
        return 101

    def send(self, payload, opcode=None):
        """Text, or bytes as a binary message."""
        data = payload.encode() if isinstance(payload, str) else payload
        opcode = opcode or (1 if isinstance(payload, str) else 2)
        mask = os.urandom(4)
        size = bytes([0x80 | len(data)]) if len(data) < 126 else bytes([0xfe]) + struct.pack(">H", len(data)) \
            if len(data) < 65536 else bytes([0xff]) + struct.pack(">Q", len(data))
        data = bytes(b ^ mask[i % 4] for i, b in enumerate(data))
        try:
            self.socket.sendall(bytes([0x80 | opcode]) + size + mask + data)
        except OSError:
            pass

    def take(self, n, until):
        while len(self.request.got) < n:
            if not self.request.more(until):
                raise EOFError
        out, self.request.got = self.request.got[:n], self.request.got[n:]
        return out

    def hear(self, patience=PATIENCE):
        """The next frame in a word: "4hello", "binary 0102", "close 1000 why"; or how it ended; "" if nothing comes."""
        until = time.monotonic() + patience
        try:
            first, size = self.take(2, until)
            if size >= 126:
                size = int.from_bytes(self.take(2 if size == 126 else 8, until), "big")
            data = self.take(size, until)
        except socket.timeout:
            return ""
        except EOFError:
            return "end"
        except OSError:
            return "reset"
        if first & 15 == 1:
            return data.decode()
        if first & 15 == 8:
            return "close" if not data else f"close {int.from_bytes(data[:2], 'big')}"
        return {2: "binary", 9: "ping", 10: "pong"}.get(first & 15, str(first)) + " " + data.hex()

    def leave(self):
        self.socket.close()


class Story:
    """What one server said, line by line; sids and times are put so that two servers' can be compared."""

    def __init__(self, port):
        self.port = port
        self.lines = []
        self.sids = []
        self.open = []

    def note(self, what, heard):
        if isinstance(heard, tuple):
            status, headers, body = heard
            shown = " ".join(f"[{k}: {headers[k]}]" for k in ASKED if k in headers)
            heard = f"{status} {shown} {body.decode('utf-8', 'backslashreplace')}".replace("\x1e", "~")
        self.lines.append(masked(f"{what}: {heard}", self.sids))
        return heard

    def ask(self, method, query, headers=(), body=b"", hold=0):
        target = "/engine.io/" + ("?" + query if query is not None else "")
        r = Request(self.port, method, target, headers, body.encode("latin-1") if isinstance(body, str) else body, hold)
        self.open.append(r)
        return r

    def get(self, what, query, headers=(), patience=PATIENCE):
        return self.note(what, self.ask("GET", query, headers).answer(patience))

    def begin(self, headers=()):
        """A handshake over polling; gives the query of what follows."""
        status, _, body = self.ask("GET", "EIO=4&transport=polling", headers).answer()
        sid = re.search(rb'"sid":"([^"]*)"', body).group(1).decode()
        self.sids.append(sid)
        return f"EIO=4&transport=polling&sid={sid}"

    def poll(self, query):
        return self.ask("GET", query)

    def post(self, query, body, what="post", headers=("Content-Type: text/plain;charset=UTF-8",), **more):
        body = body.replace("~", "\x1e") if isinstance(body, str) else body
        return self.note(what, self.ask("POST", query, headers, body, **more).answer())

    def dial(self, query, headers=()):
        ws = WebSocket(self.port, "/engine.io/?" + query, headers)
        self.open.append(ws)
        return ws

    def begin_ws(self, more="", headers=()):
        ws = self.dial("EIO=4&transport=websocket" + more, headers)
        hello = ws.hear()
        self.sids.append(re.search(r'"sid":"([^"]*)"', hello).group(1))
        return ws

    def hear(self, ws, what="ws", patience=PATIENCE):
        return self.note(what, ws.hear(patience))

    def about(self, what, since, expected, tolerance):
        ms = (time.monotonic() - since) * 1000
        self.lines.append(f"{what}: " + (f"about {expected} ms" if abs(ms - expected) <= tolerance else f"{ms:.0f} ms"))

    def end(self):
        for o in self.open:
            o.leave()
