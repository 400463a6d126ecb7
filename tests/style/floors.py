#!/usr/bin/env python3
"""A library includes only the libraries it names in netpeel_library(... DEPENDS ...), and some headers and words belong to one
place only. See lib/README.md for the floors."""
import os, re
from rules import main, sources

# What may be included with <...>, and where; stream is listed by file because only one codec reads people's JSON.
ONLY = [
    ("pcap.h", re.compile(r"^pcap(/|\.h)"), r"^lib/device/"),
    ("CLI11", re.compile(r"^CLI/"), r"^lib/cli/"),
    ("Boost", re.compile(r"^boost/"), r"^lib/net/"),
    ("nlohmann", re.compile(r"^nlohmann/"), r"^lib/(spec/|lesson/|net/)"),
    ("toml++", re.compile(r"^toml\+\+/"), r"^lib/lesson/"),
    ("cmark", re.compile(r"^cmark\.h$"), r"^lib/lesson/"),
    ("iostream", re.compile(r"^(iostream|sstream|ostream|istream)$"), r"^$"),
    ("<format>", re.compile(r"^format$"), r"^$"),
    ("<expected>", re.compile(r"^expected$"), r"^$"),
]
WORDS = [
    ("reinterpret_cast", re.compile(r"\breinterpret_cast\b"), r"^$"),
    ("std::format", re.compile(r"\bstd::format\b"), r"^$"),
    ("std::expected", re.compile(r"\bstd::expected\b"), r"^$"),
    ("std::shared_ptr", re.compile(r"\bstd::(shared_ptr|make_shared)\b"), r"^lib/net/"),
]
KEYWORDS = {"DEPENDS", "EXTERNAL", "SOURCES"}


def declared(root):
    """{library: set of those it names}, from the CMake files."""
    out = {}
    for path in sources(root, "lib", ("CMakeLists.txt",)):
        with open(os.path.join(root, path)) as f:
            text = re.sub(r"#.*", "", f.read())
        for call in re.findall(r"netpeel_library\s*\(([^)]*)\)", text):
            name, *rest = call.split()
            mode, depends = "", set()
            for word in rest:
                if word in KEYWORDS:
                    mode = word
                elif mode == "DEPENDS":
                    depends.add(word)
            out[name] = depends
    return out


def circle(libraries, name, path=()):
    if name in path:
        return path[path.index(name):] + (name,)
    for lower in sorted(libraries.get(name, ())):
        if found := circle(libraries, lower, path + (name,)):
            return found
    return None


def check(root):
    out, libraries = [], declared(root)
    for name, depends in sorted(libraries.items()):
        for lower in sorted(depends - libraries.keys()):
            out.append(f"lib/{name}/CMakeLists.txt: depends on {lower}, which is no library")
        if found := circle(libraries, name):
            out.append(f"lib/{name}/CMakeLists.txt: a circle: {' → '.join(found)}")
    for path in sources(root, "lib"):
        path = path.replace(os.sep, "/")
        library = path.split("/")[1]
        if library not in libraries:
            out.append(f"{path}: lib/{library} has no netpeel_library()")
            continue
        with open(os.path.join(root, path)) as f:
            lines = f.read().split("\n")
        for number, line in enumerate(lines, 1):
            where = f"{path}:{number}: "
            if m := re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line):
                quoted, header = m[1] == '"', m[2]
                for what, pattern, places in ONLY:
                    if pattern.search(header) and not re.search(places, path):
                        out.append(where + f"{what} is not to be included here")
                if not quoted:
                    continue
                owner = header.split("/")[0]
                if ".." in header or not os.path.isfile(os.path.join(root, "lib", header)):
                    out.append(where + f'"{header}" is not a path below lib')
                elif owner != library and owner not in libraries[library]:
                    out.append(where + f"{library} does not name {owner} in its DEPENDS")
                continue
            code = line.split("//")[0]
            for what, pattern, places in WORDS:
                if pattern.search(code) and not re.search(places, path):
                    out.append(where + f"{what} is not used in this place")
    return out


def example(source, path="lib/low/a.cpp", low="", high="DEPENDS low"):
    return {"lib/low/CMakeLists.txt": f"netpeel_library(low {low})", "lib/low/b.hpp": "#pragma once\n",
            "lib/high/CMakeLists.txt": f"netpeel_library(high\n  {high} SOURCES a.cpp)", "lib/high/c.hpp": "#pragma once\n",
            path: source}


if __name__ == "__main__":
    main(check, bad=[
        ("low does not name high", example('#include "high/c.hpp"\n')),
        ("high does not name low", example('#include "low/b.hpp"\n', "lib/high/a.cpp", high="EXTERNAL low")),
        ("a circle: high → low → high", example("", low="DEPENDS high")),
        ("which is no library", example("", low="DEPENDS cellar")),
        ("has no netpeel_library()", example("", "lib/loft/a.cpp")),
        ("is not a path below lib", example('#include "b.hpp"\n')),
        ("is not a path below lib", example('#include "../low/b.hpp"\n', "lib/high/a.cpp")),
        ("pcap.h is not", example("#include <pcap.h>\n")),
        ("pcap.h is not", example("#include <pcap/pcap.h>\n")),
        ("CLI11 is not", example("#include <CLI/CLI.hpp>\n")),
        ("Boost is not", example("#include <boost/asio.hpp>\n")),
        ("nlohmann is not", example("#include <nlohmann/json.hpp>\n")),
        ("iostream is not", example("#  include <iostream>\n")),
        ("<format> is not", example("#include <format>\n")),
        ("<expected> is not", example("#include <expected>\n")),
        ("reinterpret_cast is not", example("auto x = reinterpret_cast<int*>(p);\n")),
        ("std::format is not", example('auto x = std::format("{}", 1);\n')),
        ("std::shared_ptr is not", example("std::shared_ptr<int> x;\n")),
    ], good=[
        example('#include "low/b.hpp"\n#include <vector>\n// no reinterpret_cast here\n', "lib/high/a.cpp"),
        {"lib/device/CMakeLists.txt": "# netpeel_library(other)\nnetpeel_library(device EXTERNAL pcap)", "lib/device/a.cpp": "#include <pcap.h>\n"},
    ])
