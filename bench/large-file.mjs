// `npm run bench:large [-- --gib N]`: one large file into an emulator on disk, by form and by parts.
// Fails when the uploading process ever held more than 200 MiB.
// @ts-check
import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  environmentFor,
  printTable,
  runReporting,
  startEmulator,
  temporaryFolder,
} from "./emulator.mjs";

const MAX_BYTES = 200 * 1024 ** 2;

const { values } = parseArgs({ options: { gib: { type: "string", default: "4" } } });

/** Sparse: it takes no room on this side, and reads as fast as the system hands out zeros. @param {string} file @param {number} bytes */
function makeSparse(file, bytes) {
  const handle = openSync(file, "w");
  writeSync(handle, Buffer.from([0xff, 0xd8, 0xff, 0xe0]));
  ftruncateSync(handle, bytes);
  closeSync(handle);
}

/** @param {"form" | "parts"} way @param {string} root @param {string} work */
async function send(way, root, work) {
  // A server that knows the first protocol alone is sent forms.
  const reply = way === "form" ? "ignored" : "managed";
  const store = path.join(work, `store-${way}`);
  const emulator = await startEmulator("--data", store, "--switch", `uploadReply=${reply}`);
  try {
    const core = path.join(path.dirname(fileURLToPath(import.meta.url)), "core.mjs");
    const args = [core, root, "bench-large", path.join(work, `journal-${way}`)];
    return await runReporting(process.execPath, args, environmentFor(emulator));
  } finally {
    emulator.stop();
    rmSync(store, { recursive: true, force: true });
  }
}

const work = temporaryFolder();
const root = path.join(work, "images");
mkdirSync(root);
makeSparse(path.join(root, "large.jpg"), Number(values.gib) * 1024 ** 3);

const rows = [];
for (const way of /** @type {const} */ (["form", "parts"])) {
  const run = await send(way, root, work);
  const seconds = run.durationMs / 1000;
  rows.push([
    `${values.gib} GiB by ${way}`,
    seconds.toFixed(1),
    (run.bytes / 1e6 / seconds).toFixed(0),
    (run.cpuMs / 1000).toFixed(1),
    (run.peakBytes / 1024 ** 2).toFixed(0),
  ]);
  if (run.peakBytes < MAX_BYTES) continue;
  console.error(`By ${way}, the uploading process held more than 200 MiB.`);
  process.exitCode = 1;
}
printTable(["", "seconds", "MB/s", "CPU seconds", "peak MiB"], rows);
