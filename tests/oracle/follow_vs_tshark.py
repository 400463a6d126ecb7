#!/usr/bin/env python3
"""Each side of each conversation, byte for byte: `follow --raw` against `tshark -q -z follow,tcp|udp,raw,N`.

  follow_vs_tshark.py BIN_DIR SOURCE_DIR [CAPTURE...]

Without names: all of captures/. A difference that README.md explains is counted by its reason, any other fails.
NETPEEL_FOLLOW_MOST=N looks at N conversations of a file at most (100). Exit 77: skipped."""
import binascii, collections, glob, json, os, re, resource, shutil, subprocess, sys

BIN, SOURCE = sys.argv[1], sys.argv[2]
MOST = int(os.environ.get("NETPEEL_FOLLOW_MOST", "100"))
# What tshark writes where bytes are missing, among the bytes.
MARK = re.compile(rb"\[(\d+) bytes missing in capture file\]\0?")


def bounded():
    """Odd captures make tshark take all memory there is."""
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))


def run(*words):
    return subprocess.run(words, capture_output=True, timeout=120, preexec_fn=bounded)


def conversations(capture):
    """[(transport, number, client, server)] that say anything."""
    out = run(f"{BIN}/netpeel-follow", capture, "--stream", "all", "--json", "-q").stdout.decode()
    found = {}
    for line in out.splitlines():
        o = json.loads(line)
        if o["what"] == "conversation":
            found[o["transport"], o["stream"]] = (o["client"], o["server"])
    return [(*key, *ends) for key, ends in sorted(found.items())]


def asked(capture, transport, which):
    """{end: its chunks}."""
    out = run("tshark", "-n", "-r", capture, "-q", "-z", f"follow,{transport},raw,{which}").stdout.decode()
    nodes = re.findall(r"^Node \d: (.*)$", out, re.M)
    sides = {node: [] for node in nodes}
    body = out.split(nodes[1] + "\n", 1)[1] if len(nodes) == 2 else ""
    for line in body.splitlines():
        if line.startswith("="):
            return sides
        sides[nodes[line.startswith("\t")]].append(binascii.unhexlify(line.strip()))
    return {}


def ours(capture, transport, number, side):
    return run(f"{BIN}/netpeel-follow", capture, "--proto", transport, "--stream", str(number), "--raw", "--side", side, "-q").stdout


def chunks_of(them, end, other):
    """Those of the side at that end. In tunnels tshark names the addresses inside: then the port decides."""
    if end in them:
        return them[end]
    port = end.rsplit(":", 1)[1]
    same = [node for node in them if node.rsplit(":", 1)[1] == port]
    return them[same[0]] if len(same) == 1 and not other.endswith(":" + port) else None


def theirs(capture, transport, number, client, server, mine):
    """[the client's chunks, the server's], or None, and how they were found. Some of tshark's dissectors (SNMP, TFTP, Skinny) make conversations
    of their own, so that udp.stream counts otherwise: those are asked for by their ends."""
    for which in number, f"{client},{server}":
        them = asked(capture, transport, which)
        found = [chunks_of(them, client, server), chunks_of(them, server, client)]
        whole = None not in found
        if transport == "tcp" or (whole and [b"".join(side) for side in found] == mine):
            break
    return found if whole else None, list(them), which != number


def reason(transport, mine, chunks):
    """Why they differ, in the words of README.md; empty if nobody knows."""
    whole = b"".join(chunks)
    text = MARK.sub(b"", whole)
    if mine == text:
        return "tshark marks gaps in the bytes"
    if transport == "tcp" and is_part(text, mine):
        return "tshark holds back what comes behind a gap that nobody acknowledged"
    return ""


def shuffled(ours, theirs):
    """Whether both sides together have the same bytes."""
    count = lambda sides: collections.Counter(MARK.sub(b"", b"".join(sides)))
    return count(ours) == count(b"".join(side) for side in theirs)


def is_part(small, large):
    """Whether small is large with one piece left out."""
    n = 0
    while n < min(len(small), len(large)) and small[n] == large[n]:
        n += 1
    return len(small) < len(large) and large.endswith(small[n:])


def compare(name, talk, counts, failed):
    transport, number, client, server = talk
    mine = [ours(name, transport, number, side) for side in ("client", "server")]
    try:
        theirs_of, nodes, by_ends = theirs(name, *talk, mine)
    except (subprocess.TimeoutExpired, binascii.Error):
        counts["tshark gave up"] += 1
        return
    if theirs_of is None:
        counts["conversations that tshark does not show"] += 1
        print("not shown by tshark:", os.path.basename(name), *talk, nodes, flush=True)
        return
    counts["udp conversations found by their ends"] += by_ends
    for side, bytes_of, chunks in zip(("client", "server"), mine, theirs_of):
        counts[f"{transport} sides"] += 1
        if bytes_of == b"".join(chunks):
            counts[f"{transport} sides equal"] += 1
            counts[f"{transport} bytes equal"] += len(bytes_of)
            continue
        why = reason(transport, bytes_of, chunks)
        if not why and shuffled(mine, theirs_of):
            why = "tshark gives bytes to the other side"
        counts[why or "unexplained"] += 1
        if not why or len(sys.argv) > 3:
            print("differs:", os.path.basename(name), transport, number, side, len(bytes_of), len(b"".join(chunks)), why, flush=True)
        if not why:
            failed.append(name)


def main():
    if not shutil.which("tshark"):
        print("skipped: tshark is not installed")
        return 77
    names = sys.argv[3:] or sorted(glob.glob(os.path.join(SOURCE, "captures", "*.pcapng")))
    counts, failed = collections.Counter(), []
    for name in names:
        for talk in conversations(name)[:MOST]:
            compare(name, talk, counts, failed)
    for what, n in counts.most_common():
        print(f"{n:9} {what}")
    if counts["tcp sides"] == 0:
        print("nothing was compared")
        return 1
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
