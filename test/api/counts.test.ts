// Counts and sizes of replies: what counts nothing is refused by name, or absent where it is only advice.
import { readDataset } from "../../src/api/endpoints/datasets/dataset-wire";
import { listItems, listSequences } from "../../src/api/endpoints/datasets/items";
import { Fields } from "../../src/api/wire";
import { reply, scripted } from "../support/scripted-transport";
import { thrownBy } from "../support/thrown";

const ROUTE = "GET /datasets/{uid}/";
const NO_COUNTS = [-1, 1.5, "-3", 2 ** 60];

const read = (name: string, value: unknown) =>
  readDataset(Fields.of({ uid: "u", name: "n", slug: "s", [name]: value }, ROUTE));

test.each(NO_COUNTS)("an item_count of %p is refused with the route and the field", (value) => {
  const error = thrownBy(() => read("item_count", value));
  expect(error).toMatchObject({ code: "bad_reply" });
  expect(error.message).toContain(ROUTE);
  expect(error.message).toContain("item_count");
});

describe.each([
  ["project_count", "projectCount"],
  ["size_bytes", "sizeBytes"],
  ["annotations_count", "annotationsCount"],
] as const)("a dataset's %s", (name, field) => {
  test.each(NO_COUNTS)("that is %p is unknown", (value) => {
    expect(read(name, value)).toMatchObject({ uid: "u", [field]: undefined });
  });

  test.each([0, 7, "7"])("that is %p is taken", (value) => {
    expect(read(name, value)[field]).toBe(Number(value));
  });
});

test.each([0, 7, "7", null, undefined])("an item_count of %p is taken", (value) => {
  expect(read("item_count", value).itemCount).toBe(Number(value ?? 0));
});

test.each(NO_COUNTS)(
  "items and sequences are listed where a size or a count is %p",
  async (value) => {
    const { avala } = scripted([
      reply(200, [{ uid: "i1", key: "a.jpg", size_bytes: value, size: 3 }]),
      reply(200, [{ uid: "s1", key: "a", number_of_frames: value }]),
    ]);
    const ref = { owner: "o", slug: "s" };
    for await (const item of listItems(avala, ref))
      expect(item).toMatchObject({ uid: "i1", sizeBytes: 3 });
    for await (const sequence of listSequences(avala, ref))
      expect(sequence).toMatchObject({ uid: "s1", frameCount: undefined });
    expect.assertions(2);
  },
);

test("what counts from one on refuses zero", () => {
  const fields = Fields.of({ part_number: 0 }, ROUTE);
  expect(() => fields.count("part_number", 1)).toThrow(/part_number/);
});

test.each(NO_COUNTS)("advice that is %p is absent", (value) => {
  expect(Fields.of({ used: value }, ROUTE).advisedCount("used")).toBeUndefined();
});
