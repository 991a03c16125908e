// A place at which something lies that this run did not put there: another run of the same files may be sending it at this
// moment, and then it completes it. Sends nothing.
import { printable } from "../../redact";
import { askHow } from "./ask";
import type { Sending } from "./attempt";
import type { SourceFile } from "./source";
import { QUIET_TIME, watchOther, type Look } from "./watch-other";

/** Whether another run completes the session of the file, which it has open in the same batch, and has no dataset before. */
export async function isCompletedByOther(sending: Sending, file: SourceFile): Promise<boolean> {
  const { avala, signal, otherRun, abandoned, destination, isMade } = sending;
  if (abandoned.has(file.path)) return false;
  const name = printable(file.path);
  if (!otherRun.isReported) {
    otherRun.isReported = true;
    const text = `An object already exists at the place of ${name}: another run may be sending the same files to ${destination.datasetName} at this moment. Waiting ${QUIET_TIME} for it to complete the file.`;
    avala.emit({ kind: "warning", text });
  }
  let isCompleted = false;
  const look = async (): Promise<Look> => {
    const { method } = await askHow(sending, file);
    isCompleted = method === "COMPLETE";
    return isCompleted || (await isMade?.()) === true ? "done" : "nothing new";
  };
  await watchOther(avala, look, { what: `another run to complete ${name}`, signal });
  return isCompleted;
}
