// The calls that a step announces before its first byte are those that it makes.
import { useActionPlace } from "../support/action-place";
import { announcedCalls, madeCalls } from "../support/made-calls";
import { jpeg } from "../support/temp-tree";

const place = useActionPlace(
  Object.fromEntries(
    Array.from({ length: 13 }, (_, n) => [
      `images/${n % 2 === 0 ? "cats" : "dogs"}/${n}.jpg`,
      jpeg(`${n}`),
    ]),
  ),
  { ingestMs: 10, exportMs: 10 },
);

const one = { files: "images/cats/0.jpg" };
const all = { files: "images" };
const parts = { root: "images", files: "**", "partition-depth": "1" };

test.each<[string, Record<string, string>, number]>([
  ["one file under a fixed name", { ...one, dataset: "pets" }, 1],
  ["several under a fixed name", { ...all, dataset: "pets" }, 1],
  ["a version", { ...all, dataset: "pets-{digest}" }, 1],
  ["a growing set's first dataset", { ...all, dataset: "pets-{increment}" }, 1],
  ["versions of folders", { ...parts, dataset: "pets-{folder}-{digest}" }, 2],
  ["growing sets of folders", { ...parts, dataset: "pets-{folder}-{increment}" }, 2],
])("of %s, also by a dry run", async (_what, inputs, datasets) => {
  const planned = await place.act({ ...inputs, "dry-run": "true" });
  const from = place.emulator.requests().length;
  const sent = await place.act(inputs);
  expect(sent.outputs["outcome"]).toBe("uploaded");
  const made = madeCalls(place.emulator, datasets, from);
  expect([announcedCalls(sent.text()), announcedCalls(planned.text())]).toEqual([made, made]);
});

test("of what is new in a growing set", async () => {
  const growing = { dataset: "pets-{increment}" };
  await place.act({ ...growing, ...one });
  const from = place.emulator.requests().length;
  const sent = await place.act({ ...growing, ...all });
  expect(announcedCalls(sent.text())).toBe(madeCalls(place.emulator, 1, from));
});
