// What is said of an increment that a run began and that can't be finished as it was: what of it is sent again, and why.
import type { Avala } from "../../api/connection";
import { isSameDigest } from "../../files/manifest/compare";
import type { ManifestEntry } from "../../files/manifest/manifest";
import { printable } from "../../redact";
import { counted, shown } from "../../text";
import type { BegunIncrement } from "./begun-increments";
import type { GrowTarget } from "./growth";
import type { GrowthPlan } from "./growth-plan";
import { incrementName } from "./increment-name";
import { landedAgain } from "./next-increment";
import { createPostponed } from "./postponed";

interface Why {
  readonly text: string;
  /** Whether people can undo it. */
  readonly isTheirs: boolean;
}

/** Why a file is not sent as it was; `undefined` where it is. */
type WhyNot = (file: ManifestEntry) => Why | undefined;

function createWhyNot(
  { files, postponed = [] }: GrowTarget,
  { toSend, unverified }: GrowthPlan,
): WhyNot {
  const declared = new Map(files.map(({ path, sha256 }) => [path, sha256]));
  const isSent = new Set(toSend.map(({ path }) => path));
  const isUnverified = new Set(unverified.map(({ path }) => path));
  const isPostponed = createPostponed(postponed);
  return ({ path, sha256 }) => {
    const now = declared.get(path);
    const name = shown(path);
    if (now === undefined) {
      const why = isPostponed(path) ? "left for a later run" : "not declared any more";
      return { text: `${name} is ${why}`, isTheirs: true };
    }
    if (!isSameDigest(now, sha256)) return { text: `${name} has changed since`, isTheirs: true };
    if (isSent.has(path)) return undefined;
    const holds = isUnverified.has(path) ? "may hold" : "holds";
    return { text: `the set ${holds} ${name} by now`, isTheirs: false };
  };
}

const WAY_OUT =
  "What lies under an increment's name is of use for just its files. To keep what has landed, stop this run, and run again once these files are as they were: the interrupted upload is then finished first. New files don't matter.";

function whyText(whys: readonly Why[]): string {
  const [first, ...others] = whys;
  if (first === undefined) return "some of its files are sent with another upload.";
  const isOne = others.length === 1;
  const more = `, and ${counted(others.length, "other file")} ${isOne ? "is" : "are"} not as ${isOne ? "it was" : "they were"} either`;
  const text = `${first.text}${others.length === 0 ? "" : more}.`;
  return whys.every(({ isTheirs }) => isTheirs) ? `${text} ${WAY_OUT}` : text;
}

/** Before the first byte, also in a preview. */
export function reportAbandoned(
  avala: Avala,
  target: GrowTarget,
  plan: GrowthPlan,
  abandoned: readonly BegunIncrement[],
): void {
  if (abandoned.length === 0) return;
  const whyNot = createWhyNot(target, plan);
  for (const { number, digest, entries, landed } of abandoned) {
    const count = landedAgain(landed, plan.toSend);
    const { name } = incrementName(target.name, number, digest);
    const head = `${counted(count, "file")} had landed in an interrupted upload as ${printable(name)} and ${count === 1 ? "is" : "are"} sent again`;
    const text = `${head}: ${whyText(entries.flatMap((entry) => whyNot(entry) ?? []))}`;
    avala.emit({ kind: "warning", text });
  }
}
