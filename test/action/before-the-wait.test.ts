// What a download needs of this machine is looked at before the export is waited for, and again when it is there.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync, type StatsFs } from "node:fs";
import promises from "node:fs/promises";
import { useActionPlace } from "../support/action-place";
import { jpeg } from "../support/temp-tree";

const place = useActionPlace({ "images/one.jpg": jpeg("one") });
afterEach(() => jest.restoreAllMocks());

const uploading = { dataset: "pets-{digest}", files: "images" };
const downloading = { ...uploading, "export-datasets": "uploaded", "download-path": "export" };

/** From now on each disk has so much free. */
function freeing(bytes: number): void {
  const stats = { blocks: 1_000, bavail: bytes, bsize: 1 } as StatsFs;
  jest.spyOn(promises, "statfs").mockImplementation(async () => stats);
}

describe("before anything is sent or waited for, the step refuses", () => {
  test.each<[string, Record<string, string | null | { link: string }>, Record<string, string>]>([
    ["a file in the place of the folder", { export: "mine" }, {}],
    ["a file in the place of one above it", { out: "mine" }, { "download-path": "out/export" }],
    ["a broken link", { export: { link: "gone" } }, {}],
  ])("%s", async (_what, files, more) => {
    place.tree.write(files);
    const { outputs, errors } = await place.act({ ...downloading, ...more });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain("download-path: ");
    expect(outputs).toMatchObject({ outcome: "invalid", "files-uploaded": "0" });
    expect(place.emulator.requests()).toEqual([]);
  });

  test("a folder in which nothing can be made", async () => {
    const refused = Object.assign(new Error("read-only file system, mkdtemp"), { code: "EROFS" });
    const made = promises.mkdtemp;
    jest.spyOn(promises, "mkdtemp").mockImplementation(async (prefix: string) => {
      if (prefix.startsWith(place.tree.at(".avala-"))) throw refused;
      return made(prefix);
    });
    const { outputs, errors } = await place.act(downloading);
    expect(errors[0]).toContain("read-only");
    expect(outputs).toMatchObject({ outcome: "invalid" });
    expect(place.emulator.requests()).toEqual([]);
  });

  test("a disk without room", async () => {
    freeing(1_000);
    const { outputs, errors } = await place.act(downloading);
    expect(errors[0]).toContain("1.0 kB free");
    expect(outputs).toMatchObject({ outcome: "invalid" });
    expect(place.emulator.requests()).toEqual([]);
  });

  test("what is not a file under the name of the export's", async () => {
    place.tree.write({ "export/export-e.json": null });
    const { errors } = await place.act({ "export-uid": "e", "download-path": "export" });
    expect(errors[0]).toContain("export-e.json");
    expect(place.emulator.requests()).toEqual([]);
  });

  test("the same in a dry run, which sends nothing either way", async () => {
    place.tree.write({ export: "mine" });
    const { outputs } = await place.act({ ...downloading, "dry-run": "true" });
    expect(outputs).toMatchObject({ outcome: "invalid" });
  });
});

describe("before the wait, the step warns", () => {
  test("of files that may be in the way, and not of hidden ones", async () => {
    place.tree.write({ "export/.gitkeep": "", "export/a.json": "1", "export/b.json": "2" });
    const { warnings, outputs } = await place.act(downloading);
    const told = warnings.filter(({ text }) => text.includes("download-path is not empty"));
    expect(told.map(({ text }) => text).join()).toContain("it contains a.json, b.json.");
    expect(outputs).toMatchObject({ outcome: "exported" });
  });

  test("of a disk with little room", async () => {
    freeing(100e6);
    const { warnings, outputs } = await place.act(downloading);
    expect(warnings.map(({ text }) => text).join()).toContain("100 MB free");
    expect(outputs).toMatchObject({ outcome: "exported" });
  });

  test("of nothing where there is nothing", async () => {
    const { warnings } = await place.act(downloading);
    expect(warnings).toEqual([]);
    expect(readdirSync(place.tree.root)).not.toContainEqual(expect.stringMatching(/^\.avala-/));
  });
});

describe("when the export is there, the same is looked at again", () => {
  test("and a folder that became a file meanwhile is named, and kept", async () => {
    mkdirSync(place.tree.at("export"));
    const onInfo = (line: string): void => {
      if (!line.startsWith("Started export")) return;
      rmSync(place.tree.at("export"), { recursive: true });
      writeFileSync(place.tree.at("export"), "mine");
    };
    const { outputs, errors } = await place.act(downloading, { onInfo });
    expect(errors[0]).toContain("download-path is not a folder");
    expect(outputs).toMatchObject({ outcome: "failed", "export-status": "completed" });
    const fetched = place.emulator.requests().filter(({ target, method }) => {
      return target === "storage" && method === "GET";
    });
    expect(fetched).toEqual([]);
  });
});

describe("the output download-file", () => {
  test("names the only file of an unpacked archive", async () => {
    const { outputs } = await place.act(downloading);
    const [name = ""] = readdirSync(place.tree.at("export"));
    expect(outputs["download-file"]).toBe(place.tree.at(`export/${name}`));
  });

  test("names the archive where it is not unpacked", async () => {
    const { outputs } = await place.act({ ...downloading, extract: "false" });
    expect(outputs["download-file"]).toMatch(/export[\\/]export-[0-9a-f-]+\.zip$/);
    expect(existsSync(outputs["download-file"] ?? "")).toBe(true);
  });

  test("is empty where there are several, or none", async () => {
    place.tree.write({ "more/two.jpg": jpeg("two") });
    const other = await place.act({ dataset: "more-{digest}", files: "more" });
    const both = `uploaded\n${other.outputs["dataset-uid"] ?? ""}`;
    const several = await place.act({ ...downloading, "export-datasets": both });
    expect(readdirSync(place.tree.at("export"))).toHaveLength(2);
    expect(several.outputs).toMatchObject({ outcome: "exported", "download-file": "" });
    expect(other.outputs).toMatchObject({ "download-path": "", "download-file": "" });
  });
});
