#!/usr/bin/env python3
"""npm's socket.io-client against npm's socket.io, over polling, over WebSocket, and from one to the other: every event that
either side logged must be decoded with its name, arguments and attachments."""
import collections
import json
import pathlib
import tempfile

from common import Checks, Recording, Started, Talk, free_port, node_modules, own_network, program, run

own_network()
node = program("node", package="nodejs")
modules = node_modules("socket.io", "socket.io-client")
script = pathlib.Path(__file__).with_name("sio.js")
checks = Checks()


def canonical(nsp, event, args, hexes):
    return json.dumps([nsp, event, args, hexes], sort_keys=True, ensure_ascii=False)


with tempfile.TemporaryDirectory() as folder:
    port = free_port()
    with Started([node, script, "server", port], port, folder, env={"NODE_PATH": modules}) as server, Recording(folder, port) as recording:
        said = run(node, script, "client", port, env={"NODE_PATH": modules}, cwd=folder).decode()
    told = [json.loads(line) for line in (said + server.said()).splitlines()]
    decoded = Talk(recording)
checks.same("problems", decoded.problems(), [])
sent = collections.Counter(canonical(t["nsp"], t["event"], t["args"], t["hex"]) for t in told if t["does"] == "send")
got = collections.Counter()
for number, f in decoded.layers("sio"):
    if f["sio.type"] in (2, 5):
        hexes = f.get("sio.attachment", [])
        got[canonical(f.get("sio.nsp", "/"), f["sio.event"], json.loads("[" + f.get("sio.args", "") + "]"), hexes if isinstance(hexes, list) else [hexes])] += 1
checks.true(f"more than 30 events were logged, not {sum(sent.values())}", sum(sent.values()) > 30)
checks.same("events sent but not decoded", sent - got, collections.Counter())
checks.same("events decoded but not sent", got - sent, collections.Counter())
kinds = collections.Counter(f["sio.type"] for _, f in decoded.layers("sio"))
checks.true(f"every type of packet was there: {kinds}", set(kinds) == set(range(7)))
transports = set(decoded.values("eio.transport"))
checks.same("transports", transports, {"polling", "websocket"})
checks.true("a private id for recovery", decoded.values("sio.pid"))
checks.true("every acknowledgment knows its event", all("sio.answers" in f for _, f in decoded.layers("sio") if f["sio.type"] in (3, 6)))
checks.end()
