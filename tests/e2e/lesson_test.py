#!/usr/bin/env python3
"""netpeel lesson as a student uses it: a scripted one types through every lesson that has a script (lessons/Lnn.A.txt in the lab,
lessons/Lnn.C.txt on the shipped capture; a line is what is typed at the next prompt; ?REGEX types what its group last matched on
the screen), wrong first, right then; what stands on the screen is kept in lessons/Lnn.A.screen and compared, with times, ports and
ids masked. NETPEEL_BLESS=1 writes the screens anew, NETPEEL_LESSON_RUNS=20 repeats the runs, NETPEEL_LESSON_ONLY=L07 plays that one
alone. As root all of it happens as an ordinary user."""
import atexit
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from ordinary import reachable

try:
    import pexpect
except ImportError:
    print("skipped: python3-pexpect is not installed")
    sys.exit(77)

BIN = pathlib.Path(sys.argv.pop(1)).resolve()
if os.getuid() == 0 and not reachable(BIN):
    # In a home that is root's alone nobody else may run them: so they lie elsewhere, as if installed.
    installed = pathlib.Path(tempfile.mkdtemp(prefix="netpeel-bin-"))
    atexit.register(shutil.rmtree, installed, ignore_errors=True)
    os.chmod(installed, 0o755)
    BIN = shutil.copytree(BIN, installed / "bin")
    for folder in ("lessons", "captures"):
        shutil.copytree(pathlib.Path(__file__).resolve().parents[2] / folder, installed / "share/netpeel" / folder)
HERE = pathlib.Path(__file__).resolve().parent
SCRIPTS = HERE / "lessons"
LESSONS = HERE.parent.parent / "lessons"
RUNS = int(os.environ.get("NETPEEL_LESSON_RUNS", "1"))
ONLY = os.environ.get("NETPEEL_LESSON_ONLY", "L*")
BLESS = os.environ.get("NETPEEL_BLESS") == "1"
ORDINARY = 65534  # nobody
PROMPT = r"(?:your (?:guess|answer|choice)|frame number|Your name|\[q\]uit) > $"
os.environ["ASAN_OPTIONS"] = "detect_leaks=0"  # what looks for leaks cannot work in a namespace of processes


def ordinary():
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(ORDINARY)
        os.setuid(ORDINARY)


class Place:
    """A home of one's own for one test, that an ordinary user can write to."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="netpeel-lesson-")
        os.chmod(self.path, 0o777)
        self.env = dict(os.environ, XDG_STATE_HOME=self.path, HOME=self.path, NO_COLOR="1", TERM="xterm", COLUMNS="80")
        self.state = pathlib.Path(self.path) / "netpeel/lesson"
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    def run(self, *words, timeout=60, **more):
        return subprocess.run([BIN / "netpeel", "lesson", *words], env=self.env, preexec_fn=ordinary, cwd="/", text=True,
                              capture_output=True, timeout=timeout, **more)

    def spawn(self, *words):
        return pexpect.spawn(str(BIN / "netpeel"), ["lesson", *words], env=self.env, preexec_fn=ordinary, cwd="/", encoding="utf8",
                             timeout=60, dimensions=(60, 80), echo=False)


def one_packet(block):
    """A packet's line without where it was wrapped, and without what an analyser thinks of a TCP segment: that differs by run."""
    line = re.sub(r"\b(TCP|UDP)\b.*", r"\1 …", "  " + " ".join(block.group().split()))
    # What one segment carries more than its first message is a matter of luck.
    line = re.sub(r'WebSocket text, 2 bytes: "41"; close', "Socket.IO disconnect, leaves", line)
    return re.sub(r"; (event|connect|close|disconnect)\b.*", "", line) + "\n"


def masked(screen):
    screen = screen.replace("\r\n", "\n").replace("\r", "\n")
    screen = re.sub(r"/\S*/(wire|l\d\d)\.pcapng", r"…/\1.pcapng", screen)
    screen = re.sub(r"(10\.0\.\d\.\d+):(3[2-9]|4\d|5\d|60)\d{3}\b", r"\1:PORT", screen)
    screen = re.sub(r"\bpacket +\d+ ", "packet N ", screen)
    screen = re.sub(r"\bof frame \d+", "of frame N", screen)
    screen = re.sub(r"\b\d+\.\d{6,9}\b", "T", screen)
    screen = re.sub(r"(?<![\w-])[\w-]{16}AA[A-Z][\w-]", "ID", screen)  # of Engine.IO and Socket.IO
    screen = re.sub(r'"[\w-]{8}\.\d+"', '"OFFSET"', screen)
    screen = re.sub(r'"rooms":\["ID",("[^"]+")\]', r'"rooms":[\1,"ID"]', screen)
    # Which of the two is first is a race between two connections.
    screen = screen.replace("transport websocket\nevent auth [{}]\n", "event auth [{}]\ntransport websocket\n")
    screen = re.sub(r'"tick":\d+,"at":"[^"]*"', '"tick":N,"at":"TIME"', screen)
    # How much of the news falls into a command's time is a matter of luck.
    screen = re.sub(r'(?m)^(?:event broadcast \[|42\["broadcast",).*news-\d+.*\n', "", screen)
    screen = re.sub(r'text, 4\d(\s+bytes:\s+"\{"tick")', r"text, 4N\1", screen)
    screen = re.sub(r"^Date: .*$", "Date: TIME", screen, flags=re.M)
    screen = re.sub(r"(?m)^  See packet .*\n(?:  .*\n)*", one_packet, screen)
    return re.sub(r" +\n", "\n", screen)


def play(place, words, script):
    """Types the script's lines; gives what stood on the screen, with what was typed."""
    typed = [line.split("#")[0].rstrip() for line in script.read_text().splitlines() if not line.startswith("#")]
    child, screen = place.spawn(*words), ""
    def expect(what):
        try:
            child.expect(what)
        except (pexpect.TIMEOUT, pexpect.EOF) as problem:
            raise AssertionError(f"{script.name}: no {what}; on the screen stands\n{(screen + str(child.before))[-6000:]}") from problem
    for line in typed:
        expect(PROMPT)
        screen += child.before + child.after
        if line.startswith("?"):
            line = re.findall(line[1:], screen, re.M)[-1]
        screen += line + "\n"
        child.sendline(line)
    expect(pexpect.EOF)
    screen += child.before
    child.close()
    return screen, child.exitstatus


def has_lab():
    with Place() as place:
        done = subprocess.run([BIN / "netpeel", "lab", "run", "--", "true"], preexec_fn=ordinary, cwd="/", env=place.env,
                              capture_output=True, text=True)
    return done.returncode == 0, done.stderr


LAB, WHY = has_lab()


class Scripts(unittest.TestCase):
    def compare(self, script, level, screen):
        kept = script.with_suffix(".screen")
        if BLESS:
            kept.write_text(masked(screen))
        self.assertEqual(masked(screen), masked(kept.read_text()), f"the screens of {script.name}; NETPEEL_BLESS=1 keeps the new ones")

    def through(self, script, level):
        lesson = script.name.split(".")[0]
        with Place() as place:
            screen, code = play(place, ["start", lesson, "--level", level, "--name", "Ada Lovelace"], script)
            self.assertIn(f"{lesson} is through", screen, "\n" + screen[-3000:])
            self.assertEqual(code, 0)
            state = json.loads((place.state / "state.json").read_text())
            steps = state["lessons"][lesson]["steps"]
            self.assertEqual({s["status"] for s in steps.values()}, {"done"}, steps)
            self.compare(script, level, screen)

    def test_every_lesson_on_its_capture(self):
        for script in sorted(SCRIPTS.glob(ONLY + ".C.txt")) * RUNS:
            with self.subTest(script.name):
                self.through(script, "C")

    @unittest.skipUnless(LAB, f"no lab here: {WHY}")
    def test_every_lesson_in_the_lab(self):
        for script in sorted(SCRIPTS.glob(ONLY + ".A.txt")) * RUNS:
            with self.subTest(script.name):
                self.through(script, "A")

    def test_every_lesson_has_its_scripts(self):
        for lesson in LESSONS.glob("L*.md"):
            for level in "AC":
                self.assertTrue((SCRIPTS / f"{lesson.stem}.{level}.txt").exists(), f"{lesson.stem} at {level}")


class Level(unittest.TestCase):
    def test_a_room_is_not_played_on_loopback(self):
        with Place() as place:
            done = place.run("start", "L13", "--level", "B", "--name", "Ada")
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("--level C", done.stderr)


class Lint(unittest.TestCase):
    def test_lessons_at_c(self):
        with Place() as place:
            done = place.run("lint", "--levels", "C", timeout=300)  # each view is looked at, netpeel contrast among them
            self.assertEqual(done.returncode, 0, done.stderr)

    @unittest.skipUnless(LAB, f"no lab here: {WHY}")
    def test_lessons_at_a(self):
        for lesson in sorted(path.stem for path in LESSONS.glob("L*.md")):
            with self.subTest(lesson), Place() as place:
                done = place.run("lint", "--levels", "A", lesson, timeout=240)
                self.assertEqual(done.returncode, 0, done.stderr)

    @unittest.skipUnless(LAB, f"no lab here: {WHY}")
    def test_lessons_at_b(self):
        """On loopback: that of a host in a lab, where anybody may record, and nobody else uses its ports."""
        for lesson in sorted(path.stem for path in LESSONS.glob("L*.md")):
            with self.subTest(lesson), Place() as place:
                done = subprocess.run([BIN / "netpeel", "lab", "run", "-q", "--", BIN / "netpeel", "lesson", "lint", "--levels", "B", lesson],
                                      env=place.env, preexec_fn=ordinary, cwd="/", text=True, capture_output=True, timeout=240)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("not tried at level B" if lesson in ("L13", "L14") else "good at B", done.stderr)

    def test_bad_lessons(self):
        good = (LESSONS / "template.md").read_text()
        for what, old, new, says in [
            ("front matter", "minutes = 10", 'minutes = "ten"', "minutes is a whole number"),
            ("a key", "needs =", "need =", "did you mean needs?"),
            ("TOML", 'title = "', "title = ", "4:9"),
            ("a fence", "```predict", "```predikt", "did you mean predict?"),
            ("a field", "udp.dstport == $port", "udp.dstprt == $port", "udp.dstprt"),
            ("a value", "$token @a", "$tokn @a", "$tokn"),
            ("a quiz", "a) it opened", "x) it opened", "two choices"),
            ("a step", "{#hello}", "", "no title or no id"),
            ("a solution", "```solution", "```text", "no solution"),
            ("a claim", "trial = []", 'trial = ["C99"]', 'trial lists "C99", which claims.tsv has not'),
        ]:
            with self.subTest(what), Place() as place:
                self.assertIn(old, good)
                path = pathlib.Path(place.path) / "bad.md"
                path.write_text(good.replace(old, new, 1))
                done = place.run("lint", "--levels", "", str(path))
                self.assertIn(done.returncode, (1, 4), done.stderr)
                self.assertIn(says, done.stderr)
                self.assertIn("bad.md:", done.stderr)
                self.assertRegex(done.stderr, r"\n +\^")


class StateFile(unittest.TestCase):
    def begin(self, place, *inputs):
        child = place.spawn("start", "L01", "--level", "C", "--name", "Ada")
        for line in inputs:
            child.expect(PROMPT)
            child.sendline(line)
        return child

    def test_killed_and_gone_on(self):
        script = [l for l in (SCRIPTS / "L01.C.txt").read_text().splitlines() if not l.startswith("#")]
        with Place() as place:
            child = self.begin(place, *script[:3])
            child.expect(PROMPT)
            child.kill(signal.SIGKILL)
            child.close()
            child = place.spawn()
            child.expect("step 1 of")
            child.expect(PROMPT)
            child.sendline("q")
            child.expect(pexpect.EOF)

    def test_damaged(self):
        with Place() as place:
            self.begin(place, "q").expect(pexpect.EOF)
            (place.state / "state.json").write_text('{"version": 1, "student": "A')
            done = place.run("list")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("was damaged", done.stderr)
            self.assertEqual(len(list(place.state.glob("state.json.damaged-*"))), 1)
            self.assertNotIn("damaged", place.run("list").stderr)

    def test_newer(self):
        with Place() as place:
            self.begin(place, "q").expect(pexpect.EOF)
            (place.state / "state.json").write_text('{"version": 2}')
            done = place.run("list")
            self.assertEqual(done.returncode, 3)
            self.assertIn("newer netpeel", done.stderr)


@unittest.skipUnless(LAB, f"no lab here: {WHY}")
class Ends(unittest.TestCase):
    """However a lesson ends, or the lint of one, no lab of its stays behind."""

    def up(self, name):
        return subprocess.run([BIN / "netpeel", "lab", "status", "--name", name], preexec_fn=ordinary, cwd="/",
                              capture_output=True, text=True).returncode == 0

    def gone(self, name, patience=5.0):
        until = time.monotonic() + patience
        while self.up(name) and time.monotonic() < until:
            time.sleep(0.05)
        return not self.up(name)

    def lab_of(self, place):
        h = 0xCBF29CE484222325
        for byte in str(place.state).encode():
            h = (h ^ byte) * 0x100000001B3 & (1 << 64) - 1
        return f"lesson-L01-{h & 0xffffffff:08x}"

    def begun(self, place):
        child = place.spawn("start", "L01", "--level", "A", "--name", "Ada")
        child.expect(PROMPT)
        self.assertTrue(self.up(self.lab_of(place)))
        return child

    def test_at_a_prompt(self):
        for how in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL, "its terminal is closed", "it quits"):
            with self.subTest(how), Place() as place:
                child = self.begun(place)
                if how == "it quits":
                    child.sendline("q")
                elif how == "its terminal is closed":
                    child.close()
                else:
                    child.kill(how)
                self.assertTrue(self.gone(self.lab_of(place)), f"after {how} the lab is still up")
                child.close()

    def test_after_a_kill_it_goes_on_at_once(self):
        with Place() as place:
            child = self.begun(place)
            child.kill(signal.SIGKILL)
            child.close()
            began = time.monotonic()
            child = place.spawn()
            child.expect("step 1 of")
            child.expect(PROMPT)
            self.assertLess(time.monotonic() - began, 2)
            self.assertTrue(self.up(self.lab_of(place)))
            child.sendline("q")
            child.expect(pexpect.EOF)

    def test_while_a_command_runs(self):
        text = (LESSONS / "template.md").read_text()
        self.assertIn("```run on=a\n", text)
        text = text.replace("```run on=a\n", "```run on=a\nsleep 40\n")
        text = re.sub(r"(?s)```predict.*?```\n", "", text)
        for how in (signal.SIGTERM, signal.SIGKILL):
            with self.subTest(how), Place() as place:
                path = pathlib.Path(place.path) / "slow.md"
                path.write_text(re.sub(r'id = ".*?"', 'id = "L01"', text))
                child = place.spawn("start", str(path), "--level", "A", "--name", "Ada")
                child.expect(PROMPT)
                child.sendline("")
                child.expect(r"\$ sleep 40")
                child.kill(how)
                self.assertTrue(self.gone(self.lab_of(place)), f"after {how} the lab is still up")
                child.close()

    def test_a_lint(self):
        for how in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
            with self.subTest(how), Place() as place:
                lint = subprocess.Popen([BIN / "netpeel", "lesson", "lint", "--levels", "A", "L07"], env=place.env, preexec_fn=ordinary,
                                        cwd="/", stderr=subprocess.PIPE, text=True)
                name = f"lint-{lint.pid}"
                until = time.monotonic() + 10
                while not self.up(name) and time.monotonic() < until:
                    time.sleep(0.05)
                self.assertTrue(self.up(name))
                time.sleep(0.7)  # some step of it is being done
                lint.send_signal(how)
                self.assertTrue(self.gone(name), f"after {how} the lab is still up")
                _, says = lint.communicate(timeout=20)
                self.assertNotEqual(lint.returncode, 0)
                self.assertNotIn("does not pass", says)


if __name__ == "__main__":
    if not LAB:
        print("in the lab nothing is tried:", WHY)
    unittest.main()
