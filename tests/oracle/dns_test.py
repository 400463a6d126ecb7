#!/usr/bin/env python3
"""One DNS message of each kind (dns_records.py) through our decoder and through tshark. Exit 77: skipped."""
import collections, json, os, subprocess, sys, tempfile

from tshark_here import is_ours, version

bin_dir, source_dir = sys.argv[1:3]
LEAST_EQUAL, LEAST_COVERED = 99.5, 95.0
if not is_ours:
    print(f"skipped: values are compared with those of tshark 4.0; here is: {version}")
    sys.exit(77)
here = os.path.dirname(os.path.abspath(__file__))
with tempfile.TemporaryDirectory() as folder:
    capture, report = os.path.join(folder, "dns.pcap"), os.path.join(folder, "report.json")
    subprocess.run([sys.executable, os.path.join(here, "dns_records.py"), capture], check=True)
    done = subprocess.run([sys.executable, os.path.join(here, "dissect_diff.py"), "--decoder", os.path.join(bin_dir, "netpeel-decode") + " --json --payload {file}",
                           "--json", report, capture], capture_output=True, text=True)
    print(done.stdout, done.stderr, version)
    totals = collections.Counter()
    for proto in ("dns", "mdns", "llmnr"):
        totals.update(json.load(open(report))["proto"][proto])
equal, covered = 100 * totals["equal"] / totals["emitted"], 100 * totals["covered"] / totals["tshark"]
print(f"dns, mdns, llmnr: {totals['emitted']} values, equal {equal:.2f} %, covered {covered:.2f} %")
if done.returncode or equal < LEAST_EQUAL or covered < LEAST_COVERED:
    sys.exit(f"at least {LEAST_EQUAL} % and {LEAST_COVERED} % are wanted, and no problem above")
