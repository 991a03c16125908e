// What is said of an upload's cost before its first byte. Knows nothing of how it is decided what is sent.
import type { Dataset } from "../../src/api/endpoints/datasets/dataset-wire";
import { limitNow } from "../../src/api/connection";
import { visibilityWarning } from "../../src/operations/publish/visibility";
import { describeToSend, estimateCost, type Cost, type ToSend } from "../../src/upload/cost";
import { landedBefore, type SetToSend as SetOfFiles } from "../../src/upload/landed-before";
import { MS_PER_MINUTE } from "../inputs/values";
import { describeFit } from "../plan/job-fit";
import type { SetToSend } from "../report/results";
import type { Run } from "../run-context";
import type { Target } from "../selection/selection";
import type { UploadContext } from "./datasets";

/** A dataset that is to be made, or to get what it lacks. */
export interface Sending extends SetOfFiles {
  readonly target: Target;
  /** Files that it holds in the end. */
  readonly fileCount: number;
  /** As a growing set's. @default false */
  readonly isSoughtBeforeConfirm?: boolean | undefined;
  /** Other datasets of the same set. */
  readonly siblings?: readonly Pick<Dataset, "visibility">[] | undefined;
}

/** What is left to be sent, by the journals of earlier runs; of each target it is noted. */
export async function findToSend(
  run: Run,
  { avala, stateDirectory }: UploadContext,
  sendings: readonly Sending[],
): Promise<ToSend> {
  let all = 0;
  const left = [];
  const noted = new Map<Target, SetToSend>();
  for (const sending of sendings) {
    const { target, files } = sending;
    const landed =
      files.length === 0 ? undefined : await landedBefore(avala, sending, stateDirectory);
    const toSend = files.filter(({ path }) => landed?.has(path) !== true);
    const before = files.length - toSend.length;
    all += before;
    const landedBytes = bytesOf(files) - bytesOf(toSend);
    if (files.length > 0)
      noted.set(
        target,
        plus(noted.get(target), { files: files.length, landedBefore: before, landedBytes }),
      );
    left.push({ ...sending, toSend });
  }
  for (const [target, one] of noted) run.results.toSend.set(target, one);
  return { cost: estimateCost(left, limitNow(avala)), landedBefore: all };
}

/** Of two datasets that are made of one target. */
function plus(before: SetToSend | undefined, more: SetToSend): SetToSend {
  if (before === undefined) return more;
  return {
    files: before.files + more.files,
    landedBefore: before.landedBefore + more.landedBefore,
    landedBytes: before.landedBytes + more.landedBytes,
  };
}

function bytesOf(files: SetOfFiles["files"]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

export async function reportCost(
  run: Run,
  context: UploadContext,
  sendings: readonly Sending[],
): Promise<void> {
  const toSend = await findToSend(run, context, sendings);
  if (toSend.cost.files + toSend.landedBefore > 0)
    run.log.info(`To send: ${describeToSend(toSend)}.`);
  reportVisibility(run, sendings);
  reportFit(run, toSend.cost);
}

/** Before the files are sent: a refusal would come after them. */
export function reportVisibility(
  run: Run,
  sendings: readonly (Pick<Sending, "siblings"> & { readonly files: readonly unknown[] })[],
): void {
  const isMade = sendings.filter(({ files }) => files.length > 0);
  if (isMade.length === 0) return;
  const siblings = isMade.flatMap((one) => one.siblings ?? []);
  const text = visibilityWarning(run.inputs.upload?.visibility, siblings);
  if (text !== undefined) run.warn({ text });
}

/** That one job is too short for it, or that nothing would be left of an interrupted one. */
export function reportFit(run: Run, cost: Cost): void {
  const { env } = run.environment;
  const budgetMs = run.inputs.upload?.timeBudgetMs;
  const budgetMinutes = budgetMs === undefined ? undefined : budgetMs / MS_PER_MINUTE;
  for (const text of describeFit({ cost, env, budgetMinutes })) run.warn({ text });
}
