#!/usr/bin/env python3
"""decode -Y in lines looks a file over before it follows conversations; out of a pipe it cannot. Both print the same."""
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


def post(body):
    return (b"POST /socket.io/?EIO=4&transport=polling&sid=abcd HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)) + body


def many(conversations, frames, first=()):
    """Segments of many conversations, some of them out of order or sent again; behind the `first` frames."""
    chance = random.Random(5)
    sent = [1000] * conversations
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
    for frame in first:
        out += struct.pack("<IIII", 1600000000, 0, len(frame), len(frame)) + frame
    for n in range(frames):
        which = chance.randrange(conversations)
        at = sent[which] if chance.random() < 0.9 else sent[which] - 50
        frame = segment((40000 + which, 50000 + which % 100), n, at, b"x" * 100)
        sent[which] = at + 100
        out += struct.pack("<IIII", 1700000000 + n // 1000, n % 1000 * 1000, len(frame), len(frame)) + frame
    return out


class Preview(unittest.TestCase):
    def same(self, file, expression):
        from_file = decode("-r", file, "-Y", expression)
        from_pipe = decode("-r", "-", "-Y", expression, data=file.read_bytes())
        self.assertEqual(from_file, from_pipe, f"{file.name}: {expression}")
        return from_file

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


if __name__ == "__main__":
    unittest.main()
