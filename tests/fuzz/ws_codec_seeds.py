#!/usr/bin/env python3
"""Makes tests/fuzz/corpus/ws_codec: who reads and how (ws_codec_fuzz.cpp), then frames; or 255, then an offer of extensions."""
import os, struct, zlib

folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus/ws_codec")
SERVER, CLIENT, PACKED, CONTEXT = 0, 1, 2, 4


def frame(first, data, key=b"\x11\x22\x33\x44"):
    masked = 0x80 if key else 0
    n = len(data)
    size = bytes([masked | n]) if n < 126 else bytes([masked | 126]) + struct.pack(">H", n) if n < 65536 else bytes([masked | 127]) + struct.pack(">Q", n)
    return bytes([first]) + size + key + bytes(b ^ key[i % 4] if key else b for i, b in enumerate(data))


def bare(first, data): return frame(first, data, b"")


def packed(text, bits=15):
    packer = zlib.compressobj(wbits=-bits)
    return (packer.compress(text) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


def save(name, how, data):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as out:
        out.write(bytes([how]) + data)


save("messages", SERVER, frame(0x81, "grüße".encode()) + frame(0x82, b"\0\xff") + frame(0x89, b"?") + frame(0x8A, b"") + frame(0x88, b"\x03\xe8bye"))
save("fragments", SERVER, frame(0x01, b"\xce") + frame(0x89, b"!") + frame(0x00, b"\xba\xe1\xbd") + frame(0x80, b"\xb9") + frame(0x88, b""))
save("lengths", SERVER, frame(0x82, b"x" * 126) + frame(0x81, b"y" * 1000) + b"\x82\xff" + struct.pack(">Q", 1 << 40) + b"abcd")
save("close-codes", SERVER + 8, frame(0x88, b"\x03\xee"))
save("client", CLIENT, bare(0x81, b"hello") + bare(0x02, b"a") + bare(0x80, b"b" * 200) + bare(0x88, b"\x0f\xa0\xc3\xbc"))
save("client-masked", CLIENT, frame(0x81, b"hello"))
save("packed", SERVER | PACKED | CONTEXT, frame(0xC1, packed(b"again and again and again")) + frame(0x42, packed(b"parts")[:3]) + frame(0x80, packed(b"parts")[3:]) + frame(0x81, b"plain"))
save("packed-fresh", SERVER | PACKED, frame(0xC1, packed(b"window of 512", 9)) + frame(0xC1, packed(b"", 9)))
save("packed-bomb", SERVER | PACKED, frame(0xC2, packed(b"\0" * 200_000)))
save("packed-final", SERVER | PACKED | CONTEXT, frame(0xC2, zlib.compress(b"final block", wbits=-15) + b"\0") * 2)
save("packed-cut", SERVER | PACKED | CONTEXT, frame(0xC1, packed(b"cut short, cut short")[:-3]) + frame(0xC1, packed(b"next")))
save("offer", 255, b"x-a; b=\"c\", permessage-deflate; client_max_window_bits; server_max_window_bits=\"10\"; server_no_context_takeover")
save("offer-two", 255, b"permessage-deflate; server_max_window_bits=8, permessage-deflate; client_max_window_bits=9; client_no_context_takeover")
