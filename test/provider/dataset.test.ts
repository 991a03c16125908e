import { runtime } from "@pulumi/pulumi";
import type { DatasetOutputs } from "../../provider/handlers/dataset/inputs";
import type { Handlers } from "../../provider/handlers/handlers";
import type { EmulatorOptions } from "../../emulator/index";
import { WITH_CHANGES } from "../support/dialects";
import { jpeg } from "../support/temp-tree";
import { checked, createBench, make, unfinished, type Bench } from "../support/provider";

const UNKNOWN = runtime.unknownValue;

describe("Dataset", () => {
  let bench: Bench;
  const start = async (options: EmulatorOptions = {}): Promise<void> => {
    bench = await createBench({ "a.jpg": jpeg("a"), "b.jpg": jpeg("b") }, options);
  };
  /** What a program passes on from a file set that is up. */
  const filesOf = async ({ fileSet }: Handlers, more: object = {}) => {
    const { outs } = await make(fileSet, {
      root: bench.tree.root,
      include: ["*.jpg"],
      versionOf: "training",
      ...more,
    });
    return outs;
  };
  afterEach(() => bench.stop());

  describe("of files", () => {
    test("is confirmed once, waited for and held against the files", async () => {
      await start({ ingestMs: 30, dialect: { uploadVisibility: "any" } });
      const handlers = bench.handlers();
      const files = await filesOf(handlers);
      bench.writes();
      const { id, outs } = await make(handlers.dataset, { files, visibility: "public" });
      expect(bench.writes()).toEqual(["POST /datasets/manual-upload/"]);
      expect(outs).toMatchObject({
        uid: id,
        name: files.datasetName,
        status: "created",
        itemCount: 2,
        visibility: "public",
        isVerified: true,
      });
      expect(JSON.stringify(outs)).not.toContain(files.manifest);
    });

    test("is taken over silently when it is the very version", async () => {
      await start();
      const files = await filesOf(bench.handlers());
      const { id } = await make(bench.handlers().dataset, { files });
      bench.writes();
      const again = await make(bench.handlers().dataset, { files });
      expect(again.id).toBe(id);
      expect(bench.writes()).toEqual([]);
    });

    test("lost in the reply to its confirm, is never made twice", async () => {
      await start();
      const handlers = bench.handlers();
      const files = await filesOf(handlers);
      bench.avala.setFault({ on: { path: "/datasets/manual-upload/" }, when: "after", drop: true });
      const { outs } = await make(handlers.dataset, { files });
      expect(bench.avala.datasets()).toHaveLength(1);
      // Another run may have made it in that moment, so this stack does not delete it.
      expect(outs).toMatchObject({ isVerified: true, origin: "found" });
    });

    test("that lacks what was sent is an error that names it, and is looked at again by the next up", async () => {
      await start();
      const handlers = bench.handlers();
      const files = await filesOf(handlers);
      bench.avala.setFault({
        on: { method: "GET", path: "*/items/" },
        times: 0,
        reply: { status: 200, body: { next: null, previous: null, results: [] } },
      });
      bench.avala.setFault({
        on: { method: "GET", path: "*/health/" },
        times: 0,
        reply: { status: 200, body: { ingest_ok: true, item_count: 0, issues: [] } },
      });
      const given = { files, timeoutMinutes: 0.03, __provider: "loader" };
      const inputs = await checked(handlers.dataset, given);
      const broken = await unfinished<DatasetOutputs>(handlers.dataset.create(inputs));
      expect(broken.message).toMatch(
        /does not hold what was sent:\s+- a\.jpg: not in the dataset\s+- b\.jpg/,
      );
      expect(broken.properties).toMatchObject({ isVerified: false, __provider: "loader" });
      expect(await handlers.dataset.diff(broken.id, broken.properties, inputs)).toMatchObject({
        changes: true,
        replaces: [],
      });
      bench.avala.clearFaults();
      const { outs } = await handlers.dataset.update(broken.id, broken.properties, inputs);
      expect(outs).toMatchObject({ isVerified: true });
    });

    test("that holds what another run left under its name is an error, made or found", async () => {
      await start({ dialect: { batches: "together" } });
      const handlers = bench.handlers();
      const files = await filesOf(handlers);
      await bench.avala.leaveFile(`${files.datasetName}/old.jpg`, jpeg("old"));
      const inputs = await checked(handlers.dataset, { files });
      const foreign = /old\.jpg: in the dataset, and not among these files/;
      const made = await unfinished<DatasetOutputs>(handlers.dataset.create(inputs));
      expect(made.message).toMatch(foreign);
      expect(made.properties).toMatchObject({ isVerified: false });
      await expect(make(bench.handlers().dataset, { files })).rejects.toThrow(foreign);
    });

    test("leaves no journal behind, so that a deleted dataset is sent again", async () => {
      await start(WITH_CHANGES);
      const handlers = bench.handlers();
      const files = await filesOf(handlers);
      const { id, outs } = await make(handlers.dataset, { files, onDelete: "delete" });
      await bench.handlers().dataset.delete(id, outs);
      bench.writes();
      await filesOf(bench.handlers());
      expect(bench.writes()).toHaveLength(2);
    });

    test("is replaced when its files are another version, the new one first", async () => {
      await start();
      const handlers = bench.handlers();
      const { id, outs } = await make(handlers.dataset, { files: await filesOf(handlers) });
      bench.tree.write({ "c.jpg": jpeg("c") });
      const news = await checked(handlers.dataset, { files: await filesOf(bench.handlers()) });
      expect(await handlers.dataset.diff(id, outs, news)).toEqual({
        changes: true,
        replaces: ["files"],
        deleteBeforeReplace: false,
      });
    });

    test("passes on what a preview does not know yet", async () => {
      await start();
      const files = { datasetName: UNKNOWN, digest: UNKNOWN, dataType: UNKNOWN, manifest: UNKNOWN };
      const inputs = await checked(bench.handlers().dataset, { files });
      expect(inputs).toMatchObject({ name: UNKNOWN, dataType: UNKNOWN });
    });
  });

  describe("that exists already", () => {
    const plain = { name: "mine", dataType: "image" };

    test("is an error that says so, unless it is adopted", async () => {
      await start(WITH_CHANGES);
      const { dataset } = bench.handlers();
      const { id } = await make(dataset, plain);
      await expect(make(dataset, plain)).rejects.toThrow(
        /A dataset named mine exists already \(uid .*adopt: true/s,
      );
      const adopted = await make(dataset, { ...plain, adopt: true, visibility: "public" });
      expect(adopted.id).toBe(id);
      expect(adopted.outs.visibility).toBe("public");
      expect(bench.avala.datasets()).toHaveLength(1);
    });

    test("and is someone else's name gives an error that says what to do", async () => {
      await start();
      bench.avala.takeName("theirs");
      await expect(make(bench.handlers().dataset, { ...plain, name: "theirs" })).rejects.toThrow(
        /someone else: choose another name/,
      );
    });
  });

  describe("update", () => {
    test("patches what changed, and nothing else", async () => {
      await start(WITH_CHANGES);
      const { dataset } = bench.handlers();
      const given = { name: "mine", dataType: "image", metadata: { a: 1 } };
      const { id, outs } = await make(dataset, given);
      const news = await checked(dataset, { ...given, name: "yours", metadata: { a: 2 } });
      expect(await dataset.diff(id, outs, news)).toMatchObject({ changes: true, replaces: [] });
      bench.writes();
      const { outs: updated } = await dataset.update(id, outs, news);
      expect(bench.writes()).toEqual(["PATCH /datasets/{owner}/{slug}/"]);
      expect(updated).toMatchObject({ name: "yours", metadata: { a: 2 } });
      expect(await dataset.diff(id, updated as DatasetOutputs, news)).toMatchObject({
        changes: false,
      });
    });

    test.each([
      { visibility: "public" },
      { metadata: { a: 2 } },
      { name: "yours", metadata: { a: 2 } },
      { license: 2 },
    ])(
      "to %j is an error where Avala does not offer it, and the state stays true",
      async (change) => {
        await start();
        const { dataset } = bench.handlers();
        const given = {
          name: "mine",
          dataType: "image",
          visibility: "private",
          metadata: { a: 1 },
        };
        const { id, inputs, outs } = await make(dataset, given);
        const news = await checked(dataset, { ...given, ...change });
        const broken = await unfinished<DatasetOutputs>(dataset.update(id, outs, news));
        expect(broken.message).toMatch(/mine .*was not changed: Avala does not support/);
        for (const name of Object.keys(change)) expect(broken.message).toContain(name);
        const kept = broken.properties;
        expect(kept).toEqual(outs);
        // The next up says it again, until the program declares what is there.
        await expect(dataset.update(id, kept, news)).rejects.toThrow(/was not changed/);
        expect(await dataset.diff(id, kept, inputs)).toMatchObject({ changes: false });
      },
    );

    test.each(["forbidden", "notFound", "absent"] as const)(
      "is not offered where Avala answers as in datasetChanges=%s, and the state stays true",
      async (datasetChanges) => {
        await start({ dialect: { datasetChanges } });
        const { dataset } = bench.handlers();
        const given = { name: "mine", dataType: "image", visibility: "private" };
        const { id, outs } = await make(dataset, given);
        const news = await checked(dataset, { ...given, visibility: "public" });
        const broken = await unfinished<DatasetOutputs>(dataset.update(id, outs, news));
        expect(broken.message).toMatch(/mine .*was not changed: Avala does not support/);
        expect(broken.properties).toEqual(outs);
      },
    );

    test("of one of files that was compared compares nothing again, and stays verified", async () => {
      await start();
      const handlers = bench.handlers();
      const files = await filesOf(handlers);
      const { id, outs } = await make(handlers.dataset, { files, metadata: { a: 1 } });
      const news = await checked(handlers.dataset, { files, metadata: { a: 2 } });
      const broken = await unfinished<DatasetOutputs>(handlers.dataset.update(id, outs, news));
      expect(broken.properties).toMatchObject({ isVerified: true, metadata: { a: 1 } });
    });

    test("that adoption needs is an error that does not take it for made", async () => {
      await start();
      const { dataset } = bench.handlers();
      const given = { name: "mine", dataType: "image" };
      await make(dataset, given);
      const asked = { ...given, adopt: true, visibility: "public", metadata: { a: 1 } };
      const broken = await unfinished<DatasetOutputs>(make(dataset, asked));
      expect(broken.message).toMatch(/does not support .*visibility, metadata/);
      expect(broken.properties).toMatchObject({ visibility: "private" });
      expect(broken.properties).not.toHaveProperty("metadata");
    });

    test("of the owner's name is another dataset only where the server finds it under no such name", async () => {
      await start();
      const { dataset } = bench.handlers();
      const given = { name: "mine", dataType: "image" };
      const { id, outs } = await make(dataset, given);
      for (const [ownerName, replaces] of [
        ["emulator@example.com", []],
        ["someone", ["ownerName"]],
      ] as const) {
        const news = await checked(dataset, { ...given, ownerName });
        expect(await dataset.diff(id, outs, news)).toMatchObject({ replaces });
      }
    });

    test("of a type or a bucket is another dataset, and the old one goes first when the name stays", async () => {
      await start();
      const { dataset } = bench.handlers();
      const given = { name: "mine", onDelete: "delete" };
      const { id, outs } = await make(dataset, { ...given, dataType: "image" });
      const news = await checked(dataset, { ...given, dataType: "video" });
      expect(await dataset.diff(id, outs, news)).toEqual({
        changes: true,
        replaces: ["dataType"],
        deleteBeforeReplace: true,
      });
    });
  });

  describe("read", () => {
    test.each([401, 403])("of a %i is an error, never gone", async (status) => {
      await start();
      const { dataset } = bench.handlers();
      const { id, outs } = await make(dataset, { name: "mine", dataType: "image" });
      bench.avala.setFault({
        on: { method: "GET" },
        times: 0,
        reply: { status, body: { detail: "no" } },
      });
      await expect(dataset.read(id, outs)).rejects.toThrow();
    });

    test("of a 404 is gone", async () => {
      await start(WITH_CHANGES);
      const { dataset } = bench.handlers();
      const { id, outs } = await make(dataset, {
        name: "mine",
        dataType: "image",
        onDelete: "delete",
      });
      await bench.handlers().dataset.delete(id, outs);
      expect(await dataset.read(id, outs)).toEqual({ id: "" });
    });

    test("after an up changes nothing, and shows what was changed elsewhere", async () => {
      await start();
      const { dataset } = bench.handlers();
      const given = { name: "mine", dataType: "image", visibility: "private", metadata: { a: 1 } };
      const { id, inputs, outs } = await make(dataset, given);
      const { props } = await dataset.read(id, outs);
      expect(props).toEqual(outs);
      const drifted = { ...outs, visibility: "public" };
      expect(await dataset.diff(id, drifted, inputs)).toMatchObject({
        changes: true,
        replaces: [],
      });
    });
  });
});
