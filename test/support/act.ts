// Runs an example's workflows by the real workflow runner, in a repository of their own, on the bundle as it is committed.
import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Emulator } from "../../emulator";
import { envWith, type Part } from "./parts";
import type { TempTree } from "./recorded-action";

const ROOT = path.join(__dirname, "..", "..");

export interface Workflow {
  /** The folder in examples/. */
  readonly example: string;
  /** Where the repository and everything the runner keeps goes. */
  readonly tree: TempTree;
  readonly emulator: Pick<Emulator, "apiKey" | "baseUrl" | "storageUrl">;
  readonly parts: readonly Part[];
  readonly variables?: Readonly<Record<string, string>>;
  /** GitHub's API, `http://127.0.0.1:PORT`. @default none that answers */
  readonly github?: string;
  /** Whether the run gets the repository's secrets. @default true */
  readonly hasSecrets?: boolean;
  /** Whether the workflow itself says where its state is: what a runner is given goes before that. @default false */
  readonly namesState?: boolean;
  /** Programs that steps call, as scripts: what a hosted runner has and a test must not reach. */
  readonly programs?: Readonly<Record<string, string>>;
}

/** What starts the workflows: the event's name, and what GitHub says of it. */
export interface WorkflowEvent {
  readonly name: string;
  readonly payload: unknown;
}

export const REPOSITORY = "me/pets";

export interface WorkflowResult {
  readonly code: number;
  readonly log: string;
}

/** Puts the example into a repository of its own, with more files of the repository's in it. */
export function createRepository(
  { example, tree }: Pick<Workflow, "example" | "tree">,
  more: Readonly<Record<string, string>> = {},
): void {
  cpSync(path.join(ROOT, "examples", example), tree.at("repository"), { recursive: true });
  for (const [to, from] of Object.entries(more)) {
    cpSync(path.join(ROOT, from), tree.at(`repository/${to}`), { recursive: true });
  }
  // What `uses:` would fetch: nothing but the Action's own files.
  for (const file of ["action.yml", "dist"]) {
    cpSync(path.join(ROOT, file), tree.at(`action/${file}`), { recursive: true });
  }
  mkdirSync(tree.at("home"), { recursive: true });
  git(tree, "init", "--initial-branch=main");
  commit(tree, "Start");
}

/** A later commit, with one more file. */
export function addFile({ tree }: Pick<Workflow, "tree">, to: string, from: string): void {
  cpSync(path.join(ROOT, from), tree.at(`repository/${to}`));
  commit(tree, "Add a file");
}

function commit(tree: TempTree, message: string): void {
  git(tree, "add", "--all");
  git(tree, "-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "-m", message);
}

function git(tree: TempTree, ...args: readonly string[]): void {
  execFileSync("git", args, { cwd: tree.at("repository"), stdio: "ignore" });
}

export function push(workflow: Workflow): Promise<WorkflowResult> {
  return act(workflow, ["push"]);
}

/** Starts all workflows of the repository that the event starts. */
export function trigger(workflow: Workflow, event: WorkflowEvent): Promise<WorkflowResult> {
  const file = workflow.tree.at("event.json");
  writeFileSync(file, JSON.stringify(event.payload));
  return act(workflow, [event.name, "--eventpath", file]);
}

function act(workflow: Workflow, what: readonly string[]): Promise<WorkflowResult> {
  const { tree, emulator, parts, variables = {}, github, hasSecrets = true } = workflow;
  const { programs = {}, namesState = false } = workflow;
  const [runner] = parts;
  const env = {
    AVALA_BASE_URL: emulator.baseUrl,
    AVALA_ALLOW_INSECURE_BASE_URL: "true",
    AVALA_ALLOW_STORAGE_HOSTS: new URL(emulator.storageUrl).host,
    ...(namesState ? {} : { AVALA_STATE_DIR: tree.at("state") }),
    // Of the stand-in for actions/cache.
    TEST_CACHE: tree.at("cache"),
    ...(github === undefined ? {} : { GITHUB_API_URL: github, GITHUB_REPOSITORY: REPOSITORY }),
  };
  const secrets = hasSecrets ? { AVALA_API_KEY: emulator.apiKey } : {};
  const token = github === undefined ? {} : { GITHUB_TOKEN: "ghs_token" };
  const args = [
    ...what,
    ...["-P", "ubuntu-latest=-self-hosted", "--no-cache-server"],
    ...["--local-repository", `avala/upload-action@v1=${tree.at("action")}`],
    ...["--local-repository", `actions/cache@v4=${path.join(__dirname, "actions/cache")}`],
    ...pairs("-s", { ...secrets, ...token }),
    ...pairs("--env", env),
    ...pairs("--var", variables),
  ];
  // Its own home: no settings of the machine's, and nothing left on it.
  const home = {
    HOME: tree.at("home"),
    XDG_CACHE_HOME: tree.at("home/cache"),
    XDG_CONFIG_HOME: tree.at("home/config"),
  };
  for (const [name, script] of Object.entries(programs)) {
    mkdirSync(tree.at("bin"), { recursive: true });
    writeFileSync(tree.at(`bin/${name}`), script, { mode: 0o755 });
  }
  const ofParts = envWith([...parts]);
  return new Promise((resolve) => {
    execFile(
      runner?.command ?? "act",
      args,
      {
        cwd: tree.at("repository"),
        env: { ...ofParts, ...home, PATH: [tree.at("bin"), ofParts.PATH].join(path.delimiter) },
        maxBuffer: 64e6,
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
        resolve({ code, log: stdout + stderr });
      },
    );
  });
}

function pairs(option: string, values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) => [option, `${name}=${value}`]);
}
