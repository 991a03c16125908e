// What a stack's state keeps of items whose keys may be those of several files.
import { currentInState } from "../../provider/handlers/growing-dataset/current";
import {
  incrementsInState,
  knownInState,
  plannedInState,
} from "../../provider/handlers/growing-dataset/state";
import { planGrowth, type HeldEntry } from "../../src/operations/grow/growth-plan";

const file = (path: string, digit: string) => ({ path, sizeBytes: 3, sha256: digit.repeat(64) });
const FILES = [file("cats/1.jpg", "1"), file("dogs/1.jpg", "2"), file("dogs/2.jpg", "3")];

function stateOf(entries: readonly HeldEntry[]) {
  const of = { uid: "ds-1", name: "set-0001", slug: "set-0001", status: "created" };
  const increment = { number: 1, shortDigest: "0".repeat(12) };
  const dataset = { ...of, itemCount: entries.length };
  const increments = [{ ...increment, dataset, entries }];
  const state = incrementsInState(increments, planGrowth(FILES, increments));
  return { state, plan: planGrowth(FILES, plannedInState(state)) };
}

test("a preview without the server sends no file that one may be, and an up asks for it again", () => {
  const candidates = ["cats/1.jpg", "dogs/1.jpg"];
  const { state, plan } = stateOf([file("dogs/2.jpg", "3"), { path: "1.jpg", candidates }]);
  expect(plan).toMatchObject({ toSend: [], superseded: [] });
  expect(plan.unverified.map(({ path }) => path)).toEqual(candidates);
  expect(knownInState(state)).toEqual([]);
});

test("one that is known stays known where another may be the same file", () => {
  const candidates = ["dogs/2.jpg"];
  const { state, plan } = stateOf([...FILES, { path: "2.jpg", candidates }]);
  expect(plan.current).toHaveLength(3);
  expect(currentInState(state)).toHaveLength(3);
  expect(knownInState(state)).toEqual([]);
});

test("one that is current is not taken for another item of its key that is superseded", () => {
  const { state } = stateOf([...FILES, { path: "dogs/2.jpg", notSha256: "3".repeat(64) }]);
  expect(currentInState(state)).toHaveLength(3);
});
