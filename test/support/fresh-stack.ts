// A stack with nothing in it. The engine makes it once a run of the tests, since it takes 0.6 seconds of processor time, and
// the tests' stacks begin as copies of it.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { engineEnv, startEngine } from "./engine";
import { KEY_URL } from "./key-server";
import type { Part } from "./parts";

const SETTINGS = "Pulumi.test.yaml";

async function make(pulumi: Part, folder: string): Promise<void> {
  mkdirSync(path.join(folder, "state"));
  writeFileSync(path.join(folder, "Pulumi.yaml"), "name: test\nruntime: nodejs\n");
  const args = ["stack", "init", "test", "--secrets-provider", KEY_URL];
  const { code, output } = await startEngine(pulumi, args, folder, engineEnv(pulumi, folder)).ended;
  if (code !== 0) throw new Error(`pulumi stack init ended with ${code}:\n${output}`);
}

/** The folder of this run's; test files that come at the same time make one each, and the first one stays. */
async function made(pulumi: Part): Promise<string> {
  const run = process.env["AVALA_TEST_RUN"] ?? "";
  const folder = path.join(run, "fresh-stack");
  if (existsSync(folder)) return folder;
  const building = mkdtempSync(path.join(run, "building-"));
  try {
    await make(pulumi, building);
    renameSync(building, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
  return folder;
}

/** Puts its settings into the folder `project`, and its state into `home`, as `engineEnv` has it. */
export async function layFreshStack(pulumi: Part, project: string, home: string): Promise<void> {
  const from = await made(pulumi);
  cpSync(path.join(from, SETTINGS), path.join(project, SETTINGS));
  cpSync(path.join(from, "state"), path.join(home, "state"), { recursive: true });
}
