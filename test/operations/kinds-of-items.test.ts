// What one host shows may hold for some of its items only: browsers show no TIFF, so its URL may lead to a converted file, and a
// bucket may begin to encrypt. Nothing is concluded from that of the others, and no other run is blamed for it.
import type { Avala } from "../../src/api/connection";
import { machineIn, versionOf, warnings, type Content, type Machine } from "../support/machines";
import { changeReplies } from "../support/store-replies";
import { useUploadPlace } from "../support/upload-place";

const NAME = "set";
const FALSE_WORDS = /Another run|[Dd]elete/;
const CONVERTED = /returns other sizes for 2 files \(\.tif\): it may show previews/;
const place = useUploadPlace();
const said = (machine: Machine): string => warnings(machine).join("\n");
const start = (dialect: object = {}): Promise<void> =>
  place.start({
    dialect: { uploadReply: "form", itemUrls: "viewable", ...dialect },
    ingestMs: 0,
  });

const NAMES = ["a.jpg", "b.jpg", "s1.tif", "s2.tif"];

function filesOf(
  contentOf: (name: string) => string = (name) => `content of ${name}`,
): Promise<Content> {
  return Promise.all(NAMES.map((name) => place.put(name, Buffer.from(contentOf(name)))));
}

const changed = (which: string) => (name: string) =>
  `content of ${name}${name === which ? ", changed" : ""}`;

describe("a dataset whose TIFFs are shown converted, beside others that are not", () => {
  test("is made under a fixed name, and its TIFFs count as not compared", async () => {
    await start();
    const first = machineIn(place, "one");
    const made = await first.publish(await filesOf(), NAME);
    expect(made).toMatchObject({ outcome: "uploaded", unverified: 2 });
    const elsewhere = machineIn(place, "two");
    const found = await elsewhere.publish(await filesOf(), NAME);
    expect(found).toMatchObject({ outcome: "unverified", unverified: 2 });
    for (const machine of [first, elsewhere]) {
      expect(said(machine)).toMatch(CONVERTED);
      expect(said(machine)).not.toMatch(FALSE_WORDS);
    }
  });

  test("is a version like any other", async () => {
    await start();
    const files = await filesOf();
    for (const [who, outcome] of [
      ["one", "uploaded"],
      ["two", "unchanged"],
    ] as const) {
      const machine = machineIn(place, who);
      const found = await machine.publish(files, versionOf(files));
      expect(found).toMatchObject({ outcome, unverified: 0 });
      expect(said(machine)).toBe("");
    }
  });

  test("is refused for a file of another size that is not shown so, and for that alone", async () => {
    await start();
    await machineIn(place, "one").publish(await filesOf(), NAME);
    const published = machineIn(place, "two").publish(await filesOf(changed("b.jpg")), NAME);
    await expect(published).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(/^(?!.*\.tif).*b\.jpg/s) as string,
    });
  });

  test("is not refused for a TIFF of another size", async () => {
    await start();
    await machineIn(place, "one").publish(await filesOf(), NAME);
    const found = await machineIn(place, "two").publish(await filesOf(changed("s1.tif")), NAME);
    expect(found).toMatchObject({ outcome: "unverified", unverified: 2 });
  });

  test("is refused for a TIFF of another size where TIFFs are not shown so", async () => {
    await start({ itemUrls: "original" });
    await machineIn(place, "one").publish(await filesOf(), NAME);
    const published = machineIn(place, "two").publish(await filesOf(changed("s1.tif")), NAME);
    await expect(published).rejects.toMatchObject({
      message: expect.stringContaining("s1.tif") as string,
    });
  });

  test("is not said to hold other files where items have names of the server's own", async () => {
    await start({ itemKeys: "uuid" });
    await machineIn(place, "one").publish(await filesOf(), NAME);
    const elsewhere = machineIn(place, "two");
    const found = await elsewhere.publish(await filesOf(), NAME);
    expect(found).toMatchObject({ outcome: "unverified" });
    expect(said(elsewhere)).not.toMatch(FALSE_WORDS);
  });
});

/** Of a path that has it, the type of a rendition, and another size. */
function scaledDown(avala: Avala, name: string): void {
  const headers = { "content-type": "image/webp", "content-range": "bytes 0-0/7" };
  changeReplies(avala, ({ path }) => (path.endsWith(name) ? { etag: "a-preview", headers } : {}));
}

test("an image that is shown in another type than the others of its suffix is no other content", async () => {
  await start();
  const files = await filesOf();
  await machineIn(place, "one").publish(files, NAME);
  const elsewhere = machineIn(place, "two");
  scaledDown(elsewhere.avala, "b.jpg");
  const found = await elsewhere.publish(files, NAME);
  expect(found).toMatchObject({ outcome: "unverified", unverified: 3 });
});
