// What items' keys and Avala's counts say of the files that were sent, in every form that either has.
import { isIndexed } from "../../src/files/media";
import type { Dataset } from "../../src/api/endpoints/datasets/dataset-wire";
import type { DatasetHealth } from "../../src/api/endpoints/datasets/dataset-health";
import { compareItems } from "../../src/operations/items/compare-items";
import { concludeItems, type Look } from "../../src/operations/items/item-comparison";
import { judgeCounts, sequencesOf } from "../../src/operations/items/item-counts";
import { matchKeys } from "../../src/operations/items/item-keys";
import { compareKeys } from "../../src/operations/items/key-comparison";
import { BASE, reply, scripted } from "../support/scripted-transport";

type Keys = readonly (string | undefined)[];

describe("what a key stands for", () => {
  const shown = (sent: readonly string[], keys: Keys): readonly string[] =>
    matchKeys(sent, keys).map((match) => (match.kind === "path" ? match.path : match.kind));

  test.each<[string, readonly string[], Keys, readonly string[]]>([
    ["the path", ["a/x.jpg", "y.jpg"], ["y.jpg", "a/x.jpg"], ["y.jpg", "a/x.jpg"]],
    ["its last part", ["a/x.jpg", "b/y.jpg"], ["x.jpg", "y.jpg"], ["a/x.jpg", "b/y.jpg"]],
    ["the path below a root", ["a/x.jpg"], ["__u__=/7/set/a/x.jpg"], ["a/x.jpg"]],
    ["nothing, without a slash", ["a/x.jpg"], ["ax.jpg", "ba/x.jpg"], ["none", "none"]],
    ["one of two names", ["a/x.jpg", "b/x.jpg"], ["x.jpg", "x.jpg"], ["unclear", "unclear"]],
    ["what another claims too", ["x.jpg"], ["a/x.jpg", "b/x.jpg"], ["unclear", "unclear"]],
    ["a second file of one path", ["x.jpg"], ["x.jpg", "x.jpg"], ["x.jpg", "none"]],
    [
      "nothing below a root, where paths are kept",
      ["x.jpg", "y.jpg"],
      ["x.jpg", "old/y.jpg"],
      ["x.jpg", "none"],
    ],
    [
      "no last part, where folders are kept",
      ["a/x.jpg", "b/y.jpg"],
      ["a/x.jpg", "y.jpg"],
      ["a/x.jpg", "none"],
    ],
    ["nothing, where there is none", ["x.jpg"], [undefined], ["unclear"]],
    [
      "the path below the dataset's name, though one key equals another path",
      ["a.jpg", "train/a.jpg"],
      ["train/a.jpg", "train/train/a.jpg"],
      ["a.jpg", "train/a.jpg"],
    ],
    [
      "the same where one is missing and a foreign one is there",
      ["a.jpg", "train/a.jpg", "b.jpg", "c.jpg"],
      ["train/a.jpg", "train/train/a.jpg", "train/c.jpg", "train/old.jpg"],
      ["a.jpg", "train/a.jpg", "c.jpg", "none"],
    ],
    [
      "the path without its first folder, though one key equals another path",
      ["v/a.jpg", "v/v/a.jpg"],
      ["a.jpg", "v/a.jpg"],
      ["v/a.jpg", "v/v/a.jpg"],
    ],
    [
      "the path below a folder of each item's own",
      ["a/x.jpg", "b/y.jpg"],
      ["k1/a/x.jpg", "k2/b/y.jpg"],
      ["a/x.jpg", "b/y.jpg"],
    ],
  ])("is %s", (_what, sent, keys, expected) => {
    expect(shown(sent, keys)).toEqual(expected);
  });
});

describe("keys held against the files", () => {
  type KeyTerms = Parameters<typeof compareKeys>[2];
  const compare = (
    sent: readonly string[],
    keys: Keys,
    terms: Partial<KeyTerms> = {},
  ): ReturnType<typeof compareKeys> => {
    const byKeys = compareKeys(
      new Map(sent.map((path) => [path, 1])),
      keys.map((key, index) => ({ uid: `i${index}`, key, sizeBytes: undefined })),
      {
        isSequence: false,
        isFileName: (key) => isIndexed(key, "image"),
        ...terms,
      },
    );
    return { ...byKeys, open: { altered: [], unclear: [] }, unmatched: undefined };
  };
  const same = {
    ...{ missing: [], extra: [], wrongSize: [], unclear: 0 },
    ...{ altered: [], repeated: [], open: { altered: [], unclear: [] } },
  };
  const sent = ["a/x.jpg", "b/y.jpg"];

  test.each<[string, Keys, Partial<KeyTerms>, object]>([
    ["equal", ["a/x.jpg", "b/y.jpg"], {}, same],
    ["names", ["x.jpg", "y.jpg"], {}, same],
    ["a file that is not there", ["a/x.jpg"], {}, { ...same, missing: ["b/y.jpg"] }],
    ["no items", [], {}, { ...same, missing: sent }],
    [
      "another file beside them",
      ["a/x.jpg", "b/y.jpg", "old.png"],
      {},
      { ...same, extra: ["old.png"] },
    ],
    [
      "another in its place",
      ["a/x.jpg", "z.jpg"],
      {},
      { ...same, missing: ["b/y.jpg"], extra: ["z.jpg"] },
    ],
    [
      "one without a key beside them",
      ["a/x.jpg", "b/y.jpg", undefined],
      {},
      { ...same, extra: ["the item i2"] },
    ],
    ["no keys", [undefined, undefined], {}, { ...same, unclear: 2 }],
    ["one key of two", ["a/x.jpg", undefined], {}, { ...same, unclear: 1 }],
    ["frames", ["frame-0.json", "frame-1.json"], {}, { ...same, unclear: 2 }],
    ["names that the server made", ["0f3a.jpg", "77c1.jpg"], {}, { ...same, unclear: 2 }],
    [
      "a key that is percent-encoded",
      ["a/x.jpg", "b%2Fy.jpg"],
      {},
      { ...same, altered: ["b%2Fy.jpg for b/y.jpg"] },
    ],
    [
      "a key in another case and of another suffix",
      ["a/x.jpg", "b/Y.png"],
      {},
      { ...same, altered: ["b/Y.png for b/y.jpg"] },
    ],
    [
      "another file beside one that is spelled otherwise",
      ["a/X.jpg", "b/Y.png", "old.jpg"],
      {},
      { ...same, altered: ["a/X.jpg for a/x.jpg", "b/Y.png for b/y.jpg"], extra: ["old.jpg"] },
    ],
    ["one listed twice", ["a/x.jpg", "b/y.jpg", "b/y.jpg"], {}, { ...same, repeated: ["b/y.jpg"] }],
    [
      "frames beside the files of a sequence",
      ["a/x.jpg", "b/y.jpg", "frame-0.json"],
      { isSequence: true },
      same,
    ],
    [
      "a file of another run in a sequence",
      ["a/x.jpg", "b/y.jpg", "c/old.jpg"],
      { isSequence: true },
      { ...same, extra: ["c/old.jpg"] },
    ],
  ])("%s", (_what, keys, terms, expected) => {
    expect(compare(sent, keys, terms)).toEqual(expected);
  });

  test("names of two folders that can't be told apart are not missing, and a third is", () => {
    const files = ["a/x.jpg", "b/x.jpg", "c/z.jpg"];
    expect(compare(files, ["x.jpg", "x.jpg"])).toEqual({
      ...same,
      missing: ["c/z.jpg"],
      unclear: 2,
    });
  });
});

describe("counts in the place of keys", () => {
  const health: DatasetHealth = { ingestOk: true, issues: [] };
  type Given = readonly [dataType: string, listed: number | undefined, Partial<DatasetHealth>];

  test.each<[string, Given, string]>([
    ["as many images", ["image", 3, { itemCount: 3 }], "equal"],
    ["as many images, of which no list shows any", ["image", undefined, { itemCount: 3 }], "equal"],
    ["as many videos", ["video", 30, { itemCount: 30, sequenceCount: 3 }], "equal"],
    ["as many frames of video", ["video", 3, { itemCount: 3, sequenceCount: 1 }], "unknown"],
    ["as many frames of lidar", ["lidar", 3, { totalFrames: 3, sequenceCount: 1 }], "equal"],
    ["as many folders of lidar", ["lidar", 9, { totalFrames: 9, sequenceCount: 3 }], "unknown"],
    ["as many sequences of mcap", ["mcap", 9, { itemCount: 9, sequenceCount: 3 }], "unknown"],
    ["no counts", ["image", 3, {}], "unknown"],
    ["no word of success", ["image", 3, { ingestOk: false, itemCount: 3 }], "unknown"],
    ["fewer images, by both counts", ["image", 2, { itemCount: 2 }], "fewer"],
    ["fewer images, by one count", ["image", 3, { itemCount: 2 }], "unknown"],
    ["more images, by both counts", ["image", 4, { itemCount: 4 }], "more"],
    ["fewer frames of lidar", ["lidar", 2, { totalFrames: 2, sequenceCount: 1 }], "unknown"],
    [
      "an issue, and fewer",
      ["lidar", 2, { ingestOk: false, issues: ["a.jpg is torn"], itemCount: 2, totalFrames: 0 }],
      "fewer",
    ],
  ])("%s", (_what, [dataType, listed, more], kind) => {
    const known = { ...health, ...more };
    const sequences = sequencesOf({ dataType }, known);
    const counts = { sent: 3, listed, dataType, sequences, health: known };
    expect(judgeCounts(counts)).toMatchObject({ kind });
  });

  test("no health", () => {
    const counts = { sent: 3, listed: 1, dataType: "image", sequences: "none" } as const;
    expect(judgeCounts({ ...counts, health: undefined })).toEqual({ kind: "unknown" });
  });
});

describe("what a look shows of a dataset that is known to be made of the files", () => {
  const conclude = (
    keys: Keys | undefined,
    health?: Partial<DatasetHealth>,
    { dataType = "image", sizes = [] as readonly number[] } = {},
  ): ReturnType<typeof concludeItems> => {
    const look: Look = {
      dataset: { dataType },
      items: keys?.map((key, index) => ({ uid: `i${index}`, key, sizeBytes: sizes[index] })),
      health: health && { ingestOk: true, issues: [], ...health },
    };
    const files = new Map([...["a", "b", "c"]].map((name) => [`${name}.jpg`, 5]));
    return concludeItems(files, look, { isMadeOfThese: true });
  };
  const clean = { missing: [], extra: [], wrongSize: [] };

  test.each<[string, () => ReturnType<typeof concludeItems>, object]>([
    [
      "as many items as files, without keys, is shown by the counts",
      () => conclude([undefined, undefined, undefined], { itemCount: 3 }),
      { ...clean, uncompared: 0 },
    ],
    [
      "fewer items than files, without keys, is proven by the counts",
      () => conclude([undefined], { itemCount: 1 }),
      { ...clean, lost: expect.stringMatching(/lists 1 item.*for 3 files/) as string },
    ],
    [
      "more items than files, without keys, is proven by the counts",
      () => conclude([undefined, undefined, undefined, undefined], { itemCount: 4 }),
      { ...clean, surplus: expect.stringMatching(/lists 4 items/) as string },
    ],
    [
      "fewer items than files, without health, can't be told",
      () => conclude([undefined]),
      { ...clean, uncompared: 3, doubt: expect.stringMatching(/no health/) as string },
    ],
    [
      "keys like none of the files are compared by the counts",
      () => conclude(["1.jpg", "2.jpg", "3.jpg"], { itemCount: 3 }),
      { ...clean, uncompared: 0 },
    ],
    [
      "keys like none of the files, of other sizes, are other files",
      () => conclude(["1.jpg", "2.jpg", "3.jpg"], { itemCount: 3 }, { sizes: [5, 5, 6] }),
      { ...clean, lost: expect.stringMatching(/differ in size/) as string },
    ],
    [
      "a file that is counted and not listed can't be told",
      () => conclude(["a.jpg", "b.jpg"], { itemCount: 3 }),
      { ...clean, uncompared: 1, doubt: expect.stringMatching(/c\.jpg/) as string },
    ],
    [
      "a file that is neither counted nor listed is missing",
      () => conclude(["a.jpg", "b.jpg"], { itemCount: 2 }),
      { ...clean, missing: ["c.jpg"], uncompared: 0 },
    ],
    [
      "a key that is spelled otherwise can't be told, and is named",
      () => conclude(["a.jpg", "b.jpg", "C.JPG"]),
      { ...clean, uncompared: 1, doubt: expect.stringMatching(/C\.JPG for c\.jpg/) as string },
    ],
    [
      "a key that is listed twice can't be told where the counts fit",
      () => conclude(["a.jpg", "b.jpg", "c.jpg", "c.jpg"], { itemCount: 3 }),
      { ...clean, uncompared: 1, doubt: expect.stringMatching(/c\.jpg/) as string },
    ],
    [
      "a key that is listed twice is another file where they don't",
      () => conclude(["a.jpg", "b.jpg", "c.jpg", "c.jpg"], { itemCount: 4 }),
      { ...clean, extra: ["c.jpg"] },
    ],
    [
      "items that can't be listed are compared by the counts",
      () => conclude(undefined, { itemCount: 3 }),
      { ...clean, uncompared: 0 },
    ],
    [
      "items that can't be listed, without health, can't be told",
      () => conclude(undefined),
      { ...clean, uncompared: 3, doubt: expect.stringMatching(/does not list them/) as string },
    ],
    [
      "counts that fit vouch for nothing while Avala reports issues, which are shown",
      () => conclude([undefined, undefined, undefined], { itemCount: 3, issues: ["b is torn"] }),
      { ...clean, uncompared: 3, doubt: expect.stringMatching(/b is torn/) as string },
    ],
    [
      "recordings that are listed under sequences only can't be told",
      () => conclude([], { itemCount: 9, sequenceCount: 5 }, { dataType: "mcap" }),
      { ...clean, uncompared: 3, doubt: expect.stringMatching(/5 sequences/) as string },
    ],
    [
      "videos that are not listed, without health, can't be told",
      () => conclude([], undefined, { dataType: "video" }),
      { ...clean, uncompared: 3 },
    ],
    [
      "images that are not listed, without health, are missing",
      () => conclude([]),
      { ...clean, missing: ["a.jpg", "b.jpg", "c.jpg"], uncompared: 0 },
    ],
  ])("%s", (_what, act, expected) => {
    expect(act()).toMatchObject(expected);
  });
});

describe("what a look shows of a dataset that others may have made", () => {
  type Given = {
    readonly sizes?: readonly number[];
    readonly count?: number;
    readonly totalBytes?: number;
  };
  const files = new Map([
    ["day2/1.jpg", 5],
    ["day2/2.jpg", 6],
    ["day2/3.jpg", 7],
  ]);
  const conclude = (
    keys: Keys | undefined,
    { sizes = [], count = keys?.length ?? 3, totalBytes }: Given = {},
    sent: ReadonlyMap<string, number> = files,
  ): ReturnType<typeof concludeItems> => {
    const look: Look = {
      dataset: { dataType: "image", sizeBytes: totalBytes },
      items: keys?.map((key, index) => ({ uid: `i${index}`, key, sizeBytes: sizes[index] })),
      health: { ingestOk: true, issues: [], itemCount: count },
    };
    return concludeItems(sent, look, { isMadeOfThese: false });
  };
  const uuid = (n: number): string => `0b1c2d3e-0000-4000-8000-00000000000${n}.jpg`;
  const others = ["day1/1.png", "day1/4.png", "day1/5.png"];
  const paths = [...files.keys()];

  test.each<[string, () => ReturnType<typeof concludeItems>]>([
    ["as many", () => conclude(others)],
    ["of known sizes", () => conclude(others, { sizes: [5, 6, 8] })],
    ["more", () => conclude([...others, "day1/6.png"])],
    ["fewer", () => conclude(others.slice(1))],
    ["of the same sizes, as files of one size have", () => conclude(others, { sizes: [5, 5, 5] })],
  ])("files of other names are other files: %s", (_what, act) => {
    const { missing, extra, doubt } = act();
    expect(missing).toEqual(paths);
    expect(extra).toEqual(expect.arrayContaining(others.slice(1)));
    expect(doubt).toBeUndefined();
  });

  test("files of one size under other names are other files, whatever the list says of sizes", () => {
    const even = new Map(paths.map((path) => [path, 5]));
    expect(conclude(others, { sizes: [5, 5, 5] }, even)).toMatchObject({ missing: paths });
  });

  test("names that are times are files' names, as long as they are", () => {
    const times = [1, 2, 3].map((n) => `153188353041247${n}.jpg`);
    expect(conclude(times)).toMatchObject({ missing: paths, extra: times });
  });

  test("names that a server draws are other files where the files have such names too", () => {
    const drawn = new Map([1, 2, 3].map((n) => [uuid(n), 5]));
    expect(conclude([4, 5, 6].map(uuid), {}, drawn)).toMatchObject({
      missing: [1, 2, 3].map(uuid),
      extra: [4, 5, 6].map(uuid),
    });
  });

  test.each<[string, Keys | undefined, Given, RegExp]>([
    ["names that a server draws", [1, 2, 3].map(uuid), {}, /none of its items' keys \(0b1c.*\)/],
    ["frames", ["frame-0.json", "frame-1.json", "frame-2.json"], {}, /keys \(frame-0\.json/],
    ["no keys", [undefined, undefined, undefined], {}, /items have no keys/],
    ["no list", undefined, {}, /does not list its items/],
    ["other names and the very sizes", others, { sizes: [7, 5, 6] }, /may have renamed them/],
    [
      "no keys, and other bytes in all",
      [undefined, undefined, undefined],
      { totalBytes: 9 },
      /is of 9 bytes, .* of 18 bytes/,
    ],
  ])("can't be told by %s, and as many items show nothing", (_what, keys, given, doubt) => {
    expect(conclude(keys, given)).toMatchObject({
      ...{ missing: [], extra: [], uncompared: 3 },
      doubt: expect.stringMatching(doubt) as string,
    });
  });

  test.each<[string, Keys, Given, RegExp]>([
    ["fewer", [uuid(1)], {}, /lists 1 item.*none of its items' keys \(0b1c/],
    ["of other sizes", [1, 2, 3].map(uuid), { sizes: [5, 6, 8] }, /differ in size/],
  ])("items with names that a server draws are other files where there are %s", (...given) => {
    const [, keys, more, lost] = given;
    expect(conclude(keys, more)).toMatchObject({ lost: expect.stringMatching(lost) as string });
  });

  test("files of the same names in another folder are other files", () => {
    const keys = ["day1/1.png", "day1/2.jpg", "day1/3.jpg"];
    expect(conclude(keys)).toMatchObject({ missing: paths, extra: keys });
  });

  test("a file of no key's name is extra beside names that several files share", () => {
    const sent = new Map(["a/x.jpg", "b/x.jpg", "c/z.jpg"].map((path) => [path, 5]));
    expect(conclude(["x.jpg", "x.jpg", "old.jpg"], {}, sent)).toMatchObject({
      ...{ missing: ["c/z.jpg"], extra: ["old.jpg"] },
    });
  });
});

describe("of image_3d, whose suffixes are not documented", () => {
  const conclude = (sent: readonly string[], keys: readonly string[]) =>
    concludeItems(
      new Map(sent.map((path) => [path, 5])),
      {
        dataset: { dataType: "image_3d" },
        items: keys.map((key, index) => ({ uid: `i${index}`, key, sizeBytes: undefined })),
        health: undefined,
      },
      { isMadeOfThese: false },
    );

  test("a file can't be told that became no item, as no other of its suffix did", () => {
    const { missing, uncompared, doubt } = conclude(["a.png", "b.vol", "c.vol"], ["a.png"]);
    expect({ missing, uncompared }).toEqual({ missing: [], uncompared: 2 });
    expect(doubt).toContain("b.vol, c.vol");
  });

  test("a file is missing that became no item, where another of its suffix did", () => {
    const { missing, uncompared } = conclude(["a.nii.gz", "b.nii.gz"], ["a.nii.gz"]);
    expect({ missing, uncompared }).toEqual({ missing: ["b.nii.gz"], uncompared: 0 });
  });

  test("all files are missing where none became an item", () => {
    expect(conclude(["a.vol"], []).missing).toEqual(["a.vol"]);
  });
});

describe("a dataset's items over the API", () => {
  const dataset: Dataset = {
    ...{ uid: "d", name: "cats", slug: "cats", status: "created", itemCount: 1 },
    ...{ ownerName: "ada", dataType: "lidar" },
  };
  // Right after its confirm.
  const confirmed = { isMadeOfThese: true };
  const files = ["a/0.alp", "a/1.alp"].map((path) => ({ path, sizeBytes: 1 }));

  test("an item that stands on two pages, as one was added meanwhile, is one item", async () => {
    const item = (uid: string, key: string): object => ({ uid, key });
    const { avala, requests } = scripted([
      reply(200, {
        results: [item("1", "a/1.alp")],
        next: `${BASE}/datasets/ada/cats/items/?cursor=2`,
      }),
      reply(200, { results: [item("1", "a/1.alp"), item("0", "a/0.alp")], next: null }),
    ]);
    const items = await compareItems(avala, dataset, files);
    expect(items).toEqual({ missing: [], extra: [], wrongSize: [], uncompared: 0 });
    expect(requests).toHaveLength(2);
  });

  test("frames are compared by Avala's counts, which one more call returns", async () => {
    const frames = {
      results: [
        { uid: "f", key: null },
        { uid: "g", key: "frame-1.json" },
      ],
    };
    const health = {
      ingest_ok: true,
      item_count: 2,
      sequence_count: 1,
      total_frames: 2,
      issues: [],
    };
    const { avala, requests } = scripted([reply(200, frames), reply(200, health)]);
    expect(await compareItems(avala, dataset, files, confirmed)).toMatchObject({
      missing: [],
      extra: [],
      uncompared: 0,
    });
    expect(requests[1]?.url).toBe(`${BASE}/datasets/ada/cats/health/`);
  });

  test("health that may not be read leaves them uncompared, and is no error", async () => {
    const { avala } = scripted([
      reply(200, { results: [{ uid: "f", key: null }] }),
      reply(403, {}),
    ]);
    expect(await compareItems(avala, dataset, files, confirmed)).toMatchObject({
      ...{ missing: [], extra: [], uncompared: 2 },
      doubt: expect.any(String) as string,
    });
  });

  test.each([
    ["frames that are counted and not listed are not missing", { sequence_count: 1 }, 0],
    ["files that are counted and not listed can't be told", {}, 2],
  ])("%s", async (_what, more, uncompared) => {
    const health = { ingest_ok: true, item_count: 2, issues: [], ...more };
    const { avala } = scripted([reply(200, { results: [] }), reply(200, health)]);
    const items = await compareItems(avala, dataset, files, confirmed);
    expect(items).toMatchObject({ missing: [], uncompared });
  });

  const images = ["a.jpg", "b.jpg"].map((path) => ({ path, sizeBytes: 1 }));
  const imageSet: Dataset = { ...dataset, dataType: "image", itemCount: 2 };
  const listed = (...keys: readonly (string | null)[]): ReturnType<typeof reply> =>
    reply(200, { results: keys.map((key, index) => ({ uid: String(index), key })) });
  const counts = (itemCount: number, isDone = true): ReturnType<typeof reply> =>
    reply(200, { ingest_ok: isDone, item_count: itemCount, issues: isDone ? [] : ["pending"] });

  test.each([
    ["other files, unless more is said", {}, ["a.jpg", "b.jpg"], ["1.jpg", "2.jpg"]],
    ["the server's if it is known to be made of these", confirmed, [], []],
  ])("names like none of the paths are %s", async (_what, options, missing, extra) => {
    const { avala } = scripted([listed("1.jpg", "2.jpg"), counts(2)]);
    const items = await compareItems(avala, imageSet, images, options);
    expect(items).toMatchObject({ missing, extra, uncompared: 0 });
  });

  test("a list that lags behind the counts is read again", async () => {
    const { avala, clock, requests } = scripted([
      ...[listed(), counts(2), listed("a.jpg"), counts(2)],
      listed("a.jpg", "b.jpg"),
    ]);
    const items = await clock.run(compareItems(avala, imageSet, images));
    expect(items).toEqual({ missing: [], extra: [], wrongSize: [], uncompared: 0 });
    expect(requests).toHaveLength(5);
  });

  test("counts that rise are read again, and those that stand still are believed", async () => {
    const rising = [0, 1, 2].flatMap((count) => [listed(null, null), counts(count, count === 2)]);
    const first = scripted(rising);
    const items = await first.clock.run(compareItems(first.avala, imageSet, images, confirmed));
    expect(items).toMatchObject({ uncompared: 0 });
    expect(items.lost).toBeUndefined();
    const { avala, clock, requests } = scripted([
      (request) =>
        Promise.resolve(request.url.includes("health") ? counts(1, false) : listed(null)),
    ]);
    const standing = await clock.run(
      compareItems(avala, { ...imageSet, itemCount: 1 }, images, confirmed),
    );
    expect(standing.lost).toMatch(/1 item of 2 files/);
    expect(requests).toHaveLength(6);
  });

  test("a list that goes on lagging is read for as long as the caller waits, a minute at most", async () => {
    const { avala, clock } = scripted([
      (request) => Promise.resolve(request.url.includes("health") ? counts(2) : listed("a.jpg")),
    ]);
    const startMs = clock.now();
    expect(await clock.run(compareItems(avala, imageSet, images))).toMatchObject({ uncompared: 1 });
    expect(clock.now() - startMs).toBeLessThanOrEqual(60_000);
    const untilMs = clock.now() + 5000;
    await clock.run(compareItems(avala, imageSet, images, { waitMs: 5000 }));
    expect(clock.now()).toBeLessThanOrEqual(untilMs);
  });

  test.each([400, 404, 500])(
    "health that is a %i leaves them uncompared, and is no error",
    async (status) => {
      const { avala, clock } = scripted([listed(null, null), reply(status, { detail: "no" })]);
      const items = await clock.run(compareItems(avala, imageSet, images, confirmed));
      expect(items).toMatchObject({ missing: [], extra: [], uncompared: 2 });
    },
  );

  test("a count of health that counts nothing is not a count", async () => {
    const health = { ingest_ok: true, item_count: 2, sequence_count: -1, issues: null };
    const { avala } = scripted([listed(null, null), reply(200, health)]);
    expect(await compareItems(avala, imageSet, images, confirmed)).toMatchObject({ uncompared: 0 });
  });

  test.each([400, 403, 404])("items that are a %i are compared by the counts", async (status) => {
    const { avala } = scripted([
      ({ url }) =>
        Promise.resolve(
          url.endsWith("/health/") ? counts(2) : reply(status, { detail: "Use sequences." }),
        ),
    ]);
    expect(await compareItems(avala, imageSet, images, confirmed)).toMatchObject({ uncompared: 0 });
  });

  test("items of an owner that no path can name are uncompared, and no error", async () => {
    const { avala } = scripted([reply(200, { uid: "u-ada" })]);
    const items = await compareItems(
      avala,
      { ...imageSet, ownerName: undefined },
      images,
      confirmed,
    );
    expect(items).toMatchObject({ missing: [], extra: [], uncompared: 2 });
  });
});
