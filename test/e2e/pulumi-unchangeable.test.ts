// A server without calls that change or delete a dataset, as Avala most likely is: what was declared and did not happen is
// an error that says so, and the state stays true.
import { createAvalaStack, type AvalaStack } from "../support/avala-stack";
import { describeWithPart } from "../support/parts";
import { jpeg } from "../support/temp-tree";

const programOf = (season: string, name: string, resource = "plain"): string => `
import * as avala from "@avala/pulumi";
const files = new avala.FileSet("set", { root: "images", include: ["*.jpg"], versionOf: "training" });
new avala.Dataset("training", { files, metadata: { season: "${season}" }, onDelete: "delete" });
new avala.Dataset("${resource}", { name: "${name}", dataType: "image", adopt: true, onDelete: "delete" });
`;
// Else the engine stops at the first that fails.
const UP = ["up", "--yes", "--skip-preview", "--continue-on-error"] as const;

describeWithPart("pulumi", (pulumi) => {
  let it_: AvalaStack;
  beforeAll(async () => {
    it_ = await createAvalaStack(pulumi, programOf("autumn", "mine"));
    it_.stack.write({ "images/a.jpg": jpeg("a") });
    await it_.stack.up();
  });
  afterAll(() => it_.stop());

  test("a change of metadata or of a name fails in every up, until the program declares what is there", async () => {
    it_.stack.writeProgram(programOf("winter", "yours"));
    for (let again = 0; again < 2; again += 1) {
      const { output } = await it_.stack.fails(...UP);
      expect(output).toMatch(/training-\w{12} .* Avala does not support .* \(metadata\)/);
      expect(output).toMatch(/mine .* was not changed: Avala does not support .* \(name\)/);
      const outputs = it_.stack.resources().map((one) => one.outputs);
      expect(JSON.stringify(outputs)).not.toMatch(/winter|yours/);
    }
    it_.stack.writeProgram(programOf("autumn", "mine"));
    await it_.stack.up();
    await it_.stack.up("--refresh", "--expect-no-changes");
  });

  test("a resource that is renamed keeps its dataset", async () => {
    it_.stack.writeProgram(programOf("autumn", "mine", "renamed"));
    const seen = await it_.watching(() => it_.stack.up());
    expect(seen.writes).toEqual([]);
    expect(it_.avala.datasets()).toHaveLength(2);
  });

  test("destroy leaves the datasets at Avala and nothing in the state, and warns", async () => {
    const { output } = await it_.stack.destroy();
    expect(output).toMatch(/training-\w{12} .* stays at Avala: Avala does not support deleting/);
    expect(it_.stack.resources()).toEqual([]);
    expect(it_.avala.datasets()).toHaveLength(2);
  });
});
