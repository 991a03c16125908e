// The folder of a stack's project: its settings, its program, its files. Knows nothing of the engine.
import { transformSync } from "@swc/core";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const ROOT = path.join(__dirname, "..", "..");

const PROJECT = `name: test
runtime:
  name: nodejs
  options:
    typescript: true
`;

// The tests' own tsconfig must not decide how a user's program is compiled.
const TSCONFIG = {
  compilerOptions: {
    module: "node16",
    moduleResolution: "node16",
    target: "es2022",
    strict: true,
    skipLibCheck: true,
  },
};

function compiled(program: string): string {
  const { code } = transformSync(program, {
    jsc: { target: "es2022", parser: { syntax: "typescript" } },
    module: { type: "commonjs" },
  });
  return code;
}

export function writeProgram(folder: string, program: string, asUsers: boolean): void {
  const main = asUsers ? "index.ts" : "index.js";
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "test", main }));
  writeFileSync(path.join(folder, main), asUsers ? program : compiled(program));
}

/** @param modules the folder of `node_modules` to use; this repository's by default */
export function makeProject(modules = path.join(ROOT, "node_modules")): string {
  const folder = mkdtempSync(path.join(tmpdir(), "avala-stack-"));
  writeFileSync(path.join(folder, "Pulumi.yaml"), PROJECT);
  writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
  symlinkSync(modules, path.join(folder, "node_modules"), "dir");
  return folder;
}

/** `null` removes. */
export function writeInto(folder: string, name: string, content: string | Uint8Array | null): void {
  const file = path.join(folder, name);
  if (content === null) {
    rmSync(file);
    return;
  }
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}
