// Exports as a whole: start one without ever starting two, wait for it, fetch its file.
// Knows nothing of gates: what an export must hold to pass is the front ends' business.
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "../flow/folders";
import { pipeline } from "node:stream/promises";
import type { Avala } from "../api/connection";
import {
  createExport,
  getExport,
  listExports,
  type Export,
  type ExportInput,
} from "../api/endpoints/exports";
import { download } from "../api/storage/storage";
import { checkRoom, checkWhole, roomFor } from "./download-room";
import { asDiskError, AvalaError, ignoreForbidden } from "../errors";
import { retry } from "../flow/retry";
import { makeOnceAmong, sameMembers } from "./lost-reply";
import { printable } from "../redact";
import { retryOn } from "../upload/send/attempt";
import { waitFor } from "./wait";

function hasSources({ datasets, projects, slices }: Export): boolean {
  return datasets.length + projects.length + slices.length > 0;
}

/** By its name and its sources, of which a server may leave out either (contract, "Exports"), but not both. */
function isOf(input: ExportInput, found: Export): boolean {
  if (found.name !== undefined && found.name !== "" && found.name !== input.name) return false;
  if (!hasSources(found)) return found.name === input.name;
  return (
    sameMembers(found.datasets, input.datasets) &&
    sameMembers(found.projects, input.projects) &&
    sameMembers(found.slices, input.slices)
  );
}

// An export is looked for among the newest: it was made within the minutes of one run's tries.
const NEWEST = 100;

/** Those that are surely of these sources come first. */
async function newestOf(avala: Avala, input: ExportInput): Promise<readonly Export[]> {
  const found: Export[] = [];
  let seen = 0;
  for await (const candidate of listExports(avala, { limit: NEWEST, skipsUnreadable: true })) {
    if (isOf(input, candidate)) found.push(candidate);
    seen += 1;
    if (seen >= NEWEST) break;
  }
  return [...found.filter(hasSources), ...found.filter((candidate) => !hasSources(candidate))];
}

interface StartOptions {
  /** Also take one that runs already: for a name that stands for all that is exported, whoever started it. */
  readonly takesRunning?: boolean;
  /** No export of other sources can have this name. @default as `takesRunning` */
  readonly isNameUnique?: boolean;
}

/**
 * Starts an export. When the reply to the create was lost, the newest exports are read and the one that was not there
 * before, with this name and these sources, is taken (docs/api.md, "Errors"): there is never a second one. Where the
 * server leaves the sources out, the name decides, if it is unique.
 * @throws AvalaError; one that is still `ambiguous` when it can't be known: the key may not list exports, no try's reply
 * came and nothing was found, or what was found may be another run's
 */
export async function startExport(
  avala: Avala,
  input: ExportInput,
  options: StartOptions = {},
): Promise<Export> {
  const alike = (): Promise<readonly Export[]> => newestOf(avala, input);
  const before = await alike().catch(ignoreForbidden);
  const running = before?.find(({ state }) => state === "running");
  if (options.takesRunning === true && running !== undefined) return running;
  const { made, wasFound } = await makeOnceAmong(avala, {
    what: `start export ${input.name}`,
    make: () => createExport(avala, input),
    ...{ alike, before },
    cannotTell: (lost) => cannotTell(input, lost),
  });
  const isNameUnique = options.isNameUnique ?? options.takesRunning === true;
  if (wasFound && !isNameUnique && !hasSources(made)) throw mayBeAnothers(input, made);
  return made;
}

/** Two runs that give the same name may export different things, and a gate must not open by the other one's. */
function mayBeAnothers({ name }: ExportInput, { uid }: Export): AvalaError {
  const [shownName, shownUid] = [printable(name), printable(uid)];
  return new AvalaError(
    "conflict",
    `Export ${shownName} may or may not have been started: the reply was lost, and export ${shownUid} of that name appeared, of which Avala does not say what it exports. It may be another run's.`,
    {
      ambiguous: true,
      hint: `Look at export ${shownUid} in the dashboard: use it by its uid if it is the one, or run again. A name that no other run gives avoids this.`,
    },
  );
}

function cannotTell(input: ExportInput, error: AvalaError): AvalaError {
  return new AvalaError(
    error.code,
    `Export ${input.name} may or may not have been started: ${error.message}`,
    {
      ambiguous: true,
      hint: "The key may not list exports. Look in the dashboard before you run again, or give the key the right to read.",
      cause: error,
    },
  );
}

// A server may store the file, or sign its URL, a moment after it says that the export is done.
const maxUrlWaitMs = 30_000;

/** Decides when there is nothing more to wait for: its end, and its URL for a little longer. */
function createEndCheck(avala: Avala, timeoutMs: number): (read: Export) => boolean {
  const deadlineMs = avala.clock.now() + timeoutMs;
  let completedMs: number | undefined;
  return ({ state, downloadUrl }) => {
    if (state !== "completed") return state === "failed";
    const nowMs = avala.clock.now();
    completedMs ??= nowMs;
    return downloadUrl !== undefined || nowMs >= Math.min(deadlineMs, completedMs + maxUrlWaitMs);
  };
}

/**
 * Waits for an export to end, polling more slowly as it goes on.
 * @throws AvalaError `export_failed` with the server's own reason, where it gives one; `timeout` after `timeoutMs`, the export goes on
 */
export async function waitForExport(
  avala: Avala,
  uid: string,
  options: { readonly timeoutMs: number },
): Promise<Export> {
  const ended = await waitFor(avala, {
    read: (within) => getExport(within, uid),
    timeoutMs: options.timeoutMs,
    what: `export ${uid} to be completed`,
    isDone: createEndCheck(avala, options.timeoutMs),
    onValue: ({ status, totalTaskCount, exportedTaskCount }) =>
      avala.emit({
        kind: "export-status",
        uid,
        status,
        ...(totalTaskCount === undefined ? {} : { totalTaskCount }),
        ...(exportedTaskCount === undefined ? {} : { exportedTaskCount }),
      }),
  });
  if (ended.state === "completed") return ended;
  throw failed(ended, uid);
}

/** The API has no field for a reason, so the reader is sent to where one may stand. */
function failed({ name, status, error }: Export, uid: string): AvalaError {
  const reason = error === undefined ? "" : `: ${error}`;
  const where = `Look for export ${uid} under Exports in Avala's dashboard`;
  const found = error === undefined ? `${where}: the API gives no reason.` : `${where}.`;
  return new AvalaError(
    "export_failed",
    `Export ${printable(name ?? uid)} ended as ${printable(status)}${reason}`,
    { hint: `${found} Fix the cause and start a new export: this one will not change.` },
  );
}

export interface DownloadedExport {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

async function fetchTo(
  avala: Avala,
  uid: string,
  path: string,
  signal: AbortSignal,
): Promise<DownloadedExport> {
  const { downloadUrl } = await getExport(avala, uid);
  if (downloadUrl === undefined) {
    throw new AvalaError("bad_reply", `Export ${uid} has no download_url.`, {
      hint: "Wait for the export to be completed first.",
    });
  }
  const reply = await download(avala, downloadUrl, { signal });
  const what = `The file of export ${uid}`;
  const room = await roomFor(what, reply.headers["content-length"], dirname(path));
  const hash = createHash("sha256");
  let sizeBytes = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of reply.body) {
      sizeBytes += chunk.length;
      checkRoom(what, sizeBytes, room);
      hash.update(chunk);
      yield chunk;
    }
  }
  await pipeline(counted(), createWriteStream(path, { mode: 0o600 }), { signal });
  checkWhole(what, sizeBytes, room);
  return { path, sizeBytes, sha256: hash.digest("hex") };
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Fetches the file of a completed export to `toFile`, whole or not at all, and no more than was promised or fits there.
 * Its presigned URL expires, so each try reads the export again for a fresh one (contract, "Exports"). What is in the
 * file is for the caller to check.
 */
export async function downloadExport(
  avala: Avala,
  uid: string,
  options: { readonly toFile: string },
): Promise<DownloadedExport> {
  const partial = `${options.toFile}.partial`;
  try {
    await makeFolder(dirname(options.toFile));
    const fetched = await retry(
      (_attempt, signal) => fetchTo(avala, uid, partial, signal),
      retryOn(avala, `download export ${uid}`, avala.signal),
    );
    await syncFile(partial);
    await rename(partial, options.toFile);
    return { ...fetched, path: options.toFile };
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw asDiskError(`The file of export ${uid} can't be kept as ${options.toFile}`, error);
  }
}
