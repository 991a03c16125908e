// The real Pulumi engine: its environment, one run of it, and what it said. Knows nothing of projects.
import { spawn, type ChildProcess } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { envWith, type Part } from "./parts";

export interface EngineRun {
  readonly code: number | null;
  /** Standard output and standard error, as they came. */
  readonly output: string;
  readonly stdout: string;
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
