// docs/files.md says of suffixes what the code does.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isForeign } from "../../src/files/foreign-formats";
import { dataTypes, indexedSuffixes } from "../../src/files/media";

const text = readFileSync(join(__dirname, "../../docs/files.md"), "utf8");
const rows = text.split("\n").filter((line) => line.startsWith("| "));
const suffixesOf = (cell = ""): string[] =>
  [...cell.matchAll(/`(\.[a-z0-9.]+)`/g)].map(([, suffix = ""]) => suffix);

test.each(dataTypes)("the docs name the suffixes of %s", (dataType) => {
  const row = rows.find((line) => line.startsWith(`| \`${dataType}\``));
  expect(suffixesOf(row)).toEqual(indexedSuffixes.get(dataType));
});

test("the docs name the formats that leave a data type open, and no others", () => {
  const named = ["point clouds", "ROS recordings", "medical images", "images", "videos"].flatMap(
    (what) => suffixesOf(rows.find((line) => line.startsWith(`| ${what} `))?.split("|")[2]),
  );
  expect(named.filter((suffix) => !isForeign(`a${suffix}`))).toEqual([".ply"]);
  expect(named).toHaveLength(46);
});
