// A store gives ETags that are no MD5s. For a while something else answers in its place, without one, and keeps nothing.
import { join } from "node:path";
import type { EmulatorOptions } from "../../emulator";
import type { Avala } from "../../src/api/connection";
import type { HttpRequest, HttpResponse, Transport } from "../../src/api/transport/transport";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { versionOf } from "../support/machines";
import { sessionWith } from "../support/session";
import { BY_FORM, useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();

const start = (options: EmulatorOptions = {}): Promise<void> =>
  place.start({ ...BY_FORM, etag: "opaque", ingestMs: 0, ...options });

async function smallFiles(count: number): Promise<(UploadFile & { sha256: string })[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      place.put(`${String(index + 100)}.jpg`, Buffer.from(`content ${String(index)}`)),
    ),
  );
}

const MUTE: HttpResponse = { status: 200, headers: {}, body: Buffer.alloc(0) };

interface Reply {
  /** From 1. */
  readonly nth: number;
  readonly path: string;
}

interface Between {
  /** Whether something else replies, and keeps nothing. */
  readonly isAway?: (reply: Reply) => boolean;
  /** Whether the store keeps it, and gives no ETag. */
  readonly isMute?: (reply: Reply) => boolean;
}

interface Session {
  readonly avala: Avala;
  /** How often each file went to the store. */
  readonly sent: Map<string, number>;
}

function pathOf({ body }: HttpRequest): string {
  const head = Buffer.isBuffer(body) ? body.toString("latin1") : "";
  return /filename="([^"]*)"/.exec(head)?.[1] ?? "";
}

/** One that reaches its store through something else. */
function through({ isAway = () => false, isMute = () => false }: Between): Session {
  const { avala } = sessionWith(place.emulator);
  const sent = new Map<string, number>();
  let nth = 0;
  const send: Transport["send"] = async (request) => {
    nth += 1;
    const reply = { nth, path: pathOf(request) };
    sent.set(reply.path, (sent.get(reply.path) ?? 0) + 1);
    if (isAway(reply)) return MUTE;
    const stored = await avala.storage.send(request);
    return isMute(reply) ? { ...stored, headers: {} } : stored;
  };
  return { avala: { ...avala, storage: { ...avala.storage, send } }, sent };
}

const postsOf = ({ sent }: Session): number => [...sent.values()].reduce((a, b) => a + b, 0);

interface How {
  readonly concurrency?: number;
  readonly name?: string;
}

function upload(
  { avala }: Session,
  files: readonly UploadFile[],
  { concurrency = 8, name = "set" }: How = {},
): Promise<UploadResult> {
  const stateDirectory = join(place.folder, "state");
  return uploadFiles(avala, { datasetName: name, files, concurrency, stateDirectory });
}

async function expectStored(files: readonly UploadFile[]): Promise<void> {
  const stored = new Set((await place.emulator.objects()).map(({ sha256 }) => sha256));
  expect(files.filter(({ sha256 }) => !stored.has(sha256 ?? ""))).toEqual([]);
}

const allOf = (files: readonly UploadFile[]): number =>
  files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

const within = (from: number, to: number) => (reply: Reply) => reply.nth > from && reply.nth <= to;

describe("files that nothing was kept of while something else replied", () => {
  test.each([
    ["at the start", 0, 9, 8],
    ["at the start", 0, 14, 1],
    ["in the middle", 10, 90, 8],
    ["in the middle", 10, 90, 1],
    ["until all had been sent", 20, 90, 8],
  ])(
    "are sent again: %s, from reply %i to %i, %i at once",
    async (_when, from, to, concurrency) => {
      await start();
      const files = await smallFiles(60);
      const result = await upload(through({ isAway: within(from, to) }), files, { concurrency });
      expect(result).toMatchObject({ isComplete: true, bytesSent: allOf(files) });
      expect(result.sent.map(({ path }) => path).sort()).toEqual(files.map(({ path }) => path));
      await expectStored(files);
      expect(await upload(through({}), files)).toMatchObject({ sent: [], isComplete: true });
    },
  );

  test("fail the run where it still replies in the end, and are sent again by the next", async () => {
    await start();
    const files = await smallFiles(40);
    await expect(upload(through({ isAway: ({ nth }) => nth > 20 }), files)).rejects.toMatchObject({
      code: "storage",
      message: expect.stringMatching(/may not have stored \d+ files: /) as string,
    });
    expect(await upload(through({}), files)).toMatchObject({ isComplete: true });
    await expectStored(files);
  });

  test("are sent again by a later run, where the first was stopped", async () => {
    await start();
    const files = await smallFiles(40);
    const on = { target: "api", path: "*file-upload-url/" } as const;
    place.emulator.setFault({ on, skip: 39, times: 0, reply: { status: 401 } });
    const first = through({ isAway: ({ nth }) => nth > 10 });
    await expect(upload(first, files, { concurrency: 1 })).rejects.toMatchObject({
      code: "authentication",
    });
    place.emulator.clearFaults();
    expect(await upload(through({}), files)).toMatchObject({ isComplete: true });
    await expectStored(files);
  });

  test("are sent again by a later run that sends nothing else", async () => {
    await start();
    const files = await smallFiles(40);
    const controller = new AbortController();
    const session = through({ isAway: ({ nth }) => nth > 10 });
    const avala = { ...session.avala, signal: controller.signal };
    const first = upload(
      {
        ...session,
        avala: {
          ...avala,
          emit: (event) => {
            if (event.kind === "retry" && event.what.startsWith("see what")) controller.abort();
            avala.emit(event);
          },
        },
      },
      files,
    );
    await expect(first).rejects.toMatchObject({ code: "cancelled" });
    expect(await upload(through({}), files)).toMatchObject({ isComplete: true });
    await expectStored(files);
  });

  test("are sent again in a set of which all met it, where an earlier session had ETags", async () => {
    await start();
    await upload(through({}), await smallFiles(3), { name: "earlier" });
    const files = await smallFiles(12);
    const result = await upload(through({ isAway: within(0, 30) }), files);
    expect(result).toMatchObject({ isComplete: true });
    await expectStored(files);
  });
});

describe("a file without an ETag that is all that a later run has left", () => {
  const isAlone = ({ path }: Reply): boolean => path === "105.jpg";

  test.each([["set"], ["{digest}"]])("fails each run at a store of MD5s: %s", async (name) => {
    await start({ etag: "md5" });
    await upload(through({}), await smallFiles(3), { name: "earlier" });
    const files = await smallFiles(12);
    const how = { name: name === "set" ? name : versionOf(files) };
    const message = expect.stringMatching(/^1 file .*105.jpg: .*may not have/s) as string;
    for (let run = 1; run <= 3; run += 1) {
      const uploaded = upload(through({ isAway: isAlone }), files, how);
      await expect(uploaded).rejects.toMatchObject({ message, landed: { length: 11 } });
    }
    expect(await upload(through({}), files, how)).toMatchObject({ isComplete: true });
    await expectStored(files);
  });

  async function allBut105(): Promise<UploadFile[]> {
    await start();
    const files = await smallFiles(12);
    const gone = files.map((file, at) => (at === 5 ? { ...file, absolutePath: "/gone" } : file));
    await expect(upload(through({}), gone)).rejects.toMatchObject({ code: "upload" });
    return files;
  }

  test("counts at a store of other ETags where it alone has none each time", async () => {
    const files = await allBut105();
    const later = through({ isMute: isAlone });
    expect(await upload(later, files)).toMatchObject({ isComplete: true });
    // Eight times more, and between them one that had one, for whose first ETag it goes once more.
    expect(postsOf(later)).toBe(1 + 2 * 8 + 1);
  });

  test("does not count where none has one any more, for as long as any failure", async () => {
    const files = await allBut105();
    const later = through({ isMute: () => true });
    await expect(upload(later, files)).rejects.toMatchObject({ code: "storage" });
    expect(postsOf(later)).toBe(1 + 2 * 8);
  });
});

describe("a store that gives ETags to some files only", () => {
  test.each([[5], [35], [55]])("is sent a few of the others again: %i of 60", async (count) => {
    await start();
    const files = await smallFiles(60);
    const isMute = ({ path }: Reply): boolean => Number.parseInt(path) >= 160 - count;
    const session = through({ isMute });
    expect(await upload(session, files)).toMatchObject({
      isComplete: true,
      bytesSent: allOf(files),
    });
    // One to learn, up to 24 as they come, and once all have ended a few, with one that had an ETag.
    expect(postsOf(session)).toBeLessThanOrEqual(60 + 1 + 24 + 2 * 9);
    await expectStored(files);
    const next = through({ isMute });
    expect(await upload(next, files)).toMatchObject({ isComplete: true });
    // Four, twice each, and one that had an ETag in the first run, as often: that once more, for its ETag is not its MD5.
    expect(postsOf(next)).toBe(2 * 8 + 1);
  });

  test("is sent them again until each has had one, where it leaves out the ETag now and then", async () => {
    await start();
    const files = await smallFiles(60);
    const session = through({ isMute: ({ nth }) => nth % 2 === 0 });
    expect(await upload(session, files)).toMatchObject({ isComplete: true });
    expect(postsOf(session)).toBeLessThanOrEqual(60 * 2 + 8 * 8);
  });
});

test("a store that gives no ETags at all is sent each file once", async () => {
  await start();
  const files = await smallFiles(30);
  const session = through({ isMute: () => true });
  expect(await upload(session, files)).toMatchObject({ isComplete: true });
  expect(postsOf(session)).toBe(30);
});
