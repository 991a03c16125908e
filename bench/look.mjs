// One look at the files of a folder, in a process of its own: by the core, or a bare walk with stats. Prints what it cost as
// JSON.
// @ts-check
import { readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";

const [what = "", root = ""] = process.argv.slice(2);

// Of the look itself, without the start of the process and loading the modules.
let startedMs = performance.now();
let before = process.cpuUsage();

/** @param {string} folder @returns {number} */
function walk(folder) {
  let files = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) files += walk(name);
    else if (statSync(name).isFile()) files += 1;
  }
  return files;
}

async function look() {
  const load = createRequire(import.meta.url);
  const { digestCacheFolder } = load("../lib/src/config.js");
  const { createDigestCache } = load("../lib/src/files/digests/digest-cache.js");
  const { readFileSet } = load("../lib/src/files/file-set.js");
  const { hashFiles } = load("../lib/src/files/hash.js");
  startedMs = performance.now();
  before = process.cpuUsage();
  const cache = createDigestCache({ folder: digestCacheFolder(), onWarning: console.error });
  const { files, known } = await readFileSet({ root, include: ["**"] }, { cache });
  await hashFiles(files, { known });
}

if (what === "walk") walk(root);
else await look();
const lookMs = performance.now() - startedMs;
const { user, system } = process.cpuUsage(before);
console.log(
  JSON.stringify({
    lookMs,
    cpuMs: (user + system) / 1000,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  }),
);
