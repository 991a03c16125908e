// What `check` finds wrong, as the engine may show it. Of a failure that names a property the engine prints the property's
// value, secrets in clear and nested ones too (`issueCheckErrors` in its `step_generator.go`, seen with 3.259.0). So a
// failure names its property only where the value may be read by everyone; elsewhere the reason says which one it is.
import type { dynamic } from "@pulumi/pulumi";
import { printableLines } from "../../src/redact";
import { FIELDS } from "../fields/tables";
import type { ResourceKind } from "../loader";
import { SECRET_FIELDS } from "../secret-fields";
import type { Call } from "./calls";
import type { Hide } from "./failures";
import { findSpecial } from "./plain";
import { textsIn } from "./secret-texts";

/** Values that are no data, as failures of the inputs that hold them. */
export function specialInputs(given: object): dynamic.CheckFailure[] {
  return Object.entries(given).flatMap(([property, value]: [string, unknown]) => {
    const found = findSpecial(value);
    if (found === undefined) return [];
    const what = found.path === "" ? `is ${found.kind}` : `has ${found.kind} at ${found.path}`;
    return [{ property, reason: `${what}. Use plain values: strings, numbers, lists, objects` }];
  });
}

interface Shown {
  readonly kind: ResourceKind;
  /** As the engine has them. */
  readonly inputs: object;
  /** Absent when the engine took it away: then what is secret is not known. */
  readonly call: Call | undefined;
  readonly hide: Hide;
}

/** Whether everyone may read the value of `property`. */
function isOpen(property: string, { kind, inputs, call, hide }: Shown): boolean {
  const value = new Map<string, unknown>(Object.entries(inputs)).get(property);
  if (value === undefined || value === null) return true;
  // Of a name with a slip in it nobody knows what was meant: it may be a key.
  if (call === undefined || !Object.hasOwn(FIELDS[kind], property)) return false;
  const isOf = ([first]: readonly string[]): boolean => first === property;
  if (SECRET_FIELDS[kind].some(isOf) || (call.secrets ?? []).some(isOf)) return false;
  return textsIn(value).every((text) => hide(text) === text);
}

/** The failures with every secret masked, and without the names of properties that hold one. */
export function shownFailures(
  failures: readonly dynamic.CheckFailure[],
  shown: Shown,
): dynamic.CheckFailure[] {
  return failures.map(({ property, reason: plain }) => {
    const reason = printableLines(shown.hide(plain));
    if (property === "" || isOpen(property, shown)) return { property, reason };
    return { property: "", reason: `${property}: ${reason}` };
  });
}
