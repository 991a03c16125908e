// A folder of a growing set is renamed, and the runner has no record of what was sent: a dry run, a plan and the run say the same.
import { readFileSync, renameSync, rmSync } from "node:fs";
import { useActionPlace } from "../support/action-place";
import type { Recorded } from "../support/recorded-action";
import { jpeg } from "../support/temp-tree";

const place = useActionPlace(
  {
    "images/cats/one.jpg": jpeg("one"),
    "images/space/two.jpg": jpeg("two, other"),
    "images/space/three.jpg": jpeg("three"),
  },
  { ingestMs: 10 },
);
const act = (inputs: Record<string, string> = {}): Promise<Recorded> =>
  place.act({ dataset: "pets-{increment}", files: "images", ...inputs });
const forget = (): void => rmSync(place.tree.at(".state"), { recursive: true, force: true });

interface Lists {
  readonly sets: { readonly superseded: object[]; readonly moved: object[] }[];
}

test("its annotated items stay in the current set", async () => {
  await act();
  forget();
  renameSync(place.tree.at("images/space"), place.tree.at("images/astronomy"));
  const dry = await act({ "dry-run": "true" });
  expect(dry.text()).toContain("3 held, 2 of them moved, 0 new, 0 superseded, 0 not compared");
  forget();
  const run = await act();
  expect(run.text()).toContain("3 held, 2 of them moved, 0 new, 0 superseded, 0 not compared");
  expect(run.outputs).toMatchObject({ outcome: "unchanged", "files-uploaded": "0" });
  const { sets } = JSON.parse(readFileSync(run.outputs["current"] ?? "", "utf8")) as Lists;
  expect(sets[0]).toMatchObject({
    superseded: [],
    moved: [
      { path: "images/space/three.jpg", to: "images/astronomy/three.jpg" },
      { path: "images/space/two.jpg", to: "images/astronomy/two.jpg" },
    ],
  });
  expect(place.emulator.datasets()).toHaveLength(1);
});

test("where the store has no MD5s, a dry run and the run say what becomes of the annotations", async () => {
  await place.start({ etag: "opaque", ingestMs: 10 });
  await act();
  forget();
  renameSync(place.tree.at("images/space"), place.tree.at("images/astronomy"));
  for (const inputs of [{ "dry-run": "true" }, {}]) {
    const run = await act(inputs);
    expect(run.text()).toContain("2 new, 2 superseded");
    const said = run.warnings.filter((one) => one.text.includes("renamed"));
    expect(said).toHaveLength(1);
    forget();
  }
});
