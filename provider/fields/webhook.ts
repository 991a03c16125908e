// The fields of a Webhook.
import { asSet, type Fields } from "./field";
import { isFlag, isText, isTextList, type Rule } from "./rules";

const isHttpsUrl: Rule<string> = (value) =>
  typeof value === "string" && /^https:\/\/[^\s/]/i.test(value)
    ? undefined
    : "must be an https URL";

const sentAndReturned = { change: "update", passedOn: true, output: "returned" } as const;

export const WEBHOOK_FIELDS = {
  targetUrl: { ...sentAndReturned, rule: isHttpsUrl, required: true },
  events: { ...sentAndReturned, rule: isTextList, required: true, comparedAs: asSet },
  isActive: { ...sentAndReturned, rule: isFlag, default: true },
  /** The API returns it when the webhook is made and never again, and no call changes it. */
  secret: { rule: isText, change: "own", passedOn: true, output: "declared", secret: true },
  /** Whether the server sends a test message. One that did not arrive yet is sent again. */
  test: { rule: isFlag, change: "own", output: "none" },
} as const satisfies Fields;
