// The end of a run, whatever it is: the one error, the outputs, the report, the summary.
// Knows nothing of how it came about.
import { InputError } from "../../src/errors";
import type { ActionEnvironment } from "../environment";
import { describeFailure, failureDetails } from "./failure";
import type { Inputs } from "../inputs/inputs";
import type { Log } from "./log";
import type { OutputWriter } from "./output-writer";
import { writeReport } from "./outputs";
import type { FileProblem, Results } from "./results";
import { isName } from "./server-text";
import { summarize } from "./summary/summary";
import { factsOf, type Facts } from "./facts/facts";
import { givenInputs } from "./facts/given-inputs";
import { stepOf } from "./facts/step";

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
  results.error = failureDetails(error);
  results.problems = [...results.problems, ...fileProblemsOf(error)];
  if (failure.stack !== undefined) log.debug(failure.stack);
  log.fail(failure.text);
}

/** Of what was refused, the files: the error names some of them, and the report all. */
function fileProblemsOf(error: unknown): readonly FileProblem[] {
  if (!(error instanceof InputError)) return [];
  return error.problems.flatMap(({ path, text }) =>
    path === undefined ? [] : [{ path, problem: text }],
  );
}

interface Ending {
  readonly log: Log;
  readonly results: Results;
  readonly folder: string | undefined;
  readonly inputs: Inputs | undefined;
  readonly outputs: OutputWriter;
}

/**
 * Outputs, report and summary of whatever happened. Trouble with them hides nothing of the run's own end, and undoes
 * nothing of what was done at Avala: a step without its outputs fails, for later ones count on them; one without a report
 * or a summary warns.
 */
export async function endRun(environment: ActionEnvironment, ending: Ending): Promise<void> {
  const { log, results, folder, inputs, outputs } = ending;
  for (const text of leftOutOf(results)) warn(ending, text);
  log.reportRepeated();
  // What matters most first: the report is what a full disk has no room for.
  outputs.put();
  const facts = factsAt(environment, results);
  if (folder !== undefined) await reportTo(folder, facts, ending);
  outputs.put();
  failWithoutOutputs(ending);
  const trouble = environment.logTrouble();
  if (trouble !== undefined) warn(ending, `Lines of the log could not be written: ${trouble}`);
  // When an input is refused there are none; `summary: false` still counts.
  const isWanted = inputs?.hasSummary ?? environment.getInput("summary").toLowerCase() !== "false";
  if (!isWanted) return;
  try {
    await environment.writeSummary(summarize(facts, log.secrets));
  } catch (error) {
    log.warn(`The job summary could not be written. ${describeFailure(error).text}`);
  }
}

/** Why an output is empty although something is known. */
function leftOutOf({ datasets }: Results): readonly string[] {
  return datasets.flatMap(({ target, dataset: { uid, slug } }) =>
    [uid, slug]
      .filter((name) => !isName(name))
      .map(
        (name) =>
          `For the dataset ${target.name} Avala returned ${JSON.stringify(name)}, which can't be a uid or a slug; that output is left empty.`,
      ),
  );
}

function factsAt(environment: ActionEnvironment, results: Results): Facts {
  const inputs = givenInputs((name) => environment.getInput(name));
  return factsOf(results, { step: stepOf(environment.env), inputs });
}

async function reportTo(folder: string, facts: Facts, ending: Ending): Promise<void> {
  const { log, results } = ending;
  try {
    results.files.report = await writeReport(folder, facts, log.secrets);
  } catch (error) {
    warn(ending, `The report could not be written. ${describeFailure(error).text}`);
  }
}

function warn({ log, results }: Ending, text: string): void {
  results.warnings.push({ text });
  log.warn(text);
}

function failWithoutOutputs(ending: Ending): void {
  const { log, results, outputs } = ending;
  const problem = outputs.problem();
  if (problem === undefined) return;
  const { text } = describeFailure(problem);
  if (results.failure !== undefined) return warn(ending, text);
  results.warnings.push({ text });
  log.fail(`${text}\nWhat was done at Avala remains (outcome: ${results.outcome}).`);
}
