// The files of a set once more, as the `check` right before saw them. Knows nothing of what is done with them.
import { isAvalaError } from "../../../src/errors";
import type { Call } from "../../process/calls";
import type { LocalFiles, LocalSet } from "../../process/local-files";
import { optionsFor } from "./inputs";
import { otherThanHeld } from "./kept";

type Recalled = Parameters<typeof optionsFor>[0] & { readonly digest: string };

/** @throws AvalaError `file_changed`; InputError where `ignoreChanges` keeps a digest that is no longer the files' */
export async function recallSet(
  files: LocalFiles,
  inputs: Recalled,
  call: Call,
): Promise<LocalSet> {
  try {
    return await files.recall(optionsFor(inputs, call), inputs.digest);
  } catch (error) {
    if (call.isHeld !== true || !isAvalaError(error) || error.code !== "file_changed") throw error;
    throw otherThanHeld(inputs);
  }
}
