#!/usr/bin/env python3
"""Makes tests/fuzz/corpus/walk anew from captures/: for every chain of protocols the first frame that has it.

    tests/fuzz/seeds.py build/release/bin/netpeel-decode"""
import glob, json, os, re, struct, subprocess, sys

here = os.path.dirname(os.path.abspath(__file__))
seen = set()


def frames(data):
    """(link type, bytes) of a little-endian pcapng file of our own writer, in order."""
    links, at = [], 0
    while at + 12 <= len(data):
        kind, size = struct.unpack_from("<II", data, at)
        if kind == 1:
            links.append(struct.unpack_from("<H", data, at + 8)[0])
        if kind == 6:
            interface, _, _, kept = struct.unpack_from("<IIII", data, at + 8)
            yield links[interface], data[at + 28:at + 28 + kept]
        at += size


for path in sorted(glob.glob(os.path.join(here, "../../captures/*.pcapng"))):
    lines = subprocess.run([sys.argv[1], "--json", path], capture_output=True, check=True).stdout.splitlines()
    for (link, frame), line in zip(frames(open(path, "rb").read()), lines):
        fields = json.loads(line)
        kinds = [v for la in fields["layers"] for k, v in la["fields"].items() if k.endswith((".type", ".option.dhcp"))]
        chain = fields["frame.protocols"] + re.sub(r"[^0-9a-z]+", "-", str(kinds[1:3]))
        if chain in seen or len(frame) > 600:
            continue
        seen.add(chain)
        name = re.sub(r"[^0-9a-z]+", "-", chain).strip("-")[:60]
        with open(os.path.join(here, "corpus/walk", name), "wb") as out:
            out.write(struct.pack(">HB", link, 0) + frame)
print(len(seen), "seeds")
