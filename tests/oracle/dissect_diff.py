#!/usr/bin/env python3
"""Differential tester: a packet decoder against tshark, value by value.

    dissect_diff.py --decoder 'netpeel decode --json --payload {file}' --json report.json captures/*.pcapng
    dissect_diff.py --decoder 'netpeel decode --json {file}' --smoke damaged/*

A set (--set) is a TSV with the columns source and path; its files are $CORPUS/<source>/<path>.
The decoder prints one JSON object per packet, one per line, in file order:

    {"frame.number":1, "frame.protocols":"eth:ethertype:ip:tcp",
     "layers":[{"proto":"eth", "offset":0, "len":14, "fields":{"eth.dst":"00:05:5d:21:99:4c", ...}}, ...]}

A value is a JSON number, string, boolean or null, or an array of those where the field occurs more than once
in that layer, in order. Top-level keys with a dot (frame.len, ...) are fields of the frame. Repeated keys, nested
values and frame numbers that do not ascend are errors. tshark_pdml.py says which spellings of a value are equal.

What is compared: per packet and field name, our values with tshark's, over the whole packet (the layer check sees a
field in the wrong layer). Values pair up in order, else as multisets (then the field counts as reordered too). Each
value of ours is equal, differ (tshark has another value left for that name) or extra (it has none left); each of
tshark's without a partner is missing. cover% = the share of the values tshark shows that we emit, equal% = the share
of ours that are equal. Totals count the protocols of tshark_pdml.CORE and fields Wireshark does not know. Packets that
tshark calls malformed, short or unreassembled are tallied apart. --only narrows the totals to the protocols named, and
--without-conversation leaves out, on both sides, what one packet alone cannot say (tshark_pdml.CONVERSATION). --smoke only looks for crashes, hangs, bad JSON and
lost packets (more packets than tshark's are noted: it refuses some link types). Exit status 1: any of these, an absent
file, or an equal% below --min-equal.
"""
import argparse, collections, csv, json, os, re, shlex, signal, subprocess, sys, tempfile, time
from decimal import Decimal
from tshark_pdml import CONVERSATION, CORE, canon, packets, registry


def unique(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("repeated key among " + ", ".join(k for k, _ in pairs)[:80])
    return dict(pairs)


def reject(constant):
    raise ValueError(constant + " is not JSON")


def decoder_packets(out, problems):
    """Yield per line of the decoder (number, {name: [values]}, [(proto, offset, len)])."""
    last = 0
    for at, line in enumerate(out, 1):
        try:
            obj = json.loads(line.decode("utf-8"), parse_float=Decimal, parse_constant=reject, object_pairs_hook=unique)
            number, values = obj["frame.number"], collections.defaultdict(list)
            for group in [{k: v for k, v in obj.items() if "." in k}] + [la["fields"] for la in obj["layers"]]:
                for k, v in group.items():
                    values[k] += v if isinstance(v, list) else [v]
            layers = [(la["proto"], la["offset"], la["len"]) for la in obj["layers"]]
            if not isinstance(number, int) or number <= last:
                raise ValueError(f"frame.number {number} after {last}")
            if any(isinstance(v, (dict, list)) for vs in values.values() for v in vs):
                raise ValueError("a field's value is an object or a nested array")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as e:
            problems.append(f"line {at}: {type(e).__name__}: {e}"[:200])
        else:
            last = number
            yield number, values, layers


def up_to_zero(x):
    """Text as tshark's printer has it: its strings end at a zero byte."""
    return ("text", x[1].split("\\0")[0]) if isinstance(x, tuple) else x


def pair_up(ftype, ours, theirs):
    """([(index in ours, index in theirs or None, equal)], reordered)."""
    a = [canon(ftype, type(v), v) for v in ours]
    b = [canon(ftype, None, v) for v in theirs]
    if a == b:
        return [(i, i, True) for i in range(len(a))], False
    left, pairs, odd = list(range(len(b))), [], []
    for i, x in enumerate(a):
        j = next((j for j in left if b[j] == x or b[j] == up_to_zero(x)), None)
        if j is None:
            odd.append(i)
        else:
            left.remove(j)
            pairs.append((i, j, True))
    moved = [j for _, j, _ in pairs] != sorted(j for _, j, _ in pairs)
    return pairs + [(i, left.pop(0) if left else None, False) for i in odd], moved


def run_decoder(path, args, f):
    out, err, t0 = tempfile.TemporaryFile(), tempfile.TemporaryFile(), time.time()
    argv = [x.replace("{file}", path) for x in shlex.split(args.decoder)]
    p = subprocess.Popen(argv, stdout=out, stderr=err, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        f["rc"] = p.wait(args.timeout)
    except subprocess.TimeoutExpired:
        os.killpg(p.pid, signal.SIGKILL)
        f["rc"] = f"timeout after {args.timeout:g} s{p.wait() and ''}"
    f["seconds"] = round(time.time() - t0, 3)
    out.seek(0), err.seek(0)
    text = err.read()[-4000:].decode("utf-8", "replace")
    if not isinstance(f["rc"], int) or not 0 <= f["rc"] < 126 or re.search("Sanitizer|runtime error:|terminate called", text):
        f["crash"] = f"rc={f['rc']} {text[-300:]}".strip()
    return out


# Names that Wireshark lacks: what it does not know it cannot judge.
OURS_ALONE = re.compile(r"(eio|sio|sse|lab)\.|resp\.cmd$")
# Names in frame.protocols of what a message carries: ours of protocols that tshark shows as text (eio, sio, sse), tshark's of
# kinds of bodies that are no protocols here: they are values of http.file_data, which is compared.
BODIES = re.compile(r":(eio|sio|sse|data-text-lines|json|media|xml|png|image-[a-z]+|urlencoded-form)(?![a-z0-9_-])")


def run_file(path, label, args, types, total):
    f, rest = collections.Counter(), 0
    notes = {"file": label, "problems": [], "notes": []}
    ours = decoder_packets(run_decoder(path, args, notes), notes["problems"])
    cur = next(ours, None)
    for number, fields, layers, broken in packets(path, types, args.two_pass, args.max_packets, args.preference):
        while cur and cur[0] < number:
            cur = next(ours, None)
        _, values, mine = cur if cur and cur[0] == number else (0, {}, [])
        f.update(packets=1, ours=bool(mine or values), broken=broken, layers=len(layers),
                 layers_equal=sum((collections.Counter(layers) & collections.Counter(mine)).values()))
        theirs = collections.defaultdict(list)
        for name, *x in [] if args.smoke else fields:
            theirs[name].append(x)
        for name in theirs.keys() | (set() if args.smoke else values.keys()):
            if OURS_ALONE.match(name):
                continue
            if args.without_conversation and CONVERSATION.match(name):
                continue
            a, b = values.get(name, []), theirs.get(name, [])
            if name == "frame.protocols":
                a = [BODIES.sub("", v) for v in a]
                b = [[BODIES.sub("", x) if isinstance(x, str) else x for x in v] for v in b]
            ftype, home = types.get(name, ("", "(not a Wireshark field)"))
            pairs, moved = pair_up(ftype, a, [x[0] for x in b]) if a else ([], False)
            result = {j: "equal" if ok else "differ" for _, j, ok in pairs}
            rows = [(proto, hidden, result.get(j, "missing")) for j, (_, hidden, proto) in enumerate(b)]
            rows += [(b[0][2] if b else home, False, "extra") for _, j, _ in pairs if j is None]
            for proto, hidden, what in rows:
                if hidden and what == "missing":
                    continue  # a look-up twin counts only where we emit it
                shown = what != "extra" and not hidden
                keys = [what] + ["emitted"] * (what != "missing") + ["tshark"] * shown + ["covered"] * (shown and what != "missing")
                if broken:
                    total["in malformed packets"].update(keys)
                    continue
                total["proto"][proto].update(keys)
                total["field"][name].update(keys + ["in_core"] * (proto in args.only or home[0] == "("))
                if proto in args.only or home[0] == "(":
                    f.update(keys)
            f["reordered"] += moved
            for i, j, ok in pairs:
                if not ok and not broken and len(total["examples"][name]) < args.examples:
                    total["examples"][name].append(f"{label} #{number} ours={str(a[i])[:90]!r} tshark={'nothing' if j is None else repr(b[j][0][:90])}")
    if not args.max_packets:
        rest = sum(1 for _ in ours) + bool(cur and cur[0] > f["packets"])
    if rest or f["ours"] != f["packets"]:
        notes["notes" if args.smoke and f["ours"] == f["packets"] else "problems"].append(f"packets: tshark {f['packets']}, ours {f['ours']} of these and {rest} more (decoder's exit status {notes['rc']})")
    return dict(notes, **f)


def pct(part, whole):
    return f"{100 * part / whole:6.2f}" if whole else "     -"


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("files", nargs="*")
    ap.add_argument("--decoder", required=True, help="command line with {file} in it")
    ap.add_argument("--set", action="append", default=[], help="TSV with columns source and path")
    ap.add_argument("--corpus", default=os.environ.get("CORPUS", "."))
    ap.add_argument("--json", help="file for the machine-readable report")
    ap.add_argument("--smoke", action="store_true")
    ap.add_argument("--only", type=lambda s: s.split(","), default=CORE, metavar="PROTOCOL,...", help="what the totals count")
    ap.add_argument("--without-conversation", action="store_true", help="leave out fields that need more than one packet")
    ap.add_argument("--two-pass", action="store_true", help="tshark -2: fields that look ahead (reassembled_in, response_in)")
    ap.add_argument("--preference", action="append", default=[], metavar="NAME:VALUE", help="one of tshark's preferences, as its -o takes it")
    ap.add_argument("--min-equal", type=float, default=0, help="fail below this percentage of equal among emitted values")
    for name, kind, value in (("max-packets", int, 0), ("timeout", float, 60), ("examples", int, 3), ("top", int, 25)):
        ap.add_argument("--" + name, type=kind, default=value)
    args = ap.parse_args()
    todo = [(x, os.path.basename(x)) for x in args.files]
    for s in args.set:
        todo += [(os.path.join(args.corpus, r["source"], r["path"]), f"{r['source']}:{r['path']}") for r in csv.DictReader(open(s, newline=""), delimiter="\t")]
    absent = [label for path, label in todo if not os.path.isfile(path)]
    types = {} if args.smoke else registry()
    total = {k: collections.defaultdict(collections.Counter) for k in ("proto", "field")}
    total.update({"examples": collections.defaultdict(list), "in malformed packets": collections.Counter()})
    report, both = [], collections.Counter()
    print("packets    ours  emitted equal% cover% layer% differ  extra   secs  file")
    for path, label in [x for x in todo if os.path.isfile(x[0])]:
        f = collections.defaultdict(int, run_file(path, label, args, types, total))
        report.append(f)
        both.update({k: v for k, v in f.items() if isinstance(v, (int, float)) and k != "rc"})
        print(f"{f['packets']:7} {f['ours']:7} {f['emitted']:8} {pct(f['equal'], f['emitted'])} {pct(f['covered'], f['tshark'])} "
              f"{pct(f['layers_equal'], f['layers'])} {f['differ']:6} {f['extra']:6} {f['seconds']:6}  {label}", flush=True)
        for line in (["CRASH " + f["crash"]] if "crash" in f else []) + f["problems"][:2] + f["notes"]:
            print("        ! " + line)
    print("\nprotocol             tshark  emitted cover% equal%  differ   extra   (~ not in the totals)")
    for proto, s in sorted(total["proto"].items(), key=lambda x: (x[0] not in args.only, -x[1]["tshark"])):
        if proto in args.only or s["emitted"]:
            print(f"{' ' if proto in args.only or proto[0] == '(' else '~'}{proto:17} {s['tshark']:8} {s['emitted']:8} {pct(s['covered'], s['tshark'])} "
                  f"{pct(s['equal'], s['emitted'])} {s['differ']:7} {s['extra']:7}")
    for key in ("differ", "extra", "missing"):
        top = sorted(((s[key], n) for n, s in total["field"].items() if s[key] and (key != "missing" or s["in_core"])), key=lambda x: (-x[0], x[1]))
        if top and args.top:
            print(f"\n{key.upper()}: {sum(c for c, _ in top)} values of {len(top)} fields; most frequent:")
        for count, name in top[:args.top]:
            print(f"  {count:8} {name}" + "".join("\n             " + e for e in total["examples"][name] if key != "missing"))
    summary = dict(both, files=len(report), absent=len(absent), crashed=sum("crash" in f for f in report), with_problems=sum(bool(f["problems"]) for f in report),
                   equal_pct=float(pct(both["equal"], both["emitted"])) if both["emitted"] else None,
                   coverage_pct=float(pct(both["covered"], both["tshark"])) if both["tshark"] else None)
    shares = [100 * f["covered"] / f["tshark"] for f in report if f["tshark"]]
    summary["coverage_pct_mean_over_files"] = round(sum(shares) / len(shares), 2) if shares else None
    print("\nTOTAL " + json.dumps(summary))
    if args.json:
        json.dump(dict(total, summary=summary, files=report, absent=absent), open(args.json, "w"), indent=1)
    bad = summary["crashed"] or summary["with_problems"] or absent or not report or (args.min_equal and (summary["equal_pct"] or 0) < args.min_equal)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
