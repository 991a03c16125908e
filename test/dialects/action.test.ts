// The Action, whole runs in this process, on an emulator that speaks each dialect.
import { readdirSync } from "node:fs";
import { run } from "../../action/run";
import { type Emulator, startEmulator } from "../../emulator/index";
import { createTempTree, leadingTo, record, type TempTree } from "../action/support/recorded";
import type { NamedDialect } from "../support/dialects";
import { jpeg } from "../support/temp-tree";
import { LARGE_BYTES, optionsOf, overDialects } from "./support";

let tree: TempTree;
let emulator: Emulator;

/** What a workflow's key has: see "Scopes" in docs/api.md. */
const SCOPES = [
  ...["datasets.read", "datasets.write", "projects.read"],
  ...["exports.create", "exports.read"],
];
const KEY = "avk_scoped_scoped_scoped";

async function start({ dialect }: NamedDialect): Promise<void> {
  emulator = await startEmulator(optionsOf(dialect));
  emulator.addKey({ key: KEY, scopes: SCOPES });
}

beforeEach(() => {
  tree = createTempTree({
    "images/cats/one.jpg": jpeg("one"),
    "images/dogs/two.jpg": jpeg("second"),
    "images/three.jpg": jpeg("third"),
  });
});
afterEach(async () => {
  tree.remove();
  await emulator?.stop();
});

/** One step, on a runner that keeps nothing of an earlier one but its files. */
async function step(inputs: Readonly<Record<string, string>>) {
  const to = leadingTo({ ...emulator, apiKey: KEY });
  const state = { AVALA_STATE_DIR: tree.at(`.state-${String(emulator.requests().length)}`) };
  const recorded = record({
    tree,
    inputs: { ...to.inputs, ...inputs },
    env: { ...to.env, ...state },
  });
  await run(recorded.environment);
  return recorded;
}

const versioned = { dataset: "pets-{digest}", files: "images" };

const sent = (): number =>
  emulator.requests().filter(({ target, method }) => target === "storage" && method !== "GET")
    .length;

const itemCount = (): number => emulator.items(emulator.datasets()[0]?.uid ?? "").length;

overDialects("the Action", {
  "uploads, and the second run sends nothing": async (spoken) => {
    await start(spoken);
    const first = await step(versioned);
    expect(first.errors).toEqual([]);
    expect(first.outputs).toMatchObject({ outcome: "uploaded", "files-uploaded": "3" });
    expect(itemCount()).toBe(3);
    const before = sent();
    const second = await step(versioned);
    expect(second.errors).toEqual([]);
    expect(second.outputs).toMatchObject({
      outcome: "unchanged",
      complete: "true",
      "files-uploaded": "0",
      "dataset-uid": first.outputs["dataset-uid"],
    });
    expect(sent()).toBe(before);
    expect(emulator.datasets()).toHaveLength(1);
  },

  "makes one dataset of small files and a large one": async (spoken) => {
    await start(spoken);
    tree.write({ "images/large.jpg": jpeg("x".repeat(LARGE_BYTES)) });
    const { outputs, errors } = await step(versioned);
    expect(errors).toEqual([]);
    expect(outputs).toMatchObject({ outcome: "uploaded", complete: "true" });
    expect(itemCount()).toBe(4);
  },

  "takes a fixed name once, and finds it again": async (spoken) => {
    await start(spoken);
    const fixed = { ...versioned, dataset: "pets" };
    const first = await step(fixed);
    expect(first.errors).toEqual([]);
    expect(first.outputs.outcome).toBe("uploaded");
    const before = sent();
    const second = await step(fixed);
    expect(second.errors).toEqual([]);
    expect(["unchanged", "unverified"]).toContain(second.outputs.outcome);
    expect(second.outputs["dataset-uid"]).toBe(first.outputs["dataset-uid"]);
    expect(sent()).toBe(before);
  },

  // Without keys nothing shows that the files are others, and then the run is not complete.
  "sends no byte of other content under a fixed name, and does not take it for complete": async (
    spoken,
  ) => {
    await start(spoken);
    const fixed = { ...versioned, dataset: "pets" };
    await step(fixed);
    const before = sent();
    tree.write({ "images/birds/new.jpg": jpeg("new") });
    const second = await step(fixed);
    const isShown = spoken.dialect.itemKeys !== "null";
    expect(second.errors).toHaveLength(isShown ? 1 : 0);
    expect(second.outputs).toMatchObject({
      outcome: isShown ? "failed" : "unverified",
      complete: "false",
    });
    expect(sent()).toBe(before);
  },

  "exports what it uploaded, opens the gate and fetches the file": async (spoken) => {
    await start(spoken);
    const { outputs, errors, warnings } = await step({
      ...versioned,
      "export-datasets": "uploaded",
      "gate-min-tasks": "1",
      "gate-min-exported": "100%",
      "download-path": "export",
    });
    expect({ errors, warnings }).toEqual({ errors: [], warnings: [] });
    expect(outputs).toMatchObject({ outcome: "exported", complete: "true" });
    expect(readdirSync(tree.at("export"))).toHaveLength(1);
  },

  "exports a project": async (spoken) => {
    await start(spoken);
    const { uid } = emulator.addProject("labels", { tasks: 4, exportable: 4 });
    const { outputs, errors } = await step({ "export-projects": uid, "gate-min-tasks": "4" });
    expect(errors).toEqual([]);
    expect(outputs.outcome).toBe("exported");
    expect(emulator.exports()).toHaveLength(1);
  },
});
