// The error that ends a program. Knows nothing of resources.
import { RunError } from "@pulumi/pulumi";
import { isAvalaError } from "../src/errors";
import { textOf } from "./process/failures";

/**
 * Of a `RunError` the engine shows only the message, of any other error its stack and all that it holds; of one that
 * becomes a resource's input it shows the stack of either, so this one has none. The error of ours is its `cause`; what is
 * not ours is a mistake somewhere, and keeps its stack.
 */
export function refusal(error: unknown, where?: string): unknown {
  if (!isAvalaError(error)) return error;
  const text = textOf(error);
  const refused = new RunError(where === undefined ? text : `${where}: ${text}`);
  refused.cause = error;
  refused.stack = refused.message;
  return refused;
}
