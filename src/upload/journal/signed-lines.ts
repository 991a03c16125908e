// Records that help and are never needed: signed lines in a file of the state folder, as a journal's. Who can write the file
// and not read the API key makes nothing count. Knows nothing of what is recorded.
import { join } from "node:path";
import type { Avala } from "../../api/connection";
import type { Destination } from "../destination";
import { fingerprint, lineKeyOf, macOf, splitLine } from "./line-signature";

export interface SignedPlace {
  readonly stateDirectory: string;
  /** `confirmed`: the folder in it. */
  readonly folder: string;
  /** What the key of the lines is for: a line of one purpose says nothing for another. */
  readonly purpose: string;
  /** A line for one destination says nothing of another. */
  readonly destination: Destination;
}

function fileOf({ stateDirectory, folder, destination }: SignedPlace): string {
  return join(stateDirectory, folder, `${fingerprint(destination).slice(0, 32)}.jsonl`);
}

/** The line after an empty one, since half a line may stand there. Rejects with the disk's own error. */
export async function appendSigned(
  avala: Avala,
  place: SignedPlace,
  value: unknown,
): Promise<void> {
  const key = lineKeyOf(avala.keyFor(place.purpose), place.destination);
  const file = await avala.disk.openToAppend(fileOf(place));
  try {
    const text = JSON.stringify(value);
    await file.append(`\n${macOf(key, text)} ${text}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

function valuesOf(text: string): readonly unknown[] {
  try {
    return [JSON.parse(text) as unknown];
  } catch {
    return []; // no version writes it
  }
}

/** What was appended with this API key, in its order; a torn line is left out. Rejects with the disk's own error. */
export async function readSigned(avala: Avala, place: SignedPlace): Promise<readonly unknown[]> {
  const data = await avala.disk.readIfPresent(fileOf(place));
  const key = lineKeyOf(avala.keyFor(place.purpose), place.destination);
  return (data?.toString("utf8").split("\n") ?? []).flatMap((line) => {
    const [mac, text = ""] = splitLine(line);
    return mac === macOf(key, text) ? valuesOf(text) : [];
  });
}

/** Also of what another key wrote nothing stays. What is killed in between loses all of it. Rejects with the disk's own error. */
export async function replaceSigned(
  avala: Avala,
  place: SignedPlace,
  values: readonly unknown[],
): Promise<void> {
  await avala.disk.remove(fileOf(place));
  for (const value of values) await appendSigned(avala, place, value);
}
