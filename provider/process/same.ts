// Whether two property values are the same. Knows nothing of resources.
import { canonicalJson } from "../../src/canonical-json";

export function isSame(left: unknown, right: unknown): boolean {
  return canonicalJson(left ?? null) === canonicalJson(right ?? null);
}
