// CORS headers: with --cors on /socket.io/ and /engine.io/, and not elsewhere; without it nowhere.
import { test } from "../runner.mjs";
import { assert } from "../talk.mjs";

const origin = "https://example.org";
const how = { server: "cors" };

test("without --cors there are no such headers", async (t) => {
  const r = await t.get("/engine.io/?EIO=4&transport=polling", { headers: { origin } });
  assert.equal(r.status, 200);
  assert.equal(r.headers["access-control-allow-origin"], undefined);
});

for (const path of ["/socket.io/", "/engine.io/"]) {
  test(`${path}: with --cors answers say who may read them`, how, async (t) => {
    const p = await t.polling(path);
    assert.equal(p.opened.headers["access-control-allow-origin"], origin);
    assert.equal(p.opened.headers.vary, "Origin");
    const posted = await p.post(path === "/socket.io/" ? "40" : "4x", { origin });
    assert.deepEqual([posted.status, posted.headers["access-control-allow-origin"]], [200, origin]);
    const polled = await p.poll({ headers: { origin } });
    assert.deepEqual([polled.status, polled.headers["access-control-allow-origin"]], [200, origin]);
    const wrong = await t.get(`${path}?transport=x`, { headers: { origin } });
    assert.deepEqual([wrong.status, wrong.headers["access-control-allow-origin"]], [400, origin]);
  });

  test(`${path}: a preflight is answered with 204`, how, async (t) => {
    const r = await t.http("OPTIONS", `${path}?EIO=4&transport=polling`, { headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "content-type" } });
    assert.equal(r.status, 204);
    assert.equal(r.headers["access-control-allow-origin"], origin);
    assert.match(r.headers["access-control-allow-methods"], /POST/);
    assert.match(r.headers["access-control-allow-headers"], /content-type/);
  });
}

test("the page and /healthz have none", how, async (t) => {
  for (const path of ["/", "/healthz"]) assert.equal((await t.get(path, { headers: { origin } })).headers["access-control-allow-origin"], undefined, path);
});

test("another origin's WebSocket is refused where --cors names one", { ...how, ours: true }, async (t) => {
  const w = t.ws("/engine.io/?EIO=4&transport=websocket", { headers: { origin: "https://elsewhere.example" } });
  const r = await t.within(10000, "the refusal", w.refused);
  assert.ok([400, 403].includes(r.status), `${r.status}`);
  const good = t.ws("/engine.io/?EIO=4&transport=websocket", { headers: { origin } });
  assert.equal((await good.next())[0], "0");
});
