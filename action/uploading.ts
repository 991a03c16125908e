// The part of a run that brings files into datasets, as far as its first byte: plan, look up, check.
// Knows nothing of exports.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Avala } from "../src/api/connect";
import { stateDirectory } from "../src/config";
import { InputError } from "../src/errors";
import { describeCost, formatBytes } from "../src/upload/cost";
import { checkQuota, decideAll, type Decided, type Journey } from "./datasets";
import type { UploadInputs } from "./inputs/upload";
import { writePlan } from "./outputs";
import { checkPlan, checkPlannedDatasets, createPlan, costOf, parsePlan, type Plan } from "./plan";
import { publishAll } from "./publishing";
import type { Outcome } from "./results";
import type { Run } from "./run";
import type { Selection } from "./selection";

export type UploadOutcome = Extract<
  Outcome,
  "uploaded" | "unchanged" | "planned" | "partial" | "empty"
>;

/** `avala` is absent in a dry run without a key. */
export async function runUpload(
  run: Run,
  inputs: UploadInputs,
  avala: Avala | undefined,
): Promise<UploadOutcome> {
  const { results } = run;
  const { selection } = results;
  if (selection === undefined) throw new Error("No files were read before the upload.");
  const plan = await readPlan(run, inputs);
  if (plan !== undefined) checkPlan(plan, selection);
  if (selection.targets.length === 0) return "empty";
  if (avala === undefined || run.inputs.isDryRun) return writeDryRun(run, inputs, avala, selection);

  const journey = journeyOf(run, inputs, avala);
  const decided = await decideAll(journey, selection.targets);
  if (plan !== undefined) checkPlannedDatasets(plan, existence(decided));
  await checkQuota(journey, decided);
  tellCost(run, avala, decided);
  return publishAll(run, journey, decided);
}

/** Dataset name → whether the server has it; without those that nobody could look up. */
function existence(decided: readonly Decided[]): ReadonlyMap<string, boolean> {
  const known = decided.filter(({ isKnown }) => isKnown);
  return new Map(
    known.map(({ target, decision }) => [target.name, decision.existing !== undefined]),
  );
}

function tellCost(run: Run, avala: Avala, decided: readonly Decided[]): void {
  const toSend = decided.map(({ decision }) => decision.toSend).filter(({ length }) => length > 0);
  if (toSend.length === 0) return;
  run.log.info(`To send: ${describeCost(costOf(toSend, avala.pace.snapshot()))}.`);
}

function journeyOf(run: Run, inputs: UploadInputs, avala: Avala): Journey {
  return {
    avala,
    inputs,
    organizationUid: run.inputs.connection.organizationUid,
    budget: run.budget,
    stateDirectory: stateDirectory(run.environment.env),
    deadlineMs: inputs.timeBudgetMs === undefined ? undefined : run.startedMs + inputs.timeBudgetMs,
    warn: (text) => run.warn({ text }),
  };
}

async function readPlan(run: Run, { planFile }: UploadInputs): Promise<Plan | undefined> {
  if (planFile === undefined) return undefined;
  const file = resolve(run.environment.workspace, planFile);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError([{ input: "plan", text: `can't be read: ${reason}` }], { cause: error });
  }
  return parsePlan(text, planFile);
}

async function writeDryRun(
  run: Run,
  inputs: UploadInputs,
  avala: Avala | undefined,
  selection: Selection,
): Promise<"planned"> {
  const journey = avala && journeyOf(run, inputs, avala);
  const decided = journey && (await decideAll(journey, selection.targets));
  const exists = existence(decided ?? []);
  const plan = createPlan(selection, exists);
  run.results.files.plan = await writePlan(run.folder, plan);
  for (const dataset of plan.datasets) {
    const size = `${dataset.files} files, ${formatBytes(dataset.bytes)}`;
    const state = dataset.exists === true ? "exists already" : "would be made";
    run.log.info(`Dataset ${dataset.name} (${dataset.dataType}) ${state}: ${size}.`);
  }
  const toSend =
    decided?.map(({ decision }) => decision.toSend) ?? selection.targets.map(({ files }) => files);
  run.log.info(`A dry run: nothing is sent. It would be ${describeCost(costOf(toSend))}.`);
  return "planned";
}
