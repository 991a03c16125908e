// Stacks on the real Pulumi engine: a project in a folder of its own, its state in a local backend, the engine's answers
// as values. Knows nothing of what the stacks declare.
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { envWith, type Part } from "./parts";

const ROOT = path.join(__dirname, "..", "..");

export interface EngineRun {
  readonly code: number | null;
  /** Standard output and standard error, as they came. */
  readonly output: string;
  readonly stdout: string;
}

export interface StackResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly initErrors?: readonly string[];
}

export interface StackOptions {
  readonly pulumi: Part;
  /** The program, as TypeScript. */
  readonly program: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Have the engine check the program's types, as it does for users. @default false */
  readonly checkTypes?: boolean;
  /** The folder of `node_modules` to use. @default this repository's */
  readonly modules?: string;
}

export interface Stack {
  /** The project's folder, which is the program's. */
  readonly folder: string;
  /** Runs `pulumi` with these arguments. */
  run(...args: readonly string[]): Promise<EngineRun>;
  /** As `run`, and throws with the output when the engine fails. */
  ok(...args: readonly string[]): Promise<EngineRun>;
  /** As `run`, and throws with the output when the engine does not fail: its codes differ by version. */
  fails(...args: readonly string[]): Promise<EngineRun>;
  up(...args: readonly string[]): Promise<EngineRun>;
  preview(...args: readonly string[]): Promise<EngineRun>;
  refresh(...args: readonly string[]): Promise<EngineRun>;
  destroy(...args: readonly string[]): Promise<EngineRun>;
  writeProgram(program: string): void;
  /** Writes files of the project: path → content; `null` removes. */
  write(files: Readonly<Record<string, string | Uint8Array | null>>): void;
  setEnv(env: NodeJS.ProcessEnv): void;
  /** The state as text, secrets encrypted. */
  exportState(): Promise<string>;
  resources(): Promise<readonly StackResource[]>;
  /** Stack outputs, secrets in plain. */
  outputs(): Promise<Readonly<Record<string, unknown>>>;
  remove(): void;
}

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

function makeProject(options: StackOptions): string {
  const folder = mkdtempSync(path.join(tmpdir(), "avala-stack-"));
  writeFileSync(path.join(folder, "Pulumi.yaml"), PROJECT);
  writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
  writeFileSync(
    path.join(folder, "package.json"),
    JSON.stringify({ name: "test", main: "index.ts" }),
  );
  writeFileSync(path.join(folder, "index.ts"), options.program);
  symlinkSync(
    options.modules ?? path.join(ROOT, "node_modules"),
    path.join(folder, "node_modules"),
    "dir",
  );
  return folder;
}

function writeInto(folder: string, name: string, content: string | Uint8Array | null): void {
  const file = path.join(folder, name);
  if (content === null) {
    rmSync(file);
    return;
  }
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** An engine that runs. */
export interface StartedEngine {
  readonly child: ChildProcess;
  readonly ended: Promise<EngineRun>;
}

export function startEngine(
  pulumi: Part,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): StartedEngine {
  const child = spawn(pulumi.command, ["--color", "never", "--non-interactive", ...args], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let stdout = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = new Promise<EngineRun>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ code, output, stdout });
    });
  });
  return { child, ended };
}

/** The environment of an engine whose state, journals and everything else are in the folder `home`. */
export function engineEnv(pulumi: Part, home: string): NodeJS.ProcessEnv {
  return {
    ...envWith(pulumi, process.env),
    AVALA_API_KEY: "",
    AVALA_STATE_DIR: path.join(home, "journals"),
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: pathToFileURL(path.join(home, "state")).href,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "1",
    PULUMI_STACK: "test",
  };
}

/** A new stack, with nothing in it. Remove it when the test ends. */
export async function createStack(options: StackOptions): Promise<Stack> {
  const folder = makeProject(options);
  const home = mkdtempSync(path.join(tmpdir(), "avala-pulumi-home-"));
  mkdirSync(path.join(home, "state"));
  let env: NodeJS.ProcessEnv = {
    ...engineEnv(options.pulumi, home),
    // Checking the types of each program costs seconds; the tests that are about types ask for it.
    PULUMI_NODEJS_TRANSPILE_ONLY: String(options.checkTypes !== true),
    ...options.env,
  };
  const run = (...args: readonly string[]): Promise<EngineRun> =>
    startEngine(options.pulumi, args, folder, env).ended;
  const expectEnd = async (isOk: boolean, args: readonly string[]): Promise<EngineRun> => {
    const ended = await run(...args);
    if ((ended.code === 0) === isOk) return ended;
    throw new Error(`pulumi ${args.join(" ")} ended with ${ended.code}:\n${ended.output}`);
  };
  const ok = (...args: readonly string[]): Promise<EngineRun> => expectEnd(true, args);
  const exportState = async (): Promise<string> => (await ok("stack", "export")).stdout;
  await ok("stack", "init", "test");
  return {
    folder,
    run,
    ok,
    fails: (...args) => expectEnd(false, args),
    up: (...args) => ok("up", "--yes", "--skip-preview", ...args),
    preview: (...args) => ok("preview", ...args),
    refresh: (...args) => ok("refresh", "--yes", "--skip-preview", ...args),
    destroy: (...args) => ok("destroy", "--yes", "--skip-preview", ...args),
    writeProgram: (program) => {
      writeFileSync(path.join(folder, "index.ts"), program);
    },
    write: (files) => {
      for (const [name, content] of Object.entries(files)) writeInto(folder, name, content);
    },
    setEnv: (more) => {
      env = { ...env, ...more };
    },
    exportState,
    resources: async () => {
      const { deployment } = JSON.parse(await exportState()) as {
        deployment: { resources?: readonly StackResource[] };
      };
      return deployment.resources ?? [];
    },
    outputs: async () => {
      const { stdout } = await ok("stack", "output", "--json", "--show-secrets");
      return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
    },
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
      rmSync(home, { recursive: true, force: true });
    },
  };
}
