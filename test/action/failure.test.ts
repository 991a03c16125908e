// The words of errors, in one place.
import { describeFailure } from "../../action/report/failure";
import { textOf } from "../../provider/process/failures";
import { LET_WRITERS_END } from "../../src/hints";
import { ApiError, AvalaError, InputError } from "../../src/errors";

test("a refusal of the API", () => {
  const cause = new ApiError("conflict", "Confirm dataset pets was refused (409): taken.", {
    status: 409,
    route: "POST /datasets/manual-upload/",
    requestId: "req-7",
  });
  const error = new AvalaError("conflict", "Avala made no dataset pets.", {
    hint: "Take another name.",
    cause,
  });
  expect(describeFailure(error)).toEqual({
    outcome: "failed",
    text: "Avala made no dataset pets.\nStatus 409 of POST /datasets/manual-upload/, request req-7.\nTake another name.",
  });
});

test("a refusal of the API that tells its route itself is not told twice", () => {
  const error = new ApiError(
    "not_found",
    "Could not read export x (404 GET /exports/{uid}/, request r).",
    {
      status: 404,
      route: "GET /exports/{uid}/",
      requestId: "r",
      hint: "Check the uid.",
    },
  );
  expect(describeFailure(error).text).toBe(
    "Could not read export x (404 GET /exports/{uid}/, request r).\nCheck the uid.",
  );
});

test("a file that is always written to, with the inputs for it", () => {
  const error = new AvalaError("file_changed", "cam2.mp4 changed while it was read.", {
    hint: LET_WRITERS_END,
  });
  expect(describeFailure(error).text).toMatch(/min-age-minutes.*changing-files: leave-out/);
  expect(textOf(error)).toMatch(/minAgeMinutes.*changingFiles: "leave-out"/);
});

test("a pattern, as the input that holds it", () => {
  const error = new InputError([{ input: "include ../x.jpg", text: "leaves the root" }]);
  expect(describeFailure(error).text).toBe("files ../x.jpg: leaves the root");
});

test("twenty-one bad inputs are all named", () => {
  const inputs = Array.from({ length: 21 }, (_, index) => `input-${index}`);
  const { text } = describeFailure(new InputError(inputs.map((input) => ({ input, text: "bad" }))));
  for (const input of inputs) expect(text).toContain(`${input}: bad`);
});

test("inputs, in the words of action.yml", () => {
  const error = new InputError([
    { input: "include", text: "matches nothing" },
    { input: "base URL", text: "must begin with https://" },
    { input: "images/a.jpg", text: "can't be read" },
  ]);
  expect(describeFailure(error)).toEqual({
    outcome: "invalid",
    text: "3 problems, nothing was sent:\n  - files: matches nothing\n  - base-url: must begin with https://\n  - images/a.jpg: can't be read",
  });
});

test.each([
  ["timeout", "timeout"],
  ["cancelled", "cancelled"],
  ["export_failed", "export_failed"],
  ["network", "failed"],
] as const)("%s ends as %s", (code, outcome) => {
  expect(describeFailure(new AvalaError(code, "Why.")).outcome).toBe(outcome);
});

test("a bug of ours", () => {
  const { text, outcome, stack } = describeFailure(new TypeError("x is undefined"));
  expect(text).toContain(
    "This is a bug in the Action, not in your workflow: TypeError: x is undefined",
  );
  expect(text).toContain("https://github.com/avala/upload-action/issues");
  expect(outcome).toBe("failed");
  expect(stack).toContain("failure.test");
});
