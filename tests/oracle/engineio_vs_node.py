#!/usr/bin/env python3
"""The same requests to `netpeel demo serve` and to npm's engine.io, and what both say compared line by line: statuses, headers,
bodies, frames, what is closed and when. engineio_stories.py has the stories.

    engineio_vs_node.py BIN SOURCE [STORY...]      BIN "node": the reference against itself"""
import os
import pathlib
import subprocess
import sys
import time

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)), os.path.join(os.path.dirname(os.path.abspath(__file__)), "real")]
import engineio_stories  # noqa: E402
from common import SOURCE, free_port, node_modules, program, skip  # noqa: E402
from engineio_peers import Story  # noqa: E402

REFERENCE = SOURCE / "tests/oracle/contract/reference.mjs"


class Server:
    def __init__(self, words, options):
        self.port = free_port()
        self.process = subprocess.Popen([*map(str, words), "--port", str(self.port), *options], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ)
        line = self.process.stdout.readline()
        if self.process.poll() is not None or str(self.port) not in line:
            self.end()
            sys.exit(f"{words[0]} did not begin: {line}{self.process.stdout.read()}")

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def run(server, story):
    told = Story(server.port)
    try:
        story(told)
    except Exception as why:  # what one server did not do is a difference as well
        told.lines.append(f"{type(why).__name__}: {why}")
    told.end()
    return told.lines


def main():
    node = program("node", package="nodejs")
    os.environ["NODE_PATH"] = node_modules("socket.io", "engine.io", "ws")
    if not REFERENCE.exists():
        skip(f"{REFERENCE} is not there")
    theirs = [node, REFERENCE]
    ours = theirs if sys.argv[1] == "node" else [pathlib.Path(sys.argv[1]) / "netpeel-demo", "serve", "--tcp-port", "0", "--udp-port", "0"]
    wanted = sys.argv[3:]
    different = told = 0
    for options, stories in engineio_stories.sets():
        stories = [s for s in stories if not wanted or s.__name__ in wanted]
        if not stories:
            continue
        servers = [Server(ours, options), Server(theirs, options)]
        try:
            for story in stories:
                begun = time.monotonic()
                both = [run(s, story) for s in servers]
                for _ in range(3):  # again, for what only a busy machine did
                    if both[0] != both[1]:
                        both = [run(s, story) for s in servers]
                told += len(both[1])
                if both[0] == both[1]:
                    print(f"same: {story.__name__}, {len(both[0])} lines, {time.monotonic() - begun:.1f} s")
                    if os.environ.get("SHOW"):
                        print("\n".join("    " + line for line in both[0]))
                    continue
                different += 1
                print(f"DIFFERENT: {story.__name__} ({' '.join(options)})")
                for i in range(max(map(len, both))):
                    a, b = (lines[i] if i < len(lines) else "(nothing)" for lines in both)
                    print(f"    {a}" if a == b else f"  ours {a}\n  node {b}")
            for s in servers:
                if s.process.poll() is not None:
                    sys.exit(f"{s.process.args[0]} ended with {s.process.returncode}: {s.process.stdout.read()}")
        finally:
            for s in servers:
                s.end()
    print(f"{told} lines, {different} stories differ")
    sys.exit(1 if different or told == 0 else 0)


main()
