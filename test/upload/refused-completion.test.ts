// A completion that is refused, again and again: of one file that is its own failure, and the others go on; a batch in which the
// server completes nothing more is given up. Which, the completions of other files show.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Avala } from "../../src/api/connection";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { cases } from "../support/night";
import { sessionWith } from "../support/session";
import { MIB, useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const PRESIGN = "/datasets/manual-upload/file-upload-url/";
const COUNT = 20;
const DETAIL = "This file was rejected";

interface Asked {
  readonly path: string;
  readonly batch: string | undefined;
  /** How many files were asked for before, each counted once. */
  readonly nth: number;
}

interface Refusing {
  readonly upload: () => Promise<UploadResult>;
  readonly asked: Asked[];
}

async function makeFiles(count = COUNT): Promise<UploadFile[]> {
  const names = Array.from({ length: count }, (_, index) => `${String(index + 100)}.jpg`);
  return Promise.all(names.map((name) => place.put(name, Buffer.from(`content of ${name}`))));
}

interface How {
  readonly status?: number;
  readonly detail?: string;
  readonly concurrency?: number;
  readonly hasState?: boolean;
}

/** A run of the files on a server that never completes those for which `isRefused`. */
function refusing(
  files: readonly UploadFile[],
  isRefused: (asked: Asked) => boolean,
  { status = 409, detail = DETAIL, concurrency = 8, hasState = true }: How = {},
): Refusing {
  const { avala } = sessionWith(place.emulator);
  const asked: Asked[] = [];
  const begun = new Set<string>();
  const call: Avala["call"] = async (request) => {
    const reply = await avala.call(request);
    if (!request.route.endsWith(PRESIGN)) return reply;
    const body = request.body as { file_path_in_dataset: string; dataset_upload_uid?: string };
    const one = {
      path: body.file_path_in_dataset,
      batch: body.dataset_upload_uid,
      nth: begun.add(body.file_path_in_dataset).size,
    };
    asked.push(one);
    const { upload_uid: uid } = reply.json as { upload_uid: string };
    const on = { path: `*/uploads/${uid}/complete/` };
    if (isRefused(one))
      place.emulator.setFault({ on, times: 0, reply: { status, body: { detail } } });
    return reply;
  };
  const stateDirectory = hasState ? join(place.folder, "state") : undefined;
  const request = { datasetName: "set", files, stateDirectory, concurrency };
  return { upload: () => uploadFiles({ ...avala, call }, request), asked };
}

const batchesOf = (asked: readonly Asked[]): number =>
  new Set(asked.map(({ batch }) => batch)).size;

function bytesRequests(): number {
  return place.emulator.requests().filter(({ target }) => target === "storage").length;
}

const refused = (path: string): unknown => ({
  path,
  error: { message: expect.stringContaining(DETAIL) as string },
});

describe("one file that is never completed", () => {
  test.each(
    cases(
      [
        [404, "110.jpg", 8],
        [410, "100.jpg", 1],
        [409, "119.jpg", 8],
      ],
      [
        [400, "110.jpg", 8],
        [409, "110.jpg", 1],
        [422, "100.jpg", 8],
        [422, "119.jpg", 1],
      ],
    ),
  )(
    "since it is refused with a %i fails alone, and the others are sent once (%s, %i at once)",
    async (status, path, concurrency) => {
      await place.start();
      const run = refusing(await makeFiles(), (one) => one.path === path, { status, concurrency });
      await expect(run.upload()).rejects.toMatchObject({
        landed: { length: COUNT - 1 },
        failures: [refused(path)],
      });
      // Its second try finds it at its place.
      expect(bytesRequests()).toBe(COUNT + 1);
      expect(batchesOf(run.asked)).toBe(1);
    },
  );

  test("fails alone where it goes in parts, and others of its kind are completed", async () => {
    await place.start();
    const files = [...(await makeFiles(4)), await place.put("a.mp4", randomBytes(6 * MIB))];
    const run = refusing(files, ({ path }) => path === "a.mp4");
    await expect(run.upload()).rejects.toMatchObject({
      landed: { length: 4 },
      failures: [refused("a.mp4")],
    });
    expect(bytesRequests()).toBe(4 + 2);
  });

  test.each([[true], [false]])(
    "fails alone at a store whose ETags are no MD5s (with a journal: %s)",
    async (hasState) => {
      await place.start({ etag: "opaque" });
      const run = refusing(await makeFiles(), ({ path }) => path === "110.jpg", { hasState });
      await expect(run.upload()).rejects.toMatchObject({
        landed: { length: COUNT - 1 },
        failures: [refused("110.jpg")],
      });
      expect(batchesOf(run.asked)).toBe(1);
    },
  );

  test("is the only one that later runs try, and lands once it is completed", async () => {
    await place.start();
    const files = await makeFiles();
    const isRefused = ({ path }: Asked): boolean => path === "110.jpg";
    await expect(refusing(files, isRefused).upload()).rejects.toMatchObject({ failures: [{}] });
    const before = bytesRequests();
    const again = refusing(files, isRefused);
    await expect(again.upload()).rejects.toMatchObject({ failures: [refused("110.jpg")] });
    expect(bytesRequests()).toBeLessThanOrEqual(before + 2);
    expect(again.asked.length).toBeLessThanOrEqual(4);
    expect(batchesOf(again.asked)).toBe(1);
    place.emulator.clearFaults();
    expect(await refusing(files, () => false).upload()).toMatchObject({
      unchanged: { length: COUNT },
    });
  });
});

describe("many files that are never completed", () => {
  test.each(
    cases(
      [["in the middle", 120]],
      [
        ["at the start", 100],
        ["at the end", 140],
      ],
    ),
  )("fail, all of them, while the others land: 20 of 60, %s", async (_where, from) => {
    await place.start();
    const isRefused = ({ path }: Asked): boolean =>
      Number.parseInt(path) >= from && Number.parseInt(path) < from + 20;
    const run = refusing(await makeFiles(60), isRefused);
    await expect(run.upload()).rejects.toMatchObject({
      landed: { length: 40 },
      failures: { length: 20 },
    });
    expect(bytesRequests()).toBe(60 + 20);
    expect(batchesOf(run.asked)).toBe(1);
  });
});

describe("sessions that an earlier run left open, and that are gone by now", () => {
  const ABORTED = { status: 401, concurrency: 4 } as const;

  /** What was sent and not completed. */
  async function leaveOpen(files: readonly UploadFile[]): Promise<readonly Asked[]> {
    await place.start();
    const run = refusing(files, ({ nth }) => nth > 8, ABORTED);
    await expect(run.upload()).rejects.toMatchObject({ code: "authentication" });
    place.emulator.clearFaults();
    return run.asked.filter(({ nth }) => nth > 8);
  }

  test.each(
    cases(
      [
        [404, "Not found."],
        [409, "The session expired."],
      ],
      [[410, "This upload has expired."]],
    ),
  )("since they are refused with a %i, all files go in another batch", async (status, detail) => {
    const files = await makeFiles();
    const open = await leaveOpen(files);
    expect(open.length).toBeGreaterThan(0);
    const isRefused = ({ path, batch }: Asked): boolean =>
      open.some((one) => one.path === path && one.batch === batch);
    const run = refusing(files, isRefused, { status, detail });
    expect(await run.upload()).toMatchObject({ isComplete: true });
    expect(batchesOf(run.asked)).toBe(2);
  });

  test("of parts, all files go in another batch", async () => {
    const files = [await place.put("0.mp4", randomBytes(6 * MIB)), ...(await makeFiles())];
    await place.start();
    const first = refusing(files, ({ path }) => path === "0.mp4", { ...ABORTED, concurrency: 1 });
    await expect(first.upload()).rejects.toMatchObject({ code: "authentication" });
    place.emulator.clearFaults();
    const isRefused = ({ path, batch }: Asked): boolean =>
      path === "0.mp4" && batch === first.asked[0]?.batch;
    const run = refusing(files, isRefused, { status: 410 });
    expect(await run.upload()).toMatchObject({ isComplete: true });
  });

  test("fail alone where they are refused in another batch as well", async () => {
    const files = await makeFiles();
    const open = await leaveOpen(files);
    const isRefused = ({ path }: Asked): boolean => open.some((one) => one.path === path);
    const run = refusing(files, isRefused, { status: 410 });
    await expect(run.upload()).rejects.toMatchObject({
      landed: { length: COUNT - open.length },
      failures: { length: open.length },
    });
    expect(batchesOf(run.asked)).toBe(2);
  });
});

describe("a batch in which nothing more is completed", () => {
  test.each(
    cases(
      [
        ["none is", 1, 8],
        ["a few are before", 10, 1],
      ],
      [["a few are before", 10, 8]],
    ),
  )(
    "is given up, and all files go in another: %s, from file %i on, %i at once",
    async (_when, from, concurrency) => {
      await place.start();
      let closed: string | undefined;
      const isRefused = ({ batch, nth }: Asked): boolean => {
        if (nth >= from) closed ??= batch;
        return batch === closed;
      };
      const run = refusing(await makeFiles(60), isRefused, { status: 410, concurrency });
      expect(await run.upload()).toMatchObject({ isComplete: true });
      expect(batchesOf(run.asked)).toBe(2);
    },
  );

  test("is given up where it is gone for all that is new, and still has those that it completed", async () => {
    await place.start();
    let closed: string | undefined;
    const isRefused = ({ path, batch }: Asked): boolean =>
      batch === (closed ??= batch) && Number.parseInt(path) >= 140;
    const run = refusing(await makeFiles(60), isRefused, { status: 410, concurrency: 1 });
    expect(await run.upload()).toMatchObject({ isComplete: true });
    expect(batchesOf(run.asked)).toBe(2);
  });

  test("is given up at once where the server's words say it", async () => {
    await place.start();
    let closed: string | undefined;
    const isRefused = ({ path, batch }: Asked): boolean =>
      path === "110.jpg" && batch === (closed ??= batch);
    const detail = "The batch of this upload is closed.";
    const run = refusing(await makeFiles(), isRefused, { detail, concurrency: 1 });
    expect(await run.upload()).toMatchObject({ isComplete: true });
    expect(batchesOf(run.asked)).toBe(2);
  });
});
