import { dataTypeOf, inferDataType, isIndexed, shownTypeOf, suffixOf } from "../../src/files/media";

describe("the data type of a file (contract, Uploading files)", () => {
  test.each([
    ["a.jpg", "image"],
    ["A.JPEG", "image"],
    ["x/y.png", "image"],
    ["a.webp", "image"],
    ["a.bmp", "image"],
    ["a.gif", "image"],
    ["a.tif", "image"],
    ["a.TIFF", "image"],
    ["a.mp4", "video"],
    ["a.webm", "video"],
    ["a.mkv", "video"],
    ["a.mov", "video"],
    ["a.episode", "video"],
    ["a.alp", "lidar"],
    ["a.ALP.gz", "lidar"],
    ["a.mcap", "mcap"],
    ["a.ply", "splat"],
    ["a.b.compressed.ply", "splat"],
    ["a.splat", "splat"],
    ["a.sog", "splat"],
    ["a.spz", "splat"],
    ["a.ksplat", "splat"],
    ["a.gz", undefined],
    ["a.jpg.gz", undefined],
    ["a.pcd", undefined],
    ["a.bin", undefined],
    ["a.las", undefined],
    ["a.laz", undefined],
    ["jpg", undefined],
    [".jpg", undefined],
    ["x.jpg/readme", undefined],
  ])("of %s is %s", (path, expected) => {
    expect(dataTypeOf(path)).toBe(expected);
  });

  test("comes from the longest suffix", () => {
    expect(suffixOf("a.alp.gz")).toBe(".alp.gz");
    expect(suffixOf("scan.Compressed.PLY")).toBe(".compressed.ply");
    expect(suffixOf("a.tar.gz")).toBe(".gz");
    expect(suffixOf("brain.NII.gz")).toBe(".nii.gz");
    expect(suffixOf("README")).toBe("");
    expect(suffixOf(".env")).toBe("");
  });

  test("is inferred when all indexed files agree, and others don't count", () => {
    expect(inferDataType(["a.jpg", "b.PNG", "notes.txt"])).toBe("image");
    expect(inferDataType(["a.jpg", "b.mp4"])).toBeUndefined();
    expect(inferDataType(["a.txt"])).toBeUndefined();
    expect(inferDataType([])).toBeUndefined();
  });

  test("image_3d has no suffix in the contract, so every file that may hold an image may be indexed", () => {
    expect(isIndexed("volume.nii.gz", "image_3d")).toBe(true);
    expect(isIndexed("slices/IM0001", "image_3d")).toBe(true);
    expect(isIndexed("a.whatever", "image_3d")).toBe(true);
    expect(isIndexed("README.TXT", "image_3d")).toBe(false);
    expect(isIndexed("a.jpg", "video")).toBe(false);
    for (const dataType of ["image", "video", "lidar"] as const)
      expect(isIndexed("volume.nii.gz", dataType)).toBe(false);
  });
});

test("browsers show some suffixes as they are, under types of their own", () => {
  expect([".jpg", ".jpeg", ".png"].map(shownTypeOf)).toEqual([
    "image/jpeg",
    "image/jpeg",
    "image/png",
  ]);
  expect(
    [".tif", ".tiff", ".mov", ".mp4", ".alp", ""].flatMap((suffix) => shownTypeOf(suffix) ?? []),
  ).toEqual([]);
});
