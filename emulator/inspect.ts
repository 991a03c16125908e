// What a test may look at and set behind the API's back.
import { createHash } from "node:crypto";
import type { World } from "./api/request";
import { visibleItems } from "./api/datasets/dataset-view";
import type { NewDelivery } from "./api/resources/deliveries";
import { addDelivery } from "./api/resources/deliveries";
import type { NewKey, NewProject, NewTasks } from "./seed";
import { addAnnotations, addKey, addProject, addSlice, addTasks } from "./seed";
import type { Dataset, Delivery, Export, Item, Project, Slice, Task, User } from "./state/records";
import type { LocalStore } from "./storage/local-store";

export interface ObjectInfo {
  /** The whole key: `<owner root>/<dataset name>/<path>`. */
  readonly key: string;
  readonly size: number;
  readonly sha256: string;
  readonly etag: string;
  readonly contentType: string;
}

export interface Inspection {
  /** What the store holds, sorted by key; with a prefix, what lies under it. Reads and hashes every object. */
  objects(prefix?: string): Promise<readonly ObjectInfo[]>;
  /** The content of one object, or undefined. */
  content(key: string): Promise<Buffer | undefined>;
  /** Puts a file into the store without an upload: what an interrupted run left behind. `path` is `<dataset name>/<path>`. */
  leaveFile(path: string, content: string | Buffer, username?: string): Promise<string>;
  datasets(): readonly Dataset[];
  /** Items of a dataset by its uid, as of now. */
  items(datasetUid: string): readonly Item[];
  exports(): readonly Export[];
  projects(): readonly Project[];
  user(username?: string): User | undefined;
  addKey(key: NewKey): User;
  addProject(name: string, more?: NewProject): Project;
  addTasks(projectUid: string, tasks: NewTasks): void;
  /** Every task of the project gets this status. */
  setTasks(projectUid: string, status: Task["status"]): void;
  /** What its quality targets measure from now on. */
  setMetrics(projectUid: string, metrics: Readonly<Record<string, number | null>>): void;
  /** What became of a message of a webhook. */
  addDelivery(webhookUid: string, more?: NewDelivery): Delivery;
  /** The next test of a storage config fails with these errors. */
  failStorageTest(errors: Readonly<Record<string, readonly string[]>>): void;
  addSlice(name: string, datasets: readonly string[]): Slice;
  addAnnotations(datasetUid: string, count: number): void;
  /** A dataset name that is someone else's: creating it is a 409, and no listing shows it. */
  takeName(name: string): void;
  /** The next export, or the next so many, fail with this reason. */
  failExports(reason: string, times?: number): void;
}

/** Of a real store (`local` undefined) it knows the keys and sizes, not the content. */
export function inspect(world: World, local: LocalStore | undefined): Inspection {
  return { ...inspectStore(world, local), ...inspectState(world), ...seeding(world) };
}

type StoreInspection = Pick<Inspection, "objects" | "content" | "leaveFile">;

function inspectStore(world: World, local: LocalStore | undefined): StoreInspection {
  const chunks = (key: string): AsyncIterable<Buffer> | undefined => {
    const object = local?.object(key);
    return object && (local?.read(object, 0, object.size - 1) as AsyncIterable<Buffer> | undefined);
  };
  const sha256 = async (key: string): Promise<string> => {
    const hash = createHash("sha256");
    for await (const chunk of chunks(key) ?? []) hash.update(chunk);
    return hash.digest("hex");
  };
  return {
    objects: async (prefix = "") => {
      const found: ObjectInfo[] = [];
      for (const { key, size, etag, contentType } of await world.store.list(prefix)) {
        found.push({
          key,
          size,
          etag,
          contentType,
          sha256: local === undefined ? "" : await sha256(key),
        });
      }
      return found;
    },
    content: async (key) => {
      const read = chunks(key);
      if (read === undefined) return undefined;
      const parts: Buffer[] = [];
      for await (const chunk of read) parts.push(chunk);
      return Buffer.concat(parts);
    },
    leaveFile: async (path, bytes, username) => {
      const key = `__u__=/${userOf(world, username)?.uid ?? ""}/${path}`;
      await world.store.put(key, Buffer.from(bytes), "application/octet-stream");
      return key;
    },
  };
}

type StateInspection = Pick<Inspection, "datasets" | "items" | "exports" | "projects" | "user">;

function inspectState(world: World): StateInspection {
  const { state, config } = world;
  return {
    datasets: () => [...state.datasets.values()],
    items: (datasetUid) => {
      const dataset = state.datasets.get(datasetUid);
      return dataset === undefined ? [] : visibleItems(state, dataset, config.clock.now());
    },
    exports: () => [...state.exports.values()],
    projects: () => [...state.projects.values()],
    user: (username) => userOf(world, username),
  };
}

function seeding(world: World): Omit<Inspection, keyof StoreInspection | keyof StateInspection> {
  const { state, config } = world;
  return {
    addKey: (key) => addKey(state, key, config.clock.now()),
    ...seedingProjects(world),
    addDelivery: (webhookUid, more = {}) => {
      const webhook = state.webhooks.get(webhookUid);
      if (webhook === undefined) throw new Error(`there is no webhook ${webhookUid}`);
      return addDelivery(webhook, more, config.clock.now(), world);
    },
    failStorageTest: (errors) => {
      world.storageTestErrors.push(errors);
    },
    addSlice: (name, datasets) => addSlice(state, name, datasets),
    addAnnotations: (datasetUid, count) => {
      addAnnotations(state, datasetUid, count);
    },
    takeName: (name) => {
      state.takenNames.add(name);
    },
    failExports: (reason, times = 1) => {
      world.exportFailures.next.push(...Array.from({ length: times }, () => reason));
    },
  };
}

function seedingProjects({
  state,
  config,
}: World): Pick<Inspection, "addProject" | "addTasks" | "setTasks" | "setMetrics"> {
  return {
    addProject: (name, more = {}) => addProject(state, name, more, config.clock.now()),
    addTasks: (projectUid, tasks) => {
      addTasks(state, projectUid, tasks, config.clock.now());
    },
    setTasks: (projectUid, status) => {
      for (const task of state.tasks.values())
        if (task.projectUid === projectUid) state.tasks.set(task.uid, { ...task, status });
    },
    setMetrics: (projectUid, metrics) => {
      const project = state.projects.get(projectUid);
      if (project !== undefined) state.projects.set(projectUid, { ...project, metrics });
    },
  };
}

function userOf(world: World, username = "emulator"): User | undefined {
  return [...world.state.users.values()].find((user) => user.username === username);
}
