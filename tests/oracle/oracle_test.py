#!/usr/bin/env python3
"""Every capture of captures/ through our decoder and through tshark, value by value; see dissect_diff.py for the rules and
README.md for the differences that stay. Exit 77: skipped."""
import glob, json, os, shutil, subprocess, sys, tempfile

from tshark_here import is_ours, version

bin_dir, source_dir = sys.argv[1:3]
LEAST_EQUAL, LEAST_COVERED = 99.5, 80.0  # of ours that agree; of tshark's that we have (conversations come later)

if not shutil.which("tshark"):
    print("skipped: tshark is not installed, so there is nothing to compare with (apt-get install tshark)")
    sys.exit(77)
files = sorted(glob.glob(os.path.join(source_dir, "captures", "*.pcap*")))
if not files:
    sys.exit("no captures to compare: captures/ is empty")
with tempfile.TemporaryDirectory() as folder:
    report = os.path.join(folder, "report.json")
    done = subprocess.run([sys.executable, os.path.join(os.path.dirname(__file__), "dissect_diff.py"),
                           "--decoder", os.path.join(bin_dir, "netpeel-decode") + " --json --payload {file}",
                           "--json", report, *files], capture_output=True, text=True)
    print(done.stdout, done.stderr, version)
    summary = json.load(open(report))["summary"]
if done.returncode:
    sys.exit("the decoder crashed, or its JSON is not what it should be (see above)")
if not is_ours:
    print(f"skipped: {version} is here; values are only compared with 4.0")
    sys.exit(77)
if summary["equal_pct"] < LEAST_EQUAL or summary["coverage_pct"] < LEAST_COVERED:
    sys.exit(f"equal {summary['equal_pct']} % (at least {LEAST_EQUAL}), covered {summary['coverage_pct']} % (at least {LEAST_COVERED})")
