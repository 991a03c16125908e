// What a server sent is kept in the state only as far as it is of a sensible size.
import { plain } from "../../provider/process/plain";

const CUT = /… \(cut; sha256 [0-9a-f]{12}\)$/;

test.each([
  ["very many values", Array.from({ length: 20_000 }, (_, n) => n)],
  ["very long texts", { notes: "a".repeat(600_000), more: "b".repeat(400_001) }],
  ["very long keys", { ["k".repeat(1_000_001)]: 1 }],
])("%s are cut to their beginning", (_what, value) => {
  const kept = String(plain(value));
  expect(kept.length).toBeLessThan(2_100);
  expect(kept).toMatch(CUT);
  expect(kept.slice(0, 20)).toBe(JSON.stringify(value).slice(0, 20));
  expect(plain(kept)).toBe(kept);
});

test("what is below the bounds is kept whole", () => {
  const values = { list: Array.from({ length: 19_000 }, (_, n) => n), text: "a".repeat(900_000) };
  expect(plain(values)).toEqual(values);
});

test("a change behind what is kept of it still shows", () => {
  const [one, other] = ["1", "2"].map((end) => plain({ text: "a".repeat(1_000_001) + end }));
  expect(one).not.toBe(other);
});
