// Brings a growing set up to what is declared: one increment of what it lacks. What breaks leaves in the state what it has
// reached, so that the next `up` continues there.
import type { Avala } from "../../../src/api/connection";
import { isAvalaError, type UploadError } from "../../../src/errors";
import { postponedIn } from "../../../src/files/left-out";
import { decideGrowth, type GrowDecision } from "../../../src/operations/grow/decide-growth";
import { growSet } from "../../../src/operations/grow/grow";
import type { GrownSet } from "../../../src/operations/grow/grown";
import type { GrowthPlan, Increment } from "../../../src/operations/grow/growth-plan";
import type { GrowOptions } from "../../../src/operations/grow/growth";
import type { IncrementToMake } from "../../../src/operations/grow/next-increment";
import { printable } from "../../../src/redact";
import { counted } from "../../../src/text";
import { notAllSent } from "../../../src/upload/failures";
import { describeSent } from "../../../src/upload/result";
import { everFewer, providerOf, unfinishedWith, type UnfinishedForm } from "../../process/failures";
import type { LocalSet } from "../../process/local-files";
import type { Messages } from "../../process/messages";
import { present } from "../../process/present";
import { supersededIn } from "./current";
import { growTargetOf, type GrowingInputs, type GrowingOutputs } from "./inputs";
import { warnOfVisibility } from "./preview";
import { pendingOf, storedOf, type PendingIncrement } from "./pending";
import { incrementsInState, knownInState, sinceState } from "./state";
import { describePostponed, describeSuperseded, describeUnseen, describeUnverified } from "./words";

export interface Growing {
  readonly avala: Avala;
  readonly messages: Messages;
  readonly inputs: GrowingInputs;
  readonly local: LocalSet;
  /** Absent for a set that is not in the state yet. */
  readonly olds?: GrowingOutputs | undefined;
  readonly stateDirectory: string | undefined;
}

const DEFAULT_TIMEOUT_MINUTES = 60;

/** What the state keeps of a set. */
function outputsOf(
  { inputs, local, olds }: Growing,
  increments: readonly Increment[],
  plan: GrowthPlan,
): GrowingOutputs {
  const left = postponedIn(local.set.leftOut);
  const kept = incrementsInState(increments, plan, { before: olds?.increments ?? [], left });
  return present<GrowingOutputs>({
    ...inputs,
    datasetUids: kept.map(({ uid }) => uid),
    datasetNames: kept.map(({ name }) => name),
    supersededCount: supersededIn(kept),
    unverifiedCount: plan.unverified.length,
    increments: kept,
  });
}

function optionsOf({ inputs, local, olds, stateDirectory }: Growing): GrowOptions {
  const timeoutMs = (inputs.timeoutMinutes ?? DEFAULT_TIMEOUT_MINUTES) * 60_000;
  return {
    waitMs: () => timeoutMs,
    waits: inputs.waitForIngest !== false,
    concurrency: inputs.concurrency,
    stateDirectory,
    digests: local.set.known,
    known: knownInState(olds?.increments ?? []),
    stored: storedOf(olds?.pending),
  };
}

function describeMade({ made, upload }: GrownSet): string {
  const { name, uid } = made?.dataset ?? { name: "", uid: "" };
  const sent = upload === undefined ? "made by another run" : describeSent(upload);
  return `dataset ${printable(name)} (uid ${printable(uid)}): ${sent}`;
}

async function report(
  { messages, inputs, olds }: Growing,
  { deleted, unindexed }: GrowDecision,
  { result, before }: { readonly result: GrownSet; readonly before: readonly GrownSet[] },
): Promise<void> {
  const { made, plan } = result;
  const sent = [...before, result].filter(({ upload }) => upload !== undefined);
  const madeOf = new Set(sent.flatMap((one) => one.made?.dataset.uid ?? []));
  if (deleted.length > 0)
    await messages.warn(
      `${describeUnseen(deleted)}\nDeclared files that only they held were sent again.`,
    );
  if (made === undefined) {
    const isWhole = plan.unverified.length === 0;
    await messages.info(`nothing to send${isWhole ? `: ${inputs.name} holds all files` : ""}`);
  } else await messages.info(describeMade(result));
  if (unindexed > 0)
    await messages.info(
      `${counted(unindexed, "file")} left out: Avala would store and never show them`,
    );
  const postponed = describePostponed(plan);
  if (postponed !== "") await messages.info(postponed);
  const since = sinceState(plan, olds?.increments ?? []);
  const superseded = describeSuperseded(plan, since.superseded.length);
  if (superseded !== "") await messages.info(superseded);
  for (const text of describeUnverified(plan, madeOf)) await messages.warn(text);
}

/** How an `up` ended. */
interface Ended {
  readonly error: unknown;
  readonly decision: GrowDecision;
  /** Whether the confirm of what it was to make was accepted. */
  readonly isMade: boolean;
}

/** Of what was made nothing counts as landed: it would not be sent again if that were deleted. */
function landedOf({ error, isMade }: Ended): Pick<UploadError, "landed" | "uploadUid"> {
  const { landed = [], uploadUid } = !isMade && isAvalaError(error) ? error : {};
  return { landed, uploadUid };
}

/**
 * What the state may have of the upload that broke: all that has landed, or ever less of it. Of one that was made and is not known
 * yet it is all that it was made of: nothing else may say on another machine what it holds.
 */
function* pendingForms(
  { olds }: Growing,
  { name, files }: IncrementToMake,
  ended: Ended,
): Generator<{ readonly pending: PendingIncrement; readonly keptCount: number }> {
  const { landed, uploadUid } = landedOf(ended);
  if (landed.length > 0 || ended.isMade)
    yield { pending: pendingOf(name, uploadUid, landed, files), keptCount: landed.length };
  for (const some of everFewer(landed))
    yield { pending: pendingOf(name, uploadUid, some), keptCount: some.length };
  const before = olds?.pending;
  // The same holds of what an earlier one kept.
  const isMadeSince =
    (ended.isMade && before?.name === name) ||
    ended.decision.increments.some(({ shortDigest }) => before?.name.endsWith(`-${shortDigest}`));
  if (landed.length === 0 && before !== undefined && !isMadeSince)
    yield { pending: before, keptCount: 0 };
  yield { pending: pendingOf(name, uploadUid, []), keptCount: 0 };
}

/** The error that puts into the state what was reached; the plain one when that is nothing, or more than fits. */
function unfinished(growing: Growing, ended: Ended): unknown {
  const { inputs } = growing;
  const { error, decision, isMade } = ended;
  const { next, increments, plan } = decision;
  const landedCount = landedOf(ended).landed.length;
  const isReached = isMade || increments.length + landedCount > 0;
  if (!isReached || next === undefined) return error;
  function* forms(to: IncrementToMake): Generator<UnfinishedForm> {
    const outputs = outputsOf(growing, increments, plan);
    for (const { pending, keptCount } of pendingForms(growing, to, ended)) {
      const properties = { ...outputs, pending, __provider: providerOf(inputs) };
      yield { properties, keptCount };
    }
  }
  return unfinishedWith(error, { id: inputs.name, landedCount, forms: forms(next) });
}

/** @throws UnfinishedError with what was reached */
export async function grow(growing: Growing): Promise<GrowingOutputs> {
  const { avala, inputs, local } = growing;
  const options = optionsOf(growing);
  let decision = await decideGrowth(avala, growTargetOf(inputs, local, growing.olds), options);
  const datasets = decision.increments.map(({ dataset }) => dataset);
  await warnOfVisibility(growing.messages, inputs, { plan: decision.plan, datasets });
  const onDecidedAgain = (other: GrowDecision): void => void (decision = other);
  let confirmed: IncrementToMake | undefined;
  const onConfirmed = (): void => void (confirmed = decision.next);
  const before: GrownSet[] = [];
  const onNext = (other: GrowDecision, one: GrownSet): void => {
    decision = other;
    before.push(one);
  };
  try {
    const hearing = { onConfirmed, onDecidedAgain, onNext };
    const result = await growSet(avala, decision, { ...options, ...hearing });
    if (result.outcome === "partial") throw notAllSent(inputs.name, result.upload);
    // Where another run added what was to follow, the last of them is what was made.
    const last = result.made?.dataset.uid;
    for (const one of before)
      if (one.made?.dataset.uid !== last) await growing.messages.info(describeMade(one));
    await report(growing, decision, { result, before });
    return outputsOf(growing, result.increments, result.plan);
  } catch (error) {
    const isMade = confirmed !== undefined && confirmed === decision.next;
    throw unfinished(growing, { error, decision, isMade });
  }
}

/** Outputs of a set whose increments may have become fewer. */
export function outputsWith(
  props: GrowingOutputs,
  isThere: (uid: string) => boolean,
): GrowingOutputs {
  const increments = props.increments.filter(({ uid }) => isThere(uid));
  return present<GrowingOutputs>({
    ...props,
    isIncomplete: increments.length < props.increments.length ? true : props.isIncomplete,
    increments,
    datasetUids: increments.map(({ uid }) => uid),
    datasetNames: increments.map(({ name }) => name),
  });
}
