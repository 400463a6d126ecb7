// A client that reads more slowly than others write to it: only netpeel's server bounds what waits for it, and says so. (The original keeps
// everything.)
import { test } from "../runner.mjs";
import { assert } from "../talk.mjs";

const LIMIT = 400_000, PIECE = 20_000;
const piece = (i) => `${i} `.padEnd(PIECE, "x");
const metric = async (t, name) => Number((await t.get("/metrics")).text.match(new RegExp(`^netpeel_${name} (\\d+)`, "m"))?.[1]);

// What the kernels of both ends keep is not the server's: some megabytes go before its own queue fills.
const PIECES = 800;

// Never further ahead of those who read than the bound.
const flood = async (t, send, came) => {
  for (let i = 0; i < PIECES; i++) {
    send(piece(i));
    if (i % 5 === 4) await t.until(`piece ${i}`, () => came() > i);
  }
};

for (const policy of ["drop", "close"]) {
  test(`/ws/broadcast, --slow ${policy}: who does not read costs no more than --max-queue, and others get all`, { ours: true, most: 60_000, alone: "slow" }, async (t) => {
    const server = await t.start("--max-queue", LIMIT, "--slow", policy);
    t.url = server.url;
    const [quick, stuck, sender] = ["quick", "stuck", "sender"].map(() => t.ws("/ws/broadcast"));
    await Promise.all([quick.open, stuck.open, sender.open]);
    stuck.socket.pause();
    await flood(t, (data) => sender.send(data), () => Math.min(quick.queue.length, sender.queue.length));
    for (const w of [quick, sender]) for (let i = 0; i < PIECES; i++) assert.equal((await w.next()).split(" ")[0], String(i));
    assert.ok((await metric(t, "queue_high_water_bytes")) <= LIMIT + 2 * PIECE, "the bound holds");
    if (policy === "drop") {
      assert.ok((await metric(t, "dropped_messages_total")) > 0, "what was not sent is counted");
      assert.equal(await metric(t, "slow_connections_closed_total"), 0);
      stuck.socket.resume();
      sender.send("the last");
      // It stayed, and gets what there is room for, in order.
      const numbers = [];
      for (;;) {
        const got = await stuck.next();
        assert.notEqual(got, undefined, "it stayed");
        if (got === "the last") break;
        numbers.push(Number(got.split(" ")[0]));
        if (numbers.length > 1) assert.ok(numbers.at(-1) > numbers.at(-2));
        if (numbers.at(-1) === PIECES - 1 || stuck.queue.length === 0) sender.send("the last");
      }
      assert.ok(numbers.length < PIECES, `${numbers.length} of ${PIECES} came`);
    } else {
      assert.equal(await metric(t, "slow_connections_closed_total"), 1);
      stuck.socket.resume();
      const { code, reason } = await stuck.ends(5000);
      assert.equal(code, 1013);
      assert.match(reason, /slow/, "it is told why");
    }
  });

  test(`Socket.IO, --slow ${policy}: a room's messages to one who does not read`, { ours: true, most: 60_000, alone: "slow" }, async (t) => {
    const server = await t.start("--max-queue", LIMIT, "--slow", policy);
    t.url = server.url;
    const [quick, stuck, sender] = await t.connectAll(3);
    const room = t.tag("room");
    for (const s of [quick, stuck]) await t.ack(s, "join", room);
    const got = t.record(quick, "room:message");
    const gone = new Promise((go) => stuck.on("disconnect", (why, more) => go([why, more?.description])));
    stuck.io.engine.transport.ws.pause();
    await flood(t, (data) => sender.emit("room:message", room, data), () => got.length);
    await t.settled(sender, quick);
    assert.deepEqual(got.map((g) => g[1].split(" ")[0]), Array.from({ length: PIECES }, (_, i) => String(i)));
    assert.ok((await metric(t, "queue_high_water_bytes")) <= LIMIT + 2 * PIECE, "the bound holds");
    if (policy === "drop") assert.ok((await metric(t, "dropped_messages_total")) > 0);
    else assert.equal(await metric(t, "slow_connections_closed_total"), 1);
    stuck.io.engine.transport.ws.resume();
    if (policy === "drop") {
      await t.until("the old ones to be read", async () => {
        try { return (await stuck.timeout(500).emitWithAck("echo", 1)) === 1; } catch { return false; }
      });
    } else {
      assert.match((await t.within(5000, "its disconnection", gone))[0], /transport (close|error)/);
    }
  });
}

test("a poll that nobody fetches: what waits is bounded too", { ours: true, most: 60_000, alone: "slow" }, async (t) => {
  const server = await t.start("--max-queue", LIMIT, "--slow", "close");
  t.url = server.url;
  const p = await t.polling();
  await p.join();
  const sender = await t.connect();
  const room = t.tag("room");
  await p.post(`420["join","${room}"]`);
  for (let i = 0; i < 30; i++) await t.ack(sender, "room:message", room, piece(i));
  const r = await p.poll();
  assert.ok(r.status === 400 || r.text.length < LIMIT + 2 * PIECE, `${r.text.length} bytes`);
  assert.ok((await metric(t, "queue_high_water_bytes")) <= LIMIT + 2 * PIECE);
});
