// Exports whose tasks Avala does not count: a gate that was asked for stays closed, and an export alone warns.
import { readFileSync } from "node:fs";
import { useActionPlace } from "../support/action-place";
import { jpeg } from "../support/temp-tree";

const place = useActionPlace({ "images/one.jpg": jpeg("one") }, { exportMs: 20 });

const { act } = place;

const project = (): string =>
  place.emulator.addProject("labels", { tasks: 4, exportable: 0, completedTasks: 4 }).uid;
const status = { "status-context": "avala/export", "github-token": "ghs_secret" };
const wayOut = "Set gate-min-exported to 0 if it is enough that the export is complete.";

describe.each(["absent", "null"] as const)("counts that are %s", (exportCounts) => {
  beforeEach(() => place.start({ dialect: { exportCounts } }));

  test.each<Record<string, string>>([
    { "gate-min-tasks": "0" },
    { "gate-min-tasks": "1" },
    { "gate-min-exported": "1" },
    { "gate-min-exported": "95%" },
    { "gate-pending-tasks": "0" },
    { "gate-retry-minutes": "0.01", "timeout-minutes": "0.03" },
  ])("keep a gate of %j closed, and say the way out", async (gate) => {
    const { outputs, errors } = await act({ "export-projects": project(), ...gate });
    expect(outputs).toMatchObject({ outcome: "gate_closed", complete: "false" });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain("Avala does not say how many tasks");
    expect(errors[0]).toContain(wayOut);
  });

  test("make a commit status a failure that names what is missing", async () => {
    const given = { "export-projects": project(), ...status };
    const { outputs, statuses, summaries } = await act(given);
    expect(outputs.outcome).toBe("gate_closed");
    expect(statuses.map(({ state }) => state)).toEqual(["pending", "failure"]);
    const missing =
      "Avala does not say how many tasks the export contains or how many tasks are exported";
    expect(statuses[1]?.description).toContain(missing);
    expect(summaries[0]).toContain(`not met: ${missing}, and all tasks are required`);
    const report = JSON.parse(readFileSync(outputs["report"] ?? "", "utf8")) as object;
    expect(report).toMatchObject({ gate: [{ found: missing, isMet: false }] });
  });

  test("do not close a gate that is told to do without them", async () => {
    const given = { "export-projects": project(), ...status, "gate-min-exported": "0" };
    const { outputs, statuses, warnings } = await act(given);
    expect(outputs).toMatchObject({ outcome: "exported", complete: "true" });
    expect(statuses.map(({ state }) => state)).toEqual(["pending", "success"]);
    expect(warnings).toEqual([]);
  });

  test.each<[string, () => Record<string, string>]>([
    ["a project", () => ({ "export-projects": project() })],
    [
      "what was uploaded",
      () => ({ dataset: "pets-{digest}", files: "images", "export-datasets": "uploaded" }),
    ],
  ])("of %s that is exported without a gate are a warning", async (_what, given) => {
    const { outputs, errors, warnings } = await act(given());
    expect(errors).toEqual([]);
    expect(outputs).toMatchObject({ outcome: "exported", complete: "true" });
    const [{ text } = { text: "" }, ...others] = warnings;
    expect(others).toEqual([]);
    expect(text).toContain(place.emulator.exports()[0]?.uid);
    expect(text).toContain("Avala does not say how many tasks");
  });
});
