// Sends what growing sets lack, one set after the other. Knows nothing of what is decided, and of the first byte's checks.
import type { Dataset } from "../../src/api/endpoints/datasets/dataset-wire";
import type { GrowDecision } from "../../src/operations/grow/decide-growth";
import { growSet } from "../../src/operations/grow/grow";
import type { GrownSet, GrowResult, PartlyGrown } from "../../src/operations/grow/grown";
import type { IncrementToMake } from "../../src/operations/grow/next-increment";
import { formatCount, sentence, shown } from "../../src/text";
import { describeSent } from "../../src/upload/result";
import { writeCurrent } from "../report/growing-report";
import { addCounts, noteDataset, noteSet } from "../report/results";
import type { Run } from "../run-context";
import type { Target } from "../selection/selection";
import { optionsOf, type UploadContext } from "./datasets";
import { sendingsOf, type DecidedSet } from "./growing";
import { lateText } from "./late-text";
import { countChecked, inTurns, type Work } from "./turns";

/** Sends what each set lacks, and writes down what is current. */
export async function growAll(
  run: Run,
  context: UploadContext,
  decided: readonly DecidedSet[],
): Promise<GrowResult["outcome"]> {
  const work: Work<DecidedSet> = async (one, own, turns) => {
    let { decision } = one;
    let before = NOTHING_MADE;
    const onDecidedAgain = (other: GrowDecision): void => {
      decision = other;
      noteSet(run.results, one.target, other.increments);
      turns.onSentInVain();
      // Under another name nothing has landed.
      const files = before.files + other.plan.toSend.length;
      run.results.toSend.set(one.target, { files, landedBefore: 0, landedBytes: 0 });
    };
    const onConfirmed = (dataset: Dataset): void =>
      decision.later.length === 0 ? turns.onConfirmed(dataset) : turns.onOneConfirmed(dataset);
    const onNext = (other: GrowDecision, made: GrownSet): void => {
      before = withMade(before, decision.next, made);
      if (made.made !== undefined) noteDataset(run.results, one.target, made.made.dataset);
      turns.onNext();
      decision = other;
      noteSet(run.results, one.target, other.increments);
      reportMade(run, one.target, made);
    };
    const options = { ...optionsOf(own), onConfirmed, onDecidedAgain, onNext };
    const result = await growSet(own.avala, decision, options);
    reportResult(run, { ...one, decision }, { result, before });
    return result.outcome;
  };
  const toSend = sendingsOf(context, decided);
  const outcome = await inTurns(run, context, { all: decided, toSend, work });
  run.results.files.current = await writeCurrent(run.folder, run.results.sets);
  run.putOutputs();
  return outcome;
}

/** What of a set was made before its last increment. */
interface MadeBefore {
  readonly files: number;
  /** Of these the ones that it did not see landing, since another run made their dataset. */
  readonly others: number;
  readonly unverified: number;
  /** The names of its datasets. */
  readonly names: readonly string[];
}

const NOTHING_MADE: MadeBefore = { files: 0, others: 0, unverified: 0, names: [] };

/** How many files of a dataset another run has made, which are there, and were neither sent now nor known to have landed. */
function madeByOthers(next: IncrementToMake | undefined, { made, upload }: GrownSet): number {
  if (next === undefined || made === undefined) return 0;
  const seen = upload === undefined ? 0 : upload.sent.length + upload.unchanged.length;
  return Math.max(0, next.files.length - seen - made.unverified);
}

function withMade(
  { files, others, unverified, names }: MadeBefore,
  next: IncrementToMake | undefined,
  result: GrownSet,
): MadeBefore {
  const { made } = result;
  return {
    files: files + (next?.files.length ?? 0),
    others: others + madeByOthers(next, result),
    unverified: unverified + (made?.unverified ?? 0),
    names: made === undefined ? names : [...names, made.dataset.name],
  };
}

function reportResult(
  run: Run,
  { target, decision }: DecidedSet,
  { result, before }: { readonly result: GrowResult; readonly before: MadeBefore },
): void {
  const { results } = run;
  const { increments, plan } = result;
  const newCount = decision.plan.toSend.length;
  // Told already, where another run has added what was to follow it.
  const isTold =
    result.outcome !== "partial" && before.names.includes(result.made?.dataset.name ?? "");
  const last = result.outcome === "partial" || isTold ? undefined : result;
  const madeUnverified = last?.made?.unverified ?? 0;
  const unverified = plan.unverified.length + madeUnverified + before.unverified;
  const others = before.others + (last === undefined ? 0 : madeByOthers(decision.next, last));
  const unchanged = decision.plan.current.length - before.files + others;
  addCounts(results, target, { unchanged, unverified });
  if (result.outcome === "partial") {
    if (result.upload !== undefined) countChecked(run, result.upload);
    reportLate(run, { target, decision }, { result, before });
    return;
  }
  results.sets.push({ target, increments, plan, newCount: newCount + before.files });
  noteSet(results, target, increments);
  if (result.made !== undefined) noteDataset(results, target, result.made.dataset);
  if (!isTold) reportMade(run, target, result);
}

/** What was made before the time budget ended is the set's all the same. */
function reportLate(
  run: Run,
  { target, decision }: DecidedSet,
  { result, before }: { readonly result: PartlyGrown; readonly before: MadeBefore },
): void {
  const { increments, plan } = result;
  const { next, later } = decision;
  if (before.names.length > 0)
    run.results.sets.push({ target, increments, plan, newCount: before.files });
  const isOnly = before.names.length === 0 && later.length === 0;
  // What landed is of this one, and not of those that were to follow.
  const late =
    isOnly || next === undefined
      ? { name: target.name, what: "every new file", all: decision.plan.toSend.length }
      : { name: next.name, what: "every file", all: next.files.length, made: before.names };
  run.warn({ text: lateText(run, late, result) });
}

function reportMade(run: Run, target: Target, { outcome, made, plan, upload }: GrownSet): void {
  const { log } = run;
  if (upload !== undefined) countChecked(run, upload);
  if (made === undefined) {
    const held =
      plan.unverified.length === 0
        ? "holds these files"
        : `holds ${formatCount(plan.current.length)} of these files, and ${formatCount(plan.unverified.length)} could not be compared`;
    log.info(`Growing set ${target.name} ${held}; nothing is sent.`);
    return;
  }
  const { dataset } = made;
  const named = `${shown(dataset.name)} (uid ${shown(dataset.uid)})`;
  if (outcome === "unchanged") {
    log.info(
      `Dataset ${named} contains what is new in ${target.name}: another run made it meanwhile.`,
    );
    return;
  }
  const sent = upload === undefined ? "" : `${sentence(describeSent(upload))} `;
  log.info(`${sent}Dataset ${named} of ${target.name} is ${dataset.status}.`);
}
