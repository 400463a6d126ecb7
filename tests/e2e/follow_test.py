#!/usr/bin/env python3
"""follow as a person meets it: bytes and messages, which conversation, one side exactly, gaps, damage, pipes."""
import json
import os
import pathlib
import pty
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zlib

BIN = pathlib.Path(sys.argv.pop(1)).resolve()
CAPTURES = pathlib.Path(__file__).resolve().parents[2] / "captures"
ETHERNET = bytes.fromhex("0102030405060605040302010800")
SYN, ACK, FIN = 2, 16, 1


def packet(protocol, source, target, body):
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 1, 0x4000, 64, protocol, 0, bytes(source), bytes(target))
    return ETHERNET + ip + body


class Talk:
    """A TCP conversation as frames; a side's bytes may be left out of the capture."""

    def __init__(self, port=51000, server=7007):
        self.ends = ([10, 0, 0, 1], port), ([10, 0, 0, 2], server)
        self.next = [1000, 5000]
        self.frames = []
        self.send(0, b"", SYN)
        self.send(1, b"", SYN | ACK)
        self.send(0, b"", ACK)

    def send(self, side, payload, flags=ACK, lost=False):
        (source, sport), (target, dport) = self.ends[side], self.ends[1 - side]
        acked = self.next[1 - side] if flags & ACK else 0
        tcp = struct.pack("!HHIIBBHHH", sport, dport, self.next[side], acked, 0x50, flags, 4096, 0, 0)
        self.next[side] += len(payload) + (1 if flags & (SYN | FIN) else 0)
        if not lost:
            self.frames.append(packet(6, source, target, tcp + payload))
        return self


def datagram(payload, source=50000, target=9999):
    udp = struct.pack("!HHHH", source, target, 8 + len(payload), 0) + payload
    return packet(17, [10, 0, 0, 1], [10, 0, 0, 2], udp)


def pcap(frames, snap=65535):
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
    for i, frame in enumerate(frames):
        kept = frame[:snap]
        out += struct.pack("<IIII", 1700000000 + i // 4, i % 4 * 250000, len(kept), len(frame)) + kept
    return out


def raw(*words, stdin=b""):
    done = subprocess.run([str(BIN / "netpeel"), "follow", *map(str, words)], input=stdin, capture_output=True, timeout=60)
    return done.returncode, done.stdout, done.stderr.decode()


def run(*words, stdin=b""):
    code, out, err = raw(*words, stdin=stdin)
    return code, out.decode(), err


class Follow(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)

    def file(self, *frames, name="a file.pcap", **more):
        path = self.path / name
        path.write_bytes(pcap(frames, **more))
        return path

    def hello(self):
        talk = Talk().send(0, b"hello\nwor").send(0, b"ld").send(1, b"and \x1b[31mto\x00 you\r\n")
        return talk.send(1, b"", ACK | FIN).send(0, b"", ACK | FIN).send(1, b"")

    def test_both_sides(self):
        code, out, err = run(self.file(*self.hello().frames))
        self.assertEqual((code, err), (0, ""))
        self.assertTrue(out.startswith("TCP conversation 0: client 10.0.0.1:51000, server 10.0.0.2:7007\n\n"))
        self.assertIn("client ->  0.750000 s, frames 4, 5: 11 bytes\n  > hello\n  > world\n", out)
        self.assertIn("<- server  1.250000 s, frame 6: 18 bytes\n  < 0000  61 6e 64 20 1b 5b", out)
        self.assertNotIn("\x1b", out)

    def test_one_side_exactly(self):
        file = self.file(*self.hello().frames)
        self.assertEqual(raw(file, "--raw", "--side", "client"), (0, b"hello\nworld", ""))
        self.assertEqual(raw(file, "--raw", "--side", "server"), (0, b"and \x1b[31mto\x00 you\r\n", ""))
        code, out, err = run(file, "--raw")
        self.assertEqual((code, out), (2, ""))
        self.assertIn("--side client", err)

    def test_json_names_side_time_and_frames(self):
        out = [json.loads(l) for l in run(self.file(*self.hello().frames), "--json")[1].splitlines()]
        self.assertEqual(out[0], {"what": "conversation", "transport": "tcp", "stream": 0, "client": "10.0.0.1:51000", "server": "10.0.0.2:7007"})
        self.assertEqual(out[1], {"what": "tcp", "transport": "tcp", "stream": 0, "from": "client", "time_epoch": "1700000000.750000000",
                                  "frames": [4], "size": 9, "data": "hello\nwor"})
        self.assertEqual(bytes.fromhex(out[3]["data_hex"]), b"and \x1b[31mto\x00 you\r\n")
        binary = self.file(*Talk().send(0, b"\xff\x00").frames)
        self.assertEqual(json.loads(run(binary, "--json")[1].splitlines()[1])["data_hex"], "ff00")

    def test_what_was_not_captured_is_told(self):
        talk = Talk().send(0, b"before ").send(0, b"x" * 412, lost=True).send(0, b"after").send(1, b"ok")
        file = self.file(*talk.frames)
        out = run(file)[1]
        self.assertIn("client ->  [412 bytes not captured]", out)
        self.assertLess(out.index("before"), out.index("412"))
        self.assertLess(out.index("412"), out.index("after"))
        code, out, err = raw(file, "--raw", "--side", "client")
        self.assertEqual((code, out), (0, b"before after"))
        self.assertIn("412 bytes were not captured", err)
        self.assertEqual(raw(file, "--raw", "--side", "client", "-q")[2], "")
        gaps = [json.loads(l) for l in run(file, "--json")[1].splitlines() if '"gap"' in l]
        self.assertEqual(gaps, [{"what": "gap", "transport": "tcp", "stream": 0, "from": "client", "size": 412}])

    def test_datagrams(self):
        file = self.file(datagram(b"one"), datagram(b"two, long"), snap=14 + 20 + 8 + 5)
        out = run(file)[1]
        self.assertIn("UDP conversation 0: client 10.0.0.1:50000, server 10.0.0.2:9999", out)
        self.assertIn("frame 1: 3 bytes\n  > one\n", out)
        self.assertIn("frame 2: 5 bytes\n  > two, \nclient ->  [4 bytes not captured]", out)

    def test_several_conversations_are_listed_with_commands_that_work(self):
        file = self.file(*Talk(51000).send(0, b"one").frames, *Talk(51001).send(0, b"two").frames, datagram(b"three"))
        code, out, err = run(file)
        self.assertEqual((code, err), (0, ""))
        self.assertIn("3 conversations", out)
        commands = [l.strip() for l in out.splitlines() if l.startswith("  netpeel follow ")]
        self.assertEqual(len(commands), 4, "each, and all")
        environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
        said = [subprocess.run(c, shell=True, env=environment, capture_output=True, timeout=60).stdout.decode() for c in commands]
        for text, word in zip(said, ["> one", "> two", "> three"]):
            self.assertIn(word, text)
        self.assertEqual(sum(word in said[3] for word in ["> one", "> two", "> three"]), 3)
        self.assertEqual(run(file, "--json")[0], 2)
        self.assertEqual(run(file, "--proto", "udp")[1].count("conversation"), 1)

    def test_a_filter_chooses_whole_conversations(self):
        file = self.file(*Talk(51000).send(0, b"early").send(1, b"needle").frames, *Talk(51001).send(0, b"hay").frames)
        out = run(file, "-Y", 'tcp contains "needle"')[1]
        self.assertIn("> early", out, "what was said before the frame that matched belongs to it")
        self.assertNotIn("hay", out)
        code, out, err = run(file, "-Y", "tcp.port == 1")
        self.assertEqual((code, out), (1, ""))
        code, out, err = run("-", "-Y", "tcp", stdin=pcap(Talk().frames))
        self.assertEqual((code, out), (2, ""))
        self.assertIn("read only once", err)
        self.assertIn("^~", run(file, "-Y", "tcp.prot == 1")[2])

    def test_a_pipe_gives_all_as_it_comes(self):
        frames = Talk(51000).send(0, b"one").frames + Talk(51001).send(0, b"two").frames
        code, out, err = run("-r", "-", stdin=pcap(frames))
        self.assertEqual((code, err), (0, ""))
        self.assertIn("conversation 0", out)
        self.assertIn("conversation 1", out)
        self.assertEqual(raw("-", "--stream", "1", "--raw", "--side", "client", stdin=pcap(frames)), (0, b"two", ""))

    def test_http(self):
        body = b"x" * 3000
        packed = zlib.compress(body)
        talk = Talk(server=80).send(0, b"GET /a\x1bb HTTP/1.1\r\nHost: h\r\n\r\n")
        talk.send(1, b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed[:9]).send(1, packed[9:])
        file = self.file(*talk.frames)
        code, out, err = run(file, "--proto", "http")
        self.assertEqual((code, err), (0, ""))
        self.assertIn("frame 4: request 1\n  > GET /a\\x1bb HTTP/1.1\n  > Host: h\n", out)
        self.assertIn("frames 5, 6: response 1, answers frame 4 after 0.500000 s, body of %d bytes, unwrapped 3000 bytes\n" % len(packed), out)
        self.assertIn("< " + "x" * 3000, out)
        self.assertEqual(raw(file, "--proto", "http", "--raw", "--side", "server"), (0, body, ""))
        request, response = [json.loads(l) for l in run(file, "--proto", "http", "--json")[1].splitlines()][1:]
        self.assertEqual((request["method"], request["uri"], request["headers"]), ("GET", "/a\x1bb", [["Host", "h"]]))
        self.assertEqual((response["status"], response["body"], response["answers_frame"]), (200, body.decode(), 4))
        bounded = run(file, "--proto", "http", "--max-body", "1k")[1]
        self.assertIn("  ! ", bounded)
        self.assertNotIn("x" * 1100, bounded)

    def test_as_decides_who_reads(self):
        file = self.file(*Talk(server=7).send(0, b"GET / HTTP/1.0\r\n\r\n").frames)
        self.assertEqual(run(file, "--proto", "http", "--as", "tcp.port==7,http")[0], 0)
        self.assertEqual(run(file, "--proto", "http", "--as", "tcp.port==7,http,x")[0], 2)

    def test_websocket(self):
        out = run(CAPTURES / "socketio.pcapng", "--proto", "websocket", "--stream", "15")[1]
        self.assertIn('text, 38 bytes, masked\n  > 420["chat message","grüß dich 😀"]\n', out)

    def test_socketio(self):
        file = CAPTURES / "socketio.pcapng"
        out = run(file, "--proto", "socketio")[1]
        self.assertIn('event "chat message", asks for acknowledgment 0\n  > "grüß dich 😀"\n', out)
        self.assertIn('ack 0, for frame 185 after ', out)
        self.assertIn('event "headline", namespace /news\n  < "it works",{"_placeholder":true,"num":0},', out)
        self.assertIn("[attachment_0, 3 bytes]\n  < 0000  01 02 03 ", out)
        self.assertNotIn("Engine.IO", out)
        self.assertNotIn("Not acknowledged", out)
        early = run(file, "--proto", "socketio", "--stream", "15", "-c", "190")[1]
        self.assertTrue(early.endswith('\nNot acknowledged, as far as was captured:\n'
                                       'client ->  frame 185, TCP conversation 15: event "chat message", acknowledgment 0\n'), early)
        self.assertNotIn("Not acknowledged", run(file, "--proto", "socketio", "--stream", "15", "--side", "client")[1])
        pings = run(file, "--proto", "socketio", "--pings")[1]
        self.assertIn("Engine.IO ping, over websocket", pings)
        events = [json.loads(l) for l in run(file, "--proto", "socketio", "--json", "--stream", "all")[1].splitlines()]
        chat = [e for e in events if e.get("event") == "chat message" and e["frames"] == [185]]
        self.assertEqual((chat[0]["ack_id"], chat[0]["nsp"], chat[0]["args"]), (0, "/", '"grüß dich 😀"'))
        # Following one connection, it still knows what the others said.
        self.assertIn("for frame 39", run(file, "--proto", "socketio", "--stream", "5")[1])

    def test_other_protocols(self):
        self.assertIn("answers www.example: 192.0.2.10", run(CAPTURES / "dns.pcapng", "--proto", "dns", "--stream", "all")[1])
        self.assertIn("answers www.example: 192.0.2.10", run(CAPTURES / "dns.pcapng", "--proto", "dns", "--stream", "udp:0")[1])

    def test_what_is_listed_can_be_followed(self):
        for words in (("dns.pcapng", "--proto", "dns"), ("dns.pcapng",), ("two-taps.pcapng",), ("socketio.pcapng",)):
            listed = run(CAPTURES / words[0], *words[1:])[1]
            commands = [line.split()[3:] for line in listed.splitlines() if line.startswith("  netpeel follow ")]
            self.assertGreater(len(commands), 2)
            for command in commands:
                code, out, err = run(CAPTURES / words[0], *command)
                self.assertEqual((code, err), (0, ""), command)
                self.assertNotEqual(out, "")

    def test_wrong_use(self):
        file = self.file(*self.hello().frames)
        for words in (["--proto", "gopher"], ["--stream", "x"], ["--raw", "--json", "--side", "client"], ["--side", "left"],
                      ["--stream", "0", "-Y", "tcp"], ["--raw", "--side", "client", "--stream", "all"]):
            code, out, err = run(file, *words)
            self.assertEqual((code, out), (2, ""), words)
            self.assertTrue(err.startswith("netpeel follow: "), err)
        self.assertEqual(run()[0], 2)
        self.assertEqual(run(self.path / "none.pcap")[0], 3)
        code, out, err = run(file, "--stream", "7")
        self.assertEqual((code, out), (1, ""))
        self.assertIn("no such conversation", err)
        self.assertEqual(run(file, "--proto", "http")[:2], (1, ""))
        self.assertEqual(run("--help")[1].count("netpeel follow -r"), 3)

    def test_damage_is_told_after_all_that_could_be_had(self):
        file = self.path / "cut.pcap"
        file.write_bytes(pcap(self.hello().frames)[:-5])
        code, out, err = run(file)
        self.assertEqual(code, 4)
        self.assertIn("> hello", out)
        self.assertEqual(err.count("damaged"), 1, err)

    def test_interrupted_in_the_middle_of_a_pipe(self):
        child = subprocess.Popen([str(BIN / "netpeel-follow"), "-r", "-", "--stream", "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        child.stdin.write(pcap(self.hello().frames))
        child.stdin.flush()
        time.sleep(0.5)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=20)
        self.assertEqual((child.returncode, err), (0, b""))
        self.assertIn(b"> hello", out)

    def test_colour_is_for_terminals_and_never_alone(self):
        if os.environ.get("NO_COLOR"):
            self.skipTest("NO_COLOR is set")
        leader, follower = pty.openpty()
        self.addCleanup(os.close, leader)
        file = self.file(*Talk().send(0, b"hi").send(1, b"ho").frames)
        subprocess.run([str(BIN / "netpeel-follow"), str(file)], stdout=follower, env=dict(os.environ, TERM="xterm"), timeout=60)
        os.close(follower)
        text = os.read(leader, 65536)
        self.assertIn(b"\x1b[", text)
        self.assertIn(b"client ->", text)
        self.assertIn(b"<- server", text)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
