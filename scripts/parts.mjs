// `node scripts/parts.mjs [NAME…]`: finds or installs parts and prints where they are, as JSON.
// Importable too: `import { ensurePart, envWith } from "./parts.mjs"`.
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import parts from "./parts/index.js";

export const { PART_NAMES, PartUnavailable, ensurePart, envWith } = parts;

async function main(names) {
  if (names.length === 0) {
    console.error(`usage: node scripts/parts.mjs NAME…\nparts: ${PART_NAMES.join(" ")}, or all`);
    process.exitCode = 2;
    return;
  }
  const found = {};
  for (const name of names.includes("all") ? PART_NAMES : names) {
    try {
      found[name] = await ensurePart(name);
    } catch (error) {
      if (!(error instanceof PartUnavailable)) throw error;
      console.error(error.message);
      process.exitCode = 1;
    }
  }
  console.log(JSON.stringify(found, null, 2));
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2));
}
