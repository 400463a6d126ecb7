#!/usr/bin/env python3
"""netpeel-capture may hold the right to capture, so it must hold nothing that parses packets. Reads the program built:
its symbols and the libraries that it loads. A program that does parse must be refused, or this test sees nothing.
usage: link_line.py SOURCE_DIR NETPEEL_CAPTURE NETPEEL_DECODE"""
import re
import subprocess
import sys

NAMESPACES = {"base", "capture", "device"}
# libpcap and zlib, the C and C++ runtime, libpcap's own needs where it is linked statically; sanitizers bring theirs.
LIBRARIES = re.compile(r"(libpcap|libz|libc|libm|libstdc\+\+|libgcc_s|libdbus-1|libasan|libubsan|libtsan|ld-linux[-\w]*)\.so")


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def wrong(program):
    found = set(re.findall(r"netpeel::([a-z_]+)::", output("nm", "-C", program)))
    for name in sorted(found - NAMESPACES):
        yield f"has code of lib/{name}"
    if not found >= NAMESPACES:
        yield f"shows no symbols of {sorted(NAMESPACES - found)}: is it stripped?"
    for name in re.findall(r"\(NEEDED\).*\[(.*)\]", output("readelf", "-d", program)):
        if not LIBRARIES.match(name):
            yield f"loads {name}"


problems = [f"{sys.argv[2]} {problem}" for problem in wrong(sys.argv[2])]
if not any("lib/proto" in problem for problem in wrong(sys.argv[3])):
    problems.append(f"{sys.argv[3]} was not refused: this test sees nothing")
print("\n".join(problems) or "netpeel-capture links what it may")
sys.exit(1 if problems else 0)
