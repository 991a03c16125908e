// Which content a dataset was made of, as runs on this machine saw it land and be confirmed: one line a dataset, kept
// beside the journals. It is a help and never a condition: without it contents count as not compared.
import type { Avala } from "../../api/connection";
import { isRecord } from "../../api/wire";
import { resolveDestination, type DatasetDestination } from "../../upload/destination";
import { appendSigned, readSigned, type SignedPlace } from "../../upload/journal/signed-lines";

async function placeOf(
  avala: Avala,
  to: DatasetDestination,
  stateDirectory: string,
): Promise<SignedPlace> {
  const destination = await resolveDestination(avala, to);
  return { stateDirectory, folder: "confirmed", purpose: "record of contents", destination };
}

/** Never rejects: see above. */
export async function recordContent(
  avala: Avala,
  to: DatasetDestination,
  { uid, digest }: { readonly uid: string; readonly digest: string },
  stateDirectory: string | undefined,
): Promise<void> {
  if (stateDirectory === undefined) return;
  try {
    await appendSigned(avala, await placeOf(avala, to, stateDirectory), { uid, digest });
  } catch {
    // The next run compares what it can.
  }
}

function digestIn(value: unknown, uid: string): string | undefined {
  if (!isRecord(value) || value["uid"] !== uid) return undefined;
  const { digest } = value;
  return typeof digest === "string" ? digest : undefined;
}

/** The digest of what the dataset was made of; `undefined` when no run on this machine saw it. */
export async function recordedContent(
  avala: Avala,
  to: DatasetDestination,
  uid: string,
  stateDirectory: string | undefined,
): Promise<string | undefined> {
  if (stateDirectory === undefined) return undefined;
  try {
    const values = await readSigned(avala, await placeOf(avala, to, stateDirectory));
    return values.map((value) => digestIn(value, uid)).findLast((digest) => digest !== undefined);
  } catch {
    return undefined;
  }
}
