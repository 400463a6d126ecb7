#!/usr/bin/env python3
"""Makes tests/fuzz/corpus/peel: "g" and a hand-in as it is on the disk, or "p" and what it unpacks to (peel_fuzz.cpp)."""
import gzip, hashlib, json, os

folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus/peel")
LESSON = {"lesson": "L01", "format": 1, "edition": "0" * 64, "student": "Ada Ω", "token": "rifen", "level": "A", "began": 1, "netpeel": "0.1.0",
          "chain": [["word", "1" * 64, "2" * 64]]}
STEP = {"id": "word", "state": {"status": "done", "tries": 1, "hints": 2, "ended": 5,
                                "answers": {"q1": {"text": "b", "first": "a", "tries": 2, "right": True}}}}
PCAPNG = b"\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a\1\0\0\0" + b"\xff" * 8 + b"\x1c\0\0\0"


def entry(name, body):
    body = body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":")).encode()
    return b"%s %d\n%s\n" % (name, len(body), body)


def whole(*entries):
    plain = b"netpeel peel 1\n" + b"".join(entries)
    return plain + entry(b"end", hashlib.sha256(plain).hexdigest().encode())


def save(name, data):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as out:
        out.write(data)


lesson, step, packets = entry(b"lesson", LESSON), entry(b"step", STEP), entry(b"packets", PCAPNG)
save("whole", b"p" + whole(lesson, step, packets))
save("packed", b"g" + gzip.compress(whole(lesson, step, packets), mtime=0))
save("two-members", b"g" + gzip.compress(whole(lesson)[:40], mtime=0) + gzip.compress(whole(lesson)[40:], mtime=0))
save("no-steps", b"p" + whole(lesson))
save("twice", b"p" + whole(lesson, step, step))
save("order", b"p" + whole(packets, lesson, step))
save("packets-twice", b"p" + whole(lesson, step, packets, packets))
save("zip-inside", b"p" + whole(lesson, step, entry(b"packets", gzip.compress(b"\0" * 1000, mtime=0))))
save("path", b"p" + whole(lesson, entry(b"../../evil", b"x")))
save("sizes", b"p" + b"netpeel peel 1\nlesson 4294967297\n{}\n")
save("deep", b"p" + whole(entry(b"lesson", b"[" * 3000)))
save("types", b"p" + whole(entry(b"lesson", {**LESSON, "chain": {"a": [1, 2, 3]}, "began": "x"})))
save("numbers", b"p" + whole(lesson, entry(b"step", {"id": "word", "state": {"tries": -1, "hints": 1e300, "ended": 2**63, "status": "done"}})))
save("surrogate", b"p" + whole(entry(b"lesson", json.dumps(LESSON).replace("Ada", "\\ud800").encode())))
save("bomb", b"g" + gzip.compress(b"netpeel peel 1\nlesson 4000000\n" + b" " * 5_000_000, mtime=0))
