#!/usr/bin/env python3
"""netpeel-ladder: the drawings of real captures, as text, SVG and a page; what two taps tell."""
import html.parser, os, re, struct, subprocess, sys, tempfile, unicodedata
import xml.etree.ElementTree as xml

BIN = sys.argv[1]
CAPTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "captures")
SVG = "{http://www.w3.org/2000/svg}"


def run(*args, code=0, stdin=None, env=None):
    done = subprocess.run([os.path.join(BIN, "netpeel-ladder"), *args], capture_output=True, input=stdin,
                          env={**os.environ, "LC_ALL": "C", **(env or {})}, timeout=60)
    assert done.returncode == code, (args, done.returncode, done.stderr.decode())
    return done.stdout.decode(), done.stderr.decode()


def capture(name):
    return os.path.join(CAPTURES, name + ".pcapng")


def columns(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def text_fits():
    for name in ("tcp", "two-taps", "socketio", "dns", "ping6", "dhcp", "igmp", "any", "loopback"):
        for level in ("packet", "message"):
            for width in (None, 40, 60, 132):
                out, _ = run(capture(name), "--level", level, *(["--width", str(width)] if width else []))
                wide = [line for line in out.splitlines() if columns(line) > (width or 80)]
                assert not wide, (name, level, width, wide[0])
    out, _ = run(capture("tcp"), env={"COLUMNS": "100"})
    assert max(columns(line) for line in out.splitlines()) == 100


def packets():
    out, _ = run("-r", capture("tcp"), "--stream", "0")
    lines = out.splitlines()
    assert re.search(r"^ +10\.9\.0\.1 +10\.9\.1\.2$", lines[1]), lines[1]
    assert re.search(r"0\.000039 │─+ SYN seq=0 ─+>│", out) and re.search(r"│<─+ SYN ACK seq=0 ack=1 ─+│", out), out
    assert re.search(r"PSH ACK seq=1 ack=1 len=17", out) and "50 ms later" in out, out
    assert "ARP" not in out and "ARP" in run("-r", capture("tcp"))[0]
    assert "who has" not in run(capture("tcp"), "-Y", "tcp.len > 0")[0]
    out, _ = run(capture("udp"), "--stream", "udp:0", "-c", "2")
    assert out.count("UDP") == 2 and "4 more arrows are left out" in out, out
    out, _ = run(capture("tcp"), "--max-rows", "14")
    assert "1 more arrow is left out; --max-rows draws more" in out, out
    # Who talks to itself stands there twice.
    assert re.search(r"127\.0\.0\.1:\d+ +127\.0\.0\.1:7007", run(capture("loopback"))[0])


def messages():
    out, _ = run(capture("socketio"), "--level", "message")
    assert "Socket.IO connect, welcome; Socket.IO event \"hello\" with 2" in out, out
    assert "SYN" not in out and "WebSocket" in out


def taps():
    out, _ = run(capture("two-taps"))
    assert "2 lost" in out and "1 doubled, 1 changed" in " ".join(out.splitlines()[:2]), out
    assert re.search(r"(?m)^ +a +b$", out), out
    assert re.search(r"│─+ PSH ACK seq=31 ack=31 len=15 ─+x lost", out), out
    # It is sent once more, and that one arrives.
    assert re.search(r"│─+ PSH ACK seq=31 ack=31 len=15 ─+ \+2.* ms ─+>│", out), out
    assert "changed: byte 9 of the data, 0x36 became 0x21" in out and "again: one more copy" in out
    assert re.search(r"late: 4\d ms on the way, overtaken by 3", out), out
    # Each tap sees each segment once: nothing is taken for a repetition but the one that was.
    assert out.count("sent these bytes again") <= 1, out
    single, _ = run(capture("two-taps"), "--taps", "no")
    assert "lost" not in single.splitlines()[0] and len(single.splitlines()) > len(out.splitlines())
    # A filter that hides one end does not make it lost.
    out, _ = run(capture("two-taps"), "-Y", 'frame.interface_name == "b" && udp')
    assert "lost" not in out and out.count("UDP") == 8, out
    out, _ = run(capture("two-taps"), "--max-rows", "4")
    assert out.count("─>│") + out.count("│<─") == 4 and "26 more arrows are left out" in " ".join(out.split()), out
    # TCP hands bytes on in order: what came early waits for what was lost.
    out, _ = run(capture("two-taps"), "--level", "message")
    fourth = float(re.search(r"(0\.\d+) │─+ data 15 bytes: line 4 of five.n ─+ ", out)[1])
    waited = float(re.search(r"line 4 of five.n ─+ \+([\d.]+) ms ─", out)[1]) / 1000
    third = float(re.search(r"(0\.\d+) │ +….*line 3 of five.n, late ─+>", out)[1])
    assert abs(fourth + waited - third) < 0.0002 and "overtaken by 1" not in out, out
    out, _ = run(capture("two-taps"), "--level", "message", "-Y", "udp")
    assert re.search(r"datagram 2 ─+x lost", out) and re.search(r"datagram 6 ─+ \+2", out), out


def drawings():
    for name in ("two-taps", "tcp", "socketio", "igmp"):
        for level in ("packet", "message"):
            out, _ = run(capture(name), "-T", "svg", "--level", level)
            root = xml.fromstring(out)
            assert root.tag == SVG + "svg" and root.get("role") == "list"
            known = {e.get("id") for e in root.iter() if e.get("id")}
            assert root.get("aria-labelledby") in known and root.get("aria-describedby") in known
            items = [e for e in root.iter(SVG + "g") if e.get("role") == "listitem"]
            assert items or level == "message" and name in ("igmp",), (name, level)
            height = float(root.get("height"))
            for item in items:
                assert re.match(r"\d+\.\d{6} s, .+: .+", item.get("aria-label")), item.get("aria-label")
            for t in root.iter(SVG + "text"):
                assert 0 <= float(t.get("y")) <= height and t.text
            page, _ = run(capture(name), "-T", "html", "--level", level)
            xml.fromstring(page.split("\n", 1)[1])
            html.parser.HTMLParser().feed(page)
            assert "<script" not in page and "http-equiv=\"Content-Security-Policy\"" in page
            assert len(re.findall(r"<tr", page)) == len(items) + 1
    words = run(capture("two-taps"), "-T", "html")[0]
    assert "PSH ACK seq=31 ack=31 len=15</td><td>lost</td>" in words, words


def pcap(frames):
    return struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + b"".join(
        struct.pack("<IIII", i, 0, len(f), len(f)) + f for i, f in enumerate(frames))


def hostile():
    """What a packet says does not become markup, nor an escape sequence."""
    evil = b"GET /<script>alert(1)</script>\x1b[31m'\"&\x00\xff HTTP/1.1\r\nHost: <b>\r\n\r\n"
    tcp = struct.pack(">HHIIBBHHH", 5000, 80, 1, 1, 0x50, 0x18, 1000, 0, 0) + evil
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 7, 0, 64, 6, 0, b"\n\0\0\1", b"\n\0\0\2")
    data = pcap([bytes(12) + b"\x08\0" + ip + tcp])
    for level in ("packet", "message"):
        for form in ("text", "svg", "html"):
            out, _ = run("-r", "-", "--level", level, "-T", form, stdin=data)
            assert "alert(1)" in out and "\x1b" not in out and "\0" not in out, out
            if form != "text":
                assert "<script" not in out and "<b>" not in out
                xml.fromstring(out.split("\n", 1)[1] if form == "html" else out)


def wrong_use():
    for args, says in ((["--stream", "x"], "wants a conversation's number"), (["-Y", "tcp.prot"], "did you mean tcp.port?"),
                       (["-T", "png"], "png"), (["--level", "bit"], "bit")):
        _, err = run(capture("tcp"), *args, code=2)
        assert says in err, err
    _, err = run("/nowhere.pcapng", code=3)
    assert "nowhere.pcapng" in err
    out, _ = run("--help")
    assert out.count("netpeel ladder -r") == 3
    out, said = run(capture("tcp"), "-Y", "arp.opcode == 9")
    assert out.startswith("tcp.pcapng: 0 packets") and "no packet there matches -Y" in said
    assert "nothing of conversation 99" in run(capture("tcp"), "--stream", "99", code=1)[1]
    with open(capture("tcp"), "rb") as f:
        whole = f.read()
    out, err = run("-r", "-", stdin=whole[:-30], code=4)
    assert "FIN ACK" in out and err
    with tempfile.TemporaryDirectory() as folder:
        assert run("-r", "-", "-T", "svg", stdin=pcap([]))[0].count("<svg") == 1, folder


for step in (packets, messages, taps, text_fits, drawings, hostile, wrong_use):
    step()
    print("ok", step.__name__)
