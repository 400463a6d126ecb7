// Socket.IO packets as text on the wire, good and bad. Each over WebSocket, and where it matters over polling as well.
import { test as anyTest } from "../runner.mjs";
import { assert, SEPARATOR } from "../talk.mjs";

const test = (name, run) => anyTest(name, { server: "raw" }, run);
test("CONNECT to / and to a namespace, with auth and without", async (t) => {
  const w = await t.session();
  w.send('40{"token":"1"}');
  assert.match(await w.next(), /^40\{"sid":"[A-Za-z0-9_-]{20}"\}$/);
  assert.equal(await w.next(), '42["auth",{"token":"1"}]');
  w.send("40/custom,");
  assert.match(await w.next(), /^40\/custom,\{"sid":"[A-Za-z0-9_-]{20}"\}$/);
  assert.equal(await w.next(), '42/custom,["auth",{}]');
  w.send('40/dyn-7,{"x":[1]}');
  assert.match(await w.next(), /^40\/dyn-7,\{"sid":"[A-Za-z0-9_-]{20}"\}$/);
  assert.equal(await w.next(), '42/dyn-7,["welcome","/dyn-7"]');
  assert.deepEqual(await w.answers(), []);
});

test("CONNECT to a namespace that does not exist, and to /admin without its token", async (t) => {
  const w = await t.joined();
  for (const packet of ["40/random", "40/random,", '40/random,{"a":1}']) {
    w.send(packet);
    assert.equal(await w.next(), '44/random,{"message":"Invalid namespace"}');
  }
  w.send("40/admin", "40/admin,", '40/admin,{"token":"x"}');  // each is answered, also while the one before it is looked at
  for (let i = 0; i < 3; i++) assert.equal(await w.next(), '44/admin,{"message":"unauthorized","data":{"code":401}}');
  assert.deepEqual(await w.answers(), []);
});

test("JSON goes on with the same meaning, however it was written", async (t) => {
  const w = await t.joined();
  for (const json of [
    "1.0", "1e2", "-0.5", "123456789012", '"\\u00fc\\/"', '"\\u0007\\n\\u000a"', '"\\ud83d\\ude00"', '{ "b" : 1, "a" : [ ] }', "[ true , null ]",
    '{"\\u0061":" "}', '{"2":1,"1":2}',
  ]) {
    w.send(`421["echo",${json}]`);
    assert.deepEqual(JSON.parse((await w.next()).slice(3)), [JSON.parse(json)]);
  }
});

test("a query is part of a namespace's name on the wire", async (t) => {
  const w = await t.joined();
  w.send("40/custom?key=value,");
  assert.equal(await w.next(), '44/custom?key=value,{"message":"Invalid namespace"}');
  assert.deepEqual(await w.answers(), []);
});

test("events, answers, namespaces and numbers as names", async (t) => {
  const w = await t.joined();
  w.send('42["message",1,"2",{"3":[true]}]');
  assert.equal(await w.next(), '42["message-back",1,"2",{"3":[true]}]');
  w.send('42["message"]');
  assert.equal(await w.next(), '42["message-back"]');
  w.send('42456["message-with-ack",1,"2"]');
  assert.equal(await w.next(), '43456[1,"2"]');
  w.send('420["message-with-ack"]');
  assert.equal(await w.next(), "430[]");
  w.send('42[5,"a number is a name"]', '42["no such event"]', '427["no such event"]');
  w.send('42["message", 1 , "spaces\\u0020"]');
  assert.equal(await w.next(), '42["message-back",1,"spaces "]');
  assert.deepEqual(await w.answers(), []);
});

test("binary events and answers", async (t) => {
  const w = await t.joined();
  w.send('452-["message",{"_placeholder":true,"num":0},{"deep":[{"_placeholder":true,"num":1}]}]', Buffer.from([1, 2, 3]), Buffer.from([4, 5]));
  assert.equal(await w.next(), '452-["message-back",{"_placeholder":true,"num":0},{"deep":[{"_placeholder":true,"num":1}]}]');
  assert.deepEqual(await w.next(), Buffer.from([1, 2, 3]));
  assert.deepEqual(await w.next(), Buffer.from([4, 5]));
  w.send('452-789["message-with-ack",{"_placeholder":true,"num":1},"x",{"_placeholder":true,"num":0}]', Buffer.from([1]), Buffer.from([2]));
  assert.equal(await w.next(), '462-789[{"_placeholder":true,"num":0},"x",{"_placeholder":true,"num":1}]');
  assert.deepEqual(await w.next(), Buffer.from([2]));
  assert.deepEqual(await w.next(), Buffer.from([1]));
  assert.deepEqual(await w.answers(), []);
});

test("binary over polling, and an object that looks like a placeholder", async (t) => {
  const p = await t.polling();
  await p.join();
  const packets = async (n) => { const all = []; while (all.length < n) all.push(...(await p.packets())); return all; };
  await p.post(['451-["message",{"_placeholder":true,"num":0}]', "bAQID"].join(SEPARATOR));
  let got = await packets(2);
  got = got.filter((x) => !x.startsWith('42["auth"'));
  while (got.length < 2) got.push(...(await p.packets()));
  assert.deepEqual(got, ['451-["message-back",{"_placeholder":true,"num":0}]', "bAQID"]);
  await p.post('42["message",{"_placeholder":true,"num":0}]');
  assert.deepEqual(await packets(1), ['42["message-back",{"_placeholder":true,"num":0}]']);
});

test("DISCONNECT ends a namespace, and the rest goes on", async (t) => {
  const w = await t.joined();
  w.send("40/custom,");
  assert.match(await w.next(), /^40\/custom,/);
  assert.equal(await w.next(), '42/custom,["auth",{}]');
  w.send("41/custom,");
  assert.deepEqual(await w.answers(), []);
  w.send("40/custom,");
  assert.match(await w.next(), /^40\/custom,/);
  await w.next();
  const witness = await t.connect();
  w.send("41");
  await t.until("the server to know", async () => !(await t.ack(witness, "sockets")).some((x) => x.id === w.sid));
  w.send("40");
  assert.match(await w.next(), /^40\{/);
});

test("an answer that nobody waits for is ignored", async (t) => {
  const w = await t.joined();
  w.send('430["what?"]', "4312345[]", '461-7[{"_placeholder":true,"num":0}]', Buffer.from([1]));
  assert.deepEqual(await w.answers(), []);
});

test("ask and its answer, by hand; a second answer to the same question is ignored", async (t) => {
  const w = await t.joined();
  w.send('421["ask",5000,"q"]');
  const question = await w.next();
  const [, id] = question.match(/^42(\d+)\["question","q"\]$/);
  w.send(`43${id}["yes"]`, `43${id}["twice"]`);
  assert.equal(await w.next(), '431[{"ok":true,"answer":"yes"}]');
  w.send('422["ask",5000]');
  const next = (await w.next()).match(/^42(\d+)\["question"\]$/)[1];
  assert.notEqual(next, id);
  w.send(`43${next}[]`);
  assert.equal(await w.next(), '432[{"ok":true}]');  // undefined is no JSON
  assert.deepEqual(await w.answers(), []);
});

test("a broadcast with acknowledgments uses one id for all, from the namespace's counter", async (t) => {
  const [a, b] = [await t.joined(), await t.joined()];
  const room = t.tag("room");
  for (const w of [a, b]) { w.send(`421["join","${room}"]`); }
  const until = async (w, start) => { for (;;) { const got = await w.next(); if (got.startsWith(start)) return got; } };
  await Promise.all([until(a, "431"), until(b, "431")]);
  a.send(`422["ask:room","${room}",5000,"q"]`);
  const [qa, qb] = await Promise.all([a, b].map((w) => until(w, "42")));
  const own = (q) => (q.includes("joined") ? undefined : q);
  const ids = [own(qa) ?? await until(a, "42"), own(qb) ?? await until(b, "42")].map((q) => q.match(/^42(\d+)\["question","q"\]$/)[1]);
  assert.equal(ids[0], ids[1]);
  for (const w of [a, b]) w.send(`43${ids[0]}["me"]`);
  assert.equal(await until(a, "432"), '432[{"ok":true,"answers":["me","me"]}]');
});

// ---- what closes the connection ----
const placeholder = (n) => `{"_placeholder":true,"num":${n}}`;
const eleven = Array.from({ length: 11 }, (_, i) => placeholder(i)).join(",");
const closing = {
  "bad JSON": ['42["message"'],
  "no array": ['42{"message":1}'],
  "an object where the name should be": ['42[{"message":1}]'],
  "an empty array": ["42[]"],
  "null for a name": ["42[null]"],
  "a type that does not exist": ['47["message"]'],
  "no type": ['4["message"]'],
  "an empty message": ["4"],
  "a CONNECT_ERROR from a client": ['44{"message":"x"}'],
  "an event to a namespace not joined": ['42/custom,["message"]'],
  "an answer to a namespace not joined": ["43/custom,1[]"],
  "a DISCONNECT of a namespace not joined": ["41/custom,"],
  "a second CONNECT to /": ["40"],
  "a CONNECT whose auth is no object": ["40/custom,[1]"],
  "a CONNECT whose auth is text": ['40/custom,"x"'],
  "a DISCONNECT with an argument": ['41["x"]'],
  "an answer that is no array": ['431{"a":1}'],
  "binary that was not announced": [Buffer.from([1])],
  "text where binary was announced": [`451-["message",${placeholder(0)}]`, '42["message"]'],
  "attachments: 0": [`450-["message"]`],
  "attachments: 11": [`4511-["message",${eleven}]`],
  "attachments: no number": [`45x-["message"]`],
  "attachments: missing": [`45["message"]`],
  "attachments: negative": [`45-1-["message"]`],
  "attachments: broken": [`451.5-["message"]`],
  "a placeholder beyond the attachments": [`451-["message",${placeholder(1)}]`, Buffer.from([1])],
  "a negative placeholder": [`451-["message",${placeholder(-1)}]`, Buffer.from([1])],
  "a placeholder whose number is text": [`451-["message",{"_placeholder":true,"num":"0"}]`, Buffer.from([1])],
  "a binary event without its array": ["451-{}"],
  ...Object.fromEntries(["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"].map((name) => [`the reserved name ${name}`, [`42["${name}"]`]])),
};
for (const [what, packets] of Object.entries(closing)) {
  test(`closed at once: ${what}`, async (t) => {
    const w = await t.joined();
    w.send(...packets);
    await w.ends();
    assert.ok(!w.queue.some((x) => String(x).startsWith("42")), `nothing more came: ${w.queue}`);
  });
}

test("closed at once, over polling", async (t) => {
  for (const packet of ["42[", "42/custom,[\"x\"]", "40", "bAQ==", '42["connect"]']) {
    const p = await t.polling();
    await p.join();
    await p.post(packet);
    await p.told();
  }
});

test("closed at once: an event before CONNECT was answered, also in the same payload", async (t) => {
  const w = await t.session();
  w.send('42["message",1]');
  await w.ends();
  const p = await t.polling();
  await p.post(`40${SEPARATOR}42["message",1]`);
  await p.told();
  const first = await t.session();
  first.send("41");
  await first.ends();
});

test("ten attachments are taken", async (t) => {
  const w = await t.joined();
  w.send(`4510-1["message-with-ack",${eleven.split("},").slice(0, 10).join("},")}}]`.replace("}}]", "}]"), ...Array.from({ length: 10 }, (_, i) => Buffer.from([i])));
  assert.match(await w.next(), /^4610-1\[/);
  for (let i = 0; i < 10; i++) assert.deepEqual(await w.next(), Buffer.from([i]));
});

test("names that are only like reserved ones, and deep or long JSON, are taken", async (t) => {
  const w = await t.joined();
  w.send('42["Connect"]', '42["connect "]', '42["__proto__"]', '42["constructor",1]', '42["toString"]');
  const deep = "[".repeat(200) + "]".repeat(200);
  w.send(`421["echo",${deep},{"__proto__":{"x":1},"constructor":2}]`);
  assert.equal(await w.next(), `431[${deep},{"__proto__":{"x":1},"constructor":2}]`);
  assert.deepEqual(await w.answers(), []);
});

test("everyone else is undisturbed by one who breaks the rules", async (t) => {
  const [a, b] = await t.connectAll(2);
  const room = t.tag("room");
  await t.ack(a, "join", room);
  await t.ack(b, "join", room);
  const got = t.record(b, "room:message");
  for (const packets of Object.values(closing)) (await t.joined()).send(...packets);
  for (let i = 0; i < 20; i++) await t.ack(a, "room:message", room, i);
  await t.settled(b);
  assert.deepEqual(got.map((g) => g[1]), Array.from({ length: 20 }, (_, i) => i));
});
