// What the steps of a run share. Types only.
import type { ActionEnvironment } from "./environment";
import type { Inputs } from "./inputs/inputs";
import type { Log } from "./report/log";
import type { Results } from "./report/results";
import type { Warning } from "./selection/selection";
import type { WaitBudget } from "./waiting";

export interface Run {
  readonly environment: ActionEnvironment;
  readonly inputs: Inputs;
  readonly log: Log;
  readonly results: Results;
  readonly budget: WaitBudget;
  /** For the files that the outputs name. */
  readonly folder: string;
  readonly startedMs: number;
  warn(warning: Warning): void;
  /** Puts out what is known by now. Cheap, and never throws. */
  putOutputs(): void;
  /** What is left to do when all outputs are out. */
  atEnd(work: () => Promise<void>): void;
}
