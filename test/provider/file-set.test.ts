import { runtime } from "@pulumi/pulumi";
import type { FileSetOutputs } from "../../provider/handlers/file-set/inputs";
import { createTempTree, jpeg } from "../support/temp-tree";
import {
  checked,
  createBench,
  failuresOf,
  make,
  unfinished,
  type Bench,
} from "../support/provider";

const UNKNOWN = runtime.unknownValue;
const THREE = { "a.jpg": jpeg("a"), "sub/b.jpg": jpeg("b"), "c.jpg": jpeg("c") };

describe("FileSet", () => {
  let bench: Bench;
  const given = (more: object = {}) => ({
    root: bench.tree.root,
    include: ["**/*.jpg"],
    versionOf: "training",
    __provider: "loader",
    ...more,
  });

  beforeEach(async () => {
    bench = await createBench(THREE);
  });
  afterEach(() => bench.stop());

  describe("check", () => {
    test("puts what it reads into the inputs, so that a preview knows it", async () => {
      const inputs = await checked(bench.handlers().fileSet, given());
      expect(inputs).toMatchObject({
        datasetName: expect.stringMatching(/^training-[0-9a-f]{12}$/) as string,
        isVersion: true,
        dataType: "image",
        fileCount: 3,
        indexedCount: 3,
        contents: {
          "a.jpg": expect.stringMatching(/^[0-9a-f]{12}$/) as string,
          "c.jpg": expect.any(String) as string,
          "sub/b.jpg": expect.any(String) as string,
        },
      });
      expect(inputs.datasetName).toContain(inputs.digest.slice(0, 12));
    });

    test("makes the same inputs of the same files anywhere, but for the root", async () => {
      const elsewhere = createTempTree({
        "c.jpg": jpeg("c"),
        "a.jpg": jpeg("a"),
        "sub/b.jpg": jpeg("b"),
      });
      const here = await checked(bench.handlers().fileSet, given({ root: bench.tree.root }));
      const there = await checked(bench.handlers().fileSet, given({ root: elsewhere.root }));
      elsewhere.remove();
      expect({ ...there, root: "" }).toEqual({ ...here, root: "" });
    });

    test("tells everything that is wrong at once", async () => {
      const wrong = given({
        root: undefined,
        concurrency: 0,
        dataType: "picture",
        include: "x",
        datasetName: "a/b",
      });
      const failures = await failuresOf(bench.handlers().fileSet, wrong);
      expect(failures.map(({ property }) => property).sort()).toEqual([
        "concurrency",
        "dataType",
        "datasetName",
        "include",
        "root",
      ]);
    });

    test("asks for the data type where files beside the images leave it open, and takes it", async () => {
      bench.tree.write({ "velodyne/0.bin": "points" });
      const open = given({ include: ["**"] });
      const [failure, ...rest] = await failuresOf(bench.handlers().fileSet, open);
      expect(rest).toEqual([]);
      expect(failure).toMatchObject({
        property: "dataType",
        reason: expect.stringContaining(
          "1 .bin (velodyne/0.bin; point clouds: lidar takes .alp",
        ) as string,
      });
      const typed = await checked(bench.handlers().fileSet, { ...open, dataType: "image" });
      expect(typed.dataType).toBe("image");
    });

    test("tells of a folder that is not there as a failure of the root", async () => {
      const failures = await failuresOf(
        bench.handlers().fileSet,
        given({ root: bench.tree.at("absent") }),
      );
      expect(failures).toEqual([expect.objectContaining({ property: "root" })]);
    });

    test.each(["root", "datasetName", "prefix", "organizationUid"])(
      "reads nothing while %s is unknown, and leaves what it would compute unknown",
      async (property) => {
        const inputs = await checked(bench.handlers().fileSet, given({ [property]: UNKNOWN }));
        expect(inputs.digest).toBe(UNKNOWN);
        expect(inputs.fileCount).toBe(UNKNOWN);
        expect(bench.messages).toEqual([]);
      },
    );

    test("takes the call out of the inputs, and tells the cost on the resource's row in a preview", async () => {
      const call = { urn: "urn:one", isPreview: true };
      const inputs = await checked(bench.handlers().fileSet, given({ call }));
      expect(inputs).not.toHaveProperty("call");
      expect(bench.messages).toEqual([
        {
          severity: "info",
          urn: "urn:one",
          text: expect.stringMatching(
            /^dataset training-\w{12}\nto send: 3 files, 21 bytes, 13 API calls/,
          ) as string,
        },
      ]);
      expect(bench.writes()).toEqual([]);
    });

    test("groups the contents by folder when there are many files", async () => {
      bench.tree.write(
        Object.fromEntries(
          Array.from({ length: 400 }, (_, i) => [`f${i % 4}/${i}.jpg`, jpeg(String(i))]),
        ),
      );
      const { contents } = await checked(bench.handlers().fileSet, given());
      expect(Object.keys(contents).sort()).toEqual([".", "f0", "f1", "f2", "f3", "sub"]);
      expect(contents["f0"]).toMatchObject({ files: 100 });
    });
  });

  describe("create", () => {
    test("sends every file, and a second process finds nothing to send", async () => {
      const { id, outs } = await make(bench.handlers().fileSet, given());
      expect(id).toBe(outs.datasetName);
      expect(await bench.avala.objects()).toHaveLength(3);
      expect(bench.writes()).toHaveLength(3);
      const again = await make(bench.handlers().fileSet, given());
      expect(again.outs).toEqual(outs);
      expect(bench.writes()).toEqual([]);
    });

    test("finds a file that changes between check and sending", async () => {
      const { fileSet } = bench.handlers();
      const inputs = await checked(fileSet, given());
      bench.tree.write({ "a.jpg": jpeg("A") });
      await expect(fileSet.create(inputs)).rejects.toThrow(/a\.jpg/);
    });

    test("keeps what landed of an upload that broke, and sends the rest from there", async () => {
      bench.avala.setFault({
        on: { method: "POST", path: "/datasets/manual-upload/file-upload-url/" },
        skip: 2,
        times: 0,
        reply: { status: 403, body: { detail: "no more" } },
      });
      const { fileSet } = bench.handlers();
      const inputs = await checked(fileSet, given({ concurrency: 1 }));
      const broken = await unfinished<FileSetOutputs>(fileSet.create(inputs));
      expect(broken.id).toBe(inputs.datasetName);
      expect(broken.properties.__provider).toBe("loader");
      expect(broken.properties.digest).not.toBe(inputs.digest);

      bench.avala.clearFaults();
      bench.writes();
      // Another machine: no journal, the state alone.
      const next = bench.handlers({ AVALA_STATE_DIR: bench.tree.at("other-state") }).fileSet;
      const news = await checked(next, given({ concurrency: 1 }), inputs as never);
      expect(await next.diff(broken.id, broken.properties, news)).toEqual({
        changes: true,
        replaces: [],
      });
      const { outs } = await next.update(broken.id, broken.properties, news);
      expect(bench.writes()).toHaveLength(1);
      expect(outs).toMatchObject({ digest: inputs.digest });
    });

    test("refuses what can never fit into the quota before it sends a byte", async () => {
      await bench.stop();
      bench = await createBench(THREE, { quotaBytes: 10 });
      const { fileSet } = bench.handlers();
      const inputs = await checked(fileSet, given());
      await expect(fileSet.create(inputs)).rejects.toThrow(/can't fit.*quota is 10 bytes/);
      expect(bench.writes()).toEqual([]);
    });

    test("leaves nothing in the state when nothing landed", async () => {
      const { fileSet } = bench.handlers({ AVALA_API_KEY: "avk_wrong_wrong_wrong" });
      const inputs = await checked(fileSet, given());
      await expect(fileSet.create(inputs)).rejects.not.toHaveProperty("id");
    });

    test("says how the key is given when there is none", async () => {
      const { fileSet } = bench.handlers({ AVALA_API_KEY: "" });
      const inputs = await checked(fileSet, given());
      await expect(fileSet.create(inputs)).rejects.toThrow(
        "pulumi config set --secret avala:apiKey",
      );
    });
  });

  describe("diff", () => {
    test("is nothing for the same content, whatever else is given", async () => {
      const { fileSet } = bench.handlers();
      const { id, outs } = await make(fileSet, given());
      const news = await checked(
        fileSet,
        given({ concurrency: 3, checkContent: "off", include: ["**"] }),
      );
      expect(await fileSet.diff(id, outs, news)).toEqual({ changes: false });
    });

    test("replaces a version whose content changes, and names the files once", async () => {
      const { fileSet } = bench.handlers();
      const { id, inputs, outs } = await make(fileSet, given());
      bench.tree.write({ "a.jpg": jpeg("a, changed"), "d.jpg": jpeg("d") });
      bench.messages.length = 0;
      const next = bench.handlers().fileSet;
      const call = { urn: "urn:one", isPreview: true };
      const news = await checked(next, given({ call }), inputs as never);
      expect(await next.diff(id, outs, news)).toEqual({ changes: true, replaces: ["digest"] });
      await checked(next, given({ call })); // as the engine does for the replacement
      expect(bench.told()).toEqual([
        expect.stringMatching(
          /^new version training-\w+, was training-\w+\n\+ d\.jpg\n~ a\.jpg\nto send: 4 files/,
        ) as string,
      ]);
    });

    test("sends other content under a fixed name until its dataset is made, and refuses it then", async () => {
      const fixed = { datasetName: "fixed" };
      const first = await make(bench.handlers().fileSet, given(fixed));
      bench.tree.write({ "a.jpg": jpeg("a, changed") });
      const next = bench.handlers();
      const news = await checked(next.fileSet, given(fixed), first.inputs as never);
      expect(await next.fileSet.diff(first.id, first.outs, news)).toEqual({
        changes: true,
        replaces: [],
      });
      bench.writes();
      const { outs } = await next.fileSet.update(first.id, first.outs, news);
      // All of them: other content is another batch.
      expect(bench.writes()).toHaveLength(3);
      expect(outs?.["uploadUid"]).not.toBe(first.outs.uploadUid);
      await make(next.dataset, { files: outs });

      bench.tree.write({ "a.jpg": jpeg("again"), "d.jpg": jpeg("d") });
      const last = bench.handlers().fileSet;
      const call = { urn: "urn:one", isPreview: true };
      const later = await checked(last, given({ ...fixed, call }), news as never);
      bench.writes();
      const refusal =
        /fixed exists \(uid .*made of other content:\n\+ d\.jpg\n~ a\.jpg\n.*Leave datasetName out.*another name/s;
      await expect(last.diff(first.id, outs as FileSetOutputs, later)).rejects.toThrow(refusal);
      await expect(last.update(first.id, outs as FileSetOutputs, later)).rejects.toThrow(refusal);
      expect(bench.writes()).toEqual([]);
    });
  });

  test("read leaves the state as it is", async () => {
    const { fileSet } = bench.handlers();
    const { id, outs } = await make(fileSet, given());
    expect(await fileSet.read(id, outs)).toEqual({ id, props: outs });
  });
});
