#!/usr/bin/env python3
"""Makes tests/fuzz/corpus/stream: a protocol's name, then chunks as stream_fuzz.cpp reads them. What is reached through HTTP
(websocket, engineio, socketio) begins with HTTP, as it does on the wire."""
import base64, gzip, os, struct, zlib

import frames
from msgpack_seeds import pack

here = os.path.dirname(os.path.abspath(__file__))


def chunk(server, data): return struct.pack(">H", (0x8000 if server else 0) | len(data)) + data
def gap(server, n): return struct.pack(">H", 0x4000 | (0x8000 if server else 0) | n - 1)
def behind(size, data): return len(data).to_bytes(size, "big") + data
def record(kind, data): return bytes([kind, 3, 3]) + behind(2, data)
def message(kind, data): return bytes([kind]) + behind(3, data)
def extension(kind, data): return struct.pack(">H", kind) + behind(2, data)
def der(tag, data): return bytes([tag]) + (bytes([len(data)]) if len(data) < 128 else b"\x82" + struct.pack(">H", len(data))) + data


def in_base64(*packets): return b"\x1e".join(b"b" + base64.b64encode(p) for p in packets)


def save(name, protocol, *chunks):
    with open(os.path.join(here, "corpus/stream", name), "wb") as out:
        out.write(protocol.encode() + b"\n" + b"".join(chunks))


hello = record(22, message(1, b"\3\3" + b"r" * 32 + behind(1, b"") + behind(2, b"\x13\1\xc0\x2f") + behind(1, b"\0") + behind(2, b"".join([
    extension(0, behind(2, b"\0" + behind(2, b"a.test"))), extension(5, b"\1\0\0\0\0"), extension(10, behind(2, b"\0\x1d")),
    extension(11, behind(1, b"\0")), extension(13, behind(2, b"\4\3\4\1")), extension(16, behind(2, behind(1, b"h2"))),
    extension(27, behind(1, b"\0\2")), extension(35, b""), extension(43, behind(1, b"\3\4")), extension(45, behind(1, b"\1")),
    extension(51, behind(2, b"\0\x1d" + behind(2, b"k" * 8))), extension(0xff01, b"\0"),
    extension(41, behind(2, behind(2, b"id") + b"\0\0\0\1") + behind(2, behind(1, b"b")))]))))
new = record(22, message(2, b"\3\3" + b"s" * 32 + b"\0\x13\1\0" + behind(2, extension(43, b"\3\4"))))
old = record(22, message(2, b"\3\3" + b"s" * 32 + b"\0\xc0\x2f\0"))
name = der(0x30, der(0x31, der(0x30, der(6, b"\x55\4\3") + der(12, b"Test"))))
how = der(0x30, der(6, b"\x2a\x86\x48\xce\x3d\4\3\2"))
alt = der(0xa3, der(0x30, der(0x30, der(6, b"\x55\x1d\x11") + der(4, der(0x30, der(0x82, b"a.test"))))))
cert = der(0x30, der(0x30, der(0xa0, der(2, b"\2")) + der(2, b"\x12") + how + name + der(0x30, der(23, b"250102030405Z") * 2) + name +
                     der(0x30, how + der(3, b"\0\1")) + alt) + how + der(3, b"\0s"))
flight = (message(11, behind(3, behind(3, cert))) + message(12, b"\3\0\x1d" + behind(1, b"p" * 8) + b"\4\3" + behind(2, b"s" * 8)) +
          message(13, b"\1\1" + behind(2, b"\4\3") + behind(2, behind(2, name))) + message(14, b""))
save("tls-13", "tls", chunk(0, hello), chunk(1, new + record(20, b"\1") + record(23, b"e" * 20)), chunk(0, record(23, b"x" * 9)))
save("tls-12", "tls", chunk(0, hello), chunk(1, old + record(22, flight[:40])), chunk(1, record(22, flight[40:90]) + record(22, flight[90:])),
     chunk(0, record(22, message(16, behind(1, b"p" * 8))) + record(20, b"\1") + record(22, b"z" * 16)), chunk(1, record(21, b"\2\x28")))
save("tls-gap", "tls", chunk(0, record(23, b"d" * 30)[:12]), gap(0, 9), chunk(0, b"d" * 14 + record(23, b"d" * 8)), gap(0, 400), chunk(0, b"dd" + record(23, b"")))
save("tls-resumed", "tls", chunk(0, hello), chunk(1, old + record(22, message(22, b"\1" + behind(3, b"ocsp")) + message(4, b"\0\0\0\1" + behind(2, b"ticket")) +
     message(20, b"v" * 12)) + record(22, message(2, b"\3\3" + b"s" * 32 + b"\0\xc0\x2f\0" + behind(2, extension(18, behind(2, behind(2, b"\0" + b"i" * 32 + b"t" * 8 +
     behind(2, b"") + b"\4\3" + behind(2, b"s" * 8)))) + extension(5, b""))))))
save("tls-lies", "tls", chunk(0, hello.replace(b"a.test", b"\xff.test").replace(behind(2, b"h2")[:1], b"\x7f")), chunk(1, record(22, message(2, b"\3\3" + b"s" * 32 + b"\xf0"))))
save("resp", "resp", chunk(0, b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\nPING\r\n"), chunk(1, b"+OK\r\n-ERR no\r\n:1\r\n$-1\r\n*2\r\n*1\r\n:1\r\n_\r\n%1\r\n+a\r\n#t\r\n"))
save("resp-gap", "resp", chunk(1, b"+OK\r\n$10\r\n01234"), gap(1, 3), chunk(1, b"89\r\n+OK\r\n$x\r\n+OK\r\n"))
save("dns-gap", "dns", chunk(0, behind(2, b"\0\1")[:3]), gap(0, 40), chunk(0, b"\0\0\0"))
save("dns", "dns", chunk(0, behind(2, b"\0\1\1\0\0\1\0\0\0\0\0\0\1a\4test\0\0\1\0\1")))


def http(*chunks): return [chunk(server, data if isinstance(data, bytes) else data.replace("\n", "\r\n").encode()) for server, data in chunks]
def answer(data, extra=""): return f"HTTP/1.1 200 OK\nContent-Length: {len(data)}\n{extra}\n".replace("\n", "\r\n").encode() + data
def pieces(data, size): return b"".join(b"%x\r\n%b\r\n" % (len(data[i:i + size]), data[i:i + size]) for i in range(0, len(data), size))


packed = gzip.compress(b"a body that was packed " * 4, mtime=0)
save("http", "http", *http(
    (0, "GET / HTTP/1.1\nHost: a.test\n\nHEAD /b?c=d HTTP/1.1\nHost: a.test\nCookie: e=f\n\nPOST /g HTTP/1.1\nHost: a.test\nContent-Length: 3\n\nhij"),
    (1, answer(b"hello")), (1, "HTTP/1.1 200 OK\nContent-Length: 9\nSet-Cookie: a=b\n\nHTTP/1.1 304 Not Modified\n\n")))
save("http-bodies", "http", *http(
    (0, "GET /1 HTTP/1.1\n\nGET /2 HTTP/1.1\n\nGET /3 HTTP/1.1\n\n"),
    (1, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n" + pieces(packed, 20) + b"0\r\nX-Sum: 1\r\n\r\n"),
    (1, answer(zlib.compress(b"zzzzzzzzzz"), "Content-Encoding: deflate\n")),
    (1, "HTTP/1.0 206 Partial Content\nContent-Range: bytes 0-3/9\n\nuntil the end")))
save("http-odd", "http", *http(
    (0, "GET /old\n\nGET / HTTP/1.1\nHost : a\nX: 1\n folded\n\nPOST / HTTP/1.1\nExpect: 100-continue\nContent-Length: 2\nTransfer-Encoding: chunked\n\n"),
    (1, "HTTP/1.1 100 Continue\n\nHTTP/1.1 417 No\nContent-Length: +4\n\n"), (0, "1;x=y\nz\n0\nT: u\n\nCONNECT a:443 HTTP/1.1\n\n"),
    (1, "HTTP/1.1 200 OK\n\n")))
save("http-gap", "http", *http((0, "GET / HTTP/1.1\nHost: a"), (1, "HTTP/1.1 200 OK\nContent-Length: 90\n\nsome")), gap(1, 60),
     *http((1, "the end of it, and HTTP/1.1 200 OK\nContent-Length: 0\n\n"),), gap(0, 9), *http((0, "\n\nGET / HTTP/1.1\n\n"),))
save("http-connect", "http", *http((0, "CONNECT a.test:443 HTTP/1.1\nProxy-Authorization: Basic dXNlcjpwYXNz\n\n"), (1, "HTTP/1.1 200 OK\n\n"), (0, hello), (1, new)))
save("http-not", "http", *http((0, b"\x7fELF\2\1\1\0 this was never HTTP"), (1, b"\0\0\0\0")))
save("sse", "http", *http((0, "GET /events HTTP/1.1\nAccept: text/event-stream\n\n"),
    (1, "HTTP/1.1 200 OK\nContent-Type: text/event-stream\nTransfer-Encoding: chunked\n\n"),
    (1, pieces(b": hi\n\nretry: 100\nid: 7\nevent: tick\ndata: one\ndata: two\n\ndata:three\r\n\r\n", 31)), (1, b"0\r\n\r\n")))


def frame(first, data, mask=b""):
    size = bytes([(128 if mask else 0) | len(data)]) if len(data) < 126 else bytes([(128 if mask else 0) | 126]) + struct.pack(">H", len(data))
    return bytes([first]) + size + mask + bytes(b ^ mask[i % 4] if mask else b for i, b in enumerate(data))
def asked(data, first=0x81): return frame(first, data, b"\x11\x22\x33\x44")
def upgrade(path="/chat", extra=""):
    return http((0, f"GET {path} HTTP/1.1\nHost: a.test\nUpgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Version: 13\n"
                    f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n{extra}\n"),
                (1, "HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\nConnection: Upgrade\n"
                    f"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\n{extra}\n"))


packer = zlib.compressobj(wbits=-15)
def deflated(text): return (packer.compress(text) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


save("websocket", "http", *upgrade(), chunk(0, asked("gr\u00fc\u00df dich".encode()) + asked(b"\0\1\2", 0x82) + asked(b"ping", 0x89)),
     chunk(1, frame(1, b"first ") + frame(0x8A, b"ping") + frame(0, b"then ") + frame(0x80, b"last") + frame(0x82, b"x" * 130)),
     chunk(0, asked(b"\x03\xe9going", 0x88)), chunk(1, frame(0x88, b"\x03\xe9")))
save("websocket-packed", "http", *upgrade(extra="Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=15\n"),
     chunk(1, frame(0xC1, deflated(b"again and again and again")) + frame(0x41, deflated(b"in two ")[:5]) + frame(0x80, b"\0") + frame(0xC2, deflated(b"again"))),
     chunk(0, asked(deflated(b"masked and packed"), 0xC1)))
save("websocket-cut", "http", *upgrade(), chunk(1, frame(1, b"x" * 200)[:50]), chunk(0, asked(b"y" * 30)[:9]))
save("websocket-odd", "http", *upgrade(), chunk(1, frame(0x80, b"no start") + frame(0xF3, b"?") + frame(1, b"\xff\xfe") + frame(9, b"p" * 126)),
     chunk(0, frame(0x81, b"unmasked")), gap(0, 30), chunk(0, asked(b"x")), chunk(1, frame(0x88, b"\1")))
eio = "/socket.io/?EIO=4&transport="
opened = b'0{"sid":"aaaaaaaaaaaaaaaaaaaa","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}'
posted = b'42/n,7["e",{"a":[1,null,"\\u00e9"]}]\x1e451-["f",{"_placeholder":true,"num":0}]\x1ebAAEC'
save("socketio-polling", "http", *http((0, f"GET {eio}polling HTTP/1.1\n\n"), (1, answer(opened))),
     *http((0, f"POST {eio}polling&sid=aaaaaaaaaaaaaaaaaaaa HTTP/1.1\nContent-Length: {len(posted)}\n\n".replace("\n", "\r\n").encode() + posted), (1, answer(b"ok"))),
     *http((0, f"GET {eio}polling&sid=aaaaaaaaaaaaaaaaaaaa HTTP/1.1\n\n"),
           (1, answer(b'40{"sid":"bbbb","pid":"cc"}\x1e43/n,7["ok"]\x1e44/s,{"message":"no"}\x1e461-9[{"_placeholder":true,"num":0}]\x1ebAAEC\x1e2\x1e6\x1e1'))))
save("socketio-websocket", "http", *upgrade(eio + "websocket"), chunk(1, frame(0x81, opened)), chunk(0, asked(b"2probe")), chunk(1, frame(0x81, b"3probe")),
     chunk(0, asked(b"5") + asked(b'40{"token":"t"}') + asked(b'452-1["file",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]') +
           asked(b"\0\1", 0x82) + asked(b"\2", 0x82)),
     chunk(1, frame(0x81, b'40{"sid":"dd"}') + frame(0x81, b'431[0,"x"]') + frame(0x81, b"41/n,") + frame(0x81, b'42["e"')))
# Socket.IO in msgpack, as npm's parser writes it: over polling in base64, and over WebSocket.
joins, event = pack({"type": 0, "nsp": "/", "data": {"token": "t"}}), pack({"type": 2, "nsp": "/n", "data": ["file", b"\0\1", {"a": [None, 1.5, b""]}, "x"], "id": 7})
welcome, acked, no = pack({"type": 0, "nsp": "/", "data": {"sid": "S", "pid": "P"}}), pack({"type": 3, "nsp": "/n", "data": ["got it", b"\2"], "id": 7}), pack({"type": 4, "nsp": "/s", "data": "no"})
save("socketio-msgpack-polling", "http",
     *http((0, f"POST {eio}polling&sid=aaaaaaaaaaaaaaaaaaaa HTTP/1.1\nContent-Length: {len(in_base64(joins, event))}\n\n".replace("\n", "\r\n").encode() + in_base64(joins, event)),
           (1, answer(b"ok"))),
     *http((0, f"GET {eio}polling&sid=aaaaaaaaaaaaaaaaaaaa HTTP/1.1\n\n"), (1, answer(in_base64(welcome, acked, no)))))
save("socketio-msgpack", "http", *upgrade(eio + "websocket"), chunk(1, frame(0x81, opened)), chunk(0, asked(joins, 0x82) + asked(event, 0x82)),
     chunk(1, frame(0x82, welcome) + frame(0x82, acked) + frame(0x82, pack({"type": 2, "nsp": "/", "data": ["news", 5, "off"]})) + frame(0x82, no)),
     chunk(0, asked(pack({"type": 1, "nsp": "/n"}), 0x82) + asked(pack({"type": 9, "nsp": "/"}), 0x82) + asked(event[:-3], 0x82)))


def recorded(port):
    """A connection of captures/socketio.pcapng by its client's port, segments as they came."""
    for _, whole in frames.read(os.path.join(here, "../../captures/socketio.pcapng")):
        found = frames.tcp(whole)
        if found and port in found[:2] and found[4]:
            yield chunk(found[0] == 7010, found[4])


save("recorded-polling", "http", *recorded(53692))
save("recorded-websocket", "http", *recorded(53768))
save("sse-packed", "http", *http((0, "GET /events HTTP/1.1\n\nGET /next HTTP/1.1\n\n"),
    (1, "HTTP/1.1 200 OK\nContent-Type: text/event-stream\nTransfer-Encoding: chunked\nContent-Encoding: gzip\n\n"),
    (1, pieces(gzip.compress(b"data: one\n\nid: 2\ndata: two\n\n", mtime=0), 13) + b"0\r\n\r\n" + answer(b""))))
save("sse-odd", "http", *http((0, "GET /events HTTP/1.1\n\n"), (1, b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n\xef\xbb\xbfdata:\xff\r\r"),
    (1, b"retry: no\nevent: bare\nwhat: ever\n\ndata: lo")), gap(1, 9), *http((1, "st\n\ndata: again\n\ndata"),))
save("socks", "socks", chunk(0, b"\5\2\0\2"), chunk(1, b"\5\2"), chunk(0, b"\1\3bob\6secret"), chunk(1, b"\1\0"), chunk(0, b"\5\1\0\3" + behind(1, b"a.test") + b"\1\xbb"),
     chunk(1, b"\5\0\0\4" + b"\0" * 15 + b"\1\4\x38"), chunk(0, hello), chunk(1, new))
