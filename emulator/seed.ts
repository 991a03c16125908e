// Who and what exists before the first request, and how tests add more. Uids follow from names, so a data folder's owners stay.
import type { Config } from "./options";
import type { Consensus, Project, Slice, Task, User } from "./state/records";
import type { State } from "./state/state";
import { uidFor } from "./state/state";

const DEFAULT_USERNAME = "emulator";
const DEFAULT_ORGANIZATION = "emulator-org";

export interface NewKey {
  readonly key: string;
  /** @default "emulator" */
  readonly username?: string;
  /** @default "<username>-handle" */
  readonly handle?: string;
  /** All of them when not given. */
  readonly scopes?: readonly string[];
  /** Slugs of organizations, made when they are new. @default ["emulator-org"] */
  readonly organizations?: readonly string[];
}

export interface NewProject {
  /** Uids of its datasets; all that its owner has when not given. */
  readonly datasets?: readonly string[];
  /** Its own count of tasks instead of its datasets' items. */
  readonly tasks?: number;
  /** How many of those an export can take. */
  readonly exportable?: number;
  readonly username?: string;
  /** Tasks that `/tasks/` lists. */
  readonly pendingTasks?: number;
  readonly completedTasks?: number;
  /** What quality targets measure: `{issue_rate: 0.2}`. */
  /** null: not measured yet. */
  readonly metrics?: Readonly<Record<string, number | null>>;
  readonly consensus?: Consensus;
}

export function seed(config: Config, state: State): void {
  const now = config.clock.now();
  addKey(state, { key: config.apiKey }, now);
  for (const name of config.projects)
    if (!hasProject(state, name)) addProject(state, name, {}, now);
}

function hasProject(state: State, name: string): boolean {
  return [...state.projects.values()].some((project) => project.name === name);
}

/** A key that exists gets the new owner and scopes. */
export function addKey(state: State, added: NewKey, now: number): User {
  const { username = DEFAULT_USERNAME, organizations = [DEFAULT_ORGANIZATION] } = added;
  const uid = uidFor(`user ${username}`);
  const uids = organizations.map((slug) => organization(state, slug, now));
  const before = state.users.get(uid);
  const handle = added.handle ?? before?.handle ?? `${username.replace(/@.*/, "")}-handle`;
  const email = username.includes("@") ? username : `${username}@example.com`;
  const user = state.users.set(uid, {
    uid,
    username,
    handle,
    email,
    organizations: [...new Set([...(before?.organizations ?? []), ...uids])],
  });
  const scopes = added.scopes === undefined ? undefined : new Set(added.scopes);
  state.keys.set(added.key, { key: added.key, userUid: uid, scopes });
  return user;
}

function organization(state: State, slug: string, now: number): string {
  const uid = uidFor(`organization ${slug}`);
  if (!state.organizations.has(uid)) {
    state.organizations.set(uid, { uid, seq: state.nextSeq(), name: slug, slug, createdAt: now });
  }
  return uid;
}

export function addProject(state: State, name: string, more: NewProject, now: number): Project {
  const { datasets = null, tasks = null, exportable = null, username = DEFAULT_USERNAME } = more;
  const seq = state.nextSeq();
  const uid = uidFor(`project ${name} ${String(seq)}`);
  const ownerUid = uidFor(`user ${username}`);
  addTasks(state, uid, { status: "pending", count: more.pendingTasks ?? 0 }, now);
  addTasks(state, uid, { status: "completed", count: more.completedTasks ?? 0 }, now);
  return state.projects.set(uid, {
    uid,
    seq,
    ownerUid,
    name,
    datasets,
    tasks,
    exportable,
    ...(more.metrics === undefined ? {} : { metrics: more.metrics }),
    ...(more.consensus === undefined ? {} : { consensus: more.consensus }),
    createdAt: now,
  });
}

export interface NewTasks {
  readonly status: Task["status"];
  readonly count: number;
}

export function addTasks(
  state: State,
  projectUid: string,
  { status, count }: NewTasks,
  now: number,
): void {
  for (let n = 0; n < count; n += 1) {
    const seq = state.nextSeq();
    const uid = uidFor(`task ${projectUid} ${String(seq)}`);
    const name = `Task ${String(seq)}`;
    const task = { uid, seq, projectUid, name, type: "annotation", status, createdAt: now };
    state.tasks.set(uid, task);
  }
}

export function addSlice(state: State, name: string, datasets: readonly string[]): Slice {
  const seq = state.nextSeq();
  const uid = uidFor(`slice ${name} ${String(seq)}`);
  const owner = {
    kind: "user",
    uid: uidFor(`user ${DEFAULT_USERNAME}`),
    name: DEFAULT_USERNAME,
  } as const;
  const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return state.slices.set(uid, { uid, seq, owner, name, slug, visibility: "private", datasets });
}

/** Annotations as people would draw them. @returns how many the dataset has then; undefined where there is none of that uid */
export function addAnnotations(
  state: State,
  datasetUid: string,
  count: number,
): number | undefined {
  const dataset = state.datasets.get(datasetUid);
  if (dataset === undefined) return undefined;
  const annotationsCount = dataset.annotationsCount + count;
  state.datasets.set(datasetUid, { ...dataset, annotationsCount });
  return annotationsCount;
}
