"""What the tests with real programs share: a loopback of their own, programs that are ended by their id, a recording by
netpeel-capture, and what netpeel-decode says of it. Everything lives in one temporary folder and is bounded in time."""
import ctypes
import fcntl
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

BIN = pathlib.Path(sys.argv[1]).resolve()
SOURCE = pathlib.Path(sys.argv[2]).resolve()
DEADLINE = time.monotonic() + 120
CLEAN = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin", "HOME": "/nonexistent"}


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def program(*names, package=None):
    """The path of the first of these programs that is here; without one the test is skipped."""
    for name in names:
        found = shutil.which(name, path=CLEAN["PATH"])
        if found:
            return found
    skip(f"{names[0]} is not installed (apt-get install {package or names[0]})")


def node_modules(*wanted):
    """Where these npm packages are: see tests/oracle/real/package.json."""
    for folder in (os.environ.get("NODE_PATH", ""), SOURCE / "build/node/node_modules"):
        if str(folder) and all((pathlib.Path(folder) / name / "package.json").exists() for name in wanted):
            return str(folder)
    skip(f"the npm packages {', '.join(wanted)} are not here (npm ci --prefix build/node, as tools/check does; or name a folder in NODE_PATH)")


def _loopback_up():
    SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        flags = struct.unpack_from("h", fcntl.ioctl(s, SIOCGIFFLAGS, struct.pack("16sh22x", b"lo", 0)), 16)[0]
        fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", flags | IFF_UP))


def own_network():
    """Into a user and network namespace where this is allowed: then no rights are needed, and no other traffic is seen."""
    libc = ctypes.CDLL(None, use_errno=True)
    CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
    uid, gid = os.getuid(), os.getgid()
    if libc.unshare((0 if uid == 0 else CLONE_NEWUSER) | CLONE_NEWNET) == 0:
        try:
            if uid != 0:
                pathlib.Path("/proc/self/setgroups").write_text("deny")
                pathlib.Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
                pathlib.Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
            _loopback_up()
        except OSError as why:
            skip(f"a network namespace of our own cannot be set up here: {why}")


def left(most):
    """Seconds to wait: at most so many, and never beyond the test's deadline."""
    return max(0.1, min(most, DEADLINE - time.monotonic()))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for_port(port, process):
    while time.monotonic() < DEADLINE:
        if process.poll() is not None:
            raise AssertionError(f"{process.args[0]} ended before it listened, with {process.returncode}")
        # Looked up, not connected to: a trial connection would be in the recording.
        for line in open("/proc/net/tcp"):
            if f"0100007F:{port:04X} 00000000:0000 0A" in line:
                return
        time.sleep(0.02)
    raise AssertionError(f"{process.args[0]} does not listen on {port}")


class Started:
    """A server, ended in the end by its own id."""

    def __init__(self, words, port, folder, **more):
        self.log = open(os.path.join(folder, os.path.basename(words[0]) + ".log"), "w+")
        self.process = subprocess.Popen([str(w) for w in words], cwd=folder, env={**CLEAN, **more.pop("env", {})}, stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=subprocess.STDOUT, **more)
        try:
            wait_for_port(port, self.process)
        except AssertionError:
            self.end()
            print(self.said())
            raise

    def said(self):
        self.log.flush()
        return pathlib.Path(self.log.name).read_text(errors="replace")

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(left(5))
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


def run(*words, **more):
    """A client to its end: its output. It must end well, unless `code` says how."""
    code = more.pop("code", 0)
    done = subprocess.run([str(w) for w in words], capture_output=True, timeout=left(40), env={**CLEAN, **more.pop("env", {})}, **more)
    assert done.returncode == code, (words, done.returncode, done.stdout[-2000:], done.stderr[-2000:])
    return done.stdout


class Recording:
    """All that passes that port of the loopback (None: any) between enter and exit, by netpeel-capture."""

    def __init__(self, folder, port, name="talk"):
        self.file = os.path.join(folder, name + ".pcapng")
        self.port = port

    def __enter__(self):
        only = [] if self.port is None else ["-f", f"tcp port {self.port}"]
        self.process = subprocess.Popen([BIN / "netpeel-capture", "-i", "lo", *only, "-w", self.file],
                                        stderr=subprocess.PIPE, text=True)
        said = ""
        while "listening on" not in said:
            line = self.process.stderr.readline()
            if not line:
                self.process.wait(left(5))
                skip("the loopback cannot be captured here: " + said.strip())
            said += line
        return self

    def __exit__(self, *_):
        time.sleep(0.3)  # the last ACKs
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.communicate(timeout=left(10))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()


class Talk:
    """What netpeel-decode reads in a recording."""

    def __init__(self, recording, *words):
        done = subprocess.run([BIN / "netpeel-decode", "-q", "--json", "--payload", *words, "-r", recording.file], capture_output=True,
                              timeout=left(60))
        assert done.returncode == 0, (done.returncode, done.stderr)
        self.frames = [json.loads(line) for line in done.stdout.splitlines()]
        assert self.frames, "nothing was recorded"

    def layers(self, proto):
        """(frame number, fields) of every layer of that protocol, in order."""
        return [(frame["frame.number"], layer["fields"]) for frame in self.frames for layer in frame["layers"] if layer["proto"] == proto]

    def values(self, name):
        """Every value of that field, in order."""
        out = []
        for frame in self.frames:
            for layer in frame["layers"]:
                value = layer["fields"].get(name)
                out += value if isinstance(value, list) else [] if value is None else [value]
        return out

    def problems(self, but=()):
        """What is said to be wrong, as (frame, protocol, field, sentence); `but` names fields that may have one. How TCP gets
        its bytes across (a full window, a segment again) depends on the machine's load, and is not looked at."""
        return [(frame["frame.number"], layer["proto"], p.get("field", ""), p["says"]) for frame in self.frames for layer in frame["layers"]
                for p in layer.get("problems", []) if p.get("field", "") not in but and not p.get("field", "").startswith("tcp.analysis.")]


class Checks:
    """Collects what does not hold, so that one run tells all of it."""

    def __init__(self):
        self.failed = []
        self.count = 0

    def same(self, what, got, wanted):
        self.count += 1
        if got != wanted:
            self.failed.append(f"{what}:\n  decoded {got!r}\n  was     {wanted!r}")

    def true(self, what, holds):
        self.count += 1
        if not holds:
            self.failed.append(what)

    def end(self):
        for line in self.failed:
            print("NOT SO:", line)
        print(f"{self.count} checks, {len(self.failed)} failed")
        sys.exit(1 if self.failed else 0)
