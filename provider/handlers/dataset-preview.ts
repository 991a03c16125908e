// What a preview says of a dataset that would be made: that it is there already, and what an `up` does about it.
import type { Dataset } from "../../src/api/datasets";
import { findInPreview } from "../process/advice";
import type { Call } from "../process/calls";
import type { Session } from "../process/session";
import { hasUnknown } from "../process/unknown";
import { describeDataset } from "./dataset-fate";
import type { DatasetInputs } from "./dataset-inputs";
import type { Lineage } from "./dataset-lineage";

export const HOW_TO_TAKE_OVER = "Set adopt: true to manage it from here on, or take another name.";

function isTakenOver({ files, adopt }: DatasetInputs): boolean {
  return files?.isVersion === true || adopt === true;
}

/**
 * A dataset that makes way for this one is gone by then, and not taken over.
 * @throws AvalaError as {@link findInPreview}
 */
export async function previewTakeOver(
  session: Session,
  call: Call,
  inputs: DatasetInputs,
  { mustGo }: Pick<Lineage, "mustGo">,
): Promise<void> {
  const { name, ownerName, organizationUid } = inputs;
  const wanted = { name, ownerName, organizationUid };
  if (hasUnknown(wanted)) return;
  const found: Dataset | undefined = await findInPreview(session, call, wanted);
  if (found === undefined || mustGo(found.uid)) return;
  const text = describeDataset(found);
  const messages = session.messages(call);
  if (isTakenOver(inputs)) await messages.info(`${text} exists and will be taken over.`);
  else await messages.warn(`${text} exists already, so up will fail. ${HOW_TO_TAKE_OVER}`);
}
