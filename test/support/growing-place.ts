// A growing set on an emulator: a folder of files that come, change and go, and runs over it as a front end makes them.
// Made before each test, gone after it.
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Emulator, EmulatorOptions } from "../../emulator";
import type { Avala } from "../../src/api/connection";
import { decideGrowth, type GrowDecision } from "../../src/operations/grow/decide-growth";
import { growSet } from "../../src/operations/grow/grow";
import type { GrowResult } from "../../src/operations/grow/grown";
import type { GrowingFile, GrowOptions, GrowTarget } from "../../src/operations/grow/growth";
import { growingName } from "../../src/operations/grow/increment-name";
import { startQuietly } from "./quiet-emulator";
import { sessionWith } from "./session";

export interface Grown {
  readonly decision: GrowDecision;
  readonly result: Exclude<GrowResult, { readonly outcome: "partial" }>;
  /** `GET /datasets/`, in their order. */
  readonly calls: readonly string[];
}

interface RunOptions {
  readonly avala?: Avala;
  readonly dataset?: GrowTarget["dataset"];
  readonly options?: Partial<GrowOptions>;
  /** Another machine: it shares nothing with this one. */
  readonly machine?: string;
  /** Of the declared files, those that it has. @default all */
  readonly paths?: readonly string[];
  /** Between deciding and carrying out. */
  readonly meanwhile?: () => Promise<unknown>;
}

export interface GrowingPlace {
  readonly emulator: Emulator;
  readonly folder: string;
  readonly stateDirectory: string;
  start(options?: EmulatorOptions): Promise<void>;
  /** Writes a file and declares it. */
  put(path: string, content: string): Promise<void>;
  /** Declares it no more. */
  drop(path: string): void;
  /** The file of this content is declared under another path. */
  move(from: string, to: string, content: string): Promise<void>;
  target(more?: Partial<GrowTarget>): GrowTarget;
  options(more?: Partial<GrowOptions>): GrowOptions;
  decide(more?: RunOptions): Promise<GrowDecision>;
  /** As a run on this machine, with the record that is there. */
  run(more?: RunOptions): Promise<Grown>;
  /** What the runs of this machine remember goes. */
  forget(): Promise<void>;
  /** Paths of the items of all datasets, as the emulator itself has them: each as often as it is there. */
  items(): readonly string[];
  names(): readonly string[];
  /** Somebody deletes the dataset of this number in Avala. */
  deleteByHand(number: number): Promise<void>;
}

export function useGrowingPlace(): GrowingPlace {
  let folder = "";
  let emulator: Emulator | undefined;
  const files = new Map<string, GrowingFile>();
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "growing-"));
    files.clear();
  });
  afterEach(async () => {
    await emulator?.stop();
    emulator = undefined;
    await rm(folder, { recursive: true });
  });
  const running = (): Emulator => {
    if (emulator === undefined) throw new Error("No emulator was started in this test.");
    return emulator;
  };
  const optionsOf = ({ machine, options }: RunOptions): GrowOptions => {
    const elsewhere = machine === undefined ? {} : { stateDirectory: join(folder, machine) };
    return place.options({ ...elsewhere, ...options });
  };
  const place: GrowingPlace = {
    get emulator() {
      return running();
    },
    get folder() {
      return folder;
    },
    get stateDirectory() {
      return join(folder, "state");
    },
    start: async (options = {}) => {
      const dialect = { datasetChanges: "offered", ...options.dialect } as const;
      await emulator?.stop();
      emulator = await startQuietly({ ...options, dialect });
    },
    put: async (path, content) => {
      const absolutePath = join(folder, "files", path);
      await mkdir(dirname(absolutePath), { recursive: true });
      await writeFile(absolutePath, content);
      const sha256 = createHash("sha256").update(content).digest("hex");
      files.set(path, { path, absolutePath, sizeBytes: Buffer.byteLength(content), sha256 });
    },
    drop: (path) => void files.delete(path),
    move: (from, to, content) => {
      place.drop(from);
      return place.put(to, content);
    },
    target: (more = {}) => ({
      name: growingName("set-{increment}"),
      dataset: { dataType: "image" },
      files: [...files.values()],
      ...more,
    }),
    options: (more = {}) => ({
      waitMs: () => 5000,
      stateDirectory: place.stateDirectory,
      isRoomChecked: true,
      ...more,
    }),
    decide: ({ avala = sessionWith(running()).avala, dataset, paths, ...more } = {}) => {
      const target = place.target({
        ...(dataset && { dataset }),
        files: [...files.values()].filter(({ path }) => paths?.includes(path) !== false),
      });
      return decideGrowth(avala, target, optionsOf(more));
    },
    run: async ({ avala = sessionWith(running()).avala, ...more } = {}) => {
      const before = running().requests().length;
      const decision = await place.decide({ ...more, avala });
      await more.meanwhile?.();
      const result = await growSet(avala, decision, optionsOf(more));
      if (result.outcome === "partial") throw new Error("The deadline came first.");
      const calls = running()
        .requests()
        .slice(before)
        .filter(({ target: of }) => of === "api")
        .map(({ method, route }) => `${method} ${route}`);
      return { decision, result, calls };
    },
    forget: () => rm(place.stateDirectory, { recursive: true, force: true }),
    items: () =>
      running()
        .datasets()
        .flatMap(({ uid }) => running().items(uid))
        .map(({ key }) => key ?? "")
        .sort(),
    names: () =>
      running()
        .datasets()
        .map(({ name }) => name)
        .sort(),
    deleteByHand: async (number) => {
      const dataset = running()
        .datasets()
        .find(({ name }) => name.startsWith(`set-${String(number).padStart(4, "0")}-`));
      if (dataset === undefined) throw new Error(`There is no increment ${number}.`);
      const { baseUrl, apiKey } = running();
      const url = `${baseUrl}/datasets/${running().user()?.username ?? ""}/${dataset.slug}/`;
      const reply = await fetch(url, { method: "DELETE", headers: { "X-Avala-Api-Key": apiKey } });
      if (!reply.ok) throw new Error(`The dataset was not deleted: ${reply.status}`);
    },
  };
  return place;
}
