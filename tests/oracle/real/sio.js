// node sio.js server PORT | client PORT. Each writes the events it sent and got, one JSON object a line:
// {"by": who, "does": "send" or "get", "nsp": ..., "event": ..., "args": [...], "hex": [the attachments]}
const [, , who, port] = process.argv;
const wait = (ms) => new Promise((go) => setTimeout(go, ms));
const heard = (socket, event) => new Promise((go) => socket.once(event, go));

function tell(does, nsp, event, args) {
  const hex = [];
  const put = (v) => {
    if (Buffer.isBuffer(v)) return { _placeholder: true, num: hex.push(v.toString("hex")) - 1 };
    if (Array.isArray(v)) return v.map(put);
    if (v && typeof v === "object") return Object.fromEntries(Object.entries(v).map(([k, w]) => [k, put(w)]));
    return v;
  };
  console.log(JSON.stringify({ by: who, does, nsp, event, args: args.filter((a) => typeof a !== "function").map(put), hex }));
}
function listen(socket, nsp) {
  socket.onAny((event, ...args) => tell("get", nsp, event, args));
  socket.onAnyOutgoing((event, ...args) => tell("send", nsp, event, args));
}

function serve() {
  const http = require("http").createServer();
  const io = new (require("socket.io").Server)(http, { connectionStateRecovery: {}, pingInterval: 400, pingTimeout: 400 });
  io.on("connection", (s) => {
    listen(s, "/");
    if (!s.recovered) s.emit("hello", { from: "server" });
    s.on("chat", (text, ack) => { s.emit("chat", text.toUpperCase()); ack?.("stored", 1); });
    s.on("file", (name, bytes, ack) => ack(name, Buffer.concat([bytes, bytes])));
    s.on("two files", (a, b) => s.emit("two files", { list: [b, { inner: a }] }));
    s.on("question", async (ack) => ack(await s.timeout(2000).emitWithAck("answer?", 6, 7)));
    s.on("break", () => s.conn.close());
  });
  io.of("/news").on("connection", (s) => { listen(s, "/news"); s.emit("headline", "it works", Buffer.from([1, 2, 3])); });
  io.of("/secret").use((s, next) => next(new Error("not for you")));
  http.listen(port, "127.0.0.1");
}

async function session(io, transports) {
  const s = io(`http://127.0.0.1:${port}`, { transports, auth: { name: "student" }, reconnectionDelay: 50, reconnectionDelayMax: 50, forceNew: true });
  listen(s, "/");
  s.on("answer?", (a, b, ack) => ack(a * b));
  await heard(s, "connect");
  if (transports.length === 2) while (s.io.engine.transport.name !== "websocket") await wait(20);
  await wait(50);
  s.emit("chat", "no answer wanted");
  await s.emitWithAck("chat", 'grüß dich 😀 "quoted" \\ \n');
  const back = await s.emitWithAck("file", "a.bin", Buffer.from([0, 255, 1, 254]));
  if (back !== "a.bin") throw new Error("the file came back as " + back);
  const both = heard(s, "two files");
  s.emit("two files", Buffer.alloc(300, 7), Buffer.alloc(0));
  await both;
  await s.emitWithAck("question");
  const news = s.io.socket("/news"), secret = s.io.socket("/secret");
  listen(news, "/news");
  news.connect();
  secret.connect();
  await Promise.all([heard(news, "headline"), heard(secret, "connect_error")]);
  news.disconnect();
  await wait(900);  // pings and pongs
  if (transports[0] === "websocket") {
    const again = heard(s, "connect");
    s.emit("break");
    await again;
    await s.emitWithAck("chat", "here again");
  }
  s.close();
  await wait(100);
}

async function ask() {
  const { io } = require("socket.io-client");
  await session(io, ["polling"]);
  await session(io, ["polling", "websocket"]);
  await session(io, ["websocket"]);
}

if (who === "server") serve();
else ask().then(() => process.exit(0), (e) => { console.error(e); process.exit(1); });
