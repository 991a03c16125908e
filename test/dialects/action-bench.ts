// The Action on an emulator that speaks one dialect: whole runs in this process, each on a runner of its own.
import { run } from "../../action/run";
import { type Dialect, type Emulator, startEmulator } from "../../emulator/index";
import {
  createTempTree,
  leadingTo,
  record,
  type Recorded,
  type TempTree,
} from "../support/recorded-action";
import { jpeg } from "../support/temp-tree";
import { once, optionsOf } from "./over-dialects";

/** What a workflow's key has: see "Scopes" in docs/api.md. */
export const SCOPES = [
  ...["datasets.read", "datasets.write", "projects.read"],
  ...["exports.create", "exports.read", "organizations.read"],
];
const KEY = "avk_scoped_scoped_scoped";
/** The key of a workflow that gives an organization. */
export const TEAM_KEY = "avk_team_team_team_team";

export type Inputs = Readonly<Record<string, string>>;

export interface Step {
  /** One that has the documented scopes and no others, when not given. */
  readonly key?: string;
  readonly signal?: AbortSignal;
  /** Where the journal is; a folder that nothing else has, when not given. */
  readonly stateDir?: string;
}

export interface ActionBench {
  readonly dialect: Dialect;
  readonly emulator: Emulator;
  readonly tree: TempTree;
  /** One step, on a runner that keeps nothing of an earlier one but its files. */
  step(inputs: Inputs, more?: Step): Promise<Recorded>;
  /** How often bytes were sent to storage. */
  sent(): number;
  itemCount(datasetUid: string | undefined): number;
  datasetsNamed(start: string): number;
  /** The step that uploads {@link VERSIONED}, done once. */
  uploaded(): Promise<Recorded>;
  /** The step that uploads {@link FIXED}, done once. */
  uploadedFixed(): Promise<Recorded>;
  close(): Promise<void>;
}

/** Three images. */
export const VERSIONED = { dataset: "pets-{digest}", files: "images" };
export const FIXED = { dataset: "fixed", files: "fixed" };

export async function openActionBench(dialect: Dialect): Promise<ActionBench> {
  const emulator = await startEmulator(optionsOf(dialect));
  emulator.addKey({ key: KEY, scopes: SCOPES });
  emulator.addKey({ key: TEAM_KEY, scopes: [...SCOPES, "organizations.read"] });
  const tree = createTempTree({
    "images/cats/one.jpg": jpeg("one"),
    "images/dogs/two.jpg": jpeg("second"),
    "images/three.jpg": jpeg("third"),
    "fixed/one.jpg": jpeg("fixed"),
  });
  let steps = 0;
  const step = async (inputs: Inputs, { key = KEY, signal, stateDir }: Step = {}) => {
    const to = leadingTo({ ...emulator, apiKey: key });
    steps += 1;
    const state = { AVALA_STATE_DIR: tree.at(stateDir ?? `.state-${String(steps)}`) };
    const recorded = record({
      tree,
      inputs: { ...to.inputs, ...inputs },
      env: { ...to.env, ...state },
      ...(signal && { signal }),
    });
    await run(recorded.environment);
    return recorded;
  };
  return {
    dialect,
    emulator,
    tree,
    step,
    sent: () =>
      emulator.requests().filter(({ target, method }) => target === "storage" && method !== "GET")
        .length,
    itemCount: (uid = "") => emulator.items(uid).length,
    datasetsNamed: (start) =>
      emulator.datasets().filter(({ name }) => name.startsWith(start)).length,
    uploaded: once(() => step(VERSIONED)),
    uploadedFixed: once(() => step(FIXED)),
    close: async () => {
      tree.remove();
      await emulator.stop();
    },
  };
}
