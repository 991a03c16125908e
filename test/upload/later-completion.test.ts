// A completion that is refused for a moment only, or of which the reply was lost: the file is tried once more, some seconds later,
// before it is judged, and before another batch is begun. What the server has done counts, in whatever words it refuses to do it again.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Fault } from "../../emulator";
import type { Avala } from "../../src/api/connection";
import type { Clock } from "../../src/flow/clock";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { uploadFiles } from "../../src/upload/run";
import { sessionWith } from "../support/session";
import { MIB, useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const PRESIGN = "/datasets/manual-upload/file-upload-url/";
const COUNT = 20;

function makeFiles(count = COUNT): Promise<UploadFile[]> {
  const names = Array.from({ length: count }, (_, index) => `${String(index + 100)}.jpg`);
  return Promise.all(names.map((name) => place.put(name, Buffer.from(`content of ${name}`))));
}

/** Time goes on only where something waits. */
function waitingClock(): Clock & { readonly waitedMs: () => number } {
  const startMs = Date.now();
  let nowMs = startMs;
  return {
    now: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
    waitedMs: () => nowMs - startMs,
  };
}

interface Completion {
  readonly uid: string;
  /** Since the run began. */
  readonly atMs: number;
  /** From 1. */
  readonly nth: number;
  /** Of all, from 1. */
  readonly count: number;
}

type Trouble = Omit<Fault, "on">;

const refusal = (status: number, detail: string): Trouble => ({
  reply: { status, body: { detail } },
});

interface Calls {
  readonly upload: () => Promise<UploadResult>;
  readonly presigned: (string | undefined)[];
  readonly completions: Completion[];
  readonly waitedMs: () => number;
}

/** A run on a server that meets completions with `troubleOf`, and calls sessions complete that are not. */
function running(
  files: readonly UploadFile[],
  troubleOf: (completion: Completion) => readonly Trouble[],
  calledComplete: ReadonlySet<string> = new Set(),
): Calls {
  const clock = waitingClock();
  const { avala } = sessionWith(place.emulator, { ports: { clock } });
  const presigned: (string | undefined)[] = [];
  const completions: Completion[] = [];
  const call: Avala["call"] = async (request) => {
    const uid = request.path.at(-2);
    if (request.route.endsWith(PRESIGN)) {
      presigned.push((request.body as { dataset_upload_uid?: string }).dataset_upload_uid);
      const reply = await avala.call(request);
      const json = reply.json as { readonly upload_uid: string };
      return calledComplete.has(json.upload_uid)
        ? { ...reply, json: { ...json, complete: true } }
        : reply;
    }
    if (!request.route.endsWith("/complete/") || uid === undefined) return avala.call(request);
    const nth = completions.filter((one) => one.uid === uid).length + 1;
    const one = { uid, nth, atMs: clock.waitedMs(), count: completions.length + 1 };
    completions.push(one);
    const on = { path: `*/uploads/${uid}/complete/` };
    place.emulator.setFault(...troubleOf(one).map((trouble) => ({ on, ...trouble })));
    return avala.call(request);
  };
  const stateDirectory = join(place.folder, "state");
  const request = { datasetName: "set", files, stateDirectory };
  const upload = (): Promise<UploadResult> => uploadFiles({ ...avala, call }, request);
  return { upload, presigned, completions, waitedMs: clock.waitedMs };
}

const ofStatus = [
  [409, "Conflict."],
  [404, "Not found."],
  [410, "Gone."],
] as const;

describe("completions that are refused for some seconds", () => {
  test.each(ofStatus)("with a %i are asked for again later", async (status, detail) => {
    await place.start();
    const run = running(await makeFiles(), ({ count, atMs }) =>
      count > 9 && atMs < 3000 ? [refusal(status, detail)] : [],
    );
    expect(await run.upload()).toMatchObject({ isComplete: true, sent: { length: COUNT } });
    expect(new Set(run.presigned).size).toBe(1);
    expect(run.waitedMs()).toBeLessThan(30_000);
  });

  test.each(ofStatus)("with a %i from the first on are, too", async (status, detail) => {
    await place.start();
    const run = running(await makeFiles(), ({ atMs }) =>
      atMs < 3000 ? [refusal(status, detail)] : [],
    );
    expect(await run.upload()).toMatchObject({ isComplete: true, sent: { length: COUNT } });
    expect(new Set(run.presigned).size).toBe(1);
  });

  test("are where an earlier run left sessions open", async () => {
    await place.start();
    const files = await makeFiles();
    const cut = running(files, ({ count }) => (count > 5 ? [refusal(401, "No such key.")] : []));
    await expect(cut.upload()).rejects.toMatchObject({ code: "authentication" });
    place.emulator.clearFaults();
    const run = running(files, ({ atMs }) => (atMs < 3000 ? [refusal(404, "Not found.")] : []));
    expect(await run.upload()).toMatchObject({ isComplete: true });
    expect(new Set([...cut.presigned, ...run.presigned]).size).toBe(1);
  });
});

test("where a store shows each object late, each file costs one presign and one completion more", async () => {
  await place.start();
  const since = new Map<string, number>();
  const files = [...(await makeFiles(40)), await place.put("large.mp4", randomBytes(6 * MIB))];
  const run = running(files, ({ uid, atMs }) => {
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
  expect(run.presigned).toHaveLength(3 * files.length);
  const later = run.completions.filter(({ atMs, uid }) => atMs - (since.get(uid) ?? 0) >= 1200);
  expect(later).toHaveLength(files.length);
  expect(run.waitedMs()).toBeLessThan(10_000);
});

describe("a completion whose reply was lost, and that is refused from then on", () => {
  test.each([
    [400, "This upload was already completed."],
    [409, "Upload is in state COMPLETED."],
    [409, "Conflict."],
    [404, "Not found."],
  ])("with a %i (%s) counts", async (status, detail) => {
    await place.start();
    const lost = [
      { drop: true, when: "after" },
      { ...refusal(status, detail), skip: 1, times: 0 },
    ] as const;
    const run = running(await makeFiles(), ({ count }) => (count === 12 ? lost : []));
    expect(await run.upload()).toMatchObject({ isComplete: true, sent: { length: COUNT } });
    expect(new Set(run.presigned).size).toBe(1);
    expect(run.waitedMs()).toBeLessThan(8000);
  });

  test("in the run before counts where the server says that it is complete", async () => {
    await place.start();
    const files = await makeFiles();
    let done: string | undefined;
    const cut = running(files, ({ uid, count }) => {
      if (count !== 12) return [];
      done = uid;
      return [
        { drop: true, when: "after" },
        { ...refusal(401, "No such key."), skip: 1, times: 0 },
      ];
    });
    await expect(cut.upload()).rejects.toMatchObject({ code: "authentication" });
    place.emulator.clearFaults();
    const run = running(files, ({ uid }) =>
      uid === done ? [refusal(400, "This upload was already completed.")] : [],
    );
    expect(await run.upload()).toMatchObject({ isComplete: true });
  });
});

test("a file that is refused in plain words fails, though the server calls complete what has all its bytes", async () => {
  await place.start();
  const files = await makeFiles();
  const corrupt = new Set<string>();
  const troubleOf = ({ uid, count }: Completion): readonly Trouble[] => {
    if (count === 12) corrupt.add(uid);
    return corrupt.has(uid) ? [refusal(422, "The file is corrupt.")] : [];
  };
  await expect(running(files, troubleOf, corrupt).upload()).rejects.toMatchObject({
    landed: { length: COUNT - 1 },
    failures: [{ error: { message: expect.stringContaining("The file is corrupt") as string } }],
  });
});
