// An error of the core in other words. What programs decide by stays as it is.
import { ApiError, AvalaError, isApiError } from "./errors";

/** The same error with another message or hint, and the given one as its cause. Of the subclasses only an ApiError stays one. */
export function reworded(
  error: AvalaError,
  words: { readonly message?: string; readonly hint?: string | undefined },
): AvalaError {
  const { message = error.message, hint = error.hint } = words;
  const changed = { hint, cause: error };
  if (isApiError(error)) return new ApiError(error.code, message, { ...error, ...changed });
  return new AvalaError(error.code, message, { ...error, ...changed });
}
