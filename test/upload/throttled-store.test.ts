// A store that is asked too much for long: its refusals cost the key's budget no calls.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { EmulatorOptions, Fault } from "../../emulator";
import { startExport, waitForExport } from "../../src/operations/export";
import { downloadExport } from "../../src/operations/export-download";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { sessionWith } from "../support/session";
import { MIB, useUploadPlace } from "../support/upload-place";
import { skippingClock } from "../support/virtual-clock";

const place = useUploadPlace();

function start(uploadReply: "form" | "managed", options: EmulatorOptions = {}): Promise<void> {
  const parts = { partSizeBytes: 5 * MIB, multipartFromBytes: 6 * MIB };
  return place.start({ ...parts, ...options, dialect: { uploadReply, ...options.dialect } });
}

async function smallFiles(count: number): Promise<UploadFile[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      place.put(`${String(index)}.jpg`, Buffer.from(`content ${String(index)}`)),
    ),
  );
}

function upload(
  files: readonly UploadFile[],
  { avala } = sessionWith(place.emulator),
): Promise<UploadResult> {
  return uploadFiles(avala, { datasetName: "set", files, concurrency: 4 });
}

const count = (path: RegExp): number =>
  place.emulator.requests().filter((one) => one.target === "api" && path.test(one.path)).length;
const presigns = (): number => count(/\/file-upload-url\/$/);
const signings = (): number => count(/\/parts\/$/);

async function expectStored(files: readonly UploadFile[]): Promise<void> {
  const stored = (await place.emulator.objects()).map(({ sha256 }) => sha256);
  expect(stored.sort()).toEqual(files.map(({ sha256 }) => sha256).sort());
}

const THROTTLED: Fault = { on: { target: "storage" }, skip: 3, times: 100, throttled: true };
const answer = (status: number, headers: Record<string, string> = {}): Fault => ({
  ...THROTTLED,
  throttled: false,
  reply: { status, headers, body: "<Error><Code>SlowDown</Code></Error>" },
});

describe.each(["form", "managed"] as const)("while a store throttles files (%s)", (how) => {
  test.each([
    ["in its own words", THROTTLED],
    ["with a 503", answer(503)],
    ["with a 429 and a Retry-After", answer(429, { "retry-after": "1" })],
  ])("each is presigned once: %s", async (_words, fault) => {
    await start(how);
    const files = await smallFiles(12);
    place.emulator.setFault(fault);
    const result = await upload(files);
    expect(result).toMatchObject({ isComplete: true, retries: 100 });
    expect(presigns()).toBe(12);
    await expectStored(files);
  });

  test.each([
    ["each minute", { lifeSeconds: 3600, waitSeconds: 10, behindMs: 0, presigned: 4 }],
    ["after a long wait", { lifeSeconds: 3600, waitSeconds: 120, behindMs: 0, presigned: 21 }],
    [
      "after half of a short life",
      { lifeSeconds: 40, waitSeconds: 10, behindMs: 0, presigned: 11 },
    ],
    [
      "in time by a slow clock",
      { lifeSeconds: 60, waitSeconds: 10, behindMs: 55_000, presigned: 4 },
    ],
  ])(
    "it is presigned again: %s",
    async (_when, { lifeSeconds, waitSeconds, behindMs, presigned }) => {
      const clock = skippingClock();
      const options = { clock: { now: () => clock.now() + behindMs }, presignSeconds: lifeSeconds };
      await start(how, options);
      const files = await smallFiles(1);
      const fault = answer(429, { "retry-after": String(waitSeconds) });
      place.emulator.setFault({ ...fault, skip: 0, times: 20 });
      const { avala, events } = sessionWith(place.emulator, { ports: { clock } });
      expect(await upload(files, { avala, events })).toMatchObject({
        isComplete: true,
        retries: 20,
      });
      expect(presigns()).toBe(presigned);
      await expectStored(files);
    },
  );

  test("and fails otherwise, it is presigned again", async () => {
    await start(how);
    const files = await smallFiles(1);
    const on = { target: "storage" } as const;
    place.emulator.setFault({ on, times: 2, throttled: true });
    place.emulator.setFault({ on, skip: 2, reply: { status: 500 } });
    place.emulator.setFault({ on, skip: 3, times: 2, throttled: true });
    expect(await upload(files)).toMatchObject({ isComplete: true, retries: 5 });
    expect(presigns()).toBe(2);
    await expectStored(files);
  });
});

test("parts are signed again each minute while their store throttles", async () => {
  const clock = skippingClock();
  await start("managed", { clock: { now: clock.now } });
  const file = await place.put("drive.mcap", randomBytes(16 * MIB));
  place.emulator.setFault({ ...answer(429, { "retry-after": "10" }), skip: 0, times: 80 });
  const { avala, events } = sessionWith(place.emulator, { ports: { clock } });
  const startMs = clock.now();
  expect(await upload([file], { avala, events })).toMatchObject({ isComplete: true, retries: 80 });
  const minutes = (clock.now() - startMs) / 60_000;
  expect(signings()).toBeGreaterThan(minutes / 2);
  // Where each of the four asks, and none takes what another has asked for it.
  expect(signings()).toBeLessThanOrEqual(1 + 4 * minutes);
  await expectStored([file]);
});

test("a part is signed once while its store throttles", async () => {
  await start("managed");
  const file = await place.put("drive.mcap", randomBytes(16 * MIB));
  place.emulator.setFault({ ...THROTTLED, times: 40 });
  expect(await upload([file])).toMatchObject({ isComplete: true, retries: 40 });
  expect([presigns(), signings()]).toEqual([1, 1]);
  await expectStored([file]);
});

test.each([
  ["at once", {}],
  ["with patience", { patienceMs: () => 60_000 }],
])("an export is read once while the store of its file throttles, %s", async (_how, options) => {
  await place.start({ exportMs: 0 });
  const project = place.emulator.addProject("lanes");
  const { avala } = sessionWith(place.emulator);
  const { uid } = await startExport(avala, {
    ...{ name: "release", format: "avala-json-external", projects: [project.uid] },
    ...{ datasets: [], slices: [] },
  });
  await waitForExport(avala, uid, { timeoutMs: 10_000 });
  const before = count(/\/exports\//);
  place.emulator.setFault({ ...THROTTLED, skip: 0, times: 12 });
  await downloadExport(avala, uid, { toFile: join(place.folder, "export.json"), ...options });
  expect(count(/\/exports\//) - before).toBe(1);
});
