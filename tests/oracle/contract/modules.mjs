// Where the npm packages are that tests/oracle/real/package.json names: $NODE_PATH, or build/node as tools/check fills it.
import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("../../../", import.meta.url));
const folders = [...(process.env.NODE_PATH ?? "").split(":"), `${repository}build/node/node_modules`].filter(Boolean);

export const SKIPPED = 77;

export function load(...names) {
  const folder = folders.find((f) => names.every((n) => existsSync(`${f}/${n}/package.json`)));
  if (!folder) {
    console.log(`skipped: the npm packages ${names.join(", ")} are not here (npm ci --prefix build/node, as tools/check does; or name a folder in NODE_PATH)`);
    process.exit(SKIPPED);
  }
  const require = createRequire(`${folder}/x.js`);
  return names.map((name) => require(name));
}
