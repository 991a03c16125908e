// The fields of a QualityTarget.
import { asSet, orDefault, type Fields } from "./field";
import { isApiName, isFlag, isNumber, isOneOf, isText, isTextList } from "./rules";

export const QUALITY_TARGET_FIELDS = {
  /** Its route begins with the project, so elsewhere it is another target. */
  project: { rule: isText, change: "replace", output: "declared" },
  name: { rule: isApiName, change: "update", output: "returned" },
  /** Sent as it is: a newer server may measure more than the contract lists. */
  metric: { rule: isText, change: "update", output: "returned" },
  threshold: { rule: isNumber, change: "update", output: "returned" },
  operator: { rule: isOneOf(["gt", "lt", "gte", "lte"]), change: "update", output: "returned" },
  severity: {
    rule: isOneOf(["warning", "critical"]),
    change: "update",
    staysIfLeftOut: true,
    output: "returned",
  },
  isActive: { rule: isFlag, change: "update", comparedAs: orDefault(true), output: "returned" },
  notifyWebhook: { rule: isFlag, change: "update", staysIfLeftOut: true, output: "returned" },
  notifyEmails: { rule: isTextList, change: "update", comparedAs: asSet, output: "returned" },
} as const satisfies Fields;
