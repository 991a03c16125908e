// What a step says while it sends several sets one after the other: each line tells of all of them. Knows nothing of how they
// are sent.
import type { Avala } from "../../src/api/connection";
import type { AvalaEvent } from "../../src/events";
import { groupBy } from "../../src/group-by";
import { printable } from "../../src/redact";
import { trackWhole } from "../../src/upload/whole-progress";
import type { Results } from "../report/results";
import type { Target } from "../selection/selection";

export interface ToSend {
  readonly target: Target;
  /** Of the dataset that they go to. */
  readonly datasetName?: string | undefined;
  readonly files: readonly { readonly sizeBytes: number }[];
}

/** An event of one set as it is told. `turn`: of which of its datasets, from 0, where several are made of it. */
export type Telling = (target: Target, event: AvalaEvent, turn?: number) => AvalaEvent;

export function tellWhole(
  { clock, pace }: Pick<Avala, "clock" | "pace">,
  results: Pick<Results, "datasets">,
  toSend: readonly ToSend[],
): Telling {
  const sent = toSend.filter(({ files }) => files.length > 0);
  const ofTargets = groupBy(sent, ({ target }) => target);
  const sets = new Map(
    sent.map((one) => [one, countOf(one, (ofTargets.get(one.target)?.length ?? 0) > 1)] as const),
  );
  const none: readonly ToSend[] = [];
  const keyOf = (target: Target, turn: number): ToSend | undefined => {
    const ofTarget = ofTargets.get(target) ?? none;
    return ofTarget[turn] ?? ofTarget.at(-1);
  };
  const whole = trackWhole<ToSend | undefined>(sets, { now: () => clock.now(), pace });
  const isOne = sets.size < 2;
  return (target, event, turn = 0) => {
    if (event.kind === "upload-progress")
      return isOne
        ? event
        : { ...event, progress: whole.note(keyOf(target, turn), event.progress) };
    if (event.kind !== "limit-wait" && event.kind !== "response-wait" && event.kind !== "retry")
      return event;
    // What waits between two sets is a part of it.
    const progress = event.kind === "limit-wait" ? whole.now() : undefined;
    if (progress !== undefined) return { kind: "upload-progress", progress };
    return { ...event, what: named(event.what, results) };
  };
}

function countOf(
  { target: { folder, name }, datasetName, files }: ToSend,
  isOneOfSeveral: boolean,
): { readonly name: string; readonly files: number; readonly bytes: number } {
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const named = isOneOfSeveral ? datasetName : undefined;
  return { name: named ?? (folder === "" ? name : folder), files: files.length, bytes };
}

/** People know a dataset by its name. */
function named(what: string, { datasets }: Pick<Results, "datasets">): string {
  return datasets.reduce(
    (text, { target, dataset }) => text.replaceAll(dataset.uid, () => printable(target.name)),
    what,
  );
}
