// A MinIO on this machine: an object store that is not ours, so that no figure is one of our own server.
// @ts-check
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ensurePart, envWith } from "../scripts/parts.mjs";
import { Presigner } from "../lib/emulator/storage/s3/presign.js";

const KEYS = { accessKey: "emulator", secretKey: "emulator-secret" };
const BUCKET = "avala";
const REGION = "us-east-1";

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/** Until it lists the bucket: its health page says that it is ready while it still refuses every object. @param {string} endpoint */
async function untilUp(endpoint) {
  const presigner = new Presigner({ endpoint, name: BUCKET }, { ...KEYS, region: REGION });
  for (let n = 0; n < 600; n += 1) {
    const url = presigner.url({ method: "GET", key: "", seconds: 60, now: Date.now() });
    const reply = await fetch(url).catch(() => undefined);
    if (reply?.ok) return;
    await sleep(100);
  }
  throw new Error("MinIO did not come up");
}

/**
 * Started and ready, with flags that make an emulator sign for it.
 * @param {string} folder for what it stores
 * @returns {Promise<{flags: string[], pid: number | undefined, version: string, stop: () => void}>}
 */
export async function startMinio(folder) {
  const part = await ensurePart("minio");
  // A folder is a bucket to MinIO.
  mkdirSync(path.join(folder, BUCKET), { recursive: true });
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(part.command, ["server", folder, "--address", address], {
    env: {
      ...envWith(part, process.env),
      MINIO_ROOT_USER: KEYS.accessKey,
      MINIO_ROOT_PASSWORD: KEYS.secretKey,
    },
    stdio: "ignore",
  });
  const url = `http://${address}`;
  await untilUp(url);
  const named = {
    bucket: BUCKET,
    region: REGION,
    "access-key": KEYS.accessKey,
    "secret-key": KEYS.secretKey,
  };
  const flags = Object.entries(named).flatMap(([name, value]) => [`--storage-${name}`, value]);
  return {
    flags: ["--storage", url, ...flags],
    pid: child.pid,
    version: part.version,
    stop: () => void child.kill("SIGKILL"),
  };
}
