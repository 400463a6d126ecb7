#!/usr/bin/env python3
"""Display filters against tshark's: every expression over captures/ must let the same frames through.

  filter_vs_tshark.py BIN_DIR SOURCE_DIR [EXPRESSION...]

NETPEEL_CAPTURES=DIR takes the captures of another folder, NETPEEL_CAPTURES_MOST=N only so many. Exit 77: skipped."""
import glob, os, shutil, subprocess, sys, tempfile

from tshark_here import is_ours, version

EXPRESSIONS = r'''
tcp
udp
!ip
not tcp and not udp
arp or icmp
ip && !tcp
eth.dst.ig
tcp.flags.syn
tcp.port == 80
tcp.port != 80
tcp.port !== 80
tcp.port === 443
tcp.dstport == 443
udp.port eq 53
udp.port in {53, 67..68, 5353}
tcp.port in {80, 443, 8000..8010}
udp.srcport == udp.dstport
tcp.srcport < tcp.dstport
udp.srcport != udp.dstport
udp.length > 0x100
any udp.port > 50000
all udp.port > 1024
ip.ttl < 64
ip.ttl == 0x80 || ip.ttl == 0377
ip.len >= 1500
ip.len le 60
ip.hdr_len == 20
ip.flags.df == 1
ip.flags.df == True && ip.flags.mf == False
ip.id == 0
ip.proto == 17
ip.proto == "TCP"
ip.dsfield.dscp != 0
ip.addr == 192.168.0.0/16
ip.addr != 192.168.0.0/16
ip.src == 10.0.0.0/8 && ip.dst == 10.0.0.0/8
!(ip.addr == 192.168.0.0/16)
ip.dst == 224.0.0.0/4
ip.src > 128.0.0.0
ip.src in {10.0.0.0 .. 10.255.255.255}
ip.src[0] == 0a
ip.dst[3] == 0xff
ip.src == ip.dst
ipv6
ipv6.addr == fe80::/10
ipv6.dst == ff02::1 or ipv6.dst == ff02::fb
ipv6.src != fe80::/10
ipv6.src[0:2] == fe:80
ipv6.hlim == 255
eth.src[0:3] == 00:0c:29
eth.addr == ff:ff:ff:ff:ff:ff
eth.dst[0] & 01 == 01
eth.src contains 0c:29
eth.dst < 80:00:00:00:00:00
eth.type == 0x0800
eth.type != 0x0800
tcp.flags & 0x02
tcp.flags & 0x12 == 0x12
tcp.flags == 0x018
tcp.flags.ack == 0
tcp.flags.reset == 1 or tcp.flags.fin == 1
tcp.window_size_value == 0
tcp.hdr_len > 20
tcp.options
tcp.options.mss_val > 1400
tcp.options.timestamp.tsval
tcp.seq_raw > 0x80000000
tcp[13] == 0x12
tcp[0:2] == 00:50
udp[0:2] == 00:35
udp[8:] contains 00:01
ip[9] == 11
ip[8] < 40
frame[0:6] == ff:ff:ff:ff:ff:ff
frame[-1] == 00
udp[0:1] < 00:01
eth.src > eth.dst
udp[8:]
dns.qry.name < "f"
len(dns) > 60
frame[70]
frame[12-13] == 08:00
eth[12:2] == 08:06
frame.len > 1000
frame.len in {60..70}
frame.cap_len < 60
frame.number < 20
frame.time_relative < 1
frame.time_delta > 0.001
frame.time < "2015-01-01 00:00:00Z"
frame.protocols contains "tcp"
frame contains "HTTP"
frame contains 0d:0a:0d:0a
frame matches "host: "
udp matches r"[a-z]{3}\d+"
udp contains "www"
tcp contains "GET"
ip contains "google"
len(udp) == 8
len(frame) > 500
count(ip.addr) > 2
count(tcp.port) == 2
ip#2
ip.src#1 == 192.168.0.0/16
ip.addr#2 == 0.0.0.0/0
icmp.type == 8 or icmp.type == 0
icmp.type in {3, 11}
icmpv6.type == 135
arp.opcode == 1
arp.src.proto_ipv4 == 192.168.0.0/16
dns.flags.response == 1
dns.qry.name contains "goo"
dns.qry.name matches "^www\\."
lower(dns.qry.name) == "www.google.com"
dns.qry.type == 1 && dns.count.answers > 2
len(dns.qry.name) > 25
tcp.flags.syn == 1 and tcp.flags.ack == 0 or udp.port == 53 and not ip.ttl < 65
!(tcp.port == 80 || tcp.port == 443) && tcp
not not (ip and not (tcp or udp))
'''.strip().split("\n")

bin_dir, source_dir, *chosen = sys.argv[1:]
if not shutil.which("tshark"):
    print("skipped: tshark is not installed, so there is nothing to compare with (apt-get install tshark)")
    sys.exit(77)
if not is_ours:
    # The meaning of != changed twice on the way to 4.0.
    print(f"skipped: {version} is here; filters are compared with 4.0")
    sys.exit(77)
folder = os.environ.get("NETPEEL_CAPTURES", os.path.join(source_dir, "captures"))
files = sorted(glob.glob(os.path.join(folder, "*.pcap*")))[:int(os.environ.get("NETPEEL_CAPTURES_MOST", "40"))]
if not files:
    sys.exit(f"no captures to compare: {folder} is empty")
decode = os.path.join(bin_dir, "netpeel-decode")


def ours(file, expression):
    done = subprocess.run([decode, "-r", file, "--quiet", "-Y", expression, "-T", "fields", "-e", "frame.number"],
                          capture_output=True, text=True)
    return done.stdout.split() if done.returncode in (0, 4) else done.stderr


# A frame that the two decode differently (a tunnel we do not know) says nothing about filters.
KNOWN = {"eth", "ip", "ipv6", "tcp", "udp", "icmp", "icmpv6", "arp", "dns", "mdns"}


def layers(command, file):
    done = subprocess.run(command + ["-r", file, "-T", "fields", "-e", "frame.number", "-e", "frame.protocols"],
                          capture_output=True, text=True)
    known = {}
    for line in done.stdout.splitlines():
        number, _, chain = line.partition("\t")
        chain = chain.split(":")
        known[number] = [p for p in chain if p in KNOWN]
    return known


def comparable(file):
    a, b = layers([decode, "--quiet"], file), layers(["tshark", "-n"], file)
    return {n for n in b if a.get(n) == b[n]}, len(b)


def theirs(file, expression):
    done = subprocess.run(["tshark", "-n", "-r", file, "-Y", expression, "-T", "fields", "-e", "frame.number"],
                          capture_output=True, text=True)
    return done.stdout.split() if done.returncode == 0 or done.stdout else done.stderr


bad = compared = frames = 0
with tempfile.TemporaryDirectory() as scratch:
    if shutil.which("mergecap") and len(files) > 1:
        # One file, or tshark would spend minutes starting.
        merged = os.path.join(scratch, "all.pcapng")
        if subprocess.run(["mergecap", "-a", "-F", "pcapng", "-w", merged, *files], capture_output=True).returncode == 0:
            files = [merged]
    same = {file: comparable(file) for file in files}
    left_out = sum(total - len(numbers) for numbers, total in same.values())
    for expression in chosen or EXPRESSIONS:
        for file in files:
            a, b = ours(file, expression), theirs(file, expression)
            if isinstance(a, str) and isinstance(b, str):
                print(f"both refuse  {expression}\n  {a}\n  {b}")
                bad += 1
                continue
            if isinstance(a, str) or isinstance(b, str):
                print(f"ONE REFUSES  {expression}  ({os.path.basename(file)})\n  ours: {a if isinstance(a, str) else 'fine'}\n"
                      f"  tshark: {b if isinstance(b, str) else 'fine'}")
                bad += 1
                continue
            compared += 1
            a, b = ([n for n in side if n in same[file][0]] for side in (a, b))
            frames += len(b)
            if a != b:
                bad += 1
                only_a, only_b = sorted(set(a) - set(b), key=int), sorted(set(b) - set(a), key=int)
                print(f"DIFFERENT    {expression}  ({file}): {len(a)} and {len(b)} frames; "
                      f"only ours {only_a[:8]}, only tshark's {only_b[:8]}")
print(f"{left_out} frames left out, because the two decode them differently")
print(f"{compared} comparisons, {frames} frames let through by tshark, {bad} differ; {version}")
sys.exit(1 if bad else 0)
