"""For the scripts that make seeds: frames out of captures/*.pcapng, and small pcap files of our own."""
import struct


def read(path):
    """(link type, frame) of every enhanced packet block; little-endian files of one section, as ours are."""
    data, at, links = open(path, "rb").read(), 0, []
    while at + 12 <= len(data):
        kind, size = struct.unpack_from("<II", data, at)
        if kind == 1:
            links.append(struct.unpack_from("<H", data, at + 8)[0])
        elif kind == 6:
            interface, _, _, captured, _ = struct.unpack_from("<IIIII", data, at + 8)
            yield links[interface], data[at + 28:at + 28 + captured]
        at += size


def write(path, link, frames):
    """A pcap file, a millisecond from frame to frame."""
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 0x40000, link))
        for i, frame in enumerate(frames):
            out.write(struct.pack("<IIII", 1000, 1000 * i, len(frame), len(frame)) + frame)


def tcp(frame):
    """(source port, destination port, seq, flags, payload) of TCP over IPv4 over Ethernet, else None."""
    if frame[12:14] != b"\x08\0" or frame[23] != 6:
        return None
    start = 14 + (frame[14] & 15) * 4
    source, destination, seq, _, rest, flags = struct.unpack_from(">HHIIBB", frame, start)
    return source, destination, seq, flags, frame[start + (rest >> 4) * 4:14 + struct.unpack_from(">H", frame, 16)[0]]


def segment(from_client, port, seq, ack, flags, payload=b""):
    """An Ethernet frame with a TCP segment over IPv4 between 10.0.0.1 and 10.0.0.2 (sums are not verified)."""
    ends, ports = (b"\x0a\0\0\1\x0a\0\0\2", (40000, port)) if from_client else (b"\x0a\0\0\2\x0a\0\0\1", (port, 40000))
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 40 + len(payload), 1, 0x4000, 64, 6, 0) + ends
    header = struct.pack(">HHIIBBHHH", *ports, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, 0x50, flags, 64000, 0, 0)
    return b"\2\0\0\0\0\2\2\0\0\0\0\1\x08\0" + ip + header + payload
