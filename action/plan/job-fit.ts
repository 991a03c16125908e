// Whether an upload fits into one job, and what then. Pure; knows nothing of what is sent.
import { callsWithin, type Cost } from "../../src/upload/cost";
import { counted } from "../../src/text";
import { isStateLost, KEEP_STATE } from "../state-folder";

// GitHub's "Actions limits": a job ends after 6 hours on its machines, and after 5 days on one's own, where 6 hours are the
// default of the job's own timeout-minutes.
const HOSTED_MINUTES = 6 * 60;
const SELF_HOSTED_MINUTES = 5 * 24 * 60;
// Leaves a job half an hour for its other steps and for saving the record.
const ADVISED_BUDGET = HOSTED_MINUTES - 30;
// What is sent in less is soon sent again.
const MIN_LONG_MINUTES = 60;

interface Sending {
  readonly cost: Cost;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `time-budget-minutes` */
  readonly budgetMinutes?: number | undefined;
}

/** What to know before such an upload is begun, after a line with its cost; nothing where it fits and nothing can be lost. */
export function describeFit(sending: Sending): readonly string[] {
  const { cost, env, budgetMinutes } = sending;
  if (cost.files === 0) return [];
  const fit = budgetMinutes === undefined ? unbudgeted(sending) : budgeted(sending, budgetMinutes);
  const isLong = fit !== undefined || cost.minutesAtLimit >= MIN_LONG_MINUTES;
  const isAtRisk = isStateLost(env) && (isLong || budgetMinutes !== undefined);
  const risk = `This runner is deleted after its job, and the record of what landed with it: after an interruption, the next run starts over. ${KEEP_STATE}`;
  return [...(fit === undefined ? [] : [fit]), ...(isAtRisk ? [risk] : [])];
}

function unbudgeted({ cost, env }: Sending): string | undefined {
  const { minutesAtLimit: minutes } = cost;
  if (minutes <= HOSTED_MINUTES) return undefined;
  const advice = `Set time-budget-minutes: ${ADVISED_BUDGET}, keep AVALA_STATE_DIR between runs and run the workflow until its output complete is true: ${runsText(cost, ADVISED_BUDGET)}.`;
  if (env["RUNNER_ENVIRONMENT"] !== "self-hosted")
    return `This upload takes longer than 6 h, after which GitHub-hosted jobs end. ${advice} Self-hosted jobs may take up to 5 days.`;
  return minutes <= SELF_HOSTED_MINUTES
    ? `This upload takes longer than 6 h, after which a job ends unless its own timeout-minutes allows more: up to ${SELF_HOSTED_MINUTES} on a self-hosted runner. ${advice.replace("Set", "Or set")}`
    : `This upload takes longer than 5 days, after which each job ends. ${advice}`;
}

function budgeted({ cost, env }: Sending, budgetMinutes: number): string | undefined {
  const { minutesAtLimit: minutes } = cost;
  if (minutes <= budgetMinutes && minutes <= HOSTED_MINUTES) return undefined;
  const isHosted = env["RUNNER_ENVIRONMENT"] !== "self-hosted";
  if (isHosted && budgetMinutes >= HOSTED_MINUTES)
    return `time-budget-minutes: ${budgetMinutes} does not fit into the 6 h that a GitHub-hosted job may take, so the job would end first. Set it to ${ADVISED_BUDGET}.`;
  if (minutes <= budgetMinutes) return undefined;
  return `This upload takes longer than time-budget-minutes: ${budgetMinutes}. It takes ${runsText(cost, budgetMinutes)}.`;
}

/** More than one: it is asked of what one has no time for, if only since others have used up the minute that it begins in. */
function runsText({ calls, limitPerMinute }: Cost, budgetMinutes: number): string {
  const runs = Math.max(2, Math.ceil(calls / callsWithin(budgetMinutes, limitPerMinute)));
  return `about ${counted(runs, "run")}, each continuing where the last one stopped if these files do not change`;
}
