#!/usr/bin/env python3
"""Names of places and tools that only exist where this was written have no business in the repository."""
import os, re
from rules import main, tracked

# Put together from halves, so that this file does not contain them.
FORBIDDEN = [".lib" + "rary", "/wo" + "rk/", "sub" + "agent"]
PATTERN = re.compile("|".join(re.escape(w) for w in FORBIDDEN).encode(), re.IGNORECASE)


def check(root):
    out = []
    for path in tracked(root):
        if m := PATTERN.search(path.encode()):
            out.append(f"{path}: its name has '{m[0].decode()}'")
        with open(os.path.join(root, path), "rb") as f:
            data = f.read()
        for m in PATTERN.finditer(data):
            out.append(f"{path}:{data.count(10, 0, m.start()) + 1}: '{m[0].decode()}'")
    return out


if __name__ == "__main__":
    main(check, bad=[(word, {"docs/a.md": f"one\nsee {word}x\n"}) for word in FORBIDDEN + ["Sub" + "Agent"]],
         good=[{"docs/a.md": "a library, work/ and an agent\n"}])
