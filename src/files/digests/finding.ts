// What a look at a file's content found, as it is recorded. Decides nothing.
import type { ContentProblem } from "../content/content";
import type { Flaw } from "../content/open-file";

export interface Finding {
  /** What its first bytes show to be wrong. */
  readonly head?: ContentProblem | undefined;
  /** What its structure shows to be wrong. */
  readonly flaw?: Flaw | undefined;
  readonly isPrivateKey: boolean;
}

/** A file in which nothing was found, as nearly all are. */
export const soundFinding: Finding = { isPrivateKey: false };
