// The part of a run that grows sets: what they hold is found out for all of them before the first byte of any is sent.
// Knows nothing of plans or exports.
import { AvalaError, isAvalaError } from "../../src/errors";
import { decideGrowths, type GrowDecision } from "../../src/operations/grow/decide-growth";
import { familyOf } from "../../src/operations/grow/beside";
import { growingFiles } from "../../src/operations/grow/growing-files";
import type { GrowTarget } from "../../src/operations/grow/growth";
import type { GrowthPlan } from "../../src/operations/grow/growth-plan";
import { allToMake, describeBegun } from "../../src/operations/grow/next-increment";
import { counted, formatCount, shown } from "../../src/text";
import { requireQuota } from "../../src/upload/check/quota";
import type { Sending } from "./cost-lines";
import { optionsOf, type UploadContext } from "./datasets";
import { growthText } from "../plan/growth-text";
import type { Run } from "../run-context";
import type { Target } from "../selection/selection";

export interface DecidedSet {
  readonly target: Target;
  readonly decision: GrowDecision;
}

function growTargetOf(
  { inputs, organizationUid }: UploadContext,
  { growing, dataType, files, manifest, postponed }: Target,
): readonly GrowTarget[] {
  if (growing === undefined) return [];
  const { visibility, metadata } = inputs;
  return [
    {
      name: growing,
      postponed,
      dataset: { dataType, visibility, metadata, organizationUid },
      files: growingFiles(files, manifest),
    },
  ];
}

/** @throws AvalaError `permission` for a key that may not list datasets; as the core's own decision */
export async function decideSets(
  context: UploadContext,
  targets: readonly Target[],
): Promise<readonly DecidedSet[]> {
  const sets = targets.flatMap((target) => growTargetOf(context, target));
  try {
    const decisions = await decideGrowths(
      context.avala,
      sets,
      optionsOf(context),
      familyOf(context.inputs.dataset),
    );
    return targets.flatMap((target, index) => {
      const decision = decisions[index];
      return decision === undefined ? [] : [{ target, decision }];
    });
  } catch (error) {
    if (!isAvalaError(error) || error.code !== "permission") throw error;
    throw new AvalaError("permission", error.message, {
      hint: "A growing set is found by its datasets, so the key needs the scope datasets.read. Nothing was sent.",
      cause: error,
    });
  }
}

export function sendingsOf(
  { organizationUid }: UploadContext,
  decided: readonly DecidedSet[],
): readonly Sending[] {
  return decided.flatMap(({ target, decision }) =>
    allToMake(decision).map(({ name, files, digest }) => ({
      target,
      datasetName: name,
      organizationUid,
      files,
      digest,
      fileCount: files.length,
      isSoughtBeforeConfirm: true,
      siblings: decision.increments.map(({ dataset }) => dataset),
    })),
  );
}

/** @throws AvalaError `quota` when what is to be sent can never fit */
export async function checkSetsQuota(
  { avala, organizationUid }: UploadContext,
  decided: readonly DecidedSet[],
): Promise<void> {
  const files = decided.flatMap(({ decision }) => decision.plan.toSend);
  if (files.length > 0) await requireQuota(avala, { files, organizationUid });
}

function countsText(plan: GrowthPlan): string {
  const { current, toSend, superseded, moved, unverified, postponed } = plan;
  return growthText({
    held: current.length,
    moved: moved.length,
    added: toSend.length,
    superseded: superseded.length,
    unverified: unverified.length,
    postponed: postponed.length,
  });
}

/** Before the first byte: what each set has, what it lacks, and what of it is not current any more. */
export function reportSets(run: Run, decided: readonly DecidedSet[]): void {
  for (const { target, decision } of decided) {
    const { increments, plan, deleted } = decision;
    const { name } = target;
    const text = countsText(plan);
    run.log.info(`Growing set ${name}, ${counted(increments.length, "dataset")}: ${text}.`);
    const order = orderText(decision);
    if (order !== undefined) run.log.info(order);
    if (deleted.length > 0) {
      const names = deleted.map((one) => `${shown(one.name)} (uid ${shown(one.uid)})`).join(", ");
      const again = sentAgainText(decision);
      run.warn({ text: `Datasets of ${name} no longer exist at Avala: ${names}. ${again}` });
    }
    if (plan.superseded.length > 0)
      run.log.group(`Superseded in ${name}`, supersededLines(decision));
    if (plan.moved.length > 0) run.log.group(`Moved in ${name}`, movedLines(decision));
    if (plan.unverified.length > 0) run.warn({ text: unverifiedText(name, plan) });
  }
}

/** Where what an interrupted run began is finished before all else is sent. */
function orderText(decision: GrowDecision): string | undefined {
  const [first, ...others] = allToMake(decision);
  if (first === undefined || others.length === 0) return undefined;
  const begun = allToMake(decision).filter(({ landed }) => landed !== undefined);
  const finished = begun.map(describeBegun).join("; then ");
  const last = others.find(({ landed }) => landed === undefined);
  const rest = last && `; then ${counted(last.files.length, "file")} as ${shown(last.name)}`;
  return `First, what an interrupted run began is finished as it was: ${finished}${rest ?? ""}.`;
}

/** What deleted datasets held may be superseded, or held by another one. */
function sentAgainText({ deleted, plan }: GrowDecision): string {
  const held = new Set(deleted.flatMap(({ entries }) => entries.map(({ path }) => path)));
  const again = plan.toSend.filter(({ path }) => held.has(path)).length;
  if (again === 0) return "No file that they held is sent again.";
  return `${counted(again, "file")} that they held ${again === 1 ? "is" : "are"} sent again.`;
}

const MAX_SUPERSEDED_LINES = 100;

type Names = ReadonlyMap<string, string>;

function namesIn({ increments }: GrowDecision): Names {
  return new Map(increments.map(({ dataset }) => [dataset.uid, dataset.name]));
}

function supersededLines(decision: GrowDecision): readonly string[] {
  const names = namesIn(decision);
  return bounded(
    decision.plan.superseded.map(
      ({ path, datasetUid, why }) =>
        `${shown(path)} in ${shown(names.get(datasetUid) ?? datasetUid)}: ${why}`,
    ),
  );
}

function movedLines(decision: GrowDecision): readonly string[] {
  const names = namesIn(decision);
  return bounded(
    decision.plan.moved.map(
      ({ path, to, datasetUid }) =>
        `${shown(path)} in ${shown(names.get(datasetUid) ?? datasetUid)}: current as ${shown(to)}`,
    ),
  );
}

function bounded(lines: readonly string[]): readonly string[] {
  const rest = lines.length - MAX_SUPERSEDED_LINES;
  if (rest <= 0) return lines;
  return [
    ...lines.slice(0, MAX_SUPERSEDED_LINES),
    `and ${formatCount(rest)} more, in the output current`,
  ];
}

function unverifiedText(name: string, { unverified }: GrowthPlan): string {
  const isOne = unverified.length === 1;
  const [were, it, these, names] = isOne
    ? ["was", "it", "this file", "another name"]
    : ["were", "them", "these files", "other names"];
  return `${counted(unverified.length, "file")} of ${name} could not be compared with what the set holds, and ${were} not sent. No record here says what an earlier run sent for ${it}, and either keys of items match several files or storage did not show whether it keeps the same contents. What a run sends can be compared later if the folder AVALA_STATE_DIR is kept after each run, also one that fails. To have ${these} sent as ${isOne ? "it is" : "they are"} now, give ${it} ${names}: annotations stay on the old items.`;
}
