// A store that returns MD5s keeps something else for a while, for so long that it looks like one that returns none.
import { randomBytes } from "node:crypto";
import { appendFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { FaultMatch } from "../../emulator";
import type { Avala } from "../../src/api/connection";
import type { Transport } from "../../src/api/transport/transport";
import type { UploadError } from "../../src/errors";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { halfOf } from "../support/night";
import { sessionWith } from "../support/session";
import { BY_FORM, MIB, sha256Of, useUploadPlace } from "../support/upload-place";

const ONCE = { target: "storage" } as const;

const place = useUploadPlace();

type HashedFile = UploadFile & { readonly sha256: string };

const random = randomBytes(81 * MIB);
const digests = new Map<number, string>();

/** Content by its size, made and hashed once for all tests. */
function contentOf(sizeBytes: number): [data: Buffer, sha256: string] {
  const data = random.subarray(0, sizeBytes);
  const sha256 = digests.get(sizeBytes) ?? sha256Of(data);
  digests.set(sizeBytes, sha256);
  return [data, sha256];
}

async function filesOf(count: number, sizeBytes: number): Promise<HashedFile[]> {
  const names = Array.from(
    { length: count },
    (_, index) => `${String(index).padStart(2, "0")}.jpg`,
  );
  return Promise.all(names.map((name, index) => place.put(name, ...contentOf(sizeBytes + index))));
}

function upload(
  files: readonly UploadFile[],
  concurrency: number,
  avala: Avala = sessionWith(place.emulator).avala,
): Promise<UploadResult> {
  const stateDirectory = join(place.folder, "state");
  return uploadFiles(avala, { datasetName: "set", files, concurrency, stateDirectory });
}

async function expectStored(files: readonly UploadFile[]): Promise<void> {
  const stored = await place.emulator.objects();
  expect(stored.map(({ sha256 }) => sha256).sort()).toEqual(files.map((f) => f.sha256).sort());
}

const sizes: [what: string, sizeBytes: number][] = [
  ["small files", 1000],
  ["files of more than 1 MiB", MIB + 1],
];

const MINUTES = [
  { store: "other", times: 9, concurrency: 8, count: 26 },
  { store: "other", times: 14, concurrency: 8, count: 34 },
  { store: "other", times: 14, concurrency: 1, count: 18 },
  { store: "nothing", times: 12, concurrency: 8, count: 24 },
] as const;

test.each(
  halfOf(sizes, MINUTES).map(([[what, sizeBytes], minute]) => ({ what, sizeBytes, ...minute })),
)(
  "$what are sent again where it kept $store at first, $times times, $concurrency at once, of $count",
  async ({ sizeBytes, store, times, concurrency, count }) => {
    await place.start(BY_FORM);
    // Of large files the first, second, fourth, eighth and so on are compared: replies that come in another order than
    // the requests must leave one whose turn comes after the fault.
    const files = await filesOf(count, sizeBytes);
    place.emulator.setFault({ on: ONCE, times, store });
    const result = await upload(files, concurrency);
    expect(result).toMatchObject({ checkedByStore: count, isComplete: true });
    expect(result.sent.map(({ path }) => path).sort()).toEqual(files.map(({ path }) => path));
    expect(result.bytesSent).toBe(files.reduce((sum, file) => sum + file.sizeBytes, 0));
    await expectStored(files);
    expect(await upload(files, concurrency)).toMatchObject({ sent: [] });
  },
);

test("parts are sent again in another batch", async () => {
  await place.start();
  const files = [await place.put("drive.mcap", ...contentOf(81 * MIB))];
  place.emulator.setFault({ on: ONCE, times: 11, store: "other" });
  expect(await upload(files, 1)).toMatchObject({ isComplete: true });
  const stored = await place.emulator.objects();
  expect(stored.map(({ sha256 }) => sha256)).toContain(files[0]?.sha256);
});

/** Uploads until so many files were asked for: the next one is refused, and with it the run. */
async function stopAfter(asked: number, files: readonly UploadFile[]): Promise<UploadError> {
  const on = { target: "api", path: "*file-upload-url/" } as const;
  place.emulator.setFault({ on, skip: asked, times: 0, reply: { status: 401 } });
  const error: unknown = await upload(files, 1).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "authentication" });
  place.emulator.clearFaults();
  return error as UploadError;
}

test("what it kept wrong and is sent again counts as landed only then", async () => {
  await place.start(BY_FORM);
  const files = await filesOf(24, 1000);
  place.emulator.setFault({ on: ONCE, times: 14, store: "other" });
  // All files are asked for once; then all but the first, which was asked for before, are refused to be sent again.
  await stopAfter(24, files);
  const { unchanged, sent } = await upload(files, 1);
  expect([unchanged.length, sent.length]).toEqual([12, 12]);
  await expectStored(files);
});

/** Uploads until the store refuses: it keeps something else of all before, and the run is stopped. */
async function stopAtStore(
  refusal: { readonly skip?: number; readonly on: FaultMatch },
  files: readonly UploadFile[],
): Promise<void> {
  place.emulator.setFault(
    { ...refusal, times: 0, reply: { status: 403 } },
    { on: ONCE, times: 0, store: "other" },
  );
  await expect(upload(files, 1)).rejects.toMatchObject({ name: "UploadError" });
  place.emulator.clearFaults();
}

describe("what an earlier run counted although it was kept wrong", () => {
  const allOf = (files: readonly UploadFile[]): number =>
    files.reduce((sum, file) => sum + file.sizeBytes, 0);

  test.each(sizes)("is sent again: %s by form", async (_what, sizeBytes) => {
    await place.start(BY_FORM);
    const files = await filesOf(24, sizeBytes);
    place.emulator.setFault({ on: ONCE, times: 14, store: "other" });
    await stopAfter(13, files);
    const { avala, events } = sessionWith(place.emulator);
    const result = await upload(files, 8, avala);
    expect(result).toMatchObject({ unchanged: [], checkedByStore: 24, isComplete: true });
    expect(result.sent.map(({ path }) => path).sort()).toEqual(files.map(({ path }) => path));
    expect(result.bytesSent).toBe(allOf(files));
    const progress = events.flatMap((event) =>
      event.kind === "upload-progress" ? [event.progress] : [],
    );
    expect(progress.at(-1)).toMatchObject({ filesSent: 24, filesUnchanged: 0, bytesSkipped: 0 });
    await expectStored(files);
    expect(await upload(files, 8)).toMatchObject({ sent: [] });
  });

  test("is sent again where it was a single file", async () => {
    await place.start(BY_FORM);
    const files = await filesOf(6, 1000);
    place.emulator.setFault({ on: ONCE, times: 2, store: "other" });
    const { avala } = sessionWith(place.emulator);
    const isOver = (): boolean =>
      place.emulator.requests().filter(({ target }) => target === "storage").length >= 2;
    const clock = { ...avala.clock, now: () => (isOver() ? 2 : 0) };
    const stateDirectory = join(place.folder, "state");
    const request = { datasetName: "set", files, concurrency: 1, stateDirectory };
    const first = await uploadFiles({ ...avala, clock }, { ...request, deadlineMs: 1 });
    expect([first.isComplete, first.sent.length]).toEqual([false, 1]);
    expect(await upload(files, 1)).toMatchObject({ unchanged: [], checkedByStore: 6 });
    await expectStored(files);
  });

  test("does not count where a PUT can't replace it", async () => {
    await place.start();
    const files = await filesOf(24, 1000);
    place.emulator.setFault({ on: ONCE, times: 13, store: "other" });
    await stopAfter(13, files);
    await expect(upload(files, 1)).rejects.toMatchObject({ code: "conflict", landed: [] });
  });

  test("does not count where the only file that shows it fails", async () => {
    await place.start();
    const files = await filesOf(14, 1000);
    place.emulator.setFault({ on: ONCE, times: 13, store: "other" });
    await stopAfter(13, files);
    place.emulator.setFault({ on: { path: "*/complete/" }, times: 0, reply: { status: 500 } });
    await expect(upload(files, 1)).rejects.toMatchObject({ landed: [] });
  });

  test.each([
    ["a file in parts", [81], { skip: 15, on: ONCE }],
    ["files in parts", [16, 16, 6], { on: { ...ONCE, path: "*/2.mcap" } }],
  ])("is sent again as %s", async (_what, sizes, refusal) => {
    await place.start();
    const files = await Promise.all(
      sizes.map((size, index) => place.put(`${index}.mcap`, ...contentOf(size * MIB - index))),
    );
    await stopAtStore(refusal, files);
    const { avala, events } = sessionWith(place.emulator);
    const result = await upload(files, 1, avala);
    expect(result).toMatchObject({ unchanged: [], isComplete: true });
    const warnings = events.flatMap((event) => (event.kind === "warning" ? [event.text] : []));
    expect(warnings).toEqual([expect.stringContaining("and not of this one. All files of set")]);
    const stored = new Set((await place.emulator.objects()).map(({ sha256 }) => sha256));
    expect(files.filter(({ sha256 }) => !stored.has(sha256))).toEqual([]);
  });

  test("is sent again where a run was stopped once its store had shown what it is", async () => {
    await place.start(BY_FORM);
    const files = await filesOf(24, 1000);
    place.emulator.setFault({ on: ONCE, times: 14, store: "other" });
    await stopAfter(13, files);
    // All that is left lands, then all that is to be sent again is refused.
    const { uploadUid } = await stopAfter(11, files);
    // A caller's own record may be older than that.
    const stored = { uploadUid, entries: files };
    const stateDirectory = join(place.folder, "state");
    const request = { datasetName: "set", files, stateDirectory, stored };
    const { avala } = sessionWith(place.emulator);
    expect(await uploadFiles(avala, request)).toMatchObject({ checkedByStore: 13 });
    await expectStored(files);
  });

  test("does not count as landed in what a run is stopped with that has learned it", async () => {
    await place.start(BY_FORM);
    const files = await filesOf(24, 1000);
    place.emulator.setFault({ on: ONCE, times: 14, store: "other" });
    await stopAfter(13, files);
    const { landed } = await stopAfter(5, files);
    expect(landed.map(({ path }) => path)).toEqual(files.slice(13, 18).map(({ path }) => path));
    expect(await upload(files, 1)).toMatchObject({ checkedByStore: 19 });
    await expectStored(files);
  });

  test("counts still where nothing is learned", async () => {
    await place.start(BY_FORM);
    const files = await filesOf(13, 1000);
    place.emulator.setFault({ on: ONCE, times: 14, store: "other" });
    await upload(files, 1);
    const result = await upload(files, 1);
    expect([result.sent, result.unchanged.length, result.isComplete]).toEqual([[], 13, true]);
  });
});

describe("a store whose ETags are no MD5s", () => {
  test.each(sizes)("is sent %s once, but for the first", async (_what, sizeBytes) => {
    await place.start({ ...BY_FORM, etag: "opaque" });
    const files = await filesOf(24, sizeBytes);
    expect(await upload(files, 8)).toMatchObject({ checkedByStore: 0, isComplete: true });
    const requests = place.emulator.requests().filter(({ target }) => target === "storage");
    expect(requests).toHaveLength(25);
  });

  test.each([
    ["changed", (path: string) => appendFile(path, "more")],
    ["removed", (path: string) => rm(path)],
  ])("counts a file that is %s before it can be sent once more to learn", async (_what, act) => {
    await place.start({ ...BY_FORM, etag: "opaque" });
    const files = await filesOf(1, 2 * MIB);
    const { avala } = sessionWith(place.emulator);
    const send: Transport["send"] = async (request) => {
      const reply = await avala.storage.send(request);
      await act(files[0]!.absolutePath);
      return reply;
    };
    const changing = { ...avala, storage: { ...avala.storage, send } };
    const result = await upload(files, 1, changing);
    expect(result).toMatchObject({ checkedByStore: 0, isComplete: true, retries: 0 });
    await expectStored(files);
  });

  test("has those files that waited land when that shows: a run that is stopped sends none of them again", async () => {
    await place.start({ ...BY_FORM, etag: "opaque" });
    const files = await filesOf(30, 1000);
    await stopAfter(20, files);
    const { unchanged, sent } = await upload(files, 1);
    expect([unchanged.length, sent.length]).toEqual([20, 10]);
    const again = await upload(files, 1);
    expect([again.unchanged.length, again.sent.length]).toEqual([30, 0]);
  });
});
