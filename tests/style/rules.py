"""What the style tests share: complaints are strings "file:line: why"; a bad example is a small tree in a temporary folder."""
import shutil, os, subprocess, sys, tempfile


def tree(root, files):
    """Writes {path: text} below root."""
    for path, text in files.items():
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w") as f:
            f.write(text)


def sources(root, below, endings=(".hpp", ".cpp")):
    for folder, _, names in sorted(os.walk(os.path.join(root, below))):
        for name in sorted(names):
            if name.endswith(endings):
                yield os.path.relpath(os.path.join(folder, name), root)


def tracked(root):
    """What git tracks; without git (an unpacked archive), everything but build folders."""
    git = shutil.which("git")
    done = git and subprocess.run([git, "-C", root, "ls-files", "-z"], capture_output=True, text=True)
    if done and done.returncode == 0:
        return [p for p in done.stdout.split("\0") if p and os.path.isfile(os.path.join(root, p))]
    return [p for p in sources(root, "", ("",)) if not p.startswith(("build" + os.sep, ".git" + os.sep))]


def main(check, bad, good):
    """check(root) gives the complaints. bad: [(expected words, files)], each of which must be refused for that reason;
    good: files that must pass. Only then the repository is checked."""
    for files in good:
        with tempfile.TemporaryDirectory() as folder:
            tree(folder, files)
            if found := check(folder):
                sys.exit("self-test: a good example was refused: " + "; ".join(found))
    for words, files in bad:
        with tempfile.TemporaryDirectory() as folder:
            tree(folder, files)
            found = check(folder)
            if not any(words in c for c in found):
                sys.exit(f"self-test: expected a complaint with '{words}', got {found or 'none'}")
    found = check(sys.argv[1])
    print("\n".join(found))
    print(f"{len(bad)} bad examples refused, {len(good)} good ones passed; {len(found)} complaints about the repository")
    sys.exit(1 if found else 0)
