// What runs of this machine have seen of the stores of a deployment, for later ones: what their ETags are. A help and never a
// condition: nothing counts as right by it, and without it a run learns as the first one did. What is given up: a large file whose MD5
// differs is not sent once more where earlier sessions have seen other MD5s; should the store have kept it wrong, and no other
// file of the session show that it returns MD5s by now, that is not noticed.
import { join } from "node:path";
import { canonicalBaseUrl } from "../api/server-names";
import type { Avala } from "../api/connection";
import type { StoreManner } from "../api/remembered";
import { createMutex } from "../flow/mutex";
import { isRecord } from "../json";
import { unknownStore } from "./check/stores";
import { appendSigned, readSigned, type SignedPlace } from "./journal/signed-lines";

type Etags = NonNullable<StoreManner["seen"]>;

interface Seen {
  /** By host. */
  readonly etags: ReadonlyMap<string, Etags>;
  /** When it was noted, ms since the epoch. */
  readonly atMs: number;
}

/** Whose uploads, and where that is kept. */
interface SeenPlace {
  readonly organizationUid?: string | undefined;
  readonly stateDirectory?: string | undefined;
}

const FOLDER = "stores";

/** Where all of it is: without it, and in another session, nothing is expected of any store. */
export function seenFolder(stateDirectory: string): string {
  return join(stateDirectory, FOLDER);
}

const NOTHING: Seen = { etags: new Map(), atMs: 0 };

// A store may be set up anew: one that is taken for another than it is costs a file that is read again.
const MAX_AGE_MS = 30 * 24 * 60 * 60 * 1000;

function placeOf(
  { baseUrl }: Avala,
  { organizationUid, stateDirectory }: SeenPlace,
): SignedPlace | undefined {
  if (stateDirectory === undefined) return undefined;
  const destination = {
    baseUrl: canonicalBaseUrl(baseUrl),
    owner: organizationUid,
    datasetName: "",
  };
  return { stateDirectory, folder: FOLDER, purpose: "record of stores", destination };
}

function isEtags(value: unknown): value is Etags {
  return value === "md5" || value === "once" || value === "other" || value === "named";
}

function etagsOf(value: unknown): ReadonlyMap<string, Etags> {
  const hosts = isRecord(value) ? Object.entries(value) : [];
  return new Map(hosts.flatMap(([host, etags]) => (isEtags(etags) ? [[host, etags]] : [])));
}

async function readSeen(avala: Avala, place: SignedPlace): Promise<Seen> {
  const lines: readonly unknown[] = await readSigned(avala, place).catch(() => []);
  const last = lines.findLast(isRecord);
  const [etags, atMs] = [last?.["etags"], last?.["atMs"]];
  const ageMs = typeof atMs === "number" ? avala.clock.now() - atMs : Infinity;
  if (typeof atMs !== "number" || ageMs < 0 || ageMs > MAX_AGE_MS) return NOTHING;
  return { etags: etagsOf(etags), atMs };
}

/** What this session has not seen itself. */
function expectSeen({ remembered }: Avala, { etags }: Seen): void {
  const stores = (remembered.stores ??= new Map());
  for (const [host, seen] of etags) {
    if (stores.has(host)) continue;
    stores.set(host, { ...unknownStore(), seen });
  }
}

function seenOf({ etags, seen, doubts, tags }: StoreManner): Etags | undefined {
  if (etags === "none") return tags > 0 ? "named" : seen;
  if (etags !== undefined) return etags;
  return seen === "once" && doubts > 1 ? "other" : seen;
}

/** Whether this session has seen nothing else. */
function isStill({ remembered }: Avala, before: Seen["etags"]): boolean {
  for (const [host, manner] of remembered.stores ?? [])
    if (seenOf(manner) !== before.get(host)) return false;
  return true;
}

function seenNow({ remembered }: Avala, before: Seen["etags"]): Seen["etags"] {
  const now = new Map(before);
  for (const [host, manner] of remembered.stores ?? []) {
    const seen = seenOf(manner);
    if (seen === undefined) now.delete(host);
    else now.set(host, seen);
  }
  return now;
}

/**
 * Has the session expect what earlier ones have seen; returns how to keep what it has seen by now, where that is something
 * else. Neither rejects.
 */
export async function openSeen(avala: Avala, of: SeenPlace): Promise<() => Promise<void>> {
  const place = placeOf(avala, of);
  if (place === undefined) return () => Promise.resolve();
  let kept = await readSeen(avala, place);
  expectSeen(avala, kept);
  const inOrder = createMutex();
  return () => {
    const atMs = avala.clock.now();
    const isFresh = kept.etags.size === 0 || atMs - kept.atMs < MAX_AGE_MS / 2;
    if (isFresh && isStill(avala, kept.etags)) return Promise.resolve();
    const etags = seenNow(avala, kept.etags);
    kept = { etags, atMs };
    const line = { etags: Object.fromEntries(etags), atMs };
    return inOrder(() => appendSigned(avala, place, line)).catch(() => undefined);
  };
}
