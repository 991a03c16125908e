// Exports: one function an endpoint (contract, "Exports"). Knows nothing of waiting.
import type { ApiError, AvalaError } from "../../errors";
import type { Json } from "../../json";
import { reworded } from "../../reworded";
import { aCount, aFlag, aText, maybe, optionsOf, refuse, aTextList } from "../../shapes";
import { callFor } from "../call-for";
import { aSession, type Avala } from "../connection";
import type { ListOptions } from "./datasets/items";
import { listAll, warnOfUnreadable } from "../pages";
import { hasUnknownField, isRefusal, namedFields } from "../reply/refused-fields";
import type { Fields } from "../wire";
import { bodyOf, sent, type ObjectOf } from "../wire-table";

export interface Export {
  readonly uid: string;
  readonly name?: string | undefined;
  readonly format?: string | undefined;
  /** The server's own word. */
  readonly status: string;
  readonly state: "running" | "completed" | "failed";
  readonly totalTaskCount?: number | undefined;
  readonly exportedTaskCount?: number | undefined;
  /** Presigned and expiring: a secret; read the export again for a fresh one. */
  readonly downloadUrl?: string | undefined;
  readonly datasets: readonly string[];
  readonly slices: readonly string[];
  readonly projects: readonly string[];
  readonly createdAt?: string | undefined;
  readonly updatedAt?: string | undefined;
  /** Why it failed, in the server's words, where it says so. */
  readonly error?: string | undefined;
}

/** The reference's form, whose lists are all required there. */
const EXPORT = {
  /** 1 to 255 characters. */
  name: sent<string>("name"),
  /** `avala-json-external`, `YOLO`, … */
  format: sent<string>("format"),
  datasets: sent<readonly string[]>("datasets"),
  projects: sent<readonly string[]>("projects"),
  slices: sent<readonly string[]>("slices"),
  filterQueryString: sent<string | undefined>("filter_query_string"),
};

export type ExportInput = ObjectOf<typeof EXPORT>;

export const EXPORT_INPUT = optionsOf<ExportInput>({
  name: aText,
  format: aText,
  datasets: aTextList,
  projects: aTextList,
  slices: aTextList,
  filterQueryString: maybe(aText),
});

interface ExportListOptions extends ListOptions {
  readonly skipsUnreadable?: boolean;
}

const LIST_OPTIONS = optionsOf<ExportListOptions>({
  limit: maybe(aCount(1)),
  expected: maybe(aCount(0)),
  skipsUnreadable: maybe(aFlag),
});

const COMPLETED = new Set(["completed", "exported"]);
const FAILED = new Set(["failed", "error", "cancelled", "canceled"]);

/** What a status means, without regard to case. An unknown one is in progress, bounded by whoever waits. */
export function stateOf(status: string): Export["state"] {
  refuse(aText("status", status));
  const word = status.trim().toLowerCase();
  if (COMPLETED.has(word)) return "completed";
  return FAILED.has(word) ? "failed" : "running";
}

function readError(fields: Fields, mask: (text: string) => string): string | undefined {
  const error = fields.any("error");
  if (error === undefined || error === "") return undefined;
  return mask(typeof error === "string" ? error : JSON.stringify(error));
}

/** @param statusOfNone the status where the reply has none; absent, that is an error */
function readerFor(avala: Avala, statusOfNone?: string): (fields: Fields) => Export {
  return (fields) => {
    const status = fields.maybeWord("status") ?? statusOfNone ?? fields.word("status");
    const state = stateOf(status);
    // Gates decide by the counts of a completed export. Until then -1 is "not counted yet", and must end no wait.
    const count = (name: string): number | undefined =>
      state === "completed" ? fields.maybeCount(name) : fields.advisedCount(name);
    return {
      uid: fields.pathPart("uid"),
      name: fields.maybeText("name"),
      format: fields.maybeText("format"),
      status,
      state,
      totalTaskCount: count("total_task_count"),
      exportedTaskCount: count("exported_task_count"),
      downloadUrl: fields.maybeText("download_url") || undefined,
      datasets: fields.uids("datasets"),
      slices: fields.uids("slices"),
      projects: fields.uids("projects"),
      createdAt: fields.maybeText("created_at"),
      updatedAt: fields.maybeText("updated_at"),
      error: readError(fields, (text) => avala.secrets.mask(text)),
    };
  };
}

/** The only source, as other servers than the reference's read it: by the guide and the SDKs. */
function onlySource({ datasets, projects, slices }: ExportInput): Json {
  if (datasets.length + projects.length + slices.length !== 1) return {};
  const [project] = projects;
  const [dataset] = datasets;
  if (project !== undefined) return { project_id: project, project };
  return dataset === undefined ? {} : { dataset };
}

/** What may be left out of a body without another export coming of it: what was added, and lists without entries. */
function spareFields(body: Json, input: ExportInput): readonly string[] {
  const lists = ["datasets", "projects", "slices"].filter((name) => {
    const list = body[name];
    return Array.isArray(list) && list.length === 0;
  });
  return [...Object.keys(onlySource(input)).filter((name) => name in body), ...lists];
}

/** Those of the spare fields that a refusal is about; all that was added, where it knows a field not and does not say which. */
function refusedFields(error: ApiError, body: Json, input: ExportInput): readonly string[] {
  const named = namedFields(error, spareFields(body, input));
  if (named.length > 0 || !hasUnknownField(error)) return named;
  return Object.keys(onlySource(input)).filter((name) => name in body);
}

function without(body: Json, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));
}

function postExport(avala: Avala, input: ExportInput, body: Json): Promise<Export> {
  return callFor(
    avala,
    {
      method: "POST",
      route: "POST /exports/",
      path: ["exports"],
      body,
      repeat: "ambiguous",
      what: `create export ${input.name}`,
    },
    // Its uid is enough: the rest is read while it is waited for.
    readerFor(avala, "requested"),
  );
}

// Those that the reference names (docs/api.md, "Exports"). A server may have others.
const NAMED_FORMATS = ["avala-json-external", "YOLO"];

function formatHint(format: string): string {
  const named = NAMED_FORMATS.find((one) => one.toLowerCase() === format.trim().toLowerCase());
  return named === undefined || named === format
    ? `Use a format that the server has. Avala's reference names ${NAMED_FORMATS.join(" and ")}: https://avala.ai/docs/api-reference/exports. For another one, convert the export.`
    : `Case matters: write ${named}.`;
}

/** What to write in the place of a format that was refused: the server's own list, if it has one, is in the message. */
function explained(error: ApiError, { format }: ExportInput): AvalaError {
  const isNamed = namedFields(error, ["format"]).length > 0;
  const isOfFormat = "format" in error.fields || (error.detail ?? "").includes(format);
  return isNamed && isOfFormat ? reworded(error, { hint: formatHint(format) }) : error;
}

/**
 * One POST in a form that each documented server reads, and again without what a refusal names of the fields that may be
 * left out, each at most once. Not repeated when its outcome is unknown: the error is then `ambiguous`, and the caller
 * looks among the newest exports.
 * @throws ApiError `validation` for an unknown format or source
 */
export async function createExport(avala: Avala, input: ExportInput): Promise<Export> {
  let body: Json = { ...bodyOf(EXPORT, input), ...onlySource(input) };
  const left: string[] = [];
  let first: ApiError | undefined;
  for (;;) {
    try {
      return await postExport(avala, input, body);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // A server that wants what it was first sent with, and refused, has its reason in the first refusal.
      if (first !== undefined && namedFields(error, left).length > 0) throw first;
      const refused = refusedFields(error, body, input);
      if (refused.length === 0) throw explained(error, input);
      first ??= error;
      left.push(...refused);
      body = without(body, refused);
    }
  }
}

/** @throws ApiError `not_found` */
export async function getExport(avala: Avala, uid: string): Promise<Export> {
  refuse(aSession("avala", avala), aText("uid", uid));
  return callFor(
    avala,
    {
      method: "GET",
      route: "GET /exports/{uid}/",
      path: ["exports", uid],
      repeat: "safe",
      what: `read export ${uid}`,
    },
    readerFor(avala),
  );
}

/** Newest first, page by page as it is iterated. @throws ApiError, as {@link Avala.call} */
export function listExports(avala: Avala, options: ExportListOptions = {}): AsyncIterable<Export> {
  refuse(aSession("avala", avala), LIST_OPTIONS("options", options));
  const call = {
    route: "GET /exports/",
    path: ["exports"],
    query: { limit: options.limit },
    what: "list exports",
    onUnreadable: options.skipsUnreadable === true ? warnOfUnreadable(avala) : undefined,
  };
  return listAll(avala, call, readerFor(avala));
}
