// The inputs that a step was given, for people to see what it was asked: no secret, and nothing that is as it would be anyway.
import type { ActionEnvironment } from "../../environment";
import { INPUT_NAMES, INPUTS, type InputName } from "../../inputs/table";
import { urlText } from "../server-text";

export interface GivenInput {
  readonly name: InputName;
  readonly value: string;
}

const SECRET: ReadonlySet<InputName> = new Set(["api-key", "github-token"]);

export function givenInputs(getInput: ActionEnvironment["getInput"]): readonly GivenInput[] {
  return INPUT_NAMES.flatMap((name) => {
    const value = getInput(name);
    if (value === "" || value === INPUTS[name].default) return [];
    return [{ name, value: SECRET.has(name) ? "given, not shown" : shownValue(name, value) }];
  });
}

/** What stands before the host of a URL or behind its path may be a password. */
function shownValue(name: InputName, value: string): string {
  if (name !== "base-url") return value;
  const url = urlText(value);
  return url === "" ? "not a URL" : `${new URL(url).origin}${new URL(url).pathname}`;
}
