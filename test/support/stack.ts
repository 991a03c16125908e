// Stacks on the real Pulumi engine: a project in a folder of its own, its state in a local backend, the engine's answers
// as values. Knows nothing of what the stacks declare.
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { envWith, type Part } from "./parts";
import { quickly } from "./quick-stack";
import { makeProject, writeInto, writeProgram } from "./stack-project";

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
  /**
   * Have the engine compile the program and check its types, and Pulumi's SDK load all that it loads for users. Each `up`
   * then takes 5 seconds of processor time where it takes 3.
   * @default false
   */
  readonly asUsers?: boolean;
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
  /** From now on not as users run it. */
  quicken(): void;
  /** Writes files of the project: path → content; `null` removes. */
  write(files: Readonly<Record<string, string | Uint8Array | null>>): void;
  setEnv(env: NodeJS.ProcessEnv): void;
  /** The state as it is kept, secrets encrypted. */
  state(): string;
  resources(): readonly StackResource[];
  /** Stack outputs, secrets in plain. */
  outputs(): Promise<Readonly<Record<string, unknown>>>;
  remove(): void;
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
    // An engine lives for seconds: what it would collect takes a tenth of its time.
    GOGC: "off",
    GOMEMLIMIT: "512MiB",
  };
}

const stateFile = (home: string): string =>
  path.join(home, "state", ".pulumi", "stacks", "test", "test.json");

/** As `pulumi stack export` shows them, without starting the engine for it. */
export function resourcesIn(home: string): readonly StackResource[] {
  const { checkpoint } = JSON.parse(readFileSync(stateFile(home), "utf8")) as {
    checkpoint: { latest?: { resources?: readonly StackResource[] } | null };
  };
  return checkpoint.latest?.resources ?? [];
}

/** Marks an encrypted value in a state. */
const SECRET = "4dabf18193072939515e22adb298388d";

/** A new stack, with nothing in it. Remove it when the test ends. */
export async function createStack(options: StackOptions): Promise<Stack> {
  let { program, asUsers = false } = options;
  const folder = makeProject(options.modules);
  const write = (): void => {
    writeProgram(folder, program, asUsers);
  };
  write();
  const home = mkdtempSync(path.join(tmpdir(), "avala-pulumi-home-"));
  mkdirSync(path.join(home, "state"));
  const plain = engineEnv(options.pulumi, home);
  let env: NodeJS.ProcessEnv = {
    ...plain,
    ...(!asUsers && quickly(plain)),
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
  const outputs = (): Readonly<Record<string, unknown>> =>
    resourcesIn(home).find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
  // What the engine takes half a second to decrypt, by what is encrypted.
  const decrypted = new Map<string, Readonly<Record<string, unknown>>>();
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
    writeProgram: (next) => {
      program = next;
      write();
    },
    quicken: () => {
      env = { ...env, ...quickly(env) };
      asUsers = false;
      write();
    },
    write: (files) => {
      for (const [name, content] of Object.entries(files)) writeInto(folder, name, content);
    },
    setEnv: (more) => {
      env = { ...env, ...more };
    },
    state: () => readFileSync(stateFile(home), "utf8"),
    resources: () => resourcesIn(home),
    outputs: async () => {
      const plain = outputs();
      const text = JSON.stringify(plain);
      if (!text.includes(SECRET)) return plain;
      const known = decrypted.get(text);
      if (known !== undefined) return known;
      const { stdout } = await ok("stack", "output", "--json", "--show-secrets");
      const all = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
      decrypted.set(text, all);
      return all;
    },
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
      rmSync(home, { recursive: true, force: true });
    },
  };
}
