// Which files may be cut short, by the end of what a store keeps of them: one whose items lead to scaled images has none.
import type { HttpStream } from "../../src/api/transport/transport";
import { kindOf } from "../../src/operations/items/store-evidence";
import { beginLook, evidenceOf } from "../../src/operations/items/store-hosts";
import { mayBeCutShort, type Smaller } from "../../src/operations/publish/cut-short";
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

/** What `mayBeCutShort` names of files, each with what its store keeps and how it replies; and how often stores were asked. */
async function named(
  files: readonly {
    readonly path: string;
    readonly keeps: "part" | "scaled";
    readonly replies?: Replies;
  }[],
): Promise<{ readonly paths: readonly string[]; readonly asked: number }> {
  const { avala } = machineIn(place, "one");
  const hosts = beginLook(avala, 60_000);
  const stores = new Map<string, { readonly bytes: Buffer; readonly replies: Replies }>();
  const smaller: Smaller[] = [];
  for (const { path, keeps, replies = right } of files) {
    const content = Buffer.alloc(SIZE, `content of ${path}`);
    const bytes = keeps === "part" ? content.subarray(0, SIZE / 2) : Buffer.alloc(SIZE / 2, "x");
    const file = await place.put(path, content);
    const url = new URL(path, place.emulator.storageUrl).href;
    stores.set(url, { bytes, replies });
    const evidence = evidenceOf(hosts, { url, datasetUid });
    const contentType = path.endsWith(".png") ? "image/png" : "image/jpeg";
    const kind = kindOf(evidence, path, { etag: '"a"', sizeBytes: bytes.length, contentType });
    smaller.push({ file, url, kind, storedBytes: bytes.length });
  }
  let asked = 0;
  jest.spyOn(avala.storage, "open").mockImplementation(async ({ url, headers }) => {
    asked += 1;
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers?.["Range"] ?? "") ?? [];
    const { bytes: stored, replies } = stores.get(url)!;
    const reply = replies(stored, { first: Number(first), last: Number(last) });
    return {
      ...reply,
      body: (async function* () {
        yield reply.bytes;
      })(),
    };
  });
  const found = await mayBeCutShort(avala, hosts, smaller);
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
