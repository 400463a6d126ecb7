// Heartbeat and other timers, with conformance mode's short times: ping interval 300 ms, ping timeout 200 ms, connect timeout 1 s.
// The original's timers are exact to the millisecond; a client that looks right behind the end must find it.
import { test } from "../runner.mjs";
import { assert, wait } from "../talk.mjs";

const how = { server: "conformance", quiet: true };

test("the handshake tells the times", how, async (t) => {
  const p = await t.polling();
  assert.deepEqual([p.handshake.pingInterval, p.handshake.pingTimeout, p.handshake.maxPayload], [300, 200, 1000000]);
});

test("polling: the server pings after 300 ms, and again after each pong", how, async (t) => {
  const p = await t.polling("/engine.io/");
  for (let i = 0; i < 3; i++) {
    const from = performance.now();
    assert.deepEqual(await p.packets(), ["2"]);
    const took = performance.now() - from;
    assert.ok(took > 240 && took < 360, `pinged after ${took} ms`);
    await p.post("3");
  }
});

test("WebSocket: the server pings after 300 ms, and again after each pong", how, async (t) => {
  const w = await t.session("/engine.io/");
  for (let i = 0; i < 3; i++) {
    const from = performance.now();
    assert.equal(await w.next(), "2");
    const took = performance.now() - from;
    assert.ok(took > 240 && took < 360, `pinged after ${took} ms`);
    w.send("3");
  }
});

test("polling: a silent session is gone 500 ms after the handshake, and not before", { ...how, late: 10 }, async (t) => {
  await Promise.all(Array.from({ length: 4 }, async () => {
    const p = await t.polling("/engine.io/");
    const from = performance.now();
    await wait(380);
    const early = await p.alive();
    // On a machine that is behind, this look came too late to say anything.
    if (performance.now() - from < 450) assert.ok(early, "alive at 380 ms");
    await wait(510 - (performance.now() - from));
    assert.equal((await p.poll()).status, 400);
  }));
});

test("WebSocket: a silent session is closed 500 ms after the handshake, and not before", how, async (t) => {
  await Promise.all(Array.from({ length: 4 }, async () => {
    const w = await t.session("/engine.io/");
    const from = performance.now();
    await w.ends();
    const took = performance.now() - from;
    assert.ok(took > 460 && took < 560, `closed after ${took} ms`);
  }));
});

test("any packet while a pong is awaited puts the end off, once", how, async (t) => {
  const w = await t.session("/engine.io/");
  assert.equal(await w.next(), "2");
  const from = performance.now();
  await wait(120);
  w.send("4first");
  assert.equal(await w.next(), "4first");
  await wait(120);
  w.send("4second");
  assert.equal(await w.next(), "4second");
  await w.ends();
  const took = performance.now() - from;
  assert.ok(took > 300 && took < 400, `closed ${took} ms after the ping, not 200 and not 440`);
});

test("the close packet over WebSocket: gone, at the latest when the heartbeat says so", how, async (t) => {
  const w = await t.session("/engine.io/");
  w.send("1");
  await w.ends();
});

test("clients of npm live through many heartbeats, over each transport", how, async (t) => {
  await Promise.all([["polling"], ["polling", "websocket"], ["websocket"]].map(async (transports) => {
    const s = await t.connect("/", { transports });
    const gone = new Promise((_, no) => s.once("disconnect", (why) => no(new Error(`it is gone: ${why}`))));
    let pings = 0;
    s.io.on("ping", () => pings++);
    await Promise.race([gone, wait(1500)]);
    assert.ok(pings >= 3, `${pings} pings`);
    await Promise.race([gone, t.settled(s)]);
  }));
});

test("left with the reason ping timeout", how, async (t) => {
  const watcher = await t.connect();
  const room = t.tag("room");
  await t.ack(watcher, "join", room);
  const w = await t.joined();
  w.send(`421["join","${room}"]`);
  const left = t.heard(watcher, "left", (_, id) => id === w.sid, 5000);
  assert.deepEqual(await left, [room, w.sid, "ping timeout"]);
});

test("a connection that joins no namespace is closed after the connect timeout", how, async (t) => {
  const w = await t.session();
  const from = performance.now();
  const pong = (async () => { for (;;) { const got = await w.next(); if (got === undefined) return; if (got === "2") w.send("3"); } })();
  await w.ends();
  await pong;
  const took = performance.now() - from;
  assert.ok(took > 950 && took < 1080, `closed after ${took} ms`);
});

test("a refused namespace does not count as joined", how, async (t) => {
  const w = await t.session();
  w.send("40/no-such,");
  const from = performance.now();
  assert.equal(await w.next(), '44/no-such,{"message":"Invalid namespace"}');
  const pong = (async () => { for (;;) { const got = await w.next(); if (got === undefined) return; if (got === "2") w.send("3"); } })();
  await w.ends();
  await pong;
  assert.ok(performance.now() - from > 900);
});

test("one that joined stays beyond the connect timeout", how, async (t) => {
  const w = await t.joined();
  const until = performance.now() + 1300;
  while (performance.now() < until) {
    const got = await w.next();
    assert.equal(got, "2");
    w.send("3");
  }
});
