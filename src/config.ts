// The one file of the core that reads the environment. Decides nothing: `connect` judges what comes out.
import { homedir } from "node:os";
import { join } from "node:path";
import type { ConnectOptions } from "./api/connect";
import type { InputProblem } from "./errors";
import { withHome } from "./home-path";
import { isNear } from "./near-name";
import { anObject, aText, maybe, optionsOf, refuse, aTextList, type Shape } from "./shapes";
import { shown } from "./text";

export interface GivenConfig {
  readonly apiKey?: string | undefined;
  readonly baseUrl?: string | undefined;
  /** A list, or text with one host a line or between commas. */
  readonly allowStorageHosts?: string | readonly string[] | undefined;
  readonly organizationUid?: string | undefined;
  /** The slug, where the API takes that: for storage configs. */
  readonly organization?: string | undefined;
}

export type Config = Pick<
  ConnectOptions,
  "apiKey" | "baseUrl" | "allowInsecureBaseUrl" | "allowStorageHosts" | "proxy"
> &
  Pick<GivenConfig, "organizationUid" | "organization">;

const hosts: Shape<string | readonly string[]> = (input, value) =>
  typeof value === "string" ? [] : aTextList(input, value);

const GIVEN_CONFIG = optionsOf<GivenConfig>({
  apiKey: maybe(aText),
  baseUrl: maybe(aText),
  allowStorageHosts: maybe(hosts),
  organizationUid: maybe(aText),
  organization: maybe(aText),
});

/** What is given goes before what the environment says; empty text counts as not given. */
export function readConfig(
  given: GivenConfig,
  environment: NodeJS.ProcessEnv = process.env,
): Config {
  refuse(GIVEN_CONFIG("given", given), anObject("environment", environment));
  const value = (name: string): string | undefined => filled(environment[name]);
  const either = (name: string): string | undefined => value(name.toLowerCase()) ?? value(name);
  const ownHosts = listOf(given.allowStorageHosts);
  return {
    apiKey: filled(given.apiKey) ?? value("AVALA_API_KEY") ?? "",
    baseUrl: filled(given.baseUrl) ?? value("AVALA_BASE_URL"),
    allowInsecureBaseUrl: value("AVALA_ALLOW_INSECURE_BASE_URL")?.toLowerCase() === "true",
    allowStorageHosts: ownHosts.length > 0 ? ownHosts : listOf(value("AVALA_ALLOW_STORAGE_HOSTS")),
    organizationUid: filled(given.organizationUid) ?? value("AVALA_ORGANIZATION_UID"),
    organization: filled(given.organization) ?? value("AVALA_ORGANIZATION"),
    proxy: {
      httpProxy: either("HTTP_PROXY"),
      httpsProxy: either("HTTPS_PROXY"),
      noProxy: either("NO_PROXY"),
    },
  };
}

function filled(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === "" ? undefined : trimmed;
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  const parts = typeof value === "string" ? value.split(/[\n,]/) : (value ?? []);
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

// What CI systems set; most set the first (Azure Pipelines, Jenkins, TeamCity and AWS CodeBuild don't).
const CI_VARIABLES = ["CI", "TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION", "CODEBUILD_BUILD_ID"];

/** Whether what is shown ends up in a log. */
export function isInCi(environment: NodeJS.ProcessEnv = process.env): boolean {
  const value = (name: string): string => filled(environment[name])?.toLowerCase() ?? "false";
  return CI_VARIABLES.some((name) => value(name) !== "false" && value(name) !== "0");
}

/** Where journals are kept: `AVALA_STATE_DIR`, else the folder that the system has for state. */
export function stateDirectory(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  refuse(anObject("environment", environment), aText("platform", platform));
  const own = filled(environment["AVALA_STATE_DIR"]);
  const home = filled(environment["HOME"]) ?? homedir();
  if (own !== undefined) return withHome(own, home);
  if (platform === "win32") {
    return join(filled(environment["LOCALAPPDATA"]) ?? join(home, "AppData", "Local"), "avala");
  }
  if (platform === "darwin") return join(home, "Library", "Application Support", "avala");
  return join(filled(environment["XDG_STATE_HOME"]) ?? join(home, ".local", "state"), "avala");
}

const ON = ["on", "true", "yes", "1"];
const OFF = ["off", "false", "no", "0"];

function hashCacheWord(environment: NodeJS.ProcessEnv): string {
  return filled(environment["AVALA_HASH_CACHE"])?.toLowerCase() ?? "on";
}

/** What is wrong with `AVALA_HASH_CACHE`, if anything: a slip in `off` must not leave the cache on. */
export function problemWithHashCache(
  environment: NodeJS.ProcessEnv = process.env,
): InputProblem | undefined {
  const word = hashCacheWord(environment);
  if (ON.includes(word) || OFF.includes(word)) return undefined;
  const near = ["on", "off"].find((one) => isNear(word, one));
  const meant = near === undefined ? "" : `Did you mean ${near}? `;
  const values = `Use ${OFF.join(", ")} to turn the cache off, and ${ON.join(", ")} to turn it on`;
  const text = `has the value ${shown(word)}, which means neither on nor off. ${meant}${values}`;
  return { input: "AVALA_HASH_CACHE", text };
}

/** Where the digests of files are kept from one run to the next: beside the journals; `undefined`: nowhere. */
export function digestCacheFolder(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  const isOn = ON.includes(hashCacheWord(environment));
  return isOn ? join(stateDirectory(environment, platform), "digests") : undefined;
}
