// A dataset that another one is to take the place of, under the same name.
import { checked, createBench, make, type Bench } from "./support";

describe("A Dataset", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await createBench({});
  });
  afterEach(() => bench.stop());

  describe("with another slug", () => {
    const given = { name: "mine", dataType: "image", slug: "one" };

    test("goes first, as it keeps the name", async () => {
      const { dataset } = bench.handlers();
      const { id, outs } = await make(dataset, given);
      const news = await checked(dataset, { ...given, slug: "two" });
      expect(await dataset.diff(id, outs, news)).toEqual({
        changes: true,
        replaces: ["slug"],
        deleteBeforeReplace: true,
      });
      await dataset.delete(id, outs);
      const { outs: second } = await dataset.create(news);
      expect(second).toMatchObject({ slug: "two" });
    });

    test("is refused before anything is changed when people have worked on it, also in a preview", async () => {
      const { dataset } = bench.handlers();
      const { id, outs } = await make(dataset, given);
      bench.avala.addAnnotations(id, 5);
      bench.writes();
      const call = { urn: "urn:one", isPreview: true };
      const news = await checked(dataset, { ...given, slug: "two", forceDestroy: true, call });
      await expect(dataset.diff(id, outs, news)).rejects.toThrow(
        /mine \(uid .*\) can't make way for another of its name: it has 5 annotations.*slug.*forceDestroy: true by itself, run up/s,
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
      const { dataset } = bench.handlers();
      const { id, outs } = await make(dataset, given);
      const news = await checked(dataset, { ...given, slug: "two" });
      await dataset.diff(id, outs, news);
      const fault = { on: { method: "DELETE" }, reply: { status: 405, body: { detail: "no" } } };
      bench.avala.setFault(fault);
      await expect(dataset.delete(id, outs)).rejects.toThrow(
        /can't make way .*: this deployment can't delete datasets.*another name/s,
      );
      bench.avala.addAnnotations(id, 1);
      await expect(dataset.delete(id, outs)).rejects.toThrow(/it has 1 annotation/);
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
});
