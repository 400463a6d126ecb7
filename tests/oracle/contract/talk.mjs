// What a case has in its hand: clients of all kinds for one server, each ended with the case, and waiting that says for what.
import assert from "node:assert/strict";
import { request } from "node:http";
import { connect as connectTcp } from "node:net";
import { load } from "./modules.mjs";
import { Server } from "./server.mjs";

const [{ io }, { Socket: EngineClient }, { WebSocket }] = load("socket.io-client", "engine.io-client", "ws");

export const wait = (ms) => new Promise((go) => setTimeout(go, ms));
export const SEPARATOR = "\x1e";
export const transports = { polling: ["polling"], upgrade: ["polling", "websocket"], websocket: ["websocket"] };
export const always = {};  // options of every socket.io-client
export const servers = [];  // of every server
let tags = 0;

export class Talk {
  constructor(server, command) {
    this.server = server;
    this.command = command;
    this.url = server?.url;
    this.waiting = new Set();
    this.atEnd = [];
  }

  tag(word = "t") { return `${word}-${process.pid}-${++tags}`; }

  async end() {
    for (const end of this.atEnd.reverse()) {
      try { await end(); } catch { /* it is over anyway */ }
    }
  }

  // A promise that is bounded, and named where it is not kept.
  async within(ms, what, promise) {
    let timer;
    this.waiting.add(what);
    try {
      return await Promise.race([promise, new Promise((_, no) => (timer = setTimeout(() => no(Object.assign(new Error(`waited ${ms} ms for ${what}`), { waited: ms })), ms)))]);
    } finally {
      clearTimeout(timer);
      this.waiting.delete(what);
    }
  }
  until(what, holds, ms = 20000) {
    return this.within(ms, what, (async () => { while (!(await holds())) await wait(2); })());
  }

  // A server of this case's own.
  async start(...options) {
    const server = await Server.start(this.command, [...options, ...servers]);
    this.atEnd.push(() => server.end());
    return server;
  }

  // ---- socket.io-client ----
  make(nsp = "/", options = {}, url = this.url) {
    const socket = io(url + nsp, { forceNew: true, reconnection: false, transports: ["websocket"], ...always, ...options });
    this.atEnd.push(() => { socket.io.reconnection(false); socket.disconnect(); socket.io.engine?.close(); });
    return socket;
  }
  heard(socket, event, holds = () => true, ms = 20000) {
    let listener;
    const off = (e) => socket.off(e, listener);
    return this.within(ms, `"${event}"`, new Promise((go) => {
      listener = (...args) => { if (holds(...args)) { off(event); go(args); } };
      socket.on(event, listener);
    }));
  }
  async connect(nsp, options, url) {
    const socket = this.make(nsp, options, url);
    await this.connected(socket);
    return socket;
  }
  async connected(socket) {
    if (socket.connected) return;
    await this.within(20000, "the connection", new Promise((go, no) => { socket.once("connect", go); socket.once("connect_error", no); }));
  }
  // Another namespace on the same connection. (Its making connects it; a second connect() would send CONNECT twice.)
  async also(socket, nsp, options) {
    const other = socket.io.socket(nsp, options);
    await this.connected(other);
    return other;
  }
  connectAll(n, nsp, options) {
    return Promise.all(Array.from({ length: n }, () => this.connect(nsp, options)));
  }
  ack(socket, ...words) {
    return this.within(20000, `the answer to ${words[0]}`, socket.emitWithAck(...words));
  }
  // What was sent to this client before is there when this returns: the order of a connection holds.
  async settled(...sockets) {
    await Promise.all(sockets.map((s) => this.ack(s, "echo", "settled")));
  }
  // The arguments of every such event from now on.
  record(socket, event) {
    const list = [];
    socket.on(event, (...args) => list.push(args));
    return list;
  }
  async upgraded(socket) {
    await this.until("the upgrade", () => socket.io.engine?.transport?.name === "websocket");
  }

  // ---- engine.io-client ----
  async engine(options = {}, url = this.url) {
    const socket = new EngineClient(url, { path: "/engine.io/", transports: ["polling", "websocket"], ...options });
    this.atEnd.push(() => socket.close());
    await this.within(20000, "the handshake", new Promise((go, no) => { socket.once("open", go); socket.once("error", no); }));
    return socket;
  }

  // ---- by hand ----
  // An HTTP request on a connection of its own: {status, headers, text}. `body` may be a string or bytes.
  http(method, path, { body, headers = {}, signal } = {}) {
    return this.within(20000, `${method} ${path}`, new Promise((go, no) => {
      const more = body === undefined ? {} : { "content-length": Buffer.byteLength(body), "content-type": "text/plain;charset=UTF-8" };
      const r = request(this.url + path, { method, agent: false, signal, headers: { ...more, ...headers } }, (answer) => {
        const pieces = [];
        answer.on("data", (d) => pieces.push(d));
        answer.on("end", () => { const bytes = Buffer.concat(pieces); go({ status: answer.statusCode, headers: answer.headers, text: bytes.toString(), bytes }); });
        answer.on("error", no);
      });
      r.on("error", no);
      r.end(body);
    }));
  }
  get(path, options) { return this.http("GET", path, options); }
  // Bytes as they are, on a bare socket; what came back until the server closed or `ms` of silence.
  bare(text, ms = 300) {
    const to = new URL(this.url);
    return this.within(20000, "the answer to bare bytes", new Promise((go) => {
      let got = "", timer;
      const socket = connectTcp(Number(to.port), to.hostname, () => socket.write(text));
      const done = () => { clearTimeout(timer); socket.destroy(); go(got); };
      socket.on("data", (d) => { got += d.toString("latin1"); clearTimeout(timer); timer = setTimeout(done, ms); });
      socket.on("close", done);
      socket.on("error", done);
    }));
  }
  async polling(path = "/socket.io/", query = "") {
    const p = new Polling(this, path);
    p.handshake = await p.open(query);
    return p;
  }
  ws(path, options = {}) {
    const w = new Frames(this, path, options);
    this.atEnd.push(() => w.socket.terminate());
    return w;
  }
  // A session over WebSocket alone: its Engine.IO handshake is read.
  async session(path = "/socket.io/", query = "") {
    const w = this.ws(`${path}?EIO=4&transport=websocket${query}`);
    const first = await w.next();
    assert.equal(first[0], "0", `the first packet is open, not ${first}`);
    w.handshake = JSON.parse(first.slice(1));
    return w;
  }
  // The same, joined to a namespace: {w, sid}; the "auth" event of the contract is read as well.
  async joined(nsp = "/", query = "") {
    const w = await this.session("/socket.io/", query);
    w.send(nsp === "/" ? "40" : `40${nsp},`);
    const answer = await w.next();
    const head = nsp === "/" ? "40{" : `40${nsp},{`;
    assert.ok(answer.startsWith(head), `CONNECT is answered, not ${answer}`);
    w.sid = JSON.parse(answer.slice(head.length - 1)).sid;
    if (nsp === "/") assert.equal(await w.next(), '42["auth",{}]');
    return w;
  }
}

// Engine.IO over long-polling, request by request.
export class Polling {
  constructor(talk, path) {
    this.talk = talk;
    this.path = path;
  }
  async open(query) {
    const r = await this.talk.get(`${this.path}?EIO=4&transport=polling${query}`);
    assert.equal(r.status, 200, r.text);
    assert.equal(r.text[0], "0");
    const handshake = JSON.parse(r.text.slice(1));
    this.sid = handshake.sid;
    this.opened = r;
    return handshake;
  }
  get address() { return `${this.path}?EIO=4&transport=polling&sid=${this.sid}`; }
  poll(options) { return this.talk.get(this.address, options); }
  async packets() {
    const r = await this.poll();
    assert.equal(r.status, 200, r.text);
    return r.text.split(SEPARATOR);
  }
  post(body, headers = {}) { return this.talk.http("POST", this.address, { body, headers }); }
  // True while the server knows the session. Asked for with a method that no transport takes, which touches nothing.
  async alive() {
    const r = await this.talk.get(`${this.path}?EIO=4&transport=websocket&sid=${this.sid}`);
    assert.equal(r.status, 400);
    return JSON.parse(r.text).code !== 1;  // 1: Session ID unknown, 3: known, but not by this transport
  }
  async join(nsp = "/") {
    await this.post(nsp === "/" ? "40" : `40${nsp},`);
    return this.packets();
  }
  // The server closed the session: whoever polls is told so (or the session is gone already), and then it is gone.
  async told() {
    for (;;) {
      const r = await this.poll();
      if (r.status === 400) break;
      if (r.text.split(SEPARATOR).at(-1) === "1") break;
    }
    await this.dead();
  }
  dead(ms = 10000) { return this.talk.until("the session's end", async () => !(await this.alive()), ms); }
}

// A WebSocket whose messages wait in a queue: text as strings, binary as Buffers.
export class Frames {
  constructor(talk, path, options) {
    this.talk = talk;
    this.queue = [];
    this.wanted = [];
    this.socket = new WebSocket(talk.url.replace("http", "ws") + path, { perMessageDeflate: false, ...options });
    this.socket.on("message", (data, binary) => this.came(binary ? data : data.toString()));
    this.socket.on("error", (e) => (this.error = e));
    this.refused = new Promise((go) => this.socket.on("unexpected-response", (_, answer) => {
      let text = "";
      answer.on("data", (d) => (text += d));
      answer.on("end", () => { go({ status: answer.statusCode, headers: answer.headers, text }); this.socket.terminate(); });
    }));
    this.closed = new Promise((go) => this.socket.on("close", (code, reason) => {
      this.gone = { code, reason: reason.toString() };
      for (const w of this.wanted.splice(0)) w(undefined);
      go(this.gone);
    }));
    this.open = new Promise((go, no) => { this.socket.on("open", go); this.socket.on("error", no); });
    this.open.catch(() => {});
  }
  came(what) {
    const first = this.wanted.shift();
    if (first) first(what);
    else this.queue.push(what);
  }
  // undefined: closed.
  next(ms = 20000) {
    if (this.queue.length) return Promise.resolve(this.queue.shift());
    if (this.gone) return Promise.resolve(undefined);
    return this.talk.within(ms, "a message", new Promise((go) => this.wanted.push(go)));
  }
  send(...all) { for (const one of all) this.socket.send(one); }
  async ends(ms = 10000) { return this.talk.within(ms, "the connection's end", this.closed); }
  // Nothing but pings came, and everything sent before has been looked at: an answered event proves it.
  async answers(id = 99) {
    this.send(`42${id}["echo","still here"]`);
    const got = [];
    for (;;) {
      const one = await this.next();
      if (one === `43${id}["still here"]`) return got;
      assert.notEqual(one, undefined, "the connection was closed");
      if (one !== "2") got.push(one);
    }
  }
}

export { WebSocket, assert };
