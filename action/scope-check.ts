// Whether the key may do what a step is for, asked before the first byte.
import type { Avala } from "../src/api/connection";
import { requireScopes } from "../src/api/endpoints/permissions";
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
