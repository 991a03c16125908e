// What of a set an upload would find to have landed, known before it is begun: by the journal, and by what the caller knows.
import type { Avala } from "../api/connection";
import { resolveDestination, type DatasetDestination } from "./destination";
import { batchToResume, batchUid, isIn, type LandedInBatch } from "./journal/batch";
import { journalsIn, readJournal } from "./journal/journal";
import { placeOf } from "./journal/upload-journal";
import type { UploadFile } from "./request";

export interface SetToSend extends DatasetDestination {
  readonly files: readonly Pick<UploadFile, "path" | "sizeBytes" | "sha256">[];
  /** Of the whole set. Without it nothing is known before the files are read. */
  readonly digest: string | undefined;
  readonly stored?: LandedInBatch | undefined;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * Paths of the files that an upload would not send. Costs a call of the session at the most, and none where no upload is left
 * unfinished. Never rejects: of what can't be read the upload says so itself, and sends it.
 */
export async function landedBefore(
  avala: Avala,
  set: SetToSend,
  stateDirectory: string | undefined,
): Promise<ReadonlySet<string>> {
  const { digest, stored, files } = set;
  const isRecorded =
    stateDirectory !== undefined && (await journalsIn(avala.disk, stateDirectory)).size > 0;
  if (digest === undefined || (!isRecorded && stored === undefined)) return NONE;
  try {
    const base = batchUid(await resolveDestination(avala, set), digest);
    const records = isRecorded
      ? await readJournal(await placeOf(avala, set, stateDirectory))
      : undefined;
    const batch = batchToResume(base, files, { records, stored });
    const entries = stored?.uploadUid === batch ? (stored?.entries ?? []) : [];
    const known = new Map(entries.map((entry) => [entry.path, entry]));
    const landed = files.filter((file) => isIn(batch, file, { records, stored: known }));
    return new Set(landed.map(({ path }) => path));
  } catch {
    return NONE;
  }
}
