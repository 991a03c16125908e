// A session that an earlier run left open, and of which the server says as it is asked for again that it is gone by now: the batch may
// give the file no other one, so all files go in another, as where it says so when the file is completed.
import { join } from "node:path";
import type { Avala } from "../../src/api/connection";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { uploadFiles } from "../../src/upload/run";
import { PRESIGN, makeFiles, waitingClock } from "../support/completions";
import { sessionWith } from "../support/session";
import { useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const COUNT = 10;
const OPEN = 4;

interface Asked {
  readonly file_path_in_dataset: string;
  readonly dataset_upload_uid?: string;
}

interface Refusing {
  readonly upload: () => Promise<UploadResult>;
  readonly asked: readonly Asked[];
}

/** Without words it is a page, as of a gateway. */
type Refusal = readonly [status: number, detail: string | undefined];

const GONE: readonly Refusal[] = [
  [410, "This upload has expired."],
  [410, "Gone."],
  [409, "Upload session expired."],
  [404, "Upload session not found."],
  [400, "The upload session has expired."],
];

const stored = (): number =>
  place.emulator.requests().filter(({ target }) => target === "storage").length;

/** A run on a server that refuses the presigns where `isRefused`. */
function refusing(
  files: readonly UploadFile[],
  [status, detail]: Refusal,
  isRefused: (asked: Asked) => boolean,
  concurrency = 1,
): Refusing {
  const { avala } = sessionWith(place.emulator, { ports: { clock: waitingClock() } });
  const asked: Asked[] = [];
  const call: Avala["call"] = async (request) => {
    if (!request.route.endsWith(PRESIGN)) return avala.call(request);
    const one = request.body as Asked;
    asked.push(one);
    if (isRefused(one))
      place.emulator.setFault({
        on: { path: PRESIGN },
        reply: { status, body: detail === undefined ? "Not here" : { detail } },
      });
    return avala.call(request);
  };
  const stateDirectory = join(place.folder, "state");
  const request = { datasetName: "set", files, stateDirectory, concurrency };
  return { upload: () => uploadFiles({ ...avala, call }, request), asked };
}

/** A run that is cut off before the completion of its fifth file, or of the last. */
async function leaveOpen(files: readonly UploadFile[], completed = OPEN): Promise<string> {
  await place.start();
  const on = { path: "*/complete/" };
  place.emulator.setFault({ on, skip: completed, times: 0, reply: { status: 401, body: {} } });
  const cut = refusing(files, [401, ""], () => false);
  await expect(cut.upload()).rejects.toMatchObject({ code: "authentication" });
  place.emulator.clearFaults();
  const path = cut.asked.at(-1)?.file_path_in_dataset;
  if (path === undefined) throw new Error("Nothing was asked for.");
  return path;
}

const batchesOf = (asked: readonly Asked[]): readonly (string | undefined)[] => [
  ...new Set(asked.map((one) => one.dataset_upload_uid)),
];

describe.each(GONE)("a session that is refused with a %i (%s)", (status, detail) => {
  test("has all files go in another batch, in the same run", async () => {
    const files = await makeFiles(place, COUNT);
    const open = await leaveOpen(files);
    let old: string | undefined;
    const run = refusing(files, [status, detail], (one) => {
      old ??= one.dataset_upload_uid;
      return one.file_path_in_dataset === open && one.dataset_upload_uid === old;
    });
    expect(await run.upload()).toMatchObject({ isComplete: true });
    expect(batchesOf(run.asked)).toHaveLength(2);
  });

  test("does so where it is the only one left, and the batch has forgotten all others", async () => {
    const files = await makeFiles(place, COUNT);
    await leaveOpen(files, COUNT - 1);
    let old: string | undefined;
    const run = refusing(files, [status, detail], (one) => {
      old ??= one.dataset_upload_uid;
      return one.dataset_upload_uid === old;
    });
    expect(await run.upload()).toMatchObject({ isComplete: true });
  });

  test("fails its file alone where another batch would not take it either, and nothing is sent again", async () => {
    const files = await makeFiles(place, COUNT);
    const open = await leaveOpen(files);
    const before = stored();
    const isRefused = (one: Asked): boolean => one.file_path_in_dataset === open;
    const run = refusing(files, [status, detail], isRefused);
    await expect(run.upload()).rejects.toMatchObject({
      failures: [{ path: open }],
      landed: { length: COUNT - 1 },
    });
    const again = refusing(files, [status, detail], isRefused);
    await expect(again.upload()).rejects.toMatchObject({ failures: [{ path: open }] });
    expect(again.asked.length).toBeLessThanOrEqual(4);
    expect(stored() - before).toBe(COUNT - OPEN - 1);
  });
});

test.each(GONE)(
  "sessions of which no record says that they were left open are no reason to stop (%i, %s)",
  async (status, detail) => {
    const files = await makeFiles(place, COUNT);
    await place.start();
    let old: string | undefined;
    const run = refusing(files, [status, detail], (one) => {
      old ??= one.dataset_upload_uid;
      return one.dataset_upload_uid === old;
    });
    expect(await run.upload()).toMatchObject({ isComplete: true });
    expect(batchesOf(run.asked)).toHaveLength(2);
  },
);

test.each(GONE)("is held where that is so for a moment only (%i, %s)", async (status, detail) => {
  const files = await makeFiles(place, COUNT);
  await leaveOpen(files);
  const before = stored();
  let times = 0;
  const run = refusing(files, [status, detail], () => (times += 1) === 1);
  expect(await run.upload()).toMatchObject({ isComplete: true });
  expect(batchesOf(run.asked)).toHaveLength(1);
  expect(stored() - before).toBe(COUNT - OPEN - 1);
});

test.each(GONE)(
  "what landed is given up in no run in which all is refused (%i, %s)",
  async (status, detail) => {
    const files = await makeFiles(place, COUNT);
    await leaveOpen(files, COUNT - 1);
    const refused = refusing(files, [status, detail], () => true);
    await expect(refused.upload()).rejects.toMatchObject({ landed: { length: COUNT - 1 } });
    const before = stored();
    expect(await refusing(files, [status, detail], () => false).upload()).toMatchObject({
      isComplete: true,
    });
    expect(stored()).toBe(before);
  },
);

test("each of several open sessions is asked about, and fails alone where no batch takes its file", async () => {
  const files = await makeFiles(place, COUNT);
  await place.start();
  place.emulator.setFault({
    on: { path: "*/complete/" },
    times: 0,
    reply: { status: 401, body: {} },
  });
  const cut = refusing(files, [401, ""], () => false, 4);
  await expect(cut.upload()).rejects.toMatchObject({ code: "authentication" });
  place.emulator.clearFaults();
  const open = new Set(cut.asked.map((one) => one.file_path_in_dataset));
  expect(open.size).toBeGreaterThan(2);
  const before = stored();
  const run = refusing(files, [404, "Not found."], (one) => open.has(one.file_path_in_dataset), 4);
  await expect(run.upload()).rejects.toMatchObject({
    failures: { length: open.size },
    landed: { length: COUNT - open.size },
  });
  expect(stored() - before).toBe(COUNT - open.size);
});

test("where the batch takes the file again after the next one was asked, nothing is sent again", async () => {
  const files = await makeFiles(place, COUNT);
  const open = await leaveOpen(files);
  const before = stored();
  let times = 0;
  const isOpen = (one: Asked): boolean => one.file_path_in_dataset === open;
  const run = refusing(files, [404, "Not found."], (one) => isOpen(one) && (times += 1) <= 2);
  await expect(run.upload()).rejects.toMatchObject({
    failures: [{ path: open }],
    landed: { length: COUNT - 1 },
  });
  expect(stored() - before).toBe(COUNT - OPEN - 1);
  expect(await refusing(files, [404, ""], () => false).upload()).toMatchObject({
    isComplete: true,
  });
  expect(stored() - before).toBe(COUNT - OPEN - 1);
});

describe("nothing goes in another batch", () => {
  const ofAddress: readonly Refusal[] = [
    [404, "Not found."],
    [400, "Your trial has expired."],
    [404, undefined],
  ];
  test.each(ofAddress)("where no file is taken (%i, %s)", async (status, detail) => {
    const files = await makeFiles(place, COUNT);
    await leaveOpen(files);
    const run = refusing(files, [status, detail], () => true);
    await expect(run.upload()).rejects.toMatchObject({ landed: { length: OPEN } });
    expect(batchesOf(run.asked)).toHaveLength(1);
  });

  test("where the server has something else against the file", async () => {
    const files = await makeFiles(place, COUNT);
    const open = await leaveOpen(files);
    const refusal = [409, "This name is reserved."] as const;
    const run = refusing(files, refusal, (one) => one.file_path_in_dataset === open);
    await expect(run.upload()).rejects.toMatchObject({ failures: [{ path: open }] });
    expect(batchesOf(run.asked)).toHaveLength(1);
  });
});
