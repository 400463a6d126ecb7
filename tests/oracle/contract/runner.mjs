// A small runner: cases run side by side against servers that are started once for each set of options. node:test runs the
// cases of one file one after the other, and this suite mostly waits.
import { Server } from "./server.mjs";
import { Talk, servers as extra } from "./talk.mjs";

const cases = [];

// A case that failed elsewhere leaves promises that nobody waits for any more.
process.on("unhandledRejection", () => {});

// The servers that cases ask for by name. All of them are started, each with these options.
export const settings = {
  main: [],
  raw: [],  // where nobody broadcasts to all, so that a client by hand sees its own packets alone
  conformance: ["--ping-interval", 300, "--ping-timeout", 200, "--connect-timeout", 1000, "--max-payload", 1000000],
  recovery: ["--recovery", 20000],
  cors: ["--cors", "https://example.org"],
  deflate: ["--deflate", "on"],
  eio3: ["--allow-eio3"],
  eio3beat: ["--allow-eio3", "--ping-interval", 300, "--ping-timeout", 200],
  msgpack: ["--parser", "msgpack"],
};

// how: {server: one of the above ("main"), alone: a word (of the cases with that word one runs at a time), ours: only for netpeel,
// quiet: runs when little else does, because it looks at the time, late: how many milliseconds late the machine may have been
// for its verdict to count, most: milliseconds}
export function test(name, how, run) {
  if (typeof how === "function") [how, run] = [{}, how];
  cases.push({ name, server: "main", most: 40_000, ...how, run });
}

async function once(one, servers, command) {
  const talk = new Talk(servers[one.server], command);
  const late = one.quiet ? new Lateness(talk.url) : undefined;
  let timer;
  const from = performance.now(), result = { name: one.name };
  try {
    await Promise.race([
      one.run(talk),
      new Promise((_, no) => (timer = setTimeout(() => no(new Error(`not done within ${one.most} ms; it waited for ${[...talk.waiting].join(", ") || "nothing named"}`)), one.most))),
    ]);
  } catch (error) {
    result.error = error;
  }
  clearTimeout(timer);
  result.ms = performance.now() - from;
  result.late = late?.end();
  await talk.end();
  return result;
}

// What looks at the time is believed only where this machine was in time: otherwise it is tried again.
async function patiently(one, servers, command) {
  let result;
  for (let i = 0; i < 6; i++) {
    result = await once(one, servers, command);
    // What did not come in ten seconds does not come, however late the machine is.
    if (!result.error || !one.quiet || result.error.waited >= 10_000 || result.late < (one.late ?? LATE)) return result;
    await new Promise((go) => setTimeout(go, 300));
  }
  return { ...result, undecided: true };
}

const LATE = 40;  // ms

// How late this process's timers and the server's answers were, at worst.
class Lateness {
  constructor(url) {
    this.most = 0;
    let before = performance.now();
    this.timer = setInterval(() => {
      const now = performance.now();
      this.most = Math.max(this.most, now - before - 10);
      before = now;
    }, 10);
    this.asking = (async () => {
      while (this.timer) {
        this.asked = performance.now();
        await fetch(`${url}/healthz`).then((r) => r.text()).catch(() => {});
        this.most = Math.max(this.most, performance.now() - this.asked);
        this.asked = undefined;
        await new Promise((go) => setTimeout(go, 25));
      }
    })();
  }
  end() {
    clearInterval(this.timer);
    this.timer = undefined;
    // A question under way has waited as well: what was late came just now, and its answer is next.
    return Math.max(this.most, this.asked === undefined ? 0 : performance.now() - this.asked);
  }
}

// Runs them, at most `wide` at once, and those that share a word one after the other.
async function together(wanted, wide, servers, command, tell) {
  const queue = [...wanted], busy = new Set(), results = [];
  let running = 0;
  await new Promise((done) => {
    const next = () => {
      if (queue.length === 0 && running === 0) return done();
      for (let i = 0; i < queue.length && running < wide; ) {
        const one = queue[i];
        if (one.alone && busy.has(one.alone)) { i++; continue; }
        queue.splice(i, 1);
        if (one.alone) busy.add(one.alone);
        running++;
        patiently(one, servers, command).then((result) => {
          running--;
          if (one.alone) busy.delete(one.alone);
          results.push(result);
          tell(result);
          next();
        });
      }
    };
    next();
  });
  return results;
}

const line = (r) => (r.undecided ? `late    ${r.name}: this machine was ${Math.round(r.late)} ms late, six times` : r.error ? `FAILED  ${r.name}\n        ${(r.error.stack ?? String(r.error)).replaceAll("\n", "\n        ")}` : `ok      ${r.name}  (${Math.round(r.ms)} ms)`);

// One whole run: its servers, its cases, what it says in the end. True: all went well.
async function run(command, { only, ours, quiet }) {
  const wanted = cases.filter((c) => (!only || only.test(c.name)) && (ours || !c.ours));
  const names = [...new Set(wanted.map((c) => c.server))];
  const from = performance.now();
  const started = await Promise.allSettled(names.map((name) => Server.start(command, [...settings[name], ...extra])));
  const servers = {};
  started.forEach((s, i) => (servers[names[i]] = s.value));
  try {
    const wrong = started.find((s) => s.reason);
    if (wrong) throw wrong.reason;
    const tell = (r) => { if (!quiet || r.error) console.log(line(r)); };
    const results = await together(wanted.filter((c) => !c.quiet), 12, servers, command, tell);
    results.push(...(await together(wanted.filter((c) => c.quiet), 4, servers, command, tell)));
    const failed = results.filter((r) => r.error && !r.undecided), late = results.filter((r) => r.undecided);
    for (const name of names)
      if (servers[name].gone) failed.push({ name: `the server "${name}" lived to the end`, error: new Error(servers[name].said) });
    console.log(`${results.length} cases, ${results.length - failed.length - late.length} ok, ${failed.length} failed${late.length ? `, ${late.length} undecided because this machine was late` : ""}, ${((performance.now() - from) / 1000).toFixed(1)} s`);
    for (const r of failed) console.log(`  failed: ${r.name}`);
    const left = cases.filter((c) => c.ours && !ours).length;
    if (left) console.log(`  left out: ${left} cases that only netpeel's server promises`);
    return failed.length === 0;
  } finally {
    await Promise.all(Object.values(servers).filter(Boolean).map((s) => s.end()));
  }
}

export async function main(command, options) {
  let good = 0;
  for (let i = 0; i < options.times; i++) if (await run(command, { ...options, quiet: options.quiet || options.times > 1 })) good++;
  if (options.times > 1) console.log(`${good} of ${options.times} runs without a failure`);
  return good === options.times;
}

export const names = () => cases.map((c) => c.name);
