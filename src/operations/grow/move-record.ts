// Which files have items that lie at other paths, as runs on this machine decided it: a signed line for each run that moved
// some. Worth caching and never needed: without it, a copy may come before the file that had the item.
import type { Avala } from "../../api/connection";
import { groupBy } from "../../group-by";
import { isRecord } from "../../json";
import { appendSigned, readSigned, type SignedPlace } from "../../upload/journal/signed-lines";
import type { GrowTarget } from "./growth";
import type { GrowthPlan, Increment, Move, MovedItem } from "./growth-plan";
import { placeOf } from "./increment-record";

type OfSet = Pick<GrowTarget, "name" | "dataset">;

function placeOfMoves(avala: Avala, target: OfSet, stateDirectory: string): SignedPlace {
  const place = placeOf(avala, target, stateDirectory);
  return { ...place, folder: "moves", purpose: "record of moves" };
}

const keyOf = ({ datasetUid, path }: Pick<MovedItem, "datasetUid" | "path">): string =>
  `${datasetUid} ${path}`;

/** Where files have items that lie, or were thought to lie, elsewhere: one that is at its item's own path again, too. */
function movesOf(
  { moved, current }: Pick<GrowthPlan, "moved" | "current">,
  known: ReadonlyMap<string, string>,
): readonly MovedItem[] {
  if (known.size === 0) return moved;
  const returned = current.flatMap(({ path, itemPath, datasetUid }) => {
    const one = { path, to: path, datasetUid };
    return path === itemPath && known.has(keyOf(one)) ? [one] : [];
  });
  return [...moved, ...returned];
}

function withMoves(increment: Increment, moves: readonly MovedItem[]): Increment {
  const { moved = [] } = increment;
  const now = new Map([...moved, ...moves].map(({ path, to }) => [path, to]));
  return { ...increment, moved: Array.from(now, ([path, to]) => ({ path, to })) };
}

/**
 * What is not known yet. A run may do so before it sends anything: which file an item is does not depend on how the run ends, and
 * its copy may come before the next one. Returns the increments with what is known then. Never rejects: see above.
 */
export async function recordMoves(
  avala: Avala,
  target: OfSet,
  { increments, plan }: { readonly increments: readonly Increment[]; readonly plan: GrowthPlan },
  stateDirectory: string | undefined,
): Promise<readonly Increment[]> {
  const known = new Map<string, string>();
  for (const { dataset, moved = [] } of increments)
    for (const { path, to } of moved) known.set(keyOf({ datasetUid: dataset.uid, path }), to);
  const moved = movesOf(plan, known).filter((one) => known.get(keyOf(one)) !== one.to);
  if (moved.length === 0 || stateDirectory === undefined) return increments;
  const place = placeOfMoves(avala, target, stateDirectory);
  await appendSigned(avala, place, { moved }).catch(() => undefined);
  const byUid = groupBy(moved, ({ datasetUid }) => datasetUid);
  return increments.map((one) => withMoves(one, byUid.get(one.dataset.uid) ?? []));
}

function movesIn(value: unknown): readonly MovedItem[] {
  const moved = isRecord(value) && Array.isArray(value["moved"]) ? value["moved"] : [];
  return moved.flatMap((one: unknown) => {
    if (!isRecord(one)) return [];
    const { path, to, datasetUid } = one;
    const isMove =
      typeof path === "string" && typeof to === "string" && typeof datasetUid === "string";
    return isMove ? [{ path, to, datasetUid }] : [];
  });
}

/** By the uids of datasets. Empty where there is none that can be read. */
export async function readMoves(
  avala: Avala,
  target: OfSet,
  stateDirectory: string | undefined,
): Promise<ReadonlyMap<string, readonly Move[]>> {
  if (stateDirectory === undefined) return new Map();
  const place = placeOfMoves(avala, target, stateDirectory);
  const values = await readSigned(avala, place).catch(() => []);
  // Of two words on one item the later counts.
  const latest = new Map(values.flatMap(movesIn).map((one) => [keyOf(one), one]));
  return groupBy(latest.values(), ({ datasetUid }) => datasetUid);
}
