#!/usr/bin/env python3
"""Brings the code into its form: clang-format for everything but tables of rows, whose rows stay one to a line (or two,
the sentence below) so that a column can be read down. With --check, says what is not in form and changes nothing.

clang-format 14 aligns such tables wrongly and crashes on some, so it is kept off their lines. Use version 14: others
break lines elsewhere.
"""
import argparse
import re
import subprocess
import sys
from pathlib import Path

WIDTH = 100
TEXT = r'"(?:[^"\\]|\\.)*"'
TABLE = re.compile(r"(= |= \w+\(|^)(\w+::)?(wire|loose|values|hooks)\(\{$|^(static |inline )*constexpr [\w:<> ]+\[\w*\]\s*(= )?\{$")


def tables(lines):
    """Line ranges (from, to) of tables: what stands between the opening line and the one that closes at its indent.
    Macros of several lines, which may hold rows, are left as they are."""
    at = 0
    while at < len(lines):
        if lines[at].startswith("#define ") and lines[at].endswith("\\"):
            end = at + 1
            while lines[end - 1].endswith("\\"):
                end += 1
            yield at - 1, end
            at = end - 1
        if TABLE.search(lines[at].strip()):
            indent = len(lines[at]) - len(lines[at].lstrip())
            end = at + 1
            while end < len(lines) and not re.match(rf"^ {{{indent}}}\}}", lines[end]):
                end += 1
            yield at, end
            at = end
        at += 1


def pieces(row, within):
    """Splits at commas that stand in no string and in so many pairs of braces."""
    out, depth, quoted, start, i = [], 0, False, 0, 0
    while i < len(row):
        c = row[i]
        if quoted:
            i += c == "\\"
            quoted = c != '"'
        elif c == '"':
            quoted = True
        elif c in "({[":
            depth += 1
        elif c in ")}]":
            depth -= 1
        elif c == "," and depth == within:
            out.append(row[start:i + 1])
            start = i + 1
        i += 1
    return out + [row[start:]]


def joined(texts):
    return '"' + "".join(text[1:-1] for text in re.findall(TEXT, texts[0])) + '"'


def wrap(row):
    """The lines of one row. What is too long is filled anew: whole pieces to a line, texts broken between words."""
    if all(len(line) <= WIDTH for line in row) or any(re.search(r'//|R"|\\x', line) for line in row) or re.match(r" *[A-Z]", row[0]):
        return row
    indent = len(row[0]) - len(row[0].lstrip())
    whole = re.sub(rf"{TEXT}(?: {TEXT})*", joined, " ".join(line.strip() for line in row))
    several = pieces(whole, 0)
    pad, lines, now = " " * (indent + 1), [], " " * indent
    if len(several) > 2:
        pad = now  # a list, or several short rows on a line
    for piece in several if len(several) > 2 else pieces(whole, 1):
        if len(now) + len(piece.rstrip()) > WIDTH and now.strip(" {"):
            lines.append(now.rstrip())
            now, piece = pad, piece.lstrip()
        now += piece
        while len(now.rstrip()) > WIDTH:
            cut = now.rfind(" ", len(pad) + 20, WIDTH - 1)
            if not re.match(r'\{?"(?:[^"\\]|\\.)*"[,}]*\s*$', now.lstrip()) or cut < 0:
                break
            lines.append(now[:cut + 1] + '"')
            now = pad + '"' + now[cut + 1:]
    return lines + [now.rstrip()]


def rows(lines):
    """The lines of a table, grouped by row: a row ends where its braces do. A list of plain values is one row."""
    row, depth = [], 0
    for line, following in zip(lines, lines[1:] + ["{"]):
        row.append(line)
        if all(re.match(r" *[a-z0-9]", part) for part in (line, following)):
            continue
        bare = re.sub(TEXT, "", line)
        depth += sum(bare.count(c) for c in "({[") - sum(bare.count(c) for c in ")}]")
        if depth <= 0:
            yield row
            row, depth = [], 0
    if row:
        yield row


def clang_format(path, text):
    """Where it crashes on a small table inside a function, that file goes without aligned columns."""
    style = Path(".clang-format").read_text()
    for rules in (style, style.replace("AlignArrayOfStructures: Left", "AlignArrayOfStructures: None")):
        inline = "{" + ", ".join(line for line in rules.split("\n") if line) + "}"
        done = subprocess.run(["clang-format", f"--style={inline}", f"--assume-filename={path}"], input=text,
                              capture_output=True, text=True)
        if done.returncode == 0:
            return done.stdout
    return None


def once(path, text):
    """clang-format sees one comment in place of each table's rows."""
    lines, kept = text.split("\n"), []
    for begin, end in reversed(list(tables(lines))):
        inside = lines[begin + 1:end]
        macro = inside[0].startswith("#define ")
        kept.append(inside if macro else [line for row in rows(inside) for line in wrap(row)])
        lines[begin + 1:end] = [f"// rows {len(kept) - 1}"]
    text = clang_format(path, "\n".join(lines))
    return text and re.sub(r"^ *// rows (\d+)$", lambda m: "\n".join(kept[int(m[1])]), text, flags=re.M)


def formatted(path):
    """The file in form, or None. Some comments take clang-format several turns."""
    text = path.read_text()
    for _ in range(4):
        before, text = text, once(path, text)
        if text is None or text == before:
            break
    return text


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--check", action="store_true")
    options.add_argument("files", nargs="*", type=Path, help="default: all that git knows")
    asked = options.parse_args()
    files = asked.files or [Path(f) for f in subprocess.run(["git", "ls-files", "*.cpp", "*.hpp"], capture_output=True, text=True,
                                                            check=True).stdout.split()]
    others = [str(path) for path in files if path.suffix not in (".cpp", ".hpp")]
    if others:
        sys.exit(f"This form is that of C++ alone, not of {', '.join(others)}")
    wrong = 0
    for path in files:
        text = formatted(path)
        if text is None:
            print(f"{path}: clang-format gave up")
            wrong += 1
        elif text != path.read_text():
            print(path)
            wrong += 1
            if not asked.check:
                path.write_text(text)
    return 1 if asked.check and wrong else 0


if __name__ == "__main__":
    sys.exit(main())
