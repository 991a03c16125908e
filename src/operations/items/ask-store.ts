// Asks the stores of items what they keep. It is advice: a host that does not answer is not asked to no end.
import type { Avala } from "../../api/connection";
import { STORE_READS_AT_ONCE } from "../../api/limits";
import { readStored, type StoredObject } from "../../api/storage/stored-object";
import { isAvalaError } from "../../errors";
import { runPool } from "../../flow/pool";
import { groupBy } from "../../group-by";
import { hostOf, type StoreHosts } from "./store-hosts";

const MIN_IDLE_MS = 1000;

/** @throws AvalaError `cancelled`; what is none */
function ignoreUnread(error: unknown): undefined {
  if (!isAvalaError(error) || error.code === "cancelled") throw error;
  return undefined;
}

interface Asked {
  readonly url: string;
  /** What it has said already. */
  readonly stored?: StoredObject | undefined;
}

/** What the store says of one object; `undefined` where it says nothing. @throws AvalaError `cancelled` */
export async function askStore(
  avala: Avala,
  hosts: StoreHosts,
  { url, stored }: Asked,
): Promise<StoredObject | undefined> {
  return stored ?? askHost(avala, hosts, url, (idleMs) => readStored(avala, url, idleMs));
}

/** What `read` finds at the URL; `undefined` where the host does not say. @throws AvalaError `cancelled` */
export async function askHost<T>(
  avala: Avala,
  hosts: StoreHosts,
  url: string,
  read: (idleMs: number) => Promise<T | undefined>,
): Promise<T | undefined> {
  const { clock, deadlineMs = Number.POSITIVE_INFINITY } = avala;
  const host = hostOf(hosts, url);
  const { patienceMs } = hosts;
  const untilMs = Math.min(deadlineMs, hosts.untilMs);
  const ask = (): Promise<T | undefined> =>
    read(Math.max(MIN_IDLE_MS, Math.min(patienceMs, untilMs - clock.now())));
  const found = await host.gate.send({ untilMs, patienceMs }, ask).catch((error: unknown) => {
    if (isAvalaError(error) && error.code === "storage_host") host.refusal = error;
    return ignoreUnread(error);
  });
  // Also where it refuses, as what has been signed for too short a time.
  if (found === undefined) host.unread += 1;
  return found;
}

/** Calls `work` on each, of which it asks the store: many at once, and no host's wait for those of another. */
export async function runByHost<T>(
  { signal }: Pick<Avala, "signal">,
  hosts: StoreHosts,
  {
    items,
    urlOf,
  }: { readonly items: Iterable<T>; readonly urlOf: (item: T) => string | undefined },
  work: (item: T) => Promise<void>,
): Promise<void> {
  const byHost = groupBy(items, (item) => hostOf(hosts, urlOf(item)));
  await runPool(byHost.values(), { concurrency: byHost.size, signal }, (ofHost, stopped) =>
    runPool(ofHost, { concurrency: STORE_READS_AT_ONCE, signal: stopped }, work),
  );
}
