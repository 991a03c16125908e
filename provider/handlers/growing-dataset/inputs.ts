// What a GrowingDataset's inputs and outputs are between the engine and its handler, and what is wrong with them.
import { postponedIn } from "../../../src/files/left-out";
import type { DataType } from "../../../src/files/media";
import { isIndexed } from "../../../src/files/media";
import { growingName, type GrowingName } from "../../../src/operations/grow/increment-name";
import { growingFiles } from "../../../src/operations/grow/growing-files";
import type { GrowTarget } from "../../../src/operations/grow/growth";
import { GROWING_DATASET_FIELDS } from "../../fields/growing-dataset";
import type { Checked } from "../../fields/field";
import type { Call } from "../../process/calls";
import { type Problems } from "../../process/failures";
import { bodyOfNew, checkFields } from "../../process/fields";
import type { LocalSet } from "../../process/local-files";
import { present, without } from "../../process/present";
import { hasUnknown, unknownAs } from "../../process/unknown";
import { contentsOf, type Contents } from "../choice/contents";
import type { PendingIncrement } from "./pending";
import { currentInState, type IncrementInState } from "./current";

/** As a program gives them. */
export interface GrowingGiven extends Checked<typeof GROWING_DATASET_FIELDS> {
  readonly name: string;
  readonly call?: Call;
}

/** What `check` reads from the disk. In the inputs, so that a preview shows it. */
interface GrowingFacts {
  readonly dataType: DataType;
  readonly digest: string;
  /** Declared files that become items. */
  readonly fileCount: number;
  readonly totalBytes: number;
}

export interface GrowingInputs
  extends Omit<GrowingGiven, keyof GrowingFacts | "call">, GrowingFacts {
  /** For the preview's sake: what the engine prints when files change. */
  readonly contents: Contents;
}

export interface GrowingOutputs extends GrowingInputs {
  /** In order; the newest last. */
  readonly datasetUids: readonly string[];
  readonly datasetNames: readonly string[];
  /** Items that stand for no declared file any more: changed, gone, or there twice. */
  readonly supersededCount: number;
  /** Declared files whose items can't be compared by content. */
  readonly unverifiedCount: number;
  readonly increments: readonly IncrementInState[];
  /** Datasets of the set are gone at Avala, so that what they held may be held no more. */
  readonly isIncomplete?: true | undefined;
  /** What has landed of an increment that is not made yet. */
  readonly pending?: PendingIncrement | undefined;
}

/** What no program gives. */
const COMPUTED = ["digest", "fileCount", "totalBytes", "contents"] as const;

export interface Taken {
  readonly given: GrowingGiven;
  /** The inputs before, whose content is to stay by `ignoreChanges`: nothing of it is read from the disk. */
  readonly held: GrowingInputs | undefined;
}

/** The engine puts old inputs in the place of those of `ignoreChanges`, also of what no program gives. */
export function takeGiven(olds: Partial<GrowingInputs>, news: GrowingGiven): Taken {
  const now = news as Partial<GrowingInputs>;
  const before = olds.digest === undefined && now.digest !== undefined ? now : olds;
  const isHeld = now.digest !== undefined && now.digest === before.digest;
  return {
    given: without(now as GrowingInputs, COMPUTED),
    held: isHeld ? (before as GrowingInputs) : undefined,
  };
}

export function heldInputs({ given, held }: Taken): GrowingInputs | undefined {
  if (held === undefined) return undefined;
  const { digest, fileCount, totalBytes, contents } = held;
  const dataType = given.dataType ?? held.dataType;
  return present<GrowingInputs>({
    ...given,
    ...{ dataType, digest, fileCount, totalBytes, contents },
  });
}

/** Nothing is read from the disk while an input is unknown, so what would be computed stays unknown too. */
export function unknownInputs(given: GrowingGiven): GrowingInputs {
  return present<GrowingInputs>({
    ...without(given, ["call"]),
    dataType: given.dataType ?? unknownAs(),
    digest: unknownAs(),
    fileCount: unknownAs(),
    totalBytes: unknownAs(),
    contents: unknownAs(),
  });
}

export function checkGrowing(given: GrowingGiven, problems: Problems): void {
  checkFields(given, GROWING_DATASET_FIELDS, problems);
  if (problems.failures.some(({ property }) => property === "name") || hasUnknown(given.name))
    return;
  try {
    nameOf(given);
  } catch (error) {
    problems.addError(error, "name", new Set(["name"]));
  }
}

/** @throws InputError for a name that can't be a set's */
export function nameOf({ name }: Pick<GrowingGiven, "name">): GrowingName {
  return growingName(`${name}-{increment}`);
}

/** Sound only where the data type is known. */
export function growingInputs(
  given: GrowingGiven,
  { set, manifest }: LocalSet,
  dataType: DataType,
): GrowingInputs {
  const { entries, digest } = manifest;
  const indexed = entries.filter(({ path }) => isIndexed(path, dataType));
  return present<GrowingInputs>({
    ...without(given, ["call"]),
    dataType: given.dataType ?? set.dataType ?? dataType,
    digest,
    fileCount: indexed.length,
    totalBytes: indexed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    contents: contentsOf(manifest),
  });
}

/**
 * Paths that were left for a later run. Where one is a moved file's whose increment the server is asked for, no move is known,
 * and the path that its item has is as good as left.
 */
export function postponedOf(
  { set }: LocalSet,
  increments: readonly IncrementInState[] = [],
): readonly string[] {
  const left = postponedIn(set.leftOut);
  if (left.length === 0) return left;
  const isLeft = new Set(left);
  const asked = increments.filter(({ unknown }) => unknown !== undefined);
  const moved = currentInState(asked).filter(
    ({ path, itemPath }) => path !== itemPath && isLeft.has(path),
  );
  return [...left, ...moved.map(({ itemPath }) => itemPath)];
}

/** The files that are declared, and what their datasets are to be. */
export function growTargetOf(
  inputs: GrowingInputs,
  local: LocalSet,
  olds: GrowingOutputs | undefined,
): GrowTarget {
  const { set, manifest } = local;
  const { dataType, organizationUid } = inputs;
  return {
    name: nameOf(inputs),
    postponed: postponedOf(local, olds?.increments),
    dataset: {
      dataType,
      organizationUid,
      extraFields: bodyOfNew(GROWING_DATASET_FIELDS, inputs),
    },
    files: growingFiles(set.files, manifest),
  };
}
