// A large file that the server wants by one PUT, which never replaces what lies at its place (412).
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulator, type Emulator } from "../../emulator";
import { uploadFiles, type UploadFile, type UploadResult } from "../../src/upload/run";
import { sessionWith } from "../support/session";

const MIB = 1024 * 1024;

let emulator: Emulator;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "one-put-"));
  emulator = await startEmulator({
    requestsPerMinute: 0,
    burstPerSecond: 0,
    multipartFromBytes: 100 * MIB,
  });
});
afterEach(async () => {
  await emulator.stop();
  await rm(folder, { recursive: true });
});

const sha256Of = (data: Buffer): string => createHash("sha256").update(data).digest("hex");

async function put(path: string, data: Buffer): Promise<UploadFile> {
  const absolutePath = join(folder, path);
  await writeFile(absolutePath, data);
  return { path, absolutePath, sizeBytes: data.length, sha256: sha256Of(data) };
}

function upload(file: UploadFile): Promise<UploadResult> {
  const request = { datasetName: "set", files: [file], partsFromBytes: MIB };
  const stateDirectory = join(folder, "state");
  return uploadFiles(sessionWith(emulator).avala, { ...request, stateDirectory });
}

async function stored(): Promise<string | undefined> {
  return (await emulator.objects())[0]?.sha256;
}

function bytesRequests(): number {
  return emulator.requests().filter(({ target }) => target === "storage").length;
}

describe("a large file that goes by one PUT", () => {
  const [a, b] = [randomBytes(2 * MIB), randomBytes(2 * MIB)];

  test("is not taken for stored when other content of its size lies there (412)", async () => {
    for (const data of [a, b]) await upload(await put("a.mcap", data));
    expect(await stored()).toBe(sha256Of(b));
  });

  test("is sent when other content of another size lies there, in the same run", async () => {
    await upload(await put("a.mcap", a));
    const longer = Buffer.concat([b, Buffer.from("more")]);
    expect((await upload(await put("a.mcap", longer))).isComplete).toBe(true);
    expect(await stored()).toBe(sha256Of(longer));
  });

  test("is not taken for stored when its first request was lost and other content lies there", async () => {
    await upload(await put("a.mcap", a));
    emulator.setFault({ on: { target: "storage", method: "PUT" }, drop: true });
    await upload(await put("a.mcap", b));
    expect(await stored()).toBe(sha256Of(b));
  });

  test("is not sent again when only its completion was cut off", async () => {
    const file = await put("a.mcap", a);
    emulator.setFault({
      on: { path: "*/complete/" },
      times: 0,
      reply: { status: 400, body: { detail: "No." } },
    });
    await expect(upload(file)).rejects.toMatchObject({ landed: [] });
    emulator.clearFaults();
    const before = bytesRequests();
    expect((await upload(file)).isComplete).toBe(true);
    expect(bytesRequests()).toBe(before);
    expect(await stored()).toBe(sha256Of(a));
  });
});
