// `npm run demo`: the main job, end to end, on this machine only. A workflow's step uploads a folder and waits for its
// export, then a stack does the same. What it says was sent is checked against what the server received.
// @ts-check
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Ended, stopAll, stopOnSignals } from "./demo/children.mjs";
import { fetchEngine } from "./demo/engine.mjs";
import {
  annotate,
  describeSent,
  environmentFor,
  hasSentNothing,
  listAll,
  startLocalAvala,
  watching,
} from "./demo/local-avala.mjs";
import { addPhoto, isSameNames, photosIn } from "./demo/photographs.mjs";
import {
  bold,
  claim,
  command,
  counted,
  failureCount,
  heading,
  inBytes,
  say,
  table,
} from "./demo/screen.mjs";
import { copyStack, openStack } from "./demo/stack.mjs";
import { showWorkflow } from "./demo/workflow.mjs";
import { PartUnavailable } from "./parts.mjs";

try {
  parseArgs({ options: {} });
} catch (error) {
  console.error(
    `${error instanceof Error ? error.message : String(error)}. The demo takes no arguments.`,
  );
  process.exit(2);
}

const CLONE = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const WORK = path.join(CLONE, ".demo");
const STACK = path.join(WORK, "stack");
const PHOTOS = path.join(STACK, "examples", "photos");
const WORKSPACE = path.join(WORK, "workspace");
const PID_FILE = path.join(WORK, "pid");
const STORE = path.join(WORK, "avala");

const ANNOTATIONS = 3;

/** As the live API limits it, a minute's budget would be spent half-way; the demo is about something else. */
const LIMITS = ["--requests-per-minute", "600", "--burst-per-second", "50"];

/** @typedef {import("./demo/local-avala.mjs").LocalAvala} LocalAvala */
/** @typedef {import("./demo/local-avala.mjs").Sent} Sent */

async function main() {
  for (const built of ["lib/emulator/main.js", "dist/index.js"]) {
    if (existsSync(path.join(CLONE, built))) continue;
    say(`${built} is missing: run npm ci, or npm run build.`);
    process.exitCode = 1;
    return;
  }
  const other = otherDemo();
  if (other !== undefined) {
    say(`A demo is running in this clone already (process ${other}); its folder can't be shared.`);
    process.exitCode = 1;
    return;
  }
  rmSync(WORK, { recursive: true, force: true });
  mkdirSync(WORK, { recursive: true });
  writeFileSync(PID_FILE, String(process.pid));
  process.once("exit", () => rmSync(PID_FILE, { force: true }));
  stopOnSignals(() => say("\nStopping."));
  try {
    await showAll();
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    say(`\n${error.message}`);
    process.exitCode = 1;
  } finally {
    await stopAll();
  }
  if (failureCount() > 0) {
    say(`\n${counted(failureCount(), "claim")} did not hold.`);
    process.exitCode = 1;
  }
}

/** The process of a demo that is at work in the same folder. @returns {number | undefined} */
function otherDemo() {
  if (!existsSync(PID_FILE)) return undefined;
  const pid = Number(readFileSync(PID_FILE, "utf8"));
  try {
    process.kill(pid, 0);
    return pid;
  } catch {
    return undefined; // It was killed.
  }
}

async function showAll() {
  say(
    bold(
      "Avala for Pulumi and GitHub Actions: a round trip on this machine. No account, nothing leaves it.",
    ),
  );
  heading("Start a local Avala");
  command(`npx avala-emulator --data .demo/avala ${LIMITS.join(" ")}`);
  const avala = await startLocalAvala(CLONE, ["--data", STORE, ...LIMITS]);
  say(`API ${avala.baseUrl}, object storage ${avala.storageUrl}`);
  say("It allows more calls a minute than Avala's 100, so that you need not wait.");

  // The engine may take minutes to come; the step needs Node only.
  const engine = fetchEngine();
  const step = await showWorkflow(avala, { clone: CLONE, work: WORK, workspace: WORKSPACE });
  await showStack(avala, engine);
  await showResults(avala, step);
}

// ---- the stack

/** @param {LocalAvala} avala @param {ReturnType<typeof fetchEngine>} engine */
async function showStack(avala, engine) {
  heading("The same from a stack: first the Pulumi engine");
  let part;
  try {
    part = await engine.wait();
  } catch (error) {
    if (!(error instanceof PartUnavailable)) throw error;
    say(`${error.message}\nThe stack is left out; the rest of the demo does without it.`);
    return;
  }
  const where = part.source === "path" ? "found on PATH" : "from this project's cache";
  say(`Pulumi ${part.version}, ${where}`);
  const folder = copyStack(CLONE, STACK);
  const env = {
    ...environmentFor(avala),
    AVALA_STATE_DIR: path.join(WORK, "journal"),
    AVALA_ALLOW_STORAGE_HOSTS: new URL(avala.storageUrl).host,
  };
  const pulumi = await openStack({ part, folder, home: path.join(WORK, "pulumi"), env });

  await showPreview(avala, pulumi);
  await showFirstUp(avala, pulumi);
  await showSecondUp(avala, pulumi);
  await showOneMore(avala, pulumi);
}

/** @typedef {(...args: string[]) => Promise<number>} Pulumi */

/** A command of Pulumi that has to succeed. @param {LocalAvala} avala @param {() => Promise<number>} run @returns {Promise<Sent>} */
async function applied(avala, run) {
  const { result: code, sent } = await watching(avala, run);
  // It failed, or was stopped: on a terminal it takes Ctrl-C for itself, so the two look the same from here.
  if (code !== 0) throw new Ended(`Pulumi ended with ${code}, and so does the demo.`);
  return sent;
}

/** @param {LocalAvala} avala @param {Pulumi} pulumi */
async function showPreview(avala, pulumi) {
  heading("Preview: what would be sent, and what it would cost");
  const sent = await applied(avala, () => pulumi("preview"));
  claim(hasSentNothing(sent), "a preview sends nothing", describeSent(sent));
}

/** @param {LocalAvala} avala @param {Pulumi} pulumi */
async function showFirstUp(avala, pulumi) {
  heading("Apply it: the photographs become a dataset, then an export of it");
  const sent = await applied(avala, () => up(pulumi, "--skip-preview"));
  const photos = photosIn(PHOTOS);
  claim(
    isSameNames(sent.objects, photos),
    `all ${photos.length} photographs were sent, once each: ${inBytes(sent.bytes)}`,
    describeSent(sent),
  );
}

/** @param {LocalAvala} avala @param {Pulumi} pulumi */
async function showSecondUp(avala, pulumi) {
  heading("Apply it again: nothing has changed");
  const { result: code, sent } = await watching(avala, () =>
    up(pulumi, "--skip-preview", "--expect-no-changes"),
  );
  claim(
    code === 0 && hasSentNothing(sent),
    "Pulumi sees no change, nothing was sent, and no dataset made",
    `Pulumi ended with ${code}, ${describeSent(sent)}`,
  );
}

/** @param {LocalAvala} avala @param {Pulumi} pulumi */
async function showOneMore(avala, pulumi) {
  heading("People annotate, a photograph is added, and the stack is applied again");
  const [first] = await setOf(avala);
  if (first === undefined) throw new Error("The stack made no dataset.");
  await annotate(avala, first.uid, ANNOTATIONS);
  command(`POST /_emulator/annotations {"dataset": "${first.uid}", "count": ${ANNOTATIONS}}`);
  const name = addPhoto(CLONE, path.join(PHOTOS, "things"));
  command(`cp examples/photo-to-add/${name} .demo/stack/examples/photos/things/`);
  const sent = await applied(avala, () => up(pulumi));
  claim(
    isSameNames(sent.objects, [name]) && sent.confirms === 1,
    `the new photograph was sent, of ${photosIn(PHOTOS).length}: one new dataset`,
    describeSent(sent),
  );
  const [kept] = (await setOf(avala)).filter(({ uid }) => uid === first.uid);
  claim(
    kept?.annotations_count === ANNOTATIONS,
    `the dataset that people annotated is still there, with its ${counted(ANNOTATIONS, "annotation")}, and the export covers both`,
  );
}

/** The datasets of the stack's set, the oldest first. @param {LocalAvala} avala */
async function setOf(avala) {
  const all = await listAll(avala, "/datasets/");
  return all
    .filter(({ name }) => name.startsWith("photos-"))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** @param {Pulumi} pulumi @param {string[]} flags */
function up(pulumi, ...flags) {
  return pulumi("up", "--yes", ...flags);
}

// ---- what there is at the end

/** @param {LocalAvala} avala @param {{outputs: Record<string, string>, summaryFile: string}} action */
async function showResults(avala, action) {
  const datasets = await listAll(avala, "/datasets/");
  const exports = await listAll(avala, "/exports/");
  heading("What there is now");
  table([
    ["uploaded: dataset", "files", "size", "status"],
    ...datasets
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map((dataset) => [
        dataset.name,
        String(dataset.item_count),
        inBytes(dataset.size_bytes),
        dataset.status,
      ]),
  ]);
  say("");
  table([
    ["exported: export", "of datasets", "tasks", "status"],
    ...exports.map((one) => [
      one.name,
      String(one.datasets.length),
      `${one.exported_task_count} of ${one.total_task_count}`,
      one.status,
    ]),
  ]);
  say("");
  table([
    ["where to look", ""],
    [shown(path.join(WORKSPACE, "export")), "the export, unpacked"],
    [shown(action.summaryFile), "the workflow step's summary"],
    ...(existsSync(STACK) ? [[shown(STACK), "the stack, its program and its photographs"]] : []),
    ["npx avala-emulator --data .demo/avala", "the local Avala again, as it is now"],
  ]);
}

/** @param {string} file */
function shown(file) {
  return path.relative(CLONE, file).replaceAll(path.sep, "/");
}

await main();
