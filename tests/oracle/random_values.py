#!/usr/bin/env python3
"""Packets of every protocol with random values in every field that is not a length, a key or a version (tests/support/shapes.cpp),
through our decoder and through tshark: every value of ours must be equal, and every value of tshark's must be ours, but for
those listed here with the reason. And tshark must find every checksum good that the builder wrote. Exit 77: skipped.

    random_values.py BIN_DIR SOURCE_DIR SHAPES [SEED [ROUNDS]]
"""
import collections, json, os, subprocess, sys, tempfile

from tshark_here import is_ours, version

bin_dir, source_dir, shapes = sys.argv[1:4]
SEED, ROUNDS = (sys.argv[4:6] + ["20261121", "100"][len(sys.argv[4:6]):])
DIFFERENT = {  # values that are not equal
    "frame.protocols": ("igmp", "tshark names IGMP twice, as its dissector hands the message to itself"),
}
MISSING = {  # tshark's values that are not ours; a name that ends in a dot stands for all that begin so
    "udp.stream": "conversations are not looked at packet by packet",
    "udp.time_delta": "as udp.stream", "udp.time_relative": "as udp.stream", "dns.unsolicited": "as udp.stream",
    "tcp.stream": "as udp.stream", "tcp.seq": "as udp.stream", "tcp.ack": "as udp.stream", "tcp.nxtseq": "as udp.stream",
    "tcp.completeness": "as udp.stream", "tcp.time_delta": "as udp.stream", "tcp.time_relative": "as udp.stream",
    "tcp.window_size": "as udp.stream", "tcp.window_size_scalefactor": "as udp.stream", "tcp.analysis.": "as udp.stream",
    "tcp.flags.ace": "as udp.stream",
    "dccp.stream": "as udp.stream", "sctp.assoc_index": "as udp.stream",
    "dhcp.option.type": "the End option's: see README.md",
    "ayiya.signature": "an empty one", "mip6.binding_refresh_request": "messages of Mobile IPv6 are named only",
    # Marks of the expert system; ours says the real ones as problems of the field.
    "frame.comment.expert": "a mark", "eth.src_not_group": "a mark", "ip.ttl.": "a mark", "dhcp.secs_le": "a mark",
    "tcp.ack.nonzero": "a mark", "tcp.connection.": "a mark", "tcp.options.mss.present": "a mark",
    "tcp.options.mss.absent": "a mark", "tcp.urgent_pointer.non_zero": "a mark", "ipv6.src_route_list.": "a mark",
}
CHECKED = "ip tcp udp icmp icmpv6 igmp gre dccp sctp".split()  # their .checksum.status; UDP-Lite's is UDP's

if not is_ours:
    print(f"skipped: values are compared with those of tshark 4.0; here is: {version}")
    sys.exit(77)
here, wrong = os.path.dirname(os.path.abspath(__file__)), []


def tshark(capture, *words):
    done = subprocess.run(["tshark", "-n", "-r", capture, *words], capture_output=True, text=True, env=dict(os.environ, TZ="UTC"))
    return done.stdout.splitlines()


with tempfile.TemporaryDirectory() as folder:
    capture, report = os.path.join(folder, "random.pcapng"), os.path.join(folder, "report.json")
    subprocess.run([shapes, capture, SEED, ROUNDS], check=True)
    done = subprocess.run([sys.executable, os.path.join(here, "dissect_diff.py"), "--decoder", os.path.join(bin_dir, "netpeel-decode") + " --json --payload {file}",
                           "--json", report, "--examples", "100000", capture], capture_output=True, text=True)
    result = json.load(open(report))
    names = dict(enumerate(tshark(capture, "-T", "fields", "-e", "frame.comment"), 1))
    for name, count in sorted(result["field"].items()):
        count = collections.Counter(count)
        for example in result["examples"].get(name, []):
            number = int(example.split("#")[1].split()[0])
            if name in DIFFERENT and names[number].startswith(DIFFERENT[name][0]):
                count["excused"] += 1
        if count["differ"] + count["extra"] > count["excused"]:
            wrong.append(f"{name}: {count['differ']} differ, {count['extra']} extra, such as " + "; ".join(result["examples"][name][:2]))
        if count["missing"] and name not in MISSING and not any(m[-1] == "." and name.startswith(m) for m in MISSING):
            wrong.append(f"{name}: {count['missing']} missing")
    if result["in malformed packets"]:
        wrong.append(f"tshark calls packets malformed: {result['in malformed packets']}")
    if done.returncode:
        wrong.append(done.stdout + done.stderr)

    # Checksums, by tshark's own sums.
    verify = [w for p in ("ip", "tcp", "udp", "udplite") for w in ("-o", f"{p}.check_checksum:TRUE")] + ["-o", "sctp.checksum:TRUE"]
    seen = collections.Counter()
    for line in tshark(capture, *verify, "-T", "fields", *(w for f in CHECKED for w in ("-e", f + ".checksum.status")), "-e", "frame.comment"):
        *states, name = line.split("\t")
        for field, state in zip(CHECKED, states):
            for value in state.split(",") if state else []:
                seen[value] += 1
                if value == "0":
                    wrong.append(f"{name}: tshark says that {field}'s checksum is bad")
    print(f"seed {SEED}, {ROUNDS} rounds: {len(names)} packets of {len(set(names.values()))} shapes, {result['summary']['emitted']} values; "
          f"checksums: {seen['1']} good, {seen['0']} bad, {seen['2']} not looked at, {seen['3']} none")
    if not seen["1"]:
        wrong.append("tshark verified no checksum")
for line in wrong[:40]:
    print(line)
if wrong:
    sys.exit(f"{len(wrong)} differences with seed {SEED}; again: {' '.join(sys.argv[:4])} {SEED} {ROUNDS}")
