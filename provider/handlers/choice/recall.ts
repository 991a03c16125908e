// The files of a set once more, as the `check` right before saw them. Knows nothing of what is done with them.
import { InputError, isAvalaError } from "../../../src/errors";
import { shortDigest } from "../../../src/files/manifest/dataset-name";
import type { Call } from "../../process/calls";
import type { LocalFiles, LocalSet } from "../../process/local-files";
import { optionsFor, type Chosen } from "./choice";

type Recalled = Chosen & { readonly digest: string };

/** Of a change that sends the set again, when the files are no longer those of the kept digest. */
function otherThanHeld({ root, digest }: Pick<Recalled, "root" | "digest">): InputError {
  return new InputError([
    {
      input: "digest",
      text: `is pinned to ${shortDigest(digest)} by ignoreChanges, but the files in ${root} have changed, and this change would send them again. Remove digest from ignoreChanges to send the files as they are, restore the old files, or undo the change`,
    },
  ]);
}

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
