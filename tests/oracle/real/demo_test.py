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
# Some cases come back too late, or with what no server gave them, to be refused.
REFUSED = "the client asked to go on with the connection that it had lost, and got a new one"


def flows_problems(recording):
    """Rows of netpeel flows; how TCP got its bytes across is left out, as in common.py, and what the cases of recovery bring about."""
    done = subprocess.run([BIN / "netpeel-flows", "-q", "--by", "problems", "--json", "-r", recording.file], capture_output=True, timeout=left(60))
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return [row for row in rows if not row.get("field", "").startswith("tcp.") and REFUSED not in row["says"]]


def events(recording):
    done = subprocess.run([BIN / "netpeel-follow", "-q", "--proto", "socketio", "--json", "--stream", "all", "-r", recording.file],
                          capture_output=True, timeout=left(60))
    assert done.returncode == 0, done.stderr
    return [line for line in map(json.loads, done.stdout.splitlines()) if line["what"] == "sio"]


def own_clients(port, tcp_port, udp_port):
    """netpeel's clients, one after another: (what was asked, what it printed)."""
    def demo(kind, to, *words):
        return run(BIN / "netpeel-demo", kind, "--timeout", "8000", f"127.0.0.1:{to}", *words).decode()

    if tcp_port:
        checks.same("tcp", demo("tcp", tcp_port, "hello there"), "hello there\n")
        checks.same("udp", demo("udp", udp_port, "#7 hello").split("\n")[0], "ack 7")
    checks.same("http", demo("http", f"{port}/healthz").strip(), "ok")
    for more in ([], ["--fragment", "2"], ["--binary"], *([["--deflate"]] if tcp_port else [])):
        checks.true(f"ws {more}", "grüß dich" in demo("ws", f"{port}/ws/echo", *more, "grüß dich", "x" * 70000))
    for transport in ("polling", "both", "websocket"):
        said = demo("sio", port, "--json", "--transport", transport, "--auth", '{"name":"Ada"}', "--answer", "question=42",
                    *"emit echo 1 ack then join kitchen then send hi hex:0102ff then wait message-back then emit ask 3000 6 7 ack".split(),
                    *"then emit binary:make 300 ack then emit whoami ack then nsp /chat then emit".split(), "add user", "Ada",
                    *"then wait login then nsp /custom".split())
        for word in ("message-back", "0102ff", "login", "kitchen", "42"):
            checks.true(f"sio over {transport} tells {word}: {said}", word in said)


with tempfile.TemporaryDirectory() as folder:
    port, tcp_port, udp_port = (free_port() for _ in range(3))
    for server, echo, words in (
            ("ours", (tcp_port, udp_port), [BIN / "netpeel-demo", "serve", "--tcp-port", tcp_port, "--udp-port", udp_port, "--deflate", "on"]),
            ("npm's", (None, None), [node, SOURCE / "tests/oracle/contract/reference.mjs"])):
        with Started([*words, "--port", port], port, folder, env={"NODE_PATH": modules}), Recording(folder, None, server[:4]) as recording:
            own_clients(port, *echo)
        talk = Talk(recording)
        checks.same(f"problems of netpeel's clients with {server} server", talk.problems(), [])
        checks.same("the same by flows", flows_problems(recording), [])
        named = {s.get("event") for s in events(recording)}
        for name in ("echo", "message", "message-back", "question", "login", "add user", "auth"):
            checks.true(f'follow shows "{name}" among {sorted(map(str, named))}', name in named)

with tempfile.TemporaryDirectory() as folder:
    # Every server that the cases start has a port of its own: all of this loopback, which is ours alone, is recorded.
    with Recording(folder, None) as recording:
        words = [node, SOURCE / "tests/oracle/contract/contract.mjs", "--files", "events|rooms|namespaces|recovery", "--quiet", "--server",
                 " ".join(map(str, DEMO))]
        done = subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=left(100), env={**CLEAN, "NODE_PATH": modules})
        checks.true("npm's clients and the demo server agree:\n" + done.stdout + done.stderr, done.returncode == 0)
    talk = Talk(recording)
    checks.same("problems of npm's clients", [p for p in talk.problems() if REFUSED not in p[-1]], [])
    checks.same("the same by flows", flows_problems(recording), [])
    said = events(recording)
    checks.true(f"more than 5000 messages of Socket.IO were followed, not {len(said)}", len(said) > 5000)
    named = {s.get("event") for s in said}
    for name in ("message", "message-back", "room:message", "broadcast", "question", "welcome", "announcement", "login"):
        checks.true(f'follow shows "{name}" among {sorted(map(str, named))}', name in named)
    checks.same("transports", set(talk.values("eio.transport")), {"polling", "websocket"})
checks.end()
