// --allow-eio3: clients of Engine.IO 3, which is Socket.IO 1 and 2. npm's socket.io-client 2.5, and requests by hand.
import { load } from "../modules.mjs";
import { test } from "../runner.mjs";
import { assert, transports, wait } from "../talk.mjs";

const [old] = load("socket.io-client-2");
const how = { server: "eio3" };
const bytes = (n) => Buffer.from(Uint8Array.from({ length: n }, (_, i) => i & 255));
const values = ["", "plain", "grüß dich 😀 \u2028 \u0000 \" \\ \n", 0, -1, 1.5, true, false, null, [], {}, { a: { b: [1, { c: null }] }, "ключ": "значение" }];

function make(t, nsp = "/", options = {}) {
  const socket = old(t.url + nsp, { forceNew: true, reconnection: false, transports: ["websocket"], ...options });
  socket.emitWithAck = (...words) => new Promise((go) => socket.emit(...words, go));
  t.atEnd.push(() => { socket.io.reconnection(false); socket.disconnect(); socket.io.engine?.close(); });
  return socket;
}
async function connect(t, nsp, options) {
  const s = make(t, nsp, options);
  await t.within(20000, "the connection", new Promise((go, no) => { s.once("connect", go); s.once("connect_error", no); s.once("error", no); s.io.once("close", (why) => no(new Error(`closed: ${why}`))); }));
  if (options?.transports?.length > 1) await t.until("the upgrade", () => {
    assert.ok(s.connected, "it is gone");
    return s.io.engine.transport.name === "websocket";
  });
  return s;
}
const refused = (t, s) => t.within(20000, "the refusal", new Promise((go) => s.once("error", go)));

for (const [name, list] of Object.entries(transports)) {
  test(`Engine.IO 3, ${name}: the main namespace unasked, ids as the client reckons them`, how, async (t) => {
    const s = make(t, "/", { transports: list });
    assert.deepEqual(await t.heard(s, "auth"), [{}]);
    if (name === "upgrade") await t.until("the upgrade", () => s.io.engine.transport.name === "websocket");
    const me = await t.ack(s, "whoami");
    assert.equal(me.id, s.id);
    assert.equal(me.id, s.io.engine.id);
    assert.deepEqual([me.nsp, me.rooms, me.transport], ["/", [s.id], name === "polling" ? "polling" : "websocket"]);
    const other = await connect(t, "/custom", { transports: list });
    assert.equal(other.id, `/custom#${other.io.engine.id}`);
  });

  test(`Engine.IO 3, ${name}: events and answers, text and binary, both ways`, how, async (t) => {
    const s = await connect(t, "/", { transports: list });
    assert.deepEqual(await new Promise((go) => s.emit("echo", ...values, (...args) => go(args))), values);
    const back = t.heard(s, "message-back");
    s.emit("message", ...values);
    assert.deepEqual(await back, values);
    for (const n of [0, 1, 9, 10, 125, 126, 65536]) {
      const made = await t.ack(s, "binary:make", n);
      assert.ok(Buffer.from(made).equals(bytes(n)), `binary:make ${n}`);
      assert.ok(Buffer.from(await t.ack(s, "echo", bytes(n))).equals(bytes(n)), `echo of ${n} bytes`);
    }
    const [a, b, c] = await new Promise((go) => s.emit("echo", bytes(3), { in: [bytes(5)], text: "ü😀" }, "behind", (...args) => go(args)));
    assert.ok(Buffer.from(a).equals(bytes(3)) && Buffer.from(b.in[0]).equals(bytes(5)));
    assert.deepEqual([b.text, c], ["ü😀", "behind"]);
    s.on("question", (x, ack) => ack({ twice: x * 2 }));
    assert.deepEqual(await t.ack(s, "ask", 5000, 21), { ok: true, answer: { twice: 42 } });
  });

  test(`Engine.IO 3, ${name}: many messages in order`, how, async (t) => {
    const s = make(t, "/", { transports: list });
    const got = t.record(s, "burst");
    await t.within(20000, "the connection", new Promise((go) => s.once("connect", go)));
    assert.equal(await t.ack(s, "burst", 500, "ü😀".repeat(20)), 500);
    assert.deepEqual(got.map(([i]) => i), Array.from({ length: 500 }, (_, i) => i));
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => t.ack(s, "echo", i)));
    assert.deepEqual(answers, Array.from({ length: 200 }, (_, i) => i));
  });

  test(`Engine.IO 3, ${name}: a namespace's query is what auth is today`, how, async (t) => {
    const s = make(t, "/custom?token=1&token=2&name=Ada+L%C3%B6v&empty=", { transports: list });
    assert.deepEqual(await t.heard(s, "auth"), [{ token: "2", name: "Ada Löv", empty: "" }]);
    const dyn = make(t, "/dyn-7", { transports: list, query: { x: "y" } });
    assert.deepEqual(await t.heard(dyn, "welcome"), ["/dyn-7"]);
    const admin = await connect(t, "/admin?token=netpeel", { transports: list });
    assert.ok((await t.ack(admin, "stats")).clients > 0);
  });

  test(`Engine.IO 3, ${name}: a refusal is its data alone, or the message`, how, async (t) => {
    const s = make(t, "/admin", { transports: list });
    assert.deepEqual(await refused(t, s), { code: 401 });
    assert.deepEqual(await refused(t, make(t, "/nowhere", { transports: list })), { message: "Invalid namespace" });
  });

  test(`Engine.IO 3, ${name}: both sides can leave`, how, async (t) => {
    const s = await connect(t, "/", { transports: list }), there = await t.connect("/", { transports: list });
    const room = t.tag("room");
    await t.ack(s, "join", room);
    await t.ack(there, "join", room);
    const left = t.heard(there, "left"), id = s.id;
    s.disconnect();
    assert.deepEqual(await left, [room, id, "client namespace disconnect"]);
    const k = await connect(t, "/", { transports: list });
    const gone = t.heard(k, "disconnect");
    k.emit("kick", false);
    assert.deepEqual(await gone, ["io server disconnect"]);
    const closed = await connect(t, "/", { transports: list });
    const ended = t.heard(closed, "disconnect");
    closed.emit("drop");
    assert.deepEqual(await ended, ["transport close"]);
  });

  test(`Engine.IO 3, ${name}: in one room with clients of Engine.IO 4`, how, async (t) => {
    const [a, b, c] = [await connect(t, "/", { transports: list }), await t.connect("/", { transports: list }), await connect(t, "/", { transports: list })];
    const room = t.tag("room");
    for (const s of [a, b, c]) await t.ack(s, "join", room);
    const heard = [a, b, c].map((s) => t.heard(s, "room:message"));
    await t.ack(b, "room:all", room, "to all", bytes(300), { deep: [bytes(2)] }, "ü😀");
    for (const h of heard) {
      const [from, text, big, deep, last] = await h;
      assert.deepEqual([from, text, last], [b.id, "to all", "ü😀"]);
      assert.ok(Buffer.from(big).equals(bytes(300)) && Buffer.from(deep.deep[0]).equals(bytes(2)));
    }
    const again = t.heard(b, "room:message");
    await t.ack(a, "room:message", room, bytes(4));
    const [from, got] = await again;
    assert.ok(from === a.id && got.equals(bytes(4)));
  });
}

test("Engine.IO 3: several namespaces on one connection, and one left alone", how, async (t) => {
  const s = await connect(t);
  const custom = s.io.socket("/custom");
  await t.heard(custom, "auth");
  const gone = t.heard(custom, "disconnect");
  custom.disconnect();
  await gone;
  assert.equal(await t.ack(s, "echo", "still here"), "still here");
});

// ---- By hand ----

const path = "/engine.io/?EIO=3&transport=polling";
const units = (text) => `${text.length}:${text}`;
// The payload's packets.
function packets(text) {
  const out = [];
  for (let at = 0; at < text.length; ) {
    const colon = text.indexOf(":", at), n = Number(text.slice(at, colon));
    out.push(text.slice(colon + 1, colon + 1 + n));
    at = colon + 1 + n;
  }
  return out;
}
async function open(t, more = "", where = path) {
  const r = await t.get(where + more);
  assert.equal(r.status, 200, r.text);
  const [first] = packets(r.text);
  const { sid } = JSON.parse(first.slice(1));
  const at = `${where}${more}&sid=${sid}`;
  return { first, sid, r, poll: () => t.get(at), post: (body, headers) => t.http("POST", at, { body, headers }), at };
}
const asBytes = (text, data) => Buffer.concat([Buffer.from([text ? 0 : 1, ...String(data.length).split("").map(Number), 255]), data]);

test("Engine.IO 3 by hand: the open packet has a length in front", how, async (t) => {
  const p = await open(t);
  const { sid, ...rest } = JSON.parse(p.first.slice(1));
  assert.match(sid, /^[A-Za-z0-9_-]{20}$/);
  assert.deepEqual(rest, { upgrades: ["websocket"], pingInterval: 25000, pingTimeout: 20000, maxPayload: 1000000 });
  assert.equal(p.r.headers["content-type"], "text/plain; charset=UTF-8");
  assert.equal(p.r.text, units(p.first));
});

test("Engine.IO 3 by hand: the first poll of Socket.IO has CONNECT, without a sid", how, async (t) => {
  const p = await open(t, "", "/socket.io/?EIO=3&transport=polling");
  const got = packets((await p.poll()).text);
  while (got.length < 2) got.push(...packets((await p.poll()).text));
  assert.deepEqual(got, ["40", '42["auth",{}]']);
});

test("Engine.IO 3 by hand: lengths are UTF-16 units, both ways", how, async (t) => {
  const p = await open(t);
  const said = ["4a", "4", "4ü😀", "4" + "ß".repeat(300), "4\n:5:x"];
  const posted = await p.post(said.map(units).join(""));
  assert.deepEqual([posted.status, posted.headers["content-type"], posted.text], [200, "text/html", "ok"]);
  const polled = await p.poll();
  assert.equal(polled.text, said.map(units).join(""));
  assert.equal((await p.post("0:" + units("4x") + "0:")).text, "ok");
  assert.equal((await p.poll()).text, "2:4x");
});

test("Engine.IO 3 by hand: binary is b and its type to whom asked for base64, and bytes to others", how, async (t) => {
  const plain = await open(t, "&b64=1");
  await plain.post(units("b4AQIDBA==") + units("4x") + units("b4"));
  assert.equal((await plain.poll()).text, units("b4AQIDBA==") + units("4x") + units("b4"));
  const p = await open(t);
  await p.post(units("b4AQIDBA=="));
  const got = await p.poll();
  assert.equal(got.headers["content-type"], "application/octet-stream");
  assert.deepEqual([...got.bytes], [1, 5, 255, 4, 1, 2, 3, 4]);
  await p.post(units("4ü") + units("b4AQ==") + units("4" + "x".repeat(120)));
  assert.deepEqual((await p.poll()).bytes, Buffer.concat([asBytes(true, Buffer.from("4ü")), asBytes(false, Buffer.from([4, 1])), asBytes(true, Buffer.from("4" + "x".repeat(120)))]));
});

test("Engine.IO 3 by hand: a payload of bytes", how, async (t) => {
  const p = await open(t), octets = { "content-type": "application/octet-stream" };
  const body = Buffer.concat([asBytes(true, Buffer.from("4ü😀")), asBytes(false, Buffer.from([4, 0, 255, 7])), asBytes(true, Buffer.from("4"))]);
  assert.equal((await p.post(body, octets)).text, "ok");
  assert.deepEqual((await p.poll()).bytes, body);
  assert.equal((await p.post(Buffer.concat([asBytes(false, Buffer.from([9, 1])), asBytes(true, Buffer.from("4on"))]), octets)).text, "ok");
  assert.equal((await p.poll()).text, "3:4on");
});

test("Engine.IO 3 by hand: a ping is answered by a pong, what came before it first", how, async (t) => {
  const p = await open(t);
  await p.post(units("4x") + units("2") + units("4y"));
  assert.deepEqual(packets((await p.poll()).text), ["4x", "3", "4y"]);
});

// What ends a session: after the POST it is unknown.
for (const [what, body, octets] of [
  ["an empty payload", ""], ["no length", "4hello"], ["a length that is too long", "9:4x"], ["a length and nothing", "2:4x3"], ["a letter for a length", "x:4x"],
  ["a type that does not exist", "2:9x"], ["no type", "1:x"], ["a pong, which is the server's", "1:3"], ["a close packet", "1:1"],
  ["bytes: no end of the length", Buffer.from([0, 1, 2, 3]), true], ["bytes: no packet", asBytes(true, Buffer.from("9x")), true],
]) {
  test(`Engine.IO 3 by hand: ${what} ends the session`, how, async (t) => {
    const p = await open(t);
    assert.equal((await p.post(body, octets ? { "content-type": "application/octet-stream" } : {})).status, 200);
    const after = await p.poll();
    assert.deepEqual([after.status, JSON.parse(after.text).code], [400, 1]);
  });
}

test("Engine.IO 3 by hand: a hanging poll is let go with a length as well", how, async (t) => {
  const p = await open(t);
  const hanging = p.poll();
  await wait(50);
  await p.post("1:1");
  assert.equal((await hanging).text, "1:6");
  const second = await open(t);
  const first = second.poll();
  await wait(50);
  assert.equal((await second.poll()).status, 400);
  assert.equal((await first).text, "1:1");
});

test("Engine.IO 3 by hand: JSON-P, answers as a script and forms to post", how, async (t) => {
  const p = await t.get(`${path}&j=0x12`);
  assert.equal(p.headers["content-type"], "text/plain; charset=UTF-8");
  const read = (text) => { const found = /^___eio\[012\]\((.*)\);$/s.exec(text); assert.ok(found, text); return JSON.parse(found[1]); };
  const [first] = packets(read(p.text));
  const at = `${path}&j=0x12&sid=${JSON.parse(first.slice(1)).sid}`;
  const form = (payload) => t.http("POST", at, { body: "d=" + encodeURIComponent(payload), headers: { "content-type": "application/x-www-form-urlencoded" } });
  assert.equal((await form(units("4ü😀 \"'&=+%") + units("4a\u2028b"))).text, "ok");
  const answer = await t.get(at);
  assert.deepEqual(packets(read(answer.text)), ["4ü😀 \"'&=+%", "4a\u2028b"]);
  assert.ok(answer.text.includes("\\u2028"));
  await form("4:4a\\nb"); // an escaped end of line is one again
  assert.deepEqual(packets(read((await t.get(at)).text)), ["4a\nb"]);
  await form("5:4a\\\\nb"); // and what was escaped twice is what it looked like
  assert.deepEqual(packets(read((await t.get(at)).text)), ["4a\\nb"]);
});

test("Engine.IO 3 by hand: over WebSocket, bytes begin with their type", how, async (t) => {
  const w = t.ws("/engine.io/?EIO=3&transport=websocket");
  assert.equal((await w.next())[0], "0");
  w.send("4ü😀", Buffer.from([4, 1, 2]), "b4AQI=", "2", Buffer.from([9, 9]), Buffer.from([2]), "4");
  assert.deepEqual([await w.next(), await w.next(), await w.next(), await w.next(), await w.next(), await w.next()],
    ["4ü😀", Buffer.from([4, 1, 2]), Buffer.from([4, 1, 2]), "3", "3", "4"]);
  const text = t.ws("/engine.io/?EIO=3&transport=websocket&b64=1");
  await text.next();
  text.send(Buffer.from([4, 1, 2]));
  assert.equal(await text.next(), "b4AQI=");
  for (const bad of ["", "9", "3", "b3"]) {
    const other = t.ws("/engine.io/?EIO=3&transport=websocket");
    await other.next();
    other.send(bad);
    await other.ends();
  }
});

test("Engine.IO 3 by hand: the upgrade", how, async (t) => {
  const p = await open(t);
  const w = t.ws(`/engine.io/?EIO=3&transport=websocket&sid=${p.sid}`);
  const hanging = p.poll();
  await w.open;
  await wait(30);
  w.send("2probe");
  assert.equal(await w.next(), "3probe");
  assert.equal((await hanging).text, "1:6");
  await p.post("2:4x");
  w.send("5");
  assert.equal(await w.next(), "4x");
  w.send(Buffer.from([4, 7]));
  assert.deepEqual(await w.next(), Buffer.from([4, 7]));
});

test("Engine.IO 3 by hand: a session keeps its revision; without a word it is 3", how, async (t) => {
  const third = await t.get("/engine.io/?transport=polling");
  assert.match(third.text, /^\d+:0\{/);
  const { sid } = JSON.parse(packets(third.text)[0].slice(1));
  const wrong = await t.get(`/engine.io/?EIO=4&transport=polling&sid=${sid}`);
  assert.deepEqual([wrong.status, JSON.parse(wrong.text).code], [400, 3]);
  const p = await t.polling("/engine.io/");
  const other = await t.get(`/engine.io/?EIO=3&transport=polling&sid=${p.sid}`);
  assert.deepEqual([other.status, JSON.parse(other.text).code], [400, 3]);
});

test("without --allow-eio3 revision 3 is refused, last of all", async (t) => {
  for (const query of ["EIO=3&transport=polling", "EIO=3&transport=polling&j=0", "transport=polling", "EIO=5&transport=polling"]) {
    const r = await t.get(`/socket.io/?${query}`);
    assert.deepEqual([r.status, JSON.parse(r.text)], [400, { code: 5, message: "Unsupported protocol version" }]);
  }
  const s = old(t.url, { forceNew: true, reconnection: false });
  t.atEnd.push(() => s.disconnect());
  await t.within(20000, "the refusal", new Promise((go) => s.once("connect_error", go)));
});

// ---- The heart beats the other way ----

const beat = { server: "eio3beat", quiet: true };
// The server's clock began between these two moments, and what it led to is heard now.
const near = (before, after, at) => {
  const now = performance.now();
  assert.ok(now - before >= at - 2 && now - after < at + 60, `${now - before} or ${now - after} ms, not about ${at}`);
};

test("Engine.IO 3: who does not ask is gone, ping interval and timeout behind the handshake", beat, async (t) => {
  const before = performance.now();
  const w = t.ws("/engine.io/?EIO=3&transport=websocket");
  await w.next();
  const after = performance.now();
  await w.ends();
  near(before, after, 500);
  const asked = performance.now(), p = await open(t), begun = performance.now();
  const last = await p.poll();
  near(asked, begun, 500);
  assert.equal(last.text, "1:1");
});

test("Engine.IO 3: a ping puts it off, a message does not, and the server never asks", beat, async (t) => {
  const w = t.ws("/engine.io/?EIO=3&transport=websocket");
  await w.next();
  await wait(250);
  const before = performance.now();
  w.send("2");
  assert.equal(await w.next(), "3");
  const after = performance.now();
  await wait(250);
  w.send("4x");
  assert.equal(await w.next(), "4x");
  await w.ends();
  near(before, after, 500);
});

for (const [name, list] of Object.entries(transports)) {
  test(`Engine.IO 3, ${name}: a client that asks stays`, beat, async (t) => {
    const s = await connect(t, "/", { transports: list });
    const gone = new Promise((_, no) => s.once("disconnect", (why) => no(new Error(`it is gone: ${why}`))));
    await Promise.race([gone, wait(1400)]);
    assert.equal(await Promise.race([gone, t.ack(s, "echo", 1)]), 1);
  });
}
