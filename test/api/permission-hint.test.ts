// What a refusal advises: what the server's own words say comes before what we believe of its scopes.
import { refusalError } from "../../src/api/reply/api-error";
import { createSecrets } from "../../src/api/secrets";

function hintOf(status: number, json: unknown, route = "POST /datasets/manual-upload/"): string {
  const refusal = {
    ...{ what: "do it", route, repeat: "safe" as const, attempt: 1, status, json },
    ...{ requestId: undefined, rateLimit: undefined, retryAfterMs: undefined },
  };
  return refusalError(refusal, createSecrets()).hint ?? "";
}

const EVALUATE = "POST /projects/{uid}/quality-targets/evaluate/";

test("the scope is the one that the server names", () => {
  const detail = "This API key does not have the required scope: qc.write";
  expect(hintOf(403, { detail }, EVALUATE)).toContain("qc.write");
  expect(hintOf(403, { detail }, EVALUATE)).not.toContain("qc.read");
});

test.each(["Needs admin.everything", "datasets.read or exports.read", "No.", undefined])(
  "where the server says %j, the scope is the call's",
  (detail) => {
    // No source says which of them the POST needs.
    expect(hintOf(403, { detail }, EVALUATE)).toMatch(/qc\.read.*qc\.write/);
  },
);

test.each([
  { detail: "You are not a member of this organization." },
  { organization_uid: ["Not a member."] },
])("of an organization that is not the user's no scope is named: %j", (json) => {
  expect(hintOf(403, json)).toContain("organization");
  expect(hintOf(403, json)).not.toContain("scope");
});

test("of a plan that does not include the call no scope is named", () => {
  const hint = hintOf(403, { detail: "Upgrade.", code: "plan_insufficient" });
  expect(hint).toContain("plan");
  expect(hint).not.toContain("scope");
});

test("a slug in the place of an organization's uid is said to be that", () => {
  expect(hintOf(400, { organization_uid: ["Must be a valid UUID."] })).toContain("uid");
  expect(hintOf(400, { organization: ["Unknown."] })).toContain("slug");
  expect(hintOf(400, { name: ["Too long."] })).toBe("");
});
