// Writes the README's tables of inputs and outputs from action.yml, between their markers.
// `node scripts/readme-tables.mjs` rewrites them; with `--check` it changes nothing and fails when they differ.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const README = path.join(ROOT, "README.md");

/** Text as it stands in a cell: one line, and no `|` that would end it. */
function cell(text) {
  return text.replaceAll(/\s+/g, " ").trim().replaceAll("|", "\\|");
}

function defaultOf(value) {
  return value === undefined || value === "" ? "" : `\`${cell(String(value))}\``;
}

function inputsTable(inputs) {
  const rows = Object.entries(inputs).map(
    ([name, { description, default: value }]) =>
      `| \`${name}\` | ${defaultOf(value)} | ${cell(description)} |`,
  );
  return ["| input | default | meaning |", "| --- | --- | --- |", ...rows].join("\n");
}

function outputsTable(outputs) {
  const rows = Object.entries(outputs).map(
    ([name, { description }]) => `| \`${name}\` | ${cell(description)} |`,
  );
  return ["| output | meaning |", "| --- | --- |", ...rows].join("\n");
}

/** Puts `table` between the markers of `name`; one that is not there once is a mistake in the README. */
function between(text, name, table) {
  const marked = new RegExp(`(<!-- ${name}:start -->)[^]*?(<!-- ${name}:end -->)`, "g");
  if ([...text.matchAll(marked)].length !== 1) {
    throw new Error(`README.md needs <!-- ${name}:start --> and <!-- ${name}:end --> once.`);
  }
  // Prettier would pad every row to the width of the longest.
  const kept = `<!-- prettier-ignore-start -->\n${table}\n<!-- prettier-ignore-end -->`;
  return text.replace(marked, (_all, start, end) => `${start}\n\n${kept}\n\n${end}`);
}

function main(isCheck) {
  const { inputs, outputs } = parse(readFileSync(path.join(ROOT, "action.yml"), "utf8"));
  const text = readFileSync(README, "utf8");
  const wanted = between(
    between(text, "inputs", inputsTable(inputs)),
    "outputs",
    outputsTable(outputs),
  );
  if (wanted === text) return;
  if (!isCheck) {
    writeFileSync(README, wanted);
    return;
  }
  console.error("README.md does not say what action.yml says: run node scripts/readme-tables.mjs");
  process.exitCode = 1;
}

main(process.argv.includes("--check"));
