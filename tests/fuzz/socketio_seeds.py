#!/usr/bin/env python3
"""Makes tests/fuzz/corpus/socketio: conversations as steps (socketio_fuzz.cpp)."""
from pathlib import Path

BINARY, ENDS, TURNS, BUSY, BACK = 4, 8, 16, 32, 64


def say(who, message, flags=TURNS):
    data = message if isinstance(message, bytes) else message.encode()
    return bytes([who | flags | (BINARY if isinstance(message, bytes) else 0)]) + len(data).to_bytes(2, "big") + data


def talk(*messages, who=0):
    return b"".join(say(who, m) for m in messages)


PLACE = '{"_placeholder":true,"num":%d}'
SEEDS = {
    "echo": b"\0" + talk("0", '2["echo",1,"x",{"a":[null,true,1.5e3]}]', '27["echo"]', '2["message", "\\u0041\\ud800"]', '21["whoami"]'),
    "binary": b"\0" + talk("0", f'52-3["echo",{PLACE % 1},[{PLACE % 0}]]', b"abc", b"\0\1", '21["binary:make",300]'),
    "rooms": b"\0" + talk("0") + talk("0", who=1) + talk('21["join",["a","b"]]', '21["rooms"]') + talk('21["join","a"]', '21["room:message","a",1]', '2["leave","a"]', who=1)
             + talk('2["broadcast:except","b","x"]', '22["sockets","a"]', '2["room:all",["a","b"],{}]', '2["broadcast:volatile",1]', '2["kick"]'),
    "ask": b"\0" + talk("0", '21["ask",10,"q"]', '30["yes"]', '22["join","r"]', '23["ask:room","r",10,1]', '31["a","b"]', '2["burst",5,"p"]', '2["burst:volatile",3]'),
    "namespaces": b"\0" + talk("0/chat,", '2/chat,["add user","u"]', '2/chat,["typing"]', "0/dyn-12,", "1/dyn-12,", "0/none,", '0/admin,{"token":"netpeel"}', '2/admin,1["stats"]',
                               '2/admin,2["nodes"]', '2/admin,["announce",1]', '2/admin,["sockets:join","x",["y"]]', "0/custom,{}", '2["forbidden"]'),
    "recovery": b"\1" + talk("0", '21["join","r"]', '2["data:set",{"k":1}]', '2["echo","x"]') + talk("0", who=1) + say(0, "", ENDS) + talk('2["room:all","r","missed"]', who=1)
                + bytes([BACK | TURNS]) + talk('21["whoami"]', '2["drop"]') + bytes([BACK | TURNS]),
    "bad": b"\0" + talk("0", '2["connect"]') + talk("0", "2{}", who=1) + talk("0", "50-[]", who=2) + talk("0", '51-["a"]', "2[1]", who=3) + talk("0", "0") + talk("4{}", who=1)
           + talk(b"x", who=2) + talk("2" + "[" * 40 + "]" * 40, who=3),
    "busy": b"\0" + say(0, "0", TURNS | BUSY) + say(0, '2["burst:volatile",4]', BUSY) + say(0, '2["echo",1]', BUSY) + say(0, "1", BUSY) + say(0, "0", TURNS),
}

if __name__ == "__main__":
    folder = Path(__file__).resolve().parent / "corpus/socketio"
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in SEEDS.items():
        (folder / name).write_bytes(data)
