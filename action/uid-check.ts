// Whether the uids that the inputs name are there, asked before files are read: the upload would else go before the refusal.
import type { Avala } from "../src/api/connection";
import { InputError } from "../src/errors";
import { problemsWithUids, type GivenUid } from "../src/operations/uid-check";
import type { Inputs } from "./inputs/inputs";

function givenUids({ connection, export: exporting }: Inputs): readonly GivenUid[] {
  const { organizationUid } = connection;
  const source = exporting?.source.kind === "new" ? exporting.source : undefined;
  return [
    ...(organizationUid === undefined
      ? []
      : [{ input: "organization", kind: "organization", uid: organizationUid } as const]),
    ...(source?.datasets ?? []).map(
      (uid) => ({ input: "export-datasets", kind: "dataset", uid }) as const,
    ),
    ...(source?.projects ?? []).map(
      (uid) => ({ input: "export-projects", kind: "project", uid }) as const,
    ),
  ];
}

/** @throws InputError with each that is not there */
export async function checkUids(inputs: Inputs, avala: Avala): Promise<void> {
  const problems = await problemsWithUids(avala, givenUids(inputs));
  if (problems.length > 0) throw new InputError(problems);
}
