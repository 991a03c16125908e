// What a test may look at and set behind the API's back.
import { createHash } from "node:crypto";
import type { World } from "./api/request";
import { visibleItems } from "./api/dataset-view";
import type { NewKey, NewProject } from "./seed";
import { addKey, addProject, addSlice } from "./seed";
import type { Dataset, Export, Item, Project, Slice, User } from "./state/records";
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
  user(username?: string): User | undefined;
  addKey(key: NewKey): User;
  addProject(name: string, more?: NewProject): Project;
  addSlice(name: string, datasets: readonly string[]): Slice;
  addAnnotations(datasetUid: string, count: number): void;
  /** A dataset name that is someone else's: creating it is a 409, and no listing shows it. */
  takeName(name: string): void;
  /** The next export, or the next so many, fail with this reason. */
  failExports(reason: string, times?: number): void;
}

export function inspect(world: World, store: LocalStore): Inspection {
  const { state, config } = world;
  const now = (): number => config.clock.now();
  const content = async (key: string): Promise<Buffer | undefined> => {
    const object = store.object(key);
    if (object === undefined) return undefined;
    const chunks: Buffer[] = [];
    for await (const chunk of store.read(object, 0, object.size - 1) as AsyncIterable<Buffer>)
      chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const sha256 = async (key: string): Promise<string> => {
    const hash = createHash("sha256");
    const object = store.object(key);
    if (object !== undefined) {
      for await (const chunk of store.read(object, 0, object.size - 1) as AsyncIterable<Buffer>)
        hash.update(chunk);
    }
    return hash.digest("hex");
  };
  return {
    objects: async (prefix = "") => {
      const found: ObjectInfo[] = [];
      for (const { key, size, etag, contentType } of await store.list(prefix)) {
        found.push({ key, size, etag, contentType, sha256: await sha256(key) });
      }
      return found;
    },
    content,
    leaveFile: async (path, bytes, username) => {
      const key = `__u__=/${userOf(world, username)?.uid ?? ""}/${path}`;
      await store.put(key, Buffer.from(bytes), "application/octet-stream");
      return key;
    },
    datasets: () => [...state.datasets.values()],
    items: (datasetUid) => {
      const dataset = state.datasets.get(datasetUid);
      return dataset === undefined ? [] : visibleItems(state, dataset, now());
    },
    exports: () => [...state.exports.values()],
    user: (username) => userOf(world, username),
    addKey: (key) => addKey(state, key, now()),
    addProject: (name, more = {}) => addProject(state, name, more, now()),
    addSlice: (name, datasets) => addSlice(state, name, datasets),
    addAnnotations: (datasetUid, count) => {
      const dataset = state.datasets.get(datasetUid);
      if (dataset === undefined) return;
      state.datasets.set(datasetUid, {
        ...dataset,
        annotationsCount: dataset.annotationsCount + count,
      });
    },
    takeName: (name) => {
      state.takenNames.add(name);
    },
    failExports: (reason, times = 1) => {
      world.exportFailures.next.push(...Array.from({ length: times }, () => reason));
    },
  };
}

function userOf(world: World, username = "emulator"): User | undefined {
  return [...world.state.users.values()].find((user) => user.username === username);
}
