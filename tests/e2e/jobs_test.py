#!/usr/bin/env python3
"""decode --jobs: several processes print one text together. Nobody may be able to tell from what comes out, whatever goes wrong on the way."""
import itertools
import os
import pathlib
import random
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest

BIN = pathlib.Path(sys.argv.pop(1)).resolve()
ROOT = pathlib.Path(__file__).resolve().parents[2]
DECODE = str(BIN / "netpeel-decode")
STRETCH = 256  # packets that a process prints before the next one's turn
FORMS = [["-V"], ["--json"], ["-x"], ["-T", "line"], ["--diagram"], ["-T", "fields", "-e", "frame.number", "-e", "tcp.seq", "-E", "header=y"]]


def decode(*words, **more):
    return subprocess.run([DECODE, *map(str, words)], capture_output=True, timeout=120, **more)


def outcome(*words):
    done = decode(*words)
    return done.returncode, done.stdout, done.stderr


def segment(number, sequence, payload):
    tcp = struct.pack("!HHIIBBHHH", 40000 + number % 7, 50000, sequence, 1, 0x50, 0x18, 500, 0, 0) + payload
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), number & 0xFFFF, 0x4000, 64, 6, 0, bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]))
    return bytes.fromhex("0102030405060605040302010800") + ip + tcp


def capture(frames, size=100):
    """Segments of seven conversations, some of which come again."""
    chance = random.Random(7)
    out = bytearray(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
    sent = [1000] * 7
    for n in range(frames):
        at = sent[n % 7] if chance.random() < 0.95 else sent[n % 7] - size
        frame = segment(n, at, b"x" * size)
        sent[n % 7] = at + size
        out += struct.pack("<IIII", 1700000000 + n // 1000, n % 1000 * 1000, len(frame), len(frame)) + frame
    return out


def children(pid):
    return [int(word) for word in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Jobs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)

    def file(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def same(self, *words):
        alone = outcome(*words, "--jobs", 1)
        for jobs in (2, 3, 7):
            self.assertEqual(alone, outcome(*words, "--jobs", jobs), f"{words}, {jobs} processes")
        return alone

    def test_every_form_of_any_number_of_packets(self):
        for frames in (0, 1, STRETCH - 1, STRETCH, STRETCH + 1, 3 * STRETCH, 2000):
            path = self.file(f"{frames}.pcap", capture(frames))
            for form in FORMS:
                self.same("-r", path, *form)
        code, text, _ = self.same("-r", path, "-V")
        self.assertEqual((0, 2000), (code, text.count(b"\nFrame ") + 1))

    def test_real_captures(self):
        for path in itertools.chain(sorted((ROOT / "captures").glob("*.pcapng")), [ROOT / "tests/golden/protocols.pcapng"]):
            self.same("-r", path, "-V", "--payload")

    def test_choices_among_packets(self):
        path = self.file("some.pcap", capture(3000))
        self.same("-r", path, "-V", "-Y", "tcp.analysis.flags")
        self.same("-r", path, "-V", "-Y", "frame.number == 2999")
        self.same("-r", path, "-V", "-Y", "udp")
        self.same("-r", path, "-V", "-c", 700)
        self.same("-r", path, "-V", "--frame", "600-1400")
        self.assertEqual(1, self.same("-r", path, "-V", "--frame", "9999")[0])

    def test_damaged_input(self):
        path = self.file("cut.pcap", capture(1500)[:-30])
        code, text, said = self.same("-r", path, "-V")
        self.assertEqual((4, 1499), (code, text.count(b"\nFrame ") + 1))
        self.assertIn(b"damaged", said)
        code, text, said = self.same("-r", self.file("none.pcap", b"no capture at all, but long enough for a header"), "-V")
        self.assertEqual((4, b""), (code, text))
        self.assertIn(b"no capture file", said)

    def test_a_large_file_is_printed_together_unasked(self):
        path = self.file("large.pcap", capture(60_000))
        self.assertGreater(path.stat().st_size, 8 << 20)
        self.assertEqual(outcome("-r", path, "--json", "--jobs", 1), outcome("-r", path, "--json"))

    def test_much_text_of_a_stretch_does_not_wait_for_its_turn(self):
        path = self.file("wide.pcap", capture(2 * STRETCH + 10, 40_000))
        self.assertGreater(len(self.same("-r", path, "-x")[1]), 60 << 20)

    def test_nobody_reads_any_more(self):
        path = self.file("read.pcap", capture(5000))
        for jobs in (1, 2, 3):
            run = subprocess.Popen([DECODE, "-r", path, "-V", "--jobs", str(jobs)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertTrue(run.stdout.readline().startswith(b"Frame 1:"))
            run.stdout.close()
            self.assertEqual((b"", 0), (run.stderr.read(), run.wait(timeout=60)), f"{jobs} processes")
            run.stderr.close()

    def test_no_room_for_the_output(self):
        path = self.file("full.pcap", capture(5000))
        for jobs in (1, 2, 3):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([DECODE, "-r", path, "-V", "--jobs", str(jobs)], stdout=full, stderr=subprocess.PIPE, timeout=60)
            self.assertEqual(3, done.returncode)
            self.assertEqual(1, done.stderr.count(b"No space left"), done.stderr)

    def test_no_room_for_what_another_process_writes(self):
        path = self.file("limit.pcap", capture(5000))
        whole = decode("-r", path, "-V", "--jobs", 1).stdout
        limit = whole.index(b"\nFrame %d:" % (STRETCH + 2)) + 1
        for jobs in (1, 2, 3):
            into = self.folder / "limited.txt"
            with open(into, "wb") as file:
                done = subprocess.run([DECODE, "-r", path, "-V", "--jobs", str(jobs)], stdout=file, stderr=subprocess.PIPE, timeout=60, restore_signals=False,
                                      preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
            self.assertEqual((3, 1), (done.returncode, done.stderr.count(b"write the output")), done.stderr)
            self.assertEqual(whole[:limit], into.read_bytes())

    def test_no_further_process_or_file_to_be_had(self):
        path = self.file("few.pcap", capture(5000))
        alone = decode("-r", path, "-V", "--jobs", 1)
        for limit, most in ((resource.RLIMIT_NPROC, 0), (resource.RLIMIT_NOFILE, 7)):
            def ordinary(limit=limit, most=most):
                resource.setrlimit(limit, (most, most))
                if limit == resource.RLIMIT_NPROC and os.getuid() == 0:  # root has no such bound
                    os.setgid(65534), os.setuid(65534)
            with open(path, "rb") as file:
                done = subprocess.run([str(self.reachable()), "-r", "/dev/stdin", "-V", "--jobs", "3"], stdin=file, capture_output=True, timeout=60, cwd="/",
                                      env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"},  # what looks for leaks needs a process of its own
                                      preexec_fn=ordinary)
            self.assertEqual((alone.returncode, alone.stdout, alone.stderr), (done.returncode, done.stdout, done.stderr))

    def reachable(self):
        """A copy that an ordinary user may run."""
        os.chmod(self.folder, 0o755)
        copy = self.folder / "netpeel-decode"
        if not copy.exists():
            shutil.copy(DECODE, copy)
        return copy

    def blocked(self, path, jobs):
        """A run whose reader reads nothing: in the end all of its processes wait."""
        run = subprocess.Popen([DECODE, "-r", path, "-V", "--jobs", str(jobs)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(400):
            if len(children(run.pid)) == jobs - 1:
                break
            time.sleep(0.01)
        time.sleep(0.3)
        found = children(run.pid)
        self.assertEqual(jobs - 1, len(found))
        return run, found

    def gone(self, pids):
        for _ in range(400):
            if not any(os.path.exists(f"/proc/{pid}") for pid in pids):
                return True
            time.sleep(0.01)
        return False

    def test_ctrl_c_leaves_a_beginning_and_no_process(self):
        path = self.file("stop.pcap", capture(20_000))
        whole = decode("-r", path, "-V", "--jobs", 1).stdout
        for jobs, to_all in itertools.product((2, 3), (False, True)):
            run, others = self.blocked(path, jobs)
            for pid in [run.pid, *(others if to_all else [])]:
                os.kill(pid, signal.SIGINT)
            text, _ = run.communicate(timeout=60)
            self.assertTrue(whole.startswith(text), "what is there is a beginning without a gap")
            self.assertLess(len(text), len(whole))
            self.assertTrue(self.gone(others))

    def test_a_process_that_is_killed_is_told_of(self):
        path = self.file("kill.pcap", capture(20_000))
        whole = decode("-r", path, "-V", "--jobs", 1).stdout
        run, others = self.blocked(path, 3)
        os.kill(others[1], signal.SIGKILL)
        text, said = run.communicate(timeout=60)
        self.assertTrue(whole.startswith(text))
        self.assertEqual(3, run.returncode)
        self.assertIn(b"was ended by signal 9", said)
        self.assertTrue(self.gone(others))

    def test_the_first_process_takes_the_others_with_it(self):
        run, others = self.blocked(self.file("first.pcap", capture(20_000)), 3)
        run.kill()
        run.communicate(timeout=60)
        self.assertTrue(self.gone(others))

    def test_wrong_use(self):
        path = self.file("use.pcap", capture(3))
        for words, why in ((["-r", path, "--jobs", 0], b"from 1 to 16"), (["-r", path, "--jobs", 17], b"from 1 to 16"),
                           (["-r", "-", "--jobs", 2], b"--jobs goes with a file"),
                           (["-r", path, "--jobs", 2, "-V", "-w", self.folder / "out.pcapng"], b"-w")):
            code, text, said = outcome(*words)
            self.assertEqual((2, b""), (code, text))
            self.assertIn(why, said)


if __name__ == "__main__":
    unittest.main()
