// What runs on this machine know of a dataset: which content it was made of, as they saw it land and be confirmed, and
// that all its items were compared with the files. One signed line each, kept beside the journals. Both are a help and never
// a condition: without them contents count as not compared, and items are listed again.
import type { Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { isRecord } from "../../json";
import { resolveDestination, type DatasetDestination } from "../../upload/destination";
import { appendSigned, readSigned, type SignedPlace } from "../../upload/journal/signed-lines";

/** The folder of one kind of record, and what its lines are signed for: none counts as one of the other kind. */
type Kind = Pick<SignedPlace, "folder" | "purpose">;

const CONFIRMED: Kind = { folder: "confirmed", purpose: "record of contents" };
const VERIFIED: Kind = { folder: "verified", purpose: "record of compared items" };

async function placeOf(
  avala: Avala,
  to: DatasetDestination,
  stateDirectory: string,
  kind: Kind,
): Promise<SignedPlace> {
  return { stateDirectory, ...kind, destination: await resolveDestination(avala, to) };
}

type Line = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Never rejects: see above. */
async function addLine(
  avala: Avala,
  to: DatasetDestination,
  stateDirectory: string | undefined,
  { kind, line }: { readonly kind: Kind; readonly line: Line },
): Promise<void> {
  if (stateDirectory === undefined) return;
  try {
    await appendSigned(avala, await placeOf(avala, to, stateDirectory, kind), line);
  } catch {
    // The next run compares what it can.
  }
}

/** What the last line about a dataset says. */
async function readLine(
  avala: Avala,
  to: DatasetDestination,
  stateDirectory: string | undefined,
  { kind, uid }: { readonly kind: Kind; readonly uid: string },
): Promise<Record<string, unknown> | undefined> {
  if (stateDirectory === undefined) return undefined;
  try {
    const values = await readSigned(avala, await placeOf(avala, to, stateDirectory, kind));
    return values.filter(isRecord).findLast((value) => value["uid"] === uid);
  } catch {
    return undefined;
  }
}

export interface RecordedContent {
  readonly digest: string;
  /**
   * False while something else may lie in places of its files and nobody has looked since whether it does: then it vouches for
   * nothing yet.
   */
  readonly isCompared: boolean;
  /** Which files those are. @default any may be one */
  readonly suspects?: readonly string[] | undefined;
}

/** `withdrawn`: something else was seen to lie in places of its files, and nothing counts. */
export type ContentRecord = RecordedContent | "withdrawn";

// One line has them; of more it says that any file may be one.
const MAX_SUSPECTS = 1000;

/** A run of this machine made the dataset, of this content. */
export function recordContent(
  avala: Avala,
  to: DatasetDestination,
  { uid, digest, isCompared, suspects }: RecordedContent & { readonly uid: string },
  stateDirectory: string | undefined,
): Promise<void> {
  const isNamed = suspects !== undefined && suspects.length <= MAX_SUSPECTS;
  const doubt = isCompared ? {} : { isCompared, ...(isNamed && { suspects }) };
  return addLine(avala, to, stateDirectory, { kind: CONFIRMED, line: { uid, digest, ...doubt } });
}

/** What was recorded of the dataset counts no more: something else lies in places of its files. */
export function withdrawContent(
  avala: Avala,
  to: DatasetDestination,
  uid: string,
  stateDirectory: string | undefined,
): Promise<void> {
  return addLine(avala, to, stateDirectory, { kind: CONFIRMED, line: { uid } });
}

/** What runs on this machine have recorded of the dataset last; `undefined` when none saw it. */
export async function readContentRecord(
  avala: Avala,
  to: DatasetDestination,
  uid: string,
  stateDirectory: string | undefined,
): Promise<ContentRecord | undefined> {
  const line = await readLine(avala, to, stateDirectory, { kind: CONFIRMED, uid });
  if (line === undefined) return undefined;
  const { digest, isCompared, suspects } = line;
  if (typeof digest !== "string") return "withdrawn";
  const named = Array.isArray(suspects) && {
    suspects: suspects.filter((path): path is string => typeof path === "string"),
  };
  return { digest, isCompared: isCompared !== false, ...named };
}

/** What the dataset was made of; `undefined` when no run on this machine saw it, or it counts no more. */
export async function recordedContent(
  avala: Avala,
  to: DatasetDestination,
  uid: string,
  stateDirectory: string | undefined,
): Promise<RecordedContent | undefined> {
  const record = await readContentRecord(avala, to, uid, stateDirectory);
  return record === "withdrawn" ? undefined : record;
}

type Compared = Pick<Dataset, "uid" | "itemCount">;

/** All items of the dataset were compared with files of this digest, and nothing differed or was left uncompared. */
export function recordVerified(
  avala: Avala,
  to: DatasetDestination,
  { uid, itemCount, digest }: Compared & { readonly digest: string },
  stateDirectory: string | undefined,
): Promise<void> {
  const line = { uid, digest, items: itemCount };
  return addLine(avala, to, stateDirectory, { kind: VERIFIED, line });
}

/**
 * Whether the dataset was compared so, and still has as many items. A dataset never changes once it was made
 * (docs/api.md, "Datasets"), so its items need not be listed again.
 */
export async function isVerifiedBefore(
  avala: Avala,
  to: DatasetDestination,
  { uid, itemCount, digest }: Compared & { readonly digest: string },
  stateDirectory: string | undefined,
): Promise<boolean> {
  const line = await readLine(avala, to, stateDirectory, { kind: VERIFIED, uid });
  return line !== undefined && line["digest"] === digest && line["items"] === itemCount;
}
