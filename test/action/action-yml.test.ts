// action.yml, the code and the bundle say the same.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { INPUT_NAMES, INPUTS } from "../../action/inputs/table";
import { outputsOf } from "../../action/report/outputs";
import { createResults } from "../../action/report/results";
import { metadata } from "../support/recorded-action";

const ROOT = path.join(__dirname, "..", "..");

test("its inputs are those that the code reads", () => {
  expect([...INPUT_NAMES].sort()).toEqual(Object.keys(metadata.inputs).sort());
});

test("its defaults are those that the code has for an empty value", () => {
  const defaults = Object.entries(metadata.inputs).map(([name, { default: value = "" }]) => [
    name,
    // What an expression gives is the runner's to know.
    value.startsWith("${{") ? "" : value,
  ]);
  expect(defaults).toEqual(Object.entries(INPUTS).map(([name, row]) => [name, row.default]));
});

test("its outputs are those that the code sets", () => {
  const set = [...outputsOf(createResults(), undefined).keys()];
  expect(set.sort()).toEqual(Object.keys(metadata.outputs).sort());
});

test("every input is read somewhere in the code", () => {
  const folder = path.join(ROOT, "action");
  const code = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith("table.ts"))
    .map((name) => readFileSync(path.join(folder, name), "utf8"))
    .join("\n");
  expect(INPUT_NAMES.filter((name) => !code.includes(`"${name}"`))).toEqual([]);
});

test("every input and output has a description, a sentence", () => {
  for (const { description } of [
    ...Object.values(metadata.inputs),
    ...Object.values(metadata.outputs),
  ]) {
    expect(description).toMatch(/^[A-Z`].*\.$/s);
  }
});

test("every outcome is explained", () => {
  const source = readFileSync(path.join(ROOT, "action", "report", "results.ts"), "utf8");
  const union = /export type Outcome =([^;]+);/.exec(source)?.[1] ?? "";
  const outcomes = [...union.matchAll(/"(\w+)"/g)].map((match) => match[1] ?? "");
  expect(outcomes.length).toBeGreaterThan(5);
  const explained = metadata.outputs.outcome?.description ?? "";
  expect(outcomes.filter((outcome) => !explained.includes(`\`${outcome}\``))).toEqual([]);
});

test("it runs the bundle that is committed, on node24", () => {
  expect(metadata.runs.using).toBe("node24");
  expect(existsSync(path.join(ROOT, metadata.runs.main))).toBe(true);
});
