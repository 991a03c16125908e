// Carries out what was decided of a growing set: one dataset of what it lacks, over the publishing that every dataset goes.
// Safe when other runs grow the set at once: what another one has added by the confirm is not added again.
import { aSession, withDeadline, withoutDeadline, type Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { isAvalaError } from "../../errors";
import { ifLate } from "../../flow/deadline";
import { shortDigest } from "../../files/manifest/dataset-name";
import { reworded } from "../../reworded";
import { aFunction, anObject, listOf, maybe, optionsOf, refuse } from "../../shapes";
import type { UploadResult } from "../../upload/result";
import { carryOut } from "../publish/publish";
import type {
  Compared,
  PartialResult,
  PublishOptions,
  PublishResult,
  PublishTarget,
} from "../publish/target";
import type { GrowDecision } from "./decide-growth";
import { inOrder, planGrowth, type GrowthPlan, type Increment } from "./growth-plan";
import { aPlan, GROW_TARGET, OF_GROWING, someIncrements } from "./given";
import type { GrowOptions, KnownIncrement } from "./growth";
import { knownAs, withoutContentOf } from "./holdings";
import { incrementName, parseIncrement } from "./increment-name";
import { recordDeleted, recordIncrement } from "./increment-record";
import { createMeanwhile, lookMeanwhile, nextSlug, readCame, type Meanwhile } from "./meanwhile";
import { recordMoves } from "./move-record";
import type { IncrementToMake } from "./next-increment";
import { decideAgain } from "./decide-again";
import { isSpoiled, spoiledTwice, underNextNumber } from "./spoiled-name";

export type GrowResult = GrownSet | PartlyGrown;

interface SetHeld {
  /** All of the set, in order. */
  readonly increments: readonly Increment[];
  /** What the set holds now. */
  readonly plan: GrowthPlan;
}

interface GrownSet extends SetHeld {
  /**
   * `unchanged`: the set holds all files, some of them perhaps by another run's increment, made meanwhile. `unverified`:
   * nothing differs, and not everything could be compared.
   */
  readonly outcome: Exclude<PublishResult["outcome"], "partial">;
  readonly made?: Made | undefined;
  readonly upload?: UploadResult | undefined;
}

/** As that of a published dataset: what other runs have added by then is in the set all the same. */
interface PartlyGrown extends SetHeld, PartialResult {}

type GrowSetOptions = GrowOptions & {
  /** Called with each decision that takes the place of the one before: what lands from then on is of its increment. */
  readonly onDecidedAgain?: ((decision: GrowDecision) => void) | undefined;
};

const GROW_SET_OPTIONS = optionsOf<GrowSetOptions>({
  ...OF_GROWING,
  onDecidedAgain: maybe(aFunction),
});

const DECISION = optionsOf<Pick<GrowDecision, "target" | "increments" | "plan" | "deleted">>({
  target: GROW_TARGET,
  increments: someIncrements,
  plan: aPlan,
  deleted: listOf("increments", anObject),
});

interface Made {
  /** Of this run, or the one that another run made of the same files. */
  readonly dataset: Dataset;
  /** How many of its files were not compared, besides those that the plan names. */
  readonly unverified: number;
}

function publishTargetOf(
  { target, plan }: GrowDecision,
  next: IncrementToMake,
  stored: GrowOptions["stored"],
): PublishTarget {
  const { name, digest, number } = next;
  const { slug } = incrementName(target.name, number, digest);
  const wanted = new Set(plan.toSend.map(({ path }) => path));
  const files = target.files.filter(({ path }) => wanted.has(path));
  const dataset = { ...target.dataset, name, slug };
  // Of another name it is another upload's.
  const landed = stored?.name === name ? stored : undefined;
  return { dataset, files, digest, stored: landed, ifExists: "verify" };
}

function incrementOf(
  { target, plan }: GrowDecision,
  { number, digest }: IncrementToMake,
  { dataset, unshown }: Pick<Compared, "dataset" | "unshown">,
): Increment {
  const named = parseIncrement(target.name, dataset) ?? {
    number,
    shortDigest: shortDigest(digest),
  };
  return { ...named, dataset, entries: withoutContentOf(plan.toSend, unshown) };
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
  const hint = "Run again: what the dataset lacks is sent in another dataset of the growing set.";
  throw reworded(error, { hint });
}

/** Only here: a dry run must leave what is known as it was, or the run that carries out its plan decides otherwise. */
async function forget(
  avala: Avala,
  { target, deleted }: GrowDecision,
  { stateDirectory }: GrowOptions,
): Promise<void> {
  for (const { uid } of deleted) await recordDeleted(avala, target, uid, stateDirectory);
}

function unchanged({ increments, plan }: GrowDecision): GrowResult {
  return { outcome: plan.unverified.length === 0 ? "unchanged" : "unverified", increments, plan };
}

// So many other runs may confirm at the same moment; or so many datasets that are none of the set have such slugs. After that
// an increment has a slug that is made of its name, which no other run asks for.
const MAX_NUMBERED_SLUGS = 8;

/** Sends what the decision says, as one increment. */
async function growOnce(
  inTime: Avala,
  decision: GrowDecision,
  next: IncrementToMake,
  meanwhile: Meanwhile,
  options: GrowOptions,
): Promise<GrowResult> {
  const { target, increments, plan } = decision;
  const publishing: PublishOptions = {
    ...options,
    findMade: (moment) => lookMeanwhile(inTime, decision, next, { meanwhile, moment, options }),
    slugFor: (refusals) =>
      refusals < MAX_NUMBERED_SLUGS ? nextSlug(meanwhile, target.name) : undefined,
  };
  const send = { kind: "send", target: publishTargetOf(decision, next, options.stored) } as const;
  const result = await carryOut(inTime, send, publishing).catch(withWayOut);
  if (result.outcome === "partial") return { ...result, increments, plan };
  const avala = withoutDeadline(inTime); // it is made
  const { upload } = result;
  const { dataset, unverified, unshown = [] } = result;
  const increment = incrementOf(decision, next, { dataset, unshown });
  const came = await readCame(avala, decision, meanwhile, { made: dataset, options });
  const others = [...increments, ...came].filter((one) => one.dataset.uid !== dataset.uid);
  const all = inOrder([...others, increment]);
  if (unverified === 0) {
    for (const known of knownIncrements([increment]))
      await recordIncrement(avala, target, known, options.stateDirectory);
  }
  await forget(avala, decision, options);
  const now = planGrowth(target.files, all, target.postponed);
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

// Each sends what is left once more under another name, and takes another run that came in between.
const MAX_PLANS = 4;

/**
 * Sends what the set lacks as one increment. Nothing new: nothing is sent, nothing is made, and no call is made. Where another
 * run adds some of the files meanwhile, nothing is confirmed, and what is left is sent as another increment.
 * @throws as the core's publishing of a dataset: UploadError, AvalaError; `conflict` when other runs add files again and again
 */
export async function growSet(
  avala: Avala,
  first: GrowDecision,
  options: GrowSetOptions,
): Promise<GrowResult> {
  refuse(
    aSession("avala", avala),
    GROW_SET_OPTIONS("options", options),
    DECISION("decision", first),
  );
  const inTime = withDeadline(avala, options.deadlineMs);
  let last = first;
  const onDecidedAgain = (decision: GrowDecision): void => {
    last = decision;
    options.onDecidedAgain?.(decision);
  };
  return growAgain(inTime, first, { ...options, onDecidedAgain }).catch(
    ifLate((waitedFor) => {
      const { increments, plan } = last;
      return { outcome: "partial", increments, plan, waitedFor };
    }),
  );
}

async function growAgain(
  avala: Avala,
  first: GrowDecision,
  options: GrowSetOptions,
): Promise<GrowResult> {
  let isSpoiledOnce = false;
  for (let plans = 1, decision = first; ; plans += 1) {
    const { next } = decision;
    if (next === undefined) {
      await forget(avala, decision, options);
      await recordMoves(avala, decision.target, decision, options.stateDirectory);
      return unchanged(decision);
    }
    const meanwhile = createMeanwhile();
    try {
      return await growOnce(avala, decision, next, meanwhile, options);
    } catch (error) {
      const { overlap } = meanwhile;
      if (overlap === undefined) {
        if (!isSpoiled(error)) throw error;
        if (isSpoiledOnce) throw spoiledTwice(error);
        isSpoiledOnce = true;
        decision = await underNextNumber(avala, decision, next, error, options);
      } else {
        if (plans >= MAX_PLANS) throw overlap.error;
        decision = await decideAgain(avala, decision, overlap, options);
      }
      options.onDecidedAgain?.(decision);
    }
  }
}
