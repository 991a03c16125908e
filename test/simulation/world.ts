// One seed, one world: a set of files, a server, a disk, and runs that are killed, doubled and started again until the
// dataset is there. Returns what a judge needs; decides nothing.
import { createAvalaModel, type AvalaModel, type Fault } from "./avala-model";
import { pickDialect, type ModelDialect } from "./dialect";
import { createDiskModel, type DiskModel } from "./disk-model";
import { makeFiles } from "./files-model";
import { seeded, type Seeded } from "./seeded";
import { createMachine } from "./process";
import type { Expiry, StoredObject } from "./store-model";
import { createTimeline } from "./timeline";
import {
  changeFiles,
  contentOf,
  disturb,
  isDone,
  startAfterwards,
  startElsewhere,
  startTogether,
  type Afterwards,
  type Elsewhere,
  type End,
  type World,
} from "./world-runs";

export interface Played {
  /** What the last start was given: path → sha256. */
  readonly files: ReadonlyMap<string, string>;
  /** Whether the files came with their digests; else a dataset that is found is not held against their contents. */
  readonly knowsDigests: boolean;
  readonly datasetName: string;
  readonly server: AvalaModel;
  readonly disk: DiskModel;
  readonly ends: readonly End[];
  readonly afterwards: readonly Afterwards[];
  /** What the server had by then. */
  readonly made: Pick<AvalaModel, "datasets"> & {
    readonly objects: readonly StoredObject[];
    readonly calls: number;
  };
  readonly elsewhere: Elsewhere | undefined;
  /** Paths that were known to have landed when a run started, and that this run sent again. */
  readonly sentAgain: readonly string[];
  /** Paths that were sent again though not known then: of two runs at once both may send a file. */
  readonly sentTwice: readonly string[];
  readonly ranTogether: boolean;
  /** How many calls the request budget refused until it ended. */
  readonly throttled: number;
  /** Whether a second takes as many calls as is documented. */
  readonly takesDocumentedBurst: boolean;
  /** How often a file became another between two starts. */
  readonly changes: number;
  /** Whether replies of the store lacked their ETags. */
  readonly wasSilent: boolean;
  /** In the beginning. */
  readonly dialect: ModelDialect;
  /** How often the server forgot sessions, closed batches or replied in another form from then on. */
  readonly disturbances: number;
  /** How often the reply to a confirm was lost. */
  readonly lostConfirms: number;
  /** Whether the journal's disk was full at some time, which may forget what had landed. */
  readonly diskWasFull: boolean;
  readonly hadFaults: boolean;
}

const API_FAULTS = [
  "refused",
  "request-lost",
  "reply-lost",
  "stalled",
  "503",
  "500-after-effect",
  "429",
] as const;
/** A confirm takes one more often, since there is but one in a run. */
const CONFIRM_FAULTS = ["reply-lost", "500-after-effect", "request-lost", "503"] as const;
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
const DOCUMENTED_BURST = 20;
const LIMITS = [
  { limitPerMinute: 100, burstPerSecond: DOCUMENTED_BURST },
  // Of which a run learns by refusals alone.
  { limitPerMinute: 600, burstPerSecond: DOCUMENTED_BURST / 4 },
  { limitPerMinute: 6000, burstPerSecond: DOCUMENTED_BURST },
] as const;
/** Of how many replies of a store the first ones lack their ETag, and what share of the others. */
const FIRST_SILENT = [0, 0, 0, 1, 4, 12] as const;
const SILENT_RATES = [0, 0, 0, 0.03, 0.3] as const;
/** What share of those that lack it come from something that has kept nothing. */
const LOST_RATES = [0, 0, 0.5, 1] as const;
/** In how many worlds sessions that an upload has left open expire; a server that has any wants PUTs or parts there. */
const EXPIRY_RATE = 0.2;
const MAX_STARTS = 16;
/** How many datasets whose sessions can tell are deleted in the end. */
const DELETED_RATE = 0.3;

function pickExpiry(random: Seeded): Expiry | undefined {
  if (!random.chance(EXPIRY_RATE)) return undefined;
  const at = random.pick(["presign", "completion"] as const);
  return { at, by: random.pick([404, 409, 410]) };
}

/** Plays the world of `seed` to its end. */
export async function playSeed(seed: number): Promise<Played> {
  const random = seeded(seed);
  const timeline = createTimeline();
  const canChange = random.chance(0.3);
  const model = makeFiles(random.fork(), canChange);
  const faultRate = random.pick([0, 0.02, 0.02, 0.1, 0.1, 0.3, 0.3, 0.6]);
  let calmFrom = Number.POSITIVE_INFINITY;
  const confirmRate = faultRate === 0 ? 0 : Math.max(faultRate, 0.2);
  const silent = (chance: Seeded): Fault["name"] | undefined => {
    silentLeft -= 1;
    if (silentLeft < 0 && !chance.chance(silence.rate)) return undefined;
    return chance.chance(silence.lost) ? silence.as : "no-etag";
  };
  const faultOf = (
    target: "api" | "storage",
    chance: Seeded,
    what: "confirm" | "other",
  ): Fault["name"] | undefined => {
    const rate = what === "confirm" ? confirmRate : faultRate;
    if (timeline.now() >= calmFrom) return undefined;
    if (!chance.chance(rate)) return target === "storage" ? silent(chance) : undefined;
    if (what === "confirm") return chance.pick(CONFIRM_FAULTS);
    return target === "api" ? chance.pick(API_FAULTS) : chance.pick(STORAGE_FAULTS);
  };
  const ownRandom = seeded(seed).fork();
  const expiry = pickExpiry(ownRandom);
  const picked = pickDialect(random);
  const dialect = expiry === undefined ? picked : { ...picked, reply: "put" as const };
  const silence = {
    first: random.pick(FIRST_SILENT),
    rate: random.pick(SILENT_RATES),
    lost: ownRandom.pick(LOST_RATES),
    as: dialect.etags === "md5" && ownRandom.chance(0.5) ? "not-kept-named" : "not-kept",
  } as const;
  let silentLeft = silence.first;
  const serverRandom = random.fork();
  const limits = random.pick(LIMITS);
  const server = createAvalaModel({
    dialect,
    clock: timeline,
    random: serverRandom,
    faultOf,
    ...limits,
  });
  const world: World = {
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
    canSwitch: random.chance(0.35),
    canForget: random.chance(0.25),
    expiry,
    disturbances: 0,
    lostConfirms: 0,
    changes: 0,
  };
  // By its name alone it would pass for ours where we have none.
  if (dialect.owner !== "unnamed" && random.chance(0.15)) server.addForeign(world.datasetName);
  const ends: End[] = [];
  let afterwards: readonly Afterwards[] = [];
  let elsewhere: Elsewhere | undefined;
  const madeNow = (): Played["made"] => ({
    datasets: [...server.datasets],
    objects: [...server.objects.values()],
    calls: server.counts.calls,
  });
  let made = madeNow();
  let files: ReadonlyMap<string, string> = new Map();
  let ranTogether = false;
  let diskWasFull = false;
  let throttled = 0;
  const isOver = (): boolean => isDone(ends.at(-1)?.how);
  const play = async (): Promise<void> => {
    for (let start = 0; start < MAX_STARTS && !isOver(); start += 1) {
      // The world calms down in the end: what is judged is that every fault was survived, not luck.
      if (start === MAX_STARTS - 5) calmFrom = timeline.now();
      world.disk.isFull = random.chance(0.05);
      const together = random.chance(0.15) ? 2 : 1;
      diskWasFull ||= world.disk.isFull;
      ranTogether ||= together > 1;
      // Whoever is killed at every start never ends, and that is nobody's mistake.
      const mayBeKilled = start < MAX_STARTS - 1;
      disturb(world);
      files = contentOf(model);
      ends.push(...(await startTogether(world, together, mayBeKilled)));
      if (ends.at(-1)?.how === "killed" && random.chance(0.5)) world.disk.crash(random);
      if (start === MAX_STARTS - 1 || isOver()) break;
      if (canChange && random.chance(0.7)) world.changes += await changeFiles(world);
    }
    calmFrom = timeline.now();
    throttled = server.counts.throttled;
    if (isOver()) afterwards = await startAfterwards(world, files, canChange);
    made = madeNow();
    const isDeleted = !canChange && server.speaks().reply === "put" && random.chance(DELETED_RATE);
    if (isOver() && isDeleted) elsewhere = await startElsewhere(world);
  };
  await timeline.play(play());
  return {
    dialect,
    files,
    knowsDigests: model.files().every(({ sha256 }) => sha256 !== undefined),
    changes: world.changes,
    throttled,
    takesDocumentedBurst: limits.burstPerSecond === DOCUMENTED_BURST,
    datasetName: world.datasetName,
    server,
    disk: world.disk,
    ends,
    afterwards,
    made,
    elsewhere,
    disturbances: world.disturbances,
    lostConfirms: world.lostConfirms,
    sentAgain: world.sentAgain,
    sentTwice: world.sentTwice,
    ranTogether,
    diskWasFull,
    hadFaults: faultRate > 0,
    wasSilent: silence.first > 0 || silence.rate > 0,
  };
}
