// What a user reads when GitHub can't be reached for a commit status.
import { asStatusError } from "../../action/github/commit-status";
import { transportError } from "../../src/api/transport-errors";
import { AvalaError } from "../../src/errors";

const status = { context: "avala", sha: "a".repeat(40) };

test.each(["ECONNREFUSED", "ETIMEDOUT"])(
  "a status that %s stops says what was to be set",
  (code) => {
    const error = transportError("api.github.com", Object.assign(new Error(code), { code }));
    const named = asStatusError(error, status) as AvalaError;
    expect(named.code).toBe(error.code);
    expect(named.message).toContain("commit status avala");
    expect(named.message).toContain("api.github.com");
    expect(named.hint).not.toContain("base URL");
  },
);

test("another error stays as it is", () => {
  const error = new AvalaError("permission", "no");
  expect(asStatusError(error, status)).toBe(error);
});
