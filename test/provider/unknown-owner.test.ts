// A dataset of which Avala does not show whose it is: whichever step of a file set finds it, it is never recorded as one's own.
// A key that may not be told whose it is makes datasets all the same.
import { jpeg } from "../support/temp-tree";
import { checked, createBench, make, type Bench } from "../support/provider";

let bench: Bench;
afterEach(() => bench.stop());

describe("A file set whose dataset may be another owner's", () => {
  const key = { key: "avk_second_000000000000", username: "second", organizations: ["acme"] };
  let organizationUid: string | undefined;
  const given = () => ({
    ...{ root: bench.tree.at("a"), include: ["*.jpg"], versionOf: "set" },
    ...{ datasetName: "fixed", organizationUid, adopt: true },
  });
  const onMachine = (name: string) =>
    bench.handlers({ AVALA_API_KEY: key.key, AVALA_STATE_DIR: bench.tree.at(name) });
  const warned = (since: number): number =>
    bench
      .told()
      .slice(since)
      .filter((text) => /whether it belongs to/.test(text)).length;
  const hideOwners = (): void => {
    for (const path of ["/organizations/", "/datasets/*/health/"]) {
      const on = { method: "GET", path } as const;
      bench.avala.setFault({ on, times: 0, reply: { status: 403, body: {} } });
    }
  };

  beforeEach(async () => {
    bench = await createBench({ "a/one.jpg": jpeg("a one"), "a/two.jpg": jpeg("a two") });
    [organizationUid] = bench.avala.addKey(key).organizations;
  });

  test.each([
    ["of a set that was cut off", { digest: "0".repeat(64) }],
    ["of a set whose files are the same", {}],
  ])("is not its own by an update %s", async (_what, before) => {
    const first = onMachine("one");
    const { outs: files } = await make(first.fileSet, given());
    await make(first.dataset, { files, organizationUid, adopt: true });
    hideOwners();
    const { fileSet } = onMachine("two");
    const news = await checked(fileSet, given());
    const olds = { ...files, ...before, fileCount: files.fileCount + 1 };
    const since = bench.told().length;
    await fileSet.update("fixed", olds, news);
    expect(warned(since)).toBe(1);
    await make(onMachine("two").fileSet, given());
    expect(warned(since)).toBe(2);
  });
});

test("a key that may not be told whose it is makes a dataset, and is told that it may be another's where it finds it", async () => {
  const files = { "a/one.jpg": jpeg("a one"), "a/two.jpg": jpeg("a two") };
  bench = await createBench(files, { dialect: { usersMe: "forbidden" } });
  const key = "avk_scoped_000000000000";
  bench.avala.addKey({ key, scopes: ["datasets.read", "datasets.write"] });
  const onMachine = (name: string) =>
    bench.handlers({ AVALA_API_KEY: key, AVALA_STATE_DIR: bench.tree.at(name) });
  const said = (): string => bench.told().join("\n");
  const given = { root: bench.tree.at("a"), include: ["*.jpg"], versionOf: "set" };
  const first = onMachine("one");
  const { outs } = await make(first.fileSet, given);
  const made = await make(first.dataset, { files: outs });
  expect(made.outs).toMatchObject({ status: "created", itemCount: 2 });
  expect(said()).not.toMatch(/whether it belongs to/);
  bench.writes();
  await make(onMachine("two").fileSet, given);
  expect(said()).toMatch(/whether it belongs to you.*A key without a list of scopes/);
  expect(bench.writes()).toEqual([]);
});
