// A place at which something lies that this run did not put there: another run of the same files may be sending it at this
// moment, and then it completes it. Sends nothing.
import { DEFAULT_TRIES } from "../../flow/retry";
import { printable } from "../../redact";
import { askHow } from "./ask";
import type { Sending } from "./attempt";
import type { SourceFile } from "./source";
import { QUIET_TIME, watchOther } from "./watch-other";

/** Whether another run completes the session of the file, which it has open in the same batch. */
export async function isCompletedByOther(sending: Sending, file: SourceFile): Promise<boolean> {
  const { avala, signal, otherRun, destination } = sending;
  const name = printable(file.path);
  if (!otherRun.isTold) {
    otherRun.isTold = true;
    const text = `Something lies at the place of ${name} already: another run may be sending the same files to ${destination.datasetName} at this moment. Waiting for it to complete the file, as long as it shows signs of life, and ${QUIET_TIME} after the last one.`;
    avala.emit({ kind: "warning", text });
  }
  const ended = await watchOther(
    avala,
    async () => {
      const { method } = await askHow(sending, file, { maxTries: DEFAULT_TRIES });
      return method === "COMPLETE" ? "done" : "nothing new";
    },
    { what: `another run to complete ${name}`, signal },
  );
  return ended === "done";
}
