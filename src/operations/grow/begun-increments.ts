// Increments that earlier runs began and did not end: what they were to be made of, and what of that has landed. One whose
// files are all still to be sent as they were is finished as it was begun, under its name, or all that has landed would be
// sent again whenever a file comes in between.
import type { Avala } from "../../api/connection";
import { hasContent, isSameDigest } from "../../files/manifest/compare";
import { shortDigest } from "../../files/manifest/dataset-name";
import { createManifest, type Manifest, type ManifestEntry } from "../../files/manifest/manifest";
import { resolveDestination, type Destination } from "../../upload/destination";
import { journalPath, journalsIn, readJournal } from "../../upload/journal/journal";
import { placeOf } from "../../upload/journal/upload-journal";
import { leftOfBegun } from "./begun-left";
import { dropBegun, readBegun, type BegunRecord } from "./begun-record";
import type { GrowOptions, GrowTarget, KnownIncrement } from "./growth";
import type { GrowthPlan, Increment } from "./growth-plan";
import { readIncrements } from "./increment-record";
import { incrementName, parseIncrement } from "./increment-name";

export interface BegunIncrement {
  readonly number: number;
  /** Whole, or the digits in its name. */
  readonly digest: string;
  /** All that it was to be made of. Each sha256 may be a prefix. */
  readonly entries: readonly ManifestEntry[];
  readonly landed: readonly ManifestEntry[];
  /** Whether something has landed, and be it a part of a file. */
  readonly hasLanded: boolean;
}

/** Where the journals of a set's increments are, and which there are. */
export interface Journals {
  readonly paths: ReadonlySet<string>;
  readonly stateDirectory: string;
  readonly destination: Omit<Destination, "datasetName">;
}

type OfSet = Pick<GrowTarget, "name" | "dataset">;

/** `undefined` where no upload is left unfinished. */
export async function findJournals(
  avala: Avala,
  { dataset: { organizationUid } }: OfSet,
  stateDirectory: string | undefined,
): Promise<Journals | undefined> {
  if (stateDirectory === undefined) return undefined;
  const paths = await journalsIn(avala.disk, stateDirectory);
  if (paths.size === 0) return undefined;
  const destination = await resolveDestination(avala, { datasetName: "", organizationUid });
  return { paths, stateDirectory, destination };
}

function hasJournal(
  { name }: OfSet,
  { number, digest }: Pick<BegunIncrement, "number" | "digest">,
  { paths, stateDirectory, destination }: Journals,
): boolean {
  const datasetName = incrementName(name, number, digest).name;
  return paths.has(journalPath(stateDirectory, { ...destination, datasetName }));
}

/** The number under which an upload of this content was begun and not ended, as far as a journal is there. */
export function begunNumber(
  set: OfSet,
  digest: string,
  journals: Journals,
  next: number,
): number | undefined {
  // One more: the place of a name may have been spoiled, and the next number taken.
  for (let number = next + 1; number > 0; number -= 1)
    if (hasJournal(set, { number, digest }, journals)) return number;
  return undefined;
}

async function withLanded(
  avala: Avala,
  { name, dataset: { organizationUid } }: OfSet,
  { number, digest, entries }: Pick<BegunIncrement, "number" | "digest" | "entries">,
  stateDirectory: string,
): Promise<BegunIncrement> {
  const to = { datasetName: incrementName(name, number, digest).name, organizationUid };
  const place = await placeOf(avala, to, stateDirectory);
  const records = await readJournal(place).catch(() => undefined);
  const landed = entries.filter((entry) => hasContent(records?.landed.get(entry.path), entry));
  const hasLanded = landed.length > 0 || (records?.parts.size ?? 0) > 0;
  return { number, digest, entries, landed, hasLanded };
}

/** By the caller's own state. */
function begunInState({ name }: OfSet, stored: GrowOptions["stored"]): readonly BegunIncrement[] {
  if (stored?.whole === undefined) return [];
  const named = parseIncrement(name, { name: stored.name, slug: "" });
  if (named === undefined) return [];
  const { entries: landed, whole } = stored;
  const { number, shortDigest: digest } = named;
  return [{ number, digest, entries: whole.entries, landed, hasLanded: landed.length > 0 }];
}

/** Of all that runs of this machine, and the caller by its own state, have begun and not recorded: they may have made it. */
export async function contentsOfBegun(
  avala: Avala,
  target: OfSet,
  { stateDirectory, stored }: Pick<GrowOptions, "stateDirectory" | "stored">,
): Promise<readonly Manifest[]> {
  const begun = stateDirectory === undefined ? [] : await readBegun(avala, target, stateDirectory);
  return stored?.whole === undefined ? begun : [...begun, stored.whole];
}

/** Those of which something has landed, the one with the most first. */
export async function findBegun(
  avala: Avala,
  target: OfSet,
  journals: Journals | undefined,
  stored: GrowOptions["stored"],
): Promise<readonly BegunIncrement[]> {
  const found: BegunIncrement[] = [];
  if (journals !== undefined) {
    const { stateDirectory } = journals;
    for (const record of await readBegun(avala, target, stateDirectory))
      if (hasJournal(target, record, journals))
        found.push(await withLanded(avala, target, record, stateDirectory));
  }
  const ofState = begunInState(target, stored).filter(
    (one) => !found.some(({ digest, hasLanded }) => hasLanded && isSameDigest(digest, one.digest)),
  );
  return [...found, ...ofState]
    .filter(({ hasLanded }) => hasLanded)
    .sort((one, other) => other.landed.length - one.landed.length);
}

/** What of `toSend` it is to be made of; `undefined` where it can't be made as it was begun. */
export function manifestOfBegun(
  { entries, digest }: BegunIncrement,
  toSend: readonly ManifestEntry[],
): Manifest | undefined {
  const paths = new Set(entries.map(({ path }) => path));
  const files = toSend.filter(({ path }) => paths.has(path));
  if (files.length !== entries.length) return undefined;
  const manifest = createManifest(files);
  return isSameDigest(manifest.digest, digest) ? manifest : undefined;
}

// A run records what it begins before it has a journal, which it has a few calls later.
const UNTIL_JOURNAL_MS = 600_000;

/** Of one set, after a run. */
interface Swept {
  readonly increments: readonly Increment[];
  readonly plan: Pick<GrowthPlan, "current">;
  readonly deleted: readonly KnownIncrement[];
}

/**
 * `recorded`: all that was made of it is known without it. `unrecorded`: as far as the server shows one was made of it, and it is
 * all that says what that one holds.
 */
function madeOf(
  { digest, number }: BegunRecord,
  { increments, deleted }: Swept,
  recorded: ReadonlyMap<string, unknown>,
): "recorded" | "unrecorded" | undefined {
  const short = shortDigest(digest);
  const made = increments.filter((one) => one.shortDigest === short);
  if (made.some(({ dataset }) => !recorded.has(dataset.uid))) return "unrecorded";
  // What a deleted one held may be begun again, under another number.
  const isDeleted = deleted.some((one) => one.shortDigest === short && one.number === number);
  return made.length > 0 || isDeleted ? "recorded" : undefined;
}

/** Whether it may still be finished, or has a file that was only left for later. */
function isOpen(
  avala: Avala,
  target: OfSet & Pick<GrowTarget, "postponed">,
  begun: BegunRecord,
  {
    swept: { increments, plan },
    journals,
  }: { readonly swept: Swept; readonly journals: Journals | undefined },
): boolean {
  if (leftOfBegun(begun, target, increments).length > 0) return true;
  const paths = new Set(begun.entries.map(({ path }) => path));
  // The set holds other content of it by now, so it can't be made as it was begun.
  if (plan.current.some(({ path }) => paths.has(path))) return false;
  const isFresh = avala.clock.now() - begun.atMs < UNTIL_JOURNAL_MS;
  return isFresh || (journals !== undefined && hasJournal(target, begun, journals));
}

/**
 * Removes the records of which nothing is left to finish: of what has no journal, and of what can't be made as it was begun. That
 * of what was made is left until that is on record, and not longer; that of what has a file that was only left for later, until
 * that is sent. Never rejects: a record that stays is only read again.
 */
export async function sweepBegun(
  avala: Avala,
  target: OfSet & Pick<GrowTarget, "postponed">,
  swept: Swept,
  stateDirectory: string | undefined,
): Promise<void> {
  if (stateDirectory === undefined) return;
  const begun = await readBegun(avala, target, stateDirectory);
  if (begun.length === 0) return;
  const recorded = await readIncrements(avala, target, stateDirectory);
  const needed = begun
    .map((one) => ({ one, made: madeOf(one, swept, recorded) }))
    .filter(({ made }) => made !== "recorded");
  const journals = needed.some(({ made }) => made === undefined)
    ? await findJournals(avala, target, stateDirectory).catch(() => "unknown" as const)
    : undefined;
  const kept = new Set(
    needed.flatMap(({ one, made }) => {
      const isKept = made === "unrecorded" || journals === "unknown";
      return isKept || isOpen(avala, target, one, { swept, journals }) ? one : [];
    }),
  );
  const dropped = begun.filter((one) => !kept.has(one));
  if (dropped.length > 0) await dropBegun(avala, target, dropped, stateDirectory);
}
