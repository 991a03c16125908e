// Fetches the file of a completed export, whole or not at all. Knows nothing of what is in it.
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { aSession, type Avala } from "../api/connection";
import { getExport } from "../api/endpoints/exports";
import { presignedTries } from "../api/storage/still-signed";
import { download } from "../api/storage/storage";
import type { HttpStream } from "../api/transport/transport";
import { asDiskError, AvalaError } from "../errors";
import { makeFolder } from "../flow/disk/folders";
import { retry } from "../flow/retry";
import { printable } from "../redact";
import { aFunction, aText, maybe, optionsOf, refuse } from "../shapes";
import { retryOn } from "../upload/send/attempt";
import { throughOutages } from "./wait";
import { checkRoom, checkWhole, roomFor } from "./download-room";

interface DownloadOptions {
  readonly toFile: string;
  readonly patienceMs?: () => number;
}

const DOWNLOAD_OPTIONS = optionsOf<DownloadOptions>({
  toFile: aText,
  patienceMs: maybe(aFunction),
});

export interface DownloadedExport {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

async function readUrl(avala: Avala, uid: string): Promise<string> {
  const { downloadUrl, state, status } = await getExport(avala, uid);
  if (downloadUrl === undefined) {
    const hint =
      state === "completed"
        ? "Avala may still be storing the file: run again with this export. If that does not help, look for it in the dashboard."
        : "Wait for the export to be completed first.";
    const text = `Export ${uid} is ${printable(status)} and has no download_url.`;
    throw new AvalaError("bad_reply", text, { hint });
  }
  return downloadUrl;
}

/** Opens the file in each try, whose body is still to come: by the URL of the last one while its store only throttles. */
function openerOf(
  uid: string,
  { now }: Avala["clock"],
): (avala: Avala, signal: AbortSignal) => Promise<HttpStream> {
  const tryWith = presignedTries((url: string) => ({ url }), now);
  return (avala, signal) =>
    tryWith({
      presign: () => readUrl(avala, uid),
      use: (url) => download(avala, url, { signal }),
    });
}

interface Fetching {
  readonly uid: string;
  readonly path: string;
  readonly open: ReturnType<typeof openerOf>;
}

async function fetchTo(
  avala: Avala,
  { uid, path, open }: Fetching,
  { patienceMs, signal }: { readonly patienceMs?: () => number; readonly signal: AbortSignal },
): Promise<DownloadedExport> {
  const reply =
    patienceMs === undefined
      ? await open(avala, signal)
      : await throughOutages(avala, {
          what: `the file of export ${uid}`,
          timeoutMs: patienceMs(),
          work: (within) =>
            retry(
              (_attempt, current) => open(within, current),
              retryOn(within, `fetch export ${uid}`, signal),
            ),
        });
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
 * Its presigned URL expires, so each try but one after a store has throttled reads the export again for a fresh one (contract,
 * "Exports"). What is in the file is for the caller to check. With `patienceMs` an outage is waited out for as long. A file that comes incomplete is
 * fetched again a few times and no more, since that can cost its size each time; so is one whose URLs have all ended by the
 * store's clock, since no wait rights a clock.
 */
export async function downloadExport(
  avala: Avala,
  uid: string,
  options: DownloadOptions,
): Promise<DownloadedExport> {
  refuse(aSession("avala", avala), aText("uid", uid), DOWNLOAD_OPTIONS("options", options));
  const partial = `${options.toFile}.partial`;
  try {
    await makeFolder(dirname(options.toFile));
    const fetching = { uid, path: partial, open: openerOf(uid, avala.clock) };
    const fetched = await retry(
      (_attempt, signal) => fetchTo(avala, fetching, { ...options, signal }),
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
