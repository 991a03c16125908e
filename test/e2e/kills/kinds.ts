// The kinds of what plans hold, by name, so that a choice of seeds can be held to play each of them. Plays nothing.
import type { Fault } from "../../../emulator";
import type { Kill, Plan, Trouble } from "./plan";
import type { PulumiPlan } from "./pulumi-plan";

/** What comes of a request: two faults of one name differ in how often and how strongly they come. */
function nameOf({
  on,
  reply,
  drop,
  cutAfterBytes,
  delayMs,
  expired,
  when = "before",
}: Fault): string {
  const what = {
    ...{ reply: reply?.status, drop, isCut: cutAfterBytes !== undefined },
    ...{ isLate: delayMs !== undefined, expired, when },
  };
  return JSON.stringify({ on, ...what });
}

export const kindsOfTroubles = (troubles: readonly Trouble[]): readonly string[] =>
  troubles.map(([fault]) => nameOf(fault));

function momentOf(kill: Kill, fileCount: number): string {
  if ("afterMs" in kill) return "after a time";
  // A run's requests are two for each file, and a few before and after them.
  if (kill.afterRequests < 8) return "in the beginning";
  return kill.afterRequests < 2 * fileCount ? "half-way" : "in the end";
}

export const KINDS_OF_STARTS = [
  ...["killed after a time", "killed in the beginning", "killed half-way", "killed in the end"],
  ...["not killed", "moved", "two at once", "three rounds", "a file in pieces", "one at a time"],
];

export function kindsOf({ files, faults, rounds, concurrency }: Plan): ReadonlySet<string> {
  const fileCount = Object.keys(files).length;
  const kinds = new Set(faults.map(nameOf));
  for (const { moves, starts } of rounds) {
    if (moves) kinds.add("moved");
    if (starts.length > 1) kinds.add("two at once");
    for (const { kill } of starts)
      kinds.add(kill === undefined ? "not killed" : `killed ${momentOf(kill, fileCount)}`);
  }
  if (rounds.length === 3) kinds.add("three rounds");
  if ("images/large.jpg" in files) kinds.add("a file in pieces");
  if (concurrency === 1) kinds.add("one at a time");
  return kinds;
}

export const KINDS_OF_STACKS = [
  // Those that come at a request, which a fast machine does not outrun.
  ...["engine killed", "provider killed", "interrupt", "impatience", "not broken"],
  ...["moves", "loses the journal", "loses the state"],
  ...["partitioned", "in one dataset", "with an export", "without an export"],
];

export function kindsOfStack(plan: PulumiPlan): ReadonlySet<string> {
  const { rounds, lastly, isPartitioned, exportMs } = plan;
  const kinds = new Set<string>([...rounds.map(({ meanwhile }) => meanwhile), lastly]);
  for (const { broken } of rounds) {
    if (broken === undefined) kinds.add("not broken");
    else if (!("afterMs" in broken.when)) kinds.add(broken.by);
  }
  kinds.add(isPartitioned ? "partitioned" : "in one dataset");
  kinds.add(exportMs === undefined ? "without an export" : "with an export");
  return kinds;
}
