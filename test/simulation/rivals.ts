// One seed, one world of rivals: runs of two contents under one name and with one journal, at once and after each other,
// killed at any time, with journals that can't be used and lines in them that somebody forged. Decides nothing.
import { createHash } from "node:crypto";
import { connect } from "../../src/api/connect";
import { isAvalaError } from "../../src/errors";
import { publishDataset } from "../../src/operations/publish/publish";
import type { UploadFile } from "../../src/upload/request";
import { createAvalaModel, type AvalaModel, type Fault } from "./avala-model";
import { createDiskModel, type DiskModel } from "./disk-model";
import {
  createMachine,
  createProcess,
  type Interpose,
  type Machine,
  type Operation,
} from "./process";
import { seeded, type Seeded } from "./seeded";
import { createTimeline, type Timeline } from "./timeline";

export const NAME = "training";
const MAX_ROUNDS = 6;
/** How long what a process has sent before it was killed may take to have its effect. */
const ON_ITS_WAY_MS = 4000;
const FAULTS = ["request-lost", "reply-lost", "503", "500-after-effect"] as const;
const REFUSED: readonly Operation["kind"][] = ["open journal", "read journal", "lock"];

type Content = readonly (UploadFile & { readonly sha256: string })[];

export interface End {
  /** Which of the two contents it was given. */
  readonly content: number;
  /** `uploaded`, `unchanged`, `unverified`, `killed`, or an error's code. */
  readonly how: string;
  /** What lay under the name when it ended, and what the run was given: by path. */
  readonly stored: ReadonlyMap<string, string>;
}

export interface Rivals {
  readonly contents: readonly ReadonlyMap<string, string>[];
  readonly ends: readonly End[];
  readonly server: AvalaModel;
  /** What lies under the name in the end. */
  readonly stored: ReadonlyMap<string, string>;
}

interface World {
  readonly timeline: Timeline;
  readonly random: Seeded;
  readonly server: AvalaModel;
  readonly disk: DiskModel;
  readonly machine: Machine;
  readonly contents: readonly Content[];
}

const digest = (data: Buffer): string => createHash("sha256").update(data).digest("hex");
const byPath = (content: Content): ReadonlyMap<string, string> =>
  new Map(content.map(({ path, sha256 }) => [path, sha256]));

/** Two contents of the same paths and sizes, as far as they can be told apart only by their bytes. */
function makeContents(random: Seeded, sources: Map<string, Buffer>): readonly Content[] {
  const count = 1 + random.integer(12);
  return ["ours", "theirs"].map((whose) =>
    Array.from({ length: count }, (_, index) => {
      const data = Buffer.from(`${whose.padEnd(6)} ${index}`);
      // Some files are the same in both, and one in four is listed by nobody.
      const isShared = index % 5 === 4;
      const content = isShared ? Buffer.from(`shared ${index}`) : data;
      const absolutePath = `/${whose}/${index}`;
      sources.set(absolutePath, content);
      const path = index % 4 === 3 ? `${index}.txt` : `${index}.jpg`;
      return { path, absolutePath, sizeBytes: content.length, sha256: digest(content) };
    }),
  );
}

function storedIn(server: AvalaModel): ReadonlyMap<string, string> {
  const prefix = `acme/${NAME}/`;
  return new Map(
    [...server.objects].map(([key, { sha256 }]) => [key.slice(prefix.length), sha256]),
  );
}

/** Refuses what a run does with its state folder, now and then from the start. */
function refusing(random: Seeded): Interpose {
  const refused = random.chance(0.15) ? random.pick(REFUSED) : undefined;
  return (operation, run) =>
    operation.kind === refused
      ? Promise.reject(Object.assign(new Error("EACCES: simulated"), { code: "EACCES" }))
      : run();
}

async function runOnce(world: World, content: number, mayBeKilled: boolean): Promise<End> {
  const { timeline, random, server, disk, machine, contents } = world;
  const { api, storage } = server;
  const shared = { clock: timeline, random: random.fork(), api, storage, disk };
  const process = createProcess(shared, machine, refusing(random));
  const avala = connect({ apiKey: "avk_simulation_0123456789", ports: process.ports });
  const target = {
    files: contents[content] ?? [],
    dataset: { name: NAME, slug: NAME, dataType: "image" as const },
    ifExists: "verify" as const,
  };
  const options = { waitMs: () => 600_000, stateDirectory: "/state", concurrency: 3 };
  const killAfterMs = random.integer(random.pick([1000, 3000, 8000]));
  const isKilled = mayBeKilled && random.chance(0.6);
  const run = publishDataset(avala, target, options).then(
    ({ outcome }) => outcome as string,
    (error: unknown) => {
      if (!isAvalaError(error)) throw error;
      return error.code;
    },
  );
  const ended = (how: string): End => ({ content, how, stored: storedIn(server) });
  if (!isKilled) return run.then(ended);
  const killed = timeline.sleep(killAfterMs).then(() => {
    process.kill();
    return "killed";
  });
  return Promise.race([run, killed]).then(ended);
}

/** Claims of either content, of a key that nobody has. */
function forgedLines({ contents, random }: World): string {
  const forged = random.pick(contents).map(({ path, sizeBytes, sha256 }) => {
    return `${"0".repeat(32)} ${JSON.stringify([path, sizeBytes, sha256])}\n`;
  });
  return forged.join("");
}

async function playRound(world: World, ends: End[], isLast: boolean): Promise<void> {
  const { random, disk, timeline } = world;
  if (random.chance(0.3)) disk.poison(forgedLines(world));
  const contents = random.pick([[0], [1], [0, 1], [0, 1], [1, 0], [0, 0, 1]]);
  const runs = contents.map(async (content) => {
    await timeline.sleep(random.integer(2000));
    ends.push(await runOnce(world, content, !isLast));
  });
  await Promise.all(runs);
  if (random.chance(0.2)) disk.crash(random);
}

/** Plays the world of `seed` to its end. */
export async function playRivals(seed: number): Promise<Rivals> {
  const random = seeded(seed);
  const timeline = createTimeline();
  const sources = new Map<string, Buffer>();
  const contents = makeContents(random, sources);
  const faultRate = random.pick([0, 0, 0.05, 0.2]);
  const faultOf = (_target: string, chance: Seeded): Fault["name"] | undefined =>
    chance.chance(faultRate) ? chance.pick(FAULTS) : undefined;
  const limits = { limitPerMinute: random.pick([100, 600]), burstPerSecond: 20 };
  const storageMs = random.pick([400, ON_ITS_WAY_MS]);
  const shared = { clock: timeline, random: random.fork(), faultOf, storageMs };
  const server = createAvalaModel({ ...shared, ...limits });
  const disk = createDiskModel(sources, timeline);
  const machine = createMachine(random.chance(0.5));
  const world: World = { timeline, random, server, disk, machine, contents };
  const ends: End[] = [];
  const play = async (): Promise<void> => {
    // One round more when there is a dataset: then all that can go wrong is that it is replaced.
    let rest = MAX_ROUNDS;
    while (rest > 0) {
      rest = server.datasets.length > 0 ? 0 : rest - 1;
      await playRound(world, ends, rest === 0);
    }
    await timeline.sleep(2 * ON_ITS_WAY_MS);
  };
  await timeline.play(play());
  return { contents: contents.map(byPath), ends, server, stored: storedIn(server) };
}
