// What a run finds on the server and did not send is unchanged, and its bytes are skipped; what it sent itself is sent, however
// often it had to ask.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { datasetVersionName } from "../../src/files/manifest/dataset-name";
import { createManifest } from "../../src/files/manifest/manifest";
import { UNCHOSEN, createBatch } from "../../src/upload/batch-state";
import { takeWrong } from "../../src/upload/doubtful";
import { createJournalWrites } from "../../src/upload/journal/journal-writes";
import { trackProgress } from "../../src/upload/progress";
import type { Run } from "../../src/upload/state";
import { uploadFiles } from "../../src/upload/run";
import type { UploadResult } from "../../src/upload/result";
import { sessionWith, type Session } from "../support/session";
import { useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const COUNT = 12;
const COMPLETE = { on: { path: "*/complete/" } } as const;

beforeEach(() => place.start());

const makeFiles = (count = COUNT) =>
  Promise.all(
    Array.from({ length: count }, (_, index) =>
      place.put(`${String(index + 100)}.jpg`, Buffer.from(`content ${index}`)),
    ),
  );

type Files = Awaited<ReturnType<typeof makeFiles>>;

const bytesOf = (files: readonly { readonly sizeBytes: number }[]): number =>
  files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

/** Under a name of the content; `files` may be some of it. */
function upload(all: Files, state: string, session: Session): Promise<UploadResult> {
  const { digest } = createManifest(all);
  const datasetName = datasetVersionName("set-{digest}", digest);
  const stateDirectory = join(place.folder, state);
  return uploadFiles(session.avala, { datasetName, files: all, stateDirectory, concurrency: 1 });
}

/** What the storage has taken. */
function taken(): number {
  return place.emulator
    .requests()
    .filter(({ target, status }) => target === "storage" && status === 200).length;
}

async function stopAfter(files: Files, count: number, on: object = { target: "storage" }) {
  place.emulator.setFault({ on, skip: count, times: 0, reply: { status: 403 } });
  await expect(upload(files, "one", sessionWith(place.emulator))).rejects.toMatchObject({
    name: "UploadError",
  });
  place.emulator.clearFaults();
}

/** A run with no journal, and what it says in the end. */
async function uploadElsewhere(files: Files) {
  const session = sessionWith(place.emulator);
  const before = taken();
  const result = await upload(files, "two", session);
  const progress = session.events.flatMap((event) =>
    event.kind === "upload-progress" ? [event.progress] : [],
  );
  const last = progress.at(-1);
  const named = session.events.flatMap((event) => (event.kind === "file-sent" ? [event.path] : []));
  return { result, last, progress, named, tookNow: taken() - before };
}

async function expectFound(files: Files, count: number): Promise<void> {
  const { result, last, named, tookNow, progress } = await uploadElsewhere(files);
  const { sent, unchanged, bytesSent, isComplete } = result;
  expect([sent.length, unchanged.length, isComplete]).toEqual([COUNT - count, count, true]);
  expect([tookNow, named]).toEqual([sent.length, sent.map(({ path }) => path)]);
  expect([bytesSent, bytesSent]).toEqual([bytesOf(sent), last?.bytesSent]);
  expect(last).toMatchObject({
    filesSent: sent.length,
    filesUnchanged: count,
    bytesSkipped: bytesOf(unchanged),
  });
  expect(progress.every((one) => one.bytesSent >= 0 && one.bytesPerSecond >= 0)).toBe(true);
}

describe("a run without the journal of the one before it", () => {
  test("sends the rest, and the files whose sessions are complete are unchanged", async () => {
    const files = await makeFiles();
    await stopAfter(files, COUNT - 3);
    await expectFound(files, COUNT - 3);
  });

  test("sends the rest, and files that lie there without being complete are unchanged (412)", async () => {
    const files = await makeFiles();
    await stopAfter(files, COUNT - 3, COMPLETE.on);
    // The one after those that were completed was stored.
    await expectFound(files, COUNT - 2);
  });

  test("says again later that they were there", async () => {
    const files = await makeFiles();
    await stopAfter(files, COUNT - 3);
    await uploadElsewhere(files);
    const again = await uploadElsewhere(files);
    expect(again.result).toMatchObject({ sent: [], unchanged: { length: COUNT }, bytesSent: 0 });
  });
});

describe("a file that this run has sent", () => {
  test("was sent by it where only the reply was lost, and a second try finds it there (412)", async () => {
    const files = await makeFiles(1);
    const on = { target: "storage", method: "PUT" } as const;
    place.emulator.setFault({ on, drop: true, when: "after" });
    const { result, named } = await uploadElsewhere(files);
    expect(result).toMatchObject({ sent: [{}], unchanged: [], bytesSent: bytesOf(files) });
    expect(named).toHaveLength(1);
  });

  test("was sent by it where its session was asked for again after it was stored", async () => {
    const files = await makeFiles(1);
    place.emulator.setFault({ ...COMPLETE, reply: { status: 404, body: {} } });
    const { result, last } = await uploadElsewhere(files);
    expect(result).toMatchObject({ sent: [{}], unchanged: [], bytesSent: bytesOf(files) });
    expect(last).toMatchObject({ bytesSent: bytesOf(files), bytesSkipped: 0 });
  });

  test("was sent by it where it goes in another batch to the same place", async () => {
    const files = await makeFiles(2);
    await rm(join(place.folder, "one"), { recursive: true, force: true });
    place.emulator.setFault({ ...COMPLETE, skip: 1, times: 2, reply: { status: 410, body: {} } });
    const { result } = await uploadElsewhere(files);
    expect(result).toMatchObject({ sent: [{}, {}], unchanged: [], bytesSent: bytesOf(files) });
  });
});

test("what was found and proves wrong takes back no bytes that were never counted", async () => {
  const file = { path: "a.mp4", absolutePath: "/a.mp4", sizeBytes: 1000, sha256: "a".repeat(64) };
  const pace = { snapshot: () => undefined, waitedMs: () => 0, untilMs: () => 0, made: () => 0 };
  const progress = trackProgress({ files: 2, bytes: 2000 }, () => 0, pace);
  const how = { kept: "doubtful", isUnproven: false, isReplaceable: false } as const;
  const sent = { sha256: file.sha256, ...how, doubtfulAt: ["s"], wasThere: true };
  const writes = createJournalWrites(undefined, { emit: () => undefined });
  const places = { disowned: new Map(), begunBefore: new Map() };
  const batch = createBatch({ ...UNCHOSEN, uid: "b" }, progress);
  batch.doubtful.push({ file, begunMs: 0, sent });
  const tools = { check: { returnsMd5: () => true } };
  const run = { batch, tools, writes, places };
  const { lost } = await takeWrong(run as unknown as Run, [file]);
  expect([lost.length, progress.snapshot().bytesSent]).toEqual([1, 0]);
});
