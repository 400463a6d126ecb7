#!/usr/bin/env python3
"""What the lab's wire carries, how much delay it adds, how quickly a lab is up and what memory it takes, beside two hosts on a
bare veth pair. Interleaved rounds of one run; medians. usage: lab.py BUILD_DIR [ROUNDS]"""
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

BUILD = pathlib.Path(sys.argv[1]).resolve()
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
LAB, BENCH = str(BUILD / "bin/netpeel-lab"), str(BUILD / "bench/bench_lab")
SECONDS, PINGS = "3", "2000"


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, timeout=120)


def bare(*words):
    return run(BENCH, "direct", "--", BENCH, *words).stdout.split()


def through(*words, capture=None):
    taps = ["-w", capture] if capture else []
    done = run(LAB, "run", *taps, "--serve", f"b:{BENCH} serve", "--", BENCH, *words)
    lost = done.stderr.split()[2] if "were lost" in done.stderr else "0"
    return done.stdout.split() + [lost]


def cost(folder):
    """While both taps record a stream: most of what the lab's processes hold (PSS, MiB), and their processor time for a frame (µs)."""
    lab = subprocess.Popen([LAB, "run", "-w", f"{folder}/m.pcapng", "--serve", f"b:{BENCH} serve", "--", BENCH, "blast", "b", SECONDS],
                           stdout=subprocess.PIPE, text=True)
    most, ticks = 0, 0
    while lab.poll() is None:
        total = used = 0
        for pid in [lab.pid, *children(lab.pid)]:
            try:
                if os.readlink(f"/proc/{pid}/exe") == LAB:
                    rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
                    total += int(rollup.split("Pss:")[1].split()[0])
                    used += sum(map(int, pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))
            except (OSError, IndexError):
                pass
        most, ticks = max(most, total), max(ticks, used)
        time.sleep(0.05)
    data = float(lab.stdout.read().split()[0]) * 1e6 / 8 * float(SECONDS)
    return most / 1024, ticks / os.sysconf("SC_CLK_TCK") * 1e6 / (data / 1448)


def children(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []


def starts():
    began = time.perf_counter()
    lab = subprocess.Popen([LAB, "run", "--", "echo", "up"], stdout=subprocess.PIPE)
    lab.stdout.readline()
    up = time.perf_counter() - began
    lab.wait()
    return up * 1000, (time.perf_counter() - began) * 1000


with tempfile.TemporaryDirectory(prefix="netpeel-bench-") as folder:
    rates, delays, lost, again, up, over = {}, {}, 0, 0, [], []
    for _ in range(ROUNDS):
        for name, how in (("bare pair", bare), ("wire", through), ("wire, both taps", lambda *w: through(*w, capture=f"{folder}/c.pcapng"))):
            said = how("blast", "b" if how is not bare else "10.0.1.2", SECONDS)
            rates.setdefault(name, []).append(float(said[0]))
            if how is not bare:
                again += int(said[1])
                lost += int(said[2])
            said = how("ping", "b" if how is not bare else "10.0.1.2", PINGS)
            delays.setdefault(name, []).append((float(said[0]), float(said[1])))
        a, b = starts()
        up.append(a)
        over.append(b)
    limit = statistics.median(rates["bare pair"])
    base = statistics.median(d[0] for d in delays["bare pair"])
    print(f"{ROUNDS} rounds of {SECONDS} s and {PINGS} round trips; load {os.getloadavg()[0]:.0f} on {os.cpu_count()} processors\n")
    print("| | Mbit/s of data | of the bare pair | round trip, median | 99th | added to one way |")
    print("|---|---|---|---|---|---|")
    for name in rates:
        rate, mid = statistics.median(rates[name]), statistics.median(d[0] for d in delays[name])
        tail = statistics.median(d[1] for d in delays[name])
        print(f"| {name} | {rate:.0f} | {rate / limit:.2f} | {mid:.0f} µs | {tail:.0f} µs | {(mid - base) / 2:.0f} µs |")
    print(f"\nLost by the machine: {lost} frames; sent again by TCP: {again} segments.")
    print(f"A lab is up after {statistics.median(up):.0f} ms (worst {max(up):.0f}); up, a program run, and gone: {statistics.median(over):.0f} ms.")
    mebibytes, each = cost(folder)
    print(f"While both taps record: {mebibytes:.1f} MiB (PSS) for the lab's own processes, {each:.1f} µs of processor time for a full segment "
          f"and what answers it, which is {1448 * 8 / each / 1000:.1f} Gbit/s if one processor is the lab's alone.")
