// `/users/me/`, what its key may do, and where projects are (contract, "Users and organizations", "Projects, tasks and quality").
import { isoTime } from "../../clock";
import type { Project } from "../../state/records";
import { shownOwner, userOwner } from "../owners";
import { cursorPage, found } from "../pages";
import { forbidden, noRoute, notFound, ok } from "../replies";
import type { ApiReply, ApiRequest, World } from "../request";

export function getMe(request: ApiRequest, world: World): ApiReply {
  const { user, scopes } = request.caller;
  const { uid, username, handle, email } = user;
  const { usersMe } = world.config.dialect;
  if (usersMe === "forbidden" && scopes !== undefined)
    throw forbidden("You do not have permission to perform this action.");
  if (usersMe === "uid") return ok({ uid });
  return ok({ uid, username, handle, email, first_name: "", last_name: "", is_active: true });
}

/** A key without a list of scopes has all the rights of its user. */
export function getPermissions(request: ApiRequest, world: World): ApiReply {
  if (world.config.dialect.permissions === "absent") return noRoute();
  const { scopes } = request.caller;
  const list = [...(scopes ?? ALL_SCOPES)];
  const areas = list.map((scope) => scope.slice(0, scope.indexOf(".")));
  const toolsets = [...new Set([...areas, "docs", "public"])].sort();
  // A persona, and features of the web application: neither says what the API allows.
  const more = { type: "customer", is_staff_privileged: false, capabilities: ["qc_review"] };
  return ok({ ...more, scopes: list, toolsets });
}

/** Contract, "Scopes". */
const ALL_SCOPES: readonly string[] = [
  ...["datasets.read", "datasets.write", "projects.read", "projects.write"],
  ...["exports.create", "exports.read", "tasks.read", "tasks.write", "qc.read", "qc.write"],
  ...["storage.read", "storage.write", "webhooks.read", "webhooks.write"],
  ...["organizations.read", "organizations.write", "slices.read", "slices.write"],
];

export function listMyProjects(request: ApiRequest, world: World): ApiReply {
  return projectPage(request, world, request.caller.user.uid);
}

export function getMyProject(request: ApiRequest, world: World): ApiReply {
  return ok(showProject(projectAt(request, world), world));
}

/** `/projects/`. */
export function listProjects(request: ApiRequest, world: World): ApiReply {
  if (world.config.dialect.projectPaths === "mine")
    throw forbidden("You do not have permission to perform this action.");
  return listMyProjects(request, world);
}

/** `/projects/{uid}/`, or `/projects/{owner}/`: a list. */
export function getProject(request: ApiRequest, world: World): ApiReply {
  if (world.config.dialect.projectPaths === "both") return getMyProject(request, world);
  const name = request.params[0] ?? "";
  for (const { uid, username, handle, email } of world.state.users.values()) {
    if (![username, handle, email].includes(name)) continue;
    return uid === request.caller.user.uid
      ? projectPage(request, world, uid)
      : cursorPage(request, [], () => 0, String);
  }
  throw notFound();
}

/** A project that the caller owns, by the first part of the path. */
export function projectAt(request: ApiRequest, world: World): Project {
  const project = found(world.state.projects.get(request.params[0] ?? ""));
  if (project.ownerUid !== request.caller.user.uid) throw notFound();
  return project;
}

function projectPage(request: ApiRequest, world: World, ownerUid: string): ApiReply {
  const rows = [...world.state.projects.values()]
    .filter((project) => project.ownerUid === ownerUid)
    .sort((a, b) => b.seq - a.seq);
  const show = (project: Project): unknown => showProject(project, world);
  return cursorPage(request, rows, (project) => -project.seq, show);
}

function showProject(project: Project, world: World): unknown {
  const time = isoTime(project.createdAt);
  const user = world.state.users.get(project.ownerUid);
  return {
    uid: project.uid,
    name: project.name,
    status: "active",
    owner_name: user === undefined ? null : shownOwner(userOwner(user), world),
    created_at: time,
    updated_at: time,
  };
}
