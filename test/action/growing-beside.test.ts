// Datasets beside growing sets, which people may have annotated and which no export of the set covers: each is said.
import { readFileSync, renameSync, rmSync } from "node:fs";
import { useActionPlace } from "../support/action-place";
import type { Recorded } from "../support/recorded-action";
import { jpeg } from "../support/temp-tree";

const place = useActionPlace(
  {
    "images/cats/one.jpg": jpeg("one"),
    "images/cats/two.jpg": jpeg("two"),
    "images/dogs/three.jpg": jpeg("three"),
  },
  { ingestMs: 10, exportMs: 10 },
);

const act = (inputs: Record<string, string> = {}): Promise<Recorded> =>
  place.act({ files: "**", root: "images", ...inputs });
const one = { dataset: "pets-{increment}" };
const parts = { dataset: "pets-{folder}-{increment}", "partition-depth": "1" };
const annotate = (): void => {
  for (const { uid } of place.emulator.datasets()) place.emulator.addAnnotations(uid, 7);
};
const uidOf = (start: string): string =>
  place.emulator.datasets().find(({ name }) => name.startsWith(start))?.uid ?? "";
const warned = ({ warnings }: Recorded): string => warnings.map(({ text }) => text).join("\n");

test.each([
  ["gone", () => rmSync(place.tree.at("images/dogs"), { recursive: true })],
  ["renamed", () => renameSync(place.tree.at("images/dogs"), place.tree.at("images/hounds"))],
])("the set of a folder that is %s is said, with its annotations", async (_how, change) => {
  await act(parts);
  annotate();
  change();
  for (const run of [await act({ ...parts, "dry-run": "true" }), await act(parts)]) {
    expect(warned(run)).toContain("1 dataset of folders that have no files now");
    expect(warned(run)).toContain(uidOf("pets-dogs-0001"));
    expect(warned(run)).toContain("1 item, 7 annotations");
    expect(run.summaries.join("\n")).toContain("folders that have no files now");
    expect(readFileSync(run.outputs["report"] ?? "", "utf8")).toContain("have no files now");
  }
});

test("nothing is said of the sets of folders that are there", async () => {
  await act(parts);
  annotate();
  expect(warned(await act(parts))).toBe("");
});

test("a growing set begun after a version says what stays on the version", async () => {
  await act({ dataset: "pets-{digest}" });
  annotate();
  for (const run of [await act({ ...one, "dry-run": "true" }), await act(one)]) {
    expect(warned(run)).toContain("It has 7 annotations and no projects. Annotations stay there.");
    expect(warned(run)).toContain(uidOf("pets-"));
  }
});

test.each([
  ["on", one, parts],
  ["off", parts, one],
])("partitions switched %s: the sets from before are said once", async (_to, before, after) => {
  await act(before);
  annotate();
  const said = /other growing sets whose names begin like this one/;
  expect(warned(await act({ ...after, "dry-run": "true" }))).toMatch(said);
  const run = await act(after);
  expect(warned(run)).toMatch(said);
  expect(warned(run)).toContain("7 annotations");
  expect(warned(await act(after))).not.toMatch(said);
});

test("a set that is begun for an organization says what the user's own has", async () => {
  await act(one);
  annotate();
  const organization = place.emulator.user()?.organizations[0] ?? "";
  const run = await act({ ...one, organization, "dry-run": "true" });
  expect(warned(run)).toContain("of this name that another owner has");
  expect(warned(run)).toContain("7 annotations");
});

test("versions of folders that are numbers are distinguished from increments by their items", async () => {
  renameSync(place.tree.at("images/dogs"), place.tree.at("images/0007"));
  renameSync(place.tree.at("images/cats"), place.tree.at("images/2026"));
  await act({ dataset: "pets-{folder}-{digest}", "partition-depth": "1" });
  const run = await act({ ...one, "dry-run": "true" });
  expect(warned(run)).toContain("2 datasets of the growing set pets may be versions");
  expect(warned(run)).toContain(uidOf("pets-0007-"));
});
