// The part of a run that brings files into datasets, as far as its first byte: plan, look up, check.
// Knows nothing of exports.
import type { Avala } from "../../src/api/connection";
import { NO_STATE_FOLDER, stateDirectory } from "../../src/config";
import { isAvalaError } from "../../src/errors";
import type { GrowResult } from "../../src/operations/grow/grown";
import { isGrowingTemplate } from "../../src/operations/grow/increment-name";
import {
  isNamedByContent,
  type Decision,
  type PublishResult,
} from "../../src/operations/publish/target";
import { describeToSend } from "../../src/upload/cost";
import {
  checkQuota,
  decideAll,
  describeReplaced,
  type Decided,
  type UploadContext,
} from "./datasets";
import {
  checkSetsQuota,
  decideSets,
  reportSets,
  sendingsOf as setSendingsOf,
  type DecidedSet,
} from "./growing";
import { growAll } from "./grow-all";
import { createSetsPlan, type DecidedSets } from "../plan/planned-sets";
import { checkPlannedSets } from "../plan/planned-sets-check";
import { destinationOf } from "../selection/destination";
import { describeFailure } from "../report/failure";
import type { UploadInputs } from "../inputs/upload";
import { writeManifest, writePlan } from "../report/outputs";
import {
  createPlan,
  costOf,
  plannedText,
  type ServerDatasets,
  type PlanTarget,
} from "../plan/plan";
import { checkPlan, checkPlannedDatasets } from "../plan/plan-check";
import { planLines } from "../plan/plan-lines";
import type { Plan } from "../plan/plan-shape";
import { settingsOf } from "../plan/plan-settings";
import { checkScopes, isCheckedLater } from "../scope-check";
import { findToSend, reportCost, reportFit, reportVisibility, type Sending } from "./cost-lines";
import { publishAll, sendingsOf } from "./publishing";
import { reportUnlistedBegun } from "./unlisted-begun";
import { noteSet, type Outcome } from "../report/results";
import type { Run } from "../run-context";
import type { Selection } from "../selection/selection";

export type UploadOutcome = Extract<
  Outcome,
  "uploaded" | "unchanged" | "unverified" | "planned" | "partial" | "empty"
>;

/** `avala` is absent in a dry run without a key. */
export async function runUpload(
  run: Run,
  inputs: UploadInputs,
  { avala, plan }: { readonly avala: Avala | undefined; readonly plan: Plan | undefined },
): Promise<UploadOutcome> {
  const { results } = run;
  const { selection } = results;
  if (selection === undefined) throw new Error("No files were read before the upload.");
  if (plan !== undefined) checkPlan(plan, selection, planTargetOf(run, inputs, avala));
  if (selection.targets.length === 0) return "empty";
  if (avala === undefined || run.inputs.isDryRun) return writeDryRun(run, inputs, avala, selection);

  const context = uploadContextOf(run, inputs, avala);
  if (context.stateDirectory === undefined) run.warn({ text: NO_STATE_FOLDER });
  const outcome = isGrowingTemplate(inputs.dataset)
    ? await growSets(run, context, selection, plan)
    : await publishDatasets(run, context, selection, plan);
  if (outcome !== "partial" && results.unverified === 0) await vouch(run, avala, selection);
  return outcome;
}

async function growSets(
  run: Run,
  context: UploadContext,
  selection: Selection,
  plan: Plan | undefined,
): Promise<GrowResult["outcome"]> {
  const decided = await decideSets(context, selection.targets).catch(async (error: unknown) => {
    // All that the key lacks, and not only what was refused first.
    if (isAvalaError(error) && error.code === "permission") await checkScopes(run, context.avala);
    throw error;
  });
  for (const { target, decision } of decided) noteSet(run.results, target, decision.increments);
  run.putOutputs();
  if (plan !== undefined) {
    const planTarget = planTargetOf(run, context.inputs, context.avala);
    checkPlannedSets(plan, { selection, decided: byFolder(decided), planTarget });
  }
  await checkSetsQuota(context, decided);
  reportSets(run, decided);
  await reportUnlistedBegun(run, context, decided);
  const isNew = decided.some(({ decision }) => decision.plan.toSend.length > 0);
  if (isNew && isCheckedLater(run.inputs)) await checkScopes(run, context.avala);
  await reportCost(run, context, setSendingsOf(context, decided));
  return growAll(run, context, decided);
}

function byFolder(decided: readonly DecidedSet[]): DecidedSets {
  return new Map(decided.map(({ target, decision }) => [target.folder, decision]));
}

async function publishDatasets(
  run: Run,
  context: UploadContext,
  selection: Selection,
  plan: Plan | undefined,
): Promise<PublishResult["outcome"]> {
  const decided = await decideAll(context, selection.targets);
  if (plan !== undefined) checkPlannedDatasets(plan, lookedUp(decided));
  await checkQuota(context, decided);
  reportReplaced(run, decided);
  await reportCost(run, context, sendingsOf(context, decided));
  return publishAll(run, context, decided);
}

/** The manifest says from now on that Avala has its files. */
async function vouch(run: Run, avala: Avala, selection: Selection): Promise<void> {
  const destination = destinationOf(run.environment, run.inputs, avala);
  const nowMs = run.environment.clock.now();
  try {
    await writeManifest(run.folder, selection, { destination, nowMs, isComplete: true });
  } catch (error) {
    // What is at Avala is there all the same; the manifest that lies there claims nothing.
    const { text } = describeFailure(error);
    run.warn({ text: `The manifest still says complete: false. ${text}` });
  }
}

function isExact({ target, unverified }: Extract<Decision, { kind: "found" }>): boolean {
  return unverified === 0 || isNamedByContent(target);
}

/** Without those that could not be looked up. */
function lookedUp(decided: readonly Decided[]): ServerDatasets {
  const known = decided.filter(({ isKnown }) => isKnown);
  return new Map(
    known.map(({ target, decision, earlier, unknownWhy }) => [
      target.name,
      {
        uid: decision.kind === "found" ? decision.dataset.uid : undefined,
        isExact: decision.kind === "found" && isExact(decision),
        earlier: earlier.length === 0 && unknownWhy !== undefined ? undefined : earlier,
      },
    ]),
  );
}

/** Before the first byte: what people have made of the versions that these take the place of. */
function reportReplaced(run: Run, decided: readonly Decided[]): void {
  for (const one of decided) {
    const replaced = describeReplaced(one);
    if (replaced === undefined) continue;
    const { text, mayHaveWork } = replaced;
    run.results.replaced.push(text);
    if (mayHaveWork) run.warn({ text });
    else run.log.info(text);
  }
}

function uploadContextOf(run: Run, inputs: UploadInputs, avala: Avala): UploadContext {
  return {
    avala,
    inputs,
    digests: run.results.selection?.fileSet.known,
    organizationUid: run.inputs.connection.organizationUid,
    budget: run.budget,
    stateDirectory: stateDirectory(run.environment.env),
    warn: (text) => run.warn({ text }),
  };
}

function planTargetOf(run: Run, inputs: UploadInputs, avala: Avala | undefined): PlanTarget {
  const destination = destinationOf(run.environment, run.inputs, avala);
  return { destination, settings: settingsOf(inputs) };
}

interface Planned {
  readonly plan: Plan;
  readonly sendings: readonly Sending[];
}

async function planDatasets(
  run: Run,
  context: UploadContext | undefined,
  selection: Selection,
  planTarget: PlanTarget,
): Promise<Planned> {
  const decided = context === undefined ? [] : await decideAll(context, selection.targets);
  reportReplaced(run, decided);
  const plan = createPlan(selection, lookedUp(decided), planTarget);
  return { plan, sendings: context === undefined ? [] : sendingsOf(context, decided) };
}

async function planSets(
  run: Run,
  context: UploadContext | undefined,
  selection: Selection,
  planTarget: PlanTarget,
): Promise<Planned> {
  const decided = context === undefined ? [] : await decideSets(context, selection.targets);
  reportSets(run, decided);
  if (context !== undefined) await reportUnlistedBegun(run, context, decided);
  const plan = createSetsPlan(selection, byFolder(decided), planTarget);
  return { plan, sendings: context === undefined ? [] : setSendingsOf(context, decided) };
}

async function writeDryRun(
  run: Run,
  inputs: UploadInputs,
  avala: Avala | undefined,
  selection: Selection,
): Promise<"planned"> {
  const context = avala && uploadContextOf(run, inputs, avala);
  const { plan, sendings } = isGrowingTemplate(inputs.dataset)
    ? await planSets(run, context, selection, planTargetOf(run, inputs, avala))
    : await planDatasets(run, context, selection, planTargetOf(run, inputs, avala));
  run.results.files.plan = await writePlan(run.folder, plan);
  run.results.plan = plan;
  for (const dataset of plan.datasets) run.log.info(`Dataset ${plannedText(dataset)}.`);
  run.log.group("Plan", planLines(plan));
  const left =
    context === undefined
      ? { cost: costOf(plan), landedBefore: 0 }
      : await findToSend(run, context, sendings);
  run.results.wouldSend = left;
  run.log.info(`Dry run: nothing is sent. It would be ${describeToSend(left)}.`);
  reportVisibility(run, context === undefined ? selection.targets : sendings);
  reportFit(run, left.cost);
  return "planned";
}
