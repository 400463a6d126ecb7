#!/usr/bin/env python3
"""netpeel tour: what it leaves, that its sentences say what the packets say, where it goes without a lab, and Ctrl-C. Where the
machine allows no lab the live ones are skipped; as root the live one is tried as an ordinary user, too."""
import base64
import hashlib
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree

from ordinary import reachable

BIN = pathlib.Path(sys.argv.pop(1)).resolve()
ORDINARY = 65534  # nobody
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
# A user namespace that may make no further ones, and holds no right to capture: neither lab nor loopback.
CLOSED = ["unshare", "-Ur", "sh", "-c", 'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --bounding-set=-all "$@"', "sh"]


def run(*words, timeout=90, **more):
    done = subprocess.run([*map(str, words)], stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, **more)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def lab_works(**more):
    return run(BIN / "netpeel-lab", "run", "-q", "--", "true", **more)[0] == 0


def decoded(path, *words):
    code, out, err = run(BIN / "netpeel-decode", "-r", path, "--json", "--taps", *words)
    assert code == 0, err
    return [json.loads(line) for line in out.splitlines()]


def values(frame, name):
    out = []
    for layer in frame["layers"]:
        value = layer["fields"].get(name)
        out += [] if value is None else value if isinstance(value, list) else [value]
    return out


def processes(word):
    return {p for p in pathlib.Path("/proc").glob("[0-9]*/cmdline") if word.encode() in read(p)}


def read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


class Tour(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="netpeel-tour-"))
        self.folder.chmod(0o777)
        self.addCleanup(shutil.rmtree, self.folder)
        self.out = self.folder / "out"

    def tour(self, *words, before=(), **more):
        code, out, err = run(*before, BIN / "netpeel-tour", "--fast", "--out", self.out, *words, **more)
        self.assertEqual(code, 0, out + err)
        self.assertEqual(err, "")
        self.text = out
        self.one_line = " ".join(out.split())
        return out

    # ---- What it says, held against the capture. ----

    def sentence(self, pattern):
        found = re.search(pattern, self.one_line)
        self.assertIsNotNone(found, pattern + "\nin\n" + self.text)
        return found.groups()

    def holds(self):
        wide = [line for line in self.text.splitlines() if len(line) > 80 and str(self.out) not in line]
        self.assertEqual(wide, [])
        self.assertNotIn("\x1b", self.text)
        frames = {f["frame.number"]: f for f in decoded(self.out / "tour.pcapng")}
        for frame in frames.values():
            self.assertFalse([p for layer in frame["layers"] for p in layer.get("problems", []) if p["kind"] == "malformed"])
        self.holds_peel(frames)
        self.holds_web(frames)
        lost = self.out / "lost.pcapng"
        self.holds_lost({f["frame.number"]: f for f in decoded(lost)} if lost.exists() else frames, lost if lost.exists() else self.out / "tour.pcapng")
        self.holds_page()

    def holds_peel(self, frames):
        event, argument, n = self.sentence(r'emit "(\w+)" with "([^"]+)"\. What goes over the cable is frame (\d+)')
        frame = frames[int(n)]
        self.assertEqual(values(frame, "sio.event"), [event])
        self.assertEqual(values(frame, "sio.args"), [f'"{argument}"'])
        sizes = [int(s) for s in self.sentence(r"The text has (\d+) bytes, the frame (\d+) bytes: (\d+) \+ (\d+) \+ (\d+) \+ (\d+) \+ (\d+)\. So (\d+)")]
        self.assertEqual(sizes[1], frame["frame.len"])
        self.assertEqual(sum(sizes[2:7]), sizes[1])
        self.assertEqual((sizes[6], sizes[7]), (sizes[0], sizes[1] - sizes[0]))
        self.assertEqual(sizes[4], values(frame, "tcp.hdr_len")[0])
        self.assertEqual(sizes[0], values(frame, "websocket.payload_length")[-1])
        plain, key, wire = (bytes.fromhex(re.sub(r"[^0-9a-f ]", "", row)[:35].strip())
                            for row in re.search(r"in hex +(.*)\n +the key +(.{35}).*\n +on the wire +(.{35})", self.text).groups())
        self.assertEqual(bytes(a ^ b for a, b in zip(plain, key)), wire)
        self.assertTrue(f'42{""}'.encode() == plain[:2], plain)
        self.assertEqual(key[:4].hex(), values(frame, "websocket.masking_key")[0].replace(":", ""))
        dump = b"".join(bytes.fromhex(m) for m in re.findall(r"^  [0-9a-f]{4}  ((?:[0-9a-f]{2} )+)", self.text, re.M))
        self.assertEqual(len(dump), frame["frame.len"])
        self.assertIn(wire, dump)

    def holds_web(self, frames):
        ask, up, answer, switch = map(int, self.sentence(r"ordinary one \(frame (\d+)\).*asks for more \(frame (\d+)\).*\(frames (\d+) and (\d+)\)"))
        self.assertEqual(values(frames[answer], "http.response.code"), [200])
        self.assertEqual(values(frames[switch], "http.response.code"), [101])
        self.assertEqual(values(frames[ask], "tcp.stream"), values(frames[answer], "tcp.stream"))
        key, accept = self.sentence(r"the key, in frame \d+ (\S+) .*the answer's, in frame \d+ (\S+)")
        digest = hashlib.sha1((key + GUID).encode()).digest()
        self.assertIn(digest.hex(), self.text)
        self.assertEqual(accept, base64.b64encode(digest).decode())
        self.assertIn("They are the same", self.one_line)
        stream, first, last = map(int, self.sentence(r"still TCP conversation (\d+), from frame (\d+) to frame (\d+)"))
        for n in up, switch, first, last:
            self.assertEqual(values(frames[n], "tcp.stream"), [stream])
        pushed = [(int(n), text) for n, text in re.findall(r"^  frame (\d+) +\+[\d.]+ m?s +(\S+)$", self.text, re.M)]
        self.assertEqual(len(pushed), 3)
        for n, text in pushed:
            self.assertEqual(values(frames[n], "tcp.stream"), [stream])
            self.assertEqual(values(frames[n], "websocket.mask"), [False])
            self.assertIn(text, json.dumps(frames[n]).replace('\\"', '"'))
        count, said = self.sentence(r"(\d+) messages came from the server; from the client came (\w+)\. Nobody asked")
        self.assertEqual((int(count), said), (3, "none"))
        asking, answering = map(int, self.sentence(r"by HTTP took (\d+) bytes, and (\d+) bytes to answer"))
        self.assertEqual([sum(values(frames[n], "tcp.len")) for n in (ask, answer)], [asking, answering])

    def holds_lost(self, frames, path):
        tcp, udp = map(int, self.sentence(r"data of each: frame (\d+) and frame (\d+)\."))
        for n in tcp, udp:
            self.assertIn("dropped", frames[n].get("frame.comment", "") + self.comments(path, n))
        again_ms, again = self.sentence(r"so a sent it again, ([\d.]+) ms after the first time \(frame (\d+)\)")
        again = int(again)
        self.assertEqual(values(frames[again], "tcp.seq"), values(frames[tcp], "tcp.seq"))
        waited = (self.when(frames[again]) - self.when(frames[tcp])) / 1e6
        self.assertAlmostEqual(float(again_ms), waited, delta=0.5 if waited >= 100 else 0.051)
        # Each packet where it was sent: the client is a.
        sent = [f for f in frames.values() if self.tap(f) == ("a" if values(f, "ip.src") == values(frames[tcp], "ip.src") else "b")]
        home = [f for f in sent if values(f, "tcp.stream") == values(frames[tcp], "tcp.stream") != []]
        datagrams = [f for f in sent if values(f, "udp.stream") == values(frames[udp], "udp.stream") != []]
        self.assertEqual(self.sentence(r"packets, both ways (\d+) (\d+)"), (str(len(home)), str(len(datagrams))))
        total = tuple(f"{sum(f['frame.len'] for f in some):,}" for some in (home, datagrams))
        self.assertEqual(self.sentence(r"all headers counted ([\d,]+) ([\d,]+)"), total)
        arrived = self.sentence(r"messages that arrived (\d) of 5 (\d) of 5")
        self.assertEqual(arrived, ("5", "4"))
        data = [f for f in home if sum(values(f, "tcp.len")) > 0]
        before = [f for f in home if f["frame.number"] < data[0]["frame.number"]]
        self.assertEqual(self.sentence(r"before the first message (\d+) (\d+)"), (str(len(before)), "0"))

    @staticmethod
    def when(frame):
        seconds, nanoseconds = frame["frame.time_epoch"].split(".")
        return int(seconds) * 10**9 + int(nanoseconds)

    @staticmethod
    def tap(frame):
        return "a" if frame.get("frame.interface_id", 0) in (0, "0") and frame.get("frame.interface_name", "a") == "a" else "b"

    @staticmethod
    def comments(path, n):
        return run(BIN / "netpeel-decode", "-r", path, "--frame", n, "-V")[1]

    def holds_page(self):
        page = (self.out / "report.html").read_text()
        tree = xml.etree.ElementTree.fromstring(page.split("\n", 1)[1])
        names = {element.tag.split("}")[-1] for element in tree.iter()}
        self.assertFalse(names & {"script", "link", "img", "iframe", "object", "embed"}, names)
        self.assertGreaterEqual(sum(element.tag.endswith("svg") for element in tree.iter()), 5)
        ids = [element.get("id") for element in tree.iter() if element.get("id")]
        self.assertEqual(len(ids), len(set(ids)), "an id twice")
        for element in tree.iter():
            for name, value in element.attrib.items():
                if name.split("}")[-1] in ("href", "src"):
                    self.assertRegex(value, r"^#")
                    self.assertIn(value[1:], ids)
                self.assertNotIn("url(", value)
        for said in re.findall(r"^== \d of \d: (.*)$", self.text, re.M):
            self.assertIn(said, page)

    def nothing_is_left(self):
        self.assertEqual(sorted(p.name for p in self.out.iterdir() if p.name.startswith(".")), [])


class Live(Tour):
    def setUp(self):
        super().setUp()
        if not lab_works():
            self.skipTest("this machine allows no lab")

    def test_in_a_lab(self):
        self.tour()
        self.assertIn("[level A: live]", self.text)
        self.assertEqual(len(re.findall(r"^== \d of 4: ", self.text, re.M)), 4)
        self.holds()
        self.nothing_is_left()
        self.assertEqual((self.out / "tour.pcapng").stat().st_mode & 0o777, 0o600)

    def test_an_ordinary_user(self):
        if os.geteuid() != 0:
            self.skipTest("this is an ordinary user already, so the test before was the same")
        who = {"user": ORDINARY, "group": ORDINARY, "extra_groups": [], "cwd": "/"}
        if not reachable(BIN):
            self.skipTest(f"an ordinary user may not enter {BIN}")
        if not lab_works(**who):
            self.skipTest("ordinary users get no lab here")
        self.tour(**who)
        self.assertIn("[level A: live]", self.text)
        self.holds()

    def test_tshark_reads_the_comments(self):
        if shutil.which("tshark") is None:
            self.skipTest("tshark is not installed")
        self.tour()
        code, out, err = run("tshark", "-r", self.out / "tour.pcapng", "-Y", "frame.comment", "-T", "fields", "-e", "frame.number", "-e", "frame.comment")
        self.assertEqual(code, 0, err)
        told = dict(line.split("\t", 1) for line in out.splitlines())
        peeled, = self.sentence(r"What goes over the cable is frame (\d+)")
        lost, = self.sentence(r"data of each: frame (\d+)")
        self.assertIn('netpeel tour: the event "echo"', told[peeled])
        self.assertIn("dropped", told[lost])
        self.assertIn('netpeel tour: "message three" leaves a and is lost', told[lost])
        self.assertGreaterEqual(sum("the server speaks, and nobody asked" in t for t in told.values()), 3)

    def test_what_it_says_to_do_next_works(self):
        self.tour()
        words = [shlex.split(line) for line in self.text.splitlines() if line.startswith("  netpeel ")]
        self.assertGreaterEqual(len(words), 5)
        for command in words:
            if command[1] == "lesson":
                continue  # asks
            code, out, err = run(BIN / "netpeel", *command[1:])
            self.assertEqual((code, err), (0, ""), command)
            self.assertTrue(out)

    def test_what_could_not_be_told_is_said(self):
        tools = self.folder / "bin"
        tools.mkdir()
        shutil.copy(BIN / "netpeel-tour", tools)
        (tools / "netpeel-lab").symlink_to(BIN / "netpeel-lab")
        demo = tools / "netpeel-demo"
        demo.write_text(f'#!/bin/sh\n[ "$1" != sio ] || {{ echo "no Socket.IO today" >&2; exit 3; }}\nexec {BIN}/netpeel-demo "$@"\n')
        demo.chmod(0o755)
        code, out, err = run(tools / "netpeel-tour", "--fast", "--out", self.out)
        self.assertEqual(code, 1, out + err)
        self.assertEqual(err.count("\n"), 1, err)
        self.assertIn("1 part of 4 could not be told", err)
        self.assertIn("no Socket.IO today", err)

    def test_ctrl_c_while_they_talk(self):
        tour = subprocess.Popen([BIN / "netpeel-tour", "--fast", "--out", self.out], stdout=subprocess.PIPE, start_new_session=True)
        seen = b""
        while b"TCP" not in seen and (piece := tour.stdout.read1()):
            seen += piece
        tour.send_signal(signal.SIGINT)
        began = time.monotonic()
        tour.stdout.read()
        tour.stdout.close()
        self.assertEqual(tour.wait(timeout=10), 130)
        self.assertLess(time.monotonic() - began, 5)
        self.nothing_is_left()
        for _ in range(50):
            if not processes(str(self.out)):
                break
            time.sleep(0.1)
        self.assertEqual(processes(str(self.out)), set())


class Elsewhere(Tour):
    def test_where_no_lab_can_be(self):
        code, out, err = run(*CLOSED, BIN / "netpeel-tour", "--fast", "--out", self.out)
        if "unshare:" in err or "setpriv:" in err or "sh:" in err:
            self.skipTest(err.strip())
        self.assertEqual((code, err), (0, ""))
        self.text, self.one_line = out, " ".join(out.split())
        self.assertIn("[level C: recorded]", out)
        self.assertIn("user namespaces", self.one_line)
        self.holds()
        self.nothing_is_left()

    def test_recorded(self):
        began = time.monotonic()
        self.tour("--level", "C")
        self.assertLess(time.monotonic() - began, 20)
        self.assertIn("[level C: recorded]", self.text)
        self.holds()

    def test_on_loopback(self):
        code, out, err = run(BIN / "netpeel-tour", "--fast", "--out", self.out, "--level", "B")
        if "loopback cannot be captured" in err:
            self.skipTest(err.strip())
        self.assertEqual((code, err), (0, ""), out)
        self.text, self.one_line = out, " ".join(out.split())
        self.assertIn("[level B: live, on loopback]", out)
        self.assertIn("this part was recorded earlier", self.one_line)
        self.holds()
        self.nothing_is_left()

    def test_quiet(self):
        self.assertEqual(self.tour("--level", "C", "--quiet"), f"{self.out}/tour.pcapng\n{self.out}/report.html\n")

    def test_a_folder_that_cannot_be(self):
        (self.folder / "file").write_text("")
        code, out, err = run(BIN / "netpeel-tour", "--fast", "--out", self.folder / "file")
        self.assertEqual((code, out), (3, ""))
        self.assertIn("--out DIR", err)


if __name__ == "__main__":
    unittest.main()
