// What `ignoreChanges` makes of a FileSet's inputs: the engine puts what an earlier `check` computed in the place of what
// the program gives, which never has these. Pure.
import { datasetVersionName } from "../../../src/files/manifest/dataset-name";
import { InputError } from "../../../src/errors";
import { without } from "../../process/present";
import type { FileSetGiven, FileSetInputs } from "./inputs";

/** What no program gives. */
const COMPUTED = [
  "isVersion",
  "digest",
  "fileCount",
  "totalBytes",
  "indexedCount",
  "contents",
] as const;

export interface Kept {
  /** What is left for the program to say. */
  readonly given: FileSetGiven;
  /** The key's own user, also where the configuration names an organization. */
  readonly isOwnUser: boolean;
  /** The inputs whose content is to stay, whatever is on the disk. */
  readonly held: FileSetInputs | undefined;
  /** The inputs whose name is to stay, though it was made from their content. */
  readonly named: FileSetInputs | undefined;
}

export function takeKept(olds: Partial<FileSetInputs>, news: FileSetGiven): Kept {
  const now = news as Partial<FileSetInputs>;
  const isOwn = olds.digest === undefined && now.digest !== undefined;
  const before = isOwn ? now : olds;
  const isNamed = before.isVersion === true && now.datasetName === before.datasetName;
  const isOwnUser = now.organizationUid === "" && before.organizationUid === "";
  const isUntyped = now.dataType === "" && before.dataType === "";
  const left = [
    ...COMPUTED,
    ...(isNamed ? (["datasetName"] as const) : []),
    ...(isOwnUser ? (["organizationUid"] as const) : []),
    ...(isUntyped ? (["dataType"] as const) : []),
  ];
  const whole = before as FileSetInputs;
  return {
    given: without(now as FileSetInputs, left),
    isOwnUser,
    held: now.digest !== undefined && now.digest === before.digest ? whole : undefined,
    named: isNamed && now.datasetName !== undefined ? whole : undefined,
  };
}

/** The inputs of content that stays: nothing of it is read from the disk. */
export function heldInputs({ given, held, named }: Kept): FileSetInputs | undefined {
  if (held === undefined) return undefined;
  const { digest, fileCount, totalBytes, indexedCount, contents } = held;
  // A set with its own name may have nothing that a version's name could be made of.
  const datasetName =
    given.datasetName ??
    named?.datasetName ??
    datasetVersionName("{folder}-{digest}", digest, given.versionOf);
  return {
    ...given,
    datasetName,
    isVersion: given.datasetName === undefined,
    ...{ digest, fileCount, totalBytes, indexedCount, contents },
    dataType: given.dataType ?? held.dataType,
    organizationUid: given.organizationUid ?? "",
  };
}

/** @throws InputError when the kept name stands for other content */
export function withKeptName(inputs: FileSetInputs, { named }: Kept): FileSetInputs {
  if (named === undefined) return inputs;
  if (inputs.digest === named.digest) return { ...inputs, datasetName: named.datasetName };
  throw new InputError([
    {
      input: "datasetName",
      text: `is pinned to ${named.datasetName} by ignoreChanges, but that name identifies other content than the files have now. Remove datasetName from ignoreChanges for a new version, or add digest to keep the set as it is`,
    },
  ]);
}
