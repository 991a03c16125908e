// `~` at the start of a path, as shells have it: no shell reads the inputs of a workflow or of a program. Knows nothing of
// what the path is for.
import { homedir } from "node:os";

const HOME = /^~(?=$|[/\\])/;

/** Whether a path starts at the user's home: `~`, `~/…`. Not `./~`, a file of that name, nor `~name`. */
export function isHomePath(path: string): boolean {
  return HOME.test(path);
}

/** The path with the user's home in the place of its `~`. */
export function withHome(path: string, home: string = homedir()): string {
  return path.replace(HOME, () => home);
}
