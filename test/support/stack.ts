// Stacks on the real Pulumi engine: a project in a folder of its own, its state in a local backend, the engine's answers
// as values. Knows nothing of what the stacks declare.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { engineEnv, startEngine, type EngineRun } from "./engine";
import { layFreshStack } from "./fresh-stack";
import type { Part } from "./parts";
import { quickly, withKeptCode } from "./quick-stack";
import { makeProject, writeInto, writeProgram } from "./stack-project";
import { outputsIn, resourcesIn, stateIn, type StackResource } from "./stack-state";

export interface StackOptions {
  readonly pulumi: Part;
  /** The program, as TypeScript. */
  readonly program: string;
  readonly env?: NodeJS.ProcessEnv;
  /**
   * Have the engine compile the program and check its types, and Pulumi's SDK load all that it loads for users. Each `up`
   * then takes 4.5 seconds of processor time where it takes 1.8.
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
  outputs(): Readonly<Record<string, unknown>>;
  remove(): void;
}

/** A new stack, with nothing in it. Remove it when the test ends. */
export async function createStack(options: StackOptions): Promise<Stack> {
  let { program, asUsers = false } = options;
  const folder = makeProject(options.modules);
  const write = (): void => {
    writeProgram(folder, program, asUsers);
  };
  write();
  const home = mkdtempSync(path.join(tmpdir(), "avala-pulumi-home-"));
  await layFreshStack(options.pulumi, folder, home);
  const plain = engineEnv(options.pulumi, home);
  let env: NodeJS.ProcessEnv = {
    ...plain,
    ...(asUsers ? withKeptCode(plain) : quickly(plain)),
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
      env = { ...env, ...quickly(plain) };
      asUsers = false;
      write();
    },
    write: (files) => {
      for (const [name, content] of Object.entries(files)) writeInto(folder, name, content);
    },
    setEnv: (more) => {
      env = { ...env, ...more };
    },
    state: () => stateIn(home),
    resources: () => resourcesIn(home),
    outputs: () => outputsIn(home),
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
      rmSync(home, { recursive: true, force: true });
    },
  };
}
