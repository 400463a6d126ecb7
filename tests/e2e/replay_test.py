#!/usr/bin/env python3
"""netpeel replay: what goes onto an interface in the lab arrives at the other end as it was; on the screen packets come with their
own timing, or when a key is pressed, and the terminal is left as it was found."""
import json
import os
import pathlib
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
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


def commented(path, frames):
    """A pcapng of (time, bytes, comment or None)."""
    block = lambda kind, body: struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)
    pad = lambda data: data + bytes(-len(data) % 4)
    out = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)) + block(1, struct.pack("<HHI", 1, 0, 0) + struct.pack("<HHB3xI", 9, 1, 9, 0))
    for t, data, comment in frames:
        options = b"" if comment is None else struct.pack("<HH", 1, len(comment)) + pad(comment) + bytes(4)
        out += block(6, struct.pack("<IIIII", 0, t >> 32, t & 0xFFFFFFFF, len(data), len(data)) + pad(data) + options)
    pathlib.Path(path).write_bytes(out)


class Terminal:
    """A program in a terminal of its own."""

    def __init__(self, *words):
        self.mine, self.its = pty.openpty()
        termios.tcsetwinsize(self.its, (24, 100))
        self.before = termios.tcgetattr(self.its)

        def own():
            os.setsid()
            import fcntl
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        self.child = subprocess.Popen([str(w) for w in words], stdin=self.its, stdout=self.its, stderr=self.its, preexec_fn=own,
                                      env=os.environ | {"TERM": "xterm", "NO_COLOR": "1"})
        self.said = ""

    def until(self, words, seconds=20):
        end = time.monotonic() + seconds
        while words not in self.said:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.mine], [], [], left)[0]:
                raise AssertionError(f"{words!r} was not said: {self.said!r}")
            try:
                self.said += os.read(self.mine, 65536).decode(errors="replace")
            except OSError:
                raise AssertionError(f"{words!r} was not said: {self.said!r}")
        at = self.said.index(words) + len(words)
        before, self.said = self.said[:at], self.said[at:]
        return before

    def press(self, keys):
        os.write(self.mine, keys.encode())

    def raw(self):
        return not termios.tcgetattr(self.its)[3] & termios.ICANON

    def as_before(self):
        return termios.tcgetattr(self.its) == self.before

    def end(self):
        code = self.child.wait(timeout=20)
        os.set_blocking(self.mine, False)
        try:
            self.said += os.read(self.mine, 1 << 20).decode(errors="replace")
        except OSError:
            pass
        return code

    def close(self):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        os.close(self.mine)
        os.close(self.its)


class Screen(Replay):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "chapters.pcapng"
        frame = lambda n: bytes(12) + b"\x88\xb5" + bytes([n]) * (50 + n)
        comments = {2: b"the first chapter", 4: b"the \x1b[31msecond", 6: b"the third"}
        commented(self.file, [(10**18 + n * 50_000_000, frame(n), comments.get(n)) for n in range(1, 8)])

    def terminal(self, *words):
        t = Terminal(BIN / "netpeel-replay", *words)
        self.addCleanup(t.close)
        return t

    def test_with_its_own_timing(self):
        plain = run(BIN / "netpeel-decode", CAPTURES / "tcp.pcapng").stdout
        for words, least in (((), 0.1065), (("--speed", "0.5"), 0.213), (("--speed", "100"), 0.001)):
            began = time.monotonic()
            done = replay(CAPTURES / "tcp.pcapng", *words)
            self.assertGreaterEqual(time.monotonic() - began, least)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, plain, ""))
        chosen = replay("-r", CAPTURES / "tcp.pcapng", "-Y", "tcp.flags.syn == 1")
        self.assertEqual((chosen.returncode, len(chosen.stdout.splitlines())), (0, 2))

    def test_lines_come_when_they_are_due(self):
        child = subprocess.Popen([BIN / "netpeel-replay", self.file], stdout=subprocess.PIPE)
        times = []
        for line in child.stdout:
            if not line.startswith("—".encode()):
                times.append(time.monotonic())
        child.stdout.close()
        self.assertEqual(child.wait(), 0)
        gaps = sorted(b - a for a, b in zip(times, times[1:]))
        self.assertLess(abs(gaps[len(gaps) // 2] - 0.05), 0.03, gaps)

    def test_steps_back_and_chapters(self):
        t = self.terminal(self.file, "--step")
        t.until("frame 0 of 7")
        self.assertTrue(t.raw())
        t.press(" ")
        self.assertNotIn("chapter\r\n", t.until("frame 1 of 7"))
        t.press("\x1b[C")
        self.assertIn("— the first chapter\r\n", t.until("frame 2 of 7"))
        t.until("chapter 1 of 3, paused")
        t.press("n")
        before = t.until("frame 4 of 7")
        self.assertIn("\x1b[K    3 ", before)
        self.assertIn("— the \\x1b[31msecond", before)  # nothing from the file reaches the terminal as it is
        t.press("b")
        before = t.until("frame 3 of 7")
        self.assertIn("\x1b[2J", before)
        self.assertNotIn("second", before)
        t.press("n")
        t.until("frame 4 of 7")
        t.press("n")
        t.until("frame 6 of 7")
        t.press("N")
        t.until("frame 4 of 7, 0:00.150 of 0:00.300, chapter 2 of 3, paused")
        t.press("\x1b[D")
        t.until("frame 3 of 7")
        t.press("p")
        t.until("    7    0.300000")
        self.assertEqual(t.end(), 0)
        self.assertTrue(t.as_before())

    def test_pause_and_quit(self):
        t = self.terminal(self.file, "--speed", "0.1")
        t.until("frame 1 of 7")
        t.press("p")
        t.until("paused")
        t.press("q")
        self.assertEqual(t.end(), 0)
        self.assertTrue(t.as_before())

    def test_signals_leave_the_terminal_as_it_was(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGABRT):
            t = self.terminal(self.file, "--step")
            t.until("frame 0 of 7")
            self.assertTrue(t.raw())
            t.child.send_signal(number)
            t.end()
            self.assertTrue(t.as_before(), number)

    def test_stopped_and_gone_on(self):
        # As a shell has it: a program in the foreground of its terminal, in a group of its own.
        t = self.terminal("--step", self.file)
        t.until("frame 0 of 7")
        # A group that nobody controls is not stopped by the terminal; SIGSTOP always is, SIGTSTP only asks.
        t.press(" ")
        t.until("frame 1 of 7")
        t.child.send_signal(signal.SIGTSTP)
        for _ in range(100):
            if t.as_before():
                break
            time.sleep(0.02)
        stopped = pathlib.Path(f"/proc/{t.child.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
        if stopped:
            self.assertTrue(t.as_before())
            t.child.send_signal(signal.SIGCONT)
        t.press(" ")
        t.until("frame 2 of 7")
        self.assertTrue(t.raw())
        t.press("q")
        self.assertEqual(t.end(), 0)
        self.assertTrue(t.as_before())


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
        self.refused(4, "the input is empty", self.folder / "empty")
        self.refused(4, "damaged at byte", self.folder / "cut.pcapng")
        self.refused(2, "there are no such frames", self.folder / "none.pcap")
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
        self.refused(2, "--loop is for frames that go onto an interface", f, "--loop", "2")
        self.refused(2, "--step is for the screen", f, "-i", "lo", "--step")
        self.refused(2, "--speed wants a number from 0.1 to 100", f, "--speed", "1000")
        self.refused(2, "there are no such frames", f, "-Y", "udp")
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
