// The lines of an upload whose calls begin to fail while it runs, in virtual time: they say that, and no rate, limit or time left.
import { createListener } from "../../action/report/report";
import { createLog } from "../../action/report/log";
import { showEvents } from "../../provider/process/messages";
import { connect } from "../../src/api/connect";
import type { Clock } from "../../src/flow/clock";
import { uploadFiles } from "../../src/upload/run";
import { createAvalaModel, type Fault } from "../simulation/avala-model";
import { createDiskModel } from "../simulation/disk-model";
import { createMachine, createProcess } from "../simulation/process";
import { seeded } from "../simulation/seeded";
import { createTimeline } from "../simulation/timeline";
import { createTempTree, record, type TempTree } from "../support/recorded-action";

const FILES = 300;
const FROM_SECOND = 10;
const TO_SECOND = 40;

let tree: TempTree;
beforeEach(() => {
  tree = createTempTree();
  jest.useFakeTimers({ doNotFake: ["nextTick", "queueMicrotask", "setImmediate", "setTimeout"] });
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

/** Of an upload at the limit of a second, to a server of which `target` fails for half a minute. */
async function linesOf(target: "api" | "storage", fault: Fault["name"]) {
  const timeline = createTimeline();
  const startMs = timeline.now();
  const second = (): number => (timeline.now() - startMs) / 1000;
  const random = seeded(1);
  const data = Buffer.from("a photograph");
  const isDown = (): boolean => second() > FROM_SECOND && second() < TO_SECOND;
  const { api, storage } = createAvalaModel({
    ...{ clock: timeline, random: random.fork(), limitPerMinute: 6000, burstPerSecond: 20 },
    faultOf: (asked) => (asked === target && isDown() ? fault : undefined),
  });
  const disk = createDiskModel(new Map([["/set/one.jpg", data]]), timeline);
  const { ports } = createProcess(
    { clock: timeline, random: random.fork(), api, storage, disk },
    createMachine(),
  );
  const recorded = record({ tree });
  const ofStep = createListener(createLog(recorded.environment), timeline);
  const [step, stack]: Line[][] = [[], []];
  const status = (text: string): void => void stack?.push({ second: second(), text });
  const messages = { info: () => Promise.resolve(), warn: () => Promise.resolve(), status };
  const ofStack = showEvents({ ...messages, isLogged: true }, timeline.now);
  const avala = connect({
    apiKey: "avk_simulation_0123456789",
    ports,
    onEvent: (event) => {
      const shown = recorded.lines.length;
      ofStep(event);
      for (const text of recorded.lines.slice(shown)) step?.push({ second: second(), text });
      ofStack(event);
    },
  });
  const files = Array.from({ length: FILES }, (_, index) => ({
    ...{ path: `${index}.jpg`, absolutePath: "/set/one.jpg", sizeBytes: data.length },
  }));
  const ended = new AbortController();
  const upload = uploadFiles(avala, { datasetName: "set", files });
  const ticking = tickBy(timeline, ended.signal);
  // With bad luck a file is tried to its end meanwhile.
  await timeline.play(upload.catch(() => undefined).finally(() => ended.abort()));
  await ticking;
  return { step: step ?? [], stack: stack ?? [] };
}

test.each([
  ["api", "503", "Avala has responded with 503 for"],
  ["storage", "503", "has refused (503"],
  ["api", "refused", "connections have failed for"],
] as const)("of the %s that fails (%s)", async (target, fault, text) => {
  const { step, stack } = await linesOf(target, fault);
  for (const lines of [step, stack]) {
    const ofProgress = lines.filter(({ text: line }) => /^Uploading|^\d+%/.test(line));
    const within = ofProgress.filter(({ second }) => second > 13 && second < TO_SECOND);
    expect(within.length).toBeGreaterThan(0);
    expect(within.length).toBeLessThan(9);
    for (const line of within) {
      expect(line.text).toContain(text);
      expect(line.text).not.toMatch(/left|\/s|limit/);
    }
    expect(ofProgress.at(-1)?.text).not.toContain("has");
  }
});
