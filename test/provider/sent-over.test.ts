// A file set under a fixed name that was sent, then changed by an update that was killed, and is what it was before again: the
// state knows nothing of that update, and a server may keep the files in its batch.
import { rmSync } from "node:fs";
import { jpeg } from "../support/temp-tree";
import { checked, createBench, make, type Bench } from "../support/provider";

const PLACES = (["apart", "last", "together"] as const).flatMap((batches) =>
  (["form", "managed"] as const).map((uploadReply) => [batches, uploadReply] as const),
);

describe("A file set that went back to what was sent before a killed update", () => {
  let bench: Bench;
  afterEach(() => bench.stop());
  const given = (more: object = {}) => ({
    ...{ root: bench.tree.at("a"), include: ["*.jpg"], versionOf: "set" },
    ...{ datasetName: "fixed", concurrency: 1, ...more },
  });
  const putsOfStore = () =>
    bench.avala.requests().filter(({ target, method }) => target === "storage" && method !== "GET")
      .length;

  /** `up` 1: the file set is sent, and its dataset is not made. `up` 2 sends one more file, and its outputs are lost. */
  const sentThenKilled = async ({ afterFiles = 99, isChanged = false } = {}) => {
    const files = await make(bench.handlers().fileSet, given());
    if (isChanged) bench.tree.write({ "a/one.jpg": jpeg("another one") });
    bench.tree.write({ "a/three.jpg": jpeg("a three") });
    const abort = new AbortController();
    const { fileSet } = bench.handlers({}, {}, abort.signal);
    const inputs = await checked(fileSet, given(), { ...files.inputs });
    const before = putsOfStore();
    const timer = setInterval(() => {
      if (putsOfStore() - before >= afterFiles) abort.abort();
    }, 1);
    await fileSet.update?.(files.id, files.outs, inputs).catch(() => undefined);
    clearInterval(timer);
    bench.tree.write({ "a/one.jpg": jpeg("a one") });
    rmSync(bench.tree.at("a/three.jpg"));
    return files;
  };

  /** `up` 3, as the engine does it. */
  const upAgain = async (
    files: Awaited<ReturnType<typeof sentThenKilled>>,
    environment: NodeJS.ProcessEnv = {},
  ) => {
    const { fileSet, dataset } = bench.handlers(environment);
    const inputs = await checked(fileSet, given(), { ...files.inputs });
    const { changes } = await fileSet.diff(files.id, files.outs, inputs);
    const updated = changes === true ? await fileSet.update?.(files.id, files.outs, inputs) : {};
    const outs = updated?.outs ?? files.outs;
    return { changes, dataset: await make(dataset, { files: outs }) };
  };

  test.each(PLACES)(
    "is sent again, and its dataset is whole: batches %s, by %s",
    async (...how) => {
      const [batches, uploadReply] = how;
      bench = await createBench(
        { "a/one.jpg": jpeg("a one"), "a/two.jpg": jpeg("a two") },
        { dialect: { batches, uploadReply } },
      );
      // Where a confirm indexes all that lies under the name, a third file would be another matter.
      const files = await sentThenKilled(batches === "together" ? { afterFiles: 1 } : {});
      const { changes, dataset } = await upAgain(files);
      expect(changes).toBe(true);
      expect(dataset.outs).toMatchObject({ itemCount: 2, isVerified: true });
      expect(bench.avala.datasets()).toHaveLength(1);
    },
  );

  test.each([1, 2])(
    "is sent again after an update that was killed after %s files",
    async (afterFiles) => {
      bench = await createBench(
        { "a/one.jpg": jpeg("a one"), "a/two.jpg": jpeg("a two") },
        { dialect: { batches: "last" } },
      );
      const { dataset } = await upAgain(await sentThenKilled({ afterFiles }));
      expect(dataset.outs).toMatchObject({ itemCount: 2, isVerified: true });
    },
  );

  test("is sent again where the update has sent other content", async () => {
    bench = await createBench({ "a/one.jpg": jpeg("a one"), "a/two.jpg": jpeg("a two") });
    const { dataset } = await upAgain(await sentThenKilled({ isChanged: true }));
    expect(dataset.outs).toMatchObject({ itemCount: 2, isVerified: true });
  });

  test("has no dataset made of it before it is sent again, and the name is kept", async () => {
    bench = await createBench(
      { "a/one.jpg": jpeg("a one"), "a/two.jpg": jpeg("a two") },
      { dialect: { batches: "last" } },
    );
    const { outs } = await sentThenKilled();
    await expect(make(bench.handlers().dataset, { files: outs })).rejects.toThrow(
      /Files of fixed were sent in another upload since.*one\.jpg.*two\.jpg.*Run again/s,
    );
    expect(bench.avala.datasets()).toEqual([]);
  });

  test("says in a preview what is sent again, and why", async () => {
    bench = await createBench({ "a/one.jpg": jpeg("a one"), "a/two.jpg": jpeg("a two") });
    const files = await sentThenKilled();
    const { fileSet } = bench.handlers();
    const preview = { ...given(), call: { isPreview: true } };
    const inputs = await checked(fileSet, preview, { ...files.inputs });
    expect(await fileSet.diff(files.id, files.outs, inputs)).toMatchObject({ changes: true });
    expect(bench.told().join("\n")).toMatch(
      /fixed, whose dataset is not made yet\nsent again: since it was sent, another upload.*\nto send: 2 files/,
    );
  });

  test("does not change once its dataset is made, whatever a journal says", async () => {
    bench = await createBench({ "a/one.jpg": jpeg("a one"), "a/two.jpg": jpeg("a two") });
    const files = await sentThenKilled();
    // On another machine, which knows nothing of the update.
    await make(bench.handlers({ AVALA_STATE_DIR: bench.tree.at("another") }).dataset, {
      files: files.outs,
    });
    const { fileSet } = bench.handlers();
    const inputs = await checked(fileSet, given(), { ...files.inputs });
    expect(await fileSet.diff(files.id, files.outs, inputs)).toEqual({ changes: false });
  });

  test("costs no call as long as nothing is left unfinished", async () => {
    bench = await createBench({ "a/one.jpg": jpeg("a one") });
    const files = await make(bench.handlers().fileSet, given());
    await make(bench.handlers().dataset, { files: files.outs });
    const { fileSet } = bench.handlers();
    const inputs = await checked(fileSet, given(), { ...files.inputs });
    const before = bench.avala.requests().length;
    expect(await fileSet.diff(files.id, files.outs, inputs)).toEqual({ changes: false });
    expect(bench.avala.requests().length).toBe(before);
  });
});
