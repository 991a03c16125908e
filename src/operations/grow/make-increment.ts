// Makes one dataset of a growing set, over the publishing that every dataset goes, and records what it holds.
import { withoutDeadline, type Avala } from "../../api/connection";
import { isAvalaError } from "../../errors";
import { shortDigest } from "../../files/manifest/dataset-name";
import { reworded } from "../../reworded";
import { refuse } from "../../shapes";
import { carryOut } from "../publish/publish";
import type { Compared, PublishOptions, PublishTarget } from "../publish/target";
import { sweepBegun } from "./begun-increments";
import { recordBegun } from "./begun-record";
import { withoutContentOf } from "./by-name";
import type { GrowDecision } from "./decide-growth";
import { inOrder, planGrowth, type Increment } from "./growth-plan";
import { someIncrements } from "./given";
import type { GrowResult } from "./grown";
import type { GrowOptions, KnownIncrement } from "./growth";
import { incrementName, parseIncrement } from "./increment-name";
import { recordDeleted, recordIncrement } from "./increment-record";
import { knownAs } from "./knowledge";
import { lookMeanwhile, nextSlug, readCame, type Meanwhile } from "./meanwhile";
import { recordMoves } from "./move-record";
import type { IncrementToMake } from "./next-increment";

function publishTargetOf(
  { target }: GrowDecision,
  next: IncrementToMake,
  stored: GrowOptions["stored"],
): PublishTarget {
  const { name, digest, number } = next;
  const { slug } = incrementName(target.name, number, digest);
  const wanted = new Set(next.files.map(({ path }) => path));
  const files = target.files.filter(({ path }) => wanted.has(path));
  const dataset = { ...target.dataset, name, slug };
  // Of another name it is another upload's.
  const landed = stored?.name === name ? stored : undefined;
  return { dataset, files, digest, stored: landed, ifExists: "verify" };
}

function incrementOf(
  { target }: GrowDecision,
  { number, digest, files }: IncrementToMake,
  { dataset, unshown }: Pick<Compared, "dataset" | "unshown">,
): Increment {
  const named = parseIncrement(target.name, dataset) ?? {
    number,
    shortDigest: shortDigest(digest),
  };
  return { ...named, dataset, entries: withoutContentOf(files, unshown) };
}

/** What to keep of increments in a state, so that they need not be listed again: those of which all content is known. */
export function knownIncrements(increments: readonly Increment[]): readonly KnownIncrement[] {
  refuse(someIncrements("increments", increments));
  return increments
    .filter(({ entries }) => entries.every(({ sha256 }) => sha256 !== undefined))
    .map(knownAs);
}

/** What an increment lacks is not lost: the next run finds it out, and sends it again. */
function withWayOut(error: unknown): never {
  if (!isAvalaError(error) || error.code !== "dataset") throw error;
  const hint =
    "Run again: what the dataset lacks is sent in another dataset of the growing set. Where its items don't show what that is, that run says what to do.";
  throw reworded(error, { hint });
}

/** Only here: a dry run must leave what is known as it was, or the run that carries out its plan decides otherwise. */
export async function forget(
  avala: Avala,
  { target, deleted }: GrowDecision,
  { stateDirectory }: GrowOptions,
): Promise<void> {
  for (const { uid } of deleted) await recordDeleted(avala, target, uid, stateDirectory);
}

// So many other runs may confirm at the same moment; or so many datasets that are none of the set have such slugs. After that
// an increment has a slug that is made of its name, which no other run asks for.
const MAX_NUMBERED_SLUGS = 8;

/** Makes the next increment of a decision. */
export async function makeIncrement(
  inTime: Avala,
  decision: GrowDecision,
  next: IncrementToMake,
  meanwhile: Meanwhile,
  options: GrowOptions,
): Promise<GrowResult> {
  const { target, plan } = decision;
  const publishing: PublishOptions = {
    ...options,
    findMade: (moment) => lookMeanwhile(inTime, decision, next, { meanwhile, moment, options }),
    slugFor: (refusals) =>
      refusals < MAX_NUMBERED_SLUGS ? nextSlug(meanwhile, target.name) : undefined,
  };
  const increments = await recordMoves(inTime, target, decision, options.stateDirectory);
  await recordBegun(inTime, target, next, options.stateDirectory);
  const send = { kind: "send", target: publishTargetOf(decision, next, options.stored) } as const;
  const result = await carryOut(inTime, send, publishing).catch(withWayOut);
  if (result.outcome === "partial") return { ...result, increments, plan };
  const avala = withoutDeadline(inTime); // it is made
  const { upload } = result;
  const { dataset, unverified, unshown = [] } = result;
  const increment = incrementOf(decision, next, { dataset, unshown });
  const came = await readCame(avala, decision, next, { meanwhile, made: dataset, options });
  const others = [...increments, ...came].filter((one) => one.dataset.uid !== dataset.uid);
  const all = inOrder([...others, increment]);
  if (unverified === 0) {
    for (const known of knownIncrements([increment]))
      await recordIncrement(avala, target, known, options.stateDirectory);
  }
  await forget(avala, decision, options);
  const now = planGrowth(target.files, all, target.postponed);
  const swept = { increments: all, plan: now, deleted: decision.deleted };
  await sweepBegun(avala, target, swept, options.stateDirectory);
  await recordMoves(avala, target, { increments: all, plan: now }, options.stateDirectory);
  const isUnsure = result.outcome === "unchanged" && now.unverified.length > 0;
  return {
    outcome: isUnsure ? "unverified" : result.outcome,
    increments: all,
    plan: now,
    made: { dataset, unverified: unverified - unshown.length },
    upload,
  };
}
