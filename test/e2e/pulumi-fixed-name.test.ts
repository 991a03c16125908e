// A set with a fixed name: made once, refused other content, and taken over by `adopt`. The tests follow each other on one
// stack.
import { describeWithPart } from "../support/parts";
import { createAvalaStack, type AvalaStack } from "../support/avala-stack";
import { jpeg } from "../support/temp-tree";

const FILES = `new avala.FileSet("set", { root: "images", include: ["*.jpg"], datasetName: "training" })`;
const PROGRAM = `
import * as avala from "@avala/pulumi";
const files = ${FILES};
const dataset = new avala.Dataset("training", { files, metadata: { season: "autumn" } });
export const isVerified = dataset.isVerified;
`;
const ADOPTING = PROGRAM.replace('"training" }', '"training", adopt: true }')
  .replace("{ files,", "{ files, adopt: true,")
  .replace(', metadata: { season: "autumn" }', "");
const WITHOUT_DATASET = `
import * as avala from "@avala/pulumi";
export const digest = ${FILES}.digest;
`;

describeWithPart("pulumi", (pulumi) => {
  let it_: AvalaStack;
  beforeAll(async () => {
    it_ = await createAvalaStack(pulumi, WITHOUT_DATASET);
    it_.stack.write({ "images/a.jpg": jpeg("a"), "images/b.jpg": jpeg("b") });
  });
  afterAll(() => it_.stop());

  test("sends other content as long as no dataset is made of it", async () => {
    await it_.stack.up();
    it_.stack.write({ "images/b.jpg": jpeg("B") });
    const seen = await it_.watching(() => it_.stack.up());
    // Other content is another batch, and a server may keep batches apart: all of it is sent.
    expect(seen.stored).toEqual(["training/a.jpg", "training/b.jpg"]);
    it_.stack.writeProgram(PROGRAM);
    await it_.stack.up();
    expect(it_.stack.outputs()["isVerified"]).toBe(true);
    await it_.stack.up("--refresh", "--expect-no-changes");
  });

  test("refuses other content in the preview and in the up, before the first byte", async () => {
    it_.stack.write({ "images/b.jpg": jpeg("other"), "images/c.jpg": jpeg("c") });
    for (const args of [["preview"], ["up", "--yes", "--skip-preview"]] as const) {
      const seen = await it_.watching(async () => {
        const { output } = await it_.stack.fails(...args);
        expect(output).toMatch(/training exists \(uid .*made of other content/);
        expect(output).toContain("+ c.jpg");
        expect(output).toContain("Leave datasetName out of the FileSet");
      });
      expect(seen.writes).toEqual([]);
    }
    it_.stack.write({ "images/b.jpg": jpeg("B"), "images/c.jpg": null });
  });

  test("is taken over by adopt alone, with nothing sent and nothing confirmed", async () => {
    await it_.stack.ok("state", "delete", "--all", "--yes", "--force");
    const refused = await it_.watching(async () => {
      const { output } = await it_.stack.fails("up", "--yes", "--skip-preview");
      expect(output).toMatch(/training exists already \(uid .+, 2 items\)/);
      expect(output).toContain("adopt: true");
    });
    expect(refused.writes).toEqual([]);
    it_.stack.writeProgram(ADOPTING);
    const adopted = await it_.watching(() => it_.stack.up());
    expect(adopted).toMatchObject({ stored: [], confirms: 0 });
    expect(it_.avala.datasets()).toHaveLength(1);
    await it_.stack.up("--expect-no-changes");
  });
});
