#!/usr/bin/env python3
"""Makes the seeds tests/fuzz/corpus/stream/tls-*, resp-*, dns-*: the protocol's place among those of streams.def that can be
opened, then chunks as stream_fuzz.cpp reads them."""
import os, re, struct

here = os.path.dirname(os.path.abspath(__file__))
names = []
for line in open(os.path.join(here, "../../lib/stream/streams.def")):
    found = re.match(r"NETPEEL_STREAM\((\w+)\)", line)
    if found and ".open =" in open(os.path.join(here, f"../../lib/stream/{found[1]}.cpp")).read():
        names.append(found[1])


def chunk(server, data): return struct.pack(">H", (0x8000 if server else 0) | len(data)) + data
def gap(server, n): return struct.pack(">H", 0x4000 | (0x8000 if server else 0) | n - 1)
def behind(size, data): return len(data).to_bytes(size, "big") + data
def record(kind, data): return bytes([kind, 3, 3]) + behind(2, data)
def message(kind, data): return bytes([kind]) + behind(3, data)
def extension(kind, data): return struct.pack(">H", kind) + behind(2, data)
def der(tag, data): return bytes([tag]) + (bytes([len(data)]) if len(data) < 128 else b"\x82" + struct.pack(">H", len(data))) + data


def save(name, protocol, *chunks):
    with open(os.path.join(here, "corpus/stream", name), "wb") as out:
        out.write(bytes([names.index(protocol)]) + b"".join(chunks))


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
save("resp", "resp", chunk(0, b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\nPING\r\n"), chunk(1, b"+OK\r\n-ERR no\r\n:1\r\n$-1\r\n*2\r\n*1\r\n:1\r\n_\r\n%1\r\n+a\r\n#t\r\n"))
save("resp-gap", "resp", chunk(1, b"+OK\r\n$10\r\n01234"), gap(1, 3), chunk(1, b"89\r\n+OK\r\n$x\r\n+OK\r\n"))
save("dns", "dns_tcp", chunk(0, behind(2, b"\0\1\1\0\0\1\0\0\0\0\0\0\1a\4test\0\0\1\0\1")))
