// A store gives files ETags, of whatever kind, and one file none: it may have kept nothing of that one.
import { randomBytes } from "node:crypto";
import type { EmulatorOptions, Fault } from "../../emulator";
import type { Avala } from "../../src/api/connection";
import type { Transport } from "../../src/api/transport/transport";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { machineIn, versionOf } from "../support/machines";
import { rivalFiles } from "../support/rival-files";
import { sessionWith } from "../support/session";
import { BY_FORM, MIB, useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();

const start = (options: EmulatorOptions = {}): Promise<void> =>
  place.start({ ...BY_FORM, etag: "opaque", ingestMs: 0, ...options });

async function smallFiles(count: number): Promise<UploadFile[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      place.put(`${String(index + 100)}.jpg`, Buffer.from(`content ${String(index)}`)),
    ),
  );
}

async function upload(
  files: readonly UploadFile[],
  { concurrency = 1, avala = sessionWith(place.emulator).avala } = {},
): Promise<UploadResult> {
  return uploadFiles(avala, { datasetName: "set", files, concurrency });
}

const storageRequests = (): number =>
  place.emulator.requests().filter(({ target }) => target === "storage").length;

async function expectStored(files: readonly UploadFile[]): Promise<void> {
  const stored = new Set((await place.emulator.objects()).map(({ sha256 }) => sha256));
  expect(files.filter(({ sha256 }) => !stored.has(sha256 ?? ""))).toEqual([]);
}

const NOTHING: Fault = { on: { target: "storage" }, store: "nothing" };

/** A session whose store gives no ETag where it is mute: at which reply, and by the bytes that were sent. What it keeps stays. */
function muteWhere(isMute: (count: number, bytes: number) => boolean): Avala {
  const { avala } = sessionWith(place.emulator);
  let count = 0;
  const send: Transport["send"] = async (request) => {
    const reply = await avala.storage.send(request);
    count += 1;
    return isMute(count, request.contentLength ?? 0) ? { ...reply, headers: {} } : reply;
  };
  return { ...avala, storage: { ...avala.storage, send } };
}

describe("a file of which a store that gives ETags keeps nothing", () => {
  test.each([
    ["in the middle", 5],
    ["at the end", 12],
  ])("is sent again %s of a set", async (_where, skip) => {
    await start();
    const files = await smallFiles(12);
    place.emulator.setFault({ ...NOTHING, skip });
    const result = await upload(files);
    expect(result).toMatchObject({ isComplete: true, retries: 1, sent: { length: 12 } });
    expect(result.retriedFor).toMatchObject([
      { code: "storage", example: expect.stringMatching(/no ETag/) as string },
    ]);
    await expectStored(files);
  });

  test("is sent again where it was the first, and nothing was known of the store", async () => {
    await start();
    const files = await smallFiles(12);
    place.emulator.setFault(NOTHING);
    const result = await upload(files);
    expect(result).toMatchObject({ isComplete: true, sent: { length: 12 } });
    expect(result.bytesSent).toBe(files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
    await expectStored(files);
  });

  test("is sent again where many meet it at once, twice", async () => {
    await start();
    const files = await smallFiles(20);
    place.emulator.setFault({ ...NOTHING, skip: 4, times: 16 });
    expect(await upload(files, { concurrency: 8 })).toMatchObject({ isComplete: true });
    await expectStored(files);
  });

  test("is sent again as a part", async () => {
    await start({ dialect: { uploadReply: "managed" } });
    const file = await place.put("parts.mp4", randomBytes(41 * MIB));
    // One of those that go when others have been answered: they go several at once.
    place.emulator.setFault({ ...NOTHING, skip: 7 });
    expect(await upload([file])).toMatchObject({ isComplete: true, retries: 1 });
    await expectStored([file]);
  });

  test.each([["{digest}"], ["a user"]])(
    "is part of the dataset, which has a name of %s",
    async (how) => {
      await start();
      const files = await rivalFiles(place, "ours", { count: 6 });
      place.emulator.setFault({ ...NOTHING, skip: 4 });
      const name = how === "{digest}" ? versionOf(files) : "set";
      const made = await machineIn(place, "one").publish(files, name);
      expect(made).toMatchObject({ outcome: "uploaded", unverified: 0 });
    },
  );
});

describe("a store that gives ETags to some files only", () => {
  test("is sent a file to which it gives none a few times, and takes it", async () => {
    await start();
    const files = [...(await smallFiles(11)), await place.put("mute.jpg", randomBytes(10_000))];
    const avala = muteWhere((_count, bytes) => bytes > 10_000);
    expect(await upload(files, { avala })).toMatchObject({ isComplete: true });
    // Once all have been sent, eight times more, and between them as often one that had an ETag.
    expect(storageRequests()).toBe(12 + 1 + 3 + 2 * 8);
    await expectStored(files);
  });

  test("is sent a large file twice more at most", async () => {
    await start();
    const files = [...(await smallFiles(3)), await place.put("large.mp4", randomBytes(17 * MIB))];
    const avala = muteWhere((_count, bytes) => bytes > MIB);
    expect(await upload(files, { avala })).toMatchObject({ isComplete: true, retries: 1 });
    // In the end with one that had an ETag, which is small.
    expect(storageRequests()).toBe(4 + 1 + 1 + 1 + 8);
    await expectStored(files);
  });
});

test("a PUT that is answered without an ETag, and can't be sent again, counts as not compared", async () => {
  await start({ dialect: { uploadReply: "managed", itemUrls: "rendition" } });
  const files = await rivalFiles(place, "ours", { count: 6 });
  const on = { target: "storage", method: "PUT", path: "*/103.jpg" } as const;
  place.emulator.setFault({ on, store: "other", when: "after", reply: { status: 200 } });
  const { publish, events } = machineIn(place, "one");
  expect(await publish(files, versionOf(files))).toMatchObject({
    outcome: "uploaded",
    unverified: 1,
  });
  const text = expect.stringMatching(/103\.jpg$/) as string;
  expect(events).toContainEqual(expect.objectContaining({ kind: "warning", text }));
});
