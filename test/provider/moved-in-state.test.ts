// What a stack's state keeps of files that were moved: the next `up` and a preview without the server leave their items to them.
import {
  incrementsInState,
  knownInState,
  plannedInState,
} from "../../provider/handlers/growing-dataset/state";
import { postponedOf } from "../../provider/handlers/growing-dataset/inputs";
import type { LocalSet } from "../../provider/process/local-files";
import { planGrowth } from "../../src/operations/grow/growth-plan";

const file = (path: string, digit: string) => ({ path, sizeBytes: 3, sha256: digit.repeat(64) });

test("a copy that comes later does not take the item of a file that was moved", () => {
  const of = { uid: "ds-1", name: "set-0001", slug: "set-0001", status: "created", itemCount: 2 };
  const entries = [file("a.jpg", "1"), file("z.jpg", "2")];
  const increments = [{ number: 1, shortDigest: "0".repeat(12), dataset: of, entries }];
  const files = [file("d.jpg", "1"), file("z.jpg", "2")];
  const state = incrementsInState(increments, planGrowth(files, increments));
  const moved = [{ path: "a.jpg", to: "d.jpg" }];
  expect(knownInState(state)).toMatchObject([{ uid: "ds-1", moved }]);
  const plan = planGrowth([file("b.jpg", "1"), ...files], plannedInState(state));
  expect(plan).toMatchObject({ toSend: [{ path: "b.jpg" }], moved, superseded: [] });
});

test("a moved file's item is left for later with it also where the server is asked what its dataset holds", () => {
  const of = { uid: "ds-1", name: "set-0001", slug: "set-0001", status: "created", itemCount: 2 };
  const entries = [file("a.jpg", "1"), { path: "key of z.jpg" }];
  const increments = [{ number: 1, shortDigest: "0".repeat(12), dataset: of, entries }];
  const state = incrementsInState(increments, planGrowth([file("d.jpg", "1")], increments));
  expect(knownInState(state)).toEqual([]);
  const none = { unindexed: [], junk: 0, ignored: [], evicted: [], young: [], changed: [] };
  const leftOut = { ...none, unlisted: ["d.jpg"] };
  const local = { set: { leftOut } } as unknown as LocalSet;
  const plan = planGrowth([file("b.jpg", "1")], increments, postponedOf(local, state));
  expect(plan).toMatchObject({ current: [], toSend: [], unverified: [{ path: "b.jpg" }] });
  expect(plan.postponed).toEqual([{ path: "a.jpg", datasetUid: "ds-1" }]);
});
