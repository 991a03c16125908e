// What one decision knows of a set's increments so far, as it is found out. Asks for nothing.
import type { ItemFacts } from "../items/key-comparison";
import type { StoreHosts } from "../items/store-hosts";
import type { FoundIncrement } from "./find-increments";
import type { KnownIncrement } from "./growth";
import { inOrder, type HeldEntry, type Increment } from "./growth-plan";
import type { Look, LookedAt } from "./increment-content";

/** Where an item can be looked at, and what its store has said of it. */
export interface Place extends Omit<LookedAt, "item"> {
  readonly item: ItemFacts;
}

export interface Knowledge {
  readonly entries: Map<string, readonly HeldEntry[]>;
  /** Found out now, so that it can be recorded. */
  readonly fresh: Set<string>;
  /** Of which the name's digest is not what they hold. */
  readonly broken: Set<string>;
  /** What was looked at now: until all is, what stores show can't be judged. */
  readonly looks: Map<string, Look>;
  /** Of that, where each item of unknown content is. */
  readonly places: Map<HeldEntry, Place>;
  /** Entries of these that hold whatever the look shows. */
  readonly settled: Set<HeldEntry>;
  /** All that stores have shown in this decision. */
  readonly hosts: StoreHosts;
}

export function createKnowledge(hosts: StoreHosts): Knowledge {
  return {
    entries: new Map(),
    fresh: new Set(),
    broken: new Set(),
    looks: new Map(),
    places: new Map(),
    settled: new Set(),
    hosts,
  };
}

export function incrementsOf(
  found: readonly FoundIncrement[],
  { entries }: Pick<Knowledge, "entries">,
): readonly Increment[] {
  return inOrder(
    found.flatMap(({ dataset, number, shortDigest, moved }) => {
      const held = entries.get(dataset.uid);
      return held === undefined ? [] : [{ dataset, number, shortDigest, entries: held, moved }];
    }),
  );
}

/** As it is recorded. */
export function knownAs({
  dataset,
  number,
  shortDigest,
  entries,
}: Omit<Increment, "moved">): KnownIncrement {
  const { uid, name, ownerName } = dataset;
  return { uid, name, ownerName, number, shortDigest, entries };
}
