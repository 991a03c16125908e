// Which files a growing set is made of.
import { createManifest } from "../../../src/files/manifest/manifest";
import { growingFiles } from "../../../src/operations/grow/growing-files";

test("each file has the digest of its own path, and one that was not hashed is left", () => {
  const files = ["b.jpg", "gone.jpg", "a.jpg"].map((path) => ({
    path,
    absolutePath: `/${path}`,
    sizeBytes: 1,
  }));
  const manifest = createManifest([
    { path: "a.jpg", sizeBytes: 1, sha256: "a".repeat(64) },
    { path: "b.jpg", sizeBytes: 1, sha256: "b".repeat(64) },
  ]);
  expect(growingFiles(files, manifest)).toEqual([
    { path: "b.jpg", absolutePath: "/b.jpg", sizeBytes: 1, sha256: "b".repeat(64) },
    { path: "a.jpg", absolutePath: "/a.jpg", sizeBytes: 1, sha256: "a".repeat(64) },
  ]);
});
