#!/usr/bin/env python3
"""Makes tests/fuzz/corpus/msgpack and tests/fuzz/corpus/redis_wire (msgpack_fuzz.cpp, redis_wire_fuzz.cpp)."""
import json
import struct
from pathlib import Path


def pack(value):
    """msgpack, as far as the seeds need it. bytes are binary; Raw stands as it is."""
    if isinstance(value, Raw):
        return value.data
    if value is None or isinstance(value, bool):
        return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[value]
    if isinstance(value, int):
        if 0 <= value < 128:
            return bytes([value])
        if -32 <= value < 0:
            return struct.pack("b", value)
        return b"\xd3" + struct.pack(">q", value) if value < 2**63 else b"\xcf" + struct.pack(">Q", value)
    if isinstance(value, float):
        return b"\xcb" + struct.pack(">d", value)
    if isinstance(value, str):
        data = value.encode()
        return (bytes([0xa0 | len(data)]) if len(data) < 32 else b"\xda" + struct.pack(">H", len(data))) + data
    if isinstance(value, bytes):
        return b"\xc4" + bytes([len(value)]) + value
    if isinstance(value, list):
        return (bytes([0x90 | len(value)]) if len(value) < 16 else b"\xdc" + struct.pack(">H", len(value))) + b"".join(map(pack, value))
    return bytes([0x80 | len(value)]) + b"".join(pack(k) + pack(v) for k, v in value.items())


class Raw:
    def __init__(self, data):
        self.data = data


UNDEFINED, DATE, STAMP = Raw(b"\xd4\0\0"), Raw(b"\xd7\0" + struct.pack(">q", 1700000000123)), Raw(b"\xd6\xff\0\0\0\1")
VALUES = [0, 127, 128, -1, -33, 2**40, 2**63, 1.5, 3.0, -0.0, float("nan"), "", "grüß\n\"", "x" * 40, b"", b"\0\1", [], {}, [[{"a": [None, True]}]], UNDEFINED, DATE, STAMP,
          Raw(b"\xca\x3f\xc0\0\0"), Raw(b"\xc7\3\0abc"), Raw(b"\xc7\x0c\xff" + bytes(12)), Raw(b"\xd8\5" + bytes(16)), {"_placeholder": True, "num": 0}, list(range(20))]


def packet(**members):
    return b"\0" + pack(members)


def units(*packets):
    return b"\1" + "".join(f"{len(p.encode('utf-16-le')) // 2}:{p}" for p in packets).encode()


def in_bytes(*packets):
    out = b"\2"
    for p in packets:
        data = p.encode() if isinstance(p, str) else p
        out += bytes([0 if isinstance(p, str) else 1, *map(int, str(len(data))), 255]) + data
    return out


MSGPACK = {
    "connect": packet(type=0, nsp="/", data={"token": "x"}),
    "connect_bare": packet(type=0, nsp="/custom", data=UNDEFINED, options={"compress": True}),
    "disconnect": packet(type=1, nsp="/"),
    "event": packet(type=2, nsp="/", data=["echo", *VALUES], id=7),
    "event_number": packet(type=Raw(b"\xcb" + struct.pack(">d", 2.0)), nsp="/a,b?c", data=[5, "x"]),
    "ack": packet(type=3, nsp="/", data=[b"abc", {"b": [b""]}], id=0),
    "refused": packet(type=4, nsp="/admin", data={"message": "no", "data": {"code": 401}}),
    "nobody": packet(type=2, nsp="/", data=[[1]]),
    "wrong": packet(type=2, nsp="/", data={"0": "echo"}, id=-1),
    "deep": b"\0" + pack({"type": 2, "nsp": "/"}).replace(b"\x82", b"\x83", 1) + pack("data") + b"\x92\xa1e" + b"\x91" * 60 + b"\xc0",
    "long": b"\0" + b"\x83" + pack("type") + b"\2" + pack("nsp") + pack("/") + pack("data") + b"\xdd\xff\xff\xff\xff",
    "text": units("0{}", "4hello", "4ü😀", "b4AQIDBA==", "2probe", "3", "6"),
    "text_empty": b"\1" + b"0:2:4x0:",
    "text_wrong": b"\1" + b"3:4x",
    "bytes": in_bytes("4ü😀", b"\4\0\1\2", "4", "b4AQ==", b"\x09\x09"),
    "bytes_cut": in_bytes("4ü😀", b"\4\0\1\2")[:-2],
}

OPTS = {"rooms": ["r1", "r2"], "except": ["x"], "flags": {"volatile": True, "compress": False, "timeout": 500}}
PACKET = {"type": 2, "data": ["event", 1, "x", b"\0\1", {"a": [None, 1.5]}], "nsp": "/"}


def text(value):
    return json.dumps(value).encode()


REDIS = {
    "said": b"\0" + pack(["Ab12_-", PACKET, OPTS]),
    "said_bare": b"\0" + pack(["u", {"type": 2, "data": [7], "nsp": "/chat"}, {"rooms": [], "except": []}]),
    "sockets": b"\1" + text({"uid": "u", "requestId": "1", "type": 0, "rooms": ["a"]}),
    "all_rooms": b"\1" + text({"uid": "u", "requestId": "1", "type": 1}),
    "join": b"\1" + text({"uid": "u", "type": 2, "opts": {"rooms": ["a"], "except": []}, "rooms": ["b"]}),
    "leave": b"\1" + text({"uid": "u", "type": 3, "opts": {"rooms": ["a"], "except": []}, "rooms": ["b"]}),
    "disconnect": b"\1" + text({"uid": "u", "type": 4, "opts": {"rooms": ["a"], "except": []}, "close": True}),
    "fetch": b"\1" + text({"uid": "u", "requestId": "1", "type": 5, "opts": {"rooms": ["a"], "except": []}}),
    "server_side": b"\1" + text({"uid": "u", "requestId": "1", "type": 6, "data": ["whereareyou", {"type": "Buffer", "data": [1]}]}),
    "ask": b"\1" + pack({"uid": "u", "requestId": "1", "type": 7, "packet": PACKET, "opts": OPTS}),
    "answer_sockets": b"\2" + text({"requestId": "1", "sockets": [{"id": "a", "rooms": ["a", "b"], "data": {"k": 1}, "handshake": {}}]}),
    "answer_rooms": b"\2" + text({"requestId": "1", "rooms": ["a"]}),
    "answer_count": b"\2" + text({"type": 8, "requestId": "1", "clientCount": 3}),
    "answer_client": b"\2" + pack({"type": 9, "requestId": "1", "packet": [b"\1", "x"]}),
    "answer_data": b"\2" + text({"type": 6, "requestId": "1", "data": "node-a"}),
}

if __name__ == "__main__":
    for name, seeds in (("msgpack", MSGPACK), ("redis_wire", REDIS)):
        folder = Path(__file__).resolve().parent / "corpus" / name
        folder.mkdir(parents=True, exist_ok=True)
        for seed, data in seeds.items():
            (folder / seed).write_bytes(data)
