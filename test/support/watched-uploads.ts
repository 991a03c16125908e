// Uploads in virtual time, each with its own pace on one limited key and one network, and what each says of the time left.
import { createPace, type Pace } from "../../src/flow/rate/pace";
import { runPool } from "../../src/flow/pool";
import { readRateLimit } from "../../src/api/reply/reply-headers";
import { hasTimeLeft, trackProgress, type ProgressTracker } from "../../src/upload/progress";
import type { UploadProgress } from "../../src/events";
import { seeded, type Seeded } from "../simulation/seeded";
import { createTimeline, type Timeline } from "../simulation/timeline";
import { createLimiter, type Limiter, type LimiterPlan } from "./limiters";

export interface UploadPlan {
  readonly files: number;
  /** Of all, or of each by its place in the order. */
  readonly sizeBytes: number | ((file: number) => number);
  /** Since when, and until when it is killed, in seconds of the scene. @default from its start to the end of all files */
  readonly from?: number;
  readonly killedAt?: number;
}

export interface Scene {
  readonly limits: LimiterPlan;
  /** Other limits since a second of the scene. */
  readonly change?: { readonly atSecond: number; readonly limits: LimiterPlan };
  /** Each of a run of its own. */
  readonly uploads: readonly UploadPlan[];
  /** Whether all of them share one pace, as the sets of a stack do. @default false */
  readonly isOneProcess?: boolean;
  /** Of the network at a second; @default 10 MB/s */
  readonly bytesPerSecond?: (second: number) => number;
  /** Since when the minute runs already as the uploads begin, and how many of its calls are gone. */
  readonly before?: { readonly seconds: number; readonly calls: number };
  readonly seed?: number;
}

/** What an upload said at one time. */
export interface Said {
  /** Since its start. */
  readonly second: number;
  readonly progress: UploadProgress;
  /** `undefined`: no time was shown. */
  readonly secondsLeft: number | undefined;
  readonly secondsReallyLeft: number;
}

const WORKERS = 8;
const TICK_MS = 5_000;
const CHUNK_BYTES = 1_000_000;
const STORAGE_MS = 60;

interface World {
  readonly scene: Scene;
  readonly timeline: Timeline;
  readonly random: Seeded;
  readonly limiter: Limiter;
  /** After the change of limits. */
  readonly later: Limiter;
  /** Of all uploads, where they are of one process. */
  readonly pace: Pace | undefined;
  startMs: number;
  /** When the network has carried all that it was given. */
  freeMs: number;
}

function limiterAt({ scene, timeline, limiter, later, startMs }: World): Limiter {
  const second = (timeline.now() - startMs) / 1000;
  return second >= (scene.change?.atSecond ?? Infinity) ? later : limiter;
}

interface Watched {
  readonly world: World;
  readonly pace: Pace;
  readonly tracker: ProgressTracker;
  readonly heard: { readonly atMs: number; readonly progress: UploadProgress }[];
}

function report({ tracker, heard, world }: Watched): void {
  if (!tracker.isDue()) return;
  heard.push({ atMs: world.timeline.now(), progress: tracker.snapshot() });
}

async function call({ pace, world }: Watched): Promise<void> {
  const { timeline, random } = world;
  for (;;) {
    const permit = await pace.acquire();
    await timeline.sleep(1 + random.integer(20));
    const { isRefused, headers } = limiterAt(world).take(timeline.now());
    await timeline.sleep(1 + random.integer(20));
    const limits = readRateLimit(headers, timeline.now());
    if (!isRefused) {
      permit.done(limits);
      return;
    }
    permit.refuse(limits, timeline.now() + 1000 * Number(headers["retry-after"] ?? 1));
  }
}

async function sendFile(watched: Watched, sizeBytes: number): Promise<void> {
  const { world, tracker } = watched;
  const { timeline, random, scene } = world;
  await call(watched);
  tracker.beginFile();
  let carriedMs = timeline.now();
  const untilCarried = async (): Promise<void> => timeline.sleep(carriedMs - timeline.now());
  for (let left = sizeBytes; left > 0; left -= CHUNK_BYTES) {
    // A connection takes one before the network has carried it, and it counts as sent.
    await untilCarried();
    const bytes = Math.min(left, CHUNK_BYTES);
    const nowMs = timeline.now();
    const rate = scene.bytesPerSecond?.((nowMs - world.startMs) / 1000) ?? 10e6;
    world.freeMs = Math.max(world.freeMs, nowMs) + (1000 * bytes) / rate;
    carriedMs = world.freeMs;
    tracker.addBytes(bytes);
    report(watched);
  }
  await untilCarried();
  await timeline.sleep(STORAGE_MS + random.integer(STORAGE_MS));
  tracker.addFile("sent", sizeBytes);
  report(watched);
}

async function upload(world: World, plan: UploadPlan): Promise<readonly Said[]> {
  const { timeline, random } = world;
  const { files, sizeBytes, from = 0, killedAt = Infinity } = plan;
  const pace = world.pace ?? createPace({ clock: timeline, random: random.fork() });
  await timeline.sleep(1000 * from + random.integer(200));
  const sizeOf = typeof sizeBytes === "number" ? () => sizeBytes : sizeBytes;
  const sizes = Array.from({ length: files }, (_, file) => sizeOf(file));
  const totals = { files, bytes: sizes.reduce((sum, size) => sum + size, 0) };
  // As a run begins: it asks who it is, and what there is.
  const tracker = trackProgress(totals, timeline.now, pace);
  const watched: Watched = { world, pace, tracker, heard: [] };
  for (let first = 0; first < 3; first += 1) await call(watched);
  const startMs = timeline.now();
  const ended = new AbortController();
  const tick = async (): Promise<void> => {
    for (;;) {
      await timeline.sleep(TICK_MS, ended.signal);
      report(watched);
    }
  };
  const ticking = tick().catch(() => undefined);
  const killedMs = world.startMs + 1000 * killedAt;
  await runPool(sizes, { concurrency: WORKERS }, async (size) => {
    if (timeline.now() < killedMs) await sendFile(watched, size);
  });
  tracker.end();
  // As it makes the dataset of them.
  await call(watched);
  const endMs = timeline.now();
  ended.abort();
  await ticking;
  return watched.heard.map(({ atMs, progress }) => ({
    second: (atMs - startMs) / 1000,
    progress,
    secondsLeft: hasTimeLeft(progress) ? progress.secondsLeft : undefined,
    secondsReallyLeft: (endMs - atMs) / 1000,
  }));
}

/** What each of the uploads said as long as it ran. */
export async function watch(scene: Scene): Promise<readonly (readonly Said[])[]> {
  const timeline = createTimeline();
  const limiter = createLimiter(scene.limits);
  const later = createLimiter(scene.change?.limits ?? scene.limits);
  const random = seeded(scene.seed ?? 1);
  const { seconds, calls } = scene.before ?? { seconds: 0, calls: 0 };
  const shared = (): Pace => createPace({ clock: timeline, random: random.fork() });
  const pace = scene.isOneProcess === true ? shared() : undefined;
  const world: World = { scene, timeline, random, limiter, later, pace, startMs: 0, freeMs: 0 };
  const play = async (): Promise<readonly (readonly Said[])[]> => {
    for (let one = 0; one < calls; one += 1) {
      limiter.take(timeline.now());
      await timeline.sleep((1000 * seconds) / calls);
    }
    world.startMs = timeline.now();
    return Promise.all(scene.uploads.map((plan) => upload(world, plan)));
  };
  return timeline.play(play());
}
