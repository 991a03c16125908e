// The fields of a VersionedDataset: what it passes on, and what is its own.
import { mustBe } from "../../src/wrong-value";
import { without } from "../process/present";
import { COMMON_FIELDS } from "../fields/dataset";
import { EXPORT_FIELDS } from "../fields/export";
import type { Checks } from "../fields/field";
import { FILE_SET_FIELDS } from "../fields/file-set";
import { isObject, type Rule } from "../fields/rules";

/** What each partition's dataset gets from its file set, or from the component. */
export const PARTITIONS_OWN = ["files", "name", "slug", "organizationUid", "adopt"] as const;

/** What the component passes on to its datasets. */
export const OF_DATASETS = without(COMMON_FIELDS, PARTITIONS_OWN);

/** What it passes on to their file sets: each has its own folder, and a name that is made of its content. */
export const OF_FILE_SETS = without(FILE_SET_FIELDS, [
  "folder",
  "versionOf",
  "datasetName",
  "adopt",
]);

/** The export is of the component's datasets, and judged by none of its own. */
const OF_EXPORT = without(EXPORT_FIELDS, ["datasets", "projects", "slices", "gate"]);

function ownExport(given: string): string {
  return `is not taken here: leave export out, and declare an Export with ${given}`;
}

const OF_OWN_EXPORT: ReadonlyMap<string, string> = new Map([
  ["datasets", ownExport("datasets")],
  ["projects", ownExport("datasets: the component's datasetUids, and projects")],
  ["slices", ownExport("datasets: the component's datasetUids, and slices")],
  ["gate", ownExport("datasets: the component's datasetUids, and gate")],
]);

const isDepth: Rule = (value) => (value === 0 || value === 1 ? undefined : mustBe("0 or 1", value));

export const COMPONENT_FIELDS = {
  ...OF_DATASETS,
  ...OF_FILE_SETS,
  partitionDepth: { rule: isDepth },
  versionOf: FILE_SET_FIELDS.versionOf,
  export: { rule: isObject, members: OF_EXPORT, elsewhere: OF_OWN_EXPORT },
} as const satisfies Checks;
