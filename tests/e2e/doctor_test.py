#!/usr/bin/env python3
"""doctor: what a newcomer asks first."""
import json
import pathlib
import subprocess
import sys
import time
import unittest

BIN = pathlib.Path(sys.argv.pop(1)).resolve()


def run(*words, **more):
    done = subprocess.run([str(BIN / "netpeel"), *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, **more)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def level(**more):
    return json.loads(run("doctor", "--json", **more)[1])["level"]


class Doctor(unittest.TestCase):
    def test_says_what_works_and_what_mends_the_rest(self):
        start = time.monotonic()
        code, out, err = run("doctor")
        self.assertEqual((code, err), (0, ""))
        self.assertLess(time.monotonic() - start, 10)
        self.assertIn("This machine is at level " + level(), out)
        self.assertNotIn("Operation not permitted\n", out)

    def test_json_has_a_reason_for_every_no(self):
        report = json.loads(run("doctor", "--json")[1])
        self.assertEqual([check["level"] for check in report["checks"]], ["A", "B", "C"])
        for check in report["checks"]:
            self.assertTrue(check["why"])
        self.assertTrue(report["checks"][2]["yes"])

    def test_wrong_option(self):
        code, out, err = run("doctor", "--jsn")
        self.assertEqual((code, out), (2, ""))
        self.assertIn("--jsn", err)


if __name__ == "__main__":
    unittest.main()
