// A client's life beside a server that comes and goes: reconnection, the end of the process, other options.
import { test } from "../runner.mjs";
import { assert, transports, wait } from "../talk.mjs";
import { Server } from "../server.mjs";

for (const [name, list] of Object.entries(transports)) {
  test(`${name}: the server is restarted; the client comes back and sends what it had kept`, async (t) => {
    const first = await t.start();
    const s = await t.connect("/", { transports: list, reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 100 }, first.url);
    if (name === "upgrade") await t.upgraded(s);
    const got = t.record(s, "message-back");
    const gone = t.heard(s, "disconnect");
    const how = await first.end();
    assert.equal(how.code, 0);
    assert.match((await gone)[0], /^(transport close|transport error|io server disconnect)$/);
    if (!s.active) s.connect();
    s.emit("message", "kept");
    const back = t.heard(s, "connect", () => true, 12000);
    const second = await Server.start(t.command, [], first.port);
    t.atEnd.push(() => second.end());
    await back;
    await t.settled(s);
    assert.deepEqual(got, [["kept"]]);
  });
}

test("SIGTERM ends it within a second, with clients on, and SIGINT as well", { quiet: true }, async (t) => {
  for (const signal of ["SIGTERM", "SIGINT"]) {
    const server = await t.start();
    t.url = server.url;
    const clients = await Promise.all(Object.values(transports).map((list) => t.connect("/", { transports: list })));
    await t.upgraded(clients[1]);  // one that is amid the upgrade notices only by its heartbeat
    const raw = t.ws("/ws/broadcast");
    await raw.open;
    const gone = Promise.all(clients.map((s) => t.heard(s, "disconnect")));
    const how = await server.end(signal);
    assert.deepEqual([how.code, how.signal], [0, null]);
    assert.ok(how.ms < 1000, `${signal}: ended after ${how.ms} ms`);
    await gone;
    await raw.ends();
  }
});

test("SIGTERM tells: a raw WebSocket is closed with 1001, a poll is let go", { ours: true, quiet: true }, async (t) => {
  const server = await t.start();
  t.url = server.url;
  const raw = t.ws("/ws/echo");
  await raw.open;
  const p = await t.polling("/engine.io/");
  const hanging = p.poll();
  await wait(200);
  await server.end();
  assert.equal((await raw.ends()).code, 1001);
  assert.equal((await hanging).status, 200);
});

test("a small --max-payload holds for POST and for WebSocket", async (t) => {
  const server = await t.start("--max-payload", 1000);
  t.url = server.url;
  const p = await t.polling("/engine.io/");
  assert.equal(p.handshake.maxPayload, 1000);
  assert.equal((await p.post("4" + "x".repeat(1000))).status, 413);
  assert.equal((await p.post("4" + "x".repeat(999))).status, 200);
  assert.equal((await p.packets())[0].length, 1000);
  const w = await t.session("/engine.io/");
  w.send("4" + "x".repeat(999));
  assert.equal((await w.next()).length, 1000);
  w.send("4" + "x".repeat(1000));
  await w.ends();
  // The client's own packets are split into payloads that fit.
  const s = await t.connect("/", { transports: ["polling"] }, server.url);
  const got = t.record(s, "message-back");
  for (let i = 0; i < 30; i++) s.emit("message", i, "y".repeat(300));
  await t.settled(s);
  assert.deepEqual(got.map((g) => g[0]), Array.from({ length: 30 }, (_, i) => i));
});

test("a hundred clients come and go; the count is right in the end", { most: 60_000 }, async (t) => {
  const server = await t.start();
  t.url = server.url;
  const boss = await t.connect("/admin", { auth: { token: "netpeel" } });
  const all = await Promise.all(Array.from({ length: 100 }, (_, i) => t.connect("/", { transports: Object.values(transports)[i % 3] })));
  await Promise.all(all.map((s, i) => t.ack(s, "join", `room ${i % 5}`)));
  const stats = await t.ack(boss, "stats");
  assert.deepEqual([stats.clients, stats.sockets, stats.rooms], [101, 100, 5]);
  const got = all.map((s) => t.record(s, "broadcast"));
  await t.ack(all[0], "broadcast:all", "to all");
  await t.settled(...all);
  assert.ok(got.every((g) => g.length === 1));
  all.forEach((s, i) => (i % 2 ? s.disconnect() : s.io.engine.close()));
  await t.until("all to be gone", async () => (await t.ack(boss, "stats")).clients === 1);
  assert.deepEqual(await t.ack(boss, "stats"), { ...stats, clients: 1, sockets: 0, rooms: 0 });
});
