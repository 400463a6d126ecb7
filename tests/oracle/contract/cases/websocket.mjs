// Engine.IO over WebSocket alone, and the upgrade from polling, frame by frame.
import { test } from "../runner.mjs";
import { assert, wait } from "../talk.mjs";

test("WebSocket alone: the open packet, without upgrades", async (t) => {
  for (const path of ["/socket.io/", "/engine.io/"]) {
    const w = await t.session(path);
    const { sid, ...rest } = w.handshake;
    assert.match(sid, /^[A-Za-z0-9_-]{20}$/);
    assert.deepEqual(rest, { upgrades: [], pingInterval: 25000, pingTimeout: 20000, maxPayload: 1000000 });
  }
});

test("WebSocket alone: text and binary come back as they are", async (t) => {
  const w = await t.session("/engine.io/");
  w.send("4hello", "4", "4ü😀", Buffer.from([1, 2, 3]), Buffer.alloc(0), "4last");
  assert.equal(await w.next(), "4hello");
  assert.equal(await w.next(), "4");
  assert.equal(await w.next(), "4ü😀");
  assert.deepEqual(await w.next(), Buffer.from([1, 2, 3]));
  assert.deepEqual(await w.next(), Buffer.alloc(0));
  assert.equal(await w.next(), "4last");
});

for (const [what, packet] of [["a ping, which is the server's", "2"], ["nonsense", "abc"], ["an unknown type", "9"]]) {
  test(`WebSocket alone: ${what} closes the connection`, async (t) => {
    const w = await t.session("/engine.io/");
    w.send(packet);
    await w.ends();
  });
}

test("WebSocket alone: what is over the limit closes the connection", async (t) => {
  const fits = await t.session("/engine.io/");
  fits.send("4" + "x".repeat(999999));
  let got;
  do got = await fits.next(); while (got === "2");
  assert.equal(got.length, 1000000);
  const over = await t.session("/engine.io/");
  over.send("4" + "x".repeat(1000000));
  assert.equal((await over.ends()).code, 1009);
});

test("the client's close ends the session at once", async (t) => {
  const w = await t.session("/engine.io/");
  w.socket.close(1000);
  assert.equal((await w.ends()).code, 1000);
  await t.until("the session's end", async () => JSON.parse((await t.get(`/engine.io/?EIO=4&transport=polling&sid=${w.handshake.sid}`)).text).code === 1);
});

// ---- the upgrade ----
const probing = async (t, path = "/engine.io/") => {
  const p = await t.polling(path);
  const w = t.ws(`${path}?EIO=4&transport=websocket&sid=${p.sid}`);
  await t.within(10000, "the WebSocket", w.open);
  return { p, w };
};

test("upgrade: probe, noop within 100 ms, 5, and then all goes the new way", { quiet: true }, async (t) => {
  const { p, w } = await probing(t);
  const hanging = p.poll();
  await wait(30);
  w.send("2probe");
  assert.equal(await w.next(), "3probe");
  const from = performance.now();
  assert.equal((await hanging).text, "6");
  assert.ok(performance.now() - from < 250, "released within 100 ms, and some patience with this machine");
  w.send("5", "4new way");
  assert.equal(await w.next(), "4new way");
});

test("upgrade: from the probe to the 5, polling still carries data both ways", async (t) => {
  const { p, w } = await probing(t);
  w.send("2probe");
  assert.equal(await w.next(), "3probe");
  await p.post("4still polling");
  const got = (await p.packets()).filter((x) => x !== "6");
  if (got.length === 0) got.push(...(await p.packets()).filter((x) => x !== "6"));
  assert.deepEqual(got, ["4still polling"]);
  w.send("5", "4over");
  assert.equal(await w.next(), "4over");
});

test("upgrade: what waits for the client when it upgrades comes over WebSocket", async (t) => {
  const { p, w } = await probing(t);
  w.send("2probe");
  assert.equal(await w.next(), "3probe");
  await p.post("4waiting\x1ebAQI=");
  w.send("5");
  assert.equal(await w.next(), "4waiting");
  assert.deepEqual(await w.next(), Buffer.from([1, 2]));
});

test("upgrade: polling after the 5 is refused", async (t) => {
  const { p, w } = await probing(t);
  w.send("2probe");
  assert.equal(await w.next(), "3probe");
  w.send("5", "4x");
  assert.equal(await w.next(), "4x");
  assert.equal((await p.poll()).status, 400);
  assert.equal((await p.post("4y")).status, 400);
  w.send("4z");
  assert.equal(await w.next(), "4z");
});

test("upgrade: a second WebSocket for the session is closed, and the first goes on", async (t) => {
  const { p, w } = await probing(t);
  w.send("2probe");
  assert.equal(await w.next(), "3probe");
  const second = t.ws(`/engine.io/?EIO=4&transport=websocket&sid=${p.sid}`);
  await t.within(10000, "the second to be refused or closed", Promise.race([second.closed, second.refused]));
  w.send("5", "4first");
  assert.equal(await w.next(), "4first");
  const third = t.ws(`/engine.io/?EIO=4&transport=websocket&sid=${p.sid}`);
  await t.within(10000, "the third to be refused or closed", Promise.race([third.closed, third.refused]));
  w.send("4still first");
  assert.equal(await w.next(), "4still first");
});

for (const first of ["4no probe", "2", "2prob", "5", "3probe", "nonsense"]) {
  test(`upgrade: "${first}" as the new connection's first word`, async (t) => {
    const { p, w } = await probing(t);
    w.send(first);
    if (first === "5") {
      // Without a probe: the original takes it.
      w.send("4taken");
      assert.equal(await w.next(), "4taken");
    } else {
      await w.ends();
      await p.post("4polling goes on");
      assert.deepEqual(await p.packets(), ["4polling goes on"]);
    }
  });
}

test("upgrade: one that is not completed is closed after --upgrade-timeout, and polling goes on", { quiet: true }, async (t) => {
  const server = await t.start("--upgrade-timeout", 300);
  t.url = server.url;
  const { p, w } = await probing(t);
  const from = performance.now();
  w.send("2probe");
  assert.equal(await w.next(), "3probe");
  await w.ends();
  const took = performance.now() - from;
  assert.ok(took > 200 && took < 800, `closed after ${took} ms`);
  await p.post("4polling goes on");
  const got = (await p.packets()).filter((x) => x !== "6");
  assert.deepEqual(got, ["4polling goes on"]);
});

test("upgrade: a probe that the client gives up leaves polling as it was", async (t) => {
  const { p, w } = await probing(t);
  w.send("2probe");
  assert.equal(await w.next(), "3probe");
  w.socket.terminate();
  await p.post("4polling goes on");
  let got = [];
  while (got.length === 0) got = (await p.packets()).filter((x) => x !== "6");
  assert.deepEqual(got, ["4polling goes on"]);
});

test("upgrade: the session's end by polling closes the probe", async (t) => {
  const { p, w } = await probing(t);
  w.send("2probe");
  assert.equal(await w.next(), "3probe");
  await p.post("1");
  await w.ends();
});

// ---- engine.io-client on /engine.io/ ----
for (const [name, list] of [["polling", ["polling"]], ["upgrade", ["polling", "websocket"]], ["websocket", ["websocket"]]]) {
  test(`engine.io-client, ${name}: every message comes back, in order, text and binary`, async (t) => {
    const s = await t.engine({ transports: list });
    s.binaryType = "arraybuffer";
    const sent = [], got = [];
    const all = new Promise((go) => s.on("message", (m) => { got.push(typeof m === "string" ? m : [...new Uint8Array(m)]); if (got.length === 120) go(); }));
    for (let i = 0; i < 120; i++) {
      const message = i % 3 ? `message ${i} ü` : Buffer.from([i, 0, 255]);
      sent.push(typeof message === "string" ? message : [...message]);
      s.send(message);
      if (i % 20 === 0) await wait(3);
    }
    await t.within(20000, "120 messages", all);
    assert.deepEqual(got, sent);
    if (name !== "polling") assert.equal(s.transport.name, "websocket");
  });
}

// ---- the handshake of RFC 6455 ----
const ask = (t, lines, path = "/ws/echo") => t.bare(`GET ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`, 400);
const good = ["Host: x", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="];

test("the RFC's own handshake gets the RFC's own answer", async (t) => {
  for (const path of ["/ws/echo", "/ws/broadcast", "/socket.io/?EIO=4&transport=websocket"]) {
    const answer = await ask(t, good, path);
    assert.match(answer, /^HTTP\/1\.1 101 /);
    assert.match(answer, /\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/i);
    assert.match(answer, /\r\nupgrade: websocket\r\n/i);
    assert.match(answer, /\r\nconnection: upgrade\r\n/i);
  }
  // Case and lists do not matter.
  assert.match(await ask(t, ["host: x", "connection: keep-alive, upgrade", "upgrade: WebSocket", ...good.slice(3)]), /^HTTP\/1\.1 101 /);
});

for (const [what, lines] of [
  ["no key", good.filter((l) => !l.includes("Key"))],
  ["a short key", [...good.slice(0, 4), "Sec-WebSocket-Key: dGhl"]],
  ["a key that is no base64", [...good.slice(0, 4), "Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!=="]],
  ["version 7", [...good.slice(0, 3), "Sec-WebSocket-Version: 7", good[4]]],
  ["no version", [...good.slice(0, 3), good[4]]],
]) {
  test(`a handshake with ${what} is refused with 400 or 426`, async (t) => {
    const answer = await ask(t, lines);
    assert.match(answer, /^HTTP\/1\.1 4(00|26) /);
    if (what === "version 7") assert.match(answer, /sec-websocket-version: 13/i, "says which version it wants");
  });
}

// ---- raw WebSocket ----
test("/ws/echo: text as text, binary as binary, any size", async (t) => {
  const w = t.ws("/ws/echo");
  await w.open;
  for (const n of [0, 1, 125, 126, 65535, 65536, 1000000]) {
    const text = "x".repeat(n), bytes = Buffer.alloc(n, 7);
    w.send(text, bytes);
    const [a, b] = [await w.next(), await w.next()];
    assert.ok(a === text, `text of ${n}`);
    assert.ok(Buffer.isBuffer(b) && b.equals(bytes), `binary of ${n}`);
  }
  w.send("grüß dich 😀");
  assert.equal(await w.next(), "grüß dich 😀");
});

test("/ws/echo: many at once keep their order", async (t) => {
  const w = t.ws("/ws/echo");
  await w.open;
  for (let i = 0; i < 2000; i++) w.send(`message ${i}`);
  for (let i = 0; i < 2000; i++) assert.equal(await w.next(), `message ${i}`);
});

test("/ws/echo: fragments are put together, ping is answered with its bytes", async (t) => {
  const w = t.ws("/ws/echo");
  await w.open;
  const pong = new Promise((go) => w.socket.on("pong", go));
  w.socket.send("in ", { fin: false });
  w.socket.ping("between");
  w.socket.send("three ", { fin: false });
  w.socket.send("parts", { fin: true });
  assert.equal(await w.next(), "in three parts");
  assert.equal((await t.within(10000, "the pong", pong)).toString(), "between");
});

test("/ws/echo: close codes and reasons are echoed", async (t) => {
  for (const [code, reason] of [[1000, "bye"], [1001, ""], [3000, "ours"], [4999, "grüß dich"]]) {
    const w = t.ws("/ws/echo");
    await w.open;
    w.socket.close(code, reason);
    assert.equal((await w.ends()).code, code);
  }
  const w = t.ws("/ws/echo");
  await w.open;
  w.socket.close();
  assert.equal((await w.ends()).code, 1005);
});

// A frame by hand: {fin, rsv, opcode, masked}; the key is zero, so that the payload stays readable.
const frame = (first, payload, masked = true) => {
  const body = Buffer.from(payload);
  return Buffer.concat([Buffer.from([first, (masked ? 128 : 0) | body.length]), masked ? Buffer.alloc(4) : Buffer.alloc(0), body]);
};
const close = (code) => frame(0x88, Buffer.from([code >> 8, code & 255]));
for (const [what, bytes, code] of [
  ["an unmasked frame", frame(0x81, "hello", false), 1002],
  ["RSV1 without an extension", frame(0xc1, "hello"), 1002],
  ["RSV2", frame(0xa1, "hello"), 1002],
  ["opcode 3", frame(0x83, "hello"), 1002],
  ["opcode 11", frame(0x8b, "hello"), 1002],
  ["a ping in fragments", frame(0x09, "hello"), 1002],
  ["a ping of 126 bytes", Buffer.concat([Buffer.from([0x89, 0xfe, 0, 126]), Buffer.alloc(4 + 126)]), 1002],
  ["a continuation of nothing", frame(0x80, "hello"), 1002],
  ["a new message amid fragments", Buffer.concat([frame(0x01, "one"), frame(0x81, "two")]), 1002],
  ["text that is no UTF-8", frame(0x81, Buffer.from([0xc3, 0x28])), 1007],
  ["text cut in a character", frame(0x81, Buffer.from([0xe2, 0x82])), 1007],
  ["a close of one byte", frame(0x88, Buffer.from([3])), 1002],
  ["close code 999", close(999), 1002],
  ["close code 1005", close(1005), 1002],
  ["close code 1006", close(1006), 1002],
  ["close code 2000", close(2000), 1002],
  ["close code 5000", close(5000), 1002],
  ["a close reason that is no UTF-8", frame(0x88, Buffer.from([3, 232, 0xff])), 1007],
]) {
  test(`/ws/echo: ${what} is answered with close ${code}`, async (t) => {
    const w = t.ws("/ws/echo");
    await w.open;
    w.socket._socket.write(bytes);
    assert.equal((await w.ends()).code, code);
  });
}

test("/ws/broadcast: every message to every client, the sender included, in one order", async (t) => {
  const all = [0, 1, 2].map(() => t.ws("/ws/broadcast"));
  await Promise.all(all.map((w) => w.open));
  const alone = t.ws("/ws/echo");
  await alone.open;
  const mark = t.tag();
  // All are members once each got its own word back; then all hear all.
  const hear = async (w, what) => { let got; do got = await w.next(); while (got !== `${mark} ${what}`); };
  for (const w of all) { w.send(`${mark} here`); await hear(w, "here"); }
  all[2].send(`${mark} go`);
  for (const w of all) await hear(w, "go");
  all[0].send(`${mark} text`, Buffer.from([1, 2, 3]));
  for (const w of all) {
    assert.equal(await w.next(), `${mark} text`);
    assert.deepEqual(await w.next(), Buffer.from([1, 2, 3]));
  }
  all[1].socket.close();
  await all[1].ends();
  for (let i = 0; i < 200; i++) all[0].send(`${mark} ${i}`);
  for (const w of [all[0], all[2]]) for (let i = 0; i < 200; i++) assert.equal(await w.next(), `${mark} ${i}`);
  assert.equal(alone.queue.length, 0);
});

for (const path of ["/ws/echo", "/ws/broadcast"]) {
  test(`${path}: permessage-deflate is off unless --deflate on`, async (t) => {
    const w = t.ws(path, { perMessageDeflate: { threshold: 0 } });
    await w.open;
    assert.equal(w.socket.extensions, "");
  });

  for (const options of [{}, { serverNoContextTakeover: true, clientNoContextTakeover: true }, { serverMaxWindowBits: 10 }, { clientMaxWindowBits: 9 }]) {
    test(`${path}: permessage-deflate with ${JSON.stringify(options)}`, { server: "deflate", alone: `deflate ${path}` }, async (t) => {
      const w = t.ws(path, { perMessageDeflate: { threshold: 0, ...options } });
      await w.open;
      assert.match(w.socket.extensions, /permessage-deflate/);
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
      for (const what of ["hello", "", "hello", "again and again ".repeat(1000), bytes, "again and again ".repeat(1000), Buffer.alloc(0), "grüß dich 😀", "x".repeat(200000)]) {
        w.send(what);
        assert.deepEqual(await w.next(), what);
      }
      const plain = t.ws(path, { perMessageDeflate: false });
      await plain.open;
      plain.send("not packed");
      assert.equal(await plain.next(), "not packed");
    });
  }
}
