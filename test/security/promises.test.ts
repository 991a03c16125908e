// What SECURITY.md and docs/faults.md say is shown by tests names tests that are there.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const ROOT = join(__dirname, "..", "..");

/** Paths of tests that a document names, as links or in backticks, from the repository's root. */
function testsIn(document: string): string[] {
  const text = readFileSync(join(ROOT, document), "utf8");
  const links = [...text.matchAll(/\]\(([^)#\s]+\.(?:test\.ts|ts|py|mjs))\)/g)].map(([, path]) =>
    join(dirname(document), path ?? ""),
  );
  const quoted = [...text.matchAll(/`(test\/[^`\s]+\.ts)`/g)].map(([, path]) => path ?? "");
  return [...new Set([...links, ...quoted])];
}

describe.each(["SECURITY.md", "docs/faults.md"])("%s", (document) => {
  test("names tests that exist", () => {
    const named = testsIn(document);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

test("each promise in SECURITY.md names a test", () => {
  const text = readFileSync(join(ROOT, "SECURITY.md"), "utf8");
  const promised = text.slice(text.indexOf("## What is promised"), text.indexOf("## What is not"));
  const promises = promised.split("\n- ").slice(1);
  expect(promises.length).toBeGreaterThan(12);
  for (const promise of promises) expect(promise).toMatch(/Shown\s+by\s+\[/);
});

test("each row of the table of faults names a test", () => {
  const text = readFileSync(join(ROOT, "docs", "faults.md"), "utf8");
  const rows = text
    .slice(text.indexOf("## Each fault"), text.indexOf("<!-- every-point: begin -->"))
    .split("\n")
    .filter(
      (line) =>
        line.startsWith("| ") && !line.startsWith("| ---") && !line.includes("| shown by |"),
    );
  expect(rows.length).toBeGreaterThan(25);
  for (const row of rows) expect(row).toMatch(/\.test\.ts\)/);
});
