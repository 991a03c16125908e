// What a step says while it sends several sets one after the other: each line tells of all of them. Knows nothing of how they
// are sent.
import type { Avala } from "../../src/api/connection";
import type { AvalaEvent } from "../../src/events";
import { printable } from "../../src/redact";
import { trackWhole } from "../../src/upload/whole-progress";
import type { Results } from "../report/results";
import type { Target } from "../selection/selection";

export interface ToSend {
  readonly target: Target;
  readonly files: readonly { readonly sizeBytes: number }[];
}

/** An event of one set as it is told. */
export type Telling = (target: Target, event: AvalaEvent) => AvalaEvent;

export function tellWhole(
  { clock, pace }: Pick<Avala, "clock" | "pace">,
  results: Pick<Results, "datasets">,
  toSend: readonly ToSend[],
): Telling {
  const sets = new Map(
    toSend
      .filter(({ files }) => files.length > 0)
      .map(({ target, files }) => [target, countOf(target, files)] as const),
  );
  const whole = trackWhole(sets, { now: () => clock.now(), pace });
  const isOne = sets.size < 2;
  return (target, event) => {
    if (event.kind === "upload-progress")
      return isOne ? event : { ...event, progress: whole.note(target, event.progress) };
    if (event.kind !== "limit-wait" && event.kind !== "response-wait" && event.kind !== "retry")
      return event;
    // What waits between two sets is a part of it.
    const progress = event.kind === "limit-wait" ? whole.now() : undefined;
    if (progress !== undefined) return { kind: "upload-progress", progress };
    return { ...event, what: named(event.what, results) };
  };
}

function countOf(
  { folder, name }: Target,
  files: ToSend["files"],
): { readonly name: string; readonly files: number; readonly bytes: number } {
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return { name: folder === "" ? name : folder, files: files.length, bytes };
}

/** People know a dataset by its name. */
function named(what: string, { datasets }: Pick<Results, "datasets">): string {
  return datasets.reduce(
    (text, { target, dataset }) => text.replaceAll(dataset.uid, () => printable(target.name)),
    what,
  );
}
