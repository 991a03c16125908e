// What the Action selects, and what it calls the datasets that it goes to.
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readInputs } from "../support/read-inputs";
import { select, type Selection } from "../../action/selection/selection";
import { partitionsOf } from "../../provider/resources/partitions";
import type { InputError } from "../../src/errors";
import { shortDigest, slugFrom } from "../../src/files/manifest/dataset-name";
import { jpeg } from "../support/temp-tree";
import { createTempTree, record, type TempTree } from "../support/recorded-action";

let tree: TempTree;
afterEach(() => tree.remove());

async function choose(inputs: Record<string, string>): Promise<Selection> {
  const { environment } = record({ tree, inputs });
  const { upload } = readInputs(environment);
  if (upload === undefined) throw new Error("There is no upload.");
  const { workspace, signal } = environment;
  return select(upload, {
    workspace,
    signal,
    onProgress: () => undefined,
    onListing: () => undefined,
  });
}

describe("a dataset for each folder", () => {
  const partitioned = { files: "**", "partition-depth": "1", dataset: "photos-{folder}-{digest}" };

  test.each(["US$$", "x$`y", "x$'y", "a$&b", "a$1b", "{digest}", "{folder}", "{a}", "a{b", "a}"])(
    "takes the folder %s into its name as it is",
    async (folder) => {
      tree = createTempTree({ [`${folder}/one.jpg`]: jpeg("one") });
      const { targets } = await choose(partitioned);
      const digest = shortDigest(targets[0]?.manifest.digest ?? "");
      expect(targets.map(({ name }) => name)).toEqual([`photos-${folder}-${digest}`]);
    },
  );

  test.each([
    [
      "the project's folder",
      ".",
      { "above.jpg": jpeg("above"), "pets/one.jpg": jpeg("one") },
      ["pets", "root"],
    ],
    [
      "a folder of it",
      "data/photos/",
      { "data/photos/above.jpg": jpeg("above"), "data/photos/pets/one.jpg": jpeg("one") },
      ["pets", "photos"],
    ],
  ])(
    "calls the files outside any folder of %s the same in each checkout and in a stack",
    async (_of, root, files, folders) => {
      tree = createTempTree(files);
      const { targets } = await choose({ ...partitioned, root });
      expect(targets.map(({ folder }) => folder).sort()).toEqual(folders);
      const program = jest.spyOn(process, "cwd").mockReturnValue(tree.root);
      const inStack = partitionsOf({ root: join(tree.root, root), partitionDepth: 1 });
      program.mockRestore();
      expect(inStack.map(({ label }) => label).sort()).toEqual(folders);
    },
  );

  test("refuses a folder that has the name of the dataset of the files outside any folder", async () => {
    tree = createTempTree({
      "photos/above.jpg": jpeg("above"),
      "photos/photos/one.jpg": jpeg("one"),
    });
    const text = expect.stringContaining("the folder photos has the name of the dataset") as string;
    const problems = [expect.objectContaining({ text }) as object];
    await expect(choose({ ...partitioned, root: "photos" })).rejects.toMatchObject({ problems });
    const inStack = () => partitionsOf({ root: tree.at("photos"), partitionDepth: 1 });
    expect(inStack).toThrow(expect.objectContaining({ problems }) as Error);
  });

  test("has its slug made the same way", async () => {
    tree = createTempTree({ "a$&b/one.jpg": jpeg("one"), "US$$/two.jpg": jpeg("two") });
    const { targets } = await choose({ ...partitioned, slug: "p-{digest}-{folder}" });
    expect(targets.map(({ slug }) => slug)).toEqual(
      targets.map(({ folder, manifest: { digest } }) =>
        slugFrom(`p-${shortDigest(digest)}-${folder}`),
      ),
    );
  });

  test("names the input whose name can't be made", async () => {
    tree = createTempTree({ "one/one.jpg": jpeg("one") });
    const refused = choose({ ...partitioned, slug: "p/{digest}-{folder}" });
    await expect(refused).rejects.toMatchObject({ problems: [{ input: "slug" }] });
  });
});

describe("a line that takes away", () => {
  const dataset = { dataset: "photos-{digest}" };
  const refused = (files: string, more: Record<string, string> = {}): Promise<string[]> =>
    choose({ ...dataset, files, ...more }).then(
      () => [],
      (error: InputError) => error.problems.map(({ text }) => text),
    );
  beforeEach(() => {
    tree = createTempTree({
      "photos/one.jpg": jpeg("one"),
      "photos/drafts/two.jpg": jpeg("two"),
      "photos/drafts/notes.txt": "notes",
      "drafts/three.jpg": jpeg("three"),
      "photos/.cache/x.jpg": jpeg("x"),
      ".git/config": "git",
    });
  });

  test.each([
    ["photos/**/*.jpg", "!photos/drafts"],
    ["photos/**/*.jpg", "!**/drafts/**"],
    ["photos/**/*.jpg", "!photos/drafts/"],
    ["photos", "!**/*.txt"],
    ["**", "!drafts"],
    // Left out as hidden ones already, or as Git's: a line that says so is no slip.
    ["**", "!.git/**"],
    ["**", "!**/.cache/**"],
  ])("of %j may be %s, which takes files", async (files, line) => {
    expect(await refused(`${files}\n${line}`)).toEqual([]);
  });

  test.each([
    ["photos/**/*.jpg", "!drafts/**"],
    ["photos/**/*.jpg", "!**/*.txt"],
    ["photos", "!photos/draft"],
    ["photos", "!photo/**"],
    ["photos", "!one.jpg"],
    ["photos", "!.git/**"],
  ])("of %j is refused when it is %s, which takes nothing", async (files, line) => {
    expect(await refused(`${files}\n${line}`)).toEqual([
      expect.stringContaining(JSON.stringify(line)),
    ]);
  });

  test("is refused with all others, and with those that match nothing", async () => {
    const texts = await refused("photos\nsounds\n!drafts/**\n!photos/draft\n!photos/drafts");
    expect(texts).toHaveLength(3);
  });

  test("says how to go on without it", async () => {
    const texts = await refused("photos\nsounds\n!drafts/**");
    expect(texts).toHaveLength(2);
    for (const text of texts) expect(text).toContain("if-no-files-found: warn");
  });

  test("without effect is a warning or nothing where if-no-files-found says so", async () => {
    const files = "photos/**/*.jpg\n!drafts/**";
    const warned = await choose({ ...dataset, files, "if-no-files-found": "warn" });
    expect(warned.warnings.map(({ text }) => text)).toEqual([
      expect.stringContaining('"!drafts/**"'),
    ]);
    const ignored = await choose({ ...dataset, files, "if-no-files-found": "ignore" });
    expect(ignored.warnings).toEqual([]);
  });
});

test("a line that takes away what an earlier one takes is named", async () => {
  tree = createTempTree({ "photos/a.jpg": jpeg("a"), "photos/b.jpg": jpeg("b") });
  const files = "photos/**/*.jpg\n!photos/b*\n!photos/b*";
  const { warnings } = await choose({ dataset: "photos", files, "if-no-files-found": "ignore" });
  expect(warnings.map(({ text }) => text)).toEqual([expect.stringContaining("photos/b*")]);
});

test("a workspace without anything in it is called empty, and a checkout is missed", async () => {
  tree = createTempTree({});
  for (const name of readdirSync(tree.root)) rmSync(tree.at(name), { recursive: true });
  const refusal = choose({ dataset: "photos", files: "photos/**/*.jpg" });
  await expect(refusal).rejects.toThrow(/is empty; .*actions\/checkout/);
});
