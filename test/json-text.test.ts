// JSON that is written in pieces: the same text as in one, and no piece of more than one item.
import fc from "fast-check";
import { formatList } from "../src/json-text";
import { anyCharacter } from "./support/arbitraries";

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);
const piecesOf = (items: readonly unknown[]): readonly string[] => [
  ...formatList(items, (item) => pretty(item).replaceAll("\n", "\n    ")),
];

test("a list in pieces is the list that JSON.stringify writes into an object", () => {
  const item = fc.record({ path: fc.string({ unit: anyCharacter }), sizeBytes: fc.nat() });
  fc.assert(
    fc.property(fc.array(item), (items) => {
      expect(`{\n  "files": ${piecesOf(items).join("")}\n}`).toBe(pretty({ files: items }));
    }),
  );
});

test("has one piece for each item and one for its end", () => {
  expect([piecesOf([]).length, piecesOf([1]).length, piecesOf([1, 2, 3]).length]).toEqual([
    1, 2, 4,
  ]);
});
