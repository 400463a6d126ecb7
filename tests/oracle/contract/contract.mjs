// The contract of the demo server, held up with npm's own clients: the same cases against any server that claims it.
//
//   node contract.mjs --server 'build/release/bin/netpeel-demo serve --tcp-port 0 --udp-port 0' --ours
//   node contract.mjs --server 'node tests/oracle/contract/reference.mjs'
//        [--only REGEX] [--files REGEX] [--times N] [--quiet] [--list] [--parser msgpack]
//
// --parser msgpack: all servers and clients with npm's socket.io-msgpack-parser; for files whose cases write no packets by hand.
// --ours adds the cases that only netpeel's server promises. It ends with 0 if all went well, with 1 if not, with 77 (skipped)
// where the npm packages are missing. Each server that is started listens on the loopback and is ended by its own id.
import { main, names } from "./runner.mjs";
import { readdirSync } from "node:fs";
import { load } from "./modules.mjs";
import { always, servers } from "./talk.mjs";

const flags = ["ours", "quiet", "list"], option = {};
for (let i = 2; i < process.argv.length; i++) {
  const name = process.argv[i].replace(/^--/, "");
  option[name] = flags.includes(name) ? true : process.argv[++i];
}
if (option.parser) {
  always.parser = load("socket.io-msgpack-parser")[0];
  servers.push("--parser", option.parser);
}
const folder = new URL("./cases/", import.meta.url);
for (const file of readdirSync(folder).sort()) if (file.endsWith(".mjs") && (!option.files || new RegExp(option.files).test(file))) await import(new URL(file, folder));

if (option.list) {
  console.log(names().join("\n"));
} else if (!option.server) {
  console.error("which server? --server 'COMMAND', to which --port and other options are added");
  process.exit(2);
} else {
  const good = await main(option.server.split(/\s+/), {
    only: option.only && new RegExp(option.only), ours: !!option.ours, quiet: !!option.quiet, times: Number(option.times ?? 1),
  });
  process.exit(good ? 0 : 1);
}
