// What the Action leaves out: files that Avala would store and never show, and what no dataset is about.
import { readFileSync, utimesSync } from "node:fs";
import { useActionPlace } from "../support/action-place";
import type { Recorded } from "../support/recorded-action";
import { jpeg } from "../support/temp-tree";

const yolo = {
  "data.yaml": "names: [cat]",
  "images/1.jpg": jpeg("1"),
  "images/2.jpg": jpeg("2"),
  "labels/1.txt": "0 0.5 0.5 1 1",
  "labels/2.txt": "0 0.5 0.5 1 1",
  "notes.md": "n",
};
const place = useActionPlace(yolo, { ingestMs: 0 });

const act = (inputs: Record<string, string>): Promise<Recorded> =>
  place.act({ files: "**", dataset: "pets-{digest}", ...inputs });
const partitioned = { dataset: "pets-{folder}-{digest}", "partition-depth": "1" };
const names = (): string[] =>
  place.emulator.datasets().map(({ name }) => name.replace(/-[0-9a-f]+$/, ""));

test("they cost no call, and are counted by suffix in the log, the summary and the report", async () => {
  const { outputs, errors, warnings, lines, summaries } = await act({});
  expect(errors).toEqual([]);
  expect(warnings).toEqual([]);
  expect(outputs).toMatchObject({ outcome: "uploaded", "files-total": "2" });
  expect(
    place.emulator.requests().filter(({ path }) => path.includes("file-upload-url")),
  ).toHaveLength(2);
  const counts = "2 .txt, 1 .md, 1 .yaml";
  expect(lines.join("\n")).toContain(counts);
  expect(summaries.join("\n")).toContain(counts);
  const report = JSON.parse(readFileSync(outputs.report ?? "", "utf8")) as { files: object };
  expect(report.files).toMatchObject({
    leftOut: {
      unindexed: [
        { suffix: ".txt", files: 2 },
        { suffix: ".md", files: 1 },
        { suffix: ".yaml", files: 1 },
      ],
    },
  });
});

test("a change of one changes nothing", async () => {
  await act({});
  place.tree.write({ "notes.md": "other", "labels/3.txt": "1" });
  const { outputs } = await act({});
  expect(outputs).toMatchObject({ outcome: "unchanged" });
  expect(place.emulator.datasets()).toHaveLength(1);
});

test("they are sent where that is asked for, with a warning", async () => {
  const { outputs, warnings } = await act({ unindexed: "send" });
  expect(outputs).toMatchObject({ outcome: "uploaded", "files-total": "6" });
  expect(warnings).toHaveLength(1);
});

test("folders that all lie in one are one dataset, and the log says what makes one of each", async () => {
  for (const name of ["a", "b", "c"]) place.tree.write({ [`photos/${name}/1.jpg`]: jpeg(name) });
  const inputs = { ...partitioned, files: "photos/**", "dry-run": "true" };
  const logged = async (more: object): Promise<boolean> =>
    (await act({ ...inputs, ...more })).lines.some((line) => line.includes(text));
  const text =
    "All files are in the folder photos, so partition-depth: 1 makes one dataset of them. To make one of each of the 3 folders in it, set root to photos, with files relative to that, and add photos to prefix, so that paths in the dataset stay as they are.";
  expect(await logged({})).toBe(true);
  expect(await logged({ files: "photos/a" })).toBe(false);
  expect(await logged({ root: "photos", files: "**" })).toBe(false);
  expect(await logged({ files: "**" })).toBe(false);
});

test.each([
  { unindexed: "error" },
  { files: "labels" },
  { files: "labels", unindexed: "send" },
  { "data-type": "video", "if-no-files-found": "ignore" },
])("a set that must not, or would not, have any is refused: %j", async (inputs) => {
  const { outputs, errors } = await act(inputs);
  expect(outputs.outcome).toBe("invalid");
  expect(errors[0]).toContain("2 .txt");
  expect(place.emulator.requests()).toEqual([]);
});

describe("a folder of which nothing would be indexed", () => {
  test("is not a dataset, and the log says so", async () => {
    const { outputs, errors, lines } = await act(partitioned);
    expect(errors).toEqual([]);
    expect(outputs.outcome).toBe("uploaded");
    expect(names()).toEqual(["pets-images"]);
    expect(lines.join("\n")).toMatch(/the folder labels: .*2 \.txt/);
    expect(lines.join("\n")).toMatch(/the files outside any folder: .*1 \.md, 1 \.yaml/);
  });

  test.each([{}, { "data-type": "image" }])(
    "is refused by its name where all is to be sent (%j)",
    async (more) => {
      const { outputs, errors } = await act({ ...partitioned, ...more, unindexed: "send" });
      expect(outputs.outcome).toBe("invalid");
      expect(errors[0]).toMatch(/No file of labels would be indexed.*2 \.txt/);
      expect(errors[0]).toMatch(/No file outside any folder would be indexed.*1 \.md, 1 \.yaml/);
      expect(place.emulator.requests()).toEqual([]);
    },
  );

  test("is refused, too, where a line names its only file in full", async () => {
    const files = "images\nlabels/1.txt";
    const { outputs, errors } = await act({ ...partitioned, files });
    expect(outputs.outcome).toBe("invalid");
    expect(errors[0]).toContain("No file of labels would be indexed");
  });
});

test("what ignore files take and what systems leave behind is counted in the log and the report", async () => {
  place.tree.write({
    ".avalaignore": "/images/2.*\n",
    "images/Thumbs.db": "x",
    "@eaDir/1.jpg": "x",
  });
  const { outputs, errors, lines } = await act({});
  expect(errors).toEqual([]);
  expect(outputs["files-total"]).toBe("1");
  expect(lines.join("\n")).toContain("left out: 1 by the line /images/2.* of .avalaignore");
  const report = JSON.parse(readFileSync(outputs.report ?? "", "utf8")) as { files: object };
  expect(report.files).toMatchObject({
    leftOut: {
      junk: 2,
      ignored: [{ file: ".avalaignore", pattern: "/images/2.*", matched: 1 }],
      evicted: 0,
    },
  });
});

test("a line that matches only what is left out says what that was", async () => {
  place.tree.write({ ".avalaignore": "images\n", "clips/.a.mp4.icloud": "placeholder" });
  const { outputs, errors } = await act({ files: "images/**\nclips/*.mp4" });
  expect(outputs.outcome).toBe("invalid");
  expect(errors[0]).toMatch(
    /"images\/\*\*" matches nothing .* by the line images of \.avalaignore/,
  );
  expect(errors[0]).toMatch(/"clips\/\*\.mp4" matches nothing .*in iCloud only: 1 file/);
});

describe("files in motion", () => {
  const growing = { dataset: "pets-{increment}", files: "images" };
  const old = (path: string): void => utimesSync(place.tree.at(path), 1_700_000_000, 1_700_000_000);

  test("written just now are left for a later run, and counted", async () => {
    old("images/1.jpg");
    const first = await act({ ...growing, "min-age-minutes": "5" });
    expect(first.errors).toEqual([]);
    expect(first.outputs["files-total"]).toBe("1");
    expect(first.lines.join("\n")).toMatch(
      /left out: written just now, .*1 file \(images\/2\.jpg\)/,
    );
    old("images/2.jpg");
    const second = await act({ ...growing, "min-age-minutes": "5" });
    expect(second.outputs).toMatchObject({ "files-total": "2", "files-uploaded": "1" });
    expect(place.emulator.datasets()).toHaveLength(2);
  });

  test("of which there is nothing else are refused, or an empty set where that is allowed", async () => {
    const inputs = { ...growing, "min-age-minutes": "5" };
    const refused = await act(inputs);
    expect(refused.outputs.outcome).toBe("invalid");
    expect(refused.errors[0]).toContain("No file is left");
    const allowed = await act({ ...inputs, "if-no-files-found": "warn" });
    expect(allowed.outputs.outcome).toBe("empty");
    expect(place.emulator.datasets()).toEqual([]);
  });

  test.each(["pets", "pets-{digest}"])(
    "that change may not be left out of %s, which nothing can be added to later",
    async (dataset) => {
      const { outputs, errors } = await act({ ...growing, dataset, "changing-files": "leave-out" });
      expect(outputs.outcome).toBe("invalid");
      expect(errors[0]).toContain("changing-files: ");
      expect(place.emulator.requests()).toEqual([]);
    },
  );

  test("that change are left out of a growing set", async () => {
    const { outputs, errors } = await act({ ...growing, "changing-files": "leave-out" });
    expect(errors).toEqual([]);
    expect(outputs["files-total"]).toBe("2");
  });
});
