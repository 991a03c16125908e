// That a Dataset has its name to itself in its stack.
import type { Call } from "../../process/calls";
import type { Problems } from "../../process/failures";
import type { Session } from "../../process/session";
import { hasUnknown } from "../../process/unknown";
import type { DatasetInputs } from "./inputs";

/** With `adopt` it may be meant to be another's. */
export function declareDataset(
  { declaredSets }: Session,
  inputs: DatasetInputs,
  call: Call,
  problems: Problems,
): void {
  const { name, ownerName, organizationUid, files, adopt } = inputs;
  if (adopt === true || hasUnknown([name, ownerName, organizationUid, files?.digest])) return;
  const content = files?.digest ?? call.urn ?? "";
  const set = { kind: "dataset", name, owner: organizationUid ?? ownerName, content } as const;
  try {
    declaredSets.declare(call, { ...set, input: "name" });
  } catch (error) {
    problems.addError(error, "name", new Set(["name"]));
  }
}
