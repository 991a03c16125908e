// What becomes of a dataset whose resource leaves the stack or is replaced: deleted, or left at Avala, and why. Pure.
// Annotations hang on a dataset's items and no call of the API shows who else uses it, so it stays unless all is known.
import { hasWork, isCounted, type Counts } from "../../../src/operations/datasets/dataset-work";
import type { DatasetOutputs } from "./inputs";

export type KeptBecause =
  | "declared" // onDelete is "keep"
  | "held" // a resource of this run has this very dataset
  | "found" // it was there before this stack, or the state does not say
  | "work" // annotations or projects
  | "uncounted"; // the server does not say how many of these there are

/** Why it stays, by the state only. A state that does not say how it came to be is not one that made it. */
export function keptByState(
  { onDelete, origin }: Pick<DatasetOutputs, "onDelete" | "origin">,
  isHeld: boolean,
): KeptBecause | undefined {
  if (isHeld) return "held";
  if (onDelete !== "delete") return "declared";
  return origin === "made" ? undefined : "found";
}

/** Why it stays, as the server has it now; `undefined` when it may be deleted. */
export function keptBecause(
  props: Pick<DatasetOutputs, "onDelete" | "origin" | "forceDestroy">,
  now: Counts,
  isHeld: boolean,
): KeptBecause | undefined {
  const byState = keptByState(props, isHeld);
  if (byState !== undefined) return byState;
  if (props.forceDestroy === true) return undefined;
  if (hasWork(now)) return "work";
  return isCounted(now) ? undefined : "uncounted";
}

const FORCED =
  "To remove it, delete it in Avala, or set forceDestroy: true and run up before you remove the resource.";

const WHY: Readonly<Record<KeptBecause, string>> = {
  declared: 'onDelete is "keep".',
  held: "this stack still has it.",
  found:
    "its state does not show that this stack made it, and only datasets that a stack made are deleted. To remove it, delete it in Avala.",
  work: `annotated datasets, and those that projects use, are not deleted. ${FORCED}`,
  uncounted: `Avala does not say how many annotations and projects it has. ${FORCED}`,
};

/** @param what the dataset, in words */
export function describeKept(what: string, because: KeptBecause): string {
  return `${what} stays at Avala: ${WHY[because]}`;
}

const OTHER_NAME = "Give the new one another name, and this one stays";
const BY_HAND = "or delete this one in Avala, and run up again";

/** Why another of its name can't take its place, and what can be done. */
export const IN_THE_WAY: Readonly<Record<KeptBecause, readonly [why: string, hint: string]>> = {
  declared: [
    'onDelete is "keep", so it stays.',
    `${OTHER_NAME}; ${BY_HAND}; or set onDelete: "delete" first, run up, and then make the change.`,
  ],
  held: ["another resource of this stack has it.", `${OTHER_NAME}; ${BY_HAND}.`],
  found: [
    "its state does not show that this stack made it, so it stays.",
    `${OTHER_NAME}; ${BY_HAND}.`,
  ],
  work: [
    "annotated datasets, and those that projects use, are not deleted.",
    `${OTHER_NAME}. To delete it with that work, set forceDestroy: true first, run up, and then make the change.`,
  ],
  uncounted: [
    "Avala does not say how many annotations and projects it has, so it stays.",
    `${OTHER_NAME}. To delete it with that work, set forceDestroy: true first, run up, and then make the change.`,
  ],
};
