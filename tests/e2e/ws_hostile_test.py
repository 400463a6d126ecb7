#!/usr/bin/env python3
"""Raw WebSocket against whoever breaks its rules: each handshake and frame gets the answer RFC 6455 gives, over a real
connection, and a well-behaved client beside them is never disturbed."""
import pathlib
import re
import signal
import socket
import struct
import subprocess
import sys
import time
import unittest
import zlib

BIN = pathlib.Path(sys.argv.pop(1)).resolve()
KEY, MASK = "dGhlIHNhbXBsZSBub25jZQ==", b"\x12\x00\xff\x80"
GOOD = {"Host": "localhost", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": KEY}
CONTINUE, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def frame(opcode, payload=b"", fin=True, rsv=0, mask=MASK, length=None):
    """length: what is claimed, and in how many bytes, where that differs."""
    n, bit = len(payload), 128 if mask else 0
    if length is not None:
        size = bytes([bit | length[0]]) + length[1]
    else:
        size = bytes([bit | n]) if n < 126 else bytes([bit | 126]) + struct.pack(">H", n) if n < 65536 else bytes([bit | 127]) + struct.pack(">Q", n)
    return bytes([fin << 7 | rsv << 4 | opcode]) + size + mask + bytes(b ^ mask[i % 4] if mask else b for i, b in enumerate(payload))


def close(code, reason=b""): return frame(CLOSE, struct.pack(">H", code) + reason)


class Client:
    def __init__(self, port, path="/ws/echo", headers=None, first=None, extra=b"", connect=True):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.kept = b""
        lines = [first or f"GET {path} HTTP/1.1"] + [f"{k}: {v}" for k, vs in (headers or GOOD).items() for v in (vs if isinstance(vs, list) else [vs])]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + extra)
        if connect:
            head = self.until(b"\r\n\r\n").decode()
            assert head.startswith("HTTP/1.1 101 "), head
            self.extensions = (re.findall(r"(?i)Sec-WebSocket-Extensions: (.*)\r", head) or [""])[0]

    def until(self, end):
        while end not in self.kept:
            self.more()
        out, self.kept = self.kept.split(end, 1)
        return out + end

    def more(self):
        piece = self.socket.recv(65536)
        if not piece:
            raise EOFError
        self.kept += piece

    def take(self, n):
        while len(self.kept) < n:
            self.more()
        out, self.kept = self.kept[:n], self.kept[n:]
        return out

    def answer(self):
        """Status and body of an HTTP answer."""
        head = self.until(b"\r\n\r\n").decode()
        size = re.search(r"(?i)\r\nContent-Length: (\d+)", head)
        return int(head.split()[1]), head, self.take(int(size.group(1))).decode()

    def read(self):
        first, n = self.take(2)
        assert n < 128, "a server must not mask"
        if n == 126:
            n, = struct.unpack(">H", self.take(2))
        elif n == 127:
            n, = struct.unpack(">Q", self.take(8))
        return first, self.take(n)

    def says(self, data):
        """What comes back to the data until the connection ends: frames as (first byte, payload)."""
        self.socket.sendall(data)
        out = []
        try:
            while True:
                out.append(self.read())
        except (EOFError, ConnectionResetError):
            return out

    def end(self):
        self.socket.close()


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = subprocess.Popen([str(BIN / "netpeel-demo"), "serve", "--port", "0", "--tcp-port", "0", "--udp-port", "0", "--deflate", "on"],
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        cls.port = int(re.match(r"listening on \S+:(\d+) ", cls.server.stdout.readline()).group(1))
        cls.good = Client(cls.port)  # there from the beginning to the end
        cls.room = [Client(cls.port, "/ws/broadcast") for _ in range(2)]

    @classmethod
    def tearDownClass(cls):
        cls.good.end()
        for member in cls.room:
            member.end()
        cls.server.send_signal(signal.SIGTERM)
        _, errors = cls.server.communicate(timeout=5)
        assert cls.server.returncode == 0, (cls.server.returncode, errors)

    def tearDown(self):
        begin = time.monotonic()
        self.good.socket.sendall(frame(TEXT, b"still here"))
        self.assertEqual(self.good.read(), (0x81, b"still here"))
        self.room[0].socket.sendall(frame(BINARY, b"all of us"))
        for member in self.room:
            self.assertEqual(member.read(), (0x82, b"all of us"))
        self.assertLess(time.monotonic() - begin, 2)

    def refuses(self, status, contains="", first=None, path="/ws/echo", body=b"", **changes):
        headers = {k: v for k, v in {**GOOD, **{k.replace("_", "-"): v for k, v in changes.items()}}.items() if v is not None}
        client = Client(self.port, path, headers, first, body, connect=False)
        got, head, why = client.answer()
        self.assertEqual(got, status, (changes, head, why))
        self.assertIn(contains, head)
        self.assertRegex(why, r'(?m)^[A-Z"].{10,}\.$')
        client.end()

    def breaks(self, code, data, path="/ws/echo", **more):
        """The answer is a close frame with that code and a sentence, perhaps behind messages, and then the end."""
        client = Client(self.port, path, **more)
        got = client.says(data)
        self.assertTrue(got, "nothing was said")
        first, payload = got[-1]
        self.assertEqual((first, struct.unpack(">H", payload[:2])[0]), (0x88, code), got)
        self.assertRegex(payload[2:].decode(), r"^[A-Z].{10,}\.$")
        self.assertFalse([f for f, _ in got[:-1] if f == 0x88])
        client.end()
        return got[:-1]

    def test_handshakes_without_what_they_need(self):
        for name in ("Host", "Connection", "Sec_WebSocket_Key"):
            self.refuses(400, **{name: None})
        self.refuses(426, "Upgrade: websocket", Upgrade=None)
        self.refuses(426, "Upgrade: websocket", Upgrade="h2c")
        self.refuses(426, "Sec-WebSocket-Version: 13", Sec_WebSocket_Version=None)
        for version in ("7", "8", "0", "14", "13, 13", "x"):
            self.refuses(426, "Sec-WebSocket-Version: 13", Sec_WebSocket_Version=version)
        self.refuses(400, Sec_WebSocket_Version=["13", "13"])
        for key in ("short", "", KEY[:-1], KEY + "=", KEY[:-3] + "E=", "*" + KEY[1:], [KEY, KEY]):
            self.refuses(400, Sec_WebSocket_Key=key)
        self.refuses(400, Sec_WebSocket_Extensions="a;;b")
        self.refuses(405, "Allow: GET", first="POST /ws/echo HTTP/1.1")
        self.refuses(405, "Allow: GET", first="PUT /ws/echo HTTP/1.1")
        client = Client(self.port, "/ws/nowhere", connect=False)
        self.assertEqual(client.answer()[0], 404)
        client.end()

    def test_a_handshake_that_is_no_http_and_one_with_a_body(self):
        for raw in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"HELLO\r\n\r\n", b"GET /ws/echo\r\n\r\n", b"GET /ws/echo HTTP/9.9\r\nHost: a\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", self.port), timeout=10) as s:
                s.sendall(raw)
                self.assertTrue(s.recv(65536).startswith(b"HTTP/1.1 400 ") or raw.endswith(b"9.9\r\nHost: a\r\n\r\n"))
        self.refuses(400, Content_Length="5", body=b"hello")
        self.refuses(400, Transfer_Encoding="chunked", body=b"0\r\n\r\n")

    def test_frames_right_behind_the_handshake_are_read(self):
        client = Client(self.port, extra=frame(TEXT, b"early") + frame(PING, b"?"))
        self.assertEqual([client.read(), client.read()], [(0x81, b"early"), (0x8A, b"?")])
        client.end()

    def test_masks_bits_opcodes(self):
        self.breaks(1002, frame(TEXT, b"bare", mask=b""))
        for rsv in (1, 2, 3, 4):
            self.breaks(1002, frame(TEXT, b"x", rsv=rsv))
        for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
            self.breaks(1002, frame(opcode, b"x"))

    def test_lengths(self):
        self.breaks(1002, frame(TEXT, b"x" * 5, length=(126, b"\0\5")))
        self.breaks(1002, frame(TEXT, b"x" * 125, length=(126, b"\0\x7d")))
        self.breaks(1002, frame(TEXT, b"x" * 200, length=(127, struct.pack(">Q", 200))))
        self.breaks(1002, frame(BINARY, b"", length=(127, struct.pack(">Q", 1 << 63))))
        self.breaks(1009, frame(BINARY, b"", length=(127, struct.pack(">Q", (1 << 63) - 1))))
        self.breaks(1009, frame(BINARY, b"", length=(127, struct.pack(">Q", 101 << 20))))

    def test_control_frames(self):
        for opcode in (CLOSE, PING, PONG):
            self.breaks(1002, frame(opcode, b"", fin=False))
            self.breaks(1002, frame(opcode, b"x" * 126))
        client = Client(self.port)
        client.socket.sendall(frame(TEXT, b"a", fin=False) + frame(PING, b"amid") + frame(CONTINUE, b"b"))
        self.assertEqual([client.read(), client.read()], [(0x8A, b"amid"), (0x81, b"ab")])
        client.end()

    def test_fragments(self):
        self.breaks(1002, frame(CONTINUE, b"of nothing"))
        self.breaks(1002, frame(CONTINUE, b"of nothing", fin=False))
        self.breaks(1002, frame(TEXT, b"a", fin=False) + frame(TEXT, b"b"))
        self.breaks(1002, frame(BINARY, b"a", fin=False) + frame(BINARY, b"b", fin=False))
        self.assertEqual(self.breaks(1002, frame(TEXT, b"whole") + frame(CONTINUE, b"x")), [(0x81, b"whole")])

    def test_utf8_split_anywhere(self):
        word = "κόσμε😀".encode()
        client = Client(self.port)
        for cut in range(len(word) + 1):
            client.socket.sendall(frame(TEXT, word[:cut], fin=False) + frame(CONTINUE, word[cut:]))
            self.assertEqual(client.read(), (0x81, word))
        client.end()
        for bad in (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"ok\x80", b"\xe2\x82"):
            self.breaks(1007, frame(TEXT, bad))
            self.breaks(1007, frame(TEXT, bad[:1], fin=False) + frame(CONTINUE, bad[1:]))
        # At the first impossible byte: the rest of the frame never comes.
        self.breaks(1007, frame(TEXT, b"\xed\xa0" + b"x" * 100)[:8])

    def test_close_codes(self):
        for code in (1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 4999):
            client = Client(self.port)
            self.assertEqual(client.says(close(code, "grüße".encode()) + frame(TEXT, b"ignored")), [(0x88, struct.pack(">H", code))])
            client.end()
        client = Client(self.port)
        self.assertEqual(client.says(frame(CLOSE)), [(0x88, b"")])
        client.end()
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65535):
            self.breaks(1002, close(code))
        self.breaks(1002, frame(CLOSE, b"\x03"))
        self.breaks(1007, close(1000, b"\xff"))

    def test_compression(self):
        offered = {**GOOD, "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}
        def packed(data):
            z = zlib.compressobj(wbits=-15)
            return (z.compress(data) + z.flush(zlib.Z_SYNC_FLUSH))[:-4]
        client = Client(self.port, headers=offered)
        self.assertEqual(client.extensions, "permessage-deflate")
        out = zlib.decompressobj(wbits=-15)
        for _ in range(2):
            client.socket.sendall(frame(TEXT, packed(b"again and again and again"), rsv=4))
            first, payload = client.read()
            self.assertEqual((first, out.decompress(payload + b"\0\0\xff\xff")), (0xC1, b"again and again and again"))
        client.end()
        self.breaks(1009, frame(BINARY, packed(b"\0" * (101 << 20)), rsv=4), headers=offered)
        self.breaks(1007, frame(TEXT, b"\xff\xff\xff", rsv=4), headers=offered)
        self.breaks(1007, frame(TEXT, packed(b"\xed\xa0\x80"), rsv=4), headers=offered)
        self.breaks(1002, frame(PING, b"x", rsv=4), headers=offered)
        self.breaks(1002, frame(TEXT, packed(b"not agreed"), rsv=4))
        for bad in ("permessage-deflate; server_max_window_bits=7", "permessage-deflate; what", "permessage-deflate; client_max_window_bits=16"):
            client = Client(self.port, headers={**GOOD, "Sec-WebSocket-Extensions": bad})
            self.assertEqual(client.extensions, "")
            client.end()

    def test_a_flood_of_pings_that_nobody_reads_the_pongs_of(self):
        client = Client(self.port)
        flood = frame(PING, b"p" * 100) * 20000
        client.socket.settimeout(1)
        try:
            client.socket.sendall(flood)
        except socket.timeout:
            pass
        self.tearDown()
        client.end()

    def test_breaking_off_anywhere(self):
        whole = ("\r\n".join(["GET /ws/echo HTTP/1.1", *[f"{k}: {v}" for k, v in GOOD.items()], "", ""])).encode() + frame(TEXT, b"x" * 300)
        for cut in range(0, len(whole), 7):
            with socket.create_connection(("127.0.0.1", self.port), timeout=10) as s:
                s.sendall(whole[:cut])
                if cut % 2:
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


if __name__ == "__main__":
    unittest.main()
