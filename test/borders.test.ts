// Proves that the architecture is held: each forbidden import, fed to the linter, is refused.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, resolve } from "node:path";
import ts from "typescript";
import { ORDERS } from "../scripts/borders.js";

const ROOT = resolve(__dirname, "..");

interface Case {
  /** A file that exists; its text is replaced. */
  readonly file: string;
  readonly code: string;
  readonly rule?: string;
}

interface Linted {
  /** The rules that each case breaks. */
  readonly broken: readonly (readonly string[])[];
  /** Each rule's severity in a file of the core; 2 is an error. */
  readonly severities: Readonly<Record<string, readonly [number]>>;
  readonly usesTypes: unknown;
}

/** From the linter's own API, in a separate process: it is an ES module. */
function lint(cases: readonly Case[]): Linted {
  const program = `
    import { ESLint } from "eslint";
    import tseslint from "typescript-eslint";
    const cwd = ${JSON.stringify(ROOT)};
    const { rules, languageOptions } = await new ESLint({ cwd }).calculateConfigForFile("src/errors.ts");
    // Types of the whole project take most of a minute to read, and the borders need none.
    const overrideConfig = [tseslint.configs.disableTypeChecked];
    const untyped = new ESLint({ cwd, overrideConfig });
    const broken = [];
    for (const { file, code } of ${JSON.stringify(cases)}) {
      const [result] = await untyped.lintText(code, { filePath: file });
      broken.push(result.messages.map(({ ruleId, message }) => ruleId ?? message));
    }
    const usesTypes = languageOptions.parserOptions.projectService;
    console.log(JSON.stringify({ broken, severities: rules, usesTypes }));`;
  const args = ["--input-type=module", "--eval", program];
  const printed = execFileSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });
  return JSON.parse(printed) as Linted;
}

const importing = (path: string): string => `import * as it from "${path}";\nexport { it };\n`;

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

function importOf(from: string, to: string): Case {
  const path = relative(join(ROOT, from, ".."), join(ROOT, to)).replace(/\\/g, "/");
  const specifier = (path.startsWith(".") ? path : `./${path}`).replace(/\.ts$/, "");
  return { file: from, code: importing(specifier) };
}

const PATHS = "import-x/no-restricted-paths";
const PACKAGES = "no-restricted-imports";
const SYNTAX = "no-restricted-syntax";

const folders = ["src", "provider", "action", "emulator"].filter((name) =>
  existsSync(join(ROOT, name)),
);
const allowed = new Set(["provider→src", "action→src"]);
const betweenFolders = folders.flatMap((from) =>
  folders
    .filter((to) => from !== to)
    .map((to) => ({
      name: `${from}→${to}`,
      ...importOf(someFile(from), someFile(to)),
      ...(allowed.has(`${from}→${to}`) ? {} : { rule: PATHS }),
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
      { name: `${upper}→${lower}`, ...importOf(upper, lower), rule: PATHS },
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
    rule: PATHS,
  })),
];

const toTheIndex = ["provider", "action"].map((folder) => ({
  name: `${folder}→src/index.ts`,
  ...importOf(someFile(folder), "src/index.ts"),
  rule: PATHS,
}));

const packages = [
  { folder: "src", name: "@pulumi/pulumi", rule: PACKAGES },
  { folder: "src", name: "@actions/core", rule: PACKAGES },
  { folder: "src", name: "axios" },
  { folder: "provider", name: "@actions/core", rule: PACKAGES },
  { folder: "provider", name: "@pulumi/pulumi" },
  { folder: "action", name: "@pulumi/pulumi", rule: PACKAGES },
  { folder: "emulator", name: "@pulumi/pulumi", rule: PACKAGES },
].map(({ folder, name, ...rest }) => ({
  name: `${folder}→${name}`,
  file: someFile(folder),
  code: importing(name),
  ...rest,
}));

const habits = [
  { name: "env in the core", code: "export const key = process.env.KEY;", rule: SYNTAX },
  { name: "exit in the core", code: "process.exit(1);", rule: SYNTAX },
  { name: "a clock in the core", code: "export const now = Date.now();", rule: SYNTAX },
  { name: "chance in the core", code: "export const n = Math.random();", rule: SYNTAX },
  { name: "a timer in the core", code: "setTimeout(() => undefined, 1);", rule: SYNTAX },
  { name: "printing in the core", code: "console.log(1);", rule: "no-console" },
  {
    name: "a rule switched off without a reason",
    code: "// eslint-disable-next-line no-console\nconsole.log(1);",
    rule: "@eslint-community/eslint-comments/require-description",
  },
].map((habit) => ({ file: "src/errors.ts", ...habit }));

const cases: (Case & { name: string })[] = [
  ...betweenFolders,
  ...insideFolders,
  ...filesAndApi,
  ...toTheIndex,
  ...packages,
  ...habits,
  { name: "the clock's own file", file: "src/flow/clock.ts", code: "export const n = Date.now();" },
];

test.each(Object.entries(ORDERS))(
  "everything in %s has its place in the order",
  (folder, order) => {
    const there = readdirSync(join(ROOT, folder)).filter((name) => !name.startsWith("."));
    const placed = order.flat().filter((name) => !name.includes("/"));
    expect([...placed].sort()).toEqual(there.sort());
  },
);

test("each folder that has folders is in the order", () => {
  const all = folders.flatMap((top) => [
    top,
    ...readdirSync(join(ROOT, top), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replace(/\\/g, "/")),
  ]);
  const parents = new Set(
    all.map((folder) => posix.dirname(folder)).filter((name) => name !== "."),
  );
  expect(parents.size).toBeGreaterThan(5);
  expect([...parents].filter((folder) => !(folder in ORDERS))).toEqual([]);
});

/** Each source file with the files that it imports from, for their types too. */
function importedBy(files: readonly string[]): Map<string, readonly string[]> {
  const known = new Set(files);
  return new Map(
    files.map((file) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(join(ROOT, file), "utf8"));
      const paths = importedFiles
        .filter(({ fileName }) => fileName.startsWith("."))
        .map(({ fileName }) => posix.join(posix.dirname(file), fileName));
      const places = paths.flatMap((path) => [`${path}.ts`, `${path}/index.ts`]);
      return [file, places.filter((place) => known.has(place))];
    }),
  );
}

/** What is left when all files that import none of the others, or that none of them imports, are taken away. */
function inCircles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const left = new Map(imports);
  for (let before = -1; before !== left.size;) {
    before = left.size;
    const needed = new Set([...left.values()].flat());
    for (const [file, paths] of left) {
      if (!needed.has(file) || !paths.some((path) => left.has(path))) left.delete(file);
    }
  }
  return [...left.keys()];
}

describe("no file needs itself, not even for a type", () => {
  // The linter's own rule for circles leaves types out, and takes a quarter of its time.
  test("of what ships and of the tests", () => {
    const files = [...folders, "test"].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .map((name) => posix.join(folder, name.replaceAll("\\", "/"))),
    );
    expect(files.length).toBeGreaterThan(500);
    expect(inCircles(importedBy(files))).toEqual([]);
  });

  test("and one that does would be found", () => {
    const imports = new Map([
      ["a", ["b"]],
      ["b", ["c", "d"]],
      ["c", ["a"]],
      ["d", []],
      ["e", ["a"]],
    ]);
    expect(inCircles(imports).sort()).toEqual(["a", "b", "c"]);
  });
});

describe("the linter", () => {
  let linted: Linted;
  beforeAll(() => {
    linted = lint(cases);
  }, 120_000);

  test.each(cases.map((each, i) => ({ ...each, i })).filter(({ rule }) => rule !== undefined))(
    "refuses $name",
    ({ rule, i }) => {
      expect(linted.broken[i]).toContain(rule);
    },
  );

  test.each(cases.map((each, i) => ({ ...each, i })).filter(({ rule }) => rule === undefined))(
    "lets $name pass",
    ({ i }) => {
      expect(linted.broken[i]).toEqual([]);
    },
  );

  test("refuses a promise left alone, by types", () => {
    expect(linted.usesTypes).toBe(true);
    expect(linted.severities["@typescript-eslint/no-floating-promises"]?.[0]).toBe(2);
  });
});
