// The tables of fields.
import type {
  DatasetArgs,
  ExportArgs,
  FileSetArgs,
  StorageConfigArgs,
  WebhookArgs,
} from "../../provider/index";
import type { DATASET_FIELDS } from "../../provider/fields/dataset";
import type { EXPORT_FIELDS } from "../../provider/fields/export";
import type { FILE_SET_FIELDS } from "../../provider/fields/file-set";
import type { STORAGE_CONFIG_FIELDS } from "../../provider/fields/storage-config";
import type { WEBHOOK_FIELDS } from "../../provider/fields/webhook";

/** `true` where both have the same names. Held by the compiler: a table and the arguments name the same fields. */
type Same<Table, Args> = [
  Exclude<keyof Table, keyof Args>,
  Exclude<keyof Args, keyof Table>,
] extends [never, never]
  ? true
  : false;
/** The names of a union's members, of which each has some. */
type AllOf<Union> = { [Name in Union extends unknown ? keyof Union : never]: unknown };

const named: readonly true[] = [
  true satisfies Same<typeof DATASET_FIELDS, DatasetArgs>,
  true satisfies Same<typeof FILE_SET_FIELDS, FileSetArgs>,
  true satisfies Same<typeof EXPORT_FIELDS, ExportArgs>,
  true satisfies Same<typeof STORAGE_CONFIG_FIELDS, AllOf<StorageConfigArgs>>,
  true satisfies Same<typeof WEBHOOK_FIELDS, WebhookArgs>,
];

test("each table names the arguments of its resource", () => {
  expect(named).toHaveLength(5);
});
