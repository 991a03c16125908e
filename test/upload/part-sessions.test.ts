// The server's session of a large file, when something happens to it under us: its parts are not signed.
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulator, type Emulator, type EmulatorOptions } from "../../emulator";
import { uploadFiles, type UploadFile, type UploadResult } from "../../src/upload/run";
import { sessionWith } from "../support/session";

const MIB = 1024 * 1024;

let emulator: Emulator;
let folder: string;

async function start(options: EmulatorOptions = {}): Promise<void> {
  emulator = await startEmulator({
    requestsPerMinute: 0,
    burstPerSecond: 0,
    multipartFromBytes: MIB,
    partSizeBytes: 5 * MIB,
    ...options,
  });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "part-sessions-"));
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

function upload(files: UploadFile[]): Promise<UploadResult> {
  return uploadFiles(sessionWith(emulator).avala, {
    datasetName: "set",
    files,
    stateDirectory: join(folder, "state"),
    partsFromBytes: MIB,
    concurrency: 1,
  });
}

function calls(path: string): number {
  return emulator.requests().filter((entry) => entry.path.endsWith(path)).length;
}

describe("tries", () => {
  test("to sign a part are eight", async () => {
    await start();
    emulator.setFault({ on: { path: "*/parts/" }, times: 0, reply: { status: 503 } });
    await expect(upload([await put("a.mcap", randomBytes(7 * MIB))])).rejects.toMatchObject({
      failures: [{ error: { code: "server" } }],
    });
    // Each of its two parts asks for itself at most.
    expect(calls("/parts/")).toBeLessThanOrEqual(16);
    expect(calls("/parts/")).toBeGreaterThanOrEqual(8);
  });

  test("to presign a file that goes by one PUT anew are eight, with its first", async () => {
    await start({ multipartFromBytes: 100 * MIB });
    const path = "*/file-upload-url/";
    emulator.setFault({ on: { target: "storage", method: "PUT" }, drop: true });
    emulator.setFault({ on: { path }, skip: 1, times: 0, reply: { status: 503 } });
    await expect(upload([await put("a.mcap", randomBytes(2 * MIB))])).rejects.toMatchObject({
      failures: [{ error: { code: "server" } }],
    });
    expect(calls("/file-upload-url/")).toBe(8);
  });
});
