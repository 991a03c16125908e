import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startEmulator, type Emulator, type EmulatorOptions } from "../../emulator";
import { sessionWith } from "../support/session";
import { uploadFiles, type UploadFile, type UploadResult } from "../../src/upload/run";

const MIB = 1024 * 1024;
const PARTS = "/parts/";
const PRESIGN = "/datasets/manual-upload/file-upload-url/";

let emulator: Emulator;
let folder: string;
let file: UploadFile;
let sha256: string;

async function start(options: EmulatorOptions = {}): Promise<void> {
  emulator = await startEmulator({
    requestsPerMinute: 0,
    burstPerSecond: 0,
    multipartFromBytes: MIB,
    partSizeBytes: 5 * MIB,
    ...options,
  });
}

async function write(data: Buffer): Promise<void> {
  const absolutePath = join(folder, "drive.mcap");
  await writeFile(absolutePath, data);
  sha256 = createHash("sha256").update(data).digest("hex");
  file = { path: "drive.mcap", absolutePath, sizeBytes: data.length };
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "parts-"));
  await write(randomBytes(22 * MIB + 3));
});
afterEach(async () => {
  await emulator.stop();
  await rm(folder, { recursive: true });
});

function upload(signal?: AbortSignal): Promise<UploadResult> {
  const request = {
    datasetName: "set",
    files: [file],
    stateDirectory: join(folder, "state"),
    partsFromBytes: MIB,
  };
  return uploadFiles(sessionWith(emulator, { signal }).avala, request);
}

function calls(path: string): number {
  return emulator.requests().filter((entry) => entry.path.endsWith(path)).length;
}

/** Part numbers that the store was sent, in the order in which they came. */
function partsSent(): number {
  return emulator
    .requests()
    .filter(({ target, method }) => target === "storage" && method === "PUT").length;
}

async function linesInJournal(): Promise<number> {
  const journals = join(folder, "state", "journals");
  const names = await readdir(journals).catch(() => []);
  const texts = await Promise.all(names.map((name) => readFile(join(journals, name), "utf8")));
  return texts.join("").split("\n").length - 1;
}

/** Stops the run when three parts have landed; none of the others gets an answer. */
async function breakAfterThreeParts(): Promise<void> {
  emulator.setFault({ on: { target: "storage", method: "PUT" }, skip: 3, times: 0, stall: true });
  const stop = new AbortController();
  const broken = upload(stop.signal);
  broken.catch(() => undefined);
  while ((await linesInJournal()) < 3) await sleep(5);
  stop.abort();
  await expect(broken).rejects.toMatchObject({ code: "cancelled" });
}

async function expectStoredOnce(): Promise<void> {
  const objects = await emulator.objects();
  expect(objects.map(({ key, sha256: sum }) => [key.split("/").at(-1), sum])).toEqual([
    ["drive.mcap", sha256],
  ]);
}

describe("a large file", () => {
  test("goes by parts, for three calls however many parts it has", async () => {
    await start();
    const result = await upload();
    expect(result).toMatchObject({ isComplete: true, retries: 0, bytesSent: file.sizeBytes });
    expect(result.sent[0]?.sha256).toBe(sha256);
    expect(partsSent()).toBe(5);
    expect(emulator.requests().filter(({ path }) => path.includes("manual-upload"))).toHaveLength(
      3,
    );
    await expectStoredOnce();
  });

  test("goes on part by part after it broke", async () => {
    await start();
    await breakAfterThreeParts();
    expect(await emulator.objects()).toEqual([]);
    emulator.clearFaults();
    const before = partsSent();
    const result = await upload();
    expect(partsSent() - before).toBeLessThanOrEqual(2);
    expect(result.sent[0]?.sha256).toBe(sha256);
    await expectStoredOnce();
  });

  test("sends a part again that the server lists and our journal does not know", async () => {
    await start();
    await breakAfterThreeParts();
    emulator.clearFaults();
    await rm(join(folder, "state"), { recursive: true });
    const before = partsSent();
    await upload();
    expect(partsSent() - before).toBe(5);
    await expectStoredOnce();
  });

  test("never meets the parts of another content of the same size", async () => {
    await start();
    await breakAfterThreeParts();
    emulator.clearFaults();
    await write(randomBytes(file.sizeBytes));
    const result = await upload();
    expect(result.sent[0]?.sha256).toBe(sha256);
    await expectStoredOnce();
  });

  test("signs a part again whose signature has expired, and no other", async () => {
    await start();
    const expired =
      "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
    emulator.setFault({
      on: { target: "storage", method: "PUT" },
      reply: { status: 403, body: expired },
    });
    const result = await upload();
    expect(result).toMatchObject({ isComplete: true, retries: 1 });
    expect(calls(PARTS)).toBe(2);
    await expectStoredOnce();
  });

  test("ends well when the reply to its completion was lost", async () => {
    await start();
    emulator.setFault({ on: { path: "*/complete/" }, drop: true, when: "after" });
    expect((await upload()).sent).toHaveLength(1);
    await expectStoredOnce();
  });

  test("that was completed by a run that was cut off is not sent again", async () => {
    await start();
    emulator.setFault({
      on: { path: "*/complete/" },
      when: "after",
      times: 0,
      reply: { status: 400, body: { detail: "No." } },
    });
    await expect(upload()).rejects.toMatchObject({ landed: [] });
    emulator.clearFaults();
    const before = partsSent();
    expect((await upload()).sent[0]?.sha256).toBe(sha256);
    expect(partsSent()).toBe(before);
    await expectStoredOnce();
  });

  test("goes by one PUT where the server wants no parts", async () => {
    await start({ multipartFromBytes: 100 * MIB });
    expect(await upload()).toMatchObject({ isComplete: true, retries: 0 });
    expect(partsSent()).toBe(1);
    await expectStoredOnce();
  });

  test("goes by form after a PUT whose reply was lost, since nobody tells what lies there then", async () => {
    await start({ multipartFromBytes: 100 * MIB });
    emulator.setFault({ on: { target: "storage", method: "PUT" }, drop: true, when: "after" });
    const result = await upload();
    expect(result).toMatchObject({ isComplete: true, bytesSent: file.sizeBytes });
    await expectStoredOnce();
  });

  test("goes by form where the server does not speak the second protocol", async () => {
    await start();
    const answer = await fetch(`${emulator.baseUrl}${PRESIGN}`, {
      method: "POST",
      headers: { "X-Avala-Api-Key": emulator.apiKey, "Content-Type": "application/json" },
      body: JSON.stringify({
        dataset_name: "set",
        file_path_in_dataset: file.path,
        content_length: file.sizeBytes,
      }),
    });
    emulator.setFault({ on: { path: PRESIGN }, reply: { status: 200, body: await answer.json() } });
    expect((await upload()).sent[0]?.sha256).toBe(sha256);
    expect(calls(PARTS)).toBe(0);
    await expectStoredOnce();
  });

  test("whose server cuts it into parts that do not make it is not sent", async () => {
    await start();
    const body = { method: "MULTIPART", upload_uid: "u", part_size: 5 * MIB, part_count: 2 };
    emulator.setFault({ on: { path: PRESIGN }, times: 0, reply: { status: 200, body } });
    await expect(upload()).rejects.toMatchObject({ failures: [{ error: { code: "bad_reply" } }] });
    expect(partsSent()).toBe(0);
  });
});
