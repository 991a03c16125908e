// Completions that are refused for a moment only, or for good: each file is tried once more, some seconds later, before it is judged,
// and before another batch is begun.
import { randomBytes } from "node:crypto";
import {
  COUNT,
  makeFiles,
  refusal,
  running,
  type Completion,
  type Trouble,
} from "../support/completions";
import { MIB, useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();

const ofStatus = [
  [409, "Conflict."],
  [404, "Not found."],
  [410, "Gone."],
] as const;

describe("completions that are refused for some seconds", () => {
  test.each(ofStatus)("with a %i are asked for again later", async (status, detail) => {
    await place.start();
    const run = running(place, await makeFiles(place), ({ count, atMs }) =>
      count > 9 && atMs < 3000 ? [refusal(status, detail)] : [],
    );
    expect(await run.upload()).toMatchObject({ isComplete: true, sent: { length: COUNT } });
    expect(new Set(run.presigned).size).toBe(1);
    expect(run.waitedMs()).toBeLessThan(30_000);
  });

  test.each(ofStatus)("with a %i from the first on are, too", async (status, detail) => {
    await place.start();
    const run = running(place, await makeFiles(place), ({ atMs }) =>
      atMs < 3000 ? [refusal(status, detail)] : [],
    );
    expect(await run.upload()).toMatchObject({ isComplete: true, sent: { length: COUNT } });
    expect(new Set(run.presigned).size).toBe(1);
  });

  test("are where an earlier run left sessions open", async () => {
    await place.start();
    const files = await makeFiles(place);
    const cut = running(place, files, ({ count }) =>
      count > 5 ? [refusal(401, "No such key.")] : [],
    );
    await expect(cut.upload()).rejects.toMatchObject({ code: "authentication" });
    place.emulator.clearFaults();
    const run = running(place, files, ({ atMs }) =>
      atMs < 3000 ? [refusal(404, "Not found.")] : [],
    );
    expect(await run.upload()).toMatchObject({ isComplete: true });
    expect(new Set([...cut.presigned, ...run.presigned]).size).toBe(1);
  });
});

test("where a store shows each object late, each file costs one presign and one completion more", async () => {
  await place.start();
  const since = new Map<string, number>();
  const files = [
    ...(await makeFiles(place, 40)),
    await place.put("large.mp4", randomBytes(6 * MIB)),
  ];
  const run = running(place, files, ({ uid, atMs }) => {
    if (!since.has(uid)) since.set(uid, atMs);
    const isEarly = atMs - (since.get(uid) ?? 0) < 1200;
    return isEarly ? [refusal(409, "Upload is not complete: no such file.")] : [];
  });
  expect(await run.upload()).toMatchObject({
    isComplete: true,
    sent: { length: files.length },
    // What the store said of each when it took it holds.
    checkedByStore: files.length,
  });
  expect(new Set(run.presigned).size).toBe(1);
  expect(run.presigned.length).toBeLessThanOrEqual(3 * files.length);
  const later = run.completions.filter(({ atMs, uid }) => atMs - (since.get(uid) ?? 0) >= 1200);
  expect(later).toHaveLength(files.length);
  // Once for the first of them, once for the others.
  expect(run.waitedMs()).toBeLessThan(20_000);
});

test("where no file is ever completed, the run ends, and no more is sent than shows it", async () => {
  await place.start();
  const files = await makeFiles(place, 60);
  const run = running(place, files, () => [refusal(409, "Conflict.")]);
  await expect(run.upload()).rejects.toMatchObject({
    code: "storage",
    message: expect.stringMatching(/stopped after 0 of 60 files: .*Conflict/) as string,
    landed: [],
  });
  // In each of the three batches it waits once.
  expect(run.waitedMs()).toBeLessThan(32_000);
  expect(new Set(run.presigned).size).toBe(3);
  const calls = run.presigned.length + run.completions.length;
  expect(calls).toBeLessThan(3 * 110);
});

test("a file that is to be completed after the deadline is left for the next run, which sends none of it", async () => {
  await place.start();
  const files = await makeFiles(place);
  let uid: string | undefined;
  const troubleOf = (one: Completion): readonly Trouble[] =>
    one.uid === (uid ??= one.uid) ? [refusal(409, "Conflict.")] : [];
  const run = running(place, files, troubleOf, { deadlineMs: 6000 });
  expect(await run.upload()).toMatchObject({ isComplete: false, sent: { length: COUNT - 1 } });
  const left = expect.stringMatching(/^Left for the next run: .*Conflict/) as string;
  expect(run.events).toContainEqual(expect.objectContaining({ kind: "warning", text: left }));
  place.emulator.clearFaults();
  const next = running(place, files, () => []);
  expect(await next.upload()).toMatchObject({ isComplete: true, sent: [], bytesSent: 0 });
  expect(new Set([...run.presigned, ...next.presigned]).size).toBe(1);
});
