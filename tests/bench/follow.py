#!/usr/bin/env python3
"""How fast `follow` reads one stream out of a large file that is in the page cache.

  follow.py BIN_DIR [--size MIB] [--rounds N] [--tshark]

Makes captures of bulk TCP in a temporary folder: one conversation sends nearly everything, with an ACK every second segment,
a hundred small ones pass beside it. Segments of 1,460 bytes as on Ethernet, and of 65,160 as segmentation offload leaves them.
Followed are the large conversation, exactly (--raw), and a small one among all the rest. Beside it, what any reader pays:
`cat FILE`. Rounds are interleaved; medians count. --tshark: once, the same of tshark's."""
import argparse, os, resource, statistics, struct, subprocess, tempfile, time

ETHERNET = bytes.fromhex("0102030405060605040302010800")


def frame(from_client, port, seq, ack, flags, payload=b""):
    a, b = bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])
    source, target, sport, dport = (a, b, port, 7007) if from_client else (b, a, 7007, port)
    tcp = struct.pack("!HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, 0x50, flags, 65535, 0, 0)
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40 + len(payload), 1, 0x4000, 64, 6, 0, source, target)
    return ETHERNET + ip + tcp + payload


def write(path, size, segment, small):
    payload = os.urandom(segment)
    frames = 0
    with open(path, "wb", buffering=1 << 20) as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))

        def put(data):
            nonlocal frames
            out.write(struct.pack("<IIII", 1700000000 + frames // 1000000, frames % 1000000, len(data), len(data)) + data)
            frames += 1

        def shake(port):
            put(frame(True, port, 1000, 0, 2))
            put(frame(False, port, 5000, 1001, 18))
            put(frame(True, port, 1001, 5001, 16))

        shake(50000)
        sent, beside = 0, 0
        while out.tell() < size:
            put(frame(False, 50000, 5001 + sent, 1001, 16, payload))
            sent += segment
            if (sent // segment) % 2 == 0:
                put(frame(True, 50000, 1001, 5001 + sent, 16))
            if out.tell() * small > size * beside:
                shake(51000 + beside)
                put(frame(True, 51000 + beside, 1001, 5001, 24, b"a short question"))
                beside += 1
    return frames, sent


def seconds(words):
    """(of the clock, of the processor)"""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    with open(os.devnull, "wb") as nowhere:
        subprocess.run(words, stdout=nowhere, stderr=nowhere, check=True)
    took = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin")
    parser.add_argument("--size", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tshark", action="store_true")
    asked = parser.parse_args()
    program = os.path.join(asked.bin, "netpeel-follow")
    print(f"load {os.getloadavg()[0]:.1f}, {asked.size} MiB, medians of {asked.rounds} rounds\n")
    print("| segments | measure | time | of the file | processor time |\n|---|---|---|---|---|")
    for segment in 1460, 65160:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "bulk.pcap")
            frames, sent = write(path, asked.size << 20, segment, 100)
            size = os.path.getsize(path)
            got = subprocess.run([program, path, "--stream", "0", "--raw", "--side", "server", "-q"], stdout=subprocess.PIPE).stdout
            assert len(got) == sent, (len(got), sent)
            del got
            of_tshark = {"tshark -z follow, stream 7": ["tshark", "-n", "-r", path, "-q", "-z", "follow,tcp,raw,7"]} if asked.tshark else {}
            jobs = {
                "the large stream, --raw": [program, path, "--stream", "0", "--raw", "--side", "server", "-q"],
                "the large stream, --json": [program, path, "--stream", "0", "--json", "-q"],
                "a small stream": [program, path, "--stream", "7", "-q"],
                "cat": ["cat", path],
            }
            took = {name: [] for name in [*jobs, *of_tshark]}
            for _ in range(asked.rounds):
                for name, words in jobs.items():
                    took[name].append(seconds(words))
            for name, words in of_tshark.items():
                took[name].append(seconds(words))
            for name, all_of in took.items():
                clock, processor = (statistics.median(t[i] for t in all_of) for i in (0, 1))
                print(f"| {segment} | {name} | {clock:.3f} s | {size / clock / 1e9:.2f} GB/s | {processor:.3f} s |", flush=True)
            print(f"| {segment} | ({frames} frames, {size} bytes) | | | |", flush=True)


if __name__ == "__main__":
    main()
