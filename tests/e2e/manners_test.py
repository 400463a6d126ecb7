#!/usr/bin/env python3
"""What all tools have in common: no arguments, wrong ones, files that are none, a full disk, a reader that has gone, narrow and
wide terminals, no colour, a closed standard input, Ctrl-C. Each error says what was tried, and has its exit code: 2 wrong use,
3 the environment, 4 damaged input."""
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import unittest

BIN = pathlib.Path(sys.argv.pop(1)).resolve()
CAPTURES = pathlib.Path(__file__).resolve().parents[2] / "captures"
NOBODY = 65534
TOOLS = ["tour", "doctor", "capture", "decode", "explain", "flows", "follow", "ladder", "contrast", "replay", "demo", "demo serve",
         "demo tcp", "demo udp", "demo http", "demo ws", "demo sio", "demo load", "lab", "lab run", "lesson", "lesson grade"]
READERS = {"decode": ["-r"], "flows": ["-r"], "follow": ["-r"], "ladder": ["-r"], "replay": ["-r"],
           "explain": ["--frame", "1", "--byte", "1", "-r"]}
SHOWS = {"decode": ["-r", "tcp.pcapng", "-V"], "flows": ["tcp.pcapng"], "follow": ["tcp.pcapng", "--stream", "0"],
         "ladder": ["tcp.pcapng"], "explain": ["tcp"], "replay": ["-r", "dns.pcapng", "--speed", "100"],
         "contrast": ["tcp.pcapng", "dns.pcapng"], "lesson": ["list"], "doctor": []}


def netpeel(*words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, **more):
    more.setdefault("cwd", CAPTURES)
    done = subprocess.run([str(BIN / "netpeel"), *map(str, words)], stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, timeout=60,
                          **more)
    return done.returncode, (done.stdout or b"").decode(), done.stderr.decode()


class Manners(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        os.environ["XDG_STATE_HOME"] = folder.name

    def complains(self, err, tool):
        """A sentence for a person, with the program's name in front."""
        self.assertRegex(err, r"^netpeel[ -]" + tool.split()[0] + ": .{8,}")
        self.assertNotRegex(err, r"terminate called|what\(\)|Assertion|\x1b")

    def test_help_and_version(self):
        for tool in TOOLS:
            with self.subTest(tool):
                code, out, err = netpeel(*tool.split(), "--help")
                self.assertEqual((code, err), (0, ""))
                self.assertIn("Examples", out)
                if " " not in tool:
                    code, out, err = netpeel(tool, "--version")
                    self.assertEqual((code, err), (0, ""))
                    self.assertRegex(out, r"^netpeel[ -]" + tool + r" \d+\.\d+")

    def test_help_fits_a_terminal_of_80_columns(self):
        for tool in set(TOOLS) - {"capture"}:  # whose words are its own, for it links nothing
            with self.subTest(tool):
                lines = netpeel(*tool.split(), "--help")[1].split("\nExamples:\n")[0].splitlines()
                self.assertLessEqual(max(map(len, lines)), 80)
                # No paragraph is broken where the source was: a line alone with a word or two amid longer ones.
                about = lines[:next(i for i, line in enumerate(lines) if line.startswith("Usage:"))]
                for before, line, after in zip(about, about[1:], about[2:]):
                    if all(part and not part.startswith(" ") for part in (before, line, after)):
                        self.assertGreater(len(line), 50, f"{before}\n{line}\n{after}")

    def test_a_number_that_is_none_is_named(self):
        for wrong in "abc", "1.5", "99999999999999999999999":
            code, _, err = netpeel("demo", "serve", "--port", wrong)
            self.assertEqual(code, 2)
            self.assertIn(f'--port: "{wrong}" is no whole number', err)
        code, _, err = netpeel("demo", "serve", "--host")
        self.assertEqual(code, 2)
        self.assertIn("--host wants a word behind it", err)

    def test_wrong_option(self):
        for tool in TOOLS:
            with self.subTest(tool):
                code, out, err = netpeel(*tool.split(), "--nonsense")
                self.assertEqual((code, out), (2, ""))
                self.complains(err, tool)
                self.assertIn("--nonsense", err)
                self.assertIn("--help", err)

    def test_no_argument(self):
        for tool in ["decode", "flows", "follow", "ladder", "contrast", "replay", "demo", "lab", "lesson"]:
            with self.subTest(tool):
                code, out, err = netpeel(tool)
                self.assertEqual((code, out), (2, ""))
                self.complains(err, tool)
                self.assertIn("For example: netpeel ", err)
        self.assertIn("decode", netpeel("decod")[2])

    def test_what_is_no_capture(self):
        (self.path / "empty").write_bytes(b"")
        (self.path / "text").write_text("hello\n" * 100)
        for tool in READERS:
            with self.subTest(tool):
                for name, wanted in [("missing", 3), (".", 3), ("empty", 4), ("text", 4), ("/dev/null", 4)]:
                    code, _, err = netpeel(tool, *READERS[tool], name, cwd=self.path)
                    self.assertEqual(code, wanted, f"{tool} {name}: {err}")
                    self.complains(err, tool)
        for name, wanted in [("missing", 3), (".", 3), ("empty", 4), ("text", 4)]:
            code, _, err = netpeel("contrast", name, name, cwd=self.path)
            self.assertEqual(code, wanted, f"{name}: {err}")
            self.complains(err, "contrast")

    @unittest.skipUnless(os.geteuid() == 0 and all(p.stat().st_mode & 1 for p in [BIN, *BIN.parents]), "needs another user")
    def test_no_permission(self):
        secret = self.path / "secret"
        secret.write_bytes((CAPTURES / "dns.pcapng").read_bytes())
        secret.chmod(0)
        self.path.chmod(0o755)
        for tool in READERS:
            with self.subTest(tool):
                code, _, err = netpeel(tool, *READERS[tool], secret, user=NOBODY, group=NOBODY, cwd="/")
                self.assertEqual(code, 3)
                self.complains(err, tool)
                self.assertIn("Permission denied", err)
        code, _, err = netpeel("decode", "-r", CAPTURES / "dns.pcapng", "-w", "/kept.pcapng", user=NOBODY, group=NOBODY, cwd="/")
        self.assertEqual(code, 3, err)
        code, _, err = netpeel("tour", "--fast", "--out", "/tour-of-nobody", user=NOBODY, group=NOBODY, cwd="/")
        self.assertEqual(code, 3, err)

    def test_a_full_disk(self):
        with open("/dev/full", "wb") as full:
            for tool in SHOWS:
                with self.subTest(tool):
                    code, _, err = netpeel(tool, *SHOWS[tool], stdout=full)
                    self.assertEqual(code, 3)
                    self.complains(err, tool)
                    self.assertIn("No space left", err)
            code, _, err = netpeel("demo", "serve", "--port", 0, "--tcp-port", 0, "--udp-port", 0, stdout=full)
            self.assertEqual(code, 3, err)
        for words in [["decode", "-r", "tcp.pcapng", "-w", "/dev/full"], ["flows", "tcp.pcapng", "--stream", "0", "--svg", "/dev/full"]]:
            code, _, err = netpeel(*words)
            self.assertEqual(code, 3, err)

    def test_a_reader_that_has_gone(self):
        for tool in SHOWS:
            with self.subTest(tool):
                command = f"{BIN}/netpeel {tool} {' '.join(SHOWS[tool])} | head -1; exit ${{PIPESTATUS[0]}}"
                done = subprocess.run(["bash", "-c", command], capture_output=True, cwd=CAPTURES, stdin=subprocess.DEVNULL, timeout=60)
                self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_no_standard_input(self):
        for command in ["decode -r dns.pcapng", "replay -r dns.pcapng --speed 100", "lesson list", "explain tcp"]:
            done = subprocess.run(["bash", "-c", f"{BIN}/netpeel {command} <&-"], capture_output=True, cwd=CAPTURES, timeout=60)
            self.assertEqual((done.returncode, done.stderr), (0, b""), command)
        code, _, err = netpeel("contrast", "tcp.pcapng", "dns.pcapng", "--step", start_new_session=True)
        self.assertEqual(code, 2)
        self.assertIn("no keyboard", err)

    def on_terminal(self, *words, columns=80, **env):
        """What a terminal so wide gets to see."""
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(CAPTURES)
            for name in ("COLUMNS", "NO_COLOR"):
                os.environ.pop(name, None)
            os.environ.update({"TERM": "xterm", **env})
            size = subprocess.run(["stty", "cols", str(columns), "rows", "50"])
            os.execv(str(BIN / "netpeel"), ["netpeel", *map(str, words)])
        seen, until = b"", time.time() + 60
        while time.time() < until:
            if not select.select([fd], [], [], 1)[0]:
                continue
            try:
                seen += os.read(fd, 65536)
            except OSError:
                break
        os.waitpid(pid, 0)
        os.close(fd)
        return seen.decode(errors="replace")

    def test_colour_only_where_it_is_wanted(self):
        colourful = 0
        for tool in ["decode", "flows", "follow", "ladder", "explain", "contrast"]:
            with self.subTest(tool):
                self.assertNotIn("\x1b", netpeel(tool, *SHOWS[tool])[1])
                colourful += "\x1b[" in self.on_terminal(tool, *SHOWS[tool])
                self.assertNotRegex(self.on_terminal(tool, *SHOWS[tool], NO_COLOR="1"), r"\x1b\[\d*m")
                self.assertNotRegex(self.on_terminal(tool, *SHOWS[tool], TERM="dumb"), r"\x1b\[\d*m")
        self.assertGreater(colourful, 3)

    def test_narrow_and_wide_terminals(self):
        # Drawings fit wherever they are shown, tables from the usual 80 columns on.
        fits = {40: ["ladder", "contrast"], 80: ["flows", "ladder", "contrast", "doctor", "follow"],
                200: ["flows", "ladder", "contrast", "doctor", "follow", "explain", "decode"]}
        for columns, tools in fits.items():
            for tool in tools:
                with self.subTest(tool=tool, columns=columns):
                    shown = re.sub(r"\x1b\[[\d;]*[A-Za-z]", "", self.on_terminal(tool, *SHOWS[tool], columns=columns))
                    self.assertGreater(len(shown.splitlines()), 2)
                    self.assertLessEqual(max(map(len, shown.splitlines())), columns)

    def test_any_locale(self):
        for tool in SHOWS:
            with self.subTest(tool):
                shown = [netpeel(tool, *SHOWS[tool], env={**os.environ, "LC_ALL": locale})[:2] for locale in ("C", "C.UTF-8", "de_DE.ISO-8859-1")]
                if tool not in ("doctor", "replay"):
                    self.assertEqual(shown[0], shown[1])
                    self.assertEqual(shown[0], shown[2])

    def test_ctrl_c(self):
        for words in [["decode", "-r", "-"], ["flows", "-r", "-"], ["replay", "-r", "dns.pcapng", "--speed", "0.1"],
                      ["demo", "serve", "--port", "0", "--tcp-port", "0", "--udp-port", "0"]]:
            with self.subTest(words):
                process = subprocess.Popen([str(BIN / "netpeel"), *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                           stderr=subprocess.PIPE, cwd=CAPTURES)
                time.sleep(1)
                process.send_signal(signal.SIGINT)
                _, err = process.communicate(timeout=20)
                self.assertIn(process.returncode, (0, 4) if "-" in words else (0,), err)

    def test_a_server_cannot_steer_a_terminal(self):
        server = ("import http.server\n"
                  "class H(http.server.BaseHTTPRequestHandler):\n"
                  "  def do_GET(self):\n"
                  "    self.send_response(200, 'O\\x1b[2JK'); self.end_headers(); self.wfile.write(b'a\\x1b]0;gotcha\\x07b\\n')\n"
                  "s = http.server.HTTPServer(('127.0.0.1', 0), H); print(s.server_port, flush=True); s.serve_forever()\n")
        process = subprocess.Popen([sys.executable, "-c", server], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        port = int(process.stdout.readline())
        for words in [["demo", "http", f"127.0.0.1:{port}/", "-i"], ["demo", "tcp", f"127.0.0.1:{port}", "GET / HTTP/1.0\r\n\r"]]:
            seen = self.on_terminal(*words)
            self.assertIn("gotcha", seen)
            self.assertNotIn("\x1b]0;gotcha", seen)
            self.assertNotIn("\x1b[2J", seen)
            self.assertIn(b"\x1b]0;gotcha\x07", subprocess.run([str(BIN / "netpeel"), *words], capture_output=True).stdout)


if __name__ == "__main__":
    unittest.main()
