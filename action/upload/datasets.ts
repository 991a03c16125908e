// A selection's way into its datasets, over the core's own: each is decided on before the first byte of any is sent.
// Knows nothing of outputs or of exports.
import { AvalaError, isAvalaError } from "../../src/errors";
import { printable } from "../../src/redact";
import { formatCount, listed } from "../../src/text";
import type { Avala } from "../../src/api/connection";
import type { Dataset } from "../../src/api/endpoints/datasets/dataset-wire";
import { carryOut } from "../../src/operations/publish/publish";
import { decidePublish } from "../../src/operations/publish/decide";
import {
  isOtherVersion,
  isVersionName,
  listNamed,
  sharedPart,
  sortByOwner,
  type VersionName,
} from "../../src/operations/datasets/dataset-list";
import { describeEarlier, mayHaveWork } from "../../src/operations/datasets/dataset-work";
import {
  toSend,
  type Decision,
  type PublishOptions,
  type PublishResult,
  type PublishTarget,
} from "../../src/operations/publish/target";
import { aroundFolder, describeGoneFolders } from "./gone-folders";
import { blindText, WORDS } from "./words";
import type { KnownFiles } from "../../src/files/digests/known-files";
import { requireQuota } from "../../src/upload/check/quota";
import type { UploadInputs } from "../inputs/upload";
import type { Target } from "../selection/selection";
import type { WaitBudget } from "../waiting";

export interface UploadContext {
  readonly avala: Avala;
  readonly inputs: UploadInputs;
  readonly organizationUid?: string | undefined;
  readonly budget: WaitBudget;
  readonly stateDirectory: string | undefined;
  /** Where the digests of the files are noted. */
  readonly digests?: KnownFiles | undefined;
  readonly warn: (text: string) => void;
}

export interface Decided {
  readonly target: Target;
  readonly decision: Decision;
  /** False when the key may not list datasets: it is not known what the server has. */
  readonly isKnown: boolean;
  /** Versions of the same set that a new one takes the place of, the newest first: those that are known. */
  readonly earlier: readonly Dataset[];
  /** Why there may be others. */
  readonly unknownWhy?: string | undefined;
}

/** @throws AvalaError `conflict` that names every dataset that exists and is not what `if-dataset-exists` allows */
export async function decideAll(
  context: UploadContext,
  targets: readonly Target[],
): Promise<readonly Decided[]> {
  const decided: Decided[] = [];
  const conflicts: AvalaError[] = [];
  const listed = await listFor(context, targets);
  for (const target of targets) {
    try {
      decided.push(await decide(context, target, listed));
    } catch (error) {
      if (!isAvalaError(error) || error.code !== "conflict") throw error;
      conflicts.push(error);
    }
  }
  const [first] = conflicts;
  const gone =
    typeof listed === "object" && describeGoneFolders(listed, targets, context.inputs.dataset);
  if (typeof gone === "string") context.warn(gone);
  if (first === undefined) return decided;
  throw conflicts.length === 1 ? first : together(first, conflicts);
}

function together(cause: AvalaError, conflicts: readonly AvalaError[]): AvalaError {
  const texts = conflicts.map(({ message }) => message.replaceAll("\n", "\n  "));
  const { hint } = cause;
  const message = `${formatCount(conflicts.length)} existing datasets conflict with this run; nothing was sent:${listed(texts)}`;
  return new AvalaError("conflict", message, { hint, cause });
}

type Listed = readonly Dataset[] | "forbidden" | undefined;

/**
 * What one list shows of all the targets and their other versions; `undefined` where their names have no part in common
 * that a list could be asked for.
 */
async function listFor(
  { avala, inputs }: UploadContext,
  targets: readonly Target[],
): Promise<Listed> {
  const names = targets.map(setNameOf);
  const { before } = aroundFolder(inputs.dataset) ?? {};
  // So that the versions of folders that are gone are in it too.
  const family = before === undefined ? undefined : sharedPart([...names, { name: before }]);
  const parts = new Set([family, sharedPart(names)]);
  for (const part of parts) {
    const found = part === undefined ? part : await listNamed(avala, part).catch(asForbidden);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A key that may only write can't look. Should a dataset exist, its confirm will be refused. */
function asForbidden(error: unknown): "forbidden" {
  if (!isAvalaError(error) || error.code !== "permission") throw error;
  return "forbidden";
}

function setNameOf({ name, manifest }: Target): VersionName {
  return { name, digest: manifest.digest };
}

async function decide(context: UploadContext, target: Target, all: Listed): Promise<Decided> {
  const publish = publishTargetOf(context, target);
  const listed = all ?? (await listFor(context, [target]));
  if (listed === "forbidden") return undecided(context, target, publish);
  const options = { ...optionsOf(context), listed };
  const decision = await decidePublish(context.avala, publish, options).catch(asForbidden);
  if (decision === "forbidden") return undecided(context, target, publish);
  const others = decision.kind === "found" ? leftByReturn(decision.dataset, listed ?? []) : listed;
  const looked = await earlierVersions(context, target, others);
  return { target, decision, isKnown: true, ...looked };
}

/** Content that came back turns to its version again: newer ones, which people may have annotated, stay behind. */
function leftByReturn(found: Dataset, listed: readonly Dataset[]): readonly Dataset[] {
  const { createdAt = "" } = found;
  return listed.filter(
    (one) => createdAt !== "" && (one.createdAt ?? "") > createdAt && mayHaveWork([one]),
  );
}

function undecided(
  { warn, inputs }: UploadContext,
  target: Target,
  publish: PublishTarget,
): Decided {
  warn(blindText(target.name, inputs.waitForDataset));
  const decision = { kind: "send", target: publish } as const;
  const unknownWhy = "the key cannot read datasets";
  return { target, decision, isKnown: false, earlier: [], unknownWhy };
}

type Earlier = Pick<Decided, "earlier" | "unknownWhy">;

async function earlierVersions(
  { avala, organizationUid }: UploadContext,
  target: Target,
  listed: readonly Dataset[] | undefined,
): Promise<Earlier> {
  const named = setNameOf(target);
  if (!isVersionName(named)) return { earlier: [] };
  if (listed === undefined) return { earlier: [], unknownWhy: whyUnlisted(named) };
  const others = listed.filter((dataset) => isOtherVersion(dataset, named));
  if (others.length === 0) return { earlier: [] };
  const { owned, unsure } = await sortByOwner(avala, others, { organizationUid });
  const madeAt = ({ createdAt = "" }: Dataset): string => createdAt;
  const earlier = [...owned].sort((one, other) => (madeAt(one) < madeAt(other) ? 1 : -1));
  return { earlier, unknownWhy: unsure.length === 0 ? undefined : whyUnsure(unsure) };
}

function whyUnlisted(named: VersionName): string {
  return sharedPart([named]) === undefined
    ? "without the digest, its name is too short to search for"
    : "too many datasets have a similar name";
}

function whyUnsure(unsure: readonly Dataset[]): string {
  const names = unsure.map(({ name, uid }) => `${printable(name)} (uid ${printable(uid)})`);
  return `Avala does not show who owns these public datasets:${listed(names)}`;
}

/** What a new version leaves behind, in words; `undefined` where it replaces none. */
export function describeReplaced({
  target,
  earlier,
  unknownWhy,
}: Decided): { readonly text: string; readonly mayHaveWork: boolean } | undefined {
  if (!isVersionName(setNameOf(target))) return undefined;
  const left = describeEarlier(earlier, { by: target.name, growing: WORDS.growing });
  if (unknownWhy === undefined)
    return left === "" ? undefined : { text: left, mayHaveWork: mayHaveWork(earlier) };
  const other = earlier.length === 0 ? "an" : "another";
  const unknown = `It is not known whether ${target.name} replaces ${other} earlier version that people have annotated: ${unknownWhy}.`;
  return { text: left === "" ? unknown : `${left}\n${unknown}`, mayHaveWork: true };
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

export function optionsOf({ inputs, budget, ...context }: UploadContext): PublishOptions {
  const { waitForDataset: waits, concurrency } = inputs;
  const { stateDirectory, digests } = context;
  const waiting = { waitMs: budget.leftMs, waits };
  const sending = { concurrency, stateDirectory, digests, isRoomChecked: true };
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
  { decision, isKnown }: Decided,
  onConfirmed: (dataset: Dataset) => void,
): Promise<PublishResult> {
  const options = optionsOf(context);
  // A key that could not look can't wait: it would fail after the dataset is made.
  const waits = isKnown && options.waits;
  return carryOut(context.avala, decision, { ...options, waits, onConfirmed });
}
