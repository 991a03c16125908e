// Pulumi's configuration before the environment → the core's options. The same rules in the program and in the
// provider's process; the key is read where it is used and never passed on.
import { readConfig, type Config } from "../src/config";
import { InputError } from "../src/errors";

/** `avala:apiKey` and so on, without the namespace. */
export type ConfigKey = "apiKey" | "baseUrl" | "organizationUid" | "allowStorageHosts";
export type ReadKey = (key: ConfigKey) => string | undefined;

export function readAvalaConfig(read: ReadKey, environment: NodeJS.ProcessEnv): Config {
  return readConfig(
    {
      apiKey: read("apiKey"),
      baseUrl: read("baseUrl"),
      organizationUid: read("organizationUid"),
      allowStorageHosts: read("allowStorageHosts"),
    },
    environment,
  );
}

/** The core would say it in words of its own; here it is a key of the configuration. */
export function requireKey(config: Config): Config {
  if (config.apiKey !== "") return config;
  const text =
    "is missing: run pulumi config set --secret avala:apiKey, or set AVALA_API_KEY. Avala has it under Settings > Security.";
  throw new InputError([{ input: "avala:apiKey", text }]);
}
