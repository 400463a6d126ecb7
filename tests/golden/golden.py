#!/usr/bin/env python3
"""Runs each line of LIST (name | capture | command) and compares what it prints with expected/NAME.

    golden.py BIN_DIR [NAME…]

{} in the command is the capture, from captures/ at the top of the repository or from this folder. A number after "exit" at the
command's end is the exit code wanted. NETPEEL_BLESS=1 writes what was printed as the new expectation: read the diff before you
commit it.
"""
import difflib
import os
import pathlib
import shlex
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
top = here.parent.parent


def main():
    folder, names = pathlib.Path(sys.argv[1]), sys.argv[2:]
    bless = os.environ.get("NETPEEL_BLESS") == "1"
    failed = 0
    environment = dict(os.environ, TZ="UTC", NO_COLOR="1", LC_ALL="C.UTF-8")
    lines = [line for line in (here / "LIST").read_text().splitlines() if line.strip() and not line.startswith("#")]
    for line in lines:
        name, capture, command = (part.strip() for part in line.split("|", 2))
        if names and name not in names:
            continue
        path = next((p for p in (here / capture, top / "captures" / capture) if p.exists()), None) if capture != "-" else ""
        if path is None:
            print(f"{name}: there is no capture {capture}")
            failed += 1
            continue
        code = 0
        words = shlex.split(command)
        if len(words) > 2 and words[-2] == "exit":
            code = int(words[-1])
            words = words[:-2]
        words = [str(path) if w == "{}" else w for w in words]
        run = subprocess.run([str(folder / "netpeel"), *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, env=environment, timeout=60)
        printed = run.stdout.decode("utf-8", "replace")
        if path:
            printed = printed.replace(str(path), capture)
        if run.returncode != code:
            print(f"{name}: exit code {run.returncode}, wanted {code}\n{printed[-2000:]}")
            failed += 1
            continue
        expected = here / "expected" / name
        if bless:
            expected.parent.mkdir(exist_ok=True)
            expected.write_text(printed)
            continue
        wanted = expected.read_text() if expected.exists() else ""
        if printed != wanted:
            failed += 1
            diff = difflib.unified_diff(wanted.splitlines(), printed.splitlines(), f"expected/{name}", "printed", lineterm="")
            print(f"{name}: netpeel {shlex.join(words)}")
            print("\n".join(list(diff)[:60]))
    print(f"{len(lines)} in the list, {failed} failed" + (", expectations written" if bless else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
