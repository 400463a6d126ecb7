#!/usr/bin/env python3
"""decode -Y in lines looks a file over before it follows conversations, large files by several processes; out of a pipe it cannot.
All print the same."""
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unittest

BIN = pathlib.Path(sys.argv.pop(1)).resolve()
ROOT = pathlib.Path(__file__).resolve().parents[2]
FILTERS = ["tcp.flags.syn == 1", "tcp.flags.fin == 1", "tcp.flags.reset == 1", "udp", "icmp || icmpv6", "arp", "ip.ttl < 64", "frame.len > 900",
           "tcp.port == 80", "udp.port == 53", "tcp.srcport > 40000", "frame.number == 7",
           "frame.time_delta > 0.01", "frame.time_delta_displayed > 0.1", "frame.time_relative < 0.5", "ip.flags.mf == 1 || ip.frag_offset > 0",
           "ipv6", "tcp.dstport == 50003", "not tcp and not udp"]


def decode(*words, data=None):
    environment = {**os.environ, "TZ": "UTC"}
    done = subprocess.run([str(BIN / "netpeel-decode"), "-q", *map(str, words)], input=data, capture_output=True, env=environment, timeout=60)
    return done.returncode, done.stdout, done.stderr


def captures():
    yield from sorted((ROOT / "captures").glob("*.pcapng"))
    yield ROOT / "tests/golden/protocols.pcapng"
    more = os.environ.get("NETPEEL_MORE_CAPTURES")
    if more:
        yield from (p for p in sorted(pathlib.Path(more).iterdir()) if p.is_file())


def segment(ports, number, sequence, payload):
    tcp = struct.pack("!HHIIBBHHH", *ports, sequence, 1, 0x50, 0x18, 500, 0, 0) + payload
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), number & 0xFFFF, 0x4000, 64, 6, 0, bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]))
    return bytes.fromhex("0102030405060605040302010800") + ip + tcp


def pieces(number, ports, sizes):
    """A UDP datagram in IPv4 fragments of such sizes, each a multiple of 8; ports in the first."""
    data = struct.pack("!HHHH", *ports, sum(sizes), 0) + b"y" * (sum(sizes) - 8)
    out, at = [], 0
    for n, size in enumerate(sizes):
        more = 0x2000 if n + 1 < len(sizes) else 0
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + size, number, more | at // 8, 64, 17, 0, bytes([10, 0, 0, 3]), bytes([10, 0, 0, 4]))
        out.append(bytes.fromhex("0102030405060605040302010800") + ip + data[at:at + size])
        at += size
    return out


def cut(frame, size):
    """An IPv4 packet in two fragments, the first of that many bytes, a multiple of 8."""
    link, ip, data = frame[:14], bytearray(frame[14:34]), frame[34:]
    out = []
    for at, part, more in ((0, data[:size], 0x2000), (size, data[size:], 0)):
        struct.pack_into("!HHH", ip, 2, 20 + len(part), 7, more | at // 8)
        out.append(link + bytes(ip) + part)
    return out


def record(frame, n=0):
    return struct.pack("<IIII", 1700000000 + n // 1000, n % 1000 * 1000, len(frame), len(frame)) + frame


def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def pcapng(pcap, described_at=()):
    """The same frames; before these numbers another interface is described, whose clock counts milliseconds, and which the frames behind it came from."""
    interface = struct.pack("<HHI", 1, 0, 0)
    out = [block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)), block(1, interface)]
    at, n, which = 24, 0, 0
    while at < len(pcap):
        seconds, micros, size, _ = struct.unpack_from("<IIII", pcap, at)
        n += 1
        if n in described_at:
            out.append(block(1, interface + struct.pack("<HHBxxxI", 9, 1, 3, 0)))
            which += 1
        ticks = seconds * 1000000 + micros
        ticks //= 1000 if which else 1
        out.append(block(6, struct.pack("<IIIII", which, ticks >> 32, ticks & 0xFFFFFFFF, size, size) + pcap[at + 16:at + 16 + size]))
        at += 16 + size
    return b"".join(out)


def post(body):
    return (b"POST /socket.io/?EIO=4&transport=polling&sid=abcd HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)) + body


def many(conversations, frames, first=()):
    """Segments of many conversations, some of them out of order or sent again; behind the `first` frames."""
    chance = random.Random(5)
    sent = [1000] * conversations
    out = bytearray(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
    for frame in first:
        out += struct.pack("<IIII", 1600000000, 0, len(frame), len(frame)) + frame
    for n in range(frames):
        which = chance.randrange(conversations)
        at = sent[which] if chance.random() < 0.9 else sent[which] - 50
        frame = segment((40000 + which, 50000 + which % 100), n, at, b"x" * 100)
        sent[which] = at + 100
        out += record(frame, n)
    return bytes(out)


class Preview(unittest.TestCase):
    def same(self, file, expression, *words):
        from_file = decode("-r", file, "-Y", expression, *words)
        from_pipe = decode("-r", "-", "-Y", expression, data=file.read_bytes())
        self.assertEqual(from_file, from_pipe, f"{file.name}: {expression}")
        return from_file

    def together(self, data, expression, code=0, lines=5):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "large"
            file.write_bytes(data)
            for jobs in range(1, 5):
                got, out, _ = self.same(file, expression, "--jobs", jobs)
                self.assertEqual(got, code)
        self.assertGreaterEqual(len(out.splitlines()), lines)
        return out

    def test_captures(self):
        said, every = 0, 1 if "NETPEEL_MORE_CAPTURES" in os.environ else 3
        for n, file in enumerate(captures()):
            for expression in FILTERS[n % every::every]:
                code, out, _ = self.same(file, expression)
                said += code == 0 and len(out.splitlines())
        self.assertGreater(said, 200)

    def test_few_of_many(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "many.pcap"
            file.write_bytes(many(1000, 30000))
            code, out, _ = self.same(file, "tcp.dstport == 50003")
            self.assertEqual(code, 0)
            self.assertGreater(len(out.splitlines()), 200)
            self.assertIn(b"again", out)  # what TCP's analysis says of a segment
            self.same(file, "frame.number == 29000")
            self.same(file, "frame.number > 100")
            self.same(file, "tcp.srcport < 40300")
            cut = pathlib.Path(folder) / "cut.pcap"
            cut.write_bytes(file.read_bytes()[:-30])
            self.assertEqual(self.same(cut, "tcp.dstport == 50003")[0], 4)

    def test_one_session_over_two_connections(self):
        event = segment((30001, 3000), 1, 1, post(b'451-["picture",{"_placeholder":true,"num":0}]'))
        attachment = segment((30002, 3000), 2, 1, post(b"bAQID"))
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "session.pcap"
            file.write_bytes(many(1000, 5000, [event, attachment]))
            self.assertIn(b"picture", self.same(file, "tcp.srcport == 30002")[1])

    LARGE = many(1000, 40000)

    def test_together(self):
        self.assertGreater(len(self.LARGE), 24 << 18)  # pieces, of which several have one
        self.assertIn(b"again", self.together(self.LARGE, "tcp.dstport == 50003"))
        self.together(self.LARGE, "frame.number > 29000 && tcp.srcport == 40007")
        self.together(self.LARGE, "frame.time_delta_displayed > 0.9")  # what was shown before: only one can tell
        self.together(self.LARGE, "tcp.srcport < 40300")  # too many
        self.together(self.LARGE, "tcp.srcport < 40600 && frame.number > 35000")  # as only who has the end can tell

    def test_together_damaged(self):
        self.together(self.LARGE[:-30], "tcp.dstport == 50003", 4)
        for share in (0.3, 0.7):
            middle = 24 + 170 * int(len(self.LARGE) * share / 170)
            self.together(self.LARGE[:middle] + b"\xff" * 16 + self.LARGE[middle:], "tcp.dstport == 50003", 4)

    def test_together_in_pcapng(self):
        for where in ((), (2,), (20000,), (20000, 20001, 39000)):
            self.together(pcapng(self.LARGE, where), "tcp.dstport == 50003")
        self.together(pcapng(self.LARGE, (20000,)) * 2, "tcp.dstport == 50003")  # two sections
        self.together(pcapng(self.LARGE)[:-30], "tcp.dstport == 50003", 4)

    def test_large_frames_together(self):
        large = [record(segment((30001, 3000), n, 1 + n, b"z") + bytes(250000), n) for n in range(30)]
        self.together(self.LARGE + b"".join(large), "tcp.dstport == 3000")

    def test_pieces_together(self):
        first, second, third = zip(*(pieces(n, (7000 + n % 40, 9000), (64, 64, 64)) for n in range(1, 400)))
        frames, n = [self.LARGE[:24]], 24
        chance = random.Random(7)
        waiting = []
        turns = iter(zip(first, second, third))
        while n < len(self.LARGE):
            frames.append(self.LARGE[n:n + 170])
            n += 170
            if len(frames) % 90 == 0:  # and the other pieces come a good deal later, in any order
                group = list(next(turns, ()))
                chance.shuffle(group)
                waiting += [(len(frames) + late, piece) for late, piece in zip((0, 700, 2500), group)]
            due = [w for w in waiting if w[0] <= len(frames)]
            waiting = [w for w in waiting if w[0] > len(frames)]
            frames += [record(piece, (n - 24) // 170) for _, piece in due]
        out = self.together(b"".join(frames), "udp.srcport == 7005")
        self.assertIn("10.0.0.3:7005 → 10.0.0.4:9000".encode(), out)
        self.assertIn(b"reassembled from frames", out)

    def test_segment_in_pieces_together(self):
        # What the packet says that the pieces make depends on frames of its conversation that are in none.
        once = [segment((7500, 9000), n, 1 + 92 * n, b"z" * 92) for n in range(2)]
        again = cut(segment((7500, 9000), 3, 1, b"z" * 184), 64)
        spread = [self.LARGE[:24], *map(record, once), self.LARGE[24:24 + 170 * 15000], record(again[0], 9000),
                  self.LARGE[24 + 170 * 15000:], record(again[1], 9001)]
        self.assertIn(b"again", self.together(b"".join(spread), "tcp.len == 184", lines=1))


if __name__ == "__main__":
    unittest.main()
