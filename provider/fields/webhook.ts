// The fields of a Webhook.
import { asSet, orDefault, type Fields } from "./field";
import { isFlag, isText, isTextList, type Rule } from "./rules";

const isHttpsUrl: Rule<string> = (value) =>
  typeof value === "string" && /^https:\/\/[^\s/]/i.test(value)
    ? undefined
    : "must be an https URL";

export const WEBHOOK_FIELDS = {
  targetUrl: { rule: isHttpsUrl, change: "update", output: "returned" },
  events: { rule: isTextList, change: "update", comparedAs: asSet, output: "returned" },
  isActive: { rule: isFlag, change: "update", comparedAs: orDefault(true), output: "returned" },
  /** The API returns it when the webhook is made and never again, and no call changes it. */
  secret: { rule: isText, change: "own", output: "declared", secret: true },
  /** Whether the server sends a test message. One that did not arrive yet is sent again. */
  test: { rule: isFlag, change: "own", output: "none" },
} as const satisfies Fields;
