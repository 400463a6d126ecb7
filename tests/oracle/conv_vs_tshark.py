#!/usr/bin/env python3
"""netpeel flows against tshark's statistics: conversations, endpoints, protocol hierarchy, traffic over time, expert
information. Without files: over captures/ (as a test: what differs must be excused below). With files: a report over those.

  conv_vs_tshark.py BIN SOURCE [--verbose] [FILE …]
"""
import collections
import json
import pathlib
import re
import resource
import shutil
import subprocess
import sys

from tshark_here import is_ours, version

LEVELS = ["eth", "ip", "ipv6", "tcp", "udp"]
# tshark's sentence (its beginning) to the field that stands for it here.
EXPERT = {
    "A new tcp session is started with the same ports": "tcp.analysis.reused_ports",
    "This frame is a (suspected) spurious retransmission": "tcp.analysis.spurious_retransmission",
    "This frame is a (suspected) fast retransmission": "tcp.analysis.fast_retransmission",
    "This frame is a (suspected) out-of-order segment": "tcp.analysis.out_of_order",
    "This frame is a (suspected) retransmission": "tcp.analysis.retransmission",
    "Previous segment(s) not captured": "tcp.analysis.lost_segment",
    "ACKed segment that wasn't captured": "tcp.analysis.ack_lost_segment",
    "TCP window update": "tcp.analysis.window_update",
    "TCP window specified by the receiver is now completely full": "tcp.analysis.window_full",
    "TCP keep-alive segment": "tcp.analysis.keep_alive",
    "ACK to a TCP keep-alive segment": "tcp.analysis.keep_alive_ack",
    "Duplicate ACK": "tcp.analysis.duplicate_ack",
    "TCP Zero Window segment": "tcp.analysis.zero_window",
    "TCP Zero Window Probe": "tcp.analysis.zero_window_probe",
    "ACK to a TCP Zero Window Probe": "tcp.analysis.zero_window_probe_ack",
    "Connection establish request (SYN)": "tcp.connection.syn",
    "Connection establish acknowledge (SYN+ACK)": "tcp.connection.synack",
    "Connection finish (FIN)": "tcp.connection.fin",
    "Connection reset (RST)": "tcp.connection.rst",
    "This frame initiates the connection closing": "tcp.connection.fin_active",
    "This frame undergoes the connection closing": "tcp.connection.fin_passive",
}
# Why some of captures/ differ; see README.md.
EXCUSED = {
    ("fragments.pcapng", "conv ipv6"): "tshark counts an IPv6 fragment only where the packet is put together",
    ("fragments.pcapng", "endpoints ipv6"): "the same",
    ("fragments.pcapng", "hierarchy"): "what is in the whole packet depends on its reassembly",
    ("sse.pcapng", "hierarchy"): "an event is told in the frame where it ends; tshark tells the answer once, when it is over",
    ("contrast-sse.pcapng", "hierarchy"): "an event is told in the frame where it ends; tshark tells the answer once, when it is over",
}
SEVERITIES = {"Errors": "error", "Warns": "warn", "Notes": "note", "Chats": "chat"}


def bounded():
    """Odd captures make tshark take all memory there is."""
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))


# The titles of what tshark prints, in the order in which it may come.
TITLES = {"Ethernet": "eth", "IPv4": "ip", "IPv6": "ipv6", "TCP": "tcp", "UDP": "udp"}
# Left out of the hierarchy: bodies, which tshark shows inside the protocol that carries them or as text, and names of ours.
BODIES = {"data", "data-text-lines", "media", "json", "xml", "eio", "sio"}


def tshark(path, seconds):
    """One run for all: {"conv tcp": text, …}. Of a capture over years tshark would draw each second, and never end."""
    words = ["tshark", "-n", "-q", "-r", str(path), "-z", "io,phs", "-z", "expert"]
    if 1 <= seconds < 100000:
        words += ["-z", "io,stat,1"]
    for level in LEVELS:
        words += ["-z", f"conv,{level}", "-z", f"endpoints,{level}"]
    done = subprocess.run(words, capture_output=True, text=True, errors="replace", preexec_fn=bounded)
    out, section = collections.defaultdict(str), ""
    for line in done.stdout.splitlines():
        if m := re.match(r"^(\w+) (Conversations|Endpoints)$", line):
            section = ("conv " if m[2] == "Conversations" else "endpoints ") + TITLES[m[1]]
        elif line.startswith("Protocol Hierarchy"):
            section = "hierarchy"
        elif line.startswith("| IO Statistics"):
            section = "io"
        elif re.match(r"^(Errors|Warns|Notes|Chats) \(\d+\)", line):
            section = "expert"
        out[section] += line + "\n"
    return out


def netpeel(program, path, *words):
    done = subprocess.run([str(program), "flows", "-r", str(path), "--json", "-q", *words], capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def end(text, ports):
    if not ports:
        return text, 0
    address, port = text.rsplit(":", 1)
    return address, int(port)


def tshark_conversations(text, level):
    """{(end, end, (frames, bytes as tshark rounds them) of the first, of the other): [(start, duration), …]}"""
    out = collections.defaultdict(list)
    number = r"\s+(\d+)\s+(\d+) (\w+)"
    row = re.compile(r"^(\S+)\s+<-> (\S+)" + number * 3 + r"\s+(-?[\d.]+)\s+([\d.]+)\s*$")
    for line in text.splitlines():
        m = row.match(line)
        if not m:
            continue
        ports = level in ("tcp", "udp")
        a, b = end(m[1], ports), end(m[2], ports)
        from_b, from_a = (int(m[3]), (m[4], m[5])), (int(m[6]), (m[7], m[8]))
        if a > b:
            a, b, from_a, from_b = b, a, from_b, from_a
        if a == b:
            from_a, from_b = max(from_a, from_b), min(from_a, from_b)
        out[a, b, from_a, from_b].append((float(m[12]), float(m[13])))
    return out


def rounded(size):
    """As tshark's format_size does it, which cuts."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 10000 or unit == "GB":
            return str(size), unit
        size //= 1000
    return None


def our_conversations(rows, level):
    out = collections.defaultdict(list)
    for r in rows:
        if r["layer"] != level:
            continue
        a, b = (r["a"], r.get("a_port", 0)), (r["b"], r.get("b_port", 0))
        from_a, from_b = (r["packets_a_to_b"], rounded(r["bytes_a_to_b"])), (r["packets_b_to_a"], rounded(r["bytes_b_to_a"]))
        if a > b:
            a, b, from_a, from_b = b, a, from_b, from_a
        if a == b:
            from_a, from_b = max(from_a, from_b), min(from_a, from_b)
        out[a, b, from_a, from_b].append((float(r["start"]), float(r["duration"])))
    return out


def same_times(x, y):
    """tshark keeps times as doubles and prints durations with four decimals."""
    return abs(x[0] - y[0]) <= 1e-6 and abs(x[1] - y[1]) <= 1.1e-4


def compare_conversations(theirs, ours):
    equal, only_theirs, only_ours = 0, collections.Counter(), collections.Counter()
    for key in theirs.keys() | ours.keys():
        left = sorted(ours.get(key, []))
        for times in sorted(theirs.get(key, [])):
            match = next((i for i, other in enumerate(left) if same_times(times, other)), None)
            if match is None:
                only_theirs[(*key, *times)] += 1
            else:
                equal += 1
                left.pop(match)
        only_ours.update((*key, *times) for times in left)
    return equal, only_theirs, only_ours


def tshark_endpoints(text, level):
    out = collections.Counter()
    for line in text.splitlines():
        words = line.split()
        ports = level in ("tcp", "udp")
        if len(words) != 7 + ports or not all(w.isdigit() for w in words[1:]):
            continue
        out[(words[0], int(words[1]) if ports else 0, *map(int, words[-6:]))] += 1
    return out


def our_endpoints(rows, level):
    return collections.Counter(
        (r["address"], r.get("port", 0), r["packets"], r["bytes"], r["packets_sent"], r["bytes_sent"], r["packets_received"], r["bytes_received"])
        for r in rows if r["layer"] == level)


def tshark_hierarchy(text, known):
    """A frame with a comment stands in tshark's hierarchy below pkt_comment, apart from the others: put together again."""
    sums, path = {}, []
    for line in text.splitlines():
        m = re.match(r"^( *)(\S+)\s+frames:(\d+) bytes:(\d+)$", line)
        if not m:
            continue
        path = path[:len(m[1]) // 2] + [m[2]]
        layers = path[1:] if path[0] == "pkt_comment" else path
        if not layers or BODIES & set(layers) or not known.issuperset(layers):
            continue
        frames, size = sums.get(":".join(layers), (0, 0))
        sums[":".join(layers)] = frames + int(m[3]), size + int(m[4])
    return collections.Counter((layers, *both) for layers, both in sums.items())


def our_hierarchy(rows):
    return collections.Counter((r["path"], r["packets"], r["bytes"]) for r in rows if not BODIES & set(r["path"].split(":")))


def tshark_intervals(text):
    out = collections.Counter()
    for line in text.splitlines():
        m = re.match(r"^\|\s*(\d+)(?:\.\d+)? <> *\S+ *\|\s*(\d+) \|\s*(\d+) \|", line)
        if m and int(m[2]) > 0:
            out[int(m[1]), int(m[2]), int(m[3])] += 1
    return out


def our_intervals(rows):
    return collections.Counter((int(float(r["start"])), r["packets"], r["bytes"]) for r in rows if r["packets"] > 0)


def tshark_expert(text):
    out, severity = collections.Counter(), None
    for line in text.splitlines():
        if m := re.match(r"^(Errors|Warns|Notes|Chats) \(\d+\)", line):
            severity = SEVERITIES[m[1]]
        elif m := re.match(r"^\s+(\d+)\s+(\S+)\s+TCP\s+(.*)$", line):
            for begins, field in EXPERT.items():
                if m[3].startswith(begins):
                    out[severity, field] += int(m[1])
                    break
    # It names a fast or a spurious one a retransmission as well; ours says only the more exact word.
    more_exact = sum(n for (_, f), n in out.items() if f in ("tcp.analysis.fast_retransmission", "tcp.analysis.spurious_retransmission"))
    out["note", "tcp.analysis.retransmission"] -= more_exact
    return collections.Counter({(s, f, n): 1 for (s, f), n in out.items() if n})


def our_expert(rows):
    fields = set(EXPERT.values())
    return collections.Counter((r["severity"], r["field"], r["count"]) for r in rows if r.get("field") in fields)


def compare(program, path, known):
    """[(what, equal, only tshark's, only ours)]"""
    def difference(what, theirs, ours):
        return what, sum((theirs & ours).values()), theirs - ours, ours - theirs

    rows = netpeel(program, path, "--layer", "all")
    ends = netpeel(program, path, "--layer", "all", "--by", "endpoint")
    intervals = netpeel(program, path, "--by", "io")
    seconds = float(intervals[-1]["start"]) if intervals else 0
    theirs = tshark(path, seconds)
    for level in LEVELS:
        conv, points = f"conv {level}", f"endpoints {level}"
        yield conv, *compare_conversations(tshark_conversations(theirs[conv], level), our_conversations(rows, level))
        yield difference(points, tshark_endpoints(theirs[points], level), our_endpoints(ends, level))
    yield difference("hierarchy", tshark_hierarchy(theirs["hierarchy"], known), our_hierarchy(netpeel(program, path, "--by", "hierarchy")))
    if theirs["io"]:
        yield difference("io", tshark_intervals(theirs["io"]), our_intervals(netpeel(program, path, "--by", "io", "--interval", "1")))
    yield difference("expert", tshark_expert(theirs["expert"]), our_expert(netpeel(program, path, "--by", "problems")))


def main():
    if shutil.which("tshark") is None:
        print("skipped: tshark is not installed")
        return 77
    program, source = pathlib.Path(sys.argv[1]) / "netpeel", pathlib.Path(sys.argv[2])
    verbose = "--verbose" in sys.argv
    given = [pathlib.Path(f) for f in sys.argv[3:] if f != "--verbose"]
    files = given or sorted((source / "captures").glob("*.pcapng"))
    text = "".join(f.read_text() for folder in ("proto", "stream") for f in (source / "lib" / folder).rglob("*.cpp"))
    known = set(re.findall(r'\.name = "([\w.]+)"', text))  # what tshark decodes beyond these is not compared
    equal, theirs, ours = collections.Counter(), collections.Counter(), collections.Counter()
    differing = []
    if not is_ours:
        print(f"{version} is here; expert is not compared: what counts as out of order changed after 4.0, whose rules are ours")
    for path in files:
        for what, same, only_theirs, only_ours in compare(program, path, known):
            if what == "expert" and not is_ours:
                continue
            equal[what] += same
            theirs[what] += sum(only_theirs.values())
            ours[what] += sum(only_ours.values())
            if not only_theirs and not only_ours:
                continue
            excuse = None if given else EXCUSED.get((path.name, what))
            if excuse is None:
                differing.append((path.name, what))
            if excuse is not None:
                print(f"{path.name}: {what} differs, excused: {excuse}")
            elif verbose or not given:
                print(f"{path.name}: {what}")
                for row in only_theirs:
                    print("   tshark", *row)
                for row in only_ours:
                    print("   ours  ", *row)
    print(f"{'':16}{'equal':>8}{'tshark only':>13}{'ours only':>11}")
    for what in equal:
        print(f"{what:16}{equal[what]:8}{theirs[what]:13}{ours[what]:11}")
    print(f"{len(files)} files, {len(differing)} comparisons differ")
    if sum(equal.values()) == 0:
        print("nothing was compared: does the program run?")
        return 1
    return 1 if differing and not given else 0


if __name__ == "__main__":
    sys.exit(main())
