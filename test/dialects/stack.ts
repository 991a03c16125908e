// A stack's scenarios by column. No code.
import type { FrontEnd } from "./columns";
import type { StackBench } from "./stack-bench";
import { DATASETS } from "./stack-datasets";
import { EXPORTS, OTHERS } from "./stack-others";

export const STACK: FrontEnd<StackBench> = {
  name: "a stack",
  columns: { export: EXPORTS, stack: DATASETS, "webhooks, buckets": OTHERS },
};
