// Where what a run names is found. Avala documents no address of a page of its site for a dataset or an export, so these are
// the addresses of its API (docs/api.md, "Datasets", "Exports"). Pure.
import type { ErrorCode } from "../../../src/errors";
import type { Outcome } from "../results";
import { isName, urlText } from "../server-text";

export const REPOSITORY = "https://github.com/avala/upload-action";

/** Undefined where the place or the uid is not known, or could be something else. */
export function resourceUrl(
  baseUrl: string | undefined,
  kind: "datasets" | "exports",
  uid: string | undefined,
): string | undefined {
  const base = urlText(baseUrl).replace(/\/+$/, "");
  if (base === "" || uid === undefined || !isName(uid)) return undefined;
  return `${base}/${kind}/${encodeURIComponent(uid)}/`;
}

// Ends that the docs explain beside the codes.
const OUTCOMES_EXPLAINED: ReadonlySet<Outcome> = new Set(["gate_closed", "status_not_set"]);

/** What the docs of this version say of how a run failed. */
export function helpUrl(outcome: Outcome, code: ErrorCode): string {
  const anchor = OUTCOMES_EXPLAINED.has(outcome) ? outcome : code;
  return `${REPOSITORY}/blob/v1/docs/troubleshooting.md#${anchor}`;
}
