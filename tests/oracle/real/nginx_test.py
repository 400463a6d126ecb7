#!/usr/bin/env python3
"""curl, and a client of bare sockets, against nginx: what nginx logged of every request must be what was decoded."""
import grp
import json
import os
import pathlib
import pwd
import socket
import tempfile

from common import Checks, Recording, Started, Talk, free_port, left, own_network, program, run

CONFIG = """
user {2} {3}; daemon off; master_process off; pid {0}/pid; error_log {0}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  log_format told escape=json '{{"connection":$connection,"line":"$request","status":$status,"sent":$body_bytes_sent,"range":"$http_range"}}';
  access_log {0}/access.log told;
  client_body_temp_path {0}/t1; proxy_temp_path {0}/t2; fastcgi_temp_path {0}/t3; uwsgi_temp_path {0}/t4; scgi_temp_path {0}/t5;
  types {{ text/plain txt; text/html html; application/octet-stream bin; }}
  gzip on; gzip_min_length 1; gzip_types text/plain;
  server {{
    listen 127.0.0.1:{1};
    root {0}/www;
    location /take {{ return 201 "taken\\n"; }}
    location /moved {{ return 302 /page.html; }}
    location /close {{ keepalive_timeout 0; return 204; }}
    # A page put together from others has no length beforehand: it goes in chunks.
    location /chunks {{ ssi on; ssi_types *; }}
  }}
}}
"""

own_network()
nginx, curl = program("nginx"), program("curl")
checks = Checks()


def raw(port, text):
    """What the server answers to these bytes until it closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=left(10)) as s:
        s.sendall(text.replace("\n", "\r\n").encode())
        got = b""
        while data := s.recv(65536):
            got += data
    return got


def talk(folder, port):
    url = f"http://127.0.0.1:{port}"
    quiet = [curl, "-sS", "--http1.1", "-o", os.path.join(folder, "got")]
    run(*quiet, f"{url}/page.html", "-o", os.path.join(folder, "got2"), f"{url}/none", "-o", os.path.join(folder, "got3"), f"{url}/moved")
    run(curl, "-sS", "-I", f"{url}/page.html")
    run(*quiet, "--compressed", f"{url}/long.txt")
    run(*quiet, "-r", "100-149", f"{url}/big.bin")
    run(*quiet, f"{url}/big.bin")
    run(*quiet, "-d", "name=value&more=" + "x" * 3000, f"{url}/take")
    # curl sends this body in chunks, behind "Expect: 100-continue".
    run(*quiet, "-H", "Transfer-Encoding: chunked", "-H", "Expect: 100-continue", "--data-binary", "@" + os.path.join(folder, "www/big.bin"), f"{url}/take")
    run(*quiet, f"{url}/chunks/page.txt")
    run(*quiet, f"{url}/close")
    host = "Host: a\n"
    raw(port, "".join(f"GET /page.html?{i} HTTP/1.1\n{host}\n" for i in range(5)) + f"HEAD /none HTTP/1.1\n{host}Connection: close\n\n")
    raw(port, "GET /page.html HTTP/1.0\n\n")
    raw(port, f"GET /page.html HTTP/1.1\n{host}Range: bytes=0-3,5-8\nConnection: close\n\n")


with tempfile.TemporaryDirectory() as folder:
    www = pathlib.Path(folder, "www")
    (www / "chunks").mkdir(parents=True)
    os.chmod(folder, 0o755)
    big = bytes(range(128)) * 2400
    (www / "page.html").write_text("<h1>hello</h1>\n")
    (www / "long.txt").write_text("".join(f"line {i} of a text that packs well\n" for i in range(500)))
    (www / "big.bin").write_bytes(big)
    (www / "chunks/page.txt").write_text('before <!--#include virtual="/page.html" --> after')
    port = free_port()
    pathlib.Path(folder, "conf").write_text(CONFIG.format(folder, port, pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name))
    with Started([nginx, "-c", f"{folder}/conf", "-p", folder, "-e", f"{folder}/error.log"], port, folder), Recording(folder, port) as recording:
        talk(folder, port)
    told = [json.loads(line) for line in open(f"{folder}/access.log")]
    decoded = Talk(recording)
    checks.same("problems", decoded.problems(), [])

    by_stream = {}
    for frame in decoded.frames:
        stream = next(layer["fields"]["tcp.stream"] for layer in frame["layers"] if layer["proto"] == "tcp")
        for layer in frame["layers"]:
            if layer["proto"] == "http":
                by_stream.setdefault(stream, []).append(layer["fields"])
    requests, answers = [], []
    for messages in by_stream.values():
        for f in messages:
            if "http.request.method" in f:
                words = [f["http.request.method"], f["http.request.uri"], f.get("http.request.version")]
                requests.append(" ".join(w for w in words if w))
            elif f["http.response.code"] != 100:
                answers.append(f["http.response.code"])
    by_connection = {}
    for t in told:
        by_connection.setdefault(t["connection"], []).append(t)
    logged = [t for connection in sorted(by_connection) for t in by_connection[connection]]
    checks.same("request lines", requests, [t["line"] for t in logged])
    checks.same("status codes", answers, [t["status"] for t in logged])
    bodies = [f.get("http.file_data", "") for messages in by_stream.values() for f in messages if "http.response.code" in f]
    checks.true("the text that came packed is there unpacked", (www / "long.txt").read_text() in bodies)
    checks.true("the large file is there", big.decode() in bodies)
    checks.end()
