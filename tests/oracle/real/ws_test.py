#!/usr/bin/env python3
"""npm's ws against itself: what both sides logged of each message must be what was decoded, packed or plain, whole or in
fragments."""
import collections
import json
import pathlib
import tempfile

from common import Checks, Recording, Started, Talk, free_port, node_modules, own_network, program, run

own_network()
node = program("node", package="nodejs")
modules = node_modules("ws")
script = pathlib.Path(__file__).with_name("ws.js")
checks = Checks()


def messages(layers):
    """What was decoded, counted as what was logged is: (kind, its bytes in hex or, of a binary message, its opcode alone)."""
    out = collections.Counter()
    for _, f in layers:
        opcode, last = f["websocket.opcode"], f["websocket.fin"]
        if opcode == 2:
            out["binary", ""] += 1
        elif "websocket.payload.text" in f or opcode == 1 and last:
            out["text", f.get("websocket.payload.text", "").encode().hex()] += 1
        elif opcode in (9, 10):
            kind = {9: "ping", 10: "pong"}[opcode]
            out[kind, f.get(f"websocket.payload.{kind}", "")] += 1
        elif opcode == 8:
            out["close", f["websocket.payload.close.status_code"], f.get("websocket.payload.close.reason", "")] += 1
    return out


with tempfile.TemporaryDirectory() as folder:
    port = free_port()
    with Started([node, script, "server", port], port, folder, env={"NODE_PATH": modules}) as server, Recording(folder, port) as recording:
        said = run(node, script, "client", port, env={"NODE_PATH": modules}, cwd=folder).decode()
    told = [json.loads(line) for line in (said + server.said()).splitlines()]
    decoded = Talk(recording)
checks.same("problems", decoded.problems(), [])
checks.true(f"more than 200 messages were logged, not {len(told)}", len(told) > 200)
logged = collections.Counter()
for t in told:
    if t["kind"] in ("text", "binary") and t["does"] == "send":
        logged[t["kind"], "" if t["kind"] == "binary" else t["hex"]] += 1
    elif t["kind"] in ("ping", "pong"):  # sent by ws itself, and so only logged where they arrive
        logged[t["kind"], t["hex"]] += 1
    elif t["kind"] == "close":
        logged["close", t["code"], bytes.fromhex(t["hex"]).decode()] += 1
layers = decoded.layers("websocket")
got = messages(layers)
checks.same("logged, but not decoded", logged - got, collections.Counter())
checks.same("decoded, but not logged", got - logged, collections.Counter())
pieces = [f["websocket.fragment.count"] for _, f in layers if "websocket.fragment.count" in f]
checks.true(f"messages in three fragments: {pieces}", len(pieces) > 20 and set(pieces) == {3})
checks.true("messages packed and not", {True, False} <= {"websocket.pmc" in f for _, f in layers})
lengths = decoded.values("websocket.payload_length_ext_64")
checks.same("long frames that are not packed", lengths, ["70000", "70000"])
agreed = [v for v in decoded.values("http.sec_websocket_extensions")]
checks.true(f"what was agreed on: {agreed}", any("server_max_window_bits=9" in v for v in agreed) and any("no_context_takeover" in v for v in agreed))
checks.end()
