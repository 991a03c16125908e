// Writes the tables of inputs and outputs from action.yml, between their markers: in docs/action.md all of it, in the
// README the first sentence of each. `node scripts/readme-tables.mjs` rewrites them; with `--check` it changes nothing and
// fails when they differ.
// By hand and not by action-docs: that writes one table of whole descriptions, with no first sentences for a README and no check.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** Text as it stands in a cell: one line, and no `|` that would end it. */
function cell(text) {
  return text.replaceAll(/\s+/g, " ").trim().replaceAll("|", "\\|");
}

function firstSentence(text) {
  return cell(text).split(/(?<=\.) (?=[A-Z`])/)[0];
}

function defaultOf(value) {
  return value === undefined || value === "" ? "" : `\`${cell(String(value))}\``;
}

function inputsTable(inputs, textOf) {
  const rows = Object.entries(inputs).map(
    ([name, { description, default: value }]) =>
      `| \`${name}\` | ${defaultOf(value)} | ${textOf(description)} |`,
  );
  return ["| input | default | meaning |", "| --- | --- | --- |", ...rows].join("\n");
}

function outputsTable(outputs, textOf) {
  const rows = Object.entries(outputs).map(
    ([name, { description }]) => `| \`${name}\` | ${textOf(description)} |`,
  );
  return ["| output | meaning |", "| --- | --- |", ...rows].join("\n");
}

/** Puts `table` between the markers of `name`; one that is not there once is a mistake in the page. */
function between(file, text, name, table) {
  const marked = new RegExp(`(<!-- ${name}:start -->)[^]*?(<!-- ${name}:end -->)`, "g");
  if ([...text.matchAll(marked)].length !== 1) {
    throw new Error(`${file} needs <!-- ${name}:start --> and <!-- ${name}:end --> once.`);
  }
  // The formatter would pad every row to the width of the longest.
  const kept = `<!-- oxfmt-ignore-start -->\n${table}\n<!-- oxfmt-ignore-end -->`;
  return text.replace(marked, (_all, start, end) => `${start}\n\n${kept}\n\n${end}`);
}

function writePage(file, textOf, isCheck) {
  const { inputs, outputs } = parse(readFileSync(path.join(ROOT, "action.yml"), "utf8"));
  const page = path.join(ROOT, file);
  const text = readFileSync(page, "utf8");
  const withInputs = between(file, text, "inputs", inputsTable(inputs, textOf));
  const wanted = between(file, withInputs, "outputs", outputsTable(outputs, textOf));
  if (wanted === text) return;
  if (!isCheck) {
    writeFileSync(page, wanted);
    return;
  }
  console.error(`${file} does not say what action.yml says: run node scripts/readme-tables.mjs`);
  process.exitCode = 1;
}

const isCheck = process.argv.includes("--check");
writePage("README.md", firstSentence, isCheck);
writePage("docs/action.md", cell, isCheck);
