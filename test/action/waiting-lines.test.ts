// The lines of an upload that waits for the rate limit most of the time, in virtual time.
import { createListener } from "../../action/report/report";
import { createLog } from "../../action/report/log";
import { connect } from "../../src/api/connect";
import type { Clock } from "../../src/flow/clock";
import { uploadFiles } from "../../src/upload/run";
import { createAvalaModel } from "../simulation/avala-model";
import { createDiskModel } from "../simulation/disk-model";
import { createMachine, createProcess } from "../simulation/process";
import { seeded } from "../simulation/seeded";
import { createTimeline } from "../simulation/timeline";
import { createTempTree, record, type TempTree } from "../support/recorded-action";

const FILES = 1110;
const PER_MINUTE = 100;

let tree: TempTree;
beforeEach(() => {
  tree = createTempTree();
  jest.useFakeTimers({
    doNotFake: [
      ...(["Date", "hrtime", "nextTick", "performance", "queueMicrotask"] as const),
      ...(["setImmediate", "clearImmediate", "setTimeout", "clearTimeout"] as const),
    ],
  });
});
afterEach(() => {
  jest.useRealTimers();
  tree.remove();
});

/** Lets what is repeated in the system's time go in virtual time, until `signal` aborts. */
async function tickBy(clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(1000, signal).catch(() => undefined);
    if (!signal.aborted) jest.advanceTimersByTime(1000);
  }
}

interface Line {
  readonly second: number;
  readonly text: string;
}

async function linesOfUpload(): Promise<readonly Line[]> {
  const timeline = createTimeline();
  const random = seeded(1);
  const data = Buffer.from("a photograph");
  const { api, storage } = createAvalaModel({
    clock: timeline,
    random: random.fork(),
    faultOf: () => undefined,
    limitPerMinute: PER_MINUTE,
    burstPerSecond: 20,
  });
  const disk = createDiskModel(new Map([["/set/one.jpg", data]]), timeline);
  const { ports } = createProcess(
    { clock: timeline, random: random.fork(), api, storage, disk },
    createMachine(),
  );
  const recorded = record({ tree });
  const show = createListener(createLog(recorded.environment), timeline);
  const startMs = timeline.now();
  const lines: Line[] = [];
  const avala = connect({
    apiKey: "avk_simulation_0123456789",
    ports,
    onEvent: (event) => {
      const shown = recorded.lines.length;
      show(event);
      for (const text of recorded.lines.slice(shown))
        lines.push({ second: (timeline.now() - startMs) / 1000, text });
    },
  });
  const files = Array.from({ length: FILES }, (_, index) => ({
    path: `${index}.jpg`,
    absolutePath: "/set/one.jpg",
    sizeBytes: data.length,
  }));
  const ended = new AbortController();
  const upload = uploadFiles(avala, { datasetName: "set", files });
  const ticking = tickBy(timeline, ended.signal);
  await timeline.play(upload.finally(() => ended.abort()));
  await ticking;
  return lines;
}

test("lines come each minute at least, and say that the upload waits", async () => {
  const lines = (await linesOfUpload()).filter(({ text }) => text.startsWith("Uploading"));
  const pauses = lines.map(({ second }, index) => second - (lines[index - 1]?.second ?? 0));
  expect(Math.max(...pauses)).toBeLessThan(66);
  expect(lines.length).toBeLessThan(34);
  const waiting = lines.filter(({ text }) => text.includes("waiting for the rate limit"));
  expect(waiting.length).toBeGreaterThan(lines.length / 3);
  expect(waiting[0]?.text).toMatch(
    /^Uploading \d%: \d+ of 1,110 files, .* of .*, waiting for the rate limit, continues in \d+ s, 11 min left\.$/,
  );
});
