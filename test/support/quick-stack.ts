// The environment in which a test's stack runs with less than users need. Knows nothing of what a stack declares.
import path from "node:path";

const HOOKS = ["code-cache.js", "quick-start.js"];

/** Lets Pulumi's SDK load what a stack does not use only when it does, compiled and found by those that ran before. */
export function quickly(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const hooks = HOOKS.map((name) => `--require ${JSON.stringify(path.join(__dirname, name))}`);
  return { NODE_OPTIONS: [env["NODE_OPTIONS"], ...hooks].filter(Boolean).join(" ") };
}
