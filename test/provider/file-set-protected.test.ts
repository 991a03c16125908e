// A protected Dataset keeps the file set that it is made of from sending what the engine would then refuse.
import { jpeg } from "../support/temp-tree";
import { checked, createBench, make, type Bench } from "../support/provider";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({ "a.jpg": jpeg("a") });
});
afterEach(() => bench.stop());

const URN = "urn:training";
const given = (protectedDatasets?: readonly string[], isPreview = false) => ({
  root: bench.tree.root,
  include: ["*.jpg"],
  versionOf: "training",
  ...(protectedDatasets === undefined ? {} : { protectedDatasets }),
  call: { urn: URN, isPreview },
});

/** `check` and `diff` of the next run, as the engine calls them. */
async function next(before: readonly string[] | undefined, now: ReturnType<typeof given>) {
  const { id, outs, inputs } = await make(bench.handlers().fileSet, given(before));
  bench.tree.write({ "b.jpg": jpeg("b") });
  const { fileSet } = bench.handlers();
  const news = await checked(fileSet, now, inputs as never);
  return fileSet.diff(id, outs, news);
}

test("An up that would replace it is refused by diff, before anything is sent, and names it", async () => {
  await expect(next(["training"], given(["other", "training"]))).rejects.toThrow(
    /these are made from it:\s+- training\s+Nothing was sent\. Set protect: false/,
  );
});

test("A preview warns: the engine refuses there by itself", async () => {
  expect(await next(["training"], given(["training"], true))).toMatchObject({
    replaces: ["digest"],
  });
  expect(bench.messages).toContainEqual({
    severity: "warning",
    text: expect.stringContaining("protect: true") as string,
    urn: URN,
  });
});

test.each([
  ["newly protected", undefined, ["training"]],
  ["no longer protected", ["training"], undefined],
])("One that is %s is replaced, as the engine allows it", async (_what, before, now) => {
  expect(await next(before, given(now))).toMatchObject({ changes: true, replaces: ["digest"] });
});

test("That it is protected is no change by itself", async () => {
  const { id, outs, inputs } = await make(bench.handlers().fileSet, given());
  const { fileSet } = bench.handlers();
  const news = await checked(fileSet, given(["training"]), inputs as never);
  expect(await fileSet.diff(id, outs, news)).toEqual({ changes: false });
});
