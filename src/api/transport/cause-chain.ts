// An error of a library and what caused it, in turn. Knows nothing of what they say.
import { isRecord, type Json } from "../../json";

// No library wraps an error more often, and one that is its own cause must end.
const MAX_CAUSES = 4;

/** The error first. Error objects are no plain records for the type, but have properties all the same. */
export function causeChain(error: unknown): readonly Json[] {
  const chain: Json[] = [];
  for (let at = error; isRecord(at) && chain.length < MAX_CAUSES; at = at["cause"]) chain.push(at);
  return chain;
}
