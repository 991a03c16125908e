// The finished export's file: fetched once for each uid, then put into the user's folder, unpacked when it is an archive.
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Avala } from "../src/api/connect";
import { AvalaError } from "../src/errors";
import { downloadExport } from "../src/export";
import type { ActionEnvironment } from "./environment";
import type { ExportInputs } from "./inputs/export";
import type { Log } from "./log";
import { placeAll } from "./placing";
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
      return await placeAll([{ from: file, path: `export-${uid}${suffix}` }], folder);
    }
    const unpacked = join(staging, "unpacked");
    await mkdir(unpacked);
    const { paths } = await unzip(file, unpacked, { signal: environment.signal });
    const files = paths.map((path) => ({ from: join(unpacked, path), path }));
    return await placeAll(files, folder);
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
