// What `netpeel demo serve` has to do, done with npm's socket.io, engine.io and ws: the suite beside this file runs against both,
// and where they differ this one is right. It is a test's tool, no part of the product.
//
//   node reference.mjs --port 3000 [--host 127.0.0.1] [--ping-interval 25000] [--ping-timeout 20000]
//        [--connect-timeout 45000] [--upgrade-timeout 10000] [--max-payload 1000000] [--recovery MS] [--cors ORIGIN]
//        [--allow-eio3] [--parser msgpack] [--admin-token netpeel] [--node NAME] [--deflate on] [--redis redis://127.0.0.1:6379] [--redis-key socket.io]
//        [--www FOLDER]   serves the files of that folder at / as well, so that a page can be tried with this server
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { load } from "./modules.mjs";

const [{ Server }, { Server: Engine }, { WebSocketServer, WebSocket }] = load("socket.io", "engine.io", "ws");

const opt = Object.create(null);
for (let i = 2; i < process.argv.length; i++) {
  const name = process.argv[i].replace(/^--/, "");
  opt[name] = name === "allow-eio3" ? true : process.argv[++i];
}
const num = (name, dflt) => (opt[name] === undefined ? dflt : Number(opt[name]));
const port = num("port", Number(process.env.PORT || 3000));
const adminToken = opt["admin-token"] || "netpeel";
const nodeName = opt.node || `node-${port}`;

const engineOptions = {
  pingInterval: num("ping-interval", 25000),
  pingTimeout: num("ping-timeout", 20000),
  upgradeTimeout: num("upgrade-timeout", 10000),
  maxHttpBufferSize: num("max-payload", 1e6),
  allowEIO3: !!opt["allow-eio3"],
  ...(opt.cors ? { cors: { origin: opt.cors } } : {}),
};

// As strict as the page allows: nothing but this server's own files, nothing inline.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'";
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml" };
function pageFile(url) {
  const path = url.split("?")[0], name = path === "/" ? "index.html" : basename(path);
  if (!opt.www || `/${name}` !== path && path !== "/") return undefined;
  try {
    return { bytes: readFileSync(join(opt.www, name)), type: types[extname(name)] ?? "application/octet-stream" };
  } catch {
    return undefined;
  }
}

const http = createServer((req, res) => {
  if (req.url === "/healthz") return res.writeHead(200, { "content-type": "text/plain" }).end("ok\n");
  const file = pageFile(req.url);
  if (file) return res.writeHead(200, { "content-type": file.type, "content-security-policy": policy }).end(file.bytes);
  if (req.url === "/") return res.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>demo</title>demo\n");
  res.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
});

// ---- raw Engine.IO echo on /engine.io/ -------------------------------------------------------------
const engine = new Engine(engineOptions);
engine.attach(http, { path: "/engine.io/", destroyUpgrade: false });
engine.on("connection", (s) => s.on("data", (d) => s.send(d)));

// ---- Socket.IO on /socket.io/ ----------------------------------------------------------------------
const io = new Server(http, {
  ...engineOptions,
  path: "/socket.io/",
  ...(opt.parser === "msgpack" ? { parser: load("socket.io-msgpack-parser")[0] } : {}),
  destroyUpgrade: false,
  connectTimeout: num("connect-timeout", 45000),
  ...(opt.recovery ? { connectionStateRecovery: { maxDisconnectionDuration: num("recovery"), skipMiddlewares: true } } : {}),
});
if (opt.redis) {
  const [{ createClient }, { createAdapter }] = load("redis", "@socket.io/redis-adapter");
  const pub = createClient({ url: opt.redis, RESP: 2 });
  const sub = pub.duplicate();
  for (const c of [pub, sub]) c.on("error", (e) => console.error("redis:", e.message));
  await Promise.all([pub.connect(), sub.connect()]);
  io.adapter(createAdapter(pub, sub, { key: opt["redis-key"] || "socket.io" }));
}

const list = (r) => (Array.isArray(r) ? r : [r]).map(String);
const publicRooms = (nsp) =>
  [...nsp.adapter.rooms].filter(([name]) => !nsp.adapter.sids.has(name)).map(([name, ids]) => ({ name, count: ids.size }));
// The last argument is an acknowledgement function if the client asked for one.
const split = (args) => (typeof args.at(-1) === "function" ? [args.slice(0, -1), args.at(-1)] : [args, () => {}]);
const on = (socket, event, fn) =>
  socket.on(event, (...all) => {
    const [args, ack] = split(all);
    fn(ack, ...args);
  });

io.on("connection", (socket) => {
  if (!socket.recovered) socket.emit("auth", socket.handshake.auth);

  socket.use(([event], next) => (event === "forbidden" ? next(new Error("forbidden event")) : next()));
  socket.on("error", (e) => { if (e.message === "forbidden event") socket.disconnect(); });

  socket.on("message", (...args) => socket.emit("message-back", ...args));
  socket.on("message-with-ack", (...args) => args.pop()(...args));
  socket.on("echo", (...all) => {
    const [args] = split(all);
    if (args.length !== all.length) all.at(-1)(...args);
    else socket.emit("echo", ...args);
  });
  on(socket, "whoami", (ack) =>
    ack({ id: socket.id, nsp: socket.nsp.name, transport: socket.conn.transport.name, recovered: socket.recovered,
          node: nodeName, rooms: [...socket.rooms].sort() }));

  on(socket, "join", async (ack, rooms) => {
    for (const room of list(rooms)) {
      await socket.join(room);
      socket.to(room).emit("joined", room, socket.id);
    }
    ack({ ok: true, rooms: [...socket.rooms].sort() });
  });
  on(socket, "leave", async (ack, rooms) => {
    for (const room of list(rooms)) {
      await socket.leave(room);
      socket.to(room).emit("left", room, socket.id, "leave");
    }
    ack({ ok: true, rooms: [...socket.rooms].sort() });
  });
  on(socket, "rooms", (ack) => ack(publicRooms(io.of("/"))));
  on(socket, "room:message", (ack, rooms, ...args) => { socket.to(list(rooms)).emit("room:message", socket.id, ...args); ack({ ok: true }); });
  on(socket, "room:all", (ack, rooms, ...args) => { io.to(list(rooms)).emit("room:message", socket.id, ...args); ack({ ok: true }); });
  on(socket, "broadcast", (ack, ...args) => { socket.broadcast.emit("broadcast", socket.id, ...args); ack({ ok: true }); });
  on(socket, "broadcast:all", (ack, ...args) => { io.emit("broadcast", socket.id, ...args); ack({ ok: true }); });
  on(socket, "broadcast:except", (ack, rooms, ...args) => { socket.broadcast.except(list(rooms)).emit("broadcast", socket.id, ...args); ack({ ok: true }); });
  on(socket, "broadcast:volatile", (ack, ...args) => { socket.volatile.broadcast.emit("broadcast", socket.id, ...args); ack({ ok: true }); });
  on(socket, "broadcast:local", (ack, ...args) => { io.local.emit("broadcast", socket.id, ...args); ack({ ok: true }); });

  on(socket, "ask", async (ack, ms, ...args) => {
    try { ack({ ok: true, answer: await socket.timeout(ms).emitWithAck("question", ...args) }); }
    catch (e) { ack({ ok: false, error: e.message }); }
  });
  on(socket, "ask:room", (ack, room, ms, ...args) =>
    io.to(String(room)).timeout(ms).emit("question", ...args, (err, answers) => ack({ ok: !err, answers, ...(err ? { error: err.message } : {}) })));
  on(socket, "burst", (ack, n, pad) => {
    for (let i = 0; i < n; i++) pad === undefined ? socket.emit("burst", i) : socket.emit("burst", i, pad);
    ack(n);
  });
  on(socket, "burst:volatile", (ack, n) => {
    for (let i = 0; i < n; i++) socket.volatile.emit("burst:volatile", i);
    ack(n);
  });
  on(socket, "binary:make", (ack, size) => ack(Buffer.from(Uint8Array.from({ length: size }, (_, i) => i & 255))));
  on(socket, "data:set", (ack, data) => { Object.assign(socket.data, data); ack({ ok: true, data: socket.data }); });
  on(socket, "sockets", async (ack, room) => {
    const found = await (room === undefined ? io : io.in(String(room))).fetchSockets();
    ack(found.map((s) => ({ id: s.id, rooms: [...s.rooms].sort(), data: s.data })));
  });
  on(socket, "kick", (ack, close) => socket.disconnect(!!close));
  on(socket, "drop", () => socket.conn.close());

  socket.on("disconnecting", (reason) => {
    for (const room of socket.rooms) if (room !== socket.id) socket.to(room).emit("left", room, socket.id, reason);
  });
});
io.on("whereareyou", (ack) => ack(nodeName)); // arrives by serverSideEmit from another node

io.of("/custom").on("connection", (socket) => { socket.emit("auth", socket.handshake.auth); });
io.of(/^\/dyn-\d+$/).on("connection", (socket) => { socket.emit("welcome", socket.nsp.name); });

// ---- /chat: the events of Socket.IO's own chat example ----------------------------------------------
let numUsers = 0;
io.of("/chat").on("connection", (socket) => {
  socket.on("add user", (username) => {
    if (socket.data.username !== undefined) return;
    socket.data.username = username;
    numUsers++;
    socket.emit("login", { numUsers });
    socket.broadcast.emit("user joined", { username, numUsers });
  });
  socket.on("new message", (message) => socket.broadcast.emit("new message", { username: socket.data.username, message }));
  for (const event of ["typing", "stop typing"]) socket.on(event, () => socket.broadcast.emit(event, { username: socket.data.username }));
  socket.on("disconnect", () => {
    if (socket.data.username === undefined) return;
    numUsers--;
    socket.broadcast.emit("user left", { username: socket.data.username, numUsers });
  });
});

// ---- /admin: needs auth.token; acts on the main namespace, over the whole cluster --------------------
io.of("/admin").use((socket, next) =>
  socket.handshake.auth.token === adminToken ? next() : next(Object.assign(new Error("unauthorized"), { data: { code: 401 } })));
io.of("/admin").on("connection", (socket) => {
  const main = io.of("/");
  on(socket, "stats", (ack) => ack({ node: nodeName, clients: io.engine.clientsCount, sockets: main.sockets.size, rooms: publicRooms(main).length }));
  on(socket, "announce", (ack, ...args) => { main.emit("announcement", ...args); ack({ ok: true }); });
  on(socket, "sockets:join", (ack, from, to) => { main.in(list(from)).socketsJoin(list(to)); ack({ ok: true }); });
  on(socket, "sockets:leave", (ack, from, room) => { main.in(list(from)).socketsLeave(list(room)); ack({ ok: true }); });
  on(socket, "sockets:disconnect", (ack, room, close) => { main.in(list(room)).disconnectSockets(!!close); ack({ ok: true }); });
  on(socket, "nodes", async (ack) => ack([nodeName, ...(opt.redis ? await main.serverSideEmitWithAck("whereareyou") : [])].sort()));
});

// ---- raw WebSocket: /ws/echo and /ws/broadcast -------------------------------------------------------
const wss = new WebSocketServer({ noServer: true, maxPayload: num("ws-max-payload", 100 * 1024 * 1024), perMessageDeflate: opt.deflate === "on" });
const hall = new Set();
http.on("upgrade", (req, sock, head) => {
  const path = req.url.split("?")[0];
  if (path.startsWith("/socket.io/") || path.startsWith("/engine.io/")) return;
  if (path !== "/ws/echo" && path !== "/ws/broadcast") return sock.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  wss.handleUpgrade(req, sock, head, (ws) => {
    ws.on("error", () => {});
    if (path === "/ws/echo") return ws.on("message", (data, binary) => ws.send(data, { binary }));
    hall.add(ws);
    ws.on("close", () => hall.delete(ws));
    ws.on("message", (data, binary) => { for (const w of hall) if (w.readyState === WebSocket.OPEN) w.send(data, { binary }); });
  });
});

http.listen(port, opt.host || "127.0.0.1", () => console.log(`listening on ${http.address().address}:${http.address().port} (${nodeName})`));
for (const sig of ["SIGINT", "SIGTERM"]) process.on(sig, () => process.exit(0));
