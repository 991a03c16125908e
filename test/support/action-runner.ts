// Runs the bundle as GitHub's runner does: inputs as variables, files for what comes back, commands on stdout.
import { spawn, type ChildProcess } from "node:child_process";
import { Readable } from "node:stream";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { metadata, type TempTree } from "./recorded-action";

const ROOT = path.join(__dirname, "..", "..");
export const DIST = path.join(ROOT, path.dirname(metadata.runs.main));

export interface Job {
  readonly tree: TempTree;
  readonly inputs: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The Node that runs it. @default the one that runs the tests */
  readonly node?: string;
  /** @default dist/ */
  readonly bundle?: string;
  /** A descriptor that takes the log. @default a pipe that is read */
  readonly stdout?: number;
  readonly onStart?: (child: ChildProcess) => void;
}

export interface JobResult {
  readonly code: number | null;
  readonly lines: readonly string[];
  /** The values of `::add-mask::`. */
  readonly masks: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly stderr: string;
}

export async function runBundle(job: Job): Promise<JobResult> {
  const { tree, inputs, env = {}, node = process.execPath, bundle = DIST } = job;
  const files = {
    GITHUB_OUTPUT: tree.at(".runner/output"),
    GITHUB_STEP_SUMMARY: tree.at(".runner/summary"),
  };
  mkdirSync(tree.at(".runner/temp"), { recursive: true });
  for (const file of Object.values(files)) writeFileSync(file, "");
  const child = spawn(node, [path.join(bundle, path.basename(metadata.runs.main))], {
    cwd: tree.root,
    stdio: ["ignore", job.stdout ?? "pipe", "pipe"],
    env: {
      PATH: process.env.PATH,
      HOME: tree.at(".home"),
      GITHUB_ACTIONS: "true",
      GITHUB_WORKSPACE: tree.root,
      GITHUB_REPOSITORY: "me/pets",
      GITHUB_RUN_ID: "42",
      GITHUB_EVENT_NAME: "push",
      GITHUB_SHA: "a".repeat(40),
      RUNNER_TEMP: tree.at(".runner/temp"),
      RUNNER_TOOL_CACHE: tree.at(".runner/tools"),
      AVALA_ALLOW_INSECURE_BASE_URL: "true",
      AVALA_STATE_DIR: tree.at(".state"),
      ...files,
      ...inputVariables(inputs),
      ...env,
    },
  });
  const stdout = collect(child.stdout ?? Readable.from([]));
  const stderr = collect(child.stderr ?? Readable.from([]));
  job.onStart?.(child);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const lines = stdout().split(/\r?\n/);
  return {
    code,
    lines,
    masks: lines.flatMap((line) => /^::add-mask::(.*)$/.exec(line)?.[1] ?? []),
    outputs: parseOutputs(readFileSync(files.GITHUB_OUTPUT, "utf8")),
    summary: readFileSync(files.GITHUB_STEP_SUMMARY, "utf8"),
    stderr: stderr(),
  };
}

function inputVariables(inputs: Job["inputs"]): Record<string, string> {
  const all = Object.entries(metadata.inputs).map(([name, { default: value = "" }]) => {
    const given = inputs[name] ?? (value.startsWith("${{") ? "" : value);
    return [`INPUT_${name.toUpperCase()}`, given];
  });
  return Object.fromEntries(all) as Record<string, string>;
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString("utf8");
}

/** `name<<delimiter`, the value's lines, the delimiter: as the toolkit writes them. */
function parseOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  for (const match of text.matchAll(/^([^<\n]+)<<(\S+)\r?\n([^]*?)\r?\n?\2\r?$/gm)) {
    outputs[match[1] ?? ""] = match[3] ?? "";
  }
  return outputs;
}
