// Projects: read only (contract, "Projects, tasks and quality"). `/projects/` itself is for staff: 403 for a customer's key.
import { aText, refuse } from "../../shapes";
import { callFor } from "../call-for";
import { aSession, type Avala } from "../connection";
import { LIST_OPTIONS, type ListOptions } from "./datasets/items";
import { listAll } from "../pages";
import type { Fields } from "../wire";

export interface Project {
  readonly uid: string;
  readonly name: string;
  readonly slug?: string | undefined;
  readonly status?: string | undefined;
  readonly taskType?: string | undefined;
  readonly ownerName?: string | undefined;
  /** Uids. */
  readonly datasets: readonly string[];
  readonly createdAt?: string | undefined;
  readonly updatedAt?: string | undefined;
}

function readProject(fields: Fields): Project {
  return {
    uid: fields.pathPart("uid"),
    name: fields.maybeText("name") ?? "",
    slug: fields.maybePathPart("slug"),
    status: fields.maybeWord("status"),
    taskType: fields.maybeText("task_type"),
    ownerName: fields.maybeText("owner_name"),
    datasets: fields.uids("datasets"),
    createdAt: fields.maybeText("created_at"),
    updatedAt: fields.maybeText("updated_at"),
  };
}

/** @throws ApiError `not_found` */
export async function getProject(avala: Avala, uid: string): Promise<Project> {
  refuse(aSession("avala", avala), aText("uid", uid));
  return callFor(
    avala,
    {
      method: "GET",
      route: "GET /users/me/projects/{uid}/",
      path: ["users", "me", "projects", uid],
      repeat: "safe",
      what: `read project ${uid}`,
    },
    readProject,
  );
}

/** Page by page as it is iterated. @throws ApiError, as {@link Avala.call} */
export function listProjects(avala: Avala, options: ListOptions = {}): AsyncIterable<Project> {
  refuse(aSession("avala", avala), LIST_OPTIONS("options", options));
  const call = {
    route: "GET /users/me/projects/",
    path: ["users", "me", "projects"],
    query: { limit: options.limit },
    what: "list projects",
  };
  return listAll(avala, call, readProject);
}
