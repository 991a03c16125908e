// What a run says of growing sets to the steps after it. Knows nothing of the log or the summary.
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { currentJson } from "../../src/operations/grow/current-json";
import type { GrownSet, Results } from "./results";
import { jsonText, nameText } from "./server-text";
import { replacing } from "./step-files";

/** What is current of the sets, and what is not: line by line, for a set may be large. */
export async function writeCurrent(folder: string, sets: readonly GrownSet[]): Promise<string> {
  const current = sets.map(({ target, increments, plan }) => {
    const datasetUids = increments.map(({ dataset }) => dataset.uid);
    return { name: target.name, datasetUids, plan };
  });
  const file = join(folder, "current.json");
  await replacing(file, (fresh) => pipeline(currentJson(current), createWriteStream(fresh)));
  return file;
}

export function setsReport(sets: readonly GrownSet[]): readonly object[] {
  return sets.map(({ target, increments, plan, newCount }) => ({
    folder: target.folder,
    name: target.name,
    held: plan.current.length - newCount,
    new: newCount,
    superseded: plan.superseded,
    moved: plan.moved,
    unverified: plan.unverified,
    postponed: plan.postponed,
    increments: increments.map(({ dataset: { name, uid, status, itemCount } }) => ({
      ...{ name, uid, status, items: itemCount },
    })),
  }));
}

/** The output `dataset-uids`: by folder where partitioned; of a growing set the uids of all its datasets. */
export function uidsText({ datasets, setUids }: Results, isPartitioned: boolean): string {
  const made = new Map(datasets.map(({ target, dataset }) => [target, dataset.uid]));
  const sets = [...setUids].map(([target, known]) => {
    const own = made.get(target);
    const uids = own === undefined || known.includes(own) ? known : [...known, own];
    return [target.folder, uids.map(nameText)] as const;
  });
  const [only] = sets;
  if (only !== undefined) return jsonText(isPartitioned ? Object.fromEntries(sets) : only[1]);
  if (!isPartitioned) return "";
  const uids = datasets.map(({ target, dataset }) => [target.folder, nameText(dataset.uid)]);
  return jsonText(Object.fromEntries(uids));
}
