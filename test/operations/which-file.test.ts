// A dataset under a fixed name whose items have no names of the files: contents alone do not show which file an item is. Where
// the URLs of all items end with the paths of the files, these do.
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Avala } from "../../src/api/connection";
import { warnings, machineIn, type Content, type Machine } from "../support/machines";
import { itemsInPagesOf } from "../support/small-pages";
import { useUploadPlace } from "../support/upload-place";

const NAME = "daily";
const place = useUploadPlace();

/** Files of equal sizes, by path and content. */
async function filesOf(texts: Readonly<Record<string, string>>): Promise<Content> {
  const made: Content[number][] = [];
  for (const [path, text] of Object.entries(texts)) {
    await mkdir(dirname(join(place.folder, path)), { recursive: true });
    made.push(await place.put(path, Buffer.from(text)));
  }
  return made;
}

const said = (machine: Machine): string => warnings(machine).join("\n");
const start = (dialect: object, more: object = {}): Promise<void> =>
  place.start({ dialect: { uploadReply: "form", ...dialect }, ingestMs: 0, ...more });
const publishOn = async (name: string, files: Content) => {
  const machine = machineIn(place, name);
  const published = await machine.publish(files, NAME);
  return { machine, published };
};

const SENT = { "left.jpg": "P", "right.jpg": "Q" };
const SWAPPED = { "left.jpg": "Q", "right.jpg": "P" };
const RENAMED = { "one.jpg": "P", "two.jpg": "Q" };

const KEYS = ["uuid", "null"] as const;

// How the files went is not asked where keys are none of them, and the other way round.
describe.each([
  ["uuid", "form"],
  ["null", "form"],
  ["null", "managed"],
])("whose items' keys are of the form %s, and whose files went by %s", (itemKeys, uploadReply) => {
  test.each([
    ["the same files", SENT],
    ["files of each other's contents", SWAPPED],
    ["the contents under other names", RENAMED],
    ["one content, of another name", { "left.jpg": "P", "other.jpg": "Q" }],
  ])("vouches for nothing by contents alone: %s", async (_what, texts) => {
    await start({ itemKeys, itemUrls: "unnamed", uploadReply });
    await publishOn("one", await filesOf(SENT));
    const files = await filesOf(texts);
    for (let again = 0; again < 2; again += 1) {
      const { published, machine } = await publishOn("two", files);
      expect(published).toMatchObject({ outcome: "unverified", unverified: 2 });
      expect(published).toMatchObject({
        resemblance: { paths: "unlike", areFileNames: false, contents: "same" },
      });
      expect(said(machine)).toMatch(/contents are those of the files, but .* which/);
    }
    // Whoever sent them knows.
    const { published } = await publishOn("one", await filesOf(SENT));
    expect(published).toMatchObject({ outcome: "unchanged", unverified: 0 });
  });

  test("is known by its URLs where these end with the paths", async () => {
    await start({ itemKeys, uploadReply });
    const files = await filesOf({ ...SENT, "a/left.jpg": "R", "ä b/%41.jpg": "S" });
    await publishOn("one", files);
    const { published, machine } = await publishOn("two", files);
    expect(published).toMatchObject({ outcome: "unchanged", unverified: 0 });
    expect(warnings(machine)).toEqual([]);
  });

  test("is unverified by its URLs where files have each other's contents", async () => {
    await start({ itemKeys, uploadReply });
    await publishOn("one", await filesOf(SENT));
    const { published } = await publishOn("two", await filesOf(SWAPPED));
    expect(published).toMatchObject({ outcome: "unverified", unverified: 2 });
  });

  test("is refused by its URLs where some files have each other's contents", async () => {
    await start({ itemKeys, uploadReply });
    await publishOn("one", await filesOf({ ...SENT, "same.jpg": "R" }));
    const published = publishOn("two", await filesOf({ ...SWAPPED, "same.jpg": "R" }));
    await expect(published).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(/left\.jpg: .*\n.*right\.jpg: /) as string,
    });
  });

  test.each([
    ["other names", RENAMED],
    ["the same names in another folder", { "a/left.jpg": "P", "a/right.jpg": "Q" }],
  ])("is not known by URLs that have %s", async (_what, texts) => {
    await start({ itemKeys, uploadReply });
    await publishOn("one", await filesOf(texts));
    const { published } = await publishOn("two", await filesOf(SENT));
    expect(published).toMatchObject({ outcome: "unverified", unverified: 2 });
  });
});

test.each(KEYS)(
  "is known by the URLs of many items, which are long, where keys are %s",
  async (itemKeys) => {
    await start({ itemKeys });
    const texts = Array.from({ length: 23 }, (_, n) => [`a/${String(n)}.jpg`, String(n)] as const);
    const files = await filesOf(Object.fromEntries(texts));
    await publishOn("one", files);
    const published = await machineIn(place, "two", { api: itemsInPagesOf(10) }).publish(
      files,
      NAME,
    );
    expect(published).toMatchObject({ outcome: "unchanged", unverified: 0 });
  },
);

describe("whose items' keys are names that several files share", () => {
  const [sent, swapped] = [
    { "p/a.jpg": "P", "q/a.jpg": "Q", "c.jpg": "R" },
    { "p/a.jpg": "Q", "q/a.jpg": "P", "c.jpg": "R" },
  ];

  test("is known by its URLs where these end with the paths", async () => {
    await start({ itemKeys: "baseName" });
    await publishOn("one", await filesOf(sent));
    const { published, machine } = await publishOn("two", await filesOf(sent));
    expect(published).toMatchObject({ outcome: "unchanged", unverified: 0 });
    expect(warnings(machine)).toEqual([]);
    const refused = publishOn("three", await filesOf(swapped));
    await expect(refused).rejects.toMatchObject({ code: "conflict" });
  });

  test("is not said to have the paths where its URLs do not show them", async () => {
    await start({ itemKeys: "baseName", itemUrls: "unnamed" });
    await publishOn("one", await filesOf(sent));
    const { published, machine } = await publishOn("two", await filesOf(swapped));
    expect(published).toMatchObject({ outcome: "unverified", unverified: 2 });
    expect(published).toMatchObject({ resemblance: { paths: "some unclear" } });
    expect(said(machine)).toMatch(/2 of 3 files could not be compared.*keys are not paths/);
  });
});

describe("whose name is a folder of its files too", () => {
  const atRoot = { "l/1.jpg": "P", "r/1.jpg": "Q" };
  const inFolder = { "old/daily/l/1.jpg": "P", "old/daily/r/1.jpg": "Q" };

  test.each(["uuid", "null", "baseName"])(
    "is not known by the ends of its URLs alone, where keys are of the form %s",
    async (itemKeys) => {
      await start({ itemKeys });
      await publishOn("one", await filesOf(inFolder));
      const { published } = await publishOn("two", await filesOf(atRoot));
      expect(published).toMatchObject({ outcome: "unverified", unverified: 2 });
    },
  );

  test("is known by them where its folder follows its owner's", async () => {
    await start({ itemKeys: "null" });
    await publishOn("one", await filesOf(inFolder));
    const { published } = await publishOn("two", await filesOf(inFolder));
    expect(published).toMatchObject({ outcome: "unchanged", unverified: 0 });
  });
});

test("keys that are the names of other files count more than URLs", async () => {
  await start({ itemKeys: "path" });
  await publishOn("one", await filesOf(RENAMED));
  const published = publishOn("two", await filesOf({ "left.jpg": "X", "right.jpg": "Y" }));
  await expect(published).rejects.toMatchObject({ code: "conflict" });
});

test("a key that is the name of another file counts more than URLs beside items without keys", async () => {
  await start({ itemKeys: "path" });
  const files = await filesOf({ "p/a.jpg": "P", "q/a.jpg": "Q", "r/b.jpg": "R" });
  await publishOn("one", files);
  const { avala, publish } = machineIn(place, "two");
  const call: Avala["call"] = avala.call.bind(avala);
  const renamed: Avala["call"] = async (request) => {
    const reply = JSON.stringify(await call(request));
    const named = reply.replace('"key":"r/b.jpg"', '"key":"other.jpg"');
    return JSON.parse(named.replace('"key":"q/a.jpg"', '"key":null')) as never;
  };
  Object.assign(avala, { call: renamed });
  await expect(publish(files, NAME)).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("other.jpg") as string,
  });
});
