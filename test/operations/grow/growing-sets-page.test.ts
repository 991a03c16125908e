// docs/growing-sets.md names the test of each case, and the test is there.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const DOCS = join(__dirname, "../../../docs");
const page = readFileSync(join(DOCS, "growing-sets.md"), "utf8");
const rows = page
  .slice(page.indexOf("## How each case ends"))
  .split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (?:case|---)/.test(line))
  .map((line) => line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "").trim()));

test("each case has an end and a test", () => {
  expect(rows.length).toBeGreaterThan(20);
  for (const row of rows) expect(row).toHaveLength(3);
});

test.each(rows.map(([name = "", , shownBy = ""]) => [name, shownBy]))(
  "%s: its test is there",
  (_name, shownBy) => {
    const links = [...shownBy.matchAll(/\[[^\]]+\]\(([^)]+)\): ([^[]+)/g)];
    expect(links.length).toBeGreaterThan(0);
    for (const [, file = "", names = ""] of links) {
      const path = join(DOCS, file);
      expect(existsSync(path)).toBe(true);
      const source = readFileSync(path, "utf8");
      for (const name of names
        .split(";")
        .map((part) => part.trim())
        .filter((part) => part !== ""))
        expect(source).toContain(`"${name}"`);
    }
  },
);
