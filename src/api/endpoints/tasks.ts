// Annotation tasks of projects: read only (contract, "Projects, tasks and quality"). There are no counts.
import { aCount, aText, maybe, optionsOf, refuse } from "../../shapes";
import { callFor } from "../call-for";
import { aSession, type Avala } from "../connection";
import type { ListOptions } from "./datasets/items";
import { listAll, listPage } from "../pages";
import type { Fields } from "../wire";

export interface Task {
  readonly uid: string;
  readonly type?: string | undefined;
  readonly name?: string | undefined;
  /** `pending` or `completed`; a newer server may know others. */
  readonly status?: string | undefined;
  /** Uid of its project. */
  readonly project?: string | undefined;
  readonly createdAt?: string | undefined;
  readonly updatedAt?: string | undefined;
}

export interface TaskFilter extends ListOptions {
  /** Uid of a project. */
  readonly project?: string | undefined;
  readonly status?: string | undefined;
}

const TASK_FILTER = optionsOf<TaskFilter>({
  project: maybe(aText),
  status: maybe(aText),
  limit: maybe(aCount(1)),
  expected: maybe(aCount(0)),
});

function readTask(fields: Fields): Task {
  return {
    uid: fields.pathPart("uid"),
    type: fields.maybeText("type"),
    name: fields.maybeText("name"),
    status: fields.maybeWord("status"),
    project: fields.maybeUid("project"),
    createdAt: fields.maybeText("created_at"),
    updatedAt: fields.maybeText("updated_at"),
  };
}

function listCall({ project, status, limit }: TaskFilter) {
  const what = project === undefined ? "list tasks" : `list tasks of project ${project}`;
  return { route: "GET /tasks/", path: ["tasks"], query: { project, status, limit }, what };
}

/** Page by page as it is iterated: slow on large projects. @throws ApiError, as {@link Avala.call} */
export function listTasks(avala: Avala, filter: TaskFilter = {}): AsyncIterable<Task> {
  refuse(aSession("avala", avala), TASK_FILTER("filter", filter));
  return listAll(avala, listCall(filter), readTask);
}

/** May be repeated. @throws ApiError `not_found` */
export async function getTask(avala: Avala, uid: string): Promise<Task> {
  refuse(aSession("avala", avala), aText("uid", uid));
  return callFor(
    avala,
    {
      method: "GET",
      route: "GET /tasks/{uid}/",
      path: ["tasks", uid],
      repeat: "safe",
      what: `read task ${uid}`,
    },
    readTask,
  );
}

/**
 * Whether any task of the project is pending: one call, whatever the project's size. Each task is judged by its own
 * status too; only a server that ignores the filter costs more calls than one. A server may answer the uid of no project
 * with an empty list, which is `false`: read the project first where the uid may be mistyped. May be repeated.
 * @throws ApiError `permission` for a key without `tasks.read`
 */
export async function hasPendingTasks(avala: Avala, projectUid: string): Promise<boolean> {
  refuse(aSession("avala", avala), aText("projectUid", projectUid));
  const call = listCall({ project: projectUid, status: "pending", limit: 1 });
  const { results, next } = await listPage(avala, call, readTask);
  const isPending = ({ status }: Task): boolean =>
    status === undefined || status.toLowerCase() === "pending";
  if (results.some(isPending)) return true;
  if (next === null) return false;
  for await (const task of listTasks(avala, { project: projectUid, status: "pending" })) {
    if (isPending(task)) return true;
  }
  return false;
}
