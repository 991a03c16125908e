// Runs on a machine whose disk is full, read-only or slow to stop: what was done at Avala stands, and is known.
import promises from "node:fs/promises";
import { run } from "../../action/run";
import type { Emulator } from "../../emulator";
import { AvalaError } from "../../src/errors";
import { createTempTree, jpeg, type TempTree } from "../support/temp-tree";
import { recordTalkingTo, type Given, type Recorded } from "../support/recorded-action";
import { startQuietly } from "../support/quiet-emulator";

let tree: TempTree;
let emulator: Emulator;
beforeEach(async () => {
  tree = createTempTree({ "images/one.jpg": jpeg("one"), "images/two.jpg": jpeg("two") });
  emulator = await startQuietly();
});
afterEach(async () => {
  jest.restoreAllMocks();
  tree.remove();
  await emulator.stop();
});

const whole = { dataset: "pets-{digest}", files: "images", "export-datasets": "uploaded" };

const prepare = (more: Partial<Given> = {}): Recorded =>
  recordTalkingTo(emulator, { tree, ...more, inputs: { ...whole, ...more.inputs } });

/** From now on the disk is full for files of these names. */
function fill(...names: readonly string[]): void {
  const { writeFile } = promises;
  jest.spyOn(promises, "writeFile").mockImplementation(async (file, ...rest) => {
    if (names.some((name) => typeof file === "string" && file.endsWith(name)))
      throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    return writeFile(file, ...rest);
  });
}

const noOutput = (): never => {
  throw new AvalaError("file", "GITHUB_OUTPUT can't be written: ENOSPC.");
};

describe("a disk that is full at the end", () => {
  test("costs the report, and a warning that names it", async () => {
    fill("report.json.new");
    const { environment, outputs, errors, warnings } = prepare();
    await run(environment);
    expect(errors).toEqual([]);
    expect(outputs).toMatchObject({ outcome: "exported", complete: "true", report: "" });
    expect(outputs["dataset-uid"]).toBe(emulator.datasets()[0]?.uid);
    const text = warnings.map((one) => one.text).join();
    expect(text).toContain("report.json can't be written: ENOSPC");
    expect(text).toContain("Free space");
  });

  test("costs the manifest its word, and a warning, once the files are at Avala", async () => {
    fill("manifest.json.new");
    const before = prepare();
    await run(before.environment);
    expect(before.errors[0]).toContain("manifest.json can't be written");
    expect(emulator.requests().filter(({ method }) => method === "POST")).toEqual([]);
    jest.restoreAllMocks();
    const after = prepare({
      onInfo: (line) => {
        if (line.startsWith("Sent 2 files")) fill("manifest.json.new");
      },
    });
    await run(after.environment);
    expect(after.errors).toEqual([]);
    expect(after.outputs).toMatchObject({ outcome: "exported", complete: "true" });
    expect(after.warnings.map((one) => one.text).join()).toContain(
      "The manifest still says complete: false",
    );
  });

  test("costs outputs: the step fails as what it is, and what was done stands", async () => {
    const recorded = prepare();
    const { environment, errors, outputs, summaries } = recorded;
    let isFull = false;
    await run({
      ...environment,
      setOutput: (name, value) => {
        if (name === "export-uid" && value !== "") isFull = true;
        return isFull ? noOutput() : environment.setOutput(name, value);
      },
    });
    expect(outputs["dataset-uid"]).toBe(emulator.datasets()[0]?.uid);
    expect(outputs["files-uploaded"]).toBe("2");
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain("export-uid");
    expect(errors[0]).toContain("outcome: exported");
    expect(errors[0]).not.toContain("bug");
    expect(summaries[0]).toContain("Export complete");
    expect(summaries[0]).toContain("Later steps do not");
  });

  test("costs the summary, and a warning", async () => {
    const { environment, errors, warnings, outputs } = prepare();
    const writeSummary = (): Promise<void> =>
      Promise.reject(new AvalaError("file", "GITHUB_STEP_SUMMARY can't be written: ENOSPC."));
    await run({ ...environment, writeSummary });
    expect(errors).toEqual([]);
    expect(outputs.outcome).toBe("exported");
    expect(warnings.map((one) => one.text).join()).toContain("GITHUB_STEP_SUMMARY");
  });
});

test("a failed run keeps its own error when the disk is full as well", async () => {
  emulator.failExports("");
  const { environment, errors, warnings } = prepare();
  await run({ ...environment, setOutput: noOutput });
  expect(errors).toHaveLength(1);
  expect(errors[0]).toContain("ended as failed");
  expect(warnings.map((one) => one.text).join()).toContain("GITHUB_OUTPUT");
});

test("outputs are out as soon as they are known", async () => {
  const { environment } = prepare({ inputs: { "download-path": "export" } });
  const events: string[] = [];
  await run({
    ...environment,
    setOutput: (name, value) => {
      if (value !== "") events.push(`${name}=${value}`);
    },
    info: (line) => events.push(line),
  });
  const at = (start: string): number => events.findIndex((event) => event.startsWith(start));
  const { uid } = emulator.datasets()[0] ?? {};
  expect(at(`dataset-uid=${uid}`)).toBeGreaterThan(-1);
  expect(at(`dataset-uid=${uid}`)).toBeLessThan(at("Sent 2 files"));
  expect(at("files-uploaded=2")).toBeLessThan(at("Started export"));
  expect(at(`export-uid=${emulator.exports()[0]?.uid}`)).toBeLessThan(at("Downloaded export"));
  expect(at("digest=")).toBeLessThan(at("dataset-uid="));
  expect(at("complete=false")).toBeLessThan(at("complete=true"));
});

test("a temporary folder that can't be made is named before anything is sent", async () => {
  tree.write({ blocked: "a file" });
  const { environment, errors } = prepare();
  await run({ ...environment, tempDirectory: tree.at("blocked/temp") });
  expect(errors[0]).toContain(tree.at("blocked/temp"));
  expect(errors[0]).not.toContain("bug");
  expect(emulator.requests()).toEqual([]);
});
