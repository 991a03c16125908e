// Of which files another size says nothing, since their items lead to scaled images: where these are images, and not what their
// files begin with.
import type { HttpStream } from "../../src/api/transport/transport";
import { beginLook } from "../../src/operations/items/store-hosts";
import { findUnexplained, type Compared } from "../../src/operations/publish/cut-short";
import { likenessOf } from "../../src/operations/publish/likeness";
import { machineIn } from "../support/machines";
import { useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
beforeEach(() => place.start());

const SIZE = 3000;
const datasetUid = "of-these";

type Reply = Pick<HttpStream, "status" | "headers"> & { readonly bytes: Buffer };
type Replies = (stored: Buffer, range: { first: number; last: number }) => Reply;

const right: Replies = (stored, { first, last }) => ({
  status: 206,
  headers: { "content-range": `bytes ${first}-${last}/${stored.length}` },
  bytes: stored.subarray(first, last + 1),
});

const missing: Replies = () => ({ status: 404, headers: {}, bytes: Buffer.alloc(0) });

interface Kept {
  readonly path: string;
  /** @default text that differs from file to file */
  readonly content?: Buffer;
  readonly keeps: "part" | "scaled" | Buffer;
  /** @default that of an image */
  readonly type?: string;
  readonly etag?: string;
  /** To what is asked once its size is known. */
  readonly replies?: Replies;
}

/** What is kept of a file that should have this content. */
function bytesKept(keeps: Kept["keeps"], content: Buffer): Buffer {
  if (typeof keeps !== "string") return keeps;
  return keeps === "part" ? content.subarray(0, SIZE / 2) : Buffer.alloc(SIZE / 2, "x");
}

/** The files of which a look explains no other size, and how often stores were asked after it. */
async function named(
  files: readonly Kept[],
): Promise<{ readonly paths: readonly string[]; readonly asked: number }> {
  const { avala } = machineIn(place, "one");
  const hosts = beginLook(avala, 60_000);
  let asked = 0;
  let isSized = false;
  const stores = new Map<string, Kept & { readonly bytes: Buffer }>();
  jest.spyOn(avala.storage, "open").mockImplementation(async ({ url, headers }) => {
    asked += 1;
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers?.["Range"] ?? "") ?? [];
    const { path, bytes, replies = right, etag = '"a"', ...kept } = stores.get(url)!;
    const { type = path.endsWith(".png") ? "image/png" : "image/jpeg" } = kept;
    const range = { first: Number(first), last: Number(last) };
    const reply = isSized ? replies(bytes, range) : right(bytes, range);
    return {
      status: reply.status,
      headers: { "content-type": type, etag, ...reply.headers },
      body: (async function* () {
        yield reply.bytes;
      })(),
    };
  });
  const compared: Compared[] = [];
  for (const one of files) {
    const { path, content = Buffer.alloc(SIZE, `content of ${path}`), keeps } = one;
    const file = await place.put(path, content);
    const url = new URL(path, place.emulator.storageUrl).href;
    stores.set(url, { ...one, bytes: bytesKept(keeps, content) });
    const looking = { hosts, datasetUid, canRead: false, isNamed: true };
    const likened = (await likenessOf(avala, { file, url }, looking))!;
    if (likened.likeness === "wrong-size") compared.push({ file, url, ...likened });
  }
  [asked, isSized] = [0, true];
  const found = await findUnexplained(avala, hosts, compared);
  return { paths: found.map(({ file }) => file.path), asked };
}

const scaled = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    path: `${String(index)}.jpg`,
    keeps: "scaled" as const,
  }));

test("one is named beside scaled images of another type", async () => {
  const { paths } = await named([...scaled(60), { path: "cut.png", keeps: "part" }]);
  expect(paths).toEqual(["cut.png"]);
});

test("of many scaled images few are asked for, also if one of them is not there", async () => {
  const [first, ...others] = scaled(200);
  const { paths, asked } = await named([{ ...first!, replies: missing }, ...others]);
  expect(paths).toEqual([]);
  expect(asked).toBeLessThan(60);
});

test("those that could not be compared are named where nothing shows what items lead to", async () => {
  const files = [0, 1].map((index) => ({ ...scaled(2)[index]!, replies: missing }));
  expect((await named(files)).paths).toHaveLength(2);
});

test("bytes of another range show nothing", async () => {
  const other: Replies = (stored) => right(stored, { first: 0, last: 1023 });
  const files = Array.from({ length: 12 }, (_, index) => ({
    ...{ path: `${String(index)}.jpg`, keeps: "part" as const, replies: other },
  }));
  expect((await named(files)).paths).toHaveLength(12);
});

const recordings = (keeps: Kept["keeps"], type: string): readonly Kept[] =>
  Array.from({ length: 9 }, (_, index) => ({ path: `${String(index)}.mcap`, keeps, type }));
const page = Buffer.from("<html>This file was blocked.</html>");

test.each<[what: string, files: readonly Kept[]]>([
  ["a page in the place of each recording", recordings(page, "text/html")],
  ["recordings without their beginnings", recordings("scaled", "application/octet-stream")],
  ["recordings behind other bytes", recordings(Buffer.alloc(SIZE + 1), "application/octet-stream")],
  [
    "images in the place of recordings of the same name for it",
    recordings("scaled", "image/x-raw"),
  ],
  [
    "a page in the place of each image",
    scaled(9).map((one) => ({ ...one, keeps: page, type: "text/html; charset=utf-8" })),
  ],
  [
    "a weak page in the place of an image, beside those that are right",
    [
      { ...scaled(1)[0]!, keeps: page, type: "text/html", etag: 'W/"a"' },
      { path: "right.jpg", keeps: Buffer.alloc(SIZE, "content of right.jpg") },
    ],
  ],
])("no other size is taken for that of a scaled image of %s", async (_, files) => {
  const { paths, asked } = await named(files);
  const wrong = files.filter(({ path }) => path !== "right.jpg").map(({ path }) => path);
  expect([paths, asked]).toEqual([wrong, 0]);
});

const white = (head: string, size: number): Buffer =>
  Buffer.concat([Buffer.from(head), Buffer.alloc(size - head.length, 255)]);

test("what is white and cut short is named", async () => {
  const content = white("large", SIZE);
  const one = { path: "0.bmp", type: "image/bmp", content, keeps: content.subarray(0, SIZE / 2) };
  expect((await named([one])).paths).toEqual(["0.bmp"]);
});

test.each<[what: string, more: Partial<Kept>]>([
  ["of another format", { type: "image/webp" }],
  ["of a format that browsers need not show", { type: "image/avif" }],
  ["that is white", { content: white("large", SIZE), keeps: white("small", SIZE / 2) }],
  ["that is larger", { keeps: Buffer.alloc(SIZE + 1, "x") }],
])("an image %s says nothing of the file", async (_, more) => {
  const { paths } = await named(scaled(9).map((one) => ({ ...one, ...more })));
  expect(paths).toEqual([]);
});
