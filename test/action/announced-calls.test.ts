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

test("at the limit of its key, also by a dry run", async () => {
  await place.start({ requestsPerMinute: 5 });
  const planned = await place.act({
    ...all,
    dataset: "pets-{increment}",
    "dry-run": "true",
    "time-budget-minutes": "3",
  });
  expect(planned.text()).toMatch(/It would be .* at 5 calls a minute/);
  expect(planned.summaries[0]).toContain("at 5 calls a minute");
  // At 100 calls a minute one run would do.
  expect(planned.text()).toMatch(/about \d+ runs, each continuing where the last one stopped/);
});
