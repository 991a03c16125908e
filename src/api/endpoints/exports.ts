// Exports: one function an endpoint (contract, "Exports"). Knows nothing of waiting.
import { isApiError } from "../../errors";
import { callFor } from "../call-for";
import type { Avala } from "../connection";
import type { ListOptions } from "./items";
import { listAll } from "../pages";
import type { Fields, Json } from "../wire";

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

export interface ExportInput {
  /** 1 to 255 characters. */
  readonly name: string;
  /** `avala-json-external`, `YOLO`, … */
  readonly format: string;
  readonly datasets: readonly string[];
  readonly projects: readonly string[];
  readonly slices: readonly string[];
  readonly filterQueryString?: string | undefined;
}

const COMPLETED = new Set(["completed", "exported"]);
const FAILED = new Set(["failed", "error", "cancelled", "canceled"]);

/** What a status means, without regard to case. An unknown one is in progress, bounded by whoever waits. */
export function stateOf(status: string): Export["state"] {
  const word = status.trim().toLowerCase();
  if (COMPLETED.has(word)) return "completed";
  return FAILED.has(word) ? "failed" : "running";
}

function readError(fields: Fields, mask: (text: string) => string): string | undefined {
  const error = fields.any("error");
  if (error === undefined || error === "") return undefined;
  return mask(typeof error === "string" ? error : JSON.stringify(error));
}

function readerFor(avala: Avala): (fields: Fields) => Export {
  return (fields) => {
    const status = fields.word("status");
    return {
      uid: fields.pathPart("uid"),
      name: fields.maybeText("name"),
      format: fields.maybeText("format"),
      status,
      state: stateOf(status),
      totalTaskCount: fields.maybeCount("total_task_count"),
      exportedTaskCount: fields.maybeCount("exported_task_count"),
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

/** Whether a refusal is about one of these fields, which the user has not written. */
function isAbout(error: unknown, fields: Json): boolean {
  if (!isApiError(error) || error.code !== "validation") return false;
  const { detail = "" } = error;
  return Object.keys(fields).some(
    (name) => name in error.fields || detail.split(/\W+/).includes(name),
  );
}

function postExport(avala: Avala, input: ExportInput, more: Json): Promise<Export> {
  return callFor(
    avala,
    {
      method: "POST",
      route: "POST /exports/",
      path: ["exports"],
      body: {
        name: input.name,
        format: input.format,
        datasets: input.datasets,
        projects: input.projects,
        slices: input.slices,
        filter_query_string: input.filterQueryString,
        ...more,
      },
      repeat: "ambiguous",
      what: `create export ${input.name}`,
    },
    readerFor(avala),
  );
}

/**
 * One POST in a form that each documented server reads, and once more in the reference's own form where the fields beside
 * it are refused. Not repeated when its outcome is unknown: the error is then `ambiguous`, and the caller looks among the
 * newest exports.
 * @throws ApiError `validation` for an unknown format or source
 */
export async function createExport(avala: Avala, input: ExportInput): Promise<Export> {
  const more = onlySource(input);
  try {
    return await postExport(avala, input, more);
  } catch (error) {
    if (!isAbout(error, more)) throw error;
    try {
      return await postExport(avala, input, {});
    } catch (second) {
      // A server that reads those fields only says of the reference's form that they are missing.
      throw isAbout(second, more) ? error : second;
    }
  }
}

/** @throws ApiError `not_found` */
export function getExport(avala: Avala, uid: string): Promise<Export> {
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
export function listExports(avala: Avala, options: ListOptions = {}): AsyncIterable<Export> {
  const call = {
    route: "GET /exports/",
    path: ["exports"],
    query: { limit: options.limit },
    what: "list exports",
  };
  return listAll(avala, call, readerFor(avala));
}
