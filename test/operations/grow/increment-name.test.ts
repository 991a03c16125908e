import {
  growingName,
  incrementName,
  nameOfSet,
  numberedSlug,
  numbersOf,
  parseIncrement,
  type GrowingName,
} from "../../../src/operations/grow/increment-name";
import { thrownBy } from "../../support/thrown";

const DIGEST = `3f9a1c2e77b0${"a".repeat(52)}`;
const training = growingName("training-{increment}");
const parsed = (name: string, slug = "another") => parseIncrement(training, { name, slug });

describe("the name of an increment", () => {
  test("is the set's, a number of four digits at least and the digest", () => {
    expect(incrementName(training, 7, DIGEST)).toEqual({
      name: "training-0007-3f9a1c2e77b0",
      slug: "training-0007-3f9a1c2e77b0",
    });
    expect(incrementName(training, 12345, DIGEST).name).toBe("training-12345-3f9a1c2e77b0");
    expect(nameOfSet(training)).toBe("training");
  });

  test("has its folder, and a slug of its own template", () => {
    const named = growingName("S {folder} {increment}", { folder: "a b", slug: "s-{increment}" });
    expect(incrementName(named, 1, DIGEST)).toEqual({
      name: "S a b 0001-3f9a1c2e77b0",
      slug: "s-0001-3f9a1c2e77b0",
    });
  });

  test("is read back", () => {
    expect(parsed("training-0007-3f9a1c2e77b0")).toEqual({
      number: 7,
      shortDigest: "3f9a1c2e77b0",
    });
    expect(parsed("training-12345-3f9a1c2e77b0")?.number).toBe(12345);
  });

  test.each([
    "training",
    "training-",
    "training-7-3f9a1c2e77b0",
    "training-0000-3f9a1c2e77b0",
    "training-00007-3f9a1c2e77b0",
    "training-0007-3f9a1c2e77b",
    "training-0007-3f9a1c2e77b00",
    "training-0007-3F9A1C2E77B0",
    "training-0007-3f9a1c2e77b0-b",
    "training-3f9a1c2e77b0",
    "training-20261128-3f9a1c2e77b0",
    "training-a-0007-3f9a1c2e77b0",
    "training-2026-0007-3f9a1c2e77b0",
    "my-training-0007-3f9a1c2e77b0",
    "Training-0007-3f9a1c2e77b0",
  ])("is not %s", (name) => {
    expect(parsed(name)).toBeUndefined();
  });

  test("may come back in another case where the slug is the one that was given", () => {
    const cafe = growingName("Café-{increment}");
    const made = incrementName(cafe, 7, DIGEST);
    const name = made.name.normalize("NFD").toUpperCase();
    expect(parseIncrement(cafe, { name, slug: made.slug })?.number).toBe(7);
    expect(parseIncrement(cafe, { name, slug: "another" })).toBeUndefined();
  });

  test("has a slug of its number, which is read back", () => {
    const readBack = (growing: GrowingName, slug: string): readonly number[] =>
      numbersOf(growing, { name: "another", slug });
    expect(numberedSlug(training, 7)).toBe("training-0007");
    expect(readBack(training, "training-0007")).toEqual([0, 7]);
    expect(readBack(training, "training-123456")).toEqual([0, 123_456]);
    for (const slug of [
      "training",
      "training-07",
      "training-0000",
      "my-training-0007",
      "training-0007-3f9a1c2e77b0",
    ])
      expect(readBack(training, slug)).toEqual([0, 0]);
    const dated = growingName("Dates {increment}", { slug: "d-2026-{increment}-x" });
    expect(numberedSlug(dated, 12)).toBe("d-2026-0012-x");
    expect(readBack(dated, "d-2026-0012-x")).toEqual([0, 12]);
  });

  test("may come back in another case where the slug is one of the set's numbers", () => {
    const cafe = growingName("Café-{increment}");
    const name = incrementName(cafe, 7, DIGEST).name.normalize("NFD").toUpperCase();
    expect(parseIncrement(cafe, { name, slug: numberedSlug(cafe, 8) })?.number).toBe(7);
  });

  test("a set whose name begins as another's is another", () => {
    const other = growingName("training-2026-{increment}");
    const { name, slug } = incrementName(other, 7, DIGEST);
    expect(parseIncrement(training, { name, slug })).toBeUndefined();
    expect(parseIncrement(other, { name, slug })?.number).toBe(7);
  });
});

test.each([
  "{increment}",
  "-{increment}",
  "training{increment}",
  "training-{increment}-b",
  "training-{increment}-{increment}",
  "training-{digest}-{increment}",
  "training-{day}-{increment}",
  "a/b-{increment}",
])("%s is refused", (template) => {
  expect(thrownBy(() => growingName(template)).code).toBe("input");
});

test("a slug that would be the same for each increment is refused", () => {
  expect(thrownBy(() => growingName("training-{increment}", { slug: "s" })).code).toBe("input");
});
