// Puts off V8's optimizing of a WebAssembly module. Knows nothing of what the module does.
//
// The HTTP library's parser is one, and most of it is one function of 34 kB. Node 20 optimizes that at the first response,
// the later ones within a hundred: 0.15 s of processor time and up to 30 MiB, where the whole of a small upload takes 0.3 s.
// It is not slower for thousands of responses without (3,000 and 20,000 took the same, on Node 20 to 26, 2026-11-30).
import { setFlagsFromString } from "node:v8";

/**
 * What each function of a module may run before it is optimized, by the major version of V8 (`node --v8-options`). A module
 * takes it over as it is made. V8 prints an error for a flag that it does not have: a version that is not here is left alone.
 */
const DEFAULT_BUDGETS: Readonly<Record<string, number>> = {
  "11": 1_800_000,
  "12": 13_000_000,
  "13": 13_000_000,
  "14": 13_000_000,
};

/** It is an `int`, and this is enough for about a thousand responses. */
const LATE_BUDGET = 2_000_000_000;

const setBudget = (budget: number): void => setFlagsFromString(`--wasm-tiering-budget=${budget}`);

/** What `make` returns; the modules that it makes are optimized late. Others of the process are not concerned. */
export function withLateOptimizing<T>(
  make: () => T,
  v8: string = process.versions.v8,
  set: (budget: number) => void = setBudget,
): T {
  const [major = ""] = v8.split(".", 1);
  const usual = DEFAULT_BUDGETS[major];
  if (usual === undefined) return make();
  set(LATE_BUDGET);
  try {
    return make();
  } finally {
    set(usual);
  }
}
