// The class of axios that sends what an adapter sends. Knows nothing of what is sent.
//
// It is read from axios' build without its own clients, which nothing here uses: they and the 30 packages under them take
// longer to read than the rest. A later version may have moved it; then all of axios is read.
import type { Axios } from "axios";
import { firstThatLoads } from "./first-that-loads";
import { withUnreadHidden } from "./unread-globals";

interface Core {
  readonly Axios: typeof Axios;
}

// What axios looks for while it is read. For one of these Node reads a browser's client with a parser of its own, a fifth of
// what the whole package takes, and an adapter here takes their place.
const BROWSERS = ["FormData", "Headers", "Request", "Response"];

/* oxlint-disable typescript/no-require-imports -- only a call can be tried */
const readCore = (): Core =>
  withUnreadHidden(BROWSERS, () => require("axios/dist/browser/axios.cjs") as Core);
const readIndex = (): Core => require("axios") as Core;
/* oxlint-enable typescript/no-require-imports -- no other file of a package is read so */

function isWhole(core: Core): boolean {
  const { Axios }: { readonly Axios: unknown } = core;
  return typeof Axios === "function";
}

export const axiosCore: Core = firstThatLoads([readCore, readIndex], isWhole);
