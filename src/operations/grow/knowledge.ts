// What one decision knows of a set's increments so far, as it is found out. Asks for nothing.
import type { FoundIncrement } from "./find-increments";
import { inOrder, type HeldEntry, type Increment } from "./growth-plan";
import type { Place } from "./left-items";

export interface Knowledge {
  readonly entries: Map<string, readonly HeldEntry[]>;
  /** Found out now, so that it can be recorded. */
  readonly fresh: Set<string>;
  /** Of which the name's digest is not what they hold. */
  readonly broken: Set<string>;
  /** Of what was looked at now, where each item of unknown content is. */
  readonly places: Map<HeldEntry, Place>;
}

export function createKnowledge(): Knowledge {
  return { entries: new Map(), fresh: new Set(), broken: new Set(), places: new Map() };
}

export function incrementsOf(
  found: readonly FoundIncrement[],
  { entries }: Pick<Knowledge, "entries">,
): readonly Increment[] {
  return inOrder(
    found.flatMap(({ dataset, number, shortDigest }) => {
      const held = entries.get(dataset.uid);
      return held === undefined ? [] : [{ dataset, number, shortDigest, entries: held }];
    }),
  );
}
