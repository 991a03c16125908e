// `/tasks/` (contract, "Projects, tasks and quality").
import { isoTime } from "../../clock";
import type { Task } from "../../state/records";
import { cursorPage, found } from "../pages";
import { invalid, notFound, ok } from "../replies";
import type { ApiReply, ApiRequest, World } from "../request";

const STATUSES: readonly string[] = ["pending", "completed"];

export function listTasks(request: ApiRequest, world: World): ApiReply {
  const project = request.query.get("project");
  const status = request.query.get("status");
  if (status !== null && !STATUSES.includes(status))
    throw invalid({ status: ["Select a valid choice."] });
  const rows = [...world.state.tasks.values()]
    .filter((task) => isOfCaller(task, request, world))
    .filter((task) => project === null || task.projectUid === project)
    .filter((task) => status === null || task.status === status)
    .sort((a, b) => b.seq - a.seq);
  return cursorPage(request, rows, (task) => -task.seq, showTask);
}

export function getTask(request: ApiRequest, world: World): ApiReply {
  const task = found(world.state.tasks.get(request.params[0] ?? ""));
  if (!isOfCaller(task, request, world)) throw notFound();
  return ok(showTask(task));
}

function isOfCaller(task: Task, { caller }: ApiRequest, { state }: World): boolean {
  return state.projects.get(task.projectUid)?.ownerUid === caller.user.uid;
}

function showTask({ uid, type, name, status, projectUid, createdAt }: Task): unknown {
  const time = isoTime(createdAt);
  return { uid, type, name, status, project: projectUid, created_at: time, updated_at: time };
}
