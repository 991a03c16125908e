// Several runs at once on one key, or on keys of one user, whose calls draw each other's 429, in virtual time.
import { connect } from "../../src/api/connect";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import { createAvalaModel } from "../simulation/avala-model";
import { createDiskModel } from "../simulation/disk-model";
import { createMachine, createProcess } from "../simulation/process";
import { seeded } from "../simulation/seeded";
import { createTimeline } from "../simulation/timeline";

const KEY = "avk_simulation_0123456789";
const RUNS = 4;
const FILES = 150;

/** Runs at once, each with a name and files of its own; how each ended, and how many calls were refused. */
async function runTogether(
  seed: number,
  burstPerSecond: number,
  keys: readonly string[] = [KEY, KEY, KEY, KEY],
) {
  const timeline = createTimeline();
  const random = seeded(seed);
  const data = Buffer.from("a photograph");
  const files: UploadFile[] = Array.from({ length: FILES }, (_, index) => ({
    path: `${index}.jpg`,
    absolutePath: "/set/one.jpg",
    sizeBytes: data.length,
  }));
  const server = createAvalaModel({
    clock: timeline,
    random: random.fork(),
    faultOf: () => undefined,
    limitPerMinute: 100,
    burstPerSecond,
  });
  const disk = createDiskModel(new Map([["/set/one.jpg", data]]), timeline);
  const machine = createMachine();
  const runs = keys.map((apiKey, index) => {
    const { api, storage } = server;
    const shared = { clock: timeline, random: random.fork(), api, storage, disk };
    const { ports } = createProcess(shared, machine);
    const avala = connect({ apiKey, ports });
    return uploadFiles(avala, { datasetName: `set-${index}`, files });
  });
  const ends = await timeline.play(Promise.allSettled(runs));
  return { ends, server, files };
}

describe("four runs at once on one key", () => {
  test.each([1, 3])(
    "all end well, and one call in twenty-five is refused at most, seed %d",
    async (seed) => {
      const { ends, server } = await runTogether(seed, 20);
      expect(ends.map(({ status }) => status)).toEqual(Array(RUNS).fill("fulfilled"));
      expect(server.objects.size).toBe(RUNS * FILES);
      expect(server.counts.throttled).toBeLessThan(server.counts.calls / 25);
    },
  );

  test("all end well where far fewer calls a second are taken than they know of", async () => {
    const { ends, server } = await runTogether(4, 2);
    expect(ends.map(({ status }) => status)).toEqual(Array(RUNS).fill("fulfilled"));
    expect(server.counts.throttled).toBeGreaterThan(server.counts.calls / 10);
  });
});

test("two runs with two keys of one user, which share its limit, end well and are refused as seldom", async () => {
  const { ends, server } = await runTogether(1, 20, [KEY, "avk_simulation_9876543210"]);
  expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
  expect(server.objects.size).toBe(2 * FILES);
  expect(server.counts.throttled).toBeLessThan(server.counts.calls / 25);
});
