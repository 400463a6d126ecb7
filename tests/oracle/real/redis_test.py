#!/usr/bin/env python3
"""redis-server with redis-cli and a client of bare sockets: what MONITOR told of every command, and each answer's value,
must be what was decoded."""
import os
import re
import socket
import tempfile

from common import Checks, Recording, Started, Talk, free_port, left, own_network, program, run

own_network()
# The package redis-tools brings the server's program under another name, and no service that would be started.
server = program("redis-server", "redis-check-rdb", package="redis-tools")
cli = program("redis-cli", package="redis-tools")
checks = Checks()


class Client:
    """Writes commands and reads as many answers as are wanted, without understanding more than their ends."""

    def __init__(self, port, path=None):
        if path:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(path)
        else:
            self.socket = socket.create_connection(("127.0.0.1", port), timeout=left(10))
        self.file = self.socket.makefile("rb")

    def send(self, *commands):
        out = b""
        for words in commands:
            words = [w if isinstance(w, bytes) else str(w).encode() for w in words]
            out += b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(w), w) for w in words)
        self.socket.sendall(out)

    def value(self):
        line = self.file.readline()
        kind, rest = line[:1], line[1:-2]
        if kind in b"$=!" and int(rest) >= 0:
            return self.file.read(int(rest) + 2)[:-2]
        if kind in b"*~>" and int(rest) >= 0:
            return [self.value() for _ in range(int(rest))]
        if kind == b"%":
            return [self.value() for _ in range(2 * int(rest))]
        return line[:-2]

    def ask(self, *words):
        self.send(words)
        return self.value()

    def close(self):
        self.file.close()
        self.socket.close()


def subscribed(port):
    """One client hears what another says, in both versions of the protocol."""
    heard = []
    for version in 2, 3:
        ear, mouth = Client(port), Client(port)
        if version == 3:
            ear.ask("HELLO", 3)
        ear.ask("SUBSCRIBE", "news")
        mouth.ask("PUBLISH", "news", f"heard {version}")
        heard.append(ear.value())
        ear.close()
        mouth.close()
    assert [h[-1] for h in heard] == [b"heard 2", b"heard 3"], heard


def talk(port):
    run(cli, "-h", "127.0.0.1", "-p", port, "SET", "greeting", "grüß dich")
    run(cli, "-h", "127.0.0.1", "-p", port, "-3", "HGETALL", "nothing")
    lines = "".join(f"RPUSH list item{i}\n" for i in range(50)) + "LRANGE list 0 -1\nINCR n\nINCRBYFLOAT n 1.5\nGET none\nWRONG\n"
    run(cli, "-h", "127.0.0.1", "-p", port, input=lines.encode())
    run(cli, "-h", "127.0.0.1", "-p", port, "--pipe", input="".join(f"*3\r\n$3\r\nSET\r\n${len(str(i)) + 1}\r\nk{i}\r\n$1\r\nv\r\n" for i in range(200)).encode())
    c = Client(port)
    c.send(*[("SET", f"p{i}", "x" * i) for i in range(20)], ("GET", "p19"), ("MULTI",), ("INCR", "m"), ("INCR", "m"), ("EXEC",))
    for _ in range(25):
        c.value()
    c.ask("HELLO", 3)
    c.ask("HSET", "h", "a", 1, "b", 2)
    for command in (("HGETALL", "h"), ("SADD", "s", "a"), ("SMEMBERS", "s"), ("GET", "none"), ("ZADD", "z", "1.5", "m"), ("ZSCORE", "z", "m"),
                    ("DEBUG", "PROTOCOL", "big"), ("DEBUG", "PROTOCOL", "true"), ("DEBUG", "PROTOCOL", "attrib"), ("SET", "bytes", bytes(range(256))),
                    ("GET", "bytes"), ("SET", "large", "y" * 300_000), ("GET", "large")):
        c.send(command)
        got = c.value()
        if got[:1] == b"|":
            for _ in range(3):  # the attribute's key and value, then the value it speaks of
                c.value()
    c.close()
    plain = socket.create_connection(("127.0.0.1", port), timeout=left(10))
    plain.sendall(b"*1\r\n$4\r\nPING\r\nECHO inline\r\nQUIT\r\n")  # a bare word would not show that this is RESP
    while plain.recv(4096):
        pass
    plain.close()
    subscribed(port)


def unquoted(text):
    """A word of MONITOR's line, as bytes."""
    out = re.sub(r'\\x([0-9a-f]{2})|\\(.)', lambda m: chr(int(m[1], 16)) if m[1] else {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b"}.get(m[2], m[2]), text)
    return out.encode("latin-1")


with tempfile.TemporaryDirectory() as folder:
    port = free_port()
    words = ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", folder, "--unixsocket", folder + "/monitor", "--enable-debug-command", "yes"]
    with Started(words, port, folder, executable=server) as redis:
        monitor = Client(port, folder + "/monitor")  # which is not in the recording
        monitor.ask("MONITOR")
        with Recording(folder, port) as recording:
            talk(port)
        last = Client(port, folder + "/monitor")
        last.ask("ECHO", "all is told")
        last.close()
        told = b""
        while b"all is told" not in told:
            told += monitor.socket.recv(1 << 20)
        monitor.close()
    decoded = Talk(recording)
    checks.same("problems", decoded.problems(), [])
    commands = decoded.values("resp.cmd")
    logged = [[unquoted(w) for w in re.findall(r'"((?:[^"\\]|\\.)*)"', line)] for line in told.decode().splitlines() if line.startswith("+") and "all is told" not in line]
    named = [words[0].decode().upper() for words in logged]
    checks.true(f"MONITOR told more than 300 commands, not {len(logged)}", len(logged) > 300)
    # MONITOR is silent about these.
    silent = {"HELLO", "WRONG", "QUIT", "DEBUG"}
    checks.same("commands", sorted(c for c in commands if c not in silent), sorted(n for n in named if n not in silent))
    values = set(decoded.values("resp.bulk_string.value"))
    missing = [w for words in logged for w in words[1:] if w.hex() not in values and w not in (b"inline",)]
    checks.same("arguments that were not decoded", missing, [])
    checks.end()
