// The end of a run, whatever it is: the one error, the outputs, the report, the summary.
// Knows nothing of how it came about.
import type { ActionEnvironment } from "./environment";
import { describeFailure } from "./failure";
import type { Inputs } from "./inputs";
import type { Log } from "./log";
import { outputsOf, writeReport } from "./outputs";
import type { Results } from "./results";
import { summarize } from "./summary";

/** Makes an error the run's end. The step has one error: what fails after it is a warning. */
export function fail(error: unknown, log: Log, results: Results): void {
  const failure = describeFailure(error);
  if (results.failure !== undefined) {
    log.warn(failure.text);
    return;
  }
  results.outcome = failure.outcome;
  results.isComplete = false;
  results.failure = failure.text;
  if (failure.stack !== undefined) log.debug(failure.stack);
  log.fail(failure.text);
}

export interface Ending {
  readonly log: Log;
  readonly results: Results;
  readonly folder: string | undefined;
  readonly inputs: Inputs | undefined;
}

/** Outputs and summary of whatever happened. Trouble with them is told, and hides nothing of the run's own end. */
export async function endRun(environment: ActionEnvironment, ending: Ending): Promise<void> {
  const { log, results, folder, inputs } = ending;
  try {
    if (folder !== undefined)
      results.files.report = await writeReport(folder, results, log.secrets);
    for (const [name, value] of outputsOf(results, inputs)) environment.setOutput(name, value);
  } catch (error) {
    fail(error, log, results);
    environment.setOutput("outcome", results.outcome);
    environment.setOutput("complete", "false");
  }
  // When an input is refused there are none; that nobody wants a summary counts all the same.
  const isWanted = inputs?.hasSummary ?? environment.getInput("summary").toLowerCase() !== "false";
  if (!isWanted) return;
  try {
    await environment.writeSummary(summarize(results, log.secrets));
  } catch (error) {
    log.warn(`The job summary could not be written: ${describeFailure(error).text}`);
  }
}
