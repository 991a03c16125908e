// A Dataset with `protect: true` that is made of a file set: the engine refuses to replace it, but asks only after the
// file set's own replacement, which sends every file. The engine keeps `protect` to itself, so the program passes on the
// names of such datasets, and the inputs keep them for the next run. Pure.
import { AvalaError } from "../../../src/errors";
import { listed } from "../../../src/text";
import type { FileSetInputs, FileSetOutputs } from "./inputs";

type Named = { readonly protectedDatasets?: readonly string[] };

/** As the engine judges: those that are protected now and were in the run before. */
export function protectedInBoth(olds: Named, news: Named): readonly string[] {
  const before = new Set(olds.protectedDatasets);
  return (news.protectedDatasets ?? []).filter((name) => before.has(name));
}

export function wouldBeRefused(
  olds: Pick<FileSetOutputs, "datasetName">,
  news: Pick<FileSetInputs, "datasetName">,
  names: readonly string[],
): AvalaError {
  return new AvalaError(
    "conflict",
    `${olds.datasetName} would be replaced by ${news.datasetName}, but Pulumi does not replace resources with protect: true, and these are made from it:${listed(names)}`,
    {
      hint: 'Nothing was sent. Set protect: false on them and run up; they may be protected again after that. With onDelete: "keep", the default, the old dataset stays at Avala all the same.',
    },
  );
}
