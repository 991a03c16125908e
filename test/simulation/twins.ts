// One seed, one world of twins: runs of the same files under one name, on machines that share neither disk nor clock of their
// starts, killed at any time and started again. Decides nothing.
import { createHash } from "node:crypto";
import { connect } from "../../src/api/connect";
import { isAvalaError } from "../../src/errors";
import { datasetVersionName } from "../../src/files/manifest/dataset-name";
import { createManifest } from "../../src/files/manifest/manifest";
import { publishDataset } from "../../src/operations/publish/publish";
import type { UploadFile } from "../../src/upload/request";
import { createAvalaModel, type AvalaModel, type Fault } from "./avala-model";
import { SIMPLE } from "./dialect";
import { createDiskModel, type DiskModel } from "./disk-model";
import { createMachine, createProcess, type Machine } from "./process";
import { seeded, type Seeded } from "./seeded";
import { createTimeline, type Timeline } from "./timeline";

const MAX_ROUNDS = 5;
const FAULTS = ["request-lost", "reply-lost", "503", "500-after-effect"] as const;

export interface Twins {
  readonly isNamedByContent: boolean;
  readonly files: ReadonlyMap<string, string>;
  /** `uploaded`, `unchanged`, `unverified`, `killed`, or an error's code: of all rounds, in the order of their ends. */
  readonly rounds: readonly (readonly string[])[];
  readonly hadFaults: boolean;
  /** Whether a file may leave the batch that it was sent in for one that it is asked for in. */
  readonly mayMove: boolean;
  readonly server: AvalaModel;
}

interface Place {
  readonly disk: DiskModel;
  readonly machine: Machine;
}

interface World {
  readonly timeline: Timeline;
  readonly random: Seeded;
  readonly server: AvalaModel;
  readonly name: string;
  readonly files: readonly (UploadFile & { readonly sha256: string })[];
  readonly sources: ReadonlyMap<string, Buffer>;
}

const sha256Of = (data: Buffer): string => createHash("sha256").update(data).digest("hex");

function makeFiles(random: Seeded, sources: Map<string, Buffer>): World["files"] {
  const count = 1 + random.integer(random.chance(0.2) ? 60 : 15);
  return Array.from({ length: count }, (_, index) => {
    const data = Buffer.from(`content ${index}`);
    const absolutePath = `/set/${index}`;
    sources.set(absolutePath, data);
    const path = `${index}.jpg`;
    return { path, absolutePath, sizeBytes: data.length, sha256: sha256Of(data) };
  });
}

function newPlace({ sources, timeline }: World): Place {
  return { disk: createDiskModel(sources, timeline), machine: createMachine(false) };
}

async function runOnce(world: World, { disk, machine }: Place, isCalm: boolean): Promise<string> {
  const { timeline, random, server, name, files } = world;
  const { api, storage } = server;
  const ports = { clock: timeline, random: random.fork(), api, storage, disk };
  const process = createProcess(ports, machine);
  const avala = connect({ apiKey: "avk_simulation_0123456789", ports: process.ports });
  const dataset = { name, slug: name, dataType: "image" as const };
  const target = { files, dataset, ifExists: "verify" as const };
  const concurrency = 1 + random.integer(8);
  const options = { waitMs: () => 600_000, stateDirectory: "/state", concurrency };
  const run = publishDataset(avala, target, options).then(
    ({ outcome }) => outcome as string,
    (error: unknown) => {
      if (!isAvalaError(error)) throw error;
      return error.code;
    },
  );
  const killAfterMs = random.integer(random.pick([1000, 4000, 20_000, 200_000]));
  if (isCalm || !random.chance(0.4)) return run;
  const killed = timeline.sleep(killAfterMs).then(() => {
    process.kill();
    return "killed";
  });
  return Promise.race([run, killed]);
}

/** Plays the world of `seed` to its end. */
export async function playTwins(seed: number): Promise<Twins> {
  const random = seeded(seed);
  const timeline = createTimeline();
  const sources = new Map<string, Buffer>();
  const files = makeFiles(random, sources);
  const isNamedByContent = random.chance(0.5);
  const { digest } = createManifest(files);
  const name = isNamedByContent ? datasetVersionName("twins-{digest}", digest) : "twins";
  const faultRate = random.pick([0, 0, 0, 0.05, 0.2]);
  const batches = random.pick(["apart", "marked", "last", "last", "together"] as const);
  const reply = random.pick(["put", "put", "put", "form"] as const);
  const server = createAvalaModel({
    ...{ clock: timeline, random: random.fork() },
    ...{ limitPerMinute: random.pick([100, 600]), burstPerSecond: 20 },
    storageMs: random.pick([400, 4000]),
    dialect: { ...SIMPLE, batches, reply, isTakenPlaceTold: random.chance(0.2) },
    faultOf: (_target, chance): Fault["name"] | undefined =>
      chance.chance(faultRate) ? chance.pick(FAULTS) : undefined,
  });
  const world: World = { timeline, random, server, name, files, sources };
  const places = [newPlace(world), newPlace(world), newPlace(world)];
  const rounds: string[][] = [];
  const play = async (): Promise<void> => {
    for (let round = 1; round <= MAX_ROUNDS && server.datasets.length === 0; round += 1) {
      const ends: string[] = [];
      const lateMs = random.pick([0, 500, 3000, 20_000]);
      const started = places.slice(0, random.pick([1, 2, 2, 3])).map(async (place) => {
        await timeline.sleep(random.integer(lateMs + 1));
        ends.push(await runOnce(world, place, round === MAX_ROUNDS));
      });
      await Promise.all(started);
      rounds.push(ends);
      // A job may run anywhere the next time.
      if (random.chance(0.5)) places.splice(random.integer(places.length), 1, newPlace(world));
    }
  };
  await timeline.play(play());
  const mayMove = batches === "last" || batches === "marked";
  const byPath = new Map(files.map(({ path, sha256 }) => [path, sha256]));
  return { isNamedByContent, files: byPath, rounds, hadFaults: faultRate > 0, mayMove, server };
}
