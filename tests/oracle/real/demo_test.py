#!/usr/bin/env python3
"""netpeel demo serve and those who talk to it: npm's clients as the contract's cases have them, and netpeel's own. What they say to each
other, recorded on the loopback, must decode without one complaint, with every event where it belongs."""
import json
import os
import subprocess
import tempfile

from common import BIN, CLEAN, Checks, Recording, SOURCE, Started, Talk, free_port, left, node_modules, own_network, program, run

own_network()
node = program("node", package="nodejs")
modules = node_modules("socket.io", "socket.io-client", "ws")
checks = Checks()
DEMO = [BIN / "netpeel-demo", "serve", "--tcp-port", "0", "--udp-port", "0"]


def flows_problems(recording):
    """Rows of netpeel flows; how TCP got its bytes across is left out, as in common.py."""
    done = subprocess.run([BIN / "netpeel-flows", "-q", "--by", "problems", "--json", "-r", recording.file], capture_output=True, timeout=left(60))
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return [row for row in rows if not row.get("field", "").startswith("tcp.")]


def events(recording):
    done = subprocess.run([BIN / "netpeel-follow", "-q", "--proto", "socketio", "--json", "--stream", "all", "-r", recording.file],
                          capture_output=True, timeout=left(60))
    assert done.returncode == 0, done.stderr
    return [line for line in map(json.loads, done.stdout.splitlines()) if line["what"] == "sio"]


with tempfile.TemporaryDirectory() as folder:
    # Every server that the cases start has a port of its own: all of this loopback, which is ours alone, is recorded.
    with Recording(folder, None) as recording:
        words = [node, SOURCE / "tests/oracle/contract/contract.mjs", "--files", "events|rooms|namespaces|recovery", "--quiet", "--server",
                 " ".join(map(str, DEMO))]
        done = subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=left(100), env={**CLEAN, "NODE_PATH": modules})
        checks.true("npm's clients and the demo server agree:\n" + done.stdout + done.stderr, done.returncode == 0)
    talk = Talk(recording)
    checks.same("problems of npm's clients", talk.problems(), [])
    checks.same("the same by flows", flows_problems(recording), [])
    said = events(recording)
    checks.true(f"more than 5000 messages of Socket.IO were followed, not {len(said)}", len(said) > 5000)
    named = {s.get("event") for s in said}
    for name in ("message", "message-back", "room:message", "broadcast", "question", "welcome", "announcement", "login"):
        checks.true(f'follow shows "{name}" among {sorted(map(str, named))}', name in named)
    checks.same("transports", set(talk.values("eio.transport")), {"polling", "websocket"})
checks.end()
