// Where a seed's stack lies: the project's folder, and a home with the backend's state and the journals. It can be copied
// and lose parts of it, as happens to folders. Knows nothing of seeds.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { unpackManifest } from "../../../src/files/manifest/packing";
import type { Part } from "../../support/parts";
import { engineEnv, startEngine, type StartedEngine } from "../../support/engine";
import { layFreshStack } from "../../support/fresh-stack";
import { quickly } from "../../support/quick-stack";
import { resourcesIn, type StackResource } from "../../support/stack-state";
import { acknowledged } from "./journals";

const ROOT = path.join(__dirname, "..", "..", "..");

const PROJECT = `name: test
runtime:
  name: nodejs
  options:
    typescript: false
`;

export interface Place {
  readonly project: string;
  readonly home: string;
}

function newPlace(): Place {
  const project = mkdtempSync(path.join(tmpdir(), "avala-stack-"));
  const home = mkdtempSync(path.join(tmpdir(), "avala-pulumi-home-"));
  return { project, home };
}

// Before its first call a provider's process holds the SDK's code only, which has no way to see that its engine died.
const MARKED_RUNTIME = `
module.exports = require("./lib/runtime.js");
require("node:fs").writeFileSync(require("node:path").join(__dirname, "loaded-" + process.pid), "");
`;

/** Whether the provider process has loaded our code. */
export function hasLoaded({ project }: Place, pid: number): boolean {
  return existsSync(path.join(project, "node_modules/@avala/pulumi", `loaded-${pid}`));
}

/** The engine walks all of `node_modules`: so only what the program needs is there, and none of its own dependencies. */
function linkModules(project: string): void {
  const at = (name: string): string => path.join(project, "node_modules", name);
  mkdirSync(at("@avala/pulumi"), { recursive: true });
  mkdirSync(at("@pulumi"));
  const { exports, ...about } = JSON.parse(
    readFileSync(path.join(ROOT, "package.json"), "utf8"),
  ) as Record<string, object>;
  const marked = { ...about, exports: { ...exports, "./runtime": "./marked-runtime.js" } };
  writeFileSync(path.join(at("@avala/pulumi"), "package.json"), JSON.stringify(marked));
  writeFileSync(path.join(at("@avala/pulumi"), "marked-runtime.js"), MARKED_RUNTIME);
  symlinkSync(path.join(ROOT, "lib"), at("@avala/pulumi/lib"), "dir");
  symlinkSync(path.join(ROOT, "node_modules/@pulumi/pulumi"), at("@pulumi/pulumi"), "dir");
}

export function startIn(
  place: Place,
  pulumi: Part,
  env: NodeJS.ProcessEnv,
  ...args: readonly string[]
): StartedEngine {
  const plain = engineEnv(pulumi, place.home);
  return startEngine(pulumi, args, place.project, { ...plain, ...quickly(plain), ...env });
}

/** A stack without resources, to be copied. */
export async function createPlace(pulumi: Part): Promise<Place> {
  const place = newPlace();
  writeFileSync(path.join(place.project, "Pulumi.yaml"), PROJECT);
  writeFileSync(
    path.join(place.project, "package.json"),
    JSON.stringify({ name: "test", main: "index.js" }),
  );
  await layFreshStack(pulumi, place.project, place.home);
  return place;
}

const isOwn = (file: string): boolean => path.basename(file) !== "node_modules";

export function copyPlace(place: Place): Place {
  const to = newPlace();
  cpSync(place.project, to.project, { recursive: true, filter: isOwn });
  linkModules(to.project);
  for (const folder of ["state", "journals"]) {
    const from = path.join(place.home, folder);
    if (existsSync(from)) cpSync(from, path.join(to.home, folder), { recursive: true });
  }
  return to;
}

export function removePlace({ project, home }: Place): void {
  for (const folder of [project, home]) rmSync(folder, { recursive: true, force: true });
}

export function writeFiles(place: Place, files: Readonly<Record<string, Buffer | string>>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(place.project, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

export function loseJournal({ home }: Place): void {
  rmSync(path.join(home, "journals"), { recursive: true, force: true });
}

/** The state becomes what it is at `fresh`. */
export function loseState({ home }: Place, fresh: Place): void {
  const state = path.join(home, "state");
  rmSync(state, { recursive: true });
  cpSync(path.join(fresh.home, "state"), state, { recursive: true });
}

const JOURNALS = path.join("journals", "journals");

export function journaled({ home }: Place): Set<string> {
  return acknowledged(path.join(home, JOURNALS));
}

export function journalsIn({ home }: Place): readonly string[] {
  const folder = path.join(home, JOURNALS);
  return existsSync(folder) ? readdirSync(folder) : [];
}

export function resourcesOf(place: Place, kind: string): readonly StackResource[] {
  return resourcesIn(place.home).filter(({ type }) => type.endsWith(`:${kind}`));
}

/** The paths that the state says have landed. */
export function inState(place: Place): Set<string> {
  const manifests = resourcesOf(place, "FileSet").map(({ outputs }) => outputs?.["manifest"]);
  return new Set(
    manifests.flatMap((packed) =>
      typeof packed === "string" ? unpackManifest(packed).entries.map((entry) => entry.path) : [],
    ),
  );
}

/** Everything on the disk but the files themselves and the programs. */
export function textsAt({ project, home }: Place): readonly string[] {
  const outside = ["images", "node_modules"].map((name) => path.join(project, name));
  return [project, home].flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(({ parentPath }) => !outside.some((own) => parentPath.startsWith(own)))
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), "latin1")),
  );
}
