// What one host shows may hold for some of its items only: browsers show no TIFF, so its URL may lead to a converted file, and a
// bucket may begin to encrypt. Nothing is concluded from that of the others, and no other run is blamed for it.
import type { Avala } from "../../src/api/connection";
import {
  heldAtConfirm,
  killedAtConfirm,
  machineIn,
  versionOf,
  warnings,
  type Content,
  type Machine,
} from "../support/machines";
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
  names: readonly string[] = NAMES,
): Promise<Content> {
  return Promise.all(names.map((name) => place.put(name, Buffer.from(contentOf(name)))));
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

const original = (name: string): string => `content of ${name}`;
const typed =
  (typeOf: (path: string) => string) =>
  ({ path }: { path: string }) => ({ headers: { "content-type": typeOf(path) } });

/** A run whose file another one replaces by one of another size, before its confirm. */
async function replacedBeforeConfirm(names: readonly string[], hit: string) {
  const files = await filesOf(original, names);
  const held = heldAtConfirm();
  const machine = machineIn(place, "one", held.given);
  const result = machine.publish(files, NAME);
  await held.reached;
  await killedAtConfirm(place, await filesOf(changed(hit), names), NAME);
  held.letGo();
  return { machine, result };
}

describe("a file that alone has its suffix, among those that browsers show", () => {
  const SHOWN = ["a.jpg", "b.JPEG", "c.png", "d.webp", "e.gif"];

  test.each(SHOWN)("is seen to be another's: %s", async (hit) => {
    await start();
    const { result } = await replacedBeforeConfirm(SHOWN, hit);
    await expect(result).rejects.toMatchObject({
      code: "dataset",
      message: expect.stringContaining(hit) as string,
    });
  });

  const refused = { code: "conflict", message: expect.stringContaining("c.png") as string };

  test.each([
    ["in upper case, with a parameter", (suffix: string) => `IMAGE/${suffix}; q=1`],
    ["that says nothing, and that all have", () => "application/octet-stream"],
    ["that says nothing, as S3's own", () => "Binary/Octet-Stream"],
  ])("is seen to be other content under a type %s", async (_name, typeOf) => {
    await start();
    const names = ["a.webp", "b.gif", "c.png"];
    await machineIn(place, "one").publish(await filesOf(original, names), NAME);
    const elsewhere = machineIn(place, "two");
    changeReplies(
      elsewhere.avala,
      typed((path) => typeOf(path.slice(path.lastIndexOf(".") + 1))),
    );
    const files = await filesOf(changed("c.png"), names);
    await expect(elsewhere.publish(files, NAME)).rejects.toMatchObject(refused);
  });

  test("of a version is seen to be damaged", async () => {
    await start();
    const files = await filesOf(original, ["a.jpg", "c.png"]);
    await machineIn(place, "one").publish(files, versionOf(files));
    const elsewhere = machineIn(place, "two");
    const damaged = { etag: "0".repeat(32), headers: { "content-range": "bytes 0-0/7" } };
    changeReplies(elsewhere.avala, ({ path }) => (path.endsWith(".png") ? damaged : {}));
    await expect(elsewhere.publish(files, versionOf(files))).rejects.toMatchObject(refused);
  });

  test("is not under a type that is another in each reply", async () => {
    await start();
    const names = ["a.jpg", "b.jpg", "c.png"];
    await machineIn(place, "one").publish(await filesOf(original, names), NAME);
    const elsewhere = machineIn(place, "two");
    let count = 0;
    changeReplies(
      elsewhere.avala,
      typed(() => `image/x-${String(count++)}`),
    );
    const found = await elsewhere.publish(await filesOf(changed("c.png"), names), NAME);
    expect(found).toMatchObject({ outcome: "unverified", unverified: 1 });
  });
});

test("TIFFs that are shown converted under a type that says nothing are no other content", async () => {
  await start();
  const machine = machineIn(place, "one");
  changeReplies(
    machine.avala,
    typed(() => "application/octet-stream"),
  );
  const made = await machine.publish(await filesOf(), NAME);
  expect(made).toMatchObject({ outcome: "uploaded", unverified: 2 });
});

test("what an URL shows of a file is told where it may be another's or a preview", async () => {
  await start({ itemUrls: "original" });
  const { machine, result } = await replacedBeforeConfirm(NAMES.slice(0, 3), "s1.tif");
  expect(await result).toMatchObject({ outcome: "uploaded", unverified: 1 });
  expect(said(machine)).toMatch(
    /1 file of the dataset set.* another size and another ETag than .*s1\.tif/s,
  );
  expect(said(machine)).not.toContain("storage does not show");
});

describe("a dataset at a host that scales large images down, and leaves small ones as they are", () => {
  const SMALL_AND_LARGE = ["a.jpg", "b.jpg", "c.png", "d.jpg"];
  const contentOf = (name: string): string =>
    name === "a.jpg" ? "small" : `content of ${name}`.padEnd(3000, ".");

  test.each([
    ["is made under a fixed name", NAME, 3, ["uploaded", "unverified"], /may show previews/],
    ["is a version like any other", undefined, 0, ["uploaded", "unchanged"], /^$/],
  ] as const)("%s", async (_name, name, unverified, outcomes, words) => {
    await start({ itemUrls: "scaled" });
    const files = await filesOf(contentOf, SMALL_AND_LARGE);
    for (const [index, outcome] of outcomes.entries()) {
      const machine = machineIn(place, String(index));
      const found = await machine.publish(files, name ?? versionOf(files));
      expect(found).toMatchObject({ outcome, unverified });
      expect(said(machine)).not.toMatch(FALSE_WORDS);
      expect(said(machine)).toMatch(words);
    }
  });

  test.each([
    ["weak", "W/"],
    ["strong", ""],
  ])(
    "and leaves them the ETags of the files, made %s, is known to hold them",
    async (_, before) => {
      await start({ itemUrls: "original" });
      const files = await filesOf(contentOf, SMALL_AND_LARGE);
      for (const outcome of ["uploaded", "unchanged"]) {
        const machine = machineIn(place, outcome);
        const open = machine.avala.storage.open.bind(machine.avala.storage);
        jest.spyOn(machine.avala.storage, "open").mockImplementation(async (request) => {
          const reply = await open(request);
          const { etag = "", "content-range": range } = reply.headers;
          if (range !== "bytes 0-0/3000") return reply;
          const headers = { etag: `${before}${etag}`, "content-range": "bytes 0-0/1200" };
          return { ...reply, headers: { ...reply.headers, ...headers } };
        });
        const found = await machine.publish(files, NAME);
        expect(found).toMatchObject({ outcome, unverified: 0 });
        expect(said(machine)).toBe("");
      }
    },
  );

  test("is not refused since some have ETags that are no MD5s, unlike the others", async () => {
    await start({ itemUrls: "original" });
    const files = await filesOf(contentOf, SMALL_AND_LARGE);
    await machineIn(place, "one").publish(files, NAME);
    const elsewhere = machineIn(place, "two");
    const headers = { "content-range": "bytes 0-0/1200" };
    changeReplies(elsewhere.avala, ({ sizeBytes }) =>
      sizeBytes === 3000 ? { etag: "scaled", headers } : {},
    );
    const found = await elsewhere.publish(files, NAME);
    expect(found).toMatchObject({ outcome: "unverified", unverified: 3 });
  });

  test("is refused for a small image of other content, and for that alone", async () => {
    await start({ itemUrls: "scaled" });
    const names = [...SMALL_AND_LARGE, "e.jpg"];
    const withSmall = (text: string) => (name: string) =>
      name === "e.jpg" ? text : contentOf(name);
    await machineIn(place, "one").publish(await filesOf(withSmall("small 2"), names), NAME);
    const files = await filesOf(withSmall("small, and longer"), names);
    await expect(machineIn(place, "two").publish(files, NAME)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(/^(?!.*[bcd]\.(?:jpg|png)).*e\.jpg/s) as string,
    });
  });
});
