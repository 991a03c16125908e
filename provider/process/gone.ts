// What is gone at Avala. Only a 404 says so: whatever else a look or a removal ends with stays an error.
import type { dynamic } from "@pulumi/pulumi";
import { AvalaError, isNotFound } from "../../src/errors";
import { classOf, type ResourceKind } from "../loader";

/** For `read`: without an id the resource leaves the state. */
export async function readOrGone<Outputs>(
  id: string,
  read: () => Promise<Outputs>,
): Promise<dynamic.ReadResult<Outputs>> {
  try {
    return { id, props: await read() };
  } catch (error) {
    if (isNotFound(error)) return { id: "" };
    throw error;
  }
}

/** By what a program asks for one, where that is not its uid. */
const ASKED_BY: Partial<Record<ResourceKind, string>> = {
  fileSet: "dataset name",
  qualityTarget: "id",
};

/** Whether a read is a program's own (`get`), of which no state has a value yet: a refresh has the outputs. */
function isAskedByProgram(props: object | undefined): boolean {
  return Object.keys(props ?? {}).every((name) => name.startsWith("__"));
}

/**
 * Of what a program asks for itself there must be something: it would go on with outputs that have no value. What is gone
 * after it was in the state passes. @throws AvalaError `not_found`
 */
export function refuseNothing(
  { kind, id }: { readonly kind: ResourceKind; readonly id: string },
  found: { readonly id?: string | undefined },
  props: object | undefined,
): void {
  if (found.id !== "" || !isAskedByProgram(props)) return;
  const type = classOf(kind);
  const by = ASKED_BY[kind] ?? "uid";
  const text = `${type}.get: no ${type} with the ${by} ${id} exists at Avala, or this key does not see it.`;
  throw new AvalaError("not_found", text, {
    hint: `Check the ${by}, and the key and the base URL that it was looked for with. If it was deleted, remove ${type}.get from the program, or declare it with new ${type}.`,
  });
}

/** For `delete`: what is gone already is removed. */
export async function removeUnlessGone(remove: () => Promise<void>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
