// One seed, one world: a set of files, a server, a disk, and runs that are killed, doubled and started again until the
// dataset is there. Returns what a judge needs; decides nothing.
import { connect } from "../../src/api/connect";
import { isAvalaError } from "../../src/errors";
import { publishDataset } from "../../src/operations/publish";
import type { PublishTarget } from "../../src/operations/publish-target";
import type { UploadFile } from "../../src/upload/run";
import { createAvalaModel, type AvalaModel, type Fault, type ModelDialect } from "./avala-model";
import { createDiskModel, type DiskModel } from "./disk-model";
import { makeFiles, type FileModel } from "./files-model";
import { seeded, type Seeded } from "./seeded";
import { createMachine, createProcess, type Machine } from "./process";
import { createTimeline, type Timeline } from "./timeline";

export interface Played {
  readonly files: readonly UploadFile[];
  readonly sha256Of: (path: string) => string;
  readonly datasetName: string;
  readonly server: AvalaModel;
  readonly disk: DiskModel;
  /** How each start ended: `uploaded`, `unchanged`, `killed`, or an error's code. */
  readonly ends: readonly string[];
  /** Paths that were known to have landed when a run started, and that this run sent again. */
  readonly sentAgain: readonly string[];
  /** Paths that were sent again though not known then: of two runs at once both may send a file. */
  readonly sentTwice: readonly string[];
  readonly ranTogether: boolean;
  /** How often a file became another between two starts. */
  readonly changes: number;
  readonly dialect: ModelDialect;
  /** Whether the journal's disk was full at some time, which may forget what had landed. */
  readonly diskWasFull: boolean;
  readonly hadFaults: boolean;
  readonly virtualMs: number;
}

export const API_KEY = "avk_simulation_0123456789";
const API_FAULTS = [
  "refused",
  "request-lost",
  "reply-lost",
  "stalled",
  "503",
  "500-after-effect",
  "429",
] as const;
const STORAGE_FAULTS = [
  "refused",
  "request-lost",
  "reply-lost",
  "stalled",
  "503",
  "500-after-effect",
  "expired",
  "cut",
] as const;
const MAX_STARTS = 16;
/** Longer than anything that a process which was killed has left on its way to the server. */
const ON_ITS_WAY_MS = 1000;

interface World {
  readonly dialect: ModelDialect;
  readonly timeline: Timeline;
  readonly random: Seeded;
  readonly server: AvalaModel;
  readonly disk: DiskModel;
  readonly machine: Machine;
  readonly model: FileModel;
  readonly datasetName: string;
  readonly landed: Set<string>;
  readonly sentAgain: string[];
  readonly sentTwice: string[];
  readonly concurrency: number;
}

/**
 * Another content under the same name, until a dataset is made of it: what is right is then what the last start was given.
 */
async function changeFiles({
  timeline,
  random,
  server,
  model,
  landed,
  dialect,
}: World): Promise<number> {
  await timeline.sleep(ON_ITS_WAY_MS);
  if (server.datasets.length > 0) return 0;
  const changed = model.change(random);
  // Other content is another batch, in which nothing has landed; the first protocol knows none.
  if (changed.length > 0 && dialect.reply !== "refused") landed.clear();
  for (const path of changed) landed.delete(path);
  return changed.length;
}

async function startOnce(world: World, mayBeKilled: boolean): Promise<string> {
  const { timeline, random, server, disk } = world;
  const { api, storage } = server;
  const ports = { clock: timeline, random: random.fork(), api, storage, disk };
  const process = createProcess(ports, world.machine);
  const knownBefore = new Set(world.landed);
  const namedBefore = server.namedBatches.length;
  // A session that was lost for good takes the whole set with it into another batch, where all of it is sent.
  const hasBegunAnother = (): boolean => new Set(server.namedBatches.slice(namedBefore)).size > 1;
  const avala = connect({
    apiKey: API_KEY,
    baseUrl: "https://api.avala.ai/api/v1",
    ports: process.ports,
    onEvent: (event) => {
      if (event.kind !== "file-sent") return;
      if (knownBefore.has(event.path)) world.sentAgain.push(event.path);
      else if (world.landed.has(event.path) && !hasBegunAnother()) world.sentTwice.push(event.path);
      world.landed.add(event.path);
    },
  });
  const target: PublishTarget = {
    files: world.model.files(),
    dataset: { name: world.datasetName, slug: world.datasetName, dataType: "image" },
    ifExists: "verify",
  };
  const run = publishDataset(avala, target, {
    waitMs: () => 600_000,
    concurrency: world.concurrency,
    stateDirectory: "/state",
  }).then(
    ({ outcome }) => outcome,
    (error: unknown) => {
      if (!isAvalaError(error)) throw error;
      return error.code;
    },
  );
  const killAfterMs = random.chance(0.4)
    ? random.integer(random.pick([300, 3000, 60_000]))
    : undefined;
  if (killAfterMs === undefined || !mayBeKilled) return run;
  const killed = timeline.sleep(killAfterMs).then(() => {
    process.kill();
    return "killed";
  });
  return Promise.race([run, killed]);
}

function pickDialect(random: Seeded): ModelDialect {
  const reply = random.pick(["mixed", "mixed", "put", "form", "refused", "ignored"] as const);
  const batches = random.pick(["apart", "together"] as const);
  // A place that all batches share and that a PUT does not replace can't be given other content.
  return {
    reply,
    batches: reply === "put" ? "apart" : batches,
    partsAtOnce: random.pick(["many", "one"] as const),
  };
}

/** Plays the world of `seed` to its end. */
export async function playSeed(seed: number): Promise<Played> {
  const random = seeded(seed);
  const timeline = createTimeline();
  const canChange = random.chance(0.3);
  const model = makeFiles(random.fork(), canChange);
  const faultRate = random.pick([0, 0.02, 0.02, 0.1, 0.1, 0.3, 0.3, 0.6]);
  let calmFrom = Number.POSITIVE_INFINITY;
  const faultOf = (target: "api" | "storage", chance: Seeded): Fault["name"] | undefined => {
    if (timeline.now() >= calmFrom || !chance.chance(faultRate)) return undefined;
    return target === "api" ? chance.pick(API_FAULTS) : chance.pick(STORAGE_FAULTS);
  };
  const dialect = pickDialect(random);
  const server = createAvalaModel({
    dialect,
    clock: timeline,
    random: random.fork(),
    faultOf,
    limitPerMinute: random.pick([100, 600, 6000]),
    burstPerSecond: 20,
  });
  const world: World = {
    dialect,
    timeline,
    random,
    server,
    disk: createDiskModel(model.sources, timeline),
    machine: createMachine(random.chance(0.5)),
    model,
    datasetName: `training-${random.integer(1e9).toString(16)}`,
    landed: new Set(),
    sentAgain: [],
    sentTwice: [],
    concurrency: 1 + random.integer(10),
  };
  const startedMs = timeline.now();
  const ends: string[] = [];
  let ranTogether = false;
  let diskWasFull = false;
  let changes = 0;
  const isDone = (): boolean => ["uploaded", "unchanged", "unverified"].includes(ends.at(-1) ?? "");
  const play = async (): Promise<void> => {
    for (let start = 0; start < MAX_STARTS && !isDone(); start += 1) {
      // The world calms down in the end: what is judged is that every fault was survived, not luck.
      if (start === MAX_STARTS - 5) calmFrom = timeline.now();
      world.disk.isFull = random.chance(0.05);
      const together = random.chance(0.15) ? 2 : 1;
      diskWasFull ||= world.disk.isFull;
      ranTogether ||= together > 1;
      // Whoever is killed at every start never ends, and that is nobody's mistake.
      const mayBeKilled = start < MAX_STARTS - 1;
      const runs = Array.from({ length: together }, () => startOnce(world, mayBeKilled));
      ends.push(...(await Promise.all(runs)));
      if (ends.at(-1) === "killed" && random.chance(0.5)) world.disk.crash(random);
      if (canChange && !isDone() && random.chance(0.5)) changes += await changeFiles(world);
    }
  };
  await timeline.play(play());
  return {
    dialect,
    files: model.files(),
    sha256Of: model.sha256Of,
    changes,
    datasetName: world.datasetName,
    server,
    disk: world.disk,
    ends,
    sentAgain: world.sentAgain,
    sentTwice: world.sentTwice,
    ranTogether,
    diskWasFull,
    hadFaults: faultRate > 0,
    virtualMs: timeline.now() - startedMs,
  };
}
