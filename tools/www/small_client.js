// A Socket.IO 5 client, small enough to be read: the page takes it where npm's socket.io-client is not installed on the server. What it
// has bears the names that socket.io-client uses. It lacks what the page does not need: the upgrade from polling to WebSocket (it takes
// the one or the other from the start), connection state recovery, sending binary, volatile.

class Emitter {
  #all = new Map();
  on(event, listener) {
    if (!this.#all.has(event)) this.#all.set(event, new Set());
    this.#all.get(event).add(listener);
    return this;
  }
  off(event, listener) {
    this.#all.get(event)?.delete(listener);
    return this;
  }
  tell(event, ...args) {
    for (const listener of [...(this.#all.get(event) ?? [])]) listener(...args);
  }
}

const types = ["open", "close", "ping", "pong", "message", "upgrade", "noop"];
const SEPARATOR = "\x1e";

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
}

// Engine.IO 4: one session, which ends for good. Tells: open, packet ({type, data}, got), packetCreate (the same, sent), close (why).
class Engine extends Emitter {
  constructor(path, transport) {
    super();
    this.path = path;
    this.transport = { name: transport };
    this.state = "opening";
    this.outbox = [];
    if (transport === "websocket") this.#dial();
    else this.#request();
  }

  send(data) { this.sendPacket("message", data); }
  sendPacket(type, data = "") {
    if (this.state === "closed") return;
    this.tell("packetCreate", { type, data });
    const text = types.indexOf(type) + data;
    if (this.socket) return this.socket.send(text);
    this.outbox.push(text);
    this.#post();
  }
  close() {
    if (this.state === "closed") return;
    if (this.state === "open" && !this.socket) this.sendPacket("close");
    this.#end("forced close");
  }

  #url(scheme = "") {
    const url = new URL(`${this.path}?EIO=4&transport=${this.transport.name}${this.sid ? `&sid=${this.sid}` : ""}`, location);
    if (scheme) url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    return url;
  }
  #dial() {
    const socket = new WebSocket(this.#url("ws"));
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => this.#got(typeof data === "string" ? data : new Uint8Array(data));
    socket.onclose = () => this.#end(this.state === "opening" ? "transport error" : "transport close");
    this.socket = socket;
  }

  // ---- polling: one request hangs, another posts ----
  async #request() {
    try {
      const answer = await fetch(this.#url(), { cache: "no-store" });
      if (!answer.ok) return this.#end("transport error");
      for (const packet of (await answer.text()).split(SEPARATOR)) this.#got(packet[0] === "b" ? bytesOf(packet.slice(1)) : packet);
    } catch {
      return this.#end("transport error");
    }
    if (this.state !== "closed") this.#request();
  }
  async #post() {
    if (this.posting || this.state !== "open") return;
    this.posting = true;
    while (this.outbox.length && this.state !== "closed") {
      const body = this.outbox.splice(0).join(SEPARATOR);
      try {
        if (!(await fetch(this.#url(), { method: "POST", body })).ok) return this.#end("transport error");
      } catch {
        return this.#end("transport error");
      }
    }
    this.posting = false;
  }

  #got(packet) {
    if (this.state === "closed") return;
    const type = typeof packet === "string" ? types[packet[0]] : "message";
    const data = typeof packet === "string" ? packet.slice(1) : packet;
    this.tell("packet", { type, data });
    this.#alive();
    if (type === "open") {
      Object.assign(this, JSON.parse(data));  // sid, pingInterval, pingTimeout, maxPayload
      this.state = "open";
      this.#alive();
      this.tell("open");
    }
    if (type === "ping") this.sendPacket("pong");
    if (type === "message") this.tell("message", data);
    if (type === "close") this.#end("transport close");
  }
  // The server pings; when it has been silent for too long, it is gone.
  #alive() {
    clearTimeout(this.timer);
    if (this.pingInterval) this.timer = setTimeout(() => this.#end("ping timeout"), this.pingInterval + this.pingTimeout);
  }
  #end(why) {
    if (this.state === "closed") return;
    this.state = "closed";
    clearTimeout(this.timer);
    this.socket?.close();
    this.tell("close", why);
  }
}

const CONNECT = 0, DISCONNECT = 1, EVENT = 2, ACK = 3, CONNECT_ERROR = 4, BINARY_EVENT = 5, BINARY_ACK = 6;

// <type>[<attachments>-][<namespace>,][<ack id>][JSON]
function parse(text) {
  const [, type, attachments, nsp, id, json] = text.match(/^(\d)(?:(\d+)-)?(?:(\/[^,]*),?)?(\d*)(.*)$/s);
  return { type: Number(type), attachments: Number(attachments ?? 0), nsp: nsp ?? "/", id: id === "" ? undefined : Number(id), data: json ? JSON.parse(json) : undefined };
}
function filled(value, attachments) {
  if (value === null || typeof value !== "object") return value;
  if (value._placeholder) return attachments[value.num];
  return Array.isArray(value) ? value.map((v) => filled(v, attachments)) : Object.fromEntries(Object.entries(value).map(([k, v]) => [k, filled(v, attachments)]));
}

// One connection for all namespaces, made again when it breaks. Tells: open, close (why), reconnect_attempt (n).
class Manager extends Emitter {
  constructor(options) {
    super();
    this.options = { path: "/socket.io/", transports: ["websocket"], ...options };
    this.sockets = new Map();
    this.attempts = 0;
  }
  open() {
    if (this.engine && this.engine.state !== "closed") return;
    const engine = this.engine = new Engine(this.options.path, this.options.transports[0]);
    engine.on("open", () => {
      this.attempts = 0;
      this.tell("open");
      for (const socket of this.sockets.values()) if (socket.active) socket.begin();
    });
    engine.on("message", (data) => this.#got(data));
    engine.on("close", (why) => {
      this.waiting = undefined;
      for (const socket of this.sockets.values()) socket.lost(why);
      this.tell("close", why);
      if ([...this.sockets.values()].some((s) => s.active)) this.#again();
    });
  }
  // Sooner at first, then slower, and not all clients at the same moment.
  #again() {
    const delay = Math.min(5000, 500 * 2 ** this.attempts) * (0.5 + Math.random());
    setTimeout(() => {
      this.attempts++;
      this.tell("reconnect_attempt", this.attempts);
      this.open();
    }, delay);
  }
  #got(data) {
    if (typeof data !== "string") {
      this.waiting?.parts.push(data);
    } else {
      const packet = parse(data);
      this.waiting = { packet, parts: [] };
    }
    const { packet, parts } = this.waiting ?? {};
    if (!packet || parts.length < packet.attachments) return;
    this.waiting = undefined;
    this.sockets.get(packet.nsp)?.got({ ...packet, data: filled(packet.data, parts) });
  }
  write(type, nsp, id, data) {
    this.engine.send(`${type}${nsp === "/" ? "" : `${nsp},`}${id ?? ""}${data === undefined ? "" : JSON.stringify(data)}`);
  }
}

class Socket extends Emitter {
  constructor(manager, nsp) {
    super();
    Object.assign(this, { io: manager, nsp, connected: false, active: true, id: undefined, recovered: false });
    this.buffer = [];
    this.acks = new Map();
    this.next = 0;
    manager.sockets.set(nsp, this);
  }
  connect() {
    this.active = true;
    if (this.io.engine?.state === "open") this.begin();
    else this.io.open();
    return this;
  }
  disconnect() {
    if (this.connected) this.io.write(DISCONNECT, this.nsp);
    this.active = false;
    this.lost("io client disconnect");
    if (![...this.io.sockets.values()].some((s) => s.active)) this.io.engine?.close();
    return this;
  }
  emit(event, ...args) {
    const ack = typeof args.at(-1) === "function" ? args.pop() : undefined;
    const send = () => {
      const id = ack && this.next++;
      if (ack) this.acks.set(id, ack);
      this.io.write(EVENT, this.nsp, id, [event, ...args]);
    };
    if (this.connected) send();
    else this.buffer.push(send);
    return this;
  }
  // .emit(..., (error, ...answer) => …): an error if nobody answered in time.
  timeout(ms) {
    return {
      emit: (event, ...args) => {
        const done = args.pop();
        const timer = setTimeout(() => done(new Error("operation has timed out")), ms);
        this.emit(event, ...args, (...answer) => { clearTimeout(timer); done(null, ...answer); });
      },
    };
  }

  begin() { this.io.write(CONNECT, this.nsp); }
  lost(why) {
    const was = this.connected;
    this.connected = false;
    this.id = undefined;
    this.acks.clear();
    if (was) this.tell("disconnect", why);
  }
  got({ type, id, data }) {
    if (type === CONNECT) {
      this.connected = true;
      this.id = data.sid;
      for (const send of this.buffer.splice(0)) send();
      this.tell("connect");
    } else if (type === DISCONNECT) {
      this.active = false;
      this.lost("io server disconnect");
    } else if (type === CONNECT_ERROR) {
      this.active = false;
      this.tell("connect_error", Object.assign(new Error(data.message), { data: data.data }));
    } else if (type === EVENT || type === BINARY_EVENT) {
      const answer = id === undefined ? [] : [(...args) => this.io.write(ACK, this.nsp, id, args)];
      this.tell(data[0], ...data.slice(1), ...answer);
    } else if (type === ACK || type === BINARY_ACK) {
      this.acks.get(id)?.(...data);
      this.acks.delete(id);
    }
  }
}

let manager;
export function io(nsp = "/", options = {}) {
  manager ??= new Manager(options);
  return (manager.sockets.get(nsp) ?? new Socket(manager, nsp)).connect();
}
