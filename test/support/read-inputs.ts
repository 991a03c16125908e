// The inputs of a step as the Action reads them, or everything that is wrong with them. Nothing that they name is looked at.
import type { ActionEnvironment } from "../../action/environment";
import { readGiven, type Inputs } from "../../action/inputs/inputs";
import { InputError } from "../../src/errors";

export function readInputs(environment: ActionEnvironment): Inputs {
  const { inputs, refused } = readGiven(environment, () => ({ refused: [], beside: [] }));
  if (refused !== undefined) throw new InputError([...refused.problems, ...refused.beside]);
  return inputs;
}
