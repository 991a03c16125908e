// Which content a dataset was made of, as runs on this machine saw it land and be confirmed: one line a dataset, kept
// beside the journals. It is a help and never a condition: without it contents count as not compared.
import { join } from "node:path";
import type { Avala } from "../../api/connection";
import { isRecord } from "../../api/wire";
import { resolveDestination, type DatasetDestination } from "../../upload/destination";
import {
  fingerprint,
  lineKeyOf,
  macOf,
  splitLine,
  type LineKey,
} from "../../upload/journal/journal-lines";

async function pathOf(avala: Avala, to: DatasetDestination, folder: string): Promise<string> {
  const name = fingerprint(await resolveDestination(avala, to)).slice(0, 32);
  return join(folder, "confirmed", `${name}.jsonl`);
}

/** As a journal's: who can write the file and not read the API key makes no dataset count as compared. */
async function keyOf(avala: Avala, to: DatasetDestination): Promise<LineKey> {
  return lineKeyOf(avala.keyFor("record of contents"), await resolveDestination(avala, to));
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
      const text = JSON.stringify({ uid: made.uid, digest: made.digest });
      await file.append(`\n${macOf(await keyOf(avala, to), text)} ${text}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch {
    // The next run compares what it can.
  }
}

function digestIn(key: LineKey, line: string, uid: string): string | undefined {
  const [mac, text = ""] = splitLine(line);
  if (mac !== macOf(key, text)) return undefined; // torn, or not written with this API key
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value) || value["uid"] !== uid) return undefined;
    const { digest } = value;
    return typeof digest === "string" ? digest : undefined;
  } catch {
    return undefined; // no version writes it
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
    const key = await keyOf(avala, to);
    return lines.map((line) => digestIn(key, line, uid)).findLast((digest) => digest !== undefined);
  } catch {
    return undefined;
  }
}
