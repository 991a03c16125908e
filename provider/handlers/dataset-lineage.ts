// What one run's calls have to know of each other, by uid: a run is a process, and the engine says none of it.
// Pure memory; knows nothing of the API.
import type { Call } from "../process/calls";
import type { DatasetOutputs, Origin } from "./dataset-inputs";

export interface Lineage {
  /** What `diff` found for the dataset that a resource has. */
  diffed(call: Call, olds: DatasetOutputs, found: { isReplaced: boolean; mustGo: boolean }): void;
  /** A resource has it now: it was made, or was there. Returns how it came to be that resource's. */
  took(call: Call, uid: string, wasThere: boolean): Origin;
  /** A resource has it and keeps it: then `delete` is called for another that has it too, or had it before. */
  isHeld(uid: string): boolean;
  /** It has to go before another of its name can be made. */
  mustGo(uid: string): boolean;
  /** Whether this is the first time that it is asked for: the engine asks for a replacement more than once. */
  isNews(uid: string): boolean;
}

export function createLineage(): Lineage {
  const held = new Set<string>();
  const going = new Set<string>();
  const announced = new Set<string>();
  // By resource as well: that one resource made it says nothing of another's right to delete it.
  const origins = new Map<string, Origin>();
  const placeOf = ({ urn = "" }: Call, uid: string): string => `${urn} ${uid}`;
  return {
    diffed: (call, { uid, origin }, { isReplaced, mustGo }) => {
      if (origin !== undefined) origins.set(placeOf(call, uid), origin);
      if (!isReplaced) held.add(uid);
      if (mustGo) going.add(uid);
      else going.delete(uid);
    },
    took: (call, uid, wasThere) => {
      held.add(uid);
      if (!wasThere) return "made";
      // Replaced by --replace or taint, a resource may find what it made itself.
      return origins.get(placeOf(call, uid)) ?? "found";
    },
    isHeld: (uid) => held.has(uid),
    mustGo: (uid) => going.has(uid),
    isNews: (uid) => {
      if (announced.has(uid)) return false;
      announced.add(uid);
      return true;
    },
  };
}
