// A change of a dataset that Avala most likely refuses: an `up` would find out after other resources have sent their files.
import { WITH_CHANGES } from "../support/dialects";
import { checked, createBench, make, type Bench } from "../support/provider";
import { jpeg } from "../support/temp-tree";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({ "a.jpg": jpeg("a") });
});
afterEach(() => bench.stop());

const call = { urn: "urn:mine", isPreview: true };
const given = { name: "mine", dataType: "image", metadata: { season: "autumn" } };

const changed = async (more: object, isPreview = true): Promise<void> => {
  const { id, outs } = await make(bench.handlers().dataset, given);
  const { dataset } = bench.handlers();
  bench.messages.length = 0;
  const news = await checked(dataset, { ...given, ...more, call: { ...call, isPreview } }, given);
  expect(await dataset.diff(id, outs, news)).toMatchObject({ changes: true, replaces: [] });
};

const warnings = (): readonly string[] =>
  bench.messages.filter(({ severity }) => severity === "warning").map(({ text }) => text);

test("is warned of in the preview, with what changes and what to do", async () => {
  await changed({ name: "yours", metadata: { season: "winter" } });
  expect(warnings()).toEqual([
    expect.stringMatching(
      /^up will most likely fail: .*changes a dataset \(metadata, name\)\.\n.*mine \(uid .*dashboard and remove metadata, name/,
    ) as string,
  ]);
  expect(bench.messages[0]?.urn).toBe(call.urn);
});

test.each([{ onDelete: "delete" }, { onDelete: "delete", timeoutMinutes: 5 }])(
  "one of the stack's own options is not: %j",
  async (more) => {
    await changed(more);
    expect(warnings()).toEqual([]);
  },
);

test("an up says it only where it fails", async () => {
  await changed({ metadata: { season: "winter" } }, false);
  expect(bench.messages).toEqual([]);
});

test("so is one of a dataset that is taken over", async () => {
  await make(bench.handlers().dataset, { ...given, visibility: "private" });
  bench.messages.length = 0;
  const adopting = { name: "mine", dataType: "image", visibility: "public", adopt: true };
  await checked(bench.handlers().dataset, { ...adopting, call });
  expect(bench.told()[0]).toMatch(/exists and will be taken over/);
  expect(warnings()).toEqual([expect.stringMatching(/most likely fail.*\(visibility\)/s)]);
});

test("what a preview does not know yet may be what is there", async () => {
  const { id, outs } = await make(bench.handlers().dataset, given);
  const { dataset } = bench.handlers();
  bench.messages.length = 0;
  const unknown = { season: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" };
  const news = await checked(dataset, { ...given, metadata: unknown, call }, given);
  await dataset.diff(id, outs, news);
  expect(warnings()).toEqual([]);
});

test("a server that has the call makes it", async () => {
  await bench.stop();
  bench = await createBench({}, WITH_CHANGES);
  const { id, outs } = await make(bench.handlers().dataset, given);
  const { dataset } = bench.handlers();
  const news = await checked(dataset, { ...given, metadata: { season: "winter" } });
  expect((await dataset.update(id, outs, news)).outs).toMatchObject({
    metadata: { season: "winter" },
  });
});
