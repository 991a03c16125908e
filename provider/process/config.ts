// Pulumi's configuration before the environment → the core's options. The same rules in the program and in the
// provider's process; the key is read where it is used and never passed on.
import { checkOptions } from "../../src/api/check-options";
import { problemWithHashCache, readConfig, type Config } from "../../src/config";
import { InputError, type InputProblem } from "../../src/errors";
import { isInputError } from "./failures";

/** `avala:apiKey` and so on, without the namespace. */
export type ConfigKey =
  | "apiKey"
  | "baseUrl"
  | "organizationUid"
  | "organization"
  | "allowStorageHosts";
export type ReadKey = (key: ConfigKey) => string | undefined;

export function readAvalaConfig(read: ReadKey, environment: NodeJS.ProcessEnv): Config {
  return readConfig(
    {
      apiKey: read("apiKey"),
      baseUrl: read("baseUrl"),
      organizationUid: read("organizationUid"),
      organization: read("organization"),
      allowStorageHosts: read("allowStorageHosts"),
    },
    environment,
  );
}

/** What the core calls them → where they are given here. */
const SOURCES: Readonly<Record<string, { readonly key: ConfigKey; readonly variable: string }>> = {
  "api key": { key: "apiKey", variable: "AVALA_API_KEY" },
  "base URL": { key: "baseUrl", variable: "AVALA_BASE_URL" },
  "allowed storage hosts": { key: "allowStorageHosts", variable: "AVALA_ALLOW_STORAGE_HOSTS" },
};

function sourceOf(input: string, read: ReadKey): string {
  const source = SOURCES[input];
  if (source === undefined) return input;
  const isConfigured = (read(source.key) ?? "").trim() !== "";
  return isConfigured ? `avala:${source.key}` : source.variable;
}

const ANY_KEY = "-";

/**
 * The configuration, when it can be used. That it has no key passes: a preview works without.
 * @throws InputError naming the key of the configuration, or the variable, that can't be used
 */
export function soundConfig(read: ReadKey, environment: NodeJS.ProcessEnv): Config {
  const config = readAvalaConfig(read, environment);
  const cacheProblem = problemWithHashCache(environment);
  const problems = [
    ...problemsWith(config, read),
    ...(cacheProblem === undefined ? [] : [cacheProblem]),
  ];
  if (problems.length > 0) throw new InputError(problems);
  return config;
}

function problemsWith(config: Config, read: ReadKey): readonly InputProblem[] {
  try {
    checkOptions({ ...config, apiKey: config.apiKey || ANY_KEY });
    return [];
  } catch (error) {
    if (!isInputError(error)) throw error;
    return error.problems.map(({ input, text }) => ({ input: sourceOf(input, read), text }));
  }
}

/** The core would say it in its own words; here it is a key of the configuration. */
export function requireKey(config: Config): Config {
  if (config.apiKey !== "") return config;
  const text =
    "is missing: run pulumi config set --secret avala:apiKey, or set AVALA_API_KEY. Avala has it under Settings > Security.";
  throw new InputError([{ input: "avala:apiKey", text }]);
}
