#!/usr/bin/env python3
"""Each side of each conversation, byte for byte: `follow --raw` against `tshark -q -z follow,tcp|udp,raw,N`.

  follow_vs_tshark.py BIN_DIR SOURCE_DIR [CAPTURE...]

Without names: all of captures/. A difference that README.md explains is counted by its reason, any other fails.
NETPEEL_FOLLOW_MOST=N looks at N conversations of a file at most (100). Exit 77: skipped."""
import binascii, collections, glob, json, os, re, shutil, subprocess, sys

BIN, SOURCE = sys.argv[1], sys.argv[2]
MOST = int(os.environ.get("NETPEEL_FOLLOW_MOST", "100"))
# What tshark writes where bytes are missing, among the bytes.
MARK = re.compile(rb"\[(\d+) bytes missing in capture file\]\0?")


def run(*words):
    return subprocess.run(words, capture_output=True, timeout=300)


def conversations(capture):
    """[(transport, number, client, server)] that say anything."""
    out = run(f"{BIN}/netpeel-follow", capture, "--stream", "all", "--json", "-q").stdout.decode()
    found = {}
    for line in out.splitlines():
        o = json.loads(line)
        if o["what"] == "conversation":
            found[o["transport"], o["stream"]] = (o["client"], o["server"])
    return [(*key, *ends) for key, ends in sorted(found.items())]


def theirs(capture, transport, number):
    """{end: its chunks}."""
    out = run("tshark", "-n", "-r", capture, "-q", "-z", f"follow,{transport},raw,{number}").stdout.decode()
    nodes = re.findall(r"^Node \d: (.*)$", out, re.M)
    sides = {node: [] for node in nodes}
    body = out.split(nodes[1] + "\n", 1)[1] if len(nodes) == 2 else ""
    for line in body.splitlines():
        if line.startswith("="):
            break
        sides[nodes[line.startswith("\t")]].append(binascii.unhexlify(line.strip()))
    return sides


def ours(capture, transport, number, side):
    return run(f"{BIN}/netpeel-follow", capture, "--proto", transport, "--stream", str(number), "--raw", "--side", side, "-q").stdout


def chunks_of(them, end, other):
    """Those of the side at that end. In tunnels tshark names the addresses inside: then the port decides."""
    if end in them:
        return them[end]
    port = end.rsplit(":", 1)[1]
    same = [node for node in them if node.rsplit(":", 1)[1] == port]
    return them[same[0]] if len(same) == 1 and not other.endswith(":" + port) else None


def reason(mine, chunks):
    """Why they differ, in the words of README.md; empty if nobody knows."""
    whole = b"".join(chunks)
    text = MARK.sub(b"", whole)
    if mine == text:
        return "tshark marks gaps in the bytes"
    if mine.startswith(text) or is_part(text, mine):
        return "held back by tshark: bytes behind a gap that nobody acknowledged"
    return ""


def is_part(small, large):
    """Whether small is large with one piece left out."""
    n = 0
    while n < min(len(small), len(large)) and small[n] == large[n]:
        n += 1
    return len(small) < len(large) and large.endswith(small[n:])


def main():
    if not shutil.which("tshark"):
        print("skipped: tshark is not installed")
        return 77
    names = sys.argv[3:] or sorted(glob.glob(os.path.join(SOURCE, "captures", "*.pcapng")))
    counts, failed = collections.Counter(), []
    for name in names:
        for transport, number, client, server in conversations(name)[:MOST]:
            them = theirs(name, transport, number)
            for side, end, other in ("client", client, server), ("server", server, client):
                mine, chunks = ours(name, transport, number, side), chunks_of(them, end, other)
                if chunks is None:
                    why = "tshark has no such end"
                    failed.append((name, transport, number, side, why, len(mine), list(them)))
                    continue
                counts["sides"] += 1
                if mine == b"".join(chunks):
                    counts["equal"] += 1
                    counts["bytes"] += len(mine)
                    continue
                why = reason(mine, chunks)
                counts[why or "unexplained"] += 1
                if not why or len(sys.argv) > 3:
                    failed.append((name, transport, number, side, why, len(mine), len(b"".join(chunks))))
    for line in failed:
        print("differs:", *line)
    for what, n in counts.most_common():
        print(f"{n:9} {what}")
    if counts["sides"] == 0:
        print("nothing was compared")
        return 1
    return int(any(not line[4] for line in failed))


if __name__ == "__main__":
    sys.exit(main())
