// The finished export's file: fetched once for each uid, then put into the user's folder, unpacked when it is an archive.
// Never overwrites what is there and is something else.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, lstat, mkdir, mkdtemp, open, realpath, rm } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Avala } from "../src/api/connect";
import { AvalaError } from "../src/errors";
import { downloadExport } from "../src/export";
import type { ActionEnvironment } from "./environment";
import type { ExportInputs } from "./inputs/export";
import type { Log } from "./log";
import { unzip } from "./unzip";

export interface DownloadOptions {
  readonly environment: ActionEnvironment;
  readonly log: Log;
  readonly inputs: ExportInputs;
  /** Absolute. */
  readonly folder: string;
}

/** Puts the export into the folder and returns the paths of its files there. */
export async function fetchExport(
  avala: Avala,
  uid: string,
  options: DownloadOptions,
): Promise<readonly string[]> {
  const { environment, inputs, folder } = options;
  await mkdir(environment.tempDirectory, { recursive: true });
  const staging = await mkdtemp(join(environment.tempDirectory, "avala-export-"));
  try {
    const file = await obtain(avala, uid, staging, options);
    const suffix = await suffixOf(file);
    if (suffix !== ".zip" || !inputs.isExtracted) {
      return [await place(file, folder, `export-${uid}${suffix}`)];
    }
    const unpacked = join(staging, "unpacked");
    await mkdir(unpacked);
    const { paths } = await unzip(file, unpacked, { signal: environment.signal });
    const placed: string[] = [];
    for (const path of paths) placed.push(await place(join(unpacked, path), folder, path));
    return placed;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** From this machine's cache, else from Avala. A finished export never changes, so its uid says which file it is. */
async function obtain(
  avala: Avala,
  uid: string,
  staging: string,
  { environment, log }: DownloadOptions,
): Promise<string> {
  const origin = createHash("sha256").update(avala.baseUrl).digest("hex").slice(0, 16);
  const cached = environment.exportCache.find({ uid, origin });
  if (cached !== undefined) {
    log.info(`Export ${uid} was fetched before, and is taken from this machine's cache.`);
    return cached;
  }
  const { path, sizeBytes, sha256 } = await downloadExport(avala, uid, {
    toFile: join(staging, "export"),
  });
  if (sizeBytes === 0) throw new AvalaError("bad_reply", `The file of export ${uid} is empty.`);
  log.info(`Downloaded export ${uid}: ${sizeBytes} bytes, sha256 ${sha256}.`);
  return environment.exportCache.keep({ uid, origin }, path);
}

/** Told by the first bytes, for the URL may not say: a zip archive, JSON, or what nobody knows. */
async function suffixOf(file: string): Promise<".zip" | ".json" | ""> {
  const handle = await open(file, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
    const start = buffer.subarray(0, bytesRead).toString("latin1");
    // A local file header, or the end of an archive without files.
    if (start.startsWith("PK\x03\x04") || start.startsWith("PK\x05\x06")) return ".zip";
    return /^(?:\xef\xbb\xbf)?\s*[[{]/.test(start) ? ".json" : "";
  } finally {
    await handle.close();
  }
}

async function place(from: string, folder: string, path: string): Promise<string> {
  const target = resolve(folder, path);
  await mkdir(folder, { recursive: true });
  await refuseLinks(folder, path);
  await mkdir(dirname(target), { recursive: true });
  const there = await lstat(target).catch(() => undefined);
  if (there === undefined) {
    await copyFile(from, target);
  } else if (!there.isFile() || (await digestOf(target)) !== (await digestOf(from))) {
    throw new AvalaError("file", `${path} is in download-path already, with other content.`, {
      hint: "Give an empty folder as download-path: nothing that is there is overwritten.",
    });
  }
  return target;
}

/** A link below the folder would take the file somewhere else. */
async function refuseLinks(folder: string, path: string): Promise<void> {
  const root = await realpath(folder);
  let current = root;
  for (const part of dirname(path).split("/")) {
    current = join(current, part);
    const real = await realpath(current).catch(() => undefined);
    if (real === undefined) return;
    if (relative(root, real) !== relative(root, current)) {
      throw new AvalaError("file", `${path} would be written through a link in download-path.`, {
        hint: "Give an empty folder as download-path.",
      });
    }
  }
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
