// What is known of a set's increments before the server is asked: by the caller's own state, and by the records in the state
// folder.
import type { Avala } from "../../api/connection";
import type { GrowOptions, GrowTarget, KnownIncrement } from "./growth";
import type { Move } from "./growth-plan";
import { readIncrements } from "./increment-record";
import { likenessOf } from "./item-homes";
import { readMoves } from "./move-record";
import { createPostponed } from "./postponed";

/** By uid. */
export type Known = ReadonlyMap<string, KnownIncrement>;

/**
 * A caller's increment with the recorded moves that its state lacks, as a run that was killed saw them. A record may also be the
 * older of the two: where a file of the item's content is, or may be, where the item's is by the state, another machine may have
 * seen it come there.
 */
function movesAdder({
  files,
  postponed = [],
}: GrowTarget): (increment: KnownIncrement, recorded: readonly Move[]) => KnownIncrement {
  const fileAt = new Map(files.map((file) => [file.path, file]));
  const isPostponed = createPostponed(postponed);
  return (increment, recorded) => {
    const { entries, moved = [] } = increment;
    const entryAt = new Map(entries.map((entry) => [entry.path, entry]));
    const movedTo = new Map(moved.map(({ path, to }) => [path, to]));
    const isAsInState = (path: string): boolean => {
      const place = movedTo.get(path) ?? path;
      const [entry, file] = [entryAt.get(path), fileAt.get(place)];
      if (entry === undefined || file === undefined) return isPostponed(place);
      return likenessOf(entry, file) !== "other";
    };
    for (const { path, to } of recorded) if (!isAsInState(path)) movedTo.set(path, to);
    return { ...increment, moved: Array.from(movedTo, ([path, to]) => ({ path, to })) };
  };
}

/** What the caller knows wins over the record: it is the newer, or says the same. */
export async function knownOf(
  avala: Avala,
  target: GrowTarget,
  { known: ofCaller = [], stateDirectory }: Pick<GrowOptions, "known" | "stateDirectory">,
): Promise<Known> {
  const known = new Map(await readIncrements(avala, target, stateDirectory));
  const moves = await readMoves(avala, target, stateDirectory);
  for (const [uid, moved] of moves) {
    const increment = known.get(uid);
    if (increment !== undefined) known.set(uid, { ...increment, moved });
  }
  const withMoves = moves.size === 0 ? undefined : movesAdder(target);
  for (const increment of ofCaller) {
    const recorded = moves.get(increment.uid) ?? [];
    known.set(increment.uid, withMoves?.(increment, recorded) ?? increment);
  }
  return known;
}
