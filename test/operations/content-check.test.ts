// What a store says of a dataset's items, held against local files: where it says nothing, nothing is known.
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Emulator } from "../../emulator";
import type { Dataset } from "../../src/api/endpoints/datasets/dataset-wire";
import { compareContents, type Expected } from "../../src/operations/publish/content-check";
import { UNTAGGED, type PlaceTag } from "../../src/upload/check/place-tag";
import { publishDataset } from "../../src/operations/publish/publish";
import type { UploadFile } from "../../src/upload/request";
import { sessionWith } from "../support/session";
import { startQuietly } from "../support/quiet-emulator";

let emulator: Emulator;
let folder: string;
let files: UploadFile[];
let dataset: Dataset;

beforeEach(async () => {
  emulator = await startQuietly();
  folder = await mkdtemp(join(tmpdir(), "contents-"));
  files = [await fileOf("a.jpg", "content of a"), await fileOf("b.jpg", "content of b")];
  const target = { dataset: { name: "s", slug: "s", dataType: "image" as const }, files };
  const { avala } = sessionWith(emulator);
  const options = { waitMs: () => 5000 };
  const result = await publishDataset(avala, { ...target, ifExists: "verify" }, options);
  if (!("dataset" in result)) throw new Error(result.outcome);
  dataset = result.dataset;
});
afterEach(async () => {
  await emulator.stop();
  await rm(folder, { recursive: true });
});

async function fileOf(path: string, text: string): Promise<UploadFile> {
  const absolutePath = join(folder, path);
  await writeFile(absolutePath, text);
  const sha256 = createHash("sha256").update(text).digest("hex");
  return { path, absolutePath, sizeBytes: text.length, sha256 };
}

const nothing = {
  same: new Set(),
  others: [],
  wrongSize: [],
  unshown: [],
  unlike: [],
  sized: [],
  resized: [],
};

test("how far it has come is said from the start to the end", async () => {
  const { avala, events } = sessionWith(emulator);
  await compareContents(avala, dataset, { files, owner: {} }, 5000);
  const said = events.filter(({ kind }) => kind === "compare-progress");
  const of = { kind: "compare-progress", name: dataset.name, filesTotal: 2 };
  expect(said).toEqual([
    { ...of, filesDone: 0 },
    { ...of, filesDone: 2 },
  ]);
});

test("the same content is the same, and other content is named, without the key", async () => {
  const { avala } = sessionWith(emulator);
  const open = jest.spyOn(avala.storage, "open");
  files[1] = await fileOf("b.jpg", "CONTENT OF B");
  expect(await compareContents(avala, dataset, { files, owner: {} }, 5000)).toEqual({
    same: new Set(["a.jpg"]),
    others: ["b.jpg"],
    wrongSize: [],
    unshown: [],
    unlike: [],
    sized: [],
    resized: [],
  });
  expect(open.mock.calls.map(([{ headers }]) => headers)).toEqual([
    { Range: "bytes=0-0" },
    { Range: "bytes=0-0" },
  ]);
});

test.each([true, false])(
  "another size is other content, on the disk or not: %s",
  async (isHere) => {
    const longer = [...files.slice(0, 1), await fileOf("b.jpg", "other content, and longer")];
    const named = longer.map(({ path, sizeBytes, sha256 }) => ({ path, sizeBytes, sha256 }));
    const { avala } = sessionWith(emulator);
    expect(
      await compareContents(avala, dataset, { files: isHere ? longer : named, owner: {} }, 5000),
    ).toEqual({
      ...nothing,
      ...(isHere ? { same: new Set(["a.jpg"]) } : {}),
      wrongSize: ["b.jpg"],
    });
    const target = { dataset: { name: "s", slug: "s", dataType: "image" as const }, files: longer };
    const again = publishDataset(avala, { ...target, ifExists: "verify" }, { waitMs: () => 5000 });
    await expect(again).rejects.toMatchObject({ code: "conflict" });
  },
);

test.each([
  ["refuses", { status: 403, body: "<Error/>" }],
  ["knows no ranges", { status: 200, body: "content of a" }],
  ["leads elsewhere", { status: 302, headers: { location: "http://127.0.0.1:1/" }, body: "" }],
  [
    "has ETags of its own kind",
    { status: 206, headers: { etag: `"${"0".repeat(32)}"` }, body: "c" },
  ],
])("of a store that %s nothing is known", async (_name, reply) => {
  emulator.setFault({ on: { target: "storage", method: "GET" }, times: 0, reply });
  expect(
    await compareContents(sessionWith(emulator).avala, dataset, { files, owner: {} }, 5000),
  ).toEqual(nothing);
});

describe("of what a name vouches for", () => {
  const named = async (
    headers: Record<string, string>,
    how: Pick<Expected, "tags" | "named">,
    status = 206,
  ): Promise<readonly string[]> => {
    const reply = { status, headers, body: "" };
    emulator.setFault({ on: { target: "storage", method: "GET" }, times: 0, reply });
    const { avala } = sessionWith(emulator);
    return (await compareContents(avala, dataset, { files, owner: {}, ...how }, 5000)).unshown;
  };
  const page = { "content-range": "bytes 0-0/5", "content-type": "text/html" };
  const tags = new Map<string, PlaceTag>([["a.jpg", UNTAGGED]]);

  test.each([
    ["a page in the place of each is a doubt", page, 206, ["a.jpg", "b.jpg"]],
    ["its total is its size where no range is given", { "content-range": "bytes */12" }, 416, []],
    [
      "nothing is there where that total is 0",
      { "content-range": "bytes */0" },
      416,
      ["a.jpg", "b.jpg"],
    ],
    ["nothing is there where there is no total", {}, 416, ["a.jpg", "b.jpg"]],
  ])("%s", async (_, headers, status, unshown) => {
    expect(
      await named(headers as Record<string, string>, { tags: new Map(), named: "all" }, status),
    ).toEqual(unshown);
  });

  test("a size is no doubt of a file whose reply has shown that it is kept", async () => {
    expect(await named(page, { tags, named: new Set(["b.jpg"]) })).toEqual(["a.jpg"]);
  });
});

test("a store that is asked for more than it takes is asked again", async () => {
  emulator.setFault({ on: { target: "storage", method: "GET" }, times: 3, throttled: true });
  const compared = compareContents(
    sessionWith(emulator).avala,
    dataset,
    { files, owner: {} },
    60_000,
  );
  expect(await compared).toEqual({ ...nothing, same: new Set(["a.jpg", "b.jpg"]) });
});

test.each([
  ["few", 2, {}],
  ["many", 200, {}],
  ["few, each after an hour", 2, { "Retry-After": "3600" }],
])("a store that takes no request at all is not asked to no end: %s", async (_, count, headers) => {
  const { avala, events } = sessionWith(emulator);
  const body = "<Error><Code>SlowDown</Code></Error>";
  const on = { target: "storage", method: "GET" } as const;
  emulator.setFault({ on, times: 0, reply: { status: 503, headers, body } });
  const open = jest.spyOn(avala.storage, "open");
  const names = Array.from({ length: count }, (__, index) => `${index}.jpg`);
  const many = await Promise.all(names.map((name) => fileOf(name, `content of ${name}`)));
  const url = `${emulator.storageUrl}/one`;
  const listed = names.map((key) => ({ key, url }));
  const expected = { files: many, owner: {}, listed };
  expect(await compareContents(avala, dataset, expected, 3_600_000)).toEqual(nothing);
  expect(open.mock.calls.length).toBeLessThanOrEqual(100);
  expect(events.filter(({ kind }) => kind === "warning")).toHaveLength(1);
});

test("a file of no bytes is compared like any other", async () => {
  const two = [await fileOf("empty.jpg", ""), await fileOf("full.jpg", "more content")];
  const described = { name: "two", slug: "two", dataType: "image" as const };
  const target = { dataset: described, files: two, ifExists: "verify" as const };
  for (const outcome of ["uploaded", "unchanged"]) {
    const { avala } = sessionWith(emulator);
    const found = await publishDataset(avala, target, { waitMs: () => 5000 });
    expect(found).toMatchObject({ outcome, unverified: 0 });
  }
});

test("previews are no other files because one of them has the size of its file by chance", async () => {
  const names = ["a.jpg", "b.jpg", "c.jpg"];
  const three = await Promise.all(names.map((name) => fileOf(name, `more content of ${name}`)));
  const described = { name: "three", slug: "three", dataType: "image" as const };
  const target = { dataset: described, files: three, ifExists: "verify" as const };
  const publish = () => publishDataset(sessionWith(emulator).avala, target, { waitMs: () => 5000 });
  await publish();
  for (const { path, sizeBytes } of three) {
    const size = path === "a.jpg" ? sizeBytes : 9_999;
    const headers = { etag: '"a-preview"', "content-range": `bytes 0-0/${size}` };
    const on = { target: "storage", method: "GET", path: `*${path}` } as const;
    emulator.setFault({ on, times: 0, reply: { status: 206, headers, body: "p" } });
  }
  expect(await publish()).toMatchObject({ outcome: "unverified", unverified: 3 });
});

test("a host that is not allowed is not asked", async () => {
  const { avala } = sessionWith(emulator);
  const elsewhere = { ...avala, allowStorageHosts: [] };
  const before = emulator.requests().filter(({ target }) => target === "storage").length;
  expect(await compareContents(elsewhere, dataset, { files, owner: {} }, 5000)).toEqual(nothing);
  expect(emulator.requests().filter(({ target }) => target === "storage")).toHaveLength(before);
});

test("a file that is not what its manifest says is an error", async () => {
  await writeFile(files[0]!.absolutePath, "CONTENT OF A");
  await expect(
    compareContents(sessionWith(emulator).avala, dataset, { files, owner: {} }, 5000),
  ).rejects.toMatchObject({
    code: "file_changed",
  });
});
