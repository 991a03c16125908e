// The fields of an Export. Whatever is exported otherwise is another export.
import { QUALITY_MODES, readMinExported, type QualityMode } from "../../src/operations/gate";
import { mustBe } from "../../src/wrong-value";
import type { Checks, Fields, Property } from "./field";
import {
  isApiName,
  isFlag,
  isMinutes,
  isObject,
  isOneOf,
  isText,
  isTextList,
  isTextMap,
  isWhole,
  type Rule,
} from "./rules";

const isTriggers: Rule<Readonly<Record<string, string>> | readonly string[]> = (value) =>
  isTextMap(value) === undefined || isTextList(value) === undefined
    ? undefined
    : "must be a list or an object of strings";

function isMinExported(value: unknown): string | undefined {
  const isGiven = typeof value === "number" || typeof value === "string";
  return isGiven && readMinExported(String(value)) !== undefined
    ? undefined
    : mustBe('a count such as 250, or a share such as "95%"', value);
}

export interface GateInput {
  readonly minTasks?: number;
  /** A count, or a share as `95%`. */
  readonly minExported?: number | string;
  readonly pendingTasks?: 0;
  readonly qualityTargets?: QualityMode;
}

const GATE_FIELDS = {
  minTasks: { rule: isWhole(0) },
  minExported: { rule: isMinExported },
  pendingTasks: {
    rule: (value: unknown) =>
      value === 0 ? undefined : "must be 0 (no pending tasks): Avala does not count them",
  },
  qualityTargets: { rule: isOneOf(QUALITY_MODES) },
} as const satisfies Checks & Readonly<Record<keyof GateInput, unknown>>;

// The rule is the same; what a program may write differs.
const isGate = isObject as Rule<GateInput>;

// Of one that is only read by its uid, what the API returns stands in the state.
const asked = { change: "replace", passedOn: true, output: "declared" } as const;

export const EXPORT_FIELDS = {
  name: { ...asked, rule: isApiName },
  format: { ...asked, rule: isText },
  datasets: { ...asked, rule: isTextList },
  projects: { ...asked, rule: isTextList },
  slices: { ...asked, rule: isTextList },
  filterQueryString: { ...asked, rule: isText },
  triggers: { rule: isTriggers, change: "replace", output: "declared" },
  /** An export's counts never change, so one that is judged otherwise is another. */
  gate: {
    rule: isGate,
    members: GATE_FIELDS,
    change: "replace",
    output: "declared",
  },
  waitForExport: { rule: isFlag, change: "ignore", output: "declared" },
  timeoutMinutes: { rule: isMinutes, change: "ignore", output: "declared" },
} as const satisfies Fields;

/** What the API returns besides, as far as it is anything else than shown. */
export const EXPORT_OUTPUTS = {
  /** It expires: one that was read again is another, and no change. */
  downloadUrl: { change: "ignore", secret: true },
} as const satisfies Readonly<Record<string, Property>>;
