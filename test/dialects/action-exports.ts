// What the Action does after an upload that broke off, with exports and as a gate, on a bench that speaks one dialect.
import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { addTarget } from "../support/emulator";
import { jpeg } from "../support/temp-tree";
import { type ActionBench, SCOPES, VERSIONED } from "./action-bench";
import { isOwnerHidden } from "./action-uploads";
import type { Scenarios } from "./columns";
import { LARGE_BYTES } from "./over-dialects";

/** How many replies of this path a script took away. */
const lost = ({ emulator }: ActionBench, path: string): number =>
  emulator.requests().filter((one) => one.path === path && one.fault !== undefined).length;

export const RESUMES: Scenarios<ActionBench> = {
  "makes one dataset of small files and a large one when it is cancelled midway and run again":
    async (bench) => {
      const large = jpeg("y".repeat(LARGE_BYTES));
      bench.tree.write({
        "broken/1.jpg": jpeg("1"),
        "broken/2.jpg": jpeg("2"),
        "broken/3.jpg": large,
      });
      const given = { dataset: "broken-{digest}", files: "broken", concurrency: "1" };
      const stateDir = ".state-broken";
      const controller = new AbortController();
      const before = bench.sent();
      bench.emulator.setFault({ on: { target: "storage" }, skip: 2, times: 0, stall: true });
      const first = bench.step(given, { stateDir, signal: controller.signal });
      while (bench.sent() < before + 3) await sleep(2);
      controller.abort();
      expect((await first).outputs).toMatchObject({ outcome: "cancelled", complete: "false" });
      bench.emulator.clearFaults();
      const second = await bench.step(given, { stateDir });
      expect(second.errors).toEqual([]);
      expect(second.outputs).toMatchObject({ outcome: "uploaded", complete: "true" });
      expect(Number(second.outputs["files-skipped"])).toBeGreaterThan(0);
      expect(bench.itemCount(second.outputs["dataset-uid"])).toBe(3);
      expect(bench.datasetsNamed("broken-")).toBe(1);
    },

  "finds the dataset that it made when the response to the create is lost": async (bench) => {
    bench.tree.write({ "lost/one.jpg": jpeg("lost") });
    const on = { method: "POST", path: "/datasets/manual-upload/" };
    bench.emulator.setFault({ on, when: "after", drop: true });
    const { outputs, errors } = await bench.step({ dataset: "lost-{digest}", files: "lost" });
    expect(errors).toEqual([]);
    expect(outputs).toMatchObject({ outcome: "uploaded", complete: "true" });
    expect(bench.datasetsNamed("lost-")).toBe(1);
    expect(lost(bench, on.path)).toBe(1);
  },
};

/** Where Avala counts no tasks, a condition about them closes the gate, and so does having none. */
const isCounted = ({ dialect }: ActionBench): boolean => dialect.exportCounts === "present";

/** What opens a gate for an export of so many tasks, all of them exported. */
const gateOf = (bench: ActionBench, tasks: string): Readonly<Record<string, string>> =>
  isCounted(bench)
    ? { "gate-min-tasks": tasks, "gate-min-exported": "100%" }
    : { "gate-min-exported": "0" };

export const EXPORTS: Scenarios<ActionBench> = {
  "exports what it uploaded, and downloads the file": async (bench) => {
    const { outputs, errors, warnings } = await bench.step({
      ...VERSIONED,
      // Of one that may be another's nothing is compared, so that the gate stays closed.
      ...(isOwnerHidden(bench) ? { dataset: "exported-{digest}" } : {}),
      "export-datasets": "uploaded",
      ...gateOf(bench, "1"),
      "download-path": "export",
    });
    expect({ errors, warnings }).toEqual({ errors: [], warnings: [] });
    expect(outputs).toMatchObject({ outcome: "exported", complete: "true" });
    expect(readdirSync(bench.tree.at("export"))).toHaveLength(1);
  },

  "exports a project once": async (bench) => {
    const { uid } = bench.emulator.addProject("labels", { tasks: 4, exportable: 4 });
    const before = bench.emulator.exports().length;
    const { outputs, errors, warnings } = await bench.step({ "export-projects": uid });
    expect(errors).toEqual([]);
    expect(outputs.outcome).toBe("exported");
    expect(warnings).toHaveLength(isCounted(bench) ? 0 : 1);
    expect(bench.emulator.exports()).toHaveLength(before + 1);
  },

  "starts one export when the response to the create is lost": async (bench) => {
    const { uid } = bench.emulator.addProject("lost", { tasks: 4, exportable: 4 });
    const before = bench.emulator.exports().length;
    const on = { method: "POST", path: "/exports/" };
    // A server that refuses the fields beside the lists refuses the first try.
    const skip = bench.dialect.exportFields === "refused" ? 1 : 0;
    bench.emulator.setFault({ on, skip, when: "after", drop: true });
    const { outputs, errors } = await bench.step({ "export-projects": uid });
    expect(errors).toEqual([]);
    expect(outputs.outcome).toBe("exported");
    expect(bench.emulator.exports()).toHaveLength(before + 1);
    expect(lost(bench, on.path)).toBe(1);
  },
};

export const GATES: Scenarios<ActionBench> = {
  "opens for an export that contains all tasks": async (bench) => {
    const { uid } = bench.emulator.addProject("done", { tasks: 4, exportable: 4 });
    const given = { "export-projects": uid, ...gateOf(bench, "4") };
    const { outputs, errors } = await bench.step(given);
    expect(errors).toEqual([]);
    expect(outputs).toMatchObject({ outcome: "exported", complete: "true" });
  },

  "stays closed while an export contains too few tasks": async (bench) => {
    const { uid } = bench.emulator.addProject("half", { tasks: 4, exportable: 2 });
    const gate = isCounted(bench) ? {} : { "gate-min-tasks": "0" };
    const { outputs, errors } = await bench.step({ "export-projects": uid, ...gate });
    expect(errors).toHaveLength(1);
    expect(outputs).toMatchObject({ outcome: "gate_closed", complete: "false" });
  },

  "opens and closes by tasks and quality targets, as Avala judges them": async (bench) => {
    const { emulator } = bench;
    const key = "avk_gate_gate_gate_gate";
    emulator.addKey({ key, scopes: [...SCOPES, "tasks.read", "qc.read", "qc.write"] });
    const { uid } = emulator.addProject("judged", { tasks: 4, exportable: 4, completedTasks: 4 });
    await addTarget(emulator, uid);
    const given = {
      ...{ "export-projects": uid, ...gateOf(bench, "4") },
      ...{ "gate-pending-tasks": "0", "gate-quality-targets": "critical" },
    };
    const outcomeAt = async (issueRate: number | null): Promise<string | undefined> => {
      emulator.setMetrics(uid, { issue_rate: issueRate });
      return (await bench.step(given, { key })).outputs.outcome;
    };
    const isBreach = bench.dialect.targetOperators === "breach";
    const before = emulator.exports().length;
    expect(await outcomeAt(null)).toBe("gate_closed");
    expect(await outcomeAt(isBreach ? 0.2 : 0.05)).toBe("gate_closed");
    expect(emulator.exports()).toHaveLength(before);
    expect(await outcomeAt(isBreach ? 0.05 : 0.2)).toBe("exported");
  },

  "stays closed after a failed export, and says why or where to look": async (bench) => {
    const { uid } = bench.emulator.addProject("broken", { tasks: 4, exportable: 4 });
    bench.emulator.failExports("two tasks are locked");
    const { outputs, errors } = await bench.step({ "export-projects": uid });
    expect(errors).toHaveLength(1);
    const isSaid = bench.dialect.exportReason === "error";
    expect(errors[0]?.includes("two tasks are locked")).toBe(isSaid);
    expect(errors[0]).toMatch(/under Exports in Avala's dashboard/);
    expect(outputs).toMatchObject({ outcome: "export_failed", complete: "false" });
  },
};
