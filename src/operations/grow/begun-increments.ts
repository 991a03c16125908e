// Increments that earlier runs began and did not end: what they were to be made of, and what of that has landed. One whose
// files are all still to be sent as they were is finished as it was begun, under its name, or all that has landed would be
// sent again whenever a file comes in between.
import type { Avala } from "../../api/connection";
import { hasContent, isSameDigest } from "../../files/manifest/compare";
import { createManifest, type ManifestEntry } from "../../files/manifest/manifest";
import { resolveDestination, type Destination } from "../../upload/destination";
import { journalPath, journalsIn, readJournal } from "../../upload/journal/journal";
import { placeOf } from "../../upload/journal/upload-journal";
import { readBegun, removeBegun } from "./begun-record";
import type { GrowOptions, GrowTarget } from "./growth";
import { incrementName, nextNumber, parseIncrement } from "./increment-name";

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

/** The number under which an upload of this content was begun and not ended, as far as a journal is there. */
export function begunNumber(
  { name }: OfSet,
  digest: string,
  { paths, stateDirectory, destination }: Journals,
  next: number,
): number | undefined {
  // One more: the place of a name may have been spoiled, and the next number taken.
  for (let number = next + 1; number > 0; number -= 1) {
    const datasetName = incrementName(name, number, digest).name;
    if (paths.has(journalPath(stateDirectory, { ...destination, datasetName }))) return number;
  }
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
  const { entries: landed, whole: entries } = stored;
  const { number, shortDigest: digest } = named;
  return [{ number, digest, entries, landed, hasLanded: landed.length > 0 }];
}

/** Those of which something has landed, the one with the most first. */
export async function findBegun(
  avala: Avala,
  target: OfSet,
  journals: Journals | undefined,
  {
    numbers,
    stored,
  }: { readonly numbers: readonly number[]; readonly stored: GrowOptions["stored"] },
): Promise<readonly BegunIncrement[]> {
  const found: BegunIncrement[] = [];
  if (journals !== undefined) {
    const { stateDirectory } = journals;
    for (const { digest, entries } of await readBegun(avala, target, stateDirectory)) {
      const number = begunNumber(target, digest, journals, nextNumber(numbers));
      if (number === undefined) continue;
      found.push(await withLanded(avala, target, { number, digest, entries }, stateDirectory));
    }
  }
  const ofState = begunInState(target, stored).filter(
    (one) => !found.some(({ digest, hasLanded }) => hasLanded && isSameDigest(digest, one.digest)),
  );
  return [...found, ...ofState]
    .filter(({ hasLanded }) => hasLanded)
    .sort((one, other) => other.landed.length - one.landed.length);
}

/** What of `toSend` it is to be made of; `undefined` where it can't be made as it was begun. */
export function filesOfBegun(
  { entries, digest }: BegunIncrement,
  toSend: readonly ManifestEntry[],
): readonly ManifestEntry[] | undefined {
  const paths = new Set(entries.map(({ path }) => path));
  const files = toSend.filter(({ path }) => paths.has(path));
  if (files.length !== entries.length) return undefined;
  return isSameDigest(createManifest(files).digest, digest) ? files : undefined;
}

/** Removes the record once no journal is left of what it names. Never rejects: one that stays is only read again. */
export async function sweepBegun(
  avala: Avala,
  target: OfSet,
  stateDirectory: string | undefined,
  numbers: readonly number[],
): Promise<void> {
  if (stateDirectory === undefined) return;
  const begun = await readBegun(avala, target, stateDirectory);
  if (begun.length === 0) return;
  const journals = await findJournals(avala, target, stateDirectory).catch(
    () => "unknown" as const,
  );
  if (journals === "unknown") return;
  const isLeft = begun.some(
    ({ digest }) =>
      journals !== undefined &&
      begunNumber(target, digest, journals, nextNumber(numbers)) !== undefined,
  );
  if (!isLeft) await removeBegun(avala, target, stateDirectory);
}
