#!/usr/bin/env python3
"""lessons/claims.tsv against the lessons: whatever a lesson says it covers or puts on trial is in its text; every claim that is wrong or
imprecise and belongs to a lesson that is there is on trial somewhere; every misconception that a quiz names is known."""
import pathlib
import re
import sys
import unittest

sys.argv[1:] = sys.argv[2:]
LESSONS = pathlib.Path(__file__).resolve().parent.parent.parent / "lessons"


def claims():
    rows = {}
    for line in (LESSONS / "claims.tsv").read_text().splitlines():
        if not line.startswith("#"):
            id, verdict, lessons, words, about = line.split("\t")
            assert id not in rows, id
            rows[id] = (verdict, lessons.split() if lessons != "-" else [], words, about)
    return rows


def front(text, key):
    found = re.search(rf"^{key} = \[(.*?)\]", text, re.M | re.S)
    return re.findall(r'"(\w+)"', found.group(1)) if found else []


CLAIMS = claims()
TEXTS = {path.stem: path.read_text() for path in sorted(LESSONS.glob("L[0-9][0-9].md"))}


class Claims(unittest.TestCase):
    def test_the_list_is_whole(self):
        ids = [f"S{n:02}" for n in range(1, 58)] + [f"C{n:02}" for n in range(1, 96)] + [f"M{n}" for n in range(1, 21)]
        self.assertEqual(list(CLAIMS), ids)
        self.assertEqual({verdict for verdict, *_ in CLAIMS.values()}, {"-", "right", "imprecise", "wrong", "unsaid", "opinion"})

    def test_what_a_lesson_lists_is_in_it(self):
        self.assertTrue(TEXTS)
        for lesson, text in TEXTS.items():
            body = re.sub(r"\s*\n>?\s*", " ", text.split("\n+++\n", 1)[1])
            for key, letter in (("covers", "S"), ("trial", "C")):
                for id in front(text, key):
                    with self.subTest(f"{lesson} {id}"):
                        self.assertTrue(id.startswith(letter), f"{key} of {lesson} has {id}")
                        self.assertIn(id, CLAIMS)
                        for words in CLAIMS[id][2].split(";"):
                            self.assertRegex(body, re.compile(words, re.I), f"{lesson} lists {id}: {CLAIMS[id][3]}")

    def test_each_lesson_covers_what_is_its_own(self):
        for lesson, text in TEXTS.items():
            for id, (_, lessons, _, about) in CLAIMS.items():
                if id.startswith("S") and lesson in lessons and id not in ("S57", "S56"):
                    with self.subTest(f"{lesson} {id}"):
                        self.assertIn(id, front(text, "covers"), f"{lesson} should cover {id}, {about}")

    def test_wrong_and_imprecise_claims_are_on_trial(self):
        tried = {id for text in TEXTS.values() for id in front(text, "trial")}
        count = 0
        for id, (verdict, lessons, _, about) in CLAIMS.items():
            # Of several lessons the last has it at the latest.
            if verdict not in ("wrong", "imprecise") or not set(lessons) & set(TEXTS) or lessons[-1] not in TEXTS:
                continue
            count += 1
            with self.subTest(id):
                self.assertIn(id, tried, f"{id} ({verdict}): {about}; belongs to {' '.join(lessons)}")
        print(f"{count} wrong or imprecise claims belong to {', '.join(TEXTS)}", file=sys.stderr)

    def test_misconceptions_in_quizzes(self):
        for lesson, text in TEXTS.items():
            named = re.findall(r"-> (\w\d+): ", text)
            with self.subTest(lesson):
                self.assertTrue(named, f"no wrong answer in {lesson} names its misconception")
                for id in named:
                    self.assertIn(id, CLAIMS, f"{lesson}: {id}")


if __name__ == "__main__":
    unittest.main()
