#!/usr/bin/env python3
"""demo serve --redis, where Redis is not what it should be: nobody there, somebody else, a door that is locked, a connection that is lost."""
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

BIN = pathlib.Path(sys.argv.pop(1)).resolve()
PROGRAM = str(BIN / "netpeel-demo")
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
# The package redis-tools brings the server's program under another name; its own name tells it what to be.
REDIS = shutil.which("redis-server", path=PATH) or shutil.which("redis-check-rdb", path=PATH)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def serve_words(*words):
    return [PROGRAM, "serve", "--port", "0", "--tcp-port", "0", "--udp-port", "0", *map(str, words)]


def refused(*words):
    """How it ends, and what it says: it does not begin."""
    done = subprocess.run(serve_words(*words), capture_output=True, text=True, timeout=30)
    assert done.stdout == "", done.stdout
    return done.returncode, done.stderr


class Somebody:
    """Takes one connection after another, and says this to each."""

    def __init__(self, says):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.says = says
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                s, _ = self.listener.accept()
            except OSError:
                return
            with s:
                s.recv(1000)
                s.sendall(self.says)


class Redis:
    def __init__(self, *words, port=None):
        self.port = port or free_port()
        self.folder = tempfile.mkdtemp(prefix="netpeel-redis-")
        self.process = subprocess.Popen(["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", self.folder, *words],
                                        executable=REDIS, stdout=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                return socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
        raise AssertionError("redis-server does not listen")

    def end(self):
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


class Nobody(unittest.TestCase):
    def test_nobody_is_there(self):
        port = free_port()
        code, says = refused("--redis", f"redis://127.0.0.1:{port}")
        self.assertEqual(code, 3)
        self.assertIn(f"127.0.0.1:{port} cannot be used: Connection refused", says)
        self.assertIn("Start it, or leave --redis out.", says)

    def test_a_name_that_does_not_exist(self):
        code, says = refused("--redis", "redis://no-such-host.invalid")
        self.assertEqual(code, 3)
        self.assertIn("no-such-host.invalid", says)

    def test_somebody_else_is_there(self):
        web = Somebody(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nwhat?")
        code, says = refused("--redis", f"redis://127.0.0.1:{web.port}")
        self.assertEqual(code, 3)
        self.assertIn("what it said was not Redis' protocol", says)
        self.assertIn("Start it, or leave --redis out.", says)
        mute = Somebody(b"")
        code, says = refused("--redis", f"redis://127.0.0.1:{mute.port}")
        self.assertEqual(code, 3)
        self.assertIn("the server ended the connection", says)

    def test_what_it_says_reaches_nobody_s_terminal(self):
        evil = Somebody(b"-ERR \x1b[31mred\x07" + b"x" * 1000 + b"\r\n")
        code, says = refused("--redis", f"redis://127.0.0.1:{evil.port}")
        self.assertEqual(code, 3)
        self.assertIn("it refused: ERR ", says)
        self.assertNotIn("\x1b", says)
        self.assertNotIn("\x07", says)
        self.assertLess(len(says), 700)

    def test_a_question_that_is_no_address(self):
        for url, why in (("127.0.0.1:6379", "is no address of a Redis server"), ("rediss://127.0.0.1", "needs TLS"), ("redis://127.0.0.1:0", "")):
            code, says = refused("--redis", url)
            self.assertEqual(code, 2, url)
            self.assertIn(why, says)
        code, says = refused("--redis", "redis://127.0.0.1:6379", "--recovery", 1000)
        self.assertEqual(code, 2)
        self.assertIn("--recovery does not go with --redis", says)


@unittest.skipUnless(REDIS, "redis-server is not installed (apt-get install redis-tools)")
class Locked(unittest.TestCase):
    def setUp(self):
        self.redis = Redis("--requirepass", "open sesame")
        self.addCleanup(self.redis.end)

    def test_a_password_is_wanted(self):
        code, says = refused("--redis", f"redis://127.0.0.1:{self.redis.port}")
        self.assertEqual(code, 3)
        self.assertIn("it refused: NOAUTH Authentication required.", says)
        code, says = refused("--redis", f"redis://:wrong@127.0.0.1:{self.redis.port}")
        self.assertEqual(code, 3)
        self.assertIn("it refused: WRONGPASS", says)
        self.assertNotIn("wrong@", says)

    def test_the_right_one_opens(self):
        with Served("--redis", f"redis://:open%20sesame@127.0.0.1:{self.redis.port}") as server:
            self.assertEqual(server.gauge("netpeel_redis_connected"), 1)


class Served:
    """A server that runs, and what it says meanwhile."""

    def __init__(self, *words):
        self.process = subprocess.Popen(serve_words(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.port = int(re.match(r"listening on \S+:(\d+) ", self.process.stdout.readline())[1])
        self.said = []
        self.reader = threading.Thread(target=lambda: self.said.extend(iter(self.process.stderr.readline, "")), daemon=True)
        self.reader.start()

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.read().decode()

    def gauge(self, name):
        return float(re.search(rf"^{name}(?:\{{.*\}})? (\S+)$", self.get("/metrics"), re.M)[1])

    def hears(self, text, within=20):
        until = time.monotonic() + within
        while time.monotonic() < until:
            if any(text in line for line in self.said):
                return True
            time.sleep(0.02)
        return False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        self.reader.join(5)
        self.process.stdout.close()
        self.process.stderr.close()


@unittest.skipUnless(REDIS, "redis-server is not installed (apt-get install redis-tools)")
class Lost(unittest.TestCase):
    def test_lost_amid_all_and_back(self):
        redis = Redis()
        port = redis.port
        with Served("--redis", f"redis://127.0.0.1:{port}") as server:
            redis.end()
            self.assertTrue(server.hears(f"127.0.0.1:{port} is out of reach"), server.said)
            self.assertEqual(server.gauge("netpeel_redis_connected"), 0)
            self.assertEqual(server.get("/healthz").strip(), "ok")
            redis = Redis(port=port)
            self.addCleanup(redis.end)
            self.assertTrue(server.hears("is back: other nodes are heard again"), server.said)
            self.assertEqual(server.gauge("netpeel_redis_connected"), 1)
            # Once each, not once for each try.
            self.assertEqual(sum("is out of reach" in line for line in server.said), 1)
        self.assertEqual(server.process.returncode, 0)

    def test_behind_it_a_door_is_locked(self):
        redis = Redis()
        with Served("--redis", f"redis://127.0.0.1:{redis.port}") as server:
            redis.end()
            self.assertTrue(server.hears("is out of reach"), server.said)
            redis = Redis("--requirepass", "x", port=redis.port)
            self.addCleanup(redis.end)
            time.sleep(0.5)
            self.assertEqual(server.gauge("netpeel_redis_connected"), 0)
            self.assertEqual(server.get("/healthz").strip(), "ok")


if __name__ == "__main__":
    unittest.main(verbosity=1)
