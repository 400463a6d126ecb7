#!/usr/bin/env python3
"""Our demo server beside npm's ws and socket.io, one server thread each, in one sitting: what `netpeel demo load` measures, as the
table for tests/bench/README.md.

  servers.py BIN [--rounds 3] [--seconds 5] [--quick] [--only ours|node] [--churn]

BIN: a folder with netpeel-demo. npm's packages are looked for as tests/oracle/contract does (build/node, NODE_PATH). Rates depend on
what else the machine does; processor time for one operation is the better judge, and only numbers of one sitting."""
import argparse
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
REFERENCE = ROOT / "tests/oracle/contract/reference.mjs"
# test, clients, more options
CASES = [("echo", 100, []), ("echo", 1000, []), ("broadcast", 100, []), ("broadcast", 1000, []),
         ("broadcast", 5000, ["--window", "2"]), ("idle", 5000, ["--seconds", "1"])]
WANTED = {("ws", "echo", 100): 8, ("ws", "echo", 1000): 8, ("sio", "echo", 1000): 10, ("sio", "broadcast", 1000): 2,
          ("sio", "broadcast", 5000): 4, ("ws", "idle", 5000): 2, ("sio", "idle", 5000): 4}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    def __init__(self, who, folder):
        self.port = free_port()
        if who == "ours":
            command = [str(folder / "netpeel-demo"), "serve", "--port", str(self.port), "--tcp-port", str(free_port()), "--udp-port",
                       str(free_port()), "-q"]
        else:
            command = ["node", str(REFERENCE), "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        time.sleep(0.5)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def load(folder, port, *words):
    done = subprocess.run([str(folder / "netpeel-demo"), "load", f"127.0.0.1:{port}", "--json", *map(str, words)],
                          capture_output=True, text=True, timeout=900)
    if not done.stdout.startswith("{"):
        sys.exit(f"the load failed: {done.stderr}")
    if done.returncode != 0:
        print(f"  {words}: {done.stderr.strip()}", file=sys.stderr)
    return json.loads(done.stdout)


def once(who, folder, proto, test, clients, more, seconds):
    server = Server(who, folder)
    try:
        words = ["--proto", proto, "--test", test, "--clients", clients, "--timeout", 60000]
        return load(folder, server.port, *words, *(more if "--seconds" in more else ["--seconds", seconds, *more]))
    finally:
        server.stop()


def middle(results, key):
    values = [r[key] for r in results if key in r]
    return statistics.median(values) if values else float("nan")


def row(proto, test, clients, by_who):
    cells = []
    for results in by_who.values():
        if test == "idle":
            cells.append(f"{middle(results, 'kb_a_connection'):.1f} kB; {clients / middle(results, 'connect_seconds'):.0f}/s")
        else:
            cells.append(f"{middle(results, 'server_us'):.2f} µs; {middle(results, 'per_second'):.0f}/s; "
                         f"{middle(results, 'ms_p50'):.1f}, {middle(results, 'ms_p99'):.1f} ms")
    wanted = WANTED.get((proto, test, clients))
    said = ""
    if wanted is not None:
        said = f"{wanted} {'kB' if test == 'idle' else 'µs'}"
        ours = middle(by_who.get("ours", []), "kb_a_connection" if test == "idle" else "server_us")
        said += ", above" if ours > wanted else ""
    name = {"ws": "WebSocket", "sio": "Socket.IO"}[proto]
    return f"| {name} {test}, {clients} | " + " | ".join(cells) + f" | {said} |"


def churn(folder, servers):
    print("100,000 connections that come and go (memory behind the first 400, and 2 s after the last had gone):\n")
    for who in servers:
        for proto in ("ws", "sio"):
            server = Server(who, folder)
            r = load(folder, server.port, "--proto", proto, "--test", "churn", "--clients", 100, "--messages", 100_000)
            server.stop()
            print(f"- {who}, {proto}: {r['memory_before'] / 1e6:.2f} MB, then {r['memory_after'] / 1e6:.2f} MB "
                  f"({100 * r['memory_after'] / r['memory_before'] - 100:+.1f} %); {r['server_us']:.0f} µs a connection", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="up to 1000 clients")
    parser.add_argument("--only", choices=["ours", "node"])
    parser.add_argument("--churn", action="store_true", help="100,000 connections that come and go, instead")
    asked = parser.parse_args()
    servers = [asked.only] if asked.only else ["ours", "node"]
    folder = asked.bin.resolve()
    cases = [c for c in CASES if not asked.quick or c[1] <= 1000]
    print(f"{time.strftime('%Y-%m-%d, %H:%M', time.gmtime())} UTC, load {os.getloadavg()[0]:.1f}, {asked.rounds} interleaved rounds")
    if asked.churn:
        return churn(folder, servers)
    print("Server's processor time for one round trip or delivery; how many a second; wait at 50 and 99 %.\n")
    print("| | " + " | ".join({"ours": "netpeel", "node": "Node: ws, socket.io"}[s] for s in servers) + " | wanted |")
    print("|---|" + "---|" * len(servers) + "---|")
    for proto in ("ws", "sio"):
        for test, clients, more in cases:
            results = {who: [] for who in servers}
            for _ in range(1 if test == "idle" else asked.rounds):
                for who in servers:
                    results[who].append(once(who, folder, proto, test, clients, more, asked.seconds))
            print(row(proto, test, clients, results), flush=True)


if __name__ == "__main__":
    main()
