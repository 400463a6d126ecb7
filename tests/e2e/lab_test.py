#!/usr/bin/env python3
"""netpeel lab with real kernels: what each fault does to TCP and UDP, what routers say, who can reach whom, and that nothing
is left behind. Skipped, with the reason, where no namespaces can be made. NETPEEL_LAB_RUNS=100 repeats what must not flake;
as root everything is also tried as an ordinary user."""
import collections
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

BIN = pathlib.Path(sys.argv.pop(1)).resolve()
RUNS = int(os.environ.get("NETPEEL_LAB_RUNS", "1"))
ORDINARY = 65534  # nobody
os.environ["ASAN_OPTIONS"] = "detect_leaks=0"  # what looks for leaks cannot work in a namespace of processes

# ---- What runs on the hosts. ----

TCP_RECEIVER = """
import hashlib, socket
listener = socket.create_server(("", 7000))
c, _ = listener.accept()
data = b""
while piece := c.recv(65536):
    data += piece
c.send(hashlib.sha256(data).hexdigest().encode())
c.close()
"""
# Eight full segments in one call: nothing that this machine does meanwhile comes between them.
TCP_SENDER = """
import hashlib, socket
c = socket.create_connection(("b", 7000))
data = b"".join((b"segment %d " % i).ljust(1448, b".") for i in range(8))
c.sendall(data)
c.shutdown(socket.SHUT_WR)
print(c.recv(100).decode() == hashlib.sha256(data).hexdigest())
"""
# The same, each segment on its own: while a receiver is busy the kernel joins neighbours, and answers both at once.
TCP_PACED_SENDER = TCP_SENDER.replace("c.sendall(data)", "c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)\n"
                                      "import time\nfor i in range(8): c.send(data[i * 1448:][:1448]); time.sleep(0.005)")
TCP_TO_NOBODY = """
import socket, time
c = socket.create_connection(("b", 7000))
print(c.send(b"is anybody there?"))
time.sleep(3.4)
"""
UDP_SENDER = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 9000))
_, to = s.recvfrom(10)
for i in range(6):
    s.sendto(b"datagram %d" % i, to)
"""
# Says when it is ready, and prints what came until nothing comes any more.
UDP_RECEIVER = """
import json, socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(b"go", ("a", 9000))
got = []
s.settimeout(5)
try:
    while True:
        got.append(s.recv(100).decode()[-1])
        s.settimeout(0.4)
except TimeoutError:
    print("".join(got))
"""
# Sends with a small hop limit, and without permission to fragment; prints who complained about what.
ASK_ROUTERS = """
import json, socket, struct
def complaint(size, ttl):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.IPPROTO_IP, 11, 1)   # IP_RECVERR
    s.setsockopt(socket.IPPROTO_IP, 10, 2)   # IP_MTU_DISCOVER: never fragment
    s.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
    s.settimeout(5)
    s.sendto(b"x" * size, ("b", 33434))
    for _ in range(100):
        try:
            _, ancillary, _, _ = s.recvmsg(2000, 500, socket.MSG_ERRQUEUE)
            break
        except BlockingIOError:
            import time; time.sleep(0.05)
    data = ancillary[0][2]
    _, origin, kind, code, _, info, _ = struct.unpack("=IBBBBII", data[:16])
    return [kind, code, info, socket.inet_ntoa(data[20:24])]
print(json.dumps([complaint(10, 1), complaint(10, 2), complaint(1000, 64)]))
"""

SEND_ONE = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('b', 9))"

# ---- Captures. ----

Frame = collections.namedtuple("Frame", "tap time data comment")


def frames(path):
    """All frames of a little-endian pcapng file with nanoseconds, its interfaces by name."""
    data, at, names, out = pathlib.Path(path).read_bytes(), 0, [], []
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        body = data[at + 8 : at + length - 4]
        if kind == 1:
            names.append(options(body[8:])[2].decode())
        elif kind == 6:
            interface, high, low, size = struct.unpack_from("<IIII", body)
            comment = options(body[20 + (size + 3) // 4 * 4 :]).get(1, b"").decode()
            out.append(Frame(names[interface], (high << 32 | low) / 1e9, body[20 : 20 + size], comment))
        at += length
    return out


def options(data):
    out, at = {}, 0
    while at + 4 <= len(data):
        code, size = struct.unpack_from("<HH", data, at)
        if code == 0:
            break
        out[code] = data[at + 4 : at + 4 + size]
        at += 4 + (size + 3) // 4 * 4
    return out


class Tcp:
    """A TCP segment in an IPv4 frame; None where it is none."""

    def __new__(cls, frame):
        d = frame.data
        return super().__new__(cls) if d[12:14] == b"\x08\x00" and d[23] == 6 else None

    def __init__(self, frame):
        ip = frame.data[14 : 14 + struct.unpack_from("!H", frame.data, 16)[0]]
        tcp = ip[20:]
        self.frame, self.tap, self.time, self.comment = frame, frame.tap, frame.time, frame.comment
        self.sport, self.dport, self.seq, self.ack, offset, self.flags = struct.unpack_from("!HHIIBB", tcp)
        self.data = tcp[(offset >> 4) * 4 :]
        self.options = tcp[20 : (offset >> 4) * 4]
        self.good = checksum(ip[12:20] + struct.pack("!HH", 6, len(tcp)) + tcp) == 0xFFFF

    def sack(self):
        at = 0
        while at < len(self.options) and self.options[at] != 0:
            if self.options[at] == 1:
                at += 1
                continue
            if self.options[at] == 5:
                body = self.options[at + 2 : at + self.options[at + 1]]
                return [struct.unpack_from("!II", body, i) for i in range(0, len(body), 8)]
            at += self.options[at + 1]
        return []


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def udp_at(tap, all_frames):
    """(payload, checksum is good) of the datagrams that went from a to b."""
    for f in all_frames:
        if f.tap == tap and f.data[12:14] == b"\x08\x00" and f.data[23] == 17 and f.data[26:30] == bytes([10, 0, 1, 1]):
            ip = f.data[14 : 14 + struct.unpack_from("!H", f.data, 16)[0]]
            yield ip[28:], checksum(ip[12:20] + struct.pack("!HH", 17, len(ip) - 20) + ip[20:]) == 0xFFFF


# ---- Running it. ----

Done = collections.namedtuple("Done", "code out err")
user_words = []  # in front of every command: who runs it
tool_folder = BIN


def netpeel(*words, timeout=60, **more):
    command = [*user_words, str(tool_folder / "netpeel-lab"), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL, **more)
    return Done(done.returncode, done.stdout, done.stderr)


def python(program):
    return [sys.executable if user_words == [] else "/usr/bin/python3", "-c", program]


class Lab(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="netpeel-lab-"))
        self.folder.chmod(0o777)
        self.addCleanup(shutil.rmtree, self.folder)
        self.capture = self.folder / "c.pcapng"

    def script(self, name, program):
        path = self.folder / name
        path.write_text(program)
        return " ".join([*python("")[:-2], str(path)])

    def run_lab(self, command, *words, faults=()):
        self.capture.unlink(missing_ok=True)
        words = [*words, *(w for f in faults for w in ("--fault", f))]
        done = netpeel("run", "-w", self.capture, *words, "--", *command)
        self.assertEqual(done.code, 0, done.err)
        self.frames = frames(self.capture)
        return done.out.strip()

    # With a round trip as on a real way: on a shorter one the kernel's patience with disorder (RFC 8985) ends in microseconds.
    def tcp(self, *faults, sender=TCP_SENDER, delay=["a<>b delay 50ms"]):
        out = self.run_lab(python(sender), "--serve", "b:" + self.script("receiver.py", TCP_RECEIVER), faults=[*delay, *faults])
        all_tcp = [t for t in map(lambda f: Tcp(f), self.frames) if t]
        self.at_a = [t for t in all_tcp if t.tap == "a"]
        self.at_b = [t for t in all_tcp if t.tap == "b"]
        self.punctual(0.05 if delay else 0)
        return out

    def punctual(self, wanted):
        """What TCP does on a wire that came to its work much too late is no fault's doing, and no failure."""
        sent = {}
        for t in self.at_a:
            sent.setdefault((t.sport, t.seq, len(t.data)), t.time)
        late = [t.time - sent[key] - wanted for t in self.at_b if (key := (t.sport, t.seq, len(t.data))) in sent and t.dport == 7000]
        if max(late, default=0) > 0.15:
            self.skipTest(f"this machine was {max(late):.2f} s late")

    @staticmethod
    def data(segments):
        return [t for t in segments if t.data and t.dport == 7000]

    def udp(self, fault):
        return self.run_lab(python(UDP_RECEIVER), "--on", "b", "--serve", "a:" + self.script("sender.py", UDP_SENDER), faults=[fault])


def repeated(test):
    def run(self):
        for n in range(RUNS):
            with self.subTest(run=n):
                test(self)

    return run


class Faults(Lab):
    @repeated
    def test_tcp_without_a_fault(self):
        self.assertEqual(self.tcp(), "True")
        sent = [t.seq for t in self.data(self.at_a)]
        self.assertEqual(sent, sorted(set(sent)))
        self.assertEqual(sent, [t.seq for t in self.data(self.at_b)])
        self.assertTrue(all(t.good for t in self.at_a), "a card was left to fill in checksums")

    @repeated
    def test_tcp_dropped(self):
        self.assertEqual(self.tcp("a>b drop data#3"), "True")
        sent = self.data(self.at_a)
        third = sent[2]
        self.assertEqual(third.comment, "a>b drop data#3: dropped")
        self.assertEqual([t.comment for t in sent].count(""), len(sent) - 1)
        self.assertGreaterEqual(sum(t.seq == third.seq for t in sent), 2, "not sent again")
        self.assertEqual(sum(t.seq == third.seq for t in self.data(self.at_b)), 1)
        self.assertTrue(any(t.sack() for t in self.at_a if t.sport == 7000), "no SACK at a")

    @repeated
    def test_tcp_swapped(self):
        self.assertEqual(self.tcp("a>b swap data#3"), "True")
        sent, got = [t.seq for t in self.data(self.at_a)], [t.seq for t in self.data(self.at_b)]
        self.assertEqual(len(set(sent)), len(sent), "sent again for nothing")
        self.assertEqual(got[2:4], [sent[3], sent[2]])
        self.assertEqual(sorted(got), sent)

    @repeated
    def test_tcp_doubled(self):
        self.assertEqual(self.tcp("a>b dup data#3", sender=TCP_PACED_SENDER), "True")
        sent, got = [t.seq for t in self.data(self.at_a)], [t.seq for t in self.data(self.at_b)]
        self.assertEqual(got[:4], [*sent[:3], sent[2]])
        self.assertEqual([n for n, t in enumerate(self.data(self.at_b)) if "a second copy" in t.comment], [3])
        # D-SACK (RFC 2883): a block below the acknowledgment number
        self.assertTrue(any(t.sack() and t.sack()[0][0] < t.ack for t in self.at_a if t.sport == 7000), "no D-SACK")

    @repeated
    def test_tcp_bent(self):
        self.assertEqual(self.tcp("a>b corrupt data#3 bit 100"), "True")
        third = self.data(self.at_a)[2]
        bad = [t for t in self.at_b if not t.good]
        self.assertEqual([t.seq for t in bad], [third.seq])
        self.assertIn("bit 100 of what it carries turned over", bad[0].comment)
        self.assertGreaterEqual(sum(t.seq == third.seq for t in self.data(self.at_a)), 2, "not sent again")

    def test_tcp_bent_and_mended_gets_through(self):
        self.assertEqual(self.tcp("a>b corrupt data#3 bit 100 fix"), "False")
        self.assertTrue(all(t.good for t in self.at_b))

    @repeated
    def test_tcp_cut_after_the_handshake(self):
        self.assertEqual(self.tcp("a>b cut data#1", sender=TCP_TO_NOBODY, delay=[]), "17")
        self.assertEqual(self.data(self.at_b), [])
        tries = [t for t in self.data(self.at_a)]
        self.assertGreaterEqual(len(tries), 4)
        self.assertTrue(all(t.comment == "a>b cut data#1: lost, the wire is cut" for t in tries))
        waits = [y.time - x.time for x, y in zip(tries, tries[1:])]
        # The first may be a probe (RFC 8985); from then on each timeout is twice the one before.
        for shorter, longer in zip(waits[1:], waits[2:]):
            self.assertGreater(longer, 1.5 * shorter, waits)

    @repeated
    def test_udp(self):
        self.assertEqual(self.udp("a<>b delay 1ms"), "012345")
        self.assertEqual(self.udp("a>b drop datagram#3"), "01345")
        self.assertEqual(self.udp("a>b swap datagram#3"), "013245")
        self.assertEqual(self.udp("a>b dup datagram#3"), "0122345")
        self.assertEqual(self.udp("a>b corrupt datagram#3"), "01345")
        self.assertEqual([good for _, good in udp_at("a", self.frames)], [True] * 6)
        self.assertEqual([good for _, good in udp_at("b", self.frames)], [True, True, False, True, True, True])

    def test_loss_is_the_same_every_run(self):
        first = self.udp("a>b loss 50% (udp) seed=4")
        self.assertIn(len(first), (1, 2, 3, 4, 5))
        for _ in range(RUNS):
            self.assertEqual(self.udp("a>b loss 50% (udp) seed=4"), first)

    def test_a_slow_line_takes_its_time(self):
        self.udp("a>b rate 10kbit datagram")
        sent, got = ([f.time for f in self.frames if f.tap == tap and f.data[12:14] == b"\x08\x00" and f.data[26:30] == bytes([10, 0, 1, 1])]
                     for tap in "ab")
        # 52 bytes at 10 kbit/s take 41.6 ms; the n-th waits for those before it.
        for n, time_at_b in enumerate(got, 1):
            self.assertGreater(time_at_b - sent[0], n * 0.0416 - 0.001)
        self.assertEqual(len(got), 6)


class Networks(Lab):
    def test_arp_and_neighbour_discovery(self):
        ask = "import socket\nfor f in socket.AF_INET, socket.AF_INET6: socket.socket(f, socket.SOCK_DGRAM).sendto(b'x', ('b', 9))\n" \
              "import time; time.sleep(0.3)"
        self.run_lab(python(ask))
        for tap in "ab":
            kinds = [f.data[12:14] for f in self.frames if f.tap == tap]
            self.assertGreaterEqual(kinds.count(b"\x08\x06"), 2, "ARP")
            nd = [f.data[54] for f in self.frames if f.tap == tap and f.data[12:14] == b"\x86\xdd" and f.data[20] == 58]
            self.assertTrue({135, 136} <= set(nd), nd)

    @repeated
    def test_routers_complain(self):
        said = json.loads(self.run_lab(python(ASK_ROUTERS), "--shape", "hops"))
        self.assertEqual(said[0], [11, 0, 0, "10.0.1.2"])
        self.assertEqual(said[1], [11, 0, 0, "10.0.2.2"])
        self.assertEqual(said[2], [3, 4, 900, "10.0.2.2"])
        self.assertLessEqual({"a", "r1:a", "r1:r2", "r2:r1"}, {f.tap for f in self.frames})

    def test_routers_forward_both_protocols(self):
        both = "import socket\nfor f in socket.AF_INET, socket.AF_INET6:\n" \
               " s = socket.socket(f, socket.SOCK_STREAM); s.connect(('b', 7000)); print(s.recv(9).decode())"
        server = "import socket\ns = socket.create_server(('::', 7000), family=socket.AF_INET6, dualstack_ipv6=True)\n" \
                 "for i in range(2): s.accept()[0].send(b'hello')\nimport time; time.sleep(9)"
        out = self.run_lab(python(both), "--shape", "hops", "--mtu", "1500,1400,1280", "--tap", "b",
                           "--serve", "b:" + self.script("server.py", server))
        self.assertEqual(out.split(), ["hello", "hello"])
        self.assertEqual({f.tap for f in self.frames}, {"b"})

    def test_a_room(self):
        ask = "import socket; s = socket.create_connection(('server', 7000)); print(s.recv(9).decode())"
        server = "import socket\ns = socket.create_server(('', 7000))\nwhile True: s.accept()[0].send(b'hello')"
        out = self.run_lab(python(ask), "--shape", "room", "--clients", "4", "--broker", "--on", "c3",
                           "--serve", "server:" + self.script("server.py", server))
        self.assertEqual(out, "hello")
        self.assertEqual({f.tap for f in self.frames if f.data[12:14] == b"\x08\x00"}, {"c3", "server"})

    def test_names_and_hosts(self):
        done = netpeel("run", "--shape", "room", "--second-server", "--", "sh", "-c",
                       'hostname; echo $NETPEEL_HOST; for h in c1 c3 server2; do getent ahostsv4 $h | head -1; done')
        self.assertEqual(done.out.split()[:2], ["server", "server"])
        self.assertIn("10.0.1.3", done.out)
        self.assertEqual(done.out.count("STREAM"), 3)

    def test_a_machine_without_a_hosts_file(self):
        """As a minimal Debian is: there is no /etc/hosts that ours could cover."""
        bare = ["unshare", "-Urm", "sh", "-c", 'mount -t tmpfs none /etc && : >/etc/kept && exec "$@"', "sh"]
        done = subprocess.run([*user_words, *bare, str(tool_folder / "netpeel-lab"), "run", "--", "sh", "-c", "getent ahostsv4 b; ls /etc"],
                              capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        if "unshare:" in done.stderr or "mount:" in done.stderr:
            self.skipTest(done.stderr.strip())
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("10.0.1.2", done.stdout)
        self.assertEqual(done.stdout.splitlines()[-2:], ["hosts", "kept"])  # the rest of /etc is there as well
        self.assertNotIn("not known", done.stderr)

    def test_the_capture_into_a_pipe(self):
        done = subprocess.run([*user_words, str(tool_folder / "netpeel-lab"), "run", "-w", "-", "--", "sh", "-c", "echo said; getent hosts b"],
                              capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 0)
        self.assertTrue(done.stdout.startswith(b"\x0a\x0d\x0d\x0a"))
        self.assertIn(b"said", done.stderr)


class Ends(Lab):
    """Exit codes, mistakes, and that nothing is left."""

    def refused(self, code, says, *words):
        done = netpeel(*words)
        self.assertEqual(done.code, code, done)
        self.assertIn(says, done.err)
        self.assertEqual(done.err.count("Operation not permitted"), 0)

    def test_the_exit_code_is_passed_on(self):
        self.assertEqual(netpeel("run", "--", "sh", "-c", "exit 7").code, 7)
        self.assertEqual(netpeel("run", "--", "sh", "-c", "kill -9 $$").code, 137)

    def test_mistakes(self):
        self.refused(2, "did you mean drop?", "run", "--fault", "a>b dorp data#3", "--", "true")
        self.refused(2, "      ^~~~", "run", "--fault", "a>b dorp data#3", "--", "true")
        self.refused(2, 'there is no host "c"', "run", "--fault", "a>c drop data#3", "--", "true")
        self.refused(2, "no host", "run", "--on", "z", "--", "true")
        self.refused(2, "1 to 60 clients", "run", "--shape", "room", "--clients", "1000", "--", "true")
        self.refused(2, "68 to 9000", "run", "--mtu", "10", "--", "true")
        self.refused(2, "a host, a colon", "run", "--serve", "nonsense", "--", "true")
        self.refused(2, "nothing to run", "run")
        self.refused(2, "does not know", "lift")
        self.refused(3, 'there is no program "no-such-program"', "run", "--", "no-such-program")
        self.refused(3, "ended at once, with exit code 3", "run", "--serve", "b:exit 3", "--", "sleep", "60")
        self.refused(3, "is up", "fault", "--name", "not-there", "clear")
        self.refused(3, "No space left", "run", "-w", "/dev/full", "--", "sh", "-c", "getent hosts b; sleep 1")
        self.refused(3, "does not exist", "run", "-w", "/no/such/folder/x.pcapng", "--", "true")

    def processes(self, mark):
        out = []
        for entry in pathlib.Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and mark in (entry / "cmdline").read_bytes():
                    out.append(entry.name)
            except OSError:
                pass
        return out

    def start(self, *words, **more):
        return subprocess.Popen([*user_words, str(tool_folder / "netpeel-lab"), *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **more)

    def gone(self, mark):
        for _ in range(100):
            if not self.processes(mark):
                return True
            time.sleep(0.05)
        return False

    def test_a_killed_lab_leaves_nothing(self):
        mark = f"{os.getpid()}86401"
        for how in (signal.SIGKILL, signal.SIGTERM):
            lab = self.start("run", "--serve", f"b:sleep {mark} & exec {self.script('r.py', TCP_RECEIVER)}", "--", "sh", "-c", f"echo up; sleep {mark}; true")
            self.assertEqual(lab.stdout.readline(), b"up\n")
            self.assertGreaterEqual(len(self.processes(mark.encode())), 3)
            lab.send_signal(how)
            lab.wait(timeout=20)
            lab.stdout.close()
            self.assertTrue(self.gone(mark.encode()), how)

    def test_the_first_process_killed_ends_everything(self):
        mark = f"{os.getpid()}86402"
        lab = self.start("run", "--", "sh", "-c", f"echo up; sleep {mark}; true")
        self.assertEqual(lab.stdout.readline(), b"up\n")
        children = pathlib.Path(f"/proc/{lab.pid}/task/{lab.pid}/children")
        if not children.exists():
            self.skipTest("this kernel does not list children")
        os.kill(int(children.read_text().split()[0]), signal.SIGKILL)
        self.assertEqual(lab.wait(timeout=20), 137)
        lab.stdout.close()
        self.assertTrue(self.gone(mark.encode()))

    def test_ctrl_c(self):
        lab = self.start("run", "--", *python("import time; print('up', flush=True); time.sleep(60)"), start_new_session=True)
        self.assertEqual(lab.stdout.readline(), b"up\n")
        os.killpg(lab.pid, signal.SIGINT)
        self.assertNotEqual(lab.wait(timeout=20), 0)
        lab.stdout.close()


class Closed(Lab):
    """Where the kernel makes no namespaces for this user: reasons and a way out, in words."""

    # In a user namespace of its own the limit can be set without touching the machine's.
    WITHOUT = ["unshare", "-Ur", "sh", "-c", 'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --bounding-set=-all "$@"', "sh"]

    def closed(self, *command):
        done = subprocess.run([*user_words, *self.WITHOUT, *command], capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL)
        if "unshare:" in done.stderr or "setpriv:" in done.stderr or "sh:" in done.stderr:
            self.skipTest(done.stderr.strip())
        return done

    def test_lab_says_why_not(self):
        done = self.closed(str(tool_folder / "netpeel-lab"), "run", "--", "true")
        self.assertEqual(done.returncode, 3, done)
        self.assertIn("the number of user namespaces is limited to none", done.stderr)
        self.assertIn("sudo sysctl -w user.max_user_namespaces=", done.stderr)

    def test_doctor_says_why_not(self):
        done = self.closed(str(tool_folder / "netpeel-doctor"), "--json")
        self.assertEqual(done.returncode, 0, done)
        said = json.loads(done.stdout)
        self.assertEqual(said["level"], "C")
        self.assertFalse(said["checks"][0]["yes"])
        self.assertIn("user.max_user_namespaces", said["checks"][0]["mend"])

    def test_doctor_where_it_works(self):
        began = time.monotonic()
        done = subprocess.run([*user_words, str(tool_folder / "netpeel-doctor"), "--json"], capture_output=True, text=True, timeout=30)
        self.assertLess(time.monotonic() - began, 10)
        said = json.loads(done.stdout)
        self.assertEqual(said["level"], "A")
        self.assertIn("two hosts were made", said["checks"][0]["why"])


class Background(Lab):
    def name(self, n=0):
        name = f"test-{os.getpid()}-{n}"
        self.addCleanup(netpeel, "down", "--name", name)
        return name

    def test_up_exec_fault_status_down(self):
        name = self.name()
        done = netpeel("up", "--name", name, "-w", self.capture)
        self.assertEqual(done.code, 0, done.err)
        again = netpeel("up", "--name", name)
        self.assertEqual(again.code, 3)
        self.assertIn("is up already", again.err)
        self.assertEqual(netpeel("exec", "b", "--name", name, "--", "hostname").out, "b\n")
        self.assertEqual(netpeel("exec", "a", "--name", name, "--", "sh", "-c", "exit 9").code, 9)
        self.assertEqual(netpeel("exec", "z", "--name", name, "--", "true").code, 2)

        # Two datagrams, a fault in between.
        send = python(SEND_ONE)
        self.assertEqual(netpeel("exec", "a", "--name", name, "--", *send).code, 0)
        self.assertEqual(netpeel("fault", "--name", name, "a>b drop datagram#1").out, "a>b drop datagram#1\n")
        self.assertEqual(netpeel("fault", "--name", name, "a>b dorp").code, 2)
        self.assertEqual(netpeel("exec", "a", "--name", name, "--", *send).code, 0)
        for _ in range(40):
            said = json.loads(netpeel("status", "--json", "--name", name).out)
            if said["struck"]:
                break
            time.sleep(0.05)
        self.assertEqual(said["shape"], "pair")
        self.assertEqual(said["lost_by_machine"], 0)
        self.assertEqual([(f["fault"], f["struck"], f["over"]) for f in said["faults"]], [("a>b drop datagram#1", 1, True)])
        self.assertEqual([entry["says"] for entry in said["log"]], ["a>b drop datagram#1: dropped"])
        self.assertIn("a>b drop datagram#1", netpeel("status", "--name", name).out)

        self.assertEqual(netpeel("down", "--name", name).code, 0)
        self.assertEqual(netpeel("status", "--name", name).code, 3)
        all_frames = frames(self.capture)
        self.assertEqual(len(list(udp_at("a", all_frames))), 2)
        self.assertEqual(len(list(udp_at("b", all_frames))), 1)

    def test_up_while_a_process_is_there(self):
        name = self.name()
        owner = subprocess.Popen(["sleep", "60"])
        self.assertEqual(netpeel("up", "-q", "--name", name, "--while", owner.pid).code, 0)
        self.assertEqual(netpeel("status", "--name", name).code, 0)
        owner.kill()
        owner.wait()
        until = time.monotonic() + 5
        while netpeel("status", "--name", name).code == 0 and time.monotonic() < until:
            time.sleep(0.05)
        self.assertEqual(netpeel("status", "--name", name).code, 3)
        late = netpeel("up", "-q", "--name", name, "--while", owner.pid)
        self.assertEqual(late.code, 3)
        self.assertIn(f"find the process {owner.pid}", late.err)

    def test_a_full_disk_ends_the_capture_and_not_the_lab(self):
        name = self.name()
        self.assertEqual(netpeel("up", "-q", "--name", name, "-w", "/dev/full").code, 0)
        for _ in range(40):
            self.assertEqual(netpeel("exec", "a", "--name", name, "--", *python(SEND_ONE)).code, 0)
            status = netpeel("status", "--name", name).out
            if "the capture ended" in status:
                break
            time.sleep(0.1)
        self.assertIn("No space left on device", status)
        self.assertEqual(netpeel("down", "--name", name).code, 0)

    def test_a_fault_while_a_program_runs(self):
        name = self.name()
        program = "import subprocess, sys, time\nprint('up', flush=True)\nsys.stdin.readline()\n" \
                  "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nfor i in range(3): s.sendto(b'x', ('b', 9))\ntime.sleep(0.2)"
        lab = subprocess.Popen([*user_words, str(tool_folder / "netpeel-lab"), "run", "--name", name, "-w", str(self.capture), "--", *python(program)],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.assertEqual(lab.stdout.readline(), b"up\n")
        self.assertEqual(netpeel("fault", "--name", name, "a>b", "drop", "datagram#2").code, 0)
        lab.communicate(b"go\n", timeout=30)
        self.assertEqual(lab.returncode, 0)
        all_frames = frames(self.capture)
        self.assertEqual(len(list(udp_at("a", all_frames))), 3)
        self.assertEqual(len(list(udp_at("b", all_frames))), 2)

    def one_and_two_while_it_stands_still(self, name):
        """Two datagrams, the lab's first process stopped between them; how far apart they were sent."""
        keeper = int(subprocess.run(["pgrep", "-f", f"lab up .*--name {name} "], capture_output=True).stdout.split()[0])
        two = python("import socket, time; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b'1', ('b', 9)); "
                     "t = time.monotonic(); print(1, flush=True); time.sleep(0.04); s.sendto(b'2', ('b', 9)); "
                     "print(time.monotonic() - t, flush=True)")
        sender = subprocess.Popen([*user_words, str(tool_folder / "netpeel-lab"), "exec", "a", "--name", name, "--", *two],
                                  stdout=subprocess.PIPE, text=True)
        self.assertEqual(sender.stdout.readline(), "1\n")
        time.sleep(0.01)
        os.kill(keeper, signal.SIGSTOP)
        apart = float(sender.stdout.readline())
        time.sleep(0.4)
        os.kill(keeper, signal.SIGCONT)
        self.assertEqual(sender.wait(timeout=10), 0)
        sender.stdout.close()
        return apart

    def test_a_machine_that_stands_still_for_a_moment_changes_no_order(self):
        """A swap waits 300 ms for a next frame: by the clock of the frames, not by that of a machine that was busy elsewhere."""
        for n in range(10):  # if the machine was too busy to send both within that time, once more
            name = self.name(n)
            self.assertEqual(netpeel("up", "-q", "--name", name, "-w", self.capture, "--fault", "a>b swap datagram#1").code, 0)
            apart = self.one_and_two_while_it_stands_still(name)
            self.assertEqual(netpeel("down", "--name", name).code, 0)
            if apart < 0.25:
                break
        self.assertEqual([data for data, good in udp_at("b", frames(self.capture))], [b"2", b"1"])

    def test_down_ends_a_program_too(self):
        name = self.name()
        lab = subprocess.Popen([*user_words, str(tool_folder / "netpeel-lab"), "run", "--name", name, "--", "sh", "-c", "echo up; exec sleep 60"],
                               stdout=subprocess.PIPE)
        self.assertEqual(lab.stdout.readline(), b"up\n")
        self.assertEqual(netpeel("down", "--name", name).code, 0)
        self.assertEqual(lab.wait(timeout=10), 128 + signal.SIGTERM)
        lab.stdout.close()

    def test_ten_side_by_side(self):
        names = [self.name(n) for n in range(10)]
        for n, name in enumerate(names):
            self.assertEqual(netpeel("up", "-q", "--name", name, "--shape", "room", "--clients", str(n + 1)).code, 0)
        for n, name in enumerate(names):
            hosts = netpeel("exec", f"c{n + 1}", "--name", name, "--", "grep", "-c", " c[0-9]", "/etc/hosts")
            self.assertEqual(int(hosts.out), 2 * (n + 1))
            self.assertEqual(netpeel("exec", f"c{n + 2}", "--name", name, "--", "true").code, 2)

    def test_programs_end_with_the_lab(self):
        name = self.name()
        self.assertEqual(netpeel("up", "-q", "--name", name).code, 0)
        guest = subprocess.Popen([*user_words, str(tool_folder / "netpeel-lab"), "exec", "a", "--name", name, "--", "sleep", "60"])
        time.sleep(0.5)
        self.assertEqual(netpeel("down", "--name", name).code, 0)
        self.assertNotEqual(guest.wait(timeout=10), 0)


def suite():
    loader = unittest.defaultTestLoader
    names = [a for a in sys.argv[1:] if not a.startswith("-")]
    module = sys.modules[__name__]
    return loader.loadTestsFromNames(names, module) if names else loader.loadTestsFromModule(module)


def run():
    return unittest.TextTestRunner(verbosity=2 if "-v" in sys.argv else 1).run(suite()).wasSuccessful()


def as_ordinary_user():
    """The same again as nobody in particular, with copies of the programs where he may read them."""
    global tool_folder
    if os.geteuid() != 0 or shutil.which("setpriv") is None or not os.access("/usr/bin/python3", os.X_OK):
        return True
    with tempfile.TemporaryDirectory(prefix="netpeel-bin-") as folder:
        os.chmod(folder, 0o755)
        for program in "netpeel-lab", "netpeel-doctor":
            shutil.copy(BIN / program, folder)
            os.chmod(pathlib.Path(folder) / program, 0o755)
        tool_folder = pathlib.Path(folder)
        os.chdir("/")
        user_words[:] = ["setpriv", f"--reuid={ORDINARY}", f"--regid={ORDINARY}", "--clear-groups"]
        trial = netpeel("run", "--", "true")
        if trial.code != 0:
            print("not tried as an ordinary user:", trial.err.strip())
            return True
        print("as an ordinary user:", flush=True)
        return run()


if __name__ == "__main__":
    trial = netpeel("run", "--", "true")
    if trial.code == 3:
        print("skipped:", trial.err.strip())
        sys.exit(77)
    good = run()
    sys.exit(0 if as_ordinary_user() and good else 1)
