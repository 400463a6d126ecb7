"""What an ordinary user may reach, for tests that root runs as one."""
import os


def reachable(folder):
    """Whether an ordinary user may enter there."""
    return all(os.stat(f).st_mode & 0o001 for f in [folder, *folder.parents])
