// What growing a set came to, as a value. Does nothing.
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import type { UploadResult } from "../../upload/result";
import type { PartialResult, PublishResult } from "../publish/target";
import type { GrowthPlan, Increment } from "./growth-plan";

export type GrowResult = GrownSet | PartlyGrown;

interface SetHeld {
  /** All of the set, in order. */
  readonly increments: readonly Increment[];
  /** What the set holds now. */
  readonly plan: GrowthPlan;
}

export interface GrownSet extends SetHeld {
  /**
   * `unchanged`: the set holds all files, some of them perhaps by another run's increment, made meanwhile. `unverified`:
   * nothing differs, and not everything could be compared.
   */
  readonly outcome: Exclude<PublishResult["outcome"], "partial">;
  readonly made?: Made | undefined;
  readonly upload?: UploadResult | undefined;
}

/** As that of a published dataset: what other runs have added by then is in the set all the same. */
export interface PartlyGrown extends SetHeld, PartialResult {}

interface Made {
  /** Of this run, or the one that another run made of the same files. */
  readonly dataset: Dataset;
  /** How many of its files were not compared, besides those that the plan names. */
  readonly unverified: number;
}

/** Of a set of which several increments were made, one after the other: what was made last, also where another run added the rest. */
export function together(last: GrownSet, before: readonly GrownSet[]): GrownSet {
  const all = [...before, last];
  const outcomes = new Set(all.map(({ outcome }) => outcome));
  const worst = (["unverified", "uploaded"] as const).find((one) => outcomes.has(one));
  const { made, upload } = all.findLast((one) => one.made !== undefined) ?? last;
  return { ...last, outcome: worst ?? last.outcome, made, upload };
}
