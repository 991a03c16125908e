// Every program in docs/pulumi.md is one: its types are checked against the package as it is built.
import path from "node:path";
import ts from "typescript";
import { fencedBlocks } from "../support/markdown";

const ROOT = path.join(__dirname, "..", "..");
const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  target: ts.ScriptTarget.ES2022,
  // Without the types of browsers and of the tests, which take most of the time.
  lib: ["lib.es2022.d.ts"],
  types: ["node"],
  strict: true,
  skipLibCheck: true,
  noEmit: true,
};

/** Compiles the texts as files of the repository, so that the package is found as a user's program finds it. */
function errorsOf(programs: ReadonlyMap<string, string>): string[] {
  const host = ts.createCompilerHost(OPTIONS);
  const disk = ts.createCompilerHost(OPTIONS);
  host.readFile = (file) => programs.get(file) ?? disk.readFile(file);
  host.fileExists = (file) => programs.has(file) || disk.fileExists(file);
  host.getSourceFile = (file, version) => {
    const text = programs.get(file);
    return text === undefined
      ? disk.getSourceFile(file, version)
      : ts.createSourceFile(file, text, version);
  };
  const program = ts.createProgram([...programs.keys()], OPTIONS, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const where = file === undefined ? "" : path.basename(file.fileName);
    return `${where}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

test("every program in docs/pulumi.md compiles", () => {
  const blocks = fencedBlocks(ROOT, "docs/pulumi.md").filter(({ language }) => language === "ts");
  expect(blocks.length).toBeGreaterThan(3);
  const programs = blocks.map(
    ({ text }, index) => [path.join(ROOT, "docs", `${index}.ts`), text] as const,
  );
  expect(errorsOf(new Map(programs))).toEqual([]);
}, 60_000);
