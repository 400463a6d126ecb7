#!/usr/bin/env python3
"""Makes tests/fuzz/corpus/engine_session anew: a few sessions as they go, in the steps of engine_session_fuzz.cpp."""
import os

folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus/engine_session")
os.makedirs(folder, exist_ok=True)


def text(s):
    data = s.encode("latin-1")
    return bytes([len(data)]) + data


POLL, CLOSE = bytes([0]), bytes([14])


def post(s): return bytes([1]) + text(s)
def began(octets=False): return bytes([2, 0 if octets else 1])
def finish(s): return bytes([3]) + text(s)
def leave(n): return bytes([4, n])
def candidate(): return bytes([5, 0])
def says(n, s): return bytes([6, n]) + text(s)
def binary(n, s): return bytes([7, n]) + text(s)
def gone(n): return bytes([8, n])
def broke(n): return bytes([9, n])
def tenths(n): return bytes([10, n])
def seconds(n): return bytes([11, n * 5])
def send(s): return bytes([12]) + text(s)
def blob(n): return bytes([13, n])


SHUT = bytes([15, 0])
seeds = {
    "poll": [0, POLL, post("4hello\x1ebAQID\x1e4"), POLL, post("1")],
    "pong": [0, POLL, seconds(25), post("3"), POLL, seconds(24), post("4q"), seconds(30), POLL, seconds(19)],
    "upgrade": [0, POLL, candidate(), says(0, "2probe"), tenths(10), post("4a"), says(0, "5"), says(0, "4b"), binary(0, "x"), gone(0)],
    "upgrade_late": [0, candidate(), says(0, "2probe"), seconds(10), says(0, "5"), POLL, candidate(), gone(1)],
    "upgrade_closing": [16, candidate(), CLOSE, says(0, "5")],
    "websocket": [1, says(0, "4hi"), says(0, "bAQ=="), binary(0, "\x01\x02"), seconds(25), says(0, "3"), says(0, "2")],
    "websocket_moves": [3, candidate(), says(1, "2probe"), says(1, "5"), gone(0), binary(1, "x"), broke(1)],
    "overlap": [0, POLL, POLL, POLL],
    "overlap_posts": [0, began(), began(), finish("4a")],
    "slow_post": [0, began(), finish("4a\x1e9")],
    "octets": [0, POLL, began(True)],
    "left": [0, POLL, leave(1)],
    "left_post": [0, began(), leave(1)],
    "close": [0, send("a"), CLOSE, POLL, POLL],
    "close_alone": [4, CLOSE, seconds(29), seconds(2)],
    "close_from_message": [0, POLL, post("4c\x1e4b")],
    "close_at_once": [48, POLL, POLL],
    "full": [0, *[blob(255)] * 8, tenths(1), POLL],
    "full_upgrade": [0, candidate(), *[blob(255)] * 8, says(0, "5")],
    "full_drop": [4, *[blob(255)] * 8, tenths(1), POLL],
    "down": [1, SHUT],
    "down_polling": [0, POLL, candidate(), SHUT],
    "third": [128 | 2, POLL, post("6:4hello7:b4AQID=1:2"), POLL, post("1:1")],
    "third_octets": [128, send("a"), post("\x00\x024\xff4x\x01\x02\xff\x04\x07"), blob(1), POLL, seconds(44), post("\x00\x01\xff2"), POLL, seconds(46)],
    "third_script": [128 | 8, post("d=2%3A4x"), blob(1), POLL, post("e=1"), POLL],
    "third_upgrade": [128 | 2, POLL, candidate(), says(0, "2probe"), tenths(10), says(0, "5"), says(0, "2"), binary(0, "\x04x"), binary(0, "\x02"), says(0, "b4AQ=="), says(0, "3")],
    "third_websocket": [128 | 1, says(0, "4hi"), binary(0, "\x04x"), binary(0, "\x09"), seconds(44), says(0, "2"), seconds(46)],
    "parse": [0, POLL, post("4a\x1ex\x1e4b")],
}
for name, steps in seeds.items():
    with open(os.path.join(folder, name), "wb") as f:
        f.write(b"".join(bytes([s]) if isinstance(s, int) else s for s in steps))
