// The fields of a GrowingDataset: a set of files, and what its datasets are made as. All of them are in the state as they were
// declared.
import { DESCRIPTION_FIELDS, WAITING_FIELDS } from "./dataset";
import type { Fields, Property } from "./field";
import { SET_FIELDS } from "./file-set";
import { isDatasetName, isDataType, isOneOf, isText } from "./rules";

const ofIncrements = { change: "ignore", output: "declared" } as const;

type OfIncrements<Table> = {
  readonly [Name in keyof Table]: Omit<Table[Name], keyof typeof ofIncrements> &
    typeof ofIncrements;
};

/** They count for the increments that are made from then on: no call changes a dataset. */
function whenMade<Table extends Fields>(table: Table): OfIncrements<Table> {
  const fields = Object.entries(table).map(([name, field]) => [
    name,
    { ...field, ...ofIncrements },
  ]);
  return Object.fromEntries(fields) as OfIncrements<Table>;
}

export const GROWING_DATASET_FIELDS = {
  // Another name, owner or type is another set.
  name: { rule: isDatasetName, change: "replace", output: "declared" },
  organizationUid: { rule: isText, change: "replace", output: "declared" },
  dataType: { rule: isDataType, change: "replace", output: "declared" },
  ...SET_FIELDS,
  // What changes while it is read comes with the next increment; a version would be made without it.
  changingFiles: {
    rule: isOneOf(["fail", "leave-out"]),
    change: "ignore",
    passedOn: true,
    output: "declared",
  },
  ...whenMade(DESCRIPTION_FIELDS),
  ...WAITING_FIELDS,
} as const satisfies Fields;

/** What `check` reads from the disk. */
export const GROWING_DATASET_FACTS = {
  digest: { change: "update" },
} as const satisfies Readonly<Record<string, Property>>;
