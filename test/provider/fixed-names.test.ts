// Fixed names over both resources, in processes that know nothing of each other but the journal: what is confirmed, and
// what is vouched for.
import { jpeg } from "../support/temp-tree";
import { createAxiosTransport } from "../../src/api/transport/axios-transport";
import type { Transport } from "../../src/api/transport/transport";
import { checked, createBench, make, type Bench } from "../support/provider";

describe("A fixed name", () => {
  let bench: Bench;
  const given = (folder: string) => ({
    root: bench.tree.at(folder),
    include: ["*.jpg"],
    versionOf: "set",
    datasetName: "fixed",
  });
  const sentFrom = async (folder: string) =>
    (await make(bench.handlers().fileSet, given(folder))).outs;
  const elsewhere = () => ({ AVALA_STATE_DIR: bench.tree.at("another-machine") });

  beforeEach(async () => {
    bench = await createBench({
      ...{ "a/one.jpg": jpeg("a one"), "a/two.jpg": jpeg("a two") },
      ...{ "b/one.jpg": jpeg("b one"), "b/two.jpg": jpeg("b two") },
    });
  });
  afterEach(() => bench.stop());

  test("that two stacks sent other content under is a conflict, and nothing is confirmed", async () => {
    const files = await sentFrom("a");
    await sentFrom("b");
    bench.writes();
    await expect(make(bench.handlers().dataset, { files })).rejects.toThrow(
      /Another run sent other content under the name fixed.*one\.jpg.*two\.jpg/s,
    );
    expect(bench.writes()).toEqual([]);
    expect(bench.avala.datasets()).toEqual([]);
  });

  test("that can't be locked is refused with a way out that a program has", async () => {
    bench.tree.write({ "no-folder": "a file" });
    const { fileSet } = bench.handlers({ AVALA_STATE_DIR: bench.tree.at("no-folder") });
    await expect(make(fileSet, given("a"))).rejects.toThrow(
      /Nothing was sent\. .* To keep such runs apart, leave datasetName out of the FileSet: each content then gets its own dataset/,
    );
  });

  test("that another machine sent other content under in part is an error that names it", async () => {
    const files = await sentFrom("a");
    await make(bench.handlers(elsewhere()).fileSet, { ...given("b"), include: ["two.jpg"] });
    await expect(make(bench.handlers().dataset, { files })).rejects.toThrow(
      /fixed was made .* holds other content than this run sent:\n[^\n]*two\.jpg/,
    );
    // The record of what it was confirmed as vouches for nothing.
    const adopted = make(bench.handlers().fileSet, { ...given("a"), adopt: true });
    await expect(adopted).rejects.toThrow(/two\.jpg: of other content in the dataset/);
    const { outs } = await make(bench.handlers().dataset, { files, adopt: true });
    expect(outs.isVerified).toBe(false);
  });

  // Of which no item agrees, its items may as well show something else than the files.
  test("that another machine sent other content under as a whole is not verified", async () => {
    const files = await sentFrom("a");
    await make(bench.handlers(elsewhere()).fileSet, { ...given("b"), include: ["*.jpg"] });
    const { outs } = await make(bench.handlers().dataset, { files });
    expect(outs.isVerified).toBe(false);
  });

  test("whose files only another machine's journal shows in part is not verified, nor later", async () => {
    const { outs: files } = await make(bench.handlers(elsewhere()).fileSet, given("a"));
    bench.avala.setFault({
      ...{ on: { target: "storage", method: "POST" }, skip: 1, times: 0 },
      reply: { status: 413, body: "" },
    });
    await expect(make(bench.handlers().fileSet, { ...given("a"), concurrency: 1 })).rejects.toThrow(
      /1 sent/,
    );
    bench.avala.clearFaults();
    await make(bench.handlers(elsewhere()).fileSet, { ...given("b"), include: ["two.jpg"] });
    const { outs } = await make(bench.handlers().dataset, { files });
    expect(outs.isVerified).toBe(false);
    const adopted = make(bench.handlers().fileSet, { ...given("a"), adopt: true });
    await expect(adopted).rejects.toThrow(/two\.jpg: of other content in the dataset/);
  });

  /** Its first confirm does nothing and is answered 502, once `overtake` has ended. */
  const losingConfirm = (overtake: () => Promise<unknown>): Transport => {
    const inner = createAxiosTransport({});
    let isFirst = true;
    const send: Transport["send"] = async (request) => {
      if (isFirst && request.method === "POST" && request.url.endsWith("/manual-upload/")) {
        isFirst = false;
        await overtake();
        const on = { method: "POST", path: "*/manual-upload/" } as const;
        bench.avala.setFault({ on, reply: { status: 502, body: {} } });
      }
      return inner.send(request);
    };
    return { ...inner, send };
  };

  test("that another machine made of other content while our confirm was lost is vouched for by nothing", async () => {
    // Items show that the pictures agree. No item shows what became of the labels.
    bench.tree.write({
      "a/labels.json": "[1]",
      "b/labels.json": "[2]",
      "b/one.jpg": jpeg("a one"),
    });
    const all = { include: ["one.jpg", "labels.json"], dataType: "image" };
    const allOf = (folder: string) => ({ ...given(folder), ...all });
    const { outs: files } = await make(bench.handlers().fileSet, allOf("a"));
    const api = losingConfirm(async () => {
      const handlers = bench.handlers(elsewhere());
      const { outs: theirs } = await make(handlers.fileSet, allOf("b"));
      await make(handlers.dataset, { files: theirs });
    });
    const { outs } = await make(bench.handlers({}, { api }).dataset, { files });
    expect(outs.isVerified).toBe(false);
    const { outs: taken } = await make(bench.handlers().fileSet, { ...allOf("a"), adopt: true });
    const adopted = await make(bench.handlers().dataset, { files: taken, adopt: true });
    expect(adopted.outs.isVerified).toBe(false);
  });

  test("is verified for the one whose content was sent last", async () => {
    await sentFrom("a");
    const files = await sentFrom("b");
    const { outs } = await make(bench.handlers().dataset, { files });
    expect(outs.isVerified).toBe(true);
  });

  test("of a set that was sent partly over by another is a conflict too", async () => {
    const files = await sentFrom("a");
    bench.avala.setFault({
      ...{ on: { target: "storage", method: "POST" }, times: 0 },
      reply: { status: 413, body: "" },
    });
    await expect(sentFrom("b")).rejects.toThrow();
    bench.avala.clearFaults();
    await expect(make(bench.handlers().dataset, { files })).rejects.toThrow(/sent other content/);
  });

  test("is made without a journal, and vouched for by nothing; the next up has nothing to do", async () => {
    const files = await sentFrom("a");
    const { dataset } = bench.handlers(elsewhere());
    const { id, inputs, outs } = await make(dataset, { files });
    expect(outs).toMatchObject({ status: "created", isVerified: false });
    expect(bench.told().join("\n")).toMatch(
      /nothing shows that it has their contents.*isVerified is false/s,
    );
    expect(await dataset.diff(id, outs, inputs)).toMatchObject({ changes: false });
    const read = (await dataset.read(id, outs)).props;
    expect(read).toEqual(outs);
  });

  test.each([
    ["md5", true],
    ["opaque", false],
  ] as const)(
    "is taken over by adopt without sending anything, verified where its content is known: %s",
    async (etag, isKnownElsewhere) => {
      await bench.stop();
      bench = await createBench(
        { "a/one.jpg": jpeg("a one"), "a/two.jpg": jpeg("a two") },
        { etag },
      );
      const files = await sentFrom("a");
      const { id } = await make(bench.handlers().dataset, { files });
      bench.writes();
      const adopting = { ...given("a"), adopt: true };
      for (const [environment, isVerified] of [
        [{}, true],
        [elsewhere(), isKnownElsewhere],
      ] as const) {
        const handlers = bench.handlers(environment);
        const { outs } = await make(handlers.fileSet, adopting);
        const adopted = await make(handlers.dataset, { files: outs, adopt: true });
        expect(adopted).toMatchObject({ id, outs: { isVerified } });
      }
      expect(bench.writes()).toEqual([]);
    },
  );

  test("is not adopted by files that it does not hold, nor by other content that the record knows of", async () => {
    const files = await sentFrom("a");
    await make(bench.handlers().dataset, { files });
    bench.tree.write({ "b/three.jpg": jpeg("three") });
    const adopting = async (more: object) =>
      make(bench.handlers().fileSet, { ...given("b"), adopt: true, ...more });
    bench.writes();
    await expect(adopting({})).rejects.toThrow(/three\.jpg: not in the dataset/);
    await expect(adopting({ exclude: ["three.jpg"] })).rejects.toThrow(/made of other content/);
    expect(bench.writes()).toEqual([]);
  });

  test("is not adopted by as many files of other names", async () => {
    await make(bench.handlers().dataset, { files: await sentFrom("a") });
    bench.tree.write({ "c/five.jpg": jpeg("c five"), "c/six.jpg": jpeg("c six") });
    bench.writes();
    const adopting = make(bench.handlers(elsewhere()).fileSet, { ...given("c"), adopt: true });
    await expect(adopting).rejects.toThrow(
      /five\.jpg: not in the dataset\n.*one\.jpg: in the dataset, and not among/s,
    );
    expect(bench.writes()).toEqual([]);
  });

  test.each([
    ["the paths of the files", {}],
    ["no keys, and URLs with the paths", { itemKeys: "null" }],
    ["neither keys nor URLs with the paths", { itemKeys: "null", itemUrls: "unnamed" }],
  ] as const)(
    "is not verified where files have each other's contents, and its items have %s",
    async (_what, dialect) => {
      await bench.stop();
      bench = await createBench(
        {
          ...{ "a/one.jpg": jpeg("a one"), "a/two.jpg": jpeg("a two") },
          ...{ "b/one.jpg": jpeg("a two"), "b/two.jpg": jpeg("a one") },
        },
        { dialect },
      );
      await make(bench.handlers().dataset, { files: await sentFrom("a") });
      const { fileSet, dataset } = bench.handlers(elsewhere());
      const { outs: files } = await make(fileSet, { ...given("b"), adopt: true });
      const { id, inputs, outs } = await make(dataset, { files, adopt: true });
      expect(outs.isVerified).toBe(false);
      expect((await dataset.read(id, outs)).props).toMatchObject({ isVerified: false });
      expect(await dataset.diff(id, outs, inputs)).toMatchObject({ changes: false });
      expect(bench.told().join("\n")).not.toMatch(/no difference|not compared/);
    },
  );

  test.each(["opaque", "md5"] as const)(
    "is adopted in words that claim no paths where its items have no keys (ETags: %s)",
    async (etag) => {
      await bench.stop();
      bench = await createBench(
        { "a/one.jpg": jpeg("a one"), "a/two.jpg": jpeg("a two") },
        { etag, dialect: { itemKeys: "null", itemUrls: "unnamed" } },
      );
      await make(bench.handlers().dataset, { files: await sentFrom("a") });
      const { fileSet, dataset } = bench.handlers(elsewhere());
      const { outs: files } = await make(fileSet, { ...given("a"), adopt: true });
      const { outs } = await make(dataset, { files, adopt: true });
      expect(outs.isVerified).toBe(false);
      const told = bench.told().join("\n");
      expect(told).toMatch(/(not known whether it holds 2 files|paths): its items have no keys/);
      expect(told).not.toContain("has the paths and sizes");
    },
  );

  test("is adopted in words that say so where it has the contents under other names", async () => {
    await make(bench.handlers().dataset, { files: await sentFrom("a") });
    bench.tree.write({ "c/five.jpg": jpeg("a one"), "c/six.jpg": jpeg("a two") });
    const { fileSet, dataset } = bench.handlers(elsewhere());
    const { outs: files } = await make(fileSet, { ...given("c"), adopt: true });
    const { outs } = await make(dataset, { files, adopt: true });
    expect(outs.isVerified).toBe(false);
    const told = bench.told().join("\n");
    expect(told).toMatch(
      /holds the contents of 2 files under other names: none of its items' keys/,
    );
    expect(told).not.toContain("not known whether it holds");
  });

  test("is never its own by having been adopted where Avala does not show whose it is", async () => {
    const key = { key: "avk_second_000000000000", username: "second", organizations: ["acme"] };
    const [organizationUid] = bench.avala.addKey(key).organizations;
    const ofOrganization = { organizationUid, adopt: true };
    const up = async (environment: NodeJS.ProcessEnv = {}) => {
      const before = bench.told().length;
      const handlers = bench.handlers({ AVALA_API_KEY: key.key, ...environment });
      const { outs: files } = await make(handlers.fileSet, { ...given("a"), ...ofOrganization });
      const { outs } = await make(handlers.dataset, { files, ...ofOrganization });
      const told = bench.told().slice(before);
      return [outs.isVerified, told.filter((text) => /whether it belongs to/.test(text)).length];
    };
    expect(await up()).toEqual([true, 0]);
    for (const path of ["/organizations/", "/datasets/*/health/"])
      bench.avala.setFault({
        on: { method: "GET", path },
        times: 0,
        reply: { status: 403, body: {} },
      });
    expect(await up(elsewhere())).toEqual([false, 2]);
    expect(await up(elsewhere())).toEqual([false, 2]);
  });

  test("of a dataset in the state is not given other files by an update", async () => {
    const files = await sentFrom("a");
    const { id, outs } = await make(bench.handlers().dataset, { files });
    const { dataset } = bench.handlers();
    const other = { ...files, digest: "0".repeat(64), manifest: "" };
    const news = await checked(dataset, { files: other });
    bench.writes();
    await expect(dataset.update(id, outs, news)).rejects.toThrow(/made of other content/);
    expect(bench.writes()).toEqual([]);
  });
});
