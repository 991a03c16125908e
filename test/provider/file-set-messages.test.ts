// What a file set says of itself: in a preview, and while it is sent.
import { rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import type { FileSetOutputs } from "../../provider/handlers/file-set/inputs";
import { jpeg, type TreeContent } from "../support/temp-tree";
import { checked, createBench, failuresOf, make, type Bench } from "../support/provider";

describe("A FileSet tells", () => {
  let bench: Bench;
  const given = (more: object = {}) => ({
    root: bench.tree.root,
    include: ["*.jpg"],
    versionOf: "training",
    ...more,
  });
  const preview = async (more: object, olds?: FileSetOutputs): Promise<string> => {
    bench.messages.length = 0;
    const { fileSet } = bench.handlers();
    const call = { urn: "urn:one", isPreview: true };
    const news = await checked(fileSet, given({ ...more, call }), { ...olds });
    if (olds !== undefined) await fileSet.diff(olds.datasetName, olds, news);
    return bench.told().join("\n");
  };
  beforeEach(async () => {
    bench = await createBench({ "a.jpg": jpeg("a"), "b.jpg": jpeg("b") });
  });
  afterEach(() => bench.stop());

  test("of a line that matches nothing while others do, in a preview and in an up", async () => {
    const warning = {
      severity: "warning",
      text: `include: *.png matches nothing in ${bench.tree.root}`,
    };
    await preview({ include: ["*.jpg", "*.png", "!*.gif"] });
    expect(bench.messages).toContainEqual(expect.objectContaining(warning));
    bench.messages.length = 0;
    await make(bench.handlers().fileSet, given({ include: ["*.jpg", "*.png"] }));
    expect(bench.messages).toContainEqual(expect.objectContaining(warning));
  });

  test("what sending costs by the limit that the server grants, in the first preview too", async () => {
    await bench.stop();
    bench = await createBench({ "a.jpg": jpeg("a") }, { requestsPerMinute: 5 });
    expect(await preview({})).toMatch(
      /about (\d+ s|\d min) at 5 calls a minute if no other run shares the limit/,
    );
  });

  test("that all files had landed, where only its outputs were lost", async () => {
    await make(bench.handlers().fileSet, given());
    bench.messages.length = 0;
    await make(bench.handlers().fileSet, given());
    expect(bench.told()).toEqual(["all 2 files had landed before"]);
  });

  describe("of an upload that was interrupted", () => {
    const interrupted = async (): Promise<FileSetOutputs> => {
      const on = { target: "storage", method: "POST" } as const;
      bench.avala.setFault({ on, skip: 1, times: 0, reply: { status: 413 } });
      const error: unknown = await make(bench.handlers().fileSet, given({ concurrency: 1 })).catch(
        (cause: unknown) => cause,
      );
      bench.avala.clearFaults();
      return (error as { properties: FileSetOutputs }).properties;
    };
    const left = /to send: 1 file, .*; 1 of 2 files landed in an earlier up$/m;

    test("what is left, where the state does not have it", async () => {
      await interrupted();
      expect(await preview({})).toMatch(left);
    });

    test("what was sent now, and what before", async () => {
      await interrupted();
      bench.messages.length = 0;
      await make(bench.handlers().fileSet, given());
      expect(bench.told().at(-1)).toMatch(/^sent 1 file, .*; 1 file had landed before$/);
    });

    test("how many files stay stored when it goes: those that landed", async () => {
      const olds = await interrupted();
      bench.messages.length = 0;
      await bench.handlers().fileSet.delete(olds.datasetName, olds);
      expect(bench.told()).toEqual([
        `${olds.datasetName}: 1 file stays stored: the API can't delete files`,
      ]);
    });

    test("what is left, by the state alone", async () => {
      const olds = await interrupted();
      rmSync(join(bench.stateDirectory, "journals"), { recursive: true });
      expect(await preview({}, olds)).toMatch(left);
    });
  });

  test("of many files whose contents are wrong some by name, how many there are, and of what kind", async () => {
    const broken = Array.from({ length: 30 }, (_, n) => [`broken/${n}.png`, jpeg(String(n))]);
    bench.tree.write({ ...Object.fromEntries(broken), "broken/empty.png": "" } as TreeContent);
    const said = await preview({ include: ["broken"] });
    expect(said).toContain(
      "and 11 more (the first 20 of 31; contents: 31 of 31 files: 30 not in the format that their suffix says, 1 empty)",
    );
    expect(said).toContain(
      '31 files look wrong by the contents, which does not stop an upload: once sent, they can\'t be removed from the dataset. checkContent: "error" refuses such files.',
    );
  });

  test("nothing of a line that matches in another partition", async () => {
    bench.tree.write({ "clips/c.jpg": jpeg("c") });
    expect(await preview({ include: ["*.jpg", "clips"], folder: "clips" })).not.toContain(
      "matches nothing",
    );
  });

  test("of files that Avala would not index, how many of which suffix were left out", async () => {
    bench.tree.write({ "a.txt": "a", "b.txt": "b", "c.md": "c" });
    const told = await preview({ include: ["**"] });
    expect(told).toMatch(/left out: 3 files that Avala would not index: 2 \.txt, 1 \.md/);
    expect(told).toContain("to send: 2 files");
    const all = await preview({ include: ["**"], unindexed: "send" });
    expect(all).toContain("to send: 5 files");
    expect(all).not.toContain("left out");
  });

  test("of what an ignore file takes, of junk and of files that were written just now", async () => {
    bench.tree.write({ ".avalaignore": "b.*", "Thumbs.db": "x", "c.jpg": jpeg("c") });
    utimesSync(bench.tree.at("a.jpg"), 1_700_000_000, 1_700_000_000);
    const told = await preview({ include: ["**"], minAgeMinutes: 5 });
    expect(told).toContain("to send: 1 file");
    expect(told).toMatch(/written just now, for a later run: 1 file \(c\.jpg\)/);
    expect(told).toContain("1 by the line b.* of .avalaignore");
    expect(told).toContain("1 left by systems or unfinished downloads");
  });

  test("of a link out of the root, what allows it and the other way out", async () => {
    bench.tree.write({ "set/to.jpg": { link: "../a.jpg" } });
    const { fileSet } = bench.handlers();
    const root = bench.tree.at("set");
    const [failure] = await failuresOf(fileSet, given({ root }));
    expect(failure?.reason).toMatch(/a\.jpg\. .* to allowLinkTargets, or set root to /);
    const allowed = { root, allowLinkTargets: [bench.tree.root], include: ["*.jpg"] };
    const { outs } = await make(bench.handlers().fileSet, given(allowed));
    expect(outs.fileCount).toBe(1);
  });

  describe("of a fixed name that is a dataset already", () => {
    beforeEach(async () => {
      const handlers = bench.handlers();
      const { outs: files } = await make(handlers.fileSet, given({ datasetName: "fixed" }));
      await make(handlers.dataset, { files });
      bench.tree.write({ "c.jpg": jpeg("c") });
    });

    test("nothing more in a preview: it is refused there already, with the ways out", async () => {
      const { fileSet } = bench.handlers();
      const call = { urn: "urn:one", isPreview: true };
      expect(await failuresOf(fileSet, given({ datasetName: "fixed", call }))).toEqual([
        {
          property: "datasetName",
          reason: expect.stringMatching(
            /fixed exists already \(uid .*adopt: true on the FileSet and on its Dataset.*Leave datasetName out/s,
          ) as string,
        },
      ]);
      await expect(make(bench.handlers().fileSet, given({ datasetName: "fixed" }))).rejects.toThrow(
        /exists already .*adopt: true on the FileSet and on its Dataset/s,
      );
    });

    test("with adopt, that it is taken over and nothing is sent", async () => {
      expect(await preview({ datasetName: "fixed", adopt: true })).toMatch(
        /nothing to send: the dataset that exists .* is taken over if it holds exactly these files/,
      );
    });
  });

  test("of a set that only lost files before its dataset was made, that the others are sent as another batch", async () => {
    const { id, outs } = await make(bench.handlers().fileSet, given({ datasetName: "fixed" }));
    const fewer = { datasetName: "fixed", include: ["a.jpg"] };
    expect(await preview(fewer, outs)).toMatch(
      /^fixed, whose dataset is not made yet\n- b\.jpg\nto send: 1 file, /m,
    );
    bench.messages.length = 0;
    const { fileSet } = bench.handlers();
    await fileSet.update(id, outs, await checked(fileSet, given(fewer)));
    expect(bench.told()).toEqual([expect.stringMatching(/^sent 1 file, /) as string]);
  });

  test("of a set that gets a name of its own, that the files are the same", async () => {
    const { outs } = await make(bench.handlers().fileSet, given({ datasetName: "fixed" }));
    expect(await preview({}, outs)).toMatch(
      /^new version training-\w{12}, was fixed\nthe same files under another name\nto send: 2 files/,
    );
  });
});
