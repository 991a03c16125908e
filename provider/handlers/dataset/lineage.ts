// What one run's calls have to know of each other, by uid: a run is a process, and the engine says none of it.
// Pure memory; knows nothing of the API.

export interface Lineage {
  /** What `diff` found for the dataset that a resource has. */
  diffed(uid: string, found: { readonly isReplaced: boolean; readonly mustGo: boolean }): void;
  /** A resource has it from now on, or reads it. */
  took(uid: string): void;
  /** A resource has it and keeps it: then `delete` is called for another that has it too, or had it before. */
  isHeld(uid: string): boolean;
  /** It has to go before another of its name can be made. */
  mustGo(uid: string): boolean;
  /** Whether this is the first time that it is asked for: the engine asks for a replacement more than once. */
  isFirstMention(uid: string): boolean;
}

export function createLineage(): Lineage {
  const held = new Set<string>();
  const going = new Set<string>();
  const announced = new Set<string>();
  return {
    diffed: (uid, { isReplaced, mustGo }) => {
      if (!isReplaced) held.add(uid);
      if (mustGo) going.add(uid);
      else going.delete(uid);
    },
    took: (uid) => {
      held.add(uid);
    },
    isHeld: (uid) => held.has(uid),
    mustGo: (uid) => going.has(uid),
    isFirstMention: (uid) => {
      if (announced.has(uid)) return false;
      announced.add(uid);
      return true;
    },
  };
}
