// What an Export's inputs and outputs are between the engine and its handler, and what is wrong with them.
import { createHash } from "node:crypto";
import type { Export } from "../../../src/api/endpoints/exports";
import { readMinExported, type Gate } from "../../../src/operations/gate";
import { givenUids, type GivenUid } from "../../../src/operations/uid-check";
import { EXPORT_FIELDS, type GateInput } from "../../fields/export";
import { namesOf, type Given } from "../../fields/field";
import type { Problems } from "../../process/failures";
import { checkFields, keptIn } from "../../process/fields";
import { isLeftOut, present, without } from "../../process/present";
import { canonicalJson } from "../../../src/canonical-json";
import { hasUnknown, unknownAs } from "../../process/unknown";

type ByProgram = Given<typeof EXPORT_FIELDS>;

export interface ExportInputs extends ByProgram {
  readonly name: string;
  readonly format: string;
  readonly datasets: readonly string[];
  readonly projects: readonly string[];
  readonly slices: readonly string[];
}

/** As a program gives them. */
export interface ExportGiven extends ByProgram {
  /** The resource's own name: what a `name` is made of when none is given. */
  readonly baseName?: string;
}

/** What the API returns, but for why it failed: that fails the `up`. What was asked for is kept as it was given. */
export interface ExportOutputs extends Omit<Export, "error" | keyof ExportInputs>, ExportInputs {
  /** It is complete and holds too little: it will not change, so the next `up` makes another. */
  readonly isClosed?: boolean;
}

const DEFAULT_FORMAT = "avala-json-external";
const SUFFIX_DIGITS = 8;
const SOURCE_FIELDS: ReadonlySet<string> = new Set(
  namesOf(EXPORT_FIELDS).filter(
    (name) => EXPORT_FIELDS[name].change === "replace" && name !== "name" && name !== "gate",
  ),
);

export function checkExport(given: ExportGiven, problems: Problems): void {
  checkFields(without(given, ["baseName"]), EXPORT_FIELDS, problems);
  checkGate(given, problems);
  const { datasets, projects, slices } = given;
  const sources = [datasets, projects, slices];
  if (!hasUnknown(sources) && sources.every((list) => list === undefined || list.length === 0)) {
    problems.add(
      "datasets",
      "is empty, and so are projects and slices: an export needs something to export",
    );
  }
}

/** A gate judges an export that is complete, and its projects where it asks about them. */
function checkGate({ gate, projects, waitForExport }: ExportGiven, problems: Problems): void {
  if (gate === undefined || gate === null || typeof gate !== "object") return;
  if (waitForExport === false)
    problems.add("gate", "needs a complete export, so waitForExport can't be false");
  const ofProjects = (["pendingTasks", "qualityTargets"] as const).filter(
    (name) => !isLeftOut(gate[name]),
  );
  if (ofProjects.length === 0 || hasUnknown(projects) || (projects ?? []).length > 0) return;
  const are = ofProjects.length === 1 ? "is" : "are";
  problems.add(
    "gate",
    `${ofProjects.join(" and ")} ${are} about projects, so projects must be set`,
  );
}

/** What the core holds an export to. */
export function gateOf({ minTasks, minExported, pendingTasks, qualityTargets }: GateInput): Gate {
  return {
    minTasks: minTasks ?? undefined,
    minExported: isLeftOut(minExported) ? undefined : readMinExported(String(minExported)),
    hasNoPending: pendingTasks === 0,
    quality: qualityTargets ?? undefined,
  };
}

/** Of what is exported, as far as it is known. */
export function uidsIn({ datasets, projects }: ExportGiven): readonly GivenUid[] {
  // What is not known yet need not be a list.
  const known = (list: readonly string[] | undefined): readonly string[] =>
    Array.isArray(list) ? list.filter((uid): uid is string => !hasUnknown(uid)) : [];
  return [
    ...givenUids("datasets", "dataset", known(datasets)),
    ...givenUids("projects", "project", known(projects)),
  ];
}

/** Sorted and without doubles: the order says nothing, so another order is not a change. */
function uids(list: readonly string[] | undefined): readonly string[] {
  if (list === undefined) return [];
  return hasUnknown(list) ? list : [...new Set(list)].sort();
}

/**
 * The resource's name and a short hash of what is exported: of two exports of one resource, the newer has another name,
 * so that one whose reply was lost is distinguished from the one before it.
 */
function nameFor(baseName: string, content: object): string {
  return hasUnknown(content) ? unknownAs<string>() : `${baseName}-${suffixOf(content)}`;
}

function suffixOf(content: object): string {
  return createHash("sha256").update(canonicalJson(content)).digest("hex").slice(0, SUFFIX_DIGITS);
}

/** Whether the name stands for all that is exported, so that one of this name is the very export. */
export function isNamedByContent(inputs: ExportInputs): boolean {
  return inputs.name.endsWith(`-${suffixOf(sourceOf(inputs))}`);
}

/** What makes one export another than the next: all that another one is made for, but its name, and how it is judged. */
function sourceOf(inputs: Omit<ExportInputs, "name">): object {
  const isSource = (name: string): boolean => SOURCE_FIELDS.has(name);
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => isSource(name)));
}

export function exportInputs({ baseName = "export", ...given }: ExportGiven): ExportInputs {
  const content = {
    ...given,
    format: given.format ?? DEFAULT_FORMAT,
    datasets: uids(given.datasets),
    projects: uids(given.projects),
    slices: uids(given.slices),
  };
  const name = given.name ?? nameFor(baseName, sourceOf(content));
  return present<ExportInputs>({ ...content, name });
}

/** What the API returns of the export, under what was asked for. */
export function exportOutputs(found: Export, asked: Partial<ExportInputs>): ExportOutputs {
  return present<ExportOutputs>({
    ...without(found, ["error"]),
    ...{ name: found.name ?? "", format: found.format ?? "" },
    ...keptIn(EXPORT_FIELDS, asked),
  });
}

const DEFAULT_TIMEOUT_MINUTES = 60;

export function timeoutMsOf({ timeoutMinutes }: Pick<ExportInputs, "timeoutMinutes">): number {
  return (timeoutMinutes ?? DEFAULT_TIMEOUT_MINUTES) * 60_000;
}
