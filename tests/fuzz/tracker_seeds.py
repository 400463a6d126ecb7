#!/usr/bin/env python3
"""Makes tests/fuzz/corpus/tracker: pcap files with conversations. Each seed of corpus/stream becomes a TCP connection whose
segments come late, doubled, cut in two or not at all; and frames of captures/ as they are."""
import os, struct

import frames

here = os.path.dirname(os.path.abspath(__file__))
corpus = os.path.join(here, "corpus")
ports = {"http": 80, "tls": 443, "resp": 6379, "dns": 53}
fin, syn, rst, ack = 1, 2, 4, 16


def chunks(path):
    """What stream_seeds.py wrote: the protocol, then (server, bytes missing, bytes)."""
    data = open(path, "rb").read()
    name, at, out = data.split(b"\n")[0].decode(), data.index(b"\n") + 1, []
    while at < len(data):
        head, at = struct.unpack_from(">H", data, at)[0], at + 2
        size = head & 0x3FFF
        if head & 0x4000:
            out.append((head >> 15, size + 1, b""))
        else:
            out.append((head >> 15, 0, data[at:at + size]))
            at += size
    return name, out


def conversation(name, told, how):
    port, at = ports[name], [1001, 5001]  # the next number of the client, of the server
    out = [frames.segment(True, port, 1000, 0, syn), frames.segment(False, port, 5000, 1001, syn | ack)]
    for server, missing, data in told:
        if missing:
            at[server] += missing
            out.append(frames.segment(bool(server), port, at[not server], at[server], ack))
            continue
        def part(a, b): return frames.segment(not server, port, at[server] + a, at[not server], ack, data[a:b])
        half = len(data) // 2
        out += {"plain": [part(0, None)], "late": [part(half, None), part(0, half + 1), part(0, None)],
                "cut": [part(0, half), part(half, None)[:-3]]}[how]
        at[server] += len(data)
        out.append(frames.segment(bool(server), port, at[not server], at[server], ack))
    return out + [frames.segment(True, port, at[0], at[1], fin | ack), frames.segment(False, port, at[1], at[0] + 1, rst if how == "cut" else fin | ack)]


def save(name, link, which): frames.write(os.path.join(corpus, "tracker", name), link, which)


os.makedirs(os.path.join(corpus, "tracker"), exist_ok=True)
for i, seed in enumerate(sorted(os.listdir(os.path.join(corpus, "stream")))):
    save("stream-" + seed, 1, conversation(*chunks(os.path.join(corpus, "stream", seed)), ("plain", "late", "cut")[i % 3]))
for name, most in ("tcp", 99), ("options", 99), ("mptcp", 8), ("icmp-unreachable", 99), ("ttl", 4), ("vxlan", 4), ("dns", 4), ("udplite", 2), ("any", 2), ("loopback", 12):
    taken = list(frames.read(os.path.join(here, f"../../captures/{name}.pcapng")))[:most]
    save("captured-" + name, taken[0][0], [frame for _, frame in taken])
# Fragments of a long echo, the last first and one of them twice; kept short by cutting what they carry.
pieces = [frame for _, frame in frames.read(os.path.join(here, "../../captures/fragments.pcapng"))]
save("captured-fragments", 1, [pieces[2], pieces[1], pieces[1][:200], pieces[0]])
save("captured-fragments-6", 1, [f for f in pieces if f[12:14] == b"\x86\xdd"][:3])
# Ports used again, with other numbers; then both sides' numbers wrap.
save("reused", 1, conversation("resp", [(0, 0, b"PING\r\n"), (1, 0, b"+PONG\r\n")], "plain") * 2 +
     [frames.segment(True, 6379, 0xFFFFFFFE, 0, syn), frames.segment(True, 6379, 0xFFFFFFFF, 1, ack, b"PING\r\n"), frames.segment(True, 6379, 0xFFFFFF00, 1, ack, b"x")])
# More conversations than the target's memory bound allows.
save("many", 1, [frames.segment(True, port, 1, 0, syn | ack, b"PING\r\n") for port in range(6360, 6400)])
