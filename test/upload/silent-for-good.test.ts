// A store gives ETags, and then something replies without one and keeps nothing, for a share of the requests or for as long as a run
// lasts: such files never count. Where nothing but the ETags has gone, the user has a way on.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { EmulatorOptions } from "../../emulator";
import type { Avala } from "../../src/api/connection";
import type { HttpResponse, Transport } from "../../src/api/transport/transport";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { versionOf } from "../support/machines";
import { cases } from "../support/night";
import { sessionWith } from "../support/session";
import { BY_FORM, useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();

const start = (etag: EmulatorOptions["etag"] = "opaque"): Promise<void> =>
  place.start({ ...BY_FORM, etag, ingestMs: 0 });

function smallFiles(count: number, prefix = ""): Promise<(UploadFile & { sha256: string })[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      place.put(`${prefix}${String(index + 100)}.jpg`, Buffer.from(`${prefix} ${String(index)}`)),
    ),
  );
}

const MUTE: HttpResponse = { status: 200, headers: {}, body: Buffer.alloc(0) };
const PRESIGN = "/datasets/manual-upload/file-upload-url/";
const OTHER_HOST = "127.0.0.1:1";

interface Reply {
  /** From 1. */
  readonly nth: number;
  readonly host: string;
}

interface Between {
  /** Whether something else replies, and keeps nothing. */
  readonly isAway?: (reply: Reply) => boolean;
  /** Whether the store keeps it, and gives no ETag. */
  readonly isMute?: () => boolean;
  /** Whether a presign leads to the other host. */
  readonly isElsewhere?: () => boolean;
}

interface Session {
  readonly avala: Avala;
  readonly posts: () => number;
}

/** One that reaches its store, which has two hosts, through something else. */
function through({
  isAway = () => false,
  isMute = () => false,
  isElsewhere = () => false,
}: Between): Session {
  const { avala } = sessionWith(place.emulator);
  const own = new URL(place.emulator.storageUrl).host;
  let nth = 0;
  const send: Transport["send"] = async (request) => {
    nth += 1;
    const { host } = new URL(request.url);
    if (isAway({ nth, host })) return MUTE;
    const stored = await avala.storage.send({
      ...request,
      url: request.url.replace(OTHER_HOST, own),
    });
    return isMute() ? { ...stored, headers: {} } : stored;
  };
  const call: Avala["call"] = async (request) => {
    const reply = await avala.call(request);
    if (!request.route.endsWith(PRESIGN) || !isElsewhere()) return reply;
    const form = reply.json as { readonly url: string };
    return { ...reply, json: { ...form, url: form.url.replace(own, OTHER_HOST) } };
  };
  const storage = { ...avala.storage, send };
  const allowStorageHosts = [...avala.allowStorageHosts, OTHER_HOST];
  return { avala: { ...avala, call, storage, allowStorageHosts }, posts: () => nth };
}

interface How {
  readonly name?: string;
  readonly state?: string;
  readonly signal?: AbortSignal;
}

function upload(
  { avala }: Session,
  files: readonly UploadFile[],
  { name = "set", state = "state", signal }: How = {},
): Promise<UploadResult> {
  const stateDirectory = join(place.folder, state);
  return uploadFiles({ ...avala, signal }, { datasetName: name, files, stateDirectory });
}

async function missing(files: readonly UploadFile[]): Promise<readonly UploadFile[]> {
  const stored = new Set((await place.emulator.objects()).map(({ sha256 }) => sha256));
  return files.filter(({ sha256 }) => !stored.has(sha256 ?? ""));
}

/** The same each time. */
function chanceOf(share: number, seed: number): () => boolean {
  let state = seed * 7919 + 17;
  return () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state / 2 ** 31 < share;
  };
}

const MAY_LACK = {
  code: "storage",
  message: expect.stringMatching(/may not have stored \d+ files?: /) as string,
};

async function expectNothingLost(session: Session, files: readonly UploadFile[]): Promise<string> {
  const ended = await upload(session, files).then(
    () => "complete",
    (error: unknown) => {
      expect(error).toMatchObject(MAY_LACK);
      return "given up";
    },
  );
  expect(ended === "complete" ? await missing(files) : []).toEqual([]);
  const healed = through({});
  expect(await upload(healed, files)).toMatchObject({ isComplete: true });
  expect(await missing(files)).toEqual([]);
  return ended;
}

describe("something that keeps nothing for a share of the requests", () => {
  test.each(
    cases(
      [
        [0.5, 1],
        [0.85, 2],
      ],
      [
        [0.2, 1],
        [0.2, 2],
        [0.5, 2],
        [0.85, 1],
      ],
    ),
  )(
    "loses no file of a complete run (%f, seed %i), and what it costs is bounded",
    async (share, seed) => {
      await start();
      const files = await smallFiles(60);
      const isBad = chanceOf(share, seed);
      const session = through({ isAway: ({ nth }) => nth > 15 && isBad() });
      const ended = await expectNothingLost(session, files);
      expect(share > 0.5 || ended === "complete").toBe(true);
      expect(session.posts()).toBeLessThanOrEqual(60 * 12 + 32 * 8 * 8);
    },
  );

  test.each(
    cases(
      [
        [2, 1],
        [3, 2],
      ],
      [
        [3, 1],
        [4, 2],
      ],
    ),
  )("as one of servers that take turns (%i, of which %i bad) loses none", async (all, bad) => {
    await start();
    const files = await smallFiles(60);
    const isAway = ({ nth }: Reply): boolean => nth > 15 && nth % all < bad;
    await expectNothingLost(through({ isAway }), files);
  });

  test.each(cases([0.15], [0.5]))(
    "as one of two hosts loses none, whatever the other replies (%f)",
    async (share) => {
      await start();
      const files = await smallFiles(40);
      const isAway = ({ nth, host }: Reply): boolean => nth > 15 && host !== OTHER_HOST;
      await expectNothingLost(through({ isAway, isElsewhere: chanceOf(share, 1) }), files);
    },
  );
});

describe("something that keeps nothing for as long as a run lasts", () => {
  test.each([
    ["opaque", "set"],
    ["md5", "{digest}"],
  ] as const)(
    "fails a run that resumes another, which had ETags of the kind %s, under the name %s",
    async (etag, named) => {
      await start(etag);
      const files = await smallFiles(24);
      const name = named === "set" ? named : versionOf(files);
      const controller = new AbortController();
      const first = through({
        isAway: ({ nth }) => {
          if (nth === 12) controller.abort();
          return false;
        },
      });
      await expect(upload(first, files, { name, signal: controller.signal })).rejects.toMatchObject(
        { code: "cancelled" },
      );
      for (let run = 2; run <= 3; run += 1)
        await expect(
          upload(through({ isAway: () => true }), files, { name }),
        ).rejects.toMatchObject(MAY_LACK);
      expect(await upload(through({}), files, { name })).toMatchObject({ isComplete: true });
      expect(await missing(files)).toEqual([]);
    },
  );

  test("fails the second upload of a session whose first had ETags", async () => {
    await start();
    let isAway = false;
    const session = through({ isAway: () => isAway });
    await upload(session, await smallFiles(10, "a"), { name: "one" });
    isAway = true;
    const files = await smallFiles(10, "b");
    await expect(upload(session, files, { name: "two" })).rejects.toMatchObject(MAY_LACK);
    isAway = false;
    expect(await upload(session, files, { name: "two" })).toMatchObject({ isComplete: true });
    expect(await missing(files)).toEqual([]);
  });
});

describe("a store whose ETags something drops for good, between two runs", () => {
  const isMute = (): boolean => true;
  const record = (): string => join(place.folder, "state", "stores");
  const namesTheWay = {
    ...MAY_LACK,
    get hint(): unknown {
      return expect.stringContaining(`remove ${record()}`) as string;
    },
  };

  test("fails each run, and the error names the way on, which works", async () => {
    await start();
    await upload(through({}), await smallFiles(3, "earlier"), { name: "earlier" });
    const files = await smallFiles(12);
    for (let run = 1; run <= 2; run += 1)
      await expect(upload(through({ isMute }), files)).rejects.toMatchObject(namesTheWay);
    await rm(record(), { recursive: true });
    const last = through({ isMute });
    expect(await upload(last, files)).toMatchObject({ isComplete: true });
    expect(last.posts()).toBe(12);
    expect(await missing(files)).toEqual([]);
  });

  test.each([["record"], ["state folder"]])(
    "has a way on also in the middle of a set: another %s",
    async (other) => {
      await start();
      const files = await smallFiles(12);
      const gone = files.map((file, at) => (at > 5 ? { ...file, absolutePath: "/gone" } : file));
      await expect(upload(through({}), gone)).rejects.toMatchObject({ code: "upload" });
      await expect(upload(through({ isMute }), files)).rejects.toMatchObject(namesTheWay);
      if (other === "record") await rm(record(), { recursive: true });
      const state = other === "record" ? "state" : "other";
      const last = upload(through({ isMute }), files, { state });
      expect(await last).toMatchObject({ isComplete: true });
      expect(await missing(files)).toEqual([]);
    },
  );
});
