#!/usr/bin/env python3
"""netpeel replay: what goes onto an interface in the lab arrives at the other end as it was."""
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

BIN = pathlib.Path(sys.argv.pop(1)).resolve()
CAPTURES = pathlib.Path(__file__).resolve().parents[2] / "captures"
os.environ["ASAN_OPTIONS"] = "detect_leaks=0"  # what looks for leaks cannot work in a namespace of processes


def run(*words, **more):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, **more)


def replay(*words, **more):
    return run(BIN / "netpeel-replay", *words, **more)


def frames(path, tap=None):
    """(time, bytes) of the frames of a little-endian pcapng, of one interface where it is named."""
    data, at, names, out = pathlib.Path(path).read_bytes(), 0, [], []
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        body = data[at + 8 : at + length - 4]
        if kind == 1:
            name, scale, options = "", 1000, body[8:]
            while len(options) >= 4:
                code, size = struct.unpack_from("<HH", options)
                if code == 2:
                    name = options[4 : 4 + size].decode()
                if code == 9:
                    scale = 10 ** (9 - options[4])
                options = options[4 + (size + 3) // 4 * 4 :] if code else b""
            names.append((name, scale))
        if kind == 6:
            interface, high, low, size = struct.unpack_from("<IIII", body)
            if tap in (None, names[interface][0]):
                out.append(((high << 32 | low) * names[interface][1], body[20 : 20 + size]))
        at += length
    return out


def pcap(path, frames, link=1):
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, link))
        for time, data in frames:
            f.write(struct.pack("<IIII", time // 10**9, time % 10**9, len(data), len(data)) + data)


class Replay(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="netpeel-replay-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.seen = self.folder / "seen.pcapng"

    def lab(self, *words, lab=()):
        done = run(BIN / "netpeel-lab", "run", *lab, "-w", self.seen, "--tap", "b", "--", BIN / "netpeel-replay", "--json", *words)
        said = json.loads(done.stdout) if done.stdout.startswith("{") else None
        return done, said

    def arrived(self, sent):
        """The frames at b that are those, in order; what the hosts themselves say stands between them."""
        rest = iter(frames(self.seen, "b"))
        out = []
        for n, (_, data) in enumerate(sent, 1):
            found = next((f for f in rest if f[1] == data), None)
            self.assertIsNotNone(found, f"frame {n} did not arrive, or not in its place")
            out.append(found)
        return out


class Wire(Replay):
    def test_frame_for_frame_and_in_time(self):
        for name in "tcp", "fragments", "ping6", "dns", "vxlan":
            sent = frames(CAPTURES / f"{name}.pcapng")
            done, said = self.lab("-r", CAPTURES / f"{name}.pcapng", "-i", "eth0")
            self.assertEqual(done.returncode, 0, done)
            self.assertEqual((said["sent"], said["failed"]), (len(sent), 0))
            got = self.arrived(sent)
            # The wire of the lab has its own delays on a busy machine; the stated error is the sender's.
            error = [abs((g[0] - got[0][0]) - (s[0] - sent[0][0])) for g, s in zip(got, sent)]
            self.assertLess(max(error), 2 * said["timing_error_ns"]["max"] + 200_000_000, name)
            self.assertLess(sorted(error)[len(error) // 2], 2 * said["timing_error_ns"]["max"] + 20_000_000, name)

    def test_speed_and_rates(self):
        sent = frames(CAPTURES / "tcp.pcapng")
        length = sent[-1][0] - sent[0][0]
        bits = sum(len(data) for _, data in sent[:-1]) * 8
        for words, wanted in ((("--speed", "0.5"), 2 * length), (("--speed", "10"), length / 10), (("--pps", "50"), 14 / 50 * 1e9),
                              (("--mbps", "0.1"), bits / 0.1e6 * 1e9)):
            done, said = self.lab("-r", CAPTURES / "tcp.pcapng", "-i", "eth0", *words)
            self.assertEqual(done.returncode, 0, done)
            self.assertGreaterEqual(said["nanoseconds"], wanted * 0.999, words)
            self.assertLess(said["nanoseconds"], wanted + 200_000_000, words)

    def test_loops_at_top_speed(self):
        sent = frames(CAPTURES / "udp.pcapng")
        done, said = self.lab("-r", CAPTURES / "udp.pcapng", "-i", "eth0", "--topspeed", "--loop", "7")
        self.assertEqual((done.returncode, said["sent"], said["loops"]), (0, 7 * len(sent), 7))
        self.arrived(sent * 7)

    def test_a_rewritten_frame_is_understood_at_the_other_end(self):
        # A ping from somewhere, sent to b instead: it answers.
        done, _ = self.lab("-r", CAPTURES / "ping.pcapng", "-i", "eth0", "--rewrite", "eth.dst=02:00:00:00:01:02,ip.src=10.0.1.1,ip.dst=10.0.1.2")
        self.assertEqual(done.returncode, 0, done)
        checked = run(BIN / "netpeel-decode", "-r", self.seen, "--checksums", "-Y",
                      "icmp.type == 0 && ip.src == 10.0.1.2", "-T", "fields", "-e", "icmp.checksum.status")
        self.assertEqual(checked.stdout.split(), ["1"] * 3, checked)
        wrong = run(BIN / "netpeel-decode", "-r", self.seen, "--checksums", "-Y", "ip.checksum.status == 0 || icmp.checksum.status == 0")
        self.assertEqual(wrong.stdout, "")

    def test_the_mtu_is_told(self):
        sent = [(10**18 + i, bytes(12) + b"\x88\xb5" + bytes(size)) for i, size in enumerate((46, 1500, 1501, 9000, 50))]
        pcap(self.folder / "long.pcap", sent)
        done, said = self.lab("-r", self.folder / "long.pcap", "-i", "eth0")
        self.assertEqual(done.returncode, 1, done)
        self.assertEqual((said["sent"], said["over_mtu"], said["failed"], said["mtu"]), (3, 2, 0, 1500))
        self.arrived([sent[0], sent[1], sent[4]])
        done = replay(self.folder / "long.pcap", "-i", "lo")
        self.assertEqual(done.returncode, 0, done)


class Refusals(Replay):
    def refused(self, code, says, *words):
        done = replay(*words)
        self.assertEqual(done.returncode, code, done)
        self.assertIn(says, done.stderr)
        return done

    def test_bad_input(self):
        (self.folder / "empty").touch()
        (self.folder / "text").write_text("this is no capture\n")
        pcap(self.folder / "none.pcap", [])
        whole = (CAPTURES / "tcp.pcapng").read_bytes()
        (self.folder / "cut.pcapng").write_bytes(whole[: len(whole) // 2])
        self.refused(4, "the input is empty", self.folder / "empty", "-i", "lo")
        self.refused(4, "damaged at byte 0", self.folder / "text", "-i", "lo")
        self.refused(2, "there are no frames", self.folder / "none.pcap", "-i", "lo")
        self.refused(3, "not-there", self.folder / "not-there", "-i", "lo")
        done = self.refused(4, "damaged at byte", self.folder / "cut.pcapng", "-i", "lo")
        self.assertRegex(done.stdout, "sent [1-9][0-9]? frames")

    def test_wrong_link_type(self):
        done = self.refused(2, "are Linux cooked; lo takes Ethernet", CAPTURES / "any.pcapng", "-i", "lo")
        self.assertEqual(done.stdout, "")

    def test_interfaces(self):
        self.refused(3, 'there is no interface "nowhere"', CAPTURES / "tcp.pcapng", "-i", "nowhere")

    def test_only_home_unless_named(self):
        # In a namespace with a card of its own that is no lab.
        inside = "ip link add out0 type veth peer name in0 && ip link set out0 up && ip link set in0 up && exec \"$@\""
        words = ["unshare", "-Urn", "sh", "-c", inside, "sh", BIN / "netpeel-replay", CAPTURES / "tcp.pcapng", "-i", "out0"]
        done = run(*words)
        if "unshare:" in done.stderr or "ip:" in done.stderr:
            self.skipTest(done.stderr)
        self.assertEqual(done.returncode, 2, done)
        self.assertIn("out0 is neither", done.stderr)
        self.assertIn("--really out0", done.stderr)
        self.assertEqual(run(*words, env=os.environ | {"NETPEEL_HOST": "a"}).returncode, 2)
        self.assertEqual(run(*words, "--really", "in0").returncode, 2)
        done = run(*words, "--really", "out0")
        self.assertEqual(done.returncode, 0, done)

    def test_options(self):
        f = CAPTURES / "tcp.pcapng"
        self.refused(2, "no input", "-i", "lo")
        self.refused(2, "four answers", f, "-i", "lo", "--pps", "5", "--topspeed")
        self.refused(2, "--pps wants a number", f, "-i", "lo", "--pps", "fast")
        self.refused(2, "--speed wants a number", f, "-i", "lo", "--speed", "0")
        self.refused(2, "did you mean ip.dst?", f, "-i", "lo", "--rewrite", "ip.dts=1.2.3.4")
        self.refused(2, "ip.dst=nowhere", f, "-i", "lo", "--rewrite", "ip.dst=nowhere")
        self.refused(2, "can be read again", "-", "-i", "lo", "--loop", "2")


if __name__ == "__main__":
    trial = run(BIN / "netpeel-lab", "run", "--", "true")
    if trial.returncode == 3:
        print("skipped:", trial.stderr.strip())
        sys.exit(77)
    unittest.main()
