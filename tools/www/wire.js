// The table of what went over the wire: each Engine.IO packet as text, and what it means.
const engineTypes = ["open", "close", "ping", "pong", "message", "upgrade", "noop"];
const KEPT = 200;

function event(json) {
  try {
    const [name, ...args] = JSON.parse(json);
    return `"${name}"${args.length ? ` with ${args.length} argument${args.length > 1 ? "s" : ""}` : ""}`;
  } catch {
    return "an event";
  }
}

// What a Socket.IO packet says: <type>[<attachments>-][<namespace>,][<ack id>][JSON]
function meaning(text) {
  const [, type, attachments, nsp, id, json] = text.match(/^(\d)(?:(\d+)-)?(?:(\/[^,]*),?)?(\d*)(.*)$/s) ?? [];
  const where = nsp ? ` in ${nsp}` : "";
  const binary = attachments ? `, with ${attachments} binary part${attachments === "1" ? "" : "s"} behind it` : "";
  switch (type) {
    case "0": return json.includes('"sid"') ? `CONNECT answered${where}: you are in` : `CONNECT: asks to join ${nsp ?? "/"}`;
    case "1": return `DISCONNECT: leaves ${nsp ?? "/"}`;
    case "2": case "5": return `EVENT ${event(json)}${where}${id ? `, asks for acknowledgment ${id}` : ""}${binary}`;
    case "3": case "6": return `ACK ${id}${where}: the answer to the event that asked for it${binary}`;
    case "4": return `CONNECT_ERROR: may not join ${nsp ?? "/"}`;
    default: return "";
  }
}

export function explain({ type, data }) {
  if (typeof data !== "string" && data !== undefined) return { text: `(${data.byteLength ?? data.size} bytes)`, means: "A binary part of the event before it" };
  const text = `${engineTypes.indexOf(type)}${data ?? ""}`;
  const says = {
    open: "The handshake: session id, and how often the server pings",
    close: "The session ends",
    ping: "Are you there? (Engine.IO's own ping, not WebSocket's)",
    pong: "Yes, I am",
    upgrade: "From now on by WebSocket",
    noop: "Nothing: lets a waiting poll go",
  };
  return { text, means: type === "message" ? meaning(data) : says[type] ?? "" };
}

// body: the table's. hold and beats: checkboxes.
export class Wire {
  constructor(body, hold, beats) {
    Object.assign(this, { body, hold, beats, seen: new WeakSet() });
  }

  // Listens to the engine of a manager, and of each connection that follows.
  watch(manager) {
    this.#attach(manager.engine);
    manager.on("reconnect_attempt", () => queueMicrotask(() => this.#attach(manager.engine)));
  }
  #attach(engine) {
    if (!engine || this.seen.has(engine)) return;
    this.seen.add(engine);
    engine.on("packet", (p) => this.#show(engine, "server", p));
    engine.on("packetCreate", (p) => this.#show(engine, "you", p));
    engine.on("upgrade", () => this.note("polling → websocket", "2probe, 3probe, 5", "The upgrade: a WebSocket was tried, it works, and everything moves there"));
  }
  #show(engine, from, packet) {
    if (!this.beats.checked && (packet.type === "ping" || packet.type === "pong")) return;
    const { text, means } = explain(packet);
    this.#row(from, engine.transport?.name ?? "", text, means);
  }
  note(by, text, means) { this.#row("both", by, text, means); }
  #row(from, by, text, means) {
    if (this.hold.checked) return;
    const row = document.createElement("tr");
    for (const cell of [new Date().toLocaleTimeString("en-GB"), from, by, text.length > 400 ? `${text.slice(0, 400)}… (${text.length} characters)` : text, means])
      row.append(Object.assign(document.createElement("td"), { textContent: cell }));
    this.body.prepend(row);
    while (this.body.rows.length > KEPT) this.body.rows[KEPT].remove();
  }
}
