#!/usr/bin/env python3
"""flows as a person meets it: tables, JSON, sorting, drawings, pipes, damage, wrong use; and a story checked against its packets."""
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
import xml.dom.minidom

BIN = pathlib.Path(sys.argv.pop(1)).resolve()
CAPTURES = pathlib.Path(__file__).resolve().parents[2] / "captures"
ETHERNET = bytes.fromhex("0102030405060605040302010800")
SYN, ACK, FIN, RST = 2, 16, 1, 4


def packet(protocol, source, target, body):
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 1, 0x4000, 64, protocol, 0, bytes(source), bytes(target))
    return ETHERNET + ip + body


def segment(from_client, flags, seq, ack, payload=b"", port=51000, window=4096):
    ends = ([10, 0, 0, 1], port), ([10, 0, 0, 2], 7007)
    (source, sport), (target, dport) = ends if from_client else ends[::-1]
    return packet(6, source, target, struct.pack("!HHIIBBHHH", sport, dport, seq, ack, 0x50, flags, window, 0, 0) + payload)


def datagram(payload, port=50000):
    return packet(17, [10, 0, 0, 1], [10, 0, 0, 2], struct.pack("!HHHH", port, 9999, 8 + len(payload), 0) + payload)


def pcap(timed, cut=0):
    """[(milliseconds, frame)]"""
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
    for at, frame in timed:
        out += struct.pack("<IIII", 1700000000 + at // 1000, at % 1000 * 1000, len(frame), len(frame)) + frame
    return out[:len(out) - cut]


# A client asks, the server's answer is lost once and sent again 300 ms later, and the client closes first.
STORY = [
    (0, segment(True, SYN, 1000, 0)),
    (40, segment(False, SYN | ACK, 5000, 1001)),
    (41, segment(True, ACK, 1001, 5001)),
    (50, segment(True, ACK, 1001, 5001, b"x" * 10)),
    (90, segment(False, ACK, 5001, 1011, b"y" * 100)),
    (390, segment(False, ACK, 5001, 1011, b"y" * 100)),
    (400, segment(True, ACK, 1011, 5101)),
    (410, segment(True, ACK | FIN, 1011, 5101)),
    (450, segment(False, ACK | FIN, 5101, 1012)),
]


def run(*words, stdin=b"", env=None):
    environment = {**os.environ, "TZ": "UTC", **(env or {})}
    environment.pop("COLUMNS", None)
    environment.update(env or {})
    done = subprocess.run([str(BIN / "netpeel"), "flows", *map(str, words)], input=stdin, capture_output=True, env=environment, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def rows(*words, stdin=b""):
    code, out, err = run("--json", *words, stdin=stdin)
    assert (code, err) == (0, ""), (code, err)
    return [json.loads(line) for line in out.splitlines()]


class Flows(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.folder.name)
        cls.story = cls.path / "story.pcap"
        cls.story.write_bytes(pcap(STORY))
        cls.several = cls.path / "several.pcap"
        cls.several.write_bytes(pcap(STORY + [(500 + i, datagram(b"z" * (i + 1) * 10, port=50000 + i)) for i in range(5)]
                                     + [(600, segment(True, SYN, 1, 0, port=51001)), (610, segment(False, RST | ACK, 0, 2, port=51001))]))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_the_story_says_what_the_packets_show(self):
        code, out, err = run(self.story, "--stream", "0")
        self.assertEqual((code, err), (0, ""))
        handshake = STORY[2][0] - STORY[0][0]
        self.assertIn(f"The handshake took {handshake}.0 ms: about one round trip.", out)
        self.assertIn("The server sent 1 segment again: it took them for lost.", out)
        self.assertIn("In short: closed by both, the client first.", out)
        sent = sum(len(f) for at, f in STORY if f[26:30] == bytes([10, 0, 0, 1]))
        self.assertIn(f"The client sent {sent} B in 5 packets", out)

    def test_the_problem_says_when_the_bytes_were_sent_again(self):
        again = [r for r in rows(self.story, "--by", "problems") if r.get("field") == "tcp.analysis.retransmission"]
        self.assertEqual(len(again), 1)
        self.assertEqual((again[0]["severity"], again[0]["count"], again[0]["first_frame"]), ("note", 1, 6))
        self.assertIn("sent again 300 ms later", again[0]["says"])
        self.assertIn("normal", again[0]["says"])

    def test_problems_keep_to_80_columns(self):
        tour = pathlib.Path(__file__).parents[2] / "captures/tour.pcapng"
        out = run(tour, "--by", "problems")[1]
        self.assertIn("tcp.analysis.fast_retransmission  (unusual)\n    first in frame", out)
        self.assertLessEqual(max(map(len, out.splitlines())), 80)

    def test_two_taps_are_noticed(self):
        taps = pathlib.Path(__file__).parents[2] / "captures/tour.pcapng"
        code, _, err = run(taps)
        self.assertEqual(code, 0)
        self.assertRegex(err, r"^netpeel flows: \d+ packets were seen at two interfaces")
        self.assertIn("""--taps -Y 'frame.interface_name == "a"'""", err)
        self.assertEqual(run(taps, "--taps", "-Y", 'frame.interface_name == "a"')[2], "")
        self.assertEqual(run(taps, "-q")[2], "")

    def test_conversations_as_json(self):
        tcp, udp = rows(self.several)[:2], rows(self.several, "--layer", "udp")
        self.assertEqual([r["stream"] for r in tcp], [0, 1], "most bytes first")
        self.assertEqual((tcp[0]["a"], tcp[0]["a_port"], tcp[0]["b_port"]), ("10.0.0.1", 51000, 7007))
        self.assertEqual((tcp[0]["packets_a_to_b"], tcp[0]["packets_b_to_a"]), (5, 4))
        self.assertEqual((tcp[0]["duration"], tcp[0]["handshake"], tcp[0]["retransmissions_b"]), ("0.450000000", "0.041000000", 1))
        self.assertEqual(tcp[1]["outcome"], "refused by the server")
        self.assertEqual([r["a_port"] for r in udp], [50004, 50003, 50002, 50001, 50000])
        self.assertEqual(len(rows(self.several, "--layer", "all")), 1 + 1 + 2 + 5)

    def test_sorting_and_top(self):
        streams = lambda *words: [r["stream"] for r in rows(self.several, "--layer", "udp", *words)]
        self.assertEqual(streams("--sort", "start"), [0, 1, 2, 3, 4])
        self.assertEqual(streams("--sort", "start", "--reverse"), [4, 3, 2, 1, 0])
        self.assertEqual(streams("--top", "2"), [4, 3])
        _, out, _ = run(self.several, "--layer", "udp", "--top", "2")
        self.assertIn("… and 3 more", out)

    def test_endpoints_hierarchy_io(self):
        ends = {(r["address"]): r for r in rows(self.story, "--by", "endpoint", "--layer", "ip")}
        self.assertEqual((ends["10.0.0.1"]["packets_sent"], ends["10.0.0.1"]["packets_received"]), (5, 4))
        self.assertEqual(ends["10.0.0.1"]["bytes_sent"], ends["10.0.0.2"]["bytes_received"])
        paths = {r["path"]: r["packets"] for r in rows(self.several, "--by", "hierarchy")}
        self.assertEqual((paths["eth:ip:tcp"], paths["eth:ip:udp"], paths["eth:ip"]), (11, 5, 16))
        io = rows(self.story, "--by", "io", "--interval", "0.1")
        self.assertEqual([r["packets"] for r in io], [5, 0, 0, 1, 3])
        self.assertEqual(io[4]["start"], "0.400000000")

    def test_a_filter_counts_only_what_matches(self):
        only = rows(self.several, "-Y", "tcp.len > 0")
        self.assertEqual([(r["packets_a_to_b"], r["packets_b_to_a"]) for r in only], [(1, 2)])
        self.assertEqual(only[0]["outcome"], "closed by both, the client first", "what the conversation is does not depend on it")
        self.assertEqual(run(self.several, "-Y", "tcp.port == 1")[1], "No conversations: no packet with an address was counted.\n")

    def test_tables_fit_and_have_no_colour(self):
        for by in ("conv", "endpoint", "hierarchy", "problems", "io"):
            code, out, err = run(CAPTURES / "socketio.pcapng", "--by", by)
            self.assertEqual((code, err), (0, ""))
            self.assertNotIn("\x1b", out)
            self.assertLessEqual(max(map(len, out.splitlines())), 80, by)
        self.assertIn("10.0.0.1:51000 → 10.0.0.2:7007          5", run(self.story, env={"COLUMNS": "150"})[1], "one line where there is room")

    def test_colour_on_a_terminal(self):
        leader, follower = pty.openpty()
        done = subprocess.Popen([BIN / "netpeel", "flows", self.story], stdout=follower, env={"TERM": "xterm", "PATH": os.environ["PATH"]})
        os.close(follower)
        out = b""
        while True:
            try:
                piece = os.read(leader, 4096)
            except OSError:
                break
            if not piece:
                break
            out += piece
        done.wait(timeout=20)
        self.assertIn(b"\x1b[1m", out)
        self.assertIn("TCP conversations".encode(), out)

    def test_a_drawing(self):
        svg = self.path / "plots.svg"
        code, out, err = run(self.story, "--svg", svg)
        self.assertEqual((code, err), (0, ""))
        self.assertIn("TCP conversations: 1", out)
        text = svg.read_text()
        xml.dom.minidom.parseString(text)
        for part in ("TCP conversation 0: 10.0.0.1:51000 → 10.0.0.2:7007", "Throughput", "Round-trip time", "sent again", "<desc", "prefers-color-scheme"):
            self.assertIn(part, text)
        self.assertEqual(run(self.story, "--svg", "-")[1], text, "- is standard output, without tables")

    def test_a_drawing_wants_one_conversation(self):
        svg = self.path / "none.svg"
        code, _, err = run(self.several, "--svg", svg)
        self.assertEqual(code, 2)
        self.assertIn("there are 2 TCP conversations", err)
        self.assertIn("--stream 0", err)
        self.assertEqual(run(self.several, "--svg", svg, "--stream", "7")[0], 1)
        self.assertFalse(svg.exists())
        code, _, err = run(self.several, "--svg", self.path / "no" / "folder.svg", "--stream", "1")
        self.assertEqual(code, 3)
        self.assertIn("folder.svg", err)

    def test_pipe_and_damage(self):
        whole = run(self.story)[1]
        self.assertEqual(run("-", stdin=self.story.read_bytes())[:2], (0, whole))
        code, out, err = run("-", stdin=pcap(STORY, cut=30))
        self.assertEqual(code, 4)
        self.assertIn("8 packets", out)
        self.assertIn("damaged", err)

    def test_wrong_use(self):
        for words, says in ((["--sort", "colour"], "bytes, packets, start"), (["--by", "io", "--top", "3"], "--top goes with"),
                            (["--by", "io", "--interval", "0"], "--interval wants seconds"), (["--by", "endpoint", "--sort", "rtt"], "sent, received"),
                            (["--by", "nothing"], "conv|endpoint"), (["--stream", "0", "--layer", "ip"], "--stream is a number")):
            code, out, err = run(self.story, *words)
            self.assertEqual((code, out), (2, ""), words)
            self.assertIn(says, err)
        self.assertEqual(run(self.story, "--stream", "4")[0], 1)
        self.assertEqual(run(self.path / "absent.pcap")[0], 3)

    def test_ctrl_c_shows_what_was_counted(self):
        tool = subprocess.Popen([BIN / "netpeel", "flows", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        tool.stdin.write(self.story.read_bytes())
        tool.stdin.flush()
        time.sleep(1)
        tool.send_signal(signal.SIGINT)
        out, err = tool.communicate(timeout=20)
        self.assertEqual((tool.returncode, err), (0, b""))
        self.assertIn(b"TCP conversations: 1, 9 packets", out)

    def test_help(self):
        code, out, _ = run("--help")
        self.assertEqual(code, 0)
        self.assertEqual(out.count("  netpeel flows "), 3)
        self.assertEqual(run("--version")[0], 0)


if __name__ == "__main__":
    unittest.main()
