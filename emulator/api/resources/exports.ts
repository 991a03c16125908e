// `/exports/`: create, read, list (contract, "Exports"). Status is a function of time.
import { randomUUID } from "node:crypto";
import { isoTime } from "../../clock";
import type { Dialect } from "../../dialect/dialect";
import { buildExport, buildJsonExport } from "../../export-file";
import type { Export } from "../../state/records";
import { exportSources, tasksOf } from "./export-sources";
import { cursorPage, found } from "../pages";
import { created, noRoute, notFound, ok, throttled } from "../replies";
import type { ApiReply, ApiRequest, World } from "../request";
import { PREFIX } from "../request";

/** The contract's "Rate limits": jobs that run at once for one user. */
const MAX_RUNNING = 5;

export async function createExport(request: ApiRequest, world: World): Promise<ApiReply> {
  const { state, config } = world;
  const wanted = exportSources(request, world);
  refuseTooMany(request, world);
  const { datasets, total, exportable } = tasksOf(wanted, request, world);
  const uid = randomUUID();
  const { dialect } = config;
  const isJson = dialect.exportKind === "json" && wanted.format !== "YOLO";
  const objectKey = `exports/${uid}.${isJson ? "json" : "zip"}`;
  const failure = world.exportFailures.next.shift() ?? world.exportFailures.always ?? null;
  const file = isJson
    ? buildJsonExport(datasets, exportable)
    : await buildExport(wanted.format, datasets, exportable);
  if (failure === null) await world.store.put(objectKey, file, contentTypeOf(objectKey));
  const made: Export = {
    uid,
    seq: state.nextSeq(),
    userUid: request.caller.user.uid,
    name: wanted.name,
    format: wanted.format,
    datasets: wanted.datasets,
    projects: wanted.projects,
    slices: wanted.slices,
    filterQueryString: wanted.filterQueryString,
    createdAt: request.now,
    doneAt: request.now + config.exportMs,
    doneStatus: doneStatus(dialect, wanted.isSdkForm),
    failure,
    totalTasks: total,
    exportedTasks: exportable,
    objectKey,
  };
  state.exports.set(uid, made);
  return created(showExport(made, request, world));
}

function contentTypeOf(objectKey: string): string {
  return objectKey.endsWith(".json") ? "application/json" : "application/zip";
}

function doneStatus({ exportStatus }: Dialect, isSdkForm: boolean): string {
  if (exportStatus === "auto") return isSdkForm ? "exported" : "completed";
  return exportStatus === "shouted" ? "EXPORTED" : exportStatus;
}

function refuseTooMany(request: ApiRequest, world: World): void {
  const running = [...world.state.exports.values()].filter(
    (job) => job.userUid === request.caller.user.uid && job.doneAt > request.now,
  );
  if (running.length < MAX_RUNNING) return;
  const firstDone = Math.min(...running.map((job) => job.doneAt));
  throw throttled(Math.max(1, Math.ceil((firstDone - request.now) / 1000)));
}

export function getExport(request: ApiRequest, world: World): ApiReply {
  const job = found(world.state.exports.get(request.params[0] ?? ""));
  if (job.userUid !== request.caller.user.uid) throw notFound();
  return ok(showExport(job, request, world));
}

export function listExports(request: ApiRequest, world: World): ApiReply {
  const rows = [...world.state.exports.values()]
    .filter((job) => job.userUid === request.caller.user.uid)
    .sort((a, b) => b.seq - a.seq);
  return cursorPage(
    request,
    rows,
    (job) => -job.seq,
    (job) => showExport(job, request, world),
  );
}

/** The file itself, where the dialect has it on the API's own origin. */
export async function downloadExport(request: ApiRequest, world: World): Promise<ApiReply> {
  if (world.config.dialect.exportHost !== "api") return noRoute();
  const job = found(world.state.exports.get(request.params[0] ?? ""));
  const isDone = statusAt(job, shareAt(job, request.now)) === job.doneStatus;
  if (job.userUid !== request.caller.user.uid || !isDone) throw notFound();
  const content = found(await world.store.content(job.objectKey));
  return { status: 200, file: { content, contentType: contentTypeOf(job.objectKey) } };
}

function shareAt(job: Export, now: number): number {
  const lifeMs = job.doneAt - job.createdAt;
  return lifeMs === 0 ? 1 : Math.min(1, (now - job.createdAt) / lifeMs);
}

function showExport(job: Export, request: ApiRequest, world: World): unknown {
  const { dialect } = world.config;
  const share = shareAt(job, request.now);
  const status = statusAt(job, share);
  const isDone = status === job.doneStatus;
  const shown = dialect.exportSources === "full" ? job : { datasets: [], slices: [], projects: [] };
  const more = {
    error: status === "failed" ? job.failure : null,
    updated_at: isoTime(Math.min(request.now, job.doneAt)),
  };
  return {
    uid: job.uid,
    name: job.name,
    format: job.format,
    status,
    ...counts(job, { status, share }, dialect),
    download_url: isDone ? downloadUrl(job, request, world) : null,
    datasets: shown.datasets,
    slices: shown.slices,
    projects: shown.projects,
    filter_query_string: job.filterQueryString,
    created_at: isoTime(job.createdAt),
    ...(dialect.exportReason === "error" ? more : {}),
  };
}

function counts(
  job: Export,
  { status, share }: { readonly status: string; readonly share: number },
  { exportCounts }: Dialect,
): object {
  if (exportCounts === "absent") return {};
  const isShown = exportCounts === "present";
  return {
    total_task_count: isShown ? job.totalTasks : null,
    // Not known before the job has begun (contract: may be null).
    exported_task_count:
      isShown && status !== "requested" ? Math.floor(job.exportedTasks * share) : null,
  };
}

/** `requested` for the first third, then `processing`, then done or failed. */
function statusAt(job: Export, share: number): string {
  if (share < 1 / 3) return "requested";
  if (share < 1) return "processing";
  return job.failure === null ? job.doneStatus : "failed";
}

/** Signed again at each reading, so that a reader whose URL has expired gets a fresh one. */
function downloadUrl(job: Export, request: ApiRequest, world: World): string {
  if (world.config.dialect.exportHost === "api")
    return `${request.origin}${PREFIX}/exports/${job.uid}/download`;
  const seconds = world.config.downloadSeconds;
  const now = request.expired ? request.now - (seconds + 1) * 1000 : request.now;
  return world.presigner.url({ method: "GET", key: job.objectKey, seconds, now });
}
