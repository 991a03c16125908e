// What closes a gate besides an export that holds too little. The outcome is the one that action.yml names.
import { describeFailure } from "../../action/report/failure";
import { refuseUnfinished } from "../../action/export/gate";
import type { Inputs } from "../../action/inputs/inputs";
import type { Outcome } from "../../action/report/results";
import { thrownBy } from "../support/thrown";

const gated = { export: { source: { kind: "new", hasUploaded: true } } } as unknown as Inputs;

test.each([
  ["an upload that is not complete", "partial", 0],
  ["files whose contents were not compared", "unverified", 3],
  ["no files at all", "empty", 0],
] as const)("%s ends as gate_closed", (_what, uploaded: Outcome, unverified) => {
  const error = thrownBy(() => refuseUnfinished(gated, uploaded, unverified));
  expect(describeFailure(error)).toMatchObject({ outcome: "gate_closed" });
});

test("what is complete and verified closes none", () => {
  expect(() => refuseUnfinished(gated, "uploaded", 0)).not.toThrow();
});
