// Where the files of a dataset leave its data type open, and where they settle it.
import { InputError, type InputProblem } from "../../src/errors";
import { readFileSet } from "../../src/files/file-set";
import type { FileSetOptions } from "../../src/files/file-set-options";
import { typeQuestion, untyped } from "../../src/files/scan/type-question";
import * as built from "../support/built-files";
import { createTempTree, jpeg, png, type TreeContent } from "../support/temp-tree";

const none: ReadonlySet<string> = new Set();
const question = (...paths: string[]): string | undefined =>
  typeQuestion({ paths, otherThanSplats: none });

async function problemsOf(
  content: TreeContent,
  options: Partial<FileSetOptions> = {},
): Promise<readonly InputProblem[]> {
  const tree = createTempTree(content);
  try {
    await readFileSet({ root: tree.root, include: ["**"], ...options });
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  } finally {
    tree.remove();
  }
}

const kitti = {
  "training/image_2/000000.png": png("0"),
  "training/image_2/000001.png": png("1"),
  "training/velodyne/000000.bin": "points",
  "training/velodyne/000001.bin": "points",
  "training/calib/000000.txt": "P0: 7.1",
  "training/label_2/000000.txt": "Car",
};
const nuScenes = {
  "samples/CAM_FRONT/n015.jpg": jpeg(),
  "samples/LIDAR_TOP/n015.pcd.bin": "points",
  "samples/RADAR_FRONT/n015.pcd": "points",
  "v1.0-mini/sample.json": "[]",
};

describe("the data type of files with others beside them", () => {
  test.each([
    ...["bin", "pcd", "las", "laz", "bag", "db3", "dcm", "nii", "nii.gz", "heic", "avif", "jxl"],
    ...["HEIC", "dng", "avi", "nrrd"],
  ])("is a question where a .%s is beside images", (suffix) => {
    expect(question("a.jpg", `b.${suffix}`)).toContain(`b.${suffix}`);
  });

  test.each(["txt", "json", "xml", "csv", "yaml", "npy", "zip", "pts", "md", "gz"])(
    "is settled where a .%s is beside them, as labels and notes are",
    (suffix) => {
      expect(question("a.jpg", `b.${suffix}`)).toBeUndefined();
    },
  );

  test("is a question beside recordings and films too", () => {
    expect(question("a.mcap", "b.bag")).toContain("mcap takes .mcap");
    expect(question("a.mp4", "b.avi")).toContain("video takes .mp4");
    expect(question("a.alp", "b.pcd")).toContain("lidar takes .alp, .alp.gz");
  });

  test("is a question of KITTI and of nuScenes, which names and counts what stands in the way", async () => {
    const [ofKitti, ...rest] = await problemsOf(kitti);
    expect(rest).toEqual([]);
    expect(ofKitti?.input).toBe("dataType");
    expect(ofKitti?.text).toContain(
      "2 .bin (training/velodyne/000000.bin, training/velodyne/000001.bin; point clouds: lidar takes .alp, .alp.gz)",
    );
    const [ofNuScenes] = await problemsOf(nuScenes);
    expect(ofNuScenes?.text).toContain("1 .bin (samples/LIDAR_TOP/n015.pcd.bin");
    expect(ofNuScenes?.text).toContain("1 .pcd (samples/RADAR_FRONT/n015.pcd");
  });

  test("is what the user says it is", async () => {
    expect(await problemsOf(kitti, { dataType: "image" })).toEqual([]);
    expect(await problemsOf(kitti, { include: ["**", "!**/velodyne"] })).toEqual([]);
  });

  test("is a question of the dataset alone that has both, where each folder is one", async () => {
    const content = {
      "a/x.jpg": jpeg(),
      "b/x.jpg": jpeg("b"),
      "b/x.heic": "heic",
    };
    const problems = await problemsOf(content, { partitionDepth: 1 });
    expect(problems.map(({ input }) => input)).toEqual(["dataType"]);
    expect(problems[0]?.text).toMatch(/^in folder b: /);
    expect(await problemsOf(content, { folder: "a" })).toEqual([]);
  });

  test("names a few of many", () => {
    const many = Array.from({ length: 7481 }, (_, n) => `velodyne/${n}.bin`);
    const kinds = ["las", "laz", "pcd", "bag", "db3", "dcm", "nii", "jxl", "avi", "flv", "wmv"];
    const text = question("a.png", ...many, ...kinds.map((kind) => `x.${kind}`)) ?? "";
    expect(text).toContain("7,481 .bin (velodyne/0.bin, velodyne/1.bin, velodyne/2.bin, …;");
    expect(text).toContain("and files of 2 more suffixes");
    expect(text.length).toBeLessThan(2000);
  });

  test("is a question of .ply files that have nothing of a splat", () => {
    const ofMeshes = typeQuestion({ paths: ["m.ply"], otherThanSplats: new Set(["m.ply"]) });
    expect(ofMeshes).toContain("1 .ply (m.ply; meshes or point clouds");
    expect(question("m.ply")).toBeUndefined();
    const ofBoth = typeQuestion({
      paths: ["m.ply", "s.ply", "t.splat"],
      otherThanSplats: new Set(["m.ply"]),
    });
    expect(ofBoth).toContain("from 2 files of type splat (.ply, .splat)");
    const ofImages = typeQuestion({
      paths: ["a.jpg", "m.ply"],
      otherThanSplats: new Set(["m.ply"]),
    });
    expect(ofImages).toContain("from 1 file of type image (.jpg)");
  });
});

test("files of which none is indexed are said to be convertible, where they are", async () => {
  const [none] = await problemsOf({ "a.pcd": "points", "b.txt": "label" }, { dataType: "lidar" });
  expect(none).toMatchObject({ input: "include" });
  expect(none?.text).toContain("as lidar (lidar takes .alp, .alp.gz): 1 .pcd, 1 .txt.");
  expect(none?.text).toContain("1 .pcd (a.pcd; point clouds: lidar takes .alp, .alp.gz)");
});

test("meshes are asked about by what is in them, and taken for splats where nothing is read", async () => {
  const mesh = built.meshPlyOf(Buffer.alloc(9, 1), false);
  const [question, ...rest] = await problemsOf({ "mesh.ply": mesh });
  expect(rest).toEqual([]);
  expect(question?.text).toContain("1 .ply (mesh.ply; meshes or point clouds");
  expect(await problemsOf({ "mesh.ply": mesh }, { checkContent: "off" })).toEqual([]);
  const given = { checkContent: "error", dataType: "splat" } as const;
  const [refused] = await problemsOf({ "mesh.ply": mesh }, given);
  expect(refused).toMatchObject({ input: "mesh.ply", path: "mesh.ply" });
  expect(refused?.text).toContain("none of the properties of a splat");
});

test.each([
  ["f_dc_0", "as trained"],
  ["packed_position", "as compressed"],
])("a .ply with %s is one of splats, %s", async (property) => {
  const lines = ["ply", "format binary_little_endian 1.0", "element vertex 1"];
  const head = [...lines, `property float ${property}`, "end_header", ""].join("\n");
  const splats = Buffer.concat([Buffer.from(head), Buffer.alloc(4)]);
  expect(await problemsOf({ "a.ply": splats, "b.compressed.ply": splats })).toEqual([]);
});

describe("files that agree on no data type", () => {
  test("are counted and named by type", () => {
    expect(untyped(undefined, ["a.jpg", "b.jpg", "c.mcap", "d.txt"])).toContain(
      "they are of several types: 2 image (a.jpg, b.jpg), 1 mcap (c.mcap)",
    );
  });

  test("or by suffix, with what to convert them to, where none is indexed", () => {
    expect(untyped("v", ["a.pcd", "b.txt"])).toContain(
      "folder v: Avala indexes none of them: 1 .pcd (a.pcd; point clouds: lidar takes .alp, .alp.gz), 1 .txt (b.txt)",
    );
  });
});
