#!/usr/bin/env python3
"""decode and explain as a person meets them: exit codes, errors, pipes, damaged files, signals."""
import gzip
import json
import os
import pathlib
import re
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest

BIN = pathlib.Path(sys.argv.pop(1)).resolve()
ETHERNET = bytes.fromhex("010203040506 060504030201 0800".replace(" ", ""))


def datagram(payload, source=12345, target=7007):
    udp = struct.pack("!HHHH", source, target, 8 + len(payload), 0) + payload
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0x4000, 64, 17, 0, bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]))
    return ETHERNET + ip + udp


def pcap(frames, step=0.25):
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
    for i, frame in enumerate(frames):
        at = 1700000000 + i * step
        out += struct.pack("<IIII", int(at), round(at % 1 * 1e6), len(frame), len(frame)) + frame
    return out


def run(*words, stdin=b"", env=None, **more):
    environment = {**os.environ, "TZ": "UTC", **(env or {})}
    done = subprocess.run([str(BIN / "netpeel"), *map(str, words)], input=stdin, capture_output=True, env=environment, timeout=60, **more)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


class Decode(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.folder.name)
        cls.frames = [datagram(b"hey %d" % i, target=7000 + i) for i in range(10)]
        cls.file = cls.path / "ten.pcap"
        cls.file.write_bytes(pcap(cls.frames))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_lines(self):
        code, out, err = run("decode", "-r", self.file)
        self.assertEqual((code, err), (0, ""))
        lines = out.splitlines()
        self.assertEqual(len(lines), 10)
        self.assertIn("10.0.0.1:12345 → 10.0.0.2:7000", lines[0])
        self.assertIn("0.250000", lines[1])
        self.assertEqual(run("decode", self.file)[1], out, "a file without -r is the same")

    def test_standard_input_plain_and_compressed(self):
        whole = run("decode", "-r", self.file)[1]
        self.assertEqual(run("decode", "-r", "-", stdin=self.file.read_bytes())[:2], (0, whole))
        self.assertEqual(run("decode", "-r", "-", stdin=gzip.compress(self.file.read_bytes()))[:2], (0, whole))

    def test_count_frames_and_filter(self):
        self.assertEqual(len(run("decode", "-r", self.file, "-c", "3")[1].splitlines()), 3)
        numbers = lambda *words: [json.loads(l)["frame.number"] for l in run("decode", "-r", self.file, "--json", *words)[1].splitlines()]
        self.assertEqual(numbers("--frame", "7"), [7])
        self.assertEqual(numbers("--frame", "7-9"), [7, 8, 9])
        self.assertEqual(numbers("--frame", "9-"), [9, 10])
        self.assertEqual(numbers("-Y", "udp.dstport >= 7008"), [9, 10])
        self.assertEqual(numbers("-Y", "udp.dstport >= 7004", "-c", "2"), [5, 6])
        self.assertEqual(run("decode", "-r", self.file, "--frame", "11")[0], 1)
        self.assertEqual(run("decode", "-r", self.file, "-Y", "udp.dstport == 1")[:2], (0, ""))

    def test_bounds_are_sizes(self):
        whole = run("decode", "-r", self.file)[1]
        self.assertEqual(run("decode", "-r", self.file, "--max-memory", "64M", "--max-body", "10k"), (0, whole, ""))
        code, out, err = run("decode", "-r", self.file, "--max-memory", "64 megs")
        self.assertEqual((code, out), (2, ""))
        self.assertIn("--max-memory wants a size", err)
        # Ten conversations do not all fit into so little: what went is counted.
        code, out, err = run("decode", "-r", self.file, "--max-memory", "1")
        self.assertEqual((code, out), (0, whole))
        self.assertIn("9 of 10 conversations were closed early", err)
        self.assertEqual(run("decode", "-r", self.file, "--max-memory", "1", "-q"), (0, whole, ""))

    def test_packets_in_pieces_that_never_become_whole_are_counted(self):
        whole = datagram(bytes(40))
        def piece(number, start, end, more):
            ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + end - start, number, more << 13 | start // 8, 64, 17, 0, whole[26:30], whole[30:34])
            return ETHERNET + ip + whole[34 + start:34 + end]
        both = [piece(7, 0, 24, 1), piece(7, 24, 48, 0)]
        lost = pcap([*both, piece(8, 0, 24, 1), piece(9, 24, 48, 0)])
        told = "2 of 3 packets in pieces never became whole: pieces are missing, came too late, or were too many to keep"
        code, out, err = run("decode", "-r", "-", stdin=lost)
        self.assertEqual((code, len(out.splitlines())), (0, 4))
        self.assertIn(told, " ".join(err.split()))
        self.assertEqual(run("decode", "-q", "-r", "-", stdin=lost), (0, out, ""))
        self.assertEqual(run("decode", "-r", "-", stdin=pcap(both))[2], "")
        self.assertIn("1 of 2 packets in pieces never", run("decode", "-r", "-", stdin=pcap([*both, both[0]]))[2])
        # Whoever stops reading does not know what would have come.
        self.assertEqual(run("decode", "-r", "-", "-c", "3", stdin=lost)[2], "")

    def test_fields(self):
        code, out, _ = run("decode", "-r", self.file, "-T", "fields", "-e", "frame.number", "-e", "udp.dstport", "-E", "header=y,separator=,", "-c", "2")
        self.assertEqual((code, out), (0, "frame.number,udp.dstport\n1,7000\n2,7001\n"))

    def test_deltas_count_from_the_frame_shown_before(self):
        line = run("decode", "-r", self.file, "-Y", "udp.dstport in {7001, 7005}", "-t", "d")[1].splitlines()
        self.assertIn("1.000000", line[1])

    def test_times(self):
        first = lambda form: run("decode", "-r", self.file, "-c", "1", "-t", form)[1].split()
        self.assertEqual(first("a")[1], "22:13:20.000000")
        self.assertEqual(first("ad")[1:3], ["2023-11-14", "22:13:20.000000"])
        self.assertEqual(first("e")[1], "1700000000.000000")
        self.assertEqual(run("decode", "-r", self.file, "-c", "1", "-t", "a", env={"TZ": "NPT-5:45"})[1].split()[1], "03:58:20.000000")

    def test_a_layer_that_is_not_there_is_told(self):
        for form in ("-V", "--diagram"):
            self.assertEqual(run("decode", self.file, "--frame", "1", "--layer", "5", form)[1].splitlines()[-2].strip(), "nothing at this layer")
            self.assertNotIn("nothing at this layer", run("decode", self.file, "--frame", "1", "--layer", "4", form)[1])
        self.assertEqual(run("decode", self.file, "--diagram")[1], run("decode", self.file, "-T", "diagram")[1])

    def test_what_a_diagram_says_fits_80_columns(self):
        out = run("decode", pathlib.Path(__file__).parents[2] / "captures/tour.pcapng", "--diagram")[1]
        self.assertIn("! unusual (tcp.analysis.retransmission)", out)
        self.assertLessEqual(max(map(len, out.splitlines())), 80)

    def test_a_line_tells_of_wrong_checksums_if_asked(self):
        frame = bytearray(datagram(b"hey"))
        frame[40:42] = b"\x12\x34"
        stdin = pcap([bytes(frame)])
        self.assertNotIn("checksum", run("decode", "-r", "-", stdin=stdin)[1])
        out = run("decode", "-r", "-", "--checksums", stdin=stdin)[1]
        self.assertIn("the checksum says 0x1234", out)

    def test_a_layer_alone_as_a_line(self):
        self.assertIn("  IPv4  ", run("decode", "-r", self.file, "-c", "1", "--layer", "3")[1])
        self.assertIn("nothing at this layer", run("decode", "-r", self.file, "-c", "1", "--layer", "5")[1])

    def test_colour_is_for_terminals_only(self):
        def on_a_terminal(env):
            leader, follower = os.openpty()
            subprocess.run([str(BIN / "netpeel-decode"), "-r", str(self.file), "-c", "1", "-V"], stdout=follower, env=dict(os.environ, TERM="xterm", **env), timeout=60)
            os.close(follower)
            text = b""
            try:
                while piece := os.read(leader, 65536):
                    text += piece
            except OSError:
                pass
            os.close(leader)
            return text
        environment = os.environ.pop("NO_COLOR", None)
        try:
            self.assertIn(b"\x1b[", on_a_terminal({}))
            self.assertNotIn(b"\x1b[", on_a_terminal({"NO_COLOR": "1"}))
        finally:
            if environment is not None:
                os.environ["NO_COLOR"] = environment

    def test_forms(self):
        for form, part in {"line": "→", "tree": "Layer 3 Network", "json": '"layers":[', "hex": "a eth.dst", "diagram": "+-+-+-+"}.items():
            code, out, err = run("decode", "-r", self.file, "-T", form, "-c", "1")
            self.assertEqual((code, err), (0, ""), form)
            self.assertIn(part, out)
            self.assertNotIn("\x1b", out)
        both = run("decode", "-r", self.file, "-V", "-x", "-c", "1")[1]
        self.assertIn("Layer 4 Transport", both)
        self.assertIn("a eth.dst", both)
        only = run("decode", "-r", self.file, "-V", "--layer", "4", "-c", "1")[1]
        self.assertIn("udp.srcport", only)
        self.assertNotIn("ip.ttl", only)

    def test_kept_frames(self):
        kept = self.path / "kept.pcapng"
        code, out, _ = run("decode", "-r", self.file, "-Y", "udp.dstport > 7006", "-w", kept)
        self.assertEqual((code, out), (0, ""))
        self.assertEqual(kept.stat().st_mode & 0o777, 0o600)
        ports = run("decode", "-r", kept, "-T", "fields", "-e", "udp.dstport")[1].split()
        self.assertEqual(ports, ["7007", "7008", "7009"])
        piped = subprocess.run(f"'{BIN}/netpeel' decode -r '{self.file}' -c 2 -w - | '{BIN}/netpeel' decode -r -", shell=True, capture_output=True, timeout=60)
        self.assertEqual(len(piped.stdout.splitlines()), 2)

    def test_the_file_that_is_read_is_not_written_over(self):
        precious = self.path / "precious.pcap"
        link = self.path / "link.pcap"
        precious.write_bytes(pcap(self.frames))
        link.symlink_to(precious)
        for words, stdin in ((("decode", precious, "-w", precious), b""), (("decode", precious, "-w", link), b""), (("flows", precious, "--svg", precious), b"")):
            code, out, err = run(*words, stdin=stdin)
            self.assertEqual((code, out), (2, ""))
            self.assertIn("the file that is read", err)
        with open(precious) as redirected:
            done = subprocess.run([str(BIN / "netpeel"), "decode", "-r", "-", "-w", str(precious)], stdin=redirected, capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(precious.read_bytes(), pcap(self.frames))

    def test_decode_as(self):
        code, out, _ = run("decode", "-r", self.file, "--as", "udp.port==7000,udp", "-c", "1", "--json")
        self.assertEqual(code, 0)
        self.assertIn("udp:udp", json.loads(out)["frame.protocols"])
        self.assertEqual(run("decode", "-r", self.file, "--as", "udp.port=7000,udp")[0], 2)
        code, _, err = run("decode", "-r", self.file, "--as", "udp.port==7000,upd")
        self.assertEqual(code, 2)
        self.assertIn("Did you mean udp?", err)

    def test_wrong_use(self):
        for words in ([], ["--nonsense"], ["-r", self.file, "-T", "xml"], ["-r", self.file, "--frame", "x"], ["-r", self.file, "--layer", "9"],
                      ["-r", self.file, "-T", "fields"], ["-r", self.file, "-T", "fields", "-e", "no.such"], ["-r", self.file, "-c", "x"],
                      ["-r", self.file, "-i", "lo"], [self.file, self.file], ["-r", self.file, "-T", "fields", "-e", "ip.src", "-E", "x=y"],
                      ["-r", self.file, "--json", "-x"], ["-r"]):
            code, out, err = run("decode", *words)
            self.assertEqual((code, out), (2, ""), words)
            self.assertTrue(err.startswith("netpeel decode: "), words)
        self.assertIn("Did you mean --json?", run("decode", "-r", self.file, "--jsno")[2])
        self.assertIn("Did you mean ip.src?", run("decode", "-r", self.file, "-T", "fields", "-e", "ip.scr")[2])

    def test_options_that_do_not_go_together(self):
        for words, says in ((("-V", "--json"), "two forms"), (("-V", "-T", "fields", "-e", "ip.src"), "two forms"), (("-f", "tcp"), "-Y chooses among its frames")):
            code, out, err = run("decode", self.file, *words)
            self.assertEqual((code, out), (2, ""), words)
            self.assertIn(says, err)
        self.assertEqual(run("decode", self.file, "-V", "-T", "tree")[0], 0)

    def test_filter_errors_point_at_the_place(self):
        code, _, err = run("decode", "-r", self.file, "-Y", "udp.prot == 1")
        self.assertEqual(code, 2)
        self.assertIn("\n  udp.prot == 1\n  ^~~~~~~~\n", err)

    def test_no_such_file(self):
        code, out, err = run("decode", "-r", "no/such.pcap")
        self.assertEqual((code, out), (3, ""))
        self.assertIn("no/such.pcap", err)
        self.assertIn("No such file", err)

    def test_names_with_escapes_reach_no_terminal(self):
        code, _, err = run("decode", "-r", "bad\x1b[31mname")
        self.assertEqual(code, 3)
        self.assertNotIn("\x1b", err)

    def test_damaged_input_gives_what_it_has(self):
        whole = self.file.read_bytes()
        broken = self.path / "cut.pcap"
        broken.write_bytes(whole[:-3])
        code, out, err = run("decode", "-r", broken)
        self.assertEqual(code, 4)
        self.assertEqual(len(out.splitlines()), 9)
        self.assertIn("damaged at byte ", err.splitlines()[-1])
        empty = self.path / "empty.pcap"
        empty.write_bytes(b"")
        self.assertEqual(run("decode", "-r", empty)[:2], (4, ""))
        nonsense = self.path / "nonsense.pcap"
        nonsense.write_bytes(b"this is no capture at all, is it?")
        self.assertEqual(run("decode", "-r", nonsense)[:2], (4, ""))

    def test_every_truncation(self):
        whole = pcap(self.frames[:2])
        for size in range(len(whole)):
            code, out, err = run("decode", "--json", "-r", "-", stdin=whole[:size])
            self.assertIn(code, (0, 4), size)
            for line in out.splitlines():
                json.loads(line)

    def test_a_reader_that_leaves_is_no_error(self):
        big = self.path / "big.pcap"
        big.write_bytes(pcap(self.frames * 3000, step=0))
        done = subprocess.run(["bash", "-c", f"'{BIN}/netpeel' decode -V -r '{big}' | head -n 1; echo ${{PIPESTATUS[0]}}"], capture_output=True, timeout=60)
        self.assertEqual(done.stderr, b"")
        self.assertTrue(done.stdout.endswith(b"\n0\n"))

    def test_full_disk_is_told(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        with open("/dev/full", "wb") as full:
            done = subprocess.run([str(BIN / "netpeel-decode"), "-r", str(self.file)], stdout=full, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"No space left", done.stderr)

    def test_interrupt_ends_cleanly(self):
        read, write = os.pipe()
        child = subprocess.Popen([str(BIN / "netpeel-decode"), "-r", "-"], stdin=read, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        os.close(read)
        os.write(write, pcap(self.frames[:4]))
        time.sleep(0.5)
        # timeout(1) signals the program and then its group: one wish, told twice.
        child.send_signal(signal.SIGINT)
        time.sleep(0.05)
        child.send_signal(signal.SIGINT)
        time.sleep(0.2)
        os.close(write)
        out, err = child.communicate(timeout=20)
        self.assertEqual((child.returncode, err), (0, b""))
        self.assertEqual(len(out.splitlines()), 4)

    def test_body_limit(self):
        captures = pathlib.Path(__file__).resolve().parents[2] / "captures"
        cut = "longer than the limit for bodies"
        self.assertNotIn(cut, run("decode", captures / "sse.pcapng", "-V")[1])
        self.assertIn(cut, run("decode", captures / "sse.pcapng", "-V", "--max-body", "20")[1])

    def test_taps(self):
        captures = pathlib.Path(__file__).resolve().parents[2] / "captures"
        words = ("decode", captures / "two-taps.pcapng", "-Y", "tcp.analysis.retransmission", "-T", "fields", "-e", "frame.number")
        self.assertEqual(run(*words, "--taps")[1].split(), ["28"])  # what was lost between the taps
        self.assertGreater(len(run(*words)[1].split()), 10)  # all that both taps saw


class Dispatcher(unittest.TestCase):
    def test_lists_tools(self):
        for words in ([], ["--help"], ["help"]):
            code, out, _ = run(*words)
            self.assertEqual(code, 0)
            self.assertIn("  decode ", out)

    def test_help_and_version_of_every_tool(self):
        tools = sorted(p.name[len("netpeel-"):] for p in BIN.glob("netpeel-*"))
        for tool in tools:
            code, out, _ = run(tool, "--help")
            self.assertEqual(code, 0, tool)
            self.assertGreaterEqual(len(re.findall(r"\n +netpeel[ -]" + tool, out)), 3, f"{tool} --help gives three examples")
            code, out, _ = run(tool, "--version")
            self.assertEqual(code, 0, tool)
            self.assertIn("netpeel", out)
        self.assertEqual(run("help", "decode")[1], run("decode", "--help")[1])

    def test_unknown_tool(self):
        code, out, err = run("decod", "-r", "x")
        self.assertEqual((code, out), (2, ""))
        self.assertIn("Did you mean netpeel decode?", err)
        self.assertEqual(run("../decode")[0], 2)


class Explain(unittest.TestCase):
    def test_words(self):
        self.assertIn("Time to live", run("explain", "ip.ttl")[1])
        self.assertIn("| Time to live  |   Protocol    |", run("explain", "ip")[1])
        self.assertIn("RFC 6455", run("explain", "upgrade", "handshake")[1])
        self.assertEqual(run("explain")[0], 0)

    def test_pages_fit_80_columns(self):
        for words in (("explain", "tcp"), ("explain", "ip"), ("explain", "tls"), ("explain", "frame"), ("explain", "HTTP"), ("explain", "low latency"), ("explain",), ("capture", "--help")):
            self.assertLessEqual(max(map(len, run(*words)[1].splitlines())), 80, words)

    def test_unknown_word(self):
        code, out, err = run("explain", "ip.tll")
        self.assertEqual((code, out), (1, ""))
        self.assertIn("Did you mean ip.ttl?", err)
        self.assertIn("Did you mean tcp.flags.syn,", run("explain", "SYN")[2])

    def test_byte(self):
        stdin = pcap([datagram(b"hey")])
        code, out, _ = run("explain", "-r", "-", "--frame", "1", "--byte", "22", stdin=stdin)
        self.assertEqual(code, 0)
        self.assertIn("ip.ttl, Time to live = 64; byte 22", out)
        self.assertEqual(run("explain", "-r", "-", "--frame", "2", "--byte", "22", stdin=stdin)[0], 1)
        self.assertEqual(run("explain", "-r", "-", "--frame", "1", "--byte", "4000", stdin=stdin)[0], 2)
        self.assertEqual(run("explain", "--byte", "4")[0], 2)
        self.assertEqual(run("explain", "-r", "-", "--frame", "0", "--byte", "4", stdin=stdin)[0], 2)

    def test_byte_of_what_a_connection_carries(self):
        chat = pathlib.Path(__file__).parents[2] / "captures/socketio.pcapng"
        code, out, _ = run("explain", "-r", chat, "--frame", "26", "--byte", "239")
        self.assertEqual(code, 0)
        self.assertIn("sio.sid, Socket id = j_fwd0Sj5SJJCOC0AAAA; bytes 237-258", out)


if __name__ == "__main__":
    unittest.main()
