// What a stack's state keeps of files that were moved: the next `up` and a preview without the server leave their items to them.
import {
  incrementsInState,
  knownInState,
  plannedInState,
} from "../../provider/handlers/growing-dataset/state";
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
