// A run's ends as commit statuses: pending at its start, then what became of it. A job that is cancelled meanwhile says so there,
// too. Knows nothing of how a status is set.
import { counted } from "../src/text";
import type { Run } from "./run-context";
import { isCancelled, withLeftovers } from "./report/cancelled";
import { describeFailure } from "./report/failure";
import type { Results } from "./report/results";
import { statusNotSet, type StatusCheck } from "./report/status";

/** The error, with what a cancelled run leaves, once it is on the commit too. */
export async function reported(error: unknown, run: Run, status: StatusCheck): Promise<unknown> {
  const failure = withLeftovers(error, run);
  await reportFailure(run, status, failure);
  return failure;
}

export async function reportStart(run: Run, status: StatusCheck): Promise<void> {
  try {
    await status.set("pending", "Waiting for Avala");
  } catch (error) {
    // It may be set all the same, and would stay.
    throw isCancelled(error) ? await reported(error, run, status) : error;
  }
}

export async function reportSuccess(run: Run, status: StatusCheck): Promise<void> {
  const { inputs, results } = run;
  try {
    await status.set("success", successText(results));
  } catch (error) {
    if (isCancelled(error)) throw await reported(error, run, status);
    throw inputs.status === undefined ? error : statusNotSet(error, inputs.status, results);
  }
}

async function reportFailure(run: Run, status: StatusCheck, error: unknown): Promise<void> {
  const [firstLine = "Failed"] = describeFailure(error).text.split("\n");
  try {
    await status.set("failure", firstLine);
  } catch (statusError) {
    const { text } = describeFailure(statusError);
    run.log.warn(`The commit status could not be set to failure, so it stays pending: ${text}`);
  }
}

function successText({ export: made, datasets, sets }: Results): string {
  if (made !== undefined) return `Export ${made.uid}: ${made.status}`;
  if (sets.length > 0)
    return sets
      .map(({ target, plan }) => `${target.name}: ${counted(plan.current.length, "file")}`)
      .join(", ");
  return datasets.map(({ dataset }) => `${dataset.name}: ${dataset.status}`).join(", ");
}
