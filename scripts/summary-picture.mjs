// `node scripts/summary-picture.mjs`: makes docs/summary.png, the job summary of a run of the bundle on the example's
// photographs, as a browser shows it. The local Avala limits calls as Avala does, and fails some, so that there is something to see.
// @ts-check
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { stopAll } from "./demo/children.mjs";
import { environmentFor, startLocalAvala } from "./demo/local-avala.mjs";
import { runAction } from "./demo/runner.mjs";
import { ensurePart } from "./parts.mjs";
import page from "./summary-page/page.js";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const PICTURE = path.join(ROOT, "docs", "summary.png");
// A network and a server that take their time: each part of the run is long enough to be seen.
const TIMES = ["--ingest-ms", "6000", "--export-ms", "12000"];
const START_SECOND = 5;
const FAULTS = [
  { on: { target: "storage" }, skip: 4, times: 2, reply: { status: 503 } },
  { on: { target: "storage" }, times: 0, delayMs: 2_000 },
];
const INPUTS = {
  root: "photos",
  files: "**/*.jpg",
  dataset: "photos-{folder}-{digest}",
  "partition-depth": "1",
  "export-datasets": "uploaded",
  "gate-min-tasks": "10",
};
const RUN = {
  GITHUB_ACTION: "photos",
  GITHUB_SERVER_URL: "https://github.com",
  GITHUB_SHA: "7d3c41b0a9e52f8866d1407b3a9c2e5f10b84d6a",
};

/** @param {import("./demo/local-avala.mjs").LocalAvala} avala */
async function causeTrouble({ baseUrl }) {
  for (const fault of FAULTS) {
    await fetch(new URL("/_emulator/faults", baseUrl), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(fault),
    });
  }
}

/** The minute of the limit is one of the clock: in one of them, the calls and what is left add up to the limit. */
function untilStart() {
  const seconds = (START_SECOND - new Date().getSeconds() + 60) % 60;
  return sleep(seconds * 1_000);
}

/** @param {string} folder @returns {Promise<string>} */
async function summaryOfRun(folder) {
  const avala = await startLocalAvala(ROOT, TIMES);
  await causeTrouble(avala);
  await untilStart();
  const { summaryFile } = await runAction({
    clone: ROOT,
    workspace: path.join(ROOT, "examples"),
    folder,
    inputs: { ...INPUTS, "allow-storage-hosts": new URL(avala.storageUrl).host },
    env: { ...environmentFor(avala), ...RUN, AVALA_STATE_DIR: path.join(folder, "state-of-avala") },
  });
  return readFileSync(summaryFile, "utf8").replaceAll(avala.baseUrl, "https://api.avala.ai/api/v1");
}

const folder = mkdtempSync(path.join(tmpdir(), "avala-picture-"));
try {
  const markdown = await summaryOfRun(folder);
  const browser = await page.openBrowser(await ensurePart("chromium"));
  const opened = await page.openSummary(browser, await ensurePart("mermaid"), markdown);
  writeFileSync(PICTURE, await opened.page.locator("article").screenshot());
  await browser.close();
} finally {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
}
