// Plays a plan with the real program on an emulator and returns what a judge needs. Decides nothing.
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { ChildProcess } from "node:child_process";
import type { Emulator } from "../../../emulator";
import { createTempTree, leadingTo, type TempTree } from "../../support/recorded-action";
import { runBundle, type JobResult } from "../../support/action-runner";
import { acknowledged } from "./journals";
import { settled, whenDue } from "./moments";
import type { Kill, Plan, Round, Start } from "./plan";
import { startQuietly } from "../../support/quiet-emulator";

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

/** The path within the dataset of an object's key: `__u__=/<user>/<dataset>/<path>`. */
export function pathOf(key = ""): string {
  return key.split("/").slice(3).join("/");
}

async function killWhenDue(child: ChildProcess, kill: Kill, emulator: Emulator): Promise<void> {
  await whenDue(kill, emulator, child);
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

/** Resolves with the result of a start that ended well. */
async function playRound(world: World, round: Round): Promise<JobResult | undefined> {
  if (round.moves) move(world);
  const { emulator, plan, ends, sentAgain } = world;
  const known = acknowledged(world.tree.at(JOURNALS));
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
  const emulator = await startQuietly({ ingestMs: 30 });
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
