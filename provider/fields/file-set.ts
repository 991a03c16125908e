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

// Elsewhere is a new set, made before the old one goes. Which files are chosen, and how, shows only in the digest.
export const FILE_SET_FIELDS = {
  root: { rule: isText, change: "ignore", output: "declared" },
  include: { rule: isTextList, change: "ignore", output: "declared" },
  exclude: { rule: isTextList, change: "ignore", output: "declared" },
  prefix: { rule: isText, change: "ignore", output: "declared" },
  folder: { rule: isFolder, change: "ignore", output: "declared" },
  datasetName: { rule: isDatasetName, change: "replace", output: "declared" },
  versionOf: { rule: isDatasetName, change: "ignore", output: "declared" },
  organizationUid: { rule: isText, change: "replace", output: "declared" },
  dataType: { rule: isDataType, change: "update", output: "declared" },
  includeHidden: { rule: isFlag, change: "ignore", output: "declared" },
  symlinks: { rule: isOneOf(["follow", "skip", "error"]), change: "ignore", output: "declared" },
  allowLinkTargets: { rule: isTextList, change: "ignore", output: "declared" },
  unindexed: {
    rule: isOneOf(["leave-out", "send", "error"]),
    change: "ignore",
    output: "declared",
  },
  checkContent: { rule: isOneOf(["warn", "error", "off"]), change: "ignore", output: "declared" },
  minAgeMinutes: { rule: isMinutes, change: "ignore", output: "declared" },
  concurrency: { rule: isWhole(1, MAX_CONCURRENCY), change: "ignore", output: "declared" },
  adopt: { rule: isFlag, change: "ignore", output: "declared" },
} as const satisfies Fields;

/** What `check` reads from the disk, as far as a change of it changes what is sent before a dataset is made of it. */
export const FILE_SET_FACTS = {
  digest: { change: "update" },
  indexedCount: { change: "update" },
} as const satisfies Readonly<Record<string, Property>>;
