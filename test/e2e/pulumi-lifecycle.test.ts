// Datasets that a stack still declares, or that another stack does, are there after whatever an owner does to the stack:
// on the real engine, which calls `create` for the new resource first, and then `delete` for the old one with the very
// uid. The stack asks to delete what it made, so that only what it must not delete stays.
import { WITH_CHANGES } from "../support/dialects";
import { createAvalaStack, environmentOf, type AvalaStack } from "../support/avala-stack";
import { describeWithPart } from "../support/parts";
import { createStack, type StackResource } from "../support/stack";
import { jpeg } from "../support/temp-tree";

const IMPORT = `
import * as avala from "@avala/pulumi";
import * as pulumi from "@pulumi/pulumi";
const onDelete = "delete";
const set = { root: "./images", include: ["*.jpg"], versionOf: "training" };
`;
const ONE = `
const files = new avala.FileSet("training", set);
new avala.Dataset("training", { files, onDelete });
`;
const RENAMED = ONE.replace('Dataset("training"', 'Dataset("renamed"');
const VERSIONED = `new avala.VersionedDataset("training", { ...set, onDelete });`;
const MOVED = `
class Moved extends pulumi.ComponentResource {
  constructor(name: string) {
    super("test:index:Moved", name);
    const files = new avala.FileSet("training", set, { parent: this });
    new avala.Dataset("training", { files, onDelete }, { parent: this });
  }
}
new Moved("moved");
`;
const PLAIN = `new avala.Dataset("plain", { name: "mine", dataType: "image", adopt: true, onDelete });`;

describeWithPart("pulumi", (pulumi) => {
  describe('a stack with onDelete: "delete"', () => {
    let it_: AvalaStack;
    let files = 0;
    beforeAll(async () => {
      it_ = await createAvalaStack(pulumi, IMPORT + ONE, WITH_CHANGES);
    });
    afterAll(() => it_.stop());

    const uids = (): readonly string[] => it_.avala.datasets().map(({ uid }) => uid);
    const declared = async (): Promise<StackResource> => {
      const all = (await it_.stack.resources()).filter(({ type }) =>
        type.endsWith("avala:Dataset"),
      );
      const [dataset] = all;
      if (all.length !== 1 || dataset === undefined) throw new Error(JSON.stringify(all));
      return dataset;
    };
    /** A version that the stack has made itself, so that nothing but the run keeps it. */
    const makeAnother = async (program: string): Promise<StackResource> => {
      files += 1;
      it_.stack.write({ [`images/${files}.jpg`]: jpeg(`number ${files}`) });
      it_.stack.writeProgram(IMPORT + program);
      await it_.stack.up();
      const dataset = await declared();
      expect(dataset.outputs).toMatchObject({ origin: "made" });
      return dataset;
    };
    const expectKept = async (id: string | undefined): Promise<void> => {
      expect(uids()).toContain(id);
      expect((await declared()).id).toBe(id);
    };

    test("keeps the dataset of a resource that is renamed without an alias, and the preview says so", async () => {
      const { id } = await makeAnother(ONE);
      it_.stack.writeProgram(IMPORT + RENAMED);
      const { output } = await it_.stack.preview();
      expect(output).toMatch(
        new RegExp(`training-\\w{12} \\(uid ${id}, 1 item\\) exists and will be taken over`),
      );
      const seen = await it_.watching(() => it_.stack.up());
      expect(seen.writes).toEqual([]);
      await expectKept(id);
      await it_.stack.up("--expect-no-changes");
    });

    test("keeps it when a FileSet and a Dataset become a VersionedDataset, and when that moves into a component", async () => {
      const { id } = await makeAnother(ONE);
      it_.stack.writeProgram(IMPORT + VERSIONED);
      await it_.stack.up();
      await expectKept(id);

      const { id: next } = await makeAnother(VERSIONED);
      it_.stack.writeProgram(IMPORT + MOVED);
      await it_.stack.up();
      await expectKept(next);
    });

    test.each(["up --replace", "state taint"])("keeps it after %s", async (how) => {
      const { id, urn } = await makeAnother(ONE);
      if (how === "state taint") await it_.stack.ok("state", "taint", "--yes", urn);
      const seen = await it_.watching(() =>
        how === "state taint" ? it_.stack.up() : it_.stack.up("--replace", urn),
      );
      expect(seen.writes).toEqual([]);
      await expectKept(id);
    });

    test("deletes the version that it made and does not declare any more", async () => {
      const { id } = await makeAnother(ONE);
      const { id: next } = await makeAnother(ONE);
      expect(uids()).toContain(next);
      expect(uids()).not.toContain(id);
    });

    test("keeps an adopted one that is renamed", async () => {
      it_.stack.writeProgram(IMPORT + PLAIN);
      await it_.stack.up();
      const { id } = await declared();
      it_.stack.writeProgram(IMPORT + PLAIN.replace("plain", "renamed"));
      await it_.stack.up();
      await expectKept(id);
    });
  });

  test("nothing is sent for a version that a protected Dataset can't take, and a wrong key ends a preview", async () => {
    const guarded = ONE.replace("{ files, onDelete }", "{ files, onDelete }, { protect: true }");
    const { stack, avala, watching, stop } = await createAvalaStack(
      pulumi,
      IMPORT + ONE,
      WITH_CHANGES,
    );
    try {
      stack.write({ "images/a.jpg": jpeg("a") });
      await stack.up();
      stack.write({ "images/b.jpg": jpeg("b") });
      stack.setEnv({ AVALA_API_KEY: "avk_wrong" });
      expect((await stack.fails("preview")).output).toContain("401");
      stack.setEnv(environmentOf(avala));

      // Protected with the very change: the engine replaces it, and protects the new one.
      stack.writeProgram(IMPORT + guarded);
      await stack.up();
      stack.write({ "images/c.jpg": jpeg("c") });
      let output = "";
      const seen = await watching(async () => {
        ({ output } = await stack.fails("up", "--yes", "--skip-preview"));
      });
      expect(seen).toMatchObject({ stored: [], writes: [] });
      expect(output).toMatch(
        /has protect: true:\s+- training\s+Nothing was sent\. Set protect: false/,
      );

      stack.writeProgram(IMPORT + ONE);
      await stack.up();
      expect(avala.datasets()).toHaveLength(1);
    } finally {
      await stop();
    }
  });

  test("two stacks of one key share a version, and neither's destroy takes it from the other", async () => {
    const program = IMPORT.replace('"delete"', '"keep"') + ONE;
    const dev = await createAvalaStack(pulumi, program);
    const prod = await createStack({ pulumi, program, env: environmentOf(dev.avala) });
    try {
      for (const stack of [dev.stack, prod]) {
        stack.write({ "images/a.jpg": jpeg("a") });
        await stack.up();
      }
      const [dataset] = dev.avala.datasets();
      const { output } = await dev.stack.destroy();
      expect(output).toMatch(
        new RegExp(`training-\\w{12} \\(uid ${dataset?.uid}, 1 item\\) stays at Avala`),
      );
      expect(await dev.stack.resources()).toEqual([]);
      await prod.refresh();
      await prod.up("--expect-no-changes");
      expect(dev.avala.datasets()).toHaveLength(1);
    } finally {
      prod.remove();
      await dev.stop();
    }
  });
});
