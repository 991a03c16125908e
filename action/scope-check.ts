// Whether the key may do what a step is for, asked before the first byte, and while many bytes are read.
import { ignoreAdvice, withinAdvice } from "../src/api/advice";
import { withSignal, type Avala } from "../src/api/connection";
import { requireScopes } from "../src/api/endpoints/permissions";
import { withCheckBeside, type Beside } from "../src/flow/beside";
import { knownOwner } from "../src/operations/datasets/dataset-ref";
import { isGrowingTemplate } from "../src/operations/grow/increment-name";
import type { Inputs } from "./inputs/inputs";
import { scopesFor } from "./inputs/scopes";
import type { Run } from "./run-context";

/** A growing set that has all files needs no right but to look, and so costs no call for rights. */
export function isCheckedLater({ upload, export: exporting }: Inputs): boolean {
  return upload !== undefined && isGrowingTemplate(upload.dataset) && exporting === undefined;
}

/** @throws AvalaError `permission` that names the scopes that are missing */
export async function checkScopes({ inputs, log }: Run, avala: Avala): Promise<void> {
  const advice = await requireScopes(avala, scopesFor(inputs), "do what this step is for");
  if (advice !== undefined) log.warn(`${advice.text} ${advice.hint}`);
}

/**
 * For a growing set alone: whether the key is one at all. What is asked is kept, and a set that has datasets, or gets one, needs it
 * in any case.
 */
async function checkKey({ inputs }: Run, avala: Avala): Promise<void> {
  const { organizationUid } = inputs.connection;
  const ask = (brief: Avala): Promise<unknown> => knownOwner(brief, { organizationUid });
  await withinAdvice(avala, "look up the key's user", ask).catch(ignoreAdvice);
}

/**
 * Reads the files, and checks the key before anything is done with them: meanwhile, where they take long, and then a key that
 * is refused ends the reading. A dry run asks only what it plans with. @throws as `read`; as {@link checkScopes}
 */
export async function checkWhileReading(
  run: Run,
  avala: Avala,
  read: (beside?: Beside) => Promise<void>,
): Promise<void> {
  if (run.inputs.isDryRun) return read();
  const isLater = isCheckedLater(run.inputs);
  const check = (signal: AbortSignal): Promise<void> =>
    (isLater ? checkKey : checkScopes)(run, withSignal(avala, signal));
  await withCheckBeside(run.environment.signal, check, async (beside) => {
    await read(beside);
    if (!isLater) await beside.begin();
  });
}
