// The name of the dataset that is made of what a growing set lacks. A run that resumes comes to the name that it began
// under, also where another increment came meanwhile: the journals of its uploads say which.
import type { Avala } from "../../api/connection";
import { createManifest, type ManifestEntry } from "../../files/manifest/manifest";
import { shortDigest } from "../../files/manifest/dataset-name";
import { resolveDestination } from "../../upload/destination";
import { journalPath, journalsIn } from "../../upload/journal/journal";
import type { GrowTarget } from "./growth";
import { incrementName, nextNumber, parseIncrement, plannedName } from "./increment-name";

export interface IncrementToMake {
  readonly number: number;
  readonly name: string;
  readonly slug: string;
  /** Of all that it is made of. */
  readonly digest: string;
}

/** The number under which an upload of this content was begun and not ended, as far as a journal is there. */
async function begunNumber(
  avala: Avala,
  { name, dataset: { organizationUid } }: GrowTarget,
  { digest, next, stateDirectory }: { digest: string; next: number; stateDirectory: string },
): Promise<number | undefined> {
  const journals = await journalsIn(avala.disk, stateDirectory);
  if (journals.size === 0) return undefined;
  const destination = await resolveDestination(avala, { datasetName: "", organizationUid });
  // One more: the place of a name may have been spoiled, and the next number taken.
  for (let number = next + 1; number > 0; number -= 1) {
    const datasetName = incrementName(name, number, digest).name;
    if (journals.has(journalPath(stateDirectory, { ...destination, datasetName }))) return number;
  }
  return undefined;
}

/** `undefined` where nothing is to be sent. `numbers`: of all increments that there are or were. */
export async function nextName(
  avala: Avala,
  target: GrowTarget,
  toSend: readonly ManifestEntry[],
  {
    numbers,
    begunAs,
    stateDirectory,
  }: {
    readonly numbers: readonly number[];
    /** The name that the caller's own state has of an upload that was begun. */
    readonly begunAs: string | undefined;
    readonly stateDirectory: string | undefined;
  },
): Promise<IncrementToMake | undefined> {
  if (toSend.length === 0) return undefined;
  const { digest } = createManifest(toSend);
  const next = nextNumber(numbers);
  const known =
    begunAs === undefined ? undefined : parseIncrement(target.name, { name: begunAs, slug: "" });
  const ofState = known?.shortDigest === shortDigest(digest) ? known.number : undefined;
  const begun =
    stateDirectory === undefined
      ? undefined
      : await begunNumber(avala, target, { digest, next, stateDirectory });
  const number = begun ?? ofState ?? next;
  return { number, digest, ...plannedName(target.name, number, digest) };
}
