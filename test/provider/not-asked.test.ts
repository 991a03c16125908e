// What is said of people's work on datasets when Avala could not be asked: what the state has of it is old.
import { jpeg } from "../support/temp-tree";
import { checked, createBench, growingSetOf, make, type Bench } from "../support/provider";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({ "a.jpg": jpeg("a") });
});
afterEach(() => bench.stop());

const call = { urn: "urn:training", isPreview: true };

const answer = (status: number): void => {
  const reply = { status, body: { detail: "no" } };
  bench.avala.setFault({ on: { method: "GET", path: "/datasets/*" }, times: 0, reply });
};

const NOT_ASKED: readonly (readonly [string, () => NodeJS.ProcessEnv, RegExp])[] = [
  ["without a key", () => ({ AVALA_API_KEY: "" }), /not checked: no API key/],
  ["with a key that may not read", () => (answer(403), {}), /not checked: .*403/],
  ["while Avala fails", () => (answer(400), {}), /not checked: .*400/],
];

/** What is told from here on, with how much it matters. */
const listen = (): (() => readonly (readonly [string, string])[]) => {
  const from = bench.messages.length;
  return () =>
    bench.messages
      .slice(from)
      .filter(({ isEphemeral }) => isEphemeral !== true)
      .map(({ severity, text }) => [severity, text]);
};

describe.each(NOT_ASKED)("%s", (_when, prepare, why) => {
  const filesOf = async () => {
    const given = { root: bench.tree.root, include: ["*.jpg"], versionOf: "training" };
    return (await make(bench.handlers().fileSet, given)).outs;
  };

  /** What a preview says of a version that people worked on since the state was written, and that is replaced. */
  const replaced = async (more: object): Promise<readonly (readonly [string, string])[]> => {
    const made = { files: await filesOf(), ...more };
    const { id, outs } = await make(bench.handlers().dataset, made);
    bench.avala.addAnnotations(id, 7);
    bench.tree.write({ "b.jpg": jpeg("b") });
    const files = await filesOf();
    const { dataset } = bench.handlers(prepare());
    const said = listen();
    const news = await checked(dataset, { files, ...more, call }, { name: outs.name });
    await dataset.diff(id, outs, news);
    await dataset.diff(id, outs, news);
    return said();
  };

  test("a preview warns once that the work on a replaced version was not checked, and does not say that there is none", async () => {
    const said = await replaced({});
    expect(said).toEqual([["warning", expect.stringMatching(why) as string]]);
    const [, text = ""] = said[0] ?? [];
    expect(text).toMatch(
      /^Dataset training-\w{12} \(uid [^ ,]+\) stays at Avala: onDelete is "keep"\.\nWhen this stack last read it, it had no annotations and no projects\. Whether that is still so was not checked: /,
    );
    expect(text).toMatch(/do not move to training-\w{12}.*GrowingDataset/);
    expect(text).not.toMatch(/It has no annotations/);
  });

  test.each([
    [{ onDelete: "delete" }, /will be deleted if it has no annotations and no projects/],
    [{ onDelete: "delete", forceDestroy: true }, /will be deleted, with what people have made/],
  ])("with %j it says on what that depends", async (more, fate) => {
    const said = await replaced(more);
    expect(said).toEqual([["warning", expect.stringMatching(why) as string]]);
    expect(said[0]?.[1]).toMatch(fate);
  });

  test("a preview warns once of one that goes before another of its name", async () => {
    const given = { name: "mine", dataType: "image", onDelete: "delete" };
    const { id, outs } = await make(bench.handlers().dataset, given);
    const { dataset } = bench.handlers(prepare());
    const said = listen();
    const news = await checked(dataset, { ...given, slug: "two", call }, given);
    await dataset.diff(id, outs, news);
    await dataset.diff(id, outs, news);
    expect(said()).toEqual([["warning", expect.stringMatching(why) as string]]);
    expect(said()[0]?.[1]).toMatch(/mine \(uid [^ ,]+\) will be deleted/);
  });

  test("a growing set that goes does not blame Avala for what it was not asked", async () => {
    const given = growingSetOf(bench);
    const { id, outs } = await make(bench.handlers().growingDataset, given);
    const { growingDataset } = bench.handlers(prepare());
    const said = listen();
    await growingDataset.delete(id, outs);
    expect(said()).toEqual([["warning", expect.stringMatching(why) as string]]);
    expect(said()[0]?.[1]).toMatch(/^training: 1 dataset stays at Avala/);
    expect(said()[0]?.[1]).not.toMatch(/does not say|item/);
  });

  test("a preview of a growing set says that it knows what is held by the state", async () => {
    const given = growingSetOf(bench);
    const { id, outs } = await make(bench.handlers().growingDataset, given);
    bench.tree.write({ "b.jpg": jpeg("b") });
    const { growingDataset } = bench.handlers(prepare());
    const said = listen();
    const news = await checked(growingDataset, { ...given, call }, outs as never);
    await growingDataset.diff(id, outs, news);
    const text = said().map(([, line]) => line);
    expect(text.join("\n")).toMatch(/by the state, not compared with the server/);
  });
});

test.each([403, 400])(
  "a dataset that is kept is not said to have no work on a %i",
  async (status) => {
    const { id, outs } = await make(bench.handlers().dataset, { name: "mine", dataType: "image" });
    answer(status);
    const said = listen();
    await bench.handlers().dataset.delete(id, outs);
    expect(said()).toEqual([
      [
        "warning",
        expect.stringMatching(/last read it, it had no annotations.*not checked: /) as string,
      ],
    ]);
  },
);

test("what a change leaves as it is is not said to have the items that the state has", async () => {
  const given = { name: "mine", dataType: "image" };
  const { id, outs } = await make(bench.handlers().dataset, given);
  const { dataset } = bench.handlers({ AVALA_API_KEY: "" });
  const said = listen();
  const news = await checked(dataset, { ...given, metadata: { a: "b" }, call }, given);
  await dataset.diff(id, outs, news);
  expect(said()[0]?.[1]).toMatch(/mine \(uid [^ ,]+\) would stay as it is/);
});

test.each([
  [
    "has no counts",
    { annotationsCount: undefined },
    /Whether it has annotations or projects was not/,
  ],
  [
    "has some",
    { annotationsCount: 3 },
    /it had 3 annotations and no projects\. Whether that is still/,
  ],
])("one that is in the way stays where the state %s", async (_what, more, doubt) => {
  const given = { name: "mine", dataType: "image", onDelete: "delete" };
  const { id, outs } = await make(bench.handlers().dataset, given);
  const { dataset } = bench.handlers({ AVALA_API_KEY: "" });
  const news = await checked(dataset, { ...given, slug: "two", call }, given);
  const diff = dataset.diff(
    id,
    { ...outs, projectCount: more.annotationsCount && 0, ...more },
    news,
  );
  await expect(diff).rejects.toThrow(doubt);
  await expect(diff).rejects.not.toThrow(/does not say/);
});
