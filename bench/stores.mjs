// The object stores of the benchmark of large files, beside an emulator as the API: one that keeps nothing, and MinIO.
// @ts-check
import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { startEmulator } from "./emulator.mjs";
import { startMinio } from "./minio.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));

/** @typedef {{url: string, flags: readonly string[], pid: number | undefined, stop: () => void}} Store */

/** It drops what it is sent, and its ETags are not MD5s. @returns {Promise<Store>} */
async function startSink() {
  const child = spawn("python3", [path.join(HERE, "sink.py")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const { url } = JSON.parse(line);
    const names = { bucket: "sink", region: "us-east-1", "access-key": "a", "secret-key": "b" };
    const flags = Object.entries(names).flatMap(([name, value]) => [`--storage-${name}`, value]);
    const stop = () => void child.kill();
    return { url, flags: ["--storage", url, ...flags], pid: child.pid, stop };
  }
  throw new Error("the sink did not start");
}

/** It writes what it is sent to a folder, and its ETags are MD5s. @param {string} folder @returns {Promise<Store>} */
async function startMinioStore(folder) {
  const minio = await startMinio(folder);
  return { ...minio, url: minio.flags[1] ?? "" };
}

/** @param {"sink" | "minio"} name @param {string} folder @returns {Promise<Store>} */
export function startStore(name, folder) {
  return name === "sink" ? startSink() : startMinioStore(folder);
}

/** An API that signs for the store, and answers with forms or with parts. @param {Store} store @param {"form" | "parts"} way */
export function startApi({ flags }, way) {
  // A server that knows only the first protocol is sent forms.
  const reply = way === "form" ? "ignored" : "managed";
  return startEmulator("--switch", `uploadReply=${reply}`, ...flags);
}
