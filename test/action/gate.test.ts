// What closes a gate besides an export that holds too little. The outcome is the one that action.yml names.
import { describeFailure } from "../../action/report/failure";
import { GATE_NAMES, gateOf, refuseUnfinished } from "../../action/export/gate";
import type { Inputs } from "../../action/inputs/inputs";
import type { Outcome } from "../../action/report/results";
import type { Export } from "../../src/api/endpoints/exports";
import { exportConditions, type Condition } from "../../src/operations/gate";
import { thrownBy } from "../support/thrown";

const gated = { export: { source: { kind: "new", hasUploaded: true } } } as unknown as Inputs;

const NONE = { unverified: 0, unlistedBegun: 0 };

test.each([
  ["an upload that is not complete", "partial", {}],
  ["files whose contents were not compared", "unverified", { unverified: 3 }],
  ["files that an interrupted run was to send", "uploaded", { unlistedBegun: 3 }],
  ["no files at all", "empty", {}],
] as const)("%s ends as gate_closed", (_what, uploaded: Outcome, counts) => {
  const error = thrownBy(() => refuseUnfinished(gated, uploaded, { ...NONE, ...counts }));
  expect(describeFailure(error)).toMatchObject({ outcome: "gate_closed" });
});

test.each([
  ["set-{digest}", /another name all files would be sent/, /Put \{digest\}|name a new dataset/],
  ["set-{folder}-{digest}", /another name all files would be sent/, /Put \{digest\}/],
  ["set", /Put \{digest\} into dataset/, /already/],
  ["set-{increment}", /AVALA_STATE_DIR/, /\{digest\}/],
])("what to do about uncompared files of %s", (dataset, advice, other) => {
  const inputs = { ...gated, upload: { dataset } } as unknown as Inputs;
  const error = thrownBy(() => refuseUnfinished(inputs, "unverified", { ...NONE, unverified: 3 }));
  const { hint = "" } = error as { hint?: string };
  expect(hint).toMatch(advice);
  expect(hint).not.toMatch(other);
});

test("what is complete and verified closes none", () => {
  expect(() => refuseUnfinished(gated, "uploaded", NONE)).not.toThrow();
});

describe("an export of no tasks", () => {
  const uploaded = { hasUploaded: true, datasets: [], projects: [], slices: [] };
  const conditionsOf = (source: object, inputs: object = {}): readonly Condition[] => {
    const exporting = { gate: {}, source: { kind: "new", ...uploaded, ...source } } as never;
    const finished = { totalTaskCount: 0, exportedTaskCount: 0 } as Export;
    return exportConditions(finished, gateOf(exporting, inputs as Inputs), GATE_NAMES);
  };

  test("is enough where the step only uploads and exports: nobody has worked on it yet", () => {
    expect(conditionsOf({})).toEqual([]);
  });

  test.each([
    ["other datasets", { hasUploaded: false, datasets: ["d1"] }, {}],
    ["projects beside", { projects: ["p1"] }, {}],
    ["what a commit status vouches for", {}, { status: { context: "gate" } }],
  ])("is not enough of %s", (_what, source, inputs) => {
    expect(conditionsOf(source, inputs).map(({ isMet }) => isMet)).toEqual([false]);
  });
});
