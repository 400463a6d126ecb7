#!/usr/bin/env python3
"""A pcapng file with several sections, link types, snap lengths and interface names: all are decoded, and kept when written."""
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

BIN = pathlib.Path(sys.argv.pop(1)).resolve()

IP = bytes.fromhex("4500001c00010000401100000a0000010a000002" "c738003500080000")
ETHERNET = bytes.fromhex("020000000002" "020000000001" "0800") + IP
COOKED = bytes.fromhex("0000" "0001" "0006" "020000000001" "0000" "0800") + IP


def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def option(code, value): return struct.pack("<HH", code, len(value)) + value + b"\0" * (-len(value) % 4)
def section(): return block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
def interface(link, snap, name): return block(1, struct.pack("<HHI", link, 0, snap) + option(2, name.encode()) + option(0, b""))
def packet(which, data, wire=None): return block(6, struct.pack("<IIIII", which, 0, 1000, len(data), wire or len(data)) + data)


FILE = (section() + interface(1, 96, "left") + interface(101, 0, "tun0") + packet(0, ETHERNET) + packet(1, IP) + packet(0, ETHERNET[:30], 42) +
        section() + interface(113, 65535, "right") + packet(0, COOKED))


def decode(*words):
    done = subprocess.run([str(BIN / "netpeel-decode"), "-q", *words], input=FILE, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def told(frames): return [(f["frame.interface_name"], f["frame.protocols"], f["frame.cap_len"], f["frame.len"]) for f in frames]


WANTED = [("left", "eth:ethertype:ip:udp", 42, 42), ("tun0", "raw:ip:udp", 28, 28), ("left", "eth:ethertype:ip", 30, 42),
          ("right", "sll:ethertype:ip:udp", 44, 44)]


class SeveralInterfaces(unittest.TestCase):
    def test_each_frame_is_decoded_by_its_own_link_type(self):
        self.assertEqual(told(decode("--json", "-r", "-")), WANTED)

    def test_all_of_it_is_kept_when_written(self):
        with tempfile.TemporaryDirectory() as folder:
            kept = os.path.join(folder, "kept.pcapng")
            decode("-r", "-", "-w", kept)
            done = subprocess.run([str(BIN / "netpeel-decode"), "-q", "--json", "-r", kept], capture_output=True, timeout=60)
            self.assertEqual((done.returncode, told(map(json.loads, done.stdout.splitlines()))), (0, WANTED))
            data, at, found = open(kept, "rb").read(), 0, []
            while at < len(data):
                kind, size = struct.unpack_from("<II", data, at)
                if kind == 1:
                    link, _, snap = struct.unpack_from("<HHI", data, at + 8)
                    found.append((link, snap))
                at += size
            self.assertEqual(found, [(1, 96), (101, 0), (113, 65535)])


if __name__ == "__main__":
    unittest.main()
