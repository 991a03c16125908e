// What log, summary, report and plan say of a growing set: by names that are there, and nothing that was not compared.
import { readFileSync, renameSync, rmSync } from "node:fs";
import { useActionPlace } from "../support/action-place";
import type { Recorded } from "../support/recorded-action";
import { call } from "../support/emulator";
import { WITH_CHANGES } from "../support/dialects";
import { jpeg } from "../support/temp-tree";

const place = useActionPlace(
  {
    "images/a.jpg": jpeg("one"),
    "images/b.jpg": jpeg("two"),
    "images/c.jpg": jpeg("three"),
  },
  { ingestMs: 10, exportMs: 10 },
);

const act = (inputs: Record<string, string> = {}): Promise<Recorded> =>
  place.act({ dataset: "pets-{increment}", files: "images", ...inputs });
const move = (): void =>
  renameSync(place.tree.at("images/a.jpg"), place.tree.at("images/moved.jpg"));

test("the summary and the report have the new dataset by its name, and what is superseded", async () => {
  await act();
  move();
  place.tree.write({ "images/b.jpg": jpeg("another"), "images/d.jpg": jpeg("four") });
  const { summaries, outputs } = await act();
  const made = place.emulator.datasets().find(({ name }) => name.startsWith("pets-0002"));
  const summary = summaries.join("\n").replaceAll("\\", "");
  expect(summary).toContain(
    `| [${made?.name}](${place.emulator.baseUrl}/datasets/${made?.uid}/)<br>`,
  );
  expect(summary).toMatch(/\| Superseded \| images\/b\.jpg in pets-0001-\w{12}: changed \|/);
  expect(summary).toContain("2 held, 1 of them moved, 2 new, 1 superseded");
  const report = JSON.parse(readFileSync(outputs["report"] ?? "", "utf8")) as {
    datasets: object[];
  };
  expect(report.datasets).toMatchObject([{ name: made?.name, uid: made?.uid }]);
});

test("a moved file has a line of its own, and the plan says as what its item lies there", async () => {
  await act();
  move();
  const planned = await act({ "dry-run": "true" });
  expect(planned.text()).toMatch(
    /images\/moved\.jpg in pets-0001-.*there already, as images\/a\.jpg/,
  );
  expect(planned.text()).toContain("Moved in pets-{increment}");
  expect(planned.text()).not.toContain("Superseded in");
});

test("what could not be compared is not called held", async () => {
  await place.start({ etag: "opaque" });
  await act();
  rmSync(place.tree.at(".state"), { recursive: true });
  rmSync(place.tree.at("images/c.jpg"));
  const elsewhere = await act();
  expect(elsewhere.outputs).toMatchObject({ outcome: "unverified" });
  expect(elsewhere.text()).toContain("holds 0 of these files, and 2 could not be compared");
  expect(elsewhere.text()).toMatch(/No record here says what an earlier run sent for them/);
  expect(elsewhere.text()).toMatch(
    /To have these files sent as they are now, give them other names/,
  );
});

test("of a dataset that is gone it says how many files are sent again", async () => {
  await place.start(WITH_CHANGES);
  const remove = async (start: string): Promise<void> => {
    const { slug } = place.emulator.datasets().find(({ name }) => name.startsWith(start)) ?? {
      slug: "",
    };
    expect((await call(place.emulator, "DELETE", `/datasets/emulator/${slug}/`)).status).toBe(204);
  };
  const only = { files: "images/a.jpg" };
  await act(only);
  place.tree.write({ "images/a.jpg": jpeg("another") });
  await act(only);
  await remove("pets-0001");
  const { warnings } = await act(only);
  expect(warnings.map(({ text }) => text).join("\n")).toContain(
    "No file that they held is sent again.",
  );
});

test("folders of which no dataset is made are in the summary and in the report", async () => {
  place.tree.write({ "images/cats/1.jpg": jpeg("cat"), "images/labels/1.txt": "0 0.5" });
  const { summaries, outputs } = await act({
    ...{ dataset: "pets-{folder}-{increment}", root: "images", files: "**" },
    "partition-depth": "1",
  });
  expect(summaries.join("\n")).toContain("no dataset is made of the folder labels");
  expect(readFileSync(outputs["report"] ?? "", "utf8")).toContain(
    "no dataset is made of the folder labels",
  );
});

test("of files outside any folder it says that none would be indexed", async () => {
  place.tree.write({ "set/cats/1.jpg": jpeg("cat"), "set/notes.yaml": "a: 1" });
  const { summaries } = await act({
    ...{ dataset: "pets-{folder}-{increment}", root: "set", files: "**" },
    "partition-depth": "1",
  });
  expect(summaries.join("\n")).toContain(
    "no dataset is made of the files outside any folder: Avala would index none of them (",
  );
});
