// `~` at the start of a path, as shells have it: no shell reads the inputs of a workflow or of a program. Knows nothing of
// what the path is for.
import { homedir } from "node:os";
import { AvalaError } from "./errors";

const HOME = /^~(?=$|[/\\])/;

/** Whether a path starts at the user's home: `~`, `~/…`. Not `./~`, a file of that name, nor `~name`. */
export function isHomePath(path: string): boolean {
  return HOME.test(path);
}

/** What is wrong with a path that starts with `~` where the home is unknown. */
export const NO_HOME = "It starts with ~, and this user has no home folder: set HOME.";

/** `undefined` where neither the environment nor the system has one: containers may run as a user that no file lists. */
export function homeFolder(): string | undefined {
  try {
    return homedir() || undefined;
  } catch {
    return undefined;
  }
}

/** The path with the user's home in the place of its `~`. @throws AvalaError `input` where it has one and the home is unknown */
export function withHome(path: string, home?: string): string {
  if (!isHomePath(path)) return path;
  const known = home ?? homeFolder();
  if (known === undefined) throw new AvalaError("input", `${path} can't be used. ${NO_HOME}`);
  return path.replace(HOME, () => known);
}
