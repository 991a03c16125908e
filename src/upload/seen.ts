// What runs of this machine have seen of the stores of a deployment, for later ones: what their ETags are. A help and never a
// condition: nothing counts as right by it, and without it a run learns as the first one did.
import { canonicalBaseUrl } from "../api/check-options";
import type { Avala } from "../api/connection";
import type { StoreManner } from "../api/remembered";
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
  return { stateDirectory, folder: "stores", purpose: "record of stores", destination };
}

function isEtags(value: unknown): value is Etags {
  return value === "md5" || value === "other";
}

function etagsOf(value: unknown): ReadonlyMap<string, Etags> {
  const hosts = isRecord(value) ? Object.entries(value) : [];
  return new Map(hosts.flatMap(([host, etags]) => (isEtags(etags) ? [[host, etags]] : [])));
}

/** Never rejects. */
export async function readSeen(avala: Avala, of: SeenPlace): Promise<Seen> {
  const place = placeOf(avala, of);
  if (place === undefined) return NOTHING;
  const lines: readonly unknown[] = await readSigned(avala, place).catch(() => []);
  const last = lines.findLast(isRecord);
  const [etags, atMs] = [last?.["etags"], last?.["atMs"]];
  const ageMs = typeof atMs === "number" ? avala.clock.now() - atMs : Infinity;
  if (typeof atMs !== "number" || ageMs < 0 || ageMs > MAX_AGE_MS) return NOTHING;
  return { etags: etagsOf(etags), atMs };
}

/** What this session has not seen itself. */
export function expectSeen({ remembered }: Avala, { etags }: Seen): void {
  const stores = (remembered.stores ??= new Map());
  for (const [host, seen] of etags) {
    if (stores.has(host)) continue;
    stores.set(host, { ...unknownStore(), seen });
  }
}

function seenOf({ etags, seen }: StoreManner): Etags | undefined {
  return etags === "none" ? undefined : (etags ?? seen);
}

/** The hosts in one order, so that what is seen again is the same text. */
function lineOf(etags: Seen["etags"]): object {
  const hosts = [...etags].sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(hosts);
}

/** Keeps what is seen now, where that is not what `before` was. Never rejects. */
export async function noteSeen(avala: Avala, of: SeenPlace, before: Seen): Promise<void> {
  const place = placeOf(avala, of);
  if (place === undefined) return;
  const now = new Map(before.etags);
  for (const [host, manner] of avala.remembered.stores ?? []) {
    const seen = seenOf(manner);
    if (seen === undefined) now.delete(host);
    else now.set(host, seen);
  }
  const [etags, atMs] = [lineOf(now), avala.clock.now()];
  const isSame = JSON.stringify(etags) === JSON.stringify(lineOf(before.etags));
  if (isSame && (now.size === 0 || atMs - before.atMs < MAX_AGE_MS / 2)) return;
  await appendSigned(avala, place, { etags, atMs }).catch(() => undefined);
}
