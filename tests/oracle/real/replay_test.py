#!/usr/bin/env python3
"""netpeel replay --to with npm's socket.io: a chat that npm's clients had with one server gives no difference with that server, nor with
the other; neither over polling, nor over WebSocket, nor from one to the other. Where one event is changed, it is found and named."""
import json
import pathlib
import shutil
import subprocess
import tempfile

from common import BIN, CLEAN, SOURCE, Checks, Recording, Started, free_port, left, node_modules, own_network, program, run

own_network()
node = program("node", package="nodejs")
modules = node_modules("socket.io", "socket.io-client", "ws")
checks = Checks()
REFERENCE = SOURCE / "tests/oracle/contract/reference.mjs"


def replayed(capture, port):
    done = subprocess.run([BIN / "netpeel-replay", capture, "--to", f"127.0.0.1:{port}", "--stream", "all", "--json", "--patience", "3"],
                          capture_output=True, timeout=left(60), env=CLEAN)
    assert done.returncode in (0, 1), done.stderr
    said = json.loads(done.stdout)
    odd = [(m["verdict"], m["what"][:60]) for m in said["messages"] if m["verdict"] not in ("sent", "same")]
    return said, odd


with tempfile.TemporaryDirectory() as folder:
    ports = {"ours": free_port(), "npm's": free_port()}
    env = {"NODE_PATH": modules}
    ours = [BIN / "netpeel-demo", "serve", "--tcp-port", "0", "--udp-port", "0", "--node", "same", "--port", ports["ours"]]
    with Started(ours, ports["ours"], folder), Started([node, REFERENCE, "--node", "same", "--port", ports["npm's"]], ports["npm's"], folder, env=env):
        for recorded in ports:
            for transports in ("polling", "websocket", "polling,websocket"):
                name = f"{recorded[:3]}-{transports.replace(',', '-')}"
                with Recording(folder, ports[recorded], name) as recording:
                    run(node, SOURCE / "tests/oracle/real/chat.js", f"http://127.0.0.1:{ports[recorded]}", transports, env=env)
                for server, port in ports.items():
                    said, odd = replayed(recording.file, port)
                    what = f"recorded with {recorded} over {transports}, again with {server}"
                    checks.same(what, odd, [])
                    checks.same(what + ": carried as recorded", [c["transports"] for c in said["conversations"]], [transports.split(",")] * 3)
                    checks.true(what + ": all that was said", said["same"] >= 23)
        capture = recording.file

        # One event of the server under another name, one argument that is another.
        changed = REFERENCE.read_text()
        for old, new in ('"login", { numUsers }', '"log in", { numUsers }'), ("ack(n);", "ack(n + 1);"):
            assert old in changed, old
            changed = changed.replace(old, new, 1)
        pathlib.Path(folder, "changed.mjs").write_text(changed)
        shutil.copy(REFERENCE.parent / "modules.mjs", folder)
        port = free_port()
        with Started([node, f"{folder}/changed.mjs", "--node", "same", "--port", port], port, folder, env=env):
            said, odd = replayed(capture, port)
            checks.same("what was changed is named", [(verdict, what.split(" in /")[0].split(" 3")[0]) for verdict, what in odd],
                        [("missing", 'event "login"'), ("missing", 'event "login"'), ("different", "ack 4"), ("new", 'event "log in"'),
                         ("new", 'event "log in"')])
checks.end()
