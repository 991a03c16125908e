// A selection's way into its datasets, over the core's own: each is decided on before the first byte of any is sent.
// Knows nothing of outputs or of exports.
import { AvalaError, isAvalaError } from "../../src/errors";
import { listed } from "../../src/text";
import type { Avala } from "../../src/api/connection";
import type { Dataset } from "../../src/api/endpoints/dataset-wire";
import { carryOut } from "../../src/operations/publish/publish";
import { decidePublish } from "../../src/operations/publish/decide";
import {
  toSend,
  type Decision,
  type PublishOptions,
  type PublishResult,
  type PublishTarget,
} from "../../src/operations/publish/target";
import type { Words } from "../../src/operations/publish/refusals";
import { requireQuota } from "../../src/upload/check/quota";
import type { UploadInputs } from "../inputs/upload";
import type { Target } from "../selection/selection";
import type { WaitBudget } from "../waiting";

export interface UploadContext {
  readonly avala: Avala;
  readonly inputs: UploadInputs;
  readonly organizationUid?: string | undefined;
  readonly budget: WaitBudget;
  readonly stateDirectory: string;
  readonly deadlineMs?: number | undefined;
  readonly warn: (text: string) => void;
}

const WORDS: Words = {
  version: "Put {digest} into dataset, and each content gets a dataset version.",
  takeOver: "if-dataset-exists: verify accepts a dataset that holds exactly these files.",
  growing:
    "For a set that people annotate, put {increment} in the place of {digest} in dataset: a change then adds a dataset of what is new, and the others stay in the set with their annotations.",
};

export interface Decided {
  readonly target: Target;
  readonly decision: Decision;
  /** False when the key may not list datasets: nobody knows what the server has. */
  readonly isKnown: boolean;
}

/** @throws AvalaError `conflict` that names every dataset that exists and is not what `if-dataset-exists` allows */
export async function decideAll(
  context: UploadContext,
  targets: readonly Target[],
): Promise<readonly Decided[]> {
  const decided: Decided[] = [];
  const conflicts: AvalaError[] = [];
  for (const target of targets) {
    try {
      decided.push(await decide(context, target));
    } catch (error) {
      if (!isAvalaError(error) || error.code !== "conflict") throw error;
      conflicts.push(error);
    }
  }
  const [first] = conflicts;
  if (first === undefined) return decided;
  throw conflicts.length === 1 ? first : together(first, conflicts);
}

function together(cause: AvalaError, conflicts: readonly AvalaError[]): AvalaError {
  const texts = conflicts.map(({ message }) => message.replaceAll("\n", "\n  "));
  const { hint } = cause;
  const message = `${conflicts.length} datasets exist and are in the way, and nothing was sent:${listed(texts)}`;
  return new AvalaError("conflict", message, { hint, cause });
}

async function decide(context: UploadContext, target: Target): Promise<Decided> {
  const publish = publishTargetOf(context, target);
  try {
    const decision = await decidePublish(context.avala, publish, optionsOf(context));
    return { target, decision, isKnown: true };
  } catch (error) {
    // A key that may only write can't look. Should the dataset exist, its confirm will be refused.
    if (!isAvalaError(error) || error.code !== "permission") throw error;
    context.warn(
      `This API key cannot read datasets, so the check whether ${target.name} exists was skipped.`,
    );
    return { target, decision: { kind: "send", target: publish }, isKnown: false };
  }
}

function publishTargetOf(
  { inputs, organizationUid }: UploadContext,
  target: Target,
): PublishTarget {
  const sums = new Map(target.manifest.entries.map(({ path, sha256 }) => [path, sha256]));
  return {
    dataset: {
      name: target.name,
      slug: target.slug,
      dataType: target.dataType,
      visibility: inputs.visibility,
      metadata: inputs.metadata,
      organizationUid,
    },
    files: target.files.map(({ path, absolutePath, sizeBytes }) => ({
      path,
      absolutePath,
      sizeBytes,
      sha256: sums.get(path),
    })),
    digest: target.manifest.digest,
    ifExists: inputs.ifDatasetExists,
  };
}

function optionsOf({ inputs, budget, stateDirectory, deadlineMs }: UploadContext): PublishOptions {
  const { waitForDataset: waits, concurrency } = inputs;
  const waiting = { waitMs: budget.leftMs, waits };
  const sending = { concurrency, stateDirectory, deadlineMs, isRoomChecked: true };
  return { ...waiting, ...sending, words: WORDS };
}

/** @throws AvalaError `quota` when what is to be sent can never fit */
export async function checkQuota(
  context: UploadContext,
  decided: readonly Decided[],
): Promise<void> {
  const files = decided.flatMap(({ decision }) => toSend(decision));
  await requireQuota(context.avala, { files, organizationUid: context.organizationUid });
}

/** Sends what was decided and makes the dataset of it; `onConfirmed` learns of it even when what follows fails. */
export function publish(
  context: UploadContext,
  { decision }: Decided,
  onConfirmed: (dataset: Dataset) => void,
): Promise<PublishResult> {
  return carryOut(context.avala, decision, { ...optionsOf(context), onConfirmed });
}
