#!/usr/bin/env python3
"""Every header below lib compiles alone, and twice in a row: it includes what it needs, and guards itself.
headers.py ROOT COMPILER"""
import concurrent.futures, os, subprocess, sys, tempfile
from rules import main, sources

COMPILER = sys.argv[2] if len(sys.argv) > 2 else "c++"
FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wno-missing-field-initializers", "-x", "c++", "-"]


def compiles(root, path):
    header = os.path.relpath(path, "lib").replace(os.sep, "/")
    text = f'#include "{header}"\n' * 2
    done = subprocess.run([COMPILER, "-I", os.path.join(root, "lib"), *FLAGS], input=text, capture_output=True, text=True)
    if done.returncode == 0:
        return None
    lines = [x for x in done.stderr.split("\n") if "error:" in x]
    return f"{path}: {lines[0] if lines else done.stderr[:300]}"


def check(root):
    headers = list(sources(root, "lib", (".hpp",)))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [c for c in pool.map(lambda h: compiles(root, h), headers) if c]


if __name__ == "__main__":
    main(check, bad=[
        ("error:", {"lib/a/lacks.hpp": "#pragma once\ninline std::string name();\n"}),
        ("redefinition", {"lib/a/unguarded.hpp": "struct A {};\n"}),
    ], good=[{"lib/a/good.hpp": "#pragma once\n#include <string>\ninline std::string name() { return {}; }\n"}])
