#!/usr/bin/env python3
"""netpeel demo serve and those who talk to it: npm's clients as the contract's cases have them, and netpeel's own. What they say to each
other, recorded on the loopback, must decode without one complaint, with every event where it belongs."""
import json
import signal
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


def own_clients(port, tcp_port, udp_port, parser):
    """netpeel's clients, one after another: (what was asked, what it printed)."""
    def demo(kind, to, *words):
        return run(BIN / "netpeel-demo", kind, "--timeout", "8000", f"127.0.0.1:{to}", *words).decode()

    if tcp_port:
        checks.same("tcp", demo("tcp", tcp_port, "hello there"), "hello there\n")
        checks.same("udp", demo("udp", udp_port, "#7 hello").split("\n")[0], "ack 7")
        for way in ("", "/wait"):
            checks.true(f"ticker{way}", '"tick":' in demo("http", f"{port}/http/ticker{way}"))
        checks.true("Server-Sent Events", some_events(port).count("data:") >= 2)
    checks.same("http", demo("http", f"{port}/healthz").strip(), "ok")
    for more in ([], ["--fragment", "2"], ["--binary"], *([["--deflate"]] if tcp_port else [])):
        checks.true(f"ws {more}", "grüß dich" in demo("ws", f"{port}/ws/echo", *more, "grüß dich", "x" * 70000))
    for transport in ("polling", "both", "websocket"):
        said = demo("sio", port, "--json", "--transport", transport, "--parser", parser, "--auth", '{"name":"Ada"}', "--answer", "question=42",
                    *"emit echo 1 ack then join kitchen then send hi hex:0102ff then wait message-back then emit ask 3000 6 7 ack".split(),
                    *"then emit binary:make 300 ack then emit whoami ack then nsp /chat then emit".split(), "add user", "Ada",
                    *"then wait login then nsp /custom".split())
        for word in ("message-back", "0102ff", "login", "kitchen", "42"):
            checks.true(f"sio over {transport} in {parser} tells {word}: {said}", word in said)


def some_events(port):
    """The ticker's events until the second: they have no end of their own."""
    words = [BIN / "netpeel-demo", "http", "-q", f"127.0.0.1:{port}/http/ticker/events"]
    with subprocess.Popen([str(w) for w in words], stdout=subprocess.PIPE, env=CLEAN) as client:
        said = b""
        while said.count(b"data:") < 2:
            got = client.stdout.read1(4096)
            if not got:
                break
            said += got
        client.send_signal(signal.SIGINT)
    return said.decode()


with tempfile.TemporaryDirectory() as folder:
    port, tcp_port, udp_port = (free_port() for _ in range(3))
    for server, parser in (("ours", "text"), ("ours", "msgpack"), ("npm's", "text"), ("npm's", "msgpack")):
        echo = (tcp_port, udp_port) if server == "ours" else (None, None)
        words = [BIN / "netpeel-demo", "serve", "--tcp-port", tcp_port, "--udp-port", udp_port, "--deflate", "on"]
        if server != "ours":
            words = [node, SOURCE / "tests/oracle/contract/reference.mjs"]
        with Started([*words, "--parser", parser, "--port", port], port, folder, env={"NODE_PATH": modules}), \
                Recording(folder, None, server[:4] + parser) as recording:
            own_clients(port, *echo, parser)
        who = f"netpeel's clients with {server} server in {parser}"
        talk = Talk(recording)
        checks.same(f"problems of {who}", talk.problems(), [])
        checks.same("the same by flows", flows_problems(recording), [])
        said = events(recording)
        named = {s.get("event") for s in said}
        for name in ("echo", "message", "message-back", "question", "login", "add user", "auth"):
            checks.true(f'follow shows "{name}" of {who} among {sorted(map(str, named))}', name in named)
        checks.true(f"follow shows the bytes of {who}", any(s.get("attachment_0_hex") == "0102ff" for s in said))


# npm's clients. Every server that the cases start has a port of its own: all of this loopback, which is ours alone, is recorded.
def contract(what, *more):
    with tempfile.TemporaryDirectory() as folder:
        with Recording(folder, None) as recording:
            words = [node, SOURCE / "tests/oracle/contract/contract.mjs", "--quiet", "--server", " ".join(map(str, DEMO)), *more]
            done = subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=left(100), env={**CLEAN, "NODE_PATH": modules})
        checks.true(f"npm's clients and the demo server agree, {what}:\n" + done.stdout + done.stderr, done.returncode == 0)
        talk = Talk(recording)
        checks.same(f"problems of npm's clients, {what}", [p for p in talk.problems() if REFUSED not in p[-1]], [])
        checks.same("the same by flows", flows_problems(recording), [])
        return talk, events(recording)


for what, least, more in (("text", 5000, ["--files", "events|rooms|namespaces|recovery"]),
                          ("msgpack", 3000, ["--files", "events|rooms|namespaces", "--parser", "msgpack"]),
                          ("Engine.IO 3", 1000, ["--files", "eio3", "--only", "Engine.IO 3, "])):
    talk, said = contract(what, *more)
    checks.true(f"more than {least} messages of Socket.IO were followed, {what}, not {len(said)}", len(said) > least)
    named = {s.get("event") for s in said}
    for name in ("message", "message-back") + (("room:message", "broadcast", "question", "welcome", "announcement", "login") if least > 1000 else ()):
        checks.true(f'follow shows "{name}" among {sorted(map(str, named))}, {what}', name in named)
    checks.same(f"transports, {what}", set(talk.values("eio.transport")), {"polling", "websocket"})
checks.end()
