// The provider's handlers, as a stack's first and later ups call them, on an emulator that speaks one dialect.
import type { Dialect } from "../../emulator/index";
import type { Handlers } from "../../provider/handlers/handlers";
import type { Handler } from "../../provider/process/handler";
import { checked, createBench, make, type Bench, type Made } from "../support/provider";
import { jpeg } from "../support/temp-tree";
import { once, optionsOf } from "./over-dialects";

/** What a stack's key has: see "Scopes" in docs/api.md. */
export const SCOPES = [
  ...["datasets.read", "datasets.write", "projects.read", "exports.create", "exports.read"],
  ...["storage.read", "storage.write", "webhooks.read", "webhooks.write", "organizations.read"],
];
export const KEY = "avk_scoped_scoped_scoped";

export type Given = Readonly<Record<string, unknown>>;
type Of<Name extends keyof Handlers> =
  Handlers[Name] extends Handler<infer Inputs, infer Outputs> ? Made<Inputs, Outputs> : never;

export interface StackBench {
  readonly dialect: Dialect;
  readonly bench: Bench;
  /** A process of the provider: what an `up` or a `refresh` starts. */
  process(key?: string): Handlers;
  /** What a program says of a file set of this folder. */
  filesGiven(folder?: string): Given;
  filesOf(folder?: string): Promise<Of<"fileSet">>;
  /** The dataset of the three images, made once. */
  training(): Promise<Of<"dataset">>;
  close(): Promise<void>;
}

export async function openStackBench(dialect: Dialect): Promise<StackBench> {
  const files = {
    "training/cats/one.jpg": jpeg("one"),
    "training/dogs/two.jpg": jpeg("second"),
    "training/three.jpg": jpeg("third"),
    "other/one.jpg": jpeg("other"),
  };
  const bench = await createBench(files, optionsOf(dialect));
  bench.avala.addKey({ key: KEY, scopes: SCOPES });
  const process = (key = KEY): Handlers => bench.handlers({ AVALA_API_KEY: key });
  const filesGiven = (folder = "training"): Given => ({
    root: bench.tree.at(folder),
    include: ["**"],
    versionOf: folder,
  });
  const filesOf = (folder?: string) => make(process().fileSet, filesGiven(folder));
  return {
    dialect,
    bench,
    process,
    filesGiven,
    filesOf,
    training: once(async () => make(process().dataset, { files: (await filesOf()).outs })),
    close: () => bench.stop(),
  };
}

const SAME = { changes: false };

/** What a second `up` finds, and what a third one does after a refresh. */
export async function expectSteady<Inputs, Outputs>(
  { bench }: StackBench,
  pick: () => Handler<Inputs, Outputs>,
  given: Given,
  { id, inputs, outs }: Made<Inputs, Outputs>,
): Promise<void> {
  bench.writes();
  const up = pick();
  const news = await checked(up, given, inputs as Given);
  expect(await up.diff(id, outs, news)).toMatchObject(SAME);
  const refresh = pick();
  const read = await refresh.read(id, outs);
  expect(read.id).toBe(id);
  expect(await refresh.diff(id, read.props ?? outs, news)).toMatchObject(SAME);
  expect(bench.writes()).toEqual([]);
}
