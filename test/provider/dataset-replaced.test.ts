// A dataset that another one is to take the place of.
import { WITH_CHANGES } from "../support/dialects";
import { jpeg } from "../support/temp-tree";
import { checked, createBench, make, type Bench } from "../support/provider";

describe("A Dataset", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await createBench({ "a.jpg": jpeg("a") }, WITH_CHANGES);
  });
  afterEach(() => bench.stop());
  const lastMessage = () => bench.messages.at(-1);

  describe("with another slug, under the same name", () => {
    const kept = { name: "mine", dataType: "image", slug: "one" };
    const given = { ...kept, onDelete: "delete" };

    test("goes first, as it keeps the name", async () => {
      const { id, outs } = await make(bench.handlers().dataset, given);
      const { dataset } = bench.handlers();
      const news = await checked(dataset, { ...given, slug: "two" });
      expect(await dataset.diff(id, outs, news)).toEqual({
        changes: true,
        replaces: ["slug"],
        deleteBeforeReplace: true,
      });
      await dataset.delete(id, outs);
      const { outs: second } = await dataset.create(news);
      expect(second).toMatchObject({ slug: "two", origin: "made" });
    });

    test("is refused with the ways out while it stays, also in a preview and without a key", async () => {
      const { id, outs } = await make(bench.handlers().dataset, kept);
      bench.writes();
      for (const environment of [{}, { AVALA_API_KEY: "" }]) {
        const { dataset } = bench.handlers(environment);
        const call = { urn: "urn:one", isPreview: true };
        const news = await checked(dataset, { ...given, slug: "two", call });
        await expect(dataset.diff(id, outs, news)).rejects.toThrow(
          /mine \(uid .*\) cannot be replaced .*onDelete is "keep".*slug.*another name.*delete this one in Avala.*onDelete: "delete" first/s,
        );
      }
      expect(bench.writes()).toEqual([]);
    });

    test("is refused when this stack did not make it", async () => {
      await make(bench.handlers().dataset, given);
      const { dataset } = bench.handlers();
      const { id, outs } = await make(dataset, { ...given, adopt: true });
      const news = await checked(dataset, { ...given, slug: "two" });
      await expect(dataset.diff(id, outs, news)).rejects.toThrow(
        /does not show that this stack made it/,
      );
    });

    test("is made once the old one was deleted in Avala", async () => {
      const { id, outs } = await make(bench.handlers().dataset, kept);
      await bench.handlers().dataset.delete(id, { ...outs, onDelete: "delete" });
      const { dataset } = bench.handlers();
      const news = await checked(dataset, { ...kept, slug: "two" });
      expect(await dataset.diff(id, outs, news)).toMatchObject({ replaces: ["slug"] });
      await dataset.delete(id, outs);
      expect((await dataset.create(news)).outs).toMatchObject({ slug: "two" });
    });

    test("is refused before anything is changed when people have worked on it, also in a preview", async () => {
      const { dataset } = bench.handlers();
      const { id, outs } = await make(dataset, given);
      bench.avala.addAnnotations(id, 5);
      bench.writes();
      const call = { urn: "urn:one", isPreview: true };
      const news = await checked(dataset, { ...given, slug: "two", forceDestroy: true, call });
      await expect(dataset.diff(id, outs, news)).rejects.toThrow(
        /mine \(uid .*5 annotations\) cannot be replaced by one of the same name.*slug.*forceDestroy: true first, run up/s,
      );
      expect(bench.writes()).toEqual([]);
    });

    test("is made once forceDestroy was applied before", async () => {
      const { dataset } = bench.handlers();
      const { id, outs } = await make(dataset, { ...given, forceDestroy: true });
      bench.avala.addAnnotations(id, 5);
      const news = await checked(dataset, { ...given, slug: "two" });
      expect(await dataset.diff(id, outs, news)).toMatchObject({ replaces: ["slug"] });
    });

    test("stays in the state, with an error, when it turns out that it can't be deleted", async () => {
      await bench.stop();
      bench = await createBench({});
      const { id, outs } = await make(bench.handlers().dataset, given);
      const { dataset } = bench.handlers();
      const news = await checked(dataset, { ...given, slug: "two" });
      await dataset.diff(id, outs, news);
      await expect(dataset.delete(id, outs)).rejects.toThrow(
        /cannot be replaced .* does not support deleting.*another name/s,
      );
      bench.avala.addAnnotations(id, 1);
      await expect(dataset.delete(id, outs)).rejects.toThrow(/1 annotation\) cannot be replaced/);
    });

    test("is not deleted for it when another resource of the stack has it", async () => {
      const { id, outs } = await make(bench.handlers().dataset, given);
      const { dataset } = bench.handlers();
      await dataset.diff(id, outs, await checked(dataset, given));
      await dataset.diff(id, outs, await checked(dataset, { ...given, slug: "two" }));
      await expect(dataset.delete(id, outs)).rejects.toThrow(/another resource of this stack/);
      expect(bench.avala.datasets()).toHaveLength(1);
    });

    test.each([{}, { adopt: true }])("is no other's to take over, %j or not", async (more) => {
      const { dataset } = bench.handlers();
      await make(dataset, given);
      const other = make(dataset, { ...given, ...more, slug: "two" });
      await expect(other).rejects.toThrow(/mine exists already .* with slug one, not two/);
      await expect(other).rejects.toThrow(/Declare slug: "one"/);
    });

    test("in other letters alone is the same", async () => {
      const { dataset } = bench.handlers();
      const { id, outs } = await make(dataset, given);
      const news = await checked(dataset, { ...given, slug: "One" });
      expect(await dataset.diff(id, outs, news)).toMatchObject({ changes: false });
    });
  });

  test("of another owner is made before the old one goes: the name is free there", async () => {
    const { dataset } = bench.handlers();
    const given = { name: "mine", dataType: "image" };
    const { id, outs } = await make(dataset, given);
    const news = await checked(dataset, { ...given, organizationUid: "another" });
    expect(await dataset.diff(id, outs, news)).toEqual({
      changes: true,
      replaces: ["organizationUid"],
      deleteBeforeReplace: false,
    });
  });

  describe("of files, in a preview", () => {
    const call = { urn: "urn:training", isPreview: true };
    const filesOf = async () => {
      const given = { root: bench.tree.root, include: ["*.jpg"], versionOf: "training" };
      return (await make(bench.handlers().fileSet, given)).outs;
    };

    test.each([
      [
        {},
        "warning",
        /1 item, 4 annotations\) stays at Avala: onDelete is "keep"\.\nIt has 4 annotations and no projects\. They do not move to training-\w{12}, and an export of training-\w{12} does not contain them\. .*GrowingDataset/,
      ],
      [{ onDelete: "delete" }, "warning", /4 annotations\) stays at Avala: annotated datasets/],
      [{ onDelete: "delete", forceDestroy: true }, "info", /4 annotations\) will be deleted/],
    ] as const)(
      "with %j says once what becomes of the old version",
      async (more, severity, text) => {
        const { id, outs } = await make(bench.handlers().dataset, {
          files: await filesOf(),
          ...more,
        });
        bench.avala.addAnnotations(id, 4);
        bench.tree.write({ "b.jpg": jpeg("b") });
        const files = await filesOf();
        const { dataset } = bench.handlers();
        const before = bench.messages.length;
        const news = await checked(dataset, { files, ...more, call }, { name: outs.name });
        await dataset.diff(id, outs, news);
        await dataset.diff(id, outs, news);
        expect(bench.messages.slice(before)).toEqual([
          { severity, text: expect.stringMatching(text) as string, urn: call.urn },
        ]);
      },
    );

    test("says of an old version that nobody worked on that it has no annotations, as information", async () => {
      const { id, outs } = await make(bench.handlers().dataset, { files: await filesOf() });
      bench.tree.write({ "b.jpg": jpeg("b") });
      const { dataset } = bench.handlers();
      const news = await checked(dataset, { files: await filesOf(), call }, { name: outs.name });
      await dataset.diff(id, outs, news);
      expect(lastMessage()).toMatchObject({ severity: "info" });
      expect(lastMessage()?.text).toMatch(/has no annotations and no projects\.$/);
      expect(lastMessage()?.text).not.toContain("GrowingDataset");
    });

    test("says of an old version whose work Avala does not count that it can't be told, and not that there is none", async () => {
      const { id, outs } = await make(bench.handlers().dataset, { files: await filesOf() });
      bench.tree.write({ "b.jpg": jpeg("b") });
      const { dataset } = bench.handlers();
      const news = await checked(dataset, { files: await filesOf(), call }, { name: outs.name });
      const shown = bench.avala.datasets().find(({ uid }) => uid === id);
      bench.avala.setFault({
        on: { method: "GET", path: `*/datasets/${id}/` },
        reply: {
          status: 200,
          body: {
            uid: id,
            name: outs.name,
            slug: outs.slug,
            status: "created",
            item_count: 1,
            data_type: shown?.dataType,
          },
        },
      });
      await dataset.diff(id, outs, news);
      expect(lastMessage()).toMatchObject({ severity: "warning" });
      expect(lastMessage()?.text).toMatch(
        /Avala does not say how many annotations and projects it has\. They do not move to training-/,
      );
    });

    test("that exists is said to be taken over, with uid and items", async () => {
      const files = await filesOf();
      const { id } = await make(bench.handlers().dataset, { files });
      await checked(bench.handlers().dataset, { files, call });
      expect(lastMessage()).toMatchObject({
        severity: "info",
        text: expect.stringMatching(`uid ${id}, 1 item\\) exists and will be taken over`) as string,
      });
    });

    test("asks nothing of a resource that is in the state, and nothing in an up", async () => {
      const files = await filesOf();
      await make(bench.handlers().dataset, { files });
      const from = bench.avala.requests().length;
      const { dataset } = bench.handlers();
      await checked(dataset, { files, call }, { name: files.datasetName });
      await checked(dataset, { files, call: { ...call, isPreview: false } });
      expect(bench.avala.requests()).toHaveLength(from);
    });
  });

  test("that exists and is not to be adopted is a warning in a preview: up will fail", async () => {
    const given = { name: "mine", dataType: "image" };
    const call = { urn: "urn:mine", isPreview: true };
    await make(bench.handlers().dataset, given);
    await checked(bench.handlers().dataset, { ...given, call });
    expect(lastMessage()).toMatchObject({ severity: "warning" });
    expect(lastMessage()?.text).toMatch(/up will fail: .*exists already.*adopt: true/s);
    await checked(bench.handlers().dataset, { ...given, adopt: true, slug: "other", call });
    expect(lastMessage()).toMatchObject({ severity: "warning" });
    expect(lastMessage()?.text).toMatch(/up will fail: .* with slug mine, not other/);
    await checked(bench.handlers().dataset, { ...given, adopt: true, call });
    expect(lastMessage()?.text).toContain("will be taken over");
  });
});
