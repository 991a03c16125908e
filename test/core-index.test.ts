// What the package exports is what docs/core.md promises, types as well, and the other way round.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const ROOT = join(__dirname, "..");
const INDEX = join(ROOT, "src", "index.ts");
/** As the compiler writes paths. */
const SOURCES = `${join(ROOT, "src").replaceAll("\\", "/")}/`;

const page = readFileSync(join(ROOT, "docs/core.md"), "utf8");
const section = page.slice(page.indexOf("## What is in it"), page.indexOf("## What to rely on"));
/** What stands in backticks in the rows of the table under `heading`. */
function rowsUnder(heading: string): readonly string[] {
  const [, table = ""] = section.split(new RegExp(`^\\| ${heading} .*\\n\\|.*\\n`, "m"));
  const rows = table.split("\n");
  return rows.slice(0, rows.indexOf(""));
}
const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name);

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  strict: true,
  // Only names are asked for, so that neither packages' types nor the library's are read.
  types: [],
  noLib: true,
};

/** Finds our own files and no package's. */
function ownFilesHost(): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) =>
      text.startsWith(".")
        ? ts.resolveModuleName(text, from, options, host)
        : { resolvedModule: undefined },
    );
  return host;
}

interface Promised {
  readonly name: string;
  readonly symbol: ts.Symbol;
}

let checker: ts.TypeChecker;
let promised: readonly Promised[];

/** The thing itself, wherever it is imported. */
function original(symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}
const isFunction = ({ symbol }: Promised): boolean =>
  Boolean(symbol.flags & ts.SymbolFlags.Function);

beforeAll(() => {
  const program = ts.createProgram([INDEX], options, ownFilesHost());
  checker = program.getTypeChecker();
  const index = program.getSourceFile(INDEX);
  const file = index && checker.getSymbolAtLocation(index);
  promised = (file ? checker.getExportsOfModule(file) : []).map((symbol) => ({
    name: symbol.name,
    symbol: original(symbol),
  }));
}, 60_000);

/** The types of ours that the parameters and the result of a function name. */
function namedBy({ symbol }: Promised): readonly ts.Symbol[] {
  const found: ts.Symbol[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeReferenceNode(node)) {
      const type = checker.getSymbolAtLocation(node.typeName);
      if (type !== undefined) found.push(original(type));
    }
    ts.forEachChild(node, visit);
  };
  for (const declaration of symbol.declarations ?? []) {
    if (!ts.isFunctionDeclaration(declaration)) continue;
    for (const { type } of declaration.parameters) if (type) visit(type);
    if (declaration.type) visit(declaration.type);
  }
  return found;
}

/** Whether a file of ours exports it, and so another program could name it. */
function isOurs(type: ts.Symbol): boolean {
  const [declaration] = type.declarations ?? [];
  if (declaration === undefined || ts.isTypeParameterDeclaration(declaration)) return false;
  const isExported = (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Export) !== 0;
  return isExported && declaration.getSourceFile().fileName.startsWith(SOURCES);
}

const names = (which: readonly Promised[]): readonly string[] =>
  which.map(({ name }) => name).sort();

test("docs/core.md names every function of the core, and no other", () => {
  const rows = rowsUnder("for").flatMap(namesIn);
  expect([...rows].sort()).toEqual(names(promised.filter(isFunction)));
});

test("docs/core.md names every class and type of the core, says what it is for, and names no other", () => {
  const cells = rowsUnder("type").map((row) => row.split("|").map((cell) => cell.trim()));
  expect(cells.filter(([, , purpose = ""]) => purpose === "")).toEqual([]);
  const rows = cells.flatMap(([, types = ""]) => namesIn(types));
  expect([...rows].sort()).toEqual(names(promised.filter((each) => !isFunction(each))));
});

test("what a function of the core takes and returns can be named", () => {
  const known = new Set(promised.map(({ symbol }) => symbol));
  const unnamed = promised.filter(isFunction).flatMap((each) =>
    namedBy(each)
      .filter((type) => isOurs(type) && !known.has(type))
      .map((type) => `${each.name}: ${type.name}`),
  );
  expect(unnamed).toEqual([]);
});
