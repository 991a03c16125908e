// Asks the stores of items what they keep. It is advice: a host that does not answer is not asked to no end.
import type { Avala } from "../../api/connection";
import { readStored, type StoredObject } from "../../api/storage/stored-object";
import { isAvalaError } from "../../errors";
import { retry } from "../../flow/retry";
import { retryOn } from "../../upload/send/attempt";
import { hostOf, type StoreHosts } from "./store-hosts";

/** Of one file, not counting those that its store throttled, which says nothing of the file. */
const MAX_TRIES = 5;
const MAX_IDLE_MS = 30_000;
const MIN_IDLE_MS = 1000;

/** @throws AvalaError `cancelled`; what is none */
function ignoreUnread(error: unknown): undefined {
  if (!isAvalaError(error) || error.code === "cancelled") throw error;
  return undefined;
}

interface Asked {
  readonly path: string;
  readonly url: string;
  /** What it has said already. */
  readonly stored?: StoredObject | undefined;
}

/** What the store says of one file's object; `undefined` where it says nothing. @throws AvalaError `cancelled` */
export async function askStore(
  avala: Avala,
  hosts: StoreHosts,
  { path, url, stored: known }: Asked,
): Promise<StoredObject | undefined> {
  if (known !== undefined) return known;
  const { signal, deadlineMs = Number.POSITIVE_INFINITY } = avala;
  const host = hostOf(hosts, url);
  const untilMs = Math.min(deadlineMs, hosts.untilMs);
  const ask = (leftMs: number): Promise<StoredObject | undefined> =>
    readStored(avala, url, Math.min(MAX_IDLE_MS, Math.max(MIN_IDLE_MS, leftMs)));
  const until = { maxTries: MAX_TRIES, deadlineMs: untilMs };
  const trying = { ...retryOn(avala, `look at ${path}`, signal), ...until };
  const stored = await retry(() => host.gate.send(untilMs, ask), trying).catch((error: unknown) => {
    if (isAvalaError(error) && error.code === "storage_host") host.refusal = error;
    return ignoreUnread(error);
  });
  // Also where it refuses, as what has been signed for too short a time.
  if (stored === undefined) host.unread += 1;
  return stored;
}
