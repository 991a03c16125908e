// Carries out what was decided of a growing set: a dataset of what it lacks, after what an interrupted run has begun of one.
// Safe when other runs grow the set at once: what another one has added by the confirm is not added again.
import { aSession, withDeadline, type Avala } from "../../api/connection";
import { ifLate } from "../../flow/deadline";
import { aFunction, anObject, listOf, maybe, optionsOf, refuse } from "../../shapes";
import { sweepBegun } from "./begun-increments";
import type { GrowDecision } from "./decide-growth";
import { aPlan, GROW_TARGET, OF_GROWING, someIncrements } from "./given";
import { together, type GrownSet, type GrowResult } from "./grown";
import type { GrowOptions } from "./growth";
import { forget, makeIncrement } from "./make-increment";
import { createMeanwhile } from "./meanwhile";
import { recordMoves } from "./move-record";
import { decideAgain, decideRest } from "./decide-again";
import { isSpoiled, spoiledTwice, underNextNumber } from "./spoiled-name";

type GrowSetOptions = GrowOptions & {
  /** Called with each decision that takes the place of the one before: what lands from then on is of its increment. */
  readonly onDecidedAgain?: ((decision: GrowDecision) => void) | undefined;
  /** Called when one increment is made and another follows, with what is left and with what was reached. */
  readonly onNext?: ((decision: GrowDecision, made: GrownSet) => void) | undefined;
};

const GROW_SET_OPTIONS = optionsOf<GrowSetOptions>({
  ...OF_GROWING,
  onDecidedAgain: maybe(aFunction),
  onNext: maybe(aFunction),
});

const DECISION = optionsOf<
  Pick<GrowDecision, "target" | "increments" | "plan" | "later" | "deleted">
>({
  target: GROW_TARGET,
  increments: someIncrements,
  plan: aPlan,
  later: listOf("increments", anObject),
  deleted: listOf("increments", anObject),
});

function unchanged({ increments, plan }: GrowDecision): GrownSet {
  return { outcome: plan.unverified.length === 0 ? "unchanged" : "unverified", increments, plan };
}

// Each sends what is left once more under another name, and takes another run that came in between.
const MAX_PLANS = 4;

/**
 * Sends what the set lacks: what an interrupted run has begun as the increment that it was, and all else as the one after it.
 * Nothing new: nothing is sent, nothing is made, and no call is made. Where another run adds some of the files meanwhile,
 * nothing is confirmed, and what is left is sent as another increment.
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
  const onNext = (decision: GrowDecision, made: GrownSet): void => {
    last = decision;
    options.onNext?.(decision, made);
  };
  return growOn(inTime, first, { ...options, onDecidedAgain, onNext }).catch(
    ifLate((waitedFor) => {
      const { increments, plan } = last;
      return { outcome: "partial", increments, plan, waitedFor };
    }),
  );
}

async function growOn(
  avala: Avala,
  first: GrowDecision,
  options: GrowSetOptions,
): Promise<GrowResult> {
  const before: GrownSet[] = [];
  for (let from = first; ;) {
    const { decision, result } = await growOnce(avala, from, options);
    if (result.outcome === "partial") return result;
    if (decision.later.length === 0) return together(result, before);
    const rest = await decideRest(avala, decision, result, options);
    before.push(result);
    options.onNext?.(rest, result);
    from = rest;
  }
}

interface GrownOnce {
  /** What was carried out in the end. */
  readonly decision: GrowDecision;
  readonly result: GrowResult;
}

async function growOnce(
  avala: Avala,
  first: GrowDecision,
  options: GrowSetOptions,
): Promise<GrownOnce> {
  let isSpoiledOnce = false;
  for (let plans = 1, decision = first; ; plans += 1) {
    const { next } = decision;
    if (next === undefined) {
      await forget(avala, decision, options);
      // As after an increment: what was begun may be held by now without one, as where its files are again what they were.
      await sweepBegun(avala, decision.target, decision, options.stateDirectory);
      await recordMoves(avala, decision.target, decision, options.stateDirectory);
      return { decision, result: unchanged(decision) };
    }
    const meanwhile = createMeanwhile();
    try {
      const result = await makeIncrement(avala, decision, next, meanwhile, options);
      return { decision, result };
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
