import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { differences } from "../../scripts/check-dist";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "avala-dist-test-"));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function folder(name: string, files: Record<string, string>): string {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name, file)), { recursive: true });
    writeFileSync(join(root, name, file), text);
  }
  return join(root, name);
}

describe("the check of dist/", () => {
  test("is content with the same files", () => {
    const files = { "index.js": "a", "sub/x.js": "b" };
    expect(differences(folder("expected", files), folder("actual", files))).toEqual([]);
  });

  test("names what differs, what is missing and what nobody made", () => {
    const expected = folder("expected", { "index.js": "new", "licenses.txt": "l" });
    const actual = folder("actual", { "index.js": "old", "1.index.js": "left over" });
    expect(differences(expected, actual)).toEqual([
      "not made by the build: 1.index.js",
      "differs: index.js",
      "missing: licenses.txt",
    ]);
  });

  test("has a bundle that was never made miss every file", () => {
    const expected = folder("expected", { "index.js": "a" });
    expect(differences(expected, join(root, "absent"))).toEqual(["missing: index.js"]);
  });
});
