// The option `import`: Pulumi's SDK fails over it in the provider's own process, in words of its own.
import { RunError } from "@pulumi/pulumi";
import * as avala from "../../provider/index";

const options = { import: "00000000-0000-4000-8000-000000000000" };

const refused = (make: () => unknown): RunError => {
  try {
    make();
  } catch (error) {
    if (RunError.isInstance(error)) return error;
    throw error;
  }
  throw new Error("was not refused");
};

test.each<readonly [string, () => unknown, RegExp]>([
  ["Dataset", () => new avala.Dataset("pets", {}, options), /adopt: true.*Dataset\.get/],
  [
    "FileSet",
    () => new avala.FileSet("pets", { root: "." }, options),
    /adopt: true.*datasetName.*FileSet\.get/,
  ],
  [
    "GrowingDataset",
    () => new avala.GrowingDataset("pets", { root: "." }, options),
    /name.*are found/,
  ],
  ["Export", () => new avala.Export("pets", { datasets: [] }, options), /Export\.get/],
  [
    "Webhook",
    () => new avala.Webhook("pets", { targetUrl: "https://example.com", events: [] }, options),
    /Webhook\.get/,
  ],
  [
    "QualityTarget",
    () =>
      new avala.QualityTarget(
        "pets",
        { project: "p", name: "n", metric: "m", threshold: 0, operator: "gt" },
        options,
      ),
    /QualityTarget\.get/,
  ],
])("of a %s is refused with what to do, while the program runs", (type, make, advice) => {
  const { message, stack } = refused(make);
  expect(message).toContain(`${type} pets: import: `);
  expect(message).toMatch(advice);
  expect(stack).toBe(message);
});
