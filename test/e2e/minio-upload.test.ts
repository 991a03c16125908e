// The core's whole upload into a real S3 store: every way a file goes, what the store refuses, a kill among the parts.
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Emulator, EmulatorOptions } from "../../emulator";
import { createAxiosTransport } from "../../src/api/transport/axios-transport";
import { createStorageTransport } from "../../src/api/transport/storage-transport";
import type { HttpRequest, Transport } from "../../src/api/transport/transport";
import { publishDataset } from "../../src/operations/publish/publish";
import type { PublishResult } from "../../src/operations/publish/target";
import type { UploadFile } from "../../src/upload/request";
import { start, stopAll } from "../support/emulator";
import { type Minio, startMinio } from "../support/minio";
import { describeWithPart } from "../support/parts";
import { sessionWith, type Session } from "../support/session";
import { rejectionOf } from "../support/thrown";

const MIB = 1024 * 1024;
const sha256 = (data: Buffer): string => createHash("sha256").update(data).digest("hex");

describeWithPart("minio", (minio) => {
  let store: Minio;
  let folder: string;

  beforeAll(async () => {
    store = await startMinio(minio);
  });
  afterAll(() => store.stop());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "avala-to-minio-"));
  });
  afterEach(async () => {
    await stopAll();
    rmSync(folder, { recursive: true });
  });

  const begin = (options: EmulatorOptions = {}): Promise<Emulator> =>
    start({
      storage: store.storage,
      partSizeBytes: 5 * MIB,
      dialect: { uploadReply: "managed" },
      multipartFromBytes: 6 * MIB,
      ...options,
    });

  /** One a way: kept in memory, streamed, by PUT, by parts; and none of it. */
  const WAYS = {
    "small.jpg": 10_240,
    "large.jpg": 2 * MIB,
    "put.mp4": 5 * MIB + 1,
    "parts.jpg": 12 * MIB,
    "empty.jpg": 0,
  };

  function makeFiles(sizes: Readonly<Record<string, number>>): UploadFile[] {
    return Object.entries(sizes).map(([path, sizeBytes]) => {
      const data = randomBytes(sizeBytes);
      const absolutePath = join(folder, path);
      writeFileSync(absolutePath, data);
      return { path: `in/${path}`, absolutePath, sizeBytes, sha256: sha256(data) };
    });
  }

  async function publish(
    { avala }: Session,
    name: string,
    files: readonly UploadFile[],
  ): Promise<PublishResult> {
    const dataset = { name, slug: name, dataType: "image" as const };
    const options = {
      waitMs: () => 60_000,
      stateDirectory: join(folder, "state"),
    };
    return publishDataset(avala, { dataset, files, ifExists: "verify" }, options);
  }

  async function expectStored(
    emulator: Emulator,
    name: string,
    files: readonly UploadFile[],
  ): Promise<void> {
    const root = `__u__=/${emulator.user()?.uid ?? ""}/${name}/`;
    for (const file of files) expect(await store.sha256(root + file.path)).toBe(file.sha256);
  }

  const slowly = (): Transport => {
    const storage = createStorageTransport();
    let count = 0;
    return {
      ...storage,
      send: async (request) => {
        count += 1;
        // What was presigned for a second has expired by then.
        if (count === 1) await sleep(2_500);
        return storage.send(request);
      },
    };
  };

  test.each([
    ["by form", "ignored", ["small.jpg", "large.jpg", "empty.jpg"]],
    [
      "by PUT and by parts",
      "managed",
      ["small.jpg", "large.jpg", "put.mp4", "parts.jpg", "empty.jpg"],
    ],
  ] as const)(
    "%s a file ends with its bytes there, which MinIO's own MD5s confirm",
    async (_way, uploadReply, names) => {
      const emulator = await begin({ dialect: { uploadReply } });
      const files = makeFiles(Object.fromEntries(names.map((name) => [name, WAYS[name]])));
      const result = await publish(sessionWith(emulator), `ways-${uploadReply}`, files);
      expect(result).toMatchObject({
        outcome: "uploaded",
        // Its ETag of a file in parts is the one that is made of theirs.
        unverified: 0,
        upload: { checkedByStore: files.length, retries: 0 },
      });
      await expectStored(emulator, `ways-${uploadReply}`, files);
    },
  );

  test.each([
    ["a form", "ignored", { "small.jpg": 10_240 }],
    ["a streamed form", "ignored", { "large.jpg": 2 * MIB }],
    ["a PUT", "managed", { "put.mp4": 5 * MIB + 1 }],
    ["a part", "managed", { "parts.mp4": 8 * MIB }],
  ] as const)("%s that has expired is presigned again", async (name, uploadReply, sizes) => {
    const emulator = await begin({ presignSeconds: 1, dialect: { uploadReply } });
    const files = makeFiles(sizes);
    const session = sessionWith(emulator, { ports: { storage: slowly() } });
    const dataset = `late-${name.replaceAll(" ", "-")}`.toLowerCase();
    const result = await publish(session, dataset, [...files, ...makeFiles({ "i.jpg": 5 })]);
    expect(result).toMatchObject({
      upload: { isComplete: true, retriedFor: [{ code: "storage_expired" }] },
    });
    await expectStored(emulator, dataset, files);
  });

  test("a file that grows after it was listed is refused here, and none of it is stored", async () => {
    const emulator = await begin();
    const [small, large] = makeFiles({ "small.jpg": 10_240, "large.jpg": 2 * MIB });
    for (const { absolutePath } of [small!, large!])
      writeFileSync(absolutePath, "more", { flag: "a" });
    const error = await rejectionOf(publish(sessionWith(emulator), "grown", [small!, large!]));
    expect(error).toMatchObject({
      failures: [{ error: { code: "file_changed" } }, { error: { code: "file_changed" } }],
    });
    expect(await emulator.objects(`__u__=/${emulator.user()?.uid ?? ""}/grown/`)).toEqual([]);
  });

  test.each([
    ["EntityTooLarge", -1],
    ["EntityTooSmall", 1],
  ])("a policy for another length is MinIO's %s, which the error names", async (code, by) => {
    const emulator = await begin({ dialect: { uploadReply: "ignored" } });
    const api = createAxiosTransport();
    const lying: Transport = {
      ...api,
      send: (request: HttpRequest) => {
        if (!request.url.endsWith("/file-upload-url/")) return api.send(request);
        const body = JSON.parse(String(request.body)) as { content_length: number };
        body.content_length += by;
        return api.send({ ...request, body: JSON.stringify(body) });
      },
    };
    const session = sessionWith(emulator, { ports: { api: lying } });
    const error = await rejectionOf(publish(session, `lied-${by}`, makeFiles({ "small.jpg": 9 })));
    expect(error).toMatchObject({
      message: expect.stringContaining(code) as string,
      failures: [{ path: "in/small.jpg", error: { code: "storage" } }],
    });
  });

  test("a run that is killed among its parts goes on with those that MinIO does not list", async () => {
    const emulator = await begin();
    const data = randomBytes(38 * MIB);
    const file = join(folder, "drive.mcap");
    writeFileSync(file, data);
    const stateDirectory = join(folder, "state");
    const key = `__u__=/${emulator.user()?.uid ?? ""}/killed/drive.mcap`;
    const given = {
      baseUrl: emulator.baseUrl,
      apiKey: emulator.apiKey,
      storageHost: new URL(store.storage.url).host,
      file,
      sizeBytes: data.length,
      stateDirectory,
      lastPart: 4,
    };
    const script = join(__dirname, "minio", "stuck-upload.mjs");
    const child = spawn(process.execPath, [script, JSON.stringify(given)], { stdio: "inherit" });
    const journaled = (): number => {
      const folderOf = join(stateDirectory, "journals");
      return (
        readFileSync(join(folderOf, readdirSync(folderOf)[0] ?? ""), "utf8").split("\n").length - 1
      );
    };
    while ((await store.parts(key)).length < 4 || journaled() < 4) await sleep(50);
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    expect(await store.parts(key)).toEqual([1, 2, 3, 4]);

    const storage = createStorageTransport();
    const sent: number[] = [];
    const watched: Transport = {
      ...storage,
      send: (request) => {
        sent.push(Number(new URL(request.url).searchParams.get("partNumber")));
        return storage.send(request);
      },
    };
    const { avala } = sessionWith(emulator, { ports: { storage: watched } });
    const files = [{ path: "drive.mcap", absolutePath: file, sizeBytes: data.length }];
    const dataset = { name: "killed", slug: "killed", dataType: "mcap" as const };
    const options = { waitMs: () => 60_000, stateDirectory };
    const result = await publishDataset(avala, { dataset, files, ifExists: "verify" }, options);
    expect(sent.sort()).toEqual([5, 6, 7, 8]);
    expect(result).toMatchObject({ outcome: "uploaded", upload: { checkedByStore: 1 } });
    expect(await store.sha256(key)).toBe(sha256(data));
  }, 60_000);
});
