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

test.each([
  ["many", "fails", { errors: 1, outcome: "failed" }],
  ["few", "succeeds", { errors: 0, outcome: "exported" }],
] as const)(
  "exports.create only is warned of, and where scopes are %s the run %s",
  async (scopes, _what, { errors: count, outcome }) => {
    const emulator = await startSpeaking({ scopes });
    emulator.addKey({ key: KEY, username: "emulator", scopes: ["exports.create"] });
    const project = emulator.addProject("lanes", { tasks: 1, exportable: 1 });
    const { errors, warnings, outputs } = await runWith(emulator, {
      "export-projects": project.uid,
    });
    expect(warnings.filter(({ text }) => /exports\.read.*status/.test(text))).toHaveLength(1);
    expect(errors).toHaveLength(count);
    expect(errors.every((text) => text.includes("exports.read"))).toBe(true);
    expect(outputs.outcome).toBe(outcome);
    expect(emulator.exports()).toHaveLength(1);
  },
);

test.each([[["*"]], [["exports.*", "datasets.*"]], [["EXPORTS.CREATE", "Exports.Read"]], [[]]])(
  "a key that Avala says has %j is not refused and not warned of",
  async (scopes) => {
    const emulator = await startSpeaking({});
    const body = { type: "customer", is_staff_privileged: false, scopes };
    emulator.setFault({ on: { path: "/users/me/permissions/" }, reply: { status: 200, body } });
    const project = emulator.addProject("lanes", { tasks: 1, exportable: 1 });
    const recorded = record({
      tree,
      ...leadingTo(emulator),
      inputs: { ...leadingTo(emulator).inputs, "export-projects": project.uid },
    });
    await run(recorded.environment);
    expect([recorded.errors, recorded.warnings]).toEqual([[], []]);
  },
);

test("an upload for an organization is advised to have organizations.read", async () => {
  const emulator = await startSpeaking({});
  const scopes = ["datasets.read", "datasets.write"];
  emulator.addKey({ key: KEY, username: "emulator", scopes });
  const organization = emulator.user()?.organizations[0] ?? "";
  const { warnings } = await runWith(emulator, { ...UPLOAD, organization });
  expect(warnings.map(({ text }) => text).join("\n")).toMatch(/organizations\.read.*looked up/);
});
