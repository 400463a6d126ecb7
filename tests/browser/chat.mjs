// The chat page as people use it: two of them, with npm's client and with the page's own, on a phone, by keyboard, read out aloud, while the
// server goes away and comes back.
//
//   node chat.mjs --server 'COMMAND' [--only REGEX] [--times N] [--quiet] [--shots FOLDER]
//
// 77 (skipped) without playwright-core or Chromium.
import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { load, SKIPPED } from "../oracle/contract/modules.mjs";
import { Server } from "../oracle/contract/server.mjs";

const option = {};
for (let i = 2; i < process.argv.length; i++) {
  const name = process.argv[i].replace(/^--/, "");
  option[name] = name === "quiet" ? true : process.argv[++i];
}
const program = [process.env.NETPEEL_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((p) => p && existsSync(p));
if (!program) {
  console.log("skipped: Chromium is not installed (apt-get install chromium; or name one in NETPEEL_CHROMIUM)");
  process.exit(SKIPPED);
}
const [{ chromium }] = load("playwright-core");
const command = option.server.split(/\s+/);
const desk = { viewport: { width: 1200, height: 800 } }, phone = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

// One person with a page of her own. What the browser complains about ends the case.
class Person {
  constructor(page, name) {
    this.page = page;
    this.name = name;
    this.complaints = [];
    page.setDefaultTimeout(8000);
    page.on("pageerror", (e) => this.complaints.push(String(e)));
    page.on("dialog", (d) => { this.complaints.push(`a dialog: ${d.message()}`); d.dismiss(); });
    page.on("console", (m) => {
      // A server that is away is no fault of the page's, nor is a bundle that is not there.
      if (m.type() === "error" && !/net::ERR|socket\.io\.js|WebSocket connection to/.test(m.text() + m.location().url)) this.complaints.push(m.text());
    });
  }
  message() { return this.page.getByLabel("Message", { exact: true }); }
  log(room) { return this.page.getByRole("log", { name: `Messages in ${room}`, exact: true }); }
  async join(room) {
    await this.page.getByLabel("Join a room").fill(room);
    await this.page.getByRole("button", { name: "Join", exact: true }).click();
    await this.page.getByRole("heading", { name: room, exact: true }).waitFor();
  }
  async goTo(room) { await this.page.getByRole("navigation").getByRole("button", { name: new RegExp(`^${room}( \\(|$)`) }).click(); }
  async say(text) {
    await this.message().fill(text);
    await this.page.getByRole("button", { name: "Send" }).click();
  }
  reads(text, room) { return (room ? this.log(room) : this.page.locator(".log:visible")).getByText(text, { exact: false }).first().waitFor(); }
  count(text) { return this.page.locator(".log:visible li").filter({ hasText: text }).count(); }
  state(words) { return this.page.locator("#state").filter({ hasText: words }).waitFor({ timeout: 15_000 }); }
}

class Case {
  constructor(browser, server) {
    Object.assign(this, { browser, server, people: [], atEnd: [] });
  }
  async person(name, { query = "", route, ...how } = {}, server = this.server) {
    const context = await this.browser.newContext({ ...desk, ...how });
    this.atEnd.push(() => context.close());
    const page = await context.newPage();
    if (route) await route(page);
    const person = new Person(page, name);
    this.people.push(person);
    await page.goto(`${server.url}/${query}`);
    await page.locator("html[data-ready]").waitFor();
    if (name) {
      await page.getByLabel("Your name, as the others will see it").fill(name);
      await page.getByRole("button", { name: "Enter" }).click();
      await page.getByRole("heading", { name: "Lobby" }).waitFor();
      await person.state("Connected by");
    }
    return person;
  }
  async start(port) {
    const server = await Server.start(command, [], port);
    this.atEnd.push(() => server.end());
    return server;
  }
}

const cases = [];
const test = (name, run) => cases.push({ name, run });
let rooms = 0;
const newRoom = () => `kitchen ${++rooms}`;

const noBundle = (page) => page.route("**/socket.io/socket.io.js", (r) => r.fulfill({ status: 404, body: "not here" }));
const clients = {
  "npm's client": {},
  "npm's client, polling": { query: "?transport=polling" },
  "the page's own client, where the bundle is missing": { route: noBundle },
  "the page's own client, asked for, polling": { query: "?client=own&transport=polling" },
};
for (const [what, how] of Object.entries(clients)) {
  test(`${what}: rooms, who is there, messages with their ticks, typing`, async (t) => {
    const [ada, bob] = [await t.person("Ada", how), await t.person("Bob")];
    assert.equal(await ada.page.locator("html").getAttribute("data-ready") === "own", what.includes("own"));
    if (what.includes("polling")) await ada.state("Connected by long-polling");
    const room = newRoom();
    await ada.join(room);
    await ada.say("is anybody there?");
    await ada.reads("✓ the server has it");
    await bob.join(room);
    await ada.reads("Bob came in");
    for (const p of [ada, bob])
      await p.page.getByRole("complementary").getByRole("listitem").filter({ hasText: p === ada ? "Bob" : "Ada" }).waitFor();
    await ada.say("soup?");
    await bob.reads("Ada: soup?");
    await ada.reads("✓✓ Bob has it");
    await bob.message().pressSequentially("Yes");
    await ada.page.getByText("Bob is typing…").waitFor();
    await bob.page.keyboard.press("Enter");
    await ada.reads("Bob: Yes");
    assert.equal(await ada.page.getByText("is typing").count(), 0);
    assert.equal(await bob.count("soup?"), 1);
    // Another room's message is counted, and read later.
    await ada.goTo("Lobby");
    await bob.say("where are you?");
    await ada.page.getByRole("button", { name: `${room} (1 new)` }).click();
    await ada.reads("where are you?");
    await bob.page.getByRole("button", { name: "Leave" }).click();
    await ada.reads("Bob left (leave)");
    await bob.page.getByRole("heading", { name: "Lobby" }).waitFor();
    // The wire.
    await ada.page.getByText("What just went over the wire").click();
    const packets = ada.page.getByRole("table").getByRole("row");
    await packets.filter({ hasText: '"soup?"' }).filter({ hasText: "asks for acknowledgment" }).first().waitFor();
    await packets.filter({ hasText: "CONNECT answered" }).first().waitFor();
    await packets.filter({ hasText: "The handshake" }).first().waitFor();
  });
}

test("the lobby: who comes, who leaves, how many, typing", async (t) => {
  const server = await t.start();
  const ada = await t.person("Ada", {}, server), bob = await t.person("Bob", { query: "?client=own" }, server);
  await ada.reads("Bob came in");
  await ada.page.getByText("2 people in the lobby").waitFor();
  await bob.page.getByText("2 people in the lobby").waitFor();
  await ada.say("good morning");
  await bob.reads("Ada: good morning");
  await ada.reads(", sent");
  await bob.message().pressSequentially("He");
  await ada.page.getByText("Bob is typing…").waitFor();
  await bob.page.close();
  await ada.reads("Bob left");
  await ada.page.getByText("1 person in the lobby").waitFor();
});

test("nothing that others write becomes part of the page", async (t) => {
  const evil = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
  const ada = await t.person(evil), bob = await t.person("Bob");
  const room = `${evil.slice(0, 40)}${++rooms}`;
  for (const p of [ada, bob]) await p.join(room);
  await ada.say(evil);
  await ada.message().pressSequentially("x");
  await bob.reads(evil);
  await ada.page.getByText("What just went over the wire").click();
  for (const p of [ada, bob]) assert.equal(await p.page.locator("img, script:not([src])").count(), 0);
});

for (const [what, how] of Object.entries({ "npm's client": {}, "the page's own client": { query: "?client=own" } })) {
  test(`${what}: the server goes away and comes back; what was written meanwhile arrives, once`, async (t) => {
    const first = await t.start();
    const ada = await t.person("Ada", how, first), bob = await t.person("Bob", how, first);
    const room = newRoom();
    for (const p of [ada, bob]) await p.join(room);
    await ada.say("before");
    await bob.reads("Ada: before");
    await first.end();
    await Promise.all([ada, bob].map((p) => p.page.locator("#state.off").waitFor()));
    await ada.say("meanwhile");
    await ada.reads("waiting for the connection");
    await ada.goTo("Lobby");
    await ada.say("to all, meanwhile");
    await ada.goTo(room);
    await t.start(first.port);
    await Promise.all([ada, bob].map((p) => p.state("Connected by")));
    // Who was back first saw it; who was not: a room keeps nothing for the absent.
    await ada.page.locator("li").filter({ hasText: "meanwhile" }).filter({ hasText: "✓" }).first().waitFor();
    await ada.say("after");
    await bob.reads("Ada: after", room);
    await ada.page.locator("li").filter({ hasText: "after" }).filter({ hasText: "✓✓ Bob has it" }).waitFor();
    assert.ok((await bob.count("meanwhile")) <= 1);
    assert.equal(await bob.count("after"), 1);
    assert.equal(await ada.count("meanwhile"), 1);
  });
}

test("on a phone: nothing is cut off or too small, and touch is enough", async (t) => {
  const ada = await t.person("", phone), bob = await t.person("Bob");
  await ada.page.getByLabel("Your name").tap();
  await ada.page.getByLabel("Your name").fill("Ada with a name that is rather long");
  await ada.page.getByRole("button", { name: "Enter" }).tap();
  const room = `a room with an unbreakablename${"x".repeat(25)}${++rooms}`;
  await ada.page.getByLabel("Join a room").fill(room);
  await ada.page.getByRole("button", { name: "Join", exact: true }).tap();
  await bob.join(room);
  await bob.say("w".repeat(200));
  await ada.reads("w".repeat(200));
  await ada.message().fill("a short one");
  await ada.page.getByRole("button", { name: "Send" }).tap();
  await bob.reads("a short one");
  await ada.page.getByText("What just went over the wire").tap();
  await ada.page.getByRole("row").nth(2).waitFor();
  for (const width of [390, 320]) {
    await ada.page.setViewportSize({ width, height: 640 });
    const wide = await ada.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(wide <= 0, `${wide} px too wide at ${width}`);
  }
  for (const button of await ada.page.locator("button:visible, input:not([type]):visible").all()) {
    const box = await button.boundingBox();
    assert.ok(box.height >= 44 && box.width >= 44, `${await button.textContent()} is ${box.width} × ${box.height}`);
  }
});

test("by keyboard alone, and the focus can be seen", async (t) => {
  const ada = await t.person(""), keys = ada.page.keyboard;
  const focused = () => ada.page.evaluate(() => {
    const e = document.activeElement;
    return e.labels?.[0]?.textContent.trim() || e.getAttribute("aria-label") || e.textContent.trim();
  });
  const outlined = () => ada.page.evaluate(() => parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 2 && getComputedStyle(document.activeElement).outlineStyle !== "none");
  const tabTo = async (words) => {
    const seen = [];
    for (let i = 0; i < 40; i++) {
      seen.push(await focused());
      if (seen.at(-1).startsWith(words)) return assert.ok(await outlined(), `${words}: the focus is not to be seen`);
      await keys.press("Tab");
    }
    assert.fail(`Tab does not lead to "${words}": ${seen.join(" | ")}`);
  };
  assert.equal(await focused(), "Your name, as the others will see it");
  await keys.type("Ada");
  await keys.press("Enter");
  await ada.state("Connected by");
  assert.equal(await focused(), "Message", "the focus is where one goes on");
  const room = newRoom();
  await tabTo("Lobby");
  await tabTo("Join a room");
  await keys.type(room);
  await keys.press("Enter");
  assert.equal(await focused(), "Message");
  await keys.type("typed");
  await keys.press("Enter");
  await ada.reads("typed");
  await tabTo("Lobby");
  await keys.press("Enter");
  await ada.page.getByRole("heading", { name: "Lobby" }).waitFor();
  await tabTo(room);
  await keys.press("Space");
  await ada.page.getByRole("heading", { name: room }).waitFor();
  await tabTo("Messages in");
  await tabTo("What just went over the wire");
  await keys.press("Enter");
  await tabTo("Hold still");
  await keys.press("Space");
  assert.ok(await ada.page.getByLabel("Hold still").isChecked());
  await tabTo("Packets");
  await tabTo("Leave");
  await keys.press("Enter");
  await ada.page.getByRole("heading", { name: "Lobby" }).waitFor();
  assert.equal(await focused(), "Lobby", "the focus does not get lost");
  await ada.page.reload();
  await ada.page.locator("html[data-ready]").waitFor();
});

test("read out aloud: everything has a name and a place, and news are announced", async (t) => {
  const ada = await t.person("Ada"), bob = await t.person("Bob");
  const room = newRoom();
  for (const p of [ada, bob]) await p.join(room);
  await bob.say("hello");
  await ada.reads("hello");
  await ada.page.getByText("What just went over the wire").click();
  const tree = await ada.page.locator("body").ariaSnapshot();
  for (const part of [
    /- banner:\n\s+- heading "Netpeel chat" \[level=1\]\n\s+- status: Connected by/, /- main:/, /- navigation "Rooms":/, /- heading "Rooms" \[level=2\]/,
    /- button "Lobby"/, /- textbox "Join a room"|- combobox "Join a room"/, new RegExp(`- region "${room}":`), new RegExp(`- log "Messages in ${room}":`),
    /- textbox "Message"/, /- button "Send"/, /- complementary "Who is there":/, /- listitem: Bob/, /- checkbox "Hold still"/, /- region "Packets"/,
    /- columnheader "What it means"/,
  ]) assert.match(tree, part);
  // Nothing that one can go to is without a name.
  const nameless = tree.split("\n").filter((l) => /- (button|textbox|checkbox|combobox|link|region|log|navigation)( \[|:|$)/.test(l.trim()));
  assert.deepEqual(nameless, []);
  assert.equal(await ada.page.locator("#rooms [aria-current=true]").textContent(), room);
  assert.equal(await ada.page.evaluate(() => document.documentElement.lang), "en");
});

// WCAG 2.2's contrast of every text with what is behind it; 4.5 is asked for.
const worstContrast = () => {
  const light = (c) => c.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const rgb = (text) => text.match(/[\d.]+/g).map(Number);
  const behind = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] !== 0) return c.slice(0, 3); } return [255, 255, 255]; };
  let worst = { ratio: 99 };
  for (const e of document.querySelectorAll("body *")) {
    if (!e.checkVisibility() || ![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color).slice(0, 3)), light(behind(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < worst.ratio) worst = { ratio, text: e.textContent.slice(0, 40) };
  }
  return worst;
};
for (const colorScheme of ["light", "dark"]) {
  test(`${colorScheme}: enough contrast, everywhere`, async (t) => {
    const server = await t.start();
    const ada = await t.person("Ada", { colorScheme }, server), bob = await t.person("Bob", { ...phone, colorScheme }, server);
    for (const p of [ada, bob]) await p.join("kitchen");
    await ada.say("Is anybody cooking?");
    await bob.say("Soup, and <b>bread</b> 😀");
    await ada.reads("Soup");
    await bob.message().pressSequentially("and");
    await ada.page.getByText("Bob is typing…").waitFor();
    await ada.page.getByText("What just went over the wire").click();
    if (option.shots) {
      mkdirSync(option.shots, { recursive: true });
      await ada.page.screenshot({ path: `${option.shots}/${colorScheme}.png`, fullPage: true });
      await bob.page.screenshot({ path: `${option.shots}/phone-${colorScheme}.png`, fullPage: true });
    }
    for (const p of [ada, bob]) {
      const worst = await p.page.evaluate(worstContrast);
      assert.ok(worst.ratio >= 4.5 && worst.ratio < 30, `${worst.text}: ${worst.ratio}`);
    }
    await server.end();
    await ada.page.locator("#state.off").waitFor();
    const worst = await ada.page.evaluate(worstContrast);
    assert.ok(worst.ratio >= 4.5, `${worst.text}: ${worst.ratio}`);
    if (option.shots) await ada.page.screenshot({ path: `${option.shots}/${colorScheme}-away.png` });
  });
}

async function run(browser) {
  const from = performance.now();
  const server = await Server.start(command);
  const failed = [];
  const wanted = cases.filter((c) => !option.only || new RegExp(option.only).test(c.name));
  for (const { name, run } of wanted) {
    const t = new Case(browser, server);
    const began = performance.now();
    let timer;
    try {
      await Promise.race([run(t), new Promise((_, no) => (timer = setTimeout(() => no(new Error("not done within 40 s")), 40_000)))]);
      for (const p of t.people) assert.deepEqual(p.complaints, [], `${p.name}'s browser complains`);
      if (!option.quiet) console.log(`ok      ${name}  (${Math.round(performance.now() - began)} ms)`);
    } catch (error) {
      failed.push(name);
      console.log(`FAILED  ${name}\n        ${error.stack.replaceAll("\n", "\n        ")}`);
      for (const p of t.people) if (p.complaints.length) console.log(`        ${p.name}'s browser: ${p.complaints.join("; ")}`);
    }
    clearTimeout(timer);
    for (const end of t.atEnd.reverse()) await end().catch(() => {});
  }
  await server.end();
  console.log(`${wanted.length} cases, ${wanted.length - failed.length} ok, ${failed.length} failed, ${((performance.now() - from) / 1000).toFixed(1)} s`);
  for (const name of failed) console.log(`  failed: ${name}`);
  return failed.length === 0;
}

process.on("unhandledRejection", () => {});
// Root may not use Chromium's own sandbox; the pages are ours.
const browser = await chromium.launch({ executablePath: program, args: process.getuid() === 0 ? ["--no-sandbox"] : [] }).catch((error) => {
  console.log(`skipped: ${program} does not start here: ${error.message.split("\n").slice(0, 3).join(" ")}`);
  process.exit(SKIPPED);
});
const times = Number(option.times ?? 1);
let good = 0;
for (let i = 0; i < times; i++) if (await run(browser)) good++;
await browser.close();
if (times > 1) console.log(`${good} of ${times} runs without a failure`);
process.exit(good === times ? 0 : 1);
