// Where a relative root is taken from, by the program, which may list it, and by the provider, which sends its files. With
// the automation API they run in different folders. Knows nothing of what is in the root.
import { realpathSync, statSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { InputError } from "../../src/errors";
import { withHome } from "../../src/home-path";

function folderAt(path: string): string | undefined {
  try {
    return statSync(path).isDirectory() ? realpathSync.native(path) : undefined;
  } catch {
    return undefined; // whoever reads the root says why it can't be read
  }
}

/**
 * The folder that a relative root is taken from: the program's, or the provider's where the program's has no such root.
 * @throws InputError when each of them has its own: then it is not known whose files are meant
 */
export function folderOfRoot(
  root: string,
  { program, provider }: { readonly program: string | undefined; readonly provider: string },
): string {
  if (program === undefined || isAbsolute(withHome(root))) return provider;
  const ofProgram = folderAt(resolve(program, root));
  const ofProvider = folderAt(resolve(provider, root));
  if (ofProgram === undefined) return provider;
  if (ofProvider === undefined || ofProvider === ofProgram) return program;
  throw new InputError([
    {
      input: "root",
      text: `is one folder for the program (${ofProgram}) and another for the stack's workDir (${ofProvider}). Run the program in its workDir, set workDir to the program's folder, or use an absolute root`,
    },
  ]);
}
