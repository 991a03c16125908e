// A file exports what another file imports, and each thing is exported by one file: the one that has it.
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import ts from "typescript";

const ROOT = join(__dirname, "..");

/** What the package promises. */
const ENTRIES = ["src/index.ts", "provider/index.ts", "provider/runtime.ts", "emulator/index.ts"];

/** Exported though no other file needs them. */
const KEPT = [
  // Bounds that a test measures a wait or a length against.
  ...["maxAdviceMs", "maxThrottledMs", "maxSilenceMs", "lingerMs", "MAX_PATH_BYTES"],
  // Decisions with more cases than a server can be made to play.
  ...["asStatusError", "delayFor", "typeQuestion"],
  // Its test must have a case for each.
  "COMMIT_SOURCES",
  // Types that a test gives or reads.
  ...["EngineMessage", "Handlers", "ManifestRecord", "QualityTargetOutputs", "ReadLimits"],
  ...["StorageConfigOutputs", "WebhookOutputs"],
  // The declarations of provider/runtime.ts name them.
  ...["QualityTargetInputs", "WebhookInputs"],
];

interface Names {
  /** What the file has and exports. */
  readonly own: string[];
  /** What it exports of another file. */
  readonly passedOn: string[];
  /** `FILE NAME` of each import, and of each member of a file that is imported whole. */
  readonly imported: string[];
}

const files = ["src", "provider", "action", "emulator"].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => posix.join(folder, name.replaceAll("\\", "/"))),
);
const known = new Set(files);

/** The file of ours that `specifier` means in `file`. */
function fileOf(file: string, specifier: ts.Node | undefined): string | undefined {
  if (specifier === undefined || !ts.isStringLiteral(specifier)) return undefined;
  if (!specifier.text.startsWith(".")) return undefined;
  const path = posix.join(posix.dirname(file), specifier.text.replace(/\.js$/, ""));
  return [`${path}.ts`, `${path}/index.ts`].find((place) => known.has(place));
}

/** The name that the other file has for it, whatever it is called here. */
const outerName = (element: ts.ImportOrExportSpecifier | ts.BindingElement): string =>
  (element.propertyName ?? element.name).getText();

function declaredNames(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  }
  const { name } = statement as ts.Statement & { readonly name?: ts.Identifier };
  return name === undefined ? [] : [name.text];
}

const isExported = (statement: ts.Statement): boolean =>
  ts.canHaveModifiers(statement) &&
  (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

/** The file's imports and exports, which are statements. */
function readStatements(file: string, source: ts.SourceFile): Names {
  const names: Names = { own: [], passedOn: [], imported: [] };
  const taken = new Set<string>();
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      const bindings = statement.importClause?.namedBindings;
      if (bindings === undefined || !ts.isNamedImports(bindings)) continue;
      const from = fileOf(file, statement.moduleSpecifier);
      for (const element of bindings.elements) {
        taken.add(element.name.text);
        if (from !== undefined) names.imported.push(`${from} ${outerName(element)}`);
      }
    } else if (ts.isExportDeclaration(statement)) {
      const clause = statement.exportClause;
      const elements = clause !== undefined && ts.isNamedExports(clause) ? clause.elements : [];
      const from = fileOf(file, statement.moduleSpecifier);
      for (const name of elements.map(outerName)) {
        if (from !== undefined) names.imported.push(`${from} ${name}`);
        (from !== undefined || taken.has(name) ? names.passedOn : names.own).push(name);
      }
    } else if (isExported(statement)) {
      names.own.push(...declaredNames(statement));
    }
  }
  return names;
}

/** What is taken of files that are imported whole: `it.name`, or `const { name } = await import("./it.js")`. */
function takenOfWholes(file: string, source: ts.SourceFile): string[] {
  const wholes = new Map<string, string>();
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const bindings = node.importClause?.namedBindings;
      const from = fileOf(file, node.moduleSpecifier);
      if (bindings !== undefined && ts.isNamespaceImport(bindings) && from !== undefined) {
        wholes.set(bindings.name.text, from);
      }
    } else if (ts.isPropertyAccessExpression(node)) {
      const from = wholes.get(node.expression.getText());
      if (from !== undefined) found.push(`${from} ${node.name.text}`);
    } else if (ts.isQualifiedName(node)) {
      const from = wholes.get(node.left.getText());
      if (from !== undefined) found.push(`${from} ${node.right.text}`);
    } else if (ts.isVariableDeclaration(node) && ts.isObjectBindingPattern(node.name)) {
      const value = node.initializer;
      const call = value !== undefined && ts.isAwaitExpression(value) ? value.expression : value;
      const isImport =
        call !== undefined &&
        ts.isCallExpression(call) &&
        call.expression.kind === ts.SyntaxKind.ImportKeyword;
      const from = isImport ? fileOf(file, call.arguments[0]) : undefined;
      if (from !== undefined) {
        found.push(...node.name.elements.map((element) => `${from} ${outerName(element)}`));
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const wholly = /import \* as|await import\(/;

const read = new Map(
  files.map((file) => {
    const text = readFileSync(join(ROOT, file), "utf8");
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
    const names = readStatements(file, source);
    if (wholly.test(text)) names.imported.push(...takenOfWholes(file, source));
    return [file, names] as const;
  }),
);
const insiders = [...read].filter(([file]) => !ENTRIES.includes(file));

test("every export is imported by another file, or kept for a reason", () => {
  const imported = new Set([...read.values()].flatMap((names) => names.imported));
  const unused = insiders.flatMap(([file, { own }]) =>
    own.filter((name) => !imported.has(`${file} ${name}`)).map((name) => ({ file, name })),
  );
  expect(unused.filter(({ name }) => !KEPT.includes(name))).toEqual([]);
  expect(KEPT.filter((kept) => !unused.some(({ name }) => name === kept))).toEqual([]);
});

test("no file but the package's entries passes on what another file has", () => {
  const passedOn = insiders.flatMap(([file, names]) =>
    names.passedOn.map((name) => ({ file, name })),
  );
  expect(passedOn).toEqual([]);
});
