"""Which tshark is here. Names and values move between Wireshark's releases; ours are those of 4.0."""
import shutil, subprocess

version = "none"
if shutil.which("tshark"):
    version = subprocess.run(["tshark", "--version"], capture_output=True, text=True).stdout.split("\n")[0].split(" (Git")[0].rstrip(".")
is_ours = version.startswith("TShark (Wireshark) 4.0.")
