// Proves that the architecture is held: each forbidden import, fed to the linter, is refused, and so are habits that the house
// style rules out.
import { readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { ORDERS } from "../scripts/borders.js";
import { lint, type Case } from "./support/linted-cases";

const ROOT = resolve(__dirname, "..");

let names = 0;
const importing = (path: string): string => {
  const name = `it${String(names++)}`;
  return `import * as ${name} from "${path}"; export { ${name} };`;
};

/** Files with another place in an order than their folder's. */
const placedApart = new Set(
  Object.entries(ORDERS).flatMap(([folder, order]) =>
    order
      .flat()
      .filter((name) => name.includes("/"))
      .map((name) => `${folder}/${name}`),
  ),
);

/** The first source file of a folder: any that has its folder's place will do, on either side of a border. */
function someFile(folder: string): string {
  const names = readdirSync(join(ROOT, folder)).filter(
    (name) => /(?<!\.d)\.ts$/.test(name) && !placedApart.has(`${folder}/${name}`),
  );
  const name = names.sort()[0];
  if (name === undefined) throw new Error(`${folder} has no source file`);
  return `${folder}/${name}`;
}

function specifierOf(from: string, to: string): string {
  const path = relative(join(ROOT, from, ".."), join(ROOT, to)).replace(/\\/g, "/");
  return (path.startsWith(".") ? path : `./${path}`).replace(/\.ts$/, "");
}

function importOf(from: string, to: string): Omit<Case, "name" | "rule"> {
  return { file: from, code: importing(specifierOf(from, to)), needs: to };
}

const BORDERS = "house(borders)";
const REASONS = "house(reasons)";

const folders = ["src", "provider", "action", "emulator"];
const allowed = new Set(["provider→src", "action→src"]);
const betweenFolders = folders.flatMap((from) =>
  folders
    .filter((to) => from !== to)
    .map((to) => ({
      name: `${from}→${to}`,
      ...importOf(someFile(from), someFile(to)),
      ...(allowed.has(`${from}→${to}`) ? {} : { rule: BORDERS }),
    })),
);

/** Of a folder's order: each line may not import the one below, nor the last. */
const insideFolders = Object.entries(ORDERS).flatMap(([folder, order]) => {
  const entryOf = (line: readonly string[] | undefined): string => {
    const entry = `${folder}/${line?.[0] ?? ""}`;
    return entry.endsWith(".ts") ? entry : someFile(entry);
  };
  return order.slice(0, -1).flatMap((line, i) => {
    const [upper, lower] = [entryOf(line), entryOf(order[i + 1])];
    return [
      { name: `${upper}→${lower}`, ...importOf(upper, lower), rule: BORDERS },
      { name: `${lower}→${upper}`, ...importOf(lower, upper) },
    ];
  });
});

const filesAndApi = [
  {
    name: "src/files→src/api/limits.ts",
    ...importOf(someFile("src/files"), "src/api/limits.ts"),
  },
  ...["src/api/wire.ts", "src/api/endpoints/uploads/presign.ts"].map((file) => ({
    name: `src/files→${file}`,
    ...importOf(someFile("src/files"), file),
    rule: BORDERS,
  })),
];

const toTheIndex = ["provider", "action"].map((folder) => ({
  name: `${folder}→src/index.ts`,
  ...importOf(someFile(folder), "src/index.ts"),
  rule: BORDERS,
}));

const packages = [
  { folder: "src", name: "@pulumi/pulumi", rule: BORDERS },
  { folder: "src", name: "@actions/core", rule: BORDERS },
  { folder: "src", name: "axios" },
  { folder: "provider", name: "@actions/core", rule: BORDERS },
  { folder: "provider", name: "@pulumi/pulumi" },
  { folder: "action", name: "@pulumi/pulumi", rule: BORDERS },
  { folder: "emulator", name: "@pulumi/pulumi", rule: BORDERS },
].map(({ folder, name, ...rest }) => ({
  name: `${folder}→${name}`,
  file: someFile(folder),
  code: importing(name),
  ...rest,
}));

/** Of whatever form an import is. */
const forms = [
  ["a type", (path: string) => `export type { A } from "${path}";`],
  ["an import of a type", (path: string) => `import type { B } from "${path}"; export type C = B;`],
  ["a type in its place", (path: string) => `export type D = import("${path}").D;`],
  ["all of it", (path: string) => `export * from "${path}";`],
  ["a later import", (path: string) => `export const e = (): unknown => import("${path}");`],
  ["a call of require", (path: string) => `export const f: unknown = require("${path}");`],
  ["an import that requires", (path: string) => `import g = require("${path}"); export { g };`],
].map(([form, codeOf]) => {
  const [file, needs] = [someFile("emulator"), someFile("src")];
  const code = (codeOf as (path: string) => string)(specifierOf(file, needs));
  return { name: `${form as string} of another folder`, file, code, needs, rule: BORDERS };
});

const habits = [
  { name: "env in the core", code: "export const key = process.env.KEY;", rule: "environment" },
  { name: "exit in the core", code: "export const end = () => process.exit(1);", rule: "exit" },
  { name: "a clock in the core", code: "export const now = Date.now();", rule: "clock" },
  { name: "a date in the core", code: "export const today = new Date();", rule: "clock" },
  { name: "fine time in the core", code: "export const ms = performance.now();", rule: "clock" },
  { name: "chance in the core", code: "export const n = Math.random();", rule: "clock" },
  { name: "a timer in the core", code: "setTimeout(() => undefined, 1);", rule: "clock" },
  { name: "a beat in the core", code: "setInterval(() => undefined, 1);", rule: "clock" },
  {
    name: "text as a replacement",
    code: 'export const said = "a".replace("a", String(1));',
    rule: "replacement",
  },
].map(({ name, code, rule }) => ({ name, file: "src/errors.ts", code, rule: `house(${rule})` }));

const ownFiles = [
  { name: "the clock's own file", file: "src/flow/clock.ts", code: "export const n = Date.now();" },
  { name: "the environment's", file: "src/config.ts", code: "export const e = process.env.E;" },
  {
    name: "the environment in the clock's",
    file: "src/flow/clock.ts",
    code: "export const e = process.env.E;",
    rule: "house(environment)",
  },
  {
    name: "the clock in the environment's",
    file: "src/config.ts",
    code: "export const n = Date.now();",
    rule: "house(clock)",
  },
  {
    name: "a suite of which one test runs alone",
    file: "test/dialects/suite.ts",
    code: 'test.only("a", () => undefined);',
    rule: "house(suites)",
  },
  {
    name: "a script that is not strict",
    file: "scripts/loose.js",
    code: "module.exports = 1;",
    rule: "house(strict)",
  },
];

const quality = [
  { name: "printing in the core", code: "console.log(1);", rule: "eslint(no-console)" },
  {
    name: "a promise left alone, by types",
    code: "Promise.resolve(1);",
    rule: "typescript(no-floating-promises)",
  },
  {
    name: "a rule switched off for a reason",
    code: "console.log(1); // oxlint-disable-line no-console -- it is the case",
  },
  {
    name: "a rule switched off without a reason",
    code: "console.log(1); // oxlint-disable-line no-console",
    rule: REASONS,
  },
  {
    name: "a rule switched off without a reason, as eslint's",
    code: "console.log(1); // eslint-disable-line no-console",
    rule: REASONS,
  },
  {
    name: "all rules switched off",
    code: "console.log(1); // oxlint-disable-line -- it is the case",
    rule: REASONS,
  },
  {
    name: "a rule switched off where it has nothing to say",
    code: "export const o = 1; // oxlint-disable-line no-console -- it is the case",
    rule: "Unused oxlint-disable directive (no problems were reported).",
  },
].map((each) => ({ file: "src/hints.ts", ...each }));

const neverOnAgain = {
  name: "a rule that is never switched on again",
  file: "src/json.ts",
  code: "/* oxlint-disable no-console -- it is the case */ console.log(1);",
  rule: REASONS,
};

const cases: Case[] = [
  ...betweenFolders,
  ...insideFolders,
  ...filesAndApi,
  ...toTheIndex,
  ...packages,
  ...forms,
  ...habits,
  ...ownFiles,
  ...quality,
  // To its file's end.
  neverOnAgain,
];

describe("the linter", () => {
  let broken: string[][];
  beforeAll(() => {
    broken = lint(cases);
  }, 120_000);

  test.each(cases.map((each, i) => ({ ...each, i })).filter(({ rule }) => rule !== undefined))(
    "refuses $name",
    ({ rule, i }) => {
      expect(broken[i]).toContain(rule);
    },
  );

  test.each(cases.map((each, i) => ({ ...each, i })).filter(({ rule }) => rule === undefined))(
    "lets $name pass",
    ({ i }) => {
      expect(broken[i]).toEqual([]);
    },
  );
});
