// The part of a run that grows sets: what they hold is found out for all of them before the first byte of any is sent.
// Knows nothing of plans or exports.
import { AvalaError, isAvalaError } from "../../src/errors";
import { decideGrowths, type GrowDecision } from "../../src/operations/grow/decide-growth";
import { familyOf } from "../../src/operations/grow/beside";
import { growSet, type GrowResult } from "../../src/operations/grow/grow";
import { growingFiles } from "../../src/operations/grow/growing-files";
import type { GrowTarget } from "../../src/operations/grow/growth";
import type { GrowthPlan } from "../../src/operations/grow/growth-plan";
import { counted, describeTransfer, formatCount, shown } from "../../src/text";
import { requireQuota } from "../../src/upload/check/quota";
import type { Sending } from "./cost-lines";
import { optionsOf, type UploadContext } from "./datasets";
import { writeCurrent } from "../report/growing-report";
import { growthText } from "../plan/growth-text";
import { addCounts, noteDataset, noteSet } from "../report/results";
import type { Run } from "../run-context";
import type { Target } from "../selection/selection";
import { countChecked, inTurns, lateText, type Work } from "./turns";

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
  return decided.map(({ target, decision: { plan, next, increments } }) => ({
    target,
    datasetName: next?.name ?? "",
    organizationUid,
    files: plan.toSend,
    digest: next?.digest,
    fileCount: plan.toSend.length,
    isSoughtBeforeConfirm: true,
    siblings: increments.map(({ dataset }) => dataset),
  }));
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

/** Sends what each set lacks, and writes down what is current. */
export async function growAll(
  run: Run,
  context: UploadContext,
  decided: readonly DecidedSet[],
): Promise<GrowResult["outcome"]> {
  const work: Work<DecidedSet> = async (one, own, turns) => {
    const { onConfirmed, onSentInVain } = turns;
    let { decision } = one;
    const onDecidedAgain = (other: GrowDecision): void => {
      decision = other;
      noteSet(run.results, one.target, other.increments);
      onSentInVain();
      // Under another name nothing has landed.
      const files = other.plan.toSend.length;
      run.results.toSend.set(one.target, { files, landedBefore: 0, landedBytes: 0 });
    };
    const options = { ...optionsOf(own), onConfirmed, onDecidedAgain };
    const result = await growSet(own.avala, decision, options);
    reportResult(run, { ...one, decision }, result);
    return result.outcome;
  };
  const toSend = sendingsOf(context, decided);
  const outcome = await inTurns(run, context, { all: decided, toSend, work });
  run.results.files.current = await writeCurrent(run.folder, run.results.sets);
  run.putOutputs();
  return outcome;
}

function reportResult(run: Run, { target, decision }: DecidedSet, result: GrowResult): void {
  const { log, results } = run;
  const { increments, plan, upload } = result;
  const newCount = decision.plan.toSend.length;
  if (upload !== undefined) countChecked(run, upload);
  const madeUnverified = result.outcome === "partial" ? 0 : (result.made?.unverified ?? 0);
  const unverified = plan.unverified.length + madeUnverified;
  addCounts(results, target, { unchanged: decision.plan.current.length, unverified });
  if (result.outcome === "partial") {
    const late = { name: target.name, what: "every new file", all: newCount };
    run.warn({ text: lateText(run, late, result) });
    return;
  }
  const { made } = result;
  results.sets.push({ target, increments, plan, newCount });
  noteSet(results, target, increments);
  if (made === undefined) {
    const held =
      plan.unverified.length === 0
        ? "holds these files"
        : `holds ${formatCount(plan.current.length)} of these files, and ${formatCount(plan.unverified.length)} could not be compared`;
    log.info(`Growing set ${target.name} ${held}; nothing is sent.`);
    return;
  }
  const { dataset } = made;
  noteDataset(results, target, dataset);
  const named = `${shown(dataset.name)} (uid ${shown(dataset.uid)})`;
  if (result.outcome === "unchanged") {
    log.info(
      `Dataset ${named} contains what is new in ${target.name}: another run made it meanwhile.`,
    );
    return;
  }
  const sent =
    upload === undefined
      ? ""
      : `Sent ${counted(upload.sent.length, "file")}, ${describeTransfer(upload.bytesSent, upload.durationMs)}. `;
  log.info(`${sent}Dataset ${named} of ${target.name} is ${dataset.status}.`);
}
