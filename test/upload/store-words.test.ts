// Whole uploads to a store that says in other words than S3's that a URL has expired, that an object is there, or that too much
// is asked of it.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Dialect, EmulatorOptions } from "../../emulator/index";
import type { UploadResult } from "../../src/upload/result";
import { uploadFiles } from "../../src/upload/run";
import { halfOf } from "../support/night";
import { sessionWith } from "../support/session";
import { MIB, sha256Of, useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();

type Words = Dialect["storeWords"];
const WORDS: readonly Words[] = ["s3", "r2", "azure", "google"];
/** Three parts. */
const large = randomBytes(10 * MIB + 1);
const small = randomBytes(1000);
const WAYS = [
  ["form", small],
  ["PUT", small],
  ["parts", large],
] as const;
const EACH = halfOf(WORDS, WAYS).map(([words, [way, data]]) => ({ words, way, data }));

function begin(words: Words, way: string, more: EmulatorOptions = {}): Promise<void> {
  const uploadReply = way === "form" ? "form" : "managed";
  const parts = { partSizeBytes: 5 * MIB, multipartFromBytes: 6 * MIB };
  return place.start({ ...parts, ...more, dialect: { uploadReply, storeWords: words } });
}

async function upload(data: Buffer): Promise<UploadResult> {
  const files = [await place.put("drive.mcap", data)];
  const stateDirectory = join(place.folder, "state");
  const { avala } = sessionWith(place.emulator);
  return uploadFiles(avala, { datasetName: "set", files, stateDirectory });
}

async function expectStored(data: Buffer): Promise<void> {
  const objects = await place.emulator.objects();
  expect(objects.map(({ sha256 }) => sha256)).toEqual([sha256Of(data)]);
}

function bytesRequests(): number {
  return place.emulator.requests().filter(({ target }) => target === "storage").length;
}

test.each(EACH)("$words: a file by $way is signed again once it has expired", async (one) => {
  await begin(one.words, one.way);
  const path = one.way === "parts" ? "*/parts/" : "*/file-upload-url/";
  place.emulator.setFault({ on: { target: "api", path }, expired: true });
  const result = await upload(one.data);
  expect(result.isComplete).toBe(true);
  expect(result.retries).toBeGreaterThan(0);
  await expectStored(one.data);
});

test.each(WORDS)("%s: a large file goes on where its URLs expire midway", async (words) => {
  let isOpen = false;
  // The last part comes when its URL, which was signed ahead, has expired.
  const isLate = (): boolean => isOpen && bytesRequests() >= 3;
  const clock = { now: () => Date.now() + (isLate() ? 3_600_000 : 0) };
  await begin(words, "parts", { clock, presignSeconds: 600 });
  isOpen = true;
  expect(await upload(large)).toMatchObject({ isComplete: true, retries: 1 });
  expect(bytesRequests()).toBe(4);
  await expectStored(large);
});

test.each(WORDS)("%s: a PUT whose reply was lost has stored its file", async (words) => {
  await begin(words, "PUT");
  place.emulator.setFault({ on: { target: "storage" }, drop: true, when: "after" });
  expect(await upload(small)).toMatchObject({ isComplete: true, bytesSent: small.length });
  expect(bytesRequests()).toBe(2);
  await expectStored(small);
});

test.each(WORDS)("%s: other content that is there already is not replaced", async (words) => {
  await begin(words, "PUT");
  await upload(small);
  const error = upload(randomBytes(small.length));
  await expect(error).rejects.toMatchObject({ code: "conflict" });
  await expectStored(small);
});

test.each(EACH)("$words: a file by $way outlasts a store that is asked too much", async (one) => {
  await begin(one.words, one.way);
  // More often than the file, or each of its parts, has tries.
  const times = one.way === "parts" ? 3 * 8 + 1 : 9;
  place.emulator.setFault({ on: { target: "storage" }, times, throttled: true });
  expect(await upload(one.data)).toMatchObject({ isComplete: true });
  await expectStored(one.data);
});

const refusal = (code: string) => `<Error><Code>${code}</Code><Message>words</Message></Error>`;

test.each([
  [409, "ConditionalRequestConflict"],
  [409, "OperationAborted"],
  [400, "BadDigest"],
  [400, "IncompleteBody"],
  [400, "XAmzContentSHA256Mismatch"],
  [400, "RequestTimeout"],
  [400, "ClientDisconnect"],
  [499, "ClientDisconnected"],
  [499, "Anything"],
])("a PUT that ends with %d %s is tried again", async (status, code) => {
  await begin("s3", "PUT");
  const reply = { status, body: refusal(code) };
  place.emulator.setFault({ on: { target: "storage" }, reply });
  expect(await upload(small)).toMatchObject({ isComplete: true, retries: 1 });
  await expectStored(small);
});

test("bytes that come damaged each time use up the file's tries", async () => {
  await begin("s3", "PUT");
  const reply = { status: 400, body: refusal("BadDigest") };
  place.emulator.setFault({ on: { target: "storage" }, times: 0, reply });
  await expect(upload(small)).rejects.toMatchObject({ failures: [{ error: { code: "storage" } }] });
  expect(bytesRequests()).toBe(8);
});
