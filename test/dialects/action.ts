// The Action's scenarios by column. No code.
import type { ActionBench } from "./action-bench";
import { EXPORTS, GATES, RESUMES } from "./action-exports";
import { SECOND_RUNS, UPLOADS } from "./action-uploads";
import type { FrontEnd } from "./columns";

export const ACTION: FrontEnd<ActionBench> = {
  name: "the Action",
  columns: {
    upload: UPLOADS,
    "second run": SECOND_RUNS,
    resume: RESUMES,
    export: EXPORTS,
    gate: GATES,
  },
};
