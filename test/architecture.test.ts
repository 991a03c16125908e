// The map of the house names rooms and files that are there.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(__dirname, "..");
const page = readFileSync(join(ROOT, "docs/architecture.md"), "utf8");
const named = [...page.matchAll(/`((?:src|provider|action|emulator|test|scripts)\/[^`{}]+)`/g)];

test("docs/architecture.md names files and folders that exist", () => {
  const paths = named.map(([, path = ""]) => path);
  expect(paths.length).toBeGreaterThan(40);
  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
