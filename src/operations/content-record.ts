// Which content a dataset was made of, as runs on this machine saw it land and be confirmed: one line a dataset, kept
// beside the journals. It is a help and never a condition: without it contents count as not compared.
import { join } from "node:path";
import type { Avala } from "../api/connect";
import { isRecord } from "../api/wire";
import { resolveDestination, type DatasetDestination } from "../upload/destination";
import { fingerprint } from "../upload/journal-lines";

async function pathOf(avala: Avala, to: DatasetDestination, folder: string): Promise<string> {
  const name = fingerprint(await resolveDestination(avala, to)).slice(0, 32);
  return join(folder, "confirmed", `${name}.jsonl`);
}

/** The line after an empty one, since half a line may stand there. Never rejects: see above. */
export async function recordContent(
  avala: Avala,
  to: DatasetDestination,
  made: { readonly uid: string; readonly digest: string },
  stateDirectory: string | undefined,
): Promise<void> {
  if (stateDirectory === undefined) return;
  try {
    const file = await avala.disk.openToAppend(await pathOf(avala, to, stateDirectory));
    try {
      await file.append(`\n${JSON.stringify({ uid: made.uid, digest: made.digest })}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch {
    // The next run compares what it can.
  }
}

function digestIn(line: string, uid: string): string | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (!isRecord(value) || value["uid"] !== uid) return undefined;
    const { digest } = value;
    return typeof digest === "string" ? digest : undefined;
  } catch {
    return undefined; // a torn line
  }
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
    const data = await avala.disk.readIfPresent(await pathOf(avala, to, stateDirectory));
    const lines = data?.toString("utf8").split("\n") ?? [];
    return lines.map((line) => digestIn(line, uid)).findLast((digest) => digest !== undefined);
  } catch {
    return undefined;
  }
}
