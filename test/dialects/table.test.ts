// Holds docs/emulator.md to the scenarios and to what is known to fail. `AVALA_WRITE_DOCS=1` writes both tables.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Dialect } from "../../emulator/index";
import { ACTION } from "./action";
import { STACK } from "./stack";
import { formsTable, scenariosTable } from "./table";

const PAGE = join(__dirname, "../../docs/emulator.md");

/** What stands between the markers of `name`, rewritten where that is asked for. */
function written(name: string, table: string): string {
  const text = readFileSync(PAGE, "utf8");
  const [start, end] = [`<!-- ${name}:start -->\n`, `\n<!-- ${name}:end -->`];
  const [before = "", rest = ""] = text.split(start);
  const [found = "", after = ""] = rest.split(end);
  if (process.env["AVALA_WRITE_DOCS"] !== "1") return found;
  // The formatter would pad every row to the width of the longest.
  const kept = `\n<!-- oxfmt-ignore-start -->\n${table}\n<!-- oxfmt-ignore-end -->\n`;
  writeFileSync(PAGE, before + start + kept + end + after);
  return kept;
}

test.each([
  ["dialect", formsTable([ACTION, STACK])],
  ["scenarios", scenariosTable([ACTION, STACK])],
])("the table of the page between the markers of %s is the tests' own", (name, table) => {
  expect(written(name, table)).toContain(`\n${table}\n`);
});

test("a column that can't work with a form says so there, why, and nowhere else", () => {
  const failure = {
    isOf: ({ takenName }: Dialect) => takenName === "field",
    scenarios: ["the Action uploads files as one dataset"],
    reason: "a | b",
  };
  const made = formsTable([ACTION, STACK], [failure]).split("\n");
  const failing = made.filter((row) => row.includes(" | no: a \\| b | yes | yes "));
  expect(failing).toEqual([expect.stringContaining("`field`")]);
  expect(made.filter((row) => row.includes("no: "))).toHaveLength(1);
});
