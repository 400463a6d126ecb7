// The chat page. The lobby is the namespace /chat with the events of Socket.IO's own example; every other room is a room of the main
// namespace, where messages are acknowledged. Whatever came from somebody else is put into the page as text, never as HTML.
import { Wire } from "./wire.js";

const $ = (id) => document.getElementById(id);
const LOBBY = "Lobby";
const LONGEST = 500;  // lines that a room keeps
const LONGEST_TEXT = 4000;  // characters of a message that are shown
const query = new URLSearchParams(location.search);

const make = (tag, text, className) => Object.assign(document.createElement(tag), { textContent: text ?? "", className: className ?? "" });
const list = (names) => (names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`);
// What somebody else sent, as text that is not too long. It may be anything, also what String() throws on.
const said = (value, longest = 60) => ((typeof value === "string" ? value : JSON.stringify(value)) ?? "").slice(0, longest);
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(9)), (b) => b.toString(36)).join("");

// ---- The two namespaces, by npm's client or by the page's own. ----

function officialClient() {
  return new Promise((go) => {
    const script = Object.assign(document.createElement("script"), { src: "/socket.io/socket.io.js" });
    script.onload = () => go(globalThis.io);
    script.onerror = () => go(undefined);
    document.head.append(script);
  });
}
const official = query.get("client") === "own" ? undefined : await officialClient();
const io = official ?? (await import("./small_client.js")).io;
const asked = query.get("transport");
const options = { reconnectionDelayMax: 5000, ...(asked ? { transports: [asked] } : {}) };
const main = io("/", options), chat = io("/chat", options);
const wire = new Wire($("packets"), $("hold"), $("beats"));
wire.watch(main.io);
$("client").textContent = official
  ? "This page uses npm's socket.io-client, as the server gave it. "
  : "This page uses its own small client, for the server has no socket.io-client to give, or because the address asks for it (?client=own). ";

// ---- What is shown. ----

const state = { name: "", here: LOBBY, rooms: new Map(), lobbyNames: new Set(), users: 0 };

function room(name) {
  if (state.rooms.has(name)) return state.rooms.get(name);
  const log = make("ol", "", "log");
  log.setAttribute("role", "log");
  log.setAttribute("aria-label", `Messages in ${name}`);
  log.tabIndex = 0;
  log.hidden = true;
  $("logs").append(log);
  const made = { name, log, unread: 0, people: [], typing: new Map(), seen: new Set() };
  state.rooms.set(name, made);
  return made;
}

function showState(text, off) {
  $("state").textContent = text;
  $("state").classList.toggle("off", off);
}
const byWhat = () => (main.io.engine?.transport?.name === "websocket" ? "WebSocket" : "long-polling");

function showRooms() {
  const items = [...state.rooms.values()].map((r) => {
    const button = make("button", r.unread ? `${r.name} (${r.unread} new)` : r.name);
    button.type = "button";
    if (r.name === state.here) button.setAttribute("aria-current", "true");
    button.addEventListener("click", () => goTo(r.name, "title"));
    const item = make("li");
    item.append(button);
    return item;
  });
  const at = [...$("rooms").children].findIndex((li) => li.contains(document.activeElement));
  $("rooms").replaceChildren(...items);
  if (at >= 0) items[Math.min(at, items.length - 1)]?.firstChild.focus();
}

function showPeople() {
  const here = room(state.here);
  const lobby = here.name === LOBBY;
  $("count").textContent = lobby ? `${state.users} ${state.users === 1 ? "person" : "people"} in the lobby. Names are known once they were heard.` : "";
  const names = lobby ? [`${state.name} (you)`, ...state.lobbyNames] : here.people.map((p) => p.name + (p.me ? " (you)" : ""));
  $("who").replaceChildren(...names.map((n) => make("li", n)));
}

function showTyping() {
  const names = [...room(state.here).typing.keys()];
  $("typing").textContent = names.length ? `${list(names)} ${names.length === 1 ? "is" : "are"} typing…` : "";
}

function goTo(name, focus) {
  state.here = name;
  const here = room(name);
  here.unread = 0;
  for (const r of state.rooms.values()) r.log.hidden = r.name !== name;
  $("place").textContent = name;
  $("leave").hidden = name === LOBBY;
  $("about").textContent = name === LOBBY
    ? "For everyone, by the namespace /chat, whose events ask for no acknowledgment: nobody tells you whether a message arrived."
    : "✓ the server has your message. ✓✓ these people's pages have it; whether they looked at it, no protocol knows.";
  here.log.scrollTop = here.log.scrollHeight;
  showRooms();
  showPeople();
  showTyping();
  if (focus === "title") $("place").focus();
}

// A line of a room's log. Says where its state is told, for messages of one's own.
function addLine(r, { from, text, note, mine }) {
  const down = r.log.scrollHeight - r.log.scrollTop - r.log.clientHeight < 60;
  const line = make("li", "", note ? "note" : mine ? "mine" : "");
  if (note) {
    line.textContent = note;
  } else {
    line.append(make("span", mine ? "You" : from, "from"), document.createTextNode(": "), make("span", text));
  }
  const small = make("span", "", "small");
  small.append(Object.assign(make("time", new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })), { dateTime: new Date().toISOString() }));
  const told = make("span");
  small.append(told);
  if (!note) line.append(small);
  r.log.append(line);
  while (r.log.children.length > LONGEST) r.log.firstChild.remove();
  if (down || mine) r.log.scrollTop = r.log.scrollHeight;
  if (r.name !== state.here && !note) {
    r.unread++;
    showRooms();
  }
  return told;
}

// ---- Rooms of the main namespace. ----

const mine = new Map();  // id of a message of one's own: {room, text, told, gotBy, sent}

function tell(message) {
  const { told, gotBy, sent } = message;
  told.textContent = gotBy.size ? `, ✓✓ ${list([...gotBy])} ${gotBy.size === 1 ? "has" : "have"} it` : sent ? ", ✓ the server has it" : ", waiting for the connection";
}

// The id stays the same when it is sent again, so that others can tell a copy from a second message.
function sendToRoom(id) {
  const message = mine.get(id);
  if (!message || message.sent || !main.connected) return;
  main.timeout(4000).emit("room:message", message.room, { id, room: message.room, name: state.name, text: message.text }, (error) => {
    if (error) return sendToRoom(id);
    message.sent = true;
    tell(message);
  });
}

// Behind the name, which a new connection has to be told first.
const unsaid = [];
function sayInLobby() {
  if (!chat.connected) return;
  for (const { text, told } of unsaid.splice(0)) {
    chat.emit("new message", text);
    told.textContent = ", sent";
  }
  chat.emit("stop typing");
}

function say(text) {
  const here = room(state.here);
  const told = addLine(here, { text, mine: true });
  if (here.name === LOBBY) {
    told.textContent = ", waiting for the connection";
    unsaid.push({ text, told });
    return sayInLobby();
  }
  const id = newId();
  const message = { room: here.name, text, told, gotBy: new Set(), sent: false };
  mine.set(id, message);
  if (mine.size > LONGEST) mine.delete(mine.keys().next().value);
  tell(message);
  sendToRoom(id);
}

function enterRoom(name) {
  if (state.rooms.has(name)) return goTo(name);
  room(name);
  goTo(name);
  if (main.connected) main.emit("join", name, () => refresh(name));
}

function refresh(name) {
  if (!main.connected) return;
  main.emit("sockets", name, (found) => {
    const r = state.rooms.get(name);
    if (!r || !Array.isArray(found)) return;
    r.people = found.map((s) => ({ id: s.id, name: said(s.data?.name ?? "somebody without a name"), me: s.id === main.id }));
    if (name === state.here) showPeople();
  });
  main.emit("rooms", (all) => $("known").replaceChildren(...all.slice(0, 50).map((r) => Object.assign(make("option"), { value: r.name }))));
}

function remember(set, what) {
  set.add(what);
  if (set.size > LONGEST) set.delete(set.values().next().value);
}
const shared = (r) => r !== undefined && r.name !== LOBBY;

// What other programs send is text, and does not say which room it is for.
function fromElsewhere(from, text) {
  const rooms = [...state.rooms.values()].filter(shared);
  const r = rooms.find((x) => x.people.some((p) => p.id === from)) ?? rooms[0];
  if (r) addLine(r, { from: r.people.find((p) => p.id === from)?.name ?? `Somebody (${from})`, text });
}

main.on("room:message", (from, data) => {
  if (data === null || typeof data !== "object") return fromElsewhere(said(from), said(data, LONGEST_TEXT));
  if (data.gotIt !== undefined) {  // a receipt, sent to this page alone
    const message = mine.get(said(data.gotIt));
    if (!message || message.gotBy.size >= LONGEST) return;
    message.gotBy.add(said(data.name));
    tell(message);
    return;
  }
  const r = state.rooms.get(said(data.room ?? ""));
  if (!shared(r)) return;
  if (data.typing !== undefined) return typing(r, said(data.name), true);
  if (typeof data.text !== "string") return;
  main.emit("room:message", from, { gotIt: said(data.id), name: state.name });
  if (r.seen.has(said(data.id))) return;  // sent again, for its acknowledgment was lost
  remember(r.seen, said(data.id));
  typing(r, said(data.name), false);
  addLine(r, { from: said(data.name), text: said(data.text, LONGEST_TEXT) });
});
for (const event of ["joined", "left"]) {
  main.on(event, (name, id, why) => {
    const r = state.rooms.get(name);
    if (!shared(r)) return;
    const known = r.people.find((p) => p.id === id)?.name;
    if (event === "left" && known) addLine(r, { note: `${known} left (${why})` });
    refresh(name);
    // Who comes in tells the server its name first, so that it is there to be asked for.
    if (event === "joined") main.emit("sockets", id, (found) => addLine(r, { note: `${said(found[0]?.data?.name ?? "Somebody")} came in` }));
  });
}
main.on("announcement", (...words) => { for (const r of state.rooms.values()) addLine(r, { note: `Announcement: ${words.map((w) => said(w, LONGEST_TEXT)).join(" ")}` }); });

// ---- The lobby. ----

chat.on("login", ({ numUsers }) => {
  state.users = numUsers;
  showPeople();
});
chat.on("user joined", ({ username, numUsers }) => {
  state.users = numUsers;
  remember(state.lobbyNames, said(username));
  addLine(room(LOBBY), { note: `${said(username)} came in` });
  showPeople();
});
chat.on("user left", ({ username, numUsers }) => {
  state.users = numUsers;
  state.lobbyNames.delete(said(username));
  typing(room(LOBBY), said(username), false);
  addLine(room(LOBBY), { note: `${said(username)} left` });
  showPeople();
});
chat.on("new message", ({ username, message }) => {
  const from = said(username ?? "Somebody without a name");
  if (username !== undefined) remember(state.lobbyNames, from);
  typing(room(LOBBY), from, false);
  addLine(room(LOBBY), { from, text: said(message, LONGEST_TEXT) });
  showPeople();
});
chat.on("typing", ({ username }) => typing(room(LOBBY), said(username), true));
chat.on("stop typing", ({ username }) => typing(room(LOBBY), said(username), false));

// ---- Typing. Told again every two seconds; forgotten after four. ----

function typing(r, name, on) {
  clearTimeout(r.typing.get(name));
  r.typing.delete(name);
  if (on && r.typing.size < 20) r.typing.set(name, setTimeout(() => typing(r, name, false), 4000));
  if (r.name === state.here) showTyping();
}
let toldAt = 0;
$("text").addEventListener("input", () => {
  const now = Date.now();
  if (now - toldAt < 2000 || !$("text").value) return;
  toldAt = now;
  if (state.here === LOBBY) chat.emit("typing");
  else if (main.connected) main.emit("room:message", state.here, { room: state.here, typing: true, name: state.name });
});

// ---- Connection. ----

function enterAgain() {
  if (!state.name) return;
  main.emit("data:set", { name: state.name }, () => {});
  for (const r of state.rooms.values()) if (shared(r)) main.emit("join", r.name, () => refresh(r.name));
  for (const id of mine.keys()) sendToRoom(id);
}
main.on("connect", () => {
  showState(`Connected by ${byWhat()}${main.recovered ? ", and what was missed has come" : ""}`, false);
  main.io.engine.on?.("upgrade", () => showState(`Connected by ${byWhat()}`, false));
  enterAgain();
});
chat.on("connect", () => {
  if (!state.name) return;
  chat.emit("add user", state.name);
  sayInLobby();
});
main.on("disconnect", (why) => {
  const left = why === "io server disconnect";
  showState(left ? "The server ended the connection. Reload the page to come back" : `Not connected (${why}); trying again. What you write is kept`, true);
});
main.on("connect_error", (error) => showState(`The server cannot be reached (${error.message}); trying again`, true));
main.io.on("reconnect_attempt", (n) => showState(`Not connected; attempt ${n} to come back. What you write is kept`, true));

// ---- Forms. ----

$("enter").addEventListener("submit", (e) => {
  e.preventDefault();
  const name = $("name").value.trim();
  if (!name) return;
  state.name = name;
  $("door").hidden = true;
  $("hall").hidden = false;
  room(LOBBY);
  goTo(LOBBY);
  if (main.connected) enterAgain();
  if (chat.connected) chat.emit("add user", name);
  $("text").focus();
});
$("join").addEventListener("submit", (e) => {
  e.preventDefault();
  const name = $("room").value.trim();
  if (!name) return;
  $("room").value = "";
  enterRoom(name);
  $("text").focus();
});
$("leave").addEventListener("click", () => {
  const name = state.here;
  if (name === LOBBY) return;
  if (main.connected) main.emit("leave", name, () => {});
  room(name).log.remove();
  state.rooms.delete(name);
  goTo(LOBBY, "title");
});
$("say").addEventListener("submit", (e) => {
  e.preventDefault();
  const text = $("text").value.trim();
  if (!text) return;
  $("text").value = "";
  toldAt = 0;
  say(text);
});
$("name").focus();
document.documentElement.dataset.ready = official ? "official" : "own";  // for tests: the page listens now
