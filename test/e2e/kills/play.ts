// Plays a plan with the real program on an emulator and returns what a judge needs. Decides nothing.
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { ChildProcess } from "node:child_process";
import { startEmulator, type Emulator } from "../../../emulator";
import { createTempTree, leadingTo, type TempTree } from "../../action/support/recorded";
import { runBundle, type JobResult } from "../../action/support/runner";
import type { Kill, Plan, Round, Start } from "./plan";

export interface Played {
  readonly plan: Plan;
  readonly emulator: Emulator;
  /** How each start ended: `killed`, or its outcome. */
  readonly ends: readonly string[];
  /** What the start says that ended well. */
  readonly last: JobResult;
  /** Storage was sent these although the journal had them before the start. */
  readonly sentAgain: readonly string[];
  /** Everything that any start showed or left on disk, but for the files themselves and what masks. */
  readonly shown: readonly string[];
  /** Journals that are there when all is done. */
  readonly journalsLeft: readonly string[];
  /** Requests to the storage that stored a file. */
  readonly stored: number;
  /** How often a start found some of the files in the journal, and not all. */
  readonly wentOn: number;
}

interface World {
  readonly plan: Plan;
  readonly emulator: Emulator;
  tree: TempTree;
  readonly ends: string[];
  readonly sentAgain: string[];
  readonly shown: string[];
  wentOn: number;
}

const JOURNALS = ".state/journals";
// A line is 16 digits of a check, a space, and a JSON array that begins with the path.
const CHECK_LENGTH = 17;

/** The paths that the journals say have landed; a line that was cut says nothing. */
function acknowledged(tree: TempTree): Set<string> {
  const folder = tree.at(JOURNALS);
  const texts = existsSync(folder)
    ? readdirSync(folder).map((name) => readFileSync(path.join(folder, name), "utf8"))
    : [];
  const lines = texts.flatMap((text) => text.split("\n").slice(0, -1));
  return new Set(
    lines.flatMap((line) => {
      try {
        return [(JSON.parse(line.slice(CHECK_LENGTH)) as [string])[0]];
      } catch {
        return [];
      }
    }),
  );
}

/** The path within the dataset of an object's key: `__u__=/<user>/<dataset>/<path>`. */
export function pathOf(key = ""): string {
  return key.split("/").slice(3).join("/");
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function killWhenDue(child: ChildProcess, kill: Kill, emulator: Emulator): Promise<void> {
  const from = emulator.requests().length;
  const isGone = (): boolean => child.exitCode !== null || child.signalCode !== null;
  if ("afterMs" in kill) await wait(kill.afterMs);
  else {
    while (!isGone() && emulator.requests().length - from < kill.afterRequests) await wait(4);
    await wait(kill.plusMs);
  }
  child.kill("SIGKILL");
}

function runOnce(world: World, tree: TempTree, start: Start): Promise<JobResult> {
  const { emulator, plan } = world;
  return runBundle({
    tree,
    inputs: {
      ...leadingTo(emulator).inputs,
      files: "images",
      dataset: "training-{digest}",
      concurrency: String(plan.concurrency),
    },
    env: {
      AVALA_STATE_DIR: world.tree.at(".state"),
      ...(plan.isDebug ? { RUNNER_DEBUG: "1" } : {}),
    },
    onStart: (child) => {
      if (start.kill !== undefined) void killWhenDue(child, start.kill, emulator);
    },
  });
}

function textsIn(tree: TempTree): string[] {
  return readdirSync(tree.root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.startsWith(tree.at("images")))
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), "latin1"));
}

function keepShown(world: World, tree: TempTree, results: readonly JobResult[]): void {
  for (const { lines, stderr } of results) {
    world.shown.push(...lines.filter((line) => !line.startsWith("::add-mask::")), stderr);
  }
  world.shown.push(...textsIn(tree));
}

function move(world: World): void {
  const to = createTempTree();
  for (const folder of ["images", ".state"]) {
    if (existsSync(world.tree.at(folder)))
      cpSync(world.tree.at(folder), to.at(folder), { recursive: true });
  }
  world.tree.remove();
  world.tree = to;
}

const QUIET_TURNS = 10;
const TURN_MS = 10;
const MOST_TURNS = 2_000;

/**
 * Resolves when the server has seen all that the dead have sent. The kernel keeps their bytes when they are gone, and on
 * busy cores the server reads them so late that they would be taken for requests of the next start.
 */
async function settled(emulator: Emulator): Promise<void> {
  let seen = -1;
  let quiet = 0;
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    await wait(TURN_MS);
    const requests = emulator.requests();
    const isEnded = requests.every(({ endTime }) => endTime !== undefined);
    quiet = isEnded && requests.length === seen ? quiet + 1 : 0;
    if (quiet === QUIET_TURNS) return;
    seen = requests.length;
  }
  throw new Error("The server is still at work on requests of processes that are dead.");
}

/** Resolves with the result of a start that ended well. */
async function playRound(world: World, round: Round): Promise<JobResult | undefined> {
  if (round.moves) move(world);
  const { emulator, plan, ends, sentAgain } = world;
  const known = acknowledged(world.tree);
  if (known.size > 0 && known.size < Object.keys(plan.files).length) world.wentOn += 1;
  const from = emulator.requests().length;
  const others = round.starts.slice(1).map(() => createTempTree(plan.files));
  const trees = [world.tree, ...others];
  const results = await Promise.all(
    round.starts.map((start, index) => runOnce(world, trees[index] ?? world.tree, start)),
  );
  for (const [index, result] of results.entries()) {
    ends.push(result.code === null ? "killed" : (result.outputs["outcome"] ?? "no outcome"));
    keepShown(world, trees[index] ?? world.tree, [result]);
  }
  for (const other of others) other.remove();
  await settled(emulator);
  const sent = emulator
    .requests()
    .slice(from)
    .filter(({ target, method }) => target === "storage" && method === "POST")
    .map(({ key }) => pathOf(key));
  sentAgain.push(...sent.filter((file) => known.has(file)));
  return results.find(({ code }) => code === 0);
}

const CALM: Round = { moves: false, starts: [{}] };
const CALM_ELSEWHERE: Round = { moves: true, starts: [{}] };

async function playRounds(world: World): Promise<JobResult | undefined> {
  for (const round of world.plan.rounds) {
    const ended = await playRound(world, round);
    // Of two at once the other may have been killed on its way: one more start finds everything done.
    if (ended !== undefined && round.starts.length === 1) return ended;
  }
  world.emulator.clearFaults();
  return playRound(world, world.plan.seed % 2 === 0 ? CALM : CALM_ELSEWHERE);
}

export async function play(plan: Plan): Promise<Played> {
  const emulator = await startEmulator({ requestsPerMinute: 0, burstPerSecond: 0, ingestMs: 30 });
  emulator.setFault(...plan.faults);
  const world: World = {
    plan,
    emulator,
    tree: createTempTree(plan.files),
    ends: [],
    sentAgain: [],
    shown: [],
    wentOn: 0,
  };
  try {
    const last = await playRounds(world);
    if (last === undefined) throw new Error(`it never ended well: ${world.shown.join("\n")}`);
    const journals = world.tree.at(JOURNALS);
    const { ends, sentAgain, shown } = world;
    const stored = emulator
      .requests()
      .filter(({ target, status }) => target === "storage" && status >= 200 && status < 300);
    return {
      ...{ plan, emulator, ends, last, sentAgain, shown },
      journalsLeft: existsSync(journals) ? readdirSync(journals) : [],
      stored: stored.length,
      wentOn: world.wentOn,
    };
  } finally {
    world.tree.remove();
    await emulator.stop();
  }
}
