// Whether another run, on a machine that shares nothing with this one, has made the dataset while this one sends: what is sent
// from then on could only replace that run's files. Asked where other content may have the name, and seldom, since it costs a
// call each time.
import { isAvalaError } from "../errors";
import { printable } from "../redact";
import type { Run } from "./state";

const MIN_MS = 60_000;
/** So few of a run's calls go to it that it takes no longer for them. */
const MIN_CALLS = 300;

function isDue({ batch, isMade, looks, avala }: Run): boolean {
  if (batch.isNamedByContent || isMade || looks.calls - looks.callsAtLast < MIN_CALLS) return false;
  const now = avala.clock.now();
  // Shortly before a deadline it could wait beyond it.
  const isInTime = (avala.deadlineMs ?? Number.POSITIVE_INFINITY) - now > MIN_MS;
  return isInTime && now - looks.lastMs >= MIN_MS;
}

/** Never rejects but with `cancelled`: a look that fails shows nothing, and the confirm looks again. */
export async function lookForMade(run: Run): Promise<void> {
  const { request, looks, avala } = run;
  if (request.isMade === undefined || !isDue(run)) return;
  Object.assign(looks, { lastMs: avala.clock.now(), callsAtLast: looks.calls });
  try {
    if (!(await request.isMade())) return;
  } catch (error) {
    if (!isAvalaError(error) || error.code === "cancelled") throw error;
    return;
  }
  run.isMade = true;
  const text = `Another run has made the dataset ${printable(request.datasetName)} while this one was sending: nothing more is sent to it.`;
  avala.emit({ kind: "warning", text });
}
