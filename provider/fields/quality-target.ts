// The fields of a QualityTarget.
import { asSet, type Fields } from "./field";
import { isApiName, isFlag, isNumber, isOneOf, isText, isTextList } from "./rules";

const sentAndReturned = { change: "update", passedOn: true, output: "returned" } as const;

export const QUALITY_TARGET_FIELDS = {
  /** Its route begins with the project, so elsewhere it is another target. */
  project: { rule: isText, required: true, change: "replace", output: "declared" },
  name: { ...sentAndReturned, rule: isApiName, required: true },
  /** Sent as it is: a newer server may measure more than the contract lists. */
  metric: { ...sentAndReturned, rule: isText, required: true },
  threshold: { ...sentAndReturned, rule: isNumber, required: true },
  operator: { ...sentAndReturned, rule: isOneOf(["gt", "lt", "gte", "lte"]), required: true },
  severity: { ...sentAndReturned, rule: isOneOf(["warning", "critical"]), staysIfLeftOut: true },
  isActive: { ...sentAndReturned, rule: isFlag, default: true },
  notifyWebhook: { ...sentAndReturned, rule: isFlag, staysIfLeftOut: true },
  notifyEmails: { ...sentAndReturned, rule: isTextList, comparedAs: asSet, clearedBy: [] },
} as const satisfies Fields;
