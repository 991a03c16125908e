// Whether a file set that its state calls stored has to be sent again before a dataset can be made of it: a run of other
// content may have sent to its places since, and the outputs of that run may never have reached the state.
import { journalsIn } from "../../../src/upload/journal/journal";
import { unpackManifest } from "../../../src/files/manifest/packing";
import { batchToConfirm } from "../../../src/operations/publish/batch-to-confirm";
import { advise, findInPreview } from "../../process/advice";
import type { Call } from "../../process/calls";
import type { Session } from "../../process/session";
import { asUid, ownerOf, type FileSetOutputs } from "./inputs";

export const SENT_OVER =
  "sent again: since it was sent, another upload under its name has sent, or begun to send, files to the same places";

/** By the journal, so that it costs a call only where one is left of an upload that has no dataset. */
export async function isSentOver(
  session: Session,
  call: Call,
  { datasetName: name, organizationUid, uploadUid, digest, manifest }: FileSetOutputs,
): Promise<boolean> {
  const avala = session.avalaIfConfigured(call);
  const stateDirectory = session.stateDirectory();
  if (avala === undefined || stateDirectory === undefined) return false;
  if ((await journalsIn(avala.disk, stateDirectory)).size === 0) return false;
  const wanted = { name, organizationUid: ownerOf({ organizationUid }) };
  const what = `Whether files of ${name} have to be sent again`;
  const refused = await advise(session.messages(call), what, async () => {
    const { entries: files } = unpackManifest(manifest);
    const batch = { uid: asUid(uploadUid) };
    const sent = { dataset: wanted, files, digest, batch, isSentNow: false };
    const { refusal } = await batchToConfirm(avala, sent, { stateDirectory });
    return refusal !== undefined;
  });
  // Nothing can be added to a dataset that is made.
  return refused === true && (await findInPreview(session, call, wanted)) === undefined;
}
