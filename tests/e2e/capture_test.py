#!/usr/bin/env python3
"""netpeel-capture on the loopback, as a person meets it: frames, filters, files, rings, signals, pipes, rights."""
import glob
import os
import pathlib
import re
import signal
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import time
import unittest

BIN = pathlib.Path(sys.argv.pop(1)).resolve()
CAPTURE = str(BIN / "netpeel-capture")
PORT = 47007


def blocks(data):
    """The blocks of a little-endian pcapng file: (type, body). Raises on a damaged one."""
    at = 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        assert length >= 12 and at + length <= len(data), f"block at {at} is cut"
        assert struct.unpack_from("<I", data, at + length - 4)[0] == length
        yield kind, data[at + 8 : at + length - 4]
        at += length


def payloads(path_or_bytes):
    data = path_or_bytes if isinstance(path_or_bytes, bytes) else pathlib.Path(path_or_bytes).read_bytes()
    out = []
    for kind, body in blocks(data):
        if kind == 6:
            size = struct.unpack_from("<I", body, 12)[0]
            out.append(body[20 : 20 + size][14 + 28 :])
    return out


def times(path):
    out = []
    for kind, body in blocks(pathlib.Path(path).read_bytes()):
        if kind == 6:
            high, low = struct.unpack_from("<II", body, 4)
            out.append(high << 32 | low)
    return out


def send(count, size=20, target="127.0.0.1"):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for i in range(count):
            s.sendto((b"%06d" % i).ljust(size, b"."), (target, PORT))


class Running:
    """netpeel-capture once it listens."""

    def __init__(self, *words, filter=f"udp dst port {PORT}", **more):
        words = [*map(str, words), "-f", filter] if filter else list(map(str, words))
        self.process = subprocess.Popen([CAPTURE, *words], stderr=subprocess.PIPE, **more)
        self.said = self.process.stderr.readline().decode()
        while "listening on" not in self.said.splitlines()[-1] or "no -i" in self.said.splitlines()[-1]:
            line = self.process.stderr.readline().decode()
            if not line:
                break
            self.said += line

    def end(self, how=signal.SIGINT):
        self.process.send_signal(how)
        return self.wait()

    def wait(self):
        _, rest = self.process.communicate(timeout=20)
        self.said += rest.decode()
        return self.process.returncode


class Capture(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.file = os.path.join(self.folder.name, "a.pcapng")

    def test_frames_counts_and_statistics(self):
        running = Running("-i", "lo", "-w", self.file)
        send(50)
        self.assertEqual(running.end(), 0)
        self.assertEqual([p[:6] for p in payloads(self.file)], [b"%06d" % i for i in range(50)])
        self.assertIn("50 frames written", running.said)
        self.assertRegex(running.said, r"\b0 dropped by the kernel, 0 dropped by netpeel-capture")
        self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o600)
        kinds = [kind for kind, _ in blocks(pathlib.Path(self.file).read_bytes())]
        self.assertEqual((kinds[0], kinds[1], kinds[-1]), (0x0A0D0D0A, 1, 5))

    def test_terminates_as_cleanly(self):
        running = Running("-i", "lo", "-w", self.file)
        send(3)
        self.assertEqual(running.end(signal.SIGTERM), 0)
        self.assertEqual(len(payloads(self.file)), 3)

    def test_count_and_trailing_filter_and_snap_length(self):
        running = Running("-i", "lo", "-w", self.file, "-c", "5", "-s", "50", "udp", "dst", "port", PORT, filter=None)
        send(20, size=100)
        self.assertEqual(running.wait(), 0)
        self.assertEqual([len(p) for p in payloads(self.file)], [8] * 5)

    def test_autostop_by_time_and_size(self):
        started = time.monotonic()
        self.assertEqual(Running("-i", "lo", "-w", self.file, "-a", "duration:0.5").wait(), 0)
        self.assertGreaterEqual(time.monotonic() - started, 0.5)
        running = Running("-i", "lo", "-w", self.file, "-a", "filesize:10")
        send(300, size=100)
        self.assertEqual(running.wait(), 0)
        self.assertLess(abs(os.path.getsize(self.file) - 10000), 500)

    def test_ring(self):
        running = Running("-i", "lo", "-w", self.file, "-b", "filesize:10", "-b", "files:3")
        send(400, size=100)
        self.assertEqual(running.end(), 0)
        names = sorted(glob.glob(os.path.join(self.folder.name, "a_*.pcapng")))
        self.assertEqual(len(names), 3)
        self.assertRegex(names[0], r"a_000\d\d_\d{14}\.pcapng$")
        got = [p[:6] for name in names for p in payloads(name)]
        self.assertEqual(got, [b"%06d" % i for i in range(400 - len(got), 400)])
        for name in names:
            self.assertEqual(stat.S_IMODE(os.stat(name).st_mode), 0o600)

    def test_ring_ends_after_so_many_files(self):
        running = Running("-i", "lo", "-w", self.file, "-b", "filesize:10", "-a", "files:2")
        send(400, size=100)
        self.assertEqual(running.wait(), 0)
        self.assertEqual(len(glob.glob(os.path.join(self.folder.name, "a_*"))), 2)
        running = Running("-i", "lo", "-w", self.file, "-b", "duration:0.2", "-a", "duration:1")
        self.assertEqual(running.wait(), 0)
        self.assertGreaterEqual(len(glob.glob(os.path.join(self.folder.name, "a_*"))), 5)

    def test_counts_on_request(self):
        running = Running("-i", "lo", "-w", self.file)
        send(7)
        time.sleep(0.5)
        running.process.send_signal(signal.SIGUSR1)
        self.assertIn("7 frames written", running.process.stderr.readline().decode())
        self.assertEqual(running.end(), 0)

    def test_killed_it_leaves_a_readable_file(self):
        running = Running("-i", "lo", "-w", self.file)
        send(1000, size=100)
        time.sleep(1.6)  # files are flushed every second
        send(5)
        running.process.kill()
        running.wait()
        self.assertGreaterEqual(len(payloads(self.file)), 1000)

    def test_pipe_is_prompt_and_ends_with_its_reader(self):
        running = Running("-i", "lo", "-w", "-", stdout=subprocess.PIPE)
        out = running.process.stdout.fileno()
        os.set_blocking(out, False)
        send(3)
        sent = time.monotonic()
        data = b""
        while data.count(b"000002") == 0 and time.monotonic() - sent < 5:
            time.sleep(0.005)
            try:
                data += os.read(out, 65536)
            except BlockingIOError:
                pass
        self.assertEqual(len(payloads(data)), 3)
        self.assertLess(time.monotonic() - sent, 1.0)
        running.process.stdout.close()  # no frame needs to come for it to be noticed
        running.process.stdout = None
        self.assertEqual(running.wait(), 0)
        self.assertNotIn("roken pipe", running.said)

    def test_slow_reader_costs_frames_that_are_counted(self):
        running = Running("-i", "lo", "-w", "-", "-B", "64", stdout=subprocess.PIPE)
        send(20000, size=1400)
        time.sleep(0.5)
        running.process.send_signal(signal.SIGUSR1)
        line = running.process.stderr.readline().decode()
        written, ours = (int(re.search(r"(\d+) " + what, line)[1]) for what in ("frames written", "dropped by netpeel-capture"))
        kernel = int(re.search(r"(\d+) dropped by the kernel", line)[1])
        self.assertGreater(ours, 0, line)
        self.assertEqual(written + ours, 20000 - kernel // 2 if kernel else 20000, line)
        running.process.send_signal(signal.SIGINT)
        data, _ = running.process.communicate(timeout=20)
        self.assertEqual(len(payloads(data)), written)

    def test_several_interfaces_in_time_order(self):
        running = Running("-i", "lo", "-i", "any", "-w", self.file)
        for _ in range(20):
            send(20)
            time.sleep(0.01)
        self.assertEqual(running.end(), 0)
        at = times(self.file)
        self.assertGreaterEqual(len(at), 800)
        late = sum(b < a for a, b in zip(at, at[1:]))
        self.assertLess(late, len(at) // 100)

    def test_rights_are_given_up(self):
        running = Running("-i", "lo", "-w", self.file)
        status = pathlib.Path(f"/proc/{running.process.pid}/status").read_text()
        self.assertEqual(running.end(), 0)
        for name in ("CapPrm", "CapEff", "CapInh", "CapAmb"):
            self.assertRegex(status, rf"{name}:\s+0+\n")
        self.assertRegex(status, r"NoNewPrivs:\s+1")

    def test_under_sudo_new_files_belong_to_who_asked(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give files away")
        env = dict(os.environ, SUDO_UID="12345", SUDO_GID="12346")
        subprocess.run([CAPTURE, "-q", "-i", "lo", "-w", self.file, "-a", "duration:0.5", "-b", "duration:0.2"], env=env, timeout=20)
        names = glob.glob(os.path.join(self.folder.name, "a_*"))
        self.assertGreaterEqual(len(names), 2)
        for name in names:
            info = os.stat(name)
            self.assertEqual((info.st_uid, info.st_gid, stat.S_IMODE(info.st_mode)), (12345, 12346, 0o600))

    def test_disk_full(self):
        os.symlink("/dev/full", self.file)
        done = subprocess.run([CAPTURE, "-i", "lo", "-w", self.file, "-a", "duration:0.2"], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 3)
        self.assertIn("The disk is full", done.stderr)

    def test_wrong_filter(self):
        done = subprocess.run([CAPTURE, "-i", "lo", "-w", self.file, "tcp", "prot", "80"], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 2)
        self.assertIn("tcp prot 80", done.stderr)
        self.assertIn("syntax error", done.stderr)
        self.assertFalse(os.path.exists(self.file))
        done = subprocess.run([CAPTURE, "-i", "lo", "-w", self.file, "tcp.port == 80"], capture_output=True, text=True, timeout=20)
        self.assertIn("display filter", done.stderr)

    def test_wrong_interface(self):
        done = subprocess.run([CAPTURE, "-i", "l0", "-w", self.file], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 3)
        self.assertIn("Did you mean lo?", done.stderr)

    def test_no_interface_named(self):
        running = Running("-w", self.file, "-a", "duration:0.1")
        self.assertEqual(running.wait(), 0)
        self.assertIn("no -i given; listening on", running.said)


class WithoutRights(unittest.TestCase):
    """What needs no right to capture, or shows that it is missing."""

    def run_capture(self, *words, **more):
        return subprocess.run([CAPTURE, *words], capture_output=True, text=True, timeout=20, **more)

    def test_list(self):
        done = self.run_capture("-D")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"(?m)^ *\d+\. lo +(up|down) +loopback: this machine talking to itself")

    def test_help_and_version(self):
        done = self.run_capture("--help")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(len(done.stdout.split("Examples\n")[1].splitlines()), 3)
        self.assertRegex(self.run_capture("--version").stdout, r"^netpeel-capture \d+\.\d+\.\d+\n$")

    def test_wrong_use(self):
        for words in (["-Z"], ["--nothing"], ["-c", "x"], ["-c"], ["-s", "300000"], ["-a", "size:3"], ["-a", "files:3"],
                      ["-b", "filesize:3"], ["-w", "x.pcapng", "-b", "files:3"], ["-B", "0"]):
            done = self.run_capture(*words)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn("--help", done.stderr)

    def test_missing_rights_are_said_with_the_command_that_gives_them(self):
        drop = ["setpriv", "--inh-caps=-all", "--bounding-set=-all", "--reuid=65534", "--regid=65534", "--clear-groups"]
        if os.geteuid() != 0:
            drop = []
            if can_capture:
                self.skipTest("this user may capture, and only root can take that away for a moment")
        elif subprocess.run([*drop, CAPTURE, "--version"], capture_output=True).returncode != 0:
            self.skipTest("an ordinary user cannot run the built program here")
        done = subprocess.run([*drop, CAPTURE, "-i", "lo", "-w", "-"], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 3)
        self.assertIn(f"sudo setcap cap_net_raw,cap_net_admin=eip {CAPTURE}", done.stderr)


probe = subprocess.run([CAPTURE, "-i", "lo", "-q", "-w", "/dev/null", "-a", "duration:0.1"], capture_output=True, text=True)
can_capture = probe.returncode == 0
if not can_capture:
    Capture = unittest.skip("this user may not capture on lo: " + probe.stderr.strip())(Capture)
unittest.main(verbosity=1)
