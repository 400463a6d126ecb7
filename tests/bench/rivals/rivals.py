#!/usr/bin/env python3
"""Whole processes against each other, in interleaved rounds of one run: medians, and ratios of medians.

    tests/bench/rivals/rivals.py [--build build/release] [--rounds 5] [--slow-rounds 1] [--packets 400000]
                                 [--fast-packets 2000000] [--mix small imix] [--only json]
"tree1", "JSON1" and "filter1" are the same by one process; without --jobs at a large file works one for each processor, up to four.
"conversations" and "with analysis" are ours against the rival's parse alone: layers and the conversations they belong to; and these with
TCP analysis and streams put together as well.

Rivals are tshark, tcpdump and libtins, as far as they are installed. Both sides of a comparison read the same file of made-up
traffic (bench_traffic), whole, and write to /dev/null; a time is that of the whole process, start-up included. Also given:
the ratio of processor time, which other work on the machine changes least, and the ratio of wall times from which the time
that the same command takes on an empty capture was taken. tshark needs up to a minute for a run, so it has fewer rounds; the
runs of the two sides stand next to each other. Where the rival is quick (walk, line) the file is longer, for the same reason
that 400,000 packets are not fewer: start-up should not matter. Prints a Markdown table.
"""
import argparse, os, re, shutil, statistics, subprocess, sys, tempfile, time

FIELDS = ["frame.number", "ip.src", "ip.dst", "tcp.dstport", "udp.dstport"]
FILTER = "tcp.dstport == 50007 && ip.ttl < 70"
ANALYSIS = ["frame.number", "tcp.stream", "tcp.seq", "tcp.analysis.flags", "tcp.analysis.retransmission", "tcp.analysis.acks_frame",
            "tcp.analysis.ack_rtt", "tcp.analysis.bytes_in_flight"]


def start(argv, path):
    argv = [path if a == "{}" else a for a in argv]
    return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def finish(child):
    if child.wait() != 0:
        sys.exit(f"{' '.join(child.args)}: exit status {child.returncode}")


class Run:
    """One command on one capture: seconds on the wall, of the processor, and the peak of resident memory in MiB."""

    def __init__(self, argv, path):
        began = time.monotonic()
        child = start(argv, path)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        self.wall = time.monotonic() - began
        self.processor = used.ru_utime + used.ru_stime
        self.resident = used.ru_maxrss / 1024  # at least what the Python had from which it was forked
        finish(child)


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


def fields_of(flag, fields=FIELDS):
    return [x for f in fields for x in (flag, f)]


def measures(bin_dir, bench_dir):
    """[(measure, goal as a ratio or None, [(who, argv)])]; ours comes first."""
    decode = os.path.join(bin_dir, "netpeel-decode")
    tshark, tcpdump = shutil.which("tshark"), shutil.which("tcpdump")
    tins = os.path.join(bench_dir, "bench_rival_libtins")

    def against_tshark(ours, theirs):
        return [("netpeel", [decode, "-q", "-r", "{}", *ours])] + ([("tshark", [tshark, "-n", "-r", "{}", *theirs])] if tshark else [])

    def flows(ours, theirs):
        tool = os.path.join(bin_dir, "netpeel-flows")
        return [("netpeel", [tool, "-q", "-r", "{}", *ours])] + ([("tshark", [tshark, "-n", "-q", "-r", "{}", "-z", theirs])] if tshark else [])

    def against_tins(bench, *args):
        return [("netpeel", [os.path.join(bench_dir, bench), *args])] + ([("libtins", [tins, "{}"])] if os.path.exists(tins) else [])

    columns = ["-T", "fields", *fields_of("-e")]
    analysis = ["-T", "fields", *fields_of("-e", ANALYSIS)]
    return [("walk", 5, against_tins("bench_walk", "{}")),
            ("conversations", 3, against_tins("bench_conversations", "{}", "alone")),
            ("with analysis", None, against_tins("bench_conversations", "{}")),
            ("conv,tcp", 100, flows(["--by", "conv", "--layer", "tcp"], "conv,tcp")),
            ("expert", 100, flows(["--by", "problems"], "expert")),
            ("analysis fields", 100, against_tshark(analysis, analysis)),
            ("filter -Y", 500, against_tshark(["-Y", FILTER], ["-Y", FILTER])),
            ("tree", 100, against_tshark(["-V"], ["-V"])),
            ("JSON", 100, against_tshark(["--json"], ["-T", "json"])),
            ("filter1", None, against_tshark(["-Y", FILTER, "--jobs", "1"], ["-Y", FILTER])),
            ("tree1", None, against_tshark(["-V", "--jobs", "1"], ["-V"])),
            ("JSON1", None, against_tshark(["--json", "--jobs", "1"], ["-T", "json"])),
            ("five fields", 300, against_tshark(columns, columns)),
            ("line", 5, [("netpeel", [decode, "-q", "-r", "{}"])] + ([("tcpdump", [tcpdump, "-nn", "-r", "{}"])] if tcpdump else []))]


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
    ap.add_argument("--slow-rounds", type=int, default=1, help="of tshark")
    ap.add_argument("--packets", type=int, default=400_000)
    ap.add_argument("--fast-packets", type=int, default=2_000_000, help="where the rival is not tshark")
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
    load = [os.getloadavg()[0]]
    with tempfile.TemporaryDirectory(prefix="netpeel_rivals", dir=args.tmp) as folder:
        empty, short, long = (os.path.join(folder, name) for name in ("empty.pcap", "short.pcap", "long.pcap"))
        subprocess.run([traffic, empty, "0", "small"], check=True)
        for mix in args.mix:
            subprocess.run([traffic, short, str(args.packets), mix], check=True)
            subprocess.run([traffic, long, str(args.fast_packets), mix], check=True)
            runs, starts = {}, {}
            for n in range(args.rounds + 1):  # the first round warms the caches and does not count
                for name, _, who in todo:
                    slow = who[-1][0] == "tshark"
                    for rival, argv in who:
                        if rival == "tshark" and not 1 <= n <= args.slow_rounds:
                            continue
                        pair = Run(argv, empty), Run(argv, short if slow else long)
                        if n > 0:
                            starts.setdefault((name, rival), []).append(pair[0])
                            runs.setdefault((name, rival), []).append(pair[1])
                load.append(os.getloadavg()[0])
                print(f"{mix}: round {n} of {args.rounds}", file=sys.stderr)
            for name, goal, who in todo:
                def median(of, what):
                    return [statistics.median(getattr(r, what) for r in of[name, rival]) for rival, _ in who]
                wall, processor, idle = median(runs, "wall"), median(runs, "processor"), median(starts, "wall")
                packets, capture = (args.packets, short) if who[-1][0] == "tshark" else (args.fast_packets, long)
                work = [max(w - i, 1e-6) for w, i in zip(wall, idle)]
                aim = f"{goal}x" if goal else "-"
                ours = f"| {name} | {mix} | {wall[0]:.3f} s, {human(packets / wall[0])}/s |"
                if len(who) == 1:
                    rows.append(f"{ours} - | - | - | - | {aim} |")
                for k, (rival, _) in enumerate(who[1:], 1):
                    rows.append(f"{ours} {rival} {wall[k]:.2f} s, {human(packets / wall[k])}/s | **{wall[k] / wall[0]:.1f}x** | "
                                f"{processor[k] / processor[0]:.1f}x | {work[k] / work[0]:.1f}x | {aim} |")
                memory.append(f"| {name} | {mix} | " + ", ".join(
                    f"{rival} {max(r.resident for r in runs[name, rival]) if rival == 'tshark' else peak(argv, capture):.0f}"
                    for rival, argv in who) + " |")
    print(f"{time.strftime('%Y-%m-%d')}, {machine()}; {args.packets} packets, for walk and line {args.fast_packets}; medians of {args.rounds} interleaved rounds, tshark's of "
          f"{args.slow_rounds}; load of the machine {min(load):.1f} to {max(load):.1f}\n")
    print("| measure | traffic | netpeel | rival | ratio | of processor time | without start-up | wanted |\n|---|---|---|---|---|---|---|---|")
    print("\n".join(rows))
    print("\n| peak resident memory, MiB | traffic | who |\n|---|---|---|")
    print("\n".join(memory))


if __name__ == "__main__":
    main()
