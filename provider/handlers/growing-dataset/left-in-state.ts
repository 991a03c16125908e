// What the state keeps of items that a run did not judge, since their files were left for a later one. Pure.
import { groupBy } from "../../../src/group-by";
import type { GrowthPlan, Increment } from "../../../src/operations/grow/growth-plan";
import { createPostponed, type PostponedItem } from "../../../src/operations/grow/postponed";
import { currentInState, isKnown, pathsIn, type IncrementInState } from "./current";

export interface Earlier {
  /** What the state has. */
  readonly before: readonly IncrementInState[];
  /** Paths that were left for a later run, or folders of such. */
  readonly left: readonly string[];
}

const keyOf = ({ datasetUid, path }: PostponedItem): string => `${datasetUid} ${path}`;

/** What the state said of items. */
interface Said {
  /** Of those that were current, the paths of their files. */
  readonly current: ReadonlyMap<string, string>;
  readonly superseded: ReadonlySet<string>;
}

function saidIn(before: readonly IncrementInState[]): Said {
  const current = currentInState(before).map(
    ({ path, itemPath, datasetUid }) => [keyOf({ datasetUid, path: itemPath }), path] as const,
  );
  const superseded = before.flatMap(({ uid: datasetUid, superseded: paths }) =>
    pathsIn(paths).map((path) => keyOf({ datasetUid, path })),
  );
  return { current: new Map(current), superseded: new Set(superseded) };
}

/** By path, the items that stay current: each is that of a file that is left for later itself. */
function staysCurrent(
  items: readonly PostponedItem[],
  said: Said,
  isLeft: (path: string) => boolean,
): ReadonlyMap<string, PostponedItem> {
  const stays = new Map<string, PostponedItem>();
  const unsaid: PostponedItem[] = [];
  for (const item of items) {
    const path = said.current.get(keyOf(item));
    if (path !== undefined && isLeft(path)) stays.set(path, item);
    else if (path === undefined && !said.superseded.has(keyOf(item))) unsaid.push(item);
  }
  // Other runs have made these since: the newest is the likeliest.
  for (const item of unsaid.toReversed())
    if (isLeft(item.path) && !stays.has(item.path)) stays.set(item.path, item);
  return stays;
}

/**
 * What was true of them stays true, but for an item whose file was judged in this run and has other content or is gone: that
 * one is not current, whatever is at its own path.
 */
export function leftInState(
  increments: readonly Increment[],
  { postponed }: Pick<GrowthPlan, "postponed">,
  { before, left }: Earlier,
): Pick<GrowthPlan, "superseded" | "moved"> {
  if (postponed.length === 0) return { superseded: [], moved: [] };
  const byDataset = groupBy(postponed, ({ datasetUid }) => datasetUid);
  const known: PostponedItem[] = [];
  const unknown: PostponedItem[] = [];
  for (const { dataset, entries } of increments) {
    const items = byDataset.get(dataset.uid) ?? [];
    const paths = new Set(
      items.length === 0 ? [] : entries.filter(isKnown).map(({ path }) => path),
    );
    for (const item of items) (paths.has(item.path) ? known : unknown).push(item);
  }
  const said = saidIn(before);
  const stays = staysCurrent(known, said, createPostponed(left));
  const isCurrent = new Set(stays.values());
  const superseded = [
    ...known.filter((item) => !isCurrent.has(item)),
    ...unknown.filter((item) => said.superseded.has(keyOf(item))),
  ];
  return {
    superseded: superseded.map((item) => ({ ...item, why: "changed" })),
    moved: [...stays].flatMap(([to, item]) => (item.path === to ? [] : [{ ...item, to }])),
  };
}
