// Holds an Export to its gate, so that what depends on it waits. Knows nothing of how the export is made.
import type { Avala } from "../../../src/api/connection";
import type { Export } from "../../../src/api/endpoints/exports";
import {
  describeCondition,
  exportConditions,
  refuseUnmet,
  type GateNames,
} from "../../../src/operations/gate";
import { readProjectConditions } from "../../../src/operations/project-conditions";
import type { Messages } from "../../process/messages";
import { gateOf, timeoutMsOf, type ExportInputs } from "./inputs";

const NAMES: GateNames = {
  minTasks: "gate.minTasks",
  minExported: "gate.minExported",
  pendingTasks: "gate.pendingTasks",
  qualityTargets: "gate.qualityTargets",
};

const WORK =
  "Finish what is missing and run up again, which makes another export, or lower the conditions of the gate.";

interface Judging {
  readonly inputs: ExportInputs;
  readonly avala: Avala;
  readonly messages: Messages;
}

/** Does nothing for an export without a gate. @throws GateClosedError; AvalaError when a condition can't be read */
export async function judgeGate(
  finished: Export | undefined,
  { inputs, avala, messages }: Judging,
): Promise<void> {
  if (inputs.gate === undefined) return;
  const gate = gateOf(inputs.gate);
  const ofProjects = await readProjectConditions(avala, {
    ...{ projects: inputs.projects, gate, names: NAMES },
    timeoutMs: timeoutMsOf(inputs),
  });
  for (const text of ofProjects.warnings) await messages.warn(text);
  const ofExport = finished === undefined ? [] : exportConditions(finished, gate, NAMES);
  const conditions = [...ofExport, ...ofProjects.conditions];
  refuseUnmet(conditions, WORK);
  if (finished === undefined) return;
  for (const condition of conditions) await messages.info(`met: ${describeCondition(condition)}`);
}
