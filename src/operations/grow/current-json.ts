// What is current of growing sets, as JSON that a training script reads: which items to take, and which to leave out. One
// entry a line, in the order of the plan, so the same sets give the same text. Made line by line: a set may be large.
import { aText, aTextList, listOf, partOf, refuse } from "../../shapes";
import { aPlan } from "./given";
import type { GrowthPlan } from "./growth-plan";

/** One growing set: of partitions, one for each folder. */
export interface CurrentSet {
  /** `training-{increment}`, with the folder's name in it. */
  readonly name: string;
  /** Of all its increments, in order. */
  readonly datasetUids: readonly string[];
  readonly plan: Pick<GrowthPlan, "current" | "superseded" | "moved" | "unverified" | "postponed">;
}

const someSets = listOf(
  "sets",
  partOf<CurrentSet>({ name: aText, datasetUids: aTextList, plan: aPlan }),
);

const LISTS = ["current", "superseded", "moved", "unverified", "postponed"] as const;

function* listLines(name: string, entries: readonly object[], isLast: boolean): Generator<string> {
  const end = isLast ? "\n" : ",\n";
  if (entries.length === 0) {
    yield `      ${JSON.stringify(name)}: []${end}`;
    return;
  }
  yield `      ${JSON.stringify(name)}: [\n`;
  for (const [index, entry] of entries.entries())
    yield `        ${JSON.stringify(entry)}${index === entries.length - 1 ? "\n" : ",\n"}`;
  yield `      ]${end}`;
}

/** `{ "version": 1, "sets": [{ "name", "datasetUids", "current", "superseded", "moved", "unverified", "postponed" }] }` */
export function* currentJson(sets: readonly CurrentSet[]): Generator<string> {
  refuse(someSets("sets", sets));
  yield '{\n  "version": 1,\n  "sets": [';
  for (const [index, { name, datasetUids, plan }] of sets.entries()) {
    yield index === 0 ? "\n    {\n" : ",\n    {\n";
    yield `      "name": ${JSON.stringify(name)},\n`;
    yield `      "datasetUids": ${JSON.stringify(datasetUids)},\n`;
    for (const list of LISTS) yield* listLines(list, plan[list], list === LISTS.at(-1));
    yield "    }";
  }
  yield "\n  ]\n}\n";
}
