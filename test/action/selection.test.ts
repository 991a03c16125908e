// What the Action selects, and what it calls the datasets that it goes to.
import { readInputs } from "../../action/inputs";
import { select, type Selection } from "../../action/selection";
import { shortDigest, slugFrom } from "../../src/files/dataset-name";
import { jpeg } from "../support/temp-tree";
import { createTempTree, record, type TempTree } from "./support/recorded";

let tree: TempTree;
afterEach(() => tree.remove());

async function choose(inputs: Record<string, string>): Promise<Selection> {
  const { environment } = record({ tree, inputs });
  const { upload } = readInputs(environment);
  if (upload === undefined) throw new Error("There is no upload.");
  const { workspace, signal } = environment;
  return select(upload, { workspace, signal, onProgress: () => undefined });
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
