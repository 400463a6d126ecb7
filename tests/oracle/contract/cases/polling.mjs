// Engine.IO over long-polling, request by request.
import { test } from "../runner.mjs";
import { assert, SEPARATOR, wait } from "../talk.mjs";

test("the handshake: one open packet with all that a client has to know", async (t) => {
  for (const path of ["/socket.io/", "/engine.io/"]) {
    const p = await t.polling(path);
    assert.deepEqual(Object.keys(p.handshake), ["sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"]);
    const { sid, ...rest } = p.handshake;
    assert.match(sid, /^[A-Za-z0-9_-]{20}$/);
    assert.deepEqual(rest, { upgrades: ["websocket"], pingInterval: 25000, pingTimeout: 20000, maxPayload: 1000000 });
    assert.equal(p.opened.headers["content-type"], "text/plain; charset=UTF-8");
    assert.equal(p.opened.headers["cache-control"], "no-store");
    assert.equal(p.opened.headers["set-cookie"], undefined);
  }
});

test("ids are never the same, and those of Engine.IO and of Socket.IO differ", async (t) => {
  const all = new Set();
  for (let i = 0; i < 40; i++) {
    const p = await t.polling();
    all.add(p.sid);
    const answer = (await p.join())[0];
    const { sid } = JSON.parse(answer.slice(2));
    assert.match(sid, /^[A-Za-z0-9_-]{20}$/);
    all.add(sid);
  }
  assert.equal(all.size, 80);
});

test("POST is answered 200 text/html ok, a poll text/plain", async (t) => {
  const p = await t.polling("/engine.io/");
  const posted = await p.post("4hello");
  assert.deepEqual([posted.status, posted.headers["content-type"], posted.text], [200, "text/html", "ok"]);
  const polled = await p.poll();
  assert.deepEqual([polled.status, polled.headers["content-type"], polled.headers["cache-control"], polled.text],
    [200, "text/plain; charset=UTF-8", "no-store", "4hello"]);
});

test("several packets in one payload, both ways, in order", async (t) => {
  const p = await t.polling("/engine.io/");
  assert.equal((await p.post(["4a", "4", "4ü😀", "4c"].join(SEPARATOR))).text, "ok");
  assert.deepEqual(await p.packets(), ["4a", "4", "4ü😀", "4c"]);
});

test("binary is b and base64, both ways, beside text", async (t) => {
  const p = await t.polling("/engine.io/");
  assert.equal((await p.post(["4text", "bAQIDBA==", "b", "bAA=="].join(SEPARATOR))).text, "ok");
  const got = await p.packets();
  assert.deepEqual(got, ["4text", "bAQIDBA==", "b", "bAA=="]);
});

test("a poll hangs until there is something, and gets it at once", { quiet: true }, async (t) => {
  const p = await t.polling("/engine.io/");
  let done = false;
  const hanging = p.poll().then((r) => { done = true; return r; });
  await wait(80);
  assert.ok(!done);
  await p.post("4now");
  assert.equal((await hanging).text, "4now");
});

test("a second poll while one hangs: 1 and 400, and the session is gone", { quiet: true }, async (t) => {
  const p = await t.polling("/engine.io/");
  const first = p.poll();
  await wait(50);
  const second = await p.poll();
  assert.equal(second.status, 400);
  assert.deepEqual([(await first).status, (await first).text], [200, "1"]);
  assert.equal(await p.alive(), false);
});

test("a second POST while one is under way: 400, and the session is gone", { quiet: true }, async (t) => {
  const p = await t.polling("/engine.io/");
  const to = new URL(t.url);
  const half = t.bare(`POST ${p.address} HTTP/1.1\r\nHost: ${to.host}\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\n4ha`, 600);
  await wait(80);
  assert.equal((await p.post("4second")).status, 400);
  assert.doesNotMatch(await half, / 200 /);
  await p.dead();
});

test("a poll that the client breaks off ends the session", { quiet: true }, async (t) => {
  const p = await t.polling("/engine.io/");
  const stop = new AbortController();
  const hanging = p.poll({ signal: stop.signal });
  await wait(50);
  assert.ok(await p.alive());
  stop.abort();
  await assert.rejects(hanging);
  await p.dead();
});

test("1 from the client ends the session; the hanging poll gets 6", { quiet: true }, async (t) => {
  const p = await t.polling("/engine.io/");
  const hanging = p.poll();
  await wait(50);
  assert.equal((await p.post("1")).text, "ok");
  assert.equal((await hanging).text, "6");
  assert.equal(await p.alive(), false);
});

for (const [what, payload] of [["nonsense", "abc"], ["an unknown type", "9"], ["an empty body", ""], ["a ping, which is the server's", "2"],
  ["nonsense behind a good packet", `4good${SEPARATOR}x`]]) {
  test(`a payload with ${what} ends the session`, async (t) => {
    const p = await t.polling("/engine.io/");
    await p.post(payload).catch(() => {});
    await p.dead();
  });
}

test("a pong that nobody asked for, and noop, are ignored", async (t) => {
  const p = await t.polling("/engine.io/");
  await p.post(`3${SEPARATOR}6${SEPARATOR}4after`);
  assert.deepEqual(await p.packets(), ["4after"]);
});

test("octet-stream is refused with 400, and ends the session", async (t) => {
  const p = await t.polling("/engine.io/");
  assert.equal((await p.post(Buffer.from([1, 2, 3]), { "content-type": "application/octet-stream" })).status, 400);
  await p.dead();
});

test("a body over the limit gets 413, and the session lives on", async (t) => {
  const p = await t.polling("/engine.io/");
  assert.equal((await p.post("4" + "x".repeat(1000000))).status, 413);
  assert.equal((await p.post("4" + "y".repeat(999999))).status, 200);
  const packets = [];
  while (!packets.some((x) => x[0] === "4")) packets.push(...(await p.packets()));
  assert.equal(packets.find((x) => x[0] === "4").length, 1000000);
});

test("a method that is neither GET nor POST does not hurt a session", async (t) => {
  const p = await t.polling("/engine.io/");
  assert.ok((await t.http("PUT", p.address, { body: "4x" })).status >= 400);
  await p.post("4y");
  assert.deepEqual(await p.packets(), ["4y"]);
});

test("the session's end while a poll hangs: 1, or it is let go", async (t) => {
  const p = await t.polling();
  await p.join();
  const hanging = p.poll();
  await p.post('42["drop"]');
  const answer = await hanging;
  assert.equal(answer.status, 200);
  assert.equal(answer.text.split(SEPARATOR).at(-1), "1");
  await p.dead();
});

test("a chunked POST is a POST", async (t) => {
  const p = await t.polling("/engine.io/");
  const to = new URL(t.url);
  const got = await t.bare(`POST ${p.address} HTTP/1.1\r\nHost: ${to.host}\r\nContent-Type: text/plain;charset=UTF-8\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\n4ab\r\n2\r\ncd\r\n0\r\n\r\n`);
  assert.match(got, /^HTTP\/1\.1 200 /);
  assert.deepEqual(await p.packets(), ["4abcd"]);
});

test("an answer may be packed for who takes gzip, and is never for who does not", async (t) => {
  const p = await t.polling("/engine.io/");
  const long = "4" + "again and again ".repeat(500);
  await p.post(long);
  const plain = await p.poll();
  assert.deepEqual([plain.headers["content-encoding"], plain.text], [undefined, long]);
  await p.post(long);
  const r = await fetch(t.url + p.address, { headers: { "accept-encoding": "gzip" } });  // which unpacks it
  assert.equal(await r.text(), long);
});
