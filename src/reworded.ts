// An error of the core in other words, or with what had landed before it. What programs decide by stays as it is.
import {
  ApiError,
  AvalaError,
  isApiError,
  type AvalaErrorOptions,
  type LandedFile,
} from "./errors";

interface Changes extends Pick<AvalaErrorOptions, "hint" | "uploadUid"> {
  readonly message?: string;
  readonly landed?: readonly LandedFile[];
}

/** The same error with what is given, and the given one as its cause. Of the subclasses only an ApiError stays one. */
export function reworded(error: AvalaError, changes: Changes): AvalaError {
  const { message = error.message, hint = error.hint, ...reached } = changes;
  const changed = { ...error, ...reached, hint, cause: error };
  if (isApiError(error)) return new ApiError(error.code, message, { ...error, ...changed });
  return new AvalaError(error.code, message, changed);
}
