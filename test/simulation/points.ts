// Every point once: one small upload, broken at one operation in one way, then started again until it is done.
import { connect } from "../../src/api/connect";
import type { HttpResponse } from "../../src/api/transport/transport";
import { AvalaError, isAvalaError } from "../../src/errors";
import { publishDataset } from "../../src/operations/publish/publish";
import type { UploadFile } from "../../src/upload/request";
import { createAvalaModel, type AvalaModel } from "./avala-model";
import { createDiskModel, type DiskModel } from "./disk-model";
import { digestsOf } from "./digests";
import {
  createMachine,
  createProcess,
  type Interpose,
  type Machine,
  type Operation,
  type WorldPorts,
} from "./process";
import { seeded } from "./seeded";
import { PART_BYTES } from "./small-parts";
import { createTimeline } from "./timeline";

export const BREAKS = [
  "killed before",
  "killed after",
  "request lost",
  "reply lost",
  "sent twice",
  "429",
  "503",
  "expired",
  "torn write, killed",
  "disk full",
] as const;
export type Break = (typeof BREAKS)[number];

export interface Point {
  readonly operation: Operation;
  readonly index: number;
}

export interface Outcome {
  readonly starts: number;
  /** Storage requests beyond one a file, or one a part: what was sent again. */
  readonly sentAgain: number;
  readonly partsSentAgain: number;
  readonly server: AvalaModel;
  readonly disk: DiskModel;
  readonly files: readonly UploadFile[];
  readonly last: string;
}

const DATASET = "training-000000000000";
const MAX_STARTS = 5;

const ON_NETWORK: readonly Break[] = ["request lost", "reply lost", "sent twice", "429", "503"];

/** Whether an operation can break this way at all. */
export function canBreak({ kind }: Operation, how: Break): boolean {
  if (how === "killed before" || how === "killed after") return true;
  if (how === "expired") return kind === "storage";
  if (how === "torn write, killed") return kind === "append";
  if (how === "disk full") return kind === "append" || kind === "sync" || kind === "open journal";
  return ON_NETWORK.includes(how) && (kind === "api" || kind === "storage");
}

function lost(): AvalaError {
  return new AvalaError("network", "The connection was lost.", {
    retryable: true,
    ambiguous: true,
  });
}

function answer(status: number, text: string): HttpResponse {
  return { status, headers: { "retry-after": "1" }, body: Buffer.from(text) };
}

const EXPIRED =
  "<Error><Code>AccessDenied</Code><Message>Invalid according to Policy: Policy expired.</Message></Error>";

async function breakIt<T>(
  how: Break,
  run: (data?: string) => Promise<T>,
  kill: () => void,
): Promise<T | HttpResponse> {
  switch (how) {
    case "killed before":
      kill();
      return lostForGood();
    case "killed after":
      await run();
      kill();
      return lostForGood();
    case "torn write, killed":
      await run('0123456789abcdef ["f/');
      kill();
      return lostForGood();
    case "request lost":
      throw lost();
    case "reply lost":
      await run();
      throw lost();
    case "sent twice":
      await run();
      return run();
    case "disk full":
      throw Object.assign(new Error("ENOSPC: simulated"), { code: "ENOSPC" });
    case "429":
      return answer(429, "{}");
    case "503":
      return answer(503, "down");
    case "expired":
      return answer(403, EXPIRED);
  }
}

function lostForGood(): Promise<never> {
  return new Promise<never>(() => undefined);
}

/** Two files that go by form, and one that goes in two parts. */
const CONTENTS: readonly (readonly [name: string, data: Buffer])[] = [
  ["a.jpg", Buffer.from("content of a")],
  ["b.jpg", Buffer.from("content of b")],
  ["large.jpg", Buffer.alloc(PART_BYTES + 1, "content of a large file ")],
];
const PARTS = 2;

const FILES: readonly UploadFile[] = CONTENTS.map(([path, data]) => ({
  path,
  absolutePath: `/set/${path}`,
  sizeBytes: data.length,
  sha256: digestsOf(data).sha256,
}));
const SOURCES: ReadonlyMap<string, Buffer> = new Map(
  CONTENTS.map(([path, data]) => [`/set/${path}`, data]),
);

const DONE: ReadonlySet<string> = new Set(["uploaded", "unchanged", "unverified"]);

interface Watch {
  readonly seen: Operation[];
  readonly point?: Point;
  readonly how?: Break;
}

interface Place {
  readonly ports: WorldPorts;
  readonly machine: Machine;
}

async function start({ ports, machine }: Place, watch: Watch): Promise<string> {
  let index = -1;
  let wasKilled = (): void => undefined;
  const killed = new Promise<string>((resolve) => {
    wasKilled = () => resolve("killed");
  });
  const interpose: Interpose = async (operation, run) => {
    index += 1;
    watch.seen.push(operation);
    if (index !== watch.point?.index || watch.how === undefined) return run();
    const kill = (): void => {
      process.kill();
      wasKilled();
    };
    return (await breakIt(watch.how, run, kill)) as Awaited<ReturnType<typeof run>>;
  };
  const process = createProcess(ports, machine, interpose);
  const avala = connect({ apiKey: "avk_simulation_0123456789", ports: process.ports });
  const target = {
    files: FILES,
    dataset: { name: DATASET, slug: DATASET, dataType: "image" as const },
    ifExists: "verify" as const,
  };
  const options = {
    waitMs: () => 600_000,
    concurrency: 1,
    stateDirectory: "/state",
  };
  const run = publishDataset(avala, target, options).then(
    ({ outcome }) => outcome,
    (error: unknown) => {
      if (!isAvalaError(error)) throw error;
      return error.code;
    },
  );
  return Promise.race([run, killed]);
}

function createPorts() {
  const timeline = createTimeline();
  const random = seeded(1);
  const server = createAvalaModel({
    clock: timeline,
    random: random.fork(),
    faultOf: () => undefined,
    limitPerMinute: 100,
    burstPerSecond: 20,
  });
  const disk = createDiskModel(SOURCES, timeline);
  const ports = { clock: timeline, random, api: server.api, storage: server.storage, disk };
  return { timeline, server, disk, place: { ports, machine: createMachine() } };
}

/** Every operation of a run in which nothing breaks. */
export async function listPoints(): Promise<readonly Point[]> {
  const { timeline, place } = createPorts();
  const watch: Watch = { seen: [] };
  await timeline.play(start(place, watch));
  return watch.seen.map((operation, index) => ({ operation, index }));
}

/** Breaks one point, lets the disk forget what was not synced when the process died, and starts again until done. */
export async function breakPoint(point: Point, how: Break): Promise<Outcome> {
  const { timeline, server, disk, place } = createPorts();
  const random = seeded(2);
  const play = async (): Promise<{ starts: number; last: string }> => {
    let last = await start(place, { seen: [], point, how });
    let starts = 1;
    while (!DONE.has(last) && starts < MAX_STARTS) {
      if (last === "killed") disk.crash(random);
      last = await start(place, { seen: [] });
      starts += 1;
    }
    return { starts, last };
  };
  const { starts, last } = await timeline.play(play());
  const stored = [...server.counts.stored.values()].reduce((sum, count) => sum + count, 0);
  const sentAgain = stored - FILES.length;
  const partsSentAgain = server.counts.parts - PARTS;
  return { starts, last, sentAgain, partsSentAgain, server, disk, files: FILES };
}
