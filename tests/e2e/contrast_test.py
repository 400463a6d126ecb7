#!/usr/bin/env python3
"""netpeel-contrast: its numbers against tshark's, each of its sentences against the packets, in the lab with faults, and what it
says of captures that hold nothing to compare.

With NETPEEL_CONTRAST_RUNS=20 the steady text of each run in the lab is asked for so many times, and must be the same each time.
"""
import base64, concurrent.futures, datetime, hashlib, html.parser, json, os, pty, re, select, shutil, subprocess, sys, tempfile, time
import xml.etree.ElementTree as xml

BIN = sys.argv[1]
HERE = os.path.dirname(os.path.abspath(__file__))
CAPTURES = os.path.join(HERE, "..", "..", "captures")
GOLDEN = os.path.join(HERE, "..", "golden", "contrast")
PLANS = ("tcp-udp", "http-ws", "poll-ws", "longpoll-ws", "sse-ws", "sio-ws")
FAULTS = ("a>b drop data#3", "a>b dup data#2", "a>b corrupt data#3", "b>a delay 60ms data#2")
# Where the server does the talking.
BACK = ("b>a drop data#2", "b>a dup data#2", "b>a corrupt data#2", "b>a delay 60ms data#2")
SHIPPED = ("tcp", "udp", "http", "ws-echo", "poll", "longpoll", "sse", "ws", "sio")
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def run(*args, code=0, env=None):
    done = subprocess.run([os.path.join(BIN, "netpeel-contrast"), *args], capture_output=True,
                          env={**os.environ, "LC_ALL": "C", **(env or {})}, timeout=120)
    assert done.returncode == code, (args, done.returncode, done.stderr.decode(), done.stdout.decode()[:500])
    return done.stdout.decode(), done.stderr.decode()


def capture(name):
    return os.path.join(CAPTURES, name + ".pcapng")


class Packets:
    """A capture as netpeel decode tells it: what the sentences are held against."""

    def __init__(self, file):
        out = subprocess.run([os.path.join(BIN, "netpeel-decode"), "--json", "--payload", "--taps", file], capture_output=True, check=True)
        self.frames = {}
        for line in out.stdout.splitlines():
            packet = json.loads(line)
            layers, names = {}, [layer["proto"] for layer in packet["layers"]]
            for layer in packet["layers"]:
                layers.setdefault(layer["proto"], layer["fields"])
            if "ip" not in layers or not ("tcp" in layers or "udp" in layers):
                continue
            tcp, udp, ip = layers.get("tcp"), layers.get("udp"), layers["ip"]
            whole, part = packet["frame.time_epoch"].split(".")
            self.frames[packet["frame.number"]] = {
                "time": int(whole) * 10**9 + int(part), "tap": packet.get("frame.interface_name", ""), "size": packet["frame.len"],
                "from": ip["ip.src"], "id": ip["ip.id"], "tcp": tcp, "layers": layers, "names": names,
                "data": ip["ip.len"] - ip.get("ip.hdr_len", 20) - (tcp["tcp.hdr_len"] if tcp else 8),
                "key": (ip["ip.src"], ip["ip.id"], tcp["tcp.seq_raw"] if tcp else 0, bool(tcp))}
        taps = [f["tap"] for f in self.frames.values()]
        self.taps = len(set(taps)) > 1
        self.client = next(iter(self.frames.values()))["from"]
        self.home = {}
        for f in self.frames.values():
            self.home.setdefault(f["from"], f["tap"])

    def sent(self, who=None):
        return {n: f for n, f in self.frames.items() if f["tap"] == self.home[f["from"]] and who in (None, f["from"])}

    def arrived(self, frame):
        return [n for n, f in self.frames.items() if f["key"] == frame["key"] and f["tap"] != frame["tap"]]


def number(text):
    return int(text.replace(",", ""))


def span(text):
    value, unit = text.split()
    return float(value) * {"s": 1e9, "ms": 1e6, "µs": 1e3, "ns": 1}[unit]


def near(told, real):
    return abs(told - real) <= max(real * 0.051, 1.1e6)


def median(values):
    return sorted(values)[len(values) // 2]


def rounds(packets):
    """From each question of the client to its next one: bytes, whether news came, when it was asked."""
    out, ends, known = [], {}, set()
    for n, f in packets.sent().items():
        flags = f["tcp"]["tcp.flags"]
        end = (f["tcp"]["tcp.seq_raw"] + f["data"]) & 0xffffffff
        who = (f["from"], f["tcp"]["tcp.srcport"])
        new = f["data"] > 0 and not (who in ends and ((ends[who] - end) & 0xffffffff) < 0x80000000)
        if f["data"] > 0 and new:
            ends[who] = end
        if flags & 5:  # FIN, RST
            continue
        if new and f["from"] == packets.client:
            out.append([0, False, f["time"], n])
        if not out:
            continue
        out[-1][0] += f["size"]
        if new and f["from"] != packets.client:
            ticks = set(re.findall(rb'"tick":(\d+),', bytes.fromhex(f["tcp"]["tcp.payload"]))) - known
            known |= ticks
            out[-1][1] |= bool(ticks)
    return out


def hold_idle(says, frames, packets, where):
    """What waiting costs: what it is reckoned from, and the reckoning."""
    told, every = re.search(r"reckoned, ([\d,]+) bytes a minute", says), None
    texts = {n: json.dumps(packets.frames[n]["layers"]) for n in packets.frames}
    wait, ping = r"Preference-Applied: wait=(\d+)", r'pingInterval[^0-9]*(\d+)|eio.ping_interval[^0-9]*(\d+)'
    if "no heartbeat was announced" in says:
        times = [f["time"] for f in packets.frames.values()]
        assert near(span(re.search(r"slower than the (.+?) of this", says)[1]), max(times) - min(times)), where
        assert not any(re.search(wait, t) or re.search(ping, t) for t in texts.values()), where
        return
    if "(pingInterval)" in says:
        every = int(next(filter(None, re.search(ping, texts[frames[0]]).groups()))) * 10**6
        heads = {f["from"]: f["size"] - f["data"] for f in packets.sent().values() if f["data"] > 0}
        server = next(h for w, h in heads.items() if w != packets.client)
        parts = [number(p) for p in re.search(r"take ([\d,]+) \+ ([\d,]+) \+ ([\d,]+) bytes", says).groups()]
        assert parts == [server + 3, heads[packets.client] + 7, server], (where, heads)
        size = sum(parts)
    else:
        all_rounds = rounds(packets)
        whole = all_rounds[:-1]
        idle = [size for size, news, _, _ in whole if not news]
        if "nothing says how long" in says:
            assert not idle and not any(re.search(wait, t) for t in texts.values()), where
            return
        size = median(idle or [size for size, _, _, _ in whole])
        assert re.search(rf"(?<![\d,]){size:,} bytes? go", says), (where, size)
        if "may wait" in says:
            every = int(re.search(wait, texts[frames[0]])[1]) * 10**9
        else:
            assert number(re.search(r"([\d,]+) questions? got no news", says)[1]) == len(idle), (where, len(idle))
            asked = [at for _, _, at, _ in all_rounds]
            every = median([b - a for a, b in zip(asked, asked[1:])])
            assert frames == [all_rounds[0][3], all_rounds[-1][3]], where
            assert near(span(re.search(r"asks each (.+?) and", says)[1]), every), where
    if "(pingInterval)" in says or "may wait" in says:
        assert span(re.search(r"(?:each|may wait) ([\d.]+ m?s)", says)[1]) == every, where
    assert number(told[1]) == int(size * 60e9 / every), (where, size, every)


def hold(sentence, way, packets, name):
    """One sentence against the packets."""
    says, frames, what = sentence["says"], sentence["frames_" + "ab"[way]], sentence["id"]
    where = (name, says, frames)
    sent = packets.sent()
    for n in frames:
        assert n in packets.frames, where
    if what == "beginning":
        first = next(n for n, f in sent.items() if f["data"] > 0)
        before = [f for n, f in sent.items() if n < first]
        assert frames[-1] == first, where
        if "nobody was asked" in says:
            assert not before, where
        else:
            told = re.search(r"([\d,]+) packets? and ([\d,]+) bytes? went before", says)
            assert [number(t) for t in told.groups()] == [len(before), sum(f["size"] for f in before)], where
    elif what == "lost":
        assert not packets.arrived(packets.frames[frames[0]]), where
        if "came with a later one" in says:
            lost, later = packets.frames[frames[0]], packets.frames[frames[-1]]
            at = lost["tcp"]["tcp.seq_raw"] - later["tcp"]["tcp.seq_raw"]
            assert 0 <= at < later["data"] and later["tap"] != lost["tap"] and frames[-1] > frames[0], where
    elif what in ("late", "doubled", "bent"):
        copies = packets.arrived(packets.frames[frames[0]])
        assert frames[1] in copies, where
        if what == "doubled":
            assert len(copies) > 1, where
        if what == "bent":
            bodies = [json.dumps([packets.frames[n]["layers"].get(k) for k in ("data", "tcp", "udp")]) for n in frames[:2]]
            assert bodies[0] != bodies[1], where
    elif what == "again":
        ends, again, size = {}, [], 0
        for n, f in sent.items():
            flags = f["tcp"]["tcp.flags"] if f["tcp"] else 0
            length = f["data"] + (1 if flags & 3 else 0)
            if not f["tcp"] or length == 0:
                continue
            end = (f["tcp"]["tcp.seq_raw"] + length) & 0xffffffff
            who = (f["from"], f["tcp"]["tcp.srcport"])
            if who in ends and ((ends[who] - end) & 0xffffffff) < 0x80000000:
                again.append(n)
                size += f["data"]
            else:
                ends[who] = end
        told = re.search(r"([\d,]+) packets? went a second time, ([\d,]+) byte", says)
        assert [number(t) for t in told.groups()] == [len(again), size] and frames == again[:8], (where, again)
    elif what == "held" and frames:
        told = re.search(r"([\d,]+) bytes? had arrived and waited (.+?) for", says)
        a, b = (packets.frames[n] for n in frames)
        assert near(span(told[2]), b["time"] - a["time"]) and a["data"] >= number(told[1]), where
        assert ((a["tcp"]["tcp.seq_raw"] - b["tcp"]["tcp.seq_raw"]) & 0xffffffff) < 0x80000000, where
    elif what == "held":
        assert not any(f["tcp"] for f in packets.frames.values()), where
    elif what == "whole":
        mine = packets.sent(packets.client)
        once = {(f["tcp"]["tcp.seq_raw"] if f["tcp"] else f["id"]): f["data"] for f in mine.values()}
        size = re.search(r"(?:all|sent|of|were sent,) ([\d,]+)", says)
        assert number(size[1]) == sum(once.values()), (where, once)
        assert packets.frames[frames[0]]["data"] > 0 and packets.frames[frames[-1]]["data"] > 0, where
    elif what == "share":
        told = [number(t) for t in re.search(r"of ([\d,]+) bytes? on the wire, ([\d,]+)", says).groups()]
        assert told[0] == sum(f["size"] for f in sent.values()) and told[1] <= sum(f["data"] for f in sent.values()), where
        assert frames == [min(packets.frames), max(packets.frames)], where
    elif what == "delay":
        told = re.search(r"the slowest \(number \d+\) after (.+)", says)[1]
        if len(frames) == 2:
            a, b = (packets.frames[n]["time"] for n in frames)
            assert near(span(told), b - a), where
        else:
            heard = packets.frames[frames[0]]
            tick = re.search(rb'"tick":' + re.search(r"number (\d+)", says)[1].encode() + rb',"at":"([^"]+)Z"',
                             bytes.fromhex(heard["tcp"]["tcp.payload"]))
            at = datetime.datetime.fromisoformat(tick[1].decode()).replace(tzinfo=datetime.timezone.utc)
            assert near(span(told), heard["time"] - round(at.timestamp() * 1000) * 10**6), where
        assert packets.frames[frames[-1]]["data"] > 0, where
    elif what == "proof":
        lines = lambda n: json.dumps(packets.frames[n]["layers"]["http"]).encode()
        key = re.search(rb"Sec-WebSocket-Key: ([\w+/=]+)", lines(frames[0]))[1].decode()
        accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest())
        assert accept in lines(frames[1]), where
    elif what == "stream":
        streams = {packets.frames[n]["tcp"]["tcp.stream"] for n in frames}
        assert streams == {int(re.search(r"tcp.stream (\d+)", says)[1])}, where
        assert "Sec-WebSocket-Key" in json.dumps(packets.frames[frames[0]]["layers"].get("http", "")), where
        assert "http" in packets.frames[frames[1]]["layers"] and "websocket" in packets.frames[frames[2]]["layers"], where
    elif what == "turns":
        assert packets.frames[frames[0]]["data"] > 0, where
        if says.startswith("HTTP"):
            ends = [f["from"] for f in sent.values() if f["data"] > 0]
            once = [e for i, e in enumerate(ends) if i == 0 or ends[i - 1] != e]
            assert once[0] == packets.client, where
            asked = number(re.search(r"([\d,]+) requests?", says)[1])
            assert asked == sum("http" in f["names"] for f in sent.values() if f["from"] == packets.client), where
        else:
            told = [number(t) for t in re.search(r"sent ([\d,]+) frames? and the server ([\d,]+)", says).groups()]
            here = [f for f in packets.frames.values() if f["tap"] == packets.home[packets.client]]
            assert told == [sum(f["names"].count("websocket") for f in here if (f["from"] == packets.client) == mine)
                            for mine in (True, False)], where
    elif what == "idle":
        hold_idle(says, frames, packets, where)
    elif what == "order":
        told = re.findall(r"number (\d+)", says)
        assert int(told[0]) < int(told[1]), where
    elif what != "mid_stream":
        raise AssertionError(("nobody holds this one", where))
    return what


def check_json(out, files):
    """All that a run says, against its captures. What kinds of sentences were held."""
    held = set()
    told = json.loads(out)
    both = [Packets(f) for f in files]
    for way, packets in zip(told["ways"], both):
        sent = packets.sent()
        assert way["packets"] == len(sent) and way["bytes"] == sum(f["size"] for f in sent.values()), way["name"]
        assert sum(way["layers"].values()) == way["bytes"], way["layers"]
        assert way["frames_in_file"] <= len(packets.frames), way["name"]
    for sentence in told["sentences"]:
        if sentence["way"] is None:
            numbers = [number(n) for n in re.findall(r"(?<= )\d[\d,]*", sentence["says"])]
            assert numbers == [n for w in told["ways"] for n in (w["packets"], w["bytes"])], sentence
        else:
            way = sentence["way"]
            held.add(hold(sentence, way, both[way], files[way]))
    return held


def shipped():
    held = set()
    for plan in PLANS:
        out, _ = run(plan, "--shipped", "-T", "json")
        files = [w["file"] for w in json.loads(out)["ways"]]
        held |= check_json(out, files)
        text, _ = run(plan, "--shipped")
        assert "From shipped captures, not live" in text and "contrast-" in text
    assert "a>b drop data#3" in run("tcp-udp", "--shipped", "--steady")[0]
    assert {"beginning", "lost", "held", "whole", "share", "delay", "proof", "stream", "turns", "idle", "again"} <= held, held


def against_tshark():
    if not shutil.which("tshark"):
        print("not compared: tshark is not installed")
        return

    def tshark(file, *taps):
        words = ["tshark", "-n", "-q", "-r", file]
        for tap in taps:
            words += ["-z", tap]
        return subprocess.run(words, capture_output=True, check=True, timeout=100).stdout.decode()

    for name in ("tcp", "udp", "socketio", *("contrast-" + s for s in SHIPPED)):
        file = capture(name)
        way = json.loads(run(file, file, "-T", "json")[0])["ways"][0]
        packets = Packets(file) if way["taps"] else None
        # Each direction at its sender's tap; a capture with one tap as it is.
        sides = []
        for side, who in (("client", packets.client), ("server", next(a for a in packets.home if a != packets.client))) if packets else ():
            sides.append(f'(tcp || udp) && ip.src == {who} && frame.interface_name == "{packets.home[who]}"')
        both = " || ".join(f"({s})" for s in sides) or "(tcp || udp) && !icmp"
        out = tshark(file, f"io,stat,0,{both}")
        total = re.search(r"<> *[\d.]+ *\| *(\d+) \| *(\d+) \|", out)
        assert [int(total[1]), int(total[2])] == [way["packets"], way["bytes"]], (name, out, way["packets"], way["bytes"])
        kind = "tcp" if way["tcp_conversations"] else "udp"
        if way["tcp_conversations"] and way["udp_conversations"]:
            continue
        rows = re.findall(r"<-> (?:\S+)(.*)", tshark(file, f"conv,{kind},{both}"))
        assert len(rows) == way[kind + "_conversations"], (name, rows)
        counted = [re.findall(r"(\d+) +([\d,]+ ?(?:bytes|kB|MB))", row) for row in rows]
        assert sum(int(c[2][0]) for c in counted) == way["packets"], (name, rows)
        if all("bytes" in c[2][1] for c in counted):
            assert sum(int(c[2][1].split()[0]) for c in counted) == way["bytes"], (name, rows)


def forms():
    tcp, udp = capture("contrast-tcp"), capture("contrast-udp")
    narrow, _ = run(tcp, udp)
    assert max(map(len, narrow.splitlines())) <= 80
    assert "── contrast-tcp.pcapng ──" in narrow and not re.search("── contrast-tcp.* ── contrast-udp", narrow)
    wide, _ = run(tcp, udp, "--width", "130")
    assert max(map(len, wide.splitlines())) <= 130 and re.search("── contrast-tcp.* ── contrast-udp", wide)
    for plan in PLANS:
        for width in ("60", "80", "120"):
            out, _ = run(plan, "--shipped", "--width", width)
            wide = [line for line in out.splitlines() if len(line) > int(width)]
            assert not wide, (plan, width, wide[0])
    for plan in PLANS:
        page, _ = run(plan, "--shipped", "-T", "html")
        root = xml.fromstring(page[page.index("<html"):])
        names = [e.tag.split("}")[-1] for e in root.iter()]
        assert "script" not in names and names.count("svg") == 4 and "table" in names, plan
        assert "http://" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", page) and "@media print" in page and "prefers-color-scheme" in page
        for svg in (e for e in root.iter() if e.tag.endswith("}svg")):
            assert any(e.tag.endswith("}title") and e.text for e in svg.iter()), plan
    help_text, _ = run("--help")
    assert help_text.count("netpeel contrast ") >= 3
    assert "\x1b[" not in narrow


def bad_input():
    with tempfile.TemporaryDirectory() as folder:
        empty = os.path.join(folder, "empty.pcapng")
        open(empty, "w").close()
        for code, args, says in (
                ((3, 4), (empty, capture("tcp")), "empty"),
                ((2,), (capture("tcp"), capture("ping")), "no TCP or UDP conversation is in ping.pcapng"),
                ((2,), (capture("tcp"), capture("udp"), "-Y", "tcp"), "no conversation in udp.pcapng matches -Y"),
                ((3,), (capture("tcp"), os.path.join(folder, "none.pcapng")), "none.pcapng"),
                ((3,), ("tcp-udp", "--fault", "cut", "-q"), "crossed the lab's wire") if not lab_works() else ((2,), (), "what should"),
                ((2,), ("http-ws", capture("tcp"), capture("sse")), "there is no upgrade to WebSocket"),
                ((2,), ("tcp-ws",), "There are tcp-udp"),
                ((2,), (), "what should be contrasted?"),
                ((2,), ("tcp-udp", "--fault", "a>b loose data#3"), "--fault"),
                ((2,), ("tcp-udp", "--events", "0"), "--events"),
                ((2,), ("tcp-udp", "--delay", "soon"), "--delay")):
            done = subprocess.run([os.path.join(BIN, "netpeel-contrast"), *args], capture_output=True, timeout=60)
            assert done.returncode in code and says in done.stderr.decode(), (args, done.returncode, done.stderr.decode())
            assert done.stderr.decode().startswith("netpeel contrast: "), done.stderr
        middle = os.path.join(folder, "middle.pcapng")
        subprocess.run([os.path.join(BIN, "netpeel-decode"), capture("tcp"), "-Y", "frame.number > 5", "-w", middle],
                       check=True, capture_output=True)
        out, err = run(middle, capture("udp"), code=4)
        assert "begins in the middle of a connection" in err and "this capture begins in the middle" in out
        cut = os.path.join(folder, "cut.pcapng")
        with open(capture("tcp"), "rb") as whole, open(cut, "wb") as to:
            to.write(whole.read()[:-37])
        out, err = run(cut, capture("udp"), code=4)
        assert "What it cost" in out and err


def stepping():
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm"
        os.execv(os.path.join(BIN, "netpeel-contrast"),
                 ["netpeel-contrast", capture("contrast-tcp"), capture("contrast-udp"), "--step"])

    def until(what, seconds=20):
        got, end = "", time.time() + seconds
        while what not in got and time.time() < end:
            if select.select([terminal], [], [], 0.2)[0]:
                try:
                    got += os.read(terminal, 65536).decode(errors="replace")
                except OSError:
                    break
        assert what in got, (what, got)
        return got

    until("space next, b back, q quit")
    os.write(terminal, b" ")
    first = until(".pcapng: ")
    os.write(terminal, b" ")
    until(".pcapng: ")
    os.write(terminal, b"b")
    until("\x1b[2J")
    assert "contrast-" in first
    os.write(terminal, b"q")
    end = time.time() + 20
    while time.time() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        time.sleep(0.05)
    assert done and os.WEXITSTATUS(status) == 0
    os.close(terminal)


def heartbeats():
    """What is reckoned is what goes, where heartbeats are quick enough to be waited for."""
    if lab_works():
        return
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "beats.pcapng")
        serve = f"b:{BIN}/netpeel-demo serve -q --host 0.0.0.0 --ping-interval 200 >/dev/null 2>&1"
        client = f"sleep 5 | {BIN}/netpeel-demo sio --transport websocket b:3000 >/dev/null"
        subprocess.run([os.path.join(BIN, "netpeel-lab"), "run", "-q", "-w", file, "--serve", serve, "--", "sh", "-c", client], check=True, timeout=60)
        told = json.loads(run(file, file, "-T", "json")[0])["ways"][0]["idle"]
        sent = Packets(file).sent()
        begin = min(f["time"] for f in sent.values())
        size = sum(f["size"] for f in sent.values() if 10**9 <= f["time"] - begin < 4 * 10**9)
        assert told["kind"] == "beats" and told["every_ns"] == 200_000_000 and told["seen"] >= 15, told
        assert abs(size * 20 - told["bytes_a_minute"]) < told["bytes_a_minute"] * 0.1, (size * 20, told)


def lab_works():
    done = subprocess.run([os.path.join(BIN, "netpeel-lab"), "run", "-q", "--", "true"], capture_output=True)
    return "" if done.returncode == 0 else done.stderr.decode().strip()


def one_live(plan, fault):
    events = "4" if plan in ("tcp-udp", "http-ws", "sio-ws") else "2"
    with tempfile.TemporaryDirectory() as folder:
        args = (plan, "--fault", fault, "--events", events, "--every", "150", "--keep", folder, "-q")
        out, err = run(*args, "-T", "json")
        told = json.loads(out)
        check_json(out, [w["file"] for w in told["ways"]])
        assert "live in the lab" in told["ways"][0]["where"], told["ways"][0]
        fate = {"drop": "lost", "dup": "doubled", "corrupt": "bent"}.get(fault.split()[1])
        if fate:
            assert all([f["kind"] for f in w["fates"]].count(fate) == 1 for w in told["ways"]), (plan, fault, [w["fates"] for w in told["ways"]])
        for way in told["ways"]:
            if way["udp_conversations"] == 0:
                assert sum(e["delay_ns"] is not None for e in way["events"]) >= int(events), (plan, fault, way["name"], way["events"])
        golden(plan, fault, [w["file"] for w in told["ways"]])


def golden(plan, fault, files):
    """The captures of a run as text, without what differs from run to run."""
    out, _ = run(plan, *files, "--steady", "--width", "80")
    file = os.path.join(GOLDEN, f"{plan}-{fault.split()[1]}.txt")
    if os.environ.get("NETPEEL_BLESS"):
        os.makedirs(GOLDEN, exist_ok=True)
        with open(file, "w") as to:
            to.write(out)
    with open(file) as expected:
        text = expected.read()
    if out != text and os.environ.get("NETPEEL_CONTRAST_KEEP"):
        for f in files:
            shutil.copy(f, os.environ["NETPEEL_CONTRAST_KEEP"])
    assert out == text, (plan, fault, [(a, b) for a, b in zip(out.splitlines(), text.splitlines()) if a != b])


def live():
    why = lab_works()
    if why:
        print("not run live: no lab here:", why)
        return
    times = int(os.environ.get("NETPEEL_CONTRAST_RUNS", "1"))
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda job: one_live(*job), [(plan, fault) for _ in range(times) for plan in PLANS
                                                    for fault in (FAULTS if plan in ("tcp-udp", "http-ws", "sio-ws") else BACK)]))


if __name__ == "__main__":
    chosen = sys.argv[2:] or ["shipped", "against_tshark", "forms", "bad_input", "stepping", "heartbeats", "live"]
    for part in chosen:
        begun = time.time()
        globals()[part]()
        print(f"{part}: {time.time() - begun:.1f} s", flush=True)
