// What happens in a simulated world: a run that may be killed, several at once, files that change, a server that does things
// of its own accord. Returns what was seen; decides nothing.
import { connect } from "../../src/api/connect";
import { isAvalaError } from "../../src/errors";
import { publishDataset } from "../../src/operations/publish/publish";
import type { PublishTarget } from "../../src/operations/publish/target";
import type { AvalaModel } from "./avala-model";
import { laterReplies } from "./dialect";
import type { DiskModel } from "./disk-model";
import type { FileModel } from "./files-model";
import { createProcess, type Machine } from "./process";
import type { Seeded } from "./seeded";
import type { Expiry } from "./store-model";
import type { Timeline } from "./timeline";

/** How one start ended. */
export interface End {
  /** `uploaded`, `unchanged`, `unverified`, `killed`, or an error's code. */
  readonly how: string;
  /** Whether another run was started with it. */
  readonly wasTogether: boolean;
  /** Whether the server let files go by one PUT when it began or ended. */
  readonly hadPuts: boolean;
  /** Whether the dataset was there when it ended. */
  readonly wasMade: boolean;
  /** What the server had then at places of its files that the run could not know for its own. */
  readonly unknown: readonly string[];
}

/** What came of a run after the one that ended well. */
export interface Afterwards {
  readonly how: string;
  /** Whether it was given the content that the dataset is made of. */
  readonly isSame: boolean;
  /** Presigns and requests that stored something. */
  readonly sent: number;
}

export const API_KEY = "avk_simulation_0123456789";

/** Longer than anything that a process which was killed has left on its way to the server. */
const ON_ITS_WAY_MS = 1000;

export interface World {
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
  readonly canSwitch: boolean;
  readonly canForget: boolean;
  /** How sessions expire, should they. */
  readonly expiry: Expiry | undefined;
  disturbances: number;
  /** How often the reply to a confirm was lost. */
  lostConfirms: number;
  changes: number;
}

export const isDone = (end: string | undefined): boolean =>
  ["uploaded", "unchanged", "unverified"].includes(end ?? "");

/**
 * Another content under the same name, until a dataset is made of it: what is right is then what the last start was given.
 */
export async function changeFiles({
  timeline,
  random,
  server,
  model,
  landed,
}: World): Promise<number> {
  await timeline.sleep(ON_ITS_WAY_MS);
  if (server.datasets.length > 0) return 0;
  const changed = model.change(random);
  // Other content is another batch, in which nothing has landed; the first protocol knows none.
  if (changed.length > 0 && server.speaks().reply !== "refused") landed.clear();
  for (const path of changed) landed.delete(path);
  return changed.length;
}

/** What a server does of its own accord before a start or during it. */
export function disturb(world: World): void {
  const { timeline, random, server, canSwitch, canForget, expiry } = world;
  const later = (action: () => void): void => {
    const waitMs = random.chance(0.5) ? 0 : random.integer(random.pick([1000, 10_000]));
    void timeline.sleep(waitMs).then(() => {
      world.disturbances += 1;
      action();
    });
  };
  if (canSwitch && random.chance(0.4)) {
    const choice = random.next();
    later(() => {
      const replies = laterReplies(server.speaks());
      const reply = replies[Math.floor(choice * replies.length)];
      if (reply !== undefined) server.speak(reply);
    });
  }
  const chance = random.fork();
  if (canForget && random.chance(0.3)) later(() => server.forgetSessions(chance));
  if (canForget && random.chance(0.1)) later(() => server.closeBatches());
  if (expiry !== undefined && random.chance(0.7) && server.expireSessions(expiry) > 0)
    world.disturbances += 1;
}

/**
 * At which places of the run's files the server has what no journal shows to be theirs: other content, or the same that a
 * form brought whose run did not live to record it.
 */
function unknownAt({ server, model, datasetName, landed }: World): readonly string[] {
  const paths: string[] = [];
  for (const { key, sha256, by } of server.objects.values()) {
    const path = key.slice(`acme/${datasetName}/`.length);
    const isSame = sha256 === model.sha256Of(path);
    if (!isSame || (by === "form" && !landed.has(path))) paths.push(path);
  }
  return paths;
}

async function startOnce(
  world: World,
  mayBeKilled: boolean,
  stateDirectory = "/state",
): Promise<string> {
  const { timeline, random, server, disk } = world;
  const { api, storage } = server;
  const ports = { clock: timeline, random: random.fork(), api, storage, disk };
  const process = createProcess(ports, world.machine);
  const knownBefore = new Set(world.landed);
  const namedBefore = server.namedBatches.length;
  const countBatches = (): number => new Set(server.namedBatches.slice(namedBefore)).size;
  let batches = 1;
  // A session that was lost for good takes the whole set with it into another batch, where all of it is sent.
  const noteBatches = (): void => {
    if (countBatches() <= batches) return;
    batches = countBatches();
    // Faults alone are no reason to send again what was known to have landed.
    if (world.disturbances + world.changes > 0) knownBefore.clear();
    world.landed.clear();
  };
  const avala = connect({
    apiKey: API_KEY,
    baseUrl: "https://api.avala.ai/api/v1",
    ports: process.ports,
    onEvent: (event) => {
      if (event.kind === "retry" && event.what.startsWith("confirm dataset"))
        world.lostConfirms += 1;
      if (event.kind !== "file-sent") return;
      noteBatches();
      if (knownBefore.has(event.path)) world.sentAgain.push(event.path);
      else if (world.landed.has(event.path)) world.sentTwice.push(event.path);
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
    stateDirectory,
  }).then(
    ({ outcome }) => outcome,
    (error: unknown) => {
      noteBatches();
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
    noteBatches();
    return "killed";
  });
  return Promise.race([run, killed]);
}

/** Together with others of its kind. */
export async function startTogether(
  world: World,
  count: number,
  mayBeKilled: boolean,
): Promise<End[]> {
  const hadPutsBefore = world.server.speaks().reply === "put";
  const runs = Array.from({ length: count }, async () => {
    const how = await startOnce(world, mayBeKilled);
    const wasMade = world.server.datasets.length > 0;
    const hadPuts = hadPutsBefore || world.server.speaks().reply === "put";
    return { how, wasTogether: count > 1, wasMade, hadPuts, unknown: unknownAt(world) };
  });
  return Promise.all(runs);
}

/** One more run when the dataset is there, and one with other content where that can be. */
export async function startAfterwards(
  world: World,
  files: ReadonlyMap<string, string>,
  canChange: boolean,
): Promise<readonly Afterwards[]> {
  const { server, model, random, timeline, disk } = world;
  disk.isFull = false;
  const start = async (): Promise<Afterwards> => {
    // What the runs before it spent of the request budget is over.
    await timeline.sleep(120_000);
    const requests = (): number =>
      server.counts.presigns + [...server.counts.stored.values()].reduce((a, b) => a + b, 0);
    const before = requests();
    const now = contentOf(model);
    const how = await startOnce(world, false);
    const isSame = [...now].every(([path, sha256]) => files.get(path) === sha256);
    return { how, isSame, sent: requests() - before };
  };
  const same = await start();
  if (!canChange) return [same];
  model.change(random);
  return [same, await start()];
}

/** What came of a run on a machine without records, after the dataset was deleted. */
export interface Elsewhere {
  readonly how: string;
  /** Whether its dataset is made of what it was given. */
  readonly isWhole: boolean;
}

/** Where the server still calls the files complete, but for what a form brought. */
export async function startElsewhere(world: World): Promise<Elsewhere> {
  const { server, model, datasetName, landed } = world;
  server.deleteDatasets();
  landed.clear();
  const how = await startOnce(world, false, "/elsewhere");
  const made = server.datasets.map(({ madeOf }) => madeOf);
  const isWhole = [...contentOf(model)].every(
    ([path, sha256]) => made[0]?.get(`acme/${datasetName}/${path}`)?.sha256 === sha256,
  );
  return { how, isWhole };
}

export function contentOf(model: FileModel): ReadonlyMap<string, string> {
  return new Map(model.files().map(({ path }) => [path, model.sha256Of(path)]));
}
