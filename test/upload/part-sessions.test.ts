// The server's session of a large file, when something happens to it under us: another run completes it, it loses a part,
// its parts are not signed.
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulator, type Emulator, type EmulatorOptions } from "../../emulator";
import type { Avala } from "../../src/api/connect";
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

function upload(files: UploadFile[], avala?: Avala, state = "state"): Promise<UploadResult> {
  return uploadFiles(avala ?? sessionWith(emulator).avala, {
    datasetName: "set",
    files,
    stateDirectory: join(folder, state),
    partsFromBytes: MIB,
    concurrency: 1,
  });
}

async function stored(): Promise<Record<string, string>> {
  const objects = await emulator.objects();
  return Object.fromEntries(
    objects.map(({ key, sha256 }) => [key.split("/").at(-1) ?? "", sha256]),
  );
}

function calls(path: string): number {
  return emulator.requests().filter((entry) => entry.path.endsWith(path)).length;
}

/** A session in which `first` happens once, right before the first request that `isDue`. */
function interrupted(
  on: "api" | "storage",
  isDue: (url: string) => boolean,
  first: () => Promise<unknown>,
): Avala {
  let other: Promise<unknown> | undefined;
  const { avala } = sessionWith(emulator);
  if (on === "storage") {
    const send: Avala["storage"]["send"] = async (request) => {
      if (isDue(request.url)) await (other ??= first());
      return avala.storage.send(request);
    };
    return { ...avala, storage: { ...avala.storage, send } };
  }
  const call: Avala["call"] = async (request) => {
    if (isDue(request.route)) await (other ??= first());
    return avala.call(request);
  };
  return { ...avala, call };
}

describe("two runs at once with one large file", () => {
  const places = [
    { name: "our signing", on: "api" as const, isDue: (route: string) => /parts\/$/.test(route) },
    { name: "our first part", on: "storage" as const, isDue: () => true },
    {
      name: "our completion",
      on: "api" as const,
      isDue: (route: string) => /complete\/$/.test(route),
    },
  ];
  for (const state of ["state", "elsewhere"]) {
    const journal = state === "state" ? "one journal" : "a journal each";
    test.each(places)(
      `both succeed with ${journal} when the other completes it before $name`,
      async ({ on, isDue }) => {
        await start();
        const file = await put("a.mcap", randomBytes(7 * MIB));
        let other: UploadResult | undefined;
        const avala = interrupted(on, isDue, async () => {
          other = await upload([file], undefined, state);
        });
        expect(await upload([file], avala)).toMatchObject({ isComplete: true });
        expect(other).toMatchObject({ isComplete: true });
        expect(await stored()).toEqual({ "a.mcap": file.sha256 });
      },
    );
  }

  test("nothing is sent again when the journal tells that the other run landed it", async () => {
    await start();
    const file = await put("a.mcap", randomBytes(7 * MIB));
    const isDue = (): boolean => true;
    const avala = interrupted("storage", isDue, () => upload([file]));
    const result = await upload([file], avala);
    expect(result).toMatchObject({ isComplete: true, bytesSent: 0 });
    expect(await stored()).toEqual({ "a.mcap": file.sha256 });
  });
});

describe("a server that loses a part", () => {
  test("is sent the part again, and every file lands", async () => {
    await start({ etag: "opaque" });
    const files = [
      await put("a.mcap", randomBytes(7 * MIB)),
      ...(await Promise.all(["x.mcap", "y.mcap"].map((name) => put(name, Buffer.from(name))))),
    ];
    emulator.setFault({ on: { target: "storage", method: "PUT" }, store: "nothing" });
    const result = await upload(files);
    const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    expect(result).toMatchObject({ isComplete: true, bytesSent: bytes });
    expect(Object.keys(await stored())).toHaveLength(3);
  });

  test("again and again fails that file alone", async () => {
    await start({ etag: "opaque" });
    const files = [
      await put("a.mcap", randomBytes(7 * MIB)),
      ...(await Promise.all(["x.mcap", "y.mcap"].map((name) => put(name, Buffer.from(name))))),
    ];
    emulator.setFault({ on: { target: "storage", method: "PUT" }, times: 0, store: "nothing" });
    await expect(upload(files)).rejects.toMatchObject({
      code: "upload",
      failures: [{ path: "a.mcap", error: { code: "storage" } }],
      landed: [{ path: "x.mcap" }, { path: "y.mcap" }],
    });
    expect(calls("/complete/")).toBeLessThan(8);
  });
});

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
