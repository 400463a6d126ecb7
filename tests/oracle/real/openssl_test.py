#!/usr/bin/env python3
"""openssl s_client against openssl s_server: TLS 1.2 and 1.3, with what both programs print of the handshake as the truth."""
import os
import re
import subprocess
import tempfile

from common import CLEAN, Checks, Recording, Started, Talk, free_port, left, own_network, program

own_network()
openssl = program("openssl")
checks = Checks()


def client(port, *words, code=0):
    """One handshake, one line of text there and back. What s_client printed."""
    done = subprocess.run([openssl, "s_client", "-connect", f"127.0.0.1:{port}", "-servername", "real.example", "-trace", *words],
                          input=b"a line of text\nQ\n", capture_output=True, timeout=left(15), env=CLEAN)
    assert done.returncode == code, (words, done.returncode, done.stderr[-1000:])
    return done.stdout.decode(errors="replace")


def handshakes(said):
    """The types of the messages that travelled in clear, as -trace names them, in order, both sides'."""
    return re.findall(r"^\s+(ClientHello|ServerHello|Certificate|ServerKeyExchange|CertificateRequest|ServerHelloDone|ClientKeyExchange|CertificateVerify"
                      r"|NewSessionTicket|EncryptedExtensions|Finished|CertificateStatus|KeyUpdate), Length=(\d+)", said, re.M)


NUMBERS = {"ClientHello": 1, "ServerHello": 2, "NewSessionTicket": 4, "Certificate": 11, "ServerKeyExchange": 12, "CertificateRequest": 13,
           "ServerHelloDone": 14, "CertificateVerify": 15, "ClientKeyExchange": 16, "CertificateStatus": 22}


def look(name, server_words, client_words, clear, code=0):
    """clear: which of the handshake's messages can be read on the wire."""
    port = free_port()
    with tempfile.TemporaryDirectory() as sub:
        with Started([openssl, "s_server", "-accept", f"127.0.0.1:{port}", "-cert", f"{folder}/cert", "-key", f"{folder}/key", "-alpn", "http/1.1,h2",
                      "-naccept", "1", "-rev", *server_words], port, sub), Recording(sub, port) as recording:
            said = client(port, *client_words, code=code)
        decoded = Talk(recording)
    checks.same(f"{name}: problems", decoded.problems(), [])
    told = [(NUMBERS[kind], int(length)) for kind, length in handshakes(said) if kind in clear]
    got = []
    for _, f in decoded.layers("tls"):
        kinds, lengths = (f.get(n, []) for n in ("tls.handshake.type", "tls.handshake.length"))
        kinds, lengths = (v if isinstance(v, list) else [v] for v in (kinds, lengths))
        got += zip(kinds, lengths)
    # s_client tells what it sent and what it got each in their order.
    checks.same(f"{name}: handshake messages in clear", sorted(got), sorted(told))
    checks.true(f"{name}: at least two messages", len(told) >= 2)
    checks.true(f"{name}: server name", "real.example" in decoded.values("tls.handshake.extensions_server_name"))
    for random in re.findall(r"random_bytes \(len=28\): ([0-9A-F]{56})", said):
        seen = [value for value in decoded.values("tls.handshake.random") if value.endswith(random.lower())]
        checks.true(f"{name}: the random bytes {random[:8]}…", seen)
    return said, decoded


with tempfile.TemporaryDirectory() as folder:
    subprocess.run([openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "9", "-subj",
                    "/O=Real Programs/CN=real.example", "-addext", "subjectAltName=DNS:real.example,DNS:www.real.example", "-keyout", f"{folder}/key",
                    "-out", f"{folder}/cert"], check=True, capture_output=True, env=CLEAN, timeout=left(20))
    all_12 = {"ClientHello", "ServerHello", "Certificate", "ServerKeyExchange", "CertificateRequest", "ServerHelloDone", "ClientKeyExchange",
              "CertificateVerify", "NewSessionTicket", "CertificateStatus"}
    said, decoded = look("TLS 1.2", ["-tls1_2"], ["-tls1_2", "-alpn", "h2"], all_12)
    checks.true("the version is 1.2", 0x0303 in decoded.values("tls.handshake.version"))
    cipher = re.search(r"cipher_suite \{0x(..), 0x(..)\}", said)
    checks.true("the cipher suite", int(cipher[1] + cipher[2], 16) in decoded.values("tls.handshake.ciphersuite"))
    names = decoded.values("x509ce.dNSName")
    checks.same("the certificate's names", names, ["real.example", "www.real.example"])
    checks.true("the certificate's subject", "real.example" in decoded.values("x509sat.uTF8String") and "Real Programs" in decoded.values("x509sat.uTF8String"))
    checks.true("ALPN", "h2" in decoded.values("tls.handshake.extensions_alpn_str"))

    look("TLS 1.2 with a client certificate", ["-tls1_2", "-Verify", "1"], ["-tls1_2", "-cert", f"{folder}/cert", "-key", f"{folder}/key"], all_12)
    said, decoded = look("TLS 1.3", ["-tls1_3"], ["-tls1_3", "-alpn", "http/1.1"], {"ClientHello", "ServerHello"})
    checks.true("the version is 1.3", 0x0304 in decoded.values("tls.handshake.extensions.supported_version"))
    checks.true("after the hellos all is application data", 23 in decoded.values("tls.record.opaque_type") or 23 in decoded.values("tls.record.content_type"))
    # The server insists on a group that the client offers no key for: it is asked again.
    said, decoded = look("TLS 1.3 asked again", ["-tls1_3", "-groups", "P-384"], ["-tls1_3", "-groups", "X25519:P-384"], {"ClientHello", "ServerHello"})
    checks.same("two hellos of the client", decoded.values("tls.handshake.type").count(1), 2)
    checks.end()
