// A file that was moved to another folder is another file, also where items' keys are names without folders: the items' URLs
// show the folders. Where they do not, the name and the content are what there is.
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Dialect } from "../../emulator";
import { haveUrls } from "../support/item-urls";
import { machineIn, warnings, type Content, type Machine } from "../support/machines";
import { useUploadPlace } from "../support/upload-place";

const NAME = "daily";
const place = useUploadPlace();
type Texts = Readonly<Record<string, string>>;

async function filesOf(texts: Texts): Promise<Content> {
  const made: Content[number][] = [];
  for (const [path, text] of Object.entries(texts)) {
    await mkdir(dirname(join(place.folder, path)), { recursive: true });
    made.push(await place.put(path, Buffer.from(text)));
  }
  return made;
}

/** Sent by one machine, and then declared on another that knows nothing of it. */
async function declared(
  before: Texts,
  now: Texts,
  dialect: Partial<Dialect>,
  etag: "md5" | "opaque" = "md5",
) {
  await place.start({ dialect: { uploadReply: "form", ...dialect }, ingestMs: 0, etag });
  await machineIn(place, "one").publish(await filesOf(before), NAME);
  const machine = machineIn(place, "two");
  return { machine, published: machine.publish(await filesOf(now), NAME) };
}

const said = (machine: Machine): string => warnings(machine).join("\n");

const SWAPPED = [
  { "train/1.jpg": "P", "val/2.jpg": "QQ" },
  { "val/1.jpg": "P", "train/2.jpg": "QQ" },
] as const;
const MOVED_ONE = [
  { "train/1.jpg": "P", "train/3.jpg": "R", "val/2.jpg": "QQ" },
  { "train/1.jpg": "P", "val/3.jpg": "R", "val/2.jpg": "QQ" },
] as const;
const BELOW_V1 = { "v1/1.jpg": "P", "v1/2.jpg": "QQ" };
const BELOW_V2 = { "v2/1.jpg": "P", "v2/2.jpg": "QQ" };
const IN_NO_FOLDER = { "1.jpg": "P", "2.jpg": "QQ" };

describe.each(["path", "below", "baseName"] as const)("with keys of the form %s", (itemKeys) => {
  test("files of two folders that have changed places are not called unchanged, and the run says why", async () => {
    const { machine, published } = await declared(...SWAPPED, { itemKeys });
    expect(await published).toMatchObject({ outcome: "unverified", unverified: 2 });
    expect(said(machine)).toMatch(
      /none of the paths in its items' URLs \(train\/1\.jpg, val\/2\.jpg\).*contents are those of the files/,
    );
  });

  test("a file that was moved is missing, and the one that it was is extra", async () => {
    const { published } = await declared(...MOVED_ONE, { itemKeys });
    await expect(published).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(
        /val\/3\.jpg: not in the dataset\n.*train\/3\.jpg: in the dataset, and not among these/,
      ) as string,
    });
  });

  test.each([
    ["in folders", MOVED_ONE[0]],
    ["in one folder", BELOW_V1],
    ["in no folder", IN_NO_FOLDER],
    ["of names that encoding changes", { "a b/1.jpg": "P", "ä+%/%41.jpg": "QQ" }],
  ])("files %s that are where they were are unchanged", async (_where, texts) => {
    const { machine, published } = await declared(texts, texts, { itemKeys });
    expect(await published).toMatchObject({ outcome: "unchanged", unverified: 0 });
    expect(said(machine)).toBe("");
  });
});

// The folder may as well be the server's, and nothing else confirms what URLs show.
test.each([
  ["a folder now", "path", "unchanged", IN_NO_FOLDER, BELOW_V2],
  ["a folder now", "baseName", "unchanged", IN_NO_FOLDER, BELOW_V2],
  ["a folder now", "below", "unverified", IN_NO_FOLDER, BELOW_V2],
  ["no folder any more", "path", "unchanged", BELOW_V2, IN_NO_FOLDER],
  ["no folder any more", "baseName", "unchanged", BELOW_V2, IN_NO_FOLDER],
  ["no folder any more", "below", "unchanged", BELOW_V2, IN_NO_FOLDER],
  ["another folder", "baseName", "unchanged", BELOW_V1, BELOW_V2],
  ["another folder", "path", "unverified", BELOW_V1, BELOW_V2],
  ["another folder", "below", "unverified", BELOW_V1, BELOW_V2],
] as const)(
  "files of the same contents that are all in %s are judged by keys of the form %s: %s",
  async (_where, itemKeys, outcome, before, now) => {
    const { published } = await declared(before, now, { itemKeys });
    expect(await published).toMatchObject({ outcome });
  },
);

describe.each([
  ["in one more folder", (path: string) => `raw/${path}`],
  ["in a numbered folder", (path: string) => `48213/${path}`],
  ["in other spellings", (path: string) => path.replace("Train Set", "train-set")],
])("files whose URLs have them %s", (_where, respell) => {
  const texts = { "Train Set/1.jpg": "P", "Train Set/3.jpg": "RRR", "val/2.jpg": "QQ" };

  test.each([
    ["md5", { outcome: "unchanged", unverified: 0 }],
    ["opaque", { outcome: "unverified", unverified: 3 }],
  ] as const)("are what their names and contents say, with ETags of %s", async (etag, expected) => {
    await place.start({
      dialect: { uploadReply: "form", itemKeys: "baseName" },
      ingestMs: 0,
      etag,
    });
    const files = await filesOf(texts);
    await machineIn(place, "one").publish(files, NAME);
    const machine = machineIn(place, "two");
    haveUrls(machine.avala, (url) =>
      url.replace(
        /(\/daily\/)([^?"]*)/,
        (_all, root: string, path: string) => root + encodeURI(respell(decodeURIComponent(path))),
      ),
    );
    expect(await machine.publish(files, NAME)).toMatchObject(expected);
    expect(said(machine)).not.toMatch(/none of/);
  });
});

test("a file that has the name of others is missing, where URLs show that it was moved", async () => {
  const before = { "a/1.jpg": "P", "b/1.jpg": "Q" };
  const now = { "a/1.jpg": "P", "c/1.jpg": "Q" };
  const { published } = await declared(before, now, { itemKeys: "baseName" });
  await expect(published).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringMatching(/c\/1\.jpg: not in.*b\/1\.jpg: in the dataset/s) as string,
  });
});

describe("with keys that are names, and URLs that do not show the paths", () => {
  const dialect = { itemKeys: "baseName", itemUrls: "unnamed" } as const;

  test.each([
    ["stay", MOVED_ONE[0], MOVED_ONE[0]],
    ["were moved, which nothing shows,", ...MOVED_ONE],
  ])("files of the same contents that %s are unchanged", async (_what, before, now) => {
    const { machine, published } = await declared(before, now, dialect);
    expect(await published).toMatchObject({ outcome: "unchanged", unverified: 0 });
    expect(said(machine)).toBe("");
  });

  test("files of which no contents are shown are unverified", async () => {
    const { published } = await declared(...MOVED_ONE, dialect, "opaque");
    expect(await published).toMatchObject({ outcome: "unverified", unverified: 3 });
  });
});
