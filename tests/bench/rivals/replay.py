#!/usr/bin/env python3
"""Frames onto an interface, netpeel-replay against tcpreplay: how many a second, and how well each keeps the file's times.

    tests/bench/rivals/replay.py [--build build/release] [--rounds 5] [--frames 400000] [--seconds 4]

A pair of virtual cards in a network namespace of its own; contenders take turns in one run. The rate is the card's own count of
what arrived, over the time that the program names. Times are those at which the kernel received each frame at the other end,
whatever the programs say themselves: `at` is how far a frame is from its place in the file once both begin together (at the
median of all offsets), `gap` how far the time to the frame before is from the file's. Prints rows of a Markdown table: medians
of the rounds. Wanted: root or user namespaces, python3, iproute2, tcpreplay, util-linux.
"""
import argparse, json, os, random, re, shutil, socket, statistics, struct, subprocess, sys, tempfile, threading, time

INSIDE = "NETPEEL_VETH_INSIDE"
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))


def timed_file(path, seconds, seed=1):
    """Frames with gaps as they come, 1 ms on average; their times in nanoseconds."""
    rng, at, times = random.Random(seed), 1_700_000_000_000_000, []
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        while not times or at < times[0] // 1000 + seconds * 1_000_000:
            size = rng.choice((60, 60, 300, 1500))
            frame = b"\xff" * 6 + b"\x02\0\0\0\0\1" + b"\x88\xb5" + struct.pack(">I", len(times)) + bytes(size - 18)
            f.write(struct.pack("<IIII", at // 1_000_000, at % 1_000_000, size, size) + frame)
            times.append(at * 1000)
            at += 1 + int(rng.expovariate(1 / 1000))
    return times


class Receiver(threading.Thread):
    """What arrives, with the kernel's times."""

    def __init__(self, interface, wanted):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88B5))
        self.socket.bind((interface, 0x88B5))
        self.socket.setsockopt(socket.SOL_SOCKET, 35, 1)  # SO_TIMESTAMPNS
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 20)
        self.socket.settimeout(8)
        self.wanted, self.times = wanted, {}

    def run(self):
        while len(self.times) < self.wanted:
            try:
                data, ancillary, _, _ = self.socket.recvmsg(18, 100)
            except TimeoutError:
                return
            seconds, nano = struct.unpack("=qq", ancillary[0][2][:16])
            self.times[struct.unpack(">I", data[14:18])[0]] = seconds * 1_000_000_000 + nano


def share(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(part * len(values)))]


def timing(argv, times):
    receiver = Receiver("in0", len(times))
    receiver.start()
    done = subprocess.run(argv, capture_output=True, text=True)
    receiver.join()
    if done.returncode != 0 or len(receiver.times) != len(times):
        sys.exit(f"{argv}: {len(receiver.times)} of {len(times)} frames arrived\n{done.stdout}{done.stderr}")
    got = [receiver.times[i] for i in range(len(times))]
    offsets = [g - t for g, t in zip(got, times)]
    middle = statistics.median(offsets)
    at = [abs(o - middle) / 1000 for o in offsets]
    gap = [abs(b - a) / 1000 for a, b in zip(offsets, offsets[1:])]
    return share(at, 0.5), share(at, 0.99), share(gap, 0.5), share(gap, 0.99)


def received():
    with open("/sys/class/net/in0/statistics/rx_packets") as f:
        return int(f.read())


def rate(argv, frames):
    before = received()
    done = subprocess.run(argv, capture_output=True, text=True)
    arrived = received() - before
    said = re.search(r"(?:sent in|bytes, in) ([\d.]+) s", done.stdout + done.stderr)
    if done.returncode != 0 or said is None or arrived != frames:
        sys.exit(f"{argv}: {arrived} of {frames} frames arrived\n{done.stdout}{done.stderr}")
    return arrived / float(said.group(1))


def load():
    with open("/proc/loadavg") as f:
        return f.read().split()[0]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--build", default=os.path.join(ROOT, "build", "release"))
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--frames", type=int, default=400_000)
    ap.add_argument("--seconds", type=int, default=4)
    args = ap.parse_args()
    if os.environ.get(INSIDE) is None:
        os.environ[INSIDE] = "1"
        own = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        os.execvp("unshare", ["unshare", *own, "--net", "--mount", sys.executable, os.path.abspath(__file__), *sys.argv[1:]])
    subprocess.run(["mount", "-t", "sysfs", "none", "/sys"], check=True)  # this namespace's cards
    subprocess.run("ip link add out0 type veth peer name in0".split(), check=True)
    for card in ("out0", "in0"):
        with open(f"/proc/sys/net/ipv6/conf/{card}/disable_ipv6", "w") as f:
            f.write("1")
        subprocess.run(["ip", "link", "set", card, "mtu", "1600", "up"], check=True)
    ours = [os.path.join(args.build, "bin", "netpeel-replay"), "-q", "-i", "out0", "--really", "out0"]
    theirs = [shutil.which("tcpreplay"), "-i", "out0"]
    began = load()
    with tempfile.TemporaryDirectory(prefix="netpeel_replay") as folder:
        rates, errors = {}, {}
        for mix in ("small", "imix"):
            traffic = os.path.join(folder, mix + ".pcap")
            subprocess.run([os.path.join(args.build, "bench", "bench_traffic"), traffic, str(args.frames), mix], check=True)
            who = {"netpeel replay --topspeed": [*ours, "--topspeed", traffic], "tcpreplay -t": [*theirs, "-t", traffic],
                   "tcpreplay -t -K": [*theirs, "-t", "-K", traffic]}
            for n in range(args.rounds + 1):  # the first round warms up and does not count
                for name, argv in who.items():
                    r = rate(argv, args.frames)
                    if n > 0:
                        rates.setdefault((mix, name), []).append(r)
        timed = os.path.join(folder, "timed.pcap")
        times = timed_file(timed, args.seconds)
        who = {"netpeel replay": [*ours, timed], "tcpreplay": [*theirs, timed], "tcpreplay -T gtod": [*theirs, "-T", "gtod", timed]}
        if shutil.which("chrt") and os.geteuid() == 0:  # as ours does by itself where it may
            who["chrt -f 1 tcpreplay"] = ["chrt", "-f", "1", *theirs, timed]
        for n in range(args.rounds):
            for name, argv in who.items():
                errors.setdefault(name, []).append(timing(argv, times))
    print(f"{time.strftime('%Y-%m-%d %H:%M')} UTC, load {began} to {load()}, {args.rounds} rounds\n")
    print(f"| {args.frames} frames | frames/s |\n|---|---|")
    for (mix, name), r in rates.items():
        print(f"| {mix}, {name} | {statistics.median(r) / 1e3:.0f} k |")
    print(f"\n| {len(times)} frames in {args.seconds} s | at p50 | at p99 | gap p50 | gap p99 |\n|---|---|---|---|---|")
    for name, rows in errors.items():
        print(f"| {name} | " + " | ".join(f"{statistics.median(column):.1f} µs" for column in zip(*rows)) + " |")


if __name__ == "__main__":
    main()
