// What runs on this machine know of a dataset: which content it was made of, as they saw it land and be confirmed, and
// that all its items were compared with the files. One signed line each, kept beside the journals. Both are a help and never
// a condition: without them contents count as not compared, and items are listed again.
import { join } from "node:path";
import type { Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/dataset-wire";
import { isRecord } from "../../api/wire";
import { resolveDestination, type DatasetDestination } from "../../upload/destination";
import {
  fingerprint,
  lineKeyOf,
  macOf,
  splitLine,
  type LineKey,
} from "../../upload/journal/journal-lines";

/** The folder of one kind of record, and what its lines are signed for: none counts as one of the other kind. */
interface Kind {
  readonly folder: string;
  readonly purpose: string;
}

const CONFIRMED: Kind = { folder: "confirmed", purpose: "record of contents" };
const VERIFIED: Kind = { folder: "verified", purpose: "record of compared items" };

interface Place {
  readonly file: string;
  readonly key: LineKey;
}

/** The key as a journal's: who can write the file and not read the API key makes no dataset count as compared. */
async function placeOf(
  avala: Avala,
  to: DatasetDestination,
  stateDirectory: string,
  { folder, purpose }: Kind,
): Promise<Place> {
  const destination = await resolveDestination(avala, to);
  const name = fingerprint(destination).slice(0, 32);
  return {
    file: join(stateDirectory, folder, `${name}.jsonl`),
    key: lineKeyOf(avala.keyFor(purpose), destination),
  };
}

type Line = Readonly<Record<string, string | number>>;

/** The line after an empty one, since half a line may stand there. Never rejects: see above. */
async function addLine(
  avala: Avala,
  to: DatasetDestination,
  stateDirectory: string | undefined,
  { kind, line }: { readonly kind: Kind; readonly line: Line },
): Promise<void> {
  if (stateDirectory === undefined) return;
  try {
    const { file: path, key } = await placeOf(avala, to, stateDirectory, kind);
    const file = await avala.disk.openToAppend(path);
    try {
      const text = JSON.stringify(line);
      await file.append(`\n${macOf(key, text)} ${text}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch {
    // The next run compares what it can.
  }
}

function valueOf(key: LineKey, line: string, uid: string): Record<string, unknown> | undefined {
  const [mac, text = ""] = splitLine(line);
  if (mac !== macOf(key, text)) return undefined; // torn, or not written with this API key
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) && value["uid"] === uid ? value : undefined;
  } catch {
    return undefined; // no version writes it
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
    const { file, key } = await placeOf(avala, to, stateDirectory, kind);
    const data = await avala.disk.readIfPresent(file);
    const lines = data?.toString("utf8").split("\n") ?? [];
    return lines.map((line) => valueOf(key, line, uid)).findLast((value) => value !== undefined);
  } catch {
    return undefined;
  }
}

/** A run of this machine made the dataset, of this content. */
export function recordContent(
  avala: Avala,
  to: DatasetDestination,
  made: { readonly uid: string; readonly digest: string },
  stateDirectory: string | undefined,
): Promise<void> {
  const line = { uid: made.uid, digest: made.digest };
  return addLine(avala, to, stateDirectory, { kind: CONFIRMED, line });
}

/** The digest of what the dataset was made of; `undefined` when no run on this machine saw it. */
export async function recordedContent(
  avala: Avala,
  to: DatasetDestination,
  uid: string,
  stateDirectory: string | undefined,
): Promise<string | undefined> {
  const line = await readLine(avala, to, stateDirectory, { kind: CONFIRMED, uid });
  const digest = line?.["digest"];
  return typeof digest === "string" ? digest : undefined;
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
