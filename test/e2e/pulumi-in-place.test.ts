// A set that is changed where it is: on deployments that accept a second confirm, and on those that do not.
import { describeWithPart } from "../support/parts";
import { createAvalaStack, type AvalaStack } from "../support/avala-stack";
import { jpeg } from "../support/temp-tree";

const PROGRAM = `
import * as avala from "@avala/pulumi";
const files = new avala.FileSet("set", { root: "images", include: ["*.jpg"], datasetName: "training" });
const dataset = new avala.Dataset("training", { files, metadata: { season: "autumn" } });
export const itemCount = dataset.itemCount;
`;

describeWithPart("pulumi", (pulumi) => {
  let it_: AvalaStack;
  afterEach(() => it_.stop());

  async function start(confirmAgain: "accept" | "reject"): Promise<void> {
    it_ = await createAvalaStack(pulumi, PROGRAM, { confirmAgain });
    it_.stack.write({
      "images/a.jpg": jpeg("a"),
      "images/b.jpg": jpeg("b"),
      "images/c.jpg": jpeg("c"),
    });
    await it_.stack.up();
    it_.stack.write({
      "images/b.jpg": jpeg("b, changed"),
      "images/c.jpg": null,
      "images/d.jpg": jpeg("d"),
    });
  }

  test("added and changed files alone are sent, and the preview names the removed ones that stay", async () => {
    await start("accept");
    const { output } = await it_.stack.preview();
    expect(output).toContain("training changes in place\n    + d.jpg\n    ~ b.jpg\n    - c.jpg");
    expect(output).toMatch(/1 removed file will stay stored and in the dataset.*: c\.jpg/);

    const seen = await it_.watching(() => it_.stack.up());
    expect(seen.stored).toEqual(["training/b.jpg", "training/d.jpg"]);
    expect(seen.confirms).toBe(1);
    expect(it_.avala.datasets()).toHaveLength(1);
    expect((await it_.stack.outputs())["itemCount"]).toBe(4);
    await it_.stack.refresh();
    await it_.stack.up("--expect-no-changes");
  });

  test("a server that makes a dataset once gives an error that names both ways out", async () => {
    await start("reject");
    const { output } = await it_.stack.fails("up", "--yes", "--skip-preview");
    expect(output).toContain("can't be changed in place");
    expect(output).toContain("Leave datasetName out of the FileSet");
    expect(output).toContain("a datasetName that is not taken");
  });

  test("a dataset that is there already is not added to unless it is adopted", async () => {
    await start("accept");
    await it_.stack.ok("state", "delete", "--all", "--yes", "--force");
    const from = it_.avala.requests().length;
    const { output } = await it_.stack.fails("up", "--yes", "--skip-preview");
    expect(output).toMatch(/Dataset training exists already \(uid .+, 3 items\)/);
    expect(output).toContain("adopt: true");
    const stored = it_.avala
      .requests()
      .slice(from)
      .filter(({ target }) => target === "storage");
    expect(stored).toEqual([]);

    it_.stack.writeProgram(
      PROGRAM.replace('"training" }', '"training", adopt: true }').replace(
        "{ files,",
        "{ files, adopt: true,",
      ),
    );
    await it_.stack.up();
    expect(it_.avala.datasets()).toHaveLength(1);
  });
});
