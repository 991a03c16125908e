// What items' keys and Avala's counts say of the files that were sent, in every form that either has.
import { isIndexed } from "../../src/files/media";
import type { Dataset } from "../../src/api/endpoints/dataset-wire";
import {
  compareItems,
  compareKeys,
  judgeHealth,
  type KeyTerms,
} from "../../src/operations/item-comparison";
import { matchKeys } from "../../src/operations/item-keys";
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
  ])("is %s", (_what, sent, keys, expected) => {
    expect(shown(sent, keys)).toEqual(expected);
  });
});

describe("keys held against the files", () => {
  const compare = (
    sent: readonly string[],
    keys: Keys,
    terms: Partial<KeyTerms> = {},
  ): ReturnType<typeof compareKeys> =>
    compareKeys(
      new Map(sent.map((path) => [path, 1])),
      keys.map((key, index) => ({ uid: `i${index}`, key, sizeBytes: undefined })),
      {
        isSequence: false,
        isMadeOfThem: true,
        isFileName: (key) => isIndexed(key, "image"),
        ...terms,
      },
    );
  const same = { missing: [], extra: [], wrongSize: [], unclear: 0 };
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
      "names of a dataset that is perhaps another's",
      ["0f3a.jpg", "77c1.jpg"],
      { isMadeOfThem: false },
      { ...same, missing: sent, extra: ["0f3a.jpg", "77c1.jpg"] },
    ],
    ["frames of such a one", ["frame-0.json"], { isMadeOfThem: false }, { ...same, unclear: 2 }],
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
  const health = { ingestOk: true, issues: [] };
  test.each([
    ["as many items", { ...health, itemCount: 3 }, { uncompared: 0 }],
    ["as many sequences", { ...health, itemCount: 30, sequenceCount: 3 }, { uncompared: 0 }],
    ["as many frames", { ...health, totalFrames: 3, sequenceCount: 1 }, { uncompared: 0 }],
    ["other counts", { ...health, itemCount: 2 }, { uncompared: 3, doubt: /2 items.*succeeded/ }],
    ["no counts", health, { uncompared: 3, doubt: /no counts/ }],
    [
      "no word of success",
      { ingestOk: false, issues: [], itemCount: 3 },
      { uncompared: 3, doubt: /has not succeeded/ },
    ],
    ["no health", undefined, { uncompared: 3, doubt: /no health/ }],
    [
      "an issue, and fewer",
      { ingestOk: false, issues: ["a.jpg is torn"], itemCount: 2, totalFrames: 0 },
      { uncompared: 3, lost: /2 items.*a\.jpg is torn/ },
    ],
    [
      "a failure, and as many",
      { ...health, ingestOk: false, itemCount: 3 },
      { uncompared: 3, doubt: /3 items/ },
    ],
  ])("%s", (_what, given, expected) => {
    const { uncompared, doubt = "", lost = "" } = judgeHealth(given, { sent: 3, unclear: 3 });
    const texts = { doubt: /^$/, lost: /^$/, ...expected };
    expect(uncompared).toBe(expected.uncompared);
    expect(doubt).toMatch(texts.doubt);
    expect(lost).toMatch(texts.lost);
  });
});

describe("a dataset's items over the API", () => {
  const dataset: Dataset = {
    ...{ uid: "d", name: "cats", slug: "cats", status: "created", itemCount: 1 },
    ...{ ownerName: "ada", dataType: "lidar" },
  };
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
    expect(await compareItems(avala, dataset, files)).toMatchObject({
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
    expect(await compareItems(avala, dataset, files)).toMatchObject({
      ...{ missing: [], extra: [], uncompared: 2 },
      doubt: expect.any(String) as string,
    });
  });

  test.each([
    ["frames that are counted and not listed are not missing", { sequence_count: 1 }, []],
    ["files that are counted and not listed are missing", {}, files.map(({ path }) => path)],
  ])("%s", async (_what, more, missing) => {
    const health = { ingest_ok: true, item_count: 2, issues: [], ...more };
    const { avala } = scripted([reply(200, { results: [] }), reply(200, health)]);
    const items = await compareItems(avala, dataset, files);
    expect(items).toMatchObject({ missing, uncompared: 0 });
  });
});
