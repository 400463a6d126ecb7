// Events and acknowledgments in the main namespace, with socket.io-client, over each transport.
import { test } from "../runner.mjs";
import { always, assert, transports, wait } from "../talk.mjs";

const bytes = (n) => Buffer.from(Uint8Array.from({ length: n }, (_, i) => i & 255));
const sizes = [0, 1, 125, 126, 127, 65535, 65536];
const values = [
  "", "plain", "grüß dich 😀 \u2028 \u0000 \" \\ \n", 0, -1, 1.5, always.parser ? 1e15 : 1e300 /* which npm's msgpack writes as 0 */, 9007199254740991, true, false, null,
  [], {}, [[[]]], { a: { b: [1, { c: null }] }, "ключ": "значение" }, { constructor: 1, length: 0 },
];

for (const [name, list] of Object.entries(transports)) {
  const connect = async (t, nsp, options) => {
    const s = t.make(nsp, { transports: list, ...options });
    const auth = t.heard(s, "auth");
    await t.connected(s);
    s.auth_ = (await auth)[0];
    if (name === "upgrade") await t.upgraded(s);
    return s;
  };

  test(`${name}: auth is told unasked, empty and as given`, async (t) => {
    assert.deepEqual((await connect(t)).auth_, {});
    assert.deepEqual((await connect(t, "/", { auth: { token: "1", deep: [1, { x: null }] } })).auth_, { token: "1", deep: [1, { x: null }] });
    assert.deepEqual((await connect(t, "/", { auth: (cb) => cb({ made: "late" }) })).auth_, { made: "late" });
  });

  test(`${name}: message comes back with all its arguments`, async (t) => {
    const s = await connect(t);
    for (const args of [[], [1], values, [{ list: values }]]) {
      const back = t.heard(s, "message-back");
      s.emit("message", ...args);
      assert.deepEqual(await back, args);
    }
  });

  test(`${name}: message-with-ack and echo, with an acknowledgment and without`, async (t) => {
    const s = await connect(t);
    const got = await new Promise((go) => s.emit("message-with-ack", 1, "2", { 3: [null] }, (...args) => go(args)));
    assert.deepEqual(got, [1, "2", { 3: [null] }]);
    assert.deepEqual(await new Promise((go) => s.emit("echo", ...values, (...args) => go(args))), values);
    assert.deepEqual(await new Promise((go) => s.emit("message-with-ack", (...args) => go(args))), []);
    const back = t.heard(s, "echo");
    s.emit("echo", ...values);
    assert.deepEqual(await back, values);
  });

  test(`${name}: binary both ways, in events and in acknowledgments`, async (t) => {
    const s = await connect(t);
    for (const n of sizes) {
      const made = await t.ack(s, "binary:make", n);
      assert.ok(Buffer.isBuffer(made) && made.equals(bytes(n)), `binary:make ${n}`);
      const [again] = await new Promise((go) => s.emit("echo", made, (...args) => go(args)));
      assert.ok(again.equals(made), `echo of ${n} bytes`);
    }
    const back = t.heard(s, "message-back");
    s.emit("message", bytes(3), { list: [bytes(300), { inner: Buffer.alloc(0) }], text: "between" }, new Uint8Array([7, 8]));
    const [a, b, c] = await back;
    assert.ok(a.equals(bytes(3)) && b.list[0].equals(bytes(300)) && b.list[1].inner.length === 0 && Buffer.from(c).equals(Buffer.from([7, 8])));
    assert.equal(b.text, "between");
    const ten = Array.from({ length: 10 }, (_, i) => Buffer.from([i]));
    assert.deepEqual(await new Promise((go) => s.emit("echo", ...ten, (...args) => go(args))), ten);
  });

  test(`${name}: what looks like a placeholder stays what it is`, async (t) => {
    const s = await connect(t);
    assert.deepEqual(await t.ack(s, "echo", { _placeholder: true, num: 0 }), { _placeholder: true, num: 0 });
  });

  test(`${name}: whoami`, async (t) => {
    const s = await connect(t);
    const me = await t.ack(s, "whoami");
    assert.deepEqual(Object.keys(me).sort(), ["id", "node", "nsp", "recovered", "rooms", "transport"]);
    assert.equal(me.id, s.id);
    assert.equal(me.nsp, "/");
    assert.equal(me.transport, name === "polling" ? "polling" : "websocket");
    assert.equal(me.recovered, false);
    assert.equal(me.node, `node-${t.server.port}`);
    assert.deepEqual(me.rooms, [s.id]);
    assert.notEqual(s.id, s.io.engine.id, "Engine.IO's id is secret, Socket.IO's is not");
  });

  test(`${name}: ask, answered, in time and too late`, async (t) => {
    const s = await connect(t);
    s.on("question", (a, b, cb) => cb(a * b));
    assert.deepEqual(await t.ack(s, "ask", 5000, 6, 7), { ok: true, answer: 42 });
    s.off("question");
    s.on("question", (what, cb) => cb({ got: what, and: bytes(4) }));
    const { answer } = await t.ack(s, "ask", 5000, bytes(2));
    assert.ok(answer.got.equals(bytes(2)) && answer.and.equals(bytes(4)));
    s.off("question");
    const from = performance.now();
    assert.deepEqual(await t.ack(s, "ask", 200, "nobody answers"), { ok: false, error: "operation has timed out" });
    assert.ok(performance.now() - from >= 195, "not before its time");
    let late;
    s.on("question", (cb) => (late = cb));
    assert.deepEqual(await t.ack(s, "ask", 50), { ok: false, error: "operation has timed out" });
    late("now");  // nobody waits for it, and nothing breaks
    await t.settled(s);
  });

  test(`${name}: bursts come whole and in order`, async (t) => {
    const s = await connect(t);
    const got = t.record(s, "burst");
    assert.equal(await t.ack(s, "burst", 1000), 1000);
    assert.deepEqual(got, Array.from({ length: 1000 }, (_, i) => [i]));
    got.length = 0;
    assert.equal(await t.ack(s, "burst", 50, "x".repeat(5000)), 50);
    assert.deepEqual(got.map((g) => g[0]), Array.from({ length: 50 }, (_, i) => i));
    assert.ok(got.every((g) => g[1] === "x".repeat(5000)));
    assert.equal(await t.ack(s, "burst", 0), 0);
  });

  test(`${name}: what the client sends at once arrives in order`, async (t) => {
    const s = await connect(t);
    const got = t.record(s, "message-back");
    for (let i = 0; i < 300; i++) s.emit("message", i, i % 7 ? "text" : bytes(i));
    await t.settled(s);
    assert.deepEqual(got.map((g) => g[0]), Array.from({ length: 300 }, (_, i) => i));
    assert.ok(got[294][1].equals(bytes(294)));
  });

  test(`${name}: data:set merges and is shown by sockets`, async (t) => {
    const s = await connect(t);
    assert.deepEqual(await t.ack(s, "data:set", { a: 1, b: { c: 2 } }), { ok: true, data: { a: 1, b: { c: 2 } } });
    assert.deepEqual(await t.ack(s, "data:set", { b: 3, d: "x" }), { ok: true, data: { a: 1, b: 3, d: "x" } });
    const me = (await t.ack(s, "sockets")).find((other) => other.id === s.id);
    assert.deepEqual(me, { id: s.id, rooms: [s.id], data: { a: 1, b: 3, d: "x" } });
  });

  test(`${name}: volatile events to a client that is slow are dropped, not queued`, async (t) => {
    const s = await connect(t);
    const got = t.record(s, "burst:volatile");
    assert.equal(await t.ack(s, "burst:volatile", 1000), 1000);
    // Which ones is the transport's luck; in order, and never all on a transport that takes one thing at a time.
    const numbers = got.map((g) => g[0]);
    assert.deepEqual(numbers, [...new Set(numbers)].sort((a, b) => a - b));
    assert.ok(numbers.length < 1000, `${numbers.length} of 1000 came`);
  });

  test(`${name}: unknown events are ignored, and so is an answer that nobody waits for`, async (t) => {
    const s = await connect(t);
    s.emit("no such event", 1, bytes(2));
    s.emit("", {});
    s.emitWithAck("neither this", 1).catch(() => {});
    await t.settled(s);
  });

  test(`${name}: the client's own ways to send`, async (t) => {
    const s = await connect(t);
    let back = t.heard(s, "message-back");
    s.send("with send");
    assert.deepEqual(await back, ["with send"]);
    back = t.heard(s, "message-back");
    s.compress(false).emit("message", "not packed");
    assert.deepEqual(await back, ["not packed"]);
    assert.deepEqual(await t.within(20000, "timeout.emitWithAck", s.timeout(5000).emitWithAck("echo", "in time")), "in time");
    await assert.rejects(s.timeout(100).emitWithAck("no such event"), /operation has timed out/);
    const seen = [];
    s.onAny((event, ...args) => seen.push([event, ...args]));
    const twice = t.heard(s, "message-back", (x) => x === "seen twice");
    s.emit("message", "seen twice");
    await twice;
    assert.deepEqual(seen, [["message-back", "seen twice"]]);
    // A number is a name too; the contract has no such event.
    s.emit(5, "five");
    await t.settled(s);
  });

  test(`${name}: at least once with retries and ackTimeout`, async (t) => {
    const s = await connect(t, "/", { retries: 3, ackTimeout: 4000 });
    const [first, second] = await t.within(20000, "both", Promise.all([s.emitWithAck("echo", 1), s.emitWithAck("echo", 2)]));
    assert.deepEqual([first, second], [1, 2]);
  });

  test(`${name}: what is sent while not connected goes out on connecting`, async (t) => {
    const s = t.make("/", { transports: list, autoConnect: false });
    const got = t.record(s, "message-back");
    s.emit("message", "early");
    s.volatile.emit("message", "lost");
    s.connect();
    await t.connected(s);
    await t.settled(s);
    assert.deepEqual(got, [["early"]]);
  });

  test(`${name}: kick, softly and with the whole connection`, async (t) => {
    const s = await connect(t);
    const other = await t.also(s, "/custom");
    let why = t.heard(s, "disconnect");
    s.emit("kick");
    assert.equal((await why)[0], "io server disconnect");
    assert.ok(other.connected, "the other namespace stays");
    s.connect();
    await t.connected(s);
    why = Promise.all([t.heard(s, "disconnect"), t.heard(other, "disconnect")]);
    s.emit("kick", true);
    assert.deepEqual((await why).map((w) => w[0]), ["io server disconnect", "io server disconnect"]);
    await t.until("the connection's end", () => s.io.engine.readyState === "closed");
  });

  test(`${name}: drop looks like a lost connection; the client comes back as someone else`, async (t) => {
    const s = await connect(t, "/", { reconnection: true, reconnectionDelay: 20, reconnectionDelayMax: 50 });
    const before = s.id;
    const gone = t.heard(s, "disconnect"), back = t.heard(s, "connect");
    s.emit("drop");
    assert.match((await gone)[0], /^transport close$|^transport error$/);
    await back;
    assert.notEqual(s.id, before);
    assert.equal((await t.ack(s, "whoami")).recovered, false);
  });

  test(`${name}: middleware refuses "forbidden" and ends the namespace`, async (t) => {
    const s = await connect(t);
    await t.also(s, "/custom");  // without another namespace the client itself would close the connection
    const why = t.heard(s, "disconnect");
    s.emit("forbidden", "fruit", () => assert.fail("no acknowledgment"));
    assert.equal((await why)[0], "io server disconnect");
    assert.equal(s.io.engine.readyState, "open");
    s.connect();
    await t.connected(s);
    await t.settled(s);
  });

  test(`${name}: disconnect and connect again on the same connection`, async (t) => {
    const s = await connect(t);
    const engine = s.io.engine.id, before = s.id;
    await t.also(s, "/custom");
    const witness = await t.connect();
    s.disconnect();
    assert.equal(s.connected, false);
    // DISCONNECT and CONNECT that arrive together are a second CONNECT to the original: it looks at the first a turn later.
    await t.until("the server to know", async () => !(await t.ack(witness, "sockets")).some((other) => other.id === before));
    s.connect();
    await t.connected(s);
    assert.equal(s.io.engine.id, engine, "one connection");
    assert.notEqual(s.id, before, "another socket");
    await t.settled(s);
  });
}

test("upgrade: order holds from the first event on, across the upgrade, both ways", async (t) => {
  await Promise.all(Array.from({ length: 8 }, async () => {
    const s = t.make("/", { transports: ["polling", "websocket"] });
    const got = t.record(s, "message-back"), bursts = t.record(s, "burst");
    await t.connected(s);
    let sent = 0;
    s.emit("burst", 200);
    while (s.io.engine.transport.name !== "websocket") { s.emit("message", sent++); await wait(1); }
    while (sent < 200) s.emit("message", sent++);
    await t.settled(s);
    assert.deepEqual(got, Array.from({ length: sent }, (_, i) => [i]));
    assert.deepEqual(bursts, Array.from({ length: 200 }, (_, i) => [i]));
  }));
});

test("polling first where upgrade is off at the client; WebSocket first and then polling where it is asked for", async (t) => {
  const s = await t.connect("/", { transports: ["polling", "websocket"], upgrade: false });
  await t.settled(s);
  assert.equal(s.io.engine.transport.name, "polling");
  const w = await t.connect("/", { transports: ["websocket", "polling"] });
  assert.equal((await t.ack(w, "whoami")).transport, "websocket");
});
