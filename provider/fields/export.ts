// The fields of an Export. Whatever is exported otherwise is another export.
import { MAX_NAME_CHARACTERS } from "../../src/api/limits";
import type { Fields, Property } from "./field";
import { isFlag, isMinutes, isText, isTextList, isTextMap, type Rule } from "./rules";

const isExportName: Rule<string> = (value) => {
  const text = isText(value);
  if (text !== undefined) return text;
  const { length } = value as string;
  return length <= MAX_NAME_CHARACTERS
    ? undefined
    : `has ${length} characters, more than ${MAX_NAME_CHARACTERS}`;
};

const isTriggers: Rule<Readonly<Record<string, string>> | readonly string[]> = (value) =>
  isTextMap(value) === undefined || isTextList(value) === undefined
    ? undefined
    : "must be a list or an object of strings";

export const EXPORT_FIELDS = {
  name: { rule: isExportName, change: "replace", output: "returned" },
  format: { rule: isText, change: "replace", output: "returned" },
  datasets: { rule: isTextList, change: "replace", output: "returned" },
  projects: { rule: isTextList, change: "replace", output: "returned" },
  slices: { rule: isTextList, change: "replace", output: "returned" },
  filterQueryString: { rule: isText, change: "replace", output: "declared" },
  triggers: { rule: isTriggers, change: "replace", output: "declared" },
  waitForExport: { rule: isFlag, change: "ignore", output: "declared" },
  timeoutMinutes: { rule: isMinutes, change: "ignore", output: "declared" },
} as const satisfies Fields;

/** What the API returns besides, as far as it is anything else than shown. */
export const EXPORT_OUTPUTS = {
  /** It expires: one that was read again is another, and no change. */
  downloadUrl: { change: "ignore", secret: true },
} as const satisfies Readonly<Record<string, Property>>;
