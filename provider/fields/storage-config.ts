// The fields of a StorageConfig. No call of the API changes one, so another value is another storage config.
import { BUCKET_FIELDS } from "./bucket";
import type { Fields } from "./field";
import { isFlag, isText } from "./rules";

export const STORAGE_CONFIG_FIELDS = {
  name: { rule: isText, required: true, change: "replace", output: "declared" },
  organization: { rule: isText, change: "replace", output: "declared" },
  /** Whether the server tries the connection once it is made. One that has not worked yet is tried again. */
  test: { rule: isFlag, change: "own", output: "none" },
  ...BUCKET_FIELDS,
} as const satisfies Fields;
