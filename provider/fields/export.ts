// The fields of an Export. Whatever is exported otherwise is another export.
import { QUALITY_MODES, readMinExported, type QualityMode } from "../../src/operations/gate";
import type { Fields, Property } from "./field";
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

export interface GateInput {
  readonly minTasks?: number;
  /** A count, or a share as `95%`. */
  readonly minExported?: number | string;
  readonly pendingTasks?: 0;
  readonly qualityTargets?: QualityMode;
}

const GATE_RULES: Readonly<Record<keyof GateInput, Rule>> = {
  minTasks: isWhole(0),
  minExported: (value) =>
    (typeof value === "number" || typeof value === "string") &&
    readMinExported(String(value)) !== undefined
      ? undefined
      : `must be a count such as 250, or a share such as "95%" (got ${JSON.stringify(value)})`,
  pendingTasks: (value) =>
    value === 0 ? undefined : "must be 0 (no pending tasks): Avala does not count them",
  qualityTargets: isOneOf(QUALITY_MODES),
};

const isGate: Rule<GateInput> = (value) => {
  const text = isObject(value);
  if (text !== undefined) return text;
  for (const [name, given] of Object.entries(value as object)) {
    const rule = Object.entries(GATE_RULES).find(([known]) => known === name)?.[1];
    if (rule === undefined)
      return `does not have a condition ${name}; known: ${Object.keys(GATE_RULES).join(", ")}`;
    const reason = given === undefined ? undefined : rule(given);
    if (reason !== undefined) return `${name} ${reason}`;
  }
  return undefined;
};

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
  gate: { rule: isGate, change: "replace", output: "declared" },
  waitForExport: { rule: isFlag, change: "ignore", output: "declared" },
  timeoutMinutes: { rule: isMinutes, change: "ignore", output: "declared" },
} as const satisfies Fields;

/** What the API returns besides, as far as it is anything else than shown. */
export const EXPORT_OUTPUTS = {
  /** It expires: one that was read again is another, and no change. */
  downloadUrl: { change: "ignore", secret: true },
} as const satisfies Readonly<Record<string, Property>>;
