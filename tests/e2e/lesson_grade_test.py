#!/usr/bin/env python3
"""netpeel lesson report and grade: thirty hand-ins of a class. Some are of students who went through L01 as lesson_test.py does, the
others are those changed as somebody would change them, and some were made to do harm; each must be marked as what it is. Also how
long a lesson takes to start and a check to answer, and level B."""
import csv
import gzip
import hashlib
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import time
import unittest
import zlib

import lesson_test
from lesson_test import LAB, LESSONS, SCRIPTS, WHY, Place, play

STEPS = 5  # of L01


def entries(peel):
    """The entries of a hand-in: [name, body]."""
    plain, out = gzip.decompress(peel), []
    at = plain.index(b"\n") + 1
    while at < len(plain):
        end = plain.index(b"\n", at)
        name, size = plain[at:end].split()
        out.append([name.decode(), plain[end + 1:end + 1 + int(size)]])
        at = end + 2 + int(size)
    return out


def packed(parts, first=b"netpeel peel 1\n", seal=True):
    plain = first
    for name, body in parts:
        if name == "end" and seal:
            body = hashlib.sha256(plain).hexdigest().encode()
        plain += name.encode() + b" " + str(len(body)).encode() + b"\n" + body + b"\n"
    return gzip.compress(plain)


def changed(peel, name, change, which=0, seal=True):
    """The which-th entry of that name changed as JSON (packets: as bytes)."""
    parts = entries(peel)
    part = [p for p in parts if p[0] == name][which]
    if name == "packets":
        part[1] = change(part[1])
    else:
        data = json.loads(part[1])
        change(data)
        part[1] = json.dumps(data).encode()
    return packed(parts, seal=seal)


def rechained(peel):
    """The chain made good again, by somebody who has read how it is made."""
    def of(*parts):
        return hashlib.sha256(b"".join(b"%d:%s\n" % (len(p), p) for p in parts)).hexdigest()
    parts = entries(peel)
    lesson = json.loads(parts[0][1])
    chain, before, at = [], "", 0
    for i, (name, body) in enumerate(parts):
        if name != "step":
            continue
        step = json.loads(body)
        state = json.dumps(step["state"], separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
        packets = parts[i + 1][1] if parts[i + 1][0] == "packets" else b""
        digest = of(step["id"].encode(), state, packets)
        before = of(before.encode(), lesson["student"].encode(), lesson["lesson"].encode(), step["id"].encode(), digest.encode())
        chain.append([step["id"], digest, before])
    lesson["chain"] = chain
    parts[0][1] = json.dumps(lesson, ensure_ascii=False).encode()
    return packed(parts)


def values(place, name):
    """The port and the token that a name gives, from the printed lesson."""
    text = place.run("print", "L01", "--name", name).stdout
    return re.search(r"port\W+(2\d{4})", text).group(1), re.search(r"own word is\W+(\w{5})", text).group(1)


def student(name, level):
    """Goes through L01; the hand-in."""
    with Place() as place:
        (port, token), (ada_port, ada_token) = values(place, name), values(place, "Ada Lovelace")
        script = pathlib.Path(place.path) / "script.txt"
        text = (SCRIPTS / f"L01.{level}.txt").read_text()
        script.write_text(text.replace(ada_port, port).replace(ada_token, token) if level == "A" else text)
        screen, code = play(place, ["start", "L01", "--level", level, "--name", name], script)
        if code != 0 or "L01 is through" not in screen:
            raise AssertionError(screen[-3000:])
        return report(place)


def report(place, *words):
    to = pathlib.Path(place.path) / "made.peel"
    done = place.run("report", *words, "-o", str(to))
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return to.read_bytes()


def graded(hand_ins, *words):
    """Marks by file name, xAPI statements, the run."""
    with Place() as place:
        folder = pathlib.Path(place.path)
        for name, data in hand_ins.items():
            (folder / name).write_bytes(data)
            os.chmod(folder / name, 0o644)
        done = place.run("grade", *[str(folder / name) for name in hand_ins], "--csv", f"{folder}/marks.csv", "--xapi", f"{folder}/x.json",
                         *words)
        if not (folder / "marks.csv").exists():
            raise AssertionError(done.stderr)
        with open(folder / "marks.csv", newline="") as file:
            marks = {row["file"]: row for row in csv.DictReader(file)}
        left = {p.name for p in folder.iterdir()} - set(hand_ins) - {"marks.csv", "x.json", "netpeel"}
        return marks, json.loads((folder / "x.json").read_text()), done, left


def answer(id, text):
    def change(step):
        step["state"]["answers"][id]["text"] = text
    return change


def set_member(**what):
    return lambda lesson: lesson.update(what)


def first_packet_bit(packets):
    at = packets.index(b"word") if b"word" in packets else len(packets) // 2
    return packets[:at] + bytes([packets[at] ^ 1]) + packets[at + 1:]


def older(packets):
    """All packets of a pcapng file a year earlier (enhanced packet blocks, nanoseconds)."""
    out, at = bytearray(packets), 0
    while at < len(out):
        kind, size = struct.unpack_from("<II", out, at)
        if kind == 6:
            high, low = struct.unpack_from("<II", out, at + 12)
            struct.pack_into("<II", out, at + 12, *divmod((high << 32 | low) - 365 * 86400 * 10**9, 1 << 32))
        at += size
    return bytes(out)


def bomb():
    packer = zlib.compressobj(9, wbits=31)
    out = packer.compress(b"netpeel peel 1\nlesson 900000000\n")
    for _ in range(300):
        out += packer.compress(bytes(1 << 20))
    return out + packer.flush()


LIVE = ["Ada Lovelace", "Grace Hopper", "Alan Turing", "=cmd()", "Élodie Ω"] if LAB else []
READERS = ["Radia Perlman", "Vint Cerf"]


class ThirtyHandIns(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.good = {f"{i}-{name.split()[0].strip('=()')}.peel": student(name, "A" if name in LIVE else "C")
                    for i, name in enumerate(LIVE + READERS)}
        cls.base = next(iter(cls.good.values()))
        cls.level = "A" if LAB else "C"

    def expect(self, name, verdict, *says):
        row = self.marks[name]
        self.assertEqual(row["verdict"], verdict, f"{name}: {row}")
        for words in says:
            self.assertIn(words, row["notes"], name)

    def test_each_is_marked_as_what_it_is(self):
        base = self.base
        changes = {
            "answer.peel": (changed(base, "step", answer("sizes", "13, 33, 46"), 1), "step sizes is not what it was when it ended"),
            "answer-chained.peel": (rechained(changed(base, "step", answer("sizes", "13, 33, 46"), 1)), "do not show it"),
            "name.peel": (changed(base, "lesson", set_member(student="Mallory")), "chain is broken at link 1"),
            "token.peel": (changed(base, "lesson", set_member(token="zuzuz")), "token zuzuz is not the one"),
            "unsealed.peel": (changed(base, "lesson", set_member(began=1), seal=False), "changed after it was packed"),
            "edition.peel": (changed(base, "lesson", set_member(edition="0" * 64)), "another edition"),
            "no-chain.peel": (changed(base, "lesson", set_member(chain=[])), "step word is not what it was"),
            "half-chain.peel": (changed(base, "lesson", lambda l: l["chain"].pop(0)), "chain is broken at link 1"),
        }
        if LAB:
            changes |= {
                "shown-as-done.peel": (changed(base, "step", lambda s: s["state"].update(hints=0, tries=0)), "answers were changed"),
                "packets.peel": (changed(base, "packets", first_packet_bit), "its packets or answers were changed"),
                "old.peel": (rechained(changed(base, "packets", older)), "are older than the class"),
                "name-chained.peel": (rechained(changed(base, "lesson", set_member(student="Mallory", token=self.token("Mallory")))),
                                      "step word says done, and its packets and answers do not show it"),
                "swapped.peel": (rechained(self.with_packets_of(base, list(self.good.values())[1])), "do not show it"),
            }
        hostile = {
            "truncated.peel": (base[:len(base) // 2], "cut off"),
            "cut-inside.peel": (packed(entries(base)[:-1]), "its end is missing"),
            "garbage.peel": (bytes(range(256)) * 9, "no hand-in"),
            "empty.peel": (b"", "no hand-in"),
            "bomb.peel": (bomb(), "unpacks to more"),
            "path-lesson.peel": (changed(base, "lesson", set_member(lesson="../../etc/passwd")), "lesson's name"),
            "path-step.peel": (changed(base, "step", lambda s: s.update(id="../../../tmp/evil")), "cannot be read"),
            "path-entry.peel": (packed(entries(base)[:-1] + [["../../evil", b"x"], ["end", b""]]), "no hand-in has"),
            "control.peel": (changed(base, "lesson", set_member(student="a\x1b[2Jb")), "student's name"),
            "sizes.peel": (gzip.compress(b"netpeel peel 1\nlesson 99999999999999999999\n{}"), "no name and size"),
            "twice.peel": (packed(entries(base)[:-1] + [entries(base)[1], ["end", b""]]), "twice"),
            "zip-inside.peel": (self.zip_inside(base), "no pcapng"),
            "nested.peel": (packed([["lesson", b"[" * 100_000], ["end", b""]]), "cannot be read"),
            "other-lesson.peel": (changed(base, "lesson", set_member(lesson="L98")), "no lesson L98"),
        }
        hand_ins = dict(self.good)
        copied = next(iter(self.good))
        hand_ins["copy.peel"] = base
        for name, (data, _) in (changes | hostile).items():
            hand_ins[name] = data
        self.assertGreaterEqual(len(hand_ins), 30 if LAB else 25)  # on shipped captures nobody errs, and there are no packets to bend
        # All changed ones are of the same student: each is graded beside the class alone, so that the token does not tell.
        for name, (data, says) in changes.items():
            self.marks, _, done, left = graded({name: data}, "--since", "2026-01-01")
            self.expect(name, "flagged", says)
            self.assertEqual((done.returncode, left), (1, set()), name)
        self.marks, statements, done, left = graded(hand_ins, "--lesson", "L01")
        self.assertEqual(left, set())
        self.assertEqual(done.returncode, 4)
        self.assertNotIn("\x1b", done.stdout + done.stderr)
        self.assertEqual(set(self.marks), set(hand_ins))
        for name in list(self.good)[1:]:
            self.expect(name, "good")
            self.assertEqual(int(self.marks[name]["done"]), STEPS, name)
        for name, (_, says) in changes.items():
            self.expect(name, "flagged")
        for name, (_, says) in hostile.items():
            self.expect(name, "refused", says)
        self.expect("copy.peel", "flagged", "the token", "same to the nanosecond as in")
        self.expect(copied, "flagged", "copy.peel")
        if LAB:
            formula = [row for row in self.marks.values() if "cmd" in row["student"]]
            self.assertEqual(formula[0]["student"], "'=cmd()")
        self.assertTrue(any(s["verb"]["id"].endswith("/passed") for s in statements))
        self.assertTrue(all(s["actor"]["account"]["name"] for s in statements))

    def test_a_class_of_the_good(self):
        self.marks, statements, done, _ = graded(self.good)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual({row["verdict"] for row in self.marks.values()}, {"good"})
        self.assertEqual(len(statements), (STEPS + 1) * len(self.good))

    def test_older_than_the_class(self):
        self.marks, _, done, _ = graded(self.good, "--since", "2099-01-01 08:00")
        self.assertEqual(done.returncode, 1)
        for name in self.good:
            self.expect(name, "flagged", "before the class began")

    def test_another_lesson_than_the_one_that_was_set(self):
        with Place() as place:
            other = pathlib.Path(place.path) / "L99.md"
            other.write_text((LESSONS / "template.md").read_text().replace('id = "L20"', 'id = "L99"'))
            self.marks, _, done, _ = graded(self.good, "--lesson", "L99")
            for name in self.good:
                self.expect(name, "flagged", "is of lesson L01, and L99 was asked for")

    def test_why_shows_the_packets(self):
        with Place() as place:
            path = pathlib.Path(place.path) / "x.peel"
            path.write_bytes(self.base)
            os.chmod(path, 0o644)
            done = place.run("grade", str(path), "--why")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("sizes: 13 33 47", done.stdout)
            if LAB:
                self.assertRegex(done.stdout, r"ok +count\(word @a\) == 1\n +packet +\d+ .*UDP")

    def test_nothing_to_hand_in(self):
        with Place() as place:
            done = place.run("report", "L01")
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn("nothing to hand in", done.stderr)

    def token(self, name):
        with Place() as place:
            return values(place, name)[1]

    def with_packets_of(self, base, other):
        parts = entries(base)
        theirs = [body for name, body in entries(other) if name == "packets"]
        next(p for p in parts if p[0] == "packets")[1] = theirs[0]
        return packed(parts)

    def zip_inside(self, base):
        parts = [p for p in entries(base) if p[0] != "packets"]
        parts.insert(2, ["packets", gzip.compress(bytes(1 << 20))])
        return packed(parts)


class Quick(unittest.TestCase):
    """Bounds that a machine used by twenty others keeps; what it took is printed."""

    @unittest.skipUnless(LAB, f"no lab here: {WHY}")
    def test_a_lesson_starts_and_a_check_answers(self):
        with Place() as place:
            began = time.monotonic()
            child = place.spawn("start", "L01", "--level", "A", "--name", "Ada")
            child.expect(lesson_test.PROMPT)
            started = time.monotonic() - began
            child.sendline("1")
            child.expect(r"\[q\]uit|> $")
            began = time.monotonic()
            done = place.run("check")
            checked = time.monotonic() - began
            self.assertEqual(done.returncode, 1, done.stderr)
            child.sendline("q")
            child.close()
        print(f"a lesson started in {started:.2f} s; a check, with 0.3 s of waiting for silence, took {checked:.2f} s", file=sys.stderr)
        self.assertLess(started, 8)
        self.assertLess(checked, 4)


def as_root(place, *words):
    return subprocess.run([lesson_test.BIN / "netpeel", "lesson", *words], env=place.env, cwd="/", text=True, capture_output=True,
                          input="q\n", timeout=100)


class LevelB(unittest.TestCase):
    def test_on_loopback(self):
        if os.getuid() != 0:
            self.skipTest("level B wants the right to capture")
        with Place() as place:
            probe = as_root(place, "start", "L01", "--level", "B", "--name", "Bea")
            if "cannot be captured" in probe.stderr:
                self.skipTest(probe.stderr)
            done = as_root(place, "lint", "L01", "--levels", "B")
            self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
