// What is said of an upload's cost before its first byte. Knows nothing of how it is decided what is sent.
import type { Avala } from "../../src/api/connection";
import { describeCost, estimateCost, type Cost, type DatasetToSend } from "../../src/upload/cost";
import { MS_PER_MINUTE } from "../inputs/values";
import { describeFit } from "../plan/job-fit";
import type { Run } from "../run-context";

export function reportCost(run: Run, avala: Avala, datasets: readonly DatasetToSend[]): void {
  const cost = estimateCost(datasets, avala.pace.snapshot());
  run.results.filesToSend = cost.files;
  reportFit(run, cost);
  if (cost.files > 0) run.log.info(`To send: ${describeCost(cost)}.`);
}

/** That one job is too short for it, or that nothing would be left of an interrupted one. */
export function reportFit(run: Run, cost: Cost): void {
  const { env } = run.environment;
  const budgetMs = run.inputs.upload?.timeBudgetMs;
  const budgetMinutes = budgetMs === undefined ? undefined : budgetMs / MS_PER_MINUTE;
  for (const text of describeFit({ cost, env, budgetMinutes })) run.warn({ text });
}
