// Exports as a whole: start one without ever starting two, wait for it, fetch its file.
// Knows nothing of gates: what an export must hold to pass is the front ends' business.
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "../flow/folders";
import { pipeline } from "node:stream/promises";
import { withDeadline, type Avala } from "../api/connection";
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
import { poll } from "../flow/poll";
import { retry } from "../flow/retry";
import { makeOnceAmong } from "./lost-reply";
import { printable } from "../redact";
import { retryOn } from "../upload/send/attempt";

function sameMembers(left: readonly string[], right: readonly string[]): boolean {
  const [some, others] = [new Set(left), new Set(right)];
  return some.size === others.size && [...some].every((uid) => others.has(uid));
}

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

async function newestOf(avala: Avala, input: ExportInput): Promise<readonly Export[]> {
  const found: Export[] = [];
  let seen = 0;
  for await (const candidate of listExports(avala, { limit: NEWEST })) {
    if (isOf(input, candidate)) found.push(candidate);
    seen += 1;
    if (seen >= NEWEST) break;
  }
  return found;
}

/**
 * Starts an export. When the reply to the create was lost, the newest exports are read and the one that was not there
 * before, with this name and these sources, is taken (contract, "Errors"): there is never a second one. With
 * `takesRunning`, so is one that runs already: for a name that stands for all that is exported, whoever started it.
 * @throws AvalaError; one that is still `ambiguous` when nobody can tell: the key may not list exports, or no try's reply
 * came and nothing was found
 */
export async function startExport(
  avala: Avala,
  input: ExportInput,
  options: { readonly takesRunning?: boolean } = {},
): Promise<Export> {
  const alike = (): Promise<readonly Export[]> => newestOf(avala, input);
  const before = await alike().catch(ignoreForbidden);
  const running = before?.find(({ state }) => state === "running");
  if (options.takesRunning === true && running !== undefined) return running;
  const { made } = await makeOnceAmong(avala, {
    what: `start export ${input.name}`,
    make: () => createExport(avala, input),
    ...{ alike, before },
    cannotTell: (lost) => cannotTell(input, lost),
  });
  return made;
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

/**
 * Waits for an export to end, polling more slowly as it goes on.
 * @throws AvalaError `export_failed` with the server's own reason, where it gives one; `timeout` after `timeoutMs`, the export goes on
 */
export async function waitForExport(
  avala: Avala,
  uid: string,
  options: { readonly timeoutMs: number },
): Promise<Export> {
  const ended = await poll((deadlineMs) => getExport(withDeadline(avala, deadlineMs), uid), {
    clock: avala.clock,
    random: avala.random,
    timeoutMs: options.timeoutMs,
    what: `export ${uid} to be completed`,
    signal: avala.signal,
    isDone: ({ state }) => state !== "running",
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
