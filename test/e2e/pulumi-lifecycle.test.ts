// Datasets that a stack still declares, or that another stack does, are there after whatever an owner does to the stack:
// on the real engine, which calls `create` for the new resource first, and then `delete` for the old one with the very
// uid. The stack asks to delete what it made, so that only what it must not delete stays.
import { WITH_CHANGES } from "../support/dialects";
import { createAvalaStack, environmentOf, type AvalaStack } from "../support/avala-stack";
import { describeWithPart } from "../support/parts";
import { createStack } from "../support/stack";
import type { StackResource } from "../support/stack-state";
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

/** What an owner does to a resource that declares a set: the program before, and after. */
interface Change {
  readonly before: string;
  readonly after: string;
}
const setOf = (name: string): string =>
  `{ root: "./images", include: ["*.jpg"], versionOf: "${name}" }`;
const inParts = (name: string, dataset = name): string => `
const ${name} = new avala.FileSet("${name}", ${setOf(name)});
new avala.Dataset("${dataset}", { files: ${name}, onDelete });
`;
const inOne = (name: string): string =>
  `new avala.VersionedDataset("${name}", { ...${setOf(name)}, onDelete });`;
const inComponent = (name: string): string => `
class Moved extends pulumi.ComponentResource {
  constructor(name: string) {
    super("test:index:Moved", name);
    const files = new avala.FileSet("${name}", ${setOf(name)}, { parent: this });
    new avala.Dataset("${name}", { files, onDelete }, { parent: this });
  }
}
new Moved("moved");
`;
const plain = (resource: string): string =>
  `new avala.Dataset("${resource}", { name: "mine", dataType: "image", adopt: true, onDelete });`;

const CHANGES: Readonly<Record<string, Change>> = {
  renamed: { before: inParts("renamed"), after: inParts("renamed", "other") },
  joined: { before: inParts("joined"), after: inOne("joined") },
  moved: { before: inOne("moved"), after: inComponent("moved") },
  tainted: { before: inParts("tainted"), after: inParts("tainted") },
  replaced: { before: inParts("replaced"), after: inParts("replaced") },
  mine: { before: plain("adopted"), after: plain("adopted-and-renamed") },
};
const programOf = (when: keyof Change): string =>
  IMPORT +
  Object.values(CHANGES)
    .map((change) => change[when])
    .join("\n");

describeWithPart("pulumi", (pulumi) => {
  describe('a stack with onDelete: "delete"', () => {
    let it_: AvalaStack;
    beforeAll(async () => {
      it_ = await createAvalaStack(pulumi, programOf("before"), WITH_CHANGES);
      it_.stack.write({ "images/1.jpg": jpeg("number 1") });
    });
    afterAll(() => it_.stop());

    /** The declared datasets by the sets' names, which are the first words of theirs. */
    const declared = (): Readonly<Record<string, StackResource>> => {
      const all = it_.stack.resources().filter(({ type }) => type.endsWith("avala:Dataset"));
      const named = all.map((one) => [String(one.outputs?.["name"]).split("-")[0], one]);
      expect(named).toHaveLength(Object.keys(CHANGES).length);
      return Object.fromEntries(named) as Record<string, StackResource>;
    };
    const idsOf = (all: Readonly<Record<string, StackResource>>): Record<string, unknown> =>
      Object.fromEntries(Object.entries(all).map(([name, { id }]) => [name, id]));
    const expectKept = (before: Readonly<Record<string, StackResource>>): void => {
      expect(idsOf(declared())).toEqual(idsOf(before));
      const uids = it_.avala.datasets().map(({ uid }) => uid);
      expect(uids.sort()).toEqual(Object.values(idsOf(before)).sort());
    };

    test("keeps what is renamed without an alias, joined into a VersionedDataset, moved into a component, tainted, or adopted", async () => {
      await it_.stack.up();
      const before = declared();
      // Made by the stack itself, so that nothing but the run keeps them.
      for (const { outputs } of Object.values(before))
        expect(outputs).toMatchObject({ origin: "made" });

      it_.stack.writeProgram(programOf("after"));
      await it_.stack.ok("state", "taint", "--yes", before["tainted"]?.urn ?? "");
      let output = "";
      const seen = await it_.watching(async () => {
        ({ output } = await it_.stack.run("up", "--yes"));
      });
      // The preview, which comes first.
      expect(output).toMatch(
        new RegExp(
          `renamed-\\w{12} \\(uid ${before["renamed"]?.id}, 1 item\\) exists and will be taken over`,
        ),
      );
      expect(seen.writes).toEqual([]);
      expectKept(before);
    });

    test("keeps it after up --replace, and then nothing is left to do", async () => {
      const before = declared();
      const seen = await it_.watching(() =>
        it_.stack.up("--replace", before["replaced"]?.urn ?? ""),
      );
      expect(seen.writes).toEqual([]);
      expectKept(before);
      await it_.stack.up("--expect-no-changes");
    });
  });

  test("a version that the stack made goes once another is declared; nothing is sent for one that a protected Dataset can't take", async () => {
    const guarded = ONE.replace("{ files, onDelete }", "{ files, onDelete }, { protect: true }");
    const { stack, avala, watching, stop } = await createAvalaStack(
      pulumi,
      IMPORT + ONE,
      WITH_CHANGES,
    );
    try {
      stack.write({ "images/a.jpg": jpeg("a") });
      await stack.up();
      const [first] = avala.datasets();
      stack.write({ "images/b.jpg": jpeg("b") });

      // Protected with the very change: the engine replaces it, and protects the new one.
      stack.writeProgram(IMPORT + guarded);
      await stack.up();
      expect(avala.datasets()).toEqual([expect.not.objectContaining({ uid: first?.uid })]);
      stack.write({ "images/c.jpg": jpeg("c") });
      let output = "";
      const seen = await watching(async () => {
        ({ output } = await stack.fails("up", "--yes", "--skip-preview"));
      });
      expect(seen).toMatchObject({ stored: [], writes: [] });
      expect(output).toMatch(
        /these are made from it:\s+- training\s+Nothing was sent\. Set protect: false/,
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
      expect(dev.stack.resources()).toEqual([]);
      await prod.up("--refresh", "--expect-no-changes");
      expect(dev.avala.datasets()).toHaveLength(1);
    } finally {
      prod.remove();
      await dev.stop();
    }
  });
});
