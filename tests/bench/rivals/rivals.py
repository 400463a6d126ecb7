#!/usr/bin/env python3
"""Whole processes against each other, in interleaved rounds of one run: medians, and ratios of medians.

    tests/bench/rivals/rivals.py [--build build/release] [--rounds 5] [--packets 2000000] [--mix small imix] [--only json]

Rivals are tshark, tcpdump and libtins, as far as they are installed. All read the same made-up traffic (bench_traffic), the
slow ones fewer packets of it; output goes to /dev/null. A rate is packets divided by wall time, from which the time that the
same command takes on an empty capture was taken: a program with a slow start is not judged by it. Prints a Markdown table.
"""
import argparse, os, re, shutil, statistics, subprocess, sys, tempfile, time

FIELDS = ["frame.number", "ip.src", "ip.dst", "tcp.dstport", "udp.dstport"]
FILTER = "tcp.dstport == 50007 && ip.ttl < 70"


def start(argv, path):
    argv = [path if a == "{}" else a for a in argv]
    return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def finish(child):
    if child.wait() != 0:
        sys.exit(f"{' '.join(child.args)}: exit status {child.returncode}")


def wall(argv, path):
    """The seconds that one command takes for one capture."""
    began = time.monotonic()
    finish(start(argv, path))
    return time.monotonic() - began


def peak(argv, path):
    """Its peak resident memory in MiB. Not from wait4(): that counts the Python from which the process was forked."""
    child, most = start(argv, path), 0
    while child.poll() is None:
        try:
            with open(f"/proc/{child.pid}/status") as status:
                if os.path.realpath(f"/proc/{child.pid}/exe") == os.path.realpath(argv[0]):
                    most = max(most, int((re.search(r"VmHWM:\s*(\d+)", status.read()) or [0, 0])[1]))
        except OSError:
            pass
        time.sleep(0.002)
    finish(child)
    return most / 1024


def fields_of(flag):
    return [x for f in FIELDS for x in (flag, f)]


def measures(bin_dir, bench_dir):
    """[(measure, goal as a ratio, [(who, share of the packets, argv)])]; ours comes first."""
    decode = os.path.join(bin_dir, "netpeel-decode")
    tshark, tcpdump = shutil.which("tshark"), shutil.which("tcpdump")
    tins = os.path.join(bench_dir, "bench_rival_libtins")
    slow, middling = 0.025, 0.1

    def with_tshark(ours, *theirs):
        return [("netpeel", 1 if ours[0] != "-V" and ours[0] != "--json" else 0.5, [decode, "-q", "-r", "{}", *ours])] + (
            [("tshark", slow, [tshark, "-n", "-r", "{}", *theirs])] if tshark else [])

    out = [("walk", 5, [("netpeel", 1, [os.path.join(bench_dir, "bench_walk"), "{}"])] + ([("libtins", 0.5, [tins, "{}"])] if os.path.exists(tins) else [])),
           ("filter -Y", 500, with_tshark(["-Y", FILTER], "-Y", FILTER)),
           ("tree", 100, with_tshark(["-V"], "-V")),
           ("JSON", 100, with_tshark(["--json"], "-T", "json")),
           ("five fields", 300, with_tshark(["-T", "fields", *fields_of("-e")], "-T", "fields", *fields_of("-e")))]
    line = [("netpeel", 0.5, [decode, "-q", "-r", "{}"])]
    if tcpdump:
        line.append(("tcpdump", middling, [tcpdump, "-nn", "-r", "{}"]))
    if tshark:
        line.append(("tshark", slow, [tshark, "-n", "-r", "{}"]))
    return out + [("line", 5, line)]


def rate(packets, walls, starts):
    return packets / max(statistics.median(walls) - statistics.median(starts), 1e-6)


def human(value):
    return f"{value / 1e6:.2f} M" if value >= 1e6 else f"{value / 1e3:.1f} k" if value >= 1e3 else f"{value:.0f}"


def machine():
    try:
        model = re.search(r"model name\s*: (.*)", open("/proc/cpuinfo").read())
    except OSError:
        model = None
    return f"{model[1] if model else 'unknown processor'}, {os.cpu_count()} cores"


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    ap.add_argument("--build", default=os.path.join(root, "build", "release"))
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--packets", type=int, default=2_000_000)
    ap.add_argument("--mix", nargs="+", choices=["small", "imix"], default=["small", "imix"])
    ap.add_argument("--only", nargs="+", help="only these measures (their first word)")
    ap.add_argument("--tmp", help="where the captures are made; needs 400 bytes a packet")
    args = ap.parse_args()
    bench_dir = os.path.join(args.build, "bench")
    traffic = os.path.join(bench_dir, "bench_traffic")
    if not os.path.exists(traffic):
        sys.exit(f"{traffic} is not there: install libbenchmark-dev, then cmake --preset release && cmake --build --preset release")
    todo = [m for m in measures(os.path.join(args.build, "bin"), bench_dir) if not args.only or m[0].split()[0] in args.only]
    rows, memory = [], []
    with tempfile.TemporaryDirectory(prefix="netpeel_rivals", dir=args.tmp) as folder:
        empty = os.path.join(folder, "empty.pcap")
        subprocess.run([traffic, empty, "0", "small"], check=True)
        for mix in args.mix:
            captures = {}
            for _, _, who in todo:
                for _, share, _ in who:
                    count = max(1, int(args.packets * share))
                    if count not in captures:
                        captures[count] = os.path.join(folder, f"{mix}{count}.pcap")
                        subprocess.run([traffic, captures[count], str(count), mix], check=True)
            walls, starts = {}, {}
            for n in range(args.rounds + 1):  # the first round warms the caches and does not count
                for name, _, who in todo:
                    for rival, share, argv in who:
                        count, key = max(1, int(args.packets * share)), (name, rival)
                        pair = wall(argv, empty), wall(argv, captures[count])
                        if n > 0:
                            starts.setdefault(key, []).append(pair[0])
                            walls.setdefault(key, []).append(pair[1])
                print(f"{mix}: round {n} of {args.rounds}", file=sys.stderr)
            for name, goal, who in todo:
                rates = [(rival, rate(max(1, int(args.packets * share)), walls[name, rival], starts[name, rival])) for rival, share, _ in who]
                for rival, r in rates[1:]:
                    wanted = f"{goal}x" if rival == rates[1][0] else ""
                    rows.append(f"| {name} | {mix} | {human(rates[0][1])} | {rival} | {human(r)} | {rates[0][1] / r:.1f}x | {wanted} |")
                if len(rates) == 1:
                    rows.append(f"| {name} | {mix} | {human(rates[0][1])} | - | - | - | {goal}x |")
                counts = [max(1, int(args.packets * share)) for _, share, _ in who]
                memory.append((name, mix, [(rival, peak(argv, captures[count]), count) for (rival, _, argv), count in zip(who, counts)]))
            for path in captures.values():
                os.remove(path)
    print(f"{time.strftime('%Y-%m-%d')}, {machine()}; medians of {args.rounds} interleaved rounds, up to {args.packets} packets\n")
    print("| measure | traffic | netpeel packets/s | rival | packets/s | ratio | wanted |\n|---|---|---|---|---|---|---|")
    print("\n".join(rows))
    print("\n| peak resident memory, MiB | traffic | who (packets) |\n|---|---|---|")
    for name, mix, who in memory:
        print(f"| {name} | {mix} | " + ", ".join(f"{rival} {mib:.0f} ({human(count)})" for rival, mib, count in who) + " |")


if __name__ == "__main__":
    main()
