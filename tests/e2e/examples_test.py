#!/usr/bin/env python3
"""What --help and the README promise: every example of every tool is run as it stands there, and every command of the README,
whose printed output is compared with what comes. In a network of this test's own (unshare), so that ports, interfaces and labs are
its own; skipped where that cannot be had."""
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

if os.environ.get("NETPEEL_OWN_NETWORK") is None:
    own = ["unshare", "--user", "--map-root-user", "--net", "--"]
    if shutil.which("unshare") is None or subprocess.run([*own, "true"], capture_output=True).returncode != 0:
        print("skipped: no network namespace can be made here")
        sys.exit(77)
    os.environ["NETPEEL_OWN_NETWORK"] = "1"
    os.execvp("unshare", [*own, sys.executable, *sys.argv])

BIN = pathlib.Path(sys.argv.pop(1)).resolve()
ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ["ASAN_OPTIONS"] = "detect_leaks=0"  # what looks for leaks cannot work in a namespace of processes

TOOLS = ["tour", "doctor", "capture", "decode", "explain", "flows", "follow", "ladder", "contrast", "replay", "demo", "demo serve",
         "demo tcp", "demo udp", "demo http", "demo ws", "demo sio", "demo load", "lab", "lab run", "lab up", "lab exec",
         "lab shell", "lab fault", "lab status", "lab down", "lesson", "lesson lint", "lesson report", "lesson grade"]

# What never ends by itself gets Ctrl-C; what wants keys, these. All others run to their end.
LIVE = re.compile(r"demo serve(?! --help)|-i (eth0|lo)\b(?!.*(-a duration|replay))|lab exec b -- python3")
KEYS = {"--step": b"q"}
INPUT = {"lab shell": "exit\n", "-- sh": "exit\n"}
# Exit codes other than 0 that an example is about, or that depend on what a server says.
CODES = {
    "--no-host": {1},  # 400
    "--no-mask": {1},  # closed for breaking the rules
    "wait room:message": {1},  # nobody says anything there
    "lab exec b -- python3": {143},  # the server's own, behind Ctrl-C
    "lesson grade": {0, 1},  # whoever skips is flagged
    "chat.pcapng --to": {0, 1},
}
# So long as the example says it would take too long here.
SHORTER = [("duration:10 ", "duration:1 "), ("--timeout 60000", "--timeout 300"), ("--clients 5000", "--clients 300"),
           ("--clients 1000", "--clients 100"), ("--clients 20", "--clients 3"), ("--levels C", "--levels C L01")]


def looked_up(table, command, otherwise):
    return next((value for word, value in table.items() if word in command), otherwise)


class Place:
    """A folder with the files that examples name, and servers where they look for them."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="netpeel-examples-"))
        (self.folder / "tools").mkdir()
        start = self.folder / "tools/start"
        start.write_text('#!/bin/sh\nexec netpeel "$@"\n')
        start.chmod(0o755)
        (self.folder / "captures").symlink_to(ROOT / "captures")
        shutil.copy(ROOT / "captures/two-taps.pcapng", self.folder)
        shutil.copy(ROOT / "captures/chat.pcapng", self.folder)
        shutil.copy(ROOT / "captures/contrast-tcp.pcapng", self.folder / "before.pcapng")
        shutil.copy(ROOT / "captures/contrast-udp.pcapng", self.folder / "after.pcapng")
        (self.folder / "picture.png").write_bytes(bytes(range(256)) * 100)
        self.env = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(self.folder), "SHELL": "/bin/sh",
                    "XDG_STATE_HOME": str(self.folder / "state"), "TERM": "xterm", "COLUMNS": "80"}
        self.env.pop("NETPEEL_AS", None)
        self.server = None

    def network(self):
        for command in ["ip link set lo up", "ip link add eth0 type veth peer name eth0-end", "ip link set eth0 up"]:
            subprocess.run(command.split(), check=True, capture_output=True)

    def serve(self, on):
        if on and self.server is None:
            self.server = subprocess.Popen([str(BIN / "netpeel"), "demo", "serve"], stdout=subprocess.PIPE, env=self.env)
            self.server.stdout.readline()
        if not on and self.server is not None:
            self.server.terminate()
            self.server.wait(20)
            self.server.stdout.close()
            self.server = None

    def sh(self, command, stdin="", timeout=120, live=False):
        # Into a file: what stays in the background holds no pipe open.
        with tempfile.TemporaryFile("w+", errors="replace") as said:
            process = subprocess.Popen(["bash", "-c", command], cwd=self.folder, env=self.env, text=True, stdin=subprocess.PIPE,
                                       stdout=said, stderr=subprocess.STDOUT, start_new_session=True)
            try:
                process.stdin.write(stdin)
                process.stdin.close()
                if live:
                    self.wait_for_words(process, said.fileno())
                    if process.poll() is None:
                        os.killpg(process.pid, signal.SIGINT)
                process.wait(timeout)
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
            said.seek(0)
            return process.returncode, said.read()

    @staticmethod
    def wait_for_words(process, file):
        """Until it has said that it is up, and a second more; what says nothing has ten seconds."""
        for _ in range(100):
            if os.fstat(file).st_size > 0 or process.poll() is not None:
                break
            time.sleep(0.1)
        time.sleep(1)

    def keys(self, command, typed):
        """On a terminal: typed once something was shown."""
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execvpe("bash", ["bash", "-c", command], self.env)
        seen, ends, again = b"", time.monotonic() + 60, 0.0
        while time.monotonic() < ends:
            if select.select([fd], [], [], 0.1)[0]:
                try:
                    seen += os.read(fd, 65536)
                except OSError:
                    break
            # Also while something moves on the screen; more than once, as the first may come too early.
            if seen and time.monotonic() > again:
                again = time.monotonic() + 0.7
                os.write(fd, typed)
        else:
            os.killpg(pid, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os.close(fd)
        return code, seen.decode(errors="replace")

    def run(self, command):
        """As it stands there, but for what would take too long; its exit code, what it said, and which codes are right."""
        for what, by in SHORTER:
            command = (command + " ").replace(what, by).rstrip()
        command = command.replace("/tmp/tour", str(self.folder / "elsewhere"))
        right = looked_up(CODES, command, {0})
        typed = looked_up(KEYS, command, None)
        if typed is not None:
            return (*self.keys(command, typed), right)
        return (*self.sh(command, looked_up(INPUT, command, ""), live=bool(LIVE.search(command))), right)

    def close(self):
        self.serve(False)
        shutil.rmtree(self.folder)


def examples(tool):
    text = subprocess.run([str(BIN / "netpeel"), *tool.split(), "--help"], capture_output=True, text=True).stdout
    behind = re.split(r"^Examples:?\n", text, flags=re.M)[1]
    return re.findall(r"^  (?! )(.+)$", behind, flags=re.M)


def readme():
    """(command, the lines that it prints there) of each block that shows one."""
    out = []
    for line in (ROOT / "README.md").read_text().splitlines():
        if re.match(r" {4,}\$ tools/start ", line):
            out.append((line.strip()[2:], []))
        elif line.startswith("    ") and out and out[-1][1] is not None:
            out[-1][1].append(line[4:])
        elif line.strip() and out:
            out.append(("", None))
    return [(command, lines) for command, lines in out if command]


def setUpModule():
    global place, lab
    place = Place()
    unittest.addModuleCleanup(place.close)
    place.network()
    lab = place.sh("netpeel lab run -q -- true")[0] == 0
    # A capture that has something of all that examples look for.
    place.serve(True)
    code, out = place.sh("netpeel capture -q -i lo --immediate -w capture.pcapng & sleep 1; for path in /healthz /nope /http/cached /b; do "
                         "netpeel demo http -q localhost:3000$path; done; netpeel demo sio -q localhost:3000 emit echo 1 ack; "
                         "sleep 0.5; kill -INT $!; wait $!")
    assert code == 0, out


class Examples(unittest.TestCase):
    def good(self, command, needs_lab=False):
        if needs_lab and not lab:
            return ""
        tools = [t for t in ("nc", "curl", "python3", "less", "zcat", "ping") if re.search(rf"(^|[ |:]){t} ", command)]
        if any(shutil.which(t) is None for t in tools):
            return ""
        code, out, right = place.run(command)
        self.assertIn(code, right, f"{command}\n{out[-3000:]}")
        self.assertNotIn("fault of netpeel", out)
        return out

    def test_every_tool_has_three_examples(self):
        for tool in TOOLS:
            with self.subTest(tool):
                self.assertGreaterEqual(len(examples(tool)), 3)

    def some(self, *tools, before=(), needs_lab=False):
        for command in before:
            self.good(command, needs_lab)
        for tool in tools:
            for command in examples(tool):
                with self.subTest(command):
                    self.good(command, needs_lab)

    def test_files(self):
        self.some("decode", "explain", "flows", "follow", "ladder", "doctor", "capture")

    def test_tour(self):
        self.some("tour")

    def test_contrast_and_replay(self):
        place.serve(True)
        self.some("contrast")
        if lab:
            self.some("replay")

    def test_servers(self):
        place.serve(False)
        self.some("demo", "demo serve")

    def test_clients(self):
        place.serve(True)
        self.some("demo tcp", "demo udp", "demo http", "demo ws", "demo sio", "demo load")
        self.assertEqual((place.folder / "same.png").read_bytes(), (place.folder / "picture.png").read_bytes())

    def test_lab(self):
        self.some("lab", "lab run", needs_lab=True)
        self.good("netpeel lab down", needs_lab=True)
        for command in examples("lab up"):
            self.good(command, needs_lab=True)
            self.good("netpeel lab down --all", needs_lab=True)
        self.some("lab exec", "lab shell", "lab fault", "lab status", "lab down", needs_lab=True,
                  before=["netpeel lab up --shape hops && netpeel lab up --name class"])

    def test_lesson(self):
        self.some("lesson")
        skipping = "\\n".join(["Ada"] + ["skip", ""] * 12)
        for lesson in ("L01", "L06"):
            self.good(f"printf '{skipping}' | netpeel lesson start {lesson} --name Ada --level C")
        self.good("netpeel lesson report L06")
        self.some("lesson report", "lesson grade")
        self.some("lesson lint", needs_lab=True, before=["netpeel lesson new mine"])


class Readme(unittest.TestCase):
    good = Examples.good

    def printed(self, lines, out):
        """The README's lines come in that order; an ellipsis, or one in a line, stands for anything."""
        rest = out.splitlines()
        for line in lines:
            if line.strip() in ("", "…"):
                continue
            shape = re.compile(".*".join(re.escape(part) for part in line.rstrip().split("…")))
            at = next((i for i, said in enumerate(rest) if shape.fullmatch(said.rstrip())), None)
            self.assertIsNotNone(at, f"not printed: {line}\n{out[-4000:]}")
            rest = rest[at + 1:]

    def test_commands(self):
        commands = readme()
        self.assertGreater(len(commands), 10)
        for command, lines in commands:
            with self.subTest(command):
                place.serve("demo serve" not in command)
                needs_lab = " lab " in command or command.endswith("lost.pcapng --taps -Y tcp.analysis.retransmission")
                out = self.good(command, needs_lab)
                # What is live has other times and ports each time.
                if "captures/" in command and "lab" not in command and "--to" not in command:
                    self.printed(lines, out)


if __name__ == "__main__":
    unittest.main()
