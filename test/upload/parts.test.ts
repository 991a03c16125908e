import { randomBytes } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sessionWith } from "../support/session";
import { MIB, sha256Of, useUploadPlace } from "../support/upload-place";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";

const PARTS = "/parts/";
const PRESIGN = "/datasets/manual-upload/file-upload-url/";

const place = useUploadPlace();
let file: UploadFile;
let sha256: string;

/** Of five parts, the last one short. */
const data = randomBytes(20 * MIB + 3);
const digest = sha256Of(data);

async function write(content: Buffer, known?: string): Promise<void> {
  // Without its digest, which an upload may not know.
  const {
    path,
    absolutePath,
    sizeBytes,
    sha256: sum,
  } = await place.put("drive.mcap", content, known);
  file = { path, absolutePath, sizeBytes };
  sha256 = sum;
}

beforeEach(() => write(data, digest));

function upload(signal?: AbortSignal): Promise<UploadResult> {
  const request = {
    datasetName: "set",
    files: [file],
    stateDirectory: join(place.folder, "state"),
  };
  return uploadFiles(sessionWith(place.emulator, { signal }).avala, request);
}

function calls(path: string): number {
  return place.emulator.requests().filter((entry) => entry.path.endsWith(path)).length;
}

/** Part numbers that the store was sent, in the order in which they came. */
function partsSent(): number {
  return place.emulator
    .requests()
    .filter(({ target, method }) => target === "storage" && method === "PUT").length;
}

async function linesInJournal(): Promise<number> {
  const journals = join(place.folder, "state", "journals");
  const names = await readdir(journals).catch(() => []);
  const texts = await Promise.all(names.map((name) => readFile(join(journals, name), "utf8")));
  return texts.join("").split("\n").length - 1;
}

/** Stops the run when three parts have landed; none of the others gets an answer. */
async function breakAfterThreeParts(): Promise<void> {
  place.emulator.setFault({
    on: { target: "storage", method: "PUT" },
    skip: 3,
    times: 0,
    stall: true,
  });
  const stop = new AbortController();
  const broken = upload(stop.signal);
  broken.catch(() => undefined);
  while ((await linesInJournal()) < 3) await sleep(5);
  stop.abort();
  await expect(broken).rejects.toMatchObject({ code: "cancelled" });
}

async function expectStoredOnce(): Promise<void> {
  const objects = await place.emulator.objects();
  expect(objects.map(({ key, sha256: sum }) => [key.split("/").at(-1), sum])).toEqual([
    ["drive.mcap", sha256],
  ]);
}

describe("a large file", () => {
  test("goes by parts, for three calls however many parts it has", async () => {
    await place.start();
    const result = await upload();
    expect(result).toMatchObject({ isComplete: true, retries: 0, bytesSent: file.sizeBytes });
    expect(result.sent[0]?.sha256).toBe(sha256);
    expect(partsSent()).toBe(5);
    expect(
      place.emulator.requests().filter(({ path }) => path.includes("manual-upload")),
    ).toHaveLength(3);
    await expectStoredOnce();
  });

  test("goes on part by part after it broke", async () => {
    await place.start();
    await breakAfterThreeParts();
    expect(await place.emulator.objects()).toEqual([]);
    place.emulator.clearFaults();
    const before = partsSent();
    const result = await upload();
    expect(partsSent() - before).toBeLessThanOrEqual(2);
    expect(result.sent[0]?.sha256).toBe(sha256);
    await expectStoredOnce();
  });

  test("sends a part again that the server lists and our journal does not know", async () => {
    await place.start();
    await breakAfterThreeParts();
    place.emulator.clearFaults();
    await rm(join(place.folder, "state"), { recursive: true });
    const before = partsSent();
    await upload();
    expect(partsSent() - before).toBe(5);
    await expectStoredOnce();
  });

  test("never meets the parts of another content of the same size", async () => {
    await place.start();
    await breakAfterThreeParts();
    place.emulator.clearFaults();
    await write(randomBytes(file.sizeBytes));
    const result = await upload();
    expect(result.sent[0]?.sha256).toBe(sha256);
    await expectStoredOnce();
  });

  test("signs a part again whose signature has expired, and no other", async () => {
    await place.start();
    const expired =
      "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
    place.emulator.setFault({
      on: { target: "storage", method: "PUT" },
      reply: { status: 403, body: expired },
    });
    const result = await upload();
    expect(result).toMatchObject({ isComplete: true, retries: 1 });
    expect(calls(PARTS)).toBe(2);
    await expectStoredOnce();
  });

  test("ends well when the reply to its completion was lost", async () => {
    await place.start();
    place.emulator.setFault({ on: { path: "*/complete/" }, drop: true, when: "after" });
    expect((await upload()).sent).toHaveLength(1);
    await expectStoredOnce();
  });

  test("that was completed by a run that was cut off is not sent again", async () => {
    await place.start();
    place.emulator.setFault({
      on: { path: "*/complete/" },
      when: "after",
      times: 0,
      reply: { status: 400, body: { detail: "No." } },
    });
    await expect(upload()).rejects.toMatchObject({ landed: [] });
    place.emulator.clearFaults();
    const before = partsSent();
    expect((await upload()).unchanged[0]?.sha256).toBe(sha256);
    expect(partsSent()).toBe(before);
    await expectStoredOnce();
  });

  test("goes by one PUT where the server wants no parts", async () => {
    await place.start({ multipartFromBytes: 100 * MIB });
    expect(await upload()).toMatchObject({ isComplete: true, retries: 0 });
    expect(partsSent()).toBe(1);
    await expectStoredOnce();
  });

  test("is completed after a PUT whose reply was lost, for what lies there is ours (412)", async () => {
    await place.start({ multipartFromBytes: 100 * MIB });
    place.emulator.setFault({
      on: { target: "storage", method: "PUT" },
      drop: true,
      when: "after",
    });
    const result = await upload();
    expect(result).toMatchObject({ isComplete: true, bytesSent: file.sizeBytes });
    await expectStoredOnce();
  });

  test("goes by form where the server does not speak the second protocol", async () => {
    await place.start();
    const answer = await fetch(`${place.emulator.baseUrl}${PRESIGN}`, {
      method: "POST",
      headers: { "X-Avala-Api-Key": place.emulator.apiKey, "Content-Type": "application/json" },
      body: JSON.stringify({
        dataset_name: "set",
        file_path_in_dataset: file.path,
        content_length: file.sizeBytes,
      }),
    });
    place.emulator.setFault({
      on: { path: PRESIGN },
      reply: { status: 200, body: await answer.json() },
    });
    expect((await upload()).sent[0]?.sha256).toBe(sha256);
    expect(calls(PARTS)).toBe(0);
    await expectStoredOnce();
  });

  test("whose server cuts it into parts that do not make it is not sent", async () => {
    await place.start();
    const body = { method: "MULTIPART", upload_uid: "u", part_size: 5 * MIB, part_count: 2 };
    place.emulator.setFault({ on: { path: PRESIGN }, times: 0, reply: { status: 200, body } });
    await expect(upload()).rejects.toMatchObject({ failures: [{ error: { code: "bad_reply" } }] });
    expect(partsSent()).toBe(0);
  });
});
