// Findings by number, each kind once, as rows point to them. Knows neither files nor rows.
import type { Finding } from "./finding";

export interface FindingList {
  all(): readonly Finding[];
  at(id: number | undefined): Finding | undefined;
  /** `undefined` when there are too many kinds. */
  readonly idOf: (finding: Finding) => number | undefined;
}

/** Further kinds of findings are not recorded: those files are looked at each time. */
const maxFindings = 65_536;

export function createFindingList(): FindingList {
  const list: Finding[] = [];
  const ids = new Map<string, number>();
  return {
    all: () => list,
    at: (id) => (id === undefined ? undefined : list[id]),
    idOf: (finding) => {
      const key = JSON.stringify(finding);
      const known = ids.get(key);
      if (known !== undefined || list.length === maxFindings) return known;
      ids.set(key, list.length);
      return list.push(finding) - 1;
    },
  };
}
