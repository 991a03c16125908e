// The fields of a FileSet. All of them are in the state as they were declared.
import { MAX_CONCURRENCY } from "../../src/api/limits";
import type { Fields, Property } from "./field";
import {
  isDataType,
  isDatasetName,
  isFlag,
  isMinutes,
  isOneOf,
  isText,
  isTextList,
  isWhole,
  type Rule,
} from "./rules";

/** The name of a folder; empty for the files above all folders. The core judges which there are. */
const isFolder: Rule<string> = () => undefined;

// Which files are chosen, and how, shows only in the digest.
const chooses = { change: "ignore", passedOn: true, output: "declared" } as const;
const kept = { change: "ignore", output: "declared" } as const;

/** What every set of files can have. */
export const SET_FIELDS = {
  root: { ...chooses, rule: isText, required: "set it to the folder that contains the files" },
  include: { ...chooses, rule: isTextList, default: ["**"] },
  exclude: { ...chooses, rule: isTextList },
  prefix: { ...chooses, rule: isText },
  includeHidden: { ...chooses, rule: isFlag },
  symlinks: { ...chooses, rule: isOneOf(["follow", "skip", "error"]) },
  allowLinkTargets: { ...chooses, rule: isTextList },
  checkContent: { ...chooses, rule: isOneOf(["warn", "error", "off"]) },
  minAgeMinutes: { ...chooses, rule: isMinutes },
  concurrency: { ...kept, rule: isWhole(1, MAX_CONCURRENCY) },
} as const satisfies Fields;

// Elsewhere is a new set, made before the old one goes.
export const FILE_SET_FIELDS = {
  ...SET_FIELDS,
  folder: { ...chooses, rule: isFolder },
  unindexed: { ...chooses, rule: isOneOf(["leave-out", "send", "error"]) },
  datasetName: { rule: isDatasetName, change: "replace", output: "declared" },
  versionOf: { ...kept, rule: isDatasetName },
  organizationUid: { rule: isText, change: "replace", output: "declared" },
  dataType: { rule: isDataType, change: "update", output: "declared" },
  adopt: { ...kept, rule: isFlag },
} as const satisfies Fields;

/** What `check` reads from the disk, as far as a change of it changes what is sent before a dataset is made of it. */
export const FILE_SET_FACTS = {
  digest: { change: "update" },
  indexedCount: { change: "update" },
} as const satisfies Readonly<Record<string, Property>>;
