// Plays a plan on the real engine and an emulator and returns what a judge needs. Decides nothing.
import type { Emulator, LedgerEntry } from "../../../emulator";
import { environmentOf } from "../../support/avala-stack";
import type { Part } from "../../support/parts";
import { startQuietly } from "../../support/quiet-emulator";
import { settled } from "./moments";
import { pathOf } from "./play";
import {
  copyPlace,
  inState,
  journaled,
  journalsIn,
  loseJournal,
  loseState,
  removePlace,
  resourcesOf,
  startIn,
  textsAt,
  writeFiles,
  type Place,
} from "./pulumi-place";
import type { Break, Meanwhile, PulumiPlan, PulumiRound } from "./pulumi-plan";
import { endUp } from "./pulumi-up";

/** What is known of a file at one moment, wherever it is written down. */
export interface Known {
  readonly state: ReadonlySet<string>;
  readonly journal: ReadonlySet<string>;
  /** In a dataset that the server has made. */
  readonly datasets: ReadonlySet<string>;
}

/** One `up`: what broke it, and what it did. */
export interface PlayedRound {
  readonly meanwhile: Meanwhile;
  /** What broke it; absent when it ended by itself. */
  readonly broken: Break | undefined;
  readonly code: number | null;
  readonly before: Known;
  readonly after: Known;
  /** Whether the state named the export when it started. */
  readonly knewExport: boolean;
  readonly exportsMade: number;
  /** What the server saw of it. */
  readonly requests: readonly LedgerEntry[];
}

export interface PlayedStack {
  readonly plan: PulumiPlan;
  readonly emulator: Emulator;
  readonly rounds: readonly PlayedRound[];
  /** An `up` after all others, which had nothing to do. */
  readonly idle: PlayedRound;
  /** Everything that the engine said or left on the disk, but for the files themselves. */
  readonly shown: readonly string[];
  /** Processes that outlived their engine, although nobody was left to work for. */
  readonly leftRunning: readonly string[];
  readonly journalsLeft: readonly string[];
  /** The file sets that are in the state in the end, whole. */
  readonly wholeSets: number;
}

interface World {
  readonly plan: PulumiPlan;
  readonly pulumi: Part;
  readonly emulator: Emulator;
  readonly fresh: Place;
  place: Place;
  readonly rounds: PlayedRound[];
  readonly shown: string[];
  readonly leftRunning: string[];
}

function programOf({ isPartitioned, concurrency, exportMs }: PulumiPlan): string {
  const head = 'const avala = require("@avala/pulumi");\n';
  const files = `root: "./images", concurrency: ${concurrency}`;
  if (isPartitioned) {
    const more = exportMs === undefined ? "" : ", export: {}";
    return `${head}new avala.VersionedDataset("set", { ${files}, partitionDepth: 1${more} });\n`;
  }
  const sets = `const files = new avala.FileSet("set", { ${files} });\nconst dataset = new avala.Dataset("set", { files });\n`;
  const release = `new avala.Export("release", { datasets: [dataset.uid] });\n`;
  return head + sets + (exportMs === undefined ? "" : release);
}

function known({ emulator, place }: World): Known {
  const items = emulator.datasets().flatMap(({ uid }) => emulator.items(uid));
  return {
    state: inState(place),
    journal: journaled(place),
    datasets: new Set(items.map(({ key }) => key)),
  };
}

function meet(world: World, meanwhile: Meanwhile): void {
  if (meanwhile === "loses the journal") loseJournal(world.place);
  if (meanwhile === "loses the state") loseState(world.place, world.fresh);
  if (meanwhile !== "moves") return;
  const old = world.place;
  world.place = copyPlace(old);
  removePlace(old);
}

async function playRound(
  world: World,
  round: PulumiRound,
  ...args: readonly string[]
): Promise<PlayedRound> {
  meet(world, round.meanwhile);
  const { emulator, shown } = world;
  const before = known(world);
  const knewExport = resourcesOf(world.place, "Export").length > 0;
  const [from, exportsBefore] = [emulator.requests().length, emulator.exports().length];
  const all = ["up", "--yes", "--skip-preview", ...args];
  const started = startIn(world.place, world.pulumi, environmentOf(emulator), ...all);
  const { run, wasBroken, leftRunning } = await endUp(started, round.broken, emulator, world.place);
  world.leftRunning.push(...leftRunning);
  await settled(emulator);
  shown.push(run.output, ...textsAt(world.place));
  const played: PlayedRound = {
    meanwhile: round.meanwhile,
    broken: wasBroken ? round.broken?.by : undefined,
    code: run.code,
    before,
    after: known(world),
    knewExport,
    exportsMade: emulator.exports().length - exportsBefore,
    requests: emulator.requests().slice(from),
  };
  if (played.broken === "engine killed" || played.broken === "impatience") await unlock(world);
  return played;
}

/** What the engine's own words tell to do when it was killed. */
async function unlock({ place, pulumi, shown }: World): Promise<void> {
  const { output } = await startIn(place, pulumi, {}, "cancel", "--yes").ended;
  shown.push(output);
}

/** Resolves with how it went when nothing was left to do. */
async function playRounds(world: World): Promise<PlayedRound> {
  const { plan, emulator, rounds } = world;
  for (const round of plan.rounds) {
    rounds.push(await playRound(world, round));
    if (rounds.at(-1)?.code === 0) break;
  }
  emulator.clearFaults();
  if (rounds.at(-1)?.code !== 0) rounds.push(await playRound(world, { meanwhile: plan.lastly }));
  return playRound(world, { meanwhile: "nothing" }, "--expect-no-changes");
}

function wholeSets({ place, plan }: World): number {
  const isWhole = inState(place).size === Object.keys(plan.files).length;
  const sets = resourcesOf(place, "FileSet").filter(
    ({ initErrors = [] }) => initErrors.length === 0,
  );
  return isWhole ? sets.length : 0;
}

/** `fresh` is a stack without resources: it is copied. */
export async function playStack(
  plan: PulumiPlan,
  pulumi: Part,
  fresh: Place,
): Promise<PlayedStack> {
  const { exportMs = 50 } = plan;
  const emulator = await startQuietly({ ingestMs: 30, exportMs });
  emulator.setFault(...plan.faults);
  const place = copyPlace(fresh);
  writeFiles(place, { ...plan.files, "index.js": programOf(plan) });
  const world: World = {
    ...{ plan, pulumi, emulator, fresh, place },
    ...{ rounds: [], shown: [], leftRunning: [] },
  };
  try {
    const idle = await playRounds(world);
    const { rounds, shown, leftRunning } = world;
    return {
      ...{ plan, emulator, rounds, idle, shown, leftRunning },
      journalsLeft: journalsIn(world.place),
      wholeSets: wholeSets(world),
    };
  } finally {
    removePlace(world.place);
    await emulator.stop();
  }
}

/** The files that the storage has acknowledged in a round, by dataset name. */
export function acceptedIn({ requests }: PlayedRound): Map<string, Set<string>> {
  const accepted = new Map<string, Set<string>>();
  for (const { target, method, status, key = "" } of requests) {
    if (target !== "storage" || method === "GET" || status < 200 || status >= 300) continue;
    const name = key.split("/")[2] ?? "";
    accepted.set(name, (accepted.get(name) ?? new Set()).add(pathOf(key)));
  }
  return accepted;
}
