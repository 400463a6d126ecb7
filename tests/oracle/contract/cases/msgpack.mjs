// --parser msgpack: packets as npm's socket.io-msgpack-parser writes them. (events, rooms and namespaces run with it as a whole:
// contract.mjs --parser msgpack.)
import { createRequire } from "node:module";
import { load } from "../modules.mjs";
import { test } from "../runner.mjs";
import { assert, transports } from "../talk.mjs";

const [parser] = load("socket.io-msgpack-parser");
const notepack = createRequire(createRequire(import.meta.url).resolve("socket.io-msgpack-parser", { paths: (process.env.NODE_PATH ?? "").split(":").concat(new URL("../../../../build/node/node_modules", import.meta.url).pathname) }))("notepack.io");
const how = { server: "msgpack" };
const bytes = (n) => Buffer.from(Uint8Array.from({ length: n }, (_, i) => i & 255));
const of = (type, data, id, nsp = "/") => notepack.encode({ type, nsp, ...(data === undefined ? {} : { data }), ...(id === undefined ? {} : { id }) });

for (const [name, list] of Object.entries(transports)) {
  const connect = async (t, nsp = "/", options = {}) => {
    const s = await t.connect(nsp, { transports: list, parser, ...options });
    if (name === "upgrade") await t.upgraded(s);
    return s;
  };

  test(`msgpack, ${name}: every value comes back`, how, async (t) => {
    const s = await connect(t);
    const values = ["", "x".repeat(31), "x".repeat(32), "x".repeat(255), "x".repeat(256), "ü😀\u0000\"\\\n".repeat(9000), 0, 127, 128, 255, 256, 65535, 65536, 4294967295, 4294967296,
      9007199254740991, -1, -32, -33, -128, -129, -32768, -32769, -2147483648, -2147483649, -9007199254740991, 0.5, 1.1, -1e15, 5e-324, true, false, null, [], {},
      Array(15).fill(1), Array(16).fill({}), Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, [i]])), { "ключ \" \\": { "": [[[]]] } },
      { _placeholder: true, num: 0 }, Array(70000).fill(7)];
    assert.deepEqual(await new Promise((go) => s.emit("echo", ...values, (...args) => go(args))), values);
    const back = t.heard(s, "message-back");
    s.emit("message", ...values);
    assert.deepEqual(await back, values);
  });

  test(`msgpack, ${name}: binary stays where it is, in any number`, how, async (t) => {
    const s = await connect(t);
    for (const n of [0, 1, 255, 256, 65535, 65536, 300000]) assert.ok((await t.ack(s, "echo", bytes(n))).equals(bytes(n)), `${n} bytes`);
    const many = [...Array.from({ length: 40 }, (_, i) => bytes(i)), { a: [bytes(3), { b: bytes(0) }], c: "between" }];
    assert.deepEqual(await new Promise((go) => s.emit("echo", ...many, (...args) => go(args))), many);
    assert.ok((await t.ack(s, "binary:make", 1000)).equals(bytes(1000)));
  });

  test(`msgpack, ${name}: auth, namespaces, refusals, rooms, questions`, how, async (t) => {
    const s = await connect(t, "/", { auth: { token: "x", deep: [1, { a: null }] } });
    assert.equal((await t.ack(s, "whoami")).id, s.id);
    const admin = t.make("/admin", { transports: list, parser });
    const [why] = await t.heard(admin, "connect_error");
    assert.deepEqual([why.message, why.data], ["unauthorized", { code: 401 }]);
    const none = t.make("/nowhere", { transports: list, parser });
    assert.equal((await t.heard(none, "connect_error"))[0].message, "Invalid namespace");
    const [other, third] = [await connect(t), await connect(t)];
    const room = t.tag("room");
    for (const one of [s, other, third]) await t.ack(one, "join", room);
    const heard = [other, third].map((one) => t.heard(one, "room:message"));
    await t.ack(s, "room:message", room, bytes(9), "ü", { x: [1.5] });
    for (const h of heard) assert.deepEqual(await h, [s.id, bytes(9), "ü", { x: [1.5] }]);
    for (const one of [s, other, third]) one.on("question", (q, ack) => ack([q, bytes(2)]));
    const { ok, answers } = await t.ack(s, "ask:room", room, 5000, 7);
    assert.deepEqual([ok, answers], [true, Array(3).fill([7, bytes(2)])]);
    const gone = t.heard(s, "disconnect");
    s.emit("kick", false);
    assert.deepEqual((await gone)[0], "io server disconnect");
  });
}

// ---- By hand ----

async function session(t, joined = true) {
  const w = t.ws("/socket.io/?EIO=4&transport=websocket");
  assert.equal((await w.next())[0], "0");
  if (!joined) return w;
  w.send(of(0));
  w.sid = notepack.decode(await w.next()).data.sid;
  assert.deepEqual(notepack.decode(await w.next()), { type: 2, nsp: "/", data: ["auth", {}] });
  return w;
}
const answered = async (t, w) => {
  w.send(of(2, ["echo", "still here"], 99));
  assert.deepEqual(notepack.decode(await w.next()), { type: 3, nsp: "/", data: ["still here"], id: 99 });
};

test("msgpack by hand: over polling it is b and base64", how, async (t) => {
  const p = await t.polling();
  await p.post("b" + of(0).toString("base64"));
  const [first] = await p.packets();
  assert.equal(first[0], "b");
  assert.deepEqual(Object.keys(notepack.decode(Buffer.from(first.slice(1), "base64"))).sort(), ["data", "nsp", "type"]);
});

test("msgpack by hand: what is more than asked for is passed over", how, async (t) => {
  const w = await session(t);
  w.send(notepack.encode({ options: { compress: true }, type: 2, x: [{ y: 1 }], data: ["echo", 1], id: 5, nsp: "/" }));
  assert.deepEqual(notepack.decode(await w.next()).data, [1]);
  w.send(notepack.encode({ type: 2, data: ["echo", undefined, [undefined]], id: 6, nsp: "/", attachments: undefined }));
  assert.equal(notepack.decode(await w.next()).id, 6);
  w.send(of(2, []), of(2, [[1]]), of(2, [null, 1]), of(2, ["nobody hears it"]), of(3, [], 12345), of(2, [7, 8]));
  await answered(t, w);
});

// name: what a client sends behind CONNECT that ends its connection
for (const [name, packet] of [
  ["text", '2["echo",1]'], ["nothing", Buffer.alloc(0)], ["no map", notepack.encode([2, "/", ["echo"]])], ["bytes that are no msgpack", Buffer.from([0xc1])],
  ["a map cut short", of(2, ["echo", 1]).subarray(0, -1)], ["bytes behind the packet", Buffer.concat([of(2, ["echo", 1]), Buffer.from([0])])],
  ["a list that claims four thousand million", Buffer.from([0x83, ...Buffer.from("\xa4type\x02\xa3nsp\xa1/\xa4data", "latin1"), 0xdd, 0xff, 0xff, 0xff, 0xff])],
  ["binary that claims more than there is", Buffer.from([0x83, ...Buffer.from("\xa4type\x02\xa3nsp\xa1/\xa4data", "latin1"), 0x91, 0xc6, 0x7f, 0xff, 0xff, 0xff])],
  ["no type", notepack.encode({ nsp: "/", data: ["echo"] })], ["type 5", of(5, ["echo"])], ["type -1", of(-1, ["echo"])], ["type 1.5", of(1.5, ["echo"])], ["type \"2\"", of("2", ["echo"])],
  ["no namespace", notepack.encode({ type: 2, data: ["echo"] })], ["a namespace that is a number", of(2, ["echo"], 1, 7)], ["an event without a list", of(2)],
  ["an event with an object", of(2, { 0: "echo" })], ["an event with text", of(2, "echo")], ["an answer without a list", of(3, undefined, 1)], ["an id that is text", of(2, ["echo"], "1")],
  ["an id that is null", of(2, ["echo"], null)], ["DISCONNECT with data", of(1, [])], ["CONNECT_ERROR", of(4, { message: "x" })], ["a second CONNECT", of(0)],
  ["CONNECT with a list", of(0, [], undefined, "/custom")], ["CONNECT with null", of(0, null, undefined, "/custom")], ["an event to a namespace not joined", of(2, ["echo"], 1, "/custom")],
]) {
  test(`msgpack by hand: ${name} ends the connection`, how, async (t) => {
    const w = await session(t), other = await session(t);
    w.send(packet);
    assert.equal(await w.next(), undefined);
    await answered(t, other);
  });
}

test("msgpack by hand: nested without end, in every shape, ends the connection and nothing else", { ...how, ours: true }, async (t) => {
  const head = Buffer.from("\x83\xa4type\x02\xa3nsp\xa1/\xa4data", "latin1");
  const other = await session(t);
  for (const one of [Buffer.from([0x91]), Buffer.from([0x81, 0xa1, 0x61]), Buffer.from([0xdc, 0, 1]), Buffer.from([0xdf, 0, 0, 0, 1, 0xa0])]) {
    const w = await session(t);
    w.send(Buffer.concat([head, ...Array(Math.floor(900000 / one.length)).fill(one), Buffer.from([0xc0])]));
    assert.equal(await w.next(), undefined);
  }
  await answered(t, other);
});

test("msgpack by hand: a packet of many small values delays nobody", { ...how, quiet: true }, async (t) => {
  const [w, other] = [await session(t), await session(t)];
  const names = Object.fromEntries(Array.from({ length: 60000 }, (_, i) => [`k${i}`, i]));
  w.send(of(2, ["echo", names], 1), of(2, ["echo", Array(400000).fill(null)], 2));
  const from = performance.now();
  await answered(t, other);
  const ms = performance.now() - from;
  assert.ok(ms < 1000, `${ms} ms`);
  assert.deepEqual([notepack.decode(await w.next()).id, notepack.decode(await w.next()).id], [1, 2]);
});

test("msgpack by hand: reserved names, which the original takes, and bad ids end the connection", { ...how, ours: true }, async (t) => {
  for (const packet of [of(2, ["disconnect", "x"]), of(2, ["connect"]), of(2, ["echo"], -1), of(2, ["echo"], 1.5)]) {
    const w = await session(t);
    w.send(packet);
    assert.equal(await w.next(), undefined);
  }
});
