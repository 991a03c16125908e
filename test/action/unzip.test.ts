import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LIMITS, type Limits, type NameRules } from "../../action/export/archive-rules";
import { namesIn } from "../../action/export/name-rules";
import { unzip } from "../../action/export/unzip";
import { createTempTree, type TempTree } from "../support/recorded-action";
import { SYMLINK_MODE, zipOf, type ZipEntry } from "../support/zip";

let tree: TempTree;
beforeEach(() => {
  tree = createTempTree({ "into/deep/folder": null });
});
afterEach(() => tree.remove());

interface Options {
  readonly limits?: Limits;
  readonly names?: NameRules;
}

function unpack(archive: Buffer, options: Options = {}): ReturnType<typeof unzip> {
  writeFileSync(tree.at("export.zip"), archive);
  const { signal } = new AbortController();
  return unzip(tree.at("export.zip"), tree.at("into/deep/folder"), { signal, ...options });
}

const lenient: NameRules = { hasCase: true, hasForms: true, hasColons: true };

/** Everything below the tree's root but the archive. */
function written(): string[] {
  return readdirSync(tree.root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "export.zip")
    .map((entry) => join(entry.parentPath, entry.name));
}

test("unpacks files and folders", async () => {
  const unpacked = await unpack(
    zipOf([
      { name: "a/", mode: 0o040755 },
      { name: "a/one.json", content: "{}" },
      { name: "ä.txt", content: "x" },
    ]),
  );
  expect(unpacked).toEqual({ paths: ["a/one.json", "ä.txt"], bytes: 3 });
  expect(readFileSync(tree.at("into/deep/folder/a/one.json"), "utf8")).toBe("{}");
});

describe("refuses, and writes nothing of it", () => {
  const good: ZipEntry = { name: "good.txt", content: "good" };
  test.each<[string, ZipEntry]>([
    ["a path that climbs", { name: "../../out.txt", content: "x" }],
    ["a path that climbs further in", { name: "a/../../out.txt", content: "x" }],
    ["an absolute path", { name: "/tmp/avala-out.txt", content: "x" }],
    ["a backslash", { name: "..\\out.txt", content: "x" }],
    ["a control character", { name: "a\u0007.txt", content: "x" }],
    ["an empty part", { name: "a//b.txt", content: "x" }],
    ["a symbolic link", { name: "link", content: "/etc", mode: SYMLINK_MODE }],
    ["a device", { name: "device", mode: 0o020644 }],
    ["a path that is there twice", { name: "good.txt", content: "x" }],
  ])("%s", async (_name, bad) => {
    await expect(unpack(zipOf([good, bad]))).rejects.toMatchObject({ code: "bad_reply" });
    expect(written()).toEqual([]);
  });

  test.each<[string, ZipEntry, Partial<NameRules>]>([
    ["a drive, where it is one", { name: "C:/out.txt", content: "x" }, { hasColons: false }],
    ["a stream, where it is one", { name: "a.txt:x", content: "x" }, { hasColons: false }],
    ["a twin by case, where it is one file", { name: "GOOD.txt" }, { hasCase: false }],
  ])("%s", async (_name, bad, one) => {
    const names = { ...lenient, ...one };
    await expect(unpack(zipOf([good, bad]), { names })).rejects.toMatchObject({
      code: "bad_reply",
    });
    expect(written()).toEqual([]);
  });

  test("a twin by Unicode form, where it is one file", async () => {
    const twins = zipOf([{ name: "\u00e4.json" }, { name: "a\u0308.json" }]);
    const names = { ...lenient, hasForms: false };
    await expect(unpack(twins, { names })).rejects.toMatchObject({ code: "bad_reply" });
    expect(written()).toEqual([]);
  });

  test("too many files", async () => {
    const limits = { ...LIMITS, maxEntries: 1 };
    await expect(unpack(zipOf([good, { name: "b" }]), { limits })).rejects.toMatchObject({
      code: "bad_reply",
    });
    expect(written()).toEqual([]);
  });

  test("more bytes than are allowed", async () => {
    const limits = { ...LIMITS, maxBytes: 3 };
    await expect(unpack(zipOf([good]), { limits })).rejects.toMatchObject({ code: "bad_reply" });
    expect(written()).toEqual([]);
  });

  test("an archive that swells", async () => {
    const zeros = Buffer.alloc(60_000_000);
    await expect(unpack(zipOf([{ name: "bomb", content: zeros }]))).rejects.toMatchObject({
      code: "bad_reply",
    });
    expect(written()).toEqual([]);
  });

  test("what is no archive", async () => {
    await expect(unpack(Buffer.from("PK\u0003\u0004 and no more"))).rejects.toMatchObject({
      code: "bad_reply",
    });
    expect(existsSync(tree.at("into/deep/folder/good.txt"))).toBe(false);
  });
});

describe("unpacks where the system takes them", () => {
  let names: NameRules;
  beforeEach(async () => {
    names = await namesIn(tree.root);
  });

  test("names with a colon, as those of frames by their time", async () => {
    if (!names.hasColons) return;
    const name = "2026-11-28T09:16:48Z/front:left.json";
    await unpack(zipOf([{ name, content: "{}" }]));
    expect(readFileSync(tree.at(`into/deep/folder/${name}`), "utf8")).toBe("{}");
  });

  test("names that differ only in case", async () => {
    if (!names.hasCase) return;
    const archive = zipOf([
      { name: "a/IMG_1.JPG", content: "one" },
      { name: "a/img_1.jpg", content: "two" },
      { name: "A/img_1.jpg", content: "three" },
    ]);
    await unpack(archive);
    const read = (path: string): string =>
      readFileSync(tree.at(`into/deep/folder/${path}`), "utf8");
    expect([read("a/IMG_1.JPG"), read("a/img_1.jpg"), read("A/img_1.jpg")]).toEqual([
      "one",
      "two",
      "three",
    ]);
  });

  test("and leaves nothing of its look at the folder", async () => {
    await unpack(zipOf([{ name: "a.json", content: "{}" }]));
    expect(readdirSync(tree.at("into/deep/folder"))).toEqual(["a.json"]);
  });
});

test("an entry that is larger than it claims is stopped at its claim", async () => {
  const liar = { name: "liar", content: Buffer.alloc(1_000_000), claimedSize: 10 };
  await expect(unpack(zipOf([liar]))).rejects.toMatchObject({ code: "bad_reply" });
});

test("a wrong checksum is an error", async () => {
  const damaged = { name: "damaged", content: "x", claimedCrc: 1 };
  await expect(unpack(zipOf([damaged]))).rejects.toMatchObject({ code: "bad_reply" });
});
