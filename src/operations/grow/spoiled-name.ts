// A name at whose place in storage something went wrong that no later run can replace there: what its increment is to be made of
// goes under the next number, which has other places.
import type { Avala } from "../../api/connection";
import { UploadError, isUploadError } from "../../errors";
import { printable } from "../../redact";
import { counted } from "../../text";
import { removeUploadJournal } from "../../upload/journal/upload-journal";
import { isAtPlace, isSessionLost } from "../../upload/send/session-lost";
import type { GrowDecision } from "./decide-growth";
import type { GrowOptions } from "./growth";
import { plannedName } from "./increment-name";
import type { IncrementToMake } from "./next-increment";

function isSpoiling(error: unknown): boolean {
  return isSessionLost(error) && (isAtPlace(error) || error.lost === "session");
}

/** Whether an upload failed by what lies at the places of its files, in every batch that was tried. */
export function isSpoiled(error: unknown): error is UploadError {
  if (!isUploadError(error)) return false;
  return isSpoiling(error.cause) || error.failures.some(({ error: cause }) => isSpoiling(cause));
}

/** What was sent under the first name stays there and is never a dataset. */
export async function underNextNumber(
  avala: Avala,
  decision: GrowDecision,
  { number, name, digest, files }: IncrementToMake,
  error: UploadError,
  { stateDirectory }: GrowOptions,
): Promise<GrowDecision> {
  const { target } = decision;
  const { organizationUid } = target.dataset;
  const named = plannedName(target.name, number + 1, digest);
  const next = { number: number + 1, digest, files, ...named };
  const text = `${error.message} What lies there can't be replaced, so ${counted(files.length, "file")} of ${printable(name)} ${files.length === 1 ? "is" : "are"} sent again as ${printable(next.name)}.`;
  avala.emit({ kind: "warning", text });
  // A later run would come to its name by it.
  await removeUploadJournal(avala, { datasetName: name, organizationUid }, stateDirectory);
  return { ...decision, next };
}

/** The same for people, where the next number has not helped. */
export function spoiledTwice({
  code,
  message,
  uploadUid,
  failures,
  landed,
  cause,
}: UploadError): UploadError {
  const hint =
    "Run again: the files are sent as another dataset of the growing set. If it happens again, report it to Avala.";
  return new UploadError(code, message, { uploadUid, failures, landed, hint, cause });
}
