// Values that a preview does not know yet. The engine sends them to the provider as one distinguished string.
// Knows nothing of resources.
import { runtime } from "@pulumi/pulumi";

export const UNKNOWN: string = runtime.unknownValue;

/** Whether `value` is unknown, or holds something unknown at any depth. */
export function hasUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasUnknown);
}

/**
 * An unknown in the place of a value that `check` would have computed. Its type is a white lie that the engine
 * unmasks: it turns the string back into an unknown before anyone reads it.
 */
export function unknownAs<T>(): T {
  return UNKNOWN as T;
}
