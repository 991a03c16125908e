// What a look at a file's content found, as it is recorded. Looks at nothing.
import { isRecord } from "../../json";
import type { ContentProblem } from "../content/content";
import type { Flaw } from "../content/open-file";
import { isText } from "./shapes";

export interface Finding {
  /** What its first bytes show to be wrong. */
  readonly head?: ContentProblem | undefined;
  /** What its structure shows to be wrong. */
  readonly flaw?: Flaw | undefined;
  readonly isPrivateKey: boolean;
}

const flaws: Readonly<Record<Flaw, true>> = {
  "cut short": true,
  "ends in zeros": true,
  "not a splat": true,
};

export function isFinding(value: unknown): value is Finding {
  if (!isRecord(value) || typeof value["isPrivateKey"] !== "boolean") return false;
  const { head, flaw } = value;
  const isHead =
    head === undefined || (isRecord(head) && isText(head["fault"]) && isText(head["text"]));
  return isHead && (flaw === undefined || (isText(flaw) && Object.hasOwn(flaws, flaw)));
}

/** A file in which nothing was found, as nearly all are. */
export const soundFinding: Finding = { isPrivateKey: false };
