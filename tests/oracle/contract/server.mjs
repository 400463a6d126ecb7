// Starts the server under test as a process of its own, on a port that was free, and ends it.
import { spawn } from "node:child_process";
import { createServer } from "node:net";

const wait = (ms) => new Promise((go) => setTimeout(go, ms));

export function freePort() {
  return new Promise((go, no) => {
    const probe = createServer();
    probe.once("error", no);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => go(port));
    });
  });
}

export class Server {
  // command: words; options: more words, as the contract names them.
  static async start(command, options = [], port = undefined) {
    const server = new Server();
    server.port = port ?? (await freePort());
    server.url = `http://127.0.0.1:${server.port}`;
    server.said = "";
    const [program, ...words] = [...command, "--port", server.port, "--host", "127.0.0.1", ...options].map(String);
    const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
    server.child = child;
    server.ended = new Promise((go) => {
      child.once("exit", (code, signal) => go({ code, signal }));
      child.once("error", (e) => { server.said += e.message; go({ code: -1, signal: null }); });
    });
    server.ended.then((how) => (server.gone = how));
    for (const out of [child.stdout, child.stderr]) out.on("data", (d) => { if (server.said.length < 100_000) server.said += d; });
    const until = performance.now() + 10_000;
    while (performance.now() < until && !server.gone) {
      try {
        if ((await fetch(`${server.url}/healthz`)).status === 200) return server;
      } catch { /* not yet */ }
      await wait(20);
    }
    server.kill();
    throw new Error(`${[program, ...words].join(" ")} does not answer at /healthz${server.gone ? ` (ended with ${server.gone.code})` : ""}:\n${server.said}`);
  }

  // Asks it to end; how it did and how long it took.
  async end(signal = "SIGTERM") {
    const from = performance.now();
    this.child.kill(signal);
    const hard = setTimeout(() => this.kill(), 5000);
    const how = await this.ended;
    clearTimeout(hard);
    return { ...how, ms: performance.now() - from };
  }

  kill() {
    if (!this.gone) this.child.kill("SIGKILL");
  }
}
