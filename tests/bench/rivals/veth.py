#!/usr/bin/env python3
"""Live capture into a file, netpeel-capture against tcpdump -w: how many frames each loses at the highest rate of this machine.

    tests/bench/rivals/veth.py [--build build/release] [--rounds 4] [--frames 600000] [--size 60 1400]

A pair of virtual cards in a network namespace of its own, so that no rights are needed and no other traffic is seen; one end is
filled with sendmmsg() as fast as it goes, the other is captured. Each contender runs once a round, as it comes and with the
kernel buffer of the other. Lost is what was sent and is not in the file, whatever the program itself says; what was sent is the
card's own count. Prints rows of a Markdown table: medians, and the worst round. Wanted: python3, iproute2, tcpdump, util-linux.
"""
import argparse, ctypes, mmap, os, shutil, signal, socket, statistics, struct, subprocess, sys, tempfile, time

BATCH = 256
INSIDE = "NETPEEL_VETH_INSIDE"


class Part(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class Message(ctypes.Structure):  # struct mmsghdr
    _fields_ = [("name", ctypes.c_void_p), ("name_length", ctypes.c_uint32), ("parts", ctypes.POINTER(Part)), ("count", ctypes.c_size_t),
                ("control", ctypes.c_void_p), ("control_length", ctypes.c_size_t), ("flags", ctypes.c_int), ("sent", ctypes.c_uint32)]


def send(interface, frames, size):
    """Sends as fast as the machine can; the seconds that took."""
    # Broadcast of an experimental EtherType: no stack answers it. The queue is passed by, it would only hand on.
    frame = ctypes.create_string_buffer(b"\xff" * 6 + b"\x02\0\0\0\0\1" + b"\x88\xb5" + bytes(size - 14), size)
    part = Part(ctypes.cast(frame, ctypes.c_void_p), size)
    messages = (Message * BATCH)(*[Message(parts=ctypes.pointer(part), count=1) for _ in range(BATCH)])
    sendmmsg = ctypes.CDLL(None, use_errno=True).sendmmsg
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as s:
        s.setsockopt(263, 20, 1)  # SOL_PACKET, PACKET_QDISC_BYPASS
        s.bind((interface, 0))
        left, began = frames, time.monotonic()
        while left > 0:
            n = sendmmsg(s.fileno(), messages, min(left, BATCH), 0)
            if n < 0 and ctypes.get_errno() not in (11, 105):  # EAGAIN, ENOBUFS: again
                sys.exit(f"sendmmsg: {os.strerror(ctypes.get_errno())}")
            left -= max(n, 0)
        return time.monotonic() - began


def frames_in(path):
    """Frames in a pcap or pcapng file of this machine's byte order."""
    size = os.path.getsize(path)
    if size == 0:
        return 0
    with open(path, "rb") as f, mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as m:
        count, at = 0, 0
        if m[:4] == b"\x0a\x0d\x0d\x0a":
            while at + 12 <= size:
                kind, length = struct.unpack_from("=II", m, at)
                if length < 12 or at + length > size:
                    break
                count, at = count + (kind == 6), at + length
        else:
            at = 24
            while at + 16 <= size:
                at += 16 + struct.unpack_from("=I", m, at + 8)[0]
                count += at <= size
        return count


def received(interface):
    with open(f"/sys/class/net/{interface}/statistics/rx_packets") as f:
        return int(f.read())


def one_round(argv, path, frames, size):
    """(lost frames, frames a second)."""
    child = subprocess.Popen([*argv, "-i", "in0", "-w", path], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 10
    # A packet socket that is bound to the card stands in this list; from then on nothing is missed.
    index = str(socket.if_nametoindex("in0"))
    while not any(line.split()[4] == index for line in open("/proc/net/packet").readlines()[1:]):
        if child.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"{' '.join(argv)} does not capture: {child.stderr.read().decode()}")
        time.sleep(0.01)
    time.sleep(0.3)
    before = received("in0")
    seconds = send("out0", frames, size)
    time.sleep(0.7)  # one read timeout and more: the rest is handed over
    arrived = received("in0") - before
    child.send_signal(signal.SIGINT)
    said = child.communicate()[1].decode()
    if child.returncode != 0:
        sys.exit(f"{' '.join(argv)}: {said}")
    if arrived < frames:
        print(f"only {arrived} of {frames} frames arrived", file=sys.stderr)
    lost = arrived - frames_in(path)
    os.remove(path)
    return lost, frames / seconds


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    ap.add_argument("--build", default=os.path.join(root, "build", "release"))
    ap.add_argument("--rounds", type=int, default=4)
    ap.add_argument("--frames", type=int, default=600_000)
    ap.add_argument("--size", type=int, nargs="+", default=[60, 1400])
    ap.add_argument("--tmp", help="where the captures are written")
    args = ap.parse_args()
    if os.environ.get(INSIDE) is None:
        os.environ[INSIDE] = "1"
        # Not as root of a namespace: tcpdump would give up being root there, and may not.
        own = [] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps"]
        os.execvp("unshare", ["unshare", *own, "--net", "--mount", sys.executable, os.path.abspath(__file__), *sys.argv[1:]])
    subprocess.run(["mount", "-t", "sysfs", "none", "/sys"], check=True)  # this namespace's cards
    ours, tcpdump = os.path.join(args.build, "bin", "netpeel-capture"), shutil.which("tcpdump", path=os.environ["PATH"] + ":/usr/sbin")
    who = [("netpeel-capture, as it comes (16 MiB)", [ours, "-q"]), ("netpeel-capture, 2 MiB", [ours, "-q", "-B", "2"])]
    if tcpdump:
        theirs = [tcpdump, "-n"] + ["-Z", "root"] * (os.geteuid() == 0)  # another user could not write here
        who += [("tcpdump -w, as it comes (2 MiB)", theirs), ("tcpdump -w, 16 MiB", [*theirs, "-B", "16384"])]
    subprocess.run("ip link add out0 type veth peer name in0".split(), check=True)
    for card in ("out0", "in0"):
        with open(f"/proc/sys/net/ipv6/conf/{card}/disable_ipv6", "w") as f:
            f.write("1")
        subprocess.run(["ip", "link", "set", card, "up"], check=True)
    lost, rates = {}, {}
    with tempfile.TemporaryDirectory(prefix="netpeel_veth", dir=args.tmp) as folder:
        for n in range(args.rounds + 1):  # the first round warms up and does not count
            for size in args.size:
                for name, argv in who:
                    result = one_round(argv, os.path.join(folder, "x.pcap"), args.frames, size)
                    if n > 0:
                        lost.setdefault((size, name), []).append(result[0])
                        rates.setdefault((size, name), []).append(result[1])
            print(f"round {n} of {args.rounds}", file=sys.stderr)
    print(f"{time.strftime('%Y-%m-%d')}: {args.frames} frames, {args.rounds} rounds\n")
    print("| bytes a frame | who | frames/s sent | lost, median | lost, worst |\n|---|---|---|---|---|")
    for size in args.size:
        for name, _ in who:
            x = lost[size, name]
            print(f"| {size} | {name} | {statistics.median(rates[size, name]) / 1e3:.0f} k | {statistics.median(x):.0f} | {max(x)} |")


if __name__ == "__main__":
    main()
