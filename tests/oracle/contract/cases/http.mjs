// Paths, and what a wrong request is told: in the order in which the original checks.
import { test } from "../runner.mjs";
import { assert } from "../talk.mjs";

test("GET / is a page, /healthz says ok, anything else is 404", async (t) => {
  const page = await t.get("/");
  assert.equal(page.status, 200);
  assert.match(page.headers["content-type"], /^text\/html/);
  assert.match(page.text, /^<!doctype html>/i);
  const health = await t.get("/healthz");
  assert.equal(health.status, 200);
  assert.equal(health.text.trim(), "ok");
  for (const path of ["/nothing", "/ws", "/ws/nothing", "/socket.i", "/index.php?x=/socket.io/"]) assert.equal((await t.get(path)).status, 404, path);
});

test("the client bundle is there as JavaScript, or 404", async (t) => {
  const bundle = await t.get("/socket.io/socket.io.js");
  assert.ok([200, 404].includes(bundle.status), `${bundle.status}`);
  if (bundle.status === 200) {
    assert.match(bundle.headers["content-type"], /javascript/);
    assert.match(bundle.text, /Socket\.IO/);
  } else {
    assert.ok(bundle.text.length > 10, "a sentence says what is missing");
  }
});

test("an upgrade request elsewhere gets 404", async (t) => {
  for (const path of ["/", "/nothing", "/ws", "/ws/nothing"]) {
    const w = t.ws(path);
    assert.equal((await t.within(10000, "the refusal", w.refused)).status, 404, path);
  }
});

const transport = [0, "Transport unknown"], unknown = [1, "Session ID unknown"], method = [2, "Bad handshake method"];
const bad = [3, "Bad request"], version = [5, "Unsupported protocol version"];
const wrong = [
  ["GET", "", transport],
  ["GET", "?transport=x", transport],
  ["GET", "?transport=", transport],
  ["GET", "?EIO=4", transport],
  ["GET", "?EIO=4&transport=Polling", transport],
  ["GET", "?EIO=4&transport=webtransport", transport],
  ["GET", "?EIO=4&transport=constructor", transport],
  ["POST", "?transport=x&sid=nobody", transport],
  ["GET", "?EIO=4&transport=polling&sid=nobody", unknown],
  ["POST", "?EIO=4&transport=polling&sid=nobody", unknown],
  ["PUT", "?EIO=4&transport=polling&sid=nobody", unknown],
  ["GET", "?transport=polling&sid=nobody", unknown],
  ["GET", "?EIO=4&transport=websocket&sid=nobody", unknown],
  ["GET", "?EIO=4&transport=polling&sid=__proto__", unknown],
  ["POST", "?EIO=4&transport=polling", method],
  ["PUT", "?EIO=4&transport=polling", method],
  ["DELETE", "?EIO=4&transport=polling", method],
  ["OPTIONS", "?EIO=4&transport=polling", method],
  ["POST", "?transport=polling", method],
  ["POST", "?EIO=4&transport=websocket", method],
  ["GET", "?EIO=4&transport=websocket", bad],
  ["GET", "?transport=websocket", bad],
  ["GET", "?transport=polling", version],
  ["GET", "?EIO=3&transport=polling", version],
  ["GET", "?EIO=5&transport=polling", version],
  ["GET", "?EIO=abc&transport=polling", version],
];
for (const path of ["/socket.io/", "/engine.io/"]) {
  for (const [verb, query, [code, message]] of wrong) {
    test(`${verb} ${path}${query}: ${code} ${message}`, async (t) => {
      const r = await t.http(verb, path + query);
      assert.equal(r.status, 400);
      assert.equal(r.headers["content-type"], "application/json");
      assert.equal(r.text, JSON.stringify({ code, message }));
    });
  }

  test(`${path}: a session is not spoken to over another transport without upgrade, nor in another version`, async (t) => {
    const p = await t.polling(path);
    for (const [query, [code, message]] of [
      [`?EIO=4&transport=websocket&sid=${p.sid}`, bad],
      [`?EIO=3&transport=polling&sid=${p.sid}`, bad],
      [`?transport=polling&sid=${p.sid}`, bad],
    ]) {
      const r = await t.get(path + query);
      assert.deepEqual([r.status, r.text], [400, JSON.stringify({ code, message })], query);
    }
    assert.ok(await p.alive(), "the session lives on");
  });

  test(`${path}: a WebSocket upgrade is refused with 400 and the message as text`, async (t) => {
    const p = await t.polling(path);
    for (const [query, message] of [
      ["", "Transport unknown"],
      ["?EIO=4&transport=x", "Transport unknown"],
      ["?EIO=4&transport=websocket&sid=nobody", "Session ID unknown"],
      [`?EIO=3&transport=websocket&sid=${p.sid}`, "Bad request"],
    ]) {
      const r = await t.within(10000, `the refusal of ${query}`, t.ws(path + query).refused);
      assert.deepEqual([r.status, r.text], [400, message], query);
      assert.equal(r.headers.connection?.toLowerCase(), "close");
    }
    // The original finds the version wrong only behind its 101, and then writes the 400 into the open WebSocket.
    for (const query of ["?transport=websocket", "?EIO=3&transport=websocket"]) {
      const w = t.ws(path + query);
      const r = await t.within(10000, `the refusal of ${query}`, Promise.race([w.refused, w.closed]));
      if (r.status) assert.deepEqual([r.status, r.text], [400, "Unsupported protocol version"], query);
      assert.equal(w.queue.length, 0);
    }
    assert.ok(await p.alive(), "the session lives on");
  });
}

test("the path counts with its slash; what follows it does not", async (t) => {
  const r = await t.get("/socket.io/?EIO=4&transport=polling&t=abc&b64=1");
  assert.equal(r.status, 200);
  assert.equal((await t.get("/engine.iox/?EIO=4&transport=polling")).status, 404);
});

test("several requests on one connection, also pipelined, are answered in order", async (t) => {
  const host = `Host: x\r\n`;
  const got = await t.bare(`GET /healthz HTTP/1.1\r\n${host}\r\nGET /nothing HTTP/1.1\r\n${host}\r\nGET /socket.io/?transport=x HTTP/1.1\r\n${host}\r\nGET /healthz HTTP/1.1\r\n${host}Connection: close\r\n\r\n`);
  assert.deepEqual([...got.matchAll(/HTTP\/1\.1 (\d+)/g)].map((m) => m[1]), ["200", "404", "400", "200"]);
});

// Node asks for it from release 20 on.
const asksForHost = Number(process.versions.node.split(".")[0]) >= 20;
test("a request without Host gets 400", { ours: !asksForHost }, async (t) => {
  assert.match(await t.bare("GET /healthz HTTP/1.1\r\n\r\n"), /^HTTP\/1\.1 400 /);
});

test("what is no HTTP gets 400", async (t) => {
  assert.match(await t.bare("hello?\r\n\r\n"), /^HTTP\/1\.1 400 /);
});

test("the chat page's files, each with its type, under a strict policy", { ours: true }, async (t) => {
  for (const [path, type] of [["/", "text/html"], ["/chat.js", "text/javascript"], ["/chat.css", "text/css"], ["/icon.svg", "image/svg+xml"]]) {
    const r = await t.get(path);
    assert.equal(r.status, 200, path);
    assert.ok(r.headers["content-type"].startsWith(type), r.headers["content-type"]);
    assert.match(r.headers["content-security-policy"], /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/);
    assert.equal(r.headers["x-content-type-options"], "nosniff");
  }
  for (const path of ["/../README.md", "/%2e%2e/README.md", "//etc/passwd", "/chat.js/", "/socket.io/../chat.js", "/socket.io/package.json", "/socket.io/%2e%2e/package.json"]) {
    const r = await t.bare(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.match(r, /^HTTP\/1\.1 4\d\d /, path);
  }
});
