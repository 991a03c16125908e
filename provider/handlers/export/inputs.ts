// What an Export's inputs and outputs are between the engine and its handler, and what is wrong with them.
import { createHash } from "node:crypto";
import { MAX_NAME_CHARACTERS } from "../../../src/api/limits";
import type { Export, ExportInput } from "../../../src/api/endpoints/exports";
import type { Problems } from "../../process/failures";
import { present } from "../../process/present";
import {
  applyRules,
  isFlag,
  isMinutes,
  isText,
  isTextList,
  isTextMap,
  type Rule,
  type Rules,
} from "../../process/rules";
import { canonicalJson } from "../../../src/canonical-json";
import { hasUnknown, unknownAs } from "../../process/unknown";

export interface ExportInputs {
  readonly name: string;
  readonly format: string;
  readonly datasets: readonly string[];
  readonly projects: readonly string[];
  readonly slices: readonly string[];
  readonly filterQueryString?: string;
  readonly triggers?: Readonly<Record<string, string>> | readonly string[];
  readonly waitForExport?: boolean;
  readonly timeoutMinutes?: number;
}

/** As a program gives them. */
export interface ExportGiven extends Partial<ExportInputs> {
  /** The resource's own name: what a `name` is made of when none is given. */
  readonly baseName?: string;
}

export interface ExportOutputs {
  readonly uid: string;
  readonly name: string;
  readonly format: string;
  readonly datasets: readonly string[];
  readonly projects: readonly string[];
  readonly slices: readonly string[];
  readonly filterQueryString?: string;
  readonly triggers?: Readonly<Record<string, string>> | readonly string[];
  readonly waitForExport?: boolean;
  readonly timeoutMinutes?: number;
  readonly status: string;
  readonly state: Export["state"];
  readonly totalTaskCount?: number;
  readonly exportedTaskCount?: number;
  readonly downloadUrl?: string;
  readonly createdAt?: string;
  readonly updatedAt?: string;
}

const DEFAULT_FORMAT = "avala-json-external";
const SUFFIX_DIGITS = 8;

const isExportName: Rule = (value) => {
  const text = isText(value);
  if (text !== undefined) return text;
  const { length } = value as string;
  return length <= MAX_NAME_CHARACTERS
    ? undefined
    : `has ${length} characters, more than ${MAX_NAME_CHARACTERS}`;
};

const isTriggers: Rule = (value) =>
  isTextMap(value) === undefined || isTextList(value) === undefined
    ? undefined
    : "must be a list or an object of texts";

const EXPORT_RULES: Rules = {
  name: isExportName,
  format: isText,
  datasets: isTextList,
  projects: isTextList,
  slices: isTextList,
  filterQueryString: isText,
  triggers: isTriggers,
  waitForExport: isFlag,
  timeoutMinutes: isMinutes,
};

export function checkExport(given: ExportGiven, problems: Problems): void {
  applyRules(given, EXPORT_RULES, problems);
  const { datasets, projects, slices } = given;
  const sources = [datasets, projects, slices];
  if (!hasUnknown(sources) && sources.every((list) => list === undefined || list.length === 0)) {
    problems.add(
      "datasets",
      "is empty, and so are projects and slices: an export needs something to export",
    );
  }
}

/** Sorted and without doubles: the order says nothing, so a change of it is no change. */
function uids(list: readonly string[] | undefined): readonly string[] {
  if (list === undefined) return [];
  return hasUnknown(list) ? list : [...new Set(list)].sort();
}

/**
 * The resource's name and a short hash of what is exported: of two exports of one resource, the newer has another name,
 * so that one whose reply was lost is told from the one before it.
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

/** What makes one export another than the next. */
function sourceOf(inputs: Omit<ExportInputs, "name">): object {
  const { filterQueryString, format, datasets, projects, slices, triggers } = inputs;
  return { filterQueryString, format, datasets, projects, slices, triggers };
}

export function exportInputs(given: ExportGiven): ExportInputs {
  const { baseName = "export", name, waitForExport, timeoutMinutes, ...rest } = given;
  const content = {
    ...rest,
    format: given.format ?? DEFAULT_FORMAT,
    datasets: uids(given.datasets),
    projects: uids(given.projects),
    slices: uids(given.slices),
  };
  return present<ExportInputs>({
    ...content,
    name: name ?? nameFor(baseName, sourceOf(content)),
    waitForExport,
    timeoutMinutes,
  });
}

export function requestOf({
  name,
  format,
  datasets,
  projects,
  slices,
  filterQueryString,
}: ExportInputs): ExportInput {
  return { name, format, datasets, projects, slices, filterQueryString };
}

/** What the API tells of the export, and what was asked for. */
export function exportOutputs(found: Export, asked: Partial<ExportInputs>): ExportOutputs {
  const {
    uid,
    status,
    state,
    totalTaskCount,
    exportedTaskCount,
    downloadUrl,
    createdAt,
    updatedAt,
  } = found;
  return present<ExportOutputs>({
    uid,
    name: asked.name ?? found.name ?? "",
    format: asked.format ?? found.format ?? "",
    datasets: asked.datasets ?? found.datasets,
    projects: asked.projects ?? found.projects,
    slices: asked.slices ?? found.slices,
    filterQueryString: asked.filterQueryString,
    triggers: asked.triggers,
    waitForExport: asked.waitForExport,
    timeoutMinutes: asked.timeoutMinutes,
    status,
    state,
    totalTaskCount,
    exportedTaskCount,
    downloadUrl,
    createdAt,
    updatedAt,
  });
}
