// Exports: one function an endpoint (contract, "Exports"). Knows nothing of waiting.
import { callFor } from "./call-for";
import type { Avala } from "./connect";
import type { ListOptions } from "./items";
import { listAll } from "./pages";
import type { Fields } from "./wire";

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
  /** Why it failed, in the server's words. */
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
      totalTaskCount: fields.maybeNumber("total_task_count"),
      exportedTaskCount: fields.maybeNumber("exported_task_count"),
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

/** The one project that is the whole source, for servers that read the seed's `project_id`. */
function onlyProject({ datasets, projects, slices }: ExportInput): string | undefined {
  return projects.length === 1 && datasets.length + slices.length === 0 ? projects[0] : undefined;
}

/**
 * One POST, in a form that each documented server reads. Not repeated when its outcome is unknown: the error is then
 * `ambiguous`, and the caller looks among the newest exports.
 * @throws ApiError `validation` for an unknown format or source
 */
export function createExport(avala: Avala, input: ExportInput): Promise<Export> {
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
        project_id: onlyProject(input),
      },
      repeat: "ambiguous",
      what: `create export ${input.name}`,
    },
    readerFor(avala),
  );
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
