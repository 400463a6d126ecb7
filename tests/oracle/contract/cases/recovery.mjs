// Connection state recovery: what was missed comes, once and in order, and the socket is who it was.
import { test } from "../runner.mjs";
import { assert, transports, wait } from "../talk.mjs";

const how = { server: "recovery" };
const patient = { reconnection: true, reconnectionDelay: 250, reconnectionDelayMax: 300, randomizationFactor: 0 };

test("without --recovery there is neither pid nor offset", { server: "raw" }, async (t) => {
  const w = await t.joined();
  w.send('42["message",1]');
  assert.equal(await w.next(), '42["message-back",1]');
  const s = await t.connect();
  assert.equal(s._pid, undefined);
  assert.ok(!s.recovered);
});

test("on the wire: pid, offsets on events without acknowledgment, missed events before the answer", how, async (t) => {
  const w = await t.session();
  w.send("40");
  const { sid, pid } = JSON.parse((await w.next()).slice(2));
  assert.match(sid, /^[A-Za-z0-9_-]{20}$/);
  assert.ok(typeof pid === "string" && pid.length >= 20 && pid !== sid);
  const [event, auth, first] = JSON.parse((await w.next()).slice(2));
  assert.deepEqual([event, auth], ["auth", {}]);
  assert.equal(typeof first, "string");
  w.send('42["message","a"]');
  const [, , second] = JSON.parse((await w.next()).slice(2));
  assert.notEqual(second, first);
  w.send('421["echo","no offset"]');
  assert.equal(await w.next(), '431["no offset"]');
  w.send('422["ask",5000,"q"]');
  const question = await w.next();
  assert.match(question, /^42\d+\["question","q"\]$/, "an event that asks for an acknowledgment has none");
  w.send(`43${question.match(/^42(\d+)/)[1]}[]`);
  assert.match(await w.next(), /^432/);
  w.send('423["burst:volatile",1]');
  for (;;) {
    const got = await w.next();
    if (got.startsWith("433")) break;
    assert.equal(got, '42["burst:volatile",0]', "a volatile event has none");
  }
  const room = t.tag("room");
  w.send(`424["join","${room}"]`);
  assert.match(await w.next(), /^434/);
  // The line breaks; three are missed.
  w.socket.terminate();
  const [other] = await t.connectAll(1);
  await t.until("the server to notice", async () => (await t.ack(other, "sockets", room)).length === 0);
  for (let i = 0; i < 3; i++) await t.ack(other, "room:message", room, i);
  await t.ack(other, "broadcast:volatile", 0);  // (a text here would be taken for an offset by the clients of other cases)
  await t.ack(other, "room:message", t.tag("elsewhere"), "not for it");
  const again = await t.session();
  again.send(`40{"pid":"${pid}","offset":"${second}"}`);
  const offsets = [];
  for (let i = 0; i < 3; i++) {
    const [name, from, n, offset] = JSON.parse((await again.next()).slice(2));
    assert.deepEqual([name, from, n], ["room:message", other.id, i]);
    offsets.push(offset);
  }
  assert.deepEqual(JSON.parse((await again.next()).slice(2)), { sid, pid });
  again.send('429["whoami"]');
  const [me] = JSON.parse((await again.next()).slice(3));
  assert.deepEqual([me.id, me.recovered, me.rooms], [sid, true, [sid, room].sort()]);
  // Once more, from the last offset: nothing was missed.
  again.socket.terminate();
  await t.until("the server to notice", async () => (await t.ack(other, "sockets", room)).length === 0);
  const third = await t.session();
  third.send(`40{"pid":"${pid}","offset":"${offsets[2]}"}`);
  assert.deepEqual(JSON.parse((await third.next()).slice(2)), { sid, pid });
});

for (const [name, list] of Object.entries(transports)) {
  test(`${name}: recovered after a lost transport, with id, rooms, data and missed events`, how, async (t) => {
    const s = await t.connect("/", { transports: list, ...patient });
    if (name === "upgrade") await t.upgraded(s);
    const other = await t.connect();
    const room = t.tag("room"), before = s.id;
    await t.ack(s, "join", room);
    await t.ack(s, "data:set", { seat: 12 });
    const got = t.record(s, "room:message"), auths = t.record(s, "auth");
    await t.ack(other, "room:message", room, 0);
    await t.settled(s);
    const back = t.heard(s, "connect");
    s.emit("drop");
    await t.until("the loss", () => !s.connected);
    await t.until("the server to notice", async () => (await t.ack(other, "sockets", room)).length === 0);
    for (let i = 1; i <= 5; i++) await t.ack(other, "room:message", room, i, i === 3 ? Buffer.from([3]) : "text");
    await back;
    assert.equal(s.recovered, true);
    assert.equal(s.id, before);
    await t.settled(s);
    assert.deepEqual(got.map((g) => g[1]), [0, 1, 2, 3, 4, 5]);
    assert.deepEqual(got[3][2], Buffer.from([3]));
    assert.deepEqual(auths, [], "auth is not told again");
    const me = await t.ack(s, "whoami");
    assert.deepEqual([me.recovered, me.rooms], [true, [before, room].sort()]);
    assert.deepEqual((await t.ack(other, "sockets", room))[0].data, { seat: 12 });
    await t.ack(other, "room:message", room, 6);
    await t.settled(s);
    assert.equal(got.at(-1)[1], 6);
  });
}

test("recovered after a ping timeout, with what was missed before and behind it", { ...how, quiet: true }, async (t) => {
  const server = await t.start("--recovery", 5000, "--ping-interval", 300, "--ping-timeout", 200);
  t.url = server.url;
  const other = await t.connect();
  const w = await t.session();
  w.send("40");
  const { sid, pid } = JSON.parse((await w.next()).slice(2));
  const offset = JSON.parse((await w.next()).slice(2)).at(-1);
  const room = t.tag("room");
  w.send(`421["join","${room}"]`);
  assert.match(await w.next(), /^431/);
  w.socket.pause();  // as if the line were dead
  await t.ack(other, "room:message", room, "before");
  await t.until("the server to give it up", async () => (await t.ack(other, "sockets", room)).length === 0);
  await t.ack(other, "room:message", room, "behind");
  const again = await t.session();
  again.send(`40${JSON.stringify({ pid, offset })}`);
  assert.equal(JSON.parse((await again.next()).slice(2))[2], "before");
  assert.equal(JSON.parse((await again.next()).slice(2))[2], "behind");
  assert.deepEqual(JSON.parse((await again.next()).slice(2)), { sid, pid });
});

test("not recovered after the client's own disconnect, nor after the server's", how, async (t) => {
  const s = await t.connect("/", patient);
  await t.settled(s);
  const witness = await t.connect();
  let before = s.id;
  s.disconnect();
  await t.until("the server to know", async () => !(await t.ack(witness, "sockets")).some((x) => x.id === before));
  s.connect();
  await t.connected(s);
  assert.equal(s.recovered, false);
  assert.notEqual(s.id, before);
  before = s.id;
  const gone = t.heard(s, "disconnect");
  s.emit("kick");
  await gone;
  s.connect();
  await t.connected(s);
  assert.equal(s.recovered, false);
  assert.notEqual(s.id, before);
});

test("not recovered when it comes back too late, or with a pid or an offset that nobody gave", { ...how, quiet: true }, async (t) => {
  const server = await t.start("--recovery", 300);
  t.url = server.url;
  const begin = async () => {
    const w = await t.session();
    w.send("40");
    const { sid, pid } = JSON.parse((await w.next()).slice(2));
    const offset = JSON.parse((await w.next()).slice(2)).at(-1);
    return { w, sid, pid, offset };
  };
  const come = async (auth) => {
    const w = await t.session();
    w.send(`40${JSON.stringify(auth)}`);
    return JSON.parse((await w.next()).slice(2));
  };
  const late = await begin();
  late.w.socket.terminate();
  await wait(700);
  assert.notEqual((await come({ pid: late.pid, offset: late.offset })).sid, late.sid);
  const wrong = await begin();
  wrong.w.socket.terminate();
  await wait(50);
  assert.notEqual((await come({ pid: "nobody", offset: wrong.offset })).sid, wrong.sid);
  assert.notEqual((await come({ pid: wrong.pid })).sid, wrong.sid);
  const odd = await begin();
  odd.w.socket.terminate();
  await wait(50);
  assert.notEqual((await come({ pid: odd.pid, offset: "never given" })).sid, odd.sid);
  assert.notEqual((await come({ pid: 5, offset: { a: 1 } })).sid, undefined);
});

const losses = Number(process.env.LOSSES ?? 100);
test(`${losses} lost connections under load: nothing lost, nothing twice, all in order`, { ...how, most: 600 * losses }, async (t) => {
  const s = await t.connect("/", { ...patient, reconnectionDelay: 5, reconnectionDelayMax: 10 });
  const other = await t.connect();
  const room = t.tag("room");
  await t.ack(s, "join", room);
  const got = t.record(s, "room:message");
  await t.settled(s);
  let sent = 0, on = true;
  const flow = (async () => { while (on) { await t.ack(other, "room:message", room, sent++); await wait(1); } })();
  for (let i = 0; i < losses; i++) {
    const back = t.heard(s, "connect");
    if (i % 2) s.io.engine.transport.ws._socket.destroy();
    else s.emit("drop");
    await back;
    assert.equal(s.recovered, true, `loss ${i}`);
    await wait(3);
  }
  on = false;
  await flow;
  await t.until("the last of them", () => got.at(-1)?.[1] === sent - 1);
  assert.deepEqual(got.map((g) => g[1]), Array.from({ length: sent }, (_, i) => i));
});
