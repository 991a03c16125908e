// The finished export's file: fetched once for each uid, checked, then put into the user's folder, unpacked when it is an
// archive. Knows nothing of waiting for it.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../../src/flow/disk/folders";
import { canonicalBaseUrl } from "../../src/api/server-names";
import type { Avala } from "../../src/api/connection";
import { asDiskError, isAvalaError } from "../../src/errors";
import { downloadExport } from "../../src/operations/export-download";
import { openCachedExport } from "./cached-export";
import type { ActionEnvironment } from "../environment";
import { checkJson, kindOf } from "./export-content";
import { readApiKey } from "../inputs/inputs";
import type { ExportInputs } from "../inputs/export";
import type { Log } from "../report/log";
import { placeAll, placeFolder } from "./place-files";
import { testArchive, unzip } from "./unzip";

interface DownloadOptions {
  readonly environment: ActionEnvironment;
  readonly log: Log;
  readonly inputs: ExportInputs;
  /** Absolute. */
  readonly folder: string;
  /** What is left to remove once the outputs are out: a cancelled job has no time for it before. */
  readonly atEnd: (work: () => Promise<void>) => void;
  /** How long an outage is waited out. */
  readonly patienceMs: () => number;
}

/** Puts the export into the folder and returns the paths of its files there. `uid` was checked: it becomes a name. */
export async function fetchExport(
  avala: Avala,
  uid: string,
  options: DownloadOptions,
): Promise<readonly string[]> {
  const { environment, folder } = options;
  const staging = await createStaging(environment);
  const remove = (): Promise<void> => rm(staging, { recursive: true, force: true });
  try {
    const place = await obtain(avala, uid, staging, options);
    return await place(folder);
  } finally {
    if (environment.signal.aborted) options.atEnd(remove);
    else await remove();
  }
}

async function createStaging({ tempDirectory }: ActionEnvironment): Promise<string> {
  try {
    await makeFolder(tempDirectory);
    return await mkdtemp(join(tempDirectory, "avala-export-"));
  } catch (error) {
    throw asDiskError(`The export can't be kept in ${tempDirectory}`, error);
  }
}

/** Puts what was checked into the folder. */
type Place = (folder: string) => Promise<readonly string[]>;

/**
 * From this machine's cache, else from Avala. A finished export never changes, so its identity says which file it is;
 * what is in the cache is checked as what was fetched is.
 */
async function obtain(
  avala: Avala,
  uid: string,
  staging: string,
  options: DownloadOptions,
): Promise<Place> {
  const { environment, log } = options;
  const { signal } = environment;
  const file = join(staging, "export");
  const apiKey = readApiKey(environment) ?? "";
  const cached = openCachedExport(environment.exportCache, {
    baseUrl: canonicalBaseUrl(avala.baseUrl),
    uid,
    apiKey,
  });
  if ((await cached.take(file, signal)) !== undefined) {
    const place = await prepare(file, uid, options).catch(isBadContent);
    if (place !== undefined) {
      log.info(`Export ${uid} was fetched before, and is taken from this machine's cache.`);
      return place;
    }
    await cached.drop();
    await rm(join(staging, UNPACKED), { recursive: true, force: true });
  }
  const { sizeBytes, sha256 } = await downloadExport(avala, uid, {
    toFile: file,
    patienceMs: options.patienceMs,
  });
  log.info(`Downloaded export ${uid}: ${sizeBytes} bytes, sha256 ${sha256}.`);
  const place = await prepare(file, uid, options);
  await cached.keep(file, signal);
  return place;
}

const UNPACKED = "unpacked";

/** `undefined` for a file that is not an export, which may be fetched again. @throws any other error as it is */
function isBadContent(error: unknown): undefined {
  if (isAvalaError(error) && error.code === "bad_reply") return undefined;
  throw error;
}

/** Checks the file and unpacks it. @throws AvalaError `bad_reply` */
async function prepare(file: string, uid: string, options: DownloadOptions): Promise<Place> {
  const { environment, inputs } = options;
  const { signal } = environment;
  const kind = await kindOf(file);
  if (kind === "zip" && inputs.isExtracted) {
    const unpacked = join(file, "..", UNPACKED);
    await mkdir(unpacked);
    const { paths } = await unzip(file, unpacked, { signal });
    return (folder) => placeFolder(unpacked, paths, folder, signal);
  }
  if (kind === "zip") await testArchive(file, { signal });
  const ending = kind === "zip" ? kind : await checkJson(file, signal);
  return (folder) => placeAll([{ from: file, path: `export-${uid}.${ending}` }], folder, signal);
}
