// Counts and sizes of replies: what counts nothing is refused by name, or absent where it is only advice.
import { readDataset } from "../../src/api/endpoints/datasets/dataset-wire";
import { Fields } from "../../src/api/wire";
import { thrownBy } from "../support/thrown";

const ROUTE = "GET /datasets/{uid}/";
const NO_COUNTS = [-1, 1.5, "-3", 2 ** 60];

describe.each(["item_count", "project_count", "size_bytes", "annotations_count"])(
  "a dataset's %s",
  (name) => {
    const read = (value: unknown) =>
      readDataset(Fields.of({ uid: "u", name: "n", slug: "s", [name]: value }, ROUTE));

    test.each(NO_COUNTS)("that is %p is refused with the route and the field", (value) => {
      const error = thrownBy(() => read(value));
      expect(error).toMatchObject({ code: "bad_reply" });
      expect(error.message).toContain(ROUTE);
      expect(error.message).toContain(name);
    });

    test.each([0, 7, "7", null, undefined])("that is %p is taken", (value) => {
      expect(() => read(value)).not.toThrow();
    });
  },
);

test("what counts from one on refuses zero", () => {
  const fields = Fields.of({ part_number: 0 }, ROUTE);
  expect(() => fields.count("part_number", 1)).toThrow(/part_number/);
});

test.each(NO_COUNTS)("advice that is %p is absent", (value) => {
  expect(Fields.of({ used: value }, ROUTE).advisedCount("used")).toBeUndefined();
});
