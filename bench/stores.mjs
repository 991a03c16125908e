// The object stores of the benchmark of large files, beside an emulator as the API: some that keep nothing, and MinIO.
// @ts-check
import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { startEmulator } from "./emulator.mjs";
import { startMinio } from "./minio.mjs";

const HERE = path.dirname(fileURLToPath(import.meta.url));

/** @typedef {{url: string, flags: readonly string[], pid: number | undefined, stop: () => void}} Store */

/**
 * It drops what it is sent, as it comes.
 * @param {import("./large-content.mjs").Md5s} [md5s] its ETags: without them they are not MD5s @returns {Promise<Store>}
 */
export async function startSink(md5s) {
  const args = md5s === undefined ? [] : [JSON.stringify(md5s)];
  const child = spawn("python3", [path.join(HERE, "sink.py"), ...args], {
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
export async function startMinioStore(folder) {
  const minio = await startMinio(folder);
  return { ...minio, url: minio.flags[1] ?? "" };
}

/** An API that signs for the store, and answers with forms or with parts. @param {Store} store @param {"form" | "parts"} way */
export function startApi({ flags }, way) {
  // A server that knows only the first protocol is sent forms.
  const reply = way === "form" ? "ignored" : "managed";
  return startEmulator("--switch", `uploadReply=${reply}`, ...flags);
}
