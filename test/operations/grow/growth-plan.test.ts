import {
  planGrowth,
  type HeldEntry,
  type Increment,
} from "../../../src/operations/grow/growth-plan";
import type { ManifestEntry } from "../../../src/files/manifest/manifest";

const sumOf = (text: string): string => Buffer.from(text.padEnd(32, ".")).toString("hex");

/** A declared file: its content is a word. */
const file = (path: string, content: string): ManifestEntry => ({
  path,
  sizeBytes: content.length,
  sha256: sumOf(content),
});

let count = 0;
function increment(
  number: number,
  entries: readonly HeldEntry[],
  more: { uid?: string; createdAt?: string } = {},
): Increment {
  const uid = more.uid ?? `ds-${(count += 1)}`;
  const name = `set-000${number}`;
  const dataset = { uid, name, slug: name, status: "created", itemCount: entries.length };
  return {
    number,
    shortDigest: "0".repeat(12),
    dataset: { ...dataset, createdAt: more.createdAt },
    entries,
  };
}

const planned = (files: readonly ManifestEntry[], ...increments: readonly Increment[]) => {
  const { toSend, ...rest } = planGrowth(files, increments);
  return { ...rest, toSend: toSend.map(({ path }) => path) };
};

const none = {
  ...{ current: [], toSend: [], superseded: [], moved: [] },
  ...{ unverified: [], postponed: [] },
};

describe("a growing set", () => {
  const a = file("a", "one");
  const first = increment(1, [a], { uid: "first" });
  const current = { path: "a", itemPath: "a", sha256: a.sha256, datasetUid: "first" };

  test("sends what it does not hold, and holds what it does", () => {
    const b = file("b", "two");
    expect(planned([b, a], first)).toEqual({ ...none, current: [current], toSend: ["b"] });
    expect(planned([a], first)).toEqual({ ...none, current: [current] });
    expect(planned([b, a])).toEqual({ ...none, toSend: ["a", "b"] });
  });

  test("knows content by the digits that an unpacked manifest keeps", () => {
    const kept = increment(1, [{ ...a, sha256: a.sha256.slice(0, 20) }], { uid: "first" });
    expect(planned([a], kept).current).toEqual([current]);
  });

  test("sends a changed file, and names the item that it leaves behind", () => {
    expect(planned([file("a", "new")], first)).toEqual({
      ...none,
      toSend: ["a"],
      superseded: [{ path: "a", datasetUid: "first", why: "changed" }],
    });
  });

  test("finds content that came back in the older increment", () => {
    const second = increment(2, [file("a", "new")], { uid: "second" });
    expect(planned([a], second, first)).toEqual({
      ...none,
      current: [current],
      superseded: [{ path: "a", datasetUid: "second", why: "changed" }],
    });
  });

  test("names what is no longer declared", () => {
    expect(planned([], first)).toEqual({
      ...none,
      superseded: [{ path: "a", datasetUid: "first", why: "gone" }],
    });
  });

  test("judges no item whose file was only left for a later run", () => {
    const postponed = [{ path: "a", datasetUid: "first" }];
    expect(planGrowth([], [first], ["a"])).toEqual({ ...none, postponed });
    // Nor is it taken for a file that was moved: of one that may be it nothing is decided either.
    const [b, c] = [file("b", "one"), file("c", "one")];
    const unverified = [{ path: "b", datasetUid: "first" }];
    expect(planGrowth([b], [first], ["a"])).toEqual({ ...none, unverified, postponed });
    const both = planGrowth([b, c], [first], ["a"]);
    expect(both).toEqual({ ...none, unverified, toSend: [c], postponed });
    expect(planGrowth([a], [first], ["a"])).toEqual({ ...none, current: [current] });
  });

  test("judges no item of a folder that was left for a later run", () => {
    const held = increment(1, [file("cats/1/a", "one"), file("cats.b", "two")], { uid: "first" });
    expect(planGrowth([], [held], ["cats"])).toEqual({
      ...none,
      postponed: [{ path: "cats/1/a", datasetUid: "first" }],
      superseded: [{ path: "cats.b", datasetUid: "first", why: "gone" }],
    });
  });

  test("does not send a file that was moved", () => {
    const b = file("b", "one");
    expect(planned([b], first)).toEqual({
      ...none,
      current: [{ ...current, path: "b" }],
      moved: [{ path: "a", to: "b", datasetUid: "first" }],
    });
  });

  test("sends a copy: its content has an item, and its path has none", () => {
    const [b, c] = [file("b", "one"), file("c", "one")];
    expect(planned([a, b], first)).toMatchObject({ toSend: ["b"], moved: [] });
    expect(planned([b, c], first)).toMatchObject({
      toSend: ["c"],
      moved: [{ path: "a", to: "b" }],
    });
  });

  describe("of which a file was moved before", () => {
    const b = file("b", "one");
    const movedBefore = { ...first, moved: [{ path: "a", to: "b" }] };
    const kept = {
      current: [{ ...current, path: "b" }],
      moved: [{ path: "a", to: "b", datasetUid: "first" }],
    };

    test("keeps its item for it while another file at its old path is left for a later run", () => {
      expect(planGrowth([b], [movedBefore], ["a"])).toEqual({ ...none, ...kept });
      expect(planGrowth([b, file("c", "one")], [movedBefore], ["a"])).toMatchObject({
        ...kept,
        toSend: [{ path: "c" }],
      });
    });

    test("keeps it also beside a copy at its old path", () => {
      expect(planned([a, b], movedBefore)).toEqual({ ...none, ...kept, toSend: ["a"] });
      const copied = increment(2, [a], { uid: "copied" });
      expect(planned([a, b], movedBefore, copied)).toMatchObject({
        current: [{ path: "a", datasetUid: "copied" }, kept.current[0]],
        ...{ toSend: [], superseded: [], moved: kept.moved },
      });
      // Without a record of moves each has one of the two items all the same.
      expect(planned([a, b], first, copied)).toMatchObject({ toSend: [], superseded: [] });
    });

    test("decides nothing of the item while that file is left for a later run", () => {
      const postponed = [{ path: "a", datasetUid: "first" }];
      const plan = planGrowth([file("a", "new")], [movedBefore], ["b"]);
      expect(plan).toMatchObject({ postponed, superseded: [], toSend: [{ path: "a" }] });
    });

    test("takes the item for another one once that file has changed", () => {
      const c = file("c", "one");
      expect(planned([file("b", "new"), c], movedBefore)).toMatchObject({
        toSend: ["b"],
        moved: [{ path: "a", to: "c" }],
      });
    });
  });

  test("takes no empty file for a moved one", () => {
    const empty = increment(1, [file("a", "")]);
    expect(planned([file("b", "")], empty)).toMatchObject({ toSend: ["b"], moved: [] });
  });

  test("holds once what two runs sent at once, in the older increment", () => {
    const [early, late] = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"];
    const second = increment(1, [a], { uid: "a-second", createdAt: late });
    const repeated = [{ path: "a", datasetUid: "a-second", why: "repeated" }];
    expect(
      planned([a], second, { ...first, dataset: { ...first.dataset, createdAt: early } }),
    ).toEqual({ ...none, current: [current], superseded: repeated });
  });

  test("neither sends nor calls unchanged what it can't compare", () => {
    const unknown = increment(1, [{ path: "a" }], { uid: "first" });
    const unverified = [{ path: "a", datasetUid: "first" }];
    expect(planned([a], unknown)).toEqual({ ...none, unverified });
    const sized = increment(1, [{ path: "a", sizeBytes: 3 }], { uid: "first" });
    expect(planned([a], sized)).toEqual({ ...none, unverified });
    // Held by a newer one all the same.
    const newer = increment(2, [a], { uid: "newer" });
    expect(planned([a], unknown, newer)).toMatchObject({
      current: [{ datasetUid: "newer" }],
      superseded: [],
      postponed: unverified,
    });
  });

  test("calls no item changed of which nothing is known", () => {
    const items = ["first", "second"].map((uid, i) => increment(i + 1, [{ path: "a" }], { uid }));
    expect(planned([a], ...items)).toEqual({
      ...none,
      unverified: [{ path: "a", datasetUid: "second" }],
      postponed: [{ path: "a", datasetUid: "first" }],
    });
  });

  test("takes a known item of the content, and decides nothing of the one that it can't compare", () => {
    const held = increment(1, [file("z", "one")], { uid: "first" });
    const unknown = increment(2, [{ path: "a", sizeBytes: 3 }], { uid: "second" });
    expect(planned([a], held, unknown)).toEqual({
      ...none,
      current: [{ ...current, itemPath: "z" }],
      moved: [{ path: "z", to: "a", datasetUid: "first" }],
      postponed: [{ path: "a", datasetUid: "second" }],
    });
    // A file that would be sent again comes first.
    const plan = planned([a, file("b", "one")], held, unknown);
    expect(plan).toMatchObject({ toSend: [], moved: [{ path: "z", to: "b" }] });
    expect(plan.unverified).toEqual([{ path: "a", datasetUid: "second" }]);
  });

  test("sends what is proven to be other by its size, its checksum or a newer item", () => {
    expect(planned([a], increment(1, [{ path: "a", sizeBytes: 4 }])).toSend).toEqual(["a"]);
    const other = increment(1, [{ path: "a", notSha256: a.sha256 }]);
    expect(planned([a], other).toSend).toEqual(["a"]);
    const newer = increment(2, [file("a", "two")]);
    expect(planned([a], increment(1, [{ path: "a" }]), newer).toSend).toEqual(["a"]);
  });

  describe("whose items may each be any of several files", () => {
    const candidates = ["cats/1", "dogs/1"];
    const unclear = { path: "1", candidates };
    const files = [file("cats/1", "one"), file("dogs/1", "three")];
    const at = (path: string) => ({ path, datasetUid: "first" });

    test("sends none of these", () => {
      const held = increment(1, [unclear], { uid: "first" });
      expect(planned(files, held)).toEqual({ ...none, unverified: candidates.map(at) });
    });

    test("sends one of another size than any of them", () => {
      const held = increment(1, [{ ...unclear, sizeBytes: 3 }], { uid: "first" });
      expect(planned(files, held)).toMatchObject({
        toSend: ["dogs/1"],
        unverified: [at("cats/1")],
      });
    });

    test("supersedes none of the items: of more than there are files nothing is decided", () => {
      const held = increment(1, [unclear, unclear], { uid: "first" });
      const plan = planned(files.slice(0, 1), held);
      expect(plan).toEqual({ ...none, unverified: [at("cats/1")], postponed: [at("1")] });
    });
  });

  test("plans alike whatever the order of what it is given", () => {
    const files = ["one", "two", "one", "new"].map((content, i) => file(`f${i}`, content));
    const sets = [
      increment(1, [file("x", "one"), file("y", "one")], { uid: "p" }),
      increment(2, [file("f3", "two")], { uid: "q" }),
    ];
    const plan = planGrowth(files, sets);
    expect(planGrowth([...files].reverse(), [...sets].reverse())).toEqual(plan);
    expect(plan.moved).toEqual([
      { path: "x", to: "f0", datasetUid: "p" },
      { path: "f3", to: "f1", datasetUid: "q" },
      { path: "y", to: "f2", datasetUid: "p" },
    ]);
  });
});
