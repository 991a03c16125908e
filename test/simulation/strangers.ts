// One seed, one world of strangers: runs of two contents under one fixed name, on two machines that share neither disk nor clock
// of their starts, killed at any time and started again. Decides nothing.
import { connect } from "../../src/api/connect";
import { isAvalaError } from "../../src/errors";
import { publishDataset } from "../../src/operations/publish/publish";
import type { UploadFile } from "../../src/upload/request";
import { createAvalaModel, type AvalaModel, type Fault } from "./avala-model";
import { SIMPLE, type ModelDialect } from "./dialect";
import { createDiskModel, type DiskModel } from "./disk-model";
import { createMachine, createProcess, type Machine } from "./process";
import { digestsOf } from "./digests";
import { seeded, type Seeded } from "./seeded";
import { createTimeline, type Timeline } from "./timeline";

export const NAME = "shared";
const MAX_ROUNDS = 4;
const FAULTS = ["request-lost", "reply-lost", "503"] as const;

type Content = readonly (UploadFile & { readonly sha256: string })[];

export interface End {
  /** Which of the two contents it was given. */
  readonly content: number;
  /** `uploaded`, `unchanged`, `unverified` (wherever some files are), `killed`, or an error's code. */
  readonly how: string;
  /** What the dataset held when it ended: sha256 by path. */
  readonly held: ReadonlyMap<string, string>;
}

export interface Strangers {
  readonly contents: readonly ReadonlyMap<string, string>[];
  readonly ends: readonly End[];
  readonly dialect: ModelDialect;
  /** Whether the reply to a confirm was lost: what is found then may be either machine's. */
  readonly hasLostConfirm: boolean;
  readonly server: AvalaModel;
  /** In the end. */
  readonly held: ReadonlyMap<string, string>;
}

interface Place {
  readonly content: number;
  readonly files: Content;
  readonly disk: DiskModel;
  readonly machine: Machine;
}

interface World {
  readonly timeline: Timeline;
  readonly random: Seeded;
  readonly server: AvalaModel;
}

/** Two contents of the same paths and sizes; some files, or almost all, are the same in both. */
function makeContents(random: Seeded, sources: Map<string, Buffer>): readonly Content[] {
  const count = 1 + random.integer(random.chance(0.3) ? 40 : 10);
  const isShared = Array.from({ length: count }, () => random.chance(random.pick([0, 0.2, 0.8])));
  return ["ours", "them"].map((whose) =>
    isShared.map((shared, index) => {
      const data = Buffer.from(`${shared && index > 0 ? "both" : whose} ${index}`);
      const absolutePath = `/${whose}/${index}`;
      sources.set(absolutePath, data);
      return {
        path: `${index}.jpg`,
        absolutePath,
        sizeBytes: data.length,
        sha256: digestsOf(data).sha256,
      };
    }),
  );
}

function pickDialect(random: Seeded): ModelDialect {
  const reply = random.pick(["form", "form", "mixed", "ignored", "put"] as const);
  // A PUT replaces nothing (docs/api.md, "Uploading files"), so batches that share places share those by PUT, too.
  const kinds = ["together", "apart", "last"] as const;
  const batches = random.pick(reply === "put" ? kinds : ([...kinds, "marked"] as const));
  return { ...SIMPLE, reply, batches, isTakenPlaceTold: random.chance(0.2) };
}

/** What lies now at the places that the dataset was made of. */
function heldBy({ datasets, objects, speaks }: AvalaModel): ReadonlyMap<string, string> {
  const held = new Map<string, string>();
  for (const { madeOf } of datasets) {
    for (const { key, batch } of madeOf.values()) {
      const place = speaks().batches === "apart" ? `${batch ?? "-"} ${key}` : key;
      held.set(key.slice(`acme/${NAME}/`.length), objects.get(place)?.sha256 ?? "");
    }
  }
  return held;
}

async function runOnce(world: World, place: Place, isCalm: boolean): Promise<End> {
  const { timeline, random, server } = world;
  const { content, files, disk, machine } = place;
  const { api, storage } = server;
  const ports = { clock: timeline, random: random.fork(), api, storage, disk };
  const process = createProcess(ports, machine);
  const avala = connect({ apiKey: "avk_simulation_0123456789", ports: process.ports });
  const dataset = { name: NAME, slug: NAME, dataType: "image" as const };
  const target = { files, dataset, ifExists: "verify" as const };
  const concurrency = 1 + random.integer(4);
  const options = { waitMs: () => 600_000, stateDirectory: "/state", concurrency };
  const run = publishDataset(avala, target, options).then(
    // A dataset that this run has made of files which nothing shows to lie there claims no more than one that it has found.
    (result): string =>
      result.outcome !== "partial" && result.unverified > 0 ? "unverified" : result.outcome,
    (error: unknown) => {
      if (!isAvalaError(error)) throw error;
      return error.code;
    },
  );
  const ended = (how: string): End => ({ content, how, held: heldBy(server) });
  const killAfterMs = random.integer(random.pick([1000, 4000, 20_000]));
  if (isCalm || !random.chance(0.3)) return run.then(ended);
  const killed = timeline.sleep(killAfterMs).then(() => {
    process.kill();
    return "killed";
  });
  return Promise.race([run, killed]).then(ended);
}

/** Plays the world of `seed` to its end. */
export async function playStrangers(seed: number): Promise<Strangers> {
  const random = seeded(seed);
  const timeline = createTimeline();
  const sources = new Map<string, Buffer>();
  const contents = makeContents(random, sources);
  const faultRate = random.pick([0, 0, 0, 0.05]);
  const dialect = pickDialect(random);
  let hasLostConfirm = false;
  const faultOf = (
    _target: string,
    chance: Seeded,
    what: "confirm" | "other",
  ): Fault["name"] | undefined => {
    const fault = chance.chance(faultRate) ? chance.pick(FAULTS) : undefined;
    hasLostConfirm ||= what === "confirm" && fault !== undefined;
    return fault;
  };
  const server = createAvalaModel({
    ...{ clock: timeline, random: random.fork(), faultOf, dialect },
    ...{ limitPerMinute: random.pick([100, 600]), burstPerSecond: 20 },
    storageMs: random.pick([400, 4000, 20_000]),
  });
  const world: World = { timeline, random, server };
  const places = contents.map((files, content): Place => {
    const disk = createDiskModel(sources, timeline);
    return { content, files, disk, machine: createMachine(false) };
  });
  const ends: End[] = [];
  const play = async (): Promise<void> => {
    for (let round = 1; round <= MAX_ROUNDS && server.datasets.length === 0; round += 1) {
      const lateMs = random.pick([0, 500, 3000, 20_000]);
      const started = places.map(async (place) => {
        await timeline.sleep(random.integer(lateMs + 1));
        ends.push(await runOnce(world, place, round === MAX_ROUNDS));
      });
      await Promise.all(started);
    }
  };
  await timeline.play(play());
  const byPath = contents.map((files) => new Map(files.map(({ path, sha256: of }) => [path, of])));
  return { contents: byPath, ends, dialect, hasLostConfirm, server, held: heldBy(server) };
}
