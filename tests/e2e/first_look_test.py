#!/usr/bin/env python3
"""hello and doctor: what a newcomer runs first."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
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


class Hello(unittest.TestCase):
    def setUp(self):
        if level() == "C":
            self.skipTest("this machine allows neither a private network nor a capture")

    def look(self, **more):
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o777)
            code, out, err = run("hello", "-w", folder + "/first.pcapng", **more)
            self.assertEqual(code, 0, err)
            for sentence in ("SYN, asks to open a connection", "18 bytes", "port unreachable", "Layer 4 Transport", "Sequence number"):
                self.assertIn(sentence, out)
            self.assertEqual(os.stat(folder + "/first.pcapng").st_mode & 0o777, 0o600)

    def test_live_packets_come_apart(self):
        self.look()

    def test_without_root(self):
        if os.geteuid() != 0:
            self.skipTest("this is an ordinary user already, so the test before was the same")
        folder = BIN
        while folder != folder.parent:
            if not os.stat(folder).st_mode & 0o001:
                self.skipTest(f"an ordinary user may not enter {folder}")
            folder = folder.parent
        nobody = 65534
        if level(user=nobody, group=nobody, extra_groups=[]) != "A":
            self.skipTest("ordinary users get no namespaces here")
        self.look(user=nobody, group=nobody, extra_groups=[])


if __name__ == "__main__":
    unittest.main()
