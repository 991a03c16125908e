// Cases fed to the linter: it runs once, with the repository's own rules, over files laid out as here. Each case is a line of one.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createTempTree, type TreeContent } from "./temp-tree";

const ROOT = resolve(__dirname, "..", "..");

export interface Case {
  readonly name: string;
  readonly file: string;
  /** One line. */
  readonly code: string;
  /** The file that it imports. */
  readonly needs?: string;
  /** That refuses it. */
  readonly rule?: string;
}

/** What the linter reads beside the cases. */
function settings(): TreeContent {
  const plugin = readdirSync(join(ROOT, "scripts/lint")).map((name) => `scripts/lint/${name}`);
  const files = [".oxlintrc.jsonc", "tsconfig.json", "scripts/borders.js", ...plugin];
  return {
    ...Object.fromEntries(files.map((file) => [file, readFileSync(join(ROOT, file))])),
    node_modules: { link: join(ROOT, "node_modules") },
  };
}

/** Each case's file and line, from 1: those of one file are one below the other. */
function placesOf(cases: readonly Case[]): { readonly file: string; readonly line: number }[] {
  const lines = new Map<string, number>();
  return cases.map(({ file }) => {
    const line = (lines.get(file) ?? 0) + 1;
    lines.set(file, line);
    return { file, line };
  });
}

interface Found {
  readonly code?: string;
  readonly message: string;
  readonly filename: string;
  readonly labels: readonly { readonly span: { readonly line: number } }[];
}

/** The files of the cases stand for others of their name, so that what the compiler says of them is not meant. */
const OF_TYPES = /^typescript\(TS\d+\)$/;

/** The rules that each case breaks; what is of no rule by its message. */
export function lint(cases: readonly Case[]): string[][] {
  const content: Record<string, string> = {};
  for (const { needs } of cases) if (needs !== undefined) content[needs] = "export {};\n";
  for (const { file, code } of cases)
    content[file] = `${content[file]?.replace(/^export \{\};\n/, "") ?? ""}${code}\n`;
  const tree = createTempTree({ ...settings(), ...content });
  try {
    const linter = join(ROOT, "node_modules/oxlint/bin/oxlint");
    // Through the link to the packages it would come back to the repository and find its rules there once more.
    const args = [linter, "--disable-nested-config", "--format", "json"];
    const { stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: tree.root,
      encoding: "utf8",
      maxBuffer: 2 ** 26,
    });
    if (!stdout.startsWith("{")) throw new Error(`the linter said: ${stdout}${stderr}`);
    const { diagnostics } = JSON.parse(stdout) as { readonly diagnostics: readonly Found[] };
    return placesOf(cases).map(({ file, line }) =>
      diagnostics
        .filter(({ filename, labels }) => filename === file && labels[0]?.span.line === line)
        .map(({ code, message }) => code ?? message)
        .filter((rule) => !OF_TYPES.test(rule)),
    );
  } finally {
    tree.remove();
  }
}
