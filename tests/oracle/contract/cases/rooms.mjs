// Rooms and broadcasts: who gets what, once, and who does not. Nothing is waited for that must not come: the order of each
// connection proves it (settled()).
import { test } from "../runner.mjs";
import { assert, transports } from "../talk.mjs";

test("join tells the others, once a room, and answers with all rooms", async (t) => {
  const [a, b, c] = await t.connectAll(3);
  const room = t.tag("room"), second = t.tag("room");
  const told = [a, b, c].map((s) => t.record(s, "joined"));
  assert.deepEqual(await t.ack(a, "join", room), { ok: true, rooms: [a.id, room].sort() });
  assert.deepEqual(await t.ack(b, "join", [room, second]), { ok: true, rooms: [b.id, room, second].sort() });
  await t.settled(a, b, c);
  assert.deepEqual(told, [[[room, b.id]], [], []]);
  // Again is no news for the server, but it says so again.
  assert.deepEqual(await t.ack(b, "join", room), { ok: true, rooms: [b.id, room, second].sort() });
  assert.deepEqual((await t.ack(b, "whoami")).rooms, [b.id, room, second].sort());
});

test("leave tells those who stay, and answers with the rooms that are left", async (t) => {
  const [a, b] = await t.connectAll(2);
  const room = t.tag("room"), other = t.tag("room");
  await t.ack(a, "join", [room, other]);
  await t.ack(b, "join", [room]);
  const left = [a, b].map((s) => t.record(s, "left"));
  assert.deepEqual(await t.ack(a, "leave", [room, "never joined"]), { ok: true, rooms: [a.id, other].sort() });
  await t.settled(a, b);
  assert.deepEqual(left, [[], [[room, a.id, "leave"]]]);
  await t.ack(b, "room:all", room, "still");
  const got = t.record(a, "room:message");
  await t.ack(b, "room:all", room, "not for a");
  await t.settled(a);
  assert.deepEqual(got, []);
});

test("room names are taken as strings", async (t) => {
  const [a, b] = await t.connectAll(2);
  const number = 1e6 + Math.floor(performance.now() * 1000) % 1e6;
  assert.deepEqual((await t.ack(a, "join", number)).rooms, [a.id, String(number)].sort());
  const got = t.record(a, "room:message");
  await t.ack(b, "room:message", [number], "by number");
  await t.ack(b, "room:message", String(number), "by name");
  await t.settled(a);
  assert.deepEqual(got, [[b.id, "by number"], [b.id, "by name"]]);
});

test("rooms lists names and counts, without the sockets' own", async (t) => {
  const [a, b] = await t.connectAll(2);
  const one = t.tag("room"), two = t.tag("room");
  await t.ack(a, "join", [one, two]);
  await t.ack(b, "join", one);
  const list = await t.ack(a, "rooms");
  assert.deepEqual(list.filter((r) => [one, two, a.id, b.id].includes(r.name)).sort((x, y) => y.count - x.count),
    [{ name: one, count: 2 }, { name: two, count: 1 }]);
  await t.ack(a, "leave", two);
  assert.ok(!(await t.ack(a, "rooms")).some((r) => r.name === two), "an empty room is gone");
});

for (const [name, list] of Object.entries(transports)) {
  const options = { transports: list };

  test(`${name}: a room's message goes to the union of the rooms, once, not to the sender`, async (t) => {
    const [a, b, c, d, e] = await t.connectAll(5, "/", options);
    const one = t.tag("room"), two = t.tag("room");
    await Promise.all([t.ack(a, "join", one), t.ack(b, "join", [one, two]), t.ack(c, "join", two), t.ack(d, "join", t.tag("elsewhere"))]);
    const got = [a, b, c, d, e].map((s) => t.record(s, "room:message"));
    const data = [{ deep: [1, "ü", null] }, Buffer.from([1, 2, 3])];
    assert.deepEqual(await t.ack(a, "room:message", [one, two], ...data), { ok: true });
    await t.settled(a, b, c, d, e);
    assert.deepEqual(got, [[], [[a.id, ...data]], [[a.id, ...data]], [], []]);
    for (const g of got) g.length = 0;
    assert.deepEqual(await t.ack(a, "room:all", [one, two], "all"), { ok: true });
    assert.deepEqual(await t.ack(e, "room:all", two, "from outside"), { ok: true });
    await t.settled(a, b, c, d, e);
    assert.deepEqual(got, [[[a.id, "all"]], [[a.id, "all"], [e.id, "from outside"]], [[a.id, "all"], [e.id, "from outside"]], [], []]);
    assert.deepEqual(await t.ack(e, "room:message", t.tag("nobody"), "x"), { ok: true });
  });

  test(`${name}: private messages by id`, async (t) => {
    const [a, b, c] = await t.connectAll(3, "/", options);
    const got = [a, b, c].map((s) => t.record(s, "room:message"));
    await t.ack(a, "room:message", b.id, "psst");
    await t.settled(a, b, c);
    assert.deepEqual(got, [[], [[a.id, "psst"]], []]);
  });

  test(`${name}: broadcast, to all, except, local`, async (t) => {
    const [a, b, c] = await t.connectAll(3, "/", options);
    const room = t.tag("room"), mark = t.tag();
    await t.ack(c, "join", room);
    const got = [[], [], []];
    [a, b, c].forEach((s, i) => s.on("broadcast", (from, what, ...more) => what === mark && got[i].push([from, ...more])));
    assert.deepEqual(await t.ack(a, "broadcast", mark, 1, Buffer.from([9])), { ok: true });
    assert.deepEqual(await t.ack(a, "broadcast:all", mark, 2), { ok: true });
    assert.deepEqual(await t.ack(a, "broadcast:except", room, mark, 3), { ok: true });
    assert.deepEqual(await t.ack(b, "broadcast:except", [room, "empty"], mark, 4), { ok: true });
    assert.deepEqual(await t.ack(a, "broadcast:local", mark, 5), { ok: true });
    await t.settled(a, b, c);
    const from = (s, ...n) => n.map((x) => [s.id, ...[x].flat()]);
    const first = [1, Buffer.from([9])];
    assert.deepEqual(got, [
      [...from(a, 2), ...from(b, 4), ...from(a, 5)],
      [...from(a, first, 2, 3, 5)],
      [...from(a, first, 2, 5)],
    ]);
  });
}

test("a volatile broadcast reaches WebSocket clients that are idle, and no client twice", { server: "raw" }, async (t) => {
  const [a, b] = await t.connectAll(2);
  const mark = t.tag();
  await t.settled(a, b);
  const got = t.heard(b, "broadcast", (_, what) => what === mark);
  const own = t.record(a, "broadcast");
  assert.deepEqual(await t.ack(a, "broadcast:volatile", mark, "light"), { ok: true });
  assert.deepEqual(await got, [a.id, mark, "light"]);
  await t.settled(a);
  assert.ok(!own.some((o) => o[1] === mark));
});

test("mixed transports get the same broadcasts in the same order", async (t) => {
  const [sender] = await t.connectAll(1);
  const all = await Promise.all(Object.values(transports).map((list) => t.connect("/", { transports: list })));
  const room = t.tag("room");
  await Promise.all(all.map((s) => t.ack(s, "join", room)));
  const got = all.map((s) => t.record(s, "room:message"));
  for (let i = 0; i < 100; i++) sender.emit("room:message", room, i, i % 10 ? { i } : Buffer.alloc(i, i));
  await t.settled(sender);
  await t.settled(...all);
  for (const g of got) {
    assert.deepEqual(g.map((x) => x[1]), Array.from({ length: 100 }, (_, i) => i));
    assert.deepEqual(g[30][2], Buffer.alloc(30, 30));
  }
});

test("ask:room gathers the first value of each answer", async (t) => {
  const all = await t.connectAll(4);
  const room = t.tag("room");
  await Promise.all(all.slice(0, 3).map((s) => t.ack(s, "join", room)));
  all.forEach((s, i) => s.on("question", (x, cb) => cb(x + i, "second value")));
  const full = await t.ack(all[3], "ask:room", room, 5000, 10);
  assert.deepEqual({ ...full, answers: full.answers.sort() }, { ok: true, answers: [10, 11, 12] });
  // The sender is in the room as well, if it joined.
  const own = await t.ack(all[0], "ask:room", room, 5000, 20);
  assert.deepEqual(own.answers.sort(), [20, 21, 22]);
  // Nobody there: nobody to wait for.
  assert.deepEqual(await t.ack(all[0], "ask:room", t.tag("empty"), 5000, 1), { ok: true, answers: [] });
});

test("ask:room with one who is silent: those who answered, and an error", async (t) => {
  const all = await t.connectAll(3);
  const room = t.tag("room");
  await Promise.all(all.map((s) => t.ack(s, "join", room)));
  all.slice(0, 2).forEach((s, i) => s.on("question", (cb) => cb({ i })));
  const from = performance.now();
  const part = await t.ack(all[0], "ask:room", room, 250);
  assert.ok(performance.now() - from >= 245);
  assert.deepEqual({ ...part, answers: part.answers.sort((x, y) => x.i - y.i) }, { ok: false, answers: [{ i: 0 }, { i: 1 }], error: "operation has timed out" });
});

test("ask:room with binary answers, over polling and WebSocket", async (t) => {
  const all = await Promise.all(Object.values(transports).map((list) => t.connect("/", { transports: list })));
  const room = t.tag("room");
  await Promise.all(all.map((s) => t.ack(s, "join", room)));
  for (const s of all) s.on("question", (what, cb) => cb(Buffer.concat([what, what])));
  const { ok, answers } = await t.ack(all[0], "ask:room", room, 5000, Buffer.from([1, 2]));
  assert.ok(ok);
  assert.deepEqual(answers, Array(3).fill(Buffer.from([1, 2, 1, 2])));
});

test("sockets lists those of a room, with rooms and data", async (t) => {
  const [a, b, c] = await t.connectAll(3);
  const room = t.tag("room");
  await t.ack(a, "join", room);
  await t.ack(b, "join", [room, "b's"]);
  await t.ack(b, "data:set", { name: "b" });
  const found = await t.ack(c, "sockets", room);
  assert.deepEqual(found.sort((x, y) => x.rooms.length - y.rooms.length),
    [{ id: a.id, rooms: [a.id, room].sort(), data: {} }, { id: b.id, rooms: [b.id, room, "b's"].sort(), data: { name: "b" } }]);
  assert.deepEqual(await t.ack(c, "sockets", t.tag("empty")), []);
  const ids = (await t.ack(c, "sockets")).map((s) => s.id);
  for (const s of [a, b, c]) assert.ok(ids.includes(s.id));
});

// ---- how others hear of an end ----
const ends = {
  "client namespace disconnect": (s) => s.disconnect(),
  "server namespace disconnect": (s) => s.emit("kick"),
  "transport close": (s) => s.io.engine.transport.ws._socket.destroy(),
};
for (const [reason, end] of Object.entries(ends)) {
  test(`left tells the others of each room why: ${reason}`, async (t) => {
    const [a, b] = await t.connectAll(2);
    await t.also(a, "/custom");  // keeps the connection where only the namespace ends
    const one = t.tag("room"), two = t.tag("room");
    await t.ack(a, "join", [one, two]);
    await t.ack(b, "join", [one, two]);
    const both = Promise.all([t.heard(b, "left", (r) => r === one), t.heard(b, "left", (r) => r === two)]);
    const id = a.id;
    end(a);
    assert.deepEqual(await both, [[one, id, reason], [two, id, reason]]);
    await t.until("the server to forget it", async () => !(await t.ack(b, "sockets", one)).some((s) => s.id === id));
  });
}

test("left on kick(true), on drop and on the client closing the connection", async (t) => {
  const watcher = await t.connect();
  const room = t.tag("room");
  await t.ack(watcher, "join", room);
  const reasons = {};
  for (const [how, end] of [
    ["kick(true)", (s) => s.emit("kick", true)],
    ["drop", (s) => s.emit("drop")],
    ["engine.close", (s) => s.io.engine.close()],
    ["polling close", (s) => s.io.engine.close()],
  ]) {
    const s = await t.connect("/", how.startsWith("polling") ? { transports: ["polling"] } : {});
    await t.ack(s, "join", room);
    const mine = s.id;
    const left = t.heard(watcher, "left", (r, id) => id === mine);
    end(s);
    reasons[how] = (await left)[2];
  }
  assert.deepEqual(reasons, { "kick(true)": "server namespace disconnect", drop: "forced close", "engine.close": "transport close", "polling close": "transport close" });
});
