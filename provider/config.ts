// Pulumi's configuration before the environment → the core's options. The same rules in the program and in the
// provider's process; the key is read where it is used and never passed on.
import { readConfig, type Config } from "../src/config";

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
