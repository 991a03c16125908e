// What a preview says of a dataset that would be made: that it is there already, and what an `up` does about it.
import type { Dataset } from "../../../src/api/endpoints/datasets/dataset-wire";
import type { AvalaError } from "../../../src/errors";
import { visibilityWarning } from "../../../src/operations/publish/visibility";
import { describeDataset } from "../../../src/operations/datasets/dataset-work";
import { findInPreview, notCompared } from "../../process/advice";
import type { Call } from "../../process/calls";
import { textOf } from "../../process/failures";
import type { Session } from "../../process/session";
import { hasUnknown } from "../../process/unknown";
import { announceChanges } from "./change";
import { takeOverChanges } from "./diff";
import type { DatasetInputs } from "./inputs";
import { otherThanDeclared, unadopted } from "./make";
import type { Lineage } from "./lineage";

/** Why an `up` would not take it over, as far as a preview knows. */
function refusalOf(found: Dataset, inputs: DatasetInputs): AvalaError | undefined {
  const { files, adopt, dataType, slug } = inputs;
  const isOther = hasUnknown([dataType, slug]) ? undefined : otherThanDeclared(found, inputs);
  if (isOther !== undefined) return isOther;
  return files?.isVersion === true || adopt === true ? undefined : unadopted(found);
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
  if (hasUnknown(wanted)) return warnOfVisibility(session, call, inputs);
  // Of files their file set says it.
  if (session.avalaIfConfigured(call) === undefined && inputs.files === undefined)
    await session.messages(call).info(`dataset ${name}\n${notCompared}`);
  const found: Dataset | undefined = await findInPreview(session, call, wanted);
  if (found === undefined || mustGo(found.uid)) return warnOfVisibility(session, call, inputs);
  const messages = session.messages(call);
  const refusal = refusalOf(found, inputs);
  if (refusal !== undefined) {
    await messages.warn(`up will fail: ${textOf(refusal)}`);
    return;
  }
  await messages.info(`${describeDataset(found)} exists and will be taken over.`);
  await announceChanges(messages, found, takeOverChanges(found, inputs));
}

/** In the preview, since the file set sends its files before this dataset is confirmed. */
export async function warnOfVisibility(
  session: Session,
  call: Call,
  { files, visibility }: Pick<DatasetInputs, "files" | "visibility">,
): Promise<void> {
  const isKnown = files !== undefined && !hasUnknown(visibility);
  const text = isKnown ? visibilityWarning(visibility) : undefined;
  if (text !== undefined) await session.messages(call).warn(text);
}
