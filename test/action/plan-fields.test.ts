// A plan whose fields were changed by hand, of what only the server can show to be wrong.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Plan, PlannedDataset, PlannedGrowth } from "../../action/plan/plan-shape";
import { useActionPlace } from "../support/action-place";
import type { Recorded } from "../support/recorded-action";
import { jpeg } from "../support/temp-tree";

const place = useActionPlace({
  "images/cats/one.jpg": jpeg("one"),
  "images/cats/two.jpg": jpeg("two"),
  "images/dogs/three.jpg": jpeg("three"),
});

type Inputs = Record<string, string>;

async function planOf(inputs: Inputs): Promise<string> {
  return (await place.act({ ...inputs, "dry-run": "true" })).outputs.plan ?? "";
}

/** Carries out the plan in `file` as somebody has changed it. */
function actChanged(inputs: Inputs, file: string, change: (plan: Plan) => Plan): Promise<Recorded> {
  const plan = JSON.parse(readFileSync(file, "utf8")) as Plan;
  writeFileSync(file, JSON.stringify(change(plan)));
  return place.act({ ...inputs, plan: file });
}

const inDatasets =
  (change: (dataset: PlannedDataset) => PlannedDataset) =>
  (plan: Plan): Plan => ({ ...plan, datasets: plan.datasets.map(change) });

describe("the versions that a dataset takes the place of", () => {
  const version = { dataset: "pets-{digest}", root: "images", files: "**/*.jpg" };

  test.each<[string, (replaces: NonNullable<PlannedDataset["replaces"]>) => unknown]>([
    ["as if none were known", () => null],
    ["as none", () => []],
    ["by another name", ([one]) => [{ ...one, name: "harmless" }]],
  ])("%s: the plan is refused", async (_what, change) => {
    await place.act(version);
    place.tree.write({ "images/dogs/four.jpg": jpeg("four") });
    const { outputs, errors } = await actChanged(
      version,
      await planOf(version),
      inDatasets((one) => ({ ...one, replaces: change(one.replaces ?? []) }) as PlannedDataset),
    );
    expect(outputs.outcome).toBe("invalid");
    expect(errors.join()).toContain("now replaces other versions than the plan says");
  });
});

describe("growing sets", () => {
  const growing = { dataset: "pets-{increment}", files: "images" };

  test.each<[string, (growing: PlannedGrowth) => Partial<PlannedGrowth>]>([
    ["files that are held", () => ({ held: 999 })],
    ["no item that is superseded", () => ({ superseded: [] })],
    [
      "another reason why one is",
      ({ superseded }) => ({ superseded: superseded.map((one) => ({ ...one, why: "gone" })) }),
    ],
    ["no item that has moved", () => ({ moved: [] })],
    ["an item that waits", () => ({ postponed: [{ path: "a.jpg", datasetUid: "b" }] })],
    ["nothing else", () => ({})],
  ])("with %s, and more that are not compared: the plan is refused", async (_what, change) => {
    await place.act(growing);
    place.tree.write({
      "images/dogs/four.jpg": jpeg("four"),
      "images/cats/one.jpg": jpeg("one other"),
      "images/dogs/moved.jpg": jpeg("three"),
    });
    rmSync(place.tree.at("images/dogs/three.jpg"));
    const { outputs, errors } = await actChanged(
      growing,
      await planOf(growing),
      inDatasets((one) => {
        const before = one.growing!;
        const unverified = before.unverified + 1;
        return { ...one, growing: { ...before, unverified, ...change(before) } };
      }),
    );
    expect(outputs.outcome).toBe("invalid");
    expect(errors.join()).toContain("a plan made now would differ in growing of pets-");
  });

  const folders = { dataset: "pets-{folder}-{increment}", "partition-depth": "1", root: "images" };
  const both = { ...folders, files: "**/*.jpg" };

  /** The one of cats was made since. */
  const planHalfDone = async (): Promise<string> => {
    const file = await planOf(both);
    const { outputs } = await place.act({ ...folders, files: "cats/**/*.jpg" });
    expect(outputs.outcome).toBe("uploaded");
    return file;
  };

  test("of which one is done: what is left is sent", async () => {
    const { outputs, errors } = await actChanged(both, await planHalfDone(), (plan) => plan);
    expect([outputs.outcome, errors]).toEqual(["uploaded", []]);
    expect(place.emulator.datasets()).toHaveLength(2);
  });

  const changed = (folder: string, more: Partial<PlannedDataset>): ((plan: Plan) => Plan) =>
    inDatasets((one) => (one.folder === folder ? { ...one, ...more } : one));

  test.each<[string, (plan: Plan) => Plan]>([
    ["bytes of the other", changed("dogs", { bytes: 1 })],
    ["that the other exists", changed("dogs", { exists: true })],
    ["bytes of the one", changed("cats", { bytes: 1 })],
    ["calls", (plan) => ({ ...plan, cost: { ...plan.cost, calls: 77 } })],
  ])("of which one is done, with other %s: the plan is refused", async (_what, change) => {
    const { outputs, errors } = await actChanged(both, await planHalfDone(), change);
    expect(outputs.outcome).toBe("invalid");
    expect(errors.join()).toContain("a plan made now would differ in ");
    expect(errors.join()).toContain(
      ", for example because it was edited or made by another version",
    );
  });
});
