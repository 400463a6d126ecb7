// The other namespaces: /custom, /dyn-N, /admin, /chat, and those that do not exist.
import { test } from "../runner.mjs";
import { assert, transports } from "../talk.mjs";

const refused = async (t, nsp, options) => {
  const s = t.make(nsp, options);
  const [error] = await t.heard(s, "connect_error");
  assert.equal(s.connected, false);
  return { error, socket: s };
};

for (const [name, list] of Object.entries(transports)) {
  test(`${name}: /custom tells auth and knows no other event`, async (t) => {
    const s = t.make("/custom", { transports: list, auth: { a: 1 } });
    const auth = t.heard(s, "auth");
    await t.connected(s);
    assert.deepEqual(await auth, [{ a: 1 }]);
    await assert.rejects(s.timeout(150).emitWithAck("echo", 1), /timed out/);
  });

  test(`${name}: /dyn- and digits are made on demand`, async (t) => {
    const nsp = `/dyn-${process.pid}${Math.floor(Math.random() * 1e6)}`;
    const s = t.make(nsp, { transports: list });
    assert.deepEqual(await t.heard(s, "welcome"), [nsp]);
  });

  test(`${name}: a namespace that does not exist is refused, and the connection stays`, async (t) => {
    const good = await t.connect("/", { transports: list });
    for (const nsp of ["/no-such", "/dyn-x", "/dyn-", "/dyn-1x", "/xdyn-1", "/customs"]) {
      const s = good.io.socket(nsp);
      const [error] = await t.heard(s, "connect_error");
      assert.equal(error.message, "Invalid namespace");
      assert.equal(error.data, undefined);
      s.disconnect();
    }
    await t.settled(good);
  });

  test(`${name}: several namespaces on one connection, each with its own id`, async (t) => {
    const s = await t.connect("/", { transports: list });
    const others = await Promise.all(["/custom", "/dyn-1", "/chat"].map((nsp) => t.also(s, nsp)));
    const ids = [s, ...others].map((x) => x.id);
    assert.equal(new Set(ids).size, 4);
    assert.ok(others.every((o) => o.io.engine === s.io.engine));
    others[0].disconnect();
    await t.settled(s);
    assert.ok(others[1].connected && others[2].connected);
  });
}

test("/admin is refused without the token, and with a wrong one", async (t) => {
  for (const auth of [{}, { token: "wrong" }, { token: ["netpeel"] }, { Token: "netpeel" }]) {
    const { error } = await refused(t, "/admin", { auth });
    assert.equal(error.message, "unauthorized");
    assert.deepEqual(error.data, { code: 401 });
  }
  // The same socket may try again with the token.
  const s = t.make("/admin", { auth: { token: "no" } });
  await t.heard(s, "connect_error");
  s.auth.token = "netpeel";
  s.connect();
  await t.connected(s);
});

const admin = (t, url) => t.connect("/admin", { auth: { token: "netpeel" } }, url);

test("/admin: stats and nodes", { alone: "admin" }, async (t) => {
  const server = await t.start("--node", "blue");
  const [boss] = [await admin(t, server.url)];
  assert.deepEqual(await t.ack(boss, "nodes"), ["blue"]);
  assert.deepEqual(await t.ack(boss, "stats"), { node: "blue", clients: 1, sockets: 0, rooms: 0 });
  const s = await t.connect("/", {}, server.url);
  await t.ack(s, "join", ["one", "two"]);
  assert.deepEqual(await t.ack(boss, "stats"), { node: "blue", clients: 2, sockets: 1, rooms: 2 });
  assert.equal((await t.ack(s, "whoami")).node, "blue");
  s.disconnect();
  await t.until("the count to fall", async () => (await t.ack(boss, "stats")).clients === 1);
  assert.deepEqual(await t.ack(boss, "stats"), { node: "blue", clients: 1, sockets: 0, rooms: 0 });
});

test("/admin: --admin-token", async (t) => {
  const server = await t.start("--admin-token", "open sesame");
  const s = t.make("/admin", { auth: { token: "netpeel" } }, server.url);
  await t.heard(s, "connect_error");
  await t.connect("/admin", { auth: { token: "open sesame" } }, server.url);
});

test("/admin: announce to all of the main namespace", async (t) => {
  const boss = await admin(t);
  const [a, b] = await t.connectAll(2);
  const custom = await t.connect("/custom");
  const mark = t.tag();
  const both = Promise.all([a, b].map((s) => t.heard(s, "announcement", (what) => what === mark)));
  custom.on("announcement", () => assert.fail("not for /custom"));
  assert.deepEqual(await t.ack(boss, "announce", mark, { at: [1] }, Buffer.from([1])), { ok: true });
  assert.deepEqual(await both, Array(2).fill([mark, { at: [1] }, Buffer.from([1])]));
});

test("/admin: sockets:join, sockets:leave, sockets:disconnect", async (t) => {
  const boss = await admin(t);
  const [a, b, c] = await t.connectAll(3);
  const from = t.tag("room"), to = t.tag("room");
  await t.ack(a, "join", from);
  await t.ack(b, "join", from);
  assert.deepEqual(await t.ack(boss, "sockets:join", from, to), { ok: true });
  assert.deepEqual((await t.ack(a, "whoami")).rooms, [a.id, from, to].sort());
  assert.deepEqual(await t.ack(boss, "sockets:join", c.id, [to, from]), { ok: true });
  assert.deepEqual((await t.ack(c, "whoami")).rooms, [c.id, from, to].sort());
  assert.deepEqual(await t.ack(boss, "sockets:leave", [a.id, b.id], to), { ok: true });
  assert.deepEqual((await t.ack(b, "whoami")).rooms, [b.id, from].sort());
  assert.equal((await t.ack(c, "sockets", to)).length, 1);
  const why = Promise.all([a, b].map((s) => t.heard(s, "disconnect")));
  await t.ack(boss, "sockets:leave", c.id, from);
  assert.deepEqual(await t.ack(boss, "sockets:disconnect", from), { ok: true });
  assert.deepEqual((await why).map((w) => w[0]), ["io server disconnect", "io server disconnect"]);
  await t.settled(c);
  const last = t.heard(c, "disconnect");
  await t.ack(boss, "sockets:disconnect", to, true);
  assert.equal((await last)[0], "io server disconnect");
  await t.until("the connection's end", () => c.io.engine.readyState === "closed");
});

test("/chat as in Socket.IO's example", { alone: "chat" }, async (t) => {
  const server = await t.start();
  const people = await Promise.all(["ada", "bob", "cyd"].map(() => t.connect("/chat", {}, server.url)));
  const [a, b, c] = people;
  const seen = people.map((s) => {
    const list = [];
    s.onAny((event, data) => list.push([event, data]));
    return list;
  });
  const step = async (act, ...wanted) => {
    seen.forEach((s) => (s.length = 0));
    act();
    await t.until(JSON.stringify(wanted), () => seen.every((s, i) => s.length >= wanted[i].length));
    assert.deepEqual(JSON.parse(JSON.stringify(seen)), wanted);  // msgpack keeps what is undefined
  };
  await step(() => a.emit("add user", "ada"), [["login", { numUsers: 1 }]], [["user joined", { username: "ada", numUsers: 1 }]], [["user joined", { username: "ada", numUsers: 1 }]]);
  await step(() => b.emit("add user", "bob"), [["user joined", { username: "bob", numUsers: 2 }]], [["login", { numUsers: 2 }]], [["user joined", { username: "bob", numUsers: 2 }]]);
  // A second name is ignored; the next step would show it.
  a.emit("add user", "ada again");
  await step(() => a.emit("new message", "hello <b>"), [], [["new message", { username: "ada", message: "hello <b>" }]], [["new message", { username: "ada", message: "hello <b>" }]]);
  await step(() => b.emit("typing"), [["typing", { username: "bob" }]], [], [["typing", { username: "bob" }]]);
  await step(() => b.emit("stop typing"), [["stop typing", { username: "bob" }]], [], [["stop typing", { username: "bob" }]]);
  // Who gave no name may speak, and has none.
  await step(() => c.emit("new message", "who am I?"), [["new message", { message: "who am I?" }]], [["new message", { message: "who am I?" }]], []);
  await step(() => c.emit("add user", "cyd"), [["user joined", { username: "cyd", numUsers: 3 }]], [["user joined", { username: "cyd", numUsers: 3 }]], [["login", { numUsers: 3 }]]);
  await step(() => c.disconnect(), [["user left", { username: "cyd", numUsers: 2 }]], [["user left", { username: "cyd", numUsers: 2 }]], []);
});
