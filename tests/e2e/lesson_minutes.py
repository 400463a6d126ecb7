#!/usr/bin/env python3
"""How long lessons take: lesson_minutes.py BIN [L01 ...]. No test: what it prints goes into their front matter by hand.

A scripted student goes through the lesson in the lab, as in lesson_test.py: wrong first, right then. espeak-ng (not a dependency of
anything) reads aloud what stood on the screens, at a teacher's speed, and the length of its sound is measured: the opening, steps, questions,
choices, what is told of wrong answers, the closing; no drawings, commands, outputs, checks or prompts. To it comes what the program took
by itself, measured, and what a person needs besides, reckoned: see PACE."""
import contextlib
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import wave

BIN = sys.argv[1]
ASKED = sys.argv[2:] or ["L*"]
sys.argv[1:] = [BIN]
import lesson_test as student  # noqa: E402  (it wants its one argument)

SPEED = 130  # words a minute
PACE = {"a character typed": 0.5, "a line looked at": 1, "a guess or a choice": 10, "an answer worked out": 45, "another try": 5}
MOST_LOOKED_AT = 40  # lines of one output


def spoken(text):
    """Of what one prompt ends, what a teacher would read: not the indented, which are commands, drawings and judgements."""
    text = re.sub(r"(?m)^  (Right\.|Not that: |Hint \d of \d: |[a-f]\) )", r"\1", text)
    text = re.sub(r"(?ms)^  See packet .*?(?=^\S|\Z)", "", text)
    left_out = re.compile(r" {3,}.*[|+<>─│-]{3}| {4}[^ \"]|  \$|\[Enter\]|  ok |  not yet|-{20}|netpeel |your \w+ >")
    said = [line for line in text.split("\n") if not left_out.match(line)]
    return "\n".join(re.sub(r"[*_`]", "", line) for line in said)


def read_aloud(text):
    with tempfile.NamedTemporaryFile(suffix=".wav") as sound:
        subprocess.run(["espeak-ng", "-v", "en", "-s", str(SPEED), "-w", sound.name, "--stdin"], input=text, text=True, check=True)
        with contextlib.closing(wave.open(sound.name)) as w:
            return w.getnframes() / w.getframerate()


def student_goes(place, lesson, script):
    """What is read aloud; seconds of the program; what else there was to do."""
    typed = [line.split("#")[0].rstrip() for line in script.read_text().splitlines() if not line.startswith("#")]
    child = place.spawn("start", lesson, "--level", "A", "--name", "Ada Lovelace")
    text, screen, took, seen, did = "", "", 0.0, "", dict.fromkeys(PACE, 0)

    def until(what):
        nonlocal took, seen, screen
        began = time.monotonic()
        child.expect(what)
        took += time.monotonic() - began
        seen = child.before.replace("\r\n", "\n")
        screen += seen
        return str(child.after if isinstance(child.after, str) else "")

    def heard(outputs):
        nonlocal text
        cut = re.search(r"(?ms)^  \$ .*?(?=^  Checking|\Z)", seen) if outputs else None
        did["a line looked at"] += min(len(cut.group().splitlines()), MOST_LOOKED_AT) if cut else 0
        text += spoken(seen.replace(cut.group(), "") if cut else seen) + "\n"

    ran = False
    waiting = list(typed)
    while waiting:
        prompt = until(student.PROMPT)
        tail = seen[-200:] + prompt
        heard(ran)
        if "Not that" in seen and "Right." not in seen and "Step done" not in seen:
            did["another try"] += 1
        elif "your answer" in prompt or "frame number" in prompt:
            did["an answer worked out"] += 1
        elif "your guess" in prompt or "your choice" in prompt:
            did["a guess or a choice"] += 1
        line = waiting.pop(0)
        ran = "[Enter] runs" in tail or "[Enter] looks" in tail or line == "r"
        if "[Enter] looks" in tail and line == "n":
            line = ""  # the tests do not look; a student does
        if line.startswith("?"):
            line = re.findall(line[1:], screen, re.M)[-1]
        did["a character typed"] += len(line) + 1
        child.sendline(line)
    until(student.pexpect.EOF)
    heard(ran)
    child.close()
    return text, took, did


for script in sorted(path for asked in ASKED for path in student.SCRIPTS.glob(asked + ".A.txt")):
    lesson = script.name.split(".")[0]
    with student.Place() as place:
        text, program, did = student_goes(place, lesson, script)
    voice = read_aloud(text)
    person = sum(PACE[what] * n for what, n in did.items())
    print(f"{lesson}: {(voice + program + person) / 60:.0f} minutes: {voice / 60:.1f} read aloud ({len(text.split())} words), {program / 60:.1f} "
          f"of the program, {person / 60:.1f} of the person ({', '.join(f'{n} × {what}' for what, n in did.items())})", flush=True)
    pathlib.Path(f"/tmp/{lesson}.spoken.txt").write_text(text)
