// All that is wrong with what a VersionedDataset is given: the engine asks no provider about a component.
import * as pulumi from "@pulumi/pulumi";
import { InputError } from "../../src/errors";
import { COMPONENT_FIELDS } from "./component-fields";
import { checkChoice } from "../handlers/choice/choice";
import { Problems } from "../process/failures";
import { checkFields } from "../process/fields";
import { UNKNOWN } from "../process/unknown";

type SetGiven = Parameters<typeof checkChoice>[0];

/** Deeper than any input of ours. */
const maxDepth = 10;

/** As the engine would hand it over: what is not known while the program runs is unknown. */
function asKnown(value: unknown, depth = 0): unknown {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return UNKNOWN;
  if (typeof value !== "object" || value === null || depth === maxDepth) return value;
  if (Array.isArray(value)) return value.map((item) => asKnown(item, depth + 1));
  const members = Object.entries(value).map(([name, item]: [string, unknown]) => [
    name,
    asKnown(item, depth + 1),
  ]);
  return Object.fromEntries(members) as object;
}

/** @throws InputError with everything that is wrong, before anything is registered */
export function checkComponent(args: object): void {
  const given = asKnown(args) as SetGiven;
  const problems = new Problems();
  checkFields(given, COMPONENT_FIELDS, problems);
  if (given.root === UNKNOWN)
    problems.add("root", "must be plain text: it is listed while the program runs");
  if (problems.failures.length === 0) return;
  checkChoice(given, {}, problems);
  const found = problems.failures.map(({ property, reason }) => ({
    input: property,
    text: reason,
  }));
  throw new InputError(found);
}
