// A dataset under a fixed name that other files may have made: what its items' keys and contents show of it, where no key is the
// path of a file. Keys of the server's own are no difference; other files are.
import type { Avala } from "../../src/api/connection";
import { publishDataset } from "../../src/operations/publish/publish";
import { warnings, machineIn, type Content, type Machine } from "../support/machines";
import { halfOf } from "../support/night";
import { useUploadPlace } from "../support/upload-place";

const NAME = "daily";
const COUNT = 12;

const place = useUploadPlace();

/** As many of each day, of other contents: of other sizes too, unless they are `even`. */
function filesOf(
  day: string,
  { count = COUNT, content = day, even = false } = {},
): Promise<Content> {
  return Promise.all(
    Array.from({ length: count }, (_, n) => {
      const text = `${content} ${String(n).padStart(2, "0")}`;
      const filling = even ? "" : "-".repeat(n + 10 * content.length);
      return place.put(`${day}-${String(n)}.jpg`, Buffer.from(text + filling));
    }),
  );
}

const said = (machine: Machine): string => warnings(machine).join("\n");
const storageGets = (): number =>
  place.emulator.requests().filter(({ target, method }) => target === "storage" && method === "GET")
    .length;
const start = (dialect: object, more: object = {}): Promise<void> =>
  place.start({ dialect: { uploadReply: "form", ...dialect }, ingestMs: 0, ...more });

const COUNTS = [
  ["as many", COUNT],
  ["more", COUNT + 3],
  ["fewer", COUNT - 3],
] as const;
const named = halfOf(["path", "below", "baseName"], COUNTS);

test.each(named.map(([itemKeys, [how, count]]) => ({ itemKeys, how, count })))(
  "is refused if it holds other files, $how, of which both are named, whose items' keys are of the form $itemKeys",
  async ({ itemKeys, count }) => {
    await start({ itemKeys });
    await machineIn(place, "one").publish(await filesOf("monday", { count }), NAME);
    const published = machineIn(place, "two").publish(await filesOf("friday"), NAME);
    await expect(published).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(
        /does not hold exactly these files:.*friday-0\.jpg: not in the dataset\n.*monday-\d+\.jpg: in the dataset, and not among these files/s,
      ) as string,
      hint: expect.stringContaining("Nothing was sent") as string,
    });
  },
);

test.each([
  ["previews are shown of its items", { itemUrls: "rendition" }, {}],
  ["the ETags are no MD5s", {}, { etag: "opaque" }],
])("is refused though %s, and all files are of one size", async (_how, dialect, more) => {
  await start(dialect, more);
  await machineIn(place, "one").publish(await filesOf("monday", { even: true }), NAME);
  const published = machineIn(place, "two").publish(await filesOf("friday", { even: true }), NAME);
  await expect(published).rejects.toMatchObject({ code: "conflict" });
});

test("is refused though a file of no bytes is in both", async () => {
  await start({});
  const withEmpty = async (day: string): Promise<Content> => [
    ...(await filesOf(day)),
    await place.put(`${day}-empty.jpg`, Buffer.alloc(0)),
  ];
  await machineIn(place, "one").publish(await withEmpty("monday"), NAME);
  const published = machineIn(place, "two").publish(await withEmpty("tuesday"), NAME);
  await expect(published).rejects.toMatchObject({ code: "conflict" });
});

test("is not called the same if it holds the contents under other names", async () => {
  await start({});
  await machineIn(place, "one").publish(await filesOf("monday", { content: "same" }), NAME);
  const two = machineIn(place, "two");
  const found = await two.publish(await filesOf("friday", { content: "same" }), NAME);
  expect(found).toMatchObject({ outcome: "unverified", unverified: COUNT });
  expect(found).toMatchObject({ resemblance: { paths: "unlike", contents: "same" } });
  expect(said(two)).toMatch(
    /none of its items' keys \(monday-.* and 9 more\).*contents are those/s,
  );
});

describe.each(["uuid", "null"])("whose items' keys are of the form %s", (itemKeys) => {
  test("is made, and found again with a record and without one", async () => {
    await start({ itemKeys });
    const files = await filesOf("monday");
    const made = await machineIn(place, "one").publish(files, NAME);
    expect(made).toMatchObject({ outcome: "uploaded", unverified: 0 });
    for (const [name, gets] of [
      ["one", 0],
      ["two", COUNT],
      // What was looked at is on record.
      ["two", 0],
    ] as const) {
      const before = storageGets();
      const machine = machineIn(place, name);
      const found = await machine.publish(files, NAME);
      expect(found).toMatchObject({ outcome: "unchanged", unverified: 0 });
      expect(storageGets() - before).toBe(gets);
      expect(warnings(machine)).toEqual([]);
    }
  });

  test("is refused if an item has other content, and names the file", async () => {
    await start({ itemKeys, itemUrls: "unnamed" });
    const files = await filesOf("monday");
    await machineIn(place, "one").publish(files, NAME);
    const [, ...rest] = files;
    const changed = await place.put("monday-0.jpg", Buffer.from("changed"));
    const published = machineIn(place, "two").publish([changed, ...rest], NAME);
    await expect(published).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(
        /monday-0\.jpg: not in the dataset\n.*in the dataset, and/,
      ) as string,
    });
  });

  test.each([
    ["other files", {}, "tuesday", /other sizes: to other files, or to previews/],
    ["no MD5s", { etag: "opaque" }, "monday", /For 12 files, nothing shows/],
  ])("is unverified if its URLs lead to %s, in words that claim nothing", async (...given) => {
    const [, more, day, doubt] = given;
    await start({ itemKeys, itemUrls: "unnamed" }, more);
    await machineIn(place, "one").publish(await filesOf("monday"), NAME);
    const two = machineIn(place, "two");
    const found = await two.publish(await filesOf(day), NAME);
    expect(found).toMatchObject({ outcome: "unverified", unverified: COUNT });
    expect(found).toMatchObject({ resemblance: { paths: "unlike", contents: "unshown" } });
    expect(said(two)).toMatch(/items' keys \(|items have no keys/);
    expect(said(two)).toMatch(doubt);
  });

  test.each([
    ["fewer", COUNT - 3],
    ["more", COUNT + 3],
  ])(
    "is refused if it holds %s, and warns of nothing that the refusal settles",
    async (...given) => {
      await start({ itemKeys });
      await machineIn(place, "one").publish(await filesOf("monday", { count: given[1] }), NAME);
      const two = machineIn(place, "two");
      const published = two.publish(await filesOf("friday"), NAME);
      await expect(published).rejects.toMatchObject({ code: "conflict" });
      expect(warnings(two)).toEqual([]);
      expect(storageGets()).toBe(0);
    },
  );

  test("is refused if this machine recorded other content, and looks at no item", async () => {
    await start({ itemKeys });
    await machineIn(place, "one").publish(await filesOf("monday"), NAME);
    const again = machineIn(place, "one");
    const published = again.publish(await filesOf("friday"), NAME);
    await expect(published).rejects.toMatchObject({ code: "conflict" });
    expect(storageGets()).toBe(0);
    expect(warnings(again)).toEqual([]);
  });
});

test.each([0, 1])(
  "has %i files read where its store shows the MD5s of as many items",
  async (n) => {
    await start({ itemKeys: "uuid", itemUrls: "unnamed" });
    const files = await filesOf("monday");
    await machineIn(place, "one").publish(files, NAME);
    const { avala } = machineIn(place, "two");
    const read: string[] = [];
    let shown = 0;
    const open: Avala["storage"]["open"] = async (request) => {
      const { headers, ...reply } = await avala.storage.open(request);
      shown += 1;
      return { ...reply, headers: { ...headers, ...(shown > n && { etag: '"1-2"' }) } };
    };
    const note = (path: string): void => {
      if (path.endsWith(".jpg")) read.push(path);
    };
    const disk: Avala["disk"] = {
      ...avala.disk,
      openToRead: (path) => (note(path), avala.disk.openToRead(path)),
      readWhole: (path, sizeBytes) => (note(path), avala.disk.readWhole(path, sizeBytes)),
    };
    const described = { name: NAME, slug: NAME, dataType: "image" as const };
    const found = await publishDataset(
      { ...avala, disk, storage: { ...avala.storage, open } },
      { dataset: described, files, ifExists: "verify" },
      { waitMs: () => 20_000 },
    );
    expect(found).toMatchObject({ outcome: "unverified" });
    expect(read).toHaveLength(n);
  },
);
