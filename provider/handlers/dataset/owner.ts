// Whether an owner that is declared by another name than before is the same one: only the server knows whose names those are.
import { isOwnedBy } from "../../../src/operations/datasets/dataset-owner";
import { advise } from "../../process/advice";
import type { Call } from "../../process/calls";
import { without } from "../../process/present";
import type { Session } from "../../process/session";
import { hasUnknown } from "../../process/unknown";
import { isOwnerRenamed } from "./diff";
import type { DatasetInputs, DatasetOutputs } from "./inputs";

/**
 * The new inputs, with the owner as the state has it when it is the same one. Where it can't be looked up the names are all
 * there is. @throws AvalaError as {@link advise}
 */
export async function withKnownOwner(
  session: Session,
  call: Call,
  { olds, news }: { readonly olds: DatasetOutputs; readonly news: DatasetInputs },
): Promise<DatasetInputs> {
  const { ownerName } = news;
  if (ownerName === undefined || hasUnknown(ownerName) || !isOwnerRenamed(olds, news)) return news;
  const avala = session.avalaIfConfigured(call);
  if (avala === undefined) return news;
  const what = `Whether ${ownerName} owns dataset ${olds.name}`;
  const look = (): Promise<boolean> => isOwnedBy(avala, olds, ownerName);
  const isSame = await advise(session.messages(call), what, look);
  if (isSame !== true) return news;
  const known = olds.declared.ownerName ?? olds.ownerName;
  return { ...without(news, ["ownerName"]), ...(known !== undefined && { ownerName: known }) };
}
