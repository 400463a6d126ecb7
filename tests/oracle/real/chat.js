// A chat of two, and a third who asks for things: npm's socket.io-client, against the events of `netpeel demo serve` or of
// contract/reference.mjs. Everybody waits for what is to come, so that the same is said in the same order each time.
//   NODE_PATH=build/node/node_modules node chat.js http://127.0.0.1:3000 [polling,websocket]
const { io } = require("socket.io-client");
const [url, transports = "polling,websocket"] = process.argv.slice(2);
const once = (socket, event) => new Promise((done) => socket.once(event, (...args) => done(args)));
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function come(namespace) {
  const socket = io(url + namespace, { transports: transports.split(","), forceNew: true, auth: { name: "student" } });
  await Promise.all([once(socket, "connect"), namespace === "/" ? once(socket, "auth") : null]);
  // The upgrade, if there is one, is over before anything is said.
  if (socket.io.engine.transport.name !== transports.split(",").at(-1)) await once(socket.io.engine, "upgrade");
  await pause(50);
  return socket;
}
const said = async (by, event, args, to, answer) => {
  const heard = once(to, answer);
  by.emit(event, ...args);
  await heard;
};

(async () => {
  const alice = await come("/chat");
  await said(alice, "add user", ["alice"], alice, "login");
  const bob = await come("/chat");
  const login = once(bob, "login");
  await said(bob, "add user", ["bob"], alice, "user joined");
  await login;
  await said(alice, "new message", ["hello bob"], bob, "new message");
  await said(bob, "typing", [], alice, "typing");
  await said(bob, "new message", ["grüß dich 😀"], alice, "new message");
  const carol = await come("/");
  carol.on("question", (x, y, answer) => answer(x + y));
  for (const [event, ...args] of [["whoami"], ["join", ["kitchen", "hall"]], ["echo", { b: 1, a: [true, "x"] }, Buffer.from([1, 2, 3])],
                                  ["ask", 3000, 6, 7], ["burst", 3], ["leave", "hall"]])
    await carol.emitWithAck(event, ...args);
  carol.disconnect();
  await pause(50);
  const left = once(alice, "user left");
  bob.disconnect();
  await left;
  alice.disconnect();
  await pause(100);
  process.exit(0);
})();
