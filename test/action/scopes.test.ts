// What a run says of a key that lacks scopes, and when.
import { run } from "../../action/run";
import type { Emulator } from "../../emulator";
import { startSpeaking } from "../support/dialects";
import { jpeg } from "../support/temp-tree";
import {
  createTempTree,
  leadingTo,
  record,
  type Recorded,
  type TempTree,
} from "../support/recorded-action";

const KEY = "avk_scoped_000000000000";

let tree: TempTree;
beforeEach(() => {
  tree = createTempTree({ "images/a.jpg": jpeg("a") });
});
afterEach(() => {
  tree.remove();
});

async function runWith(emulator: Emulator, inputs: Record<string, string>): Promise<Recorded> {
  const to = leadingTo(emulator);
  const recorded = record({
    tree,
    inputs: { ...to.inputs, "api-key": KEY, ...inputs },
    env: to.env,
  });
  await run(recorded.environment);
  return recorded;
}

const UPLOAD = { files: "images", dataset: "p-{digest}" };

test("every scope that is missing is named before the first byte", async () => {
  const emulator = await startSpeaking({});
  emulator.addKey({ key: KEY, username: "emulator", scopes: ["datasets.read", "exports.create"] });
  const { errors } = await runWith(emulator, { ...UPLOAD, "export-datasets": "uploaded" });
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatch(/lacks the scopes datasets\.write, exports\.read\b/);
  const asked = emulator.requests().map(({ method, path }) => `${method} ${path}`);
  expect(asked).toEqual(["GET /users/me/permissions/"]);
});

test.each([
  ["that has them", { scopes: ["datasets.read", "datasets.write"] }, {}],
  ["without scopes, which has all rights", {}, {}],
  [
    "on a server that does not say",
    { scopes: ["datasets.read", "datasets.write"] },
    { permissions: "absent" },
  ],
] as const)("a key %s uploads", async (_which, key, dialect) => {
  const emulator = await startSpeaking(dialect);
  emulator.addKey({ key: KEY, username: "emulator", ...key });
  expect((await runWith(emulator, UPLOAD)).errors).toEqual([]);
});

test("a 403 while an export is waited for names the scope that polling needs", async () => {
  const emulator = await startSpeaking({ permissions: "absent" });
  emulator.addKey({ key: KEY, username: "emulator", scopes: ["exports.create"] });
  const project = emulator.addProject("lanes");
  const { errors } = await runWith(emulator, { "export-projects": project.uid });
  expect(errors).toHaveLength(1);
  expect(errors[0]).toContain("exports.read");
});
