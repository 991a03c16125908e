// The time budget of an upload, for all that a step asks until its last dataset is made. What follows has `timeout-minutes`.
import { withDeadline, type Avala } from "../../src/api/connection";
import { ifLate } from "../../src/flow/deadline";
import type { Run } from "../run-context";
import { nextRunText } from "../state-folder";

/** The same session, of which nothing waits beyond the budget. */
export function sessionWithinBudget({ inputs: { upload }, startedMs }: Run, avala: Avala): Avala {
  const { timeBudgetMs } = upload ?? {};
  return timeBudgetMs === undefined ? avala : withDeadline(avala, startedMs + timeBudgetMs);
}

/** What `work` comes to: `partial` where the budget ends before it can send anything. */
export async function partialIfLate<T>(run: Run, work: () => Promise<T>): Promise<T | "partial"> {
  // A plan that is not written must not pass for one.
  if (run.inputs.isDryRun) return work();
  return work().catch(
    ifLate((waitedFor) => {
      const head = "The time budget ended before anything was sent.";
      run.warn({ text: `${head} ${waitedFor} ${nextRunText(run.environment.env, "nothing")}` });
      return "partial" as const;
    }),
  );
}
