// The environment in which a test's stack runs with less than users need. Knows nothing of what a stack declares.
import path from "node:path";

function requiring(env: NodeJS.ProcessEnv, ...names: readonly string[]): NodeJS.ProcessEnv {
  const hooks = names.map((name) => `--require ${JSON.stringify(path.join(__dirname, name))}`);
  return { NODE_OPTIONS: [env["NODE_OPTIONS"], ...hooks].filter(Boolean).join(" ") };
}

/** Lets programs have what they load compiled and found by those that ran before. They load all that they do for users. */
export const withKeptCode = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  requiring(env, "code-cache.js");

/** Also lets Pulumi's SDK load what a stack does not use only when it does. */
export const quickly = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  requiring(env, "code-cache.js", "quick-start.js");
