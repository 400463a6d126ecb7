// node ws.js server PORT | client PORT. Each writes what it sent and got, one JSON object a line:
// {"by": who, "path": ..., "does": "send" or "get", "kind": text, binary, ping, pong or close, "hex": ..., "code": ...}
const { WebSocket, WebSocketServer } = require("ws");
const [, , who, port] = process.argv;
const wait = (ms) => new Promise((go) => setTimeout(go, ms));
const heard = (socket, event) => new Promise((go) => socket.once(event, go));
const tell = (path, does, kind, data, more = {}) =>
  console.log(JSON.stringify({ by: who, path, does, kind, hex: Buffer.from(data).toString("hex"), ...more }));

function listen(socket, path) {
  socket.on("message", (data, binary) => tell(path, "get", binary ? "binary" : "text", data));
  socket.on("ping", (data) => tell(path, "get", "ping", data));
  socket.on("pong", (data) => tell(path, "get", "pong", data));
  socket.on("close", (code, reason) => tell(path, "get", "close", reason, { code }));
}
function send(socket, path, data) {
  tell(path, "send", typeof data === "string" ? "text" : "binary", data);
  socket.send(data);
}

const deflate = { "/plain": false, "/closed": false, "/packed": { threshold: 0 },
  "/fresh": { threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true },
  "/window": { threshold: 0, serverMaxWindowBits: 9, clientMaxWindowBits: 10 } };

function serve() {
  const http = require("http").createServer();
  const servers = {};
  for (const path in deflate) servers[path] = new WebSocketServer({ noServer: true, perMessageDeflate: deflate[path] });
  http.on("upgrade", (request, raw, head) => {
    const path = request.url.split("?")[0];
    servers[path].handleUpgrade(request, raw, head, (socket) => {
      listen(socket, path);
      if (path === "/closed") return socket.close(4001, "not today");
      // Echoes whole; every third in pieces with a ping between them.
      let n = 0;
      socket.on("message", (data, binary) => {
        const what = binary ? data : data.toString();
        tell(path, "send", binary ? "binary" : "text", data);
        if (++n % 3 !== 0 || data.length < 4) return socket.send(what);
        socket.send(data.subarray(0, 2), { binary, fin: false });
        socket.ping("between");
        socket.send(data.subarray(2, data.length - 1), { binary, fin: false });
        socket.send(data.subarray(data.length - 1), { binary, fin: true });
      });
    });
  });
  http.listen(port, "127.0.0.1");
}

async function connect(path) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { perMessageDeflate: deflate[path] });
  listen(socket, path);
  await heard(socket, "open");
  return socket;
}

async function ask() {
  for (const path of ["/plain", "/packed", "/fresh", "/window"]) {
    const socket = await connect(path);
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    for (const what of ["hello", "", "grüß dich 😀", bytes, "again and again ".repeat(20), "x".repeat(126), "again and again ".repeat(20),
                        Buffer.alloc(70000, "seventy thousand "), JSON.stringify({ a: [1, 2, { b: null }] }), bytes, "the last"]) {
      const answer = heard(socket, "message");
      send(socket, path, what);
      await answer;
    }
    socket.ping("are you there?");
    await heard(socket, "pong");
    // Several at once, so that they share segments.
    const all = new Promise((go) => { let n = 0; socket.on("message", () => ++n === 20 && go()); });
    for (let i = 0; i < 20; ++i) send(socket, path, `burst ${i}`);
    await all;
    socket.close(1000, "bye");
    await heard(socket, "close");
  }
  await heard(await connect("/closed"), "close");
  await wait(50);
}

if (who === "server") serve();
else ask().then(() => process.exit(0), (e) => { console.error(e); process.exit(1); });
