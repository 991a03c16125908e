// A store that returns MD5s keeps something else for a while, for so long that it looks like one that returns none.
import { randomBytes } from "node:crypto";
import { appendFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Avala } from "../../src/api/connection";
import type { Transport } from "../../src/api/transport/transport";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { sessionWith } from "../support/session";
import { BY_FORM, MIB, useUploadPlace } from "../support/upload-place";

const ONCE = { target: "storage" } as const;

const place = useUploadPlace();

async function filesOf(count: number, sizeBytes: number): Promise<UploadFile[]> {
  const names = Array.from(
    { length: count },
    (_, index) => `${String(index).padStart(2, "0")}.jpg`,
  );
  return Promise.all(names.map((name, index) => place.put(name, randomBytes(sizeBytes + index))));
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

describe.each(sizes)("%s", (_what, sizeBytes) => {
  test.each([
    ["other", 9, 8],
    ["other", 14, 8],
    ["other", 14, 1],
    ["nothing", 12, 8],
  ] as const)(
    "are sent again where it kept %s at first, %d times, %d at once",
    async (store, times, concurrency) => {
      await place.start(BY_FORM);
      const files = await filesOf(24, sizeBytes);
      place.emulator.setFault({ on: ONCE, times, store });
      const result = await upload(files, concurrency);
      expect(result).toMatchObject({ checkedByStore: 24, isComplete: true });
      expect(result.sent.map(({ path }) => path).sort()).toEqual(files.map(({ path }) => path));
      expect(result.bytesSent).toBe(files.reduce((sum, file) => sum + file.sizeBytes, 0));
      await expectStored(files);
      expect(await upload(files, concurrency)).toMatchObject({ sent: [] });
    },
  );
});

test("parts are sent again in another batch", async () => {
  await place.start();
  const files = [await place.put("drive.mcap", randomBytes(81 * MIB))];
  place.emulator.setFault({ on: ONCE, times: 11, store: "other" });
  expect(await upload(files, 1)).toMatchObject({ isComplete: true });
  const stored = await place.emulator.objects();
  expect(stored.map(({ sha256 }) => sha256)).toContain(files[0]?.sha256);
});

/** Uploads until so many files were asked for: the next one is refused, and with it the run. */
async function stopAfter(asked: number, files: readonly UploadFile[]): Promise<void> {
  const on = { target: "api", path: "*file-upload-url/" } as const;
  place.emulator.setFault({ on, skip: asked, times: 0, reply: { status: 401 } });
  await expect(upload(files, 1)).rejects.toMatchObject({ code: "authentication" });
  place.emulator.clearFaults();
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
  });
});
