// A path of an input: relative to the workspace, absolute, or from the user's home. Looks at nothing.
import { resolve } from "node:path";
import { withHome } from "../src/home-path";

export function fromWorkspace(workspace: string, path: string): string {
  return resolve(workspace, withHome(path));
}
