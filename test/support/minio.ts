// A MinIO of a test's own, with one bucket, and what it holds by its own account.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ExternalStorage } from "../../emulator/options";
import { Presigner } from "../../emulator/storage/s3/presign";
import { S3Client } from "../../emulator/storage/s3/s3-client";
import { readAll, readOne } from "../../emulator/storage/xml";
import { envWith, type Part } from "./parts";

const KEYS = { accessKey: "emulator", secretKey: "emulator-secret" };
const BUCKET = "avala";

export interface Minio {
  readonly storage: ExternalStorage;
  /** sha256 of what it gives back for a key. */
  sha256(key: string): Promise<string>;
  /** The parts that it lists of the upload that is under way for a key. */
  parts(key: string): Promise<readonly number[]>;
  stop(): void;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** Resolves when it lists the bucket: its health page says that it is ready while it still refuses every object. */
async function untilUp(storage: ExternalStorage): Promise<void> {
  const bucket = { endpoint: storage.url, name: storage.bucket };
  const presigner = new Presigner(bucket, { ...KEYS, region: storage.region });
  for (let n = 0; n < 600; n += 1) {
    const url = presigner.url({ method: "GET", key: "", seconds: 60, now: Date.now() });
    const isUp = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    await sleep(100);
  }
  throw new Error("MinIO did not come up");
}

function inspect(storage: ExternalStorage): Pick<Minio, "sha256" | "parts"> {
  const bucket = { endpoint: storage.url, name: storage.bucket };
  const credentials = { ...KEYS, region: storage.region };
  const client = new S3Client(bucket, credentials, Date);
  const presigner = new Presigner(bucket, credentials);
  return {
    sha256: async (key) => {
      const url = presigner.url({ method: "GET", key, seconds: 60, now: Date.now() });
      const reply = await fetch(url);
      if (!reply.ok) throw new Error(`MinIO has no ${key}: ${String(reply.status)}`);
      return createHash("sha256")
        .update(Buffer.from(await reply.arrayBuffer()))
        .digest("hex");
    },
    parts: async (key) => {
      const uploads = await client.send({
        method: "GET",
        key: "",
        query: [
          ["prefix", key],
          ["uploads", ""],
        ],
      });
      const uploadId = readOne(uploads.text, "UploadId");
      if (uploadId === undefined) return [];
      const { text } = await client.send({ method: "GET", key, query: [["uploadId", uploadId]] });
      return readAll(text, "PartNumber").map(Number);
    },
  };
}

/** Started and ready. */
export async function startMinio(part: Part): Promise<Minio> {
  const folder = mkdtempSync(join(tmpdir(), "avala-minio-"));
  // A folder is a bucket to MinIO.
  mkdirSync(join(folder, BUCKET));
  const address = `127.0.0.1:${String(await freePort())}`;
  const env = {
    ...envWith([part]),
    MINIO_ROOT_USER: KEYS.accessKey,
    MINIO_ROOT_PASSWORD: KEYS.secretKey,
  };
  const child = spawn(part.command, ["server", folder, "--address", address], {
    env,
    stdio: "ignore",
  });
  const storage = { url: `http://${address}`, bucket: BUCKET, region: "us-east-1", ...KEYS };
  await untilUp(storage);
  return {
    storage,
    ...inspect(storage),
    stop: () => {
      child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
