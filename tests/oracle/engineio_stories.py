"""Stories for engineio_vs_node.py: what a client does, in any order it may think of. Nothing is expected here: the original
is asked at the same time."""
import time

QUICK = ["--ping-interval", "300", "--ping-timeout", "200", "--upgrade-timeout", "400", "--max-payload", "1000"]
SLOW = ["--ping-interval", "25000", "--ping-timeout", "20000", "--upgrade-timeout", "400", "--max-payload", "1000"]
ORIGIN = "Origin: http://page.example"
SOON = 0.15  # a poll that has come to the server; what would be said by now
TOLERANCE = 60  # milliseconds, of a machine that has other work as well


def sets():
    return [
        (SLOW, [refusals, refused_upgrades, handshake, messages, loose_base64, no_packets, overlapping_polls, overlapping_posts,
                slow_post, left_poll, left_post, too_long, octets, closing, other_methods, upgrade, upgrade_without_probe,
                upgrade_while_a_poll_hangs, upgrade_refuses, second_websocket, upgrade_timeout, websocket, websocket_bad,
                websocket_rules, websocket_moves, websocket_base64, strange_upgrade]),
        (QUICK, [silence_websocket, silence_polling, puts_off, unasked_pong]),
        ([*SLOW, "--cors", "http://page.example"], [cors]),
        ([*SLOW, "--cors", "*"], [cors]),
    ]


def refusals(s):
    good = s.begin()
    for method in ("GET", "POST", "PUT", "OPTIONS", "HEAD"):
        for query in (None, "", "transport=polling", "transport=x", "EIO=4", "EIO=3&transport=polling", "EIO=4&transport=x&sid=y",
                      "EIO=4&transport=polling&sid=unknown", "EIO=4&transport=websocket", "EIO=4&transport=webtransport",
                      "transport=polling&sid=unknown", "EIO=4&transport=websocket&sid=unknown", good.replace("EIO=4&", ""),
                      good.replace("polling", "websocket"), good.replace("EIO=4", "EIO=5"), "EIO=4&transport=Polling"):
            s.note(f"{method} {query}", s.ask(method, query).answer())
    for query in ("EIO=4&transport=x&transport=polling&sid=no", "transport=polling&EIO=4&sid=%6eo", "EIO=4&transport=poll%69ng&sid=no",
                  "EIO=4&transport=polling&sid=&sid=no", "sid=&EIO=3&transport=polling"):
        s.get(query, query)


def refused_upgrades(s):
    s.begin()
    for query in ("transport=x", "EIO=4&transport=x", "EIO=4", "EIO=4&transport=websocket&sid=unknown",
                  f"EIO=3&transport=websocket&sid={s.sids[0]}"):
        ws = s.dial(query)
        s.note(f"upgrade {query}", ws.status)
    s.post(f"EIO=4&transport=polling&sid={s.sids[0]}", "4x", "the session")


def handshake(s):
    answer = s.ask("GET", "EIO=4&transport=polling").answer()
    s.sids.append(answer[2].split(b'"')[3].decode())
    s.note("polling", answer)
    s.note("length", len(s.sids[0]))
    s.note("counted", s.begin()[-20:-4] != s.sids[0][:16])
    s.dial("EIO=4&transport=websocket")
    hello = s.open[-1].hear()
    s.sids.append(hello.split('"')[3])
    s.note("websocket", hello)
    for more in ("&t=abc", "&b64=1", "&x=%zz", "&x=%ff"):
        query = "EIO=4&transport=polling" + more
        answer = s.ask("GET", query).answer()
        s.note(more, answer[0])


def messages(s):
    q = s.begin()
    s.post(q, "4hello")
    s.note("poll", s.poll(q).answer())
    poll = s.poll(q)
    time.sleep(SOON)
    s.post(q, "4a~4b~bAQIDBA==~4c")
    s.note("poll", poll.answer())
    s.note("poll", s.poll(q).answer())
    s.post(q, "4")
    s.note("poll", s.poll(q).answer())
    s.post(q, "4é€😀".encode().decode("latin-1"))
    s.note("poll", s.poll(q).answer())
    s.post(q, b"4a\xffb\xe2\x82c\xed\xa0\x80d")
    s.note("poll", s.poll(q).answer())
    s.post(q, "0~5~6~3~3probe~4end")
    s.note("poll", s.poll(q).answer())
    s.post(q, "4" + "x" * 900)
    s.note("poll", s.poll(q).answer())
    poll = s.poll(q)
    s.note("nothing", poll.answer(0.3))


def loose_base64(s):
    q = s.begin()
    for text in ("YQ", "YQ=", "YQ==YQ==", "-_-_", "+/+/", "Y!W Jj", "=YQ", "", "A", "YWJ", "é"):
        s.post(q, b"b" + text.encode())
        s.note(text, s.poll(q).answer())


def no_packets(s):
    for body in ("", "7", "abc", "4a~9~4b", "~", "4a~", "2", "2probe", "4a~2~4b"):
        for hangs in (True, False):
            q = s.begin()
            poll = s.poll(q) if hangs else None
            time.sleep(SOON)
            s.post(q, body, f"post {body!r}")
            if hangs:
                s.note("poll", poll.answer())
            s.note("then", s.poll(q).answer(0.3))


def overlapping_polls(s):
    q = s.begin()
    first = s.poll(q)
    time.sleep(SOON)
    second = s.poll(q)
    s.note("second", second.answer())
    s.note("first", first.answer())
    s.note("third", s.poll(q).answer())


def overlapping_posts(s):
    q = s.begin()
    poll = s.poll(q)
    first = s.ask("POST", q, ["Content-Type: text/plain"], "4hello", hold=3)
    time.sleep(SOON)
    s.post(q, "4x", "second")
    s.note("poll", poll.answer())
    s.note("first", first.answer() in ("closed", "reset"))
    s.note("then", s.poll(q).answer())


def slow_post(s):
    q = s.begin()
    post = s.ask("POST", q, ["Content-Type: text/plain"], "4hello", hold=3)
    poll = s.poll(q)
    time.sleep(SOON)
    post.finish()
    s.note("post", post.answer())
    s.note("poll", poll.answer())


def left_poll(s):
    q = s.begin()
    s.poll(q).leave()
    time.sleep(SOON)
    poll = s.poll(q)
    time.sleep(SOON)
    poll.leave()
    time.sleep(SOON)
    s.note("then", s.poll(q).answer())


def left_post(s):
    q = s.begin()
    poll = s.poll(q)
    post = s.ask("POST", q, ["Content-Type: text/plain"], "4hello", hold=3)
    time.sleep(SOON)
    post.leave()
    s.note("poll", poll.answer())
    s.note("then", s.poll(q).answer())


def too_long(s):
    q = s.begin()
    poll = s.poll(q)
    time.sleep(SOON)
    s.post(q, "4" + "x" * 1000)
    s.post(q, "4" + "x" * 100_000)
    s.post(q, "4" + "x" * 998)
    s.note("poll", poll.answer())
    s.post(q, "4" + "é" * 500)
    s.post(q, "4x")
    s.note("poll", s.poll(q).answer())


def octets(s):
    for hangs in (True, False):
        q = s.begin()
        poll = s.poll(q) if hangs else None
        time.sleep(SOON)
        s.post(q, "4x", headers=["Content-Type: application/octet-stream"])
        if hangs:
            s.note("poll", poll.answer())
        s.note("then", s.poll(q).answer())
    q = s.begin()
    s.post(q, "4x", headers=["Content-Type: application/octet-stream; charset=x"])
    s.post(q, "4x", headers=[])


def closing(s):
    for body in ("1", "4a~1~4b", "1~1", "1why"):
        for hangs in (True, False):
            q = s.begin()
            poll = s.poll(q) if hangs else None
            time.sleep(SOON)
            s.post(q, body)
            if hangs:
                s.note("poll", poll.answer())
            s.note("then", s.poll(q).answer())


def other_methods(s):
    q = s.begin()
    for method in ("PUT", "DELETE", "OPTIONS", "PATCH"):
        s.note(method, s.ask(method, q).answer())
    s.post(q, "4x", "the session")


def upgrade(s):
    q = s.begin()
    poll = s.poll(q)
    time.sleep(SOON)
    ws = s.dial(q.replace("polling", "websocket"))
    s.note("status", ws.status)
    since = time.monotonic()
    ws.send("2probe")
    s.hear(ws)
    s.note("poll", poll.answer())
    s.about("released", since, 100, TOLERANCE)
    s.post(q, "4between")
    s.note("poll", s.poll(q).answer())
    since = time.monotonic()
    s.note("poll", s.poll(q).answer())
    s.post(q, "4kept")
    ws.send("5")
    s.hear(ws)
    ws.send("4over websocket")
    s.hear(ws)
    ws.send(b"\x01\x02")
    s.hear(ws)
    s.note("late poll", s.poll(q).answer())
    s.post(q, "4x", "late post")
    ws.send("4still here")
    s.hear(ws)
    ws.send("", 8)
    s.hear(ws)
    ws.leave()
    time.sleep(SOON)
    s.note("then", s.poll(q).answer())


def upgrade_without_probe(s):
    q = s.begin()
    s.post(q, "4a")
    s.post(q, "bAQI=")
    ws = s.dial(q.replace("polling", "websocket"))
    ws.send("5")
    s.hear(ws)
    s.hear(ws)
    ws.send("4b")
    s.hear(ws)


def upgrade_while_a_poll_hangs(s):
    q = s.begin()
    poll = s.poll(q)
    ws = s.dial(q.replace("polling", "websocket"))
    time.sleep(SOON)
    ws.send("5")
    s.note("poll", poll.answer())
    ws.send("4b")
    s.hear(ws)


def upgrade_refuses(s):
    q = s.begin()
    for first in ("4x", "2", "", "9", "1", "2probes", b"\x01"):
        ws = s.dial(q.replace("polling", "websocket"))
        ws.send(first)
        s.hear(ws, f"{first!r}")
        ws.leave()
        time.sleep(0.05)
    ws = s.dial(q.replace("polling", "websocket"))
    ws.send("2probe")
    ws.send("2probe")
    s.hear(ws)
    s.hear(ws)
    ws.leave()
    time.sleep(0.05)
    s.post(q, "4x", "the session")
    s.note("poll", s.poll(q).answer())


def second_websocket(s):
    q = s.begin()
    ws = s.dial(q.replace("polling", "websocket"))
    ws.send("2probe")
    s.hear(ws)
    second = s.dial(q.replace("polling", "websocket"))
    s.note("status", second.status)
    s.hear(second, "second")
    ws.send("5")
    ws.send("4x")
    s.hear(ws)
    third = s.dial(q.replace("polling", "websocket"))
    s.note("status", third.status)
    s.hear(third, "third")
    ws.send("4y")
    s.hear(ws)


def upgrade_timeout(s):
    q = s.begin()
    ws = s.dial(q.replace("polling", "websocket"))
    since = time.monotonic()
    ws.send("2probe")
    s.hear(ws)
    s.hear(ws)
    s.about("closed", since, 400, TOLERANCE)
    s.post(q, "4x", "the session")


def websocket(s):
    ws = s.begin_ws()
    for packet in ("4hello", "4", "4" + "é" * 100, "4" + "x" * 990, b"\x00\x01", b"", "bAQI=", "0", "1", "5", "6", "3", "4end"):
        ws.send(packet)
        if packet[:1] not in ("0", "1", "5", "6", "3"):
            s.hear(ws)
    q = f"EIO=4&transport=polling&sid={s.sids[-1]}"
    s.get("poll", q)
    s.post(q, "4x")
    ws.send(b"\x03\xe8bye", 8)
    s.hear(ws)
    ws.leave()
    time.sleep(SOON)
    s.get("then", q)


def websocket_bad(s):
    for packet in ("", "7", "abc", "2", "2probe"):
        ws = s.begin_ws()
        ws.send(packet)
        s.hear(ws, f"{packet!r}")
        s.get("then", f"EIO=4&transport=polling&sid={s.sids[-1]}")


def websocket_rules(s):
    for payload, opcode in (("4" + "x" * 1000, 1), (b"4\xff", 1), (b"\x03", 8), (b"x", 3)):
        ws = s.begin_ws()
        ws.send(payload, opcode)
        s.hear(ws, f"{payload[:4]!r}")
        s.get("then", f"EIO=4&transport=polling&sid={s.sids[-1]}")
    ws = s.begin_ws()
    ws.send("hi", 9)
    s.hear(ws)
    ws.leave()
    time.sleep(SOON)
    s.get("then", f"EIO=4&transport=polling&sid={s.sids[-1]}")


def websocket_moves(s):
    ws = s.begin_ws()
    q = f"EIO=4&transport=websocket&sid={s.sids[-1]}"
    second = s.dial(q)
    second.send("2probe")
    s.hear(second)
    ws.send("4old")
    s.hear(ws)
    second.send("5")
    s.hear(ws)
    second.send("4new")
    s.hear(second)
    third = s.dial(q)
    s.hear(third)


def websocket_base64(s):
    ws = s.begin_ws("&b64=1")
    ws.send(b"\x01\x02\x03")
    s.hear(ws)
    ws.send("bAQI=")
    s.hear(ws)


def strange_upgrade(s):
    for query in ("EIO=4&transport=polling", s.begin()):
        ws = s.dial(query)
        s.note("status", ws.status)
        s.hear(ws)


def silence_websocket(s):
    ws = s.begin_ws()
    since = time.monotonic()
    s.hear(ws)
    s.about("ping", since, 300, TOLERANCE)
    s.hear(ws)
    s.about("closed", since, 500, TOLERANCE)


def silence_polling(s):
    q = s.begin()
    since = time.monotonic()
    s.note("poll", s.poll(q).answer())
    s.about("ping", since, 300, TOLERANCE)
    s.note("poll", s.poll(q).answer())
    s.about("closed", since, 500, TOLERANCE)
    s.note("then", s.poll(q).answer())
    q = s.begin()
    time.sleep(0.56)
    s.note("never polled", s.poll(q).answer())


def puts_off(s):
    ws = s.begin_ws()
    s.hear(ws)
    since = time.monotonic()
    time.sleep(0.12)
    ws.send("4x")
    s.hear(ws)
    ws.send("4y")
    s.hear(ws)
    time.sleep(0.1)
    ws.send("4z")
    s.hear(ws)
    s.hear(ws)
    s.about("closed", since, 320, TOLERANCE)
    ws = s.begin_ws()
    since = time.monotonic()
    for _ in range(3):
        s.hear(ws)
        ws.send("3")
    s.about("three pings", since, 900, TOLERANCE)


def unasked_pong(s):
    ws = s.begin_ws()
    time.sleep(0.15)
    since = time.monotonic()
    ws.send("3")
    s.hear(ws)
    s.about("ping", since, 300, TOLERANCE)


def cors(s):
    q = s.begin([ORIGIN])
    for method, query in (("GET", "EIO=4&transport=polling"), ("GET", "EIO=4&transport=x"), ("POST", "EIO=4&transport=polling")):
        answer = s.ask(method, query, [ORIGIN]).answer()
        s.note(f"{method} {query}", (*answer[:2], answer[2][:8]))
    s.post(q, "4x", headers=["Content-Type: text/plain", ORIGIN])
    s.note("poll", s.ask("GET", q, ["Origin: http://other.example"]).answer())
    asks = [ORIGIN, "Access-Control-Request-Method: POST"]
    for headers in (asks, [*asks, "Access-Control-Request-Headers: content-type,x-y"], []):
        for query in (q, "", None, "transport=x"):
            s.note(f"OPTIONS {query}", s.ask("OPTIONS", query, headers).answer())
    s.post(q, "4" + "x" * 1000, "too long", headers=["Content-Type: text/plain", ORIGIN])
    s.note("PUT", s.ask("PUT", q, [ORIGIN]).answer())
    poll = s.poll(q)
    time.sleep(SOON)
    s.note("second poll", s.poll(q).answer())
    s.note("first poll", poll.answer())
    ws = s.begin_ws(headers=[ORIGIN])
    for name in ("access-control-allow-origin", "vary"):
        s.note(name, ws.headers.get(name))
