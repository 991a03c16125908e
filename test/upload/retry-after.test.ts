// Every form that `Retry-After` has, in the middle of an upload, from the API and from the store: how long the run waits,
// and that it ends well.
import type { Emulator } from "../../emulator";
import { isUploadError } from "../../src/errors";
import { uploadFiles } from "../../src/upload/run";
import { sessionWith } from "../support/session";
import { createTempTree, jpeg, type TempTree } from "../support/temp-tree";
import { rejectionOf } from "../support/thrown";
import { virtualClock, type VirtualClock } from "../support/virtual-clock";
import { startQuietly } from "../support/quiet-emulator";

let emulator: Emulator;
let tree: TempTree;
let clock: VirtualClock;
beforeEach(async () => {
  emulator = await startQuietly();
  tree = createTempTree(Object.fromEntries(paths.map((path) => [path, jpeg(path)])));
  clock = virtualClock(Date.now());
});
afterEach(async () => {
  tree.remove();
  await emulator.stop();
});

const paths = ["a.jpg", "b.jpg", "c.jpg"];
const HTTP_DATE = (ms: number): string => new Date(ms).toUTCString();

async function upload(): Promise<{ waitedMs: number; sent: number }> {
  const { avala } = sessionWith(emulator, { ports: { clock } });
  const startMs = clock.now();
  const files = paths.map((path) => ({
    path,
    absolutePath: tree.at(path),
    sizeBytes: jpeg(path).length,
  }));
  const { sent } = await clock.run(uploadFiles(avala, { datasetName: "set", files }));
  return { waitedMs: clock.now() - startMs, sent: sent.length };
}

const places = [
  ["the API, with 429", { path: "*file-upload-url/" }, 429],
  ["the API, with 503", { path: "*file-upload-url/" }, 503],
  ["the store, with 503", { target: "storage" }, 503],
  ["the store, with 429", { target: "storage" }, 429],
] as const;

describe.each(places)("from %s", (_name, on, status) => {
  const asks = (value: string | undefined, date?: string): void => {
    const headers = {
      ...(value !== undefined && { "Retry-After": value }),
      ...(date !== undefined && { Date: date }),
    };
    emulator.setFault({ on, reply: { status, headers, body: { detail: "wait" } } });
  };

  test.each([
    ["seconds", "7", 7000, 7800],
    ["zero", "0", 0, 800],
    ["a negative number", "-5", 0, 800],
    ["garbage", "soon", 0, 800],
    ["nothing at all", undefined, 0, 800],
    ["minutes", "600", 600_000, 600_800],
  ])("%s", async (_form, value, minMs, maxMs) => {
    asks(value);
    const { waitedMs, sent } = await upload();
    expect(sent).toBe(3);
    expect(waitedMs).toBeGreaterThanOrEqual(minMs);
    expect(waitedMs).toBeLessThanOrEqual(maxMs);
  });

  test("a date, also of a server whose clock is a day off", async () => {
    const serverMs = clock.now() + 86_400_000;
    asks(HTTP_DATE(serverMs + 30_000), HTTP_DATE(serverMs));
    const { waitedMs, sent } = await upload();
    expect(sent).toBe(3);
    expect(waitedMs).toBeGreaterThan(28_000);
    expect(waitedMs).toBeLessThan(32_600);
  });

  test("a date that is over", async () => {
    asks(HTTP_DATE(clock.now() - 3_600_000));
    expect((await upload()).waitedMs).toBeLessThanOrEqual(800);
  });

  test("a day: that file fails at once and is named, the others are sent", async () => {
    asks("86400");
    const error = await rejectionOf(upload());
    // Whichever of the three came first.
    const failures = isUploadError(error) ? error.failures : [];
    const failed = failures.map(({ path }) => path);
    expect(failed).toHaveLength(1);
    expect(failures[0]?.error.message).toContain("the server asks to wait 24 h");
    const stored = (await emulator.objects()).map(({ key }) => key.split("/").at(-1));
    expect([...stored, ...failed].sort()).toEqual(paths);
  });
});
