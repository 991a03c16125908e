// Whether the uids that the inputs name are there, asked before files are read: the upload would else go before the refusal.
import type { Avala } from "../src/api/connection";
import { InputError } from "../src/errors";
import { givenUids, problemsWithUids, type GivenUid } from "../src/operations/uid-check";
import type { Inputs } from "./inputs/inputs";

function uidsIn({ connection, export: exporting }: Inputs): readonly GivenUid[] {
  const { organizationUid } = connection;
  const source = exporting?.source.kind === "new" ? exporting.source : undefined;
  return [
    ...givenUids(
      "organization",
      "organization",
      organizationUid === undefined ? [] : [organizationUid],
    ),
    ...givenUids("export-datasets", "dataset", source?.datasets ?? []),
    ...givenUids("export-projects", "project", source?.projects ?? []),
  ];
}

/** @throws InputError with each that is not there */
export async function checkUids(inputs: Inputs, avala: Avala): Promise<void> {
  const problems = await problemsWithUids(avala, uidsIn(inputs));
  if (problems.length > 0) throw new InputError(problems);
}
