// What a stack's state calls current over days of edits, renames and files that were left for a later `up`.
import {
  currentInState,
  type IncrementInState,
} from "../../provider/handlers/growing-dataset/current";
import { incrementsInState, knownInState } from "../../provider/handlers/growing-dataset/state";
import { planGrowth, type GrowthPlan, type Increment } from "../../src/operations/grow/growth-plan";
import type { ManifestEntry } from "../../src/files/manifest/manifest";
import { seeded, type Seeded } from "../simulation/seeded";

const sumOf = (text: string): string => Buffer.from(text.padEnd(32, ".")).toString("hex");
const file = (path: string, content: string): ManifestEntry => ({
  path,
  sizeBytes: 3,
  sha256: sumOf(content),
});

/** What lies at Avala, and a stack that grows it. */
function createWorld() {
  let increments: readonly Increment[] = [];
  /** One `up`: what it decides, and the state after it. */
  const up = (
    state: readonly IncrementInState[],
    files: readonly ManifestEntry[],
    left: readonly string[] = [],
  ): { readonly plan: GrowthPlan; readonly state: readonly IncrementInState[] } => {
    const moves = new Map(knownInState(state).map(({ uid, moved }) => [uid, moved]));
    increments = increments.map((one) => ({ ...one, moved: moves.get(one.dataset.uid) }));
    const { toSend } = planGrowth(files, increments, left);
    if (toSend.length > 0) {
      const number = increments.length + 1;
      const name = `set-000${number}`;
      const about = { uid: `ds-${number}`, slug: name, status: "created" };
      const dataset = { ...about, name, itemCount: toSend.length };
      increments = [
        ...increments,
        { number, shortDigest: "0".repeat(12), dataset, entries: toSend },
      ];
    }
    const plan = planGrowth(files, increments, left);
    return { plan, state: incrementsInState(increments, plan, { before: state, left }) };
  };
  return { up };
}

/** `keep.jpg <- ds-1 latest.jpg` */
const lines = (state: readonly IncrementInState[]): readonly string[] =>
  currentInState(state).map(
    ({ path, datasetUid, itemPath }) => `${path} <- ${datasetUid} ${itemPath}`,
  );

describe("a camera's latest.jpg, which is left for later while it is written", () => {
  /** On the second day the first picture was renamed to keep.jpg. */
  function onDayTwo() {
    const { up } = createWorld();
    const { state: first } = up([], [file("latest.jpg", "L1")]);
    const { state } = up(first, [file("keep.jpg", "L1"), file("latest.jpg", "L2")]);
    expect(lines(state)).toEqual(["keep.jpg <- ds-1 latest.jpg", "latest.jpg <- ds-2 latest.jpg"]);
    return { up, state };
  }

  test("is current as it was, beside a file that had its item and was edited", () => {
    const { up, state } = onDayTwo();
    const edited = up(state, [file("keep.jpg", "L1 cropped")], ["latest.jpg"]);
    const current = ["keep.jpg <- ds-3 keep.jpg", "latest.jpg <- ds-2 latest.jpg"];
    expect(lines(edited.state)).toEqual(current);
    const { state: later } = up(edited.state, [file("keep.jpg", "L1 cropped")], ["latest.jpg"]);
    expect(lines(later)).toEqual(current);
  });

  test("leaves no item to a file that is gone", () => {
    const { up, state } = onDayTwo();
    const { state: later } = up(state, [file("n.jpg", "n")], ["latest.jpg"]);
    expect(lines(later)).toEqual(["latest.jpg <- ds-2 latest.jpg", "n.jpg <- ds-3 n.jpg"]);
  });

  test("leaves no item to a file that has other content now, though that could not be compared", () => {
    const { up, state } = onDayTwo();
    const { plan, state: later } = up(state, [file("keep.jpg", "L2")], ["latest.jpg"]);
    expect(plan.unverified).toMatchObject([{ path: "keep.jpg" }]);
    expect(lines(later)).toEqual(["latest.jpg <- ds-2 latest.jpg"]);
  });

  test("has its newest item in a stack that knows nothing of the set yet", () => {
    const { up } = onDayTwo();
    const { state } = up([], [file("keep.jpg", "L1")], ["latest.jpg"]);
    expect(lines(state)).toContain("latest.jpg <- ds-2 latest.jpg");
    expect(lines(state)).not.toContain("latest.jpg <- ds-1 latest.jpg");
  });
});

const PATHS = ["a", "b", "c", "x/a", "x/b"];

/** Edits, renames, copies and deletions of one day. */
function changeFiles(files: Map<string, string>, by: Seeded, day: number): void {
  for (let change = 0; change < 3; change += 1) {
    const [path, other] = [by.pick(PATHS), by.pick(PATHS)];
    const [content, otherContent] = [files.get(path), files.get(other)];
    const kind = by.integer(6);
    if (kind < 2 || content === undefined) files.set(path, `${day} ${change}`);
    else if (kind === 2) files.delete(path);
    else {
      files.set(other, content);
      if (kind === 3) files.set(path, otherContent ?? content);
      else if (kind === 4) files.delete(path);
    }
  }
}

/** No path and no item twice; of files that were judged what the plan says; of those left for later what was said before. */
function expectSound(
  state: readonly IncrementInState[],
  plan: GrowthPlan,
  { before, left }: { readonly before: readonly IncrementInState[]; readonly left: string[] },
): void {
  const current = currentInState(state);
  const places = current.map(({ datasetUid, itemPath }) => `${datasetUid} ${itemPath}`);
  expect(new Set(current.map(({ path }) => path)).size).toBe(current.length);
  expect(new Set(places).size).toBe(current.length);
  const isLeft = new Set(left);
  expect(current.filter(({ path }) => !isLeft.has(path))).toEqual(
    plan.current.map(({ path, datasetUid, itemPath }) => ({ path, datasetUid, itemPath })),
  );
  const known = new Set(before.map(({ uid }) => uid));
  const stays = current.filter(({ path, datasetUid }) => isLeft.has(path) && known.has(datasetUid));
  expect(currentInState(before)).toEqual(expect.arrayContaining(stays));
}

test.each(Array.from({ length: 100 }, (_, seed) => seed))(
  "no path and no item is current twice, with seed %i",
  (seed) => {
    const by = seeded(seed);
    const { up } = createWorld();
    const files = new Map([["a", "first"]]);
    // Two stacks of one set: each is a few days behind at times.
    const states: (readonly IncrementInState[])[] = [[], []];
    for (let day = 1; day <= 7; day += 1) {
      changeFiles(files, by, day);
      const left = by.chance(0.6) ? [...files.keys()].filter(() => by.chance(0.35)) : [];
      const declared = [...files].filter(([path]) => !left.includes(path));
      if (declared.length === 0) continue;
      const stack = by.integer(2);
      const before = states[stack] ?? [];
      const entries = declared.map(([path, content]) => file(path, content));
      const { plan, state } = up(before, entries, left);
      expectSound(state, plan, { before, left });
      states[stack] = state;
    }
  },
);
